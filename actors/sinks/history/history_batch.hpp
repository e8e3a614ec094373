#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
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

/// Collects what entries mean for the history: each order once, however often it changed, and all trades.
///
/// Orders come from reports (the account's shard), trades from events (the book's). A refused order that never got an id is in
/// reports alone. Memory: as many orders and trades as were taken; the owner bounds them.
class history_batch {
public:
    /// `at`: the entry's time, or a later one.
    void take(const entry_events_view& entry, timestamp at);
    void clear();

    [[nodiscard]] std::size_t size() const noexcept { return orders_.size() + trades_.size(); }
    /// By rising id.
    [[nodiscard]] const std::vector<order_change>& orders();
    /// As they happened.
    [[nodiscard]] const std::vector<history_trade>& trades() const noexcept { return trades_; }

private:
    void take_report(const report& told, timestamp at);
    void take_fill(const event& fill, timestamp at);

    std::vector<order_change> orders_;
    std::unordered_map<std::uint64_t, std::size_t> places_;  // looked up only
    std::vector<history_trade> trades_;
    std::vector<event> half_;  // fills whose other side has not come
};

}  // namespace bourse
