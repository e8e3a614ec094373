// What an order does that does not go the quick way: entering, the walk, self-trade prevention (RULES.md 4, 6).
#include <algorithm>

#include "actors/book/book_bug.hpp"
#include "actors/book/book_machine.hpp"
#include "actors/book/event_records.hpp"
#include "actors/book/queue_links.hpp"

namespace bourse {

// --- Entering (section 4) -----------------------------------------------------------------------

void order_book::machine::enter(slot at, event_buffer& out) {
    if (is_open()) {
        price_pegs();
    }
    order_node& node = orders_[at];
    order_terms* terms = terms_of(node);
    if (terms != nullptr && is_stop(node) && !terms->triggered) {
        enter_stop(at, out);
    } else if (node.tif == time_in_force::at_the_close && row_.auction != auction_kind::closing) {
        to_parked(at);
    } else if (terms != nullptr && is_peg(node)) {
        const auto price = is_open() ? peg_price(node, *terms) : std::nullopt;
        if (price) {
            execute(at, *price, out);
        } else {
            to_hidden(at, false);
        }
    } else if (is_open()) {
        execute(at, node.price, out);
    } else if (node.tif == time_in_force::immediate_or_cancel ||
               node.tif == time_in_force::fill_or_kill) {
        end(at, reason::unfilled, out);
    } else if (terms != nullptr && is_conditional(node, *terms)) {
        to_hidden(at, false);
    } else {
        to_queue(at);
    }
}

void order_book::machine::execute(slot at, std::int64_t limit, event_buffer& out) {
    order_node& node = orders_[at];
    set_place(node, node_place::acting);
    if (node.post_only) {
        to_queue(at);
        return;
    }
    if (const order_terms* terms = terms_of(node);
        terms != nullptr &&
        (node.tif == time_in_force::fill_or_kill || is_conditional(node, *terms))) {
        const std::int64_t wanted =
            node.tif == time_in_force::fill_or_kill ? node.remaining : requirement(node, *terms);
        if (!trial(at, limit, wanted).fills) {
            dispose_remainder(at, walk_end::done, out);
            return;
        }
    }
    const walk_end how = walk(at, limit, out);
    if (how != walk_end::cancelled) {
        dispose_remainder(at, how, out);
    }
    look_at_prints(out);
}

// What remains after the walk (4.6.3).
void order_book::machine::dispose_remainder(slot at, walk_end how, event_buffer& out) {
    order_node& node = orders_[at];
    if (node.remaining == 0) {
        forget(at);
        return;
    }
    const bool ends = node.type == order_type::market || node.type == order_type::stop ||
                      node.type == order_type::trailing_stop ||
                      node.tif == time_in_force::immediate_or_cancel ||
                      node.tif == time_in_force::fill_or_kill;
    if (ends) {
        end(at, how == walk_end::interrupted ? reason::volatility : reason::unfilled, out);
        return;
    }
    const order_terms* terms = terms_of(node);
    if (terms != nullptr && is_hidden(node, *terms)) {
        to_hidden(at, false);
    } else {
        to_queue(at);
    }
}

// --- The walk (4.7) -----------------------------------------------------------------------------

// No order becomes hidden while another one walks.
order_book::machine::walk_end order_book::machine::walk(slot at, std::int64_t limit,
                                                        event_buffer& out) {
    return hidden_by_priority_.empty() ? walk_past<false>(at, limit, out)
                                       : walk_past<true>(at, limit, out);
}

template <bool AnyHidden>
order_book::machine::walk_end order_book::machine::walk_past(slot at, std::int64_t limit,
                                                             event_buffer& out) {
    [[maybe_unused]] ranked passed = first_ranked;
    const side other = opposite(orders_[at].which);
    const price_ladder& book = ladder(other);
    while (orders_[at].remaining != 0) {
        const order_node& aggressor = orders_[at];
        slot resting = no_slot;
        std::int64_t price = 0;
        if (book.reached_by(limit)) {
            const price_level& best = book[book.best()];
            resting = BOURSE_BOOK_WRONG(last_come_first) ? best.tail : best.head;
            price = book.best_price();
        }
        if constexpr (AnyHidden) {
            const slot hidden = hidden_candidate(other, aggressor.remaining, limit, passed);
            if (hidden != no_slot) {
                const std::int64_t ranks_at = terms_of(orders_[hidden])->rank_price;
                if (resting == no_slot || book.better(ranks_at, price)) {
                    resting = hidden;
                    price = ranks_at;
                }
            }
        }
        if (resting == no_slot) {
            return walk_end::done;
        }
        if (outside_corridor(price)) [[unlikely]] {
            interrupt(out);
            return walk_end::interrupted;
        }
        if (aggressor.self_trade != self_trade_prevention::none &&
            same_owner(aggressor, orders_[resting])) [[unlikely]] {
            if (prevent(resting, at, price, out)) {
                return walk_end::cancelled;
            }
            continue;
        }
        if constexpr (AnyHidden) {
            note_change(resting, -std::min(aggressor.remaining, offered(orders_[resting])));
        }
        trade(resting, at, price, out);
    }
    return walk_end::done;
}

// An order that was passed over stays so for the rest of the walk: what remains of the aggressor only
// falls. It is remembered by its key, as a group's cancels may take any order away meanwhile.
slot order_book::machine::hidden_candidate(side which, std::int64_t remaining, std::int64_t limit,
                                           ranked& passed) const {
    const ranked_set& hidden = hidden_of(which);
    for (auto each = hidden.lower_bound(passed); each != hidden.end(); ++each) {
        passed = *each;
        const order_node& node = orders_[each->order];
        const order_terms& terms = terms_[node.terms];
        if (ladder(which).better(limit, terms.rank_price)) {
            break;
        }
        if (requirement(node, terms) <= remaining) {
            return each->order;
        }
    }
    return no_slot;
}

// 4.8.
bool order_book::machine::would_take(side which, std::int64_t limit, std::int64_t lots) const {
    if (!is_open()) {
        return false;
    }
    const side other = opposite(which);
    ranked passed = first_ranked;
    return ladder(other).reached_by(limit) ||
           hidden_candidate(other, lots, limit, passed) != no_slot;
}

void order_book::machine::trade(slot resting, slot aggressor, std::int64_t price_ticks,
                                event_buffer& out) {
    order_node& maker = orders_[resting];
    order_node& taker = orders_[aggressor];
    touch(resting);
    touch(aggressor);
    const std::int64_t lots = std::min(taker.remaining, offered(maker));
    maker.remaining -= lots;
    maker.filled += lots;
    taker.remaining -= lots;
    taker.filled += lots;
    count_trades(1, price_ticks, lots);
    note_print(price_ticks);
    tell_fill(resting, price_ticks, lots, 0, out);
    tell_fill(aggressor, price_ticks, lots, event::aggressor, out);
    ++row_.next_trade;
    if (maker.in_queue()) {
        ladder(maker.which)[maker.level].shown_lots -= lots;
    }
    const bool plain = maker.terms == no_slot;
    const bool maker_ends = maker.remaining == 0;
    if (BOURSE_BOOK_WRONG(trade_number_lost) && maker_ends) {
        ++row_.next_trade;
    }
    if (!plain) [[unlikely]] {
        after_trade(resting, lots, out);
    } else if (maker_ends) {
        remove(resting);
        forget(resting);
    }
    if (taker.terms != no_slot) [[unlikely]] {
        uncount_if_ordinary(taker, terms_[taker.terms]);
        group_after_trade(aggressor, out);
    }
    if (!plain && !maker_ends) {
        free_met_minimum(resting);
    }
}

// What follows for a resting order that is not plain (4.10).
void order_book::machine::after_trade(slot resting, std::int64_t lots, event_buffer& out) {
    order_node& maker = orders_[resting];
    order_terms& terms = terms_[maker.terms];
    if (maker.in_queue()) {
        terms.shown -= lots;
        refill_if_empty(resting, out);
    }
    uncount_if_ordinary(maker, terms);
    if (maker.remaining == 0) {
        leave_place(resting);
        group_after_trade(resting, out);
        forget(resting);
        return;
    }
    group_after_trade(resting, out);
}

// 6.5: hidden before, and ordinary now.
void order_book::machine::free_met_minimum(slot at) {
    const order_node& node = orders_[at];
    const order_terms& terms = *terms_of(node);
    if (terms.place == node_place::hidden && !is_hidden(node, terms)) {
        leave_place(at);
        to_pending(at);
    }
}

void order_book::machine::refill_if_empty(slot at, event_buffer& out) {
    const order_node& node = orders_[at];
    const order_terms* terms = terms_of(node);
    if (terms == nullptr || !node.in_queue() || terms->shown != 0 || node.remaining == 0) {
        return;
    }
    leave_place(at);
    to_queue(at);
    tell(at, event_kind::refilled, terms->shown, reason::none, out);
}

// --- Self-trade prevention (6.7) ----------------------------------------------------------------

bool order_book::machine::prevent(slot resting, slot aggressor, std::int64_t price_ticks,
                                  event_buffer& out) {
    const std::int64_t lots = std::min(orders_[aggressor].remaining, offered(orders_[resting]));
    event told = about(resting, event_kind::prevented);
    told.number = orders_[aggressor].id.value;
    told.price = {price_ticks};
    told.lots = {lots};
    out.append(told);
    switch (orders_[aggressor].self_trade) {
        case self_trade_prevention::cancel_oldest:
            end(resting, reason::self_trade, out);
            return false;
        case self_trade_prevention::cancel_both:
            end(resting, reason::self_trade, out);
            end(aggressor, reason::self_trade, out);
            return true;
        case self_trade_prevention::decrement:
            return decrement(resting, aggressor, lots, out);
        case self_trade_prevention::cancel_newest:
        case self_trade_prevention::none:
            break;
    }
    end(aggressor, reason::self_trade, out);
    return true;
}

bool order_book::machine::decrement(slot resting, slot aggressor, std::int64_t lots,
                                    event_buffer& out) {
    note_change(resting, -lots);
    touch(resting);
    touch(aggressor);
    order_node& maker = orders_[resting];
    order_node& taker = orders_[aggressor];
    const bool maker_ends = maker.remaining == lots;
    const bool taker_ends = taker.remaining == lots;
    if (maker.in_queue()) {
        ladder(maker.which)[maker.level].shown_lots -= lots;
        if (order_terms* terms = terms_of(maker)) {
            terms->shown -= lots;
        }
    }
    maker.remaining -= lots;
    taker.remaining -= lots;
    for (const slot each : {resting, aggressor}) {
        const bool ends = each == resting ? maker_ends : taker_ends;
        tell(each, ends ? event_kind::cancelled : event_kind::reduced, lots, reason::self_trade,
             out);
    }
    refill_if_empty(resting, out);
    if (maker_ends) {
        leave_place(resting);
        group_after_end(resting, out);
        forget(resting);
    }
    if (taker_ends) {
        group_after_end(aggressor, out);
        forget(aggressor);
    }
    return taker_ends;
}

// --- What orders offer and require ---------------------------------------------------------------

std::int64_t order_book::machine::offered(const order_node& node) const noexcept {
    return node.terms != no_slot && node.in_queue() ? terms_[node.terms].shown : node.remaining;
}

std::int64_t order_book::machine::requirement(const order_node& node,
                                              const order_terms& terms) noexcept {
    if (terms.all_or_none) {
        return node.remaining;
    }
    return node.filled < terms.minimum ? std::min(terms.minimum, node.remaining) : 1;
}

}  // namespace bourse
