#include "runtime/replay/flow_driver.hpp"

#include <algorithm>
#include <utility>

namespace bourse {

// --- What belongs together ------------------------------------------------------------------------

std::optional<error> flow_driver::on(const flow_message& message, std::optional<depth_row> row,
                                     std::vector<flow_step>& out) {
    if (trade_ && !belongs(message)) {
        close_trade(out);
    }
    const bool is_trade = message.action == flow_action::trade ||
                          message.action == flow_action::fill ||
                          message.action == flow_action::execute;
    if (is_trade || trade_) {
        if (!trade_) {
            open(message);
        }
        set_row(std::move(row));
        return trade(message, out);
    }
    flow_step step{.at = message.at, .row = std::move(row), .line = message.line};
    if (auto wrong = act(message, step)) {
        return wrong;
    }
    if (!step.commands.empty() || step.row) {
        out.push_back(std::move(step));
    }
    return std::nullopt;
}

bool flow_driver::belongs(const flow_message& message) const {
    const bool same_happening = message.sequence == trade_->sequence;
    const bool same_run = options_.mode == flow_mode::runs && message.at == trade_->at;
    if (!same_happening && !same_run) {
        return false;
    }
    switch (message.action) {
        case flow_action::trade:
            return same_run && (!message.has_side || !trade_->makers_side ||
                                message.side == opposite(*trade_->makers_side));
        case flow_action::fill:
        case flow_action::execute:
            return !trade_->makers_side || message.side == *trade_->makers_side;
        case flow_action::reduce:
            return is_reported(message);
        default:
            return false;
    }
}

bool flow_driver::is_reported(const flow_message& message) const {
    return std::any_of(trade_->reported.begin(), trade_->reported.end(), [&](const flow_fill& one) {
        return one.maker == message.order && one.lots == message.lots;
    });
}

void flow_driver::open(const flow_message& message) {
    trade_.emplace();
    trade_->at = message.at;
    trade_->line = message.line;
}

void flow_driver::set_row(std::optional<depth_row> row) {
    if (row) {
        passed_over_ += trade_->row ? 1U : 0U;
        trade_->row = std::move(row);
    }
}

std::optional<error> flow_driver::trade(const flow_message& message, std::vector<flow_step>& out) {
    trade_->sequence = message.sequence;
    if (message.action == flow_action::trade) {
        if (message.has_side) {
            trade_->makers_side = opposite(message.side);
        }
        return std::nullopt;
    }
    const bool changes = options_.mode == flow_mode::changes;
    if (message.action == flow_action::reduce) {
        trade_->reported.erase(std::find_if(
            trade_->reported.begin(), trade_->reported.end(), [&](const flow_fill& one) {
                return one.maker == message.order && one.lots == message.lots;
            }));
    } else {
        const auto found = resting_.find(message.order.value);
        if (found == resting_.end() || found->second.remaining < message.lots) {
            return fault(message, "trades more than rests of it");
        }
        trade_->makers_side = message.side;
        const flow_fill fill{message.order, message.price, message.lots};
        if (message.action == flow_action::fill) {
            trade_->reported.push_back(fill);
        }
        if (!changes) {
            trade_->fills.push_back(fill);
            found->second.remaining -= message.lots;
            if (found->second.remaining.lots == 0) {
                resting_.erase(found);
            }
        }
    }
    if (changes && message.action != flow_action::fill) {
        flow_step step{.at = message.at, .line = message.line};
        if (auto wrong = reduce(message, step)) {
            return wrong;
        }
        out.push_back(std::move(step));
    }
    return std::nullopt;
}

void flow_driver::close_trade(std::vector<flow_step>& out) {
    if (!trade_) {
        return;
    }
    detail::open_flow_trade done = *std::exchange(trade_, std::nullopt);
    flow_step step{.at = done.at, .row = std::move(done.row), .line = done.line};
    if (!done.fills.empty()) {
        step.commands.emplace_back(incoming_order(done));
        step.fills = std::move(done.fills);
    }
    if (!step.commands.empty() || step.row) {
        out.push_back(std::move(step));
    }
}

new_order flow_driver::incoming_order(const detail::open_flow_trade& trade) {
    new_order order;
    order.id = {next_incoming_++};
    order.account = options_.takers;
    order.side = opposite(*trade.makers_side);
    order.tif = time_in_force::immediate_or_cancel;
    order.price = trade.fills.front().price;
    for (const flow_fill& fill : trade.fills) {
        order.quantity += fill.lots;
        order.price = order.side == side::buy ? std::max(order.price, fill.price)
                                              : std::min(order.price, fill.price);
    }
    return order;
}

// --- What is no trade -----------------------------------------------------------------------------

std::optional<error> flow_driver::act(const flow_message& message, flow_step& step) {
    const bool matches = options_.mode != flow_mode::changes;
    switch (message.action) {
        case flow_action::clear:
            if (!resting_.empty()) {
                step.commands.emplace_back(mass_cancel{options_.makers, side_filter::both});
            }
            resting_.clear();
            return std::nullopt;
        case flow_action::add:
            return add(message, step);
        case flow_action::change:
            return change(message, step);
        case flow_action::reduce:
            return reduce(message, step);
        case flow_action::halt:
            // Not halted: on the venues recorded here orders still come while nothing matches.
            if (matches) {
                step.commands.emplace_back(set_state{.state = market_state::pre_open});
            }
            return std::nullopt;
        case flow_action::resume:
            if (matches) {
                step.commands.emplace_back(set_state{.state = market_state::open});
            }
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

std::optional<error> flow_driver::add(const flow_message& message, flow_step& step) {
    const detail::resting_flow_order now{message.side, message.price, message.lots, message.lots};
    if (message.order.value >= std::uint64_t{1} << 63U) {
        return fault(message, "has an id above 2^63, where the ids of incoming orders are");
    }
    if (!resting_.emplace(message.order.value, now).second) {
        return fault(message, "is added, but rests already");
    }
    new_order order;
    order.id = message.order;
    order.account = options_.makers;
    order.side = message.side;
    order.tif = time_in_force::good_till_cancelled;
    order.price = message.price;
    order.quantity = message.lots;
    step.commands.emplace_back(order);
    return std::nullopt;
}

std::optional<error> flow_driver::change(const flow_message& message, flow_step& step) {
    const auto found = resting_.find(message.order.value);
    if (found == resting_.end()) {
        return fault(message, "is changed, but does not rest");
    }
    detail::resting_flow_order& order = found->second;
    order.total = order.total - order.remaining + message.lots;
    order.remaining = message.lots;
    order.price = message.price;
    step.commands.emplace_back(replace_order{.id = message.order,
                                             .account = options_.makers,
                                             .set_price = true,
                                             .set_quantity = true,
                                             .price = order.price,
                                             .quantity = order.total});
    return std::nullopt;
}

std::optional<error> flow_driver::reduce(const flow_message& message, flow_step& step) {
    const auto found = resting_.find(message.order.value);
    if (found == resting_.end() || found->second.remaining < message.lots) {
        return fault(message, "loses more than rests of it");
    }
    detail::resting_flow_order& order = found->second;
    order.remaining -= message.lots;
    order.total -= message.lots;
    if (order.remaining.lots == 0) {
        resting_.erase(found);
        step.commands.emplace_back(cancel_order{message.order, options_.makers});
    } else {
        step.commands.emplace_back(replace_order{.id = message.order,
                                                 .account = options_.makers,
                                                 .set_quantity = true,
                                                 .quantity = order.total});
    }
    return std::nullopt;
}

error flow_driver::fault(const flow_message& message, std::string_view sentence) const {
    return {errc::malformed, options_.file + ": line " + std::to_string(message.line) + ": order " +
                                 std::to_string(message.order.value) + " " + std::string(sentence)};
}

// --- What a book shows ----------------------------------------------------------------------------

namespace {

bool same_levels(std::span<const book_level> expected, std::span<const book_level> got,
                 bool has_orders) {
    return std::equal(expected.begin(), expected.end(), got.begin(), got.end(),
                      [has_orders](const book_level& a, const book_level& b) {
                          return a.price == b.price && a.lots == b.lots &&
                                 (!has_orders || a.orders == b.orders);
                      });
}

}  // namespace

bool shows(const depth_row& row, std::span<const book_level> bids,
           std::span<const book_level> asks) {
    return same_levels(row.bids, bids, row.has_orders) &&
           same_levels(row.asks, asks, row.has_orders);
}

}  // namespace bourse
