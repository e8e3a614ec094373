#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messages/numbers.hpp"
#include "messages/result.hpp"

namespace bourse {

/// An exact decimal number as people write it: `digits` / 10^`places`. 0.01 is {1, 2}.
///
/// Kept without trailing zeros behind the point, so that equal numbers are equal values.
struct decimal {
    std::int64_t digits = 0;
    std::uint8_t places = 0;  ///< 0 to `max_decimal_places`
    friend bool operator==(const decimal&, const decimal&) = default;
};
inline constexpr std::uint8_t max_decimal_places = 18;

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return '0' <= c && c <= '9';
}

/// Reads `[-]digits[.digits]`, as `585.33`, `-0.5`, `1000`: a digit before and behind the point, up to 18
/// places after trailing zeros, 64 bits of digits. No plus sign, exponent, blank or separator of thousands.
/// `malformed` or `out_of_range` with a sentence that quotes the text.
[[nodiscard]] result<decimal> parse_decimal(std::string_view text);

/// As `parse_decimal` reads it: `0.01`.
[[nodiscard]] std::string to_text(const decimal& number);

/// `digits` / 10^`places` with exactly so many places: 58530 and 2 is `585.30`. Any digits, places up to 36.
[[nodiscard]] std::string fixed_text(wide_int digits, unsigned places);

/// Whether it is kept as said above.
[[nodiscard]] bool is_normal(const decimal& number) noexcept;

}  // namespace bourse
