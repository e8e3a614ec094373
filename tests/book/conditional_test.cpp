// RULES.md 6.1 to 6.5 and 6.8: conditional orders and icebergs.
#include <doctest/doctest.h>

#include <string>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

TEST_CASE("6.1 an all-or-none order is hidden and ranks behind displayed ones at its price") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).all_or_none());
    CHECK(book.asks().empty());
    CHECK(book.place(1) == order_place::hidden);
    book.sell(2, 5, at(10));
    book.forget();
    book.buy(3, 5, at(10));
    book.expect({"accepted 3 5@10", "fill 2 5@10 done", "take 3 5@10 done"});
}

TEST_CASE("6.1 an order with a minimum is conditional until it has been filled that much") {
    book_fixture book;
    book.enter(sell(1, 10, at(10)).minimum(4));
    book.enter(buy(2, 3, at(10)).ioc());
    book.enter(buy(3, 4, at(10)).ioc());
    book.expect({"accepted 1 10@10", "accepted 2 3@10", "cancelled 2 3 unfilled", "accepted 3 4@10",
                 "fill 1 4@10 left 6", "take 3 4@10 done"});
    CHECK(book.asks() == "6@10x1");
    CHECK(book.place(1) == order_place::queue);
}

TEST_CASE("6.1 an all-or-none order stays conditional, whatever it has filled by a replace") {
    book_fixture book;
    book.enter(sell(1, 10, at(10)).all_or_none());
    book.resize(1, 4);
    book.buy(2, 3, at(10));
    book.buy(3, 4, at(9));
    book.expect(
        {"accepted 1 10@10", "replaced 1 4@10 left 4", "accepted 2 3@10", "accepted 3 4@9"});
    book.buy(4, 1, at(10));
    // As an aggressor by retry it fills its four in sum.
    book.expect({"accepted 4 1@10", "fill 2 3@10 done", "take 1 3@10 left 1", "fill 4 1@10 done",
                 "take 1 1@10 done"});
}

TEST_CASE("6.2 the requirement is all that remains, or the lesser of minimum and remaining") {
    book_fixture book;
    book.enter(sell(1, 10, at(10)).account(8).all_or_none());
    book.enter(sell(2, 10, at(11)).minimum(4));
    book.forget();
    book.enter(buy(3, 9, at(10)).ioc());
    book.enter(buy(4, 3, at(11)).ioc());
    book.enter(buy(5, 4, at(11)).ioc());
    book.expect({"accepted 3 9@10", "cancelled 3 9 unfilled", "accepted 4 3@11",
                 "cancelled 4 3 unfilled", "accepted 5 4@11", "fill 2 4@11 left 6",
                 "take 5 4@11 done"});
    book.enter(buy(6, 10, at(10)).account(8).ioc().preventing(self_trade_prevention::decrement));
    book.expect({"accepted 6 10@10", "prevented 1 by 6 10@10", "cancelled 1 10 self_trade",
                 "cancelled 6 10 self_trade"});
}

TEST_CASE("6.2 a minimum shrunk by decrement below itself is met by the rest") {
    book_fixture book;
    book.enter(sell(1, 10, at(10)).account(7).minimum(8));
    book.forget();
    book.enter(buy(2, 8, at(10)).account(7).preventing(self_trade_prevention::decrement));
    book.expect({"accepted 2 8@10", "prevented 1 by 2 8@10", "reduced 1 8 left 2",
                 "cancelled 2 8 self_trade"});
    CHECK(book.place(1) == order_place::hidden);
    book.enter(buy(3, 1, at(10)).ioc());
    book.enter(buy(4, 2, at(10)).ioc());
    book.expect({"accepted 3 1@10", "cancelled 3 1 unfilled", "accepted 4 2@10", "fill 1 2@10 done",
                 "take 4 2@10 done"});
}

TEST_CASE("6.3 the queue may stand crossed with a hidden conditional order") {
    book_fixture book;
    book.enter(sell(1, 10, at(8)).all_or_none());
    book.buy(2, 5, at(12));
    book.expect({"accepted 1 10@8", "accepted 2 5@12"});
    CHECK(book.bids() == "5@12x1");
    CHECK(book.place(1) == order_place::hidden);
}

TEST_CASE("6.4 as an aggressor it needs its requirement in sum, over one walk") {
    book_fixture book;
    book.buy(1, 3, at(12));
    book.buy(2, 3, at(11));
    book.buy(3, 3, at(9));
    book.forget();
    book.enter(sell(4, 10, at(10)).minimum(7).ioc());
    book.expect({"accepted 4 10@10", "cancelled 4 10 unfilled"});
    book.enter(sell(5, 10, at(10)).minimum(6).ioc());
    book.expect({"accepted 5 10@10", "fill 1 3@12 done", "take 5 3@12 left 7", "fill 2 3@11 done",
                 "take 5 3@11 left 4", "cancelled 5 4 unfilled"});
}

TEST_CASE("6.5 a resting order whose minimum is met executes in its turn, without an event") {
    book_fixture book;
    book.enter(sell(1, 10, at(8)).minimum(6));
    book.buy(2, 5, at(9));
    book.forget();
    // 3 takes 7 of it at 8; then it is ordinary and trades with 2, with which it stood crossed.
    book.buy(3, 7, at(8));
    book.expect({"accepted 3 7@8", "fill 1 7@8 left 3", "take 3 7@8 done", "fill 2 3@9 left 2",
                 "take 1 3@9 done"});
}

TEST_CASE("6.5 met as a resting order it waits for the end of the aggressor's walk") {
    book_fixture book;
    book.enter(sell(1, 10, at(8)).minimum(6));
    book.sell(2, 2, at(9));
    book.forget();
    book.entry({sell(4, 1, at(7)), buy(3, 7, at(9))});
    book.expect({"accepted 4 1@7", "accepted 3 7@9", "fill 4 1@7 done", "take 3 1@7 left 6",
                 "fill 1 6@8 left 4", "take 3 6@8 done"});
    CHECK(book.asks() == "4@8x1 2@9x1");
}

TEST_CASE("6.5 as an aggressor with its minimum met it rests in the queue") {
    book_fixture book;
    book.sell(1, 6, at(10));
    book.forget();
    book.enter(buy(2, 10, at(10)).minimum(6));
    book.expect({"accepted 2 10@10", "fill 1 6@10 done", "take 2 6@10 left 4"});
    CHECK(book.bids() == "4@10x1");
}

TEST_CASE("6.8 an iceberg shows at most its display of what remains") {
    book_fixture book;
    book.enter(sell(1, 25, at(10)).showing(10));
    CHECK(book.asks() == "10@10x1");
    book.forget();
    book.enter(buy(2, 4, at(10)));
    CHECK(book.asks() == "6@10x1");
    book.enter(buy(3, 6, at(10)));
    CHECK(book.asks() == "10@10x1");
    book.enter(buy(4, 10, at(10)));
    CHECK(book.asks() == "5@10x1");
    book.expect({"accepted 2 4@10", "fill 1 4@10 left 21", "take 2 4@10 done", "accepted 3 6@10",
                 "fill 1 6@10 left 15", "take 3 6@10 done", "refilled 1 10@10", "accepted 4 10@10",
                 "fill 1 10@10 left 5", "take 4 10@10 done", "refilled 1 5@10"});
}

TEST_CASE("6.8 what an iceberg refills goes to the tail of its queue") {
    book_fixture book;
    book.enter(sell(1, 30, at(10)).showing(10));
    book.sell(2, 5, at(10));
    const auto priority = book.row(1).priority;
    book.forget();
    book.buy(3, 10, at(10));
    CHECK(book.row(1).priority > priority);
    CHECK(book.book.position({1}) == queue_position{1, {5}});
    CHECK(book.book.position({2}) == queue_position{0, {0}});
    book.forget();
}

TEST_CASE("6.8 an iceberg that traded on entry shows the display of what remains") {
    book_fixture book;
    book.sell(1, 22, at(10));
    book.enter(buy(2, 30, at(10)).showing(10));
    CHECK(book.bids() == "8@10x1");
    book.forget();
}

TEST_CASE("6.8 in an auction all of an iceberg takes part, at its one place") {
    book_fixture book;
    book.auction(auction_kind::opening);
    book.enter(sell(1, 30, at(10)).showing(10));
    book.sell(2, 5, at(10));
    book.buy(3, 24, at(10));
    CHECK(book.indicative() == "24@10 -11");
    book.forget();
    book.go(market_state::open);
    book.expect({"state auction>open operator_request", "cross 3 24@10 done",
                 "cross 1 24@10 left 6", "uncrossed 24@10 trades 1"});
    CHECK(book.asks() == "11@10x2");
    CHECK(book.book.position({1}) == queue_position{0, {0}});
}

TEST_CASE("6.8 after an auction an iceberg shows anew, also if it had shown less before") {
    book_fixture book;
    book.enter(sell(1, 30, at(10)).showing(10));
    book.buy(2, 7, at(10));
    CHECK(book.asks() == "3@10x1");
    book.auction(auction_kind::closing);
    book.buy(3, 5, at(10));
    book.forget();
    book.go(market_state::open);
    book.expect({"state auction>open operator_request", "cross 3 5@10 done", "cross 1 5@10 left 18",
                 "uncrossed 5@10 trades 1"});
    CHECK(book.asks() == "10@10x1");
    // No event tells it, but the place in the queue is the old one.
    CHECK(book.row(1).shown == quantity{10});
}
