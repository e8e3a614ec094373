#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "messages/ids.hpp"
#include "messages/result.hpp"

/// The bytes of a journal's files, as storage/FORMAT.md has them in tables: the head of a segment, and records.
namespace bourse {

/// Written into each segment's head; another one is refused. 2: there is a file of votes.
inline constexpr std::uint32_t journal_version = 2;

/// What a record is. On disk: append only.
enum class record_kind : std::uint8_t {
    entry = 1,     ///< an entry of a shard's log
    vote = 2,      ///< a shard's term, and whom this node voted for in it
    truncate = 3,  ///< entries after index are void; term is that of the last one kept
    snapshot = 4,  ///< the shard's state exists elsewhere as of (index, term)
    idle = 5,      ///< nothing: the batch before was synced
    position = 6,  ///< at a segment's begin: the shard's log ended with (index, term) here
    carry = 7,     ///< entries after (index, term) come once more, here, or go on coming
    carried = 8,   ///< such an entry
};
/// The name as above; "unknown" for other numbers.
[[nodiscard]] std::string_view to_string(record_kind kind) noexcept;

/// Bits of `record_head::flags`.
inline constexpr std::uint8_t last_of_batch_flag = 1;  ///< no more records in this batch
inline constexpr std::uint8_t voids_log_flag =
    2;  ///< of a snapshot: the log goes on after it, empty

struct record_head {
    std::uint32_t payload_bytes = 0;
    std::uint64_t generation = 0;  ///< of the segment: old bytes in a recycled file have another
    std::uint64_t batch = 0;       ///< 1, 2, 3 … without a gap, through all segments
    record_kind kind = record_kind::idle;
    std::uint8_t flags = 0;
    shard_id shard{};           ///< none: of no shard (idle)
    std::uint32_t ordinal = 0;  ///< of the record in its batch: 0, 1, 2 …
    std::uint64_t index = 0;
    std::uint64_t term = 0;

    friend bool operator==(const record_head&, const record_head&) = default;
};
inline constexpr std::size_t record_head_bytes = 48;
inline constexpr std::size_t vote_payload_bytes = 8;
inline constexpr std::size_t max_snapshot_bytes = 4096;
inline constexpr std::size_t max_journal_shards = 256;
/// A batch is never longer, whatever the options say: recovery relies on it.
inline constexpr std::uint64_t max_batch_bytes = std::uint64_t{8} << 20U;

/// Writes the head with its checksum into the first `record_head_bytes` of `record`, whose rest is the payload.
void write_record_head(const record_head& head, std::span<std::byte> record);

/// The same in two steps, for many records at once: all but the checksum; the bytes it is of; and the checksum.
void write_unsummed_head(const record_head& head, std::span<std::byte> record);
[[nodiscard]] std::span<const std::byte> summed_bytes(std::span<const std::byte> record);
void write_checksum(std::uint32_t sum, std::span<std::byte> record);

/// A record as it was found.
struct found_record {
    record_head head;
    std::span<const std::byte> payload;
};
/// The record at the begin of `bytes`, which may go on behind it. Errors, all `malformed` with a few words on
/// what is wrong: too short, a length that does not fit, a wrong checksum, an unknown kind, and all that the
/// tables forbid (a vote whose payload is not 8 bytes, a shard where none may be …).
[[nodiscard]] result<found_record> read_record(std::span<const std::byte> bytes);

/// The first sector of a segment.
struct segment_head {
    std::uint64_t generation = 0;   ///< 1, 2, 3 … without a gap
    std::uint64_t first_batch = 0;  ///< number of the segment's first batch
    std::uint64_t segment_bytes = 0;
    std::uint64_t owner = 0;  ///< the node's id

    friend bool operator==(const segment_head&, const segment_head&) = default;
};
inline constexpr std::size_t segment_head_bytes = 512;

/// Another version than ours only in tests.
void write_segment_head(const segment_head& head, std::span<std::byte, segment_head_bytes> into,
                        std::uint32_t version = journal_version);
/// Errors: `foreign` (not a segment at all), `corrupt` (a wrong checksum), `unsupported_version`.
/// The sentence goes on after the file's name: "was written by a newer Bourse: …".
[[nodiscard]] result<segment_head> read_segment_head(
    std::span<const std::byte, segment_head_bytes> from);

/// "segment-0000000000000007", so that names sort as generations.
[[nodiscard]] std::string segment_name(std::uint64_t generation);
/// Zero if it is not the name of a segment.
[[nodiscard]] std::uint64_t generation_of(std::string_view name) noexcept;

/// The next multiple of a sector.
[[nodiscard]] constexpr std::uint64_t whole_sectors(std::uint64_t bytes) noexcept {
    return (bytes + 511U) / 512U * 512U;
}

/// Little-endian numbers in bytes.
void write_little_endian(std::uint64_t value, std::span<std::byte> into) noexcept;
/// Of at most eight bytes.
[[nodiscard]] inline std::uint64_t read_little_endian(std::span<const std::byte> from) noexcept {
    std::uint64_t value = 0;
    if (from.empty()) {
        return value;
    }
    if constexpr (std::endian::native == std::endian::little) {
        // Of a size that is known here: one load.
        std::memcpy(&value, from.data(), std::min(from.size(), sizeof value));
    } else {
        for (std::size_t i = from.size(); i-- > 0;) {
            value = (value << 8U) | static_cast<std::uint64_t>(from[i]);
        }
    }
    return value;
}

}  // namespace bourse
