#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/simulation/plain_book.hpp"

namespace bourse {

inline constexpr std::uint64_t never_us = UINT64_MAX;

/// One thing that was asked of a book, by whom it does not matter, and what came of it there.
struct book_operation {
    enum class kind : std::uint8_t {
        enter,    ///< a new order
        replace,  ///< at another price
        end,      ///< cancelled, or expired
        look,     ///< what is best
    };
    kind what = kind::enter;
    std::uint64_t order = 0;
    bourse::side side = side::buy;
    std::int64_t price = 0;
    std::int64_t lots = 0;  ///< of a new order
    /// When it was first asked for, and when somebody was first told what came of it; an outcome that nobody was
    /// told is `never_us`: it may be anywhere later, or nowhere.
    std::uint64_t asked_us = 0;
    std::uint64_t told_us = never_us;
    std::vector<plain_fill> fills;  ///< what it took
    std::int64_t left = 0;          ///< lots that went, at its end or with it
    book_top seen;                  ///< by a look
};

/// Does to the book what was asked, or, if it could not have given this answer, nothing of use: false.
[[nodiscard]] bool answers_so(plain_book& book, const book_operation& what);

enum class linearization : std::uint8_t {
    found,  ///< there is an order in which one book, asked one thing after the other, says all this
    none,   ///< there is none
    undecided,  ///< not within so many steps
};

/// Looks for an order of the operations that keeps to time (what was asked after another was told comes behind it)
/// and to what a plain book answers. Knows nothing of any log.
///
/// Wing and Gong, "Testing and Verifying Concurrent Objects" (1993), with the memory of Lowe, "Testing for
/// Linearizability" (2017): the same operations done with the same book left are not tried again.
[[nodiscard]] linearization find_linearization(std::vector<book_operation> all, std::size_t steps);

}  // namespace bourse
