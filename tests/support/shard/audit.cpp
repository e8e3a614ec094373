#include "tests/support/shard/audit.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <variant>

namespace bourse {

namespace {

constexpr wide_int ppm_of_all = 1'000'000;
constexpr std::uint64_t order_number_mask = (std::uint64_t{1} << order_counter_bits) - 1;

std::string spell(auto value) {
    return std::to_string(value);
}

bool is_account(account_id holder) {
    return holder.value >= 1 && holder.value <= max_account;
}

wide_int absolute(wide_int value) {
    return value < 0 ? -value : value;
}

wide_int ceil_by_million(wide_int value) {
    const wide_int whole = value / ppm_of_all;
    return whole + (value % ppm_of_all > 0 ? 1 : 0);
}

const fee_rate& rate_of(const listing& what, std::uint8_t tier, std::uint8_t flags) {
    const fee_tier& rates = what.fees[tier];
    if ((flags & event::in_auction) != 0) {
        return rates.auction;
    }
    return (flags & event::aggressor) != 0 ? rates.taker : rates.maker;
}

/// What trades of an order cost at most, before rounding: what is paid, and the greatest fees of its
/// tier (ledger RULES 1.6), in millionths.
wide_int exact_cost(const listing& what, const open_order_row& order, price at, quantity lots) {
    const fee_tier& f = what.fees[order.tier];
    const wide_int rate = std::max({f.maker.rate_ppm, f.taker.rate_ppm, f.auction.rate_ppm});
    const wide_int per_lot = std::max({f.maker.per_lot, f.taker.per_lot, f.auction.per_lot});
    const wide_int value = value_of(what, at, lots);
    return (order.side == side::buy ? value : -value) * ppm_of_all + absolute(value) * rate +
           per_lot * lots.lots;
}

wide_int rounded_cost(const open_order_row& order, wide_int exact) {
    return std::max<wide_int>(0, ceil_by_million(exact - wide_int{order.residue}));
}

/// W of `lots` of an order.
wide_int worst_cost(const listing& what, const open_order_row& order, price at, quantity lots) {
    return lots.lots == 0 ? wide_int{0} : rounded_cost(order, exact_cost(what, order, at, lots));
}

struct order_state {
    bourse::price price{};
    std::int64_t remaining = 0;
    bool set_quantity = false;
};

/// Every state that an order could come to be in, by any of its pending replaces being done.
std::vector<order_state> states_of(const open_order_row& order) {
    std::vector<order_state> states{{order.price, order.remaining.lots, false}};
    for (const pending_replace& p : order.pending) {
        const std::size_t before = states.size();
        for (std::size_t i = 0; i < before; ++i) {
            order_state one = states[i];
            one.price = p.set_price ? p.price : one.price;
            if (p.set_quantity) {
                one.remaining = std::max<std::int64_t>(0, p.quantity.lots - order.filled.lots);
                one.set_quantity = true;
            }
            states.push_back(one);
        }
    }
    return states;
}

struct contribution {
    std::int64_t lots = 0;
    wide_int cash = 0;
};

/// Ledger RULES 4.4: an order may trade at its old price before a replace of it is done.
wide_int cash_of(const listing& what, const open_order_row& order,
                 const std::vector<order_state>& states) {
    const auto cost = [&](price at, std::int64_t lots) {
        return worst_cost(what, order, at, quantity{lots});
    };
    const order_state& first = states.front();
    const order_state& last = states.back();
    if (order.pending.empty()) {
        return cost(first.price, first.remaining);
    }
    if (order.pending.size() == 1) {
        wide_int all =
            std::max(cost(first.price, first.remaining), cost(last.price, last.remaining));
        if (last.remaining > first.remaining) {
            const quantity more{last.remaining - first.remaining};
            all = std::max(all, rounded_cost(order, exact_cost(what, order, first.price,
                                                               quantity{first.remaining}) +
                                                        exact_cost(what, order, last.price, more)));
        }
        return all;
    }
    order_state worst = first;
    for (const order_state& one : states) {
        worst.remaining = std::max(worst.remaining, one.remaining);
        worst.price = order.side == side::buy ? std::max(worst.price, one.price)
                                              : std::min(worst.price, one.price);
    }
    return cost(worst.price, worst.remaining);
}

contribution contribution_of(const listing& what, const open_order_row& order,
                             std::optional<std::int64_t> cap) {
    const std::vector<order_state> states = states_of(order);
    contribution all{.lots = 0, .cash = cash_of(what, order, states)};
    for (const order_state& one : states) {
        // The cap holds for lots alone (ledger RULES 6.2).
        const std::int64_t lots =
            cap && !one.set_quantity ? std::min(one.remaining, *cap) : one.remaining;
        all.lots = std::max(all.lots, lots);
    }
    return all;
}

}  // namespace

/// Value of a fill for its account: what a buy pays.
wide_int value_of(const listing& what, price at, quantity lots) {
    return notional(at, lots) * what.tick_value;
}

std::string to_text(asset_id asset) {
    return (asset.is_currency() ? "currency " : "symbol ") +
           std::to_string(asset.value & ~asset_id::currency_bit);
}

std::string to_text(wide_int value) {
    if (value < 0) {
        return "-" + to_text(-value);
    }
    const std::string last(1, static_cast<char>('0' + static_cast<int>(value % 10)));
    return value < 10 ? last : to_text(value / 10) + last;
}

std::string describe(const ledger_line& line) {
    return "line holder " + spell(line.holder.value) + " " + to_text(line.asset) + " amount " +
           spell(line.amount) + " kind " + spell(static_cast<unsigned>(line.kind)) + " order " +
           spell(line.order.value) + " number " + spell(line.number) + " symbol " +
           spell(line.symbol.value);
}

std::string describe(const report& told) {
    return "report " + spell(told.number) + " client " + spell(told.client.high) + ":" +
           spell(told.client.low) + " cash " + spell(told.cash.minor) + " fee " +
           spell(told.fee.minor) + " of kind " + spell(static_cast<unsigned>(told.what.kind)) +
           ": " + describe(told.what);
}

// --- One shard ------------------------------------------------------------------------------------

std::optional<std::string> shard_audit::follow(const entry& applied, const shard_output& out,
                                               const shard_rows& rows,
                                               const portfolio_query& portfolio) {
    for (const listing_row& one : rows.listings) {
        listings_.emplace(one.what.rules.symbol, one.what);
    }
    for (const account_row& one : rows.accounts) {
        tiers_.emplace(one.id, one.tier);
    }
    if (auto wrong = follow_lines(out)) {
        return wrong;
    }
    if (auto wrong = follow_fills(out)) {
        return wrong;
    }
    if (auto wrong = follow_adjustments(out)) {
        return wrong;
    }
    if (auto wrong = follow_reports(out)) {
        return wrong;
    }
    if (auto wrong = follow_events(out)) {
        return wrong;
    }
    if (auto wrong = follow_client_ids(applied, out)) {
        return wrong;
    }
    if (auto wrong = check_positions(rows)) {
        return wrong;
    }
    if (auto wrong = check_orders(rows)) {
        return wrong;
    }
    if (auto wrong = check_numbers(rows)) {
        return wrong;
    }
    return check_reservations(rows, portfolio);
}

shard_audit::fault shard_audit::follow_lines(const shard_output& out) {
    std::map<asset_id, wide_int> sums;
    for (const ledger_line& line : out.lines) {
        if (line.amount == 0) {
            return "a line of nothing: " + describe(line);
        }
        sums[line.asset] += line.amount;
        totals_[{line.holder, line.asset}] += line.amount;
    }
    for (const auto& [asset, sum] : sums) {
        if (sum != 0) {
            return "lines of " + to_text(asset) + " add up to " + to_text(sum);
        }
        if (total_of(clearing_holder(settings_.id), asset) != 0) {
            return "clearing of the own shard has " + to_text(asset);
        }
    }
    return std::nullopt;
}

shard_audit::fault shard_audit::follow_fills(const shard_output& out) {
    // By the fill that they settle: an order fills once a trade, and trades are numbered by symbol.
    std::map<std::tuple<order_id, std::uint64_t, symbol_id>, std::vector<ledger_line>> by_fill;
    for (const ledger_line& line : out.lines) {
        if (line.kind == line_kind::trade || line.kind == line_kind::fee ||
            line.kind == line_kind::clearing) {
            by_fill[{line.order, line.number, line.symbol}].push_back(line);
        }
    }
    const auto settle = [&](const event& fill, const report* told) {
        const auto found = by_fill.find({fill.order, fill.number, fill.symbol});
        std::vector<ledger_line> lines;
        if (found != by_fill.end()) {
            lines = std::move(found->second);
            by_fill.erase(found);
        }
        return check_settlement(fill, told, lines);
    };
    for (const report& one : out.reports) {
        if (one.what.kind == event_kind::fill) {
            if (auto wrong = settle(one.what, &one)) {
                return wrong;
            }
        }
    }
    for (const event& one : out.events) {
        if (one.kind == event_kind::fill && account_shard(one.order) != settings_.id) {
            if (auto wrong = settle(one, nullptr)) {
                return wrong;
            }
        }
    }
    if (!by_fill.empty()) {
        return "settles what was not filled: " + describe(by_fill.begin()->second.front());
    }
    return std::nullopt;
}

shard_audit::fault shard_audit::check_settlement(const event& fill, const report* told,
                                                 const std::vector<ledger_line>& lines) {
    const listing* what = listed(fill.symbol);
    if (what == nullptr) {
        return "a fill of a symbol that is not listed: " + describe(fill);
    }
    const wide_int sign = fill.side == side::buy ? 1 : -1;
    const wide_int cash = -sign * value_of(*what, fill.price, fill.lots);
    const wide_int lots = sign * fill.lots.lots;
    const asset_id currency = asset_of(what->currency);
    const asset_id symbol = asset_of(fill.symbol);
    std::vector<ledger_line> expected;
    bool fits = true;
    const auto add = [&](account_id holder, asset_id asset, wide_int amount, line_kind kind) {
        const auto narrowed = narrow(amount);
        fits = fits && narrowed;
        if (amount != 0 && narrowed) {
            expected.push_back({.holder = holder,
                                .asset = asset,
                                .amount = *narrowed,
                                .order = fill.order,
                                .number = fill.number,
                                .symbol = fill.symbol,
                                .kind = kind});
        }
    };
    const bool mine = told != nullptr;
    const account_id from = mine ? fill.account : clearing_holder(account_shard(fill.order));
    const line_kind kind = mine ? line_kind::trade : line_kind::clearing;
    const account_id to = clearing_holder(settings_.id);
    // Where the book is: the fill's symbol says so.
    const account_id clearing = mine ? clearing_holder(what->book_shard) : to;
    add(from, currency, cash, kind);
    add(clearing, currency, -cash, kind);
    add(from, symbol, lots, kind);
    add(clearing, symbol, -lots, kind);
    if (mine) {
        const fee_rate& rate = rate_of(*what, tiers_[fill.account], fill.flags);
        wide_int& exact = exact_fees_[fill.order];
        const wide_int before = ceil_by_million(exact);
        exact += absolute(cash) * rate.rate_ppm + wide_int{rate.per_lot} * fill.lots.lots;
        const wide_int fee = ceil_by_million(exact) - before;
        add(fill.account, currency, -fee, line_kind::fee);
        add(fee_holder, currency, fee, line_kind::fee);
        if (told->cash.minor != cash || told->fee.minor != fee) {
            return "a fill that moved " + to_text(cash) + " and cost " + to_text(fee) +
                   " is told as " + describe(*told);
        }
        if (fill.is_final()) {
            exact_fees_.erase(fill.order);
        }
    }
    if (!fits) {
        return "a fill moves more than 64 bits can say: " + describe(fill);
    }
    if (lines != expected) {
        std::string all = "a fill is not settled by its lines: " + describe(fill);
        for (const ledger_line& line : expected) {
            all += "\n  expected " + describe(line);
        }
        for (const ledger_line& line : lines) {
            all += "\n  got      " + describe(line);
        }
        return all;
    }
    return std::nullopt;
}

// What moves without a trade is told to each account, and nothing else is.
shard_audit::fault shard_audit::follow_adjustments(const shard_output& out) const {
    std::map<std::tuple<account_id, asset_id, std::int64_t>, int> moved;
    for (const ledger_line& line : out.lines) {
        if (is_account(line.holder) && line.kind >= line_kind::deposit) {
            ++moved[{line.holder, line.asset, line.amount}];
        }
    }
    for (const report& one : out.reports) {
        if (one.what.kind == event_kind::adjusted) {
            --moved[{one.what.account, asset_id{static_cast<std::uint32_t>(one.what.number)},
                     one.what.lots.lots}];
        }
    }
    for (const auto& [key, count] : moved) {
        if (count != 0) {
            const auto& [account, asset, amount] = key;
            return "account " + spell(account.value) + " has " + spell(amount) + " of " +
                   to_text(asset) + (count > 0 ? " but was not told" : " only in a report");
        }
    }
    return std::nullopt;
}

shard_audit::fault shard_audit::follow_reports(const shard_output& out) {
    for (const report& one : out.reports) {
        const bool known = tiers_.contains(one.what.account);
        if (known) {
            std::uint64_t& last = last_reports_[one.what.account];
            // What is refused before the account is opened, in the same entry, has no number.
            const bool not_yet =
                last == 0 && one.number == 0 && one.what.kind != event_kind::account_changed;
            if (one.number != last + 1 && !not_yet) {
                return "after report " + spell(last) + " comes " + describe(one);
            }
            last = std::max(last, one.number);
        } else if (one.number != 0) {
            return "a number in a report to nobody: " + describe(one);
        }
        if (auto wrong = follow_order(one)) {
            return wrong;
        }
    }
    return std::nullopt;
}

shard_audit::fault shard_audit::follow_order(const report& r) {
    const event& e = r.what;
    const bool is_refusal = e.kind == event_kind::cancel_rejected ||
                            e.kind == event_kind::replace_rejected ||
                            e.kind == event_kind::repeated;
    if (e.order.value == 0 || is_refusal) {
        return std::nullopt;
    }
    if (account_shard(e.order) != settings_.id) {
        return "a report about another shard's order: " + describe(r);
    }
    const bool fresh = (e.order.value & order_number_mask) > last_order_;
    const bool lives = fresh ? !ended_early_.contains(e.order) : open_.contains(e.order);
    if (!lives) {
        return "a report about an order that has ended: " + describe(r);
    }
    if (e.kind == event_kind::accepted && !accepted_.insert(e.order).second) {
        return "accepted twice: " + describe(r);
    }
    if (e.kind != event_kind::accepted && e.kind != event_kind::rejected &&
        !accepted_.contains(e.order)) {
        return "a report about an order that was not accepted: " + describe(r);
    }
    if (e.is_final()) {
        accepted_.erase(e.order);
        if (fresh) {
            ended_early_.insert(e.order);
        } else {
            open_.erase(e.order);
        }
    }
    return std::nullopt;
}

shard_audit::fault shard_audit::follow_events(const shard_output& out) {
    if (out.events.size() != out.event_numbers.size()) {
        return "not as many event numbers as events";
    }
    std::map<symbol_id, std::vector<event>> by_symbol;
    for (std::size_t i = 0; i < out.events.size(); ++i) {
        const event& e = out.events[i];
        std::uint64_t& last = last_events_[e.symbol];
        if (out.event_numbers[i] != last + 1) {
            return "after event " + spell(last) + " comes " + spell(out.event_numbers[i]) + ": " +
                   describe(e);
        }
        last += 1;
        by_symbol[e.symbol].push_back(e);
    }
    for (const auto& [symbol, events] : by_symbol) {
        if (auto wrong = events_[symbol].follow(events)) {
            return wrong;
        }
    }
    return std::nullopt;
}

shard_audit::fault shard_audit::follow_client_ids(const entry& applied, const shard_output& out) {
    std::set<std::pair<account_id, client_id>> funded;
    const auto note = [this](account_id account, const request_id& request) {
        if (!request.id.is_remembered()) {
            return;
        }
        const auto [found, is_new] =
            uses_.emplace(std::pair(account, request.id), use{request.not_after, true, 0});
        found->second.protects = found->second.protects && request.not_after.ns != 0 &&
                                 found->second.not_after == request.not_after;
    };
    for (const shard_command& one : applied.commands) {
        std::visit(
            [&](const auto& c) {
                using type = std::decay_t<decltype(c)>;
                if constexpr (std::is_same_v<type, submit_order>) {
                    note(c.order.account, c.request);
                } else if constexpr (std::is_same_v<type, open_account>) {
                    note(account_id{}, c.request);  // ledger RULES 3.1
                } else if constexpr (requires {
                                         c.request;
                                         c.account;
                                     }) {
                    note(c.account, c.request);
                    if constexpr (std::is_same_v<type, deposit>) {
                        funded.insert({c.account, c.request.id});
                    }
                }
            },
            one);
    }
    for (const report& r : out.reports) {
        const event& e = r.what;
        const bool executes =
            e.kind == event_kind::accepted ||
            (e.kind == event_kind::adjusted && funded.contains({e.account, r.client}));
        const auto found = uses_.find({e.account, r.client});
        if (!executes || found == uses_.end()) {
            continue;
        }
        found->second.executed += 1;
        if (found->second.executed > 1 && found->second.protects) {
            return "a client id executes twice: " + describe(r);
        }
    }
    return std::nullopt;
}

wide_int shard_audit::total_of(account_id holder, asset_id asset) const {
    const auto found = totals_.find({holder, asset});
    return found == totals_.end() ? 0 : found->second;
}

const listing* shard_audit::listed(symbol_id symbol) const {
    const auto found = listings_.find(symbol);
    return found == listings_.end() ? nullptr : &found->second;
}

shard_audit::fault shard_audit::check_positions(const shard_rows& rows) const {
    std::map<asset_id, wide_int> sums;
    std::set<holding> seen;
    for (const position_row& row : rows.positions) {
        if (row.of_group) {
            continue;
        }
        sums[row.asset] += row.total;
        seen.insert({row.holder, row.asset});
        if (row.total != total_of(row.holder, row.asset)) {
            return "holder " + spell(row.holder.value) + " has " + to_text(row.total) + " of " +
                   to_text(row.asset) + ", by its lines " +
                   to_text(total_of(row.holder, row.asset));
        }
    }
    for (const auto& [key, total] : totals_) {
        if (total != 0 && !seen.contains(key)) {
            return "holder " + spell(key.first.value) + " has no row of " + to_text(key.second);
        }
    }
    for (const auto& [asset, sum] : sums) {
        if (sum != 0) {
            return "positions of " + to_text(asset) + " add up to " + to_text(sum);
        }
    }
    return std::nullopt;
}

shard_audit::fault shard_audit::check_orders(const shard_rows& rows) {
    for (std::uint64_t n = last_order_ + 1; n <= rows.shard.last_order; ++n) {
        const order_id id{std::uint64_t{settings_.id.value} << order_counter_bits | n};
        if (ended_early_.erase(id) == 0) {
            open_.insert(id);
        }
    }
    last_order_ = rows.shard.last_order;
    if (!ended_early_.empty()) {
        return "a final answer to order " + spell(ended_early_.begin()->value) +
               ", which was not admitted";
    }
    std::set<order_id> in_rows;
    for (const open_order_row& row : rows.orders) {
        in_rows.insert(row.id);
        const listing* what = listed(row.symbol);
        const auto exact = exact_fees_.find(row.id);
        const wide_int residue = exact == exact_fees_.end()
                                     ? wide_int{0}
                                     : ceil_by_million(exact->second) * ppm_of_all - exact->second;
        if (what == nullptr || residue != wide_int{row.residue}) {
            return "the residue of order " + spell(row.id.value) + " is " + spell(row.residue) +
                   " instead of " + to_text(residue);
        }
    }
    for (const order_id id : open_) {
        if (!in_rows.contains(id)) {
            return "order " + spell(id.value) + " has gone without a final answer";
        }
    }
    for (const order_id id : in_rows) {
        if (!open_.contains(id)) {
            return "order " + spell(id.value) + " is open after its final answer";
        }
    }
    return std::nullopt;
}

shard_audit::fault shard_audit::check_numbers(const shard_rows& rows) const {
    for (const account_row& row : rows.accounts) {
        const auto found = last_reports_.find(row.id);
        if (row.last_report != (found == last_reports_.end() ? 0 : found->second)) {
            return "the last report of account " + spell(row.id.value) + " is " +
                   spell(row.last_report);
        }
    }
    for (const shard_book_row& row : rows.books) {
        const auto found = last_events_.find(row.rows.book.rules.symbol);
        if (row.last_event != (found == last_events_.end() ? 0 : found->second)) {
            return "the last event of symbol " + spell(row.rows.book.rules.symbol.value) + " is " +
                   spell(row.last_event);
        }
    }
    std::set<std::pair<account_id, client_id>> ids;
    std::uint64_t last = 0;
    for (const remembered_row& row : rows.remembered) {
        if (!ids.insert({row.account, row.id}).second) {
            return "a client id is remembered twice, of account " + spell(row.account.value);
        }
        if (row.sequence <= last || row.sequence > rows.shard.last_remembered) {
            return "remembered ids are out of sequence";
        }
        last = row.sequence;
    }
    return std::nullopt;
}

std::map<account_id, shard_audit::claims> shard_audit::claims_of(const shard_rows& rows) const {
    std::map<account_id, claims> all;
    std::map<std::pair<account_id, order_group_id>, const order_group_row*> groups;
    for (const order_group_row& row : rows.order_groups) {
        groups[{row.account, row.id}] = &row;
    }
    // The greatest of a group's members but its entry, for each thing that is claimed.
    std::map<std::pair<account_id, order_group_id>, claims> greatest;
    for (const open_order_row& row : rows.orders) {
        const listing& what = *listed(row.symbol);
        const asset_id currency = asset_of(what.currency);
        const asset_id symbol = asset_of(row.symbol);
        const auto found = groups.find({row.account, row.group});
        const order_group_row* group =
            row.group.value == 0 || found == groups.end() ? nullptr : found->second;
        std::optional<std::int64_t> cap;
        if (group != nullptr && row.role == group_role::exit && group->has_exit &&
            !group->entry_done) {
            cap = group->entry_filled.lots;
        }
        const contribution one = contribution_of(what, row, cap);
        if (group == nullptr || row.role == group_role::entry) {
            claims& to = all[row.account];
            to.cash[currency] += one.cash;
            (row.side == side::buy ? to.buys : to.sells)[symbol] += one.lots;
        } else if (group->decided.value == 0 || group->decided == row.id) {
            claims& to = greatest[{row.account, row.group}];
            wide_int& cash = to.cash[currency];
            wide_int& lots = (row.side == side::buy ? to.buys : to.sells)[symbol];
            cash = std::max(cash, one.cash);
            lots = std::max<wide_int>(lots, one.lots);
        }
    }
    for (const auto& [key, from] : greatest) {
        claims& to = all[key.first];
        for (const auto& [asset, amount] : from.cash) {
            to.cash[asset] += amount;
        }
        for (const auto& [asset, amount] : from.buys) {
            to.buys[asset] += amount;
        }
        for (const auto& [asset, amount] : from.sells) {
            to.sells[asset] += amount;
        }
    }
    return all;
}

shard_audit::fault shard_audit::check_reservations(const shard_rows& rows,
                                                   const portfolio_query& portfolio) const {
    const std::map<account_id, claims> all = claims_of(rows);
    static const claims none;
    for (const account_row& account : rows.accounts) {
        const auto found = all.find(account.id);
        const claims& own = found == all.end() ? none : found->second;
        std::map<asset_id, wide_int> expected = own.cash;
        expected.insert(own.sells.begin(), own.sells.end());
        for (const portfolio_line& line : portfolio(account.id)) {
            const wide_int reserved = expected[line.asset];
            expected.erase(line.asset);
            const std::string where =
                "account " + spell(account.id.value) + ", " + to_text(line.asset) + ": ";
            if (line.reserved != reserved) {
                return where + to_text(line.reserved) + " is reserved, open orders could cost " +
                       to_text(reserved);
            }
            if (line.total != total_of(account.id, line.asset)) {
                return where + "the portfolio's total is " + to_text(line.total);
            }
            if (line.available != line.total + line.credit - line.reserved) {
                return where + "available is " + to_text(line.available);
            }
            if (account.kind == account_kind::cash && (line.available < 0 || line.credit != 0)) {
                return where + "a cash account has " + to_text(line.available) + " available";
            }
        }
        for (const auto& [asset, reserved] : expected) {
            if (reserved != 0) {
                return "account " + spell(account.id.value) + " has nothing of " + to_text(asset) +
                       " in its portfolio, open orders could cost " + to_text(reserved);
            }
        }
    }
    return check_reduce_only(rows, all);
}

shard_audit::fault shard_audit::check_reduce_only(const shard_rows& rows,
                                                  const std::map<account_id, claims>& all) const {
    for (const open_order_row& row : rows.orders) {
        if (!row.reduce_only || row.cause != reason::none) {
            continue;
        }
        const claims& own = all.at(row.account);
        const asset_id symbol = asset_of(row.symbol);
        const bool buys = row.side == side::buy;
        const wide_int total = total_of(row.account, symbol);
        const auto& claimed = buys ? own.buys : own.sells;
        const auto found = claimed.find(symbol);
        const wide_int open = found == claimed.end() ? 0 : found->second;
        if ((buys ? -total : total) < open) {
            return "reduce-only order " + spell(row.id.value) +
                   " could do more than reduce: " + to_text(open) + " lots are open against " +
                   to_text(total);
        }
    }
    return std::nullopt;
}

}  // namespace bourse
