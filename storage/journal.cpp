#include "storage/journal.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "messages/assert.hpp"
#include "storage/crc32c.hpp"
#include "storage/journal_bug.hpp"
#include "storage/journal_recovery.hpp"
#include "storage/segment_files.hpp"
#include "storage/vote_file.hpp"

namespace bourse {
namespace {

constexpr std::uint64_t page_bytes = 4096;

outcome check_options(const journal_options& options) {
    if (options.segment_bytes < min_segment_bytes || options.segment_bytes > max_segment_bytes ||
        options.segment_bytes % page_bytes != 0) {
        return error{errc::out_of_range, "segment_bytes is " +
                                             std::to_string(options.segment_bytes) +
                                             ", which is no multiple of 4096 from " +
                                             std::to_string(min_segment_bytes) + " to " +
                                             std::to_string(max_segment_bytes)};
    }
    if (options.reserve_bytes > options.segment_bytes / 2) {
        return error{errc::out_of_range, "reserve_bytes is " +
                                             std::to_string(options.reserve_bytes) +
                                             ", more than half a segment"};
    }
    if (options.max_segments < least_segments || options.max_segments > most_segments) {
        return error{errc::out_of_range, "max_segments is " + std::to_string(options.max_segments) +
                                             ", which is not " + std::to_string(least_segments) +
                                             " to " + std::to_string(most_segments)};
    }
    return done{};
}

/// What a shard takes at the begin of each segment.
std::uint64_t bytes_of_shard(const log_positions& of) {
    return 3 * record_head_bytes + vote_payload_bytes + of.snapshot.payload.size();
}

}  // namespace

struct journal::pending_record {
    record_head head;
    std::size_t offset = 0;  // in the batch
};

/// Records one behind the other, with their payloads in place; `seal` writes the heads.
struct journal::open_batch {
    sector_aligned_bytes memory;  // kept from batch to batch
    std::size_t size = 0;         // of it, the batch
    std::vector<pending_record> records;
    bool is_votes = true;  // nothing else is in it

    void add(const record_head& head, std::span<const std::byte> payload) {
        is_votes = is_votes && head.kind == record_kind::vote;
        records.push_back({head, size});
        add_payload(payload);
    }
    void add_entry(shard_id shard, std::uint64_t index, std::uint64_t term,
                   std::span<const std::byte> payload) {
        is_votes = false;
        // In place, as in `shard_log::take_next`.
        pending_record& added = records.emplace_back();
        added.head.payload_bytes = static_cast<std::uint32_t>(payload.size());
        added.head.kind = record_kind::entry;
        added.head.shard = shard;
        added.head.index = index;
        added.head.term = term;
        added.offset = size;
        add_payload(payload);
    }
    void add_payload(std::span<const std::byte> payload) {
        const std::size_t end = size + record_head_bytes + payload.size();
        if (end > memory.size()) {
            memory.resize(whole_sectors(2 * end));
        }
        if (!payload.empty()) {
            std::memcpy(memory.data() + size + record_head_bytes, payload.data(), payload.size());
        }
        size = end;
    }
    /// Zeros up to the next sector.
    void pad() {
        const std::size_t end = whole_sectors(size);
        std::memset(memory.data() + size, 0, end - size);
        size = end;
    }
    [[nodiscard]] std::span<const std::byte> bytes() const { return std::span(memory).first(size); }
    [[nodiscard]] std::span<std::byte> record(const pending_record& of) {
        return std::span(memory).subspan(of.offset, record_head_bytes + of.head.payload_bytes);
    }
    [[nodiscard]] std::span<const std::byte> payload(const pending_record& of) const {
        return std::span(memory).subspan(of.offset + record_head_bytes, of.head.payload_bytes);
    }
    void clear() {
        size = 0;
        records.clear();
        is_votes = true;
    }
};

// --- opening ---------------------------------------------------------------------------------------

journal::journal(disk& where, const journal_options& options)
    : options_(options),
      files_(std::make_unique<segment_files>(where, options.segment_bytes, options.max_segments)),
      votes_(std::make_unique<vote_file>(where, options.owner)),
      open_(std::make_unique<open_batch>()),
      writing_(std::make_unique<open_batch>()) {}

journal::~journal() = default;

result<std::unique_ptr<journal>> journal::open(disk& where, const journal_options& options) {
    if (auto checked = check_options(options); !checked) {
        return checked.error();
    }
    auto lock = where.lock();
    if (!lock) {
        return lock.error();
    }
    std::unique_ptr<journal> opened(new journal(where, options));
    opened->lock_ = std::move(lock).value();
    segment_files& files = *opened->files_;
    if (auto found = files.open_segments(options.owner); !found) {
        return found.error();
    }
    if (auto read = files.segments().empty() ? opened->begin_in_empty_folder()
                                             : opened->recover_from_files();
        !read) {
        return read.error();
    }
    return opened;
}

outcome journal::begin_in_empty_folder() {
    if (auto spares = files_->open_spares(); !spares) {
        return spares;
    }
    if (auto prepared = files_->prepare(options_.segment_bytes); !prepared) {
        return prepared.error();
    }
    if (!files_->has_spare()) {
        return error{errc::storage_full, files_->why_no_spare() + ", or choose another folder"};
    }
    // Before the first segment: so whoever has a segment has this too.
    if (auto made = votes_->make(); !made) {
        return made.error().code == errc::storage_full
                   ? error{errc::storage_full, made.error().what + ", or choose another folder"}
                   : made.error();
    }
    if (auto mended = votes_->mend(); !mended) {
        return mended;
    }
    return next_segment();
}

outcome journal::recover_from_files() {
    const auto tail = recover(*files_, logs_);
    if (!tail) {
        return tail.error();
    }
    next_batch_ = tail->next_batch;
    position_bytes_ = tail->position_bytes;
    last_was_idle_ = tail->last_was_idle;
    if (auto voted = recover_votes(); !voted) {
        return voted;
    }
    for (const auto& [shard, log] : logs_) {
        written_[shard] = log.positions();
    }
    reckon();
    if (first_batch_bytes() > options_.segment_bytes / 4) {
        return error{errc::out_of_range, "segment_bytes is too small for the journal's " +
                                             std::to_string(logs_.size()) + " shards"};
    }
    if (auto cut = cut_torn_tail(files_->segments().back(), position_bytes_); !cut) {
        return cut;
    }
    if (auto mended = votes_->mend(); !mended) {
        return mended;
    }
    if (auto spares = files_->open_spares(); !spares) {
        return spares;
    }
    // Whoever opens it wants to write; while the next segment is made he could not.
    if (!leaves_reserve(sector_bytes)) {
        if (auto prepared = files_->prepare(options_.segment_bytes); !prepared) {
            return prepared.error();
        }
    }
    // The last batch may have come from one whose sync nobody waited for. From here on it is certain.
    return commit();
}

/// A vote in its own file counts where it is later than what is in the log.
outcome journal::recover_votes() {
    if (auto opened = votes_->open(); !opened) {
        return opened;
    }
    for (const auto& [shard, vote] : votes_->votes()) {
        const auto known = logs_.find(shard);
        const journal_vote in_log =
            known == logs_.end() ? journal_vote{} : known->second.positions().vote;
        const bool is_later =
            vote.term > in_log.term || (vote.term == in_log.term && in_log.voted_for == 0);
        if (!is_later || BOURSE_JOURNAL_WRONG(votes_not_read)) {
            continue;
        }
        std::array<std::byte, vote_payload_bytes> payload{};
        write_little_endian(vote.voted_for, payload);
        logs_[shard].apply({.kind = record_kind::vote, .shard = shard, .term = vote.term}, payload,
                           0);
    }
    return done{};
}

std::uint64_t journal::next_batch() const noexcept {
    return next_batch_ + votes_->batch();
}

// --- putting records into the open batch -----------------------------------------------------------

std::uint64_t journal::max_open_bytes() const noexcept {
    return std::min(max_batch_bytes, options_.segment_bytes / 2);
}

std::size_t journal::max_payload_bytes() const noexcept {
    return max_open_bytes() - 2 * record_head_bytes;  // with a carry record before it
}

std::uint64_t journal::left_in_segment() const noexcept {
    return files_->segments().back().head.segment_bytes - position_bytes_;
}

std::uint64_t journal::open_bytes() const noexcept {
    return open_->size;
}

/// After the first batch, which is never longer than a quarter (`check_shard`).
std::uint64_t journal::left_in_next_segment() const noexcept {
    return files_->has_spare() ? options_.segment_bytes / 4 * 3 - segment_head_bytes : 0;
}

/// What is kept, and what each segment would begin with.
void journal::reckon() {
    kept_bytes_ = kept_logs_ = 0;
    first_batch_bytes_ = record_head_bytes;
    for (const auto& [shard, log] : logs_) {
        reckon_kept(0, log.kept_bytes());
        first_batch_bytes_ += bytes_of_shard(log.positions());
    }
}

/// What is kept of one log was so much before.
void journal::reckon_kept(std::uint64_t before, std::uint64_t now) noexcept {
    kept_bytes_ += now - before;
    kept_logs_ += static_cast<std::size_t>(now != 0) - static_cast<std::size_t>(before != 0);
}

bool journal::fits(std::uint64_t batch_bytes) const noexcept {
    return batch_bytes <= left_in_segment() || batch_bytes <= left_in_next_segment();
}

bool journal::has_room(std::size_t payload_bytes) const noexcept {
    const std::uint64_t size = open_->size + record_head_bytes + payload_bytes;
    return !dead_ && payload_bytes <= max_payload_bytes() && size <= max_open_bytes() &&
           fits(whole_sectors(size));
}

/// Whether it fits, and afterwards the reserve is whole, and what carrying takes.
bool journal::leaves_reserve(std::uint64_t batch_bytes) const {
    return (files_->has_spare() || batch_bytes + options_.reserve_bytes <= left_in_segment()) &&
           bytes_before_carrying() >= batch_bytes;
}

outcome journal::check_room(record_kind kind, std::size_t payload_bytes) const {
    if (dead_) {
        return *dead_;
    }
    if (payload_bytes > max_payload_bytes()) {
        return error{errc::over_bound, "a record of " + std::to_string(payload_bytes) +
                                           " bytes; at most " +
                                           std::to_string(max_payload_bytes()) + " are taken"};
    }
    const std::uint64_t size = open_->size + record_head_bytes + payload_bytes;
    if (size > max_open_bytes()) {
        return error{errc::overloaded, "the open batch has " + std::to_string(open_->size) +
                                           " bytes; at most " + std::to_string(max_open_bytes()) +
                                           " are taken"};
    }
    if (!fits(whole_sectors(size))) {
        if (kind == record_kind::vote) {
            return open_->is_votes ? outcome(done{})
                                   : error{errc::overloaded, "votes wait for the open batch"};
        }
        return error{errc::storage_full,
                     "the journal's last segment is full: " + files_->why_no_spare()};
    }
    return done{};
}

outcome journal::check_shard(shard_id shard, std::size_t more_snapshot_bytes) const {
    if (shard.value < 1 || shard.value > max_shard) {
        return error{errc::out_of_range, "shard " + std::to_string(shard.value)};
    }
    const bool is_new = !logs_.contains(shard);
    if (is_new && logs_.size() >= max_journal_shards) {
        return error{errc::over_bound, "the journal has " + std::to_string(logs_.size()) +
                                           " shards; shard " + std::to_string(shard.value) +
                                           " is one too many"};
    }
    if (!is_new && more_snapshot_bytes == 0) {
        return done{};
    }
    // What each segment begins with must leave room for the largest batch.
    const std::uint64_t first =
        first_batch_bytes() + more_snapshot_bytes + (is_new ? bytes_of_shard({}) : 0);
    if (first > options_.segment_bytes / 4) {
        return error{errc::over_bound, "shards and their snapshots take " + std::to_string(first) +
                                           " bytes at the begin of each segment of " +
                                           std::to_string(options_.segment_bytes) +
                                           "; at most a quarter may be"};
    }
    return done{};
}

outcome journal::put(record_head head, std::span<const std::byte> payload) {
    if (auto room = check_room(head.kind, payload.size()); !room) {
        return room;
    }
    head.payload_bytes = static_cast<std::uint32_t>(payload.size());
    const auto known = logs_.find(head.shard);
    const std::string wrong = known == logs_.end() ? shard_log().fault(head, payload)
                                                   : known->second.fault(head, payload);
    if (!wrong.empty()) {
        return error{errc::out_of_range,
                     "shard " + std::to_string(head.shard.value) + ": " + wrong};
    }
    if (known != logs_.end()) {
        take(known->second, head, payload);
    } else {
        take(logs_[head.shard], head, payload);
        reckon();
    }
    return done{};
}

void journal::take(shard_log& log, const record_head& head, std::span<const std::byte> payload) {
    if (head.kind == record_kind::entry) {
        take_entry(log, head.shard, head.index, head.term, payload);
        return;
    }
    log.apply(head, payload, 0);
    if (head.kind != record_kind::carried || !log.is_carrying()) {
        reckon();
    }
    open_->add(head, payload);
    ++appended_;
}

[[gnu::always_inline]] inline void journal::take_entry(shard_log& log, shard_id shard,
                                                       std::uint64_t index, std::uint64_t term,
                                                       std::span<const std::byte> payload) {
    const std::uint64_t before = log.kept_bytes();
    log.take_next(index, term, static_cast<std::uint32_t>(payload.size()));
    reckon_kept(before, log.kept_bytes());
    open_->add_entry(shard, index, term, payload);
    ++appended_;
}

outcome journal::append(shard_id shard, log_point at, std::span<const std::byte> payload) {
    // What nearly every call finds: a known shard, the next entry, and room. The rest is said in full below.
    const auto known = logs_.find(shard);
    if (known != logs_.end() && known->second.is_next(at.index, at.term) &&
        has_room(payload.size())) [[likely]] {
        take_entry(known->second, shard, at.index, at.term, payload);
        return done{};
    }
    return append_carefully(shard, at.index, at.term, payload);
}

[[gnu::noinline]] outcome journal::append_carefully(shard_id shard, std::uint64_t index,
                                                    std::uint64_t term,
                                                    std::span<const std::byte> payload) {
    if (auto checked = check_shard(shard, 0); !checked) {
        return checked;
    }
    return put({.kind = record_kind::entry, .shard = shard, .index = index, .term = term}, payload);
}

outcome journal::vote(shard_id shard, const journal_vote& given) {
    if (auto checked = check_shard(shard, 0); !checked) {
        return checked;
    }
    std::array<std::byte, vote_payload_bytes> payload{};
    write_little_endian(given.voted_for, payload);
    return put({.kind = record_kind::vote, .shard = shard, .term = given.term}, payload);
}

outcome journal::truncate(shard_id shard, std::uint64_t last_kept) {
    if (auto checked = check_shard(shard, 0); !checked) {
        return checked;
    }
    const auto term = term_at(shard, last_kept);
    if (!term) {
        return error{errc::out_of_range, "shard " + std::to_string(shard.value) +
                                             ": there is no entry " + std::to_string(last_kept) +
                                             " to keep"};
    }
    return put({.kind = record_kind::truncate, .shard = shard, .index = last_kept, .term = *term},
               {});
}

outcome journal::snapshot(shard_id shard, log_point at, std::span<const std::byte> payload) {
    if (payload.size() > max_snapshot_bytes) {
        return error{errc::over_bound, "a snapshot's record of " + std::to_string(payload.size()) +
                                           " bytes; at most " + std::to_string(max_snapshot_bytes) +
                                           " are taken"};
    }
    if (auto checked = check_shard(shard, payload.size()); !checked) {
        return checked;
    }
    const auto known = find(shard);
    if (at.index == 0 || (known && at.index < known->positions.begin.index)) {
        return error{errc::out_of_range, "shard " + std::to_string(shard.value) +
                                             ": a snapshot at " + std::to_string(at.index) +
                                             ", before the log's begin"};
    }
    const bool has_entry = term_at(shard, at.index) == at.term;
    return put({.kind = record_kind::snapshot,
                .flags = has_entry ? std::uint8_t{0} : voids_log_flag,
                .shard = shard,
                .index = at.index,
                .term = at.term},
               payload);
}

// --- making them durable ---------------------------------------------------------------------------

outcome journal::die(const error& why) {
    dead_ = error{why.code, "the journal is dead: " + why.what};
    return *dead_;
}

/// Completes the heads, whose generation and batch are known only now, and the last sector.
void journal::seal(open_batch& batch, std::uint64_t generation) const {
    std::vector<pending_record>& records = batch.records;
    records.back().head.flags |= last_of_batch_flag;
    for (std::size_t i = 0; i < records.size(); ++i) {
        record_head& head = records[i].head;
        head.generation = generation;
        head.batch = next_batch_;
        head.ordinal = static_cast<std::uint32_t>(i);
        write_unsummed_head(head, batch.record(records[i]));
    }
    for (std::size_t i = 0; i < records.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, records.size() - i);
        std::array<std::span<const std::byte>, 3> pieces;
        for (std::size_t k = 0; k < count; ++k) {
            pieces.at(k) = summed_bytes(batch.record(records[i + k]));
        }
        const std::array<std::uint32_t, 3> sums = crc32c_of_three(pieces);
        for (std::size_t k = 0; k < count; ++k) {
            write_checksum(sums.at(k), batch.record(records[i + k]));
        }
    }
    batch.pad();
}

bool journal::wants_idle_batch() const noexcept {
    return !under_way_ && open_->records.empty() && !last_was_idle_;
}

outcome journal::start_batch() {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(!under_way_);
    const bool is_idle = open_->records.empty();
    if (is_idle) {
        if (last_was_idle_ || !leaves_reserve(sector_bytes)) {
            return done{};
        }
        open_->add({.kind = record_kind::idle}, {});
    }
    const bool for_votes = open_->is_votes && !leaves_reserve(whole_sectors(open_->size));
    if (auto started = for_votes ? start_writing_votes() : start_writing(); !started) {
        return die(started.error());
    }
    last_was_idle_ = for_votes ? last_was_idle_ : is_idle;
    return done{};
}

outcome journal::start_writing_votes() {
    std::swap(open_, writing_);
    vote_file::vote_map given;
    for (const pending_record& record : writing_->records) {
        given[record.head.shard] = {record.head.term,
                                    read_little_endian(writing_->payload(record))};
    }
    under_way_ = votes_under_way_ = true;
    return votes_->start(given);
}

outcome journal::start_writing() {
    if (whole_sectors(open_->size) > left_in_segment()) {
        if (auto begun = next_segment(); !begun) {
            return begun;
        }
    }
    std::swap(open_, writing_);
    seal(*writing_, files_->segments().back().head.generation);
    BOURSE_ASSERT(writing_->size <= left_in_segment());
    place_entries(*writing_);
    if (auto wrote = files_->segments().back().file->write(position_bytes_, writing_->bytes());
        !wrote) {
        return wrote;
    }
    position_bytes_ += writing_->size;
    written_bytes_ += writing_->size;
    ++next_batch_;
    under_way_ = true;
    return done{};
}

void journal::place_entries(const open_batch& batch) {
    segment& in = files_->segments().back();
    // Looked up once for all entries of one shard that follow each other.
    shard_log* log = nullptr;
    std::uint64_t* highest = nullptr;
    shard_id its{};
    for (const pending_record& record : batch.records) {
        if (record.head.kind != record_kind::entry && record.head.kind != record_kind::carried) {
            continue;
        }
        if (log == nullptr || record.head.shard != its) {
            its = record.head.shard;
            log = &logs_[its];
            highest = &in.highest[its];
        }
        const auto offset = static_cast<std::uint32_t>(position_bytes_ + record.offset);
        if (record.head.kind == record_kind::entry) {
            log->place(record.head.index, in.head.generation, offset);
        } else {
            log->place_carried(record.head.index, in.head.generation, offset);
        }
        *highest = std::max(*highest, record.head.index);
    }
}

/// What was being written is durable.
void journal::note_written() {
    // Looked up once for all entries of one shard that follow each other.
    log_positions* of = nullptr;
    shard_id its{};
    for (const pending_record& record : writing_->records) {
        if (record.head.kind == record_kind::idle) {
            continue;
        }
        if (of == nullptr || record.head.shard != its) {
            its = record.head.shard;
            of = &written_[its];
        }
        if (record.head.kind == record_kind::entry) {
            of->end = {record.head.index, record.head.term};
        } else {
            apply(*of, record.head, writing_->payload(record));
        }
        ++durable_;
    }
}

outcome journal::finish_batch() {
    if (dead_) {
        return *dead_;
    }
    if (!under_way_) {
        return done{};
    }
    const auto sync = [this] {
        return votes_under_way_ ? votes_->finish() : files_->segments().back().file->sync();
    };
    if (auto synced = BOURSE_JOURNAL_WRONG(no_sync) ? outcome(done{}) : sync(); !synced) {
        return die(synced.error());
    }
    note_written();
    if (BOURSE_JOURNAL_WRONG(open_batch_counted)) {
        durable_ = appended_;
    }
    writing_->clear();
    under_way_ = votes_under_way_ = false;
    for (auto next = carried_.begin(); next != carried_.end();) {
        if (next->second <= durable_) {
            files_->let_go(next->first, logs_.at(next->first));
            next = carried_.erase(next);
        } else {
            ++next;
        }
    }
    return done{};
}

outcome journal::commit() {
    if (auto started = start_batch(); !started) {
        return started;
    }
    return finish_batch();
}

/// Of each shard where its log ends, its vote and its snapshot: what may stand only in segments that go.
journal::open_batch journal::first_batch_of_segment() const {
    open_batch batch;
    for (const auto& [shard, of] : written_) {
        if (!BOURSE_JOURNAL_WRONG(position_not_carried)) {
            batch.add({.kind = record_kind::position,
                       .shard = shard,
                       .index = of.end.index,
                       .term = of.end.term},
                      {});
        }
        std::array<std::byte, vote_payload_bytes> vote{};
        write_little_endian(of.vote.voted_for, vote);
        batch.add({.payload_bytes = vote_payload_bytes,
                   .kind = record_kind::vote,
                   .shard = shard,
                   .term = of.vote.term},
                  vote);
        if (of.snapshot.at.index != 0) {
            batch.add({.payload_bytes = static_cast<std::uint32_t>(of.snapshot.payload.size()),
                       .kind = record_kind::snapshot,
                       .shard = shard,
                       .index = of.snapshot.at.index,
                       .term = of.snapshot.at.term},
                      of.snapshot.payload);
        }
    }
    if (batch.records.empty()) {
        batch.add({.kind = record_kind::idle}, {});
    }
    return batch;
}

/// The file's name changes only when its head and first batch are durable. All batches before are: that is
/// how recovery knows that none of them was torn.
outcome journal::next_segment() {
    BOURSE_ASSERT(!under_way_);
    const std::uint64_t generation =
        files_->segments().empty() ? 1 : files_->segments().back().head.generation + 1;
    open_batch first = first_batch_of_segment();
    const segment_head head{.generation = generation,
                            .first_batch = next_batch_,
                            .segment_bytes = options_.segment_bytes,
                            .owner = options_.owner};
    seal(first, generation);
    if (auto begun = files_->begin_segment(head, first.bytes()); !begun) {
        return begun;
    }
    position_bytes_ = segment_head_bytes + first.size;
    ++next_batch_;
    last_was_idle_ = true;
    return done{};
}

// --- files -----------------------------------------------------------------------------------------

void journal::release(shard_id shard, std::uint64_t index) {
    const auto found = written_.find(shard);
    BOURSE_ASSERT(found != written_.end() && index <= durable_end(shard));
    shard_log& log = logs_[shard];
    if (index > found->second.begin.index) {
        found->second.begin = {index, log.term_at(index).value_or(0)};
        const std::uint64_t before = log.kept_bytes();
        log.release(index);
        reckon_kept(before, log.kept_bytes());
    }
}

std::uint64_t journal::durable_end(shard_id shard) const {
    const auto durable = written_.find(shard);
    std::uint64_t end = durable == written_.end() ? 0 : durable->second.end.index;
    for (const open_batch* batch : {writing_.get(), open_.get()}) {
        for (const pending_record& each : batch->records) {
            const bool cuts =
                each.head.kind == record_kind::truncate || (each.head.flags & voids_log_flag) != 0;
            if (cuts && each.head.shard == shard) {
                end = std::min(end, each.head.index);
            }
        }
    }
    return end;
}

/// The first shard with entries in the segment that are needed still.
std::optional<journal_pin> journal::pin_of(const segment& in) const {
    for (const auto& [shard, highest] : in.highest) {
        const auto found = written_.find(shard);
        if (found == written_.end()) {
            return journal_pin{shard, highest};  // its first batch is under way
        }
        const std::uint64_t last = std::min(highest, found->second.end.index);
        if (last > found->second.begin.index) {
            return journal_pin{shard, last};
        }
        if (BOURSE_JOURNAL_WRONG(one_shard_asked)) {
            break;
        }
    }
    return std::nullopt;
}

std::optional<journal_pin> journal::oldest_pin() const {
    // The last segment is never released.
    return files_->segments().size() == 1 ? std::nullopt : pin_of(files_->segments().front());
}

std::size_t journal::segment_count() const noexcept {
    return files_->segments().size();
}

result<bool> journal::maintain() {
    if (dead_) {
        return *dead_;
    }
    BOURSE_ASSERT(!under_way_);
    const auto releasable = [this] {
        return files_->segments().size() > 1 && !oldest_pin().has_value();
    };
    if (releasable()) {
        if (auto released = files_->release_oldest(); !released) {
            return die(released.error()).error();
        }
    }
    const auto more = files_->prepare(std::max(maintenance_bytes, 2 * written_bytes_));
    written_bytes_ = 0;
    if (!more) {
        return die(more.error()).error();
    }
    return *more || releasable();
}

journal_room journal::room() const {
    const std::uint64_t used = whole_sectors(open_->size);
    const std::uint64_t most = std::max(left_in_segment(), left_in_next_segment());
    journal_room now;
    now.bytes = most > used ? most - used : 0;
    now.reserve_bytes = options_.reserve_bytes;
    now.has_next = files_->has_spare();
    now.bytes_before_carrying = bytes_before_carrying();
    const bool is_carriable = now.bytes_before_carrying > journal_bytes() / 16;
    now.takes_orders = (now.has_next || now.bytes > options_.reserve_bytes) && is_carriable;
    now.why = files_->why_no_spare();
    if (now.why.empty() && !is_carriable) {
        now.why = "entries that are needed take " + std::to_string(kept_bytes_) + " bytes, and " +
                  std::to_string(left_in_journal()) + " are left";
    }
    if (const auto pin = oldest_pin(); pin && !now.why.empty()) {
        now.why += "; shard " + std::to_string(pin->shard.value) +
                   " needs the oldest segment, up to entry " + std::to_string(pin->index);
    }
    return now;
}

// --- what is in it ---------------------------------------------------------------------------------

std::vector<journal_shard> journal::shards() const {
    std::vector<journal_shard> all;
    for (const auto& [shard, log] : logs_) {
        all.push_back({shard, log.positions()});
    }
    return all;
}

std::optional<journal_shard> journal::find(shard_id shard) const {
    const auto found = logs_.find(shard);
    if (found == logs_.end()) {
        return std::nullopt;
    }
    return journal_shard{shard, found->second.positions()};
}

std::optional<std::uint64_t> journal::term_at(shard_id shard, std::uint64_t index) const {
    const auto found = logs_.find(shard);
    return found == logs_.end() ? std::nullopt : found->second.term_at(index);
}

}  // namespace bourse
