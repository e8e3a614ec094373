#pragma once

#include <chrono>

#include "actors/replica/replica.hpp"

namespace bourse {

/// The node's two clocks, for the actors: cores are told the time.
[[nodiscard]] inline moment now() {
    using namespace std::chrono;
    return {.monotonic_ms = static_cast<std::uint64_t>(
                duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count()),
            .wall = {duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count()}};
}

}  // namespace bourse
