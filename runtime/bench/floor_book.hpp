#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <variant>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "messages/command.hpp"
#include "messages/event.hpp"

namespace bourse {

/// The floor that the order book's speed is measured against: what matching costs at the least.
///
/// A bare book, as fast as we can make one honestly: an array of price levels, one bit a level to
/// find the next that is in use, a doubly linked first-in-first-out queue a level, and orders in an
/// array indexed by their id. It has no feature and no check, and trusts its caller completely:
/// - every price is above 0 and below `price_count - 1`;
/// - ids are 1 to `order_count`, each is added once, and only resting orders are named afterwards;
/// - quantities are above zero.
///
/// It hands out the same 64-byte records as the order book, without account, symbol and `filled`,
/// which it does not know. Everything that is timed is in this header, so that the compiler may
/// put it straight into the measuring loop.
class floor_book {
public:
    floor_book(std::uint32_t price_count, std::uint32_t order_count);

    /// Does what the command says, of which it reads only id, side, price, quantity and time in
    /// force: new orders are limit orders, to rest or immediate-or-cancel, and replaces set a price.
    void apply(const command& said, event_buffer& out) {
        if (const auto* order = std::get_if<new_order>(&said)) {
            const auto limit = static_cast<std::uint32_t>(order->price.ticks);
            const auto lots = static_cast<std::uint32_t>(order->quantity.lots);
            if (order->tif == time_in_force::immediate_or_cancel) {
                take(index(order->id), order->side, limit, lots, out);
            } else {
                add(index(order->id), order->side, limit, lots, out);
            }
        } else if (const auto* request = std::get_if<cancel_order>(&said)) {
            cancel(index(request->id), out);
        } else if (const auto* change = std::get_if<replace_order>(&said)) {
            replace(index(change->id), static_cast<std::uint32_t>(change->price.ticks), out);
        }
    }

    /// A limit order: trades up to its limit, and rests for the remainder.
    void add(std::uint32_t id, side which, std::uint32_t limit, std::uint32_t lots,
             event_buffer& out) {
        accept(id, which, limit, lots, out);
        const std::uint32_t left = trade(id, which, limit, lots, out);
        if (left != 0) {
            append(id, which, limit, left);
        }
    }

    /// An immediate-or-cancel order: trades up to its limit, and what remains is cancelled.
    void take(std::uint32_t id, side which, std::uint32_t limit, std::uint32_t lots,
              event_buffer& out) {
        accept(id, which, limit, lots, out);
        const std::uint32_t left = trade(id, which, limit, lots, out);
        if (left != 0) {
            report_cancelled(id, which, limit, left, reason::unfilled, out);
        }
    }

    void cancel(std::uint32_t id, event_buffer& out) {
        const node gone = nodes_[price_count_ + id];
        const side which = side_of(gone.price);
        unlink(gone);
        report_cancelled(id, which, gone.price, gone.lots, reason::requested, out);
    }

    /// Moves an order to another price, to the end of the queue there; it may trade on the way.
    void replace(std::uint32_t id, std::uint32_t limit, event_buffer& out) {
        const node gone = nodes_[price_count_ + id];
        const side which = side_of(gone.price);
        unlink(gone);
        event& told = out.append();
        told.kind = event_kind::replaced;
        told.side = which;
        told.order.value = id;
        told.price.ticks = limit;
        told.lots.lots = gone.lots;
        told.remaining.lots = gone.lots;
        const std::uint32_t left = trade(id, which, limit, gone.lots, out);
        if (left != 0) {
            append(id, which, limit, left);
        }
    }

    /// The best prices; 0 and `price_count - 1` stand for none.
    [[nodiscard]] std::uint32_t best_bid() const noexcept { return best_bid_; }
    [[nodiscard]] std::uint32_t best_ask() const noexcept { return best_ask_; }
    /// Price and side of a resting order.
    [[nodiscard]] std::uint32_t price_of(std::uint32_t id) const noexcept {
        return nodes_[price_count_ + id].price;
    }
    /// The queues are never crossed, so an order's price says its side.
    [[nodiscard]] side side_of(std::uint32_t price) const noexcept {
        return price <= best_bid_ ? side::buy : side::sell;
    }
    /// How many prices have an order. Walks the bits.
    [[nodiscard]] std::uint32_t level_count() const noexcept;

private:
    /// An order, or the ring's anchor of a price. Each queue is a ring through its price's anchor,
    /// so that linking and unlinking have no special case at either end.
    struct node {
        std::uint32_t previous = 0;
        std::uint32_t next = 0;
        std::uint32_t price = 0;
        std::uint32_t lots = 0;
    };

    static std::uint32_t index(order_id id) { return static_cast<std::uint32_t>(id.value); }

    static void accept(std::uint32_t id, side which, std::uint32_t limit, std::uint32_t lots,
                       event_buffer& out) {
        event& told = out.append();
        told.kind = event_kind::accepted;
        told.side = which;
        told.order.value = id;
        told.price.ticks = limit;
        told.lots.lots = lots;
        told.remaining.lots = lots;
    }

    static void report_cancelled(std::uint32_t id, side which, std::uint32_t limit,
                                 std::uint32_t lots, reason why, event_buffer& out) {
        event& told = out.append();
        told.kind = event_kind::cancelled;
        told.side = which;
        told.reason = why;
        told.flags = event::final_answer;
        told.order.value = id;
        told.price.ticks = limit;
        told.lots.lots = lots;
    }

    void report_fill(std::uint32_t id, side which, std::uint32_t price, std::uint32_t lots,
                     std::uint32_t remaining, std::uint8_t flags, event_buffer& out) const {
        event& told = out.append();
        told.kind = event_kind::fill;
        told.side = which;
        told.flags = static_cast<std::uint8_t>(flags | (remaining == 0 ? event::final_answer : 0));
        told.order.value = id;
        told.number = trades_;
        told.price.ticks = price;
        told.lots.lots = lots;
        told.remaining.lots = remaining;
    }

    /// Trades `lots` down to `limit` and returns what is left of them.
    std::uint32_t trade(std::uint32_t id, side which, std::uint32_t limit, std::uint32_t lots,
                        event_buffer& out) {
        if (which == side::buy) {
            while (lots != 0 && best_ask_ <= limit) {
                lots = trade_at(best_ask_, id, which, lots, out);
            }
        } else {
            while (lots != 0 && best_bid_ >= limit) {
                lots = trade_at(best_bid_, id, which, lots, out);
            }
        }
        return lots;
    }

    /// Trades `lots` with the queue at `price` and returns what is left of them.
    std::uint32_t trade_at(std::uint32_t price, std::uint32_t id, side which, std::uint32_t lots,
                           event_buffer& out) {
        node& anchor = nodes_[price];
        std::uint32_t first = anchor.next;
        do {
            node& resting = nodes_[first];
            const std::uint32_t traded = std::min(lots, resting.lots);
            lots -= traded;
            resting.lots -= traded;
            ++trades_;
            report_fill(first - price_count_, opposite(which), price, traded, resting.lots, 0, out);
            report_fill(id, which, price, traded, lots, event::aggressor, out);
            if (resting.lots != 0) {
                break;
            }
            first = resting.next;
        } while (lots != 0 && first != price);
        anchor.next = first;
        nodes_[first].previous = price;
        if (first == price) {
            drop_level(price);
        }
        return lots;
    }

    void append(std::uint32_t id, side which, std::uint32_t price, std::uint32_t lots) {
        const std::uint32_t index = price_count_ + id;
        node& anchor = nodes_[price];
        nodes_[index] = {anchor.previous, price, price, lots};
        nodes_[anchor.previous].next = index;
        anchor.previous = index;
        occupied_[price / 64] |= std::uint64_t{1} << (price % 64);
        if (which == side::buy) {
            best_bid_ = std::max(best_bid_, price);
        } else {
            best_ask_ = std::min(best_ask_, price);
        }
    }

    void unlink(const node& gone) {
        nodes_[gone.previous].next = gone.next;
        nodes_[gone.next].previous = gone.previous;
        // Both neighbours are the same only where that one is the anchor, alone in its ring now.
        if (gone.previous == gone.next) {
            drop_level(gone.price);
        }
    }

    void drop_level(std::uint32_t price) {
        occupied_[price / 64] &= ~(std::uint64_t{1} << (price % 64));
        if (price == best_bid_) {
            best_bid_ = next_below(price);
        } else if (price == best_ask_) {
            best_ask_ = next_above(price);
        }
    }

    // The bits of the two prices that stand for none are always set and end every search.

    [[nodiscard]] std::uint32_t next_above(std::uint32_t price) const {
        std::uint32_t word = price / 64;
        std::uint64_t bits = occupied_[word] & (~std::uint64_t{0} << (price % 64));
        while (bits == 0) {
            bits = occupied_[++word];
        }
        return word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
    }

    [[nodiscard]] std::uint32_t next_below(std::uint32_t price) const {
        std::uint32_t word = price / 64;
        std::uint64_t bits = occupied_[word] & (~std::uint64_t{0} >> (63 - price % 64));
        while (bits == 0) {
            bits = occupied_[--word];
        }
        return word * 64 + 63 - static_cast<std::uint32_t>(std::countl_zero(bits));
    }

    std::uint32_t price_count_;
    std::uint32_t best_bid_ = 0;
    std::uint32_t best_ask_;
    std::uint64_t trades_ = 0;
    /// The anchors of all prices, then the orders: order `id` is at `price_count_ + id`.
    std::vector<node> nodes_;
    std::vector<std::uint64_t> occupied_;
};

}  // namespace bourse
