#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "runtime/bench/bench_report.hpp"
#include "runtime/bench/journal_bench.hpp"
#include "runtime/bench/match_bench.hpp"
#include "runtime/bench/shard_run.hpp"
#include "runtime/commands.hpp"
#include "runtime/exit_code.hpp"
#include "runtime/fault.hpp"
#include "runtime/ladder/ladder.hpp"

namespace bourse {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& why, bool json) {
    end_command({"bourse bench " + what, "failed", why, 0}, exit_code::refused, json);
}

struct match_arguments {
    match_bench_options options;
    bool json = false;
};

void bench_match(match_arguments& arguments) {
    arguments.options.program = std::filesystem::read_symlink("/proc/self/exe").string();
    arguments.options.progress = [](const std::string& what) { std::cerr << what << '\n'; };
    const match_bench_result result = run_match_bench(arguments.options);
    if (!result.fault.empty()) {
        refuse("match", result.fault, arguments.json);
    }
    std::cout << (arguments.json ? bench_json(result.flows, result.machine) : bench_table(result));
}

std::vector<std::string> flow_names() {
    std::vector<std::string> names;
    for (const flow_shape& shape : bench_flows()) {
        names.emplace_back(shape.name);
    }
    return names;
}

void add_match(CLI::App& bench) {
    auto arguments = std::make_shared<match_arguments>();
    CLI::App* const match = bench.add_subcommand(
        "match",
        "The order book against a bare floor, and a shard against its book, in turn, on generated "
        "order flows");
    match->add_flag("--json", arguments->json, "One JSON object instead of a table");
    match->add_option("--flow", arguments->options.flows, "Only this flow; may be repeated")
        ->check(CLI::IsMember(flow_names()));
    match->add_option("--runs", arguments->options.runs, "Runs of book and floor each")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    match
        ->add_option("--entry", arguments->options.commands_per_entry,
                     "Commands an entry, for all flows (default: as the flow says)")
        ->check(CLI::Range(1, 1000));
    match->add_flag("--machine", arguments->options.machine_only,
                    "Only the shard against its book");
    match->add_option("--accounts", arguments->options.accounts, "Accounts of the shard")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    match->add_option("--symbols", arguments->options.symbols, "Symbols of the shard")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    match->add_flag("--quick", arguments->options.quick,
                    "A tenth of the operations: to see that it works");
    match->footer("Example: bourse bench match --flow 10k --runs 5");
    match->callback([arguments] { bench_match(*arguments); });
}

struct journal_arguments {
    journal_bench_options options;
    bool json = false;
};

void bench_journal(journal_arguments& arguments) {
    arguments.options.progress = [](const std::string& what) { std::cerr << what << '\n'; };
    const journal_bench_result result = run_journal_bench(arguments.options);
    if (!result.fault.empty()) {
        refuse("journal", result.fault, arguments.json);
    }
    std::cout << (arguments.json ? journal_json(result) : journal_table(result));
}

void add_journal(CLI::App& bench) {
    auto arguments = std::make_shared<journal_arguments>();
    CLI::App* const app = bench.add_subcommand(
        "journal", "Durable batches of the journal against bare writes of the same bytes, in turn");
    app->add_flag("--json", arguments->json, "One JSON object instead of a table");
    app->add_option("--folder", arguments->options.folder,
                    "Where the files are made, on the disk to be measured")
        ->capture_default_str();
    app->add_option("--runs", arguments->options.runs, "Runs of each contender")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app->add_option("--volume", arguments->options.volume_orders,
                    "Also write so many orders, and say what they take (10000000: 2 GB)")
        ->check(CLI::Range(0, 100'000'000));
    app->add_flag("--quick", arguments->options.quick,
                  "A tenth of the batches: to see that it works");
    app->footer("Example: bourse bench journal --folder . --runs 3");
    app->callback([arguments] { bench_journal(*arguments); });
}

struct ladder_arguments {
    ladder_options options;
    bool json = false;
};

void bench_ladder(ladder_arguments& arguments) {
    arguments.options.program = std::filesystem::read_symlink("/proc/self/exe").string();
    arguments.options.progress = [](const std::string& what) { std::cerr << what << '\n'; };
    const auto result = run_ladder(arguments.options);
    if (!result) {
        refuse("ladder", result.error().what, arguments.json);
    }
    std::cout << (arguments.json ? ladder_json(*result) : ladder_table(*result));
}

void add_ladder(CLI::App& bench) {
    auto arguments = std::make_shared<ladder_arguments>();
    CLI::App* const app = bench.add_subcommand(
        "ladder",
        "What each layer costs, from the books alone to a node that is another process, beside the "
        "floors: a bare fdatasync, and the same calls echoed");
    app->add_flag("--json", arguments->json, "One JSON object instead of a table");
    app->add_option("--folder", arguments->options.folder,
                    "Where the files are made, on the disk to be measured")
        ->capture_default_str();
    app->add_flag("--quick", arguments->options.quick,
                  "A tenth of the orders: to see that it works");
    app->footer("Example: bourse bench ladder --folder .");
    app->callback([arguments] { bench_ladder(*arguments); });
}

/// The other process of `bench ladder`. Not in the help.
void add_echo(CLI::App& bench) {
    auto listen = std::make_shared<std::string>("127.0.0.1:0");
    CLI::App* const app = bench.add_subcommand("echo", "Answers orders, and does nothing");
    app->group("");
    app->add_option("--listen", *listen, "HOST:PORT");
    app->callback([listen] {
        if (const outcome served = serve_echo(*listen); !served) {
            refuse("echo", served.error().what, false);
        }
    });
}

struct count_arguments {
    std::string flow = "10k";
    bool floor = false;
    bool machine = false;
    bool books = false;
    bool full = false;
    machine_shape shape;
};

void count(const count_arguments& arguments) {
    const flow_shape shape = *find_flow(arguments.flow);
    const std::uint32_t operations = operations_of(shape, !arguments.full);
    const auto print = [](const flow_run& run) {
        std::cout << run.events << " events, digest " << run.digest << '\n';
    };
    if (arguments.machine) {
        print(run_machine(generate_shard_flow(shape, operations, bench_seed, arguments.shape)));
    } else if (arguments.books) {
        print(run_books(generate_shard_flow(shape, operations, bench_seed, arguments.shape)));
    } else {
        print(run_flow(generate_flow(shape, operations, bench_seed),
                       arguments.floor ? contender::floor : contender::book));
    }
}

/// What `bench match` runs under callgrind: one quick run, nothing else. Not in the help.
void add_count(CLI::App& bench) {
    auto arguments = std::make_shared<count_arguments>();
    CLI::App* const app = bench.add_subcommand("count", "One run, to be counted by callgrind");
    app->group("");
    app->add_option("--flow", arguments->flow)->check(CLI::IsMember(flow_names()));
    app->add_flag("--floor", arguments->floor);
    app->add_flag("--machine", arguments->machine, "A shard");
    app->add_flag("--books", arguments->books, "The books of --machine alone");
    app->add_flag("--full", arguments->full, "All operations");
    app->add_option("--accounts", arguments->shape.accounts)->check(CLI::Range(1, 1'000'000));
    app->add_option("--symbols", arguments->shape.symbols)->check(CLI::Range(1, 10'000));
    app->add_option("--entry", arguments->shape.commands_per_entry)->check(CLI::Range(1, 1000));
    app->callback([arguments] { count(*arguments); });
}

}  // namespace

void add_bench_command(CLI::App& app) {
    CLI::App* const bench = app.add_subcommand("bench", "Measures speed");
    bench->require_subcommand(1);
    bench->footer("Example: bourse bench match --quick");
    add_match(*bench);
    add_journal(*bench);
    add_ladder(*bench);
    add_echo(*bench);
    add_count(*bench);
}

}  // namespace bourse
