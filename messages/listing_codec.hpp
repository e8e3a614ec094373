#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/listing.hpp"
#include "messages/result.hpp"

/// Listings as bytes: the record `Listing` of schema/listing.capnp.
///
/// As with commands (command_codec.hpp): encoding appends one message, decoding takes any bytes and
/// answers with a value or an error that names the place, for example `listing.fees: 7 tiers of fees, not
/// 8 or none`. Whether the listing can be used is not asked here: that is `find_fault`.
namespace bourse {

/// The version written; this and all before it are read.
inline constexpr std::uint16_t listing_version = 1;

void encode_listing(const listing& from, std::vector<std::byte>& out);
[[nodiscard]] result<listing> decode_listing(std::span<const std::byte> bytes);

}  // namespace bourse
