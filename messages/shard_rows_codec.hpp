#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "messages/result.hpp"
#include "messages/row_change.hpp"
#include "messages/row_key.hpp"
#include "messages/shard_rows.hpp"

/// A shard's rows as bytes: the records of schema/shard.capnp, each stored under its `row_key`.
///
/// As with commands (command_codec.hpp): encoding appends one message, decoding takes any bytes and
/// answers with a value or an error that names the place, for example `accountRow.kind: 7 is not an
/// account kind (0..1)`. Whether rows fit together is not asked here: that is `shard::restore`.
namespace bourse {

/// The version written of each kind of row; this and all before it are read.
inline constexpr std::uint16_t shard_row_version = 1;
inline constexpr std::uint16_t account_row_version = 1;
inline constexpr std::uint16_t risk_group_row_version = 1;
inline constexpr std::uint16_t position_row_version = 1;
inline constexpr std::uint16_t open_order_row_version = 1;
inline constexpr std::uint16_t order_group_row_version = 1;
inline constexpr std::uint16_t remembered_row_version = 1;
inline constexpr std::uint16_t lease_row_version = 1;
inline constexpr std::uint16_t listing_row_version = 1;
inline constexpr std::uint16_t calendar_row_version = 1;
inline constexpr std::uint16_t shard_book_row_version = 1;
inline constexpr std::uint16_t channel_row_version = 1;
inline constexpr std::uint16_t channel_value_row_version = 1;
inline constexpr std::uint16_t record_row_version = 1;

// --- Row by row ---------------------------------------------------------------------------------
//
// Kinds that are not here have a record of their own elsewhere: a book's orders and groups in
// book_codec.hpp, a message of an outbox in channel_codec.hpp.

void encode_shard_row(const shard_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<shard_row> decode_shard_row(std::span<const std::byte> bytes);

void encode_account_row(const account_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<account_row> decode_account_row(std::span<const std::byte> bytes);

void encode_risk_group_row(const risk_group_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<risk_group_row> decode_risk_group_row(std::span<const std::byte> bytes);

void encode_position_row(const position_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<position_row> decode_position_row(std::span<const std::byte> bytes);

void encode_open_order_row(const open_order_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<open_order_row> decode_open_order_row(std::span<const std::byte> bytes);

void encode_order_group_row(const order_group_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<order_group_row> decode_order_group_row(std::span<const std::byte> bytes);

void encode_remembered_row(const remembered_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<remembered_row> decode_remembered_row(std::span<const std::byte> bytes);

void encode_lease_row(const lease_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<lease_row> decode_lease_row(std::span<const std::byte> bytes);

void encode_listing_row(const listing_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<listing_row> decode_listing_row(std::span<const std::byte> bytes);

void encode_calendar_row(const calendar_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<calendar_row> decode_calendar_row(std::span<const std::byte> bytes);

/// Without the book's orders and groups: they are rows of their own.
void encode_shard_book_row(const shard_book_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<shard_book_row> decode_shard_book_row(std::span<const std::byte> bytes);

/// Without the channel's values and outbox: they are rows of their own.
void encode_channel_row(const channel_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<channel_row> decode_channel_row(std::span<const std::byte> bytes);

void encode_channel_value(const channel_value& from, std::vector<std::byte>& out);
[[nodiscard]] result<channel_value> decode_channel_value(std::span<const std::byte> bytes);

void encode_record_row(const record_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<record_row> decode_record_row(std::span<const std::byte> bytes);

/// A row of any kind; of none, no bytes.
void encode_row(const row_value& from, std::vector<std::byte>& out);

// --- A whole shard: the sum of its rows ------------------------------------------------------------

/// Takes one row; the bytes are valid during the call.
using row_sink = std::function<void(const row_key& key, std::span<const std::byte> value)>;

/// Hands every row of `from` to `sink`, by rising key if each list of `from` is by rising key, as it must
/// be for a shard to be put together again.
void for_each_row(const shard_rows& from, const row_sink& sink);

/// Puts a shard together from its rows, in the order in which a checkpoint has them.
///
///     for each row by rising key: if (const auto fault = builder.add(key, value)) → fault
///     builder.finish() → the rows
class shard_rows_builder {
public:
    /// Takes the next row, whatever its bytes; nothing when it fits. Refused is what is no row, a key that is
    /// not above the last, a value that says that it is another's, and what belongs to a book or channel
    /// that has no row. After that the builder is of no more use.
    [[nodiscard]] std::optional<error> add(std::span<const std::byte> key,
                                           std::span<const std::byte> value);

    /// The rows; refused when the shard's own is missing, or messages of an outbox are.
    [[nodiscard]] result<shard_rows> finish() &&;

private:
    [[nodiscard]] std::optional<error> add_row(const row_key& key,
                                               std::span<const std::byte> value);
    [[nodiscard]] std::optional<error> add_outbox_message(const row_key& key,
                                                          std::span<const std::byte> value);

    [[nodiscard]] std::optional<error> find_outbox_fault() const;

    shard_rows rows_;
    std::optional<row_key> last_;
    std::optional<std::size_t> outbox_;  ///< the channel whose outbox is being filled
    std::uint64_t last_number_ = 0;      ///< of the last message that went there
};

/// A whole shard in one piece: what `for_each_row` hands out, one behind the other. All numbers are
/// little-endian, but those in keys.
///
/// | bytes | what                                                                |
/// |-------|---------------------------------------------------------------------|
/// | 2     | version of this form, 1                                             |
/// | 6     | zero                                                                |
/// | 8     | number of rows                                                      |
/// |       | … and for each row:                                                 |
/// | 4     | length of the value, a multiple of 8                                |
/// | 1     | length of the key                                                   |
/// | 3     | zero                                                                |
/// | 8, 16 | the key, and zeros up to a multiple of 8                            |
/// | 8 × n | the value                                                           |
///
/// Example, the begin of every shard with 3 rows: `01 00 00 00 00 00 00 00  03 00 00 00 00 00 00 00`, then
/// its first row, `58 00 00 00 01 00 00 00  01 00 00 00 00 00 00 00` and the 88 bytes of a ShardRow.
inline constexpr std::uint16_t shard_rows_version = 1;

void encode_shard_rows(const shard_rows& from, std::vector<std::byte>& out);
[[nodiscard]] result<shard_rows> decode_shard_rows(std::span<const std::byte> bytes);

}  // namespace bourse
