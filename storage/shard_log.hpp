#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "messages/ids.hpp"
#include "storage/journal_format.hpp"

namespace bourse {

/// A place in a shard's log. Zero: before its first entry.
struct log_point {
    std::uint64_t index = 0;
    std::uint64_t term = 0;
    friend bool operator==(const log_point&, const log_point&) = default;
};

struct journal_vote {
    std::uint64_t term = 0;
    std::uint64_t voted_for = 0;  ///< a node's id; zero: nobody yet
    friend bool operator==(const journal_vote&, const journal_vote&) = default;
};

struct journal_snapshot {
    log_point at;  ///< zero: there was none
    std::vector<std::byte> payload;
    friend bool operator==(const journal_snapshot&, const journal_snapshot&) = default;
};

/// Where the log of one shard stands.
struct log_positions {
    journal_vote vote;
    journal_snapshot snapshot;
    log_point begin;  ///< the first entry kept is the one after; its own payload is not kept
    log_point end;    ///< the last entry, or `begin`
    friend bool operator==(const log_positions&, const log_positions&) = default;
};

/// Takes a record that is without fault (`shard_log` says what each means).
void apply(log_positions& to, const record_head& head, std::span<const std::byte> payload);

/// Where an entry's record is. A generation of zero: not in a file yet.
struct entry_place {
    std::uint64_t term = 0;
    std::uint64_t generation = 0;
    std::uint32_t offset = 0;
    std::uint32_t payload_bytes = 0;
};

/// What the records of one shard mean, one after the other; the same for records that are appended and for those
/// read at start.
///
/// - entry: extends the log by one.
/// - vote: replaces the vote; terms never fall, and a vote given is not changed within its term.
/// - truncate (index, term): the log ends there.
/// - snapshot: is remembered; with `voids_log_flag` the log is empty and goes on after it.
/// - carry: the entries after it come once more, as `carried`, or go on coming if they had got to there; with the log's
///   last one they take the log's place. So the files that the log was in before are not needed.
/// - position: in the oldest segment, where the log begins; in others, a check that nothing is missing.
class shard_log {
public:
    /// Why the record cannot come next, for people; empty if it can.
    [[nodiscard]] std::string fault(const record_head& head,
                                    std::span<const std::byte> payload) const;
    /// Whether an entry there is without fault.
    [[nodiscard]] bool is_next(std::uint64_t index, std::uint64_t term) const noexcept {
        return index == positions_.end.index + 1 && term >= positions_.end.term;
    }
    /// Takes an entry that is next, and is not in a file yet.
    void take_next(std::uint64_t index, std::uint64_t term, std::uint32_t payload_bytes) {
        // Number by number: what is put together elsewhere and copied whole waits for its parts.
        positions_.end.index = index;
        positions_.end.term = term;
        entry_place& its = places_.emplace_back();
        its.term = term;
        its.payload_bytes = payload_bytes;
        kept_bytes_ += record_head_bytes + payload_bytes;
    }
    /// Takes a record without fault.
    void apply(const record_head& head, std::span<const std::byte> payload, std::uint32_t offset);
    /// Says where an entry that was applied with generation zero is now, if it is still in the log.
    void place(std::uint64_t index, std::uint64_t generation, std::uint32_t offset);
    /// The same of a carried one.
    void place_carried(std::uint64_t index, std::uint64_t generation, std::uint32_t offset);
    /// Forgets the entries up to `index`.
    void release(std::uint64_t index);

    /// What was carried of entries that are released is no part of the copy. After a start, when all records have been read: until
    /// then a copy may begin before the log, and takes its place.
    void trim_copy();

    [[nodiscard]] const log_positions& positions() const noexcept { return positions_; }
    /// The term of an entry between begin (included) and end.
    [[nodiscard]] std::optional<std::uint64_t> term_at(std::uint64_t index) const;
    [[nodiscard]] bool is_carrying() const noexcept { return copy_.has_value(); }
    /// The last entry carried, or the log's begin.
    [[nodiscard]] log_point carried_to() const;
    /// Of the entries after begin, with the heads of their records.
    [[nodiscard]] std::uint64_t kept_bytes() const noexcept { return kept_bytes_; }
    /// Of them, of those that have been carried.
    [[nodiscard]] std::uint64_t carried_bytes() const noexcept { return copy_ ? copy_->bytes : 0; }
    /// Of an entry after begin, up to end.
    [[nodiscard]] const entry_place& place_of(std::uint64_t index) const;

private:
    /// Entries that have come once more.
    struct log_copy {
        log_point begin;
        std::deque<entry_place> places;
        std::uint64_t bytes = 0;
        [[nodiscard]] log_point end() const {
            return places.empty() ? begin
                                  : log_point{begin.index + places.size(), places.back().term};
        }
    };
    void carry(const record_head& head, const entry_place& at);

    log_positions positions_;
    std::deque<entry_place> places_;  // of the entries after begin
    std::uint64_t kept_bytes_ = 0;    // theirs
    std::optional<log_copy> copy_;
};

using shard_logs = std::map<shard_id, shard_log>;

}  // namespace bourse
