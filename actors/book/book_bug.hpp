#pragma once

/// Mistakes made on purpose in a book, so that the simulator can show that it finds them. They are there only
/// where a build defines BOURSE_PLANTED_BUGS, which is tests/wiring; elsewhere nothing is left of them.
#if defined(BOURSE_PLANTED_BUGS)
#include <cstdint>

namespace bourse {

enum class book_bug : std::uint8_t {
    none,
    last_come_first,    ///< at one price the youngest order trades first
    trade_number_lost,  ///< a trade that ends the order that rested takes two numbers
};

/// The mistake that is being made.
inline book_bug book_wrong = book_bug::none;

}  // namespace bourse
#define BOURSE_BOOK_WRONG(bug) (::bourse::book_wrong == ::bourse::book_bug::bug)
#else
#define BOURSE_BOOK_WRONG(bug) false
#endif
