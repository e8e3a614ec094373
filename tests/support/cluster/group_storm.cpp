#include "tests/support/cluster/group_storm.hpp"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

namespace bourse {
namespace {

using kind = membership_change::kind;

constexpr std::uint64_t storm_ms = 8'000;
constexpr std::uint64_t calm_ms = 5'000;
constexpr std::uint64_t snapshot_every = 60;

consensus_options quick_options() {
    consensus_options options;
    options.election_timeout_ms = 100;
    options.heartbeat_ms = 20;
    options.snapshot_timeout_ms = 400;
    options.peer_lost_step_ms = 5;
    options.max_in_flight_entries = 32;
    options.trailing_entries = 8;
    options.max_members = 8;
    options.max_message_bytes = 256;
    options.max_entry_bytes = 192;
    options.max_in_flight_bytes = 2'048;
    return options;
}

membership founders(std::uint64_t voters) {
    membership made;
    for (std::uint64_t id = 1; id <= voters; ++id) {
        made.members.push_back({.id = {id}, .role = member_role::voter});
    }
    return made;
}

}  // namespace

group_storm::group_storm(std::uint64_t seed, std::uint64_t voters, std::uint64_t replicas)
    : group_(seed, founders(voters), replicas, quick_options()) {
    group_.weather = {.loss = static_cast<std::uint32_t>(random(2'000)),
                      .repeat = static_cast<std::uint32_t>(random(1'500)),
                      .longest_delay_ms = 25,
                      .late = 250,
                      .longest_write_ms = random(3) == 0 ? 150U : 8U};
}

std::string group_storm::pass() {
    std::uint64_t next_trouble = 300;
    for (std::uint64_t end = group_.now_ms() + storm_ms; group_.now_ms() < end;) {
        group_.run_for(1 + random(10));
        work();
        if (group_.now_ms() - 1'000 >= next_trouble) {
            trouble();
            next_trouble = group_.now_ms() - 1'000 + 20 + random(380);
        }
        if (!group_.violation().empty()) {
            return group_.violation();
        }
    }
    return heal();
}

void group_storm::work() {
    for (replica_group::replica& each : group_.replicas()) {
        if (each.core == nullptr) {
            continue;
        }
        if (each.core->role() == replica_role::leader) {
            group_.submit(each.id.value, static_cast<std::uint32_t>(1 + random(4)), 8 + random(40));
            if (random(4) == 0) {
                group_.read(each.id.value);
            }
        }
        if (each.applied > each.core->snapshot().index + snapshot_every) {
            group_.take_snapshot(each.id.value);
        }
    }
    group_.check_logs();
}

void group_storm::trouble() {
    const std::uint64_t dice = random(12);
    if (dice < 3) {
        crash(any_id());
    } else if (dice < 6) {
        part();
    } else if (dice == 6) {
        hand_over();
    } else if (dice == 7) {
        crash_leader();
    } else {
        change_membership();
    }
    for (replica_group::replica& each : group_.replicas()) {
        if (each.core == nullptr && random(3) > 0) {
            group_.restart(each.id.value);
        }
    }
}

void group_storm::crash(std::uint64_t id) {
    if (group_.at(id).core != nullptr) {
        group_.crash(id, random(group_.at(id).unwritten.size() + 1));
    }
}

void group_storm::hand_over() {
    if (auto* leader = group_.leader()) {
        effects out = leader->core->transfer(group_.now_ms(), {random(2) == 0 ? 0 : any_id()});
        transfers_ += out.refused == consensus_refusal::none ? 1 : 0;
        group_.carry_out(*leader, std::move(out));
    }
}

/// And some of the others are told.
void group_storm::crash_leader() {
    auto* leader = group_.leader();
    if (leader == nullptr) {
        return;
    }
    const replica_id id = leader->id;
    crash(id.value);
    for (replica_group::replica& each : group_.replicas()) {
        if (each.core != nullptr && random(3) > 0) {
            group_.carry_out(each, each.core->peer_lost(group_.now_ms(), id));
        }
    }
}

void group_storm::part() {
    group_.heal();
    const std::uint64_t sides = random(1U << group_.replicas().size());
    const bool one_way = random(3) == 0;
    for (std::uint64_t a = 1; random(3) > 0 && a <= group_.replicas().size(); ++a) {
        for (std::uint64_t b = 1; b <= group_.replicas().size(); ++b) {
            if ((sides >> a & 1U) != (sides >> b & 1U) && (!one_way || a < b)) {
                group_.cut(a, b);
            }
        }
    }
}

void group_storm::change_membership() {
    auto* leader = group_.leader();
    if (leader == nullptr) {
        return;
    }
    const std::uint64_t id = any_id();
    const std::vector<member>& members = leader->core->members().members;
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const member& each) { return each.id.value == id; });
    const auto voters = std::count_if(members.begin(), members.end(), [](const member& each) {
        return each.role == member_role::voter;
    });
    kind what = kind::add_learner;
    if (found != members.end() && found->role == member_role::learner) {
        what = random(4) == 0 ? kind::remove : kind::promote;
    } else if (found != members.end()) {
        what = voters > 1 && random(2) == 0 ? kind::demote : kind::remove;
    }
    const effects out = group_.change(leader->id.value, what, id);
    changes_ += out.refused == consensus_refusal::none ? 1 : 0;
}

std::string group_storm::heal() {
    group_.heal();
    group_.weather = {.longest_delay_ms = 5, .longest_write_ms = 1};
    for (replica_group::replica& each : group_.replicas()) {
        group_.restart(each.id.value);
    }
    const std::uint64_t before = group_.committed();
    for (std::uint64_t end = group_.now_ms() + calm_ms; group_.now_ms() < end;) {
        group_.run_for(10);
        work();
    }
    group_.check_logs();
    if (!group_.violation().empty()) {
        return group_.violation();
    }
    if (group_.committed() < before + 20) {
        return "no progress after everything healed: " + told();
    }
    return stragglers();
}

/// How every replica stands, for whoever looks into it.
std::string group_storm::told() {
    std::ostringstream text;
    for (const replica_group::replica& each : group_.replicas()) {
        const consensus& core = *each.core;
        text << "\n  " << each.id.value << ": role " << static_cast<int>(core.role()) << ", term "
             << core.term() << ", leader " << core.leader().value << ", log " << core.first_index()
             << " to " << core.last_index() << ", stored " << core.persisted_index()
             << ", committed " << core.commit_index() << ", snapshot " << core.snapshot().index
             << (core.is_installing() ? ", installing" : "") << ", members";
        for (const member& one : core.members().members) {
            text << " " << one.id.value << (one.role == member_role::voter ? "v" : "l");
        }
        for (const std::string& fault : each.faults) {
            text << ", fault: " << fault;
        }
    }
    return text.str();
}

std::string group_storm::stragglers() {
    replica_group::replica* leader = group_.leader();
    if (leader == nullptr) {
        return "no leader after everything healed: " + told();
    }
    for (const member& each : leader->core->members().members) {
        if (group_.at(each.id.value).applied + 200 < group_.committed()) {
            return "replica " + std::to_string(each.id.value) + " does not catch up";
        }
    }
    for (const replica_group::replica& each : group_.replicas()) {
        if (!each.faults.empty()) {
            return "a fault: " + each.faults.front();
        }
    }
    return "";
}

}  // namespace bourse
