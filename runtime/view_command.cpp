#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/directory/units.hpp"
#include "messages/reason.hpp"
#include "runtime/client/json_text.hpp"
#include "runtime/client/words.hpp"
#include "runtime/commands.hpp"
#include "runtime/remote.hpp"
#include "runtime/table_text.hpp"

// `bourse orders`, `bourse portfolio`, `bourse book` and `bourse trades`: what there is, and was.
namespace bourse {
namespace {

struct view_arguments {
    remote_arguments remote;
    std::string name;
    std::uint32_t depth = 10;
    std::uint32_t most = 100;
    std::string account, cursor, from, until, symbol;
    bool past = false;
};

// --- Orders ---------------------------------------------------------------------------------------

struct shown_row {
    order_id id;
    symbol_id symbol;
    side its_side;
    price at;
    quantity filled, remaining;
    client_id client;
    std::string state;
    timestamp when{};
};

void print_orders(remote& at, const std::string& account, std::uint64_t as_of,
                  const std::vector<shown_row>& rows, const std::string& next) {
    json_text out;
    out.begin('{').key("account").text(account).key("as_of").number(as_of).key("orders").begin('[');
    std::vector<std::vector<std::string>> table;
    for (const shown_row& each : rows) {
        const instrument_line* const in = at.names().instrument(each.symbol);
        const instrument_record units =
            in == nullptr ? instrument_record{} : market_names::record_of(*in);
        const std::string symbol = at.names().symbol_text(each.symbol);
        const std::string its_price = price_text(each.at, units);
        const std::string filled = quantity_text(each.filled, units);
        const std::string remaining = quantity_text(each.remaining, units);
        out.begin('{').key("order").number(each.id.value).key("symbol").text(symbol);
        out.key("side").text(word(each.its_side)).key("price").text(its_price);
        out.key("filled").raw(filled).key("remaining").raw(remaining);
        out.key("state").text(each.state).key("client_id").text(client_id_text(each.client));
        if (each.when != timestamp{}) {
            out.key("at").text(time_text(each.when));
        }
        out.end();
        table.push_back({std::to_string(each.id.value), symbol, std::string(word(each.its_side)),
                         its_price, filled, remaining, each.state, client_id_text(each.client)});
    }
    out.end().key("next").text(next).end();
    if (at.is_json()) {
        say(out.str());
    } else {
        std::cout << table_text(
            {"order", "symbol", "side", "price", "filled", "remaining", "state", "client id"},
            table);
        if (!next.empty()) {
            std::cout << "there are more: --cursor " << next << '\n';
        }
    }
}

void orders(const view_arguments& asked) {
    remote at("bourse orders", asked.remote);
    const account_id account = at.need(at.names().account(asked.name)).id;
    symbol_id only{};
    if (!asked.symbol.empty()) {
        only = at.need(at.names().instrument(asked.symbol))->terms.rules.symbol;
    }
    std::vector<shown_row> rows;
    if (!asked.past) {
        const auto open = at.ask<orders_answer>(orders_request{account});
        for (const order_standing& each : open.orders) {
            if (only != symbol_id{} && each.symbol != only) {
                continue;
            }
            rows.push_back({each.id,
                            each.symbol,
                            each.side,
                            each.price,
                            each.filled,
                            each.remaining,
                            each.client,
                            "open",
                            {}});
        }
        print_orders(at, asked.name, open.as_of, rows, "");
        return;
    }
    history_request request;
    request.what = history_request::kind::orders;
    request.account = account;
    request.symbol = only;
    request.cursor = asked.cursor;
    request.most = asked.most;
    const auto found = at.ask<history_answer>(std::move(request));
    for (const history_order& each : found.orders) {
        const std::string state = each.open ? "open"
                                  : each.filled == each.lots || each.why == reason::none
                                      ? "filled"
                                      : std::string(to_string(each.why));
        rows.push_back({each.id, each.symbol, each.side, each.price, each.filled, each.remaining,
                        each.client, state, each.at});
    }
    print_orders(at, asked.name, found.as_of, rows, found.next);
}

// --- Portfolio ------------------------------------------------------------------------------------

wide_int rounded_quotient(wide_int dividend, wide_int divisor) {
    const bool negative = (dividend < 0) != (divisor < 0);
    const wide_int above = dividend < 0 ? -dividend : dividend;
    const wide_int below = divisor < 0 ? -divisor : divisor;
    const wide_int quotient = (above + below / 2) / below;
    return negative ? -quotient : quotient;
}

/// What one unit of the instrument cost on average, with two places more than the currency has.
std::string average_cost(const position_line& line, const instrument_record& in,
                         const currency_record& currency) {
    constexpr unsigned more = 2;
    wide_int scale = 100;
    for (unsigned i = 0; i < in.lot.places; ++i) {
        scale *= 10;
    }
    const wide_int below = line.total * in.lot.digits;
    const wide_int average = below == 0 ? 0 : rounded_quotient(line.cost * scale, below);
    return fixed_text(average, currency.decimals + more);
}

/// What was gained in one currency.
struct profit {
    currency_record currency;
    wide_int realised = 0, unrealised = 0;
};

/// "realised" and "unrealised" are a decimal, or null where there are several currencies, which have no sum; "profits" has each.
/// With nothing held they are zero, with the places of `usual`.
void write_profits(json_text& out, const std::map<std::string, profit>& profits,
                   const currency_record& usual) {
    const auto write_sum = [&](const char* name, wide_int profit::*which) {
        out.key(name);
        if (profits.size() > 1) {
            out.null();
        } else if (profits.empty()) {
            out.text(money_text(0, usual));
        } else {
            const profit& only = profits.begin()->second;
            out.text(money_text(only.*which, only.currency));
        }
    };
    write_sum("realised", &profit::realised);
    write_sum("unrealised", &profit::unrealised);
    out.key("profits").begin('{');
    for (const auto& [name, each] : profits) {
        out.key(name).begin('{').key("realised").text(money_text(each.realised, each.currency));
        out.key("unrealised").text(money_text(each.unrealised, each.currency)).end();
    }
    out.end();
}

void portfolio(const view_arguments& asked) {
    remote at("bourse portfolio", asked.remote);
    const account_id account = at.need(at.names().account(asked.name)).id;
    const auto has = at.ask<portfolio_answer>(portfolio_request{account});
    json_text out;
    out.begin('{').key("account").text(asked.name).key("as_of").number(has.as_of);
    std::vector<std::vector<std::string>> table;
    out.key("cash").begin('{');
    std::optional<currency_record> usual;
    for (const position_line& each : has.lines) {
        if (!each.asset.is_currency()) {
            continue;
        }
        const currency_id id{each.asset.value & ~asset_id::currency_bit};
        const auto found = at.names().currency(id);
        const currency_record currency =
            found
                ? *found
                : currency_record{.name = "#" + std::to_string(id.value), .id = id, .decimals = 0};
        usual = usual.value_or(currency);
        const std::string total = money_text(each.total, currency);
        const std::string reserved = money_text(each.reserved, currency);
        const std::string available = money_text(each.available, currency);
        out.key(currency.name).begin('{').key("total").text(total).key("reserved").text(reserved);
        out.key("available").text(available).end();
        table.push_back({currency.name, total, reserved, available, "", "", ""});
    }
    out.end().key("holdings").begin('{');
    std::map<std::string, profit> profits;
    for (const position_line& each : has.lines) {
        const instrument_line* const in =
            each.asset.is_currency() ? nullptr : at.names().instrument(symbol_id{each.asset.value});
        if (in == nullptr) {
            continue;
        }
        const instrument_record units = market_names::record_of(*in);
        const currency_record currency = market_names::currency_of(*in);
        const std::string total = lots_text(each.total, units);
        const std::string reserved = lots_text(each.reserved, units);
        const std::string available = lots_text(each.available, units);
        const std::string cost = average_cost(each, units, currency);
        out.key(in->name).begin('{').key("total").raw(total).key("reserved").raw(reserved);
        out.key("available").raw(available).key("average_cost").text(cost).end();
        table.push_back({in->name, total, reserved, available, cost,
                         money_text(each.realised, currency),
                         each.unrealised ? money_text(*each.unrealised, currency) : ""});
        profit& sum =
            profits.try_emplace(currency.name, profit{.currency = currency}).first->second;
        add_saturating(sum.realised, each.realised);
        add_saturating(sum.unrealised, each.unrealised.value_or(0));
    }
    out.end();
    write_profits(out, profits,
                  usual.value_or(currency_record{.name = "", .id = {}, .decimals = 2}));
    out.end();
    if (at.is_json()) {
        say(out.str());
    } else {
        std::cout << asked.name << ", as of entry " << has.as_of << '\n'
                  << table_text({"asset", "total", "reserved", "available", "average cost",
                                 "realised", "unrealised"},
                                table);
    }
}

// --- Book -----------------------------------------------------------------------------------------

void book(const view_arguments& asked) {
    remote at("bourse book", asked.remote);
    const instrument_line* const in = at.need(at.names().instrument(asked.name));
    const instrument_record units = market_names::record_of(*in);
    const auto shown =
        at.ask<book_answer>(book_request{.symbol = in->terms.rules.symbol, .depth = asked.depth});
    if (at.is_json()) {
        json_text out;
        out.begin('{').key("symbol").text(in->name).key("seq").number(shown.number).key("bids");
        write_levels(out, shown.bids, units);
        out.key("asks");
        write_levels(out, shown.asks, units);
        out.key("state").text(word(shown.state)).key("last");
        shown.last ? out.text(price_text(*shown.last, units)) : out.null();
        say(out.end().str());
        return;
    }
    std::vector<std::vector<std::string>> table;
    for (std::size_t i = 0; i < std::max(shown.bids.size(), shown.asks.size()); ++i) {
        std::vector<std::string> row(6);
        if (i < shown.bids.size()) {
            const level_line& each = shown.bids[i];
            row[0] = std::to_string(each.orders);
            row[1] = quantity_text(each.lots, units);
            row[2] = price_text(each.price, units);
        }
        if (i < shown.asks.size()) {
            const level_line& each = shown.asks[i];
            row[3] = price_text(each.price, units);
            row[4] = quantity_text(each.lots, units);
            row[5] = std::to_string(each.orders);
        }
        table.push_back(std::move(row));
    }
    std::cout << in->name << ", " << word(shown.state) << ", last "
              << (shown.last ? price_text(*shown.last, units) : "-") << ", seq " << shown.number
              << '\n'
              << table_text({"orders", "quantity", "bid", "ask", "quantity", "orders"}, table);
}

// --- Trades ---------------------------------------------------------------------------------------

void trades(const view_arguments& asked) {
    remote at("bourse trades", asked.remote);
    const instrument_line* const in = at.need(at.names().instrument(asked.name));
    const instrument_record units = market_names::record_of(*in);
    history_request request;
    request.symbol = in->terms.rules.symbol;
    request.cursor = asked.cursor;
    request.most = asked.most;
    if (!asked.account.empty()) {
        request.account = at.need(at.names().account(asked.account)).id;
    }
    if (!asked.from.empty()) {
        request.from = at.need(to_time(asked.from));
    }
    if (!asked.until.empty()) {
        request.until = at.need(to_time(asked.until));
    }
    const auto found = at.ask<history_answer>(std::move(request));
    json_text out;
    out.begin('{')
        .key("symbol")
        .text(in->name)
        .key("as_of")
        .number(found.as_of)
        .key("trades")
        .begin('[');
    std::vector<std::vector<std::string>> table;
    for (const history_trade& each : found.trades) {
        const std::string its_price = price_text(each.price, units);
        const std::string lots = quantity_text(each.lots, units);
        out.begin('{').key("trade").number(each.number.value).key("price").text(its_price);
        out.key("quantity").raw(lots).key("at").text(time_text(each.at));
        out.key("aggressor").text(word(each.aggressor)).end();
        table.push_back({std::to_string(each.number.value), time_text(each.at), its_price, lots,
                         std::string(word(each.aggressor))});
    }
    out.end().key("next").text(found.next).end();
    if (at.is_json()) {
        say(out.str());
        return;
    }
    std::cout << table_text({"trade", "at", "price", "quantity", "aggressor"}, table);
    if (!found.next.empty()) {
        std::cout << "there are more: --cursor " << found.next << '\n';
    }
}

CLI::App* add_view(CLI::App& app, const std::string& name, const std::string& what,
                   const std::string& example, const std::string& of,
                   const std::shared_ptr<view_arguments>& asked,
                   void (*run)(const view_arguments&)) {
    CLI::App* const sub = add_remote_command(app, name, what, example, asked->remote);
    sub->add_option(of, asked->name, of == "account" ? "Whose" : "Of what")->required();
    sub->callback([asked, run] { run(*asked); });
    return sub;
}

/// `only_with`: the flag without which all is shown, and these mean nothing; null: none.
void add_past(CLI::App& sub, view_arguments& asked, CLI::Option* only_with) {
    const std::string when = only_with == nullptr ? "" : "With " + only_with->get_name() + ": ";
    CLI::Option* const most = sub.add_option("--most", asked.most, when + "how many at once")
                                  ->check(CLI::Range(1, 1000))
                                  ->capture_default_str();
    CLI::Option* const cursor =
        sub.add_option("--cursor", asked.cursor, when + "go on where an earlier answer ended");
    if (only_with != nullptr) {
        most->needs(only_with);
        cursor->needs(only_with);
    }
}

}  // namespace

void add_view_commands(CLI::App& app) {
    auto of_orders = std::make_shared<view_arguments>();
    CLI::App* const shown_orders = add_view(
        app, "orders", "The open orders of an account, or its past ones",
        "bourse orders alice, or bourse orders alice --past", "account", of_orders, orders);
    CLI::Option* const past = shown_orders->add_flag("--past", of_orders->past,
                                                     "All that there ever were, the newest first");
    shown_orders->add_option("--symbol", of_orders->symbol, "In this symbol only");
    add_past(*shown_orders, *of_orders, past);

    add_view(app, "portfolio", "What an account has", "bourse portfolio alice --json", "account",
             std::make_shared<view_arguments>(), portfolio)
        ->footer(
            "In JSON 'realised' and 'unrealised' are decimals, or null where what the account "
            "holds is\n"
            "paid in several currencies, which have no sum: 'profits' has those of each.\n\n"
            "Example: bourse portfolio alice --json");

    auto of_book = std::make_shared<view_arguments>();
    add_view(app, "book", "What is bid and offered", "bourse book AAPL --depth 10", "symbol",
             of_book, book)
        ->add_option("--depth", of_book->depth, "Levels a side")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();

    auto of_trades = std::make_shared<view_arguments>();
    CLI::App* const shown_trades =
        add_view(app, "trades", "What was traded, the newest first", "bourse trades AAPL --most 20",
                 "symbol", of_trades, trades);
    shown_trades->add_option("--account", of_trades->account, "Those of this account only");
    shown_trades->add_option("--from", of_trades->from, "Not before: 2026-12-31T09:00:00Z");
    shown_trades->add_option("--until", of_trades->until, "Before this time");
    add_past(*shown_trades, *of_trades, nullptr);
}

}  // namespace bourse
