#include "storage/journal_recovery.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "storage/advice.hpp"
#include "storage/journal_bug.hpp"

namespace bourse {
namespace {

/// Bytes of a segment that are read at once, at least one record.
constexpr std::uint64_t scan_window_bytes = std::uint64_t{1} << 18U;

/// A segment, read piece by piece from its begin.
class segment_window {
public:
    void look_at(segment& in) {
        in_ = &in;
        bytes_.clear();
        begin_ = 0;
    }
    [[nodiscard]] std::uint64_t size() const noexcept { return in_->head.segment_bytes; }

    /// So many bytes from `offset` on, which must be there; valid until the next call.
    [[nodiscard]] result<std::span<const std::byte>> at(std::uint64_t offset, std::uint64_t bytes) {
        if (offset < begin_ || offset + bytes > begin_ + bytes_.size()) {
            begin_ = offset;
            bytes_.resize(std::max(bytes, std::min(scan_window_bytes, size() - offset)));
            if (auto read = in_->file->read(begin_, bytes_); !read) {
                bytes_.clear();
                return read.error();
            }
        }
        return std::span<const std::byte>(bytes_).subspan(offset - begin_, bytes);
    }

    /// What begins at `offset` and ends before `limit`, at the latest, if it is a record: enough for `read_record`.
    [[nodiscard]] result<std::span<const std::byte>> record_at(std::uint64_t offset,
                                                               std::uint64_t limit) {
        const std::uint64_t room = limit - offset;
        if (room < record_head_bytes) {
            return at(offset, room);
        }
        auto head = at(offset, record_head_bytes);
        if (!head) {
            return head;
        }
        const std::uint64_t bytes = record_head_bytes + read_little_endian(head->subspan(4, 4));
        return at(offset, bytes > room ? record_head_bytes : bytes);
    }

private:
    segment* in_ = nullptr;
    std::vector<std::byte> bytes_;
    std::uint64_t begin_ = 0;
};

/// A whole batch, or where and why there is none.
struct batch_view {
    struct item {
        record_head head;
        std::uint64_t offset = 0;
        std::vector<std::byte> payload;  ///< but of an entry
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
outcome read_batch(segment_window& file, std::uint64_t offset, std::uint64_t generation,
                   std::uint64_t batch, batch_view& view) {
    const std::uint64_t limit = std::min<std::uint64_t>(file.size(), offset + max_batch_bytes);
    view.records.clear();
    view.what_is_wrong.clear();
    while (true) {
        view.bad_at = offset;
        const auto bytes = file.record_at(offset, limit);
        if (!bytes) {
            return bytes.error();
        }
        const auto record = read_record(*bytes);
        view.what_is_wrong =
            record ? ordinal_fault(record->head, generation, batch, view.records.size())
                   : record.error().what;
        if (!view.what_is_wrong.empty()) {
            return done{};
        }
        view.records.push_back({record->head, offset, {}});
        if (record->head.kind != record_kind::entry) {
            view.records.back().payload.assign(record->payload.begin(), record->payload.end());
        }
        offset += record_head_bytes + record->head.payload_bytes;
        if ((record->head.flags & last_of_batch_flag) != 0) {
            view.end = offset;
            return done{};
        }
    }
}

/// The offset of the first sector after `offset` that begins with the first record of a later batch; zero if none.
result<std::uint64_t> find_later_batch(segment_window& file, std::uint64_t offset,
                                       std::uint64_t generation, std::uint64_t batch) {
    for (offset = whole_sectors(offset + 1); offset + record_head_bytes <= file.size();
         offset += sector_bytes) {
        const auto head = file.at(offset, record_head_bytes);
        if (!head) {
            return head.error();
        }
        // The generation first, because almost no sector has it there.
        if (read_little_endian(head->subspan(8, 8)) != generation) {
            continue;
        }
        const auto bytes = file.record_at(offset, file.size());
        if (!bytes) {
            return bytes.error();
        }
        const auto record = read_record(*bytes);
        if (record && record->head.generation == generation && record->head.ordinal == 0 &&
            record->head.batch > batch) {
            return offset;
        }
    }
    return std::uint64_t{0};
}

error damage(const segment_files& files, const segment& in, std::uint64_t offset,
             const std::string& what) {
    return {errc::corrupt, files.path(in.head.generation) + ": damaged at offset " +
                               std::to_string(offset) + ": " + what +
                               ". Entries that were acknowledged may be lost: " + folder_advice};
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
            log.trim_copy();
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
        window_.look_at(in);
        while (next == nullptr || tail_.next_batch < next->head.first_batch) {
            if (auto read = read_batch(window_, tail_.position_bytes, in.head.generation,
                                       tail_.next_batch, batch_);
                !read) {
                return read;
            }
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
        const auto later =
            find_later_batch(window_, tail_.position_bytes, in.head.generation, tail_.next_batch);
        if (!later) {
            return later.error();
        }
        if (*later != 0) {
            return damage(
                files_, in, batch_.bad_at,
                what + "; it was synced, for a later batch is at offset " + std::to_string(*later));
        }
        return done{};
    }

    outcome take_batch(segment& in) {
        for (const batch_view::item& item : batch_.records) {
            const record_head& head = item.head;
            if (head.kind == record_kind::idle ||
                (head.kind == record_kind::truncate && BOURSE_JOURNAL_WRONG(truncation_ignored))) {
                continue;
            }
            shard_log& log = logs_[head.shard];
            if (const std::string wrong = log.fault(head, item.payload); !wrong.empty()) {
                return damage(files_, in, item.offset,
                              "a record of shard " + std::to_string(head.shard.value) +
                                  " that cannot be: " + wrong);
            }
            log.apply(head, item.payload, static_cast<std::uint32_t>(item.offset));
            if (head.kind == record_kind::entry || head.kind == record_kind::carried) {
                in.saw_entry(head.shard, head.index);
            }
            if (head.kind == record_kind::carried && !log.is_carrying()) {
                files_.let_go(head.shard, log);
            }
        }
        tail_.last_was_idle = batch_.records.back().head.kind == record_kind::idle;
        tail_.position_bytes = whole_sectors(batch_.end);
        ++tail_.next_batch;
        return done{};
    }

    segment_files& files_;
    shard_logs& logs_;
    journal_tail tail_;
    segment_window window_;
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
    const std::vector<std::byte> zeros(std::min(scan_window_bytes, end - position_bytes));
    std::vector<std::byte> found(zeros.size());
    for (std::uint64_t at = position_bytes; at < end; at += scan_window_bytes) {
        const std::uint64_t bytes = std::min(scan_window_bytes, end - at);
        if (auto read = last.file->read(at, std::span{found}.first(bytes)); !read) {
            return read;
        }
        if (std::memcmp(found.data(), zeros.data(), bytes) == 0) {
            continue;  // as it was prepared
        }
        if (auto wrote = last.file->write(at, std::span{zeros}.first(bytes)); !wrote) {
            return wrote;
        }
    }
    return last.file->sync();
}

}  // namespace bourse
