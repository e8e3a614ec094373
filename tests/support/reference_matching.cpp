// Entering, matching, stops, pegs and settling of the reference book. RULES.md sections 4 to 7, 10.
#include <algorithm>

#include "tests/support/reference_book.hpp"

namespace bourse {

namespace {

bool is_collecting(market_state state) {
    return state == market_state::pre_open || state == market_state::auction;
}

// 6.6
bool one_owner(const order_row& a, const order_row& b) {
    return a.account == b.account ||
           (a.trade_group == b.trade_group && a.trade_group != trade_group_id{});
}

// 4.6.3: orders of which nothing may rest after a walk. A triggered stop acts as a market order
// (5.4); other stops never execute.
bool never_rests(const order_row& o) {
    return o.type == order_type::market || o.type == order_type::stop ||
           o.type == order_type::trailing_stop || o.tif == time_in_force::immediate_or_cancel ||
           o.tif == time_in_force::fill_or_kill;
}

// Halves are whole here: floor towards minus infinity, ceil towards plus infinity (7.4).
wide_int floor_half(wide_int m) {
    return m >= 0 ? m / 2 : -((-m + 1) / 2);
}
wide_int ceil_half(wide_int m) {
    return -floor_half(-m);
}

}  // namespace

// --- Entering (section 4) -------------------------------------------------------------------------

// 4.1 to 4.5. `by_group`: the order is activated by section 9, so 4.8 is checked now.
void reference_book::enter(reference_order& o, bool by_group) {
    o.acting = true;
    o.shown = quantity{};
    if (is_stop(o.type) && !o.triggered) {
        enter_stop(o);
        return;
    }
    if (o.tif == time_in_force::at_the_close && auction_ != auction_kind::closing) {
        put(o, order_place::parked);
        return;
    }
    if (is_collecting(state_)) {
        if (o.tif == time_in_force::immediate_or_cancel || o.tif == time_in_force::fill_or_kill) {
            cancel_live(o, reason::unfilled);
        } else {
            put(o, is_peg(o.type) || is_conditional(o) ? order_place::hidden : order_place::queue);
        }
        return;
    }
    price_pegs();
    if (is_peg(o.type)) {
        o.moment = peg_price(o);
        if (o.moment) {
            execute(o, *o.moment);
        } else {
            put(o, order_place::hidden);
        }
    } else if (!o.post_only) {
        execute(o, o.price);
    } else if (by_group && would_take(o.side, o.price, o.remaining)) {
        cancel_live(o, reason::would_take);
    } else {
        put(o, order_place::queue);
    }
}

// 5.1, 5.2
void reference_book::enter_stop(reference_order& o) {
    if (!o.has_stop_price) {
        const price anchor = last_ ? *last_ : reference_ ? *reference_ : o.price;
        o.stop_price = o.side == side::sell ? saturating_subtract(anchor, o.offset_ticks)
                                            : saturating_add(anchor, o.offset_ticks);
        o.has_stop_price = true;
    }
    const bool met =
        last_ && (o.side == side::buy ? *last_ >= o.stop_price : *last_ <= o.stop_price);
    if (met) {
        trigger(o);
    } else {
        put(o, order_place::waiting);
    }
}

// 1.5: entering a place draws a priority. 6.8: what is shown on entering a queue.
void reference_book::put(reference_order& o, order_place where) {
    o.acting = false;
    o.place = where;
    o.priority = next_priority_++;
    o.shown = quantity{};
    if (where == order_place::queue) {
        o.shown = o.display.lots > 0 ? std::min(o.display, o.remaining) : o.remaining;
    }
}

// --- Matching -------------------------------------------------------------------------------------

// 4.6, and 5.3 after it. `keeps_hidden_priority`: by 10.4.
void reference_book::execute(reference_order& a, price limit, bool keeps_hidden_priority) {
    a.acting = true;
    a.shown = quantity{};
    prints_.clear();
    bool may_walk = true;
    if (a.tif == time_in_force::fill_or_kill) {
        may_walk = trial(a, limit) == a.remaining;
    } else if (is_conditional(a)) {
        may_walk = trial(a, limit) >= requirement(a);
    }
    const bool interrupted = may_walk && walk(a, limit);
    if (!a.ended) {
        deal_with_remainder(a, interrupted, keeps_hidden_priority);
    }
    look_at_prints();
}

// 4.6.3
void reference_book::deal_with_remainder(reference_order& a, bool interrupted,
                                         bool keeps_hidden_priority) {
    if (never_rests(a)) {
        cancel_live(a, interrupted ? reason::volatility : reason::unfilled);
    } else if (is_peg(a.type) || is_conditional(a)) {
        const std::uint64_t before = a.priority;
        put(a, order_place::hidden);
        if (keeps_hidden_priority) {
            a.priority = before;  // 10.4
        }
    } else {
        put(a, order_place::queue);
    }
}

// 4.7. Says whether the walk was interrupted.
bool reference_book::walk(reference_order& a, price limit) {
    while (!a.ended) {
        reference_order* resting = candidate(a);
        // Worse for A than its limit: A's limit would be better to have than that price.
        if (resting == nullptr || better(resting->side, limit, price_now(*resting))) {
            return false;
        }
        const price at = price_now(*resting);
        if (outside_corridor(at)) {
            interrupt();
            return true;
        }
        if (one_owner(a, *resting) && a.self_trade != self_trade_prevention::none) {
            prevent(*resting, a);
            continue;
        }
        const bool queued = resting->place == order_place::queue;
        trade(*resting, a, std::min(a.remaining, queued ? resting->shown : resting->remaining), at);
    }
    return false;
}

// 4.9: the walk on a copy of the book, whose events nobody reads. How much would be filled.
quantity reference_book::trial(const reference_order& a, price limit) const {
    std::vector<event> unread;
    reference_book paper = *this;
    paper.on_paper_ = true;
    paper.out_ = &unread;
    reference_order& paper_a = paper.get(a.id);
    (void)paper.walk(paper_a, limit);
    return paper_a.filled - a.filled;
}

// 4.7.1: the first by 1.6 of the other side that would trade with A.
reference_order* reference_book::candidate(const reference_order& a) {
    reference_order* first = nullptr;
    for (reference_order& o : orders_) {
        const bool queued = o.is_in(order_place::queue);
        const bool hidden = o.is_in(order_place::hidden) && requirement(o) <= a.remaining &&
                            (!is_peg(o.type) || o.moment);
        if (o.side == a.side || (!queued && !hidden)) {
            continue;
        }
        if (first == nullptr || better(o.side, price_now(o), price_now(*first))) {
            first = &o;
        } else if (price_now(o) == price_now(*first)) {
            const bool first_queued = first->place == order_place::queue;
            if (queued != first_queued ? queued : o.priority < first->priority) {
                first = &o;
            }
        }
    }
    return first;
}

// A peg's price of the moment; of any other order its worst price (1.6).
price reference_book::price_now(const reference_order& o) const {
    return is_peg(o.type) && o.moment ? *o.moment : o.price;
}

// 7.3
bool reference_book::outside_corridor(price at) const {
    if (rules_->volatility_bps == 0 || !corridor_base_) {
        return false;
    }
    const wide_int base = corridor_base_->ticks;
    const wide_int distance = at.ticks > base ? at.ticks - base : base - at.ticks;
    const wide_int width = (base < 0 ? -base : base) * rules_->volatility_bps / 10'000;
    return distance > width;
}

// 4.7.2
void reference_book::interrupt() {
    if (!on_paper_) {
        go_to(market_state::auction, auction_kind::volatility, now_ + rules_->volatility_auction,
              market_state::open, reason::volatility);
    }
}

// 4.10
void reference_book::trade(reference_order& resting, reference_order& a, quantity lots, price at) {
    const bool was_conditional = is_conditional(resting);
    const std::uint64_t number = next_trade_++;
    count_trade(at, lots);
    prints_.push_back(at);
    for (reference_order* o : {&resting, &a}) {
        take_filled(*o, lots);
        event& e = say(event_kind::fill, *o);
        e.number = number;
        e.price = at;
        e.lots = lots;
        e.flags = static_cast<std::uint8_t>((o->ended ? event::final_answer : 0) |
                                            (o == &a ? event::aggressor : 0));
    }
    refill_if_due(resting);
    after_trade(resting);
    after_trade(a);
    if (was_conditional && !resting.ended && !is_conditional(resting)) {
        put(resting, order_place::pending);  // 6.5
    }
}

// 4.10, 12.5
void reference_book::count_trade(price at, quantity lots) {
    last_ = at;
    if (statistics_.trades == 0) {
        statistics_.first = statistics_.high = statistics_.low = at;
    }
    statistics_.trades += 1;
    add_saturating(statistics_.lots, static_cast<std::uint64_t>(lots.lots));
    add_saturating(statistics_.turnover, notional(at, lots));
    statistics_.high = std::max(statistics_.high, at);
    statistics_.low = std::min(statistics_.low, at);
    statistics_.last = at;
}

void reference_book::take_filled(reference_order& o, quantity lots) {
    o.filled += lots;
    take_unfilled(o, lots);
}

// The shown part of a queued order trades first, or is decremented first.
void reference_book::take_unfilled(reference_order& o, quantity lots) {
    o.remaining -= lots;
    if (o.is_in(order_place::queue)) {
        o.shown = std::max(o.shown - lots, quantity{});
    }
    o.ended = o.remaining == quantity{};
}

// 6.8
void reference_book::refill_if_due(reference_order& o) {
    if (o.is_in(order_place::queue) && o.shown == quantity{}) {
        put(o, order_place::queue);
        event& e = say(event_kind::refilled, o);
        e.price = o.price;
        e.lots = o.shown;
    }
}

// 6.7
void reference_book::prevent(reference_order& resting, reference_order& a) {
    const bool queued = resting.place == order_place::queue;
    const quantity lots = std::min(a.remaining, queued ? resting.shown : resting.remaining);
    event& e = say(event_kind::prevented, resting);
    e.number = a.id.value;
    e.price = price_now(resting);
    e.lots = lots;
    switch (a.self_trade) {
        case self_trade_prevention::none:
            break;
        case self_trade_prevention::cancel_newest:
            cancel_live(a, reason::self_trade);
            break;
        case self_trade_prevention::cancel_oldest:
            cancel_live(resting, reason::self_trade);
            break;
        case self_trade_prevention::cancel_both:
            cancel_live(resting, reason::self_trade);
            cancel_live(a, reason::self_trade);
            break;
        case self_trade_prevention::decrement:
            decrement(resting, a, lots);
            break;
    }
}

// 6.7, last mode: both events, then the refill, then the groups.
void reference_book::decrement(reference_order& resting, reference_order& a, quantity lots) {
    for (reference_order* o : {&resting, &a}) {
        take_unfilled(*o, lots);
        o->prevented += lots;
        if (o->ended) {
            end_cancelled(*o, reason::self_trade, lots);
        } else {
            event& e = say(event_kind::reduced, *o);
            e.reason = reason::self_trade;
            e.price = o->price;
            e.lots = lots;
        }
    }
    refill_if_due(resting);
    for (reference_order* o : {&resting, &a}) {
        if (o->ended) {
            after_end(*o);
        }
    }
}

// --- Stops (section 5) ----------------------------------------------------------------------------

// 5.3
void reference_book::look_at_prints() {
    std::vector<reference_order*> elected;
    for (const price print : prints_) {
        for (reference_order& o : orders_) {
            if (!o.is_in(order_place::waiting) ||
                std::find(elected.begin(), elected.end(), &o) != elected.end()) {
                continue;
            }
            if (o.side == side::buy ? print >= o.stop_price : print <= o.stop_price) {
                elected.push_back(&o);
            } else if (o.type == order_type::trailing_stop && o.side == side::sell) {
                o.stop_price = std::max(o.stop_price, saturating_subtract(print, o.offset_ticks));
            } else if (o.type == order_type::trailing_stop) {
                o.stop_price = std::min(o.stop_price, saturating_add(print, o.offset_ticks));
            }
        }
    }
    prints_.clear();
    std::sort(elected.begin(), elected.end(),
              [](const auto* a, const auto* b) { return a->priority < b->priority; });
    for (reference_order* o : elected) {
        trigger(*o);
    }
}

// 5.4
void reference_book::trigger(reference_order& o) {
    o.triggered = true;
    put(o, order_place::pending);
    event& e = say(event_kind::triggered, o);
    e.price = o.stop_price;
    e.lots = o.remaining;
}

// --- Pegs (7.4) -----------------------------------------------------------------------------------

void reference_book::price_pegs() {
    for (reference_order& o : orders_) {
        if (o.is_in(order_place::hidden) && is_peg(o.type)) {
            o.moment = peg_price(o);
        }
    }
}

std::optional<price> reference_book::best_in_queue(side which) const {
    std::optional<price> best;
    for (const reference_order& o : orders_) {
        if (o.is_in(order_place::queue) && o.side == which &&
            (!best || better(which, o.price, *best))) {
            best = o.price;
        }
    }
    return best;
}

std::optional<price> reference_book::peg_price(const reference_order& o) const {
    const bool buys = o.side == side::buy;
    std::optional<price> base;
    if (o.type == order_type::primary_peg) {
        base = best_in_queue(o.side);
    } else {
        const auto bid = best_in_queue(side::buy);
        const auto ask = best_in_queue(side::sell);
        if (bid && ask) {
            const wide_int m = wide_int{bid->ticks} + ask->ticks;
            base = price{saturate(buys ? floor_half(m) : ceil_half(m))};
        }
    }
    if (!base) {
        return std::nullopt;
    }
    const price moved =
        buys ? saturating_subtract(*base, o.offset_ticks) : saturating_add(*base, o.offset_ticks);
    const auto rounded = round_to_tick(moved, !buys);
    if (!rounded) {
        return std::nullopt;
    }
    return buys ? std::min(*rounded, o.price) : std::max(*rounded, o.price);
}

// 7.1. The next multiple of the row's tick in that direction is on the table, because each row
// begins at a multiple of its own tick and of the tick before.
std::optional<price> reference_book::round_to_tick(price at, bool up) const {
    const wide_int value = at.ticks;
    std::int64_t tick = 1;
    for (const tick_row& row : rules_->ticks) {
        if (row.from_ticks <= (value < 0 ? -value : value)) {
            tick = row.tick_ticks;
        }
    }
    wide_int rounded = value - value % tick;  // towards zero
    if (rounded > value && !up) {
        rounded -= tick;
    } else if (rounded < value && up) {
        rounded += tick;
    }
    const auto fits = narrow(rounded);
    return fits ? std::optional{price{*fits}} : std::nullopt;
}

// --- Settling (section 10) ------------------------------------------------------------------------

// 10.1, 10.3
void reference_book::settle() {
    while (state_ == market_state::open) {
        price_pegs();
        if (reference_order* pending = first_pending()) {
            act(*pending);
        } else if (reference_order* hidden = first_to_retry()) {
            execute(*hidden, price_now(*hidden), true);
        } else {
            return;
        }
    }
}

// 10.1.1. An exit that has not been activated yet is told by its neither being triggered nor having
// had a minimum.
void reference_book::act(reference_order& pending) {
    const bool met_minimum = pending.minimum.lots > 0;
    if (pending.triggered || met_minimum) {
        execute(pending, pending.price);
    } else {
        activate(pending);
    }
}

reference_order* reference_book::first_pending() {
    reference_order* first = nullptr;
    for (reference_order& o : orders_) {
        if (o.is_in(order_place::pending) && (first == nullptr || o.priority < first->priority)) {
            first = &o;
        }
    }
    return first;
}

// 10.1.2. An order that no price of the other side suits needs no trial: it would fill nothing.
reference_order* reference_book::first_to_retry() {
    std::vector<reference_order*> hidden;
    std::optional<price> best[2];
    for (reference_order& o : orders_) {
        const bool is_hidden = o.is_in(order_place::hidden) && (!is_peg(o.type) || o.moment);
        if (is_hidden) {
            hidden.push_back(&o);
        }
        std::optional<price>& best_of_side = best[static_cast<std::size_t>(o.side)];
        if ((is_hidden || o.is_in(order_place::queue)) &&
            (!best_of_side || better(o.side, price_now(o), *best_of_side))) {
            best_of_side = price_now(o);
        }
    }
    std::sort(hidden.begin(), hidden.end(),
              [](const auto* a, const auto* b) { return a->priority < b->priority; });
    for (reference_order* o : hidden) {
        const auto& other = best[static_cast<std::size_t>(opposite(o->side))];
        if (other && !better(opposite(o->side), price_now(*o), *other) &&
            trial(*o, price_now(*o)) >= requirement(*o)) {
            return o;
        }
    }
    return nullptr;
}

}  // namespace bourse
