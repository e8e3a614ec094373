#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/channel_message.hpp"
#include "messages/result.hpp"
#include "messages/shard_command.hpp"

/// What shards tell each other, as bytes: the records `ChannelMessage`, `ChannelDelivery` and
/// `ChannelReceipt` of schema/channel.capnp.
///
/// As with commands (command_codec.hpp): encoding appends one message, decoding takes any bytes and
/// answers with a value or an error that names the place, for example
/// `channelDelivery.messages[3].event.kind: 9 is not an event kind (0..6, 10..16, 20..22, 30..34)`.
namespace bourse {

/// The versions written; these and all before them are read.
inline constexpr std::uint16_t channel_message_version = 1;
inline constexpr std::uint16_t channel_delivery_version = 1;
inline constexpr std::uint16_t channel_receipt_version = 1;

void encode_channel_message(const channel_message& from, std::vector<std::byte>& out);
[[nodiscard]] result<channel_message> decode_channel_message(std::span<const std::byte> bytes);

/// A delivery may have up to 2^24 messages: the format ends at 4 GiB.
void encode_channel_delivery(const channel_delivery& from, std::vector<std::byte>& out);
[[nodiscard]] result<channel_delivery> decode_channel_delivery(std::span<const std::byte> bytes);

void encode_channel_receipt(const channel_receipt& from, std::vector<std::byte>& out);
[[nodiscard]] result<channel_receipt> decode_channel_receipt(std::span<const std::byte> bytes);

}  // namespace bourse
