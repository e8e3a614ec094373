#pragma once

#include <string>
#include <vector>

#include "runtime/bench/match_bench.hpp"

namespace bourse {

/// `{"flows":[{"name":"10k","ns_per_op":…}…]}`, the form for programs. What was not measured is null.
[[nodiscard]] std::string bench_json(const std::vector<flow_figures>& flows);

/// The form for people: the machine, a table with the targets beside the figures, and what counts.
[[nodiscard]] std::string bench_table(const std::vector<flow_figures>& flows);

/// The processor's name as the system tells it, or "unknown processor".
[[nodiscard]] std::string processor_name();

}  // namespace bourse
