#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "messages/ids.hpp"
#include "messages/result.hpp"
#include "messages/shared_bytes.hpp"
#include "storage/disk.hpp"
#include "storage/journal_format.hpp"
#include "storage/shard_log.hpp"

namespace bourse {

class segment_files;
class vote_file;
struct segment;

struct journal_options {
    std::uint64_t owner = 0;  ///< the node's id; a journal of another node is refused
    /// Of each file; a multiple of 4,096, from `min_segment_bytes` to `max_segment_bytes`.
    std::uint64_t segment_bytes = std::uint64_t{64} << 20U;
    /// So much of the last segment is kept for cancels, barriers and the like when no next segment can
    /// be had; at most half a segment.
    std::uint64_t reserve_bytes = std::uint64_t{8} << 20U;
    /// Files kept at the most, `least_segments` to `most_segments`: beyond, `journal::room` says that storage is full.
    std::uint32_t max_segments = 256;
};
inline constexpr std::uint64_t min_segment_bytes = std::uint64_t{16} << 10U;
inline constexpr std::uint64_t max_segment_bytes = std::uint64_t{1} << 30U;
/// Below eight there may be no room for the largest entry and for carrying it, so that it waits for good; a node has at least eight.
inline constexpr std::uint32_t least_segments = 4;
inline constexpr std::uint32_t most_segments = 4'096;

/// Where the log of one shard stands.
struct journal_shard {
    shard_id shard{};
    log_positions positions;
};

/// Entries as `journal::read` gives them: consecutive, payloads in one piece of memory, which is used again by the next
/// read unless somebody still holds a payload of it.
class entry_batch {
public:
    struct item {
        log_point at;
        std::size_t offset = 0;
        std::size_t length = 0;
    };
    std::vector<item> items;

    void clear();
    void add(const log_point& at, std::span<const std::byte> payload);
    /// Of all payloads together.
    [[nodiscard]] std::size_t payload_bytes() const noexcept { return bytes_->size(); }
    /// Valid until the next read.
    [[nodiscard]] std::span<const std::byte> payload(const item& of) const {
        return std::span(*bytes_).subspan(of.offset, of.length);
    }
    /// There for as long as anybody holds it; so long all payloads of this batch stay. Not before the batch is whole.
    [[nodiscard]] shared_bytes held_payload(const item& of) const {
        return shared_bytes(bytes_).slice(payload(of));
    }

private:
    std::shared_ptr<std::vector<std::byte>> bytes_ = std::make_shared<std::vector<std::byte>>();
};

/// Whether more can be written.
struct journal_room {
    /// False: only the reserve is left, or little besides what carrying all logs might take. Refuse orders with `storage_full`; let
    /// cancels through.
    bool takes_orders = true;
    /// What can be written before so much is left only as carrying all logs would take, and a sixteenth of the journal, which is for
    /// barriers and the like.
    std::uint64_t bytes_before_carrying = 0;
    /// Bytes that surely fit still, the heads of records included.
    std::uint64_t bytes = 0;
    /// Of them, what orders leave.
    std::uint64_t reserve_bytes = 0;
    /// A segment after the last is at hand.
    bool has_next = true;
    /// Why no orders are taken, or no further file can be had, for people; empty while one is there or on its way.
    std::string why;
};

/// Who keeps the oldest segment from being released.
struct journal_pin {
    shard_id shard{};
    std::uint64_t index = 0;  ///< `release` up to this one would let it go
};

/// A node's write-ahead log, for all its shards.
///
/// The problem: what a node has promised (an entry acknowledged, a vote given) must be on its disk
/// before anybody hears of it, and a sync costs as much as a thousand records. So there is one file
/// and one writer for all shards, and everything that arrived while one batch was being written is
/// the next batch. No timer waits for a batch to fill.
///
/// Use. `append`, `vote`, `truncate` and `snapshot` put records into the open batch and touch no
/// file. `start_batch` hands the batch to the disk, `finish_batch` makes it durable; only then may
/// whoever depends on a record hear of it. A thread that may block calls `commit`, both at once;
/// a simulator lets time go by between, in which more may be appended. Records become durable in the order
/// appended; `appended()` and `durable()` count them. After a batch:
/// - answer; then `maintain`, which prepares and recycles files, a little at a time;
/// - if then nothing was appended, `commit` once more when convenient (`wants_idle_batch`): it writes an empty
///   batch, by which the next start knows that the last one had been synced. Until then a damaged last
///   batch is taken for one that a crash tore, and cut.
///
/// What holds:
/// 1. A batch is written only after the one before is durable, so after a crash at most the last is incomplete.
///    It is there whole or not at all.
/// 2. What `open` finds of each shard's log is what was durable, with or without the batch that was under way.
/// 3. A damaged record with a whole batch, or a segment, behind it is not a torn tail: `open` fails with
///    `corrupt` and the journal is left as it is. So does anything else that cannot be (a gap, a file missing).
/// 4. After a failed write or sync the journal is dead: every call fails with the first error and nothing
///    is tried again. The process should end.
/// 5. A segment goes when for every shard the caller has released its entries, oldest first.
/// 6. Whatever shard keeps the oldest segment, and for however long, its log can be carried to the end, and the segment goes: entries
///    are taken while all that is kept, of all shards, would fit once more (`journal_room`). So one shard that is stuck, or many, do not
///    fill the journal for others, unless they alone take three eighths of what it surely takes of carried logs (which is five sixths of
///    its bytes with segments of 64 MiB, less than half of them with those below 16 MiB), or no file of `max_segments` can be had.
/// 7. A vote always fits, whatever else is full, and takes nothing of the reserve: a batch of votes alone, when only the reserve
///    is left, goes into a file of its own (`vote_file`), where of each shard the last vote takes the place of the one before. Nor
///    does an idle batch. So the reserve is for what the caller puts there.
///
/// One thread only. Memory: 32 bytes an entry kept, two batches, a megabyte or a record while opening.
/// The bytes are described in storage/FORMAT.md. The disk must outlive the journal.
class journal {
public:
    /// Takes the folder's lock, reads what is there, cuts a torn tail, and makes the first segment in an empty folder.
    /// Errors: `locked`; `foreign`, `unsupported_version`, `corrupt` with file, offset and what can be
    /// done; `unreadable`, `unwritable`, `storage_full`; `out_of_range` for options. Nothing is
    /// changed then, but for a torn tail.
    [[nodiscard]] static result<std::unique_ptr<journal>> open(disk& where,
                                                               const journal_options& options);
    ~journal();
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;

    // --- putting records into the open batch -------------------------------------------------------
    // All fail with `over_bound` for a payload longer than `max_payload_bytes()` or a shard beyond
    // `max_journal_shards`; `overloaded` when the open batch is full (start it first; at most one can be under way);
    // `storage_full` when it would not fit on the disk, but a vote never. Nothing is changed then.

    /// An entry; its index must be the one after the log's last, its term not below the last one's.
    outcome append(shard_id shard, log_point at, std::span<const std::byte> payload);
    /// The shard's current term and whom this node voted for in it (0: nobody). Never to a lower term. `overloaded` also when
    /// the open batch has other records, and the disk no room for one more.
    outcome vote(shard_id shard, const journal_vote& given);
    /// Voids every entry after `last_kept`, which must be between the log's begin and its end.
    outcome truncate(shard_id shard, std::uint64_t last_kept);
    /// The shard's state exists elsewhere as of `at`, not before the log's begin nor the last snapshot. If the log has that very
    /// entry it stays as it is (a checkpoint was taken); otherwise it is void and goes on after `at`
    /// (a snapshot was installed). `payload`, at most `max_snapshot_bytes`, is given back at start.
    outcome snapshot(shard_id shard, log_point at, std::span<const std::byte> payload);

    // --- making them durable -----------------------------------------------------------------------

    /// Hands the open batch to the disk. Nothing happens if it is empty and no idle batch is due, or there is room for orders no more.
    /// No batch may be under way.
    outcome start_batch();
    /// The batch under way, if any, is durable on return.
    outcome finish_batch();
    [[nodiscard]] bool batch_under_way() const noexcept { return under_way_; }
    /// Both.
    outcome commit();
    /// Records appended since `open`, and how many of them are durable.
    [[nodiscard]] std::uint64_t appended() const noexcept { return appended_; }
    [[nodiscard]] std::uint64_t durable() const noexcept { return durable_; }
    /// One more than the batches written, over all starts. It never falls, and a start that makes a batch durable
    /// raises it.
    [[nodiscard]] std::uint64_t next_batch() const noexcept;
    /// Nothing is open or under way, and the last batch written was not an idle one.
    [[nodiscard]] bool wants_idle_batch() const noexcept;
    /// After a failed write or sync: which.
    [[nodiscard]] const std::optional<error>& dead() const noexcept { return dead_; }

    // --- files -------------------------------------------------------------------------------------

    /// Entries up to `index`, at most `durable_end`, are needed no more: checkpoint, event store and followers are
    /// past them. Not remembered over a restart: say it again.
    void release(shard_id shard, std::uint64_t index);
    /// Up to where the shard's log, as it is now, is in the files and synced; what is behind a cut that is not
    /// durable yet does not count, nor what came in its place. 0: nothing.
    [[nodiscard]] std::uint64_t durable_end(shard_id shard) const;
    /// For a shard that keeps the oldest segment and cannot move on: writes a piece of its log once more, behind all others, read
    /// from the files, until segments can go. True: there is more to write. Nothing happens if none of it is in the oldest
    /// segment, or while there is room enough. A piece takes at most `max_carried_bytes`; a crash loses no piece. `storage_full` when
    /// it would not fit whole, or when carrying all logs would win less than a sixteenth of the segments; `overloaded`; as `read`.
    [[nodiscard]] result<bool> carry(shard_id shard);
    /// A quarter of the segments, at most, is left for use besides what is kept, or no more can be had: let checkpoints be taken, and
    /// then logs carried, of `oldest_pin`.
    [[nodiscard]] bool is_tight() const;
    /// Recycles or removes released segments and does a piece of preparing the next one: `maintenance_bytes`, or twice what
    /// was written since the last call, so that it is ready in time if called after each batch;
    /// true if there is more to do at once. No batch may be under way. That no file can be had, or no room for it, is no error:
    /// `room` says it, and the next call tries again. Any other failed write or sync is.
    [[nodiscard]] result<bool> maintain();
    [[nodiscard]] journal_room room() const;
    /// Nothing if there is one segment only, which stays, or the next `maintain` releases the oldest.
    [[nodiscard]] std::optional<journal_pin> oldest_pin() const;
    [[nodiscard]] std::size_t segment_count() const noexcept;

    // --- what is in it -----------------------------------------------------------------------------

    /// Every shard that ever had a record, by number. What was appended is in it, durable or not.
    [[nodiscard]] std::vector<journal_shard> shards() const;
    [[nodiscard]] std::optional<journal_shard> find(shard_id shard) const;
    /// The term of an entry between begin (included) and end; nothing for others.
    [[nodiscard]] std::optional<std::uint64_t> term_at(shard_id shard, std::uint64_t index) const;
    /// Entries `first` to `last` of a shard, as many as fit into `max_bytes` of payload but at least one, read
    /// from the files and checked. For replay: call with `first` after the last one got. `not_kept` if `first` is
    /// not in the log or its batch not started; `corrupt` with file and offset; `into` is overwritten.
    outcome read(shard_id shard, std::uint64_t first, std::uint64_t last, std::size_t max_bytes,
                 entry_batch& into);
    [[nodiscard]] std::size_t max_payload_bytes() const noexcept;

private:
    struct pending_record;
    struct open_batch;

    journal(disk& where, const journal_options& options);
    outcome recover_from_files();
    outcome begin_in_empty_folder();
    [[nodiscard]] outcome check_room(record_kind kind, std::size_t payload_bytes) const;
    outcome recover_votes();
    [[nodiscard]] outcome check_shard(shard_id shard, std::size_t more_snapshot_bytes) const;
    outcome put(record_head head, std::span<const std::byte> payload);
    outcome start_writing();
    outcome start_writing_votes();
    outcome next_segment();
    void seal(open_batch& batch, std::uint64_t generation) const;
    void place_entries(const open_batch& batch);
    void note_written();
    [[nodiscard]] open_batch first_batch_of_segment() const;
    [[nodiscard]] std::uint64_t left_in_segment() const noexcept;
    [[nodiscard]] std::uint64_t open_bytes() const noexcept;
    [[nodiscard]] std::uint64_t left_in_next_segment() const noexcept;
    [[nodiscard]] std::uint64_t first_batch_bytes() const noexcept { return first_batch_bytes_; }
    [[nodiscard]] std::uint64_t max_open_bytes() const noexcept;
    [[nodiscard]] bool fits(std::uint64_t batch_bytes) const noexcept;
    [[nodiscard]] bool has_room(std::size_t payload_bytes) const noexcept;
    [[nodiscard]] bool leaves_reserve(std::uint64_t batch_bytes) const;
    [[nodiscard]] std::uint64_t bytes_before_carrying() const;
    [[nodiscard]] std::uint64_t left_in_segments(std::size_t further_segments) const;
    [[nodiscard]] std::uint64_t left_in_journal() const;
    [[nodiscard]] std::uint64_t journal_bytes() const;
    [[nodiscard]] std::uint64_t carrying_bytes() const;
    [[nodiscard]] std::uint64_t enough_bytes() const;
    void reckon_kept(std::uint64_t before, std::uint64_t now) noexcept;
    void let_go_of_void(shard_id shard, const shard_log& log);
    void reckon();
    [[nodiscard]] std::uint64_t carried_bytes_of_segment() const;
    [[nodiscard]] std::size_t max_piece_bytes() const;
    [[nodiscard]] bool begins_in_oldest(const shard_log& log) const;
    [[nodiscard]] outcome check_carrying() const;
    void take(shard_log& log, const record_head& head, std::span<const std::byte> payload);
    void take_entry(shard_log& log, shard_id shard, std::uint64_t index, std::uint64_t term,
                    std::span<const std::byte> payload);
    outcome append_carefully(shard_id shard, std::uint64_t index, std::uint64_t term,
                             std::span<const std::byte> payload);
    [[nodiscard]] std::optional<journal_pin> pin_of(const segment& in) const;
    [[nodiscard]] static std::uint64_t window_end(const shard_log& log, std::uint64_t first,
                                                  std::uint64_t last, std::size_t max_bytes,
                                                  const entry_batch& so_far);
    outcome read_window(shard_id shard, const shard_log& log, std::uint64_t first,
                        std::uint64_t until, entry_batch& into);
    outcome die(const error& why);

    std::unique_ptr<folder_lock> lock_;
    journal_options options_;
    std::unique_ptr<segment_files> files_;
    std::unique_ptr<vote_file> votes_;
    shard_logs logs_;  // with everything appended
    // As of the last durable batch: what a new segment begins with.
    std::map<shard_id, log_positions> written_;
    std::unique_ptr<open_batch> open_;
    std::unique_ptr<open_batch> writing_;
    bool under_way_ = false;
    bool votes_under_way_ = false;  // the batch under way is in `votes_`
    bool last_was_idle_ = false;
    std::uint64_t next_batch_ = 1;
    std::uint64_t position_bytes_ = 0;  // where in the last segment the next batch goes
    std::uint64_t written_bytes_ = 0;   // since the last `maintain`
    // Of all logs, as they are.
    std::uint64_t kept_bytes_ = 0;
    std::size_t kept_logs_ = 0;  // of which anything is kept
    std::uint64_t first_batch_bytes_ = record_head_bytes;
    std::uint64_t appended_ = 0;
    std::uint64_t durable_ = 0;
    std::optional<error> dead_;
    std::vector<std::byte> window_;  // what `read` has read
    // Logs that have been carried, and of which record that is certain.
    std::map<shard_id, std::uint64_t> carried_;
};

/// What `journal::carry` writes at a time: payloads, but at least one entry.
inline constexpr std::size_t max_carried_bytes = std::size_t{1} << 20U;

/// What one call of `journal::maintain` writes, unless much was written since the last: little beside a batch, which waits for it.
inline constexpr std::uint64_t maintenance_bytes = std::uint64_t{64} << 10U;

}  // namespace bourse
