#pragma once

#include <cstdint>
#include <optional>

#include "messages/ids.hpp"
#include "messages/numbers.hpp"

namespace bourse {

/// One line of a portfolio (RULES.md 8.4).
struct portfolio_line {
    asset_id asset{};
    wide_int total = 0;
    wide_int reserved = 0;  ///< of a currency, for open orders; of a symbol, lots in open sells
    std::int64_t credit = 0;
    wide_int available = 0;
    wide_int cost = 0;                     ///< of a symbol; its average is cost / total
    wide_int realised = 0;                 ///< of a symbol
    std::optional<wide_int> unrealised{};  ///< of a symbol with a mark price
    friend bool operator==(const portfolio_line&, const portfolio_line&) = default;
};

}  // namespace bourse
