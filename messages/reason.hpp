#pragma once

#include <cstdint>
#include <string_view>

namespace bourse {

/// Why a command was refused or an order ended. One code an answer; where several apply, the
/// refusal with the lowest number wins (actors/book/RULES.md, section 3). The numbers are stored
/// and sent: append only.
enum class reason : std::uint8_t {
    none = 0,

    // Refusals of new orders, replaces and cancels, in order of precedence.
    invalid_order_id = 1,     ///< the order id is zero
    duplicate_order_id = 2,   ///< an order of this id is live in the book
    unknown_order = 3,        ///< no live order of this id belongs to the account
    market_closed = 4,        ///< the book is closed
    market_halted = 5,        ///< the book is halted; only cancels are taken
    invalid_combination = 6,  ///< type, time in force and attributes do not go together
    not_accepted_now = 7,     ///< this time in force is not taken in the book's present state
    invalid_quantity = 8,     ///< zero, negative or above `max_order_lots`
    off_lot = 9,              ///< not a multiple of the instrument's lot
    below_min_quantity = 10,  ///< below the instrument's smallest quantity
    above_max_quantity = 11,  ///< above the instrument's largest quantity
    off_tick = 12,            ///< the price or stop price is not on the tick table
    outside_band = 13,        ///< the price is outside the band around the reference price
    invalid_display = 14,     ///< negative, off lot, not below the quantity, or too many refills
    invalid_minimum = 15,     ///< the minimum quantity is negative or above the quantity
    invalid_offset = 16,      ///< a trail of zero or less, or a negative peg offset
    invalid_expiry = 17,      ///< the expiry is missing, not wanted, or not in the future
    below_min_notional = 18,  ///< price × quantity is below the instrument's smallest
    above_max_notional = 19,  ///< price × quantity is above the instrument's largest
    invalid_group = 20,       ///< the order does not fit into the group that it names
    no_reference_price = 21,  ///< a trailing stop needs a last or reference price
    book_full = 22,           ///< the book holds as many orders as it may
    hidden_full = 23,         ///< the book holds as many hidden orders as it may
    trailing_full = 24,       ///< the book holds as many trailing stops as it may
    not_replaceable = 25,     ///< a stop price for an order that does not wait for one
    below_filled = 26,        ///< the new quantity is not above what has been filled
    would_take = 27,          ///< a post-only order would have traded on entry

    // Why a live order ended or shrank.
    requested = 40,       ///< its owner cancelled it
    mass_cancelled = 41,  ///< a mass cancel reached it
    unfilled = 42,        ///< an immediate order found no more to trade with
    expired = 43,         ///< its time in force ran out
    self_trade = 44,      ///< self-trade prevention
    group = 45,           ///< another order of its group traded or ended
    volatility = 46,      ///< a volatility interruption
    auction_ended = 47,   ///< what an auction left of an order that was for it only

    // Refusals of operator commands, and why a state changed.
    invalid_state = 60,  ///< the asked state, auction kind or end time makes no sense
    operator_request = 61,
    timer = 62,

    // Refusals by the ledger (actors/ledger/RULES.md), before a book hears of the command.
    unknown_account = 100,        ///< no such account in this shard
    account_exists = 101,         ///< the account is there already
    too_late = 102,               ///< the entry is later than the command's not-after
    not_after_too_far = 103,      ///< the not-after is later than the horizon of client ids
    too_many_client_ids = 104,    ///< the account has as many remembered ids as it may
    account_blocked = 105,        ///< the account's kill switch is on
    unknown_symbol = 106,         ///< the symbol is not listed in this shard
    invalid_request = 107,        ///< a field is outside of what it may be
    unknown_lease = 108,          ///< the lease is not there, or another account's
    overloaded = 109,             ///< a table or outbox is full; try again later
    too_many_pending = 110,       ///< the order has as many unanswered replaces as it may
    amount_too_large = 111,       ///< a value or sum does not fit
    order_too_large = 112,        ///< limit max_order_quantity
    order_value_too_large = 113,  ///< limit max_order_value
    too_many_open_orders = 114,   ///< limit max_open_orders
    position_too_large = 115,     ///< limit max_position
    turnover_too_large = 116,     ///< limit max_turnover
    fat_finger = 117,             ///< limit fat_finger_bps
    would_increase = 118,         ///< a reduce-only order that could do more than reduce
    insufficient_holdings = 119,  ///< not enough of the symbol is available
    insufficient_funds = 120,     ///< not enough of the currency is available
    open_orders_exist = 121,      ///< a split while orders of the symbol are open
    symbol_exists = 122,          ///< the symbol is listed already
    too_many_accounts = 123,      ///< the shard has as many accounts as it may
    too_many_instruments = 124,   ///< the shard has as many instruments as it may
    too_many_leases = 125,        ///< the shard has as many leases as it may
    not_here = 126,               ///< the symbol's book is in another shard
    market_wide_halt = 127,       ///< the whole market is halted
    unsupported_rules = 128,      ///< a version of the rules that this program does not know
    record_conflict = 129,        ///< the record has another revision than was expected
    too_many_records = 130,       ///< the shard has as many records, or bytes of them, as it may

    // Why the ledger cancelled an order.
    killed = 140,        ///< the account's kill switch
    disconnected = 141,  ///< the lease that the order named has lapsed
    reduce_only = 142,   ///< the order might have done more than reduce
};

/// The code's name as written above, for example "off_tick"; "unknown_reason" for other numbers.
[[nodiscard]] std::string_view to_string(reason code) noexcept;

}  // namespace bourse
