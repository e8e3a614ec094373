#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include "tests/simulation/envelope.hpp"
#include "tests/support/command_generator.hpp"

namespace bourse {

/// How a simulated network behaves. Chances are in 1,000.
struct weather {
    std::uint32_t loss = 0;
    std::uint32_t repeat = 0;
    std::uint32_t late = 0;  ///< of a message that takes up to a second
    std::uint64_t longest_delay_us = 2'000;
    /// Which nodes cannot reach which, one way.
    std::set<std::pair<endpoint, endpoint>> cut;

    [[nodiscard]] bool reaches(endpoint from, endpoint to) const {
        return !cut.contains({from, to});
    }
    [[nodiscard]] std::uint64_t draw_delay_us(random_source& random) const {
        std::uint64_t delay = 50 + random.below(longest_delay_us);
        if (random.chance(late)) {
            delay += random.below(1'000'000);
        }
        return delay;
    }
};

}  // namespace bourse
