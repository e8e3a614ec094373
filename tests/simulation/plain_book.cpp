#include "tests/simulation/plain_book.hpp"

#include <algorithm>

namespace bourse {

bool plain_book::enter(std::uint64_t order, side which, std::int64_t price, std::int64_t lots,
                       std::vector<plain_fill>& fills) {
    for (const queue& each : sides_) {
        if (std::any_of(each.begin(), each.end(),
                        [&](const auto& r) { return r.order == order; })) {
            return false;
        }
    }
    queue& others = of(opposite(which));
    while (lots > 0 && !others.empty() && !is_better(which, others.back().price, price)) {
        resting& first = others.back();
        const std::int64_t traded = std::min(lots, first.lots);
        fills.push_back({first.order, first.price, traded});
        lots -= traded;
        first.lots -= traded;
        if (first.lots == 0) {
            others.pop_back();
        }
    }
    if (lots > 0) {
        queue& own = of(which);
        const auto behind = std::find_if(own.begin(), own.end(), [&](const resting& each) {
            return !is_better(which, price, each.price);
        });
        own.insert(behind, {order, price, lots});
    }
    return true;
}

bool plain_book::replace(std::uint64_t order, std::int64_t price, std::vector<plain_fill>& fills) {
    for (const side which : {side::buy, side::sell}) {
        for (const resting& each : of(which)) {
            if (each.order == order) {
                if (each.price == price) {
                    return true;
                }
                const std::int64_t lots = *take_away(order);
                return enter(order, which, price, lots, fills);
            }
        }
    }
    return false;
}

std::optional<std::int64_t> plain_book::take_away(std::uint64_t order) {
    for (queue& each : sides_) {
        const auto found =
            std::find_if(each.begin(), each.end(), [&](const auto& r) { return r.order == order; });
        if (found != each.end()) {
            const std::int64_t lots = found->lots;
            each.erase(found);
            return lots;
        }
    }
    return std::nullopt;
}

book_top plain_book::top() const {
    book_top seen;
    const auto add = [](const queue& from, std::int64_t& price, std::int64_t& lots) {
        price = from.empty() ? 0 : from.back().price;
        for (auto each = from.rbegin(); each != from.rend() && each->price == price; ++each) {
            lots += each->lots;
        }
    };
    add(sides_[0], seen.bid, seen.bid_lots);
    add(sides_[1], seen.ask, seen.ask_lots);
    return seen;
}

std::uint64_t plain_book::digest() const noexcept {
    std::uint64_t all = 0xcbf29ce484222325U;
    const auto add = [&](std::uint64_t value) {
        all = (all ^ value) * 0x9E3779B97F4A7C15U;
        all ^= all >> 32U;
    };
    for (const queue& each : sides_) {
        for (const resting& r : each) {
            add(r.order);
            add(static_cast<std::uint64_t>(r.price));
            add(static_cast<std::uint64_t>(r.lots));
        }
        add(each.size());
    }
    return all;
}

}  // namespace bourse
