// Call auctions (RULES.md 8).
#include <algorithm>
#include <vector>

#include "actors/book/book_machine.hpp"
#include "actors/book/event_records.hpp"

namespace bourse {

namespace {

/// A price at which the auction may clear, with what would trade there.
struct clearing {
    std::int64_t price_ticks;
    std::int64_t demand;
    std::int64_t supply;

    [[nodiscard]] std::int64_t volume() const noexcept { return std::min(demand, supply); }
    [[nodiscard]] std::int64_t imbalance() const noexcept { return demand - supply; }
};

[[nodiscard]] wide_int distance(std::int64_t a, std::int64_t b) noexcept {
    const wide_int difference = wide_int{a} - b;
    return difference < 0 ? -difference : difference;
}

/// The better of two by 8.3, where `a` has the lower price.
[[nodiscard]] bool first_is_better(const clearing& a, const clearing& b,
                                   const std::optional<std::int64_t>& reference) noexcept {
    if (a.volume() != b.volume()) {
        return a.volume() > b.volume();
    }
    const wide_int left_a = distance(a.demand, a.supply);
    const wide_int left_b = distance(b.demand, b.supply);
    if (left_a != left_b) {
        return left_a < left_b;
    }
    return !reference || distance(a.price_ticks, *reference) <= distance(b.price_ticks, *reference);
}

}  // namespace

std::optional<indicative_auction> order_book::machine::auction_price() const {
    if (bids().empty() || asks().empty() || bids().best_price() < asks().best_price()) {
        return std::nullopt;
    }
    const std::int64_t low = asks().best_price();
    const std::int64_t high = bids().best_price();
    std::vector<clearing> prices;
    const auto total = [](const price_level& level) {
        return level.shown_lots + level.reserve_lots;
    };
    for (slot at = bids().best(); at != no_slot && bids()[at].price_ticks >= low;
         at = bids().worse(at)) {
        prices.push_back({bids()[at].price_ticks, total(bids()[at]), 0});
    }
    for (slot at = asks().best(); at != no_slot && asks()[at].price_ticks <= high;
         at = asks().worse(at)) {
        prices.push_back({asks()[at].price_ticks, 0, total(asks()[at])});
    }
    std::optional<std::int64_t> reference;
    if (row_.has_reference_price || row_.has_last_price) {
        reference = (row_.has_reference_price ? row_.reference_price : row_.last_price).ticks;
        if (*reference >= low && *reference <= high && on_tick(*reference)) {
            prices.push_back({*reference, 0, 0});
        }
    }
    std::sort(prices.begin(), prices.end(),
              [](const clearing& a, const clearing& b) { return a.price_ticks < b.price_ticks; });
    // Prices that stand twice are merged; then supply sums up from below, demand from above.
    std::size_t count = 0;
    for (const clearing& each : prices) {
        if (count != 0 && prices[count - 1].price_ticks == each.price_ticks) {
            prices[count - 1].demand += each.demand;
            prices[count - 1].supply += each.supply;
        } else {
            prices[count++] = each;
        }
    }
    prices.resize(count);
    for (std::size_t i = 1; i < count; ++i) {
        prices[i].supply += prices[i - 1].supply;
        prices[count - 1 - i].demand += prices[count - i].demand;
    }
    clearing chosen = prices.front();
    for (const clearing& each : prices) {
        chosen = first_is_better(chosen, each, reference) ? chosen : each;
    }
    return indicative_auction{{chosen.price_ticks}, {chosen.volume()}, chosen.imbalance()};
}

// 8.5.
void order_book::machine::uncross(event_buffer& out) {
    std::optional<price> last;
    while (const auto found = auction_price()) {
        const std::uint64_t first = row_.next_trade;
        const std::uint64_t lots = row_.statistics.lots;
        while (bids().reached_by(found->price.ticks) && asks().reached_by(found->price.ticks)) {
            trade_in_auction(found->price.ticks, out);
        }
        show_icebergs_anew();
        out.append({.kind = event_kind::uncrossed,
                    .number = row_.next_trade - first,
                    .price = found->price,
                    .lots = {static_cast<std::int64_t>(row_.statistics.lots - lots)},
                    .symbol = row_.rules.symbol});
        prints_.push_back(found->price.ticks);
        last = found->price;
    }
    if (last) {
        row_.reference_price = *last;
        row_.has_reference_price = true;
        begin_command();
    }
}

void order_book::machine::trade_in_auction(std::int64_t price_ticks, event_buffer& out) {
    const slot buyer = bids()[bids().best()].head;
    const slot seller = asks()[asks().best()].head;
    const std::int64_t lots = std::min(orders_[buyer].remaining, orders_[seller].remaining);
    take_in_auction(buyer, lots);
    take_in_auction(seller, lots);
    count_trade(price_ticks, lots);
    tell_fill(buyer, price_ticks, lots, event::in_auction, out);
    tell_fill(seller, price_ticks, lots, event::in_auction, out);
    ++row_.next_trade;
    for (const slot each : {buyer, seller}) {
        const bool ended = orders_[each].remaining == 0;
        if (ended) {
            leave_place(each);
        }
        if (orders_[each].terms != no_slot) {
            group_after_trade(each, out);
        }
        if (ended) {
            forget(each);
        }
    }
}

// In an auction all of an iceberg trades; what it shows is seen to when the auction has ended.
void order_book::machine::take_in_auction(slot at, std::int64_t lots) noexcept {
    order_node& node = orders_[at];
    node.filled += lots;
    shrink(at, lots);
}

// 6.8.
void order_book::machine::show_icebergs_anew() {
    for (slot at = 0; at < terms_.used(); ++at) {
        order_terms& terms = terms_[at];
        if (terms.order == no_slot || terms.display <= 0) {
            continue;
        }
        const order_node& node = orders_[terms.order];
        if (!node.in_queue() || node.terms != at) {
            continue;
        }
        const std::int64_t more = std::min(terms.display, node.remaining) - terms.shown;
        price_level& level = ladder(node.which)[node.level];
        terms.shown += more;
        level.shown_lots += more;
        level.reserve_lots -= more;
    }
}

}  // namespace bourse
