// RULES.md 10 and 11: settling, and time.
#include <doctest/doctest.h>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

TEST_CASE("10.1 pending orders come before retries") {
    book_fixture book;
    book.trade_at(at(100));
    book.sell(1, 5, at(105));
    book.enter(buy(2, 7, at(105)).all_or_none());  // could trade when two more are offered
    book.enter(buy(3, 5, at(200)).stop(at(101)));
    book.buy(5, 1, at(101));
    book.forget();
    // The print of 101 triggers 3, which takes five; had 2 retried first, it would have had all.
    book.sell(6, 3, at(101));
    book.expect({"accepted 6 3@101", "fill 5 1@101 done", "take 6 1@101 left 2",
                 "triggered 3 5@101", "fill 6 2@101 done", "take 3 2@101 left 3",
                 "fill 1 3@105 left 2", "take 3 3@105 done"});
    CHECK(book.place(2) == order_place::hidden);
}

TEST_CASE("10.1 of hidden orders that could trade the one with the earliest priority retries") {
    book_fixture book;
    book.enter(buy(5, 6, at(10)).all_or_none());
    book.enter(buy(2, 6, at(12)).all_or_none());
    book.sell(3, 5, at(9));
    book.forget();
    // The better price does not count here, the priority does.
    book.sell(4, 1, at(10));
    book.expect({"accepted 4 1@10", "fill 3 5@9 done", "take 5 5@9 left 1", "fill 4 1@10 done",
                 "take 5 1@10 done"});
}

TEST_CASE("10.1 a peg retries with its price of the moment, a conditional with its worst price") {
    book_fixture book;
    book.enter(buy(2, 9, at(50)).primary_peg(1));
    book.enter(sell(1, 4, at(12)).all_or_none());
    book.buy(3, 1, at(12));  // the peg at 11 does not reach 12
    book.expect({"accepted 2 9@50", "accepted 1 4@12", "accepted 3 1@12"});
    book.buy(4, 1, at(13));
    book.expect({"accepted 4 1@13", "fill 1 4@12 done", "take 2 4@12 left 5"});
}

TEST_CASE("10.1 pegs are priced before a new order does anything else") {
    book_fixture book;
    book.buy(1, 1, at(10));
    book.buy(2, 1, at(8));
    book.enter(buy(3, 5, at(50)).primary_peg());
    book.cancel(1);
    book.forget();
    book.enter(sell(4, 2, at(1)).ioc());
    book.expect({"accepted 4 2@1", "fill 2 1@8 done", "take 4 1@8 left 1", "fill 3 1@8 left 4",
                 "take 4 1@8 done"});
}

TEST_CASE("10.1 of an order being replaced pegs are priced after it has left its place") {
    book_fixture book;
    book.buy(1, 1, at(19));
    book.buy(2, 1, at(5));
    book.sell(4, 9, at(20));
    book.enter(sell(6, 1, at(1)).mid_peg());
    book.forget();
    // Bid 19, ask 20: 6 stands at 20. Replaced to 13, 1 meets 6 at the middle of 5 and 20, 13.
    book.reprice(1, at(13));
    book.expect({"replaced 1 1@13 left 1", "fill 6 1@13 done", "take 1 1@13 done"});
}

// Trials that have failed are not made again for nothing; here something small was what they wanted.

TEST_CASE("10.1 a hidden order retries when the order of its owner that stopped it has gone") {
    for (const bool replaced : {false, true}) {
        book_fixture book;
        book.sell(1, 5, at(10));
        book.enter(sell(2, 1, at(11)).account(7));
        book.sell(3, 5, at(12));
        book.enter(buy(4, 8, at(12))
                       .account(7)
                       .all_or_none()
                       .preventing(self_trade_prevention::cancel_newest));
        book.buy(5, 1, at(10));  // one of those before the order that stops it goes
        book.sell(6, 1, at(10));
        book.cancel(6);
        book.enter(sell(7, 1, at(9)).account(7));  // another one that would stop it comes and goes
        book.cancel(7);
        CHECK(book.place(4) == order_place::hidden);
        if (replaced) {
            book.reprice(2, at(13));
        } else {
            book.cancel(2);
        }
        CHECK_FALSE(book.lives(4));
        CHECK(book.row(3).remaining == quantity{1});
        book.forget();
    }
}

TEST_CASE("10.1 a hidden order retries when fewer lots before let it meet a larger requirement") {
    book_fixture book;
    book.sell(1, 51, at(10));
    // 2 does not trade with 3 as an aggressor, but 3 with 2.
    book.enter(sell(2, 90, at(11))
                   .account(3)
                   .all_or_none()
                   .preventing(self_trade_prevention::cancel_newest));
    book.enter(buy(3, 100, at(11)).minimum(60));  // 51, and then 49 are too few for 2
    CHECK(book.place(3) == order_place::hidden);
    book.forget();
    book.cancel(1);
    book.expect({"cancelled 1 51 requested", "fill 2 90@11 done", "take 3 90@11 left 10"});
}

TEST_CASE("10.1 a hidden order retries when decremented lots would make it pass an order over") {
    book_fixture book;
    book.enter(sell(1, 60, at(11))
                   .account(7)
                   .all_or_none()
                   .preventing(self_trade_prevention::cancel_newest));
    book.sell(2, 200, at(12));
    book.enter(buy(3, 100, at(12))
                   .account(7)
                   .minimum(50)
                   .preventing(self_trade_prevention::decrement));  // 60 go, and 40 are too few
    CHECK(book.place(3) == order_place::hidden);
    book.forget();
    book.enter(sell(4, 41, at(10)).account(7));
    CHECK_FALSE(book.lives(3));
    CHECK(book.row(1).remaining == quantity{60});
    CHECK(book.row(2).remaining == quantity{141});
    book.forget();
}

TEST_CASE("10.1 a hidden order retries when its own quantity has become small enough") {
    book_fixture book;
    book.sell(1, 8, at(10));
    book.enter(buy(2, 9, at(10)).all_or_none());
    book.resize(2, 8);
    CHECK_FALSE(book.lives(2));
    book.forget();
}

TEST_CASE("10.1 a hidden order retries when what stood before the corridor has gone") {
    instrument rules;
    rules.volatility_bps = 1'000;
    rules.volatility_auction = {30};
    book_fixture book(rules);
    book.reference(at(100));
    book.sell(1, 5, at(80));  // below the corridor of 90 to 110
    book.sell(2, 5, at(100));
    book.enter(buy(3, 5, at(100)).all_or_none());
    CHECK(book.place(3) == order_place::hidden);
    book.cancel(1);
    CHECK_FALSE(book.lives(3));
    book.forget();
}

TEST_CASE("10.1 a hidden order retries when the corridor has moved") {
    instrument rules;
    rules.volatility_bps = 1'000;
    rules.volatility_auction = {30};
    book_fixture book(rules);
    book.reference(at(100));
    book.sell(1, 5, at(110));
    book.sell(2, 5, at(120));
    book.enter(buy(3, 9, at(120)).all_or_none());
    CHECK(book.place(3) == order_place::hidden);
    book.reference(at(115));
    book.buy(4, 1, at(1));  // the next command's corridor is the new one
    CHECK_FALSE(book.lives(3));
    book.forget();
}

TEST_CASE("10.2 prints of an interrupted walk trigger stops too, which then wait") {
    instrument rules;
    rules.volatility_bps = 1'000;
    rules.volatility_auction = {30};
    book_fixture book(rules);
    book.trade_at(at(100));
    book.enter(buy(1, 2, at(150)).stop(at(105)));
    book.sell(2, 1, at(105));
    book.sell(3, 5, at(120));
    book.forget();
    book.enter(buy(4, 3, at(130)).ioc());
    book.expect({"accepted 4 3@130", "fill 2 1@105 done", "take 4 1@105 left 2",
                 "state open>auction/volatility volatility", "cancelled 4 2 volatility",
                 "triggered 1 2@105"});
    CHECK(book.place(1) == order_place::pending);
}

TEST_CASE("10.2 stops are looked at after what remained has been dealt with") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(sell(1, 5, at(90)).stop(at(99)));
    book.sell(2, 1, at(99));
    book.forget();
    book.enter(buy(3, 6, at(99)).ioc());
    book.expect({"accepted 3 6@99", "fill 2 1@99 done", "take 3 1@99 left 5",
                 "cancelled 3 5 unfilled", "triggered 1 5@99", "cancelled 1 5 unfilled"});
}

TEST_CASE("10.3 settling stops when a step leaves open, and goes on when it is open again") {
    instrument rules;
    rules.volatility_bps = 1'000;
    rules.volatility_auction = {30};
    book_fixture book(rules);
    book.trade_at(at(100));
    book.enter(buy(1, 2, at(150)).stop(at(105)));
    book.enter(buy(2, 2, at(150)).stop(at(105)));
    book.sell(3, 1, at(105));
    book.sell(4, 9, at(120));
    book.forget();
    book.buy(5, 1, at(105));
    // 105 is the print; 1 acts with the base of the command, 100: 120 is outside.
    book.expect({"accepted 5 1@105", "fill 3 1@105 done", "take 5 1@105 done", "triggered 1 2@105",
                 "triggered 2 2@105", "state open>auction/volatility volatility",
                 "cancelled 1 2 volatility"});
    CHECK(book.place(2) == order_place::pending);
    book.reference(at(118));
    book.forget();
    book.pass(30);
    // The base is the last price, 105; 115 is the limit: interrupted again, for 2 as well.
    book.expect({"state auction>open timer", "state open>auction/volatility volatility",
                 "cancelled 2 2 volatility"});
}

TEST_CASE("10.4 a retry's remainder goes back with its priority, or to the tail if ordinary now") {
    book_fixture book;
    book.enter(buy(1, 10, at(10)).minimum(5));
    book.buy(2, 3, at(10));
    book.sell(3, 3, at(11));
    book.forget();
    book.enter(sell(4, 8, at(10)).minimum(8));
    // 4 fills its eight of 2 and 1 as an aggressor; 1 met its minimum with five.
    book.expect({"accepted 4 8@10", "fill 2 3@10 done", "take 4 3@10 left 5", "fill 1 5@10 left 5",
                 "take 4 5@10 done"});
    CHECK(book.bids() == "5@10x1");
    book_fixture two;
    two.enter(buy(1, 10, at(10)).minimum(5));
    two.sell(2, 3, at(10));
    two.buy(9, 1, at(9));
    two.forget();
    two.sell(3, 3, at(10));
    two.expect({"accepted 3 3@10", "fill 2 3@10 done", "take 1 3@10 left 7", "fill 3 3@10 done",
                "take 1 3@10 left 4"});
    CHECK(two.bids() == "4@10x1 1@9x1");
}

TEST_CASE("11.1 what is due happens by time, expiries by rising id before the timer") {
    book_fixture book;
    book.enter(buy(3, 5, at(10)).until(200));
    book.enter(buy(1, 5, at(10)).until(200));
    book.enter(buy(2, 5, at(10)).until(100));
    book.enter(buy(4, 5, at(10)).until(201));
    book.go(market_state::pre_open, 200, market_state::closed);
    book.forget();
    book.pass(300);
    book.expect({"cancelled 2 5 expired", "cancelled 1 5 expired", "cancelled 3 5 expired",
                 "state pre_open>closed timer", "cancelled 4 5 expired"});
}

TEST_CASE("11.1 an order expires in whatever place it is") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 5, at(10)).until(100));
    book.enter(buy(2, 5, at(10)).primary_peg().until(100));
    book.enter(buy(3, 5, at(10)).all_or_none().until(100));
    book.enter(buy(4, 5, at(120)).stop(at(110)).until(100));
    book.enter(buy(5, 5, at(10)).until(100).in_group(1, group_role::one_cancels_other, 2));
    book.go(market_state::pre_open);
    book.enter(buy(6, 5, at(120)).stop(at(100)).until(100));
    book.forget();
    book.pass(99);
    book.expect({});
    book.pass(100);
    book.expect({"cancelled 1 5 expired", "cancelled 2 5 expired", "cancelled 3 5 expired",
                 "cancelled 4 5 expired", "cancelled 5 5 expired", "cancelled 6 5 expired"});
}

TEST_CASE("11.1 an expiry has group effects, and settles") {
    book_fixture book;
    book.enter(
        sell(1, 5, at(20)).account(7).until(100).in_group(1, group_role::one_cancels_other, 2));
    book.enter(sell(2, 5, at(30)).account(7).in_group(1, group_role::one_cancels_other, 2));
    book.forget();
    book.pass(100);
    book.expect({"cancelled 1 5 expired", "cancelled 2 5 group"});
}

TEST_CASE("11.2 now is the entry's timestamp, not the moment at which something was due") {
    instrument rules;
    rules.reopening_auction = {50};
    book_fixture book(rules);
    book.go(market_state::halted, 100);
    book.pass(1'000);
    CHECK(book.book.next_due() == timestamp{1'050});
    book.forget();
    // Both the timer and what follows from it can be due in one entry only at its own time.
    book.pass(1'049);
    book.expect({});
    book.pass(2'000);
    book.expect({"state auction>open timer"});
}

TEST_CASE("11.3 the next due moment is the earliest of expiries and the timer") {
    book_fixture book;
    CHECK_FALSE(book.book.next_due().has_value());
    book.enter(buy(1, 5, at(10)).until(200));
    CHECK(book.book.next_due() == timestamp{200});
    book.enter(buy(2, 5, at(10)).until(150));
    CHECK(book.book.next_due() == timestamp{150});
    book.go(market_state::pre_open, 120);
    CHECK(book.book.next_due() == timestamp{120});
    book.go(market_state::open);
    CHECK(book.book.next_due() == timestamp{150});
    book.cancel(2);
    CHECK(book.book.next_due() == timestamp{200});
    book.sell(3, 5, at(10));
    CHECK_FALSE(book.book.next_due().has_value());
    book.forget();
}
