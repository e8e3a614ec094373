#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "messages/order_terms.hpp"

namespace bourse {

/// A price at which an auction may clear, with what would trade there (RULES.md 8.2).
struct clearing {
    std::int64_t price_ticks;
    std::int64_t demand;
    std::int64_t supply;
};

/// The prices of an auction, and which of them is the auction price (RULES.md 8.3).
///
/// The problem: a group's cancels may leave the queue crossed, so that one uncrossing chooses a price
/// many times; going through all prices each time would make k rounds cost k². So the prices are
/// summed up once, in a Fenwick tree (P. Fenwick, A new data structure for cumulative frequency
/// tables, 1994), and lots that leave are taken off it: choosing a price again costs a logarithm.
///
/// How it is found: from the lowest price to the highest, supply never falls and demand never rises.
/// The volume, being the lesser, is highest next to where they cross, and so is the least imbalance.
/// Of prices with the same demand and supply there are at most two that have orders: only sells at
/// the lower, only buys at the higher. So two prices to either side of the crossing, and the
/// reference, are all that can be chosen.
class clearing_prices {
public:
    /// Prices in any order, also twice; `demand` and `supply` of each are those at this price alone.
    explicit clearing_prices(std::vector<clearing> prices);

    /// Lots have left the side's queue at one of the prices. Any other price is ignored.
    void take(side which, std::int64_t price_ticks, std::int64_t lots) noexcept;

    /// The auction price with demand and supply there, or nothing if no volume would trade.
    /// `reference` is a candidate if it is on the tick table.
    [[nodiscard]] std::optional<clearing> choose(std::optional<std::int64_t> reference,
                                                 bool reference_on_tick) const;

private:
    struct sums {
        std::int64_t demand = 0;
        std::int64_t supply = 0;
        [[nodiscard]] std::int64_t both() const noexcept { return demand + supply; }
    };

    /// How many prices are below this one.
    [[nodiscard]] std::size_t count_below(std::int64_t price_ticks) const noexcept;
    /// The sums over the first `count` prices.
    [[nodiscard]] sums sum(std::size_t count) const noexcept;
    /// How many of the first prices have at most this many lots together.
    [[nodiscard]] std::size_t count_within(std::int64_t lots) const noexcept;
    /// What would trade at a price, of which the first `below` are lower and `upto` not higher.
    [[nodiscard]] clearing at(std::int64_t price_ticks, std::size_t below,
                              std::size_t upto) const noexcept;

    std::vector<std::int64_t> prices_;  ///< ascending
    std::vector<sums> tree_;            ///< element i: of the (i & −i) prices up to the i-th
    std::int64_t demand_ = 0;           ///< of all
};

}  // namespace bourse
