#pragma once

#include <compare>
#include <cstdint>

namespace bourse {

/// Nanoseconds since 1970-01-01T00:00:00Z, as stamped on an entry by the leader. Zero: none.
struct timestamp {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(const timestamp&, const timestamp&) = default;
};

/// A length of time in nanoseconds.
struct duration {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(const duration&, const duration&) = default;
};

/// `at` later by `by`, clamped to the last moment that 64 bits can say.
[[nodiscard]] constexpr timestamp operator+(timestamp at, duration by) noexcept {
    std::int64_t sum = 0;
    return __builtin_add_overflow(at.ns, by.ns, &sum) ? timestamp{INT64_MAX} : timestamp{sum};
}

}  // namespace bourse
