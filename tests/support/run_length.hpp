#pragma once

#include <cstdlib>
#include <string_view>

namespace bourse {

/// Whether sanitizers make this test program several times slower.
#if defined(BOURSE_SANITIZER_address) || defined(BOURSE_SANITIZER_thread)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// Whether tests take their long shares: `tests/run --full` sets BOURSE_FULL=1. Not under sanitizers, which have seen as much as
/// they will in the short ones; what remains is a matter of numbers.
[[nodiscard]] inline bool is_full_run() {
    const char* full = std::getenv("BOURSE_FULL");
    return !sanitized && full != nullptr && std::string_view(full) == "1";
}

}  // namespace bourse
