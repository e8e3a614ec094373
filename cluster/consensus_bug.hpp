#pragma once

/// Mistakes made on purpose around libraft, so that the simulator can show that it finds them. They are there
/// only where a build defines BOURSE_PLANTED_BUGS, which is tests/wiring; elsewhere nothing is left of them.
/// What happens without one of the guards around libraft is shown by tests/guards (guards.hpp).
#if defined(BOURSE_PLANTED_BUGS)
#include <cstdint>

namespace bourse {

enum class consensus_bug : std::uint8_t {
    none,
    vote_forgotten,     ///< a start takes up the term, and not for whom it voted
    commits_alone,      ///< a leader commits what is on its own disk
    speaks_too_early,   ///< a leader speaks before an entry of its term is committed
    reads_what_it_has,  ///< a read waits for no entry behind it
    membership_of_tomorrow,  ///< a snapshot stands for the membership in force now, not for that at its index
    last_entry_forgotten,  ///< a start leaves out the last entry of the disk
    refusal_counted,       ///< a candidate takes every answer for a vote
};

/// The mistake that is being made.
inline consensus_bug consensus_wrong = consensus_bug::none;

}  // namespace bourse
#define BOURSE_CONSENSUS_WRONG(bug) (::bourse::consensus_wrong == ::bourse::consensus_bug::bug)
#else
#define BOURSE_CONSENSUS_WRONG(bug) false
#endif
