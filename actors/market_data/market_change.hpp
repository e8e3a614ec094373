#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "actors/replica/told_entry.hpp"
#include "messages/session_message.hpp"

namespace bourse {

/// What somebody wants to know of a symbol.
struct market_wish {
    symbol_id symbol{};
    std::uint32_t depth = 1;   ///< levels a side
    bool with_orders = false;  ///< one by one
};

/// A symbol's book after an entry that had events of it.
struct market_change {
    symbol_id symbol{};
    std::uint32_t depth = 1;   ///< levels a side that were wished for
    bool with_orders = false;  ///< as it was wished
    std::uint64_t number = 0;  ///< of the last event that is in it
    timestamp at{};
    market_state state = market_state::open;
    std::vector<level_line> bids;
    std::vector<level_line> asks;
    std::vector<trade_line> trades;  ///< of these entries, in order
    std::vector<shown_order>
        orders;  ///< those that changed; all, if `is_whole`; lots zero: not shown, or not any more
    bool is_whole = false;  ///< a snapshot: asked for, and not because of an entry
};
using market_change_ptr = std::shared_ptr<const market_change>;

/// What entries, of which the last is the one that `of` has applied last, mean for those symbols that somebody wishes to
/// hear of and that they have events of. On the thread that applies, right afterwards: so it is exact as of that entry.
/// Looks at each event once, and at the books of these symbols.
[[nodiscard]] std::vector<market_change_ptr> changes_of(
    const shard& of, std::span<const told_entry_ptr> entries,
    const std::map<symbol_id, market_wish>& wishes);
/// All of it as it is now; null if the book is not here.
[[nodiscard]] market_change_ptr whole_of(const shard& of, const market_wish& wish);

}  // namespace bourse
