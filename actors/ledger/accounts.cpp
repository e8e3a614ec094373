// Accounts, their limits, and what they and the books of account hold (RULES.md 1.2, 2).
#include <algorithm>

#include "actors/ledger/charges.hpp"
#include "actors/ledger/ledger.hpp"
#include "messages/assert.hpp"

namespace bourse {

namespace {

constexpr std::uint32_t max_accounts = 1U << 22;

[[nodiscard]] std::uint64_t key_of(std::uint32_t holder, asset_id asset) noexcept {
    return std::uint64_t{holder} << 32U | asset.value;
}

}  // namespace

ledger::ledger(const ledger_settings& settings, ledger_peers& peers)
    : settings_(settings), peers_(&peers) {}

void ledger::begin_entry(timestamp now, std::size_t commands, record_list<report>& reports,
                         record_list<ledger_line>& lines) {
    constexpr std::int64_t ns_per_day = 86'400LL * 1'000'000'000;
    now_ = now;
    day_ = now.ns / ns_per_day - (now.ns % ns_per_day < 0 ? 1 : 0);
    reports_ = &reports;
    lines_ = &lines;
    forget_due(commands);
}

bool ledger::has_account(account_id id) const noexcept {
    return find_account(id) != no_slot;
}

// --- Positions ----------------------------------------------------------------------------------

slot ledger::position_of(account_id holder, asset_id asset) {
    const slot found = find_position(holder, asset);
    if (found != no_slot) [[likely]] {
        return found;
    }
    const slot at = positions_.take();
    positions_[at] = position_state{};
    positions_[at].holder = holder;
    positions_[at].asset = asset;
    positions_by_key_.put(key_of(holder.value, asset), at);
    return at;
}

// One that the account does not have yet.
slot ledger::add_position(slot account, asset_id asset) {
    const slot at = position_of(accounts_[account].id, asset);
    positions_[at].next = accounts_[account].first_position;
    accounts_[account].first_position = at;
    if (accounts_[account].risk_group != no_slot) {
        const slot group = group_position(accounts_[account].risk_group_number, asset);
        positions_[at].group = group;
    }
    return at;
}

slot ledger::group_position(risk_group_id group, asset_id asset) {
    const std::uint64_t key = key_of(group.value, asset);
    const slot found = group_positions_.find(key);
    if (found != no_slot) {
        return found;
    }
    const slot at = positions_.take();
    positions_[at] = position_state{};
    positions_[at].holder = {group.value};
    positions_[at].asset = asset;
    group_positions_.put(key, at);
    return at;
}

slot ledger::risk_group_of(risk_group_id id) {
    const slot found = risk_groups_by_id_.find(id.value);
    if (found != no_slot) {
        return found;
    }
    const slot at = risk_groups_.take();
    risk_groups_[at] = {.id = id};
    risk_groups_by_id_.put(id.value, at);
    return at;
}

// --- Instruments --------------------------------------------------------------------------------

std::uint32_t ledger::list(const listing& what) {
    const auto number = static_cast<std::uint32_t>(listings_.size());
    listing_state& listed = listings_.emplace_back();
    listed.what = what;
    touch(table::listings, number);
    std::transform(what.fees.begin(), what.fees.end(), listed.worst.begin(), worst_rate);
    const account_id clearing = clearing_holder(what.book_shard);
    listed.fees = position_of(fee_holder, asset_of(what.currency));
    listed.clearing_cash = position_of(clearing, asset_of(what.currency));
    listed.clearing_lots = position_of(clearing, asset_of(what.rules.symbol));
    listings_by_symbol_.put(what.rules.symbol.value, number);
    return number;
}

std::optional<std::uint32_t> ledger::find_listing(symbol_id symbol) const noexcept {
    const slot found = listings_by_symbol_.find(symbol.value);
    return found == no_slot ? std::nullopt : std::optional{found};
}

void ledger::set_reference_price(std::uint32_t listing, const set_reference& what) {
    touch(table::listings, listing);
    listings_[listing].has_reference = !what.clear;
    listings_[listing].reference = what.clear ? price{} : what.price;
}

// --- Accounts -----------------------------------------------------------------------------------

slot ledger::make_account(const account_row& row) {
    const slot at = accounts_.take();
    accounts_[at] = account_state{
        .id = row.id,
        .kind = row.kind,
        .tier = row.tier,
        .blocked = row.blocked,
        .may_have_limits = row.risk_group != risk_group_id{} || row.max_open_orders != 0 ||
                           row.fat_finger_bps != 0,
        .trade_group = row.trade_group,
        .last_report = row.last_report,
        .max_open_orders = row.max_open_orders,
        .fat_finger_bps = row.fat_finger_bps,
        .risk_group_number = row.risk_group,
    };
    touch(table::accounts, at);
    accounts_by_id_.put(row.id.value, at);
    if (row.risk_group != risk_group_id{}) {
        accounts_[at].risk_group = risk_group_of(row.risk_group);
    }
    return at;
}

// 2.1.
void ledger::apply(const open_account& asked) {
    const admission in = admit_operator(asked.request);
    reason why = in.why;
    if (in.goes_on) {
        const std::uint32_t id = asked.account.value;
        if (id == 0 || id > max_account || asked.risk_group.value > max_account ||
            static_cast<std::uint8_t>(asked.kind) >= account_kind_count ||
            asked.tier >= fee_tiers) {
            why = reason::invalid_request;
        } else if (has_account(asked.account)) {
            why = reason::account_exists;
        } else if (accounts_.live() >= max_accounts) {
            why = reason::too_many_accounts;
        }
    } else if (why == reason::none) {
        return;
    }
    if (why == reason::none) {
        make_account({.id = asked.account,
                      .kind = asked.kind,
                      .tier = asked.tier,
                      .trade_group = asked.trade_group,
                      .risk_group = asked.risk_group});
    }
    answer(find_account(asked.account),
           why == reason::none ? event_kind::account_changed : event_kind::command_refused,
           asked.account, why, asked.request.id, in.remembered);
}

// --- Limits -------------------------------------------------------------------------------------

// 2.2.
reason ledger::check_limit(const set_limit& asked, slot account) const noexcept {
    const asset_id asset = asked.asset;
    const bool is_symbol = asset.value != 0 && !asset.is_currency();
    const bool is_currency = asset.is_currency() && asset.value != asset_id::currency_bit;
    bool fits = false;
    switch (asked.kind) {
        case limit_kind::credit_line:
            fits = (is_symbol || is_currency) && account != no_slot &&
                   accounts_[account].kind == account_kind::house;
            break;
        case limit_kind::max_order_quantity:
        case limit_kind::max_position:
            fits = is_symbol;
            break;
        case limit_kind::max_order_value:
        case limit_kind::max_turnover:
            fits = is_currency;
            break;
        case limit_kind::max_open_orders:
        case limit_kind::fat_finger_bps:
            fits = asset == asset_id{};
            break;
    }
    return fits && asked.value >= 0 ? reason::none : reason::invalid_request;
}

void ledger::put_limit(const set_limit& asked, slot account) {
    const bool of_group = account == no_slot;
    const auto position = [&]() -> position_state& {
        const slot at = of_group ? group_position(asked.risk_group, asked.asset)
                                 : position_of_account(account, asked.asset);
        touch(table::positions, at);
        return positions_[at];
    };
    const auto put = [&](std::int64_t account_state::*its, std::int64_t risk_group_state::*all) {
        if (of_group) {
            const slot group = risk_group_of(asked.risk_group);
            touch(table::risk_groups, group);
            risk_groups_[group].*all = asked.value;
        } else {
            touch(table::accounts, account);
            accounts_[account].*its = asked.value;
        }
    };
    if (!of_group && asked.kind != limit_kind::credit_line) {
        accounts_[account].may_have_limits = true;
    }
    switch (asked.kind) {
        case limit_kind::credit_line:
            position().credit = asked.value;
            break;
        case limit_kind::max_order_quantity:
        case limit_kind::max_order_value:
            position().max_order = asked.value;
            break;
        case limit_kind::max_position:
        case limit_kind::max_turnover:
            position().max_total = asked.value;
            break;
        case limit_kind::max_open_orders:
            put(&account_state::max_open_orders, &risk_group_state::max_open_orders);
            break;
        case limit_kind::fat_finger_bps:
            put(&account_state::fat_finger_bps, &risk_group_state::fat_finger_bps);
            break;
    }
}

void ledger::apply(const set_limit& asked) {
    const bool of_group = asked.account == account_id{};
    const slot account = of_group ? no_slot : find_account(asked.account);
    const admission in = of_group ? admit_operator(asked.request)
                                  : admit_client(account, asked.account, asked.request);
    reason why = in.why;
    if (!in.goes_on && why == reason::none) {
        return;
    }
    if (in.goes_on) {
        const bool names_one = of_group ? asked.risk_group.value - 1 < max_account
                                        : asked.risk_group == risk_group_id{};
        why = names_one ? check_limit(asked, account) : reason::invalid_request;
    }
    if (why == reason::none) {
        put_limit(asked, account);
    }
    const event_kind done = of_group ? event_kind::command_done : event_kind::account_changed;
    answer(account, why == reason::none ? done : event_kind::command_refused, asked.account, why,
           asked.request.id, in.remembered);
}

}  // namespace bourse
