#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/event.hpp"
#include "messages/result.hpp"

/// Events as bytes: the records `Event` and `EventBatch` of schema/event.capnp.
///
/// As with commands (command_codec.hpp): encoding appends one message, decoding takes any bytes and
/// answers with a value or an error that names the place, for example `event[7].kind: 9 is not an
/// event kind (0..6, 10..16, 20..22, 30..34)`.
namespace bourse {

/// The version written; this and all before it are read.
inline constexpr std::uint16_t event_version = 1;
inline constexpr std::uint16_t event_batch_version = 1;

/// Of `flags` the five bits that `event` names are written; there are no others.
void encode_event(const event& from, std::vector<std::byte>& out);
[[nodiscard]] result<event> decode_event(std::span<const std::byte> bytes);

/// 72 bytes an event and 40 a batch. A batch may have up to 2^25 events: the format ends at 4 GiB a
/// message.
void encode_events(std::span<const event> from, std::vector<std::byte>& out);
[[nodiscard]] result<std::vector<event>> decode_events(std::span<const std::byte> bytes);

}  // namespace bourse
