#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/book_rows.hpp"
#include "messages/result.hpp"

/// A book's rows as bytes: the records `BookRow`, `OrderRow`, `GroupRow` and `BookRows` of
/// schema/book.capnp.
///
/// As with commands (command_codec.hpp): encoding appends one message, decoding takes any bytes and
/// answers with a value or an error that names the place, for example `bookRows.orders[12].place: 6 is
/// not an order place (0..5)`. Whether rows fit together is not asked here: that is `order_book::restore`.
namespace bourse {

/// The versions written; these and all before them are read.
inline constexpr std::uint16_t book_row_version = 1;
inline constexpr std::uint16_t order_row_version = 1;
inline constexpr std::uint16_t group_row_version = 1;
inline constexpr std::uint16_t book_rows_version = 1;

void encode_book_row(const book_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<book_row> decode_book_row(std::span<const std::byte> bytes);

void encode_order_row(const order_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<order_row> decode_order_row(std::span<const std::byte> bytes);

void encode_group_row(const group_row& from, std::vector<std::byte>& out);
[[nodiscard]] result<group_row> decode_group_row(std::span<const std::byte> bytes);

/// A whole book in one message; of 2^22 orders, as many as there may be, it takes 0.6 GB.
void encode_book_rows(const book_rows& from, std::vector<std::byte>& out);
[[nodiscard]] result<book_rows> decode_book_rows(std::span<const std::byte> bytes);

}  // namespace bourse
