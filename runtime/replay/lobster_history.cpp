#include "runtime/replay/lobster_history.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace bourse {

namespace {

bool takes_away(flow_action action) {
    return action == flow_action::reduce || action == flow_action::execute;
}

bool is_better(side which, price a, price b) {
    return which == side::buy ? a > b : a < b;
}

const std::vector<book_level>& side_of(const depth_row& row, side which) {
    return which == side::buy ? row.bids : row.asks;
}

/// Whether a price is deeper than all levels that `row` shows, so that nothing is known of it.
bool is_deeper(const depth_row& row, side which, price at) {
    const auto& levels = side_of(row, which);
    return levels.size() >= row.levels && !levels.empty() &&
           is_better(which, levels.back().price, at);
}

quantity lots_shown(const std::vector<book_level>& levels, price at) {
    for (const book_level& level : levels) {
        if (level.price == at) {
            return level.lots;
        }
    }
    return {};
}

/// `row` as it was before `message`.
depth_row undo(depth_row row, const flow_message& message) {
    auto& levels = message.side == side::buy ? row.bids : row.asks;
    const bool added = message.action == flow_action::add;
    if (!added && !takes_away(message.action)) {
        return row;
    }
    auto level = std::find_if(levels.begin(), levels.end(),
                              [&](const book_level& l) { return l.price == message.price; });
    if (level == levels.end()) {
        if (!added) {
            level = std::find_if(levels.begin(), levels.end(), [&](const book_level& l) {
                return is_better(message.side, message.price, l.price);
            });
            levels.insert(level, {message.price, message.lots, 0});
        }
        return row;
    }
    level->lots += added ? quantity{-message.lots.lots} : message.lots;
    if (level->lots.lots <= 0) {
        levels.erase(level);
    }
    return row;
}

}  // namespace

lobster_history::lobster_history(const std::vector<flow_message>& messages, bool reveals)
    : reveals_(reveals) {
    find_earlier_orders(messages);
}

// --- Orders older than the file -------------------------------------------------------------------

void lobster_history::find_earlier_orders(const std::vector<flow_message>& messages) {
    std::unordered_map<std::uint64_t, bool> added;
    std::map<std::uint64_t, earlier_order> earlier;
    // The largest id added so far, at each message where it grows: what is due before it is found
    // by a search in it.
    std::vector<std::pair<std::uint64_t, std::size_t>> largest;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const flow_message& message = messages[i];
        last_named_[message.order.value] = i;
        if (message.action == flow_action::add) {
            added[message.order.value] = true;
            if (largest.empty() || message.order.value > largest.back().first) {
                largest.emplace_back(message.order.value, i);
            }
        } else if (takes_away(message.action) && !added.contains(message.order.value)) {
            earlier_order& order = earlier[message.order.value];
            order.id = message.order;
            order.order.side = message.side;
            order.order.price = message.price;
            order.order.lots += message.lots;
        }
    }
    for (auto& [id, order] : earlier) {
        const auto later = std::upper_bound(
            largest.begin(), largest.end(), id,
            [](std::uint64_t value, const auto& one) { return value < one.first; });
        order.due = later == largest.end() ? messages.size() : later->second;
        earlier_.push_back(order);
    }
}

void lobster_history::begin(const flow_message& first, const depth_row& row,
                            std::vector<flow_message>& out) {
    const depth_row start = undo(row, first);
    begin_side(side::sell, start.asks, out);
    begin_side(side::buy, start.bids, out);
}

void lobster_history::begin_side(side which, std::vector<book_level> levels,
                                 std::vector<flow_message>& out) {
    for (book_level& level : levels) {
        std::erase_if(earlier_, [&](const earlier_order& one) {
            const bool here = one.due == 0 && one.order.side == which &&
                              one.order.price == level.price && one.order.lots <= level.lots;
            if (here) {
                level.lots -= one.order.lots;
                make_up(flow_action::add, one.id, one.order, out);
            }
            return here;
        });
        if (level.lots.lots > 0) {
            make_up_order(which, level.price, level.lots, out);
        }
    }
}

void lobster_history::add_earlier_orders(std::size_t index, const flow_message& message,
                                         const depth_row& row, std::vector<flow_message>& out) {
    std::erase_if(earlier_, [&](const earlier_order& one) {
        const bool unseen = one.due <= index && is_deeper(row, one.order.side, one.order.price);
        // By now at the latest, whatever the rows said.
        const bool needed = takes_away(message.action) && message.order == one.id;
        if (unseen || needed) {
            make_up(flow_action::add, one.id, one.order, out);
            unseen_.emplace(one.id.value, one);
        }
        return unseen || needed;
    });
}

// --- Levels that come into sight ------------------------------------------------------------------

void lobster_history::reveal(side which, std::size_t index, const depth_row& row,
                             const depth_row& before, std::vector<flow_message>& out) {
    const auto& shown = side_of(row, which);
    price_levels& levels = levels_of(which);
    std::vector<price> revealed;
    for (const book_level& level : shown) {
        if (is_deeper(before, which, level.price)) {
            revealed.push_back(level.price);
        }
    }
    for (const auto& [at, orders] : levels) {
        if (is_deeper(before, which, at) && !is_deeper(row, which, at) &&
            lots_shown(shown, at).lots == 0) {
            revealed.push_back(at);
        }
    }
    for (const price at : revealed) {
        const quantity missing = lots_shown(shown, at) - lots_at(levels, at);
        if (missing.lots > 0) {
            make_up_order(which, at, missing, out);
        } else if (missing.lots < 0) {
            take_excess(levels, at, quantity{-missing.lots}, index, out);
        }
    }
}

void lobster_history::take_excess(price_levels& levels, price at, quantity excess,
                                  std::size_t index, std::vector<flow_message>& out) {
    const std::vector<order_id> orders = levels[at];
    for (auto id = orders.rbegin(); id != orders.rend() && excess.lots > 0; ++id) {
        if (is_named_after(*id, index) && !take_back(*id, excess)) {
            continue;
        }
        standing taken = resting_[id->value];
        taken.lots = std::min(taken.lots, excess);
        excess -= taken.lots;
        make_up(flow_action::reduce, *id, taken, out);
    }
}

bool lobster_history::take_back(order_id id, quantity excess) {
    const auto found = unseen_.find(id.value);
    if (found == unseen_.end() || found->second.order.lots > excess ||
        resting_[id.value].lots != found->second.order.lots) {
        return false;
    }
    const auto place =
        std::lower_bound(earlier_.begin(), earlier_.end(), id,
                         [](const earlier_order& one, order_id value) { return one.id < value; });
    earlier_.insert(place, found->second);
    unseen_.erase(found);
    return true;
}

bool lobster_history::is_named_after(order_id id, std::size_t index) const {
    const auto found = last_named_.find(id.value);
    return found != last_named_.end() && found->second >= index;
}

quantity lobster_history::lots_at(const price_levels& levels, price at) const {
    quantity sum;
    if (const auto level = levels.find(at); level != levels.end()) {
        for (const order_id id : level->second) {
            sum += resting_.at(id.value).lots;
        }
    }
    return sum;
}

// --- Its own book ---------------------------------------------------------------------------------

void lobster_history::before(std::size_t index, const flow_message& message, const depth_row& row,
                             const depth_row* before, std::vector<flow_message>& out) {
    now_ = message.at;
    line_ = message.line;
    if (index == 0) {
        begin(message, row, out);
    }
    add_earlier_orders(index, message, before == nullptr ? row : *before, out);
    if (reveals_ && before != nullptr) {
        reveal(side::buy, index, row, *before, out);
        reveal(side::sell, index, row, *before, out);
    }
    follow(message);
}

void lobster_history::make_up_order(side which, price at, quantity lots,
                                    std::vector<flow_message>& out) {
    make_up(flow_action::add, order_id{next_made_up_++}, {which, at, lots}, out);
}

void lobster_history::make_up(flow_action action, order_id id, const standing& order,
                              std::vector<flow_message>& out) {
    const flow_message message{.action = action,
                               .side = order.side,
                               .has_side = true,
                               .order = id,
                               .price = order.price,
                               .lots = order.lots,
                               .at = now_,
                               .sequence = 0,
                               .line = line_};
    out.push_back(message);
    follow(message);
}

void lobster_history::follow(const flow_message& message) {
    const std::uint64_t id = message.order.value;
    if (message.action == flow_action::add) {
        if (resting_.emplace(id, standing{message.side, message.price, message.lots}).second) {
            levels_of(message.side)[message.price].push_back(message.order);
        }
        return;
    }
    const auto found = resting_.find(id);
    if (!takes_away(message.action) || found == resting_.end()) {
        return;
    }
    standing& order = found->second;
    order.lots -= message.lots;
    if (order.lots.lots > 0) {
        return;
    }
    price_levels& levels = levels_of(order.side);
    const auto level = levels.find(order.price);
    std::erase(level->second, message.order);
    if (level->second.empty()) {
        levels.erase(level);
    }
    resting_.erase(found);
}

}  // namespace bourse
