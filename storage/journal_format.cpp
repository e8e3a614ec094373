#include "storage/journal_format.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "messages/assert.hpp"
#include "storage/crc32c.hpp"
#include "storage/disk.hpp"
#include "storage/journal_bug.hpp"

namespace bourse {

static_assert(segment_head_bytes == sector_bytes);

namespace {

// Places in a record's head.
constexpr std::size_t checksum_at = 0;
constexpr std::size_t payload_bytes_at = 4;
constexpr std::size_t generation_at = 8;
constexpr std::size_t batch_at = 16;
constexpr std::size_t kind_at = 24;
constexpr std::size_t flags_at = 25;
constexpr std::size_t shard_at = 26;
constexpr std::size_t ordinal_at = 28;
constexpr std::size_t index_at = 32;
constexpr std::size_t term_at = 40;
static_assert(term_at + 8 == record_head_bytes);

// Places in a segment's head.
constexpr std::array<char, 8> segment_magic = {'B', 'O', 'U', 'R', 'S', 'E', 'J', '\n'};
constexpr std::size_t version_at = 8;
constexpr std::size_t head_checksum_at = 12;
constexpr std::size_t head_generation_at = 16;
constexpr std::size_t first_batch_at = 24;
constexpr std::size_t segment_bytes_at = 32;
constexpr std::size_t owner_at = 40;

constexpr std::string_view name_prefix = "segment-";
constexpr std::size_t name_digits = 20;

template <typename Number>
Number number_at(std::span<const std::byte> bytes, std::size_t offset) {
    Number value{};
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&value, bytes.subspan(offset, sizeof(Number)).data(), sizeof(Number));
    } else {
        value = static_cast<Number>(read_little_endian(bytes.subspan(offset, sizeof(Number))));
    }
    return value;
}

template <typename Number>
void put_number(std::span<std::byte> bytes, std::size_t offset, Number value) {
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(bytes.subspan(offset, sizeof(Number)).data(), &value, sizeof(Number));
    } else {
        write_little_endian(value, bytes.subspan(offset, sizeof(Number)));
    }
}

/// All but the four bytes of the checksum itself.
std::uint32_t head_checksum(std::span<const std::byte, segment_head_bytes> head) {
    return crc32c(head.subspan(head_checksum_at + 4), crc32c(head.first(head_checksum_at)));
}

/// What the tables forbid of a record whose checksum is right; empty if nothing.
std::string_view contradiction(const record_head& head) {
    const bool of_a_shard = head.shard.value >= 1 && head.shard.value <= max_shard;
    const bool at_a_place = head.index > 0;
    if ((head.flags & ~unsigned{last_of_batch_flag}) != 0 &&
        !(head.kind == record_kind::snapshot && (head.flags >> 2U) == 0)) {
        return "unknown flags";
    }
    switch (head.kind) {
        case record_kind::entry:
        case record_kind::carried:
            return !of_a_shard ? "no shard" : !at_a_place ? "no index" : "";
        case record_kind::vote:
            return !of_a_shard                                ? "no shard"
                   : head.payload_bytes != vote_payload_bytes ? "no vote"
                                                              : "";
        case record_kind::truncate:
        case record_kind::position:
        case record_kind::carry:
            return !of_a_shard ? "no shard" : head.payload_bytes != 0 ? "a payload" : "";
        case record_kind::snapshot:
            return !of_a_shard                               ? "no shard"
                   : !at_a_place                             ? "no index"
                   : head.payload_bytes > max_snapshot_bytes ? "too long a payload"
                                                             : "";
        case record_kind::idle:
            return head.payload_bytes != 0 ? "a payload" : "";
    }
    return "an unknown kind";
}

}  // namespace

std::string_view to_string(record_kind kind) noexcept {
    switch (kind) {
        case record_kind::entry:
            return "entry";
        case record_kind::vote:
            return "vote";
        case record_kind::truncate:
            return "truncate";
        case record_kind::snapshot:
            return "snapshot";
        case record_kind::idle:
            return "idle";
        case record_kind::position:
            return "position";
        case record_kind::carry:
            return "carry";
        case record_kind::carried:
            return "carried";
    }
    return "unknown";
}

void write_little_endian(std::uint64_t value, std::span<std::byte> into) noexcept {
    for (std::byte& byte : into) {
        byte = static_cast<std::byte>(value & 0xFFU);
        value >>= 8U;
    }
}

void write_record_head(const record_head& head, std::span<std::byte> record) {
    write_unsummed_head(head, record);
    write_checksum(crc32c(summed_bytes(record)), record);
}

std::span<const std::byte> summed_bytes(std::span<const std::byte> record) {
    return record.subspan(payload_bytes_at);
}

void write_checksum(std::uint32_t sum, std::span<std::byte> record) {
    put_number(record, checksum_at, sum);
}

void write_unsummed_head(const record_head& head, std::span<std::byte> record) {
    BOURSE_ASSERT(record.size() == record_head_bytes + head.payload_bytes);
    put_number(record, payload_bytes_at, head.payload_bytes);
    put_number(record, generation_at, head.generation);
    put_number(record, batch_at, head.batch);
    put_number(record, kind_at, static_cast<std::uint8_t>(head.kind));
    put_number(record, flags_at, head.flags);
    put_number(record, shard_at, head.shard.value);
    put_number(record, ordinal_at, head.ordinal);
    put_number(record, index_at, head.index);
    put_number(record, term_at, head.term);
}

result<found_record> read_record(std::span<const std::byte> bytes) {
    if (bytes.size() < record_head_bytes) {
        return error{errc::malformed, "no room for a record"};
    }
    const auto payload_bytes = number_at<std::uint32_t>(bytes, payload_bytes_at);
    if (payload_bytes > bytes.size() - record_head_bytes || payload_bytes > max_batch_bytes) {
        return error{errc::malformed, "an impossible length"};
    }
    const auto record = bytes.first(record_head_bytes + payload_bytes);
    if (number_at<std::uint32_t>(record, checksum_at) != crc32c(summed_bytes(record)) &&
        !BOURSE_JOURNAL_WRONG(sum_not_checked)) {
        return error{errc::malformed, "a wrong checksum"};
    }
    const record_head head{.payload_bytes = payload_bytes,
                           .generation = number_at<std::uint64_t>(record, generation_at),
                           .batch = number_at<std::uint64_t>(record, batch_at),
                           .kind = record_kind{number_at<std::uint8_t>(record, kind_at)},
                           .flags = number_at<std::uint8_t>(record, flags_at),
                           .shard = {number_at<std::uint16_t>(record, shard_at)},
                           .ordinal = number_at<std::uint32_t>(record, ordinal_at),
                           .index = number_at<std::uint64_t>(record, index_at),
                           .term = number_at<std::uint64_t>(record, term_at)};
    if (const std::string_view wrong = contradiction(head); !wrong.empty()) {
        return error{errc::malformed, std::string(wrong)};
    }
    return found_record{head, record.subspan(record_head_bytes)};
}

void write_segment_head(const segment_head& head, std::span<std::byte, segment_head_bytes> into,
                        std::uint32_t version) {
    std::memset(into.data(), 0, into.size());
    std::memcpy(into.data(), segment_magic.data(), segment_magic.size());
    put_number(into, version_at, version);
    put_number(into, head_generation_at, head.generation);
    put_number(into, first_batch_at, head.first_batch);
    put_number(into, segment_bytes_at, head.segment_bytes);
    put_number(into, owner_at, head.owner);
    put_number(into, head_checksum_at, head_checksum(into));
}

result<segment_head> read_segment_head(std::span<const std::byte, segment_head_bytes> from) {
    if (std::memcmp(from.data(), segment_magic.data(), segment_magic.size()) != 0) {
        return error{errc::foreign,
                     "is not a segment of a journal, or its first bytes are damaged"};
    }
    if (number_at<std::uint32_t>(from, head_checksum_at) != head_checksum(from)) {
        return error{errc::corrupt, "is damaged in its first 512 bytes: a wrong checksum"};
    }
    const auto version = number_at<std::uint32_t>(from, version_at);
    if (version != journal_version) {
        return error{errc::unsupported_version,
                     "has version " + std::to_string(version) +
                         " and was written by another Bourse; this one knows version " +
                         std::to_string(journal_version)};
    }
    return segment_head{.generation = number_at<std::uint64_t>(from, head_generation_at),
                        .first_batch = number_at<std::uint64_t>(from, first_batch_at),
                        .segment_bytes = number_at<std::uint64_t>(from, segment_bytes_at),
                        .owner = number_at<std::uint64_t>(from, owner_at)};
}

std::string segment_name(std::uint64_t generation) {
    std::string digits = std::to_string(generation);
    return std::string(name_prefix) + std::string(name_digits - digits.size(), '0') + digits;
}

std::uint64_t generation_of(std::string_view name) noexcept {
    if (!name.starts_with(name_prefix) || name.size() != name_prefix.size() + name_digits) {
        return 0;
    }
    name.remove_prefix(name_prefix.size());
    std::uint64_t generation = 0;
    const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), generation);
    return fault == std::errc{} && end == name.data() + name.size() ? generation : 0;
}

}  // namespace bourse
