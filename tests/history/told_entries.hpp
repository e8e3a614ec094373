#pragma once

#include <cstdint>
#include <vector>

#include "messages/entry_events.hpp"
#include "messages/session_message.hpp"

namespace bourse {

inline constexpr shard_id shard_1{1};

/// What a real shard gives out for a generated flow, entry by entry, from its first.
[[nodiscard]] std::vector<unpacked_events> told_entries(std::uint32_t operations,
                                                        std::uint32_t commands_per_entry);

/// What a history should hold after some entries, found in the plainest way.
struct expected_history {
    std::vector<history_order> orders;  ///< by rising id
    std::vector<history_trade> trades;  ///< as they happened

    void take(const unpacked_events& entry);
};

[[nodiscard]] bool equal(const history_order& a, const history_order& b);
[[nodiscard]] bool equal(const history_trade& a, const history_trade& b);

}  // namespace bourse
