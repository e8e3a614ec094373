#include "storage/journal_recovery.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "storage/journal_bug.hpp"

namespace bourse {
namespace {

/// A whole batch, or where and why there is none.
struct batch_view {
    struct item {
        found_record record;
        std::uint64_t offset = 0;
    };
    std::vector<item> records;
    std::uint64_t end = 0;      ///< offset of the first byte behind it
    std::uint64_t bad_at = 0;   ///< offset of the record that is not good
    std::string what_is_wrong;  ///< empty: it is whole
};

std::string ordinal_fault(const record_head& head, std::uint64_t generation, std::uint64_t batch,
                          std::size_t ordinal) {
    if (BOURSE_JOURNAL_WRONG(former_use_taken)) {
        return {};
    }
    if (head.generation != generation) {
        return "a record of generation " + std::to_string(head.generation);
    }
    if (head.batch != batch || head.ordinal != ordinal) {
        return "record " + std::to_string(head.ordinal) + " of batch " + std::to_string(head.batch);
    }
    return {};
}

/// Into `view`, whose memory is used again.
void read_batch(std::span<const std::byte> file, std::uint64_t offset, std::uint64_t generation,
                std::uint64_t batch, batch_view& view) {
    const std::uint64_t limit = std::min<std::uint64_t>(file.size(), offset + max_batch_bytes);
    view.records.clear();
    view.what_is_wrong.clear();
    while (true) {
        view.bad_at = offset;
        const auto record = read_record(file.subspan(offset, limit - offset));
        view.what_is_wrong =
            record ? ordinal_fault(record->head, generation, batch, view.records.size())
                   : record.error().what;
        if (!view.what_is_wrong.empty()) {
            return;
        }
        view.records.push_back({*record, offset});
        offset += record_head_bytes + record->head.payload_bytes;
        if ((record->head.flags & last_of_batch_flag) != 0) {
            view.end = offset;
            return;
        }
    }
}

/// The offset of the first sector after `offset` that begins with the first record of a later batch; zero if none.
std::uint64_t find_later_batch(std::span<const std::byte> file, std::uint64_t offset,
                               std::uint64_t generation, std::uint64_t batch) {
    for (offset = whole_sectors(offset + 1); offset + record_head_bytes <= file.size();
         offset += sector_bytes) {
        // The generation first, because almost no sector has it there.
        if (read_little_endian(file.subspan(offset + 8, 8)) != generation) {
            continue;
        }
        const auto record = read_record(file.subspan(offset));
        if (record && record->head.generation == generation && record->head.ordinal == 0 &&
            record->head.batch > batch) {
            return offset;
        }
    }
    return 0;
}

error damage(const segment_files& files, const segment& in, std::uint64_t offset,
             const std::string& what) {
    return {errc::corrupt,
            files.path(in.head.generation) + ": damaged at offset " + std::to_string(offset) +
                ": " + what +
                ". Entries that were acknowledged may be lost: restore the folder from a copy, or "
                "empty it and let the node join again under a new id"};
}

/// Reads one segment after the other.
class recovery {
public:
    recovery(segment_files& files, shard_logs& logs) : files_(files), logs_(logs) {}

    result<journal_tail> run() {
        for (std::size_t i = 0; i < files_.segments().size(); ++i) {
            const segment* const next =
                i + 1 < files_.segments().size() ? &files_.segments()[i + 1] : nullptr;
            if (auto read = read_segment(files_.segments()[i], next); !read) {
                return read.error();
            }
        }
        for (auto& [shard, log] : logs_) {
            log.stop_carrying();
        }
        return tail_;
    }

private:
    outcome read_segment(segment& in, const segment* next) {
        if (tail_.next_batch != 1 && in.head.first_batch != tail_.next_batch) {
            return damage(files_, in, 0,
                          "its first batch is " + std::to_string(in.head.first_batch) + ", not " +
                              std::to_string(tail_.next_batch));
        }
        tail_.next_batch = in.head.first_batch;
        tail_.position_bytes = segment_head_bytes;
        bytes_.resize(in.head.segment_bytes);
        if (auto read = in.file->read(0, bytes_); !read) {
            return read;
        }
        while (next == nullptr || tail_.next_batch < next->head.first_batch) {
            read_batch(bytes_, tail_.position_bytes, in.head.generation, tail_.next_batch, batch_);
            if (!batch_.what_is_wrong.empty()) {
                return end_or_damage(in, next);
            }
            if (auto taken = take_batch(in); !taken) {
                return taken;
            }
        }
        return done{};
    }

    /// There is no whole batch where the next one should be.
    outcome end_or_damage(const segment& in, const segment* next) {
        const std::string what =
            "batch " + std::to_string(tail_.next_batch) + ": " + batch_.what_is_wrong;
        if (next != nullptr) {
            return damage(files_, in, batch_.bad_at,
                          what + "; it was synced, for " + segment_name(next->head.generation) +
                              " was begun after it");
        }
        // A segment gets its name when its first batch is durable.
        if (tail_.next_batch == in.head.first_batch) {
            return damage(files_, in, batch_.bad_at, what + "; it is the segment's first");
        }
        const std::uint64_t later =
            find_later_batch(bytes_, tail_.position_bytes, in.head.generation, tail_.next_batch);
        if (later != 0) {
            return damage(
                files_, in, batch_.bad_at,
                what + "; it was synced, for a later batch is at offset " + std::to_string(later));
        }
        return done{};
    }

    outcome take_batch(segment& in) {
        for (const batch_view::item& item : batch_.records) {
            const record_head& head = item.record.head;
            if (head.kind == record_kind::idle ||
                (head.kind == record_kind::truncate && BOURSE_JOURNAL_WRONG(truncation_ignored))) {
                continue;
            }
            shard_log& log = logs_[head.shard];
            if (const std::string wrong = log.fault(head, item.record.payload); !wrong.empty()) {
                return damage(files_, in, item.offset,
                              "a record of shard " + std::to_string(head.shard.value) +
                                  " that cannot be: " + wrong);
            }
            log.apply(head, item.record.payload, static_cast<std::uint32_t>(item.offset));
            if (head.kind == record_kind::entry || head.kind == record_kind::carried) {
                in.saw_entry(head.shard, head.index);
            }
            if (head.kind == record_kind::carried && !log.is_carrying()) {
                files_.let_go(head.shard, log);
            }
        }
        tail_.last_was_idle = batch_.records.back().record.head.kind == record_kind::idle;
        tail_.position_bytes = whole_sectors(batch_.end);
        ++tail_.next_batch;
        return done{};
    }

    segment_files& files_;
    shard_logs& logs_;
    journal_tail tail_;
    std::vector<std::byte> bytes_;
    batch_view batch_;
};

}  // namespace

result<journal_tail> recover(segment_files& files, shard_logs& logs) {
    return recovery(files, logs).run();
}

outcome cut_torn_tail(segment& last, std::uint64_t position_bytes) {
    if (BOURSE_JOURNAL_WRONG(tail_cut_too_far)) {
        position_bytes -= sector_bytes;
    }
    const std::uint64_t end = std::min(last.head.segment_bytes, position_bytes + max_batch_bytes);
    const std::vector<std::byte> zeros(end - position_bytes);
    if (auto wrote = last.file->write(position_bytes, zeros); !wrote) {
        return wrote;
    }
    return last.file->sync();
}

}  // namespace bourse
