// RULES.md 5: stops.
#include <doctest/doctest.h>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

TEST_CASE("5.1 a stop that the last price already meets triggers at once, the limit included") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 5, at(120)).stop(at(100)));
    book.enter(buy(2, 5, at(90)).stop_limit(at(99)));
    book.enter(sell(3, 5, at(120)).stop_limit(at(100)));
    book.enter(buy(4, 5, at(120)).stop(at(101)));
    book.enter(sell(5, 5, at(80)).stop(at(99)));
    book.expect({"accepted 1 5@120", "triggered 1 5@100", "cancelled 1 5 unfilled",
                 "accepted 2 5@90", "triggered 2 5@99", "accepted 3 5@120", "triggered 3 5@100",
                 "accepted 4 5@120", "accepted 5 5@80"});
    CHECK(book.bids() == "5@90x1");
    CHECK(book.asks() == "5@120x1");
    CHECK(book.place(4) == order_place::waiting);
    CHECK(book.place(5) == order_place::waiting);
}

TEST_CASE("5.1 without a last price a stop waits, a reference price does not meet it") {
    book_fixture book;
    book.reference(at(100));
    book.enter(buy(1, 5, at(120)).stop(at(100)));
    CHECK(book.place(1) == order_place::waiting);
    book.forget();
}

TEST_CASE("5.1 collecting, a stop met by the last price triggers at once and is pending") {
    book_fixture book;
    book.trade_at(at(100));
    book.go(market_state::pre_open);
    book.enter(sell(1, 5, at(90)).stop(at(100)));
    book.expect({"state open>pre_open operator_request", "accepted 1 5@90", "triggered 1 5@100"});
    CHECK(book.place(1) == order_place::pending);
    book.buy(2, 5, at(95));
    book.go(market_state::open);
    book.expect({"accepted 2 5@95", "state pre_open>open operator_request", "fill 2 5@95 done",
                 "take 1 5@95 done"});
}

TEST_CASE("5.2 a trailing stop's anchor is the last price, else the reference price") {
    book_fixture book;
    book.reference(at(50));
    book.enter(sell(1, 5, at(1)).trailing(3));
    book.enter(buy(2, 5, at(99)).trailing(3));
    CHECK(book.row(1).stop_price == at(47));
    CHECK(book.row(2).stop_price == at(53));
    book.cancel_all();
    book.trade_at(at(100));
    book.enter(sell(3, 5, at(1)).trailing(3));
    CHECK(book.row(3).stop_price == at(97));
    book.forget();
}

TEST_CASE("5.2 a held trailing stop has its anchor when it enters, at last its own price") {
    book_fixture book;
    book.reference(at(50));
    book.enter(
        sell(1, 5, at(40)).account(1).trailing(3).in_group(1, group_role::one_cancels_other, 2));
    CHECK_FALSE(book.row(1).has_stop_price);
    book.clear_reference();
    book.enter(sell(2, 5, at(90)).account(1).in_group(1, group_role::one_cancels_other, 2));
    CHECK(book.row(1).has_stop_price);
    CHECK(book.row(1).stop_price == at(37));
    book.forget();
}

TEST_CASE("5.2 entering again after a replace a trailing stop keeps its stop price") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(sell(1, 5, at(1)).trailing(3));
    book.trade_at(at(110));
    CHECK(book.row(1).stop_price == at(107));
    const auto priority = book.row(1).priority;
    book.trade_at(at(108));
    book.replace(1, 7, at(2));
    book.expect({"replaced 1 7@2 left 7"});
    CHECK(book.row(1).stop_price == at(107));
    CHECK(book.row(1).priority > priority);
}

TEST_CASE("5.3 stops are elected by each print, and triggered by priority") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 5, at(200)).stop(at(103)));
    book.enter(buy(2, 5, at(200)).stop(at(102)));
    book.enter(sell(3, 5, at(1)).stop(at(99)));
    book.sell(4, 1, at(101));
    book.sell(5, 1, at(102));
    book.sell(6, 1, at(103));
    book.sell(7, 30, at(104));
    book.forget();
    book.buy(8, 3, at(103));
    // 2 was met first, 1 is earlier: by priority.
    book.expect({"accepted 8 3@103", "fill 4 1@101 done", "take 8 1@101 left 2",
                 "fill 5 1@102 done", "take 8 1@102 left 1", "fill 6 1@103 done",
                 "take 8 1@103 done", "triggered 1 5@103", "triggered 2 5@102",
                 "fill 7 5@104 left 25", "take 1 5@104 done", "fill 7 5@104 left 20",
                 "take 2 5@104 done"});
    CHECK(book.place(3) == order_place::waiting);
}

TEST_CASE("5.3 a print elects before it moves, and a moved stop is met by a later print only") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(sell(1, 5, at(1)).trailing(3));
    book.buy(2, 1, at(105));
    book.buy(3, 1, at(102));
    book.forget();
    // Prints 105 and 102: the stop moves to 102, and 102 meets it.
    book.enter(sell(4, 2, at(102)));
    book.expect({"accepted 4 2@102", "fill 2 1@105 done", "take 4 1@105 left 1",
                 "fill 3 1@102 done", "take 4 1@102 done", "triggered 1 5@102",
                 "cancelled 1 5 unfilled"});
}

TEST_CASE("5.3 a trailing stop never moves away from the market") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 5, at(200)).trailing(5));
    CHECK(book.row(1).stop_price == at(105));
    book.trade_at(at(104));
    CHECK(book.row(1).stop_price == at(105));
    book.trade_at(at(90));
    CHECK(book.row(1).stop_price == at(95));
    book.trade_at(at(94));
    CHECK(book.row(1).stop_price == at(95));
}

TEST_CASE("5.3 of an uncrossing into open its auction price is the one print") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 5, at(200)).stop(at(110)));
    book.enter(sell(2, 5, at(1)).stop(at(90)));
    book.enter(buy(9, 5, at(200)).trailing(20));
    book.auction(auction_kind::opening);
    book.buy(3, 5, at(115));
    book.sell(4, 5, at(112));
    book.forget();
    book.go(market_state::open);
    book.expect({"state auction>open operator_request", "cross 3 5@112 done", "cross 4 5@112 done",
                 "uncrossed 5@112 trades 1", "triggered 1 5@110", "cancelled 1 5 unfilled"});
    CHECK(book.place(2) == order_place::waiting);
    CHECK(book.row(9).stop_price == at(120));
}

TEST_CASE("5.3 trades of an uncrossing into closed are no prints") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 5, at(200)).stop(at(110)));
    book.enter(sell(2, 5, at(1)).trailing(5));
    book.auction(auction_kind::closing);
    book.buy(3, 5, at(112));
    book.sell(4, 5, at(112));
    book.go(market_state::closed);
    CHECK(book.place(1) == order_place::waiting);
    CHECK(book.row(2).stop_price == at(95));
    CHECK(book.book.last_price() == at(112));
    book.go(market_state::pre_open);
    book.go(market_state::open);
    CHECK(book.place(1) == order_place::waiting);
    book.forget();
}

TEST_CASE("5.4 a triggered stop trades to its worst price and is not left in the book") {
    book_fixture book;
    book.trade_at(at(100));
    book.sell(1, 2, at(111));
    book.sell(2, 2, at(113));
    book.enter(buy(3, 5, at(112)).stop(at(105)));
    book.forget();
    book.sell(4, 1, at(106));
    book.buy(5, 1, at(106));
    book.expect({"accepted 4 1@106", "accepted 5 1@106", "fill 4 1@106 done", "take 5 1@106 done",
                 "triggered 3 5@105", "fill 1 2@111 done", "take 3 2@111 left 3",
                 "cancelled 3 3 unfilled"});
}

TEST_CASE("5.4 a triggered stop-limit rests with its display and its own time in force") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(sell(1, 30, at(90)).stop_limit(at(95)).showing(10).tif(time_in_force::day));
    book.trade_at(at(101));
    book.buy(2, 5, at(94));
    book.sell(3, 5, at(94));
    book.expect({"accepted 2 5@94", "accepted 3 5@94", "fill 2 5@94 done", "take 3 5@94 done",
                 "triggered 1 30@95"});
    CHECK(book.asks() == "10@90x1");
    CHECK(book.row(1).triggered);
    book.go(market_state::closed);
    book.expect({"state open>closed operator_request", "cancelled 1 30 expired"});
}

TEST_CASE("5.4 triggered stops act in turn, each seeing what the one before left") {
    book_fixture book;
    book.trade_at(at(100));
    book.sell(1, 5, at(105));
    book.sell(2, 5, at(106));
    book.enter(buy(3, 5, at(200)).stop(at(101)));
    book.enter(buy(4, 5, at(200)).stop(at(105)));
    book.forget();
    book.sell(5, 1, at(101));
    book.buy(6, 1, at(101));
    book.expect({"accepted 5 1@101", "accepted 6 1@101", "fill 5 1@101 done", "take 6 1@101 done",
                 "triggered 3 5@101", "fill 1 5@105 done", "take 3 5@105 done", "triggered 4 5@105",
                 "fill 2 5@106 done", "take 4 5@106 done"});
}
