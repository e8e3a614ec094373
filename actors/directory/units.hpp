#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messages/directory_records.hpp"
#include "messages/numbers.hpp"
#include "messages/result.hpp"

/// Decimal text to ticks, lots and minor units, and back: exact, in whole numbers.
///
/// What cannot be meant is refused, never rounded, with a sentence for a person: `malformed` (no decimal
/// number) or `out_of_range` ('585.333 is not a multiple of the tick 0.01; nearest: 585.33 and 585.34').
namespace bourse {

/// A price in the instrument's currency. Whether it is on a coarser row of the tick table is for the book.
[[nodiscard]] result<price> to_price(std::string_view text, const instrument_record& in);
/// A quantity in units of the instrument, above zero, up to `max_order_lots`: that of an order.
[[nodiscard]] result<quantity> to_quantity(std::string_view text, const instrument_record& in);
/// As `to_quantity`, of any size that 64 bits of lots have: a holding. Above zero.
[[nodiscard]] result<std::int64_t> to_lots(std::string_view text, const instrument_record& in);
/// An amount of money, above zero.
[[nodiscard]] result<money> to_money(std::string_view text, const currency_record& in);

/// With as many places as a tick has: `585.30`.
[[nodiscard]] std::string price_text(price at, const instrument_record& in);
/// Of any number of lots, also a negative one: a position.
[[nodiscard]] std::string lots_text(wide_int lots, const instrument_record& in);
[[nodiscard]] std::string quantity_text(quantity lots, const instrument_record& in);
/// With as many places as the currency has: `-12.00`.
[[nodiscard]] std::string money_text(wide_int minor, const currency_record& in);

/// What one tick of one lot is worth in minor units of the currency (`listing::tick_value`). `out_of_range`
/// when that is no whole number, or none that fits: then tick or lot must be larger, or the currency have more
/// decimals; the sentence says so.
[[nodiscard]] result<std::int64_t> tick_value(const decimal& tick, const decimal& lot,
                                              const currency_record& in);

}  // namespace bourse
