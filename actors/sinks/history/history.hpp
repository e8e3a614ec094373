#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "actors/sinks/history/history_batch.hpp"
#include "actors/sinks/history/history_lists.hpp"
#include "actors/sinks/history/history_view.hpp"
#include "messages/entry_events.hpp"
#include "messages/ids.hpp"
#include "messages/result.hpp"
#include "storage/row_store.hpp"

namespace bourse {

struct history_options {
    std::string path;         ///< of its folder; is made, but not those above it
    std::uint64_t owner = 0;  ///< the node's id; a history of another node is refused
    /// What is kept of each shard: the newest orders, and those that are open; the newest trades.
    std::uint64_t keep_orders = 10'000'000;
    std::uint64_t keep_trades = 10'000'000;
    /// How large the file may grow; beyond, `storage_full`, from which it may be dead until it is opened with more. A multiple of 4,096.
    std::uint64_t max_bytes = std::uint64_t{64} << 30U;
    /// With less room than this left on the disk nothing is written: more than a batch needs.
    std::uint64_t least_free_bytes = std::uint64_t{256} << 20U;
};

/// Writes what happened to orders, and all trades, where people look for them later: a sink.
///
/// The problem: shards forget an order when it ends, and the event store knows entries, not orders. So each entry
/// that was applied is taken from, and what it means is written as rows of an LMDB file (history_rows.hpp), which others read meanwhile
/// (history_reader.hpp).
///
/// Use. `take` each entry of a shard in turn, and `commit` when it says that the batch is full, now and then (the
/// larger a batch, the less an order costs), and before somebody looks.
///
/// What holds:
/// 1. A batch is there as a whole or not at all, and with it the cursor, the last entry taken of each shard. So after a crash
///    the owner goes on with `next`, and an entry that comes again changes nothing.
/// 2. No entry is left out in silence: one beyond the next is refused, and what `skip_to` leaves out is kept as a gap.
/// 3. The last commit before a power failure may be missing, as a whole, as the page that says that it counts is not synced before the
///    next; then the cursor is that much behind. So entries must be had again for a while: the event store keeps them.
/// 4. Retention: each commit drops, of what is beyond what is to be kept, at most twice as much as it wrote and `dropped_with_each`.
///    An order that is open stays, whatever its age.
/// 5. After an error other than `storage_full` and those of `take` and `skip_to` it is dead: every call fails with the first error.
/// 6. Of the orders of a shard one with a higher id did not come earlier, by their times.
///
/// It blocks; one thread only. Memory: the batch, twice for a while, and LMDB's changed pages.
class history {
public:
    /// Makes the file if there is none. Errors: `foreign` for that of another node or program, `unsupported_version`,
    /// `locked` while something else has it open, `corrupt`, `unreadable`, `unwritable`, `storage_full`, `out_of_range` for `max_bytes`.
    [[nodiscard]] static result<std::unique_ptr<history>> open(const history_options& options);
    /// The same in a store with `history_rows::tables`; path and sizes of the options are not looked at.
    [[nodiscard]] static result<std::unique_ptr<history>> open(std::shared_ptr<row_store> rows,
                                                               const history_options& options);

    /// The next entry of the shard is wanted; 1 of one not known.
    [[nodiscard]] std::uint64_t next(shard_id shard) const;
    /// An entry before the next is ignored. `out_of_range` for one beyond it: entries are missing. `overloaded` when twice as much waits
    /// as one batch is to have: it cannot be written. Neither changes anything.
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
    /// For readers, of this thread.
    [[nodiscard]] const std::shared_ptr<row_store>& rows() const noexcept { return rows_; }

private:
    using shard_row = history_rows::shard_row;
    using shard_rows = history_view::shard_rows;
    using changes = std::vector<order_change*>;

    history(std::shared_ptr<row_store> rows, history_options options)
        : rows_(std::move(rows)), options_(std::move(options)) {}
    outcome set_up();
    outcome put_head();
    outcome write();
    outcome write_orders(history_view& before);
    outcome write_block(history_view& before, std::span<order_change* const> orders);
    outcome add(history_view& before, const order_change& from, history_rows::order_row& into);
    void change(const order_change& from, history_rows::order_row& into);
    outcome write_trades();
    outcome write_trades(shard_id shard, shard_row& of, std::span<const history_trade> trades);
    outcome drop_old(row_reader& before);
    outcome drop_orders(row_reader& before, shard_id shard, shard_row& of, std::uint64_t most);
    outcome drop_orders_of(row_bytes key, std::uint64_t& looked, shard_row& of,
                           std::uint64_t& most);
    outcome drop_trades(shard_id shard, shard_row& of, std::uint64_t count);
    outcome write_positions();
    [[nodiscard]] result<std::optional<row_bytes>> get(row_table table, row_bytes key);
    error die(const error& why);

    std::shared_ptr<row_store> rows_;
    history_options options_;
    shard_rows durable_;
    shard_rows taken_;  // with the batch
    std::map<shard_id, std::uint64_t>
        looked_;  // orders up to this id have been looked at for dropping
    std::vector<history_gap> new_gaps_;
    history_batch batch_;
    history_lists lists_;
    std::vector<std::byte> value_;
    std::uint64_t commits_ = 0;
    bool has_new_ = false;
    std::optional<error> dead_;
};

/// Orders and trades of one batch, about: beyond, `history::is_full`.
inline constexpr std::size_t max_history_batch = 262'144;
/// What a commit drops at the most, beside twice what it writes.
inline constexpr std::uint64_t dropped_with_each_commit = 256;

}  // namespace bourse
