#pragma once

#include <cstdint>
#include <vector>

#include "messages/ids.hpp"
#include "messages/instrument.hpp"
#include "messages/numbers.hpp"
#include "messages/order_terms.hpp"
#include "messages/timestamp.hpp"

/// A book's state as rows: what a checkpoint stores and `order_book::restore` reads.
namespace bourse {

/// Where a live order is (RULES.md 1.4). The numbers are stored: append only.
enum class order_place : std::uint8_t {
    queue = 0,
    hidden = 1,
    waiting = 2,
    parked = 3,
    held = 4,
    pending = 5,
};
inline constexpr std::uint8_t order_place_count = 6;

/// One live order.
struct order_row {
    order_id id{};
    account_id account{};
    trade_group_id trade_group{};
    bourse::side side = bourse::side::buy;
    order_type type = order_type::limit;
    time_in_force tif = time_in_force::day;
    self_trade_prevention self_trade = self_trade_prevention::none;
    bool post_only = false;
    bool all_or_none = false;
    bool triggered = false;  ///< a stop that has met its condition
    group_role role = group_role::none;
    order_place place = order_place::queue;
    std::uint32_t version = 0;
    std::uint64_t priority = 0;  ///< RULES.md 1.5; unique in the book
    bourse::price price{};       ///< the worst price
    quantity remaining{};
    quantity filled{};
    quantity shown{};  ///< in the queue: what is displayed of `remaining`
    bourse::price stop_price{};
    bool has_stop_price = false;  ///< false for a trailing stop that has not entered yet
    std::int64_t offset_ticks = 0;
    quantity display{};
    quantity minimum{};
    timestamp expires_at{};
    order_group_id group{};

    friend bool operator==(const order_row&, const order_row&) = default;
};

/// One group of linked orders. Its members are named in order of acceptance.
struct group_row {
    order_group_id id{};
    account_id account{};
    std::uint8_t size = 0;  ///< members when complete
    bool complete = false;
    std::vector<order_id> members{};

    friend bool operator==(const group_row&, const group_row&) = default;
};

/// What has traded since the book last left closed (RULES.md 12.5).
struct book_statistics {
    std::uint64_t trades = 0;
    std::uint64_t lots = 0;  ///< stays at its limit
    wide_int turnover = 0;   ///< sum of price × lots, in tick-lots; stays at its limits
    price first{};           ///< the four prices are meaningless while `trades` is zero
    price high{};
    price low{};
    price last{};

    friend bool operator==(const book_statistics&, const book_statistics&) = default;
};

/// Everything that is not an order or a group.
struct book_row {
    instrument rules{};
    timestamp now{};
    market_state state = market_state::open;
    auction_kind auction = auction_kind::none;
    timestamp until{};  ///< the state's timer; none: no timer
    market_state next = market_state::open;
    bool has_last_price = false;
    bool has_reference_price = false;
    price last_price{};
    price reference_price{};
    std::uint64_t next_priority = 1;
    std::uint64_t next_trade = 1;
    book_statistics statistics{};

    friend bool operator==(const book_row&, const book_row&) = default;
};

/// A whole book: orders by rising id, groups by rising id.
struct book_rows {
    book_row book;
    std::vector<order_row> orders;
    std::vector<group_row> groups;

    friend bool operator==(const book_rows&, const book_rows&) = default;
};

}  // namespace bourse
