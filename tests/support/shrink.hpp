#pragma once

#include <cstddef>
#include <functional>

#include "tests/support/book_case.hpp"

namespace bourse {

/// Says whether a case still fails.
using case_predicate = std::function<bool(const book_case&)>;

/// A smaller case for which `fails` still holds, by delta debugging: entries are left out, then
/// commands, then fields are made plain, again and again while that helps. `fails` is asked at most
/// `max_tries` times. `fails(failing)` must hold.
[[nodiscard]] book_case shrink(book_case failing, const case_predicate& fails,
                               std::size_t max_tries = 20'000);

}  // namespace bourse
