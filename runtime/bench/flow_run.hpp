#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "messages/event.hpp"
#include "runtime/bench/instruction_count.hpp"
#include "runtime/bench/order_flow.hpp"

namespace bourse {

/// More events than any single command of these flows brings, so that no run grows its buffer.
inline constexpr std::size_t buffer_capacity = 4096;

/// Who carries out a flow: the order book, or the floor it is compared with.
enum class contender : std::uint8_t { floor, book };

/// What one timed run of a flow took, and what it handed out.
struct flow_run {
    double ns_per_operation = 0;  ///< of processor time
    std::uint64_t events = 0;
    /// Over order, price and remaining quantity of every event: two runs of one flow that did the
    /// same have the same, whoever ran.
    std::uint64_t digest = 0;
};

/// The latencies of a flow's operations, one by one, as the clock tells them.
///
/// The clocks of virtual machines go in steps (here 10 ns), as long as an operation. So many
/// latencies are equal, and each is off by up to a step either way; `at` takes those that look
/// equal as spread evenly over one step.
struct flow_latencies {
    std::vector<std::uint32_t> ticks;  ///< rising
    double ns_per_tick = 1;
    double overhead_ticks = 0;  ///< what looking at the clock adds to each, on average
    std::uint32_t step_ticks = 1;

    /// The latency at a share of the operations, 0 to 1, in nanoseconds, without the overhead.
    [[nodiscard]] double at(double share) const;
};

/// Fills a fresh book of `who` and carries out the operations, timed as a whole. Both contenders are
/// given the same `command`s, `commands_per_entry` at a time, and every event they hand out is read
/// before the next entry is given.
[[nodiscard]] flow_run run_flow(const order_flow& flow, contender who);

/// As `run_flow`, with a look at the clock before and after every operation. What the looking
/// itself takes is taken off. Apart from `run_flow`, because it costs
/// more than many operations.
[[nodiscard]] flow_latencies time_each_operation(const order_flow& flow, contender who);

/// The instructions of `run_flow`'s timed part, counted by `counter`.
[[nodiscard]] std::optional<std::uint64_t> count_instructions(const order_flow& flow, contender who,
                                                              instruction_counter& counter);

/// Carries out the flow on both, side by side, and compares kind, order, price and remaining
/// quantity of every event, and number and lots of every fill. Empty when all are the same, else a
/// sentence that says where they part.
[[nodiscard]] std::string find_difference(const order_flow& flow);

/// `flow_run::digest` with more events.
[[nodiscard]] inline std::uint64_t event_digest(std::span<const event> events,
                                                std::uint64_t digest) noexcept {
    for (const event& told : events) {
        digest = std::rotl(digest, 7) ^
                 (told.order.value + (static_cast<std::uint64_t>(told.price.ticks) << 24U) +
                  (static_cast<std::uint64_t>(told.remaining.lots) << 48U));
    }
    return digest;
}

/// The processor time that this thread has used. Not the time of day, so that being put aside for
/// another program does not count; what that program does to the caches still does.
[[nodiscard]] double processor_ns() noexcept;

/// The middle one of the figures of several runs; there must be one.
[[nodiscard]] double median(std::vector<double> values);

/// The names of the functions in which `run_flow` spends its timed part, for callgrind.
[[nodiscard]] std::string timed_function(contender who);

}  // namespace bourse
