// The places of orders (RULES.md 1.4): putting an order there and taking it away.
#include <algorithm>

#include "actors/book/book_machine.hpp"
#include "actors/book/queue_links.hpp"

namespace bourse {

void order_book::machine::to_queue(slot at) {
    append(at);
    note_change(at, orders_[at].remaining);
}

void order_book::machine::to_hidden(slot at, bool keep_priority) {
    touch(at);
    order_node& node = orders_[at];
    order_terms& terms = *terms_of(node);
    if (!keep_priority) {
        node.priority = row_.next_priority++;
    }
    terms.place = node_place::hidden;
    hidden_by_priority_.emplace(node.priority, at);
    note_calm();
    if (is_peg(node)) {
        pegs_.emplace(node.priority, at);
        terms.has_rank = false;
        pegs_dirty_ = true;
    } else {
        terms.rank_price = node.price;
        rank_hidden(at);
    }
}

void order_book::machine::rank_hidden(slot at) {
    const order_node& node = orders_[at];
    order_terms& terms = *terms_of(node);
    terms.has_rank = true;
    terms.last_trial = {
        .try_again = true, .knows_most = false, .most = 0, .reach = standing::last()};
    hidden_[static_cast<std::size_t>(node.which)].insert(
        {rank_of(node.which, terms.rank_price), node.priority, at});
    note_change(at, node.remaining);
}

void order_book::machine::unrank_hidden(slot at) noexcept {
    const order_node& node = orders_[at];
    order_terms& terms = *terms_of(node);
    if (terms.has_rank) {
        note_change(at, -node.remaining);
        hidden_[static_cast<std::size_t>(node.which)].erase(
            {rank_of(node.which, terms.rank_price), node.priority, at});
        terms.has_rank = false;
    }
}

void order_book::machine::to_waiting(slot at) {
    touch(at);
    order_node& node = orders_[at];
    node.priority = row_.next_priority++;
    set_place(node, node_place::waiting);
    waiting_[static_cast<std::size_t>(node.which)].insert(stop_key(at));
    if (node.type == order_type::trailing_stop) {
        trailing_.emplace(node.priority, at);
    }
}

order_book::machine::ranked order_book::machine::stop_key(slot at) const noexcept {
    const order_node& node = orders_[at];
    // Buys are met by rising prices, so the lowest stop is first; sells the other way round.
    return {rank_of(opposite(node.which), terms_of(node)->stop_price), node.priority, at};
}

void order_book::machine::to_parked(slot at) {
    touch(at);
    order_node& node = orders_[at];
    node.priority = row_.next_priority++;
    set_place(node, node_place::parked);
    parked_.emplace(node.priority, at);
}

void order_book::machine::to_pending(slot at) {
    touch(at);
    order_node& node = orders_[at];
    node.priority = row_.next_priority++;
    set_place(node, node_place::pending);
    pending_.emplace(node.priority, at);
    note_calm();
}

void order_book::machine::to_held(slot at) {
    touch(at);
    order_node& node = orders_[at];
    node.priority = row_.next_priority++;
    set_place(node, node_place::held);
}

void order_book::machine::leave_place(slot at) noexcept {
    touch(at);
    const order_node& node = orders_[at];
    switch (place_of(node)) {
        case node_place::queue:
            note_change(at, -node.remaining);
            remove(at);
            break;
        case node_place::hidden:
            unrank_hidden(at);
            hidden_by_priority_.erase(node.priority);
            pegs_.erase(node.priority);
            note_calm();
            break;
        case node_place::waiting:
            waiting_[static_cast<std::size_t>(node.which)].erase(stop_key(at));
            trailing_.erase(node.priority);
            break;
        case node_place::parked:
            parked_.erase(node.priority);
            break;
        case node_place::pending:
            pending_.erase(node.priority);
            note_calm();
            break;
        case node_place::held:
        case node_place::acting:
            break;
    }
    set_place(orders_[at], node_place::acting);
}

}  // namespace bourse
