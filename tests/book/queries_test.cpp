// RULES.md 12.5 and 12.6: statistics and queries, after every kind of change.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

TEST_CASE("12.5 statistics tell trades, lots, turnover, first, high, low and last") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.sell(2, 5, at(-3));
    book.enter(buy(3, 7, at(10)));
    book.buy(4, 4, at(4));
    book.sell(5, 4, at(4));
    const book_statistics expected{.trades = 3,
                                   .lots = 11,
                                   .turnover = 5 * -3 + 2 * 10 + 4 * 4,
                                   .first = at(-3),
                                   .high = at(10),
                                   .low = at(-3),
                                   .last = at(4)};
    CHECK(book.book.statistics() == expected);
    book.forget();
}

TEST_CASE("12.5 lots and turnover stay at the limits of their bits, and the book can be saved") {
    constexpr std::int64_t highest_price = std::numeric_limits<std::int64_t>::max();
    constexpr wide_int highest = (((wide_int{1} << 126) - 1) << 1) + 1;
    for (const bool up : {true, false}) {
        book_rows rows = order_book(instrument{}).save();
        rows.book.statistics = {.trades = 1,
                                .lots = std::numeric_limits<std::uint64_t>::max() - 1,
                                .turnover = up ? highest - 1 : -highest,
                                .first = {},
                                .high = {},
                                .low = {},
                                .last = {}};
        auto book = order_book::restore(rows);
        REQUIRE(book.has_value());
        event_buffer out;
        const price where = at(up ? highest_price : -highest_price);
        book->submit(sell(1, 2, where), out);
        book->submit(buy(2, 2, where), out);
        CHECK(book->statistics().lots == std::numeric_limits<std::uint64_t>::max());
        CHECK((book->statistics().turnover == (up ? highest : -highest - 1)));
        const book_rows after = book->save();
        book->compact();
        CHECK(book->save() == after);
    }
}

TEST_CASE("12.5 the turnover is exact in 128 bits") {
    book_fixture book;
    for (std::uint64_t i = 0; i < 4; ++i) {
        book.sell(2 * i + 1, max_order_lots.lots, at(INT64_MAX));
        book.buy(2 * i + 2, max_order_lots.lots, at(INT64_MAX));
    }
    const wide_int expected = wide_int{INT64_MAX} * max_order_lots.lots * 4;
    CHECK((book.book.statistics().turnover == expected));
    CHECK(book.book.statistics().lots == 4 * static_cast<std::uint64_t>(max_order_lots.lots));
    book.forget();
}

TEST_CASE("12.5 when the statistics begin anew the last price stays") {
    book_fixture book;
    book.trade_at(at(10));
    book.go(market_state::closed);
    book.go(market_state::pre_open);
    CHECK(book.book.statistics() == book_statistics{});
    CHECK(book.book.last_price() == at(10));
    book.forget();
}

TEST_CASE("12.6 best and depth follow every kind of change") {
    book_fixture book;
    CHECK_FALSE(book.book.best(side::buy).has_value());
    book.buy(1, 5, at(10));
    book.buy(2, 7, at(10));
    book.buy(3, 1, at(12));
    book.enter(buy(4, 30, at(-5)).showing(10));
    CHECK(book.bids() == "1@12x1 12@10x2 10@-5x1");
    CHECK(book.book.best(side::buy) == book_level{at(12), {1}, 1});
    book.cancel(3);
    CHECK(book.book.best(side::buy) == book_level{at(10), {12}, 2});
    book.resize(2, 3);
    CHECK(book.bids() == "8@10x2 10@-5x1");
    book.reprice(1, at(11));
    CHECK(book.bids() == "5@11x1 3@10x1 10@-5x1");
    book.sell(5, 6, at(10));
    CHECK(book.bids() == "2@10x1 10@-5x1");
    CHECK(book.asks().empty());
    book.enter(sell(6, 9, at(-5)).ioc());
    CHECK(book.bids() == "3@-5x1");
    book.enter(buy(7, 5, at(10)).all_or_none());
    CHECK(book.bids() == "3@-5x1");
    book.cancel_all();
    CHECK(book.bids().empty());
    book.forget();
}

TEST_CASE("12.6 depth fills no more levels than there is room for, and tells how many") {
    book_fixture book;
    for (std::uint64_t i = 1; i <= 5; ++i) {
        book.sell(i, 1, at(static_cast<std::int64_t>(i) * 100));
    }
    std::array<book_level, 3> levels;
    CHECK(book.book.depth(side::sell, levels) == 3);
    CHECK(levels[2] == book_level{at(300), {1}, 1});
    CHECK(book.book.depth(side::sell, {}) == 0);
    CHECK(book.book.depth(side::buy, levels) == 0);
    book.forget();
}

TEST_CASE("12.6 find tells all of an order's standing") {
    book_fixture book;
    book.enter(sell(8, 30, at(10))
                   .account(7)
                   .trade_group(3)
                   .showing(10)
                   .until(500)
                   .preventing(self_trade_prevention::cancel_both));
    book.enter(buy(9, 4, at(10)));
    const order_row expected{.id = {8},
                             .account = {7},
                             .trade_group = {3},
                             .side = side::sell,
                             .type = order_type::limit,
                             .tif = time_in_force::good_till_date,
                             .self_trade = self_trade_prevention::cancel_both,
                             .place = order_place::queue,
                             .priority = 1,
                             .price = at(10),
                             .remaining = {26},
                             .filled = {4},
                             .shown = {6},
                             .display = {10},
                             .expires_at = {500}};
    CHECK(book.row(8) == expected);
    CHECK_FALSE(book.book.find({9}).has_value());
    CHECK_FALSE(book.book.find({0}).has_value());
    book.forget();
}

TEST_CASE("12.6 the place in the queue counts orders and shown lots ahead, in queues only") {
    book_fixture book;
    book.enter(sell(1, 30, at(10)).showing(10));
    book.sell(2, 5, at(10));
    book.sell(3, 7, at(10));
    book.sell(4, 7, at(9));
    book.enter(sell(5, 7, at(9)).all_or_none());
    CHECK(book.book.position({1}) == queue_position{0, {0}});
    CHECK(book.book.position({3}) == queue_position{2, {15}});
    CHECK(book.book.position({4}) == queue_position{0, {0}});
    CHECK_FALSE(book.book.position({5}).has_value());
    CHECK_FALSE(book.book.position({99}).has_value());
    book.cancel(2);
    CHECK(book.book.position({3}) == queue_position{1, {10}});
    book.cancel(4);
    book.cancel(5);
    book.enter(buy(6, 12, at(10)));
    CHECK(book.book.position({3}) == queue_position{0, {0}});
    CHECK(book.book.position({1}) == queue_position{1, {5}});
    book.forget();
}
