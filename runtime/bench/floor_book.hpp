#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
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
/// It hands out the same 64-byte records as the order book, field for field, and so keeps of an
/// order what these tell: account, version, and what is filled and remains. It is called like the
/// order book, with an entry's commands.
class floor_book {
public:
    floor_book(std::uint32_t price_count, std::uint32_t order_count);

    /// Does what the commands say: new orders are limit orders, to rest or immediate-or-cancel, and
    /// replaces set a price.
    void apply(std::span<const command> commands, event_buffer& out);

    /// The best prices; 0 and `price_count - 1` stand for none.
    [[nodiscard]] std::uint32_t best_bid() const noexcept { return best_bid_; }
    [[nodiscard]] std::uint32_t best_ask() const noexcept { return best_ask_; }
    /// Price and side of a resting order.
    [[nodiscard]] std::int64_t price_of(std::uint32_t id) const noexcept {
        return nodes_[price_count_ + id].price;
    }
    /// The queues are never crossed, so an order's price says its side.
    [[nodiscard]] side side_of(std::int64_t price) const noexcept {
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
        account_id account{};
        std::uint32_t version = 0;
        std::int64_t price = 0;
        std::int64_t remaining = 0;
        std::int64_t filled = 0;
    };

    /// The symbol of every flow's instrument.
    static constexpr std::uint32_t flow_symbol = 1;

    /// A limit order: trades up to its limit; what remains rests or, if it is
    /// immediate-or-cancel, is cancelled.
    void add(const new_order& order, event_buffer& out) {
        node added{
            .account = order.account, .price = order.price.ticks, .remaining = order.quantity.lots};
        const std::uint32_t id = index(order.id);
        report(event_kind::accepted, id, order.side, added, reason::none, out);
        trade(id, order.side, added, out);
        if (added.remaining == 0) {
            return;
        }
        if (order.tif == time_in_force::immediate_or_cancel) {
            report_cancelled(id, order.side, added, reason::unfilled, out);
        } else {
            append(id, order.side, added);
        }
    }

    void cancel(std::uint32_t id, event_buffer& out) {
        const node& gone = nodes_[price_count_ + id];
        const side which = side_of(gone.price);
        unlink(gone);
        report_cancelled(id, which, gone, reason::requested, out);
    }

    /// Moves an order to another price, to the end of the queue there; it may trade on the way.
    void replace(std::uint32_t id, std::int64_t limit, event_buffer& out) {
        node moved = nodes_[price_count_ + id];
        const side which = side_of(moved.price);
        unlink(moved);
        ++moved.version;
        moved.price = limit;
        report(event_kind::replaced, id, which, moved, reason::none, out).lots.lots =
            moved.remaining + moved.filled;
        trade(id, which, moved, out);
        if (moved.remaining != 0) {
            append(id, which, moved);
        }
    }

    static std::uint32_t index(order_id id) { return static_cast<std::uint32_t>(id.value); }

    static event& report(event_kind kind, std::uint32_t id, side which, const node& of, reason why,
                         event_buffer& out) {
        event& told = out.next();
        told.kind = kind;
        told.side = which;
        told.reason = why;
        told.flags = 0;
        told.version = of.version;
        told.order.value = id;
        told.number = 0;
        told.price.ticks = of.price;
        told.lots.lots = of.remaining;
        told.filled.lots = of.filled;
        told.remaining.lots = of.remaining;
        told.account = of.account;
        told.symbol = {flow_symbol};
        return told;
    }

    static void report_cancelled(std::uint32_t id, side which, const node& of, reason why,
                                 event_buffer& out) {
        event& told = report(event_kind::cancelled, id, which, of, why, out);
        told.flags = event::final_answer;
        told.remaining.lots = 0;
    }

    void report_fill(std::uint32_t id, side which, const node& of, std::int64_t price,
                     std::int64_t lots, std::uint8_t flags, event_buffer& out) const {
        event& told = report(event_kind::fill, id, which, of, reason::none, out);
        told.flags =
            static_cast<std::uint8_t>(flags | (of.remaining == 0 ? event::final_answer : 0));
        told.number = trades_;
        told.price.ticks = price;
        told.lots.lots = lots;
    }

    /// Trades an order down to its limit.
    void trade(std::uint32_t id, side which, node& taker, event_buffer& out) {
        if (which == side::buy) {
            while (taker.remaining != 0 && best_ask_ <= taker.price) {
                trade_at(best_ask_, id, which, taker, out);
            }
        } else {
            while (taker.remaining != 0 && best_bid_ >= taker.price) {
                trade_at(best_bid_, id, which, taker, out);
            }
        }
    }

    /// Trades an order with the queue at `price`.
    void trade_at(std::uint32_t price, std::uint32_t id, side which, node& taker,
                  event_buffer& out) {
        node& anchor = nodes_[price];
        std::uint32_t first = anchor.next;
        do {
            node& resting = nodes_[first];
            const std::int64_t traded = std::min(taker.remaining, resting.remaining);
            taker.remaining -= traded;
            taker.filled += traded;
            resting.remaining -= traded;
            resting.filled += traded;
            ++trades_;
            report_fill(first - price_count_, opposite(which), resting, price, traded, 0, out);
            report_fill(id, which, taker, price, traded, event::aggressor, out);
            if (resting.remaining != 0) {
                break;
            }
            first = resting.next;
        } while (taker.remaining != 0 && first != price);
        anchor.next = first;
        nodes_[first].previous = price;
        if (first == price) {
            drop_level(price);
        }
    }

    void append(std::uint32_t id, side which, const node& added) {
        const std::uint32_t index = price_count_ + id;
        const auto price = static_cast<std::uint32_t>(added.price);
        node& anchor = nodes_[price];
        nodes_[index] = added;
        nodes_[index].previous = anchor.previous;
        nodes_[index].next = price;
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
            drop_level(static_cast<std::uint32_t>(gone.price));
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
