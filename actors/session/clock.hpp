#pragma once

#include <chrono>

#include "actors/replica/replica.hpp"

namespace bourse {

/// The node's two clocks, for the actors: cores are told the time.
///
/// They are read at one moment: whose thread stands still between the two would else seem to have a clock that jumped. Where
/// that happens time and again, the last reading is taken.
[[nodiscard]] inline moment now() {
    using namespace std::chrono;
    constexpr milliseconds one_moment{10};
    constexpr int tries = 5;
    steady_clock::time_point before = steady_clock::now();
    system_clock::time_point wall = system_clock::now();
    for (int i = 1; i < tries; ++i) {
        const steady_clock::time_point after = steady_clock::now();
        if (after - before <= one_moment) {
            break;
        }
        before = after;
        wall = system_clock::now();
    }
    return {.monotonic_ms = static_cast<std::uint64_t>(
                duration_cast<milliseconds>(before.time_since_epoch()).count()),
            .wall = {duration_cast<nanoseconds>(wall.time_since_epoch()).count()}};
}

}  // namespace bourse
