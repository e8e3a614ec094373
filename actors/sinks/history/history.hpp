#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/sinks/history/history_batch.hpp"
#include "actors/sinks/history/sqlite.hpp"
#include "messages/entry_events.hpp"
#include "messages/ids.hpp"
#include "messages/result.hpp"
#include "messages/session_message.hpp"
#include "messages/timestamp.hpp"

namespace bourse {

struct history_options {
    std::string path;         ///< of the file; its folder must be there
    std::uint64_t owner = 0;  ///< the node's id; a history of another node is refused
    /// What is kept: the newest orders of each shard, and those that are open; the newest trades of all.
    std::uint64_t keep_orders = 10'000'000;
    std::uint64_t keep_trades = 10'000'000;
};

/// Entries of a shard's log that the history never saw: what happened in them is not in it.
struct history_gap {
    shard_id shard{};
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    friend bool operator==(const history_gap&, const history_gap&) = default;
};

/// Writes what happened to orders, and all trades, where people look for them later: a sink.
///
/// The problem: shards forget an order when it ends, and the event store knows entries, not orders. So each entry
/// that was applied is taken from, and what it means is written as rows of an SQLite file, which others read meanwhile
/// (history_reader.hpp).
///
/// Use. `take` each entry of a shard in turn, and `commit` when it says that the batch is full, now and then (the
/// larger a batch, the less an order costs), and before somebody looks.
///
/// What holds:
/// 1. A batch is there as a whole or not at all, and with it the cursor, the last entry taken of each shard. So after a crash
///    the owner goes on with `next`, and an entry that comes again changes nothing.
/// 2. No entry is left out in silence: one beyond the next is refused, and what `skip_to` leaves out is kept as a gap.
/// 3. The last commits before a power failure may be missing, all or from some moment on, as they are not synced one by one;
///    then the cursor is that much behind. So entries must be had again for a while: the event store keeps them.
/// 4. Retention: each commit drops, of what is beyond what is to be kept, at most twice as much as it wrote and `dropped_with_each`.
///    An order that is open stays, whatever its age.
/// 5. After an error other than `storage_full` it is dead: every call fails with the first error.
///
/// It blocks; one thread only. Memory: the batch, and SQLite's cache.
class history {
public:
    /// Makes the file if there is none. Errors: `foreign` for that of another node or program, `unsupported_version`,
    /// `locked` while another process writes it, `corrupt`, `unreadable`, `unwritable`, `storage_full`.
    [[nodiscard]] static result<std::unique_ptr<history>> open(const history_options& options);

    /// The next entry of the shard is wanted; 1 of one not known.
    [[nodiscard]] std::uint64_t next(shard_id shard) const;
    /// An entry before the next is ignored. `out_of_range` for one beyond it: entries are missing.
    outcome take(shard_id shard, const entry_events_view& entry);
    /// Goes on with entry `index`, beyond the next: those between cannot be had any more. The gap is kept.
    outcome skip_to(shard_id shard, std::uint64_t index);
    /// As much is waiting as one batch is to have.
    [[nodiscard]] bool is_full() const noexcept;
    /// Writes what was taken. Nothing to write: nothing happens. `storage_full`: nothing is lost, and it may be tried again.
    outcome commit();

    /// The last entry of each shard that is in the file.
    [[nodiscard]] std::map<shard_id, std::uint64_t> cursors() const;
    [[nodiscard]] const std::optional<error>& dead() const noexcept { return dead_; }

private:
    struct shard_state {
        std::uint64_t cursor = 0;
        timestamp at{};
        std::uint64_t orders = 0;  // kept
        std::uint64_t looked = 0;  // orders up to this id have been looked at for dropping
    };
    struct statements {
        sqlite_statement add_order;
        sqlite_statement change_order;
        sqlite_statement add_trade;
        sqlite_statement put_shard;
        sqlite_statement put_gap;
        sqlite_statement put_trades;
        sqlite_statement add_dropped;
        sqlite_statement look_at_orders;
        sqlite_statement drop_order;
        sqlite_statement drop_trades;
    };
    using shard_states = std::map<shard_id, shard_state>;

    explicit history(history_options options) : options_(std::move(options)) {}
    outcome set_up();
    outcome check_label();
    outcome read_positions();
    outcome prepare();
    outcome write();
    [[nodiscard]] result<bool> change(const order_change& order);
    outcome add(const order_change& order);
    outcome write_orders();
    outcome write_trades();
    outcome drop_orders(shard_id shard, shard_state& of, std::uint64_t most);
    outcome drop_old();
    outcome write_positions();
    error die(const error& why);

    history_options options_;
    std::unique_ptr<sqlite_file> file_;
    statements do_;
    shard_states durable_;
    shard_states taken_;  // with the batch
    std::uint64_t durable_trades_ = 0;
    std::uint64_t trades_ = 0;  // kept, with the batch
    std::vector<history_gap> new_gaps_;
    history_batch batch_;
    std::uint64_t commits_ = 0;
    bool has_new_ = false;
    std::optional<error> dead_;
};

/// Orders and trades of one batch, about: beyond, `history::is_full`.
inline constexpr std::size_t max_history_batch = 65'536;
/// What a commit drops at the most, beside twice what it writes.
inline constexpr std::uint64_t dropped_with_each_commit = 256;

}  // namespace bourse
