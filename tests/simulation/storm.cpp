// What befalls a cluster, and how it is made whole again.
#include <algorithm>

#include "tests/simulation/cluster_life.hpp"

namespace bourse {

namespace {

/// Within this time after everything is whole again, all that was asked must be answered, all messages between
/// shards delivered, and every member as far as the log.
constexpr std::uint64_t heal_limit_us = 20'000'000;
constexpr std::uint64_t calm_us = 1'000'000;
/// And then nobody asks for anything for so long: what is due must happen all the same.
constexpr std::uint64_t idle_us = 3'000'000;

using change_kind = membership_change::kind;

}  // namespace

void cluster_life::trouble() {
    if (!is_stormy_) {
        return;
    }
    simulated_node& at = node_at(1 + static_cast<endpoint>(random_.below(nodes_.size())));
    switch (random_.below(11)) {
        case 10:
            cut_off_a_leader();
            break;
        case 0:
        case 1:
            if (at.is_up()) {
                stop(at, random_.chance(600), "trouble");
            }
            break;
        case 2:
        case 3:
            part();
            break;
        case 4:
            disk_trouble(at);
            break;
        case 5:
            clock_trouble(at);
            break;
        case 6: {
            const shard_id shard{static_cast<std::uint16_t>(1 + random_.below(settings_.size()))};
            if (simulated_node* leader = leader_of(shard)) {
                note(name_of(*leader) + " is asked to hand shard " + std::to_string(shard.value) +
                     " over");
                static_cast<void>(
                    leader->node().find(shard)->transfer(leader->at(now_us_), replica_id{}));
                pump(*leader);
            }
            break;
        }
        case 7:
            lose_a_disk();
            break;
        default:
            change_membership();
            break;
    }
    make_void();
    weather_.loss = random_.chance(300) ? static_cast<std::uint32_t>(random_.below(250)) : 10;
    weather_.repeat = random_.chance(300) ? static_cast<std::uint32_t>(random_.below(200)) : 5;
    if (options_.repeats != 0) {
        weather_.repeat = options_.repeats;
    }
    weather_.late = random_.chance(300) ? 30 : 2;
    weather_.longest_delay_us = random_.chance(300) ? 60'000 : 2'000;
    for (auto& each : nodes_) {
        const auto when = restarts_at_us_.find(each->number());
        if (when != restarts_at_us_.end() && when->second <= now_us_) {
            start(*each);
        }
    }
    plan(now_us_ + 10'000 + random_.below(300'000), kind::trouble, 0);
}

void cluster_life::part() {
    weather_.cut.clear();
    if (random_.chance(300)) {
        note("the network is whole");
        return;
    }
    const std::uint64_t sides = random_.next();
    const bool one_way = random_.chance(350);
    for (const auto& a : nodes_) {
        for (const auto& b : nodes_) {
            const bool parted = (sides >> a->number() & 1U) != (sides >> b->number() & 1U);
            if (parted && (!one_way || (sides >> a->number() & 1U) != 0)) {
                weather_.cut.insert({a->number(), b->number()});
            }
        }
    }
    note("the network is cut in " + std::to_string(weather_.cut.size()) + " places");
}

/// A leader whose clients still reach it, while the others are told that it is gone: for a moment there are two
/// that think they lead.
void cluster_life::cut_off_a_leader() {
    const shard_id shard{static_cast<std::uint16_t>(1 + random_.below(settings_.size()))};
    simulated_node* leader = leader_of(shard);
    if (leader == nullptr) {
        return;
    }
    note(name_of(*leader) + ", which leads shard " + std::to_string(shard.value) + ", is cut off");
    weather_.cut.clear();
    for (auto& each : nodes_) {
        if (each.get() != leader) {
            weather_.cut.insert({leader->number(), each->number()});
            weather_.cut.insert({each->number(), leader->number()});
        }
    }
    for (auto& each : nodes_) {
        if (each.get() != leader && each->is_up()) {
            each->node().find(shard)->peer_lost(each->at(now_us_), leader->id());
            pump(*each);
        }
    }
}

void cluster_life::disk_trouble(simulated_node& at) {
    note(name_of(at) + " has trouble with its disk");
    simulated_store& rows = at.store(settings_[random_.below(settings_.size())].id);
    switch (random_.below(10)) {
        case 7:
            at.events().fail_next_commit();
            break;
        case 8:
            at.events().fail_change_after(random_.below(400));
            break;
        case 9:
            at.events().set_capacity(random_.chance(500) ? 20'000 : std::uint64_t{1} << 30U);
            break;
        case 4:
            rows.fail_next_commit();
            break;
        case 5:
            rows.fail_change_after(random_.below(200));
            break;
        case 6:
            rows.set_capacity(random_.chance(500) ? 20'000 : std::uint64_t{1} << 30U);
            break;
        case 0:
            at.disk().fail_next_write();
            break;
        case 1:
            at.disk().fail_next_sync();
            break;
        case 2:
            at.disk().set_capacity(random_.chance(500) ? std::uint64_t{300} << 10U
                                                       : std::uint64_t{1} << 30U);
            break;
        default:
            at.longest_write_us = random_.chance(500) ? 120'000 : 200;
            break;
    }
}

void cluster_life::clock_trouble(simulated_node& at) {
    switch (random_.below(3)) {
        case 0:
            at.wall_error_ns += random_.between(-3'000, 3'000) * 1'000'000;
            note(name_of(at) + "'s clock jumps, and is now wrong by " +
                 std::to_string(at.wall_error_ns / 1'000'000) + " ms");
            break;
        case 1:
            at.wall_error_ns += random_.between(-200, 200) * 1'000'000;
            break;
        default:
            at.wall_error_ns = 0;
            break;
    }
}

void cluster_life::change_membership() {
    const shard_id shard{static_cast<std::uint16_t>(1 + random_.below(settings_.size()))};
    simulated_node* leader = leader_of(shard);
    if (leader == nullptr || nodes_.size() == 1) {
        return;
    }
    replica& one = *leader->node().find(shard);
    const std::vector<member>& members = one.agreement().members().members;
    if (std::any_of(members.begin(), members.end(), [&](const member& each) {
            return node_at(static_cast<endpoint>(each.id.value % 16)).id() != each.id;
        })) {
        repair_memberships();  // first, as an operator would: another one less may be one too few
        return;
    }
    const replica_id whom = node_at(1 + static_cast<endpoint>(random_.below(nodes_.size()))).id();
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const member& each) { return each.id == whom; });
    const auto voters = std::count_if(members.begin(), members.end(), [](const member& each) {
        return each.role == member_role::voter;
    });
    change_kind what = change_kind::add_learner;
    if (found != members.end() && found->role == member_role::learner) {
        what = random_.chance(200) ? change_kind::remove : change_kind::promote;
    } else if (found != members.end()) {
        if (voters < 3) {
            return;
        }
        what = random_.chance(500) ? change_kind::demote : change_kind::remove;
    }
    const auto refused = one.change_membership(leader->at(now_us_), {.what = what, .id = whom});
    result_.changes += refused == consensus_refusal::none ? 1U : 0U;
    note("shard " + std::to_string(shard.value) + ": change " +
         std::to_string(static_cast<int>(what)) + " of member " + std::to_string(whom.value) +
         ": " + std::string(to_string(refused)));
    pump(*leader);
}

/// Of a group that can spare one: all other nodes are up and no other disk was lost and not replaced yet.
void cluster_life::lose_a_disk() {
    simulated_node& at = node_at(1 + static_cast<endpoint>(random_.below(nodes_.size())));
    if (nodes_.size() < 3 || !weather_.cut.empty()) {
        return;
    }
    for (const shard_settings& each : settings_) {
        simulated_node* leader = leader_of(each.id);
        if (leader == nullptr || leader == &at) {
            return;
        }
        std::size_t voters = 0;
        for (const member& one : leader->node().find(each.id)->agreement().members().members) {
            voters += one.role == member_role::voter ? 1U : 0U;
            if (node_at(static_cast<endpoint>(one.id.value % 16)).id() != one.id) {
                return;
            }
        }
        if (voters < 3) {
            return;
        }
    }
    if (at.is_up()) {
        stop(at, true, "its disk is lost");
    }
    note(name_of(at) + " comes back under a new id");
    ++result_.disks_lost;
    at.lose_disk();
}

// --- Healing --------------------------------------------------------------------------------------

void cluster_life::settle_clocks() {
    for (auto& each : nodes_) {
        each->wall_error_ns = 0;
        if (each->is_up()) {
            for (auto& [shard, one] : each->node().replicas()) {
                one->accept_clock(each->at(now_us_));
            }
        }
    }
}

std::string cluster_life::heal() {
    note("everything heals");
    weather_ = {};
    settle_clocks();
    for (auto& each : nodes_) {
        each->longest_write_us = 200;
        each->disk().set_capacity(std::uint64_t{1} << 30U);
        for (const shard_settings& one : settings_) {
            each->store(one.id).set_capacity(std::uint64_t{1} << 30U);
        }
        each->events().set_capacity(std::uint64_t{1} << 30U);
        if (!each->is_up()) {
            start(*each);
        }
    }
    const std::uint64_t begin_us = now_us_;
    std::string left = "nothing has been looked at";
    while (result_.checker.empty() && !left.empty()) {
        if (now_us_ > begin_us + heal_limit_us) {
            tell();
            return left;
        }
        run_until(now_us_ + 50'000);
        client_world_.is_closing = now_us_ > begin_us + calm_us;
        for (auto& each : nodes_) {
            if (!each->is_up()) {
                start(*each);  // a disk may have been about to fail still
            }
        }
        repair_memberships();
        make_void();
        left = now_us_ > begin_us + calm_us + idle_us ? unfinished() : "clients still ask";
    }
    return "";
}

/// How everything stands, for whoever looks into it.
void cluster_life::tell() {
    for (auto& each : nodes_) {
        if (!each->is_up()) {
            note(name_of(*each) + " is down");
            continue;
        }
        const journal_room room = each->node().log().room();
        note(name_of(*each) + (room.takes_orders ? "" : ", takes no orders: " + room.why));
        for (auto& [shard, one] : each->node().replicas()) {
            const consensus& core = one->agreement();
            note("  shard " + std::to_string(shard.value) + ", replica " +
                 std::to_string(one->self().value) + ": role " +
                 std::to_string(static_cast<int>(core.role())) + ", term " +
                 std::to_string(core.term()) + ", leader " + std::to_string(core.leader().value) +
                 ", log " + std::to_string(core.first_index()) + " to " +
                 std::to_string(core.last_index()) + ", stored " +
                 std::to_string(core.persisted_index()) + ", committed " +
                 std::to_string(core.commit_index()) + ", applied " +
                 std::to_string(one->state().index()) + (one->speaks() ? ", speaks" : "") +
                 (one->is_clock_in_doubt() ? ", clock in doubt" : "") +
                 (one->waits_for_room() ? ", waits for room" : "") +
                 (core.is_installing() ? ", installing" : ""));
        }
    }
}

/// Where a shard is stuck, an operator makes the entry void.
void cluster_life::make_void() {
    for (const shard_settings& each : settings_) {
        simulated_node* leader = leader_of(each.id);
        replica* one = leader != nullptr ? leader->node().find(each.id) : nullptr;
        if (one != nullptr && one->stuck()) {
            const std::uint64_t index = one->stuck()->index;
            if (one->make_void(leader->at(now_us_), index) == replica_refusal::none) {
                ++result_.voids;
                note("shard " + std::to_string(each.id.value) + ": entry " + std::to_string(index) +
                     " is to be void");
            }
            pump(*leader);
        }
    }
}

/// Members whose disk was lost go, so that no majority waits for them.
void cluster_life::repair_memberships() {
    for (const shard_settings& each : settings_) {
        simulated_node* leader = leader_of(each.id);
        if (leader == nullptr) {
            continue;
        }
        replica& one = *leader->node().find(each.id);
        for (const member& who : one.agreement().members().members) {
            if (node_at(static_cast<endpoint>(who.id.value % 16)).id() != who.id) {
                static_cast<void>(one.change_membership(
                    leader->at(now_us_), {.what = change_kind::remove, .id = who.id}));
                break;
            }
        }
        pump(*leader);
    }
}

std::string cluster_life::unfinished() {
    for (const auto& each : clients_) {
        if (!each->is_quiet()) {
            return "client " + std::to_string(each->number()) + " waits for an answer";
        }
    }
    for (const shard_settings& each : settings_) {
        const std::string name = "shard " + std::to_string(each.id.value);
        simulated_node* leader = leader_of(each.id);
        if (leader == nullptr) {
            return name + " has no leader";
        }
        const shard& state = history_.state(each.id);
        for (const shard_settings& peer : settings_) {
            if (peer.id != each.id && !state.unconfirmed(peer.id, 1, 1).messages.empty()) {
                return name + " has unconfirmed messages for shard " +
                       std::to_string(peer.id.value);
            }
        }
        const auto due = state.next_due();
        if (due && due->ns + 1'000'000'000 < leader->at(now_us_).wall.ns) {
            return name + " has something overdue";
        }
        for (const member& who : leader->node().find(each.id)->agreement().members().members) {
            simulated_node& at = node_at(static_cast<endpoint>(who.id.value % 16));
            const replica* one = at.is_up() ? at.node().find(each.id) : nullptr;
            if (one == nullptr || one->state().index() < history_.length(each.id)) {
                return name + ": member " + std::to_string(who.id.value) + " is at entry " +
                       std::to_string(one != nullptr ? one->state().index() : 0) + " of " +
                       std::to_string(history_.length(each.id));
            }
            if (at.node().events()->durable(each.id) < history_.length(each.id)) {
                return name + ": member " + std::to_string(who.id.value) +
                       " has events up to entry " +
                       std::to_string(at.node().events()->durable(each.id));
            }
        }
    }
    return client_world_.is_open ? "" : "the market was never opened";
}

}  // namespace bourse
