#include <CLI/CLI.hpp>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/client/json_text.hpp"
#include "runtime/client/load.hpp"
#include "runtime/client/words.hpp"
#include "runtime/commands.hpp"
#include "runtime/remote.hpp"

// `bourse load`: a generated flow, through sessions, and how fast it was answered.
namespace bourse {
namespace {

struct load_arguments {
    remote_arguments remote;
    load_options options;
    std::uint32_t sessions = 4, symbols = 10, accounts = 100;
    std::uint32_t reconnect_seconds = 0;
    std::string acks;
    bool echo = false;
};

std::vector<std::string> numbered(const std::string& stem, std::uint32_t count) {
    std::vector<std::string> names;
    for (std::uint32_t i = 1; i <= count; ++i) {
        names.push_back(stem + std::to_string(i));
    }
    return names;
}

std::string decimals(double value, int places) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(places) << value;
    return text.str();
}

void print(const remote& at, const load_result& done, bool is_by_clock) {
    const double rate = done.seconds > 0 ? static_cast<double>(done.orders) / done.seconds : 0;
    const load_latency& of = done.latency;
    if (at.is_json()) {
        json_text out;
        out.begin('{').key("orders").number(done.orders).key("accepted").number(done.accepted);
        out.key("refused").number(done.refused).key("retried").number(done.retried);
        out.key("seconds").measure(done.seconds).key("orders_per_second").measure(rate);
        out.key("latency_from").text(is_by_clock ? "due" : "sent");
        out.key("latency_us")
            .begin('{')
            .key("p50")
            .measure(of.p50_us)
            .key("p90")
            .measure(of.p90_us);
        out.key("p99").measure(of.p99_us).key("p99_9").measure(of.p99_9_us);
        out.key("max").measure(of.max_us).end();
        say(out.end().str());
        return;
    }
    std::cout << "orders      " << done.orders << "  (accepted " << done.accepted << ", refused "
              << done.refused << "; calls sent again " << done.retried << ")\n"
              << "seconds     " << decimals(done.seconds, 3) << "\n"
              << "a second    " << decimals(rate, 0) << "\n"
              << (is_by_clock
                      ? "latency     from when a call was due to its answer, microseconds\n"
                      : "latency     from when a call was sent to its answer, microseconds; "
                        "--rate sends by the clock\n")
              << "            p50 " << decimals(of.p50_us, 0) << "  p90 " << decimals(of.p90_us, 0)
              << "  p99 " << decimals(of.p99_us, 0) << "  p99.9 " << decimals(of.p99_9_us, 0)
              << "  max " << decimals(of.max_us, 0) << '\n';
}

/// What an echo is asked about: it knows no names.
made_market market_of_nothing(const load_arguments& asked) {
    made_market made;
    for (std::uint32_t i = 1; i <= asked.symbols; ++i) {
        instrument_line& line = made.instruments.emplace_back();
        line.name = "LOAD-" + std::to_string(i);
        line.terms.rules.symbol = {i};
    }
    for (std::uint32_t i = 1; i <= asked.accounts; ++i) {
        made.accounts.push_back({.name = "load-" + std::to_string(i), .id = {i}});
    }
    return made;
}

void load(load_arguments& asked) {
    client_options more;
    more.name = "bourse load";
    more.reconnect_for = {asked.reconnect_seconds * ns_of_second};
    remote at("bourse load", asked.remote, more);
    asked.options.reconnect_for = more.reconnect_for;
    asked.options.with_client_ids =
        asked.options.with_client_ids || asked.reconnect_seconds != 0 || !asked.acks.empty();

    std::ofstream acks;
    if (!asked.acks.empty()) {
        acks.open(asked.acks, std::ios::trunc);
        if (!acks) {
            at.misused("'" + asked.acks + "' cannot be written");
        }
        asked.options.acknowledged = [&acks](order_id id, client_id client,
                                             const std::string& symbol) {
            acks << id.value << ' ' << client_id_text(client) << ' ' << symbol << '\n';
        };
        asked.options.answered = [&acks] { acks.flush(); };
    }

    made_market market;
    if (asked.echo) {
        market = market_of_nothing(asked);
    } else {
        progress_line line("instruments and accounts");
        market = at.need(make_market(
            at.session(),
            {.instruments = numbered("LOAD-", asked.symbols),
             .tick = "0.01",
             .accounts = numbered("load-", asked.accounts),
             .progress = [&](std::uint64_t done, std::uint64_t all) { line.at(done, all); }}));
    }
    const auto loop = client_loop::start();
    std::vector<std::unique_ptr<client>> sessions;
    {
        progress_line line("sessions");
        for (std::uint32_t i = 0; i < asked.sessions; ++i) {
            sessions.push_back(at.another(loop));
            line.at(i + 1, asked.sessions);
        }
    }
    load_result done;
    {
        progress_line line("orders");
        asked.options.progress = [&](std::uint64_t count) { line.at(count, asked.options.orders); };
        done = run_load(sessions, market, asked.options);
    }
    print(at, done, asked.options.rate != 0);
    if (!done.fault.empty()) {
        std::cerr << "bourse load: ended early: " << done.fault << '\n';
        throw CLI::RuntimeError(
            static_cast<int>(done.has_lost_node ? exit_code::unreachable : exit_code::refused));
    }
    if (acks.is_open() && !acks.flush()) {
        std::cerr << "bourse load: '" << asked.acks
                  << "' could not be written: not every acknowledged order is in it\n";
        throw CLI::RuntimeError(static_cast<int>(exit_code::refused));
    }
}

}  // namespace

void add_load_command(CLI::App& app) {
    auto asked = std::make_shared<load_arguments>();
    CLI::App* const sub = add_remote_command(
        app, "load",
        "Sends a generated flow of orders, from instruments and accounts of its own, and says how "
        "fast it was answered",
        "bourse load --orders 1000000 --batch 100 --sessions 4 --acks acks.txt", asked->remote);
    sub->add_option("--orders", asked->options.orders, "Orders and cancels in all")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000'000'000}))
        ->capture_default_str();
    sub->add_option("--batch", asked->options.batch, "So many a call")
        ->check(CLI::Range(1U, max_commands_of_request))
        ->capture_default_str();
    sub->add_option("--sessions", asked->sessions, "Each with a connection of its own")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    sub->add_option("--symbols", asked->symbols, "LOAD-1 and on")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    sub->add_option("--accounts", asked->accounts, "load-1 and on")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    sub->add_option(
           "--rate", asked->options.rate,
           "Orders a second in all, by the clock, and timed from when they were due, so that a "
           "stall "
           "counts for all that it holds up (default: as fast as they are answered, and timed from "
           "when they are sent, so that it counts for those under way alone)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
    sub->add_option("--in-flight", asked->options.in_flight,
                    "Calls under way a session, without --rate")
        ->check(CLI::Range(1U, max_requests_in_flight))
        ->capture_default_str();
    sub->add_option("--seed", asked->options.seed, "Another seed, another flow")
        ->capture_default_str();
    sub->add_option("--acks", asked->acks,
                    "Write a line for each acknowledged order, as it is acknowledged: ORDER_ID "
                    "CLIENT_ID SYMBOL");
    sub->add_option("--reconnect", asked->reconnect_seconds,
                    "When the node is gone, try so many seconds to go on")
        ->check(CLI::Range(0, 3'600))
        ->capture_default_str();
    // For `bench ladder`: the server is runtime/echo, which has no market. Not in the help.
    sub->add_flag("--echo", asked->echo)->group("");
    sub->callback([asked] { load(*asked); });
}

}  // namespace bourse
