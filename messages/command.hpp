#pragma once

#include <cstdint>
#include <variant>

#include "messages/ids.hpp"
#include "messages/numbers.hpp"
#include "messages/order_terms.hpp"
#include "messages/timestamp.hpp"

/// What is said to a book. Fields that a type does not use are zero; anything else in them is
/// refused with `reason::invalid_combination` (RULES.md, section 3).
namespace bourse {

/// A new order.
struct new_order {
    order_id id{};
    account_id account{};
    trade_group_id trade_group{};
    bourse::side side = side::buy;
    order_type type = order_type::limit;
    time_in_force tif = time_in_force::day;
    self_trade_prevention self_trade = self_trade_prevention::none;
    bool post_only = false;    ///< refused if it would trade on entry
    bool all_or_none = false;  ///< trades all of it at once or not at all
    group_role role = group_role::none;
    std::uint8_t group_size = 0;  ///< how many members `group` has when complete, 2 to 8

    /// The worst price: a buy never trades above, a sell never below. Of a limit order, its limit;
    /// of a market, stop or trailing stop order its protection; of a peg, its cap.
    bourse::price price{};
    bourse::quantity quantity{};

    bourse::price stop_price{};  ///< stop and stop_limit only
    std::int64_t offset_ticks =
        0;  ///< trailing stop: its distance; peg: ticks away from its reference
    bourse::quantity display{};  ///< iceberg: shown at a time; zero: all of it
    bourse::quantity minimum{};  ///< the first fill (in one go) is at least this; zero: any
    timestamp expires_at{};      ///< good-till-date only
    order_group_id group{};

    friend bool operator==(const new_order&, const new_order&) = default;
};

/// Cancels one order. `account` must be the order's; none: the operator's cancel of any order.
struct cancel_order {
    order_id id{};
    account_id account{};
    friend bool operator==(const cancel_order&, const cancel_order&) = default;
};

/// Changes one order. `account` as in `cancel_order`. What is not to change is left unset.
struct replace_order {
    order_id id{};
    account_id account{};
    bool set_price = false;
    bool set_quantity = false;
    bool set_stop_price = false;
    bourse::price price{};
    bourse::quantity quantity{};  ///< the new total, what has been filled included
    bourse::price stop_price{};
    friend bool operator==(const replace_order&, const replace_order&) = default;
};

/// Which sides a mass cancel reaches.
enum class side_filter : std::uint8_t { both = 0, buy = 1, sell = 2 };

/// Cancels every order of an account (none: of all accounts) on one side or both.
struct mass_cancel {
    account_id account{};
    side_filter sides = side_filter::both;
    friend bool operator==(const mass_cancel&, const mass_cancel&) = default;
};

/// Puts the book into a state, if asked for until a moment.
struct set_state {
    market_state state = market_state::open;
    auction_kind auction = auction_kind::none;  ///< set exactly when `state` is auction
    timestamp until{};                          ///< none: until the next command
    market_state next = market_state::open;     ///< what follows at `until`
    friend bool operator==(const set_state&, const set_state&) = default;
};

/// True if a book would take the state at `now` (actors/book/RULES.md 2.3).
[[nodiscard]] bool makes_sense(const set_state& asked, timestamp now) noexcept;

/// Sets the reference price, or clears it.
struct set_reference {
    bool clear = false;
    bourse::price price{};
    friend bool operator==(const set_reference&, const set_reference&) = default;
};

using command =
    std::variant<new_order, cancel_order, replace_order, mass_cancel, set_state, set_reference>;

}  // namespace bourse
