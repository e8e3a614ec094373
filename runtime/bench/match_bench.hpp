#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/bench/flow_run.hpp"
#include "runtime/bench/shard_flow.hpp"

namespace bourse {

/// What `bourse bench match` is asked for.
struct match_bench_options {
    std::vector<std::string> flows;        ///< names; empty: all
    unsigned runs = 7;                     ///< of the book and of the floor each
    std::uint32_t commands_per_entry = 0;  ///< zero: as the flow says
    std::uint32_t accounts = 1'000;        ///< of the whole machine
    std::uint32_t symbols = 1;             ///< likewise
    bool machine_only = false;             ///< no flows, the whole machine alone
    bool quick = false;                    ///< a tenth of the operations: shows that it works
    /// The `bourse` program, to count instructions in a run of its own under callgrind where the
    /// processor does not count; empty: then they are not counted.
    std::string program;
    /// Told what is being done, for whoever waits.
    std::function<void(const std::string&)> progress = [](const std::string&) {};
};

/// What was measured on one flow.
struct flow_figures {
    std::string name;
    double ns_per_op = 0;        ///< of the order book, median
    double floor_ns_per_op = 0;  ///< of the floor, median
    double ratio = 0;            ///< book / floor, median over the pairs of runs
    double p50_ns = 0;
    double p99_ns = 0;
    double p99_9_ns = 0;
    std::optional<double> instructions_per_op;
};

/// What was measured of the whole machine beside the books.
struct machine_figures {
    std::string name;  ///< of the flow
    machine_shape shape;
    double ns_per_op = 0;       ///< of the machine, median
    double book_ns_per_op = 0;  ///< of the books alone, median
    double ratio = 0;           ///< machine / books, median over the pairs of runs
    std::optional<double> instructions_per_op;
};

/// The figures, or why there are none.
struct match_bench_result {
    std::vector<flow_figures> flows;
    std::vector<machine_figures> machine;  ///< only if flow 10k is wanted
    std::string fault;                     ///< empty: all went well
};

/// Measures the order book against the floor.
///
/// For each flow: generates it; checks that book and floor do the same on it; runs floor, book,
/// floor, book … and takes medians; times each operation in passes of their own; counts
/// instructions in yet another. Alternating, because other work on the machine comes and goes: it
/// hits neighbours alike, and the ratio of a pair stays.
[[nodiscard]] match_bench_result run_match_bench(const match_bench_options& options);

/// The part of `run_match_bench` about the whole machine (shard_bench.cpp): flow 10k on a shard against the
/// books alone, in turn, in entries of 100 commands and of one.
[[nodiscard]] std::vector<machine_figures> measure_machine(const match_bench_options& options,
                                                           std::string& fault);

/// The flow of the whole machine.
inline constexpr std::string_view machine_flow = "10k";

/// How many operations of a flow a bench does.
[[nodiscard]] std::uint32_t operations_of(const flow_shape& shape, bool quick) noexcept;

/// Instructions per operation of a flow of `operations`; nothing where they cannot be counted.
[[nodiscard]] std::optional<double> instructions_per_operation(const order_flow& flow,
                                                               contender who,
                                                               const std::string& program);

/// The operations of a quick run, and of one under callgrind.
inline constexpr std::uint32_t quick_operations = 100'000;

/// The seed of all bench flows; any other would do.
inline constexpr std::uint64_t bench_seed = 20'240'601;

}  // namespace bourse
