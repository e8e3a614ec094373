#pragma once

#include <cstdint>

#include "messages/numbers.hpp"

/// For the codecs: a number of 128 bits as the two words in which it is stored.
namespace bourse {

/// The number is high × 2^64 + low, in two's complement, as which C++20 defines every integer.
struct wide_halves {
    std::int64_t high = 0;
    std::uint64_t low = 0;
};

[[nodiscard]] constexpr wide_halves halves_of(wide_int value) noexcept {
    return {static_cast<std::int64_t>(value >> 64), static_cast<std::uint64_t>(value)};
}

[[nodiscard]] constexpr wide_int join(std::int64_t high, std::uint64_t low) noexcept {
    return (wide_int{high} << 64) | wide_int{low};
}

}  // namespace bourse
