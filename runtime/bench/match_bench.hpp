#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/bench/flow_run.hpp"

namespace bourse {

/// What `bourse bench match` is asked for.
struct match_bench_options {
    std::vector<std::string> flows;        ///< names; empty: all
    unsigned runs = 7;                     ///< of the book and of the floor each
    std::uint32_t commands_per_entry = 0;  ///< zero: as the flow says
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

/// The figures, or why there are none.
struct match_bench_result {
    std::vector<flow_figures> flows;
    std::string fault;  ///< empty: all went well
};

/// Measures the order book against the floor.
///
/// For each flow: generates it; checks that book and floor do the same on it; runs floor, book,
/// floor, book … and takes medians; times each operation in passes of their own; counts
/// instructions in yet another. Alternating, because other work on the machine comes and goes: it
/// hits neighbours alike, and the ratio of a pair stays.
[[nodiscard]] match_bench_result run_match_bench(const match_bench_options& options);

/// How many operations of a flow a bench does.
[[nodiscard]] std::uint32_t operations_of(const flow_shape& shape, bool quick) noexcept;

/// Instructions per operation of a flow of `operations`; nothing where they cannot be counted.
[[nodiscard]] std::optional<double> instructions_per_operation(const order_flow& flow,
                                                               contender who,
                                                               const std::string& program);

/// The seed of all bench flows; any other would do.
inline constexpr std::uint64_t bench_seed = 20'240'601;

}  // namespace bourse
