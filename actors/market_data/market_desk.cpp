#include "actors/market_data/market_desk.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace bourse {
namespace {

std::span<const level_line> first_of(const std::vector<level_line>& levels, std::uint32_t depth) {
    return std::span(levels).first(std::min<std::size_t>(levels.size(), depth));
}

/// What has changed from `before` to `now`, both the best first: levels that are gone with no lots.
std::vector<level_line> changes(std::span<const level_line> before, std::span<const level_line> now,
                                bool is_bid) {
    std::vector<level_line> all;
    const auto is_better = [is_bid](price one, price other) {
        return is_bid ? other < one : one < other;
    };
    std::size_t b = 0;
    std::size_t n = 0;
    while (b < before.size() || n < now.size()) {
        if (n == now.size() || (b < before.size() && is_better(before[b].price, now[n].price))) {
            all.push_back({before[b++].price, {}, 0});
        } else if (b == before.size() || is_better(now[n].price, before[b].price)) {
            all.push_back(now[n++]);
        } else {
            if (before[b] != now[n]) {
                all.push_back(now[n]);
            }
            ++b;
            ++n;
        }
    }
    return all;
}

}  // namespace

market_effects market_desk::take() {
    return std::exchange(out_, {});
}

/// Says what is wanted of a symbol, if that is another than before, or all of it.
void market_desk::wish_anew(symbol_readers& of, bool wants_whole) {
    market_wish wish{of.wish.symbol, 0, false};
    for (const auto& [who, each] : of.readers) {
        wish.depth = std::max(wish.depth, each.depth);
        wish.with_orders = wish.with_orders || each.feed == market_feed::orders;
    }
    const bool is_other = wish.depth != of.wish.depth || wish.with_orders != of.wish.with_orders;
    of.wish = wish;
    if (is_other || wants_whole) {
        out_.watches.push_back({wish, wants_whole});
    }
}

void market_desk::subscribe(market_reader_id who, const subscribe_market& what) {
    if (symbols_of_.contains(who)) {
        out_.pushes.push_back(
            {who, request_refused{request_refused::kind::malformed,
                                  "there is a subscription of this number already", 0}});
        return;
    }
    symbols_of_[who] = what.symbol;
    symbol_readers& of = symbols_[what.symbol];
    of.wish.symbol = what.symbol;
    if (of.readers.empty()) {
        of.wish.depth = 0;
    }
    reader& made = of.readers[who];
    made.feed = what.feed;
    made.depth = what.feed == market_feed::depth ? what.depth : 1;
    wish_anew(of, true);
}

void market_desk::unsubscribe(market_reader_id who) {
    const auto found = symbols_of_.find(who);
    if (found == symbols_of_.end()) {
        return;
    }
    symbol_readers& of = symbols_.at(found->second);
    of.readers.erase(who);
    wish_anew(of, false);
    if (of.readers.empty()) {
        symbols_.erase(found->second);
    }
    symbols_of_.erase(found);
}

void market_desk::close(std::uint64_t session) {
    for (auto next = symbols_of_.lower_bound({session, 0});
         next != symbols_of_.end() && next->first.session == session;
         next = symbols_of_.lower_bound({session, 0})) {
        unsubscribe(next->first);
    }
}

void market_desk::grant(market_reader_id who, std::uint32_t pushes) {
    const auto found = symbols_of_.find(who);
    if (found == symbols_of_.end()) {
        return;
    }
    symbol_readers& of = symbols_.at(found->second);
    reader& its = of.readers.at(who);
    const bool had_none = its.credit == 0;
    its.credit = std::min(max_credit, its.credit + std::min(pushes, max_credit));
    if (had_none && its.credit > 0 && its.is_behind) {
        wish_anew(of, true);
    }
}

void market_desk::missing(symbol_id symbol) {
    const auto found = symbols_.find(symbol);
    if (found == symbols_.end()) {
        return;
    }
    for (const auto& [who, each] : found->second.readers) {
        out_.pushes.push_back(
            {who,
             request_refused{request_refused::kind::not_found,
                             "there is no book of symbol " + std::to_string(symbol.value), 0}});
        symbols_of_.erase(who);
    }
    out_.watches.push_back({{symbol, 0, false}, false});
    symbols_.erase(found);
}

void market_desk::changed(const market_change& change) {
    const auto found = symbols_.find(change.symbol);
    if (found == symbols_.end()) {
        return;
    }
    for (auto& [who, each] : found->second.readers) {
        const bool wants_whole = !each.is_begun || each.is_behind;
        if (!change.is_whole) {
            if (!wants_whole) {
                tell(who, each, change);
            }
        } else if (wants_whole && each.credit > 0 && each.is_served_by(change)) {
            tell_whole(who, each, change);
        }
    }
}

void market_desk::tell_whole(market_reader_id who, reader& to, const market_change& change) {
    if (!to.is_begun) {
        out_.pushes.push_back({who, subscribed{}});
    }
    const auto bids = first_of(change.bids, to.depth);
    const auto asks = first_of(change.asks, to.depth);
    market_push push{.symbol = change.symbol,
                     .feed = to.feed,
                     .is_snapshot = true,
                     .was_conflated = to.is_behind,
                     .previous = to.number,
                     .number = change.number,
                     .state = change.state,
                     .at = change.at,
                     .bids = {},
                     .asks = {},
                     .trades = {},
                     .orders = {}};
    to.bids.assign(bids.begin(), bids.end());
    to.asks.assign(asks.begin(), asks.end());
    if (to.feed == market_feed::top || to.feed == market_feed::depth) {
        push.bids = to.bids;
        push.asks = to.asks;
    } else if (to.feed == market_feed::orders) {
        push.orders = change.orders;
    }
    to.is_begun = true;
    to.is_behind = false;
    to.number = change.number;
    to.state = change.state;
    --to.credit;
    out_.pushes.push_back({who, std::move(push)});
}

void market_desk::tell(market_reader_id who, reader& to, const market_change& change) {
    const bool has_levels = to.feed == market_feed::top || to.feed == market_feed::depth;
    const auto bids = first_of(change.bids, to.depth);
    const auto asks = first_of(change.asks, to.depth);
    market_push push{.symbol = change.symbol,
                     .feed = to.feed,
                     .is_snapshot = false,
                     .was_conflated = false,
                     .previous = to.number,
                     .number = change.number,
                     .state = change.state,
                     .at = change.at,
                     .bids = {},
                     .asks = {},
                     .trades = {},
                     .orders = {}};
    if (has_levels) {
        push.bids = changes(to.bids, bids, true);
        push.asks = changes(to.asks, asks, false);
    }
    if (to.feed == market_feed::trades) {
        push.trades = change.trades;
    } else if (to.feed == market_feed::top && !change.trades.empty()) {
        push.trades.push_back(change.trades.back());
    }
    if (to.feed == market_feed::orders) {
        push.orders = change.orders;
    }
    if (push.bids.empty() && push.asks.empty() && push.trades.empty() && push.orders.empty() &&
        change.state == to.state) {
        return;
    }
    if (to.credit == 0) {
        to.is_behind = true;
        return;
    }
    if (has_levels) {
        to.bids.assign(bids.begin(), bids.end());
        to.asks.assign(asks.begin(), asks.end());
    }
    to.number = change.number;
    to.state = change.state;
    --to.credit;
    out_.pushes.push_back({who, std::move(push)});
}

}  // namespace bourse
