#include <algorithm>
#include <limits>

#include "messages/assert.hpp"
#include "tests/support/shard/reference_ledger.hpp"

namespace bourse {
namespace {

constexpr std::size_t most_pending = 4;

[[nodiscard]] bool lots_in_range(quantity q) {
    return 1 <= q.lots && q.lots <= max_order_lots.lots;
}

[[nodiscard]] wide_int basis_points(price of, wide_int bps) {
    const wide_int size = of.ticks < 0 ? -wide_int{of.ticks} : wide_int{of.ticks};
    return size * bps / 10'000;
}

[[nodiscard]] wide_int open_of(const reference_exposure& e, side which) {
    return which == side::buy ? e.buys : e.sells;
}

/// A sum above the limit, or one that does not fit 64 bits (4.1).
[[nodiscard]] bool is_above(wide_int sum, std::int64_t most) {
    return most != 0 && (!narrow(sum) || sum > most);
}

}  // namespace

// --- New orders (4.1 to 4.3) ----------------------------------------------------------------------

void reference_ledger::apply(const submit_order& c) {
    const account_id of = c.order.account;
    const std::optional<reason> past = comes_past(c.request, of, true);
    if (!past) {
        return;
    }
    order_id id{};
    const reason why = *past != reason::none ? *past : try_admit(c, id);
    if (why == reason::none) {
        remember(of, c.request.id, id, reason::none, false, 0);
        return;
    }
    event e = make_event(event_kind::rejected, of, why);
    e.flags = event::final_answer;
    e.side = c.order.side;
    e.symbol = c.symbol;
    e.price = c.has_price ? c.order.price : price{};
    e.lots = c.order.quantity;
    const std::uint64_t number = tell(of, e, c.request.id);
    if (*past == reason::none) {
        remember(of, c.request.id, {}, why, true, number);
        break_group(of, c.order.group);
    }
}

/// 4.1 number 4
reason reference_ledger::form_fault(const submit_order& c) const {
    const new_order& o = c.order;
    const bool peg = o.type == order_type::primary_peg || o.type == order_type::mid_peg;
    const bool known = static_cast<std::uint8_t>(o.side) <= 1 &&
                       static_cast<std::uint8_t>(o.type) < order_type_count &&
                       static_cast<std::uint8_t>(o.role) < group_role_count;
    const bool good = known && o.id.value == 0 && o.trade_group.value == 0 &&
                      lots_in_range(o.quantity) && o.group.value <= UINT32_MAX &&
                      !(c.reduce_only && (o.group.value != 0 || peg));
    return good ? reason::none : reason::invalid_request;
}

/// 4.2
std::optional<price> reference_ledger::worst_price(const listing_row& l,
                                                   const submit_order& c) const {
    if (c.has_price) {
        return c.order.price;
    }
    if (!l.has_reference) {
        return std::nullopt;
    }
    wide_int move = basis_points(l.reference, l.what.protection_bps);
    if (l.what.rules.band_bps > 0) {
        move = std::min(move, basis_points(l.reference, l.what.rules.band_bps));
    }
    const bool buy = c.order.side == side::buy;
    const wide_int moved = wide_int{l.reference.ticks} + (buy ? move : -move);
    return round_to_tick(l.what.rules, {saturate(moved)}, buy);
}

/// 4.1 numbers 2 to 18, 4.3.
reason reference_ledger::try_admit(const submit_order& c, order_id& id) {
    reference_account& a = accounts.at(c.order.account);
    if (a.row.blocked) {
        return reason::account_blocked;
    }
    const auto listed = listings.find(c.symbol);
    if (listed == listings.end()) {
        return reason::unknown_symbol;
    }
    const listing_row& l = listed->second;
    if (const reason why = form_fault(c); why != reason::none) {
        return why;
    }
    const auto lease = leases.find(c.lease);
    if (c.lease.value != 0 && (lease == leases.end() || lease->second.account != a.row.id)) {
        return reason::unknown_lease;
    }
    if (open_orders() >= settings_.max_open_orders || !around_.has_room(l.what.book_shard, true)) {
        return reason::overloaded;
    }
    const std::optional<price> worst = worst_price(l, c);
    if (!worst) {
        return reason::no_reference_price;
    }

    open_order_row o;
    o.id = {(std::uint64_t{settings_.id.value} << order_counter_bits) + last_order_ + 1};
    o.account = a.row.id;
    o.symbol = c.symbol;
    o.side = c.order.side;
    o.reduce_only = c.reduce_only;
    o.tier = a.row.tier;
    o.role = c.order.role;
    o.price = *worst;
    o.remaining = c.order.quantity;
    o.lease = c.lease;
    o.client = c.request.id;

    const reference_exposure lots_before = lots_open(a, c.symbol);
    const wide_int cash_before = reserved(a, asset_of(l.what.currency));
    const wide_int total = position(a.positions, asset_of(c.symbol)).total;
    const std::int64_t lots = o.remaining.lots;
    if (!fits(l.what, o, *worst, lots) ||
        (o.side == side::buy && total + lots_before.buys + lots > most_total)) {
        return reason::amount_too_large;
    }

    // 6.1. A group that is new and not well formed is no group.
    std::optional<order_group_row> group_before;
    const auto known = a.groups.find(c.order.group.value);
    if (c.order.group.value != 0 && known != a.groups.end()) {
        const order_group_row& g = known->second;
        const bool same_symbol = std::any_of(a.orders.begin(), a.orders.end(), [&](const auto& x) {
            return x.second.group == g.id && x.second.symbol == c.symbol;
        });
        if (g.broken || g.admitted >= g.size || g.size != c.order.group_size || !same_symbol) {
            return reason::invalid_group;
        }
        group_before = g;
        o.group = c.order.group;
    } else if (c.order.group.value != 0 && 2 <= c.order.group_size && c.order.group_size <= 8 &&
               c.order.role != group_role::none) {
        o.group = c.order.group;
        order_group_row& g = a.groups[o.group.value];
        g.account = a.row.id;
        g.id = o.group;
        g.size = c.order.group_size;
    }
    if (o.group.value != 0) {
        order_group_row& g = a.groups.at(o.group.value);
        ++g.admitted;
        g.has_exit = g.has_exit || o.role == group_role::exit;
    }
    a.orders[o.id] = o;

    // What would be, is now: look at it, and take it away again if it must not be.
    const auto fault = [&] {
        for (const int number : {10, 11}) {
            const reason why = limit_fault(a, l, o.side, *worst, lots, lots, number);
            if (why != reason::none) {
                return why;
            }
        }
        if (too_many_open(a)) {
            return reason::too_many_open_orders;
        }
        if (position_fault(a, o.symbol, o.side)) {
            return reason::position_too_large;
        }
        for (const int number : {14, 15}) {
            const reason why = limit_fault(a, l, o.side, *worst, lots, lots, number);
            if (why != reason::none) {
                return why;
            }
        }
        if (o.reduce_only && !reduces(o.side, total, lots_open(a, o.symbol))) {
            return reason::would_increase;
        }
        return funds_fault(a, l, lots_before, cash_before);
    }();
    if (fault != reason::none) {
        a.orders.erase(o.id);
        if (group_before) {
            a.groups.at(o.group.value) = *group_before;
        } else {
            a.groups.erase(o.group.value);
        }
        return fault;
    }

    if (!o.reduce_only) {
        keep_reduce_only(a, o.symbol, o.side, total);
    }
    ++last_order_;
    id = o.id;
    new_order passed = c.order;
    passed.id = o.id;
    passed.price = *worst;
    passed.trade_group = a.row.trade_group;
    if (c.order.group.value != 0) {
        passed.group = {(std::uint64_t{a.row.id.value} << 32U) + c.order.group.value};
    }
    around_.pass(o.symbol, passed);
    return reason::none;
}

/// 4.1 numbers 10, 11, 14 and 15, of the account and of its group.
reason reference_ledger::limit_fault(const reference_account& a, const listing_row& l, side which,
                                     price at, std::int64_t lots, std::int64_t remaining,
                                     int number) const {
    const asset_id symbol = asset_of(l.what.rules.symbol);
    const asset_id currency = asset_of(l.what.currency);
    const reference_risk_group* g = risk_group_of(a);
    const auto value = [&](std::int64_t of) {
        const std::optional<money> v = checked_value(at, {of}, l.what.tick_value);
        const wide_int exact = v ? wide_int{v->minor} : wide_int{1} << 64;
        return exact < 0 ? -exact : exact;
    };
    const auto breaks = [&](const reference_positions& in, std::int64_t bps) {
        const position_row& of_symbol = position(in, symbol);
        const position_row& of_currency = position(in, currency);
        const wide_int traded = of_currency.turnover_day == today() ? of_currency.turnover : 0;
        switch (number) {
            case 10:
                return is_above(lots, of_symbol.max_order);
            case 11:
                return is_above(value(lots), of_currency.max_order);
            case 14:
                return is_above(traded + value(remaining), of_currency.max_total);
            default:
                break;
        }
        if (bps == 0 || !l.has_reference) {
            return false;
        }
        const wide_int reference = l.reference.ticks;
        const wide_int away = basis_points(l.reference, bps);
        return which == side::buy ? at.ticks > reference + away : at.ticks < reference - away;
    };
    if (!breaks(a.positions, a.row.fat_finger_bps) &&
        (g == nullptr || !breaks(g->positions, g->row.fat_finger_bps))) {
        return reason::none;
    }
    switch (number) {
        case 10:
            return reason::order_too_large;
        case 11:
            return reason::order_value_too_large;
        case 14:
            return reason::turnover_too_large;
        default:
            return reason::fat_finger;
    }
}

/// 4.1 number 12, with the order counted.
bool reference_ledger::too_many_open(const reference_account& a) const {
    if (is_above(static_cast<wide_int>(a.orders.size()), a.row.max_open_orders)) {
        return true;
    }
    const reference_risk_group* g = risk_group_of(a);
    if (g == nullptr || g->row.max_open_orders == 0) {
        return false;
    }
    wide_int sum = 0;
    for (const auto& [id, other] : accounts) {
        if (other.row.risk_group == a.row.risk_group) {
            sum += static_cast<wide_int>(other.orders.size());
        }
    }
    return is_above(sum, g->row.max_open_orders);
}

/// 4.1 number 13, with the order counted.
bool reference_ledger::position_fault(const reference_account& a, symbol_id symbol,
                                      side which) const {
    const auto reach = [&](const reference_account& of) {
        const wide_int total = position(of.positions, asset_of(symbol)).total;
        const reference_exposure open = lots_open(of, symbol);
        return which == side::buy ? total + open.buys : open.sells - total;
    };
    const std::int64_t own = position(a.positions, asset_of(symbol)).max_total;
    if (own != 0 && is_above(reach(a), own)) {
        return true;
    }
    const reference_risk_group* g = risk_group_of(a);
    const std::int64_t most = g == nullptr ? 0 : position(g->positions, asset_of(symbol)).max_total;
    if (most == 0) {
        return false;
    }
    wide_int sum = 0;
    for (const auto& [id, other] : accounts) {
        if (other.row.risk_group == a.row.risk_group) {
            sum += reach(other);
        }
    }
    return is_above(sum, most);
}

/// 4.1 numbers 17 and 18, with the order counted.
reason reference_ledger::funds_fault(const reference_account& a, const listing_row& l,
                                     const reference_exposure& lots_before,
                                     wide_int cash_before) const {
    const asset_id symbol = asset_of(l.what.rules.symbol);
    const asset_id currency = asset_of(l.what.currency);
    if (lots_open(a, l.what.rules.symbol).sells > lots_before.sells && available(a, symbol) < 0) {
        return reason::insufficient_holdings;
    }
    if (reserved(a, currency) > cash_before && available(a, currency) < 0) {
        return reason::insufficient_funds;
    }
    return reason::none;
}

// --- Changes and cancels (4.5 to 4.8) -------------------------------------------------------------

/// The open order of the account that is named by id or by client id (3.5).
open_order_row* reference_ledger::meant(reference_account& a, order_id id, client_id named) {
    if (id.value == 0) {
        const remembered_row* row = find_remembered(a.row.id, named);
        id = row == nullptr ? order_id{} : row->order;
    }
    const auto it = a.orders.find(id);
    return it == a.orders.end() ? nullptr : &it->second;
}

void reference_ledger::apply(const submit_replace& c) {
    const std::optional<reason> past = comes_past(c.request, c.account, true);
    if (!past) {
        return;
    }
    reference_account* a = find(c.account);
    open_order_row* o = a == nullptr ? nullptr : meant(*a, c.order, c.named);
    const order_id of = o == nullptr ? order_id{} : o->id;
    const reason why = *past != reason::none ? *past : try_replace(c, a, o);
    if (why == reason::none) {
        remember(c.account, c.request.id, of, reason::none, false, 0);
        return;
    }
    event e = make_event(event_kind::replace_rejected, c.account, why);
    e.order = o == nullptr ? c.order : of;
    e.symbol = o == nullptr ? symbol_id{} : o->symbol;
    const std::uint64_t number = tell(c.account, e, c.request.id);
    if (*past == reason::none) {
        remember(c.account, c.request.id, of, why, true, number);
    }
}

reason reference_ledger::try_replace(const submit_replace& c, reference_account* a,
                                     open_order_row* o) {
    if (a->row.blocked) {
        return reason::account_blocked;
    }
    if (o == nullptr) {
        return reason::unknown_order;
    }
    if (!(c.set_price || c.set_quantity || c.set_stop_price) ||
        (c.set_quantity && !lots_in_range(c.quantity))) {
        return reason::invalid_request;
    }
    if (o->pending.size() >= most_pending) {
        return reason::too_many_pending;
    }
    const listing_row& l = listings.at(o->symbol);
    if (!around_.has_room(l.what.book_shard, false)) {
        return reason::overloaded;
    }

    const reference_exposure lots_before = lots_open(*a, o->symbol);
    const wide_int cash_before = reserved(*a, asset_of(l.what.currency));
    const wide_int total = position(a->positions, asset_of(o->symbol)).total;
    const std::size_t states_before = states_of(*o).size();
    pending_replace pending{c.set_price, c.set_quantity, {}, {}, c.request.id};
    if (c.set_price) {
        pending.price = c.price;
    }
    if (c.set_quantity) {
        pending.quantity = c.quantity;
    }
    o->pending.push_back(pending);
    std::vector<reference_order_state> added = states_of(*o);
    added.erase(added.begin(), added.begin() + static_cast<std::ptrdiff_t>(states_before));

    const auto fault = [&] {
        // First of all that the values fit: nothing can be added up otherwise.
        if (!worst_cash(*o)) {
            return reason::amount_too_large;
        }
        for (const reference_order_state& s : added) {
            if (!fits(l.what, *o, s.price, s.remaining)) {
                return reason::amount_too_large;
            }
        }
        const reference_exposure lots_after = lots_open(*a, o->symbol);
        const bool grow = open_of(lots_after, o->side) > open_of(lots_before, o->side);
        if (o->side == side::buy && total + lots_after.buys > most_total) {
            return reason::amount_too_large;
        }
        const auto limits = [&](int number) {
            for (const reference_order_state& s : added) {
                const reason why = limit_fault(*a, l, o->side, s.price,
                                               s.remaining + o->filled.lots, s.remaining, number);
                if (why != reason::none) {
                    return why;
                }
            }
            return reason::none;
        };
        for (const int number : {10, 11}) {
            if (const reason why = limits(number); why != reason::none) {
                return why;
            }
        }
        if (grow && position_fault(*a, o->symbol, o->side)) {
            return reason::position_too_large;
        }
        for (const int number : {14, 15}) {
            if (const reason why = limits(number); why != reason::none) {
                return why;
            }
        }
        if (o->reduce_only && grow && !reduces(o->side, total, lots_after)) {
            return reason::would_increase;
        }
        return funds_fault(*a, l, lots_before, cash_before);
    }();
    if (fault != reason::none) {
        o->pending.pop_back();
        return fault;
    }
    if (!o->reduce_only) {
        keep_reduce_only(*a, o->symbol, o->side, total);
    }
    around_.pass(o->symbol, replace_order{o->id, a->row.id, c.set_price, c.set_quantity,
                                          c.set_stop_price, c.price, c.quantity, c.stop_price});
    return reason::none;
}

/// 4.6
void reference_ledger::apply(const submit_cancel& c) {
    const std::optional<reason> past = comes_past(c.request, c.account, true);
    if (!past) {
        return;
    }
    reference_account* a = find(c.account);
    open_order_row* o = a == nullptr ? nullptr : meant(*a, c.order, c.named);
    const order_id of = o == nullptr ? order_id{} : o->id;
    reason why = *past;
    if (why != reason::none) {
    } else if (o == nullptr) {
        why = reason::unknown_order;
    } else if (o->cause != reason::none) {
        why = reason::too_many_pending;
    } else if (!around_.has_room(listings.at(o->symbol).what.book_shard, false)) {
        why = reason::overloaded;
    } else {
        o->cause = reason::requested;
        remember(c.account, c.request.id, of, reason::none, true, 0);
        around_.pass(o->symbol, cancel_order{o->id, c.account});
        return;
    }
    event e = make_event(event_kind::cancel_rejected, c.account, why);
    e.order = o == nullptr ? c.order : of;
    e.symbol = o == nullptr ? symbol_id{} : o->symbol;
    const std::uint64_t number = tell(c.account, e, c.request.id);
    if (*past == reason::none) {
        remember(c.account, c.request.id, of, why, true, number);
    }
}

/// 4.7
void reference_ledger::apply(const submit_mass_cancel& c) {
    operate_account(c.request, c.account, [&] {
        if (static_cast<std::uint8_t>(c.sides) > 2) {
            return outcome{reason::invalid_request};
        }
        for (auto& [id, o] : accounts.at(c.account).orders) {
            const bool on_side = c.sides == side_filter::both ||
                                 (c.sides == side_filter::buy) == (o.side == side::buy);
            if (on_side && (c.symbol.value == 0 || c.symbol == o.symbol)) {
                cancel(o, reason::mass_cancelled);
            }
        }
        return outcome{};
    });
}

/// 4.8
void reference_ledger::cancel(open_order_row& o, reason cause) {
    if (o.cause == reason::none) {
        o.cause = cause;
        around_.pass(o.symbol, cancel_order{o.id, {}});
    }
}

// --- Reduce-only and groups (sections 5 and 6) ----------------------------------------------------

/// 5.1
bool reference_ledger::reduces(side which, wide_int total, const reference_exposure& e) {
    return which == side::sell ? total - e.sells >= 0 : -total - e.buys >= 0;
}

/// 5.2: with what is now open, and the position as it will be.
void reference_ledger::keep_reduce_only(reference_account& a, symbol_id symbol, side which,
                                        wide_int total) {
    const auto concerns = [&](const open_order_row& o) {
        return o.reduce_only && o.symbol == symbol && o.side == which;
    };
    const bool any = std::any_of(a.orders.begin(), a.orders.end(),
                                 [&](const auto& x) { return concerns(x.second); });
    if (!any || reduces(which, total, lots_open(a, symbol))) {
        return;
    }
    for (auto& [id, o] : a.orders) {
        if (concerns(o)) {
            cancel(o, reason::reduce_only);
            o.reduce_only = false;
        }
    }
}

/// 6.4
void reference_ledger::break_group(account_id account, order_group_id group) {
    reference_account& a = accounts.at(account);
    const auto it = a.groups.find(group.value);
    if (group.value == 0 || it == a.groups.end() || it->second.admitted >= it->second.size) {
        return;
    }
    it->second.broken = true;
    for (auto& [id, o] : a.orders) {
        if (o.group == group) {
            cancel(o, reason::group);
        }
    }
}

/// 6.3, after the standing has been taken over.
void reference_ledger::group_traded(reference_account& a, open_order_row& o, const event& e) {
    if (o.group.value == 0) {
        return;
    }
    order_group_row& g = a.groups.at(o.group.value);
    if (o.role != group_role::entry) {
        if (g.decided.value == 0 && (o.role == group_role::one_cancels_other || g.entry_done)) {
            g.decided = o.id;
        }
        return;
    }
    g.entry_filled = e.filled;
    if (e.remaining.lots == 0) {
        for (auto& [id, other] : a.orders) {
            if (other.group == g.id && other.role == group_role::exit) {
                other.remaining.lots = std::min(other.remaining.lots, e.filled.lots);
            }
        }
        g.entry_done = true;
        g.entry_filled = {};
    }
}

/// 4.9 (4)
void reference_ledger::forget(reference_account& a, order_id id) {
    const open_order_row o = a.orders.at(id);
    a.orders.erase(id);
    for (const pending_replace& r : o.pending) {
        remembered_row* row = find_remembered(a.row.id, r.client);
        if (row != nullptr && row->order == id && !row->answered) {
            row->answered = true;
            row->reason = reason::unknown_order;
        }
    }
    if (o.group.value == 0) {
        return;
    }
    order_group_row& g = a.groups.at(o.group.value);
    g.broken = g.broken || g.admitted < g.size;
    const bool any = std::any_of(a.orders.begin(), a.orders.end(),
                                 [&](const auto& x) { return x.second.group == o.group; });
    if (!any) {
        a.groups.erase(o.group.value);
    }
}

// --- Answers (4.9) --------------------------------------------------------------------------------

void reference_ledger::take_event(const event& e, shard_id book) {
    const bool refusal =
        e.kind == event_kind::replace_rejected || e.kind == event_kind::cancel_rejected;
    reference_account* a = find(e.account);
    if (a == nullptr || !a->orders.contains(e.order)) {
        BOURSE_ASSERT(refusal);
        if (a != nullptr) {
            tell(e.account, e, {});
        }
        return;
    }
    open_order_row& o = a->orders.at(e.order);
    std::int64_t cash = 0;
    std::int64_t fee = 0;
    if (e.kind == event_kind::fill) {
        settle_fill(*a, o, e, book, cash, fee);
    }
    if (!refusal) {
        o.remaining = e.remaining;
        o.filled = e.filled;
        o.version = e.version;
    }
    if (e.kind == event_kind::replaced) {
        o.price = e.price;
    }
    if (e.kind == event_kind::fill) {
        group_traded(*a, o, e);
    }
    tell_event(*a, o, e, cash, fee);
    const order_group_id group = o.group;
    if (e.is_final()) {
        forget(*a, e.order);
    }
    if (e.kind == event_kind::rejected && group.value != 0 && a->groups.contains(group.value)) {
        a->groups.at(group.value).broken = true;  // 6.5
        for (auto& [id, other] : a->orders) {
            if (other.group == group) {
                cancel(other, reason::group);
            }
        }
    }
}

/// The report of a book's event, and what is remembered of it (3.4, 3.5, 4.8, 7.1).
std::uint64_t reference_ledger::tell_event(reference_account& a, open_order_row& o, const event& e,
                                           std::int64_t cash, std::int64_t fee) {
    event what = e;
    if (e.kind == event_kind::cancelled && e.reason == reason::requested &&
        o.cause != reason::none) {
        what.reason = o.cause;
    }
    client_id client = o.client;
    const bool first_answer = e.kind == event_kind::accepted || e.kind == event_kind::rejected;
    const bool of_replace =
        e.kind == event_kind::replaced || e.kind == event_kind::replace_rejected;
    client_id answered = first_answer ? o.client : client_id{};
    if (of_replace) {
        BOURSE_ASSERT(!o.pending.empty());
        answered = o.pending.front().client;
        o.pending.erase(o.pending.begin());
        client = answered.is_none() ? client : answered;
        if (e.kind == event_kind::replaced && answered.is_remembered()) {
            o.client = answered;
        }
    }
    const std::uint64_t number = tell(a.row.id, what, client, cash, fee);
    remembered_row* row = find_remembered(a.row.id, answered);
    if (row != nullptr && row->order == o.id && !row->answered) {
        row->answered = true;
        row->reason = e.reason;
        row->first_report = number;
    }
    return number;
}

}  // namespace bourse
