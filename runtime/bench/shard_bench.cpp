// The whole machine beside the books: runs in turn, medians, instructions.
#include <algorithm>

#include "runtime/bench/match_bench.hpp"
#include "runtime/bench/shard_run.hpp"

namespace bourse {
namespace {

constexpr unsigned least_runs = 5;

/// Under callgrind in a process of its own, where the processor does not count.
std::optional<double> machine_instructions(const shard_flow& flow, const std::string& program) {
    std::optional<std::uint64_t> count;
    std::uint32_t operations = flow.operation_count;
    if (instruction_counter counter; counter.available()) {
        count = count_machine_instructions(flow, counter);
    } else if (!program.empty()) {
        operations = quick_operations;
        count = count_by_callgrind("'" + program + "' bench count --machine --flow " +
                                       std::string{machine_flow} + " --accounts " +
                                       std::to_string(flow.shape.accounts) + " --symbols " +
                                       std::to_string(flow.shape.symbols) + " --entry " +
                                       std::to_string(flow.shape.commands_per_entry),
                                   timed_machine_function());
    }
    return count ? std::optional{static_cast<double>(*count) / operations} : std::nullopt;
}

/// Runs books and shard in turn; `fault` says if they did not do the same.
void measure_speed(const shard_flow& flow, const match_bench_options& options,
                   machine_figures& figures, std::string& fault) {
    std::vector<double> machine_ns;
    std::vector<double> book_ns;
    std::vector<double> ratios;
    const unsigned runs = std::max(options.runs, least_runs);
    std::uint64_t told = 0;
    for (unsigned run = 0; run < runs; ++run) {
        options.progress("machine: books and shard, run " + std::to_string(run + 1) + " of " +
                         std::to_string(runs));
        const flow_run books = run_books(flow);
        const machine_run machine = run_machine(flow);
        told = run == 0 ? machine.told : told;
        if (machine.digest != books.digest || machine.events != books.events ||
            machine.told != told) {
            fault =
                "machine: books and shard did not do the same in run " + std::to_string(run + 1);
            return;
        }
        book_ns.push_back(books.ns_per_operation);
        machine_ns.push_back(machine.ns_per_operation);
        ratios.push_back(machine.ns_per_operation / books.ns_per_operation);
    }
    figures.ns_per_op = median(machine_ns);
    figures.book_ns_per_op = median(book_ns);
    figures.ratio = median(ratios);
}

machine_figures measure_one(const machine_shape& shape, const match_bench_options& options,
                            std::string& fault) {
    machine_figures figures;
    figures.name = machine_flow;
    figures.shape = shape;
    options.progress("machine: generating the flow in entries of " +
                     std::to_string(shape.commands_per_entry));
    const flow_shape drawn = *find_flow(machine_flow);
    const shard_flow flow =
        generate_shard_flow(drawn, operations_of(drawn, options.quick), bench_seed, shape);
    options.progress("machine: comparing the events of books and shard");
    fault = find_difference(flow);
    if (fault.empty()) {
        measure_speed(flow, options, figures, fault);
    }
    if (fault.empty()) {
        options.progress("machine: counting instructions");
        figures.instructions_per_op = machine_instructions(flow, options.program);
    }
    return figures;
}

}  // namespace

std::vector<machine_figures> measure_machine(const match_bench_options& options,
                                             std::string& fault) {
    std::vector<std::uint32_t> entries{100, 1};
    if (options.commands_per_entry != 0) {
        entries = {options.commands_per_entry};
    }
    std::vector<machine_figures> all;
    for (const std::uint32_t commands : entries) {
        if (fault.empty()) {
            all.push_back(measure_one({.accounts = options.accounts,
                                       .symbols = options.symbols,
                                       .commands_per_entry = commands},
                                      options, fault));
        }
    }
    return all;
}

}  // namespace bourse
