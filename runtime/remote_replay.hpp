#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "messages/result.hpp"
#include "runtime/client/client.hpp"
#include "runtime/client/made_market.hpp"
#include "runtime/replay/recorded_flow.hpp"

namespace bourse {

struct remote_replay_options {
    std::string tick = "0.01";  ///< of the instrument
    bool at_its_own_speed = false;
    std::function<void(std::uint64_t messages)> progress;
    /// As of `client_options`.
    std::function<void()> waits = [] {};
};

struct remote_replay_result {
    std::uint64_t messages = 0;
    std::uint64_t orders = 0;  ///< commands that were sent
    std::uint64_t trades = 0;  ///< that the exchange made
    std::uint64_t rows = 0;    ///< that the file gives of the book
    std::uint64_t rows_matched = 0;
    std::uint64_t makers = 0;  ///< orders that the file says were hit
    std::uint64_t makers_matched = 0;
    double seconds = 0;
    std::string fault;  ///< the first thing that was not as in the file; empty: nothing
};

/// Sends a recorded flow through a session and compares what comes of it: the book of `market`'s only instrument after each
/// change for which the file has a row, and the orders that are hit, in sequence. The makers of the file are `market`'s first
/// account, whoever takes its second. Starts with an empty book.
///
/// Errors: of the files; `refused` when the exchange takes none of it.
[[nodiscard]] result<remote_replay_result> replay_remotely(client& session,
                                                           const made_market& market,
                                                           recorded_flow& flow,
                                                           const remote_replay_options& options);

}  // namespace bourse
