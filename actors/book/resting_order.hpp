#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "actors/book/slot_pool.hpp"
#include "messages/ids.hpp"
#include "messages/numbers.hpp"
#include "messages/order_terms.hpp"
#include "messages/timestamp.hpp"

namespace bourse {

/// Where an order with terms is; the first six as in `order_place`, and `acting` while it trades as
/// an aggressor and so is in no place.
enum class node_place : std::uint8_t { queue, hidden, waiting, parked, held, pending, acting };

/// A live order: one cache line, which with its two queue links is all that a plain order needs.
///
/// Plain means: a limit order in a queue, and nothing about it but price, quantity, owner and modes.
/// All else (RULES.md: icebergs, stops, pegs, conditions, groups, expiry, places other than the
/// queue) is in an `order_terms` that `terms` names.
struct alignas(64) order_node {
    order_id id;
    std::int64_t price;  ///< the worst price; in the queue also where it stands
    std::int64_t remaining;
    std::int64_t filled;
    std::uint64_t priority;
    account_id account;
    trade_group_id trade_group;
    slot level;  ///< of the side's ladder; none while not in the queue
    slot terms;
    std::uint32_t version : 31;
    bool post_only : 1;
    side which;
    order_type type;
    time_in_force tif;
    self_trade_prevention self_trade;

    [[nodiscard]] bool in_queue() const noexcept { return level != no_slot; }
};
static_assert(sizeof(order_node) == 64);

/// An order's neighbours in its queue. Apart from the order, as linking and unlinking touch three
/// orders' links but only one order: of a million orders, the links stay in the cache.
struct order_links {
    slot next;  ///< towards younger orders
    slot prev;
};

/// Where an order stands on its side (RULES.md 1.6): the lower trades first.
struct standing {
    std::int64_t rank;  ///< of the price: `rank_of`
    bool hidden;
    std::uint64_t priority;
    friend auto operator<=>(const standing&, const standing&) = default;

    [[nodiscard]] static constexpr standing last() noexcept {
        return {std::numeric_limits<std::int64_t>::max(), true,
                std::numeric_limits<std::uint64_t>::max()};
    }
};

/// What is known of a hidden order's trial since it last failed, so that not every command has to
/// try again (settling.cpp). Decides nothing: a trial that is left out would fail.
struct trial_memory {
    bool try_again;     ///< something has changed that the trial would come to
    bool knows_most;    ///< `most` is true
    std::int64_t most;  ///< no more than these lots can be filled
    standing reach;     ///< the trial looked at nothing behind this
};

/// What an order that is not plain has besides.
struct order_terms {
    std::int64_t shown;  ///< in the queue: what is displayed
    slot order;          ///< whose terms these are; none while they are free
    node_place place;
    group_role role;
    bool all_or_none;
    bool triggered;  ///< a stop that has met its condition
    bool has_stop_price;
    bool has_rank;          ///< hidden: has a price, and so takes part
    bool counts_as_hidden;  ///< counts towards `max_hidden_orders`
    std::int64_t stop_price;
    std::int64_t offset;
    std::int64_t display;  ///< zero: not an iceberg
    std::int64_t minimum;
    std::int64_t rank_price;  ///< hidden: a peg's price of the moment, a conditional's worst price
    timestamp expires_at;
    order_group_id group;
    trial_memory last_trial;  ///< hidden, with a price
};

/// All live orders: two arrays with one index.
class order_pool {
public:
    [[nodiscard]] order_node& operator[](slot at) noexcept { return nodes_[at]; }
    [[nodiscard]] const order_node& operator[](slot at) const noexcept { return nodes_[at]; }
    [[nodiscard]] order_links& links(slot at) noexcept { return links_[at]; }
    [[nodiscard]] const order_links& links(slot at) const noexcept { return links_[at]; }

    /// A free slot; the caller writes all of the node.
    [[nodiscard]] slot take() {
        if (!links_.has_free()) [[unlikely]] {
            make_room();
        }
        return links_.take();
    }
    /// True if an order can be taken by `take_again`. Then fewer are live than have ever been, so
    /// fewer than may be.
    [[nodiscard]] bool has_free() const noexcept { return links_.has_free(); }
    [[nodiscard]] slot take_again() noexcept { return links_.take_again(); }
    void give_back(slot at) noexcept {
        nodes_[at].id = {};
        links_.give_back(at);
    }

    /// Asks for the cache lines of an order and its links.
    void prefetch(slot at) const noexcept {
        __builtin_prefetch(&nodes_[at], 1);
        __builtin_prefetch(&links_[at], 1);
    }

    /// Asks for the links of the orders before and behind, which are links of `at` read here. If the
    /// order is gone meanwhile, that is for nothing and harms nothing.
    void prefetch_neighbours(slot at) const noexcept {
        const order_links around = links_[at];
        __builtin_prefetch(&links_[around.next == no_slot ? at : around.next], 1);
        __builtin_prefetch(&links_[around.prev == no_slot ? at : around.prev], 1);
    }

    [[nodiscard]] bool is_live(slot at) const noexcept { return nodes_[at].id.value != 0; }
    [[nodiscard]] std::uint32_t live() const noexcept { return links_.live(); }
    [[nodiscard]] slot used() const noexcept { return links_.used(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return nodes_.bytes() + links_.bytes(); }

private:
    [[gnu::noinline]] void make_room() {
        if (links_.used() == nodes_.capacity()) {
            nodes_.grow(links_.used() + std::size_t{1});
        }
    }

    growing_array<order_node> nodes_;
    slot_pool<order_links> links_;
};

}  // namespace bourse
