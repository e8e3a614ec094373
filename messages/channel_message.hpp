#pragma once

#include <cstdint>
#include <variant>

#include "messages/command.hpp"
#include "messages/event.hpp"
#include "messages/ids.hpp"
#include "messages/numbers.hpp"
#include "messages/reason.hpp"

/// What one shard tells another (actors/shard/RULES.md, section 4).
namespace bourse {

/// A command for a book of the receiver.
struct order_message {
    symbol_id symbol{};
    std::variant<new_order, cancel_order, replace_order> what;
    friend bool operator==(const order_message&, const order_message&) = default;
};

/// An amount that has left an account of the sender for one of the receiver.
struct transfer_message {
    account_id from{};
    account_id to{};
    asset_id asset{};
    std::int64_t amount = 0;  ///< above zero
    std::int64_t cost = 0;    ///< of lots: their cost, which goes with them
    friend bool operator==(const transfer_message&, const transfer_message&) = default;
};

/// A transfer that the receiver could not book.
struct transfer_returned {
    transfer_message what{};
    reason why = reason::none;
    friend bool operator==(const transfer_returned&, const transfer_returned&) = default;
};

/// `event`: what a book of the sender did with an order of the receiver.
using channel_message = std::variant<order_message, event, transfer_message, transfer_returned>;

}  // namespace bourse
