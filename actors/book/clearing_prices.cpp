#include "actors/book/clearing_prices.hpp"

#include <algorithm>
#include <bit>

#include "messages/numbers.hpp"

namespace bourse {

namespace {

[[nodiscard]] wide_int distance(std::int64_t a, std::int64_t b) noexcept {
    const wide_int difference = wide_int{a} - b;
    return difference < 0 ? -difference : difference;
}

/// True if `a` is to be chosen rather than `b` (8.3).
[[nodiscard]] bool is_better(const clearing& a, const clearing& b,
                             const std::optional<std::int64_t>& reference) noexcept {
    const std::int64_t volume_a = std::min(a.demand, a.supply);
    const std::int64_t volume_b = std::min(b.demand, b.supply);
    if (volume_a != volume_b) {
        return volume_a > volume_b;
    }
    const wide_int left_a = distance(a.demand, a.supply);
    const wide_int left_b = distance(b.demand, b.supply);
    if (left_a != left_b) {
        return left_a < left_b;
    }
    if (reference) {
        const wide_int far_a = distance(a.price_ticks, *reference);
        const wide_int far_b = distance(b.price_ticks, *reference);
        if (far_a != far_b) {
            return far_a < far_b;
        }
    }
    return a.price_ticks < b.price_ticks;
}

}  // namespace

clearing_prices::clearing_prices(std::vector<clearing> prices) {
    std::sort(prices.begin(), prices.end(),
              [](const clearing& a, const clearing& b) { return a.price_ticks < b.price_ticks; });
    tree_.emplace_back();  // the first price is number one
    for (const clearing& each : prices) {
        if (prices_.empty() || prices_.back() != each.price_ticks) {
            prices_.push_back(each.price_ticks);
            tree_.emplace_back();
        }
        tree_.back().demand += each.demand;
        tree_.back().supply += each.supply;
        demand_ += each.demand;
    }
    for (std::size_t i = 1; i < tree_.size(); ++i) {
        const std::size_t parent = i + (i & (~i + 1));
        if (parent < tree_.size()) {
            tree_[parent].demand += tree_[i].demand;
            tree_[parent].supply += tree_[i].supply;
        }
    }
}

void clearing_prices::take(side which, std::int64_t price_ticks, std::int64_t lots) noexcept {
    const std::size_t below = count_below(price_ticks);
    if (below == prices_.size() || prices_[below] != price_ticks) {
        return;
    }
    demand_ -= which == side::buy ? lots : 0;
    for (std::size_t i = below + 1; i < tree_.size(); i += i & (~i + 1)) {
        (which == side::buy ? tree_[i].demand : tree_[i].supply) -= lots;
    }
}

std::optional<clearing> clearing_prices::choose(std::optional<std::int64_t> reference,
                                                bool reference_on_tick) const {
    std::optional<clearing> best;
    const auto consider = [&](const clearing& each) {
        if (std::min(each.demand, each.supply) > 0 &&
            (!best || is_better(each, *best, reference))) {
            best = each;
        }
    };
    // Up to the crossing the lots from below, of both sides, are at most all demand.
    const std::size_t crossing = count_within(demand_);
    // From there down: the last price that has orders is the one at which the sum came to what it is.
    std::size_t upto = crossing;
    for (int i = 0; i < 2 && sum(upto).both() > 0; ++i) {
        const std::size_t below = count_within(sum(upto).both() - 1);
        consider(at(prices_[below], below, below + 1));
        upto = below;
    }
    // From there up: the next price that has orders is the one at which the sum exceeds what it was.
    upto = crossing;
    for (int i = 0; i < 3; ++i) {
        const std::size_t below = count_within(sum(upto).both());
        if (below == prices_.size()) {
            break;
        }
        consider(at(prices_[below], below, below + 1));
        upto = below + 1;
    }
    if (reference && reference_on_tick) {
        const std::size_t below = count_below(*reference);
        const bool is_listed = below < prices_.size() && prices_[below] == *reference;
        consider(at(*reference, below, below + (is_listed ? 1 : 0)));
    }
    return best;
}

clearing clearing_prices::at(std::int64_t price_ticks, std::size_t below,
                             std::size_t upto) const noexcept {
    return {price_ticks, demand_ - sum(below).demand, sum(upto).supply};
}

std::size_t clearing_prices::count_below(std::int64_t price_ticks) const noexcept {
    return static_cast<std::size_t>(std::lower_bound(prices_.begin(), prices_.end(), price_ticks) -
                                    prices_.begin());
}

clearing_prices::sums clearing_prices::sum(std::size_t count) const noexcept {
    sums all;
    for (; count != 0; count &= count - 1) {
        all.demand += tree_[count].demand;
        all.supply += tree_[count].supply;
    }
    return all;
}

std::size_t clearing_prices::count_within(std::int64_t lots) const noexcept {
    std::size_t count = 0;
    for (std::size_t step = std::bit_floor(prices_.size()); step != 0; step /= 2) {
        if (count + step < tree_.size() && tree_[count + step].both() <= lots) {
            count += step;
            lots -= tree_[count].both();
        }
    }
    return count;
}

}  // namespace bourse
