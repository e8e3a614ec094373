#include "actors/directory/units.hpp"

#include <array>
#include <limits>
#include <optional>

#include "messages/quoted.hpp"

namespace bourse {
namespace {

/// 10^places; places up to 36.
wide_int power_of_ten(unsigned places) noexcept {
    wide_int power = 1;
    for (unsigned i = 0; i < places; ++i) {
        power *= 10;
    }
    return power;
}

/// Without trailing zeros behind the point.
std::string short_text(wide_int digits, unsigned places) {
    while (places > 0 && digits % 10 == 0) {
        digits /= 10;
        --places;
    }
    return fixed_text(digits, places);
}

std::string multiple_text(wide_int count, const decimal& step) {
    return fixed_text(count * step.digits, step.places);
}

/// How many times `step` a text is: exactly, within 64 bits. `what` names the step.
result<std::int64_t> count_steps(std::string_view text, const decimal& step,
                                 std::string_view what) {
    const result<decimal> number = parse_decimal(text);
    if (!number) {
        return number.error();
    }
    // Each side has less than 2^63 × 10^18 < 2^123.
    const wide_int all = number->digits * power_of_ten(step.places);
    const wide_int one = step.digits * power_of_ten(number->places);
    const wide_int count = all / one;
    const wide_int below = all % one < 0 ? count - 1 : count;
    const bool is_multiple = all % one == 0;
    if (!narrow(below) || (!is_multiple && !narrow(below + 1))) {
        return error{errc::out_of_range, quoted(text) +
                                             " is too large: it is more than 2^63 times " +
                                             std::string(what) + " " + to_text(step)};
    }
    if (!is_multiple) {
        return error{errc::out_of_range, quoted(text) + " is not a multiple of " +
                                             std::string(what) + " " + to_text(step) +
                                             "; nearest: " + multiple_text(below, step) + " and " +
                                             multiple_text(below + 1, step)};
    }
    return static_cast<std::int64_t>(count);
}

error not_positive(std::string_view text, std::string_view what) {
    return {errc::out_of_range, quoted(text) + ": " + std::string(what) + " must be above zero"};
}

}  // namespace

result<price> to_price(std::string_view text, const instrument_record& in) {
    const result<std::int64_t> ticks = count_steps(text, in.tick, "the tick");
    if (!ticks) {
        return ticks.error();
    }
    return price{*ticks};
}

result<std::int64_t> to_lots(std::string_view text, const instrument_record& in) {
    result<std::int64_t> lots = count_steps(text, in.lot, "the lot");
    if (lots && *lots < 1) {
        return not_positive(text, "a quantity");
    }
    return lots;
}

result<quantity> to_quantity(std::string_view text, const instrument_record& in) {
    const result<std::int64_t> lots = to_lots(text, in);
    if (!lots) {
        return lots.error();
    }
    if (*lots > max_order_lots.lots) {
        return error{errc::out_of_range, quoted(text) + ": an order is of at most " +
                                             lots_text(max_order_lots.lots, in)};
    }
    return quantity{*lots};
}

result<money> to_money(std::string_view text, const currency_record& in) {
    const result<std::int64_t> minor =
        count_steps(text, {.digits = 1, .places = in.decimals}, in.name + "'s smallest unit");
    if (!minor) {
        return minor.error();
    }
    if (*minor < 1) {
        return not_positive(text, "an amount");
    }
    return money{*minor};
}

std::string price_text(price at, const instrument_record& in) {
    return multiple_text(at.ticks, in.tick);
}

std::string lots_text(wide_int lots, const instrument_record& in) {
    wide_int digits = 0;
    if (__builtin_mul_overflow(lots, wide_int{in.lot.digits}, &digits)) {
        return fixed_text(lots, 0) + " lots";  // more than anybody has
    }
    return fixed_text(digits, in.lot.places);
}

std::string quantity_text(quantity lots, const instrument_record& in) {
    return lots_text(lots.lots, in);
}

std::string money_text(wide_int minor, const currency_record& in) {
    return fixed_text(minor, in.decimals);
}

result<std::int64_t> tick_value(const decimal& tick, const decimal& lot,
                                const currency_record& in) {
    const wide_int digits = wide_int{tick.digits} * lot.digits;  // both above zero: below 2^126
    const unsigned places = unsigned{tick.places} + lot.places;
    const auto sentence = [&](std::string_view rest) {
        return "a tick of " + to_text(tick) + " of a lot of " + to_text(lot) + " is worth " +
               short_text(digits, places) + " " + in.name + ", " + std::string(rest);
    };
    const unsigned decimals = in.decimals;
    wide_int value = 0;
    if (places > decimals) {
        const wide_int one = power_of_ten(places - decimals);
        if (digits % one != 0) {
            return error{errc::out_of_range,
                         sentence("which has " + std::to_string(decimals) +
                                  " decimals: take a larger tick or lot, or a currency with "
                                  "more decimals")};
        }
        value = digits / one;
    } else if (__builtin_mul_overflow(digits, power_of_ten(decimals - places), &value)) {
        value = std::numeric_limits<std::int64_t>::max();
        ++value;
    }
    const auto fits = narrow(value);
    if (!fits) {
        return error{errc::out_of_range,
                     sentence("which is too large: take a smaller tick or lot")};
    }
    return *fits;
}

}  // namespace bourse
