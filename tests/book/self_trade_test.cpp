// RULES.md 6.6 and 6.7: self-trade prevention.
#include <doctest/doctest.h>

#include "tests/support/book_fixture.hpp"

using namespace bourse;
using enum self_trade_prevention;

TEST_CASE("6.6 one owner is one account, or one trade group that is not zero") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7));
    book.enter(sell(2, 5, at(10)).account(8).trade_group(3));
    book.enter(sell(3, 5, at(10)).account(9));
    book.forget();
    // The same trade group in another account is one owner; none is nobody's.
    book.enter(buy(4, 15, at(10)).account(6).trade_group(3).preventing(cancel_oldest));
    book.expect({"accepted 4 15@10", "fill 1 5@10 done", "take 4 5@10 left 10",
                 "prevented 2 by 4 5@10", "cancelled 2 5 self_trade", "fill 3 5@10 done",
                 "take 4 5@10 left 5"});
    book.enter(sell(5, 5, at(10)).account(6).trade_group(9).preventing(cancel_newest));
    book.expect({"accepted 5 5@10", "prevented 4 by 5 5@10", "cancelled 5 5 self_trade"});
}

TEST_CASE("6.7 the aggressor's mode decides, the resting order's does not") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7).preventing(cancel_both));
    book.enter(buy(2, 5, at(10)).account(7));
    book.expect({"accepted 1 5@10", "accepted 2 5@10", "fill 1 5@10 done", "take 2 5@10 done"});
}

TEST_CASE("6.7 cancel_newest cancels the aggressor, what it traded before stays") {
    book_fixture book;
    book.enter(sell(1, 2, at(10)).account(8));
    book.enter(sell(2, 5, at(10)).account(7));
    book.enter(sell(3, 5, at(10)).account(8));
    book.forget();
    book.enter(buy(4, 9, at(10)).account(7).preventing(cancel_newest));
    book.expect({"accepted 4 9@10", "fill 1 2@10 done", "take 4 2@10 left 7",
                 "prevented 2 by 4 5@10", "cancelled 4 7 self_trade"});
    CHECK(book.asks() == "10@10x2");
}

TEST_CASE("6.7 cancel_oldest cancels the resting order and goes on") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7));
    book.enter(sell(2, 5, at(11)).account(7));
    book.enter(sell(3, 5, at(12)).account(8));
    book.forget();
    book.enter(buy(4, 3, at(12)).account(7).preventing(cancel_oldest));
    book.expect({"accepted 4 3@12", "prevented 1 by 4 3@10", "cancelled 1 5 self_trade",
                 "prevented 2 by 4 3@11", "cancelled 2 5 self_trade", "fill 3 3@12 left 2",
                 "take 4 3@12 done"});
}

TEST_CASE("6.7 cancel_both cancels the resting order, then the aggressor") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7));
    book.enter(sell(2, 5, at(10)).account(8));
    book.forget();
    book.enter(buy(3, 9, at(10)).account(7).preventing(cancel_both));
    book.expect({"accepted 3 9@10", "prevented 1 by 3 5@10", "cancelled 1 5 self_trade",
                 "cancelled 3 9 self_trade"});
    CHECK(book.asks() == "5@10x1");
}

TEST_CASE("6.7 decrement takes the lesser from both and cancels whoever has nothing left") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7));
    book.enter(sell(2, 9, at(10)).account(7));
    book.forget();
    book.enter(buy(3, 9, at(10)).account(7).preventing(decrement));
    book.expect({"accepted 3 9@10", "prevented 1 by 3 5@10", "cancelled 1 5 self_trade",
                 "reduced 3 5 left 4", "prevented 2 by 3 4@10", "reduced 2 4 left 5",
                 "cancelled 3 4 self_trade"});
    CHECK(book.asks() == "5@10x1");
    CHECK(book.row(2).filled == quantity{0});
    book.enter(buy(4, 5, at(10)).account(7).preventing(decrement));
    book.expect({"accepted 4 5@10", "prevented 2 by 4 5@10", "cancelled 2 5 self_trade",
                 "cancelled 4 5 self_trade"});
    CHECK(book.book.statistics().trades == 0);
}

TEST_CASE("6.7 decrement takes only what an iceberg offers, which then refills at its tail") {
    book_fixture book;
    book.enter(sell(1, 25, at(10)).account(7).showing(10));
    book.enter(sell(2, 5, at(10)).account(8));
    book.forget();
    book.enter(buy(3, 12, at(10)).account(7).preventing(decrement));
    book.expect({"accepted 3 12@10", "prevented 1 by 3 10@10", "reduced 1 10 left 15",
                 "reduced 3 10 left 2", "refilled 1 10@10", "fill 2 2@10 left 3",
                 "take 3 2@10 done"});
    CHECK(book.asks() == "13@10x2");
}

TEST_CASE("6.7 decrement of an iceberg's shown part in part leaves it in its place") {
    book_fixture book;
    book.enter(sell(1, 25, at(10)).account(7).showing(10));
    book.sell(2, 5, at(10));
    book.forget();
    book.enter(buy(3, 4, at(10)).account(7).preventing(decrement));
    book.expect({"accepted 3 4@10", "prevented 1 by 3 4@10", "reduced 1 4 left 21",
                 "cancelled 3 4 self_trade"});
    CHECK(book.row(1).shown == quantity{6});
    CHECK(book.asks() == "11@10x2");
    CHECK(book.book.position({1}) == queue_position{0, {0}});
}

TEST_CASE("6.7 prevented tells the would-be price of a peg and the resting order's standing") {
    book_fixture book;
    book.buy(1, 1, at(10));
    book.enter(buy(2, 6, at(50)).account(7).primary_peg(1));
    book.forget();
    book.enter(sell(3, 5, at(1)).account(7).preventing(cancel_oldest));
    const auto said = book.said();
    book.expect({"accepted 3 5@1", "fill 1 1@10 done", "take 3 1@10 left 4", "prevented 2 by 3 4@9",
                 "cancelled 2 6 self_trade"});
    CHECK(said[3].remaining == quantity{6});
    CHECK(said[3].filled == quantity{0});
}

TEST_CASE("6.7 a cancelled order's group effects follow its event at once") {
    using enum group_role;
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7).in_group(1, one_cancels_other, 2));
    book.enter(sell(2, 5, at(50)).account(7).in_group(1, one_cancels_other, 2));
    book.forget();
    book.enter(buy(3, 9, at(10)).account(7).preventing(cancel_both));
    book.expect({"accepted 3 9@10", "prevented 1 by 3 5@10", "cancelled 1 5 self_trade",
                 "cancelled 2 5 group", "cancelled 3 9 self_trade"});
}

TEST_CASE("6.7 of a decrement the group effects come after both orders' events") {
    using enum group_role;
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7).in_group(1, one_cancels_other, 2));
    book.enter(sell(2, 5, at(50)).account(7).in_group(1, one_cancels_other, 2));
    book.forget();
    book.enter(buy(3, 9, at(10)).account(7).preventing(decrement));
    book.expect({"accepted 3 9@10", "prevented 1 by 3 5@10", "cancelled 1 5 self_trade",
                 "reduced 3 5 left 4", "cancelled 2 5 group"});
    // Reduced in part it neither trades nor ends: its group stands.
    book.enter(sell(4, 5, at(20)).account(6).in_group(2, one_cancels_other, 2));
    book.enter(sell(5, 5, at(50)).account(6).in_group(2, one_cancels_other, 2));
    book.forget();
    book.enter(buy(6, 2, at(20)).account(6).preventing(decrement));
    book.expect({"accepted 6 2@20", "prevented 4 by 6 2@20", "reduced 4 2 left 3",
                 "cancelled 6 2 self_trade"});
    CHECK(book.row(4).group == order_group_id{2});
}

TEST_CASE("6.7 in auctions there is no self-trade prevention") {
    book_fixture book({}, market_state::pre_open);
    book.enter(sell(1, 5, at(10)).account(7).preventing(cancel_both));
    book.enter(buy(2, 5, at(10)).account(7).preventing(cancel_both));
    book.forget();
    book.go(market_state::open);
    book.expect({"state pre_open>open operator_request", "cross 2 5@10 done", "cross 1 5@10 done",
                 "uncrossed 5@10 trades 1"});
}

TEST_CASE("6.7 prevention is for retrying and triggered orders as for any aggressor") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(sell(1, 5, at(105)).account(7));
    book.enter(buy(2, 5, at(200)).account(7).stop(at(100)).preventing(cancel_newest));
    book.expect({"accepted 1 5@105", "accepted 2 5@200", "triggered 2 5@100",
                 "prevented 1 by 2 5@105", "cancelled 2 5 self_trade"});
}
