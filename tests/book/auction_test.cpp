// RULES.md 8: call auctions.
#include <doctest/doctest.h>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

TEST_CASE("8.1 only orders in the queue take part, with all that remains") {
    book_fixture book({}, market_state::pre_open);
    book.enter(buy(1, 40, at(10)).showing(10));
    book.enter(buy(2, 50, at(11)).all_or_none());
    book.enter(buy(3, 50, at(11)).primary_peg());
    book.enter(buy(4, 50, at(11)).tif(time_in_force::at_the_close));
    book.enter(buy(5, 50, at(11)).stop(at(5)));
    book.enter(buy(6, 50, at(11)).in_group(1, group_role::one_cancels_other, 2));
    book.sell(7, 100, at(9));
    CHECK(book.indicative() == "40@9 -60");
    book.forget();
}

TEST_CASE("8.2 the auction reference is a candidate if it is on the tick table") {
    instrument rules;
    rules.ticks = {{0, 5}};
    book_fixture book(rules, market_state::pre_open);
    book.buy(1, 10, at(100));
    book.sell(2, 10, at(50));
    CHECK(book.indicative() == "10@50 0");
    book.reference(at(75));
    CHECK(book.indicative() == "10@75 0");
    // Off the table it is no candidate; the nearest candidate is then 50, 27 away, not 100.
    book.reference(at(77));
    CHECK(book.indicative() == "10@100 0");
    book.reference(at(74));
    CHECK(book.indicative() == "10@50 0");
    book.forget();
}

TEST_CASE("8.2 without a reference price the last price is the auction reference") {
    book_fixture book;
    book.trade_at(at(70));
    book.auction(auction_kind::closing);
    book.buy(1, 10, at(100));
    book.sell(2, 10, at(50));
    CHECK(book.indicative() == "10@70 0");
    book.reference(at(80));
    CHECK(book.indicative() == "10@80 0");
    book.clear_reference();
    CHECK(book.indicative() == "10@70 0");
    book.forget();
}

TEST_CASE("8.3 the most volume wins, nearer to the reference or not") {
    book_fixture book({}, market_state::pre_open);
    book.reference(at(10));
    book.buy(1, 100, at(12));
    book.sell(2, 10, at(10));
    book.sell(3, 90, at(12));
    CHECK(book.indicative() == "100@12 0");
    book.forget();
}

// Volume, imbalance and the nearest to the reference are in the examples.
TEST_CASE("8.3 a reference below all prices, and one that two are equally near to: the lowest") {
    book_fixture book({}, market_state::pre_open);
    book.buy(1, 10, at(14));
    book.sell(2, 10, at(10));
    book.reference(at(5));
    CHECK(book.indicative() == "10@10 0");
    // Equally near: the lowest. The reference itself is off this table.
    instrument rules;
    rules.ticks = {{0, 4}};
    book_fixture even(rules, market_state::pre_open);
    even.reference(at(14));
    even.buy(1, 10, at(16));
    even.sell(2, 10, at(12));
    CHECK(even.indicative() == "10@12 0");
    even.forget();
    book.forget();
}

TEST_CASE("8.3 prices at both limits of 64 bits are compared exactly") {
    book_fixture book({}, market_state::pre_open);
    book.buy(1, 10, at(INT64_MAX));
    book.sell(2, 10, at(INT64_MIN));
    CHECK(book.indicative() == "10@-9223372036854775808 0");
    book.reference(at(1));
    CHECK(book.indicative() == "10@1 0");
    book.clear_reference();
    book.forget();
    book.go(market_state::open);
    book.expect({"state pre_open>open operator_request", "cross 1 10@-9223372036854775808 done",
                 "cross 2 10@-9223372036854775808 done",
                 "uncrossed 10@-9223372036854775808 trades 1"});
}

TEST_CASE("8.3 with no volume there is no price, and nothing is uncrossed") {
    book_fixture book({}, market_state::pre_open);
    book.reference(at(10));
    book.buy(1, 10, at(9));
    book.sell(2, 10, at(11));
    book.forget();
    CHECK(book.indicative() == "none");
    book.go(market_state::open);
    book.expect({"state pre_open>open operator_request"});
    CHECK(book.book.reference_price() == at(10));
}

TEST_CASE("8.4 the indicative auction is told in any state") {
    book_fixture book;
    book.buy(1, 10, at(9));
    CHECK(book.indicative() == "none");
    book.go(market_state::pre_open);
    book.sell(2, 4, at(8));
    CHECK(book.indicative() == "4@8 6");
    book.go(market_state::halted);
    CHECK(book.indicative() == "4@8 6");
    book.go(market_state::closed);
    CHECK(book.indicative() == "4@8 6");
    book.forget();
}

TEST_CASE("8.5 trades go by price and priority, the buy first, with the auction's flag only") {
    book_fixture book({}, market_state::pre_open);
    book.buy(1, 5, at(10));
    book.buy(2, 5, at(11));
    book.buy(3, 5, at(10));
    book.sell(4, 4, at(10));
    book.sell(5, 9, at(9));
    book.forget();
    book.go(market_state::open);
    const auto said = book.said();
    book.expect({"state pre_open>open operator_request", "cross 2 5@10 done", "cross 5 5@10 left 4",
                 "cross 1 4@10 left 1", "cross 5 4@10 done", "cross 1 1@10 done",
                 "cross 4 1@10 left 3", "cross 3 3@10 left 2", "cross 4 3@10 done",
                 "uncrossed 13@10 trades 4"});
    CHECK(said[1].flags == (event::in_auction | event::final_answer));
    CHECK(said[2].flags == event::in_auction);
    CHECK(said[1].number == said[2].number);
}

TEST_CASE("8.5 an uncrossing that traded sets the reference price, without an event") {
    book_fixture book({}, market_state::pre_open);
    book.reference(at(50));
    book.buy(1, 5, at(10));
    book.sell(2, 5, at(10));
    book.go(market_state::closed);
    CHECK(book.book.reference_price() == at(50));
    book.auction(auction_kind::closing);
    book.go(market_state::closed);
    CHECK(book.book.reference_price() == at(10));
    CHECK(book.book.last_price() == at(10));
    book.forget();
}

TEST_CASE("8.5 when a group's cancel has left the queue crossed it uncrosses again") {
    using enum group_role;
    book_fixture book;
    book.enter(buy(1, 5, at(20)).account(1).in_group(1, one_cancels_other, 2));
    book.enter(buy(2, 50, at(15)).account(1).in_group(1, one_cancels_other, 2));
    book.auction(auction_kind::opening);
    book.buy(3, 8, at(14));
    book.sell(4, 55, at(14));
    book.forget();
    // At 15: 55 against 55. The first trade is of 1, whose group takes 2 away; but 3 still crosses 4.
    book.go(market_state::open);
    book.expect({"state auction>open operator_request", "cross 1 5@15 done", "cross 4 5@15 left 50",
                 "cancelled 2 50 group", "uncrossed 5@15 trades 1", "cross 3 8@14 done",
                 "cross 4 8@14 left 42", "uncrossed 8@14 trades 1"});
}

TEST_CASE("8.5 group effects within one auction price leave one uncrossing") {
    using enum group_role;
    book_fixture book;
    book.enter(buy(1, 5, at(20)).account(1).in_group(1, one_cancels_other, 2));
    book.enter(buy(2, 50, at(18)).account(1).in_group(1, one_cancels_other, 2));
    book.auction(auction_kind::opening);
    book.buy(3, 8, at(14));
    book.sell(4, 2, at(12));
    book.sell(5, 53, at(17));
    book.forget();
    // At 17: 55 against 55. After 1 has traded with 4 and 5, 2 is gone and nobody buys at 17.
    // Nothing is crossed then: one uncrossing.
    book.go(market_state::open);
    book.expect({"state auction>open operator_request", "cross 1 2@17 left 3", "cross 4 2@17 done",
                 "cancelled 2 50 group", "cross 1 3@17 done", "cross 5 3@17 left 50",
                 "uncrossed 5@17 trades 2"});
    // And with an offer left that 3 can reach, a second one.
    book_fixture again;
    again.enter(sell(1, 5, at(10)).account(1).in_group(1, one_cancels_other, 2));
    again.enter(sell(2, 50, at(12)).account(1).in_group(1, one_cancels_other, 2));
    again.auction(auction_kind::opening);
    again.buy(3, 60, at(16));
    again.buy(4, 10, at(12));
    again.sell(5, 9, at(14));
    again.forget();
    // At 14: 60 against 64; at 12: 70 against 55; at 16: 60 against 64. The lowest of 14 and 16.
    again.go(market_state::open);
    again.expect({"state auction>open operator_request", "cross 3 5@14 left 55",
                  "cross 1 5@14 done", "cancelled 2 50 group", "cross 3 9@14 left 46",
                  "cross 5 9@14 done", "uncrossed 14@14 trades 2"});
    CHECK(again.bids() == "46@16x1 10@12x1");
}

TEST_CASE("8.5 group effects that leave the queue crossed below P lead to a second uncrossing") {
    using enum group_role;
    book_fixture book;
    // Buys 1 and 2 of one group push the price to 20; when 1 has traded, 2 is gone, P is met by no
    // more buys, but 5 (15) still crosses 4 (10), which was behind 3.
    book.enter(buy(1, 10, at(20)).account(1).in_group(1, one_cancels_other, 2));
    book.enter(buy(2, 90, at(20)).account(1).in_group(1, one_cancels_other, 2));
    book.auction(auction_kind::opening);
    book.buy(5, 10, at(15));
    book.sell(3, 10, at(10));
    book.sell(4, 10, at(11));
    book.sell(6, 80, at(20));
    book.forget();
    book.go(market_state::open);
    book.expect({"state auction>open operator_request", "cross 1 10@20 done", "cross 3 10@20 done",
                 "cancelled 2 90 group", "uncrossed 10@20 trades 1", "cross 5 10@15 done",
                 "cross 4 10@15 done", "uncrossed 10@15 trades 1"});
    CHECK(book.book.reference_price() == at(15));
    CHECK(book.book.statistics().high == at(20));
    CHECK(book.book.statistics().last == at(15));
}

TEST_CASE("8.5 each auction price of an uncrossing is a print of its own") {
    using enum group_role;
    book_fixture book;
    book.trade_at(at(17));
    book.enter(buy(7, 1, at(99)).stop(at(20)));
    book.enter(sell(8, 1, at(99)).stop_limit(at(15)));
    book.enter(buy(1, 10, at(20)).account(1).in_group(1, one_cancels_other, 2));
    book.enter(buy(2, 90, at(20)).account(1).in_group(1, one_cancels_other, 2));
    book.auction(auction_kind::opening);
    book.buy(5, 10, at(15));
    book.sell(3, 10, at(10));
    book.sell(4, 10, at(11));
    book.sell(6, 80, at(20));
    book.forget();
    book.go(market_state::open);
    // The nearest to the reference 17 (the last price): 20 first for its volume, then 15.
    book.expect({"state auction>open operator_request", "cross 1 10@20 done", "cross 3 10@20 done",
                 "cancelled 2 90 group", "uncrossed 10@20 trades 1", "cross 5 10@15 done",
                 "cross 4 10@15 done", "uncrossed 10@15 trades 1", "triggered 7 1@20",
                 "triggered 8 1@15", "fill 6 1@20 left 79", "take 7 1@20 done"});
    CHECK(book.asks() == "79@20x1 1@99x1");
}
