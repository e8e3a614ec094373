// hostile MODE N: commands that somebody might choose to make a book slow, so that `scale_test` and
// `keys_test` can count what they cost under callgrind. Only what the mode names is counted.

#include <valgrind/callgrind.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "actors/book/order_book.hpp"
#include "runtime/bench/random_source.hpp"
#include "tests/support/book_fixture.hpp"

namespace {

using namespace bourse;

void must_hold(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "hostile: %s\n", what);
        std::exit(1);
    }
}

/// A book, and what it answered last.
class hostile_book {
public:
    explicit hostile_book(market_state state = market_state::open) : book_(instrument{}, state) {}

    void enter(const new_order& order) {
        events_.clear();
        book_.submit(order, events_);
        must_hold(events_.events().front().kind == event_kind::accepted, "an order was refused");
    }
    void cancel(std::uint64_t id) {
        events_.clear();
        book_.cancel({.id = {id}, .account = {}}, events_);
        must_hold(events_.events().front().kind == event_kind::cancelled, "a cancel was refused");
    }
    void open() {
        events_.clear();
        book_.change_state({.state = market_state::open}, events_);
    }
    [[nodiscard]] std::size_t count(event_kind kind) const {
        std::size_t count = 0;
        for (const event& each : events_.events()) {
            count += each.kind == kind ? 1U : 0U;
        }
        return count;
    }
    [[nodiscard]] std::size_t size() const { return book_.size(); }

private:
    order_book book_;
    event_buffer events_{1U << 20U};
};

/// An uncrossing that chooses a price `count` times: of every pair of buys the first trades a single
/// lot, and takes away the second, of which there seemed to be enough.
void uncross(std::uint32_t count) {
    hostile_book book(market_state::pre_open);
    book.enter(sell(1, count + 1, at(1)).account(1));
    for (std::uint32_t i = 0; i < count; ++i) {
        const price bid = at(std::int64_t{1'000} + count - i);
        const std::uint64_t id = 10 + 2 * std::uint64_t{i};
        book.enter(buy(id, 1, bid).account(2).in_group(i + 1, group_role::one_cancels_other, 2));
        book.enter(buy(id + 1, count - i, bid)
                       .account(2)
                       .in_group(i + 1, group_role::one_cancels_other, 2));
    }
    CALLGRIND_START_INSTRUMENTATION;
    book.open();
    CALLGRIND_STOP_INSTRUMENTATION;
    must_hold(book.count(event_kind::uncrossed) == count, "not so many prices");
}

constexpr std::uint32_t hidden_orders = 500;

enum class why_not : std::uint8_t { own_lots, own_order_first, too_few };

/// 500 all-or-none orders that fail their trial among `count` resting orders, each of them for the
/// reason given; and 1,000 commands of others at the best price.
void retry(std::uint32_t count, why_not reason) {
    hostile_book book;
    const std::uint32_t owner = 7;
    const auto lots = std::int64_t{count};
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::int64_t price_ticks = reason == why_not::too_few ? 1'000 + i : 1'000;
        book.enter(
            sell(i + 1, 1, at(price_ticks)).account(reason == why_not::own_lots ? owner : 8));
    }
    const std::int64_t worst = 2'000 + lots;
    std::uint64_t id = count + 1;
    if (reason == why_not::own_order_first) {
        book.enter(sell(id++, 1, at(1'001)).account(owner));
        book.enter(sell(id++, lots, at(1'002)).account(8));
    }
    const std::int64_t wanted = reason == why_not::own_lots ? lots : lots + 100;
    for (std::uint32_t i = 0; i < hidden_orders; ++i) {
        book.enter(buy(id++, wanted, at(worst))
                       .account(owner)
                       .all_or_none()
                       .preventing(reason == why_not::own_order_first
                                       ? self_trade_prevention::cancel_newest
                                       : self_trade_prevention::cancel_oldest));
    }
    const std::size_t before = book.size();
    CALLGRIND_START_INSTRUMENTATION;
    for (std::uint32_t i = 0; i < 500; ++i) {
        book.enter(sell(id, 1, at(1'000)).account(9));
        book.cancel(id++);
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    must_hold(book.size() == before, "something traded");
}

/// One order that trades `count` times, past a twentieth as many all-or-none orders that are too large
/// for it.
void pass_over(std::uint32_t count) {
    hostile_book book;
    std::uint64_t id = 1;
    for (std::uint32_t i = 0; i < count / 20; ++i) {
        book.enter(sell(id++, 2 * std::int64_t{count}, at(999)).all_or_none());
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        book.enter(sell(id++, 1, at(1'000)));
    }
    CALLGRIND_START_INSTRUMENTATION;
    book.enter(buy(id, count, at(1'000)));
    CALLGRIND_STOP_INSTRUMENTATION;
    must_hold(book.size() == count / 20, "not all was traded");
}

// --- Chosen keys ----------------------------------------------------------------------------------

/// The `i`-th number of a family that somebody might hope falls together in a table of hashes.
std::uint64_t chosen(std::string_view family, std::uint32_t i, random_source& random) {
    const auto number = std::uint64_t{i} + 1;
    const auto reversed = [](std::uint64_t from) {
        std::uint64_t all = 0;
        for (int bit = 0; bit < 64; ++bit) {
            all = (all << 1U) | ((from >> bit) & 1U);
        }
        return all;
    };
    // What times the multiplier of Fibonacci hashing gives 1: its multiples are hashed to small numbers.
    constexpr std::uint64_t inverse = 0xF1DE83E19937733DU;
    static_assert(inverse * 0x9E3779B97F4A7C15U == 1);
    if (family == "random") {
        return random.next();
    }
    if (family == "multiples-of-2^20") {
        return number << 20U;
    }
    if (family == "multiples-of-2^44") {
        return number << 44U;
    }
    if (family == "thousands") {
        return number * 1'000;
    }
    if (family == "same-high-bits") {
        return (std::uint64_t{0x5A5A'5A5A} << 32U) | (number << 8U);
    }
    if (family == "bit-reversed") {
        return reversed(number);
    }
    if (family == "against-the-multiplier") {
        return number * inverse << 4U;
    }
    if (family == "both-ends") {
        return (number << 52U) | (number >> 4U << 4U);
    }
    must_hold(false, "no such family");
    return 0;
}

/// `count` orders of the family's numbers as ids or as prices; then all of them cancelled.
void keys(std::uint32_t count, std::string_view family, bool as_prices) {
    hostile_book book;
    random_source random{1};
    std::vector<new_order> orders;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t key = chosen(family, i, random);
        orders.push_back(as_prices ? buy(i + 1, 1, at(static_cast<std::int64_t>(key)))
                                   : buy(key, 1, at(1'000)));
    }
    CALLGRIND_START_INSTRUMENTATION;
    for (const new_order& each : orders) {
        book.enter(each);
    }
    for (const new_order& each : orders) {
        book.cancel(each.id.value);
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    must_hold(book.size() == 0, "orders are left");
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view mode = argc == 3 ? argv[1] : "";
    const std::string_view size = argc == 3 ? argv[2] : "";
    std::uint32_t count = 0;
    std::from_chars(size.data(), size.data() + size.size(), count);
    if (count == 0 || count > 1'000'000) {
        std::fprintf(stderr, "usage: hostile MODE N, with N up to 1,000,000\n");
        return 2;
    }
    if (mode == "uncross") {
        uncross(count);
    } else if (mode == "retry-own") {
        retry(count, why_not::own_lots);
    } else if (mode == "retry-behind-own") {
        retry(count, why_not::own_order_first);
    } else if (mode == "retry-too-few") {
        retry(count, why_not::too_few);
    } else if (mode == "pass-over") {
        pass_over(count);
    } else if (mode.starts_with("ids-")) {
        keys(count, mode.substr(4), false);
    } else if (mode.starts_with("prices-")) {
        keys(count, mode.substr(7), true);
    } else {
        std::fprintf(stderr, "hostile: no mode %s\n", argv[1]);
        return 2;
    }
    return 0;
}
