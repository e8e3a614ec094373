#include "tests/support/shard/fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "messages/reason.hpp"
#include "tests/support/book_fixture.hpp"

namespace bourse {

namespace {

constexpr std::uint64_t counter_mask = (std::uint64_t{1} << order_counter_bits) - 1;

std::string name_of(asset_id asset) {
    return asset.is_currency() ? "c" + std::to_string(asset.value ^ asset_id::currency_bit)
                               : "s" + std::to_string(asset.value);
}

std::string name_of_holder(account_id holder) {
    if (holder == external_holder) {
        return "external";
    }
    if (holder == fee_holder) {
        return "fees";
    }
    const std::uint32_t first_clearing = clearing_holder({0}).value;
    return holder.value >= first_clearing
               ? "clearing " + std::to_string(holder.value - first_clearing)
               : std::to_string(holder.value);
}

std::string_view name_of(line_kind kind) {
    constexpr std::array<std::string_view, line_kind_count> names = {
        "none",       "trade",    "fee",   "clearing", "deposit",
        "withdrawal", "transfer", "split", "dividend"};
    const auto at = static_cast<std::size_t>(kind);
    return at < names.size() ? names[at] : "?";
}

std::string join(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) {
        all += "\n    " + line;
    }
    return all.empty() ? "\n    (nothing)" : all;
}

void compare(std::initializer_list<std::string_view> wanted, const std::vector<std::string>& came,
             const char* file, int line) {
    const std::vector<std::string> expected(wanted.begin(), wanted.end());
    if (came == expected) {
        CHECK(came.size() == expected.size());  // counts as a check that was made
    } else {
        ADD_FAIL_CHECK_AT(file, line,
                          "expected:" << join(expected) << "\n  but it said:" << join(came));
    }
}

std::int64_t small(wide_int value) {
    const auto narrowed = narrow(value);
    REQUIRE_MESSAGE(narrowed.has_value(), "an amount beyond 64 bits");
    return *narrowed;
}

}  // namespace

// --- Commands in short --------------------------------------------------------------------------

submit_cancel cancelling(std::uint32_t account, order_id order, const request_id& request) {
    return {.request = request, .account = {account}, .order = order};
}
submit_cancel cancelling_named(std::uint32_t account, std::uint64_t name,
                               const request_id& request) {
    return {.request = request, .account = {account}, .named = called(name)};
}
submit_replace repricing(std::uint32_t account, order_id order, std::int64_t ticks,
                         const request_id& request) {
    return {.request = request,
            .account = {account},
            .order = order,
            .set_price = true,
            .price = {ticks}};
}
submit_replace resizing(std::uint32_t account, order_id order, std::int64_t total,
                        const request_id& request) {
    return {.request = request,
            .account = {account},
            .order = order,
            .set_quantity = true,
            .quantity = {total}};
}
submit_replace replacing(std::uint32_t account, order_id order, std::int64_t total,
                         std::int64_t ticks, const request_id& request) {
    submit_replace what = resizing(account, order, total, request);
    what.set_price = true;
    what.price = {ticks};
    return what;
}
open_account opening(std::uint32_t account, account_kind kind, std::uint32_t risk_group,
                     std::uint8_t tier, std::uint32_t trade_group) {
    return {.account = {account},
            .kind = kind,
            .tier = tier,
            .trade_group = {trade_group},
            .risk_group = {risk_group}};
}
deposit putting(std::uint32_t account, asset_id asset, std::int64_t amount, std::int64_t cost,
                const request_id& request) {
    return {
        .request = request, .account = {account}, .asset = asset, .amount = amount, .cost = cost};
}
withdraw taking(std::uint32_t account, asset_id asset, std::int64_t amount,
                const request_id& request) {
    return {.request = request, .account = {account}, .asset = asset, .amount = amount};
}
transfer moving(std::uint32_t account, std::uint32_t to, asset_id asset, std::int64_t amount,
                std::uint16_t to_shard, const request_id& request) {
    return {.request = request,
            .account = {account},
            .to = {to},
            .to_shard = {to_shard},
            .asset = asset,
            .amount = amount};
}
set_limit limiting(std::uint32_t account, limit_kind kind, asset_id asset, std::int64_t value) {
    return {.account = {account}, .kind = kind, .asset = asset, .value = value};
}
set_limit limiting_group(std::uint32_t group, limit_kind kind, asset_id asset, std::int64_t value) {
    return {.risk_group = {group}, .kind = kind, .asset = asset, .value = value};
}
set_kill_switch killing(std::uint32_t account, bool on, const request_id& request) {
    return {.request = request, .account = {account}, .on = on};
}
renew_lease leasing(std::uint32_t account, std::uint64_t lease, std::int64_t until) {
    return {.account = {account}, .lease = {lease}, .until = {until}};
}
book_state going(symbol_id symbol, market_state state, std::int64_t until, market_state next) {
    return {.symbol = symbol, .what = {state, auction_kind::none, {until}, next}};
}
book_state auctioning(symbol_id symbol, auction_kind kind, std::int64_t until, market_state next) {
    return {.symbol = symbol, .what = {market_state::auction, kind, {until}, next}};
}
book_reference referring(symbol_id symbol, std::int64_t ticks) {
    return {.symbol = symbol, .what = {false, {ticks}}};
}
market_halt halting(bool on) {
    return {.on = on};
}
listing listing_of(symbol_id symbol, std::uint16_t book_shard) {
    listing what;
    what.rules.symbol = symbol;
    what.currency = dollar;
    what.book_shard = {book_shard};
    return what;
}
list_instrument listing_as(const listing& what) {
    return {.what = what};
}

// --- What was said, in short --------------------------------------------------------------------

std::string in_short_numbered(const event& e) {
    event numbered = e;
    numbered.order.value &= counter_mask;
    return in_short(numbered);
}

std::string in_short(const report& told) {
    const event& what = told.what;
    std::ostringstream text;
    text << what.account.value << ' ';
    switch (what.kind) {
        case event_kind::repeated:
            text << "repeated " << (what.order.value & counter_mask) << ' '
                 << to_string(what.reason) << " #" << what.number
                 << ((what.flags & event::pending) != 0 ? " pending" : "");
            break;
        case event_kind::command_refused:
            text << "refused " << to_string(what.reason);
            break;
        case event_kind::account_changed:
            text << "changed";
            break;
        case event_kind::command_done:
            text << "done";
            break;
        case event_kind::adjusted:
            text << "adjusted " << name_of(asset_id{static_cast<std::uint32_t>(what.number)}) << ' '
                 << what.lots.lots;
            if (what.symbol != symbol_id{}) {
                text << " of " << name_of(asset_of(what.symbol));
            }
            if (what.reason != reason::none) {
                text << ' ' << to_string(what.reason);
            }
            break;
        default:
            text << in_short_numbered(what);
            break;
    }
    if (!told.client.is_none()) {
        text << " id " << told.client.low;
    }
    if (what.kind == event_kind::fill) {
        text << " cash " << told.cash.minor;
    } else {
        CHECK_MESSAGE(told.cash.minor == 0, "cash in a report that is no fill");
        CHECK_MESSAGE(told.fee.minor == 0, "a fee in a report that is no fill");
    }
    if (told.fee.minor != 0) {
        text << " fee " << told.fee.minor;
    }
    return text.str();
}

std::string in_short(const ledger_line& line) {
    std::ostringstream text;
    text << name_of_holder(line.holder) << ' ' << name_of(line.asset) << ' ' << line.amount << ' '
         << name_of(line.kind);
    if (line.symbol != symbol_id{}) {
        text << ' ' << name_of(asset_of(line.symbol));
    }
    if (line.order != order_id{}) {
        text << " order " << (line.order.value & counter_mask);
    }
    if (line.number != 0) {
        text << " #" << line.number;
    }
    return text.str();
}

// --- One shard ----------------------------------------------------------------------------------

namespace {

/// So many accounts, so that cases of very many take no longer.
constexpr std::size_t most_looked_at = 100;

/// What the ledger refused, or has answered before. A book's refusals are among its events.
bool is_ledgers_refusal(const event& told, const shard_output& out) {
    switch (told.kind) {
        case event_kind::command_refused:
        case event_kind::repeated:
            return true;
        case event_kind::rejected:
            return told.order == order_id{};
        case event_kind::replace_rejected:
        case event_kind::cancel_rejected:
            return std::none_of(out.events.begin(), out.events.end(), [&](const event& each) {
                return each.kind == told.kind && each.order == told.order;
            });
        default:
            return false;
    }
}

}  // namespace

venue::venue() : venue(listing_of(apple)) {}
venue::venue(const shard_settings& settings)
    : venue(listing_of(apple), listing_of(pear), settings) {}
venue::venue(empty_tag /*nothing*/, const shard_settings& settings) : machine(settings) {}

venue::venue(const listing& first, const listing& second, const shard_settings& settings)
    : machine(settings) {
    std::vector<shard_command> commands = {
        listing_as(first),
        listing_as(second),
        opening(1),
        opening(2),
        opening(3, account_kind::house),
        limiting(3, limit_kind::credit_line, dollars, 1'000'000),
        limiting(3, limit_kind::credit_line, apples, 1'000),
        limiting(3, limit_kind::credit_line, pears, 1'000),
    };
    for (const std::uint32_t account : {1U, 2U}) {
        commands.push_back(putting(account, dollars, 1'000'000));
        commands.push_back(putting(account, apples, 1'000));
        commands.push_back(putting(account, pears, 1'000));
    }
    for (const listing* each : {&first, &second}) {
        if (each->book_shard == settings.id) {
            commands.push_back(going(each->rules.symbol, market_state::open));
        }
    }
    apply(std::move(commands));
    for (const report& told : reports_) {
        REQUIRE_MESSAGE(told.what.reason == reason::none, in_short(told));
    }
    forget();
}

const shard_output& venue::apply(std::vector<shard_command> commands) {
    const entry next{.index = machine.index() + 1, .at = now_, .commands = std::move(commands)};
    for (const shard_command& each : next.commands) {
        const auto* opened = std::get_if<open_account>(&each);
        if (opened != nullptr && accounts_.size() < most_looked_at) {
            accounts_.insert(opened->account);
        }
    }
    std::optional<shard> twin;
    if (has_twin_) {
        const shard_rows rows = machine.save();
        twin = shard::restore(rows);
        REQUIRE_MESSAGE(twin.has_value(), "a shard's own rows were refused");
        CHECK_MESSAGE(twin->save() == rows, "a shard restored from rows has other rows");
    }
    machine.apply(next, out_);
    if (twin) {
        shard_output said;
        twin->apply(next, said);
        CHECK_MESSAGE(said == out_,
                      "the shard and one restored from its rows said different things");
        CHECK_MESSAGE(machine.save() == twin->save(),
                      "the shard and one restored from its rows became different");
        CHECK_MESSAGE(machine.digest() == twin->digest(), "their digests differ");
        CHECK_MESSAGE(machine.next_due() == twin->next_due(), "different things are due");
    }
    check(out_);
    reports_.insert(reports_.end(), out_.reports.begin(), out_.reports.end());
    return out_;
}

void venue::check(const shard_output& out) {
    std::map<asset_id, wide_int> moved;
    for (const ledger_line& line : out.lines) {
        CHECK_MESSAGE(line.amount != 0, "a line of nothing: ", in_short(line));
        moved[line.asset] += line.amount;
    }
    for (const auto& each : moved) {
        CHECK_MESSAGE(each.second == 0, "lines of ", name_of(each.first), " do not add up to zero");
    }
    CHECK(out.events.size() == out.event_numbers.size());
    for (const report& told : out.reports) {
        if (told.number != 0) {
            CHECK_MESSAGE(told.number == ++last_report_[told.what.account.value],
                          "a gap in the reports: ", in_short(told));
        }
    }
    if (!has_twin_) {
        return;
    }
    const shard_rows rows = machine.save();
    std::map<asset_id, wide_int> totals;
    for (const position_row& row : rows.positions) {
        totals[row.asset] += row.of_group ? wide_int{0} : row.total;
        CHECK_MESSAGE((row.holder != clearing_holder(rows.shard.id) || row.total == 0),
                      "the own clearing is left with ", small(row.total), " of ",
                      name_of(row.asset));
    }
    for (const auto& each : totals) {
        CHECK_MESSAGE(each.second == 0, "all holders' ", name_of(each.first),
                      " do not add up to zero");
    }
    for (const account_row& account : rows.accounts) {
        for (const portfolio_line& each : machine.portfolio(account.id)) {
            CHECK_MESSAGE((account.kind == account_kind::house || each.available >= 0), "account ",
                          account.id.value, " has negative ", name_of(each.asset));
        }
    }
}

void venue::prepare(std::initializer_list<shard_command> commands) {
    for (const shard_command& each : commands) {
        const std::size_t before = reports_.size();
        send(each);
        for (std::size_t i = before; i < reports_.size(); ++i) {
            const event_kind kind = reports_[i].what.kind;
            CHECK_MESSAGE(
                (kind != event_kind::rejected && kind != event_kind::command_refused &&
                 kind != event_kind::replace_rejected && kind != event_kind::cancel_rejected),
                "prepared, but ", in_short(reports_[i]));
        }
    }
    forget();
}

reason venue::answer(const shard_command& one) {
    forget();
    const standing before = stand();
    const auto due = machine.next_due();
    send(one);
    const bool was_due = due && *due <= machine.now();
    const reason why = reports_.empty() ? reason::none : reports_.front().what.reason;
    if (!was_due && !reports_.empty() && is_ledgers_refusal(reports_.front().what, out_)) {
        check_nothing_done(one, before);
    }
    forget();
    return why;
}

venue::standing venue::stand() const {
    standing all;
    for (const account_id account : accounts_) {
        std::vector<portfolio_line> lines = machine.portfolio(account);
        if (!lines.empty()) {
            all.portfolios[account] = std::move(lines);
        }
        const std::vector<open_order_row> open = machine.orders_of(account);
        all.orders.insert(all.orders.end(), open.begin(), open.end());
    }
    return all;
}

void venue::check_nothing_done(const shard_command& refused, const standing& before) const {
    CHECK_MESSAGE(out_.lines.empty(), "a refused command moved something");
    const standing after = stand();
    const auto* order = std::get_if<submit_order>(&refused);
    if (order != nullptr && order->order.group.value != 0) {
        // Rule L6.4: the group's orders are cancelled, which can only take from what is reserved.
        for (const auto& [account, lines] : before.portfolios) {
            for (const portfolio_line& each : lines) {
                CHECK_MESSAGE(line(account.value, each.asset).reserved <= each.reserved,
                              "a refused order of a group reserved something");
            }
        }
        CHECK_MESSAGE(after.orders.size() <= before.orders.size(), "a refused order is open");
        return;
    }
    CHECK_MESSAGE(after.portfolios == before.portfolios, "a refused command reserved something");
    CHECK_MESSAGE(after.orders == before.orders, "a refused command changed an order");
    CHECK_MESSAGE(out_.events.empty(), "a book heard of a refused command");
    CHECK_MESSAGE(out_.messages.empty(), "another shard hears of a refused command");
}

void venue::pass(std::int64_t ns) {
    at(ns);
    apply({});
}

void venue::trade(std::int64_t lots, std::int64_t ticks, symbol_id symbol) {
    apply({selling(2, lots, ticks).of(symbol), buying(1, lots, ticks).of(symbol).ioc()});
    REQUIRE(reports_.size() >= 2);
    REQUIRE(reports_.back().what.kind == event_kind::fill);
    REQUIRE(reports_.back().what.is_final());
    forget();
}

void venue::expect(std::initializer_list<std::string_view> lines, const char* file, int line) {
    std::vector<std::string> came;
    for (const report& told : reports_) {
        came.push_back(in_short(told));
    }
    forget();
    compare(lines, came, file, line);
}

void venue::expect_lines(std::initializer_list<std::string_view> lines, const char* file,
                         int line) const {
    std::vector<std::string> came;
    for (const ledger_line& each : out_.lines) {
        came.push_back(in_short(each));
    }
    compare(lines, came, file, line);
}

void venue::expect_events(std::initializer_list<std::string_view> lines, const char* file,
                          int line) const {
    std::vector<std::string> came;
    for (const event& each : out_.events) {
        came.push_back(in_short_numbered(each));
    }
    compare(lines, came, file, line);
}

portfolio_line venue::line(std::uint32_t account, asset_id asset) const {
    for (const portfolio_line& each : machine.portfolio({account})) {
        if (each.asset == asset) {
            return each;
        }
    }
    return {.asset = asset};
}

std::int64_t venue::total(std::uint32_t account, asset_id asset) const {
    return small(line(account, asset).total);
}
std::int64_t venue::reserved(std::uint32_t account, asset_id asset) const {
    return small(line(account, asset).reserved);
}
std::int64_t venue::available(std::uint32_t account, asset_id asset) const {
    return small(line(account, asset).available);
}

std::int64_t venue::held_by(account_id holder, asset_id asset) const {
    for (const position_row& row : machine.save().positions) {
        if (!row.of_group && row.holder == holder && row.asset == asset) {
            return small(row.total);
        }
    }
    return 0;
}

open_order_row venue::row(std::uint64_t n) const {
    const auto found = machine.order(nth(n, machine.settings().id.value));
    REQUIRE_MESSAGE(found.has_value(), "order ", n, " is not open");
    return *found;
}

market_state venue::state(symbol_id symbol) const {
    const order_book* book = machine.book(symbol);
    REQUIRE(book != nullptr);
    return book->state();
}

// --- Two shards ---------------------------------------------------------------------------------

namespace {

shard_settings settings_of(std::uint16_t shard, std::uint32_t max_outbox) {
    return {.id = {shard}, .max_outbox = max_outbox};
}

}  // namespace

two_shards::two_shards(std::uint32_t max_outbox)
    : one(venue::empty_tag{}, settings_of(1, max_outbox)),
      two(venue::empty_tag{}, settings_of(2, max_outbox)) {
    for (const std::uint16_t shard : {std::uint16_t{1}, std::uint16_t{2}}) {
        const symbol_id here = shard == 1 ? apple : pear;
        std::vector<shard_command> commands = {listing_as(listing_of(apple, 1)),
                                               listing_as(listing_of(pear, 2)),
                                               going(here, market_state::open)};
        for (const std::uint32_t account : {10U * shard + 1, 10U * shard + 2}) {
            commands.push_back(opening(account));
            commands.push_back(putting(account, dollars, 1'000'000));
            commands.push_back(putting(account, apples, 1'000));
            commands.push_back(putting(account, pears, 1'000));
        }
        (*this)[shard].apply(std::move(commands));
        (*this)[shard].forget();
    }
}

const shard_output& two_shards::deliver(std::uint16_t from, std::size_t most, std::uint64_t first) {
    const std::uint16_t to = from == 1 ? 2 : 1;
    return (*this)[to].send((*this)[from].machine.unconfirmed({to}, first, most));
}

const shard_output& two_shards::confirm(std::uint16_t to) {
    const std::uint16_t from = to == 1 ? 2 : 1;
    std::uint64_t taken = 0;
    for (const channel_row& row : (*this)[from].machine.save().channels) {
        if (row.peer.value == to) {
            taken = row.last_taken;
        }
    }
    return (*this)[to].send(channel_receipt{.from = {from}, .up_to = taken});
}

void two_shards::settle() {
    const auto waiting = [&](std::uint16_t from) {
        const std::uint16_t to = from == 1 ? 2 : 1;
        return !(*this)[from].machine.unconfirmed({to}, 0, 1).messages.empty();
    };
    for (int i = 0; waiting(1) || waiting(2); ++i) {
        REQUIRE_MESSAGE(i < 100, "two shards do not come to rest");
        for (const std::uint16_t from : {std::uint16_t{1}, std::uint16_t{2}}) {
            if (waiting(from)) {
                deliver(from);
                confirm(from);
            }
        }
    }
    expect_settled();
}

void two_shards::expect_settled() {
    for (const asset_id asset : {dollars, apples, pears}) {
        CHECK(one.held_by(clearing_holder({2}), asset) + two.held_by(clearing_holder({1}), asset) ==
              0);
    }
}

}  // namespace bourse
