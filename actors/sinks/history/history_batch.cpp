#include "actors/sinks/history/history_batch.hpp"

#include <algorithm>

namespace bourse {

namespace {

/// Whether an event of this kind says how an order stands.
[[nodiscard]] bool says_standing(event_kind kind) noexcept {
    switch (kind) {
        case event_kind::accepted:
        case event_kind::rejected:
        case event_kind::replaced:
        case event_kind::fill:
        case event_kind::cancelled:
        case event_kind::reduced:
        case event_kind::triggered:
        case event_kind::activated:
        case event_kind::refilled:
            return true;
        default:
            return false;
    }
}

}  // namespace

void history_batch::take(const entry_events_view& entry, timestamp at) {
    for (const report& each : entry.reports) {
        if (each.what.order != order_id{} && says_standing(each.what.kind)) {
            take_report(each, at);
        }
    }
    half_.clear();
    for (const event& each : entry.events) {
        if (each.kind == event_kind::fill) {
            take_fill(each, at);
        }
    }
}

void history_batch::take_report(const report& told, timestamp at) {
    const event& what = told.what;
    const auto [found, is_first] = places_.try_emplace(what.order.value, orders_.size());
    if (is_first) {
        orders_.push_back({.id = what.order,
                           .account = what.account,
                           .symbol = what.symbol,
                           .side = what.side,
                           .limit = {},
                           .lots = {},
                           .client = {},
                           .at = at});
    }
    order_change& order = orders_[found->second];
    const bool begins = what.kind == event_kind::accepted || what.kind == event_kind::rejected;
    order.is_new = order.is_new || begins;
    if (begins || what.kind == event_kind::replaced) {
        order.limit = what.price;
        order.lots = what.lots;
    }
    if (!told.client.is_none()) {
        order.client = told.client;
    }
    order.filled = what.filled;
    order.remaining = what.remaining;
    order.open = !what.is_final();
    order.why = what.reason;
    order.changed = at;
}

// Two fills a trade, the resting order first.
void history_batch::take_fill(const event& fill, timestamp at) {
    const auto other = std::ranges::find_if(half_, [&](const event& each) {
        return each.symbol == fill.symbol && each.number == fill.number;
    });
    if (other == half_.end()) {
        half_.push_back(fill);
        return;
    }
    const bool buys = fill.side == side::buy;
    const event& buy = buys ? fill : *other;
    const event& sell = buys ? *other : fill;
    trades_.push_back({.number = {fill.number},
                       .symbol = fill.symbol,
                       .price = fill.price,
                       .lots = fill.lots,
                       .at = at,
                       .aggressor = (sell.flags & event::aggressor) != 0 ? side::sell : side::buy,
                       .buyer = buy.account,
                       .seller = sell.account,
                       .buy = buy.order,
                       .sell = sell.order});
    half_.erase(other);
}

const std::vector<order_change>& history_batch::orders() {
    std::ranges::sort(orders_, {}, &order_change::id);
    places_.clear();
    for (std::size_t i = 0; i < orders_.size(); ++i) {
        places_.emplace(orders_[i].id.value, i);
    }
    return orders_;
}

void history_batch::clear() {
    orders_.clear();
    places_.clear();
    trades_.clear();
}

}  // namespace bourse
