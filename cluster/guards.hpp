#pragma once

/// What stands between libraft and its callers, each for something that was seen to go wrong without it.
/// Where a build defines BOURSE_SWITCHABLE_GUARDS, which is tests/guards, a test can turn one off, and see
/// that it goes wrong; elsewhere nothing is left of the switches.
#if defined(BOURSE_SWITCHABLE_GUARDS)
#include <cstdint>

namespace bourse {

enum class guard : std::uint8_t {
    none,
    stale_answers,      ///< an answer to a message of an old term says nothing about this log
    membership_first,   ///< received entries are handed on so that a membership is always the first
    membership_before,  ///< a membership behind another means that the other is committed
    repeated_rejections,     ///< a rejection below what is known to match is dropped
    denied_pre_votes,        ///< a denied pre-vote tells the term of who denies
    entries_below_snapshot,  ///< entries that a snapshot stands for are taken for known
    own_term_first,          ///< memberships change only after an entry of the leader's own term
    aware_voters,            ///< every voter of a new membership has stored the one in force
    caught_up_learners,      ///< a learner is not made a voter before its log is of use
    vote_before_messages,    ///< messages wait for the vote that they depend on
    durable_memberships,     ///< a membership leaves only when it is durable here
    no_self_removal,         ///< a leader does not make itself anything but a voter
    superseded_writes,       ///< what is persisted counts only as far as it is still in the log
    commit_goes_forward,     ///< the commit index never goes back
    snapshots_in_place,  ///< a snapshot is of what is committed and stored, and newer than the last
    one_install_at_a_time,  ///< an offer of a snapshot is dropped while one is being installed
    time_goes_forward,      ///< time never goes back
    ticks_lie_ahead,        ///< the next tick is later than now
    votes_of_candidates,    ///< only a candidate takes the answers to a vote
    bounded_submits,        ///< what is not committed, or not stored, is bounded
    sole_voter_new_term,    ///< a group's only voter leads in a term of its own
    leader_begins_term,     ///< every leader begins with an entry of its term
    one_leader_a_term,      ///< a second leader of a term is seen
    committed_stays,        ///< entries that contradict committed ones are seen
    learners_vote,          ///< a learner votes: its candidate may know that it is a voter by now
    silent_leaders,  ///< a leader not heard of for long does not keep others from being elected
    one_change_at_a_time,   ///< a membership changes only when the last change is committed
    committed_memberships,  ///< libraft is told when a membership is committed
    trailing_entries,  ///< what may be in flight to a follower stays in the log behind a snapshot
    voided_writes,     ///< a write does not count when rows have taken the place of its log
    stored_forward,    ///< libraft is told what is stored only when that is more than before
    own_terms,         ///< submitted entries carry the term: libraft gives them none
    bytes_in_flight,   ///< what is in flight to a follower is bounded in bytes
    entries_first,     ///< what a step appends is in the log before its messages are filled from it
    filled_offers,     ///< an offered snapshot says what it is: libraft leaves that out
    received_batches,  ///< what libraft appends of a message, it leaves the memory of to us
    barrier_batches,   ///< and of its own barrier
    offered_memory,    ///< and of a snapshot that it takes
    given_memory,      ///< a configuration that was handed to libraft is libraft's
    silent_tracer,     ///< libraft does not trace: all instances share one buffer for it
    own_seeds,         ///< each replica draws its timeouts from a seed of its own
};

inline constexpr unsigned guard_count = static_cast<unsigned>(guard::own_seeds);

/// The guard that is off.
inline guard guard_off = guard::none;

}  // namespace bourse
#define BOURSE_GUARDED(name) (::bourse::guard_off != ::bourse::guard::name)
#else
#define BOURSE_GUARDED(name) true
#endif
