#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "messages/shard_command.hpp"
#include "runtime/bench/shard_flow.hpp"

namespace bourse {

inline constexpr std::uint32_t ladder_orders_per_call = 100;
/// Calls under way at a time, where one does not wait for the other.
inline constexpr std::uint32_t ladder_window = 32;

/// What every step carries out: calls, by their number. First those of 100 orders, `timed` of them as fast as they are answered
/// and as many by the clock; behind them those of one.
class ladder_workload {
public:
    explicit ladder_workload(bool quick);

    [[nodiscard]] const shard_flow& flow() const noexcept { return flow_; }
    [[nodiscard]] std::size_t timed() const noexcept { return batches_ / 2; }
    [[nodiscard]] std::size_t batches() const noexcept { return batches_; }
    [[nodiscard]] std::size_t calls() const noexcept {
        return batches_ + (flow_.operations.size() - batches_) * ladder_orders_per_call;
    }
    /// The commands of a call, as a client sends them now: they may wait for an hour.
    [[nodiscard]] std::vector<shard_command> call(std::size_t number) const;

private:
    shard_flow flow_;
    std::size_t batches_;
};

/// The commands, with not-after an hour from now.
[[nodiscard]] std::vector<shard_command> sent_now(std::vector<shard_command> commands);

}  // namespace bourse
