#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "tests/support/shard/world.hpp"

namespace bourse {

/// Says whether a case still fails.
using shard_case_predicate = std::function<bool(const shard_case&)>;

/// A smaller case for which `fails` still holds, by delta debugging: steps are left out, then commands,
/// then steps are joined and fields made plain, again and again while that helps. `fails` is asked at
/// most `max_tries` times. `fails(failing)` must hold.
[[nodiscard]] shard_case shrink(shard_case failing, const shard_case_predicate& fails,
                                std::size_t max_tries = 20'000);

/// The case as C++ source, to be pasted into a test: `const shard_case one{…};`
[[nodiscard]] std::string to_cpp(const shard_case& one);
/// One command of a step likewise.
[[nodiscard]] std::string to_cpp(const world_step::command_type& one);

}  // namespace bourse
