#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "runtime/bench/flow_replay.hpp"
#include "runtime/client/json_text.hpp"
#include "runtime/commands.hpp"
#include "runtime/exit_code.hpp"
#include "runtime/remote.hpp"
#include "runtime/remote_replay.hpp"

namespace bourse {
namespace {

struct generated_arguments {
    flow_replay_options options;
    bool json = false;
};

std::string level_text(const std::vector<book_level>& levels, std::size_t index) {
    std::ostringstream text;
    if (index < levels.size()) {
        const book_level& level = levels[index];
        text << std::setw(8) << level.orders << std::setw(9) << level.lots.lots << std::setw(9)
             << level.price.ticks;
    } else {
        text << std::setw(26) << "-";
    }
    return text.str();
}

void print_table(const flow_replay_result& result) {
    const double rate = static_cast<double>(result.commands) / std::max(result.seconds, 1e-9);
    std::cout << "commands   " << result.commands << "\naccepted   " << result.accepted
              << "\nreplaced   " << result.replaced << "\ncancelled  " << result.cancelled
              << "\nrejected   " << result.rejected << "\ntrades     " << result.trades
              << "\nvolume     " << result.volume_lots << " lots\nresting    " << result.resting
              << "\nrate       " << std::fixed << std::setprecision(2) << rate / 1e6
              << " million commands a second, in the book\n\n"
              << "           bids                        asks\n"
              << "  orders     lots    price    orders     lots    price\n";
    for (std::size_t i = 0; i < std::max(result.bids.size(), result.asks.size()); ++i) {
        std::cout << level_text(result.bids, i) << "  " << level_text(result.asks, i) << '\n';
    }
    std::cout << "\nchecks: not crossed after any entry, one final answer an order, two fills a "
                 "trade, numbers without a gap, statistics: "
              << (result.faults.empty() ? "passed" : "FAILED") << '\n';
}

std::string levels_json(const std::vector<book_level>& levels) {
    std::ostringstream text;
    text << '[';
    for (const book_level& level : levels) {
        text << (&level == levels.data() ? "" : ",") << "{\"price\":" << level.price.ticks
             << ",\"lots\":" << level.lots.lots << ",\"orders\":" << level.orders << '}';
    }
    text << ']';
    return text.str();
}

void print_json(const flow_replay_result& result) {
    std::cout << "{\"commands\":" << result.commands << ",\"accepted\":" << result.accepted
              << ",\"replaced\":" << result.replaced << ",\"cancelled\":" << result.cancelled
              << ",\"rejected\":" << result.rejected << ",\"trades\":" << result.trades
              << ",\"volume_lots\":" << result.volume_lots << ",\"resting\":" << result.resting
              << ",\"seconds\":" << result.seconds << ",\"bids\":" << levels_json(result.bids)
              << ",\"asks\":" << levels_json(result.asks) << ",\"faults\":" << result.faults.size()
              << "}\n";
}

void replay_generated(generated_arguments& arguments) {
    const std::uint32_t all = arguments.options.orders;
    arguments.options.progress = [all](std::uint32_t done) {
        std::cerr << "replayed " << done << " of " << all << '\n';
    };
    const flow_replay_result result = replay_generated_flow(arguments.options);
    if (arguments.json) {
        print_json(result);
    } else {
        print_table(result);
    }
    for (const std::string& fault : result.faults) {
        std::cerr << "bourse replay generated: " << fault << '\n';
    }
    if (!result.faults.empty()) {
        throw CLI::RuntimeError(static_cast<int>(exit_code::refused));
    }
}

void add_generated(CLI::App& replay) {
    auto arguments = std::make_shared<generated_arguments>();
    CLI::App* const generated = replay.add_subcommand(
        "generated", "A generated order flow, with checks of what the book answers");
    generated->add_option("--orders", arguments->options.orders, "Commands in all")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    generated->add_option("--seed", arguments->options.seed, "Another seed, another flow")
        ->capture_default_str();
    generated->add_flag("--json", arguments->json, "One JSON object instead of a table");
    generated->footer("Example: bourse replay generated --orders 1000000 --seed 7");
    generated->callback([arguments] { replay_generated(*arguments); });
}

// --- Recorded flow, through a node --------------------------------------------------------------

struct recorded_arguments {
    remote_arguments remote;
    std::string messages, book, symbol = "REPLAY", speed = "max";
    remote_replay_options options;
};

void print(const remote& at, const remote_replay_result& done) {
    const double rate = done.seconds > 0 ? static_cast<double>(done.orders) / done.seconds : 0;
    if (at.is_json()) {
        json_text out;
        out.begin('{').key("messages").number(done.messages).key("orders").number(done.orders);
        out.key("trades").number(done.trades).key("rows").number(done.rows);
        out.key("rows_matched").number(done.rows_matched).key("makers").number(done.makers);
        out.key("makers_matched").number(done.makers_matched).key("seconds").measure(done.seconds);
        out.key("orders_per_second").measure(rate);
        say(out.end().str());
        return;
    }
    std::cout << "messages   " << done.messages << "\norders     " << done.orders << "\ntrades     "
              << done.trades << "\nrows       " << done.rows_matched << " of " << done.rows
              << " as in the file\nmakers     " << done.makers_matched << " of " << done.makers
              << " hit in turn\nseconds    " << std::fixed << std::setprecision(3) << done.seconds
              << "\na second   " << std::setprecision(0) << rate << '\n';
}

void replay_recorded(const std::string& format, recorded_arguments& asked) {
    remote at("bourse replay " + format, asked.remote);
    const auto market =
        at.need(make_market(at.session(), {.instruments = {asked.symbol},
                                           .tick = asked.options.tick,
                                           .accounts = {"replay-makers", "replay-takers"},
                                           .progress = {}}));
    recorded_flow_options files{.messages = asked.messages, .book = {}, .driver = {}};
    if (!asked.book.empty()) {
        files.book = asked.book;
    }
    files.driver.file = asked.messages;
    files.driver.makers = market.accounts[0].id;
    files.driver.takers = market.accounts[1].id;
    const auto flow = at.need(format == "lobster" ? open_lobster(files) : open_databento(files));
    asked.options.at_its_own_speed = asked.speed == "1x";
    asked.options.waits = at.says_waiting();
    remote_replay_result done;
    {
        progress_line line("messages");
        asked.options.progress = [&](std::uint64_t count) { line.at(count, 0); };
        done = at.need(replay_remotely(at.session(), market, *flow, asked.options));
    }
    print(at, done);
    if (!done.fault.empty()) {
        std::cerr << "bourse replay " << format << ": " << asked.messages << ", " << done.fault
                  << '\n';
        throw CLI::RuntimeError(static_cast<int>(exit_code::refused));
    }
}

void add_recorded(CLI::App& replay, const std::string& format, const std::string& what,
                  const std::string& example) {
    auto asked = std::make_shared<recorded_arguments>();
    CLI::App* const sub = add_remote_command(replay, format, what, example, asked->remote);
    sub->add_option("messages", asked->messages, "The file of messages")
        ->required()
        ->check(CLI::ExistingFile);
    sub->add_option("--book", asked->book, "What the book showed: compared row by row")
        ->check(CLI::ExistingFile);
    sub->add_option("--symbol", asked->symbol, "The instrument, made if it is not there")
        ->capture_default_str();
    sub->add_option("--tick", asked->options.tick, "Its tick, if it is made")
        ->capture_default_str();
    sub->add_option("--speed", asked->speed, "As fast as it goes, or as it was")
        ->check(CLI::IsMember({"max", "1x"}))
        ->capture_default_str();
    sub->callback([asked, format] { replay_recorded(format, *asked); });
}

}  // namespace

void add_replay_command(CLI::App& app) {
    CLI::App* const replay =
        app.add_subcommand("replay",
                           "Replays an order flow: a recorded one through a node, or a "
                           "generated one through a book of its own");
    replay->require_subcommand(1);
    replay->footer("Example: bourse replay databento mbo.csv --book mbp.csv");
    add_recorded(*replay, "databento",
                 "A Databento MBO file, and the MBP-10 file of the same day to compare with",
                 "bourse replay databento mbo.csv --book mbp.csv");
    add_recorded(*replay, "lobster",
                 "A LOBSTER message file, and its order book file to compare with",
                 "bourse replay lobster message_10.csv --book orderbook_10.csv");
    add_generated(*replay);
}

}  // namespace bourse
