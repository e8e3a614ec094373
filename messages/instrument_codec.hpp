#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/instrument.hpp"
#include "messages/result.hpp"

/// Instruments as bytes: the record `Instrument` of schema/instrument.capnp.
///
/// As with commands (command_codec.hpp): encoding appends one message, decoding takes any bytes and
/// answers with a value or an error that names the place. Whether the rules can be used is not asked
/// here: that is `find_fault`.
namespace bourse {

/// The version written; this and all before it are read.
inline constexpr std::uint16_t instrument_version = 1;

void encode_instrument(const instrument& from, std::vector<std::byte>& out);
[[nodiscard]] result<instrument> decode_instrument(std::span<const std::byte> bytes);

}  // namespace bourse
