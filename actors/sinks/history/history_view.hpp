#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/sinks/history/history_rows.hpp"
#include "messages/result.hpp"
#include "storage/row_store.hpp"

namespace bourse {

/// Entries of a shard's log that the history never saw: what happened in them is not in it.
struct history_gap {
    shard_id shard{};
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    friend bool operator==(const history_gap&, const history_gap&) = default;
};

/// What a history holds at one moment. For this folder only. Errors: as of the store, and `corrupt`.
class history_view {
public:
    using shard_rows = std::map<shard_id, history_rows::shard_row>;
    /// Whether the next is wanted.
    using order_visitor = std::function<bool(const history_order&)>;
    using trade_visitor = std::function<bool(std::uint64_t id, const history_trade&)>;

    /// Both must outlive it.
    history_view(row_reader& rows, const std::string& path) : rows_(rows), path_(path) {}

    /// Whose it is; nothing if the store is a new one.
    [[nodiscard]] result<std::optional<std::uint64_t>> owner();
    [[nodiscard]] result<shard_rows> shards();
    [[nodiscard]] result<std::vector<history_gap>> gaps();

    [[nodiscard]] result<std::optional<history_order>> order(order_id id);
    [[nodiscard]] result<std::optional<history_trade>> trade(std::uint64_t id);
    /// The order with the lowest id from `id` on in its shard.
    [[nodiscard]] result<std::optional<history_order>> order_from(order_id id);

    /// By falling id, those with `low` <= id < `high`, of one shard: all, or those of a list.
    outcome orders_back(std::uint64_t low, std::uint64_t high, const order_visitor& visit);
    outcome orders_back(history_rows::list_kind kind, std::uint32_t of, std::uint64_t low,
                        std::uint64_t high, const order_visitor& visit);
    outcome trades_back(std::uint64_t low, std::uint64_t high, const trade_visitor& visit);
    outcome trades_back(history_rows::list_kind kind, std::uint32_t of, std::uint64_t low,
                        std::uint64_t high, const trade_visitor& visit);

private:
    using id_visitor = std::function<result<bool>(std::uint64_t id)>;
    outcome list_back(history_rows::list_kind kind, std::uint32_t of, std::uint64_t low,
                      std::uint64_t high, const id_visitor& visit);

    row_reader& rows_;
    const std::string& path_;
    // The block that was looked into last: its neighbours are often wanted next.
    std::optional<std::uint64_t> order_block_;
    history_rows::order_block orders_;
    std::optional<std::uint64_t> trade_block_;
    std::vector<history_rows::trade_row> trades_;
};

}  // namespace bourse
