#include "tests/support/cluster/replica_group.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace bourse {
namespace {

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    a ^= b + 0x9e3779b97f4a7c15U + (a << 6U) + (a >> 2U);
    a *= 0xff51afd7ed558ccdU;
    return a ^ (a >> 29U);
}

std::uint64_t digest_of(std::uint64_t before, const log_entry& entry) {
    std::uint64_t digest = mixed(before, entry.term * 4 + static_cast<std::uint64_t>(entry.kind));
    for (const std::byte each : entry.payload.bytes()) {
        digest = mixed(digest, std::to_integer<std::uint64_t>(each));
    }
    return digest;
}

}  // namespace

replica_group::replica_group(std::uint64_t seed, const membership& founders, std::uint64_t count,
                             const consensus_options& options)
    : random_state_(seed), options_(options) {
    replicas_.resize(count);
    for (std::uint64_t id = 1; id <= count; ++id) {
        at(id).id = {id};
        if (std::any_of(founders.members.begin(), founders.members.end(),
                        [&](const member& each) { return each.id.value == id; })) {
            at(id).disk = founding_log(founders);
        }
    }
    for (replica& each : replicas_) {
        boot(each);
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t replica_group::random_below(std::uint64_t bound) {
    random_state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = random_state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return (z ^ (z >> 31U)) % bound;
}

void replica_group::violate(const std::string& sentence) {
    if (violation_.empty()) {
        violation_ = std::to_string(now_ms_) + " ms: " + sentence;
    }
}

// --- Time -----------------------------------------------------------------------------------------

void replica_group::plan(std::uint64_t at_ms, occurrence::kind what, std::uint64_t id,
                         std::shared_ptr<replica_message> message) {
    queue_.push({at_ms, order_++, what, id, at(id).incarnation, std::move(message)});
}

void replica_group::run_until(std::uint64_t at_ms) {
    while (!queue_.empty() && queue_.top().at_ms <= at_ms) {
        const occurrence next = queue_.top();
        queue_.pop();
        now_ms_ = std::max(now_ms_, next.at_ms);
        happen(next);
    }
    now_ms_ = at_ms;
}

bool replica_group::run_until_true(const std::function<bool()>& done, std::uint64_t ms) {
    for (const std::uint64_t end = now_ms_ + ms; !done();) {
        if (now_ms_ >= end) {
            return false;
        }
        run_until(now_ms_ + 1);
    }
    return true;
}

void replica_group::happen(const occurrence& next) {
    replica& r = at(next.id);
    if (r.core == nullptr ||
        (next.what != occurrence::kind::message && next.incarnation != r.incarnation)) {
        return;
    }
    ++seen.events;
    switch (next.what) {
        case occurrence::kind::tick:
            if (next.at_ms == r.last.next_tick_ms) {
                carry_out(r, r.core->tick(now_ms_));
            }
            break;
        case occurrence::kind::message:
            if (!cut_[{next.message->from.value, next.id}]) {
                carry_out(r, r.core->receive(now_ms_, *next.message));
            }
            break;
        case occurrence::kind::synced:
            end_sync(r);
            break;
        case occurrence::kind::fetch:
            fetch(r);
            break;
    }
}

// --- Network --------------------------------------------------------------------------------------

void replica_group::cut_off(std::uint64_t id) {
    for (const replica& other : replicas_) {
        cut(id, other.id.value);
        cut(other.id.value, id);
    }
}

void replica_group::send(const replica_message& message) {
    if (keeps_messages) {
        messages.push_back(message);
    }
    if (message.to.value > replicas_.size() || cut_[{message.from.value, message.to.value}] ||
        (loses && loses(message)) || random_below(10'000) < weather.loss) {
        return;
    }
    const auto shared = std::make_shared<replica_message>(message);
    const int copies = random_below(10'000) < weather.repeat ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
        std::uint64_t delay = 1 + random_below(weather.longest_delay_ms);
        if (random_below(10'000) < weather.late) {
            delay += 50 + random_below(1'450);
        }
        plan(now_ms_ + delay, occurrence::kind::message, message.to.value, shared);
    }
}

// --- Disks ----------------------------------------------------------------------------------------

void replica_group::write(replica& r, disk_write what) {
    r.unwritten.push_back(std::move(what));
    if (r.syncing == 0) {
        begin_sync(r);
    }
}

/// One sync at a time, which covers all that was written before it began.
void replica_group::begin_sync(replica& r) {
    r.syncing = r.unwritten.size();
    plan(now_ms_ + random_below(weather.longest_write_ms + 1), occurrence::kind::synced,
         r.id.value);
}

void replica_group::end_sync(replica& r) {
    for (; r.syncing > 0 && !r.is_disk_held && r.core != nullptr && !r.unwritten.empty();
         --r.syncing) {
        write_done(r);
    }
    r.syncing = 0;
    if (!r.unwritten.empty() && !r.is_disk_held) {
        begin_sync(r);
    }
}

void replica_group::put_on_disk(replica& r, const disk_write& what) {
    durable_state& disk = r.disk;
    if (const auto* vote = std::get_if<vote_write>(&what.what)) {
        disk.term = vote->term;
        disk.vote = vote->vote;
    } else if (const auto* entries = std::get_if<entries_write>(&what.what)) {
        if (entries->first_index < disk.first_index ||
            entries->first_index > disk.first_index + disk.entries.size()) {
            violate("a write leaves a gap on the disk of " + std::to_string(r.id.value));
            return;
        }
        disk.entries.resize(entries->first_index - disk.first_index);
        disk.entries.insert(disk.entries.end(), entries->entries.begin(), entries->entries.end());
    } else {
        disk.snapshot = std::get<install>(what.what).position;
        disk.first_index = disk.snapshot->index + 1;
        disk.entries.clear();
    }
}

void replica_group::write_done(replica& r) {
    const disk_write done = std::move(r.unwritten.front());
    r.unwritten.pop_front();
    put_on_disk(r, done);
    if (const auto* installed = std::get_if<install>(&done.what)) {
        ++seen.installs;
        effects out = r.core->snapshot_installed(now_ms_, installed->position);
        if (out.refused != consensus_refusal::none) {
            violate("an installed snapshot is refused: " + std::string(to_string(out.refused)));
        }
        r.applied = installed->position.index;
        r.digest = committed_[r.applied - 1].digest_after;
        r.installing.reset();
        carry_out(r, std::move(out));
    } else {
        carry_out(r, r.core->persisted(now_ms_, done.number));
    }
}

void replica_group::release_disk(std::uint64_t id) {
    replica& r = at(id);
    r.is_disk_held = false;
    while (r.core != nullptr && !r.unwritten.empty()) {
        write_done(r);
    }
}

/// The rows of the replica that offered them, as they are by now.
void replica_group::fetch(replica& r) {
    if (!r.installing) {
        return;
    }
    replica& source = at(r.installing->from.value);
    const bool is_reachable = source.core != nullptr && !cut_[{source.id.value, r.id.value}];
    if (is_reachable && source.core->snapshot().index >= r.installing->position.index &&
        source.core->snapshot().term <= r.core->term()) {
        write(r, {0, install{source.core->snapshot()}});
    } else if (++r.fetches_failed > 5) {
        crash(r.id.value, r.unwritten.size());
        restart(r.id.value);
    } else {
        plan(now_ms_ + 40, occurrence::kind::fetch, r.id.value);
    }
}

// --- Replicas -------------------------------------------------------------------------------------

void replica_group::boot(replica& r) {
    ++r.incarnation;
    consensus_options options = options_;
    options.seed = static_cast<std::uint32_t>(random_below(1U << 31U)) + 1;
    r.core = std::make_unique<consensus>(r.id, options);
    r.unwritten.clear();
    r.installing.reset();
    r.fetches_failed = 0;
    r.reads.clear();
    r.syncing = 0;
    r.applied = r.disk.snapshot ? r.disk.snapshot->index : 0;
    r.digest = r.applied > 0 ? committed_[r.applied - 1].digest_after : 0;
    carry_out(r, r.core->start(now_ms_, r.disk));
}

void replica_group::crash(std::uint64_t id, std::size_t kept) {
    replica& r = at(id);
    for (std::size_t i = 0; i < std::min(kept, r.unwritten.size()); ++i) {
        put_on_disk(r, r.unwritten[i]);
    }
    r.core.reset();
    r.unwritten.clear();
    r.syncing = 0;
    r.is_disk_held = false;
}

void replica_group::restart(std::uint64_t id) {
    if (at(id).core == nullptr) {
        boot(at(id));
    }
}

replica_group::replica* replica_group::leader() {
    replica* found = nullptr;
    for (replica& each : replicas_) {
        if (each.core != nullptr && each.core->role() == replica_role::leader &&
            (found == nullptr || each.core->term() > found->core->term())) {
            found = &each;
        }
    }
    return found;
}

effects replica_group::submit(std::uint64_t id, std::uint32_t count, std::size_t bytes) {
    std::vector<shared_bytes> payloads;
    for (std::uint32_t i = 0; i < count; ++i) {
        std::vector<std::byte> payload(std::max(bytes, sizeof next_command_));
        ++next_command_;
        std::memcpy(payload.data(), &next_command_, sizeof next_command_);
        payloads.emplace_back(std::move(payload));
    }
    effects out = at(id).core->submit(now_ms_, std::move(payloads));
    carry_out(at(id), out);
    return out;
}

effects replica_group::change(std::uint64_t id, membership_change::kind what, std::uint64_t whom) {
    effects out = at(id).core->change_membership(now_ms_, {.what = what, .id = {whom}});
    carry_out(at(id), out);
    return out;
}

effects replica_group::read(std::uint64_t id) {
    effects out = at(id).core->read(now_ms_);
    if (out.refused == consensus_refusal::none) {
        at(id).reads[out.read_ticket] = committed_.size();
    }
    carry_out(at(id), out);
    return out;
}

bool replica_group::take_snapshot(std::uint64_t id) {
    replica& r = at(id);
    effects out = r.core->snapshot_taken(now_ms_, r.applied);
    const bool taken = out.refused == consensus_refusal::none;
    // On the disk at once: its rows are written by a transaction of their own.
    if (taken) {
        r.disk.snapshot = r.core->snapshot();
        const std::uint64_t first = std::max(r.disk.first_index, r.core->first_index());
        const std::uint64_t given_up =
            std::min<std::uint64_t>(first - r.disk.first_index, r.disk.entries.size());
        r.disk.entries.erase(r.disk.entries.begin(),
                             r.disk.entries.begin() + static_cast<std::ptrdiff_t>(given_up));
        r.disk.first_index += given_up;
    }
    carry_out(r, std::move(out));
    return taken;
}

void replica_group::carry_out(replica& r, effects out) {
    if (!out.fault.empty()) {
        r.faults.push_back(out.fault);
    }
    for (log_write& each : out.writes) {
        if (auto* vote = std::get_if<vote_write>(&each.what)) {
            write(r, {each.number, *vote});
        } else {
            write(r, {each.number, std::move(std::get<entries_write>(each.what))});
        }
    }
    for (const replica_message& each : out.messages) {
        send(each);
    }
    if (out.install) {
        r.installing = out.install;
        r.fetches_failed = 0;
        plan(now_ms_ + 1 + random_below(30), occurrence::kind::fetch, r.id.value);
    }
    if (out.next_tick_ms <= now_ms_) {
        violate("the next tick is not later than now");
    }
    if (out.commit_index < r.last.commit_index && r.core != nullptr &&
        r.applied > out.commit_index) {
        violate("the commit index goes back");
    }
    out.writes.clear();
    out.messages.clear();
    r.last = std::move(out);
    plan(r.last.next_tick_ms, occurrence::kind::tick, r.id.value);
    if (r.last.role == replica_role::leader) {
        check_leader(r);
    }
    apply(r);
    check_reads(r);
}

// --- Checks ---------------------------------------------------------------------------------------

void replica_group::apply(replica& r) {
    while (!r.core->is_installing() && r.applied < r.last.commit_index) {
        const std::uint64_t index = r.applied + 1;
        const log_entry& entry = r.core->entry(index);
        r.digest = digest_of(r.digest, entry);
        if (index > committed_.size()) {
            committed_.push_back({entry.term, r.digest});
            check_durable(r, index);
        } else if (committed_[index - 1].term != entry.term ||
                   committed_[index - 1].digest_after != r.digest) {
            violate("replica " + std::to_string(r.id.value) + " commits another entry " +
                    std::to_string(index));
        }
        r.applied = index;
    }
}

void replica_group::check_leader(replica& r) {
    const auto [place, is_new] = leaders_.emplace(r.last.term, r.id.value);
    if (place->second != r.id.value) {
        violate("two leaders in term " + std::to_string(r.last.term));
    }
    if (!is_new) {
        return;
    }
    ++seen.elections;
    for (std::uint64_t i = std::max<std::uint64_t>(r.core->first_index(), 1);
         i <= committed_.size(); ++i) {
        if (i > r.core->last_index() || r.core->entry(i).term != committed_[i - 1].term) {
            violate("leader " + std::to_string(r.id.value) + " lacks committed entry " +
                    std::to_string(i));
            return;
        }
    }
}

void replica_group::check_durable(replica& r, std::uint64_t index) {
    std::size_t voters = 0;
    std::size_t have = 0;
    for (const member& each : r.core->members().members) {
        if (each.role != member_role::voter) {
            continue;
        }
        ++voters;
        const durable_state& disk = at(each.id.value).disk;
        const bool is_in_snapshot = disk.snapshot && disk.snapshot->index >= index;
        const bool is_in_log =
            index >= disk.first_index && index < disk.first_index + disk.entries.size() &&
            disk.entries[index - disk.first_index].term == committed_[index - 1].term;
        have += is_in_snapshot || is_in_log ? 1 : 0;
    }
    // A later membership than the one that committed it may be in force by now: one voter more or less.
    if (have * 2 + 1 < voters) {
        violate("entry " + std::to_string(index) + " is committed on " + std::to_string(have) +
                " of " + std::to_string(voters) + " disks");
    }
}

void replica_group::check_reads(replica& r) {
    while (!r.reads.empty() && r.reads.begin()->first <= r.last.reads_ready) {
        ++seen.reads_served;
        if (r.reads.begin()->second > r.last.commit_index) {
            violate("a read that was ready is stale");
        }
        r.reads.erase(r.reads.begin());
    }
    while (!r.reads.empty() && r.reads.begin()->first <= r.last.reads_lost) {
        r.reads.erase(r.reads.begin());
    }
}

void replica_group::check_logs() {
    for (const replica& a : replicas_) {
        for (const replica& b : replicas_) {
            if (a.id >= b.id || a.core == nullptr || b.core == nullptr) {
                continue;
            }
            const std::uint64_t first = std::max(a.core->first_index(), b.core->first_index());
            bool agrees = false;
            for (std::uint64_t i = std::min(a.core->last_index(), b.core->last_index());
                 i >= first && i > 0; --i) {
                const bool is_same = a.core->entry(i).term == b.core->entry(i).term;
                agrees = agrees || is_same;
                if (agrees && !(a.core->entry(i) == b.core->entry(i))) {
                    violate("the logs of " + std::to_string(a.id.value) + " and " +
                            std::to_string(b.id.value) + " differ at " + std::to_string(i));
                    return;
                }
            }
        }
    }
}

}  // namespace bourse
