#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "messages/ids.hpp"
#include "messages/result.hpp"
#include "storage/disk.hpp"
#include "storage/journal_format.hpp"
#include "storage/shard_log.hpp"

namespace bourse {

/// One file of a journal.
struct segment {
    segment_head head;
    std::unique_ptr<disk_file> file;
    /// The highest index of each shard's entries in it, void ones included.
    std::map<shard_id, std::uint64_t> highest;

    void saw_entry(shard_id shard, std::uint64_t index) {
        std::uint64_t& now = highest[shard];
        now = index > now ? index : now;
    }
};

/// The files of a journal: segments in use, by generation, and spare ones.
///
/// | name | state | becomes |
/// |---|---|---|
/// | `preparing` | its bytes are being written for the first time (`prepare`) | a spare; removed at start |
/// | `spare-N` | ready: every block was written once, with zeros or as a segment | a segment |
/// | `segment-GENERATION` | in use: its head and first batch are durable before it has the name (`begin_segment`) | a spare, or removed (`release_oldest`) |
///
/// So whatever is named a segment has a head and a first batch, and what these lack was damaged.
class segment_files {
public:
    segment_files(disk& where, std::uint64_t segment_bytes, std::uint32_t max_segments)
        : disk_(where), segment_bytes_(segment_bytes), max_segments_(max_segments) {}

    /// Opens the files that are there and reads the segments' heads. Errors: as `journal::open`; nothing is
    /// changed.
    outcome open_segments(std::uint64_t owner);
    /// Takes over spares that are there, and removes what was being prepared.
    outcome open_spares();

    /// A bounded piece, at most `bytes`, of making a spare, if there is none; true if there is more to do. That
    /// none can be had is no error: `why_no_spare` says it, and the next call begins anew, with another file. A write or sync that fails for
    /// any other reason than want of room is one.
    [[nodiscard]] result<bool> prepare(std::uint64_t bytes);
    [[nodiscard]] bool has_spare() const noexcept { return !spares_.empty(); }
    [[nodiscard]] const std::string& why_no_spare() const noexcept { return why_no_spare_; }

    /// Makes a spare, which there must be, the last segment, with this head and these bytes behind it.
    outcome begin_segment(const segment_head& head, std::span<const std::byte> first_batch);
    /// The shard's log is carried, durably: it needs no segment before the one that its first entry is in.
    void let_go(shard_id shard, const shard_log& log);
    /// The first segment becomes a spare, or goes if there are `max_spares`.
    outcome release_oldest();

    [[nodiscard]] std::deque<segment>& segments() noexcept { return segments_; }
    [[nodiscard]] const std::deque<segment>& segments() const noexcept { return segments_; }
    /// Null if it is gone.
    [[nodiscard]] segment* find(std::uint64_t generation) noexcept;
    [[nodiscard]] std::string path(std::uint64_t generation) const;

    static constexpr std::size_t max_spares = 8;

private:
    struct spare {
        std::string name;
        std::unique_ptr<disk_file> file;
    };

    [[nodiscard]] result<segment> open_segment(const std::string& name, std::uint64_t owner);
    outcome begin_preparing();
    outcome finish_preparing();
    bool give_up(const error& why);
    [[nodiscard]] result<bool> give_up_if_full(const error& why);

    disk& disk_;
    std::uint64_t segment_bytes_;
    std::uint32_t max_segments_;
    std::deque<segment> segments_;
    std::vector<spare> spares_;
    std::uint64_t next_spare_ = 1;
    std::unique_ptr<disk_file> preparing_;
    std::uint64_t prepared_bytes_ = 0;
    std::string why_no_spare_;
};

}  // namespace bourse
