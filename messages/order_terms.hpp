#pragma once

#include <cstdint>

/// The words in which an order is described. The numbers are stored and sent: append only.
namespace bourse {

enum class side : std::uint8_t { buy = 0, sell = 1 };

[[nodiscard]] constexpr side opposite(side s) noexcept {
    return s == side::buy ? side::sell : side::buy;
}

/// The amount for a buy, and zero for a sell. Without a branch: nobody can foretell an order's side.
[[nodiscard]] constexpr std::int64_t if_buy(side s, std::int64_t amount) noexcept {
    static_assert(static_cast<int>(side::buy) == 0 && static_cast<int>(side::sell) == 1);
    return amount & (static_cast<std::int64_t>(s) - 1);
}
/// The amount for a buy, and its negative for a sell, likewise.
[[nodiscard]] constexpr std::int64_t signed_by(side s, std::int64_t amount) noexcept {
    const std::int64_t sells = -static_cast<std::int64_t>(s);
    return (amount ^ sells) - sells;
}

/// What an order does; the rules of each are in actors/book/RULES.md, section 4.
enum class order_type : std::uint8_t {
    limit = 0,          ///< trades at its price or better, rests for the remainder
    market = 1,         ///< trades now, down to its worst price; the remainder never rests in open
    stop = 2,           ///< waits for a trade at its stop price, then acts as market
    stop_limit = 3,     ///< waits for a trade at its stop price, then acts as limit
    trailing_stop = 4,  ///< a stop whose stop price follows the market at a distance
    primary_peg = 5,    ///< hidden, follows the best price of its own side
    mid_peg = 6,        ///< hidden, follows the middle of best bid and offer
};
inline constexpr std::uint8_t order_type_count = 7;

/// How long an order lives.
enum class time_in_force : std::uint8_t {
    day = 0,                  ///< until the book closes
    good_till_cancelled = 1,  ///< until it ends otherwise
    good_till_date = 2,       ///< until `expires_at`
    immediate_or_cancel = 3,  ///< trades what it can now, the rest is cancelled
    fill_or_kill = 4,         ///< trades all of it now, or nothing
    at_the_open = 5,          ///< takes part in the opening auction only
    at_the_close = 6,         ///< takes part in the closing auction only
};
inline constexpr std::uint8_t time_in_force_count = 7;

/// What happens instead of a trade between two orders of one owner. The aggressor's mode decides.
enum class self_trade_prevention : std::uint8_t {
    none = 0,           ///< they trade
    cancel_newest = 1,  ///< the aggressor is cancelled
    cancel_oldest = 2,  ///< the resting order is cancelled
    cancel_both = 3,    ///< both are cancelled
    decrement = 4,      ///< both shrink by what would have traded
};
inline constexpr std::uint8_t self_trade_prevention_count = 5;

/// An order's part in its group (RULES.md, section 9).
enum class group_role : std::uint8_t {
    none = 0,
    one_cancels_other = 1,  ///< a member of a one-cancels-other group
    entry = 2,              ///< the order of a bracket that opens the position
    exit = 3,               ///< an order of a bracket that closes it
};
inline constexpr std::uint8_t group_role_count = 4;

/// The state of a book (RULES.md, section 2).
enum class market_state : std::uint8_t {
    closed = 0,
    pre_open = 1,
    auction = 2,
    open = 3,
    halted = 4,
};
inline constexpr std::uint8_t market_state_count = 5;

/// Which call auction is being held.
enum class auction_kind : std::uint8_t {
    none = 0,
    opening = 1,
    closing = 2,
    reopening = 3,   ///< after a halt
    volatility = 4,  ///< after a volatility interruption
};
inline constexpr std::uint8_t auction_kind_count = 5;

}  // namespace bourse
