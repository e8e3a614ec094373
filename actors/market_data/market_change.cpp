#include "actors/market_data/market_change.hpp"

#include <algorithm>

#include "actors/book/order_book.hpp"
#include "actors/session/shard_answers.hpp"

namespace bourse {
namespace {

shown_order shown_of(const order_row& row) {
    const bool is_shown = row.place == order_place::queue;
    return {row.id, row.side, row.price, is_shown ? row.shown : quantity{}};
}

void fill_book(const shard& of, const order_book& book, const market_wish& wish,
               market_change& into) {
    into.symbol = wish.symbol;
    into.depth = wish.depth;
    into.with_orders = wish.with_orders;
    into.number = of.last_event(wish.symbol);
    into.at = of.now();
    into.state = book.state();
    into.bids = levels_of(book, side::buy, wish.depth);
    into.asks = levels_of(book, side::sell, wish.depth);
}

/// Of a trade's two fills, the one that is told as the trade: the aggressor's; in an auction, where nobody is, the buyer's.
bool tells_trade(const event& of) {
    const bool is_auction = (of.flags & event::in_auction) != 0;
    return of.kind == event_kind::fill &&
           (is_auction ? of.side == side::buy : (of.flags & event::aggressor) != 0);
}

/// An event of the symbol, and when it happened.
struct told_event {
    const event* what = nullptr;
    timestamp at{};
};

/// Those that everybody sees, as they trade: buyers, then sellers, the best price first, at one price by priority.
std::vector<order_row> shown_orders(const order_book& book) {
    std::vector<order_row> all = book.save().orders;
    std::erase_if(all, [](const order_row& each) { return shown_of(each).lots.lots == 0; });
    std::sort(all.begin(), all.end(), [](const order_row& one, const order_row& other) {
        if (one.side != other.side) {
            return one.side == side::buy;
        }
        if (one.price != other.price) {
            return (one.price < other.price) == (one.side == side::sell);
        }
        return one.priority < other.priority;
    });
    return all;
}

market_change_ptr change_of(const shard& of, const order_book& book,
                            const std::vector<told_event>& events, const market_wish& wish) {
    auto change = std::make_shared<market_change>();
    std::vector<std::pair<order_id, side>> touched;
    bool may_show_more = false;
    for (const told_event& told : events) {
        const event& each = *told.what;
        if (tells_trade(each)) {
            change->trades.push_back({.number = {each.number},
                                      .price = each.price,
                                      .lots = each.lots,
                                      .at = told.at,
                                      .aggressor = each.side,
                                      .in_auction = (each.flags & event::in_auction) != 0});
        }
        if (wish.with_orders && each.order != order_id{}) {
            touched.emplace_back(each.order, each.side);
        }
        may_show_more = may_show_more || each.kind == event_kind::state_changed;
    }
    if (wish.with_orders && may_show_more) {
        // Orders for the close are shown from its auction on, and no event names them.
        for (const order_row& each : shown_orders(book)) {
            touched.emplace_back(each.id, each.side);
        }
    }
    fill_book(of, book, wish, *change);
    std::sort(touched.begin(), touched.end());
    for (std::size_t i = 0; i < touched.size(); ++i) {
        const auto [id, its_side] = touched[i];
        if (i > 0 && touched[i - 1].first == id) {
            continue;
        }
        const auto row = book.find(id);
        change->orders.push_back(row ? shown_of(*row) : shown_order{id, its_side, {}, {}});
    }
    return change;
}

}  // namespace

std::vector<market_change_ptr> changes_of(const shard& of, std::span<const told_entry_ptr> entries,
                                          const std::map<symbol_id, market_wish>& wishes) {
    std::map<symbol_id, std::vector<told_event>> wished;
    std::vector<told_event>* last = nullptr;  // events of one symbol mostly follow each other
    symbol_id last_symbol{};
    for (const told_entry_ptr& entry : entries) {
        for (const event& each : entry->what.out.events) {
            if (each.symbol != last_symbol) {
                last_symbol = each.symbol;
                last = wishes.contains(each.symbol) ? &wished[each.symbol] : nullptr;
            }
            if (last != nullptr) {
                last->push_back({&each, entry->what.what.at});
            }
        }
    }
    std::vector<market_change_ptr> changes;
    for (const auto& [symbol, events] : wished) {
        if (const order_book* const book = of.book(symbol)) {
            changes.push_back(change_of(of, *book, events, wishes.at(symbol)));
        }
    }
    return changes;
}

market_change_ptr whole_of(const shard& of, const market_wish& wish) {
    const order_book* const book = of.book(wish.symbol);
    if (book == nullptr) {
        return nullptr;
    }
    auto change = std::make_shared<market_change>();
    change->is_whole = true;
    fill_book(of, *book, wish, *change);
    if (wish.with_orders) {
        for (const order_row& each : shown_orders(*book)) {
            change->orders.push_back(shown_of(each));
        }
    }
    return change;
}

}  // namespace bourse
