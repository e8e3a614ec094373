#include "tests/support/shard/reference_ledger.hpp"

#include "messages/assert.hpp"

namespace bourse {
namespace {

constexpr std::uint64_t max_ids_of_account = 1U << 20;
constexpr std::uint64_t max_ids = 1U << 24;
constexpr std::size_t max_accounts = 1U << 22;
constexpr std::size_t max_leases = 65'536;
constexpr duration longest_lease{3'600'000'000'000};

}  // namespace

void reference_ledger::begin_entry(timestamp now, std::size_t commands, shard_output& out) {
    now_ = now;
    out_ = &out;
    forget_ids(commands);
}

reference_account* reference_ledger::find(account_id id) {
    const auto it = accounts.find(id);
    return it == accounts.end() ? nullptr : &it->second;
}

const reference_account* reference_ledger::find(account_id id) const {
    const auto it = accounts.find(id);
    return it == accounts.end() ? nullptr : &it->second;
}

// --- Client ids (section 3) -----------------------------------------------------------------------

remembered_row* reference_ledger::find_remembered(account_id of, client_id id) {
    const auto it = by_client_id_.find({of, id});
    return id.is_none() || it == by_client_id_.end() ? nullptr : &remembered_.at(it->second);
}

/// 3.2: nothing if it was answered by `repeated`, else the reason, or none if it comes past.
std::optional<reason> reference_ledger::comes_past(const request_id& request, account_id of,
                                                   bool wants_account) {
    const reference_account* a = find(of);
    if (a == nullptr && (of.value != 0 || wants_account)) {
        return reason::unknown_account;
    }
    if (const remembered_row* first = find_remembered(of, request.id)) {
        event e = make_event(event_kind::repeated, of, first->reason);
        e.order = first->order;
        e.number = first->first_report;
        e.flags = first->answered ? std::uint8_t{0} : event::pending;
        tell(of, e, request.id);
        return std::nullopt;
    }
    if (request.not_after.ns != 0 && now_ > request.not_after) {
        return reason::too_late;
    }
    if (request.not_after > now_ + settings_.horizon) {
        return reason::not_after_too_far;
    }
    const std::uint64_t own = a == nullptr ? remembered_by_none_ : a->remembered;
    if (request.id.is_remembered() &&
        (own >= max_ids_of_account || remembered_.size() >= max_ids)) {
        return reason::too_many_client_ids;
    }
    return reason::none;
}

/// 3.3
void reference_ledger::remember(account_id of, client_id id, order_id order, reason why,
                                bool answered, std::uint64_t first_report) {
    if (!id.is_remembered()) {
        return;
    }
    const std::uint64_t sequence = ++last_remembered_;
    remembered_[sequence] = {sequence, of,       id,           order,
                             why,      answered, first_report, now_ + settings_.horizon};
    by_client_id_[{of, id}] = sequence;
    ++(of.value == 0 ? remembered_by_none_ : accounts.at(of).remembered);
}

/// 3.3
void reference_ledger::forget_ids(std::size_t commands) {
    for (std::size_t left = 64 + commands; left > 0 && !remembered_.empty(); --left) {
        const remembered_row row = remembered_.begin()->second;
        if (row.forget_at >= now_) {
            return;
        }
        remembered_.erase(remembered_.begin());
        by_client_id_.erase({row.account, row.id});
        --(row.account.value == 0 ? remembered_by_none_ : accounts.at(row.account).remembered);
        const reference_account* a = find(row.account);
        if (a != nullptr && a->orders.contains(row.order)) {
            remember(row.account, row.id, row.order, row.reason, row.answered, row.first_report);
        }
    }
}

// --- Reports (section 7) --------------------------------------------------------------------------

event reference_ledger::make_event(event_kind kind, account_id account, reason why) {
    event e;
    e.kind = kind;
    e.account = account;
    e.reason = why;
    return e;
}

std::uint64_t reference_ledger::tell(account_id to, const event& what, client_id client,
                                     std::int64_t cash, std::int64_t fee) {
    report r;
    r.what = what;
    r.client = client;
    r.cash = {cash};
    r.fee = {fee};
    if (reference_account* a = find(to)) {
        r.number = ++a->row.last_report;
    }
    out_->reports.push_back(r);
    return r.number;
}

std::uint64_t reference_ledger::tell_refused(account_id named, reason why, client_id client) {
    return tell(named, make_event(event_kind::command_refused, named, why), client);
}

std::uint64_t reference_ledger::tell_adjusted(account_id to, asset_id asset, std::int64_t amount,
                                              client_id client, symbol_id symbol, reason why) {
    event e = make_event(event_kind::adjusted, to, why);
    e.number = asset.value;
    e.lots = {amount};
    e.symbol = symbol;
    return tell(to, e, client);
}

// --- Accounts (section 2) -------------------------------------------------------------------------

void reference_ledger::apply(const open_account& c) {
    operate(c.request, c.account, {}, [&] {
        const auto number_of_kind = static_cast<std::uint8_t>(c.kind);
        if (c.account.value == 0 || c.account.value > max_account ||
            c.risk_group.value > max_account || number_of_kind >= account_kind_count ||
            c.tier >= fee_tiers) {
            return outcome{reason::invalid_request};
        }
        if (accounts.contains(c.account)) {
            return outcome{reason::account_exists};
        }
        if (accounts.size() >= max_accounts) {
            return outcome{reason::too_many_accounts};
        }
        account_row& row = accounts[c.account].row;
        row.id = c.account;
        row.kind = c.kind;
        row.tier = c.tier;
        row.trade_group = c.trade_group;
        row.risk_group = c.risk_group;
        const event e = make_event(event_kind::account_changed, c.account, reason::none);
        return outcome{reason::none, tell(c.account, e, c.request.id)};
    });
}

/// 2.2
reason reference_ledger::try_limit(const set_limit& c) {
    const bool of_group = c.account.value == 0;
    const std::uint32_t bare = c.asset.value & ~asset_id::currency_bit;
    const bool symbol = bare != 0 && !c.asset.is_currency();
    const bool currency = bare != 0 && c.asset.is_currency();
    if (c.value < 0 || of_group == (c.risk_group.value == 0) || c.risk_group.value > max_account) {
        return reason::invalid_request;
    }
    account_row* row = of_group ? nullptr : &accounts.at(c.account).row;
    if (c.kind == limit_kind::max_open_orders || c.kind == limit_kind::fat_finger_bps) {
        if (c.asset.value != 0) {
            return reason::invalid_request;
        }
        const bool count = c.kind == limit_kind::max_open_orders;
        if (of_group) {
            risk_group_row& group = risk_groups_[c.risk_group].row;
            (count ? group.max_open_orders : group.fat_finger_bps) = c.value;
        } else {
            (count ? row->max_open_orders : row->fat_finger_bps) = c.value;
        }
        return reason::none;
    }
    bool good = false;
    switch (c.kind) {
        case limit_kind::credit_line:
            good = (symbol || currency) && !of_group && row->kind == account_kind::house;
            break;
        case limit_kind::max_order_quantity:
        case limit_kind::max_position:
            good = symbol;
            break;
        case limit_kind::max_order_value:
        case limit_kind::max_turnover:
            good = currency;
            break;
        default:
            break;
    }
    if (!good) {
        return reason::invalid_request;
    }
    position_row& p =
        of_group
            ? position(risk_groups_[c.risk_group].positions, {c.risk_group.value}, true, c.asset)
            : position(accounts.at(c.account).positions, c.account, false, c.asset);
    if (c.kind == limit_kind::credit_line) {
        p.credit = c.value;
    } else if (c.kind == limit_kind::max_order_quantity || c.kind == limit_kind::max_order_value) {
        p.max_order = c.value;
    } else {
        p.max_total = c.value;
    }
    return reason::none;
}

void reference_ledger::apply(const set_limit& c) {
    operate(c.request, c.account, c.account, [&] {
        outcome o{try_limit(c)};
        if (o.why == reason::none) {
            const bool done = c.account.value == 0;
            const auto kind = done ? event_kind::command_done : event_kind::account_changed;
            o.first_report =
                tell(c.account, make_event(kind, c.account, reason::none), c.request.id);
        }
        return o;
    });
}

void reference_ledger::apply(const set_kill_switch& c) {
    operate_account(c.request, c.account, [&] {
        reference_account& a = accounts.at(c.account);
        a.row.blocked = c.on;
        const event e = make_event(event_kind::account_changed, c.account, reason::none);
        const outcome o{reason::none, tell(c.account, e, c.request.id)};
        for (auto& [id, order] : a.orders) {
            if (c.on) {
                cancel(order, reason::killed);
            }
        }
        return o;
    });
}

// --- Leases (shard RULES 3.2, 3.3) ----------------------------------------------------------------

void reference_ledger::apply(const renew_lease& c) {
    const auto known = leases.find(c.lease);
    reason why = reason::none;
    if (!accounts.contains(c.account)) {
        why = reason::unknown_account;
    } else if (c.lease.value == 0 || c.until > now_ + longest_lease) {
        why = reason::invalid_request;
    } else if (known != leases.end() && known->second.account != c.account) {
        why = reason::unknown_lease;
    } else if (known == leases.end() && leases.size() >= max_leases) {
        why = reason::too_many_leases;
    }
    if (why != reason::none) {
        tell_refused(c.account, why, {});
        return;
    }
    leases[c.lease] = {c.lease, c.account, c.until};
    if (c.until <= now_) {
        end_lease(c.lease);
    }
}

void reference_ledger::end_lease(lease_id id) {
    const lease_row lease = leases.at(id);
    for (auto& [key, order] : accounts.at(lease.account).orders) {
        if (order.lease == id) {
            cancel(order, reason::disconnected);
        }
    }
    leases.erase(id);
}

}  // namespace bourse
