#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "runtime/bench/flow_replay.hpp"
#include "runtime/commands.hpp"
#include "runtime/exit_code.hpp"

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
    generated->callback([arguments] { replay_generated(*arguments); });
}

}  // namespace

void add_replay_command(CLI::App& app) {
    CLI::App* const replay = app.add_subcommand("replay", "Replays an order flow through a book");
    replay->require_subcommand(1);
    add_generated(*replay);
}

}  // namespace bourse
