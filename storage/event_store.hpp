#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messages/ids.hpp"
#include "messages/report_range.hpp"
#include "messages/result.hpp"
#include "storage/row_store.hpp"

namespace bourse {

struct event_store_options {
    std::uint64_t owner = 0;  ///< the node's id; a store of another node is refused
    /// What is kept of each shard: the newest entries, as many as have so many bytes with their index, but at least one. Rather more,
    /// as what goes goes a few entries a commit.
    std::uint64_t keep_bytes = std::uint64_t{16} << 30U;
};

/// What one entry of a shard's log gave out.
struct entry_events {
    std::uint64_t index = 0;
    std::vector<report_range> reports;  ///< by rising account, at most one of each
    std::vector<std::byte> events;      ///< packed by the caller
    friend bool operator==(const entry_events&, const entry_events&) = default;
};
inline constexpr std::size_t max_event_bytes = std::size_t{32} << 20U;   ///< of one entry's events
inline constexpr std::size_t max_report_ranges = std::size_t{1} << 20U;  ///< of one entry

/// The entries that are kept of a shard: `first` to `last`. None: `last` is `first` - 1.
struct event_positions {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t bytes = 0;        ///< of their rows
    std::uint64_t stale_bytes = 0;  ///< of rows before `first` that are still to go
    friend bool operator==(const event_positions&, const event_positions&) = default;
};

/// Where a report is.
struct report_place {
    enum class kind : std::uint8_t {
        kept = 1,  ///< among the events of entry `index`
        dropped =
            2,  ///< no longer kept; the account's first number kept, or the next one to come, is `first_kept`
        unknown = 3,  ///< not there yet, or the account never had any
    };
    kind found = kind::unknown;
    std::uint64_t index = 0;
    std::uint64_t first_kept = 0;
    friend bool operator==(const report_place&, const report_place&) = default;
};

/// The events of a node's shards: one row an entry, and where each report of each account is.
///
/// The problem: clients, sinks and market data ask for what went out earlier; replaying the log for it would cost too much, and
/// the log is not kept long. So the events of each entry are stored before its part of the journal goes.
///
/// Use. As an entry is applied, `append` puts its events into the open batch and touches no file. `start_batch` puts
/// the batch into a transaction and hands it to the disk, `finish_batch` makes it durable; `commit` is both, for a thread that may
/// block. A journal may release entries up to `durable`. One store for all shards of a node: each commit is a
/// sync, and is shared.
///
/// What holds:
/// 1. Entries are kept without a gap, from `first` to `last`, and reports with them.
/// 2. A batch is there as a whole or not at all.
/// 3. What replay gives once more must be what is there: `corrupt` otherwise. So a shard that is not what it was is
///    found, and nothing is stored twice.
/// 4. Retention: each commit drops the oldest entries of shards that have more than `keep_bytes`, at most
///    `dropped_with_each` and two for each entry of the batch. What was dropped is refused, with the first number kept.
/// 5. After a failed commit the store is dead.
///
/// One thread only. The row store must outlive it, and must have been opened with `event_tables`. Memory: the open batch and
/// about 500 bytes a shard.
class event_store {
public:
    /// `foreign` for rows of something else or of another node; `unsupported_version`, `corrupt`, `unreadable`.
    [[nodiscard]] static result<std::unique_ptr<event_store>> open(
        row_store& store, const event_store_options& options);

    /// The store's file, for people.
    [[nodiscard]] const std::string& path() const { return store_.path(); }

    // --- writing -----------------------------------------------------------------------------------

    /// The entry after the shard's last; any for a shard not known. One up to the last must be as it is there, and
    /// is not stored again; one before the first is ignored. `out_of_range` for one beyond the next, for index 0 and for
    /// reports that do not rise; `over_bound`; `overloaded` when the open batch is full: commit first.
    outcome append(shard_id shard, const entry_events& events);
    /// Forgets all entries of the shard and goes on with `index` as the next, which must be beyond its last: a copy from
    /// another node was overtaken by that one's retention. `out_of_range` otherwise. The rows go a few a commit.
    outcome restart(shard_id shard, std::uint64_t index);

    /// Nothing happens if the batch is empty and nothing is to be dropped. None may be under way. `storage_full`: nothing is lost,
    /// and it may be tried again. After other errors the store is dead.
    outcome start_batch();
    /// The batch under way, if any, is durable on return.
    outcome finish_batch();
    /// Both.
    outcome commit();
    [[nodiscard]] bool batch_under_way() const noexcept { return under_way_; }
    /// There is more to be dropped: another commit does a piece of it.
    [[nodiscard]] bool wants_commit() const;
    [[nodiscard]] const std::optional<error>& dead() const { return store_.dead(); }

    // --- what is in it: durable, always ------------------------------------------------------------
    // `read` and `find_report` see what was committed last, by whichever store of these rows.

    /// Every shard known.
    [[nodiscard]] const std::map<shard_id, event_positions>& shards() const noexcept {
        return durable_;
    }
    [[nodiscard]] std::optional<event_positions> find(shard_id shard) const;
    /// The last entry of the shard that is durable; 0 if none: the journal may go up to here.
    [[nodiscard]] std::uint64_t durable(shard_id shard) const;
    /// Entries `first` to `last`, as many as fit into `max_bytes` but at least one. For a client, and for a new replica, which
    /// appends them: call again with `first` after the last one got. `not_kept` if `first` is not among those kept, with the first that
    /// is; `corrupt` with file and place; `into` is overwritten.
    [[nodiscard]] outcome read(shard_id shard, std::uint64_t first, std::uint64_t last,
                               std::size_t max_bytes, std::vector<entry_events>& into) const;
    /// Where report `number`, 1 or more, of an account is.
    [[nodiscard]] result<report_place> find_report(shard_id shard, account_id account,
                                                   std::uint64_t number) const;

private:
    /// An entry of a batch, and its row as it is to be stored.
    struct pending_entry {
        shard_id shard{};
        std::uint64_t index = 0;
        std::vector<report_range> reports;
        std::vector<std::byte> sealed;
    };
    using positions = std::map<shard_id, event_positions>;
    struct plan;

    event_store(row_store& store, const event_store_options& options)
        : store_(store), options_(options) {}
    outcome read_positions();
    [[nodiscard]] outcome compare(shard_id shard, std::uint64_t index, row_bytes sealed) const;
    [[nodiscard]] static bool has_stale_in(const std::vector<pending_entry>& batch, shard_id shard,
                                           std::uint64_t first);
    [[nodiscard]] result<bool> plan_drop(plan& of, shard_id shard, row_bytes key,
                                         row_bytes sealed) const;
    [[nodiscard]] outcome plan_drops(plan& of) const;
    [[nodiscard]] outcome plan_report_drops(plan& of) const;
    [[nodiscard]] result<std::optional<event_positions>> positions_in(row_reader& reader,
                                                                      shard_id shard) const;
    outcome write_batch(const plan& of);
    outcome write_reports();

    row_store& store_;
    event_store_options options_;
    bool has_label_ = false;
    positions durable_;
    positions writing_positions_;  // once the batch under way is durable
    positions next_;               // with everything appended
    std::vector<pending_entry> open_;
    std::vector<pending_entry> writing_;
    std::size_t open_bytes_ = 0;
    bool under_way_ = false;
};

/// What a commit drops at the most, beside two entries for each one of its batch.
inline constexpr std::size_t dropped_with_each = 64;
/// Of an open batch.
inline constexpr std::size_t max_event_batch_bytes = std::size_t{64} << 20U;

/// The names of the tables, in the order that `event_store` takes them to have.
[[nodiscard]] std::vector<std::string> event_tables();

}  // namespace bourse
