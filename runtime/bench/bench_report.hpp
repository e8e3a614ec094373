#pragma once

#include <string>
#include <vector>

#include "runtime/bench/match_bench.hpp"

namespace bourse {

/// `{"flows":[{"name":"10k","ns_per_op":…}…],"machine":[{"name":"10k","accounts":1000…}…]}`, the form
/// for programs. What was not measured is null; without any machine, there is no "machine".
[[nodiscard]] std::string bench_json(const std::vector<flow_figures>& flows,
                                     const std::vector<machine_figures>& machine = {});

/// The form for people: the machine, a table with the targets beside the figures, and what counts.
[[nodiscard]] std::string bench_table(const match_bench_result& result);

/// The processor's name as the system tells it, or "unknown processor".
[[nodiscard]] std::string processor_name();

}  // namespace bourse
