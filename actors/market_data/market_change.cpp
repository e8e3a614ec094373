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
    into.number = of.last_event(wish.symbol);
    into.at = of.now();
    into.state = book.state();
    into.bids = levels_of(book, side::buy, wish.depth);
    into.asks = levels_of(book, side::sell, wish.depth);
}

}  // namespace

market_change_ptr change_of(const shard& of, std::span<const told_entry_ptr> entries,
                            const market_wish& wish) {
    const order_book* const book = of.book(wish.symbol);
    if (book == nullptr) {
        return nullptr;
    }
    bool has_any = false;
    auto change = std::make_shared<market_change>();
    std::vector<std::pair<order_id, side>> touched;
    for (const told_entry_ptr& entry : entries) {
        for (const event& each : entry->what.out.events) {
            if (each.symbol != wish.symbol) {
                continue;
            }
            has_any = true;
            if (each.kind == event_kind::fill && (each.flags & event::aggressor) != 0) {
                change->trades.push_back({.number = {each.number},
                                          .price = each.price,
                                          .lots = each.lots,
                                          .at = entry->what.what.at,
                                          .aggressor = each.side,
                                          .in_auction = (each.flags & event::in_auction) != 0});
            }
            if (wish.with_orders && each.order != order_id{}) {
                touched.emplace_back(each.order, each.side);
            }
        }
    }
    if (!has_any) {
        return nullptr;
    }
    fill_book(of, *book, wish, *change);
    std::sort(touched.begin(), touched.end());
    for (std::size_t i = 0; i < touched.size(); ++i) {
        const auto [id, its_side] = touched[i];
        if (i > 0 && touched[i - 1].first == id) {
            continue;
        }
        const auto row = book->find(id);
        change->orders.push_back(row ? shown_of(*row) : shown_order{id, its_side, {}, {}});
    }
    return change;
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
        for (const order_row& each : book->save().orders) {
            if (const shown_order shown = shown_of(each); shown.lots.lots > 0) {
                change->orders.push_back(shown);
            }
        }
    }
    return change;
}

}  // namespace bourse
