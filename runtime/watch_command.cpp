#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <future>
#include <iostream>
#include <memory>
#include <string>

#include "actors/directory/units.hpp"
#include "messages/reason.hpp"
#include "runtime/client/json_text.hpp"
#include "runtime/client/words.hpp"
#include "runtime/commands.hpp"
#include "runtime/remote.hpp"

// `bourse watch`: what happens, as it happens.
namespace bourse {
namespace {

constexpr std::uint64_t largest_number = INT64_MAX;

struct watch_arguments {
    remote_arguments remote;
    std::string symbol, account, feed = "depth";
    std::uint64_t from = 0, count = 0;
    std::uint32_t depth = 10;
};

/// Ends the command: once, from whichever thread.
class ending {
public:
    void end(const request_refused& why) {
        if (!is_said_.exchange(true)) {
            ended_.set_value(why);
        }
    }
    /// `count` events were wanted, and this was one; true if that was the last.
    bool is_last(std::uint64_t count) {
        if (count != 0 && ++seen_ >= count) {
            end({});
            return true;
        }
        return false;
    }
    [[nodiscard]] bool has_ended() const { return is_said_; }
    std::future<request_refused> future() { return ended_.get_future(); }

private:
    std::promise<request_refused> ended_;
    std::atomic<bool> is_said_{false};
    std::uint64_t seen_ = 0;
};

std::string report_json(remote& at, const report& each, timestamp when) {
    const event& what = each.what;
    const instrument_line* const in = at.names().instrument(what.symbol);
    json_text out;
    out.begin('{').key("report").number(each.number).key("kind").text(word(what.kind));
    out.key("at").text(time_text(when)).key("order").number(what.order.value);
    if (in != nullptr) {
        const instrument_record units = market_names::record_of(*in);
        const currency_record currency = market_names::currency_of(*in);
        out.key("symbol").text(in->name).key("side").text(word(what.side));
        out.key("price").text(price_text(what.price, units));
        out.key("quantity").raw(quantity_text(what.lots, units));
        out.key("filled").raw(quantity_text(what.filled, units));
        out.key("remaining").raw(quantity_text(what.remaining, units));
        if (what.kind == event_kind::fill) {
            out.key("trade").number(what.number);
            out.key("cash").text(money_text(each.cash.minor, currency));
            out.key("fee").text(money_text(each.fee.minor, currency));
        }
    }
    out.key("reason").text(what.reason == reason::none ? "" : to_string(what.reason));
    out.key("client_id").text(client_id_text(each.client)).key("final").truth(what.is_final());
    return out.end().str();
}

std::string report_line(remote& at, const report& each, timestamp when) {
    const event& what = each.what;
    const instrument_line* const in = at.names().instrument(what.symbol);
    std::string text =
        time_text(when) + "  " + std::to_string(each.number) + "  " + std::string(word(what.kind));
    if (what.order != order_id{}) {
        text += "  order " + std::to_string(what.order.value);
    }
    if (in != nullptr) {
        const instrument_record units = market_names::record_of(*in);
        text += "  " + std::string(word(what.side)) + " " + quantity_text(what.lots, units) + " " +
                in->name + " @ " + price_text(what.price, units) + "  filled " +
                quantity_text(what.filled, units) + ", remaining " +
                quantity_text(what.remaining, units);
    }
    return text +
           (what.reason == reason::none ? "" : "  (" + std::string(to_string(what.reason)) + ")");
}

std::string update_json(const market_push& push, const instrument_line& in) {
    const instrument_record units = market_names::record_of(in);
    json_text out;
    out.begin('{').key("symbol").text(in.name).key("seq").number(push.number);
    out.key("previous").number(push.previous).key("snapshot").truth(push.is_snapshot);
    out.key("conflated").truth(push.was_conflated).key("state").text(word(push.state));
    out.key("at").text(time_text(push.at)).key("bids");
    write_levels(out, push.bids, units);
    out.key("asks");
    write_levels(out, push.asks, units);
    out.key("trades").begin('[');
    for (const trade_line& each : push.trades) {
        out.begin('{').key("trade").number(each.number.value);
        out.key("price").text(price_text(each.price, units));
        out.key("quantity").raw(quantity_text(each.lots, units));
        out.key("at").text(time_text(each.at)).key("aggressor").text(word(each.aggressor)).end();
    }
    out.end().key("orders").begin('[');
    for (const shown_order& each : push.orders) {
        out.begin('{').key("order").number(each.id.value).key("side").text(word(each.side));
        out.key("price").text(price_text(each.price, units));
        out.key("quantity").raw(quantity_text(each.lots, units)).end();
    }
    return out.end().end().str();
}

void print_levels(const std::string& name, const std::vector<level_line>& levels,
                  const instrument_record& units, bool is_snapshot) {
    for (const level_line& each : levels) {
        std::cout << "  " << name << ' ' << price_text(each.price, units) << "  "
                  << (each.lots.lots == 0 && !is_snapshot ? "gone"
                                                          : quantity_text(each.lots, units))
                  << "  " << each.orders << " orders\n";
    }
}

void print_update(const market_push& push, const instrument_line& in) {
    const instrument_record units = market_names::record_of(in);
    std::cout << in.name << "  " << time_text(push.at) << "  seq " << push.number << "  "
              << word(push.state) << (push.is_snapshot ? "  snapshot" : "")
              << (push.was_conflated ? ", conflated" : "") << '\n';
    print_levels("bid", push.bids, units, push.is_snapshot);
    print_levels("ask", push.asks, units, push.is_snapshot);
    for (const trade_line& each : push.trades) {
        std::cout << "  trade " << each.number.value << "  " << quantity_text(each.lots, units)
                  << " @ " << price_text(each.price, units) << "  " << word(each.aggressor) << '\n';
    }
    for (const shown_order& each : push.orders) {
        std::cout << "  order " << each.id.value << "  " << word(each.side) << " "
                  << quantity_text(each.lots, units) << " @ " << price_text(each.price, units)
                  << '\n';
    }
    std::cout << std::flush;
}

/// Nothing is shown before the report that was asked for has come: people hear that it has not. For programs nothing is said where
/// they read events.
void say_what_is_waited_for(remote& at, account_id account, const watch_arguments& asked) {
    const auto has = at.ask<portfolio_answer>(portfolio_request{account});
    if (asked.from > has.last_report) {
        std::cerr << "the newest report of " + asked.account + " is " +
                         std::to_string(has.last_report) + "; waiting for report " +
                         std::to_string(asked.from) + "\n";
    }
}

std::optional<request_refused> watch_account(remote& at, const watch_arguments& asked,
                                             const std::shared_ptr<ending>& until) {
    const account_id account = at.need(at.names().account(asked.account)).id;
    static_cast<void>(at.need(at.names().instruments()));  // read now: not from the loop's thread
    if (asked.from != 0) {
        say_what_is_waited_for(at, account, asked);
    }
    return at.session().subscribe(
        subscribe_reports{account, asked.from},
        {.take =
             [&at, count = asked.count, until](const reports_push& push) {
                 for (std::size_t i = 0; i < push.reports.size() && !until->has_ended(); ++i) {
                     say(at.is_json() ? report_json(at, push.reports[i], push.at[i])
                                      : report_line(at, push.reports[i], push.at[i]));
                     until->is_last(count);
                 }
             },
         .ended = [until](const request_refused& why) { until->end(why); }});
}

std::optional<request_refused> watch_symbol(remote& at, const watch_arguments& asked,
                                            const std::shared_ptr<ending>& until) {
    const instrument_line in = *at.need(at.names().instrument(asked.symbol));
    subscribe_market what{.symbol = in.terms.rules.symbol, .depth = asked.depth};
    what.feed = asked.feed == "top"      ? market_feed::top
                : asked.feed == "trades" ? market_feed::trades
                : asked.feed == "orders" ? market_feed::orders
                                         : market_feed::depth;
    return at.session().subscribe(
        what, {.take =
                   [in, json = at.is_json(), count = asked.count, until](const market_push& push) {
                       if (until->has_ended()) {
                           return;
                       }
                       if (json) {
                           say(update_json(push, in));
                       } else {
                           print_update(push, in);
                       }
                       until->is_last(count);
                   },
               .ended = [until](const request_refused& why) { until->end(why); }});
}

void watch(const watch_arguments& asked) {
    client_options more;
    more.reconnect_for = {600 * ns_of_second};  // a node that has much to carry out again
    remote at("bourse watch", asked.remote, more);
    if (asked.symbol.empty() == asked.account.empty()) {
        at.misused("say what: a symbol, or --account NAME");
    }
    if (asked.from != 0 && asked.account.empty()) {
        at.misused(
            "--from goes with --account: it is the number of a report; a market is shown "
            "as it is now");
    }
    auto until = std::make_shared<ending>();
    auto ended = until->future();
    const auto refused =
        asked.account.empty() ? watch_symbol(at, asked, until) : watch_account(at, asked, until);
    if (refused) {
        at.fail(*refused);
    }
    const request_refused why = ended.get();
    if (!why.why.empty()) {
        at.fail(why);
    }
}

}  // namespace

void add_watch_command(CLI::App& app) {
    auto asked = std::make_shared<watch_arguments>();
    CLI::App* const sub = add_remote_command(
        app, "watch", "Shows what happens, as it happens; goes on after a broken connection",
        "bourse watch AAPL --json, or bourse watch --account alice --from 1", asked->remote);
    sub->add_option("symbol", asked->symbol, "The market of this instrument");
    sub->add_option("--account", asked->account, "The reports of this account");
    sub->add_option("--from", asked->from,
                    "With --account: from this report on (default: only new ones)")
        ->check(CLI::Range(std::uint64_t{1}, largest_number));
    sub->add_option("--feed", asked->feed, "How much of the market")
        ->check(CLI::IsMember({"top", "depth", "trades", "orders"}))
        ->capture_default_str();
    sub->add_option("--depth", asked->depth, "Levels a side, of --feed depth")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    sub->add_option("--count", asked->count, "End after so many (default: never)")
        ->check(CLI::Range(std::uint64_t{1}, largest_number));
    sub->callback([asked] { watch(*asked); });
}

}  // namespace bourse
