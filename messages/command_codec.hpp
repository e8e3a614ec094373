#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/command.hpp"
#include "messages/result.hpp"

/// Commands as bytes: the records `Command` and `CommandBatch` of schema/command.capnp.
///
/// Encoding appends one message to `out`. Decoding takes any bytes: what is malformed, of an unknown
/// version, or has a number that no enumeration knows, is an error that names the place, for example
/// `command[3].newOrder.side: 9 is not a side (0..1)`. All else is carried through, also what a book
/// will refuse.
namespace bourse {

/// The version written; this and all before it are read.
inline constexpr std::uint16_t command_version = 1;
inline constexpr std::uint16_t command_batch_version = 1;

void encode_command(const command& from, std::vector<std::byte>& out);
[[nodiscard]] result<command> decode_command(std::span<const std::byte> bytes);

/// A batch may have up to 2^24 commands: the format ends at 4 GiB a message.
void encode_commands(std::span<const command> from, std::vector<std::byte>& out);
[[nodiscard]] result<std::vector<command>> decode_commands(std::span<const std::byte> bytes);

}  // namespace bourse
