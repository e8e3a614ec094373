// The trial (RULES.md 4.9): a walk on paper, asked of orders that trade all at once or not at all.
#include <algorithm>
#include <limits>
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
    bool over = false;        ///< the walk would end here, or enough is filled
    std::int64_t others = 0;  ///< lots that prevention leaves, of all that were come to
    /// How far the walk came, and whether it would come no farther whatever else happens.
    standing reach = standing::last();
    bool reach_holds = true;
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

order_book::machine::trial_result order_book::machine::trial(slot at, std::int64_t limit,
                                                             std::int64_t wanted) const {
    const order_node& node = orders_[at];
    if (wanted > 1) {
        const std::int64_t most = most_to_fill(node, limit, wanted);
        if (most < wanted) {
            return {.failed = {.try_again = false,
                               .knows_most = true,
                               .most = most,
                               .reach = standing::last()}};
        }
    }
    paper sheet{.aggressor = node,
                .limit = limit,
                .wanted = wanted,
                .remaining = node.remaining,
                .dissolved = {}};
    trial_walk(sheet);
    if (sheet.filled >= wanted) {
        return {.fills = true};
    }
    return {.failed = {.try_again = false,
                       .knows_most = sheet.reach_holds,
                       .most = sheet.others,
                       .reach = sheet.reach}};
}

// All there is up to the limit, whoever it belongs to, or `wanted` if it is more: a look at the levels
// that spares most walks through the orders.
std::int64_t order_book::machine::most_to_fill(const order_node& aggressor, std::int64_t limit,
                                               std::int64_t wanted) const {
    const side other = opposite(aggressor.which);
    const price_ladder& book = ladder(other);
    std::int64_t most = 0;
    for (slot at = book.best();
         at != no_slot && most < wanted && !book.better(limit, book[at].price_ticks);
         at = book.worse(at)) {
        most += book[at].shown_lots + book.reserve_lots(at);
    }
    for (const ranked& each : hidden_of(other)) {
        const order_node& node = orders_[each.order];
        if (most >= wanted || book.better(limit, terms_of(node)->rank_price)) {
            break;
        }
        most += node.remaining;
    }
    return std::min(most, wanted);
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
                return end_at_corridor(sheet, price);
            }
            trial_level(sheet, level);
            level = book.worse(level);
            continue;
        }
        const slot at = next_hidden->order;
        const order_node& node = orders_[at];
        ++next_hidden;
        if (requirement(node, *terms_of(node)) > sheet.remaining) {
            sheet.others += prevents(sheet.aggressor, node) ? 0 : node.remaining;
            continue;
        }
        if (outside_corridor(price)) {
            return end_at_corridor(sheet, price);
        }
        sheet.others += prevents(sheet.aggressor, node) ? 0 : node.remaining;
        std::int64_t left = node.remaining;
        trial_meet(sheet, at, left, left);
        if (sheet.over) {
            // With another remainder it might be passed over.
            sheet.reach = standing_of(node);
            sheet.reach_holds = false;
        }
    }
}

// Beyond the corridor's far edge nothing trades, whatever stands there. Before its near edge an order
// stops the walk only as long as it stands there.
void order_book::machine::end_at_corridor(paper& sheet, std::int64_t price) const {
    const side other = opposite(sheet.aggressor.which);
    const std::int64_t far_edge = other == side::sell ? corridor_high_ : corridor_low_;
    sheet.reach_holds = ladder(other).better(far_edge, price);
    sheet.reach = {rank_of(other, sheet.reach_holds ? far_edge : price), true,
                   std::numeric_limits<std::uint64_t>::max()};
}

// All orders of a level, icebergs in as many turns as it takes.
void order_book::machine::trial_level(paper& sheet, slot level) const {
    const price_level& here = ladder(opposite(sheet.aggressor.which))[level];
    // Icebergs that come round again: order, what is left of it.
    std::vector<std::pair<slot, std::int64_t>> again;
    for (slot at = here.head; at != no_slot && !sheet.over; at = orders_.links(at).next) {
        const order_node& node = orders_[at];
        sheet.others += prevents(sheet.aggressor, node) ? 0 : node.remaining;
        std::int64_t left = node.remaining;
        if (trial_meet(sheet, at, left, offered(node)) && left > 0) {
            again.emplace_back(at, left);
        }
        if (sheet.over) {
            // An order of one's own ends the walk as long as it stands there; in a group, another
            // member's trade might take it away. Decremented lots come before others or do not.
            const order_terms* terms = terms_of(node);
            sheet.reach = standing_of(node);
            sheet.reach_holds = sheet.aggressor.self_trade != self_trade_prevention::decrement &&
                                (terms == nullptr || terms->group.value == 0);
        }
    }
    for (std::size_t i = 0; i < again.size() && !sheet.over; ++i) {
        auto [at, left] = again[i];
        const std::int64_t shown = std::min(left, terms_of(orders_[at])->display);
        if (trial_meet(sheet, at, left, shown) && left > 0) {
            again.emplace_back(at, left);
        }
        if (sheet.over) {
            sheet.reach = {standing_of(orders_[at]).rank, false,
                           std::numeric_limits<std::uint64_t>::max()};
            sheet.reach_holds = false;
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
    const bool prevented = prevents(sheet.aggressor, node);
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
