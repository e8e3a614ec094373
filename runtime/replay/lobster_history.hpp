#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "runtime/replay/flow_message.hpp"

namespace bourse {

/// What a LOBSTER file leaves out, made up: orders older than the file, and what happens deeper
/// than the levels that it shows.
///
/// The files begin with a book full of orders that no message added. What is known of them: the
/// levels of the first row, and, of those that are reduced later, id, side, price and how much. So:
///
/// 1. An id that is reduced without having been added existed before. Ids are chronological: such an
///    order is added before the first message that adds a larger id; and if the row there shows
///    that it cannot be, since its price would have been seen, then as soon as the row before shows
///    its price to be deeper than all levels. It has as many lots as it loses.
/// 2. What then is missing of the first row's levels is one order a level, of an id above 2^62,
///    behind those known.
/// 3. When levels go and deeper ones come into sight (if that is asked for), these are made to be
///    as in the file: what is missing is one more order; what is too much is taken from orders that
///    no message names any more, the newest first. An order of the first kind that should be in
///    sight and is not has come later: it is taken out, to be added again by the same rule.
///
/// Give it every message before it goes to the book, with the row of the message and the row before
/// it; it answers with what to do first.
class lobster_history {
public:
    /// `messages` is the whole file. `reveals`: whether to do the third.
    lobster_history(const std::vector<flow_message>& messages, bool reveals);

    /// Appends to `out` what must come before message `index`, which is `message`, whose row is `row`;
    /// `before` is the row before it, null for the first.
    void before(std::size_t index, const flow_message& message, const depth_row& row,
                const depth_row* before, std::vector<flow_message>& out);

private:
    struct standing {
        bourse::side side = bourse::side::buy;
        bourse::price price{};
        quantity lots{};
    };
    /// An order that existed before it is first seen.
    struct earlier_order {
        order_id id{};
        standing order{};
        std::size_t due = 0;  ///< the message before which it is added if that can be
    };
    using price_levels = std::map<price, std::vector<order_id>>;  ///< ids in order of priority

    void find_earlier_orders(const std::vector<flow_message>& messages);
    void begin(const flow_message& first, const depth_row& row, std::vector<flow_message>& out);
    void begin_side(side which, std::vector<book_level> levels, std::vector<flow_message>& out);
    void add_earlier_orders(std::size_t index, const flow_message& message, const depth_row& row,
                            std::vector<flow_message>& out);
    void reveal(side which, std::size_t index, const depth_row& row, const depth_row& before,
                std::vector<flow_message>& out);
    [[nodiscard]] bool take_back(order_id id, quantity excess);
    void take_excess(price_levels& levels, price at, quantity excess, std::size_t index,
                     std::vector<flow_message>& out);
    [[nodiscard]] bool is_named_after(order_id id, std::size_t index) const;
    [[nodiscard]] quantity lots_at(const price_levels& levels, price at) const;
    [[nodiscard]] price_levels& levels_of(side which) { return which == side::buy ? bids_ : asks_; }

    void make_up_order(side which, price at, quantity lots, std::vector<flow_message>& out);
    void make_up(flow_action action, order_id id, const standing& order,
                 std::vector<flow_message>& out);
    void follow(const flow_message& message);

    bool reveals_;
    std::vector<earlier_order> earlier_;  ///< by rising id; those that are not added yet
    std::unordered_map<std::uint64_t, earlier_order> unseen_;  ///< those added where no row shows
    std::unordered_map<std::uint64_t, std::size_t> last_named_;
    std::unordered_map<std::uint64_t, standing> resting_;
    price_levels bids_, asks_;
    std::uint64_t next_made_up_ = std::uint64_t{1} << 62U;
    timestamp now_{};
    std::uint64_t line_ = 0;
};

}  // namespace bourse
