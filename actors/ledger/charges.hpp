#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "messages/listing.hpp"
#include "messages/numbers.hpp"
#include "messages/order_terms.hpp"

/// What trading costs: values, fees, and the most that an order can cost (RULES.md 1.4 to 1.6).
namespace bourse {

inline constexpr std::int64_t millionths = 1'000'000;

/// The most that an account may hold of one asset, open buys included.
inline constexpr wide_int max_holding = wide_int{1} << 62U;

/// ceil(amount / 10^6).
[[nodiscard]] constexpr wide_int ceil_millionths(wide_int amount) noexcept {
    // Almost every amount fits 64 bits, where dividing by a constant is a multiplication.
    if (const auto narrow_amount = static_cast<std::int64_t>(amount); narrow_amount == amount)
        [[likely]] {
        const std::int64_t down = narrow_amount / millionths;
        return down + (narrow_amount % millionths > 0 ? 1 : 0);
    }
    const wide_int down = amount / millionths;
    return down + (amount % millionths > 0 ? 1 : 0);
}

[[nodiscard]] constexpr wide_int magnitude(wide_int amount) noexcept {
    return amount < 0 ? -amount : amount;
}

/// The greatest |value| of an order: what it costs with the dearest fee then fits 64 bits.
inline constexpr std::int64_t max_value = std::int64_t{1} << 62U;

/// price × lots × tick_value in minor units, or nothing when that is beyond `max_value`.
///
/// The first product is below 2^126 by the types; a tick value cannot make a product that is too
/// large fit again.
[[nodiscard]] constexpr std::optional<std::int64_t> value_of(price at, quantity lots,
                                                             std::int64_t tick_value) noexcept {
    std::int64_t tick_lots = 0;
    std::int64_t value = 0;
    if (__builtin_mul_overflow(at.ticks, lots.lots, &tick_lots) ||
        __builtin_mul_overflow(tick_lots, tick_value, &value) || value > max_value ||
        value < -max_value) {
        return std::nullopt;
    }
    return value;
}

/// The exact fee of a fill, in millionths of a minor unit.
[[nodiscard]] constexpr wide_int exact_fee(std::int64_t value, quantity lots,
                                           const fee_rate& rate) noexcept {
    return magnitude(value) * rate.rate_ppm + wide_int{lots.lots} * rate.per_lot;
}

/// What a fill is charged in whole minor units, rounded against the client (RULES.md 1.5), and how much of it, in
/// millionths, is more than the exact fee.
struct rounded_fee {
    std::int64_t charged = 0;
    std::uint32_t residue = 0;
};

/// Of a fill of an order that has been charged `residue` too much so far.
[[nodiscard]] constexpr rounded_fee fee_of(std::int64_t value, quantity lots, const fee_rate& rate,
                                           std::uint32_t residue) noexcept {
    // Almost always all of it fits 64 bits.
    std::int64_t by_value = 0;
    std::int64_t by_lots = 0;
    std::int64_t exact = 0;
    if (!__builtin_mul_overflow(value < 0 ? -value : value, rate.rate_ppm, &by_value) &&
        !__builtin_mul_overflow(lots.lots, rate.per_lot, &by_lots) &&
        !__builtin_add_overflow(by_value, by_lots, &exact) &&
        !__builtin_sub_overflow(exact, std::int64_t{residue}, &exact)) [[likely]] {
        const std::int64_t up = exact / millionths + (exact % millionths > 0 ? 1 : 0);
        return {.charged = up, .residue = static_cast<std::uint32_t>(up * millionths - exact)};
    }
    const wide_int whole = exact_fee(value, lots, rate) - residue;
    const wide_int up = ceil_millionths(whole);
    return {.charged = static_cast<std::int64_t>(up),
            .residue = static_cast<std::uint32_t>(up * millionths - whole)};
}

/// The dearest that a tier can make a fill: the greatest of each number (RULES.md 1.6).
[[nodiscard]] constexpr fee_rate worst_rate(const fee_tier& tier) noexcept {
    return {
        .rate_ppm = std::max({tier.maker.rate_ppm, tier.taker.rate_ppm, tier.auction.rate_ppm}),
        .per_lot = std::max({tier.maker.per_lot, tier.taker.per_lot, tier.auction.per_lot}),
    };
}

/// Lots that may trade at a price or better.
struct priced_lots {
    price worst{};
    quantity lots{};
};

/// The most that an order of this value can cost its account (RULES.md 1.6), or nothing when that does not
/// fit 64 bits. Almost always all of it fits them on the way, too.
[[nodiscard]] constexpr std::optional<std::int64_t> worst_cost(side which, std::int64_t value,
                                                               quantity lots, const fee_rate& rate,
                                                               std::uint32_t residue) noexcept {
    if (lots.lots == 0) {
        return 0;
    }
    std::int64_t by_value = 0;
    std::int64_t by_lots = 0;
    std::int64_t exact = 0;
    std::int64_t cost = 0;
    const std::int64_t signed_value = signed_by(which, value);
    if (!__builtin_mul_overflow(value < 0 ? -value : value, rate.rate_ppm, &by_value) &&
        !__builtin_mul_overflow(lots.lots, rate.per_lot, &by_lots) &&
        !__builtin_add_overflow(by_value, by_lots, &exact) &&
        !__builtin_sub_overflow(exact, std::int64_t{residue}, &exact)) [[likely]] {
        const std::int64_t fee = exact / millionths + (exact % millionths > 0 ? 1 : 0);
        if (!__builtin_add_overflow(signed_value, fee, &cost)) [[likely]] {
            return std::max(cost, std::int64_t{0});
        }
    }
    const wide_int whole = signed_value + ceil_millionths(exact_fee(value, lots, rate) - residue);
    return whole <= 0 ? std::optional<std::int64_t>{0} : narrow(whole);
}

/// The most that trading `first`, and then `second`, can cost an order's account (RULES.md 1.6, 4.4), or
/// nothing when that does not fit 64 bits or a value is beyond `max_value`. `residue` is what rounding has
/// already charged too much.
[[nodiscard]] constexpr std::optional<std::int64_t> worst_cost(side which, priced_lots first,
                                                               priced_lots second,
                                                               std::int64_t tick_value,
                                                               const fee_rate& rate,
                                                               std::uint32_t residue) noexcept {
    const auto value = value_of(first.worst, first.lots, tick_value);
    const auto more = value_of(second.worst, second.lots, tick_value);
    if (!value || !more) {
        return std::nullopt;
    }
    if (first.lots.lots + second.lots.lots == 0) {
        return 0;
    }
    const wide_int whole = wide_int{*value} + *more;
    const wide_int fee = ceil_millionths(exact_fee(*value, first.lots, rate) +
                                         exact_fee(*more, second.lots, rate) - residue);
    const wide_int cost = which == side::buy ? whole + fee : fee - whole;
    if (cost <= 0) {
        return 0;
    }
    return narrow(cost);
}

/// The same of lots at one price.
[[nodiscard]] constexpr std::optional<std::int64_t> worst_cost(side which, price worst,
                                                               quantity lots,
                                                               std::int64_t tick_value,
                                                               const fee_rate& rate,
                                                               std::uint32_t residue) noexcept {
    const auto value = value_of(worst, lots, tick_value);
    return value ? worst_cost(which, *value, lots, rate, residue) : std::nullopt;
}

/// amount × part / whole, truncated, for 0 ≤ amount < whole and 0 ≤ part ≤ whole, of which the product may leave
/// 128 bits: bit by bit.
[[nodiscard]] constexpr wide_int share_by_bits(wide_int amount, wide_int part,
                                               wide_int whole) noexcept {
    wide_int quotient = 0;
    wide_int rest = 0;
    const auto add = [&](wide_int more) {
        const bool carries = rest >= whole - more;
        rest = carries ? rest - (whole - more) : rest + more;
        quotient += carries ? 1 : 0;
    };
    for (int bit = 126; bit >= 0; --bit) {
        quotient *= 2;
        add(rest);
        if ((part >> bit & 1) != 0) {
            add(amount);
        }
    }
    return quotient;
}

/// K × part / whole, truncated, for 0 ≤ part ≤ whole. Nothing overflows: the quotient is taken out
/// first, and of what is left only products of 64 bits are taken at once.
[[nodiscard]] constexpr wide_int share(wide_int amount, wide_int part, wide_int whole) noexcept {
    if (part == whole) {
        return amount;
    }
    const auto small = static_cast<std::int64_t>(amount);
    const auto small_whole = static_cast<std::int64_t>(whole);
    if (small_whole == whole) [[likely]] {
        const auto small_part = static_cast<std::int64_t>(part);
        if (small == amount) [[likely]] {
            std::int64_t product = 0;
            if (!__builtin_mul_overflow(small, small_part, &product)) [[likely]] {
                return product / small_whole;
            }
            return amount * part / whole;
        }
        return amount / whole * part + amount % whole * part / whole;
    }
    const wide_int rest = share_by_bits(magnitude(amount % whole), part, whole);
    return amount / whole * part + (amount < 0 ? -rest : rest);
}

}  // namespace bourse
