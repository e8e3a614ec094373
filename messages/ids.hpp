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

/// One currency.
struct currency_id {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(const currency_id&, const currency_id&) = default;
};

/// What an account can own: a symbol, by its own number, or a currency, by its number with the
/// highest bit set. Symbols and currencies are 1 to 0x7FFFFFFF.
struct asset_id {
    std::uint32_t value = 0;

    static constexpr std::uint32_t currency_bit = 0x80000000U;

    [[nodiscard]] constexpr bool is_currency() const noexcept {
        return (value & currency_bit) != 0;
    }
    friend constexpr auto operator<=>(const asset_id&, const asset_id&) = default;
};
[[nodiscard]] constexpr asset_id asset_of(symbol_id symbol) noexcept {
    return {symbol.value};
}
[[nodiscard]] constexpr asset_id asset_of(currency_id currency) noexcept {
    return {currency.value | asset_id::currency_bit};
}

/// Accounts whose limits are counted together.
struct risk_group_id {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(const risk_group_id&, const risk_group_id&) = default;
};

/// One shard: 1 to `max_shard`. The upper 16 bits of an order id are the shard of its account.
struct shard_id {
    std::uint16_t value = 0;
    friend constexpr auto operator<=>(const shard_id&, const shard_id&) = default;
};
inline constexpr std::uint16_t max_shard = 32767;
inline constexpr unsigned order_counter_bits = 48;
inline constexpr std::uint64_t order_counter_mask = (std::uint64_t{1} << order_counter_bits) - 1;

/// The shard of the account that an order belongs to.
[[nodiscard]] constexpr shard_id account_shard(order_id id) noexcept {
    return {static_cast<std::uint16_t>(id.value >> order_counter_bits)};
}

/// A session's promise that it is alive; orders that name it are cancelled when it lapses.
struct lease_id {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(const lease_id&, const lease_id&) = default;
};

/// A list of dated sessions that instruments follow.
struct calendar_id {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(const calendar_id&, const calendar_id&) = default;
};

/// What a client calls a command of his: any 16 bytes but zero, which means none.
///
/// With all bits of the upper half set it is a *tag*: reports carry it, but it is not remembered (ledger RULES
/// 3.6). Sessions give one to each command without an id, to know which report answers it.
struct client_id {
    static constexpr std::uint64_t tag_high = ~std::uint64_t{0};

    std::uint64_t high = 0;
    std::uint64_t low = 0;
    [[nodiscard]] constexpr bool is_none() const noexcept { return (high | low) == 0; }
    [[nodiscard]] constexpr bool is_tag() const noexcept { return high == tag_high; }
    /// A command of this id, sent again, is answered and not done again.
    [[nodiscard]] constexpr bool is_remembered() const noexcept { return !is_none() && !is_tag(); }
    friend constexpr auto operator<=>(const client_id&, const client_id&) = default;
};

}  // namespace bourse
