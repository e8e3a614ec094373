#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "actors/book/slot_pool.hpp"
#include "messages/ids.hpp"
#include "messages/listing.hpp"
#include "messages/numbers.hpp"
#include "messages/reason.hpp"
#include "messages/shard_command.hpp"
#include "messages/shard_rows.hpp"

/// What the ledger keeps, each kind in a table of its own; the rows of messages/shard_rows.hpp say what
/// the fields mean, and which of them are state.
namespace bourse {

/// What the open orders of a unit could still do (RULES.md 1.8).
struct exposure {
    std::int64_t buys = 0;   ///< lots
    std::int64_t sells = 0;  ///< lots
    wide_int cash = 0;       ///< minor units
};

/// One account: a cache line.
struct alignas(64) account_state {
    account_id id{};
    account_kind kind = account_kind::cash;
    std::uint8_t tier = 0;
    bool blocked = false;
    bool may_have_limits =
        false;  ///< one was set once, or a risk group has its own: they are looked at
    trade_group_id trade_group{};
    slot risk_group = no_slot;
    std::uint64_t last_report = 0;
    std::int64_t max_open_orders = 0;
    std::int64_t fat_finger_bps = 0;
    slot first_order = no_slot;  ///< open orders by rising id
    slot last_order = no_slot;
    slot first_position = no_slot;
    std::uint32_t open_orders = 0;
    std::uint32_t remembered = 0;  ///< client ids
    risk_group_id risk_group_number{};
};
static_assert(sizeof(account_state) == 64);

struct risk_group_state {
    risk_group_id id{};
    std::uint32_t open_orders = 0;
    std::int64_t max_open_orders = 0;
    std::int64_t fat_finger_bps = 0;
};

/// Open reduce-only orders of a position.
struct reduce_only_orders {
    std::uint32_t buys;
    std::uint32_t sells;
};

/// What a holder, or a risk group, has of one asset. Two cache lines: what an order changes, and what
/// is only asked or seldom changed.
struct alignas(64) position_state {
    account_id holder{};  ///< or the number of a risk group
    asset_id asset{};
    slot next = no_slot;   ///< of the same account
    slot group = no_slot;  ///< the position of its risk group; of a group's: no_slot
    wide_int total = 0;
    wide_int reserved = 0;  ///< currency: for open orders; symbol: lots in open sells
    wide_int second = 0;    ///< currency: traded on `day`; symbol: lots in open buys

    wide_int cost = 0;
    wide_int realised = 0;
    std::int64_t credit = 0;
    std::int64_t max_order = 0;
    std::int64_t max_total = 0;
    union {
        std::int64_t day;           ///< currency: of `second`, days since 1970
        reduce_only_orders reduce;  ///< symbol
    };
};
static_assert(sizeof(position_state) == 128);

/// What one order could still do by itself (RULES.md 4.4): lots of its side, and minor units.
struct contribution {
    std::int64_t lots = 0;
    std::int64_t cash = 0;

    [[nodiscard]] exposure of(side which) const noexcept {
        return which == side::buy ? exposure{.buys = lots, .cash = cash}
                                  : exposure{.sells = lots, .cash = cash};
    }
};

/// An order that its book has not finally answered. Two cache lines that come together.
struct alignas(64) open_order {
    order_id id{};
    slot account = no_slot;
    slot symbol_position = no_slot;
    slot cash_position = no_slot;
    std::uint32_t listing = 0;
    bourse::side side = bourse::side::buy;
    std::uint8_t tier = 0;
    bool reduce_only = false;
    group_role role = group_role::none;
    reason cause = reason::none;
    std::uint8_t pending_count = 0;
    slot group = no_slot;
    contribution now{};
    quantity remaining{};

    quantity filled{};
    price worst{};
    std::uint32_t version = 0;
    std::uint32_t residue = 0;
    client_id client{};
    lease_id lease{};
    slot remembered = no_slot;  ///< the submit's client id
    slot pending = no_slot;     ///< its replaces that wait for an answer
};
static_assert(sizeof(open_order) == 128);

/// An order's neighbours among those of its account. Apart from the order, as linking and unlinking touch
/// three orders' links but only one order.
struct account_links {
    slot newer;
    slot older;
};

inline constexpr std::size_t max_pending_replaces = 4;

/// The replaces of one order that wait for an answer, the oldest first.
struct pending_replaces {
    std::array<pending_replace, max_pending_replaces> replaces{};
    std::array<slot, max_pending_replaces> remembered{};
};

/// How an order stands, or could when its replaces are done.
struct order_standing {
    price worst{};
    quantity remaining{};
    bool sets_quantity = false;  ///< by a replace that is not answered
};

/// All that an order's pending replaces, and one more, could make of it (RULES.md 4.4).
struct standing_list {
    union {
        std::array<order_standing, std::size_t{2} << max_pending_replaces>
            standings;  ///< the first `size`
    };
    std::size_t size = 0;
    std::size_t without_added = 0;  ///< how many are there without the one more

    standing_list() noexcept {
    }  // to zero 32 standings would cost more than all else about a replace
    void add(const order_standing& standing) noexcept { standings[size++] = standing; }
    [[nodiscard]] std::span<const order_standing> all() const noexcept {
        return std::span{standings}.first(size);
    }
    [[nodiscard]] std::span<const order_standing> added() const noexcept {
        return all().subspan(without_added);
    }
};

inline constexpr std::size_t max_group_size = 8;

/// Orders that count together (RULES.md 6).
struct order_group {
    slot account = no_slot;
    std::uint32_t listing = 0;
    slot lots = no_slot;  ///< the account's position in the symbol
    slot cash = no_slot;  ///< and in its currency
    order_group_id id{};
    std::uint8_t size = 0;
    std::uint8_t admitted = 0;
    std::uint8_t open = 0;
    bool broken = false;
    bool has_exit = false;
    bool entry_done = false;
    quantity entry_filled{};
    order_id decided{};
    exposure now{};
    std::array<slot, max_group_size> members{};  ///< the first `open`, by rising order id
};

/// An instrument, and where its books of account are.
struct listing_state {
    listing what{};
    bool has_reference = false;
    price reference{};
    std::array<fee_rate, fee_tiers> worst{};  ///< RULES.md 1.6
    slot fees = no_slot;
    slot clearing_cash = no_slot;  ///< against the shard of the book
    slot clearing_lots = no_slot;
    std::uint32_t open_orders = 0;
};

}  // namespace bourse
