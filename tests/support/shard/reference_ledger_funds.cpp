#include <algorithm>
#include <limits>

#include "messages/assert.hpp"
#include "tests/support/shard/reference_ledger.hpp"

namespace bourse {
namespace {

constexpr std::int64_t most_split = 1'000'000;

struct division {
    wide_int quotient = 0;
    wide_int rest = 0;
};

/// a × b / c, where a × b may leave 128 bits; 0 ≤ a, b ≤ c: from that of half of b.
[[nodiscard]] division divide_product(wide_int a, wide_int b, wide_int c) {
    if (b == 0) {
        return {};
    }
    const division half = divide_product(a, b / 2, c);
    const wide_int whole = 2 * half.rest + b % 2 * a;
    return {2 * half.quotient + whole / c, whole % c};
}

/// a × b / c, truncated, where a × b may leave 128 bits; 0 ≤ b ≤ c.
[[nodiscard]] wide_int part_of(wide_int a, wide_int b, wide_int c) {
    const wide_int rest = divide_product(magnitude(a % c), b, c).quotient;
    return a / c * b + (a < 0 ? -rest : rest);
}

/// 1.1: as the amount of a line and of its opposite.
[[nodiscard]] bool is_amount(wide_int a) {
    return magnitude(a) <= std::numeric_limits<std::int64_t>::max();
}

[[nodiscard]] std::int64_t must_narrow(wide_int a) {
    const auto narrowed = narrow(a);
    BOURSE_ASSERT(narrowed.has_value());
    return *narrowed;
}

}  // namespace

/// 1.3
void reference_ledger::post(account_id holder, asset_id asset, wide_int amount, line_kind kind,
                            symbol_id symbol, order_id order, std::uint64_t number) {
    if (amount == 0) {
        return;
    }
    reference_account* a = find(holder);
    reference_positions& in = a == nullptr ? books_[holder] : a->positions;
    position(in, holder, false, asset).total += amount;
    ledger_line line;
    line.holder = holder;
    line.asset = asset;
    line.amount = must_narrow(amount);
    line.order = order;
    line.number = number;
    line.symbol = symbol;
    line.kind = kind;
    out_->lines.push_back(line);
}

// --- Cost (section 8) -----------------------------------------------------------------------------

/// 8.2: lots come that were not bought; before they are counted.
void reference_ledger::cost_comes(reference_account& a, asset_id asset, std::int64_t amount,
                                  std::int64_t cost) {
    if (asset.is_currency()) {
        return;
    }
    position_row& p = position(a.positions, a.row.id, false, asset);
    const wide_int covered = p.total < 0 ? std::min<wide_int>(amount, -p.total) : 0;
    if (covered > 0) {
        p.cost -= part_of(p.cost, covered, -p.total);
    }
    p.cost += wide_int{cost} * (amount - covered) / amount;
}

/// 8.2: lots go that are not sold; before they are counted. Returns the cost that goes with them.
std::int64_t reference_ledger::cost_goes(reference_account& a, asset_id asset,
                                         std::int64_t amount) {
    position_row& p = position(a.positions, a.row.id, false, asset);
    if (asset.is_currency() || p.total <= 0) {
        return 0;
    }
    const wide_int lots = std::min<wide_int>(amount, p.total);
    const wide_int out = part_of(p.cost, lots, p.total);
    p.cost -= out;
    return saturate(out);
}

/// 8.1; before the lots are counted. `whole` is x.
void reference_ledger::cost_of_fill(position_row& p, side which, wide_int whole,
                                    std::int64_t lots) {
    const bool grows = which == side::buy ? p.total >= 0 : p.total <= 0;
    if (grows) {
        p.cost += whole;
        return;
    }
    const wide_int held = magnitude(p.total);
    const wide_int closed = std::min<wide_int>(lots, held);
    const wide_int out = part_of(p.cost, closed, held);
    const wide_int part = whole * closed / lots;
    p.realised += which == side::sell ? part - out : out - part;
    p.cost -= out;
    if (closed < lots) {
        p.cost = whole - part;
    }
}

void reference_ledger::count_turnover(position_row& p, wide_int value) const {
    if (p.turnover_day != today()) {
        p.turnover = 0;
    }
    p.turnover_day = today();
    p.turnover += magnitude(value);
}

/// 4.10, up to the report.
void reference_ledger::settle_fill(reference_account& a, open_order_row& o, const event& e,
                                   shard_id book, std::int64_t& cash, std::int64_t& fee) {
    const listing& l = listings.at(o.symbol).what;
    const wide_int v = value_of(e);
    const wide_int sign = o.side == side::buy ? 1 : -1;

    const fee_tier& tier = l.fees[o.tier];
    const fee_rate& rate = (e.flags & event::in_auction) != 0  ? tier.auction
                           : (e.flags & event::aggressor) != 0 ? tier.taker
                                                               : tier.maker;
    constexpr wide_int million = 1'000'000;
    const wide_int exact = magnitude(v) * rate.rate_ppm + wide_int{e.lots.lots} * rate.per_lot;
    const wide_int f = reference_ceil(exact - wide_int{o.residue}, million);
    o.residue = static_cast<std::uint32_t>(f * million - (exact - wide_int{o.residue}));
    cash = must_narrow(-sign * v);
    fee = must_narrow(f);

    const asset_id money_of = asset_of(l.currency);
    const asset_id lots_of = asset_of(o.symbol);
    position_row& money_row = position(a.positions, a.row.id, false, money_of);
    position_row& lots_row = position(a.positions, a.row.id, false, lots_of);
    cost_of_fill(lots_row, o.side, v + sign * f, e.lots.lots);
    count_turnover(money_row, v);
    if (a.row.risk_group.value != 0) {
        reference_risk_group& group = risk_groups_[a.row.risk_group];
        count_turnover(position(group.positions, {a.row.risk_group.value}, true, money_of), v);
    }
    const auto trade = [&](account_id holder, asset_id asset, wide_int amount, line_kind kind) {
        post(holder, asset, amount, kind, o.symbol, o.id, e.number);
    };
    const account_id clearing = clearing_holder(book);
    trade(a.row.id, money_of, -sign * v, line_kind::trade);
    trade(clearing, money_of, sign * v, line_kind::trade);
    trade(a.row.id, lots_of, sign * e.lots.lots, line_kind::trade);
    trade(clearing, lots_of, -sign * e.lots.lots, line_kind::trade);
    trade(a.row.id, money_of, -f, line_kind::fee);
    trade(fee_holder, money_of, f, line_kind::fee);
}

/// 4.11
void reference_ledger::book_side(const event& e, shard_id peer) {
    const listing& l = listings.at(e.symbol).what;
    const wide_int v = value_of(e);
    const wide_int sign = e.side == side::buy ? 1 : -1;
    const auto clear = [&](shard_id shard, asset_id asset, wide_int amount) {
        post(clearing_holder(shard), asset, amount, line_kind::clearing, e.symbol, e.order,
             e.number);
    };
    clear(peer, asset_of(l.currency), -sign * v);
    clear(settings_.id, asset_of(l.currency), sign * v);
    clear(peer, asset_of(e.symbol), sign * e.lots.lots);
    clear(settings_.id, asset_of(e.symbol), -sign * e.lots.lots);
}

// --- Funds (section 9) ----------------------------------------------------------------------------

/// 9.1
reason reference_ledger::asset_fault(asset_id asset, std::int64_t amount) const {
    if (amount <= 0 || (asset.value & ~asset_id::currency_bit) == 0) {
        return reason::invalid_request;
    }
    const bool there = asset.is_currency() || listings.contains({asset.value});
    return there ? reason::none : reason::unknown_symbol;
}

reason reference_ledger::not_available(const reference_account& a, asset_id asset,
                                       wide_int amount) const {
    if (available(a, asset) >= amount) {
        return reason::none;
    }
    return asset.is_currency() ? reason::insufficient_funds : reason::insufficient_holdings;
}

/// 5.2, for lots that come or go without a trade.
void reference_ledger::before_lots_move(reference_account& a, asset_id asset, wide_int amount) {
    if (!asset.is_currency()) {
        const wide_int total = position(a.positions, asset).total + amount;
        keep_reduce_only(a, {asset.value}, side::buy, total);
        keep_reduce_only(a, {asset.value}, side::sell, total);
    }
}

/// 9.2
void reference_ledger::apply(const deposit& c) {
    operate_account(c.request, c.account, [&] {
        reference_account& a = accounts.at(c.account);
        const reason fault = asset_fault(c.asset, c.amount);
        if (fault != reason::none || c.cost < 0) {
            return outcome{fault != reason::none ? fault : reason::invalid_request};
        }
        if (position(a.positions, c.asset).total + c.amount > most_total) {
            return outcome{reason::amount_too_large};
        }
        before_lots_move(a, c.asset, c.amount);
        cost_comes(a, c.asset, c.amount, c.cost);
        post(c.account, c.asset, c.amount, line_kind::deposit);
        post(external_holder, c.asset, -wide_int{c.amount}, line_kind::deposit);
        return outcome{reason::none, tell_adjusted(c.account, c.asset, c.amount, c.request.id)};
    });
}

/// 9.3
void reference_ledger::apply(const withdraw& c) {
    operate_account(c.request, c.account, [&] {
        reference_account& a = accounts.at(c.account);
        reason fault = asset_fault(c.asset, c.amount);
        if (fault == reason::none) {
            fault = not_available(a, c.asset, c.amount);
        }
        if (fault != reason::none) {
            return outcome{fault};
        }
        before_lots_move(a, c.asset, -wide_int{c.amount});
        static_cast<void>(cost_goes(a, c.asset, c.amount));
        post(c.account, c.asset, -wide_int{c.amount}, line_kind::withdrawal);
        post(external_holder, c.asset, c.amount, line_kind::withdrawal);
        return outcome{reason::none, tell_adjusted(c.account, c.asset, -c.amount, c.request.id)};
    });
}

/// 9.4
void reference_ledger::apply(const transfer& c) {
    operate_account(c.request, c.account, [&] { return try_transfer(c); });
}

reference_ledger::outcome reference_ledger::try_transfer(const transfer& c) {
    reference_account& a = accounts.at(c.account);
    reason fault = asset_fault(c.asset, c.amount);
    if (fault == reason::none) {
        fault = not_available(a, c.asset, c.amount);
    }
    if (fault != reason::none) {
        return {fault};
    }
    const wide_int amount = c.amount;
    if (c.to_shard.value == 0 || c.to_shard == settings_.id) {
        reference_account* to = find(c.to);
        if (to == nullptr || c.to == c.account) {
            return {reason::invalid_request};
        }
        if (position(to->positions, c.asset).total + amount > most_total) {
            return {reason::amount_too_large};
        }
        before_lots_move(a, c.asset, -amount);
        before_lots_move(*to, c.asset, amount);
        cost_comes(*to, c.asset, c.amount, cost_goes(a, c.asset, c.amount));
        post(c.account, c.asset, -amount, line_kind::transfer);
        post(c.to, c.asset, amount, line_kind::transfer);
        const std::uint64_t first = tell_adjusted(c.account, c.asset, -c.amount, c.request.id);
        tell_adjusted(c.to, c.asset, c.amount, {});
        return {reason::none, first};
    }
    if (c.to_shard.value > max_shard) {
        return {reason::invalid_request};
    }
    if (!around_.has_room(c.to_shard, true)) {
        return {reason::overloaded};
    }
    before_lots_move(a, c.asset, -amount);
    const std::int64_t cost = cost_goes(a, c.asset, c.amount);
    post(c.account, c.asset, -amount, line_kind::transfer);
    post(clearing_holder(c.to_shard), c.asset, amount, line_kind::transfer);
    around_.send(c.to_shard, transfer_message{c.account, c.to, c.asset, c.amount, cost});
    return {reason::none, tell_adjusted(c.account, c.asset, -c.amount, c.request.id)};
}

reason reference_ledger::take_transfer(const transfer_message& m, shard_id from) {
    reference_account* to = find(m.to);
    if (to == nullptr) {
        return reason::unknown_account;
    }
    if (!m.asset.is_currency() && !listings.contains({m.asset.value})) {
        return reason::unknown_symbol;
    }
    if (position(to->positions, m.asset).total + m.amount > most_total) {
        return reason::amount_too_large;
    }
    before_lots_move(*to, m.asset, m.amount);
    cost_comes(*to, m.asset, m.amount, m.cost);
    post(clearing_holder(from), m.asset, -wide_int{m.amount}, line_kind::transfer);
    post(m.to, m.asset, m.amount, line_kind::transfer);
    tell_adjusted(m.to, m.asset, m.amount, {});
    return reason::none;
}

void reference_ledger::take_returned(const transfer_returned& m, shard_id from) {
    const transfer_message& t = m.what;
    reference_account& a = accounts.at(t.from);
    before_lots_move(a, t.asset, t.amount);
    cost_comes(a, t.asset, t.amount, t.cost);
    post(clearing_holder(from), t.asset, -wide_int{t.amount}, line_kind::transfer);
    post(t.from, t.asset, t.amount, line_kind::transfer);
    tell_adjusted(t.from, t.asset, t.amount, {}, {}, m.why);
}

/// 9.5
void reference_ledger::apply(const split& c) {
    operate_market(c.request, [&] { return try_split(c); });
}

reason reference_ledger::try_split(const split& c) {
    const auto known = listings.find(c.symbol);
    const auto in_range = [](std::int64_t n) { return 1 <= n && n <= most_split; };
    if (known == listings.end()) {
        return reason::unknown_symbol;
    }
    if (!in_range(c.numerator) || !in_range(c.denominator) || c.cash_per_lot < 0) {
        return reason::invalid_request;
    }
    const asset_id lots_of = asset_of(c.symbol);
    const asset_id money_of = asset_of(known->second.what.currency);
    const auto lots = [&](wide_int l) { return l * c.numerator / c.denominator; };
    const auto cash = [&](wide_int l) {
        return l * c.numerator % c.denominator * c.cash_per_lot / c.denominator;
    };
    if (!around_.is_at_rest(c.symbol)) {
        return reason::open_orders_exist;
    }
    for (const auto& [id, a] : accounts) {
        for (const auto& [key, o] : a.orders) {
            if (o.symbol == c.symbol) {
                return reason::open_orders_exist;
            }
        }
    }
    for (const auto& [id, a] : accounts) {
        const wide_int held = position(a.positions, lots_of).total;
        const wide_int balance = position(a.positions, money_of).total + cash(held);
        if (magnitude(lots(held)) > most_total || !is_amount(lots(held) - held) ||
            (cash(held) != 0 && magnitude(balance) > most_total)) {
            return reason::amount_too_large;
        }
    }
    for (auto& [id, a] : accounts) {
        const wide_int held = position(a.positions, lots_of).total;
        if (held == 0) {
            continue;
        }
        const wide_int more = lots(held) - held;
        const wide_int paid = cash(held);
        position_row& row = position(a.positions, id, false, lots_of);
        row.cost -= magnitude(paid);
        if (lots(held) == 0) {
            row.realised += held > 0 ? -row.cost : row.cost;
            row.cost = 0;
        }
        post(id, lots_of, more, line_kind::split, c.symbol);
        post(external_holder, lots_of, -more, line_kind::split, c.symbol);
        post(id, money_of, paid, line_kind::split, c.symbol);
        post(external_holder, money_of, -paid, line_kind::split, c.symbol);
        if (more != 0) {
            tell_adjusted(id, lots_of, must_narrow(more), {}, c.symbol);
        }
        if (paid != 0) {
            tell_adjusted(id, money_of, must_narrow(paid), {}, c.symbol);
        }
    }
    return reason::none;
}

/// 9.6
void reference_ledger::apply(const dividend& c) {
    operate_market(c.request, [&] { return try_dividend(c); });
}

reason reference_ledger::try_dividend(const dividend& c) {
    const auto known = listings.find(c.symbol);
    if (known == listings.end()) {
        return reason::unknown_symbol;
    }
    if (c.per_lot <= 0) {
        return reason::invalid_request;
    }
    const asset_id lots_of = asset_of(c.symbol);
    const asset_id money_of = asset_of(known->second.what.currency);
    for (const auto& [id, a] : accounts) {
        const wide_int held = position(a.positions, lots_of).total;
        // Of lots that are no amount themselves the product may leave 128 bits.
        if (!is_amount(held) || !is_amount(held * c.per_lot)) {
            return reason::amount_too_large;
        }
    }
    for (auto& [id, a] : accounts) {
        const wide_int paid = position(a.positions, lots_of).total * c.per_lot;
        if (paid != 0) {
            post(id, money_of, paid, line_kind::dividend, c.symbol);
            post(external_holder, money_of, -paid, line_kind::dividend, c.symbol);
            tell_adjusted(id, money_of, must_narrow(paid), {}, c.symbol);
        }
    }
    return reason::none;
}

}  // namespace bourse
