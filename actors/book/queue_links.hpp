#pragma once

// Putting orders at the tail of their level and taking them out: inline, as every order does it.

#include <algorithm>

#include "actors/book/book_machine.hpp"

namespace bourse {

/// A new order in no place yet, its id in the index.
[[gnu::always_inline]] inline slot order_book::machine::add_order(
    const new_order& order, const order_index::position& where) {
    const slot at = orders_.take();
    order_node& node = orders_[at];
    node.id = order.id;
    node.price = order.price.ticks;
    node.remaining = order.quantity.lots;
    node.filled = 0;
    node.account = order.account;
    node.trade_group = order.trade_group;
    node.level = no_slot;
    node.terms = no_slot;
    node.version = 0;
    node.post_only = order.post_only;
    node.which = order.side;
    node.type = order.type;
    node.tif = order.tif;
    node.self_trade = order.self_trade;
    index_.insert(order.id, where, at);
    return at;
}

/// Links an order behind the last of the level at its price, which is made if there is none.
[[gnu::always_inline]] inline price_level& order_book::machine::link(slot at) {
    order_node& node = orders_[at];
    price_ladder& book = ladder(node.which);
    const slot where = book.find_or_add(node.price);
    price_level& level = book[where];
    node.priority = row_.next_priority++;
    node.level = where;
    orders_.links(at) = {no_slot, level.tail};
    if (level.tail == no_slot) {
        level.head = at;
    } else {
        orders_.links(level.tail).next = at;
    }
    level.tail = at;
    ++level.orders;
    return level;
}

/// Puts an order at the tail of the queue at its price.
inline void order_book::machine::append(slot at) {
    price_level& level = link(at);
    const order_node& node = orders_[at];
    std::int64_t shown = node.remaining;
    if (node.terms != no_slot) {
        order_terms& terms = terms_[node.terms];
        if (terms.display != 0) {
            shown = std::min(shown, terms.display);
        }
        terms.shown = shown;
        terms.place = node_place::queue;
    }
    level.shown_lots += shown;
    level.reserve_lots += node.remaining - shown;
}

/// The same for a plain order.
[[gnu::always_inline]] inline void order_book::machine::append_plain(slot at) {
    price_level& level = link(at);
    level.shown_lots += orders_[at].remaining;
}

/// Unlinks an order from its neighbours. Returns its level, or null if it was alone there and the
/// level is gone.
[[gnu::always_inline]] inline price_level* order_book::machine::unlink(slot at) noexcept {
    order_node& node = orders_[at];
    price_ladder& book = ladder(node.which);
    const slot where = node.level;
    node.level = no_slot;
    price_level& level = book[where];
    if (level.orders == 1) {
        book.erase(where);
        return nullptr;
    }
    --level.orders;
    const order_links around = orders_.links(at);
    if (around.prev == no_slot) {
        level.head = around.next;
    } else {
        orders_.links(around.prev).next = around.next;
    }
    if (around.next == no_slot) {
        level.tail = around.prev;
    } else {
        orders_.links(around.next).prev = around.prev;
    }
    return &level;
}

/// Takes an order out of its queue.
inline void order_book::machine::remove(slot at) noexcept {
    const order_node& node = orders_[at];
    const std::int64_t shown = node.terms == no_slot ? node.remaining : terms_[node.terms].shown;
    if (price_level* level = unlink(at)) {
        level->shown_lots -= shown;
        level->reserve_lots -= node.remaining - shown;
    }
}

/// The same for a plain order.
[[gnu::always_inline]] inline void order_book::machine::remove_plain(slot at) noexcept {
    if (price_level* level = unlink(at)) {
        level->shown_lots -= orders_[at].remaining;
    }
}

}  // namespace bourse
