// Call auctions (RULES.md 8).
#include <algorithm>
#include <utility>
#include <vector>

#include "actors/book/book_machine.hpp"
#include "actors/book/event_records.hpp"

namespace bourse {

// All that takes part in an auction at a price where it may clear.
clearing_prices order_book::machine::crossed_prices() const {
    std::vector<clearing> prices;
    const auto total = [](const price_ladder& book, slot level) {
        return book[level].shown_lots + book.reserve_lots(level);
    };
    if (!bids().empty() && !asks().empty()) {
        const std::int64_t low = asks().best_price();
        const std::int64_t high = bids().best_price();
        for (slot at = bids().best(); at != no_slot && bids()[at].price_ticks >= low;
             at = bids().worse(at)) {
            prices.push_back({bids()[at].price_ticks, total(bids(), at), 0});
        }
        for (slot at = asks().best(); at != no_slot && asks()[at].price_ticks <= high;
             at = asks().worse(at)) {
            prices.push_back({asks()[at].price_ticks, 0, total(asks(), at)});
        }
    }
    return clearing_prices(std::move(prices));
}

std::optional<clearing> order_book::machine::choose(const clearing_prices& prices) const {
    std::optional<std::int64_t> reference;
    if (row_.has_reference_price || row_.has_last_price) {
        reference = (row_.has_reference_price ? row_.reference_price : row_.last_price).ticks;
    }
    return prices.choose(reference, reference && on_tick(*reference));
}

std::optional<indicative_auction> order_book::machine::auction_price() const {
    const auto chosen = choose(crossed_prices());
    if (!chosen) {
        return std::nullopt;
    }
    return indicative_auction{{chosen->price_ticks},
                              {std::min(chosen->demand, chosen->supply)},
                              chosen->demand - chosen->supply};
}

// 8.5.
void order_book::machine::uncross(event_buffer& out) {
    std::optional<price> last;
    clearing_prices prices = crossed_prices();
    clearing_ = &prices;
    while (const auto found = choose(prices)) {
        const std::int64_t at = found->price_ticks;
        const std::uint64_t first = row_.next_trade;
        std::int64_t lots = 0;
        while (bids().reached_by(at) && asks().reached_by(at)) {
            lots += trade_in_auction(at, out);
        }
        out.append({.kind = event_kind::uncrossed,
                    .number = row_.next_trade - first,
                    .price = {at},
                    .lots = {lots},
                    .symbol = row_.rules.symbol});
        prints_.push_back(at);
        last = price{at};
    }
    clearing_ = nullptr;
    if (last) {
        // Nobody can see before what an iceberg shows meanwhile.
        show_icebergs_anew();
        row_.reference_price = *last;
        row_.has_reference_price = true;
        begin_command();
    }
}

std::int64_t order_book::machine::trade_in_auction(std::int64_t price_ticks, event_buffer& out) {
    const slot buyer = bids()[bids().best()].head;
    const slot seller = asks()[asks().best()].head;
    const std::int64_t lots = std::min(orders_[buyer].remaining, orders_[seller].remaining);
    take_in_auction(buyer, lots);
    take_in_auction(seller, lots);
    count_trades(1, price_ticks, lots);
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
    return lots;
}

// In an auction all of an iceberg trades; what it shows is seen to when the auction has ended.
void order_book::machine::take_in_auction(slot at, std::int64_t lots) noexcept {
    touch(at);
    order_node& node = orders_[at];
    node.filled += lots;
    shrink(at, lots);
    clearing_->take(node.which, node.price, lots);
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
        if (more == 0) {
            continue;
        }
        touch(terms.order);
        price_ladder& book = ladder(node.which);
        terms.shown += more;
        book[node.level].shown_lots += more;
        book.reserve_lots(node.level) -= more;
    }
}

}  // namespace bourse
