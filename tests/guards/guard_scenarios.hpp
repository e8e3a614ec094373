#pragma once

#include <vector>

#include "cluster/guards.hpp"

namespace bourse {

/// What one guard is for.
struct guard_scenario {
    guard guarded = guard::none;
    const char* name = "";
    bool (*holds)() = nullptr;
};

/// One a guard, at least. What replicas say to each other, and when they believe it.
[[nodiscard]] std::vector<guard_scenario> guard_scenarios();
/// And what libraft leaves to whoever drives it.
[[nodiscard]] std::vector<guard_scenario> engine_scenarios();

}  // namespace bourse
