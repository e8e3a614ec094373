#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/replica_message.hpp"
#include "messages/result.hpp"
#include "messages/shared_bytes.hpp"

/// What the replicas of a shard tell each other, and memberships, as bytes: the records
/// `ReplicaMessage` and `Membership` of schema/replica.capnp.
///
/// As with commands (command_codec.hpp): encoding appends one message, decoding takes any bytes and
/// answers with a value or an error that names the place, for example
/// `replicaMessage.appendRequest.entries[2].kind: 9 is not a kind of entry (1..3)`.
namespace bourse {

/// The versions written; these and all before them are read.
inline constexpr std::uint16_t replica_message_version = 1;
inline constexpr std::uint16_t membership_version = 1;

/// Every payload must be there. A message may have up to 4 GiB: the format ends there.
void encode_replica_message(const replica_message& from, std::vector<std::byte>& out);

/// From bytes that stay the caller's: payloads are copied.
[[nodiscard]] result<replica_message> decode_replica_message(std::span<const std::byte> bytes);

/// From bytes that are shared: payloads are slices of them, so that nothing is copied.
[[nodiscard]] result<replica_message> decode_replica_message(const shared_bytes& bytes);

void encode_membership(const membership& from, std::vector<std::byte>& out);
[[nodiscard]] result<membership> decode_membership(std::span<const std::byte> bytes);

}  // namespace bourse
