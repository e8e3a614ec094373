#include "runtime/bench/match_bench.hpp"

#include <algorithm>

#include "runtime/bench/instruction_count.hpp"

namespace bourse {
namespace {

constexpr unsigned latency_passes = 3;

/// Runs floor and book in turn; the fault of `result` says if they did not do the same.
void measure_speed(const order_flow& flow, const match_bench_options& options,
                   flow_figures& figures, std::string& fault) {
    std::vector<double> book_ns;
    std::vector<double> floor_ns;
    std::vector<double> ratios;
    for (unsigned run = 0; run < std::max(options.runs, 1U); ++run) {
        options.progress(figures.name + ": floor and book, run " + std::to_string(run + 1) +
                         " of " + std::to_string(options.runs));
        const flow_run floor = run_flow(flow, contender::floor);
        const flow_run book = run_flow(flow, contender::book);
        if (book.digest != floor.digest || book.events != floor.events) {
            fault = "flow " + figures.name + ": book and floor did not do the same in run " +
                    std::to_string(run + 1);
            return;
        }
        floor_ns.push_back(floor.ns_per_operation);
        book_ns.push_back(book.ns_per_operation);
        ratios.push_back(book.ns_per_operation / floor.ns_per_operation);
    }
    figures.ns_per_op = median(book_ns);
    figures.floor_ns_per_op = median(floor_ns);
    figures.ratio = median(ratios);
}

void measure_latency(const order_flow& flow, const match_bench_options& options,
                     flow_figures& figures) {
    std::vector<double> p50;
    std::vector<double> p99;
    std::vector<double> p99_9;
    for (unsigned pass = 0; pass < latency_passes; ++pass) {
        options.progress(figures.name + ": latencies, pass " + std::to_string(pass + 1) + " of " +
                         std::to_string(latency_passes));
        const flow_latencies latencies = time_each_operation(flow, contender::book);
        p50.push_back(latencies.at(0.5));
        p99.push_back(latencies.at(0.99));
        p99_9.push_back(latencies.at(0.999));
    }
    figures.p50_ns = median(p50);
    figures.p99_ns = median(p99);
    figures.p99_9_ns = median(p99_9);
}

/// All figures of one flow; a fault ends it.
flow_figures measure(const flow_shape& shape, const match_bench_options& options,
                     std::string& fault) {
    flow_figures figures;
    figures.name = shape.name;
    options.progress(figures.name + ": generating the flow");
    order_flow flow = generate_flow(shape, operations_of(shape, options.quick), bench_seed);
    if (options.commands_per_entry != 0) {
        flow.shape.commands_per_entry = options.commands_per_entry;
    }
    options.progress(figures.name + ": comparing the events of floor and book");
    fault = find_difference(flow);
    if (fault.empty()) {
        measure_speed(flow, options, figures, fault);
    }
    if (fault.empty()) {
        measure_latency(flow, options, figures);
        options.progress(figures.name + ": counting instructions");
        figures.instructions_per_op =
            instructions_per_operation(flow, contender::book, options.program);
    }
    return figures;
}

bool wants(const match_bench_options& options, std::string_view flow) {
    return options.flows.empty() ||
           std::find(options.flows.begin(), options.flows.end(), flow) != options.flows.end();
}

}  // namespace

std::uint32_t operations_of(const flow_shape& shape, bool quick) noexcept {
    return quick ? std::min(quick_operations, shape.operations) : shape.operations;
}

std::optional<double> instructions_per_operation(const order_flow& flow, contender who,
                                                 const std::string& program) {
    std::optional<std::uint64_t> count;
    auto operations = static_cast<double>(flow.operations.size());
    if (instruction_counter counter; counter.available()) {
        count = count_instructions(flow, who, counter);
    } else if (!program.empty()) {
        // Under callgrind a full run would take minutes, and per operation a tenth says the same.
        // The subprocess generates the flow again, from the same seed.
        operations = quick_operations;
        count = count_by_callgrind("'" + program + "' bench count --flow " +
                                       std::string{flow.shape.name} +
                                       (who == contender::floor ? " --floor" : ""),
                                   timed_function(who));
    }
    if (!count) {
        return std::nullopt;
    }
    return static_cast<double>(*count) / operations;
}

match_bench_result run_match_bench(const match_bench_options& options) {
    match_bench_result result;
    for (const flow_shape& shape : bench_flows()) {
        if (!options.machine_only && wants(options, shape.name) && result.fault.empty()) {
            result.flows.push_back(measure(shape, options, result.fault));
        }
    }
    if (result.fault.empty() && (options.machine_only || wants(options, machine_flow))) {
        result.machine = measure_machine(options, result.fault);
    }
    return result;
}

}  // namespace bourse
