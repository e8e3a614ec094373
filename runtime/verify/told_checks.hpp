#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/sinks/history/history_batch.hpp"
#include "actors/sinks/history/history_reader.hpp"
#include "messages/entry_events.hpp"
#include "messages/result.hpp"

namespace bourse {

/// Orders that clients were told are done, and in which entries they turn up.
class acknowledged_orders {
public:
    /// One order a line, its id first; `unreadable`, or `malformed` with the line.
    [[nodiscard]] static result<acknowledged_orders> read(const std::string& path);

    /// `horizon`: how long the shard remembers client ids.
    void take(const entry_events_view& entry, duration horizon);
    [[nodiscard]] std::uint64_t size() const noexcept { return lines_; }
    [[nodiscard]] std::uint64_t found_once() const;
    /// The first thing wrong: none at all, one named twice, one that was accepted never, or twice; or two orders that were
    /// accepted under one client id.
    [[nodiscard]] std::optional<std::string> fault() const;

private:
    std::uint64_t lines_ = 0;
    std::vector<std::uint64_t> in_order_;
    std::unordered_map<std::uint64_t, std::uint32_t> seen_;  // looked up only
    std::optional<std::uint64_t> named_twice_;

    struct client_key {
        account_id account{};
        client_id client{};
        friend bool operator==(const client_key&, const client_key&) = default;
    };
    struct client_key_hash {
        [[nodiscard]] std::size_t operator()(const client_key& of) const noexcept {
            return std::hash<std::uint64_t>()(of.client.low * 31 + of.client.high +
                                              (std::uint64_t{of.account.value} << 32U));
        }
    };
    struct accepted_order {
        order_id id{};
        timestamp at{};
    };
    std::unordered_map<client_key, accepted_order, client_key_hash> by_client_;  // likewise
    std::optional<std::pair<order_id, order_id>> done_twice_;
};

/// What the history should hold, of entries that are still there to be looked at.
class history_check {
public:
    explicit history_check(history_reader& of) : of_(of) {}

    /// Reads the cursors; false, with `fault`, if it cannot.
    bool begin();
    /// Entries of a shard by rising index; those beyond the cursor are left out.
    void take(shard_id shard, const entry_events_view& entry);
    /// Compares. The first thing wrong.
    [[nodiscard]] std::optional<std::string> fault(
        const std::map<shard_id, std::uint64_t>& last_entries);
    [[nodiscard]] std::size_t looked_at() const noexcept { return looked_at_; }

private:
    [[nodiscard]] std::optional<std::string> compare_orders(bool may_be_dropped);
    [[nodiscard]] std::optional<std::string> compare_trades(bool may_be_dropped);
    [[nodiscard]] std::optional<std::string> compare_trades(shard_id shard,
                                                            std::span<const history_trade> expected,
                                                            bool may_be_dropped);

    history_reader& of_;
    std::map<shard_id, std::uint64_t> cursors_;
    std::map<shard_id, timestamp> at_;
    history_batch expected_;
    std::size_t looked_at_ = 0;
    std::optional<std::string> unreadable_;
};

}  // namespace bourse
