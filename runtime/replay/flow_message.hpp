#pragma once

#include <cstdint>
#include <vector>

#include "actors/book/order_book.hpp"
#include "messages/ids.hpp"
#include "messages/numbers.hpp"
#include "messages/order_terms.hpp"
#include "messages/timestamp.hpp"

namespace bourse {

/// What a line of recorded order flow says, whatever its format.
enum class flow_action : std::uint8_t {
    nothing,  ///< nothing that concerns a book
    clear,    ///< the book is empty from here on
    add,      ///< an order rests
    change,   ///< an order has another price or quantity from here on
    reduce,   ///< an order has lost lots, perhaps all, without losing its place
    fill,     ///< an order traded; a `reduce` of the same sequence number will follow
    execute,  ///< an order traded and has lost what it traded
    trade,    ///< there was a trade; the orders of the book are as before
    halt,     ///< nothing matches from here on, though orders come and go
    resume,   ///< it does again
};

/// One line of recorded order flow.
struct flow_message {
    flow_action action = flow_action::nothing;
    /// Of a trade the aggressor's side, if `has_side`; otherwise the named order's, which rests.
    bourse::side side = bourse::side::buy;
    bool has_side = false;
    order_id order{};  ///< none where the line is about no order
    bourse::price price{};
    quantity lots{};
    timestamp at{};
    std::uint64_t sequence = 0;  ///< lines of one number are one happening
    std::uint64_t line = 0;      ///< of the file, from 1

    friend bool operator==(const flow_message&, const flow_message&) = default;
};

/// What a book must show: the best levels of both sides, from the best outwards.
struct depth_row {
    std::vector<book_level> bids{};
    std::vector<book_level> asks{};
    std::size_t levels = 10;  ///< how many the file shows a side; fewer: the side has no more
    bool has_orders = true;   ///< whether the file says how many orders a level has

    friend bool operator==(const depth_row&, const depth_row&) = default;
};

}  // namespace bourse
