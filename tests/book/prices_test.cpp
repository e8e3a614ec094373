// RULES.md 7: tick tables, bands, the corridor, pegs.
#include <doctest/doctest.h>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

TEST_CASE("7.1 the row of a price is the last that begins at or below its magnitude") {
    instrument rules;
    rules.ticks = {{0, 1}, {10, 5}, {100, 20}};
    book_fixture book(rules);
    book.buy(1, 1, at(9));
    book.buy(2, 1, at(11));
    book.buy(3, 1, at(10));
    book.buy(4, 1, at(95));
    book.buy(5, 1, at(105));
    book.buy(6, 1, at(120));
    book.buy(7, 1, at(-95));
    book.buy(8, 1, at(-105));
    book.buy(9, 1, at(-100));
    book.buy(10, 1, at(-9));
    book.expect({"accepted 1 1@9", "rejected 2 off_tick", "accepted 3 1@10", "accepted 4 1@95",
                 "rejected 5 off_tick", "accepted 6 1@120", "accepted 7 1@-95",
                 "rejected 8 off_tick", "accepted 9 1@-100", "accepted 10 1@-9"});
}

TEST_CASE("7.1 rounding goes to the nearest price on the table, also over a row's border") {
    instrument rules;
    rules.ticks = {{0, 1}, {10, 5}, {100, 20}};
    book_fixture book(rules);
    const auto buy_peg_at = [&book](std::int64_t bid, std::int64_t offset) {
        book.cancel_all();
        book.buy(1, 1, at(bid));
        book.enter(buy(2, 1, at(1'000)).primary_peg(offset));
        book.enter(sell(3, 2, at(-1'000)).ioc());
        const price reached = book.book.last_price().value();
        book.forget();
        return reached.ticks;
    };
    CHECK(buy_peg_at(160, 1) == 140);
    CHECK(buy_peg_at(100, 1) == 95);
    CHECK(buy_peg_at(15, 5) == 10);
    CHECK(buy_peg_at(15, 6) == 9);
    CHECK(buy_peg_at(-9, 2) == -15);    // −11 down
    CHECK(buy_peg_at(-95, 6) == -120);  // −101 down
    const auto sell_peg_at = [&book](std::int64_t ask, std::int64_t offset) {
        book.cancel_all();
        book.sell(1, 1, at(ask));
        book.enter(sell(2, 1, at(-1'000)).primary_peg(offset));
        book.enter(buy(3, 2, at(1'000)).ioc());
        const price reached = book.book.last_price().value();
        book.forget();
        return reached.ticks;
    };
    CHECK(sell_peg_at(9, 2) == 15);
    CHECK(sell_peg_at(95, 6) == 120);
    CHECK(sell_peg_at(-100, 1) == -95);
    CHECK(sell_peg_at(-15, 6) == -9);
    CHECK(sell_peg_at(-10, 1) == -9);
}

TEST_CASE("7.2 the band is floor of |reference| times its width on both sides") {
    instrument rules;
    rules.band_bps = 333;
    book_fixture book(rules);
    book.reference(at(-100));  // floor(3.33) = 3
    book.buy(1, 1, at(-104));
    book.buy(2, 1, at(-103));
    book.buy(3, 1, at(-97));
    book.buy(4, 1, at(-96));
    book.expect({"reference -100", "rejected 1 outside_band", "accepted 2 1@-103",
                 "accepted 3 1@-97", "rejected 4 outside_band"});
    book.clear_reference();
    book.buy(5, 1, at(5'000));
    book.expect({"reference none", "accepted 5 1@5000"});
    book.trade_at(at(9'999));  // a last price is not a reference price
    book.buy(6, 1, at(1));
    book.expect({"accepted 6 1@1"});
}

TEST_CASE("7.2 a replace is checked against the band only if it sets the price") {
    instrument rules;
    rules.band_bps = 1'000;
    book_fixture book(rules);
    book.buy(1, 5, at(100));
    book.reference(at(200));
    book.forget();
    book.resize(1, 4);
    book.reprice(1, at(100));
    book.reprice(1, at(181));
    book.expect(
        {"replaced 1 4@100 left 4", "replace_rejected 1 outside_band", "replaced 1 4@181 left 4"});
}

TEST_CASE("7.2 at the limits of 64 bits the band is exact") {
    instrument rules;
    rules.band_bps = 10'000;
    book_fixture book(rules);
    book.reference(at(INT64_MIN));
    book.buy(1, 1, at(0));
    book.buy(2, 1, at(1));
    book.buy(3, 1, at(INT64_MIN));
    book.expect({"reference -9223372036854775808", "accepted 1 1@0", "rejected 2 outside_band",
                 "accepted 3 1@-9223372036854775808"});
}

namespace {

instrument corridor_rules() {
    instrument rules;
    rules.volatility_bps = 1'000;
    rules.volatility_auction = {30};
    return rules;
}

}  // namespace

TEST_CASE("7.3 the corridor's base is the last price, or else the reference price") {
    book_fixture book(corridor_rules());
    book.sell(1, 1, at(500));
    book.buy(2, 1, at(500));  // no base: no corridor
    book.forget();
    book.reference(at(100));  // the last price is 500
    book.sell(3, 1, at(551));
    book.sell(4, 1, at(550));
    book.buy(5, 1, at(600));
    book.expect({"reference 100", "accepted 3 1@551", "accepted 4 1@550", "accepted 5 1@600",
                 "fill 4 1@550 done", "take 5 1@550 done"});
}

TEST_CASE("7.3 the base stands as it was when the command began, trades do not move it") {
    book_fixture book(corridor_rules());
    book.trade_at(at(100));
    book.sell(1, 1, at(110));
    book.sell(2, 1, at(115));
    book.forget();
    book.buy(3, 2, at(120));
    book.expect({"accepted 3 2@120", "fill 1 1@110 done", "take 3 1@110 left 1",
                 "state open>auction/volatility volatility"});
    book_fixture two(corridor_rules());
    two.trade_at(at(100));
    two.sell(1, 1, at(110));
    two.sell(2, 1, at(115));
    two.forget();
    // As two commands of one entry the second has the base 110.
    two.entry({buy(3, 1, at(110)), buy(4, 1, at(120))});
    two.expect({"accepted 3 1@110", "fill 1 1@110 done", "take 3 1@110 done", "accepted 4 1@120",
                "fill 2 1@115 done", "take 4 1@115 done"});
}

TEST_CASE("7.3 after an uncrossing that traded the base is the auction price") {
    book_fixture book(corridor_rules());
    book.trade_at(at(100));
    book.sell(1, 3, at(205));
    book.enter(buy(2, 3, at(300)).stop(at(150)));
    book.auction(auction_kind::opening);
    book.buy(3, 1, at(200));
    book.sell(4, 1, at(200));
    book.forget();
    book.go(market_state::open);
    book.expect({"state auction>open operator_request", "cross 3 1@200 done", "cross 4 1@200 done",
                 "uncrossed 1@200 trades 1", "triggered 2 3@150", "fill 1 3@205 done",
                 "take 2 3@205 done"});
}

TEST_CASE("7.3 only walks in open look at the corridor") {
    book_fixture book(corridor_rules());
    book.trade_at(at(100));
    book.go(market_state::pre_open);
    book.buy(1, 1, at(500));
    book.sell(2, 1, at(500));
    book.forget();
    book.go(market_state::open);
    book.expect({"state pre_open>open operator_request", "cross 1 1@500 done", "cross 2 1@500 done",
                 "uncrossed 1@500 trades 1"});
}

TEST_CASE("7.4 a primary peg follows the best price of its own side's queue") {
    book_fixture book;
    book.enter(buy(1, 5, at(100)).primary_peg(2));
    book.buy(2, 1, at(50));
    book.enter(buy(3, 9, at(60)).all_or_none());  // hidden: does not count
    book.forget();
    book.enter(sell(4, 3, at(1)).ioc());
    book.expect({"accepted 4 3@1", "fill 2 1@50 done", "take 4 1@50 left 2", "fill 1 2@48 left 3",
                 "take 4 2@48 done"});
}

TEST_CASE("7.4 a mid peg rounds a buy down, a sell up, negative sums towards minus infinity") {
    book_fixture book;
    book.buy(1, 1, at(-4));
    book.sell(2, 1, at(-1));  // m = −5: buy at −3, sell at −2
    book.enter(buy(3, 1, at(100)).mid_peg());
    book.enter(sell(4, 1, at(-100)).mid_peg());
    book.forget();
    book.enter(sell(5, 1, at(-3)).ioc());
    book.expect({"accepted 5 1@-3", "fill 3 1@-3 done", "take 5 1@-3 done"});
    book.enter(buy(6, 1, at(-2)).ioc());
    book.expect({"accepted 6 1@-2", "fill 4 1@-2 done", "take 6 1@-2 done"});
}

TEST_CASE("7.4 a peg's price is not beyond its cap") {
    book_fixture book;
    book.buy(1, 1, at(50));
    book.enter(buy(2, 5, at(45)).primary_peg());
    book.sell(3, 1, at(80));
    book.enter(sell(4, 5, at(90)).primary_peg());
    book.forget();
    book.enter(sell(5, 2, at(1)).ioc());
    book.enter(buy(6, 2, at(99)).ioc());
    book.expect({"accepted 5 2@1", "fill 1 1@50 done", "take 5 1@50 left 1", "fill 2 1@45 left 4",
                 "take 5 1@45 done", "accepted 6 2@99", "fill 3 1@80 done", "take 6 1@80 left 1",
                 "fill 4 1@90 left 4", "take 6 1@90 done"});
}

TEST_CASE("7.4 where a best price is missing a peg does not trade") {
    book_fixture book;
    book.buy(1, 1, at(50));
    book.enter(buy(2, 5, at(60)).mid_peg());
    book.forget();
    book.enter(sell(3, 2, at(1)).ioc());
    book.expect(
        {"accepted 3 2@1", "fill 1 1@50 done", "take 3 1@50 left 1", "cancelled 3 1 unfilled"});
}

TEST_CASE("7.4 a rounding that leaves 64 bits leaves the peg without a price") {
    instrument rules;
    rules.ticks = {{0, 10}};
    constexpr std::int64_t lowest = INT64_MIN + 8;  // a multiple of 10
    book_fixture book(rules);
    book.buy(1, 1, at(lowest));
    book.enter(buy(2, 1, at(0)).primary_peg(1));
    book.forget();
    book.enter(sell(3, 2, at(lowest)).ioc());
    book.expect({"accepted 3 2@-9223372036854775800", "fill 1 1@-9223372036854775800 done",
                 "take 3 1@-9223372036854775800 left 1", "cancelled 3 1 unfilled"});
}

TEST_CASE("7.5 a peg's price stays while a walk eats the prices that it follows") {
    book_fixture book;
    book.sell(1, 1, at(10));
    book.sell(2, 1, at(20));
    book.enter(sell(3, 5, at(1)).primary_peg(1));
    book.forget();
    book.enter(buy(4, 3, at(30)).ioc());
    // At 11 still, though the best offer is 20 by then.
    book.expect({"accepted 4 3@30", "fill 1 1@10 done", "take 4 1@10 left 2", "fill 3 2@11 left 3",
                 "take 4 2@11 done"});
    book.enter(buy(5, 2, at(30)).ioc());
    book.expect({"accepted 5 2@30", "fill 2 1@20 done", "take 5 1@20 left 1", "fill 3 1@21 left 2",
                 "take 5 1@21 done"});
}
