#pragma once

// What every order passes on its way to its book and back: inline.

#include "actors/ledger/charges.hpp"
#include "actors/ledger/ledger.hpp"
#include "actors/ledger/planted_bug.hpp"

namespace bourse {

// --- What is remembered of commands (RULES.md 3) --------------------------------------------------

// 3.2 of a known account, or, with no_slot and none, of an operator's command.
[[gnu::always_inline]] inline ledger::admission ledger::admit(slot account, account_id owner,
                                                              const request_id& request) {
    constexpr std::uint32_t max_remembered_of_account = 1U << 20;
    const bool is_remembered = request.id.is_remembered();
    client_ids::position where{};
    if (is_remembered) {
        where = client_ids_.locate(owner, request.id);
        if (where.found != no_slot) [[unlikely]] {
            if (BOURSE_PLANTED(reuse_client_id)) {
                return {.goes_on = true};
            }
            tell_repeated(account, owner, request.id, client_ids_[where.found]);
            return {};
        }
        if (BOURSE_PLANTED(repeat_of_nothing) && request.id.low % 16 == 9) {
            tell_repeated(account, owner, request.id, {});
            return {};
        }
    }
    if (request.not_after != timestamp{}) {
        if (now_ > request.not_after) [[unlikely]] {
            return {.why = reason::too_late};
        }
        if (request.not_after > now_ + settings_.horizon) [[unlikely]] {
            return {.why = reason::not_after_too_far};
        }
    }
    if (!is_remembered) {
        return {.goes_on = true};
    }
    std::uint32_t& count = account == no_slot ? operator_ids_ : accounts_[account].remembered;
    if (count >= max_remembered_of_account || client_ids_.size() >= max_remembered) [[unlikely]] {
        return {.why = reason::too_many_client_ids};
    }
    ++count;
    const slot added = client_ids_.add(where, owner, request.id, now_ + settings_.horizon);
    changed(table::remembered).note_new(added);
    return {.goes_on = true, .remembered = added};
}

[[gnu::always_inline]] inline ledger::admission ledger::admit_order(slot account, account_id owner,
                                                                    const request_id& request) {
    if (account == no_slot) [[unlikely]] {
        return {.why = reason::unknown_account};
    }
    if (!request.id.is_remembered() && request.not_after == timestamp{}) {
        return {.goes_on = true};
    }
    return admit(account, owner, request);
}

inline void ledger::note_answer(slot remembered, order_id order, reason why, bool answered,
                                std::uint64_t report_number) {
    if (remembered == no_slot) {
        return;
    }
    if (!BOURSE_PLANTED(forget_change)) {
        touch(table::remembered, remembered);
    }
    remembered_command& asked = client_ids_[remembered];
    asked.order = order;
    asked.reason = why;
    asked.answered = answered;
    asked.first_report = report_number;
}

// --- What open orders could still cost (RULES.md 4.4) ---------------------------------------------

// Of an order without a group.
[[gnu::always_inline]] inline void ledger::add_contribution(const open_order& order,
                                                            const contribution& before,
                                                            const contribution& after) {
    // Both sums, one by nothing: nobody can foretell an order's side.
    const std::int64_t lots = after.lots - before.lots;
    const std::int64_t buys = if_buy(order.side, lots);
    const auto add = [&](position_state& symbol) {
        symbol.second += buys;
        symbol.reserved += lots - buys;
    };
    position_state& symbol = positions_[order.symbol_position];
    add(symbol);
    if (symbol.group != no_slot) [[unlikely]] {
        add(positions_[symbol.group]);
    }
    positions_[order.cash_position].reserved += after.cash - before.cash;
}

// Of an order without a group and without a replace that waits: W of what remains.
[[gnu::always_inline]] inline std::optional<contribution> ledger::plain_contribution(
    const open_order& order) const {
    const listing_state& listed = listings_[order.listing];
    const auto cash = worst_cost(order.side, order.worst, order.remaining, listed.what.tick_value,
                                 listed.worst[order.tier], order.residue);
    return cash ? std::optional{contribution{.lots = order.remaining.lots, .cash = *cash}}
                : std::nullopt;
}

// After anything about the order has changed.
[[gnu::always_inline]] inline void ledger::refresh(slot at) {
    open_order& order = orders_[at];
    if (order.group != no_slot || order.pending_count != 0) [[unlikely]] {
        refresh_otherwise(at);
        return;
    }
    const contribution before = order.now;
    order.now = plain_contribution(order).value_or(before);
    add_contribution(order, before, order.now);
}

// 17 and 18 of 4.1, with `sells` lots and `reserve` minor units more set aside.
[[gnu::always_inline]] inline reason ledger::check_available(slot symbol, slot currency,
                                                             std::int64_t sells,
                                                             wide_int reserve) const {
    const position_state& lots = positions_[symbol];
    const position_state& cash = positions_[currency];
    // Both parts of a condition are looked at, as one of them depends on the side, which nobody can foretell.
    const bool lacks_lots = lots.total + lots.credit - (lots.reserved + sells) < 0;
    if (static_cast<int>(sells > 0) & static_cast<int>(lacks_lots)) [[unlikely]] {
        return reason::insufficient_holdings;
    }
    const bool lacks_cash = cash.total + cash.credit - (cash.reserved + reserve) < 0;
    if (static_cast<int>(reserve > 0) & static_cast<int>(lacks_cash)) [[unlikely]] {
        return reason::insufficient_funds;
    }
    return reason::none;
}

// --- Where orders are found -----------------------------------------------------------------------

// Into the tables and counts that lead to orders.
[[gnu::always_inline]] inline void ledger::link_order(slot at) {
    const open_order& order = orders_[at];
    orders_by_id_.insert(order.id, orders_by_id_.locate(order.id), at);
    account_state& account = accounts_[order.account];
    if (at >= account_links_.capacity()) [[unlikely]] {
        account_links_.grow(at + std::size_t{1});
    }
    account_links_[at] = {.newer = no_slot, .older = account.last_order};
    (account.last_order == no_slot ? account.first_order
                                   : account_links_[account.last_order].newer) = at;
    account.last_order = at;
    ++account.open_orders;
    if (account.risk_group != no_slot) [[unlikely]] {
        ++risk_groups_[account.risk_group].open_orders;
    }
    ++listings_[order.listing].open_orders;
    if (order.reduce_only) [[unlikely]] {
        position_state& lots = positions_[order.symbol_position];
        ++(order.side == side::buy ? lots.reduce.buys : lots.reduce.sells);
    }
}

// After the final answer has been reported and settled.
[[gnu::always_inline]] inline void ledger::end_order(slot at) {
    open_order& order = orders_[at];
    if (order.reduce_only) [[unlikely]] {
        clear_reduce_only(order);
    }
    if (order.group != no_slot) [[unlikely]] {
        leave_group(at);
    } else if (!BOURSE_PLANTED(forget_release)) {
        add_contribution(order, order.now, {});
    }
    account_state& account = accounts_[order.account];
    const auto [newer, older] = account_links_[at];
    (older == no_slot ? account.first_order : account_links_[older].newer) = newer;
    (newer == no_slot ? account.last_order : account_links_[newer].older) = older;
    --account.open_orders;
    if (account.risk_group != no_slot) [[unlikely]] {
        --risk_groups_[account.risk_group].open_orders;
    }
    --listings_[order.listing].open_orders;
    if (order.pending != no_slot) [[unlikely]] {
        end_replaces(order);
    }
    drop(table::orders, at);  // `settle` has noted it
    orders_by_id_.erase(order.id);
    order.id = {};  // for whoever has kept the slot
    orders_.give_back(at);
}

}  // namespace bourse
