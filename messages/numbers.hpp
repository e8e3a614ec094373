#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>

/// Prices, quantities and money: strong types that do not convert into each other.
///
/// All three are whole numbers; there is no floating point in Bourse. A price is a count of the
/// instrument's smallest tick, a quantity a count of its smallest lot, money a count of the
/// currency's minor unit. What one tick or lot is worth is said in the instrument, once.
namespace bourse {

/// A 128-bit intermediate: the product of a price and a quantity always fits.
__extension__ using wide_int = __int128;

/// A price in ticks. Every 64-bit value is legal, also zero and negative ones (spreads, energy).
struct price {
    std::int64_t ticks = 0;

    friend constexpr auto operator<=>(const price&, const price&) = default;
};

/// A quantity in lots. Quantities of orders are 1 to `max_order_lots`; zero means none.
struct quantity {
    std::int64_t lots = 0;

    constexpr quantity& operator+=(quantity other) noexcept {
        lots += other.lots;
        return *this;
    }
    constexpr quantity& operator-=(quantity other) noexcept {
        lots -= other.lots;
        return *this;
    }
    friend constexpr quantity operator+(quantity a, quantity b) noexcept {
        return {a.lots + b.lots};
    }
    friend constexpr quantity operator-(quantity a, quantity b) noexcept {
        return {a.lots - b.lots};
    }
    friend constexpr auto operator<=>(const quantity&, const quantity&) = default;
};

/// The largest quantity of one order, 2^40 lots. With at most 2^22 orders in a book
/// (`instrument::max_orders`), no sum over a book can leave 64 bits.
inline constexpr quantity max_order_lots{std::int64_t{1} << 40};

/// An amount in the currency's minor unit (cents, satoshi). May be negative: a debit.
struct money {
    std::int64_t minor = 0;

    friend constexpr auto operator<=>(const money&, const money&) = default;
};

/// `value` as 64 bits, or nothing when it does not fit.
[[nodiscard]] constexpr std::optional<std::int64_t> narrow(wide_int value) noexcept {
    if (value < std::numeric_limits<std::int64_t>::min() ||
        value > std::numeric_limits<std::int64_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(value);
}

/// `value` as 64 bits, clamped to their limits.
[[nodiscard]] constexpr std::int64_t saturate(wide_int value) noexcept {
    if (value < std::numeric_limits<std::int64_t>::min()) {
        return std::numeric_limits<std::int64_t>::min();
    }
    if (value > std::numeric_limits<std::int64_t>::max()) {
        return std::numeric_limits<std::int64_t>::max();
    }
    return static_cast<std::int64_t>(value);
}

/// The sum, or nothing when it does not fit into 64 bits of minor units.
[[nodiscard]] constexpr std::optional<money> checked_add(money a, money b) noexcept {
    const auto sum = narrow(wide_int{a.minor} + b.minor);
    return sum ? std::optional{money{*sum}} : std::nullopt;
}

/// The difference, or nothing when it does not fit into 64 bits of minor units.
[[nodiscard]] constexpr std::optional<money> checked_subtract(money a, money b) noexcept {
    const auto difference = narrow(wide_int{a.minor} - b.minor);
    return difference ? std::optional{money{*difference}} : std::nullopt;
}

/// The value of `lots` at `at`, in tick-lots: the exact product, never rounded.
[[nodiscard]] constexpr wide_int notional(price at, quantity lots) noexcept {
    return wide_int{at.ticks} * lots.lots;
}

/// Adds to a sum, which stays at the limits of its bits.
constexpr void add_saturating(wide_int& sum, wide_int more) noexcept {
    constexpr wide_int highest = (((wide_int{1} << 126) - 1) << 1) + 1;
    if (__builtin_add_overflow(sum, more, &sum)) [[unlikely]] {
        sum = more < 0 ? -highest - 1 : highest;
    }
}
constexpr void add_saturating(std::uint64_t& sum, std::uint64_t more) noexcept {
    if (__builtin_add_overflow(sum, more, &sum)) [[unlikely]] {
        sum = std::numeric_limits<std::uint64_t>::max();
    }
}

/// `at` moved by `offset_ticks`, clamped to the limits of 64 bits.
[[nodiscard]] constexpr price saturating_add(price at, std::int64_t offset_ticks) noexcept {
    return {saturate(wide_int{at.ticks} + offset_ticks)};
}

/// `at` moved down by `offset_ticks`, clamped to the limits of 64 bits.
[[nodiscard]] constexpr price saturating_subtract(price at, std::int64_t offset_ticks) noexcept {
    return {saturate(wide_int{at.ticks} - offset_ticks)};
}

/// The value of `lots` at `at` when a tick-lot is worth `minor_per_tick_lot`, or nothing when it
/// does not fit into 64 bits of minor units.
[[nodiscard]] constexpr std::optional<money> checked_value(
    price at, quantity lots, std::int64_t minor_per_tick_lot) noexcept {
    const wide_int value = notional(at, lots);
    // |value| < 2^126 by the types; the last product is checked by dividing back.
    if (minor_per_tick_lot != 0) {
        const wide_int limit = wide_int{std::numeric_limits<std::int64_t>::max()} + 1;
        const wide_int bound = limit / (minor_per_tick_lot < 0 ? -wide_int{minor_per_tick_lot}
                                                               : wide_int{minor_per_tick_lot});
        if (value > bound || value < -bound) {
            return std::nullopt;
        }
    }
    const auto minor = narrow(value * minor_per_tick_lot);
    return minor ? std::optional{money{*minor}} : std::nullopt;
}

}  // namespace bourse
