#include <algorithm>

#include "cluster/consensus_bug.hpp"
#include "cluster/consensus_machine.hpp"
#include "messages/assert.hpp"

namespace bourse {

effects consensus_machine::persisted(std::uint64_t now_ms, std::uint64_t write_number,
                                     std::uint64_t vote_number) {
    begin(now_ms);
    BOURSE_ASSERT(write_number <= last_write_ && vote_number <= last_vote_write_);
    durable_write_ = std::max(durable_write_, write_number);
    durable_vote_ = std::max({durable_vote_, durable_write_, vote_number});
    std::uint64_t last = 0;
    while (!under_way_.empty() && under_way_.front().number <= durable_write_) {
        last = std::max(last, under_way_.front().last_index);
        under_way_.pop_front();
    }
    if (stopped_) {
        return finish();
    }
    // What was written and then overwritten in the log is behind it now.
    if ((last > persisted_index() || !BOURSE_GUARDED(stored_forward)) && !is_installing()) {
        BOURSE_ASSERT(last <= log_.last_index() || !BOURSE_GUARDED(superseded_writes));
        raft_event event = event_of(RAFT_PERSISTED_ENTRIES);
        event.persisted_entries.index = last;
        BOURSE_ASSERT(step(event) == 0);
    }
    elect_if_due();  // an election may have waited for this write
    return finish();
}

effects consensus_machine::snapshot_taken(std::uint64_t now_ms, std::uint64_t index) {
    begin(now_ms);
    if (stopped_) {
        return finish();
    }
    if (is_installing()) {
        return refuse(consensus_refusal::installing_snapshot);
    }
    if ((index <= snapshot_.index || index > commit_index_ || index > persisted_index()) &&
        BOURSE_GUARDED(snapshots_in_place)) {
        return refuse(consensus_refusal::snapshot_out_of_place);
    }
    const committed_membership& in_force = log_.membership_at(index);
    snapshot_ = {.index = index,
                 .term = term_of(index),
                 .membership_index = in_force.index,
                 .in_force = BOURSE_CONSENSUS_WRONG(membership_of_tomorrow) ? log_.members()
                                                                            : in_force.in_force};
    const unsigned trailing =
        BOURSE_GUARDED(trailing_entries)
            ? std::max(options_.trailing_entries, options_.max_in_flight_entries)
            : options_.trailing_entries;
    raft_event event = event_of(RAFT_SNAPSHOT);
    event.snapshot.metadata.index = index;
    event.snapshot.metadata.term = snapshot_.term;
    event.snapshot.metadata.configuration_index = snapshot_.membership_index;
    event.snapshot.metadata.configuration = raft_configuration_of(snapshot_.in_force);
    event.snapshot.trailing = trailing;  // the configuration is libraft's
    BOURSE_ASSERT(step(event) == 0);
    if (index > trailing && log_.has(index - trailing)) {
        log_.drop_before(index - trailing + 1);
    }
    return finish();
}

/// libraft begins anew behind the snapshot, as after a restart: that takes later positions than the one it
/// was offered, too.
effects consensus_machine::snapshot_installed(std::uint64_t now_ms,
                                              const snapshot_position& position) {
    begin(now_ms);
    if (stopped_) {
        return finish();
    }
    const bool fits = is_installing() && position.index >= offered_.index &&
                      (position.index > offered_.index || position == offered_) &&
                      position.term >= offered_.term && position.term <= term() &&
                      position.membership_index > 0 &&
                      position.membership_index <= position.index && is_usable(position.in_force);
    if (!fits) {
        return refuse(consensus_refusal::not_installing);
    }
    snapshot_ = position;
    log_.restart(snapshot_);
    commit_index_ = position.index;
    told_memberships_ = position.index;
    out_.memberships.push_back({position.membership_index, position.in_force});
    start_engine(term(), vote());
    if (led_term_ == term() && led_by_ != self_) {
        send(led_by_, term(), append_answer{.rejected_index = 0, .last_index = position.index});
    }
    return finish();
}

}  // namespace bourse
