// The ledger's state as rows, and what can be asked.
#include <algorithm>
#include <tuple>

#include "actors/ledger/order_path.hpp"
#include "messages/assert.hpp"

namespace bourse {

namespace {

[[nodiscard]] auto key_of(const position_row& row) {
    return std::tuple(row.of_group, row.holder, row.asset);
}

}  // namespace

// --- One row ------------------------------------------------------------------------------------

account_row ledger::row_of(const account_state& account) {
    return {.id = account.id,
            .kind = account.kind,
            .tier = account.tier,
            .blocked = account.blocked,
            .trade_group = account.trade_group,
            .risk_group = account.risk_group_number,
            .last_report = account.last_report,
            .max_open_orders = account.max_open_orders,
            .fat_finger_bps = account.fat_finger_bps};
}

risk_group_row ledger::row_of(const risk_group_state& group) {
    return {.id = group.id,
            .max_open_orders = group.max_open_orders,
            .fat_finger_bps = group.fat_finger_bps};
}

position_row ledger::row_of_position(slot at) const {
    const position_state& position = positions_[at];
    const bool of_group = is_of_group(at);
    const bool is_symbol = !position.asset.is_currency();
    position_row row{.holder = position.holder, .of_group = of_group, .asset = position.asset};
    row.total = of_group ? wide_int{0} : position.total;
    row.credit = position.credit;
    row.max_order = position.max_order;
    row.max_total = position.max_total;
    row.cost = is_symbol ? position.cost : wide_int{0};
    row.realised = is_symbol ? position.realised : wide_int{0};
    row.turnover = is_symbol ? wide_int{0} : position.second;
    row.turnover_day = row.turnover == 0 ? 0 : position.day;
    return row;
}

bool ledger::is_empty(const position_row& row) noexcept {
    return row.total == 0 && row.credit == 0 && row.max_order == 0 && row.max_total == 0 &&
           row.cost == 0 && row.realised == 0 && row.turnover == 0;
}

order_group_row ledger::row_of(const order_group& group) const {
    return {.account = accounts_[group.account].id,
            .id = group.id,
            .size = group.size,
            .admitted = group.admitted,
            .broken = group.broken,
            .has_exit = group.has_exit,
            .entry_done = group.entry_done,
            .entry_filled = group.entry_done ? quantity{} : group.entry_filled,
            .decided = group.decided};
}

remembered_row ledger::row_of(const remembered_command& asked) {
    return {.sequence = asked.sequence,
            .account = asked.account,
            .id = asked.id,
            .order = asked.order,
            .reason = asked.reason,
            .answered = asked.answered,
            .first_report = asked.first_report,
            .forget_at = asked.forget_at};
}

listing_row ledger::row_of(const listing_state& listed) {
    return {
        .what = listed.what, .has_reference = listed.has_reference, .reference = listed.reference};
}

open_order_row ledger::row_of(const open_order& order) const {
    open_order_row row{
        .id = order.id,
        .account = accounts_[order.account].id,
        .symbol = listings_[order.listing].what.rules.symbol,
        .side = order.side,
        .reduce_only = order.reduce_only,
        .tier = order.tier,
        .role = order.role,
        .cause = order.cause,
        .version = order.version,
        .residue = order.residue,
        .price = order.worst,
        .remaining = order.remaining,
        .filled = order.filled,
        .lease = order.lease,
        .group = order.group == no_slot ? order_group_id{} : groups_[order.group].id,
        .client = order.client,
    };
    for (std::size_t i = 0; i < order.pending_count; ++i) {
        row.pending.push_back(pending_[order.pending].replaces[i]);
    }
    return row;
}

// --- Queries ------------------------------------------------------------------------------------

std::optional<open_order_row> ledger::order(order_id id) const {
    const slot at = orders_by_id_.find(id);
    return at == no_slot ? std::nullopt : std::optional{row_of(orders_[at])};
}

std::vector<open_order_row> ledger::orders_of(account_id account) const {
    std::vector<open_order_row> rows;
    const slot owner = find_account(account);
    if (owner != no_slot) {
        for (slot at = accounts_[owner].first_order; at != no_slot; at = account_links_[at].newer) {
            rows.push_back(row_of(orders_[at]));
        }
    }
    return rows;
}

std::uint64_t ledger::last_report(account_id account) const {
    const slot owner = find_account(account);
    return owner == no_slot ? 0 : accounts_[owner].last_report;
}

// 8.4.
std::vector<portfolio_line> ledger::portfolio(account_id account) const {
    std::vector<portfolio_line> lines;
    const slot owner = find_account(account);
    if (owner == no_slot) {
        return lines;
    }
    for (slot at = accounts_[owner].first_position; at != no_slot; at = positions_[at].next) {
        const position_state& position = positions_[at];
        if (position.reserved == 0 && is_empty(row_of_position(at))) {
            continue;
        }
        lines.push_back({.asset = position.asset,
                         .total = position.total,
                         .reserved = position.reserved,
                         .credit = position.credit,
                         .available = position.total + position.credit - position.reserved,
                         .cost = position.cost,
                         .realised = position.realised});
    }
    std::sort(lines.begin(), lines.end(),
              [](const portfolio_line& a, const portfolio_line& b) { return a.asset < b.asset; });
    return lines;
}

// --- Rows ---------------------------------------------------------------------------------------

void ledger::save_accounts(shard_rows& rows) const {
    for (slot at = 0; at < accounts_.used(); ++at) {
        rows.accounts.push_back(row_of(accounts_[at]));
    }
    std::sort(rows.accounts.begin(), rows.accounts.end(),
              [](const account_row& a, const account_row& b) { return a.id < b.id; });
    for (slot at = 0; at < risk_groups_.used(); ++at) {
        const risk_group_state& group = risk_groups_[at];
        if (group.max_open_orders != 0 || group.fat_finger_bps != 0) {
            rows.risk_groups.push_back(row_of(group));
        }
    }
    std::sort(rows.risk_groups.begin(), rows.risk_groups.end(),
              [](const risk_group_row& a, const risk_group_row& b) { return a.id < b.id; });
    for (slot at = 0; at < positions_.used(); ++at) {
        const position_row row = row_of_position(at);
        if (!is_empty(row)) {
            rows.positions.push_back(row);
        }
    }
    std::sort(rows.positions.begin(), rows.positions.end(),
              [](const position_row& a, const position_row& b) { return key_of(a) < key_of(b); });
}

void ledger::save_orders(shard_rows& rows) const {
    for (slot account = 0; account < accounts_.used(); ++account) {
        for (slot at = accounts_[account].first_order; at != no_slot;
             at = account_links_[at].newer) {
            rows.orders.push_back(row_of(orders_[at]));
            const slot group = orders_[at].group;
            if (group != no_slot && groups_[group].members[0] == at) {
                rows.order_groups.push_back(row_of(groups_[group]));
            }
        }
    }
    std::sort(rows.orders.begin(), rows.orders.end(),
              [](const open_order_row& a, const open_order_row& b) { return a.id < b.id; });
    std::sort(rows.order_groups.begin(), rows.order_groups.end(),
              [](const order_group_row& a, const order_group_row& b) {
                  return std::tuple(a.account, a.id) < std::tuple(b.account, b.id);
              });
}

void ledger::save_counters(shard_row& row) const noexcept {
    row.last_order = last_order_;
    row.last_remembered = client_ids_.last_sequence();
}

void ledger::save(shard_rows& rows) const {
    save_counters(rows.shard);
    save_accounts(rows);
    save_orders(rows);
    for (slot at = client_ids_.oldest(); at != no_slot; at = client_ids_[at].newer) {
        rows.remembered.push_back(row_of(client_ids_[at]));
    }
    rows.leases = leases_.all();
    std::sort(rows.leases.begin(), rows.leases.end(),
              [](const lease_row& a, const lease_row& b) { return a.id < b.id; });
    for (const listing_state& listed : listings_) {
        rows.listings.push_back(row_of(listed));
    }
    std::sort(rows.listings.begin(), rows.listings.end(),
              [](const listing_row& a, const listing_row& b) {
                  return a.what.rules.symbol < b.what.rules.symbol;
              });
}

// --- Back from rows -----------------------------------------------------------------------------

bool ledger::restore(const shard_rows& rows) {
    last_order_ = rows.shard.last_order;
    for (const listing_row& row : rows.listings) {
        if (find_fault(row.what) != nullptr || find_listing(row.what.rules.symbol)) {
            return false;
        }
        const std::uint32_t number = list(row.what);
        listings_[number].has_reference = row.has_reference;
        listings_[number].reference = row.reference;
    }
    for (const account_row& row : rows.accounts) {
        if (row.id.value == 0 || row.id.value > max_account || has_account(row.id) ||
            row.tier >= fee_tiers) {
            return false;
        }
        make_account(row);
    }
    for (const risk_group_row& row : rows.risk_groups) {
        const slot at = risk_group_of(row.id);
        touch(table::risk_groups, at);
        risk_group_state& group = risk_groups_[at];
        group.max_open_orders = row.max_open_orders;
        group.fat_finger_bps = row.fat_finger_bps;
    }
    if (!restore_positions(rows) || !restore_orders(rows) || !restore_remembered(rows)) {
        return false;
    }
    for (const lease_row& row : rows.leases) {
        if (row.id == lease_id{} || !has_account(row.account) ||
            leases_.owner(row.id) != account_id{} || leases_.size() >= leases::max_leases) {
            return false;
        }
        put_lease(row);
    }
    for (changed_rows& each : changed_) {
        each.note_all_stored();
    }
    return true;
}

bool ledger::restore_positions(const shard_rows& rows) {
    const position_row* last = nullptr;
    for (const position_row& row : rows.positions) {
        if (last != nullptr && key_of(row) <= key_of(*last)) {
            return false;
        }
        last = &row;
        const slot account = row.of_group ? no_slot : find_account(row.holder);
        const bool is_symbol = !row.asset.is_currency();
        if (row.asset.value == 0 ||
            (account == no_slot && !row.of_group && row.holder.value <= max_account)) {
            return false;
        }
        const slot at = row.of_group         ? group_position({row.holder.value}, row.asset)
                        : account != no_slot ? position_of_account(account, row.asset)
                                             : position_of(row.holder, row.asset);
        touch(table::positions, at);
        position_state& position = positions_[at];
        if (account != no_slot && (row.max_order != 0 || row.max_total != 0)) {
            accounts_[account].may_have_limits = true;
        }
        position.credit = row.credit;
        position.max_order = row.max_order;
        position.max_total = row.max_total;
        if (is_symbol) {
            position.cost = row.cost;
            position.realised = row.realised;
        } else {
            position.second = row.turnover;
            position.day = row.turnover_day;
        }
        if (!row.of_group) {
            position.total = row.total;
            if (position.group != no_slot) {
                positions_[position.group].total += row.total;
            }
        }
    }
    return true;
}

bool ledger::restore_remembered(const shard_rows& rows) {
    std::uint64_t last = 0;
    for (const remembered_row& row : rows.remembered) {
        const slot account = find_account(row.account);
        if (row.sequence <= last || !row.id.is_remembered() ||
            (account == no_slot && row.account != account_id{}) ||
            client_ids_.find(row.account, row.id) != no_slot) {
            return false;
        }
        last = row.sequence;
        client_ids_.set_last_sequence(row.sequence - 1);
        const slot at = client_ids_.add(client_ids_.locate(row.account, row.id), row.account,
                                        row.id, row.forget_at);
        note_answer(at, row.order, row.reason, row.answered, row.first_report);
        link_remembered(at);
        ++(account == no_slot ? operator_ids_ : accounts_[account].remembered);
    }
    if (rows.shard.last_remembered < last) {
        return false;
    }
    client_ids_.set_last_sequence(rows.shard.last_remembered);
    return true;
}

bool ledger::restore_orders(const shard_rows& rows) {
    for (const order_group_row& row : rows.order_groups) {
        const slot account = find_account(row.account);
        if (account == no_slot || row.size < 2 || row.size > max_group_size ||
            row.admitted > row.size || find_group(account, row.id) != no_slot) {
            return false;
        }
        const slot at = groups_.take();
        groups_[at] = {.account = account,
                       .id = row.id,
                       .size = row.size,
                       .admitted = row.admitted,
                       .broken = row.broken,
                       .has_exit = row.has_exit,
                       .entry_done = row.entry_done,
                       .entry_filled = row.entry_filled,
                       .decided = row.decided};
        touch(table::groups, at);
        groups_by_key_.put(group_key(account, row.id), at);
    }
    for (const open_order_row& row : rows.orders) {
        if (!restore_order(row)) {
            return false;
        }
    }
    for (slot at = 0; at < groups_.used(); ++at) {
        if (groups_[at].open == 0) {
            return false;  // a group without a member
        }
        refresh_group(at);
    }
    return true;
}

bool ledger::restore_order(const open_order_row& row) {
    const slot account = find_account(row.account);
    const auto listing = find_listing(row.symbol);
    const slot group = account == no_slot ? no_slot : find_group(account, row.group);
    if (account == no_slot || !listing || account_shard(row.id) != settings_.shard ||
        (row.id.value & order_counter_mask) > last_order_ ||
        orders_by_id_.find(row.id) != no_slot || row.pending.size() > max_pending_replaces ||
        row.tier >= fee_tiers || (group == no_slot && row.group != order_group_id{}) ||
        (group != no_slot && groups_[group].open >= groups_[group].size)) {
        return false;
    }
    account_state& owner = accounts_[account];
    if (owner.last_order != no_slot && orders_[owner.last_order].id > row.id) {
        return false;
    }
    const slot lots = position_of_account(account, asset_of(row.symbol));
    const slot cash = position_of_account(account, asset_of(listings_[*listing].what.currency));
    const slot at = orders_.take();
    orders_[at] = open_order{.id = row.id,
                             .account = account,
                             .symbol_position = lots,
                             .cash_position = cash,
                             .listing = *listing,
                             .side = row.side,
                             .tier = row.tier,
                             .reduce_only = row.reduce_only,
                             .role = row.role,
                             .cause = row.cause,
                             .group = group,
                             .remaining = row.remaining,
                             .filled = row.filled,
                             .worst = row.price,
                             .version = row.version,
                             .residue = row.residue,
                             .client = row.client,
                             .lease = row.lease};
    touch(table::orders, at);
    link_order(at);
    restore_pending(row, at);
    if (group != no_slot) {
        order_group& its = groups_[group];
        its.listing = *listing;
        its.lots = lots;
        its.cash = cash;
        its.members[its.open++] = at;
    } else {
        refresh(at);
    }
    return true;
}

void ledger::restore_pending(const open_order_row& row, slot at) {
    open_order& order = orders_[at];
    if (row.pending.empty()) {
        return;
    }
    order.pending = pending_.take();
    pending_replaces& waiting = pending_[order.pending];
    waiting = {};
    waiting.remembered.fill(no_slot);
    for (const pending_replace& replace : row.pending) {
        waiting.replaces[order.pending_count++] = replace;
    }
}

// An open order's answer that is still to come is looked for by what it is remembered by: a pending replace,
// if one of them has the id, else the submit.
void ledger::link_remembered(slot remembered) {
    const remembered_command& asked = client_ids_[remembered];
    const slot at = orders_by_id_.find(asked.order);
    if (asked.answered || at == no_slot) {
        return;
    }
    open_order& order = orders_[at];
    for (std::size_t i = 0; i < order.pending_count; ++i) {
        if (pending_[order.pending].replaces[i].client == asked.id) {
            pending_[order.pending].remembered[i] = remembered;
            return;
        }
    }
    order.remembered = remembered;
}

}  // namespace bourse
