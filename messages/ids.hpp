#pragma once

#include <compare>
#include <cstdint>

/// Identities: strong types that do not convert into each other. Zero always means none.
namespace bourse {

/// One order, unique in its book while the order lives and never used again. Given by whoever
/// stands before the book: in a node, the ledger of the account's shard.
struct order_id {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(const order_id&, const order_id&) = default;
};

/// One account.
struct account_id {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(const account_id&, const account_id&) = default;
};

/// Accounts that count as one owner for self-trade prevention; none: the account stands alone.
struct trade_group_id {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(const trade_group_id&, const trade_group_id&) = default;
};

/// One set of linked orders (one-cancels-other or bracket) in a book.
struct order_group_id {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(const order_group_id&, const order_group_id&) = default;
};

/// One traded instrument, and so one book.
struct symbol_id {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(const symbol_id&, const symbol_id&) = default;
};

/// One match in a book: 1, 2, 3 … without a gap.
struct trade_number {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(const trade_number&, const trade_number&) = default;
};

}  // namespace bourse
