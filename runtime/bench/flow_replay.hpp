#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actors/book/order_book.hpp"

namespace bourse {

/// What `bourse replay generated` is asked for.
struct flow_replay_options {
    std::uint32_t orders =
        1'000'000;  ///< commands in all, the first 10,000 of which build the book
    std::uint64_t seed = 1;
    /// Told now and then how many commands are done.
    std::function<void(std::uint32_t)> progress = [](std::uint32_t) {};
};

/// How a replay went.
struct flow_replay_result {
    std::uint64_t commands = 0;
    std::uint64_t accepted = 0;
    std::uint64_t replaced = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t rejected = 0;  ///< orders, replaces and cancels
    std::uint64_t trades = 0;
    std::int64_t volume_lots = 0;
    std::uint64_t resting = 0;
    std::vector<book_level> bids;     ///< the best five
    std::vector<book_level> asks;     ///< the best five
    double seconds = 0;               ///< spent in the book
    std::vector<std::string> faults;  ///< what the checks found, at most ten
};

/// Carries out a generated flow (`10k` of order_flow.hpp) on a fresh book, in entries of 100, and
/// checks from outside what any book must keep: the book is never crossed; trades are numbered
/// without a gap, the two fills of one agree, and volume is what the statistics say; every order is
/// accepted once and gets at most one final answer, with nothing told of it afterwards; at the end
/// the orders without one are as many as the book holds.
[[nodiscard]] flow_replay_result replay_generated_flow(const flow_replay_options& options);

}  // namespace bourse
