// Logs of shards that cannot move on, written once more so that old segments can go: `journal::carry`.

#include <algorithm>

#include "messages/assert.hpp"
#include "storage/journal.hpp"
#include "storage/journal_bug.hpp"
#include "storage/segment_files.hpp"

namespace bourse {
namespace {

/// What a piece takes besides its records: its carry record, and the rest of a sector.
constexpr std::uint64_t bytes_beside_piece = record_head_bytes + sector_bytes;

}  // namespace

// How much can be carried. A batch that does not fit what is left of a segment goes to the next one, so that of each segment as much as
// the largest batch may stay unused, or, as an entry is never longer than half a segment, less than half of it. Each piece is made of
// whole sectors and has a head of its own; if it is not the last of its log, it is at least half as long as it may be.

/// What a segment surely takes of carried logs.
std::uint64_t journal::carried_bytes_of_segment() const {
    const std::uint64_t usable = options_.segment_bytes - segment_head_bytes - first_batch_bytes();
    const std::uint64_t surely = std::max(usable - std::min(usable, max_open_bytes()), usable / 2);
    const std::uint64_t half = max_piece_bytes() / 2;
    return surely * half / (half + bytes_beside_piece);
}

/// Of this and so many further segments, but for the reserve.
std::uint64_t journal::left_in_segments(std::size_t further_segments) const {
    const std::uint64_t batch = whole_sectors(open_bytes());
    const std::uint64_t in_last = batch <= left_in_segment() ? left_in_segment() : 0;
    const std::uint64_t all = further_segments * carried_bytes_of_segment() + in_last;
    return all - std::min(all, batch + options_.reserve_bytes);
}

std::uint64_t journal::left_in_journal() const {
    const std::size_t used = files_->segments().size();
    return left_in_segments(options_.max_segments > used ? options_.max_segments - used : 0);
}

std::uint64_t journal::journal_bytes() const {
    return options_.max_segments * carried_bytes_of_segment();
}

/// What carrying all logs takes.
std::uint64_t journal::carrying_bytes() const {
    return kept_bytes_ + kept_logs_ * bytes_beside_piece;
}

std::uint64_t journal::bytes_before_carrying() const {
    const std::uint64_t needed = carrying_bytes() + journal_bytes() / 16;
    const std::uint64_t left = left_in_journal();
    if (BOURSE_JOURNAL_WRONG(carrying_not_reckoned)) {
        return left;
    }
    return left - std::min(left, needed);
}

std::size_t journal::max_piece_bytes() const {
    return std::min<std::size_t>(max_carried_bytes, max_open_bytes() / 4);
}

/// Enough for orders, and for the largest entry.
std::uint64_t journal::enough_bytes() const {
    return std::max(journal_bytes() / 4,
                    journal_bytes() / 16 + 2 * whole_sectors(max_open_bytes()));
}

bool journal::is_tight() const {
    return left_in_journal() < 2 * carrying_bytes() + enough_bytes() ||
           !files_->why_no_spare().empty();
}

bool journal::begins_in_oldest(const shard_log& log) const {
    const log_positions& at = log.positions();
    if (at.begin.index == at.end.index) {
        return false;
    }
    const std::uint64_t first = log.place_of(at.begin.index + 1).generation;
    return first != 0 && first <= files_->segments().front().head.generation;
}

/// Whether it is worth its bytes, and has the room. When all is carried, the logs are in as many segments as they take, and in the one in
/// which that began: so carrying comes to an end.
outcome journal::check_carrying() const {
    const std::size_t segments = files_->segments().size();
    const std::uint64_t left = files_->why_no_spare().empty()
                                   ? left_in_journal()
                                   : left_in_segments(files_->has_spare() ? 1 : 0);
    std::uint64_t needed = 0;
    for (const auto& [shard, log] : logs_) {
        needed += begins_in_oldest(log) ? log.kept_bytes() - log.carried_bytes() : 0;
    }
    if (needed > left) {
        return error{errc::storage_full, "logs that the oldest segment is needed for take " +
                                             std::to_string(needed) + " bytes, and " +
                                             std::to_string(left) + " are left"};
    }
    const std::uint64_t of_segment = carried_bytes_of_segment();
    BOURSE_ASSERT(of_segment > 0);
    const std::uint64_t afterwards = (carrying_bytes() + of_segment - 1) / of_segment + 1;
    if (segments < afterwards + std::max<std::size_t>(1, segments / 16)) {
        return error{errc::storage_full, "what is needed takes " + std::to_string(afterwards) +
                                             " of " + std::to_string(segments) +
                                             " segments when it is carried"};
    }
    return done{};
}

result<bool> journal::carry(shard_id shard) {
    const auto found = logs_.find(shard);
    if (dead_ || found == logs_.end()) {
        return dead_ ? result<bool>(*dead_) : result<bool>(false);
    }
    shard_log& log = found->second;
    if (files_->segments().size() == 1) {
        return false;
    }
    if (!begins_in_oldest(log)) {
        let_go_of_void(shard, log);
        return false;
    }
    const bool has_room =
        left_in_journal() >= carrying_bytes() + enough_bytes() && files_->why_no_spare().empty();
    if (has_room && !log.is_carrying()) {
        return false;
    }
    if (auto worth = check_carrying(); !worth) {
        return worth.error();
    }
    const log_point after = log.carried_to();
    entry_batch piece;
    if (auto got =
            read(shard, after.index + 1, log.positions().end.index, max_piece_bytes(), piece);
        !got) {
        // What is only in the open batch is carried when it is written.
        return got.error().code == errc::not_kept ? result<bool>(true) : result<bool>(got.error());
    }
    // As many as make a piece with their heads, or one.
    std::size_t size = record_head_bytes;
    std::size_t count = 0;
    while (
        count < piece.items.size() &&
        (count == 0 || size + record_head_bytes + piece.items[count].length <= max_piece_bytes())) {
        size += record_head_bytes + piece.items[count++].length;
    }
    piece.items.resize(count);
    if (open_bytes() + size > max_open_bytes()) {
        return error{errc::overloaded, "a piece of a log waits for the open batch"};
    }
    if (const journal_room now = room();
        !now.has_next && now.bytes < options_.reserve_bytes + whole_sectors(size)) {
        return error{errc::storage_full, "only the reserve is left: " + now.why};
    }
    if (auto begun = put(
            {.kind = record_kind::carry, .shard = shard, .index = after.index, .term = after.term},
            {});
        !begun) {
        return begun.error();
    }
    for (const entry_batch::item& each : piece.items) {
        if (auto written = put({.kind = record_kind::carried,
                                .shard = shard,
                                .index = each.at.index,
                                .term = each.at.term},
                               piece.payload(each));
            !written) {
            return written.error();
        }
    }
    if (!log.is_carrying()) {
        carried_[shard] = appended_;
    }
    return log.is_carrying();
}

/// What the oldest segment has of it is void, as soon as the records that say so are durable: those before the next call.
void journal::let_go_of_void(shard_id shard, const shard_log& log) {
    if (!files_->segments().front().highest.contains(shard) || carried_.contains(shard)) {
        return;
    }
    if (appended_ == durable_) {
        files_->let_go(shard, log);
    } else {
        carried_[shard] = appended_;
    }
}

}  // namespace bourse
