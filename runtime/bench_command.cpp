#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "runtime/bench/bench_report.hpp"
#include "runtime/bench/match_bench.hpp"
#include "runtime/commands.hpp"
#include "runtime/exit_code.hpp"

namespace bourse {
namespace {

struct match_arguments {
    match_bench_options options;
    bool json = false;
};

void bench_match(match_arguments& arguments) {
    arguments.options.program = std::filesystem::read_symlink("/proc/self/exe").string();
    arguments.options.progress = [](const std::string& what) { std::cerr << what << '\n'; };
    const match_bench_result result = run_match_bench(arguments.options);
    if (!result.fault.empty()) {
        std::cerr << "bourse bench match: " << result.fault << '\n';
        throw CLI::RuntimeError(static_cast<int>(exit_code::refused));
    }
    std::cout << (arguments.json ? bench_json(result.flows) : bench_table(result.flows));
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
        "match", "The order book against a bare floor, in turn, on generated order flows");
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
    match->add_flag("--quick", arguments->options.quick,
                    "A tenth of the operations: to see that it works");
    match->callback([arguments] { bench_match(*arguments); });
}

struct count_arguments {
    std::string flow = "10k";
    bool floor = false;
};

/// What `bench match` runs under callgrind: one quick run, nothing else. Not in the help.
void add_count(CLI::App& bench) {
    auto arguments = std::make_shared<count_arguments>();
    CLI::App* const count = bench.add_subcommand("count", "One run, to be counted by callgrind");
    count->group("");
    count->add_option("--flow", arguments->flow)->check(CLI::IsMember(flow_names()));
    count->add_flag("--floor", arguments->floor);
    count->callback([arguments] {
        const flow_shape shape = *find_flow(arguments->flow);
        const order_flow flow = generate_flow(shape, operations_of(shape, true), bench_seed);
        const flow_run run = run_flow(flow, arguments->floor ? contender::floor : contender::book);
        std::cout << run.events << " events, digest " << run.digest << '\n';
    });
}

}  // namespace

void add_bench_command(CLI::App& app) {
    CLI::App* const bench = app.add_subcommand("bench", "Measures speed");
    bench->require_subcommand(1);
    add_match(*bench);
    add_count(*bench);
}

}  // namespace bourse
