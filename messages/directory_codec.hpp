#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "messages/directory_records.hpp"
#include "messages/result.hpp"

/// What the directory knows by name, as bytes: the records of schema/directory.capnp, which are the values of a
/// shard's records.
///
/// As with commands (command_codec.hpp): encoding appends one message, decoding takes any bytes and
/// answers with a value or an error that names the place, for example `userRecord.keys[2].id: …`. The name is
/// a record's key: it is not encoded, and left empty when read.
namespace bourse {

/// The version written of each record; this and all before it are read.
inline constexpr std::uint16_t currency_record_version = 1;
inline constexpr std::uint16_t instrument_record_version = 1;
inline constexpr std::uint16_t account_record_version = 1;
inline constexpr std::uint16_t user_record_version = 1;

void encode_currency_record(const currency_record& from, std::vector<std::byte>& out);
[[nodiscard]] result<currency_record> decode_currency_record(std::span<const std::byte> bytes);

void encode_instrument_record(const instrument_record& from, std::vector<std::byte>& out);
[[nodiscard]] result<instrument_record> decode_instrument_record(std::span<const std::byte> bytes);

void encode_account_record(const account_record& from, std::vector<std::byte>& out);
[[nodiscard]] result<account_record> decode_account_record(std::span<const std::byte> bytes);

void encode_user_record(const user_record& from, std::vector<std::byte>& out);
[[nodiscard]] result<user_record> decode_user_record(std::span<const std::byte> bytes);

// --- As a shard holds them ------------------------------------------------------------------------

[[nodiscard]] std::string record_value(const currency_record& from);
[[nodiscard]] std::string record_value(const instrument_record& from);
[[nodiscard]] std::string record_value(const account_record& from);
[[nodiscard]] std::string record_value(const user_record& from);

/// Reads a record's value, and takes the name from its key.
[[nodiscard]] result<currency_record> read_currency_record(std::string_view key,
                                                           std::string_view value);
[[nodiscard]] result<instrument_record> read_instrument_record(std::string_view key,
                                                               std::string_view value);
[[nodiscard]] result<account_record> read_account_record(std::string_view key,
                                                         std::string_view value);
[[nodiscard]] result<user_record> read_user_record(std::string_view key, std::string_view value);

}  // namespace bourse
