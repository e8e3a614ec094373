#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "messages/entry_events.hpp"
#include "messages/session_message.hpp"

namespace bourse {

/// What became of an order in a batch. What is not said stays as it was.
struct order_change {
    order_id id{};
    bool is_new = false;  ///< its acceptance is in the batch
    account_id account{};
    symbol_id symbol{};
    bourse::side side = bourse::side::buy;
    std::optional<price> limit;    ///< its worst price
    std::optional<quantity> lots;  ///< its quantity in all
    std::optional<client_id> client;
    quantity filled{};
    quantity remaining{};
    bool open = true;
    reason why = reason::none;
    timestamp at{};       ///< of the first change in the batch
    timestamp changed{};  ///< of the last
};

/// Where the orders of a batch are, by id: a table that is looked up only, at most half full, with linear probing (Knuth, TAOCP 3, 6.4).
class order_places {
public:
    /// Where the order is. One that is not there is put at `next`.
    [[nodiscard]] std::uint32_t find_or_put(std::uint64_t id, std::uint32_t next);
    /// It is going to be looked for: asks for its place from memory.
    void ask_for(std::uint64_t id) const noexcept;
    void clear();

private:
    struct entry {
        std::uint64_t id = 0;  // zero: free
        std::uint32_t place = 0;
    };
    void grow();
    [[nodiscard]] std::size_t home(std::uint64_t id) const noexcept;
    [[nodiscard]] std::size_t locate(std::uint64_t id) const noexcept;

    std::vector<entry> entries_;
    std::size_t count_ = 0;
};

/// Collects what entries mean for the history: each order once, however often it changed, and all trades.
///
/// Orders come from reports (the account's shard), trades from events (the book's). A refused order that never got an id is in
/// reports alone. Memory: as many orders and trades as were taken; the owner bounds them.
class history_batch {
public:
    using trades_of_shards = std::map<shard_id, std::vector<history_trade>>;

    /// `at`: the entry's time, or a later one.
    void take(shard_id shard, const entry_events_view& entry, timestamp at);
    void clear();

    [[nodiscard]] std::size_t size() const noexcept { return orders_.size() + trade_count_; }
    /// By rising id; until the next `take`.
    [[nodiscard]] std::vector<order_change*> orders();
    /// Of the shards in which they happened, as they happened.
    [[nodiscard]] const trades_of_shards& trades() const noexcept { return trades_; }

private:
    void take_report(const report& told, timestamp at);
    void take_fill(std::vector<history_trade>& into, const event& fill, timestamp at);

    std::vector<order_change> orders_;
    order_places places_;
    trades_of_shards trades_;
    std::size_t trade_count_ = 0;
    std::vector<event> half_;  // fills whose other side has not come
};

}  // namespace bourse
