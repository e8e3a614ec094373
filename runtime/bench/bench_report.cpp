#include "runtime/bench/bench_report.hpp"

#include <algorithm>
#include <fstream>
#include <thread>

#include "runtime/bench/report_text.hpp"

namespace bourse {
namespace {

// The targets of the project (README of tests/bench).
constexpr double target_ratio = 1.5;
constexpr double target_volatile_share = 0.5;
constexpr double target_tail = 20;
constexpr double target_machine_ratio = 4;

bool is_volatile(const flow_figures& figures) {
    return figures.name.rfind("volatile", 0) == 0;
}

/// What is asked of a flow, and whether it is met.
std::string verdict(const flow_figures& figures, const flow_figures* calm) {
    if (!is_volatile(figures)) {
        return std::string{"ratio <= 1.5: "} + (figures.ratio <= target_ratio ? "met" : "missed");
    }
    if (calm == nullptr) {
        return "half the speed of 10k: not known, 10k was not run";
    }
    const double share = calm->ns_per_op / figures.ns_per_op;
    return number(share, 2) +
           " of the speed of 10k, >= 0.5: " + (share >= target_volatile_share ? "met" : "missed");
}

std::string row(const flow_figures& figures, const flow_figures* calm) {
    const double tail = figures.p50_ns > 0 ? figures.p99_9_ns / figures.p50_ns : 0;
    return left(figures.name, 13) + right(number(figures.ns_per_op, 1), 9) +
           right(number(figures.floor_ns_per_op, 1), 9) + right(number(figures.ratio, 2), 7) +
           right(number(figures.p50_ns, 1), 8) + right(number(figures.p99_ns, 1), 8) +
           right(number(figures.p99_9_ns, 1), 8) +
           right(figures.instructions_per_op ? number(*figures.instructions_per_op, 0) : "-", 9) +
           "  " + verdict(figures, calm) + "; p99.9 / p50 " + number(tail, 1) +
           ", <= 20: " + (tail <= target_tail ? "met" : "missed") + "\n";
}

std::string flow_table(const std::vector<flow_figures>& flows) {
    const auto calm = std::find_if(flows.begin(), flows.end(),
                                   [](const flow_figures& each) { return each.name == "10k"; });
    std::string text = left("flow", 13) + right("book ns", 9) + right("floor ns", 9) +
                       right("ratio", 7) + right("p50", 8) + right("p99", 8) + right("p99.9", 8) +
                       right("instr.", 9) + "  targets\n";
    for (const flow_figures& each : flows) {
        text += row(each, calm == flows.end() ? nullptr : &*calm);
    }
    return text +
           "\nns and instructions are per operation. The floor is a bare book without features "
           "and\n"
           "with bounded prices, run in turn with the order book on the same commands; the ratio\n"
           "is the median of the pairs. Latencies are the book's, the clock's own cost taken "
           "off.\n";
}

std::string machine_row(const machine_figures& figures) {
    return left(figures.name, 13) + right(std::to_string(figures.shape.accounts), 9) +
           right(std::to_string(figures.shape.symbols), 8) +
           right(std::to_string(figures.shape.commands_per_entry), 6) +
           right(number(figures.ns_per_op, 1), 11) + right(number(figures.book_ns_per_op, 1), 9) +
           right(number(figures.ratio, 2), 7) +
           right(figures.instructions_per_op ? number(*figures.instructions_per_op, 0) : "-", 9) +
           "  ratio <= 4: " + (figures.ratio <= target_machine_ratio ? "met" : "missed") + "\n";
}

std::string machine_table(const std::vector<machine_figures>& machine) {
    std::string text = left("machine", 13) + right("accounts", 9) + right("symbols", 8) +
                       right("entry", 6) + right("machine ns", 11) + right("book ns", 9) +
                       right("ratio", 7) + right("instr.", 9) + "  targets\n";
    for (const machine_figures& each : machine) {
        text += machine_row(each);
    }
    return text +
           "\nThe machine is a shard: ledger, books and settlement. It is run in turn with the "
           "books\n"
           "alone, on the same orders in entries of the same size.\n";
}

}  // namespace

std::string bench_json(const std::vector<flow_figures>& flows,
                       const std::vector<machine_figures>& machine) {
    std::string text = "{\"flows\":[";
    for (const flow_figures& each : flows) {
        text += &each == flows.data() ? "" : ",";
        text += "{\"name\":\"" + each.name + "\",\"ns_per_op\":" + number(each.ns_per_op, 2) +
                ",\"floor_ns_per_op\":" + number(each.floor_ns_per_op, 2) +
                ",\"ratio\":" + number(each.ratio, 3) + ",\"p50_ns\":" + number(each.p50_ns, 1) +
                ",\"p99_ns\":" + number(each.p99_ns, 1) +
                ",\"p99_9_ns\":" + number(each.p99_9_ns, 1) + ",\"instructions_per_op\":" +
                (each.instructions_per_op ? number(*each.instructions_per_op, 1) : "null") + "}";
    }
    text += "]";
    for (const machine_figures& each : machine) {
        text += &each == machine.data() ? ",\"machine\":[" : ",";
        text += "{\"name\":\"" + each.name +
                "\",\"accounts\":" + std::to_string(each.shape.accounts) +
                ",\"symbols\":" + std::to_string(each.shape.symbols) +
                ",\"entry\":" + std::to_string(each.shape.commands_per_entry) +
                ",\"ns_per_op\":" + number(each.ns_per_op, 2) +
                ",\"book_ns_per_op\":" + number(each.book_ns_per_op, 2) +
                ",\"ratio\":" + number(each.ratio, 3) + ",\"instructions_per_op\":" +
                (each.instructions_per_op ? number(*each.instructions_per_op, 1) : "null") + "}";
    }
    return text + (machine.empty() ? "}\n" : "]}\n");
}

std::string bench_table(const match_bench_result& result) {
    std::string text = "machine: " + processor_name() + ", " +
                       std::to_string(std::thread::hardware_concurrency()) +
                       " processors. Only ratios mean anything on another.\n";
    if (!result.flows.empty()) {
        text += "\n" + flow_table(result.flows);
    }
    if (!result.machine.empty()) {
        text += "\n" + machine_table(result.machine);
    }
    return text;
}

std::string processor_name() {
    std::ifstream file{"/proc/cpuinfo"};
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(": ");
        if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
    }
    return "unknown processor";
}

}  // namespace bourse
