#pragma once

/// Mistakes made on purpose, so that a test can show that the checks find them. They are there only
/// where a build defines BOURSE_PLANTED_BUGS, which is tests/planted and, with a few files, tests/wiring;
/// elsewhere nothing is left of them.
#if defined(BOURSE_PLANTED_BUGS)
#include <cstdint>

namespace bourse {

enum class planted_bug : std::uint8_t {
    none,
    settle_twice,         ///< a fill's cash moves twice
    forget_release,       ///< what an ended order had reserved stays reserved
    fee_rounded_down,     ///< in the client's favour
    lose_message,         ///< one in 50 channel messages is never sent
    reuse_client_id,      ///< a known client id is carried out again
    repeat_of_nothing,    ///< one in 16 new client ids is taken for a known one
    reserve_larger_only,  ///< trades before a replace is done are forgotten (RULES.md 4.4)
    release_on_refusal,   ///< a refused replace frees the order's reservation
    forget_change,        ///< a row that changes is not noted for the checkpoint
    forget_copy,          ///< nor copied when it changes before its turn
    forget_removal,       ///< nor when it goes
    ignore_revision,      ///< a record is written whatever its revision is
    forget_record,        ///< what is written to a record is not in the digest
    repeat_no_reason,     ///< who asks again is not told why he was refused
    leave_out_report,   ///< a refused cancel or replace takes two numbers of its account's reports
    leave_out_event,    ///< of a book's answers that come together the last takes two numbers
    deposit_of_nobody,  ///< what is deposited comes from nobody
};

/// The mistake that is being made.
inline planted_bug planted = planted_bug::none;

}  // namespace bourse
#define BOURSE_PLANTED(bug) (::bourse::planted == ::bourse::planted_bug::bug)
#else
#define BOURSE_PLANTED(bug) false
#endif
