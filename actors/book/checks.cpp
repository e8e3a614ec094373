// What is refused, and why (RULES.md 3 and 12.3): in the order of the reason codes.
#include <algorithm>

#include "actors/book/book_machine.hpp"

namespace bourse {

namespace {

[[nodiscard]] wide_int magnitude(std::int64_t value) noexcept {
    return value < 0 ? -wide_int{value} : wide_int{value};
}

[[nodiscard]] bool in_range(const new_order& order) noexcept {
    return static_cast<std::uint8_t>(order.side) <= 1 &&
           static_cast<std::uint8_t>(order.type) < order_type_count &&
           static_cast<std::uint8_t>(order.tif) < time_in_force_count &&
           static_cast<std::uint8_t>(order.self_trade) < self_trade_prevention_count &&
           static_cast<std::uint8_t>(order.role) < group_role_count;
}

[[nodiscard]] bool lasts(time_in_force tif) noexcept {
    return tif == time_in_force::day || tif == time_in_force::good_till_cancelled ||
           tif == time_in_force::good_till_date;
}

[[nodiscard]] bool is_immediate(time_in_force tif) noexcept {
    return tif == time_in_force::immediate_or_cancel || tif == time_in_force::fill_or_kill;
}

[[nodiscard]] bool is_peg(order_type type) noexcept {
    return type == order_type::primary_peg || type == order_type::mid_peg;
}

[[nodiscard]] bool is_stop(order_type type) noexcept {
    return type == order_type::stop || type == order_type::stop_limit;
}

// The fields that belong to one type or time in force only.
[[nodiscard]] bool fields_belong(const new_order& order) noexcept {
    const bool has_offset = is_peg(order.type) || order.type == order_type::trailing_stop;
    return (is_stop(order.type) || order.stop_price.ticks == 0) &&
           (has_offset || order.offset_ticks == 0) &&
           (order.tif == time_in_force::good_till_date || order.expires_at.ns == 0);
}

[[nodiscard]] bool tif_belongs(const new_order& order) noexcept {
    switch (order.type) {
        case order_type::limit:
            return true;
        case order_type::market:
            return order.tif != time_in_force::good_till_cancelled &&
                   order.tif != time_in_force::good_till_date;
        default:
            return lasts(order.tif);
    }
}

[[nodiscard]] bool attributes_belong(const new_order& order) noexcept {
    const bool conditional = order.minimum.lots != 0 || order.all_or_none;
    const bool displays = order.display.lots != 0;
    if (conditional) {
        return order.type == order_type::limit && !displays && !order.post_only &&
               !(order.minimum.lots != 0 && order.all_or_none) &&
               (lasts(order.tif) || order.tif == time_in_force::immediate_or_cancel);
    }
    if (displays && order.type != order_type::limit && order.type != order_type::stop_limit) {
        return false;
    }
    if (order.post_only && order.type != order_type::limit) {
        return false;
    }
    return (!displays && !order.post_only) || lasts(order.tif);
}

[[nodiscard]] bool group_belongs(const new_order& order) noexcept {
    if (order.role == group_role::none) {
        return order.group.value == 0 && order.group_size == 0;
    }
    if (order.group.value == 0 || order.group_size < 2 || order.group_size > 8 ||
        is_peg(order.type) || order.minimum.lots != 0 || order.all_or_none) {
        return false;
    }
    if (order.role == group_role::entry) {
        return lasts(order.tif) || is_immediate(order.tif);
    }
    return lasts(order.tif) && order.type != order_type::market;
}

[[nodiscard]] bool display_fits(const new_order& order, std::int64_t lot) noexcept {
    const std::int64_t display = order.display.lots;
    return display == 0 || (display > 0 && display % lot == 0 && display < order.quantity.lots &&
                            order.quantity.lots <= wide_int{100} * display);
}

[[nodiscard]] bool offset_fits(const new_order& order) noexcept {
    return order.type == order_type::trailing_stop ? order.offset_ticks > 0
                                                   : order.offset_ticks >= 0;
}

}  // namespace

// 3.20.
bool order_book::machine::combination_allowed(const new_order& order) noexcept {
    return in_range(order) && fields_belong(order) && tif_belongs(order) &&
           attributes_belong(order) && group_belongs(order);
}

reason order_book::machine::check_new(const new_order& order) const {
    if (order.id.value == 0) {
        return reason::invalid_order_id;
    }
    if (find_slot(order.id) != no_slot) {
        return reason::duplicate_order_id;
    }
    if (row_.state == market_state::closed) {
        return reason::market_closed;
    }
    if (row_.state == market_state::halted) {
        return reason::market_halted;
    }
    if (!combination_allowed(order)) {
        return reason::invalid_combination;
    }
    if (!accepted_now(order.tif)) {
        return reason::not_accepted_now;
    }
    const reason quantity = check_quantity(order.quantity.lots);
    if (quantity != reason::none) {
        return quantity;
    }
    if (!on_tick(order.price.ticks) ||
        (bourse::is_stop(order.type) && !on_tick(order.stop_price.ticks))) {
        return reason::off_tick;
    }
    if (outside_band(order.price.ticks)) {
        return reason::outside_band;
    }
    if (!display_fits(order, row_.rules.lot.lots)) {
        return reason::invalid_display;
    }
    if (order.minimum.lots < 0 || order.minimum > order.quantity) {
        return reason::invalid_minimum;
    }
    if (!offset_fits(order)) {
        return reason::invalid_offset;
    }
    if (order.tif == time_in_force::good_till_date && order.expires_at <= row_.now) {
        return reason::invalid_expiry;
    }
    const reason value = check_notional(order.price.ticks, order.quantity.lots);
    return value != reason::none ? value : check_room(order);
}

bool order_book::machine::accepted_now(time_in_force tif) const noexcept {
    if (is_immediate(tif)) {
        return is_open();
    }
    return tif != time_in_force::at_the_open || row_.state == market_state::pre_open ||
           row_.auction == auction_kind::opening;
}

reason order_book::machine::check_quantity(std::int64_t lots) const noexcept {
    const instrument& rules = row_.rules;
    if (lots < 1 || lots > max_order_lots.lots) {
        return reason::invalid_quantity;
    }
    if (lots % rules.lot.lots != 0) {
        return reason::off_lot;
    }
    if (lots < rules.min_quantity.lots) {
        return reason::below_min_quantity;
    }
    if (rules.max_quantity.lots != 0 && lots > rules.max_quantity.lots) {
        return reason::above_max_quantity;
    }
    return reason::none;
}

bool order_book::machine::on_tick(std::int64_t price_ticks) const noexcept {
    return price_ticks % tick_at(row_.rules, {price_ticks}) == 0;
}

bool order_book::machine::outside_band(std::int64_t price_ticks) const noexcept {
    if (row_.rules.band_bps == 0 || !row_.has_reference_price) {
        return false;
    }
    const std::int64_t reference = row_.reference_price.ticks;
    const wide_int width = magnitude(reference) * row_.rules.band_bps / 10'000;
    const wide_int distance = wide_int{price_ticks} - reference;
    return distance > width || distance < -width;
}

reason order_book::machine::check_notional(std::int64_t price_ticks,
                                           std::int64_t lots) const noexcept {
    const wide_int value = magnitude(price_ticks) * lots;
    if (value < row_.rules.min_notional) {
        return reason::below_min_notional;
    }
    if (row_.rules.max_notional != 0 && value > row_.rules.max_notional) {
        return reason::above_max_notional;
    }
    return reason::none;
}

reason order_book::machine::check_room(const new_order& order) const {
    if (order.role != group_role::none && !fits_group(order)) {
        return reason::invalid_group;
    }
    const bool trails = order.type == order_type::trailing_stop;
    if (trails && !row_.has_last_price && !row_.has_reference_price) {
        return reason::no_reference_price;
    }
    if (orders_.live() >= row_.rules.max_orders) {
        return reason::book_full;
    }
    const bool hides = bourse::is_peg(order.type) || order.all_or_none || order.minimum.lots > 0;
    if (hides && conditional_or_pegged_ >= row_.rules.max_hidden_orders) {
        return reason::hidden_full;
    }
    if (trails && trailing_count_ >= row_.rules.max_trailing_stops) {
        return reason::trailing_full;
    }
    if (order.post_only && order.role == group_role::none &&
        would_take(order.side, order.price.ticks, order.quantity.lots)) {
        return reason::would_take;
    }
    return reason::none;
}

reason order_book::machine::check_replace(slot at, const replace_order& request) const {
    const order_node& node = orders_[at];
    const order_terms* terms = terms_of(node);
    if (row_.state == market_state::closed) {
        return reason::market_closed;
    }
    if (row_.state == market_state::halted) {
        return reason::market_halted;
    }
    if (!request.set_price && !request.set_quantity && !request.set_stop_price) {
        return reason::invalid_combination;
    }
    const std::int64_t total =
        request.set_quantity ? request.quantity.lots : node.remaining + node.filled;
    const std::int64_t price = request.set_price ? request.price.ticks : node.price;
    if (request.set_quantity) {
        const reason quantity = check_quantity(total);
        if (quantity != reason::none) {
            return quantity;
        }
    }
    if ((request.set_price && !on_tick(price)) ||
        (request.set_stop_price && !on_tick(request.stop_price.ticks))) {
        return reason::off_tick;
    }
    if (request.set_price && outside_band(price)) {
        return reason::outside_band;
    }
    if (request.set_quantity && terms != nullptr) {
        if (terms->display != 0 && total > wide_int{100} * terms->display) {
            return reason::invalid_display;
        }
        if (total < terms->minimum) {
            return reason::invalid_minimum;
        }
    }
    if (request.set_price || request.set_quantity) {
        const reason value = check_notional(price, total);
        if (value != reason::none) {
            return value;
        }
        if (magnitude(price) * (total - node.filled) > most_by_replace_) {
            return reason::above_max_notional;
        }
    }
    return check_replace_standing(node, request, price, total);
}

// What depends on where the order stands: the last of the reason codes.
reason order_book::machine::check_replace_standing(const order_node& node,
                                                   const replace_order& request, std::int64_t price,
                                                   std::int64_t total) const {
    if (request.set_stop_price && (!bourse::is_stop(node.type) || terms_of(node)->triggered)) {
        return reason::not_replaceable;
    }
    if (request.set_quantity && total <= node.filled) {
        return reason::below_filled;
    }
    const bool keeps = price == node.price && total <= node.remaining + node.filled;
    const bool acts_later =
        place_of(node) == node_place::held || place_of(node) == node_place::pending;
    if (node.post_only && !acts_later && !keeps &&
        would_take(node.which, price, total - node.filled)) {
        return reason::would_take;
    }
    return reason::none;
}

}  // namespace bourse
