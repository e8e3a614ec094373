// The trial (RULES.md 4.9): a walk on paper, asked of orders that trade all at once or not at all.
#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/book/book_machine.hpp"

namespace bourse {

/// What the walk on paper has come to.
struct order_book::machine::paper {
    const order_node& aggressor;
    std::int64_t limit;
    std::int64_t wanted;
    std::int64_t remaining;
    std::int64_t filled = 0;
    bool over = false;  ///< the walk would end here, or enough is filled
    /// One-cancels-other groups that have dissolved on the way, with the member that goes on. Only
    /// looked up in, never gone through.
    std::unordered_map<std::uint64_t, slot> dissolved;

    [[nodiscard]] bool is_gone(const order_terms* terms, slot at) const noexcept {
        if (terms == nullptr || terms->group.value == 0) {
            return false;
        }
        const auto found = dissolved.find(terms->group.value);
        return found != dissolved.end() && found->second != at;
    }
    void dissolve(const order_terms* terms, slot survivor) {
        if (terms != nullptr && terms->group.value != 0 && terms->role != group_role::entry) {
            dissolved.emplace(terms->group.value, survivor);
        }
    }
};

bool order_book::machine::trial(slot at, std::int64_t limit, std::int64_t wanted) const {
    const order_node& node = orders_[at];
    if (wanted > 1 && !may_fill(node, limit, wanted)) {
        return false;
    }
    paper sheet{.aggressor = node,
                .limit = limit,
                .wanted = wanted,
                .remaining = node.remaining,
                .dissolved = {}};
    trial_walk(sheet);
    return sheet.filled >= wanted;
}

// Whether all there is up to the limit is enough, whoever it belongs to: a look at the levels that
// spares most walks through the orders.
bool order_book::machine::may_fill(const order_node& aggressor, std::int64_t limit,
                                   std::int64_t wanted) const {
    const side other = opposite(aggressor.which);
    const price_ladder& book = ladder(other);
    std::int64_t most = 0;
    for (slot at = book.best();
         at != no_slot && most < wanted && !book.better(limit, book[at].price_ticks);
         at = book.worse(at)) {
        most += book[at].shown_lots + book[at].reserve_lots;
    }
    for (const ranked& each : hidden_of(other)) {
        const order_node& node = orders_[each.order];
        if (most >= wanted || book.better(limit, terms_of(node)->rank_price)) {
            break;
        }
        most += node.remaining;
    }
    return most >= wanted;
}

void order_book::machine::trial_walk(paper& sheet) const {
    const side other = opposite(sheet.aggressor.which);
    const price_ladder& book = ladder(other);
    const ranked_set& hidden = hidden_[static_cast<std::size_t>(other)];
    slot level = book.best();
    auto next_hidden = hidden.begin();
    while (!sheet.over) {
        const bool has_hidden = next_hidden != hidden.end();
        if (level == no_slot && !has_hidden) {
            return;
        }
        const std::int64_t hidden_price =
            has_hidden ? terms_of(orders_[next_hidden->order])->rank_price : 0;
        const bool displayed_first =
            level != no_slot &&
            (!has_hidden || !book.better(hidden_price, book[level].price_ticks));
        const std::int64_t price = displayed_first ? book[level].price_ticks : hidden_price;
        if (book.better(sheet.limit, price)) {
            return;
        }
        if (displayed_first) {
            if (outside_corridor(price)) {
                return;
            }
            trial_level(sheet, level);
            level = book.worse(level);
            continue;
        }
        const slot at = next_hidden->order;
        ++next_hidden;
        if (requirement(orders_[at], *terms_of(orders_[at])) > sheet.remaining) {
            continue;
        }
        if (outside_corridor(price)) {
            return;
        }
        std::int64_t left = orders_[at].remaining;
        trial_meet(sheet, at, left, left);
    }
}

// All orders of a level, icebergs in as many turns as it takes.
void order_book::machine::trial_level(paper& sheet, slot level) const {
    const price_level& here = ladder(opposite(sheet.aggressor.which))[level];
    // Icebergs that come round again: order, what is left of it.
    std::vector<std::pair<slot, std::int64_t>> again;
    for (slot at = here.head; at != no_slot && !sheet.over; at = orders_.links(at).next) {
        const order_node& node = orders_[at];
        std::int64_t left = node.remaining;
        if (trial_meet(sheet, at, left, offered(node)) && left > 0) {
            again.emplace_back(at, left);
        }
    }
    for (std::size_t i = 0; i < again.size() && !sheet.over; ++i) {
        auto [at, left] = again[i];
        const std::int64_t shown = std::min(left, terms_of(orders_[at])->display);
        if (trial_meet(sheet, at, left, shown) && left > 0) {
            again.emplace_back(at, left);
        }
    }
}

// One candidate, offering `offer` of what is `left` of it. False if it is not there any more.
bool order_book::machine::trial_meet(paper& sheet, slot resting, std::int64_t& left,
                                     std::int64_t offer) const {
    const order_node& node = orders_[resting];
    const order_terms* terms = terms_of(node);
    if (sheet.is_gone(terms, resting)) {
        return false;
    }
    const std::int64_t lots = std::min(sheet.remaining, offer);
    const self_trade_prevention mode = sheet.aggressor.self_trade;
    const bool prevented = mode != self_trade_prevention::none && same_owner(sheet.aggressor, node);
    if (prevented && mode == self_trade_prevention::cancel_oldest) {
        sheet.dissolve(terms, no_slot);
        return false;
    }
    if (prevented && mode != self_trade_prevention::decrement) {
        sheet.over = true;
        return false;
    }
    left -= lots;
    sheet.remaining -= lots;
    if (!prevented) {
        sheet.filled += lots;
        sheet.dissolve(terms, resting);
    } else if (left == 0) {
        sheet.dissolve(terms, no_slot);
    }
    sheet.over = sheet.remaining == 0 || sheet.filled >= sheet.wanted;
    return true;
}

}  // namespace bourse
