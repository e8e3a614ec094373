// Logs of shards that cannot move on, written once more so that old segments can go: `journal::carry`.

#include <algorithm>

#include "storage/journal.hpp"
#include "storage/segment_files.hpp"

namespace bourse {

bool journal::is_tight() const {
    const std::uint32_t left = std::max(1U, options_.max_segments / 4);
    return files_->segments().size() + left >= options_.max_segments ||
           !files_->why_no_spare().empty();
}

/// More than half full of what is needed, it would be written round and round.
bool journal::is_worth_carrying() const {
    std::uint64_t kept = 0;
    for (const auto& [shard, log] : logs_) {
        kept += log.kept_bytes();
    }
    return kept <= options_.segment_bytes * options_.max_segments / 2;
}

result<bool> journal::carry(shard_id shard) {
    const auto found = logs_.find(shard);
    if (dead_ || found == logs_.end()) {
        return dead_ ? result<bool>(*dead_) : result<bool>(false);
    }
    shard_log& log = found->second;
    const log_positions& at = log.positions();
    const std::uint64_t oldest = files_->segments().front().head.generation;
    const std::uint64_t first =
        at.begin.index == at.end.index ? 0 : log.place_of(at.begin.index + 1).generation;
    if (first == 0 || first > oldest) {
        return false;
    }
    if (const journal_room now = room(); !now.takes_orders) {
        return error{errc::storage_full, now.why};
    }
    if (!log.is_carrying() && !is_worth_carrying()) {
        return error{errc::storage_full, "logs that are needed take more than half of the journal"};
    }
    const log_point after = log.carried_to();
    const std::size_t most = std::min<std::size_t>(max_carried_bytes, max_open_bytes() / 4);
    entry_batch piece;
    if (auto got = read(shard, after.index + 1, at.end.index, most, piece); !got) {
        // What is only in the open batch is carried when it is written.
        return got.error().code == errc::not_kept ? result<bool>(true) : result<bool>(got.error());
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

}  // namespace bourse
