#pragma once

// Putting orders at the tail of their level and taking them out: inline, as every order does it.

#include <algorithm>

#include "actors/book/book_machine.hpp"

namespace bourse {

/// Writes all of an order but its priority.
[[gnu::always_inline]] inline void order_book::machine::write_order(order_node& node,
                                                                    const new_order& order,
                                                                    slot level,
                                                                    bool post_only) noexcept {
    // All is read before anything is written: the compiler has to expect that one changes the other.
    const order_id id = order.id;
    const std::int64_t price = order.price.ticks;
    const std::int64_t lots = order.quantity.lots;
    const account_id account = order.account;
    const trade_group_id trade_group = order.trade_group;
    const side which = order.side;
    const order_type type = order.type;
    const time_in_force tif = order.tif;
    const self_trade_prevention self_trade = order.self_trade;
    node.id = id;
    node.price = price;
    node.remaining = lots;
    node.filled = 0;
    node.account = account;
    node.trade_group = trade_group;
    node.level = level;
    node.terms = no_slot;
    node.version = 0;
    node.post_only = post_only;
    node.which = which;
    node.type = type;
    node.tif = tif;
    node.self_trade = self_trade;
}

/// A new order in no place yet, its id in the index.
inline slot order_book::machine::add_order(const new_order& order,
                                           const order_index::position& where) {
    const slot at = orders_.take();
    write_order(orders_[at], order, no_slot, order.post_only);
    if (notes_changes_) {
        changed_orders_.note_new(at);
    }
    index_.insert(order.id, where, at);
    return at;
}

/// Links an order behind the last of a level.
[[gnu::always_inline]] inline void order_book::machine::link_behind(slot tail, slot at,
                                                                    price_level& level) noexcept {
    orders_.links(at) = {no_slot, tail};
    orders_.links(tail).next = at;
    level.tail = at;
    ++level.orders;
}

/// Links an order behind the last of the level at its price, which is made if there is none.
inline price_level& order_book::machine::link(slot at) {
    touch(at);
    order_node& node = orders_[at];
    price_ladder& book = ladder(node.which);
    const slot where = book.find_or_add(node.price);
    price_level& level = book[where];
    node.priority = row_.next_priority++;
    node.level = where;
    if (level.orders != 0) {
        link_behind(level.tail, at, level);
    } else {
        orders_.links(at) = {no_slot, no_slot};
        level.head = at;
        level.tail = at;
        level.orders = 1;
    }
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
        ladder(node.which).reserve_lots(node.level) += node.remaining - shown;
    }
    level.shown_lots += shown;
}

/// Unlinks an order from its neighbours, of which there is at least one.
[[gnu::always_inline]] inline void order_book::machine::unlink_from(price_level& level,
                                                                    slot at) noexcept {
    --level.orders;
    // Read one by one: if a neighbour has just gone, one of them was written alone, and reading both
    // in one word would have to wait for that.
    const slot prev = orders_.links(at).prev;
    const slot next = orders_.links(at).next;
    if (prev == no_slot) {
        level.head = next;
    } else {
        orders_.links(prev).next = next;
    }
    if (next == no_slot) {
        level.tail = prev;
    } else {
        orders_.links(next).prev = prev;
    }
}

/// Takes an order out of its queue; with the last one the level goes.
inline void order_book::machine::remove(slot at) noexcept {
    order_node& node = orders_[at];
    price_ladder& book = ladder(node.which);
    const slot where = node.level;
    node.level = no_slot;
    price_level& level = book[where];
    if (level.orders == 1) {
        book.erase(where);
        return;
    }
    unlink_from(level, at);
    if (node.terms == no_slot) {
        level.shown_lots -= node.remaining;
    } else {
        const std::int64_t shown = terms_[node.terms].shown;
        level.shown_lots -= shown;
        book.reserve_lots(where) -= node.remaining - shown;
    }
}

}  // namespace bourse
