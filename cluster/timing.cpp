#include <algorithm>

#include "cluster/consensus_machine.hpp"
#include "messages/assert.hpp"

namespace bourse {

effects consensus_machine::tick(std::uint64_t now_ms) {
    begin(now_ms);
    if (!stopped_) {
        elect_if_due();
    }
    return finish();
}

/// What libraft does by the clock: elections, and a leader's signs of life.
void consensus_machine::elect_if_due() {
    // Asked more often, a leader would take every follower for silent.
    if (now_ms_ < raft_timeout(&raft_) || waits_for_disk()) {
        return;
    }
    if (role() == replica_role::follower && is_sole_voter() && !is_installing() &&
        BOURSE_GUARDED(sole_voter_new_term)) {
        // The last other voter has gone; libraft would lead in its term.
        raft_.current_term += 1;
        raft_.voted_for = self_.value;
        take_vote();
    }
    if (role() == replica_role::candidate) {
        // Not elected: whoever cannot be is not to raise the term again and again.
        raft_.candidate_state.in_pre_vote = true;
        raft_.candidate_state.disrupt_leader = false;
    }
    raft_event event = event_of(RAFT_TIMEOUT);
    BOURSE_ASSERT(step(event) == 0);
}

/// A voter whose log is not all durable is no candidate. It becomes one as soon as it is, rather than an
/// election timeout later.
bool consensus_machine::waits_for_disk() const {
    const member* own = find_member(self_);
    return role() == replica_role::follower && own != nullptr && own->role == member_role::voter &&
           !is_installing() && persisted_index() < log_.last_index();
}

effects consensus_machine::peer_lost(std::uint64_t now_ms, replica_id peer) {
    begin(now_ms);
    if (stopped_ || role() != replica_role::follower || leader() != peer || peer.value == 0) {
        return finish();
    }
    forget_leader();
    // One after the other, that they do not take each other's votes.
    std::uint64_t place = 0;
    for (const member& each : log_.members().members) {
        if (each.role == member_role::voter && each.id != peer && each.id < self_) {
            ++place;
        }
    }
    stand_for_election_in(place * options_.peer_lost_step_ms);
    elect_if_due();
    return finish();
}

void consensus_machine::forget_leader() {
    raft_.follower_state.current_leader.id = 0;
    raft_free(raft_.follower_state.current_leader.address);
    raft_.follower_state.current_leader.address = nullptr;
}

void consensus_machine::stand_for_election_in(std::uint64_t delay_ms) {
    // libraft's clock is ahead of ours by more than its longest timeout.
    raft_.election_timer_start =
        now_ms_ + delay_ms - raft_.follower_state.randomized_election_timeout;
}

std::uint64_t consensus_machine::next_tick_ms() const {
    const std::uint64_t ahead = 4ULL * options_.election_timeout_ms;
    const std::uint64_t now = now_ms_ - ahead;
    if (waits_for_disk() && raft_timeout(&raft_) <= now_ms_) {
        return now + options_.heartbeat_ms;
    }
    const std::uint64_t due = raft_timeout(&raft_) - ahead;
    return BOURSE_GUARDED(ticks_lie_ahead) ? std::max(due, now + 1) : due;
}

}  // namespace bourse
