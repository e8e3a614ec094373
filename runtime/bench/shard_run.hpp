#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/bench/flow_run.hpp"
#include "runtime/bench/instruction_count.hpp"
#include "runtime/bench/shard_flow.hpp"

namespace bourse {

/// What one timed run of a shard took, and what it handed out. The digest is of the books' events.
struct machine_run : flow_run {
    std::uint64_t reports = 0;
    std::uint64_t lines = 0;
    std::uint64_t told = 0;  ///< over reports and lines; two runs of one flow have the same
};

/// Sets up a fresh shard and carries out the operations, timed as a whole: ledger, books, settlement and
/// the shard's own digests. One `shard_output` is used for all entries, and every report, line and event is read
/// before the next.
[[nodiscard]] machine_run run_machine(const shard_flow& flow);

/// The same orders, given to the books alone in the same order and in entries of the same size.
[[nodiscard]] flow_run run_books(const shard_flow& flow);

/// The instructions of the timed part of `run_machine`, counted by `counter`.
[[nodiscard]] std::optional<std::uint64_t> count_machine_instructions(const shard_flow& flow,
                                                                      instruction_counter& counter);

/// Carries out the flow on a shard and on books alone, side by side, and compares every event field for
/// field; of the shard, that every event is reported and nothing else is, so that nothing was refused. Empty
/// when all is well, else a sentence.
[[nodiscard]] std::string find_difference(const shard_flow& flow);

/// The name of the function in which `run_machine` (or `run_books`) spends its timed part, for callgrind.
[[nodiscard]] std::string timed_machine_function();
[[nodiscard]] std::string timed_books_function();

}  // namespace bourse
