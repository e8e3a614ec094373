#include <algorithm>

#include "messages/assert.hpp"
#include "tests/support/shard/reference_ledger.hpp"

namespace bourse {
namespace {

constexpr wide_int parts_of_one = 1'000'000;

}  // namespace

/// Division that rounds up, for a divisor above zero.
wide_int reference_ceil(wide_int a, wide_int b) {
    return a / b + (a % b > 0 ? 1 : 0);
}

/// 4.4
std::vector<reference_order_state> reference_ledger::states_of(const open_order_row& o) {
    std::vector<reference_order_state> states{{o.price, o.remaining.lots, false}};
    for (const pending_replace& r : o.pending) {
        const std::vector<reference_order_state> before = states;
        for (reference_order_state s : before) {
            if (r.set_price) {
                s.price = r.price;
            }
            if (r.set_quantity) {
                s.remaining = std::max<std::int64_t>(0, r.quantity.lots - o.filled.lots);
                s.sets_quantity = true;
            }
            states.push_back(s);
        }
    }
    return states;
}

/// 1.6: c × 10^6 + m.
wide_int reference_ledger::exact_cost(const open_order_row& o, price at, std::int64_t lots) const {
    const listing& l = listings.at(o.symbol).what;
    const fee_tier& t = l.fees[o.tier];
    const wide_int rate = std::max({t.maker.rate_ppm, t.taker.rate_ppm, t.auction.rate_ppm});
    const wide_int per_lot = std::max({t.maker.per_lot, t.taker.per_lot, t.auction.per_lot});
    const std::optional<money> exact = checked_value(at, {lots}, l.tick_value);
    BOURSE_ASSERT(exact.has_value());
    const wide_int value = exact->minor;
    const wide_int m = magnitude(value) * rate + wide_int{lots} * per_lot;
    const wide_int c = o.side == side::buy ? value : -value;
    return c * parts_of_one + m;
}

/// 1.6
wide_int reference_ledger::worst_cost(const open_order_row& o, price at, std::int64_t lots) const {
    if (lots == 0) {
        return 0;
    }
    return std::max<wide_int>(
        0, reference_ceil(exact_cost(o, at, lots) - wide_int{o.residue}, parts_of_one));
}

/// 4.1 number 8
bool reference_ledger::fits(const listing& l, const open_order_row& o, price at,
                            std::int64_t lots) const {
    const std::optional<money> value = checked_value(at, {lots}, l.tick_value);
    return value && magnitude(value->minor) <= wide_int{1} << 62 &&
           narrow(worst_cost(o, at, lots)).has_value();
}

/// 4.4, the cash; nothing if 4.1 number 8 forbids it.
std::optional<wide_int> reference_ledger::worst_cash(const open_order_row& o) const {
    const listing& l = listings.at(o.symbol).what;
    const std::vector<reference_order_state> states = states_of(o);
    if (o.pending.size() > 1) {
        reference_order_state worst = states.front();
        for (const reference_order_state& s : states) {
            worst.price = o.side == side::buy ? std::max(worst.price, s.price)
                                              : std::min(worst.price, s.price);
            worst.remaining = std::max(worst.remaining, s.remaining);
        }
        return fits(l, o, worst.price, worst.remaining)
                   ? std::optional{worst_cost(o, worst.price, worst.remaining)}
                   : std::nullopt;
    }
    wide_int most = 0;
    for (const reference_order_state& s : states) {
        if (!fits(l, o, s.price, s.remaining)) {
            return std::nullopt;
        }
        most = std::max(most, worst_cost(o, s.price, s.remaining));
    }
    if (states.size() == 2 && states[1].remaining > states[0].remaining) {
        // All of the old trades first, and what is more at the new price.
        const std::int64_t more = states[1].remaining - states[0].remaining;
        if (!fits(l, o, states[1].price, more)) {
            return std::nullopt;
        }
        const wide_int both = std::max<wide_int>(
            0, reference_ceil(exact_cost(o, states[0].price, states[0].remaining) +
                                  exact_cost(o, states[1].price, more) - wide_int{o.residue},
                              parts_of_one));
        if (!narrow(both)) {
            return std::nullopt;
        }
        most = std::max(most, both);
    }
    return most;
}

/// 4.4, 6.2
reference_exposure reference_ledger::contribution(const open_order_row& o,
                                                  const order_group_row* group) const {
    const bool capped =
        group != nullptr && o.role == group_role::exit && group->has_exit && !group->entry_done;
    reference_exposure sum;
    wide_int& lots = o.side == side::buy ? sum.buys : sum.sells;
    for (const reference_order_state& s : states_of(o)) {
        const std::int64_t counted = capped && !s.sets_quantity
                                         ? std::min(s.remaining, group->entry_filled.lots)
                                         : s.remaining;
        lots = std::max<wide_int>(lots, counted);
    }
    sum.cash = worst_cash(o).value_or(0);
    return sum;
}

/// 1.8, 6.2: of the orders in `symbol` (none: any) whose instrument has `currency` (none: any).
reference_exposure reference_ledger::exposure(const reference_account& a, symbol_id symbol,
                                              currency_id currency) const {
    reference_exposure sum;
    std::map<std::uint64_t, reference_exposure> others;  // of each group
    for (const auto& [id, o] : a.orders) {
        if ((symbol.value != 0 && o.symbol != symbol) ||
            (currency.value != 0 && listings.at(o.symbol).what.currency != currency)) {
            continue;
        }
        const bool grouped = o.group.value != 0;
        const order_group_row* group = grouped ? &a.groups.at(o.group.value) : nullptr;
        const reference_exposure own = contribution(o, group);
        if (!grouped || o.role == group_role::entry) {
            sum = {sum.buys + own.buys, sum.sells + own.sells, sum.cash + own.cash};
        } else if (group->decided.value == 0 || group->decided == id) {
            reference_exposure& g = others[o.group.value];
            g = {std::max(g.buys, own.buys), std::max(g.sells, own.sells),
                 std::max(g.cash, own.cash)};
        }
    }
    for (const auto& [id, g] : others) {
        sum = {sum.buys + g.buys, sum.sells + g.sells, sum.cash + g.cash};
    }
    return sum;
}

reference_exposure reference_ledger::lots_open(const reference_account& a, symbol_id symbol) const {
    return exposure(a, symbol, {});
}

wide_int reference_ledger::reserved(const reference_account& a, asset_id asset) const {
    if (asset.is_currency()) {
        return exposure(a, {}, {asset.value & ~asset_id::currency_bit}).cash;
    }
    return lots_open(a, {asset.value}).sells;
}

/// 1.7
wide_int reference_ledger::available(const reference_account& a, asset_id asset) const {
    const position_row& p = position(a.positions, asset);
    return p.total + p.credit - reserved(a, asset);
}

const position_row& reference_ledger::position(const reference_positions& in, asset_id asset) {
    static const position_row none{};
    const auto it = in.find(asset);
    return it == in.end() ? none : it->second;
}

position_row& reference_ledger::position(reference_positions& in, account_id holder, bool of_group,
                                         asset_id asset) {
    position_row& p = in[asset];
    p.holder = holder;
    p.of_group = of_group;
    p.asset = asset;
    return p;
}

const reference_risk_group* reference_ledger::risk_group_of(const reference_account& a) const {
    const auto it = risk_groups_.find(a.row.risk_group);
    return a.row.risk_group.value == 0 || it == risk_groups_.end() ? nullptr : &it->second;
}

/// 4.12: days since 1970, of UTC.
std::int64_t reference_ledger::today() const {
    constexpr std::int64_t day = 86'400'000'000'000;
    return now_.ns / day - (now_.ns % day < 0 ? 1 : 0);
}

std::size_t reference_ledger::open_orders() const {
    std::size_t sum = 0;
    for (const auto& [id, a] : accounts) {
        sum += a.orders.size();
    }
    return sum;
}

const open_order_row* reference_ledger::find_order(order_id id) const {
    for (const auto& [key, a] : accounts) {
        if (const auto it = a.orders.find(id); it != a.orders.end()) {
            return &it->second;
        }
    }
    return nullptr;
}

wide_int reference_ledger::total_of_book(account_id holder, asset_id asset) const {
    const auto it = books_.find(holder);
    return it == books_.end() ? 0 : position(it->second, asset).total;
}

/// 1.4
wide_int reference_ledger::value_of(const event& fill) const {
    const listing& l = listings.at(fill.symbol).what;
    const std::optional<money> value = checked_value(fill.price, fill.lots, l.tick_value);
    BOURSE_ASSERT(value.has_value());
    return value->minor;
}

}  // namespace bourse
