#include "runtime/ladder/ladder_workload.hpp"

#include <chrono>
#include <utility>
#include <variant>

namespace bourse {
namespace {

constexpr std::size_t batches_in_full = 20'000;
constexpr std::size_t singles_in_full = 4'000;
constexpr std::size_t quick_share = 10;
constexpr std::uint64_t workload_seed = 1;
constexpr std::int64_t patience_ns = 3'600'000'000'000;

}  // namespace

ladder_workload::ladder_workload(bool quick)
    : batches_(batches_in_full / (quick ? quick_share : 1)) {
    const std::size_t operations =
        batches_ * ladder_orders_per_call + singles_in_full / (quick ? quick_share : 1);
    flow_ = generate_shard_flow(
        *find_flow("10k"), static_cast<std::uint32_t>(operations), workload_seed,
        {.accounts = 100, .symbols = 10, .commands_per_entry = ladder_orders_per_call});
}

std::vector<shard_command> ladder_workload::call(std::size_t number) const {
    if (number < batches_) {
        return sent_now(flow_.operations[number].commands);
    }
    const std::size_t single = number - batches_;
    const entry& in = flow_.operations[batches_ + single / ladder_orders_per_call];
    return sent_now({in.commands[single % ladder_orders_per_call]});
}

std::vector<shard_command> sent_now(std::vector<shard_command> commands) {
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    for (shard_command& each : commands) {
        if (auto* const order = std::get_if<submit_order>(&each)) {
            order->request.not_after = {now.count() + patience_ns};
        }
    }
    return commands;
}

}  // namespace bourse
