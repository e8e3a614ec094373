#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "messages/ids.hpp"
#include "messages/instrument.hpp"

namespace bourse {

/// What a fill costs; negative: a rebate.
struct fee_rate {
    std::int64_t rate_ppm = 0;  ///< in 1/1,000,000 of the fill's |value|; −10^6 to 10^6
    std::int64_t per_lot = 0;   ///< in 1/1,000,000 of a minor unit for each lot; −10^12 to 10^12
    friend bool operator==(const fee_rate&, const fee_rate&) = default;
};

/// The three rates of one tier.
struct fee_tier {
    fee_rate maker;    ///< the resting order of a trade
    fee_rate taker;    ///< the aggressor
    fee_rate auction;  ///< both sides of a trade in a call auction
    friend bool operator==(const fee_tier&, const fee_tier&) = default;
};

inline constexpr std::size_t fee_tiers = 8;

/// All that a shard knows of an instrument beside what its book needs.
struct listing {
    instrument rules{};
    currency_id currency{};
    std::int64_t tick_value = 1;  ///< minor units of the currency that one lot's tick is worth; ≥ 1
    std::array<fee_tier, fee_tiers> fees{};
    /// How far from the reference price an order without a price may trade, in 1/10,000 of it;
    /// up to 100,000.
    std::uint32_t protection_bps = 500;
    shard_id book_shard{};   ///< where its book is
    calendar_id calendar{};  ///< the sessions it follows; none: only the operator changes its state
    friend bool operator==(const listing&, const listing&) = default;
};

/// The first thing wrong with `listed` as a sentence, or null when it can be used.
[[nodiscard]] const char* find_fault(const listing& listed) noexcept;

}  // namespace bourse
