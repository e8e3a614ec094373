#include "messages/decimal.hpp"

#include <algorithm>
#include <optional>

#include "messages/quoted.hpp"

namespace bourse {
namespace {

bool are_digits(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

/// `digits` of `text` behind those of `before`, or nothing when they do not fit.
std::optional<std::int64_t> append_digits(std::int64_t before, std::string_view text,
                                          bool is_negative) noexcept {
    for (const char c : text) {
        const std::int64_t digit = c - '0';
        if (__builtin_mul_overflow(before, std::int64_t{10}, &before) ||
            __builtin_add_overflow(before, is_negative ? -digit : digit, &before)) {
            return std::nullopt;
        }
    }
    return before;
}

}  // namespace

result<decimal> parse_decimal(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    const std::string_view unsigned_text = text.substr(is_negative ? 1 : 0);
    const std::size_t point = unsigned_text.find('.');
    const std::string_view whole = unsigned_text.substr(0, point);
    std::string_view places =
        point == std::string_view::npos ? std::string_view() : unsigned_text.substr(point + 1);
    if (!are_digits(whole) || (point != std::string_view::npos && !are_digits(places))) {
        return error{
            errc::malformed,
            quoted(text) + " is not a decimal number: write digits and a point, as 585.33"};
    }
    while (places.ends_with('0')) {
        places.remove_suffix(1);
    }
    if (places.size() > max_decimal_places) {
        return error{errc::out_of_range, quoted(text) + " has more than 18 decimals"};
    }
    auto digits = append_digits(0, whole, is_negative);
    digits = digits ? append_digits(*digits, places, is_negative) : std::nullopt;
    if (!digits) {
        return error{errc::out_of_range, quoted(text) + " has more digits than fit into 64 bits"};
    }
    return decimal{.digits = *digits, .places = static_cast<std::uint8_t>(places.size())};
}

std::string fixed_text(wide_int digits, unsigned places) {
    const bool is_negative = digits < 0;
    std::string text;
    for (unsigned count = 0; digits != 0 || count <= places;) {
        const auto digit = static_cast<int>(digits % 10);
        text += static_cast<char>('0' + (digit < 0 ? -digit : digit));
        digits /= 10;
        if (++count == places) {
            text += '.';
        }
    }
    if (is_negative) {
        text += '-';
    }
    std::reverse(text.begin(), text.end());
    return text;
}

std::string to_text(const decimal& number) {
    return fixed_text(number.digits, number.places);
}

bool is_normal(const decimal& number) noexcept {
    return number.places <= max_decimal_places && (number.places == 0 || number.digits % 10 != 0);
}

}  // namespace bourse
