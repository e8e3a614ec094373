#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "messages/ids.hpp"
#include "messages/numbers.hpp"
#include "messages/reason.hpp"
#include "messages/timestamp.hpp"

namespace bourse {

/// One row of a tick table: from |price| = `from` upwards, prices are multiples of `tick`.
struct tick_row {
    std::int64_t from_ticks = 0;
    std::int64_t tick_ticks = 1;
    friend bool operator==(const tick_row&, const tick_row&) = default;
};

/// The rules of one instrument: part of its book's state, changed only by commands.
///
/// Zero means "no such limit" unless said otherwise.
struct instrument {
    symbol_id symbol{};

    /// Rows by rising `from_ticks`, the first from 0; 1 to 32 rows. Each `from_ticks` is a multiple
    /// of its own row's tick and of the row's before, so that rounding never leaves the table.
    std::vector<tick_row> ticks{{0, 1}};

    quantity lot{1};  ///< quantities are multiples of this; at least 1
    quantity min_quantity{};
    quantity max_quantity{};
    std::int64_t min_notional = 0;  ///< in tick-lots, |price| × quantity
    std::int64_t max_notional = 0;  ///< in tick-lots, |price| × quantity

    /// Half width of the price band around the reference price, in 1/10,000 of it.
    std::uint32_t band_bps = 0;
    /// Half width of the volatility corridor around the last price, in 1/10,000 of it.
    std::uint32_t volatility_bps = 0;
    /// How long a volatility auction lasts; above zero where `volatility_bps` is.
    duration volatility_auction{};
    /// How long the auction after a halt that ends by itself lasts; zero: straight to open.
    duration reopening_auction{};

    std::uint32_t max_orders = 1U << 22;      ///< live orders, 1 to 2^22
    std::uint32_t max_hidden_orders = 1024;   ///< pegged, all-or-none and minimum-quantity orders
    std::uint32_t max_trailing_stops = 1024;  ///< live trailing stops; zero: none are taken

    friend bool operator==(const instrument&, const instrument&) = default;
};

/// The first thing wrong with `rules` as a sentence, or null when they can be used.
[[nodiscard]] const char* find_fault(const instrument& rules) noexcept;

/// The tick at a price: that of the last row whose `from_ticks` is not above |at|.
[[nodiscard]] std::int64_t tick_at(const instrument& rules, price at) noexcept;

/// The nearest price on the tick table that is not above (`down`) or not below `at`; nothing when that
/// leaves 64 bits.
[[nodiscard]] std::optional<price> round_to_tick(const instrument& rules, price at,
                                                 bool down) noexcept;

}  // namespace bourse
