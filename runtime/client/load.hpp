#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "runtime/client/client.hpp"
#include "runtime/client/made_market.hpp"

namespace bourse {

struct load_options {
    std::uint64_t orders = 1'000'000;  ///< commands in all
    std::uint32_t batch = 100;         ///< commands a call
    std::uint32_t in_flight = 4;       ///< calls under way, of a session; without a rate
    std::uint64_t rate = 0;  ///< commands a second in all; zero: as fast as they are answered
    std::uint64_t seed = 1;
    bool with_client_ids = false;  ///< of each command: so that it can be sent again
    /// A call that finds no node, or whose outcome is unknown, is sent again for so long; needs client ids.
    duration reconnect_for{};
    /// Told of each acknowledged order, as it is acknowledged, on the loop's thread.
    std::function<void(order_id id, client_id client, const std::string& symbol)> acknowledged;
    std::function<void()> answered;  ///< after all of a call's
    std::function<void(std::uint64_t done)> progress;
};

/// From when a call was due to its answer, of each command. With a rate, due is by the clock, whether or not the
/// one before was answered: a stall is counted in full for all that it held up (no coordinated omission). The clock
/// of the loop has milliseconds: so much of it may be the client's own.
struct load_latency {
    double p50_us = 0, p90_us = 0, p99_us = 0, p99_9_us = 0, max_us = 0;
};

struct load_result {
    std::uint64_t orders = 0;    ///< commands that were answered
    std::uint64_t accepted = 0;  ///< of these, done
    std::uint64_t refused = 0;   ///< and refused by the market
    std::uint64_t retried = 0;   ///< calls that were sent again: overloaded, or a connection broke
    double seconds = 0;          ///< from the first call to the last answer
    load_latency latency;
    std::string fault;  ///< what ended it early; empty: nothing did
    /// It was a node that could not be reached, not one that refused.
    bool has_lost_node = false;
};

/// Sends a generated flow through sessions, each of its own connection, all on one loop: 5 of 10 orders rest near a
/// middle that does not move, 3 cancel one of these, 2 trade. The same seed, the same commands. Every session uses accounts
/// of its own, as far as there are enough; none is refused for want of funds.
[[nodiscard]] load_result run_load(const std::vector<std::unique_ptr<client>>& sessions,
                                   const made_market& market, const load_options& options);

}  // namespace bourse
