#pragma once

#include <cstdint>

namespace bourse {

/// A stream of random numbers that is the same on every machine for the same seed.
///
/// The generator is SplitMix64 (Steele, Lea, Flood 2014). The standard library's distributions are
/// avoided because their results differ between libraries; everything here is whole numbers only.
class random_source {
public:
    explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        return mixed ^ (mixed >> 31U);
    }

    /// A number below `bound`. Its bias, bound / 2^32, is far below what a flow could show.
    std::uint32_t below(std::uint32_t bound) noexcept {
        return static_cast<std::uint32_t>((next() >> 32U) * bound >> 32U);
    }

    /// An exponentially distributed number with the given mean, rounded down, at most 20 means.
    ///
    /// Von Neumann's method (1951): draw until a number is larger than the one before it. If that
    /// falling run has an odd length, its first number is the fraction of an exponential variate,
    /// and the number of even runs before it is the whole part. It needs no logarithm, and so no
    /// math library whose last bit could differ.
    std::uint32_t exponential(std::uint32_t mean) noexcept {
        for (std::uint64_t whole = 0; whole < 20; ++whole) {
            const std::uint64_t first = next() >> 32U;
            std::uint64_t last = first;
            std::uint32_t length = 1;
            for (std::uint64_t drawn = next() >> 32U; drawn < last; drawn = next() >> 32U) {
                last = drawn;
                ++length;
            }
            if (length % 2 == 1) {
                return static_cast<std::uint32_t>(((whole << 32U) + first) * mean >> 32U);
            }
        }
        return 20 * mean;
    }

private:
    std::uint64_t state_;
};

}  // namespace bourse
