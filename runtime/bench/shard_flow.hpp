#pragma once

#include <cstdint>
#include <vector>

#include "messages/command.hpp"
#include "messages/shard_command.hpp"
#include "runtime/bench/order_flow.hpp"

namespace bourse {

/// How a flow is spread over a shard.
struct machine_shape {
    std::uint32_t accounts = 1'000;
    std::uint32_t symbols = 1;  ///< the flow's resting orders and operations are divided among them
    std::uint32_t commands_per_entry = 100;
    friend bool operator==(const machine_shape&, const machine_shape&) = default;
};

/// The next `size` commands, all for one book and of one entry.
struct book_run {
    std::uint32_t book = 0;  ///< 0 is symbol 1
    std::uint32_t size = 0;
};

/// What the books alone are given: the same orders with the ids, accounts and prices that the shard will
/// have given them.
struct book_commands {
    std::vector<command> commands;
    std::vector<book_run> runs;
};

/// An order flow as it comes to a shard.
///
/// The orders of the flow belong to the accounts in turn, by their number; cancels and replaces name the
/// order by the id that the shard will have given it, shard × 2^48 + 1, 2, 3 … in the order in which they
/// come, for none is refused. New orders carry client ids and a not-after, as those of clients would.
///
/// With several symbols each has a flow of its own, with its share of the resting orders, and which of
/// them is next is drawn.
struct shard_flow {
    machine_shape shape;
    std::uint32_t operation_count = 0;
    std::uint32_t order_count = 0;  ///< new orders, with those of `fill`
    std::vector<entry> setup;       ///< the market, accounts, and what they own, more than enough
    std::vector<entry> fill;        ///< the orders to rest before the flow begins
    std::vector<entry> operations;  ///< the flow
    book_commands books_fill;
    book_commands books_operations;
};

/// The flow that `generate_flow` gives for the same arguments, if there is one symbol, as it comes to a
/// shard. There may not be more symbols than the flow has resting orders.
[[nodiscard]] shard_flow generate_shard_flow(const flow_shape& flow, std::uint32_t operations,
                                             std::uint64_t seed, const machine_shape& shape);

}  // namespace bourse
