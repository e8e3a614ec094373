// States and call auctions of the reference book. RULES.md sections 2 and 8.
#include <algorithm>

#include "tests/support/reference_book.hpp"

namespace bourse {

// 2.4, 2.5
void reference_book::go_to(market_state state, auction_kind auction, timestamp until,
                           market_state next, reason why) {
    const market_state before = state_;
    const auction_kind auction_before = auction_;
    state_ = state;
    auction_ = auction;
    until_ = until;
    next_ = next;
    event& e = say(event_kind::state_changed);
    e.reason = why;
    e.number = state_number(state_, auction_, before);

    const bool opens = state == market_state::open && before != market_state::open;
    const bool auction_closes = before == market_state::auction && state == market_state::closed;
    if (before == market_state::closed && state != market_state::closed) {
        statistics_ = book_statistics{};
    }
    if (opens || auction_closes) {
        prints_.clear();
        uncross();
        cancel_what_was_for_the_auction();
        if (opens) {
            look_at_prints();
        }
        prints_.clear();
    }
    if (auction == auction_kind::closing && auction_before != auction_kind::closing) {
        unpark();
    }
    if (state == market_state::closed && before != market_state::closed) {
        expire_the_day();
    }
}

// 2.6
void reference_book::timer_fires() {
    if (state_ == market_state::halted && rules_->reopening_auction.ns > 0) {
        go_to(market_state::auction, auction_kind::reopening, now_ + rules_->reopening_auction,
              market_state::open, reason::timer);
    } else {
        go_to(next_, auction_kind::none, timestamp{}, market_state::open, reason::timer);
    }
}

// 2.5.2
void reference_book::cancel_what_was_for_the_auction() {
    for (reference_order* o : live_orders()) {
        if (o->is_in(order_place::queue) &&
            (o->tif == time_in_force::at_the_open || o->tif == time_in_force::at_the_close ||
             o->type == order_type::market)) {
            cancel_live(*o, reason::auction_ended);
        }
    }
}

// 2.5.3
void reference_book::unpark() {
    std::vector<reference_order*> parked;
    for (reference_order& o : orders_) {
        if (o.is_in(order_place::parked)) {
            parked.push_back(&o);
        }
    }
    std::sort(parked.begin(), parked.end(),
              [](const auto* a, const auto* b) { return a->priority < b->priority; });
    for (reference_order* o : parked) {
        put(*o, order_place::queue);
    }
}

// 2.5.4
void reference_book::expire_the_day() {
    for (reference_order* o : live_orders()) {
        if (!o->ended && (o->tif == time_in_force::day || o->tif == time_in_force::at_the_open ||
                          o->tif == time_in_force::at_the_close)) {
            cancel_live(*o, reason::expired);
        }
    }
}

// --- Call auctions (section 8) --------------------------------------------------------------------

// 8.2
std::optional<price> reference_book::auction_reference() const {
    return reference_ ? reference_ : last_;
}

// 8.1, 8.2
std::vector<price> reference_book::auction_candidates() const {
    std::vector<price> candidates;
    for (const reference_order& o : orders_) {
        if (o.is_in(order_place::queue)) {
            candidates.push_back(o.price);
        }
    }
    if (const auto near = auction_reference(); near && on_tick(*near)) {
        candidates.push_back(*near);
    }
    return candidates;
}

// 8.2
indicative_auction reference_book::outcome_at(price at) const {
    std::int64_t demand = 0;
    std::int64_t supply = 0;
    for (const reference_order& o : orders_) {
        if (!o.is_in(order_place::queue)) {
            continue;
        }
        if (o.side == side::buy && o.price >= at) {
            demand += o.remaining.lots;
        } else if (o.side == side::sell && o.price <= at) {
            supply += o.remaining.lots;
        }
    }
    return {at, quantity{std::min(demand, supply)}, demand - supply};
}

// 8.3, 8.4. Prices in uncrossed books need not be tried: no volume would trade.
std::optional<indicative_auction> reference_book::indicative() const {
    const auto bid = best_in_queue(side::buy);
    const auto ask = best_in_queue(side::sell);
    if (!bid || !ask || *bid < *ask) {
        return std::nullopt;
    }
    const auto near = auction_reference();
    const auto distance = [](wide_int a, wide_int b) { return a > b ? a - b : b - a; };
    const auto is_better = [&](const indicative_auction& a, const indicative_auction& b) {
        if (a.volume != b.volume) {
            return a.volume > b.volume;
        }
        const wide_int imbalance_a = distance(a.imbalance_lots, 0);
        const wide_int imbalance_b = distance(b.imbalance_lots, 0);
        if (imbalance_a != imbalance_b) {
            return imbalance_a < imbalance_b;
        }
        if (near) {
            const wide_int far_a = distance(a.price.ticks, near->ticks);
            const wide_int far_b = distance(b.price.ticks, near->ticks);
            if (far_a != far_b) {
                return far_a < far_b;
            }
        }
        return a.price < b.price;
    };
    std::optional<indicative_auction> best;
    for (const price at : auction_candidates()) {
        const indicative_auction outcome = outcome_at(at);
        if (outcome.volume.lots > 0 && (!best || is_better(outcome, *best))) {
            best = outcome;
        }
    }
    return best;
}

// 8.5
void reference_book::uncross() {
    std::optional<price> last_auction_price;
    while (const auto auction = indicative()) {
        uncross_at(auction->price);
        last_auction_price = auction->price;
    }
    if (last_auction_price) {
        reference_ = last_auction_price;
        corridor_base_ = last_auction_price;  // 7.3
    }
}

// By price, then priority (8.5).
reference_order* reference_book::first_in_queue(side which) {
    reference_order* first = nullptr;
    for (reference_order& o : orders_) {
        if (!o.is_in(order_place::queue) || o.side != which) {
            continue;
        }
        if (first == nullptr || better(which, o.price, first->price) ||
            (o.price == first->price && o.priority < first->priority)) {
            first = &o;
        }
    }
    return first;
}

// 8.5, one P
void reference_book::uncross_at(price at) {
    std::uint64_t trades = 0;
    quantity volume;
    reference_order* buy = first_in_queue(side::buy);
    reference_order* sell = first_in_queue(side::sell);
    while (buy != nullptr && sell != nullptr && buy->price >= at && sell->price <= at) {
        const quantity lots = std::min(buy->remaining, sell->remaining);
        const std::uint64_t number = next_trade_++;
        count_trade(at, lots);
        trades += 1;
        volume += lots;
        for (reference_order* o : {buy, sell}) {
            take_filled(*o, lots);
            event& e = say(event_kind::fill, *o);
            e.number = number;
            e.price = at;
            e.lots = lots;
            e.flags =
                static_cast<std::uint8_t>((o->ended ? event::final_answer : 0) | event::in_auction);
        }
        after_trade(*buy);
        after_trade(*sell);
        buy = first_in_queue(side::buy);
        sell = first_in_queue(side::sell);
    }
    prints_.push_back(at);
    for (reference_order& o : orders_) {
        if (o.is_in(order_place::queue)) {
            o.shown = o.display.lots > 0 ? std::min(o.display, o.remaining) : o.remaining;
        }
    }
    event& e = say(event_kind::uncrossed);
    e.number = trades;
    e.price = at;
    e.lots = volume;
}

}  // namespace bourse
