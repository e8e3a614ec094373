#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "messages/order_terms.hpp"

namespace bourse {

/// A trade, as whoever came to take sees it.
struct plain_fill {
    std::uint64_t maker = 0;
    std::int64_t price = 0;
    std::int64_t lots = 0;
    friend bool operator==(const plain_fill&, const plain_fill&) = default;
};

/// The best price of either side and what is offered at it; no lots: nobody is there.
struct book_top {
    std::int64_t bid = 0;
    std::int64_t bid_lots = 0;
    std::int64_t ask = 0;
    std::int64_t ask_lots = 0;
    friend bool operator==(const book_top&, const book_top&) = default;
};

/// The sequential machine that a book must look like: limit orders by price, then by time, and nothing else of
/// what a book can do. Slow and small, made to be copied by a search.
class plain_book {
public:
    /// Trades what it can; what remains rests, or is `left` and goes. False: the order is there already.
    [[nodiscard]] bool enter(std::uint64_t order, side which, std::int64_t price, std::int64_t lots,
                             std::vector<plain_fill>& fills);
    /// At another price it comes anew, with what remains of it. False: it is not there.
    [[nodiscard]] bool replace(std::uint64_t order, std::int64_t price,
                               std::vector<plain_fill>& fills);
    /// What remained of an order that goes; nothing: it is not there.
    [[nodiscard]] std::optional<std::int64_t> take_away(std::uint64_t order);
    [[nodiscard]] book_top top() const;
    /// The same for the same orders in the same queues.
    [[nodiscard]] std::uint64_t digest() const noexcept;

private:
    struct resting {
        std::uint64_t order = 0;
        std::int64_t price = 0;
        std::int64_t lots = 0;
    };
    using queue = std::vector<resting>;  // the first to trade is the last

    [[nodiscard]] queue& of(side which) { return sides_.at(static_cast<std::size_t>(which)); }
    [[nodiscard]] static bool is_better(side which, std::int64_t a, std::int64_t b) {
        return which == side::buy ? a > b : a < b;
    }

    std::array<queue, 2> sides_;
};

}  // namespace bourse
