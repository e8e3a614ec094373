#include "actors/sinks/history/history_batch.hpp"

#include <algorithm>
#include <utility>

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

// --- Where orders are -------------------------------------------------------------------------------

std::uint32_t order_places::find_or_put(std::uint64_t id, std::uint32_t next) {
    if (entries_.size() <= 2 * count_) {
        grow();
    }
    entry& found = entries_[locate(id)];
    if (found.id == 0) {
        found = {id, next};
        ++count_;
    }
    return found.place;
}

void order_places::clear() {
    std::ranges::fill(entries_, entry{});
    count_ = 0;
}

std::size_t order_places::home(std::uint64_t id) const noexcept {
    // Ids are given out one after the other by the shard, so nobody can choose some that collide.
    return (id * 0x9E37'79B9'7F4A'7C15U) >> 32U & (entries_.size() - 1);
}

void order_places::ask_for(std::uint64_t id) const noexcept {
    if (!entries_.empty()) {
        __builtin_prefetch(&entries_[home(id)]);
    }
}

std::size_t order_places::locate(std::uint64_t id) const noexcept {
    const std::size_t mask = entries_.size() - 1;
    std::size_t at = home(id);
    while (entries_[at].id != id && entries_[at].id != 0) {
        at = (at + 1) & mask;
    }
    return at;
}

void order_places::grow() {
    constexpr std::size_t first_size = 1'024;
    const std::vector<entry> before =
        std::exchange(entries_, std::vector<entry>(std::max(first_size, entries_.size() * 2)));
    for (const entry& each : before) {
        if (each.id != 0) {
            entries_[locate(each.id)] = each;
        }
    }
}

// --- The batch --------------------------------------------------------------------------------------

void history_batch::take(shard_id shard, const entry_events_view& entry, timestamp at) {
    constexpr std::size_t ahead = 8;
    for (std::size_t i = 0; i < entry.reports.size(); ++i) {
        const report& each = entry.reports[i];
        if (i + ahead < entry.reports.size()) {
            places_.ask_for(entry.reports[i + ahead].what.order.value);
        }
        if (each.what.order != order_id{} && says_standing(each.what.kind)) {
            take_report(each, at);
        }
    }
    half_.clear();
    std::vector<history_trade>& trades = trades_[shard];
    const std::size_t before = trades.size();
    for (const event& each : entry.events) {
        if (each.kind == event_kind::fill) {
            take_fill(trades, each, at);
        }
    }
    trade_count_ += trades.size() - before;
}

void history_batch::take_report(const report& told, timestamp at) {
    const event& what = told.what;
    const std::uint32_t place =
        places_.find_or_put(what.order.value, static_cast<std::uint32_t>(orders_.size()));
    if (place == orders_.size()) {
        orders_.push_back({.id = what.order,
                           .account = what.account,
                           .symbol = what.symbol,
                           .side = what.side,
                           .limit = {},
                           .lots = {},
                           .client = {},
                           .at = at});
    }
    order_change& order = orders_[place];
    const bool begins = what.kind == event_kind::accepted || what.kind == event_kind::rejected;
    order.is_new = order.is_new || begins;
    if (begins || what.kind == event_kind::replaced) {
        order.limit = what.price;
        order.lots = what.lots;
    }
    if (told.client.is_remembered()) {
        order.client = told.client;
    }
    order.filled = what.filled;
    order.remaining = what.remaining;
    order.open = !what.is_final();
    order.why = what.reason;
    order.changed = at;
}

// Two fills a trade, the resting order first.
void history_batch::take_fill(std::vector<history_trade>& into, const event& fill, timestamp at) {
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
    into.push_back({.number = {fill.number},
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

std::vector<order_change*> history_batch::orders() {
    std::vector<std::pair<std::uint64_t, order_change*>> by_id;
    by_id.reserve(orders_.size());
    for (order_change& each : orders_) {
        by_id.emplace_back(each.id.value, &each);
    }
    std::ranges::sort(by_id, {}, &std::pair<std::uint64_t, order_change*>::first);
    std::vector<order_change*> sorted;
    sorted.reserve(by_id.size());
    for (const auto& each : by_id) {
        sorted.push_back(each.second);
    }
    return sorted;
}

void history_batch::clear() {
    orders_.clear();
    places_.clear();
    for (auto& each : trades_) {
        each.second.clear();
    }
    trade_count_ = 0;
}

}  // namespace bourse
