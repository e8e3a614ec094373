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

/// One a guard, at least.
[[nodiscard]] std::vector<guard_scenario> guard_scenarios();

}  // namespace bourse
