// What open orders could still cost (RULES.md 1.6, 4.4), alone and in groups (RULES.md 6).
#include <algorithm>
#include <array>

#include "actors/ledger/order_path.hpp"
#include "messages/assert.hpp"

namespace bourse {

// --- One order ----------------------------------------------------------------------------------

standing_list ledger::standings(const open_order& order, const pending_replace* added) const {
    standing_list list;
    list.add({.worst = order.worst, .remaining = order.remaining, .sets_quantity = false});
    const auto add_done = [&](const pending_replace& replace) {
        const std::size_t before = list.size;
        for (std::size_t i = 0; i < before; ++i) {
            order_standing done = list.standings[i];
            if (replace.set_price) {
                done.worst = replace.price;
            }
            if (replace.set_quantity) {
                done.remaining = std::max(replace.quantity - order.filled, quantity{});
                done.sets_quantity = true;
            }
            list.add(done);
        }
    };
    for (std::size_t i = 0; i < order.pending_count; ++i) {
        add_done(pending_[order.pending].replaces[i]);
    }
    list.without_added = list.size;
    if (added != nullptr) {
        add_done(*added);
    }
    return list;
}

// 6.2: the lots that an exit may have at most, if its group has a cap.
std::optional<quantity> ledger::cap_of(const order_group& group, const open_order& order) noexcept {
    if (order.role == group_role::exit && group.has_exit && !group.entry_done) {
        return group.entry_filled;
    }
    return std::nullopt;
}

// 4.4: what the order could cost, by all that its replaces could make of it.
std::optional<std::int64_t> ledger::cash_of(const open_order& order,
                                            const standing_list& list) const {
    const listing_state& listed = listings_[order.listing];
    const auto cost = [&](priced_lots first, priced_lots second) {
        return worst_cost(order.side, first, second, listed.what.tick_value,
                          listed.worst[order.tier], order.residue);
    };
    const auto whole = [](const order_standing& standing) {
        return priced_lots{.worst = standing.worst, .lots = standing.remaining};
    };
    if (list.size > 2) {
        priced_lots dearest = whole(list.standings[0]);
        for (const order_standing& standing : list.all()) {
            dearest.lots = std::max(dearest.lots, standing.remaining);
            dearest.worst = order.side == side::buy ? std::max(dearest.worst, standing.worst)
                                                    : std::min(dearest.worst, standing.worst);
        }
        return cost(dearest, {});
    }
    const priced_lots before = whole(list.standings[0]);
    const auto alone = [&](const priced_lots& one) {
        return worst_cost(order.side, one.worst, one.lots, listed.what.tick_value,
                          listed.worst[order.tier], order.residue);
    };
    const auto as_it_is = alone(before);
    if (list.size == 1) {
        return as_it_is;
    }
    const priced_lots after = whole(list.standings[1]);
    const auto replaced = alone(after);
    const quantity more = std::max(after.lots - before.lots, quantity{});
    const auto both = cost(before, {.worst = after.worst, .lots = more});
    if (!as_it_is || !replaced || !both) {
        return std::nullopt;
    }
    const std::int64_t greater = std::max(*as_it_is, *replaced);
    return more.lots > 0 && !BOURSE_PLANTED(reserve_larger_only) ? std::max(greater, *both)
                                                                 : greater;
}

std::optional<contribution> ledger::try_contribution(const open_order& order,
                                                     const order_group* group,
                                                     const pending_replace* added) const {
    if (order.pending_count == 0 && added == nullptr && group == nullptr) [[likely]] {
        return plain_contribution(order);
    }
    std::int64_t lots = 0;
    const auto cap = group != nullptr ? cap_of(*group, order) : std::nullopt;
    const auto count = [&](const order_standing& standing) {
        const bool capped = cap && !standing.sets_quantity;
        lots =
            std::max(lots, (capped ? std::min(standing.remaining, *cap) : standing.remaining).lots);
    };
    const standing_list list = standings(order, added);
    for (const order_standing& standing : list.all()) {
        count(standing);
    }
    const auto cash = cash_of(order, list);
    return cash ? std::optional{contribution{.lots = lots, .cash = *cash}} : std::nullopt;
}

// --- Groups -------------------------------------------------------------------------------------

// 6.2. `changed` stands for the member with its id, or is one more.
exposure ledger::exposure_with(const order_group& group, const open_order* changed,
                               const contribution& its) const {
    exposure others;
    exposure entry;
    const auto count = [&](const open_order& order, const contribution& counted) {
        const exposure now = counted.of(order.side);
        if (order.role == group_role::entry) {
            entry = {.buys = entry.buys + now.buys,
                     .sells = entry.sells + now.sells,
                     .cash = entry.cash + now.cash};
        } else if (group.decided == order_id{} || group.decided == order.id) {
            others.buys = std::max(others.buys, now.buys);
            others.sells = std::max(others.sells, now.sells);
            others.cash = std::max(others.cash, now.cash);
        }
    };
    bool has_changed = changed == nullptr;
    for (std::size_t i = 0; i < group.open; ++i) {
        const open_order& member = orders_[group.members[i]];
        const bool is_changed = changed != nullptr && changed->id == member.id;
        count(member, is_changed ? its : member.now);
        has_changed = has_changed || is_changed;
    }
    if (!has_changed) {
        count(*changed, its);
    }
    return {.buys = others.buys + entry.buys,
            .sells = others.sells + entry.sells,
            .cash = others.cash + entry.cash};
}

// --- Keeping the sums ---------------------------------------------------------------------------

void ledger::add_exposure(slot lots, slot cash, const exposure& before, const exposure& after) {
    position_state& symbol = positions_[lots];
    const std::int64_t buys = after.buys - before.buys;
    const std::int64_t sells = after.sells - before.sells;
    symbol.second += buys;
    symbol.reserved += sells;
    if (symbol.group != no_slot) {
        positions_[symbol.group].second += buys;
        positions_[symbol.group].reserved += sells;
    }
    positions_[cash].reserved += after.cash - before.cash;
}

void ledger::refresh_otherwise(slot at) {
    open_order& order = orders_[at];
    if (order.group != no_slot) {
        refresh_group(order.group);
        return;
    }
    const contribution before = order.now;
    order.now = try_contribution(order, nullptr, nullptr).value_or(before);
    add_contribution(order, before, order.now);
}

void ledger::refresh_group(slot at) {
    order_group& group = groups_[at];
    for (std::size_t i = 0; i < group.open; ++i) {
        open_order& member = orders_[group.members[i]];
        member.now = try_contribution(member, &group, nullptr).value_or(member.now);
    }
    const exposure before = group.now;
    group.now = exposure_with(group, nullptr, {});
    add_exposure(group.lots, group.cash, before, group.now);
}

// --- Membership ---------------------------------------------------------------------------------

slot ledger::find_group(slot account, order_group_id id) const noexcept {
    const bool may_be = id != order_group_id{} && id.value >> 32U == 0;
    return may_be ? groups_by_key_.find(group_key(account, id)) : no_slot;
}

// 6.1: a new group, or nothing for orders that the book will refuse.
bool ledger::makes_group(const new_order& order) noexcept {
    return order.group != order_group_id{} && order.role != group_role::none &&
           order.group_size >= 2 && order.group_size <= max_group_size;
}

void ledger::join_group(slot at, const new_order& asked) {
    open_order& order = orders_[at];
    slot found = find_group(order.account, asked.group);
    if (found == no_slot) {
        found = groups_.take();
        groups_[found] = {.account = order.account,
                          .listing = order.listing,
                          .lots = order.symbol_position,
                          .cash = order.cash_position,
                          .id = asked.group,
                          .size = asked.group_size};
        groups_by_key_.put(group_key(order.account, asked.group), found);
    }
    touch(table::groups, found);
    order_group& group = groups_[found];
    ++group.admitted;
    group.has_exit = group.has_exit || order.role == group_role::exit;
    group.members[group.open++] = at;
    order.group = found;
}

// The order has ended; it no longer counts.
void ledger::leave_group(slot at) {
    open_order& order = orders_[at];
    const slot left = order.group;
    touch(table::groups, left);
    order_group& group = groups_[left];
    group.broken = group.broken || group.admitted < group.size;
    const auto members = std::span{group.members}.first(group.open);
    std::shift_left(std::find(members.begin(), members.end(), at), members.end(), 1);
    --group.open;
    refresh_group(left);
    if (group.open == 0) {
        drop(table::groups, left);
        groups_by_key_.erase(groups_by_key_.locate(group_key(group.account, group.id)));
        groups_.give_back(left);
    }
}

// 6.3.
void ledger::note_group_fill(const open_order& order, bool ended) {
    touch(table::groups, order.group);
    order_group& group = groups_[order.group];
    if (order.role == group_role::entry) {
        group.entry_filled = order.filled;
        if (!ended) {
            return;
        }
        group.entry_done = true;
        for (std::size_t i = 0; i < group.open; ++i) {
            open_order& member = orders_[group.members[i]];
            if (member.role == group_role::exit) {
                touch(table::orders, group.members[i]);
                member.remaining = std::min(member.remaining, order.filled);
            }
        }
    } else if (group.decided == order_id{} && (!group.has_exit || group.entry_done)) {
        group.decided = order.id;
    }
}

// 6.4.
void ledger::break_group(slot account, order_group_id id) {
    const slot found = find_group(account, id);
    if (found == no_slot || groups_[found].admitted >= groups_[found].size) {
        return;
    }
    cancel_group(found, no_slot);
}

void ledger::cancel_group(slot at, slot but) {
    touch(table::groups, at);
    order_group& group = groups_[at];
    group.broken = true;
    for (std::size_t i = 0; i < group.open; ++i) {
        if (group.members[i] != but) {
            cancel_by_ledger(group.members[i], reason::group);
        }
    }
}

}  // namespace bourse
