// What goes to other shards and comes from them (RULES.md 4).
#include "actors/ledger/charges.hpp"
#include "actors/ledger/planted_bug.hpp"
#include "actors/shard/shard_machine.hpp"
#include "messages/assert.hpp"

namespace bourse {

// --- Sending ------------------------------------------------------------------------------------

bool shard::machine::has_room(shard_id book_shard, outbox_room what) const {
    return book_shard == settings_.id || channels_.has_room(book_shard, what);
}

void shard::machine::put(shard_id to, const channel_message& message) {
    const std::uint64_t number = channels_[to].put(message);
    count(to, message, true);
    if (BOURSE_PLANTED(lose_message) && number % 50 == 0) {
        return;
    }
    out_->messages.push_back({.to = to, .number = number, .what = message});
}

void shard::machine::send(shard_id to, const transfer_message& what) {
    put(to, what);
}

// Ledger RULES 9.5. Looks through whole outboxes, which a split may.
bool shard::machine::is_at_rest(std::uint32_t listing) const {
    if (books_[listing] != nullptr && books_[listing]->book.size() > 0) {
        return false;
    }
    const asset_id asset = asset_of(ledger_.listings()[listing].what.rules.symbol);
    for (const auto& [peer, each] : channels_.all()) {
        for (const channel_message& message : each.outbox) {
            const auto* sent = std::get_if<transfer_message>(&message);
            const auto* returned = std::get_if<transfer_returned>(&message);
            if ((sent != nullptr && sent->asset == asset) ||
                (returned != nullptr && returned->what.asset == asset)) {
                return false;
            }
        }
    }
    return true;
}

// 4.6: what the message moves from one shard to the other.
void shard::machine::count(shard_id peer, const channel_message& message, bool sent) {
    const auto add = [&](asset_id asset, wide_int amount) {
        channel::value& value = channels_.value_of(peer, asset);
        (sent ? value.sent : value.received) += amount;
    };
    if (const auto* told = std::get_if<event>(&message)) {
        if (told->kind != event_kind::fill) {
            return;
        }
        const auto listing = ledger_.find_listing(told->symbol);
        BOURSE_ASSERT(listing);
        const bourse::listing& listed = ledger_.listings()[*listing].what;
        const auto value = value_of(told->price, told->lots, listed.tick_value);
        BOURSE_ASSERT(value);
        const int sign = told->side == side::buy ? 1 : -1;
        add(asset_of(listed.currency), -sign * wide_int{*value});
        add(asset_of(told->symbol), sign * wide_int{told->lots.lots});
    } else if (const auto* moved = std::get_if<transfer_message>(&message)) {
        add(moved->asset, moved->amount);
    } else if (const auto* returned = std::get_if<transfer_returned>(&message)) {
        add(returned->what.asset, returned->what.amount);
    }
}

// --- Receiving ----------------------------------------------------------------------------------

void shard::machine::handle(const channel_delivery& what) {
    if (what.from.value == 0 || what.from.value > max_shard || what.from == settings_.id) {
        return ledger_.refuse({}, reason::invalid_request);
    }
    std::uint64_t number = what.first;
    for (const channel_message& message : what.messages) {
        channel& from = channels_[what.from];
        if (number == from.last_taken + 1) {
            if (!can_be(message, what.from)) {
                ledger_.refuse({}, reason::invalid_request);
                break;
            }
            from.last_taken = number;
            take(what.from, message);
        } else if (number > from.last_taken) {
            break;
        }
        ++number;
    }
    out_->receipts.push_back({.to = what.from, .up_to = channels_[what.from].last_taken});
}

void shard::machine::handle(const channel_receipt& what) {
    if (what.from.value == 0 || what.from.value > max_shard || what.from == settings_.id) {
        return ledger_.refuse({}, reason::invalid_request);
    }
    channel& to = channels_[what.from];
    if (!to.confirm(what.up_to)) {
        return ledger_.refuse({}, reason::invalid_request);
    }
    if (to.choked && channels_.is_relieved(to)) {
        to.choked = false;
    }
}

// 4.7.
bool shard::machine::can_be(const channel_message& message, shard_id from) const {
    if (const auto* order = std::get_if<order_message>(&message)) {
        const auto* made = std::get_if<new_order>(&order->what);
        return std::visit([&](const auto& asked) { return account_shard(asked.id) == from; },
                          order->what) &&
               (made == nullptr || ledger_.can_be(*made, order->symbol));
    }
    if (const auto* told = std::get_if<event>(&message)) {
        return ledger_.can_be(*told, from);
    }
    if (const auto* moved = std::get_if<transfer_message>(&message)) {
        return ledger_.can_be(*moved);
    }
    return ledger_.can_be(std::get<transfer_returned>(message));
}

// 4.4.
void shard::machine::take(shard_id from, const channel_message& message) {
    count(from, message, false);
    if (const auto* order = std::get_if<order_message>(&message)) {
        take_order(*order, from);
    } else if (const auto* told = std::get_if<event>(&message)) {
        ledger_.settle(*told, from);
    } else if (const auto* moved = std::get_if<transfer_message>(&message)) {
        const reason why = ledger_.take_transfer(*moved, from);
        if (why != reason::none) {
            put(from, transfer_returned{.what = *moved, .why = why});
        }
    } else {
        ledger_.take_returned(std::get<transfer_returned>(message), from);
    }
}

void shard::machine::take_order(const order_message& message, shard_id from) {
    shard_book* const book = find_book(message.symbol).first;
    if (book == nullptr) {
        return refuse_order(message, reason::not_here);
    }
    if (channels_[from].choked && std::holds_alternative<new_order>(message.what)) {
        return refuse_order(message, reason::overloaded);
    }
    std::visit([&](const auto& asked) { pass_to_book(*book, asked); }, message.what);
}

// As a book would answer (book RULES 1.9), in the place of the book's answer.
void shard::machine::refuse_order(const order_message& message, reason why) {
    event answer{};
    answer.reason = why;
    answer.symbol = message.symbol;
    if (const auto* order = std::get_if<new_order>(&message.what)) {
        answer.kind = event_kind::rejected;
        answer.flags = event::final_answer;
        answer.side = order->side;
        answer.order = order->id;
        answer.price = order->price;
        answer.lots = order->quantity;
        answer.account = order->account;
    } else if (const auto* cancel = std::get_if<cancel_order>(&message.what)) {
        answer.kind = event_kind::cancel_rejected;
        answer.order = cancel->id;
        answer.account = cancel->account;
    } else {
        const auto& replace = std::get<replace_order>(message.what);
        answer.kind = event_kind::replace_rejected;
        answer.order = replace.id;
        answer.account = replace.account;
    }
    next_causes_.push_back({.book = nullptr, .first = next_answers_.size()});
    next_answers_.push_back(answer);
}

// --- Bounds -------------------------------------------------------------------------------------

// 4.5. Looks through whole books, which it may: it happens once until the other shard has come back.
void shard::machine::choke_overflowing() {
    for (auto& [peer, each] : channels_.all()) {
        if (!channels_.overflows(each)) {
            continue;
        }
        channels_.touch(peer);
        each.choked = true;
        for (const auto& [symbol, book] : books_by_symbol_) {
            for (const order_row& order : book->book.save().orders) {
                if (account_shard(order.id) == peer) {
                    pass_to_book(*book, cancel_order{.id = order.id});
                }
            }
        }
        run_rounds();
    }
}

// --- For the transport --------------------------------------------------------------------------

channel_delivery shard::machine::unconfirmed(shard_id peer, std::uint64_t first,
                                             std::size_t most) const {
    channel_delivery delivery;
    delivery.from = settings_.id;
    delivery.first = first;
    const channel* to = channels_.find(peer);
    if (to == nullptr) {
        return delivery;
    }
    delivery.first = std::max(first, to->first_unconfirmed());
    for (std::uint64_t number = delivery.first;
         number <= to->last_sent && delivery.messages.size() < most; ++number) {
        delivery.messages.push_back(to->outbox[number - to->first_unconfirmed()]);
    }
    return delivery;
}

}  // namespace bourse
