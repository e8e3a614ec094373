// What is as large or as small as it may be.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

}  // namespace

TEST_CASE("a book that was full takes exactly as many again after they have left") {
    instrument rules;
    rules.max_orders = 100;
    book_fixture book(rules);
    for (int round = 0; round < 3; ++round) {
        for (std::uint64_t id = 1; id <= 100; ++id) {
            book.buy(id, 1, at(static_cast<std::int64_t>(id)));
        }
        CHECK(book.book.size() == 100);
        book.forget();
        book.buy(101, 1, at(1));
        book.sell(102, 1, at(1));
        book.expect({"rejected 101 book_full", "rejected 102 book_full"});
        book.cancel_all();
        CHECK(book.book.size() == 0);
        book.forget();
    }
}

TEST_CASE("9 a group of eight acts as a whole, and nine are refused") {
    for (const std::uint8_t size : {std::uint8_t{8}, std::uint8_t{9}}) {
        book_fixture book;
        for (std::uint64_t id = 1; id <= size; ++id) {
            book.enter(sell(id, 5, at(100 + static_cast<std::int64_t>(id)))
                           .account(7)
                           .in_group(3, group_role::one_cancels_other, size));
        }
        if (size == 9) {
            CHECK(book.book.size() == 0);
            CHECK(book.said().size() == 9);
        } else {
            CHECK(book.book.size() == 8);
            CHECK(book.said().size() == 16);
            book.forget();
            book.buy(20, 1, at(101));
            CHECK(book.book.size() == 1);
            CHECK(book.said().size() == 3 + 7);
        }
        book.forget();
    }
}

TEST_CASE("orders of the largest quantity trade with each other exactly") {
    book_fixture book;
    book.sell(1, max_order_lots.lots, at(1));
    book.sell(2, max_order_lots.lots, at(1));
    CHECK(book.book.best(side::sell)->lots == quantity{2 * max_order_lots.lots});
    book.buy(3, max_order_lots.lots - 1, at(1));
    CHECK(book.row(1).remaining == quantity{1});
    book.enter(buy(4, max_order_lots.lots, at(1)).fok());
    CHECK(book.row(2).remaining == quantity{1});
    book.forget();
}

TEST_CASE("limit, market and post-only orders work at both limits of the price") {
    for (const std::int64_t limit : {most, least}) {
        book_fixture book;
        book.sell(1, 5, at(limit));
        book.enter(buy(2, 2, at(limit)).market());
        book.enter(buy(3, 2, at(limit)).post_only());
        book.enter(buy(4, 9, at(limit)).showing(3));
        CHECK(book.book.last_price() == at(limit));
        CHECK(book.bids() == "3@" + std::to_string(limit) + "x1");
        book.enter(sell(5, 9, at(limit)).all_or_none());
        book.enter(buy(6, 3, at(limit)));
        CHECK(book.bids().empty());
        CHECK(book.book.size() == 0);
        book.forget();
    }
}

TEST_CASE("the best prices at opposite limits do not cross, nor does their middle overflow") {
    book_fixture book;
    book.buy(1, 1, at(least));
    book.sell(2, 1, at(most));
    book.enter(buy(3, 1, at(most)).mid_peg());    // floor(−1 / 2) = −1
    book.enter(sell(4, 1, at(least)).mid_peg());  // ceil(−1 / 2) = 0
    book.forget();
    book.enter(sell(5, 1, at(-1)).ioc());
    book.enter(buy(6, 1, at(0)).ioc());
    book.expect({"accepted 5 1@-1", "fill 3 1@-1 done", "take 5 1@-1 done", "accepted 6 1@0",
                 "fill 4 1@0 done", "take 6 1@0 done"});
}

TEST_CASE("a peg's offset that leaves 64 bits leaves it at the limit") {
    book_fixture book;
    book.buy(1, 1, at(least + 1));
    book.sell(2, 1, at(most - 1));
    book.enter(buy(3, 1, at(most)).primary_peg(most));
    book.enter(sell(4, 1, at(least)).primary_peg(most));
    book.enter(buy(5, 1, at(most)).mid_peg(most));
    book.forget();
    book.enter(sell(6, 3, at(least)).ioc());
    // The mid peg: 0 − INT64_MAX is least + 1 as well, behind the displayed one; 3 is at least.
    CHECK(book.book.last_price() == at(least));
    CHECK_FALSE(book.lives(3));
    CHECK_FALSE(book.lives(5));
    book.enter(buy(7, 2, at(most)).ioc());
    CHECK(book.book.last_price() == at(most));
    CHECK(book.book.size() == 0);
    book.forget();
}

TEST_CASE("stops and trailing stops work at both limits of the price") {
    book_fixture book;
    book.trade_at(at(0));
    book.enter(buy(1, 1, at(most)).stop(at(most)));
    book.enter(sell(2, 1, at(least)).stop(at(least)));
    book.enter(buy(3, 1, at(most)).trailing(most));
    book.enter(sell(4, 1, at(least)).trailing(most));
    CHECK(book.row(3).stop_price == at(most));
    CHECK(book.row(4).stop_price == at(-most));
    book.trade_at(at(5));
    CHECK(book.row(4).stop_price == at(5 - most));
    CHECK(book.row(3).stop_price == at(most));
    book.sell(5, 1, at(most));
    book.buy(6, 1, at(most));
    book.expect({"accepted 5 1@9223372036854775807", "accepted 6 1@9223372036854775807",
                 "fill 5 1@9223372036854775807 done", "take 6 1@9223372036854775807 done",
                 "triggered 1 1@9223372036854775807", "triggered 3 1@9223372036854775807",
                 "cancelled 1 1 unfilled", "cancelled 3 1 unfilled"});
    CHECK(book.row(4).stop_price == at(0));
    book.enter(buy(7, 1, at(least)));
    book.enter(sell(8, 1, at(least)));
    CHECK_FALSE(book.lives(2));
    CHECK_FALSE(book.lives(4));
    book.forget();
}

TEST_CASE("the corridor and the band do not overflow at the limits of the price") {
    instrument rules;
    rules.volatility_bps = 4'000'000'000U;
    rules.volatility_auction = {30};
    rules.band_bps = 4'000'000'000U;
    for (const std::int64_t limit : {most, least}) {
        book_fixture book(rules);
        book.reference(at(limit));
        book.sell(1, 1, at(least));
        book.buy(2, 1, at(most));
        CHECK(book.book.size() == 0);
        CHECK(book.book.last_price() == at(least));
        CHECK(book.book.state() == market_state::open);
        book.forget();
    }
}

TEST_CASE("an iceberg of 100 parts refills 99 times in one walk") {
    book_fixture book;
    book.enter(sell(1, 1'000, at(10)).showing(10));
    book.forget();
    book.buy(2, 1'000, at(10));
    unsigned refills = 0;
    unsigned fills = 0;
    for (const event& e : book.said()) {
        refills += e.kind == event_kind::refilled ? 1U : 0U;
        fills += e.kind == event_kind::fill ? 1U : 0U;
    }
    CHECK(refills == 99);
    CHECK(fills == 200);
    CHECK(book.book.size() == 0);
    book.forget();
}

TEST_CASE("good_till_date at the last moment of time neither overflows nor expires early") {
    book_fixture book;
    book.enter(buy(1, 5, at(10)).until(most));
    book.pass(most - 1);
    CHECK(book.lives(1));
    book.pass(most);
    CHECK_FALSE(book.lives(1));
    book.forget();
}

TEST_CASE("an auction's end beyond the last moment of time stays at it") {
    instrument rules;
    rules.volatility_bps = 1;
    rules.volatility_auction = {most};
    book_fixture book(rules);
    book.pass(1'000);
    book.reference(at(100));
    book.sell(1, 1, at(200));
    book.buy(2, 1, at(200));
    CHECK(book.book.auction() == auction_kind::volatility);
    CHECK(book.book.next_due() == timestamp{most});
    book.forget();
}

TEST_CASE("ids with any bits are taken, the largest too") {
    book_fixture book;
    for (const std::uint64_t id :
         {std::numeric_limits<std::uint64_t>::max(), std::uint64_t{1} << 63, std::uint64_t{1}}) {
        book.buy(id, 1, at(10));
    }
    CHECK(book.bids() == "3@10x3");
    book.cancel(std::numeric_limits<std::uint64_t>::max());
    book.cancel(std::uint64_t{1} << 63);
    CHECK(book.bids() == "1@10x1");
    book.forget();
}

TEST_CASE("1.8 the version goes on at zero after 2^31 - 1") {
    book_fixture book;
    book.buy(1, 5, at(10));
    book_rows rows = book.book.save();
    rows.orders.front().version = (1U << 31U) - 1U;
    auto restored = order_book::restore(rows);
    REQUIRE(restored.has_value());
    event_buffer out;
    restored->replace(
        {.id = {1}, .account = {}, .set_price = true, .set_quantity = false, .price = at(11)}, out);
    CHECK(out.events().back().version == 0);
    CHECK(order_book::restore(restored->save()).has_value());
    book.forget();
}
