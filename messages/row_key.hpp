#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "messages/ids.hpp"
#include "messages/result.hpp"

namespace bourse {

/// The kinds of rows of a shard. The numbers are stored: append only.
enum class row_kind : std::uint8_t {
    shard = 1,
    account = 2,
    risk_group = 3,
    position = 4,
    open_order = 5,
    order_group = 6,
    remembered = 7,
    lease = 8,
    listing = 9,
    calendar = 10,
    book = 11,
    book_order = 12,
    book_group = 13,
    channel = 14,
    channel_value = 15,
    outbox_message = 16,
    record = 17,
};
inline constexpr std::uint8_t last_row_kind = 17;

/// Under what a checkpoint stores one row of a shard: what kind of row, and whose.
///
/// The bytes of keys are in the order of (kind, numbers), as every number is big-endian and none is
/// negative; so the rows of a kind lie together, and those of one book or channel within them.
///
/// | kind           | bytes behind the kind                         | length |
/// |----------------|-----------------------------------------------|--------|
/// | shard          |                                               | 1      |
/// | account        | account 4                                     | 5      |
/// | risk_group     | group 4                                       | 5      |
/// | position       | 1 if of a group, else 0, 1; holder 4; asset 4 | 10     |
/// | open_order     | order 8                                       | 9      |
/// | order_group    | account 4; group 8                            | 13     |
/// | remembered     | sequence 8                                    | 9      |
/// | lease          | lease 8                                       | 9      |
/// | listing        | symbol 4                                      | 5      |
/// | calendar       | calendar 4                                    | 5      |
/// | book           | symbol 4                                      | 5      |
/// | book_order     | symbol 4; order 8                             | 13     |
/// | book_group     | symbol 4; group 8                             | 13     |
/// | channel        | shard 2                                       | 3      |
/// | channel_value  | shard 2; asset 4                              | 7      |
/// | outbox_message | shard 2; number 8                             | 11     |
/// | record         | number 4                                      | 5      |
///
/// Example: order 7001 in the book of symbol 5 is `0c 00000005 0000000000001b59`.
class row_key {
public:
    static constexpr std::size_t max_bytes = 13;
    static constexpr std::size_t max_numbers = 3;

    [[nodiscard]] static row_key shard();
    [[nodiscard]] static row_key account(account_id account);
    [[nodiscard]] static row_key risk_group(risk_group_id group);
    [[nodiscard]] static row_key position(bool of_group, account_id holder, asset_id asset);
    [[nodiscard]] static row_key open_order(order_id order);
    [[nodiscard]] static row_key order_group(account_id account, order_group_id group);
    [[nodiscard]] static row_key remembered(std::uint64_t sequence);
    [[nodiscard]] static row_key lease(lease_id lease);
    [[nodiscard]] static row_key listing(symbol_id symbol);
    [[nodiscard]] static row_key calendar(calendar_id calendar);
    [[nodiscard]] static row_key book(symbol_id symbol);
    [[nodiscard]] static row_key book_order(symbol_id symbol, order_id order);
    [[nodiscard]] static row_key book_group(symbol_id symbol, order_group_id group);
    [[nodiscard]] static row_key channel(shard_id peer);
    [[nodiscard]] static row_key channel_value(shard_id peer, asset_id asset);
    [[nodiscard]] static row_key outbox_message(shard_id peer, std::uint64_t number);
    [[nodiscard]] static row_key record(std::uint32_t number);

    /// Takes any bytes; an error if they are no key.
    [[nodiscard]] static result<row_key> read(std::span<const std::byte> bytes);

    [[nodiscard]] row_kind kind() const noexcept { return static_cast<row_kind>(bytes_[0]); }
    /// Number `index` behind the kind, in the order of the table; there must be one.
    [[nodiscard]] std::uint64_t number(std::size_t index) const noexcept;
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return {bytes_.data(), size_};
    }
    /// In hexadecimal digits, for people.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const row_key&, const row_key&) = default;
    /// The order of the bytes. What is behind a key's end is zero, and no key is the begin of another.
    friend auto operator<=>(const row_key& a, const row_key& b) noexcept {
        return a.bytes_ <=> b.bytes_;
    }

private:
    row_key(row_kind kind, const std::array<std::uint64_t, max_numbers>& numbers) noexcept;
    row_key() = default;

    std::array<std::byte, max_bytes> bytes_{};
    std::uint8_t size_ = 0;
};

}  // namespace bourse
