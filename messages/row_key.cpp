#include "messages/row_key.hpp"

#include <algorithm>

#include "messages/assert.hpp"

namespace bourse {
namespace {

/// How many bytes each number of a key has; 0: there is none.
using number_sizes = std::array<std::uint8_t, row_key::max_numbers>;

constexpr std::array<number_sizes, last_row_kind + 1> sizes_by_kind{{
    {},         // no kind
    {},         // shard
    {4},        // account
    {4},        // risk_group
    {1, 4, 4},  // position
    {8},        // open_order
    {4, 8},     // order_group
    {8},        // remembered
    {8},        // lease
    {4},        // listing
    {4},        // calendar
    {4},        // book
    {4, 8},     // book_order
    {4, 8},     // book_group
    {2},        // channel
    {2, 4},     // channel_value
    {2, 8},     // outbox_message
    {4},        // record
}};

const number_sizes& sizes_of(row_kind kind) noexcept {
    return sizes_by_kind[static_cast<std::size_t>(kind)];
}

std::size_t key_size(row_kind kind) noexcept {
    std::size_t size = 1;
    for (const std::uint8_t each : sizes_of(kind)) {
        size += each;
    }
    return size;
}

std::string hexadecimal(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text += digits[std::to_integer<std::size_t>(byte >> 4)];
        text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return text;
}

}  // namespace

row_key::row_key(row_kind kind, const std::array<std::uint64_t, max_numbers>& numbers) noexcept {
    bytes_[0] = static_cast<std::byte>(kind);
    std::size_t at = 1;
    for (std::size_t i = 0; i < max_numbers; ++i) {
        for (unsigned left = sizes_of(kind)[i]; left > 0; --left) {
            bytes_[at++] = static_cast<std::byte>(numbers[i] >> (8 * (left - 1)));
        }
    }
    size_ = static_cast<std::uint8_t>(at);
}

row_key row_key::shard() {
    return {row_kind::shard, {}};
}
row_key row_key::account(account_id account) {
    return {row_kind::account, {account.value}};
}
row_key row_key::risk_group(risk_group_id group) {
    return {row_kind::risk_group, {group.value}};
}
row_key row_key::position(bool of_group, account_id holder, asset_id asset) {
    return {row_kind::position, {of_group ? 1U : 0U, holder.value, asset.value}};
}
row_key row_key::open_order(order_id order) {
    return {row_kind::open_order, {order.value}};
}
row_key row_key::order_group(account_id account, order_group_id group) {
    return {row_kind::order_group, {account.value, group.value}};
}
row_key row_key::remembered(std::uint64_t sequence) {
    return {row_kind::remembered, {sequence}};
}
row_key row_key::lease(lease_id lease) {
    return {row_kind::lease, {lease.value}};
}
row_key row_key::listing(symbol_id symbol) {
    return {row_kind::listing, {symbol.value}};
}
row_key row_key::calendar(calendar_id calendar) {
    return {row_kind::calendar, {calendar.value}};
}
row_key row_key::book(symbol_id symbol) {
    return {row_kind::book, {symbol.value}};
}
row_key row_key::book_order(symbol_id symbol, order_id order) {
    return {row_kind::book_order, {symbol.value, order.value}};
}
row_key row_key::book_group(symbol_id symbol, order_group_id group) {
    return {row_kind::book_group, {symbol.value, group.value}};
}
row_key row_key::channel(shard_id peer) {
    return {row_kind::channel, {peer.value}};
}
row_key row_key::channel_value(shard_id peer, asset_id asset) {
    return {row_kind::channel_value, {peer.value, asset.value}};
}
row_key row_key::outbox_message(shard_id peer, std::uint64_t number) {
    return {row_kind::outbox_message, {peer.value, number}};
}
row_key row_key::record(std::uint32_t number) {
    return {row_kind::record, {number}};
}

result<row_key> row_key::read(std::span<const std::byte> bytes) {
    if (bytes.empty()) {
        return error{errc::malformed, "a key of no bytes"};
    }
    const auto kind = std::to_integer<unsigned>(bytes[0]);
    if (kind == 0 || kind > last_row_kind) {
        return error{errc::out_of_range, "key " + hexadecimal(bytes.first(1)) + ": " +
                                             std::to_string(kind) + " is not a kind of row (1.." +
                                             std::to_string(last_row_kind) + ")"};
    }
    const std::size_t size = key_size(static_cast<row_kind>(kind));
    if (bytes.size() != size) {
        return error{errc::malformed, "key " + hexadecimal(bytes.first(1)) +
                                          "…: " + std::to_string(bytes.size()) + " bytes, not " +
                                          std::to_string(size)};
    }
    row_key key;
    std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
    key.size_ = static_cast<std::uint8_t>(size);
    if (key.kind() == row_kind::position && key.number(0) > 1) {
        return error{errc::out_of_range,
                     "key " + key.text() + ": a position is of a group (1) or not (0)"};
    }
    return key;
}

std::uint64_t row_key::number(std::size_t index) const noexcept {
    const number_sizes& sizes = sizes_of(kind());
    BOURSE_ASSERT(index < max_numbers && sizes[index] != 0);
    std::size_t at = 1;
    for (std::size_t i = 0; i < index; ++i) {
        at += sizes[i];
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizes[index]; ++i) {
        value = value << 8 | std::to_integer<std::uint64_t>(bytes_[at + i]);
    }
    return value;
}

std::string row_key::text() const {
    return hexadecimal(bytes());
}

}  // namespace bourse
