#pragma once

/// Mistakes made on purpose in how a replica is put together, so that the simulator can show that its
/// checkers find them. They are there only where a build defines BOURSE_PLANTED_BUGS, which is
/// tests/simulation's own test; elsewhere nothing is left of them.
#if defined(BOURSE_PLANTED_BUGS)
#include <cstdint>

namespace bourse {

enum class wiring_bug : std::uint8_t {
    none,
    no_sync,                    ///< what was handed to the disk is taken for durable
    vote_not_awaited,           ///< a vote is taken for durable when it is asked for
    answer_before_commit,       ///< a command is answered when it is proposed
    apply_before_commit,        ///< an entry is applied when it is in the log
    truncation_forgotten,       ///< a replaced tail stays in the journal
    clock_not_held,             ///< stamps follow the clock backwards, in the state too
    stale_read,                 ///< a read is answered without asking the others
    follower_speaks,            ///< what a follower applies leaves as well
    receipt_before_commit,      ///< a channel message is confirmed when it arrives
    due_forgotten,              ///< nothing is proposed when something is due
    delivery_not_repeated,      ///< a channel message that was lost is not sent again
    checkpoint_misses_removal,  ///< a row that is gone stays in the checkpoint
    released_too_early,         ///< the journal gives up entries when their checkpoint is begun
    lines_not_stored,           ///< the event store lacks ledger lines
    events_not_awaited,         ///< a checkpoint becomes durable before the events up to it
    events_not_copied,  ///< rows of another replica are installed without the events up to them
    entries_trip,       ///< no mistake of wiring: some entries cannot be applied, by anybody
    stuck_state_kept,   ///< the same, and what such an entry did in part stays in the state
    rows_not_voided,    ///< a log that rows take the place of stays in the journal
};

/// The mistake that is being made.
inline wiring_bug wired_wrong = wiring_bug::none;

}  // namespace bourse
#define BOURSE_WIRED_WRONG(bug) (::bourse::wired_wrong == ::bourse::wiring_bug::bug)
#else
#define BOURSE_WIRED_WRONG(bug) false
#endif
