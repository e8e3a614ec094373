#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/result.hpp"
#include "messages/shard_command.hpp"

/// What enters a shard's log, as bytes: the records `Entry` and `ShardCommand` of schema/entry.capnp.
///
/// As with commands (command_codec.hpp): encoding appends one message, decoding takes any bytes and
/// answers with a value or an error that names the place, for example
/// `entry.commands[3].submitOrder.order.side: 9 is not a side (0..1)`. Whatever can be encoded can be
/// decoded, so an entry never gets into a log that cannot be read from it.
namespace bourse {

/// The versions written; these and all before them are read.
inline constexpr std::uint16_t shard_command_version = 1;
inline constexpr std::uint16_t entry_version = 1;

void encode_shard_command(const shard_command& from, std::vector<std::byte>& out);
[[nodiscard]] result<shard_command> decode_shard_command(std::span<const std::byte> bytes);

/// 160 bytes a new order and 56 an entry. An entry may have up to 2^24 commands: the format ends at
/// 4 GiB a message.
void encode_entry(const entry& from, std::vector<std::byte>& out);
/// The same of commands that lie elsewhere.
void encode_entry_in_parts(std::uint64_t index, timestamp at, command_lists commands,
                           std::vector<std::byte>& out);
/// By Cap'n Proto alone, whatever is in it: the same bytes.
void encode_any_entry(const entry& from, std::vector<std::byte>& out);
[[nodiscard]] result<entry> decode_entry(std::span<const std::byte> bytes);
/// The same, in the memory that `to` has; after an error there is anything in it.
[[nodiscard]] outcome decode_entry_into(std::span<const std::byte> bytes, entry& to);
/// The same from Cap'n Proto alone, which `decode_entry` asks only if the entry is not one of orders as we write them
/// (flat_entry.hpp). For tests: the two never differ.
[[nodiscard]] result<entry> decode_any_entry(std::span<const std::byte> bytes);

}  // namespace bourse
