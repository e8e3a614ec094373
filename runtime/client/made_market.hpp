#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "messages/session_message.hpp"

namespace bourse {

class client;

/// Instruments and accounts that a program makes for its own use, of an operator's session.
struct made_market {
    std::vector<instrument_line> instruments;
    std::vector<account_line> accounts;
};

struct made_market_options {
    std::vector<std::string> instruments;  ///< by name; paid in USD, open
    std::string tick = "0.01";
    std::vector<std::string>
        accounts;  ///< by name; house accounts with credit for all they may want
    /// Told how many of how many are there.
    std::function<void(std::uint64_t done, std::uint64_t all)> progress;
};

/// Makes what is not there yet, and opens the markets. Again and again gives the same.
[[nodiscard]] result<made_market> make_market(client& session, const made_market_options& options);

}  // namespace bourse
