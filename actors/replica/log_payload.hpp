#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "messages/replica_message.hpp"
#include "messages/result.hpp"
#include "messages/shard_command.hpp"

/// What a shard's log is made of, as bytes.
namespace bourse {

/// What the shard's digest was at an index: zero, zero says nothing.
struct digest_mark {
    std::uint64_t index = 0;
    std::uint64_t digest = 0;
    friend bool operator==(const digest_mark&, const digest_mark&) = default;
};

/// A command's payload in consensus. Numbers are little-endian.
///
/// | bytes | what                                                           |
/// |-------|----------------------------------------------------------------|
/// | 8     | index of a digest that the leader had, or zero                 |
/// | 8     | that digest                                                    |
/// |       | the entry (messages/entry_codec.hpp)                           |
///
/// Where the first number is `void_mark`, the second is the index of an entry that is made void, and the entry has no commands.
struct marked_entry {
    digest_mark mark;
    entry what;
};
inline constexpr std::uint64_t void_mark = UINT64_MAX;
/// The index that a command's payload makes void; zero: it is no such one.
[[nodiscard]] std::uint64_t voided_by(std::span<const std::byte> payload);
[[nodiscard]] std::vector<std::byte> encode_marked_entry(const digest_mark& mark,
                                                         const entry& what);
[[nodiscard]] std::vector<std::byte> encode_marked_entry(const digest_mark& mark,
                                                         std::uint64_t index, timestamp at,
                                                         command_lists commands);
/// `memory`: that of its commands is used again.
[[nodiscard]] result<marked_entry> decode_marked_entry(std::span<const std::byte> bytes,
                                                       entry memory = {});

/// A log entry's payload in the journal: what kind it is (`log_entry_kind`, 1 byte), 7 zeros, the
/// payload. Example, a leader's barrier: `02 00 00 00 00 00 00 00`. `into` is overwritten.
void encode_journal_payload(const log_entry& from, std::vector<std::byte>& into);
/// What comes before the payload.
inline constexpr std::size_t journal_payload_head_bytes = 8;
/// `malformed` for what is none; the payload is a slice of `from`.
[[nodiscard]] result<log_entry> decode_journal_payload(std::uint64_t term,
                                                       const shared_bytes& from);

/// What a snapshot stands for, where journal and checkpoint keep it.
///
/// | bytes | what                                          |
/// |-------|-----------------------------------------------|
/// | 8 × 3 | index, term, index of the membership          |
/// |       | the membership (messages/replica_codec.hpp)   |
[[nodiscard]] std::vector<std::byte> encode_snapshot_position(const snapshot_position& from);
[[nodiscard]] result<snapshot_position> decode_snapshot_position(std::span<const std::byte> bytes);

}  // namespace bourse
