#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "messages/ids.hpp"
#include "messages/result.hpp"
#include "messages/session_message.hpp"
#include "storage/row_store.hpp"

/// The rows of a history, byte by byte: version 1.
///
/// An order costs a tree of rows as much as a hundred of them that are its neighbours. So orders and trades are kept in blocks, each one
/// row of about one page of LMDB, and so are the lists that say whose they are. In keys numbers are big-endian, in values
/// little-endian; every value ends with 4 bytes, the CRC-32C of its key and of the value before them (storage/ROWS.md).
///
/// | table    | key                            | value                                                                |
/// |----------|--------------------------------|----------------------------------------------------------------------|
/// | `head`   | "head"                         | the label of ROWS.md, "BOURSEH\n"                                    |
/// | `shards` | shard 2                        | last entry 8; its time 8; orders kept 8; last order 8; first trade   |
/// |          |                                | kept 8; next trade 8; orders and trades that retention dropped 8     |
/// | `gaps`   | shard 2; first entry 8         | last entry 8                                                         |
/// | `orders` | shard 2; counter / 50: 6       | 8: bit n set if order n of the block is there; then those, each      |
/// |          |                                | account 4, symbol 4, side 1, open 1, reason 1, zeros 5, price 8,     |
/// |          |                                | lots 8, filled 8, remaining 8, client id 8 high, 8 low, at 8,        |
/// |          |                                | changed 8                                                            |
/// | `trades` | shard 2; number / 60: 6        | from the first of the block on, without a gap, each: its symbol's    |
/// |          |                                | number 8, price 8, lots 8, at 8, symbol 4, buyer 4, seller 4,        |
/// |          |                                | aggressor 1, zeros 3, buying order 8, selling order 8                |
/// | `lists`  | kind 1; of whom 4; first id 8  | the ids of the list's block, up to 480, as differences to the        |
/// |          |                                | first, 4 each                                                        |
///
/// The counter of an order is the lower 48 bits of its id. Trades of a shard are numbered from 0 on as they happened; the id of one is shard and
/// number, as an order's. Lists are of an account's orders, its open orders, a symbol's orders, an account's trades, and a symbol's.
///
/// Example: the list of the orders 7 and 9 of shard 1 of account 3:
///
///     key    00 00 00 00 03 00 01 00 00 00 00 00 07
///     value  00 00 00 00 02 00 00 00 and 4 bytes of sum
namespace bourse::history_rows {

inline constexpr row_table head_table{0};
inline constexpr row_table shards_table{1};
inline constexpr row_table gaps_table{2};
inline constexpr row_table orders_table{3};
inline constexpr row_table trades_table{4};
inline constexpr row_table lists_table{5};
[[nodiscard]] std::vector<std::string> tables();

/// The value of `head`, sealed.
[[nodiscard]] std::vector<std::byte> encode_head(std::uint64_t owner);
/// Whose it is. `foreign`, `unsupported_version`, `corrupt`, with the path.
[[nodiscard]] result<std::uint64_t> decode_head(row_bytes sealed, const std::string& path);

/// What a history knows of a shard.
struct shard_row {
    std::uint64_t cursor = 0;  ///< the last entry taken
    timestamp at{};            ///< of it
    std::uint64_t orders = 0;  ///< kept
    order_id last_order{};     ///< the highest that was ever kept
    std::uint64_t first_trade = 0;
    std::uint64_t next_trade = 0;
    std::uint64_t dropped = 0;  ///< orders and trades
};
using shard_key_bytes = std::array<std::byte, 2>;
[[nodiscard]] shard_key_bytes shard_key(shard_id shard) noexcept;
[[nodiscard]] shard_id shard_of(row_bytes key) noexcept;
[[nodiscard]] std::vector<std::byte> encode(row_bytes key, const shard_row& of);
[[nodiscard]] std::optional<shard_row> decode_shard(row_bytes key, row_bytes sealed);

using gap_key_bytes = std::array<std::byte, 10>;
[[nodiscard]] gap_key_bytes gap_key(shard_id shard, std::uint64_t first) noexcept;
[[nodiscard]] std::vector<std::byte> encode_gap(row_bytes key, std::uint64_t last);

// --- Blocks of orders and trades ------------------------------------------------------------------

/// Of an order or a trade.
[[nodiscard]] constexpr std::uint64_t lowest_id(shard_id shard) noexcept {
    return std::uint64_t{shard.value} << order_counter_bits;
}
inline constexpr std::uint64_t highest_id = UINT64_MAX;

/// Neighbours that share a row: as many as fit into a page of LMDB.
inline constexpr std::uint64_t orders_of_block = 50;
inline constexpr std::uint64_t trades_of_block = 60;

/// Of the order's or trade's block, in `orders` or `trades`.
using block_key_bytes = std::array<std::byte, 8>;
[[nodiscard]] block_key_bytes block_key(std::uint64_t id, std::uint64_t ids_of_block) noexcept;
/// The first id of a block.
[[nodiscard]] std::uint64_t first_id(row_bytes key, std::uint64_t ids_of_block) noexcept;
/// How far an id is from the first of its block.
[[nodiscard]] constexpr std::size_t place_in_block(std::uint64_t id,
                                                   std::uint64_t ids_of_block) noexcept {
    return static_cast<std::size_t>((id & order_counter_mask) % ids_of_block);
}

/// As it lies in a row. Its id is said by its place.
struct order_row {
    std::uint32_t account = 0;
    std::uint32_t symbol = 0;
    std::uint8_t side = 0;
    std::uint8_t open = 0;
    std::uint8_t why = 0;
    std::array<std::uint8_t, 5> zeros{};
    std::int64_t price = 0;
    std::int64_t lots = 0;
    std::int64_t filled = 0;
    std::int64_t remaining = 0;
    std::uint64_t client_high = 0;
    std::uint64_t client_low = 0;
    std::int64_t at = 0;
    std::int64_t changed = 0;
};
static_assert(sizeof(order_row) == 80);
[[nodiscard]] history_order as_order(order_id id, const order_row& of) noexcept;

struct order_block {
    std::uint64_t present = 0;  ///< bit n: order n is there
    std::array<order_row, orders_of_block> orders{};

    [[nodiscard]] bool has(std::size_t place) const noexcept {
        return (present >> place & 1U) != 0;
    }
};
/// False for what no history wrote.
[[nodiscard]] bool decode(row_bytes key, row_bytes sealed, order_block& into);
void encode(row_bytes key, const order_block& from, std::vector<std::byte>& into);

struct trade_row {
    std::uint64_t number = 0;
    std::int64_t price = 0;
    std::int64_t lots = 0;
    std::int64_t at = 0;
    std::uint32_t symbol = 0;
    std::uint32_t buyer = 0;
    std::uint32_t seller = 0;
    std::uint8_t aggressor = 0;
    std::array<std::uint8_t, 3> zeros{};
    std::uint64_t buy = 0;
    std::uint64_t sell = 0;
};
static_assert(sizeof(trade_row) == 64);
[[nodiscard]] history_trade as_trade(const trade_row& of) noexcept;
[[nodiscard]] trade_row as_row(const history_trade& of) noexcept;

/// Replaces `into`; false for what no history wrote.
[[nodiscard]] bool decode(row_bytes key, row_bytes sealed, std::vector<trade_row>& into);
void encode(row_bytes key, std::span<const trade_row> from, std::vector<std::byte>& into);

// --- Blocks of lists ------------------------------------------------------------------------------

enum class list_kind : std::uint8_t {
    orders_of_account = 0,
    open_orders = 1,  ///< of an account
    orders_of_symbol = 2,
    trades_of_account = 3,
    trades_of_symbol = 4,
};
inline constexpr std::size_t list_kinds = 5;
inline constexpr std::size_t ids_of_list_block = 480;  ///< two blocks a page

using list_key_bytes = std::array<std::byte, 13>;
[[nodiscard]] list_key_bytes list_key(list_kind kind, std::uint32_t of,
                                      std::uint64_t first) noexcept;
/// Whether a key is of the same list as another.
[[nodiscard]] bool is_same_list(row_bytes a, row_bytes b) noexcept;
[[nodiscard]] std::uint64_t first_of_list(row_bytes key) noexcept;
/// Whether an id can be in the block that begins with `first`.
[[nodiscard]] constexpr bool fits_list_block(std::uint64_t first, std::uint64_t id) noexcept {
    return id >= first && id - first <= UINT32_MAX;
}
/// Rising ids; replaces `into`; false for what no history wrote.
[[nodiscard]] bool decode(row_bytes key, row_bytes sealed, std::vector<std::uint64_t>& into);
void encode(row_bytes key, std::span<const std::uint64_t> ids, std::vector<std::byte>& into);

[[nodiscard]] error damaged(const std::string& path, std::string_view what, row_bytes key);

}  // namespace bourse::history_rows
