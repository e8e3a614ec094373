// Reading entries back: `journal::read`.

#include <algorithm>

#include "messages/assert.hpp"
#include "storage/journal.hpp"
#include "storage/segment_files.hpp"

namespace bourse {
namespace {

/// Bytes of a file read at once, at least one record. Entries of one shard lie among those of others.
constexpr std::uint64_t window_bytes = std::uint64_t{1} << 18U;

std::uint64_t end_of(const entry_place& of) {
    return of.offset + record_head_bytes + of.payload_bytes;
}

}  // namespace

void entry_batch::clear() {
    items.clear();
    if (bytes_.use_count() == 1) {
        bytes_->clear();
        return;
    }
    const std::size_t as_before = bytes_->size();
    bytes_ = std::make_shared<std::vector<std::byte>>();
    bytes_->reserve(as_before);
}

void entry_batch::add(const log_point& at, std::span<const std::byte> payload) {
    items.push_back({at, bytes_->size(), payload.size()});
    bytes_->insert(bytes_->end(), payload.begin(), payload.end());
}

outcome journal::read(shard_id shard, std::uint64_t first, std::uint64_t last,
                      std::size_t max_bytes, entry_batch& into) {
    into.clear();
    if (dead_) {
        return *dead_;
    }
    const auto found = logs_.find(shard);
    if (found == logs_.end() || first <= found->second.positions().begin.index ||
        first > found->second.positions().end.index ||
        found->second.place_of(first).generation == 0) {
        return error{errc::not_kept, "shard " + std::to_string(shard.value) + ": entry " +
                                         std::to_string(first) + " is not in the journal"};
    }
    last = std::min(last, found->second.positions().end.index);
    while (first <= last) {
        const std::uint64_t until = window_end(found->second, first, last, max_bytes, into);
        if (until == first) {
            break;
        }
        if (auto got = read_window(shard, found->second, first, until, into); !got) {
            return got;
        }
        first = until;
    }
    return done{};
}

/// The entry after the last that is read at once with `first`, for what is still wanted; `first` if no more is.
std::uint64_t journal::window_end(const shard_log& log, std::uint64_t first, std::uint64_t last,
                                  std::size_t max_bytes, const entry_batch& so_far) {
    const entry_place& begin = log.place_of(first);
    std::size_t payload_bytes = so_far.payload_bytes();
    std::uint64_t index = first;
    for (; index <= last; ++index) {
        const entry_place& next = log.place_of(index);
        const bool is_first_of_all = so_far.items.empty() && index == first;
        const bool in_window =
            next.generation == begin.generation && end_of(next) - begin.offset <= window_bytes;
        payload_bytes += next.payload_bytes;
        if (next.generation == 0 || (index != first && !in_window) ||
            (payload_bytes > max_bytes && !is_first_of_all)) {
            break;
        }
    }
    return index;
}

outcome journal::read_window(shard_id shard, const shard_log& log, std::uint64_t first,
                             std::uint64_t until, entry_batch& into) {
    const entry_place& begin = log.place_of(first);
    segment* const in = files_->find(begin.generation);
    BOURSE_ASSERT(in != nullptr);
    const std::uint64_t bytes = end_of(log.place_of(until - 1)) - begin.offset;
    if (window_.size() < bytes) {
        window_.resize(bytes);  // never smaller: to grow again would clear it again
    }
    const auto window = std::span(window_).first(bytes);
    if (auto got = in->file->read(begin.offset, window); !got) {
        return got;
    }
    for (std::uint64_t index = first; index < until; ++index) {
        const entry_place& place = log.place_of(index);
        const auto record = read_record(
            window.subspan(place.offset - begin.offset, record_head_bytes + place.payload_bytes));
        const bool is_entry = record && (record->head.kind == record_kind::entry ||
                                         record->head.kind == record_kind::carried);
        if (!is_entry || record->head.shard != shard || record->head.index != index ||
            record->head.term != place.term || record->head.generation != place.generation) {
            return error{errc::corrupt,
                         files_->path(place.generation) + ": entry " + std::to_string(index) +
                             " of shard " + std::to_string(shard.value) + " is damaged at offset " +
                             std::to_string(place.offset) +
                             "; stop the node and restart it: it will say what can be done"};
        }
        into.add({index, place.term}, record->payload);
    }
    return done{};
}

}  // namespace bourse
