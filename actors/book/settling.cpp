// Stops, pegs, and settling after a command (RULES.md 5, 7.4, 10).
#include <algorithm>
#include <utility>

#include "actors/book/book_machine.hpp"

namespace bourse {

// --- Stops (section 5) --------------------------------------------------------------------------

void order_book::machine::enter_stop(slot at, event_buffer& out) {
    order_node& node = orders_[at];
    order_terms& terms = *terms_of(node);
    if (!terms.has_stop_price) {
        const price anchor = row_.has_last_price        ? row_.last_price
                             : row_.has_reference_price ? row_.reference_price
                                                        : price{node.price};
        terms.stop_price = node.which == side::sell
                               ? saturating_subtract(anchor, terms.offset).ticks
                               : saturating_add(anchor, terms.offset).ticks;
        terms.has_stop_price = true;
    }
    if (row_.has_last_price && meets_stop(node, terms, row_.last_price.ticks)) {
        trigger(at, out);
    } else {
        to_waiting(at);
    }
}

bool order_book::machine::meets_stop(const order_node& node, const order_terms& terms,
                                     std::int64_t last) const noexcept {
    return node.which == side::buy ? last >= terms.stop_price : last <= terms.stop_price;
}

void order_book::machine::trigger(slot at, event_buffer& out) {
    leave_place(at);
    terms_of(orders_[at])->triggered = true;
    to_pending(at);
    tell(at, event_kind::triggered, orders_[at].remaining, reason::none, out);
}

// 5.3.
void order_book::machine::look_at_prints(event_buffer& out) {
    if (prints_.empty()) [[likely]] {
        return;
    }
    elected_.clear();
    for (const std::int64_t print : prints_) {
        elect(print);
        move_trailing(print);
    }
    prints_.clear();
    std::sort(elected_.begin(), elected_.end(),
              [](const ranked& a, const ranked& b) { return a.priority < b.priority; });
    for (const ranked& each : elected_) {
        trigger(each.order, out);
    }
}

void order_book::machine::elect(std::int64_t print) {
    for (ranked_set& stops : waiting_) {
        while (!stops.empty()) {
            const ranked first = *stops.begin();
            const order_node& node = orders_[first.order];
            if (!meets_stop(node, *terms_of(node), print)) {
                break;
            }
            leave_place(first.order);
            elected_.push_back(first);
        }
    }
}

void order_book::machine::move_trailing(std::int64_t print) {
    for (const auto& [priority, at] : trailing_) {
        const order_node& node = orders_[at];
        order_terms& terms = *terms_of(node);
        const std::int64_t follows = node.which == side::sell
                                         ? saturating_subtract({print}, terms.offset).ticks
                                         : saturating_add({print}, terms.offset).ticks;
        const bool moves =
            node.which == side::sell ? follows > terms.stop_price : follows < terms.stop_price;
        if (moves) {
            touch(at);
            ranked_set& stops = waiting_[static_cast<std::size_t>(node.which)];
            auto key = stops.extract(stop_key(at));
            terms.stop_price = follows;
            key.value() = stop_key(at);
            stops.insert(std::move(key));
        }
    }
}

// --- Pegs (7.4) ---------------------------------------------------------------------------------

std::optional<std::int64_t> order_book::machine::peg_price(
    const order_node& node, const order_terms& terms) const noexcept {
    const bool buys = node.which == side::buy;
    std::int64_t from = 0;
    if (node.type == order_type::mid_peg) {
        if (bids().empty() || asks().empty()) {
            return std::nullopt;
        }
        // Shifting right rounds towards minus infinity.
        const wide_int sum = wide_int{bids().best_price()} + asks().best_price();
        from = static_cast<std::int64_t>((buys ? sum : sum + 1) >> 1);
    } else if (buys ? bids().empty() : asks().empty()) {
        return std::nullopt;
    } else {
        from = buys ? bids().best_price() : asks().best_price();
    }
    const std::int64_t away = buys ? saturating_subtract({from}, terms.offset).ticks
                                   : saturating_add({from}, terms.offset).ticks;
    const auto rounded = round_to_tick(row_.rules, {away}, buys);
    if (!rounded) {
        return std::nullopt;
    }
    return buys ? std::min(rounded->ticks, node.price) : std::max(rounded->ticks, node.price);
}

void order_book::machine::price_pegs() {
    if (pegs_.empty()) [[likely]] {
        return;
    }
    const auto bid = bids().empty() ? std::nullopt : std::optional{bids().best_price()};
    const auto ask = asks().empty() ? std::nullopt : std::optional{asks().best_price()};
    if (!pegs_dirty_ && bid == pegs_bid_ && ask == pegs_ask_) {
        return;
    }
    pegs_dirty_ = false;
    pegs_bid_ = bid;
    pegs_ask_ = ask;
    for (const auto& [priority, at] : pegs_) {
        const order_node& node = orders_[at];
        order_terms& terms = *terms_of(node);
        const auto price = peg_price(node, terms);
        if (terms.has_rank && price && *price == terms.rank_price) {
            continue;
        }
        unrank_hidden(at);
        if (price) {
            terms.rank_price = *price;
            rank_hidden(at);
        }
    }
}

// --- Settling (section 10) ----------------------------------------------------------------------

void order_book::machine::settle_fully(event_buffer& out) {
    while (is_open()) {
        price_pegs();
        if (!pending_.empty()) {
            act(pending_.begin()->second, out);
            continue;
        }
        const slot next = hidden_may_trade() ? find_retry() : no_slot;
        if (next == no_slot) {
            return;
        }
        retry(next, out);
    }
}

// A pending order's turn (10.1.1): a triggered stop or an order whose minimum has been met executes, an exit
// is activated first.
void order_book::machine::act(slot at, event_buffer& out) {
    const order_terms& terms = *terms_of(orders_[at]);
    const bool acted_before = terms.triggered || terms.minimum > 0;
    if (acted_before) {
        leave_place(at);
        execute(at, orders_[at].price, out);
    } else {
        activate(at, out);
    }
}

// True if the best hidden order of a side reaches the other side at all.
bool order_book::machine::hidden_may_trade() const noexcept {
    constexpr auto buys = static_cast<std::size_t>(side::buy);
    constexpr auto sells = static_cast<std::size_t>(side::sell);
    const auto best_hidden = [this](std::size_t which) {
        return terms_of(orders_[hidden_[which].begin()->order])->rank_price;
    };
    if (!hidden_[buys].empty()) {
        const std::int64_t bid = best_hidden(buys);
        if (asks().reached_by(bid) || (!hidden_[sells].empty() && best_hidden(sells) <= bid)) {
            return true;
        }
    }
    return !hidden_[sells].empty() && bids().reached_by(best_hidden(sells));
}

// Tries, by priority, those whose last trial may come out otherwise now. A trial is a function of the
// order, of the corridor and of what the walk on paper comes to, so one that failed fails again while
// none of it has changed, or as long as there are too few lots for it, whatever became of them.
slot order_book::machine::find_retry() {
    if (!try_again_) {
        return no_slot;
    }
    for (const auto& [priority, at] : hidden_by_priority_) {
        const order_node& node = orders_[at];
        order_terms& terms = *terms_of(node);
        trial_memory& last = terms.last_trial;
        if (!terms.has_rank || !last.try_again) {
            continue;
        }
        const std::int64_t wanted = requirement(node, terms);
        if (!last.knows_most || last.most >= wanted) {
            const trial_result now = trial(at, terms.rank_price, wanted);
            if (now.fills) {
                return at;
            }
            last = now.failed;
        }
        last.try_again = false;
    }
    try_again_ = false;
    return no_slot;
}

standing order_book::machine::standing_of(const order_node& node) const noexcept {
    const bool hidden = !node.in_queue();
    return {rank_of(node.which, hidden ? terms_[node.terms].rank_price : node.price), hidden,
            node.priority};
}

void order_book::machine::tell_hidden(slot at, std::int64_t lots) noexcept {
    const order_node& changed = orders_[at];
    if (!changed.in_queue()) {
        order_terms* terms = terms_of(changed);
        if (terms == nullptr || terms->place != node_place::hidden || !terms->has_rank) {
            return;
        }
        terms->last_trial.try_again = true;  // its requirement may be another
        try_again_ = true;
    }
    const standing here = standing_of(changed);
    for (const ranked& each : hidden_of(opposite(changed.which))) {
        const order_node& node = orders_[each.order];
        trial_memory& last = terms_of(node)->last_trial;
        if (rank_of(changed.which, terms_of(node)->rank_price) < here.rank) {
            break;
        }
        if (last.reach < here) {
            continue;
        }
        last.try_again = true;
        try_again_ = true;
        if (!prevents(node, changed)) {
            last.most += lots;
        } else if (here == last.reach) {
            last.knows_most = false;  // the order that ended the trial may be gone
        }
    }
}

void order_book::machine::forget_trials() noexcept {
    for (const auto& [priority, at] : hidden_by_priority_) {
        terms_of(orders_[at])->last_trial = {
            .try_again = true, .knows_most = false, .most = 0, .reach = standing::last()};
    }
    try_again_ = true;
}

// 10.4.
void order_book::machine::retry(slot at, event_buffer& out) {
    const std::int64_t limit = terms_of(orders_[at])->rank_price;
    leave_place(at);
    const walk_end how = walk(at, limit, out);
    if (how != walk_end::cancelled) {
        const order_node& node = orders_[at];
        if (node.remaining == 0) {
            forget(at);
        } else if (is_hidden(node, *terms_of(node))) {
            to_hidden(at, true);
        } else {
            to_queue(at);
        }
    }
    look_at_prints(out);
}

}  // namespace bourse
