#include "messages/reason.hpp"

namespace bourse {

std::string_view to_string(reason code) noexcept {
    // Without a default, so that the compiler names a code that was forgotten here.
    switch (code) {
        case reason::none:
            return "none";
        case reason::invalid_order_id:
            return "invalid_order_id";
        case reason::duplicate_order_id:
            return "duplicate_order_id";
        case reason::unknown_order:
            return "unknown_order";
        case reason::market_closed:
            return "market_closed";
        case reason::market_halted:
            return "market_halted";
        case reason::invalid_combination:
            return "invalid_combination";
        case reason::not_accepted_now:
            return "not_accepted_now";
        case reason::invalid_quantity:
            return "invalid_quantity";
        case reason::off_lot:
            return "off_lot";
        case reason::below_min_quantity:
            return "below_min_quantity";
        case reason::above_max_quantity:
            return "above_max_quantity";
        case reason::off_tick:
            return "off_tick";
        case reason::outside_band:
            return "outside_band";
        case reason::invalid_display:
            return "invalid_display";
        case reason::invalid_minimum:
            return "invalid_minimum";
        case reason::invalid_offset:
            return "invalid_offset";
        case reason::invalid_expiry:
            return "invalid_expiry";
        case reason::below_min_notional:
            return "below_min_notional";
        case reason::above_max_notional:
            return "above_max_notional";
        case reason::invalid_group:
            return "invalid_group";
        case reason::no_reference_price:
            return "no_reference_price";
        case reason::book_full:
            return "book_full";
        case reason::hidden_full:
            return "hidden_full";
        case reason::trailing_full:
            return "trailing_full";
        case reason::not_replaceable:
            return "not_replaceable";
        case reason::below_filled:
            return "below_filled";
        case reason::would_take:
            return "would_take";
        case reason::requested:
            return "requested";
        case reason::mass_cancelled:
            return "mass_cancelled";
        case reason::unfilled:
            return "unfilled";
        case reason::expired:
            return "expired";
        case reason::self_trade:
            return "self_trade";
        case reason::group:
            return "group";
        case reason::volatility:
            return "volatility";
        case reason::auction_ended:
            return "auction_ended";
        case reason::invalid_state:
            return "invalid_state";
        case reason::operator_request:
            return "operator_request";
        case reason::timer:
            return "timer";
    }
    return "unknown_reason";
}

}  // namespace bourse
