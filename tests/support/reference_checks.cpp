// Which commands the reference book refuses. RULES.md sections 2.3, 3, 7.1, 7.2, 9.2 and 12.3.
#include <algorithm>

#include "tests/support/reference_book.hpp"

namespace bourse {

namespace {

wide_int magnitude(wide_int value) {
    return value < 0 ? -value : value;
}

bool in_range(const new_order& o) {
    return o.side <= side::sell && static_cast<std::uint8_t>(o.type) < order_type_count &&
           static_cast<std::uint8_t>(o.tif) < time_in_force_count &&
           static_cast<std::uint8_t>(o.self_trade) < self_trade_prevention_count &&
           static_cast<std::uint8_t>(o.role) < group_role_count;
}

// day, gtc, gtd: the times in force of an order that may rest for long.
bool rests(time_in_force tif) {
    return tif == time_in_force::day || tif == time_in_force::good_till_cancelled ||
           tif == time_in_force::good_till_date;
}

bool immediate(time_in_force tif) {
    return tif == time_in_force::immediate_or_cancel || tif == time_in_force::fill_or_kill;
}

// The table of 3.20, column times in force.
bool tif_allowed(const new_order& o) {
    if (o.type == order_type::limit) {
        return true;
    }
    if (o.type == order_type::market) {
        return o.tif != time_in_force::good_till_cancelled &&
               o.tif != time_in_force::good_till_date;
    }
    return rests(o.tif);
}

// The table of 3.20, columns display, post_only, minimum or all_or_none, and the first dash.
bool attributes_allowed(const new_order& o) {
    const bool display = o.display.lots != 0;
    const bool conditional = o.minimum.lots != 0 || o.all_or_none;
    if (o.minimum.lots != 0 && o.all_or_none) {
        return false;
    }
    if (conditional && (display || o.post_only)) {
        return false;
    }
    const bool display_allowed =
        (o.type == order_type::limit || o.type == order_type::stop_limit) && rests(o.tif);
    const bool post_only_allowed = o.type == order_type::limit && rests(o.tif);
    const bool conditional_allowed = o.type == order_type::limit &&
                                     (rests(o.tif) || o.tif == time_in_force::immediate_or_cancel);
    return (!display || display_allowed) && (!o.post_only || post_only_allowed) &&
           (!conditional || conditional_allowed);
}

// The table of 3.20, column group role, and the second dash.
bool role_allowed(const new_order& o) {
    if (o.role == group_role::none) {
        return o.group == order_group_id{} && o.group_size == 0;
    }
    if (o.group == order_group_id{} || o.group_size < 2 || o.group_size > 8 ||
        o.minimum.lots != 0 || o.all_or_none || is_peg(o.type)) {
        return false;
    }
    if (o.role == group_role::entry) {
        return rests(o.tif) || immediate(o.tif);
    }
    return rests(o.tif) && o.type != order_type::market;
}

// The third dash of 3.20.
bool unused_fields_zero(const new_order& o) {
    const bool has_stop = o.type == order_type::stop || o.type == order_type::stop_limit;
    const bool has_offset = o.type == order_type::trailing_stop || is_peg(o.type);
    return (has_stop || o.stop_price == price{}) && (has_offset || o.offset_ticks == 0) &&
           (o.tif == time_in_force::good_till_date || o.expires_at == timestamp{});
}

// 3.20
bool combination_allowed(const new_order& o) {
    return in_range(o) && tif_allowed(o) && attributes_allowed(o) && role_allowed(o) &&
           unused_fields_zero(o);
}

// 3.13 and 12.3: a quantity that would refill too often.
bool too_many_refills(quantity lots, quantity display) {
    return lots.lots > wide_int{100} * display.lots;
}

}  // namespace

// --- New orders -----------------------------------------------------------------------------------

// 3.1 to 3.19
reason reference_book::refusal(const new_order& o) const {
    if (o.id == order_id{}) {
        return reason::invalid_order_id;
    }
    if (find(o.id)) {
        return reason::duplicate_order_id;
    }
    if (state_ == market_state::closed) {
        return reason::market_closed;
    }
    if (state_ == market_state::halted) {
        return reason::market_halted;
    }
    if (!combination_allowed(o)) {
        return reason::invalid_combination;
    }
    // 3.6
    const bool opening = state_ == market_state::pre_open || auction_ == auction_kind::opening;
    if ((immediate(o.tif) && state_ != market_state::open) ||
        (o.tif == time_in_force::at_the_open && !opening)) {
        return reason::not_accepted_now;
    }
    if (const reason why = refusal_of_numbers(o); why != reason::none) {
        return why;
    }
    if (const reason why = refusal_of_attributes(o); why != reason::none) {
        return why;
    }
    return refusal_of_room(o);
}

// 3.7 to 3.10
reason reference_book::quantity_fault(quantity lots) const {
    if (lots.lots < 1 || lots > max_order_lots) {
        return reason::invalid_quantity;
    }
    if (lots.lots % rules_->lot.lots != 0) {
        return reason::off_lot;
    }
    if (lots < rules_->min_quantity) {
        return reason::below_min_quantity;
    }
    if (rules_->max_quantity.lots != 0 && lots > rules_->max_quantity) {
        return reason::above_max_quantity;
    }
    return reason::none;
}

// 3.17, 3.18
reason reference_book::notional_fault(price at, quantity lots) const {
    const wide_int value = magnitude(notional(at, lots));
    if (rules_->min_notional != 0 && value < rules_->min_notional) {
        return reason::below_min_notional;
    }
    if (rules_->max_notional != 0 && value > rules_->max_notional) {
        return reason::above_max_notional;
    }
    return reason::none;
}

// 3.7 to 3.12
reason reference_book::refusal_of_numbers(const new_order& o) const {
    if (const reason why = quantity_fault(o.quantity); why != reason::none) {
        return why;
    }
    const bool has_stop = o.type == order_type::stop || o.type == order_type::stop_limit;
    if (!on_tick(o.price) || (has_stop && !on_tick(o.stop_price))) {
        return reason::off_tick;
    }
    return in_band(o.price) ? reason::none : reason::outside_band;
}

// 3.13 to 3.18
reason reference_book::refusal_of_attributes(const new_order& o) const {
    if (o.display.lots != 0 &&
        (o.display.lots < 0 || o.display.lots % rules_->lot.lots != 0 || o.display >= o.quantity ||
         too_many_refills(o.quantity, o.display))) {
        return reason::invalid_display;
    }
    if (o.minimum.lots < 0 || o.minimum > o.quantity) {
        return reason::invalid_minimum;
    }
    if ((o.type == order_type::trailing_stop && o.offset_ticks <= 0) ||
        (is_peg(o.type) && o.offset_ticks < 0)) {
        return reason::invalid_offset;
    }
    if (o.tif == time_in_force::good_till_date && o.expires_at <= now_) {
        return reason::invalid_expiry;
    }
    return notional_fault(o.price, o.quantity);
}

// 3.19
reason reference_book::refusal_of_room(const new_order& o) const {
    std::size_t hidden = 0;
    std::size_t trailing = 0;
    for (const reference_order& live : orders_) {
        hidden += is_peg(live.type) || is_conditional(live) ? 1U : 0U;
        trailing += live.type == order_type::trailing_stop ? 1U : 0U;
    }
    const bool is_trailing = o.type == order_type::trailing_stop;
    const bool hides = is_peg(o.type) || o.all_or_none || o.minimum.lots > 0;
    if (o.role != group_role::none && !fits_group(o)) {
        return reason::invalid_group;
    }
    if (is_trailing && !last_ && !reference_) {
        return reason::no_reference_price;
    }
    if (orders_.size() >= rules_->max_orders) {
        return reason::book_full;
    }
    if (hides && hidden >= rules_->max_hidden_orders) {
        return reason::hidden_full;
    }
    if (is_trailing && trailing >= rules_->max_trailing_stops) {
        return reason::trailing_full;
    }
    // A member of a group is held at first and so not checked (4.8).
    if (o.post_only && o.role == group_role::none && would_take(o.side, o.price, o.quantity)) {
        return reason::would_take;
    }
    return reason::none;
}

// 9.2
bool reference_book::fits_group(const new_order& o) const {
    const reference_group* g = find_group(o.group);
    if (g == nullptr) {
        return true;
    }
    if (g->complete || g->account != o.account || g->size != o.group_size) {
        return false;
    }
    bool has_entry = o.role == group_role::entry;
    for (const order_id id : g->members) {
        const order_row member = *find(id);
        const bool same_side = member.side == o.side;
        bool fits = false;
        if (o.role == group_role::one_cancels_other) {
            fits = member.role == group_role::one_cancels_other && same_side;
        } else if (o.role == group_role::entry) {
            fits = member.role == group_role::exit && !same_side;
        } else {
            fits = (member.role == group_role::exit && same_side) ||
                   (member.role == group_role::entry && !same_side);
        }
        if (!fits) {
            return false;
        }
        has_entry = has_entry || member.role == group_role::entry;
    }
    const bool is_last = g->members.size() + 1 == g->size;
    return !is_last || o.role == group_role::one_cancels_other || has_entry;
}

// 4.8
bool reference_book::would_take(side which, price worst, quantity lots) const {
    if (state_ != market_state::open) {
        return false;
    }
    for (const reference_order& o : orders_) {
        const bool queued = o.is_in(order_place::queue);
        const bool hidden =
            o.is_in(order_place::hidden) && (!is_peg(o.type) || o.moment) && requirement(o) <= lots;
        // Not worse for the new order than its worst price: its worst price is not better.
        if (o.side != which && (queued || hidden) &&
            !better(opposite(which), worst, price_now(o))) {
            return true;
        }
    }
    return false;
}

// --- Replaces -------------------------------------------------------------------------------------

// 12.3, after `unknown_order`
reason reference_book::refusal(const reference_order& o, const replace_order& r) const {
    if (state_ == market_state::closed) {
        return reason::market_closed;
    }
    if (state_ == market_state::halted) {
        return reason::market_halted;
    }
    if (!r.set_price && !r.set_quantity && !r.set_stop_price) {
        return reason::invalid_combination;
    }
    if (const reason why = refusal_of_numbers(o, r); why != reason::none) {
        return why;
    }
    if (const reason why = refusal_of_attributes(o, r); why != reason::none) {
        return why;
    }
    const bool waits_for_stop =
        (o.type == order_type::stop || o.type == order_type::stop_limit) && !o.triggered;
    if (r.set_stop_price && !waits_for_stop) {
        return reason::not_replaceable;
    }
    if (r.set_quantity && r.quantity <= o.filled) {
        return reason::below_filled;
    }
    const quantity total = r.set_quantity ? r.quantity : o.filled + o.remaining;
    if (o.post_only && o.place != order_place::held && !keeps_priority(o, r) &&
        would_take(o.side, r.set_price ? r.price : o.price, total - o.filled)) {
        return reason::would_take;
    }
    return reason::none;
}

reason reference_book::refusal_of_numbers(const reference_order& o, const replace_order& r) const {
    if (r.set_quantity) {
        if (const reason why = quantity_fault(r.quantity); why != reason::none) {
            return why;
        }
    }
    if ((r.set_price && !on_tick(r.price)) || (r.set_stop_price && !on_tick(r.stop_price))) {
        return reason::off_tick;
    }
    if (r.set_price && !in_band(r.price)) {
        return reason::outside_band;
    }
    if (r.set_quantity && o.display.lots > 0 && too_many_refills(r.quantity, o.display)) {
        return reason::invalid_display;
    }
    return r.set_quantity && r.quantity < o.minimum ? reason::invalid_minimum : reason::none;
}

reason reference_book::refusal_of_attributes(const reference_order& o,
                                             const replace_order& r) const {
    if (!r.set_price && !r.set_quantity) {
        return reason::none;
    }
    const quantity total = r.set_quantity ? r.quantity : o.filled + o.remaining;
    return notional_fault(r.set_price ? r.price : o.price, total);
}

// --- States and prices ----------------------------------------------------------------------------

// 2.3
bool reference_book::makes_sense(const set_state& request) const {
    if (static_cast<std::uint8_t>(request.state) >= market_state_count ||
        static_cast<std::uint8_t>(request.auction) >= auction_kind_count ||
        static_cast<std::uint8_t>(request.next) >= market_state_count) {
        return false;
    }
    if ((request.state == market_state::auction) != (request.auction != auction_kind::none)) {
        return false;
    }
    if (request.until == timestamp{}) {
        return request.next == market_state::open;
    }
    if (request.until <= now_ || request.next == market_state::auction ||
        request.next == request.state) {
        return false;
    }
    return request.state != market_state::halted || request.next == market_state::open;
}

// 7.1
bool reference_book::on_tick(price at) const {
    std::int64_t tick = 1;
    for (const tick_row& row : rules_->ticks) {
        if (row.from_ticks <= magnitude(at.ticks)) {
            tick = row.tick_ticks;
        }
    }
    return at.ticks % tick == 0;
}

// 7.2
bool reference_book::in_band(price at) const {
    if (rules_->band_bps == 0 || !reference_) {
        return true;
    }
    const wide_int r = reference_->ticks;
    return magnitude(at.ticks - r) <= magnitude(r) * rules_->band_bps / 10'000;
}

}  // namespace bourse
