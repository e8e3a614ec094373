#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messages/ids.hpp"
#include "messages/result.hpp"
#include "storage/row_store.hpp"
#include "storage/shard_log.hpp"

namespace bourse {

/// What a checkpoint is of.
struct checkpoint_head {
    log_point at;                    ///< the last entry whose effects are in the rows
    std::vector<std::byte> payload;  ///< the caller's, e.g. the membership
    std::uint64_t rows = 0;          ///< how many
    std::uint64_t sum = 0;           ///< of the rows' checksums, modulo 2^64
    friend bool operator==(const checkpoint_head&, const checkpoint_head&) = default;
};
inline constexpr std::size_t max_checkpoint_payload_bytes = 4096;
/// Of a row as checkpoints take them; keys are up to `max_row_key_bytes`.
inline constexpr std::size_t max_checkpoint_value_bytes = std::size_t{16} << 20U;

/// Takes a row, or says why not. The bytes are valid during the call.
using row_taker = std::function<std::optional<error>(row_bytes key, row_bytes value)>;

/// A piece of a copy: rows by rising key, each with its sum, as bytes to be sent (FORMAT.md).
struct checkpoint_chunk {
    std::vector<std::byte> bytes;
    std::vector<std::byte> last_key;  ///< where the next piece goes on; empty if there was no row
    bool is_last = false;
};

/// All rows of one checkpoint for somebody else, while newer ones are taken. As a `row_reader`, it keeps
/// pages from being used again: end it by a deadline.
class checkpoint_copy {
public:
    checkpoint_copy(checkpoint_head head, std::unique_ptr<row_reader> reader, std::string path);

    [[nodiscard]] const checkpoint_head& head() const noexcept { return head_; }
    /// The rows behind the key `after`, which may be empty, as many as fit into `max_bytes` but at least one. Asked again it
    /// gives the same again. `corrupt`, `unreadable`; `into` is overwritten.
    outcome read(row_bytes after, std::size_t max_bytes, checkpoint_chunk& into);

private:
    checkpoint_head head_;
    std::unique_ptr<row_reader> reader_;
    std::string path_;
};

/// Whose checkpoint it is.
struct checkpoint_options {
    std::uint64_t owner = 0;  ///< the node's id; a checkpoint of another node is refused
    shard_id shard{};
};

/// The state of one shard as rows, exact at one entry of its log.
///
/// The problem: a shard must start again without its whole log, and writing all of its state at once would stop it. So
/// only what changed since the last checkpoint is written, a slice at a time, in one long transaction; at its end the
/// rows are those of the newer entry, until then those of the older.
///
/// A store is of one shard: a store has one writer, and a checkpoint under way would keep those of
/// all other shards waiting, from one thread. So shards are taken side by side, each at its pace; one damaged file is one
/// shard's; a shard that goes takes its folder along.
///
/// Taking one, with a shard's hand-over:
///
///     begin();  then as slices come: put(key, value) … erase(key) …;  commit({index, term}, payload)
///
/// Receiving one that another node has:
///
///     begin_replacing(head);  as pieces come: take(bytes) …;  commit_replacing()
///
/// What holds:
/// 1. The rows, their number and sum, index, term and payload change together or not at all. A crash at any moment
///    leaves the older or the newer.
/// 2. `load` gives exactly the rows that were put, or an error: a row changed, missing or too many is `corrupt`.
/// 3. Indexes never fall, but by replacing.
/// 4. What fails with `storage_full` leaves the older and may be tried again, from `begin` on. After a failed commit the
///    store is dead.
///
/// One thread only. The store must outlive it, and must have been opened with `checkpoint_tables`, in this order.
class checkpoint {
public:
    /// Nothing is written yet. `foreign` for rows of something else, another node or shard; `unsupported_version`,
    /// `corrupt`, `unreadable`; all with the file and what can be done.
    [[nodiscard]] static result<std::unique_ptr<checkpoint>> open(
        row_store& store, const checkpoint_options& options);

    /// The store's file, for people.
    [[nodiscard]] const std::string& path() const { return store_.path(); }
    /// Of the durable one; nothing if none was ever taken.
    [[nodiscard]] const std::optional<checkpoint_head>& head() const noexcept { return head_; }

    // --- taking one --------------------------------------------------------------------------------
    // `storage_full` as above; `over_bound` for a key, value or payload that is too long, without harm; otherwise dead.

    /// None may be under way.
    outcome begin();
    outcome put(row_bytes key, row_bytes value);
    /// A key that is not there is no error.
    outcome erase(row_bytes key);
    /// `at` must not be before the durable one's index or term. Between the two nothing may be put.
    outcome start_commit(log_point at, row_bytes payload);
    outcome finish_commit();
    /// Both.
    outcome commit(log_point at, row_bytes payload);
    /// Forgets what is under way, if anything is; the older stays.
    void abandon();
    [[nodiscard]] bool is_under_way() const { return store_.is_writing(); }

    // --- receiving one -----------------------------------------------------------------------------

    /// Begins to replace all rows by those of `coming`. None may be under way.
    outcome begin_replacing(const checkpoint_head& coming);
    /// The next piece, in order. Takes any bytes: `malformed` if they are no rows, `corrupt` if a sum is wrong,
    /// `out_of_range` if a key is not above the last one. The piece was then possibly taken in part: `abandon`.
    outcome take(row_bytes chunk);
    /// `corrupt` if the rows taken are not those of the head: `abandon`. Then `finish_commit`.
    outcome start_commit_replacing();
    /// Both.
    outcome commit_replacing();

    // --- reading -----------------------------------------------------------------------------------

    /// All rows of the durable one, by rising key, each to `take`; an error of its ends it. `corrupt` if they are not what
    /// was put: then what was given is worth nothing. Without a checkpoint: no rows.
    [[nodiscard]] outcome load(const row_taker& take) const;
    /// The durable one for another node; there must be one. `overloaded` beyond `max_row_readers`.
    [[nodiscard]] result<std::unique_ptr<checkpoint_copy>> copy() const;

private:
    checkpoint(row_store& store, const checkpoint_options& options)
        : store_(store), options_(options) {}
    outcome read_head();
    outcome count_out(row_bytes key);
    outcome put_sealed(row_bytes key, row_bytes sealed);
    outcome start(const checkpoint_head& next);

    row_store& store_;
    checkpoint_options options_;
    std::optional<checkpoint_head> head_;
    checkpoint_head next_;  // of the one under way, as far as it is known
    std::optional<checkpoint_head> coming_;
    std::vector<std::byte> last_key_;  // while replacing
    std::vector<std::byte> sealed_;    // memory kept from row to row
};

/// The names of the tables, in the order that `checkpoint` takes them to have.
[[nodiscard]] std::vector<std::string> checkpoint_tables();

}  // namespace bourse
