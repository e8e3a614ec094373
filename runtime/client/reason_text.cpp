#include "runtime/client/reason_text.hpp"

#include <string_view>

namespace bourse {
namespace {

/// By code: what is so, and what can be done about it.
std::string_view sentence(reason why) {
    switch (why) {
        case reason::none:
            return "";
        case reason::invalid_order_id:
            return "an order's id cannot be zero";
        case reason::duplicate_order_id:
            return "an order of this id is open already";
        case reason::unknown_order:
            return "the account has no such open order, or it has ended; 'bourse orders' shows "
                   "those it has";
        case reason::market_closed:
            return "the market of this instrument is closed; an operator opens it with 'bourse "
                   "resume'";
        case reason::market_halted:
            return "the market of this instrument is halted, and takes cancels only; an operator "
                   "ends that with 'bourse resume'";
        case reason::invalid_combination:
            return "this type does not go together with this time in force or these attributes; "
                   "'bourse order --help' says what there is";
        case reason::not_accepted_now:
            return "this time in force is not taken in the state that the market is in; 'bourse "
                   "book' shows the state";
        case reason::invalid_quantity:
            return "a quantity is above zero, and not above the largest that there is";
        case reason::off_lot:
            return "the quantity is not a multiple of the lot; 'bourse instrument list' shows it";
        case reason::below_min_quantity:
            return "the quantity is below the smallest of this instrument";
        case reason::above_max_quantity:
            return "the quantity is above the largest of this instrument";
        case reason::off_tick:
            return "the price is not a multiple of the tick; 'bourse instrument list' shows it";
        case reason::outside_band:
            return "the price is too far from the reference price; 'bourse book' shows where the "
                   "market is";
        case reason::invalid_display:
            return "what is shown is above zero, a multiple of the lot, below the quantity, and at "
                   "least a hundredth of it";
        case reason::invalid_minimum:
            return "the minimum is from zero up to the quantity";
        case reason::invalid_offset:
            return "a trailing stop needs an offset above zero, and a peg none below zero";
        case reason::invalid_expiry:
            return "a gtd order needs an end that is still to come; no other order has one";
        case reason::below_min_notional:
            return "price times quantity is below the smallest of this instrument";
        case reason::above_max_notional:
            return "price times quantity is above the largest of this instrument";
        case reason::invalid_group:
            return "the order does not fit into the group that it names";
        case reason::no_reference_price:
            return "no reference price is set, so that nobody knows what it could cost; give its "
                   "worst price, '@ PRICE', or have an operator set one: 'bourse instrument "
                   "reference'";
        case reason::book_full:
            return "the book holds as many orders as it may; try again later";
        case reason::hidden_full:
            return "the book holds as many hidden orders as it may; try again later";
        case reason::trailing_full:
            return "the book holds as many trailing stops as it may; try again later";
        case reason::not_replaceable:
            return "this order does not wait for a stop price, so it cannot be changed";
        case reason::below_filled:
            return "the new total must be above what has traded already; 'bourse orders' shows it";
        case reason::would_take:
            return "it would have traded at once, and --post-only forbids that";
        case reason::requested:
            return "its owner cancelled it";
        case reason::mass_cancelled:
            return "all orders like it were cancelled";
        case reason::unfilled:
            return "there was no more to trade with at once";
        case reason::expired:
            return "its time in force ran out";
        case reason::self_trade:
            return "it would have traded with an order of its own owner";
        case reason::group:
            return "another order of its group traded or ended";
        case reason::volatility:
            return "the price moved too far at once";
        case reason::auction_ended:
            return "it was for an auction only, and that has ended";
        case reason::invalid_state:
            return "that state, kind of auction or time makes no sense here";
        case reason::operator_request:
            return "an operator did it";
        case reason::timer:
            return "its time had come";
        case reason::unknown_account:
            return "there is no such account; 'bourse account list' shows those that there are";
        case reason::account_exists:
            return "the account is there already";
        case reason::too_late:
            return "it came later than it was good for";
        case reason::not_after_too_far:
            return "the time until which it is good is too far away";
        case reason::too_many_client_ids:
            return "the account has used as many client ids as are remembered at once; they are "
                   "forgotten after a day";
        case reason::account_blocked:
            return "an operator has blocked the account";
        case reason::unknown_symbol:
            return "there is no such instrument; 'bourse instrument list' shows those that there "
                   "are";
        case reason::invalid_request:
            return "a number in it is outside of what it may be";
        case reason::unknown_lease:
            return "what the session keeps its orders by is gone; log in again";
        case reason::overloaded:
            return "a table is full; nothing was done: try again later";
        case reason::too_many_pending:
            return "the order has as many unanswered changes as it may; try again later";
        case reason::amount_too_large:
            return "an amount or a sum of it does not fit into 64 bits";
        case reason::order_too_large:
            return "the quantity is above the account's limit";
        case reason::order_value_too_large:
            return "price times quantity is above the account's limit";
        case reason::too_many_open_orders:
            return "the account has as many open orders as it may; cancel some";
        case reason::position_too_large:
            return "the position, open orders included, would be above the account's limit";
        case reason::turnover_too_large:
            return "the day's turnover would be above the account's limit";
        case reason::fat_finger:
            return "the price is further beyond the reference price than the account may go";
        case reason::would_increase:
            return "it could do more than reduce the position, and --reduce-only forbids that";
        case reason::insufficient_holdings:
            return "the account has not enough of it available; 'bourse portfolio' shows what it "
                   "has";
        case reason::insufficient_funds:
            return "the account has not enough money available, what its open orders could cost "
                   "set aside; 'bourse portfolio' shows what it has";
        case reason::open_orders_exist:
            return "there are open orders of this instrument; cancel them first";
        case reason::symbol_exists:
            return "the instrument is listed already";
        case reason::too_many_accounts:
            return "there are as many accounts as there may be";
        case reason::too_many_instruments:
            return "there are as many instruments as there may be";
        case reason::too_many_leases:
            return "there are as many sessions with cancel-on-disconnect as there may be";
        case reason::not_here:
            return "the instrument's book is elsewhere";
        case reason::market_wide_halt:
            return "the whole market is halted; an operator ends that with 'bourse resume --all'";
        case reason::unsupported_rules:
            return "this version of the program does not know these rules";
        case reason::record_conflict:
            return "it was changed by somebody else meanwhile; look, and try again";
        case reason::too_many_records:
            return "there are as many names as there may be";
        case reason::killed:
            return "an operator has blocked the account";
        case reason::disconnected:
            return "its session ended, or was not heard of in time";
        case reason::reduce_only:
            return "it could have done more than reduce the position";
    }
    return "";
}

}  // namespace

std::string reason_text(reason why) {
    const std::string_view text = sentence(why);
    if (text.empty()) {
        return why == reason::none ? "" : std::string(to_string(why));
    }
    return std::string(to_string(why)) + ": " + std::string(text);
}

}  // namespace bourse
