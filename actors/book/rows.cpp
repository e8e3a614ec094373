// The state as rows: what `save` gives and `restore` takes.
#include <algorithm>

#include "actors/book/book_machine.hpp"
#include "actors/book/queue_links.hpp"

namespace bourse {

static_assert(static_cast<int>(node_place::queue) == static_cast<int>(order_place::queue));
static_assert(static_cast<int>(node_place::pending) == static_cast<int>(order_place::pending));

order_row order_book::machine::row_of(slot at) const noexcept {
    const order_node& node = orders_[at];
    order_row row{.id = node.id,
                  .account = node.account,
                  .trade_group = node.trade_group,
                  .side = node.which,
                  .type = node.type,
                  .tif = node.tif,
                  .self_trade = node.self_trade,
                  .post_only = node.post_only,
                  .place = static_cast<order_place>(place_of(node)),
                  .version = node.version,
                  .priority = node.priority,
                  .price = {node.price},
                  .remaining = {node.remaining},
                  .filled = {node.filled},
                  .shown = {}};
    if (node.in_queue()) {
        row.shown = {offered(node)};
    }
    if (const order_terms* terms = terms_of(node)) {
        row.all_or_none = terms->all_or_none;
        row.triggered = terms->triggered;
        row.role = terms->group.value == 0 ? group_role::none : terms->role;
        row.stop_price = {terms->stop_price};
        row.has_stop_price = terms->has_stop_price;
        row.offset_ticks = terms->offset;
        row.display = {terms->display};
        row.minimum = {terms->minimum};
        row.expires_at = terms->expires_at;
        row.group = terms->group;
    }
    return row;
}

group_row order_book::machine::row_of(std::uint64_t id, const group& all) const {
    group_row row{{id}, all.account, all.size, all.complete, {}};
    for (std::size_t i = 0; i < all.count; ++i) {
        row.members.push_back(orders_[all.members[i]].id);
    }
    return row;
}

book_rows order_book::machine::save() const {
    book_rows rows;
    rows.book = row_;
    rows.orders.reserve(orders_.live());
    const auto add = [&](slot at) {
        if (orders_.is_live(at)) {
            rows.orders.push_back(row_of(at));
        }
    };
    if (notes_changes_) {
        changed_orders_.visit_noted(add);  // a few bytes in place of all that a past peak has left
    } else {
        for (slot at = 0; at < orders_.used(); ++at) {
            add(at);
        }
    }
    std::sort(rows.orders.begin(), rows.orders.end(),
              [](const order_row& a, const order_row& b) { return a.id < b.id; });
    for (const auto& [id, all] : groups_) {
        rows.groups.push_back(row_of(id, all));
    }
    return rows;
}

// --- Loading ------------------------------------------------------------------------------------

bool order_book::machine::load(const book_rows& rows) {
    if (!is_sound(rows.book)) {
        return false;
    }
    row_ = rows.book;
    note_rules();
    // A queue is refilled oldest first.
    std::vector<const order_row*> by_priority;
    by_priority.reserve(rows.orders.size());
    for (const order_row& row : rows.orders) {
        by_priority.push_back(&row);
    }
    std::sort(by_priority.begin(), by_priority.end(),
              [](const order_row* a, const order_row* b) { return a->priority < b->priority; });
    std::uint64_t before = 0;
    for (const order_row* row : by_priority) {
        if (row->priority <= before || row->priority >= rows.book.next_priority ||
            !load_order(*row)) {
            return false;
        }
        before = row->priority;
    }
    row_.next_priority = rows.book.next_priority;
    note_due();
    note_calm();
    if (is_open()) {
        if (!pending_.empty() || (!bids().empty() && asks().reached_by(bids().best_price()))) {
            return false;
        }
        price_pegs();
    }
    if (conditional_or_pegged_ > row_.rules.max_hidden_orders ||
        trailing_count_ > row_.rules.max_trailing_stops) {
        return false;
    }
    return std::all_of(rows.groups.begin(), rows.groups.end(),
                       [this](const group_row& row) { return load_group(row); }) &&
           members_have_groups();
}

bool order_book::machine::load_order(const order_row& row) {
    if (!is_sound(row) || find_slot(row.id) != no_slot || orders_.live() >= row_.rules.max_orders) {
        return false;
    }
    const new_order order = asked(row);
    const slot at = add_order(order, index_.locate(order.id));
    if (!(needs_no_terms(order) && row.place == order_place::queue)) {
        add_terms(at, order);
    }
    order_node& node = orders_[at];
    node.filled = row.filled.lots;
    node.version = row.version & 0x7FFF'FFFFU;
    if (order_terms* terms = terms_of(node)) {
        terms->triggered = row.triggered;
        terms->has_stop_price = row.has_stop_price;
        terms->stop_price = row.stop_price.ticks;  // of a trailing stop too
        terms->group = row.group;
        uncount_if_ordinary(node, *terms);
    }
    row_.next_priority = row.priority;
    load_place(at, row.place);
    return !node.in_queue() || load_shown(at, row.shown.lots);
}

// Each of these draws the next priority, which has been made the row's.
void order_book::machine::load_place(slot at, order_place place) {
    switch (place) {
        case order_place::queue:
            return to_queue(at);
        case order_place::hidden:
            return to_hidden(at, false);
        case order_place::waiting:
            return to_waiting(at);
        case order_place::parked:
            return to_parked(at);
        case order_place::held:
            return to_held(at);
        case order_place::pending:
            return to_pending(at);
    }
}

// What an iceberg shows was not where `to_queue` put it if its shown part has traded in part.
bool order_book::machine::load_shown(slot at, std::int64_t shown) noexcept {
    const order_node& node = orders_[at];
    const std::int64_t less = offered(node) - shown;
    if (less == 0) {
        return true;
    }
    if (node.terms == no_slot || less < 0 || shown <= 0) {
        return false;
    }
    price_ladder& book = ladder(node.which);
    terms_[node.terms].shown = shown;
    book[node.level].shown_lots -= less;
    book.reserve_lots(node.level) += less;
    return true;
}

bool order_book::machine::load_group(const group_row& row) {
    if (!is_sound(row) || groups_.contains(row.id.value)) {
        return false;
    }
    group all{.account = row.account, .size = row.size, .complete = row.complete};
    for (const order_id member : row.members) {
        all.members[all.count++] = find_slot(member);
    }
    all.number = group_ids_.take();
    group_ids_[all.number] = row.id.value;
    touch_group(groups_.emplace(row.id.value, all).first->second);
    return true;
}

// Every order that names a group is one of its members, once.
bool order_book::machine::members_have_groups() const {
    std::size_t named = 0;
    for (slot at = 0; at < terms_.used(); ++at) {
        const slot order = terms_[at].order;
        const bool live =
            order < orders_.used() && orders_.is_live(order) && orders_[order].terms == at;
        named += live && terms_[at].group.value != 0 ? 1U : 0U;
    }
    std::size_t members = 0;
    for (const auto& [id, all] : groups_) {
        members += all.count;
    }
    return named == members;
}

}  // namespace bourse
