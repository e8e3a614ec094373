// RULES.md 4: entering, the walk, the trial, a trade.
#include <doctest/doctest.h>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

TEST_CASE("4.1 a stop that has not triggered waits, in open and in collecting states") {
    book_fixture book;
    book.trade_at(at(10));
    book.enter(buy(1, 5, at(20)).stop(at(11)));
    book.enter(sell(2, 5, at(1)).stop_limit(at(9)));
    book.enter(sell(3, 5, at(1)).trailing(2));
    book.go(market_state::pre_open);
    book.enter(buy(4, 5, at(20)).stop(at(11)));
    for (const std::uint64_t id : {1U, 2U, 3U, 4U}) {
        CHECK(book.place(id) == order_place::waiting);
    }
    book.forget();
}

TEST_CASE("4.2 at_the_close is parked unless the state is a closing auction") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.forget();
    // It does not trade in open, though it could.
    book.enter(buy(2, 5, at(10)).tif(time_in_force::at_the_close));
    book.enter(buy(3, 5, at(10)).market(time_in_force::at_the_close));
    book.expect({"accepted 2 5@10", "accepted 3 5@10"});
    book.auction(auction_kind::opening);
    book.enter(buy(4, 5, at(10)).tif(time_in_force::at_the_close));
    CHECK(book.place(2) == order_place::parked);
    CHECK(book.place(3) == order_place::parked);
    CHECK(book.place(4) == order_place::parked);
    book.auction(auction_kind::closing);
    book.enter(buy(5, 5, at(10)).tif(time_in_force::at_the_close));
    CHECK(book.place(5) == order_place::queue);
    CHECK(book.bids() == "20@10x4");
    book.forget();
}

TEST_CASE("4.3 a peg with a price executes at it, what remains is hidden") {
    book_fixture book;
    book.enter(sell(2, 3, at(10)).all_or_none());
    book.sell(3, 3, at(12));
    book.buy(4, 1, at(11));
    book.forget();
    // Its price is 11 − 1 = 10: it takes the hidden 2, not the displayed 12.
    book.enter(buy(5, 7, at(20)).primary_peg(1));
    book.expect({"accepted 5 7@20", "fill 2 3@10 done", "take 5 3@10 left 4"});
    CHECK(book.place(5) == order_place::hidden);
    CHECK(book.bids() == "1@11x1");
}

TEST_CASE("4.3 a peg without a price, or in a collecting state, is hidden and does not trade") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.enter(buy(2, 5, at(20)).primary_peg());
    book.enter(buy(3, 5, at(20)).mid_peg());
    book.expect({"accepted 1 5@10", "accepted 2 5@20", "accepted 3 5@20"});
    CHECK(book.place(2) == order_place::hidden);
    book.go(market_state::pre_open);
    book.enter(sell(4, 5, at(1)).primary_peg());
    CHECK(book.place(4) == order_place::hidden);
    CHECK(book.indicative() == "none");
    book.forget();
}

TEST_CASE("4.4 in a collecting state conditional orders hide, all others stand in the queue") {
    book_fixture book({}, market_state::pre_open);
    book.enter(buy(1, 5, at(12)).all_or_none());
    book.enter(buy(2, 5, at(12)).minimum(2));
    book.enter(buy(3, 5, at(12)).market(time_in_force::day));
    book.enter(buy(4, 9, at(12)).showing(3));
    book.enter(buy(5, 5, at(12)).post_only());
    book.sell(6, 1, at(5));
    CHECK(book.place(1) == order_place::hidden);
    CHECK(book.place(2) == order_place::hidden);
    CHECK(book.bids() == "13@12x3");
    CHECK(book.book.position({5}) == queue_position{2, {8}});
    book.forget();
}

TEST_CASE("4.4 a bracket's immediate entry that is activated while collecting is cancelled") {
    book_fixture book;
    book.enter(buy(3, 5, at(10)).account(3).ioc().in_group(2, group_role::entry, 2));
    book.go(market_state::pre_open);
    book.forget();
    book.enter(sell(4, 5, at(20)).account(3).in_group(2, group_role::exit, 2));
    book.expect({"accepted 4 5@20 held", "activated 3 5@10", "cancelled 3 5 unfilled",
                 "cancelled 4 5 group"});
}

TEST_CASE("4.5 in open what is neither stop, peg nor for an auction executes") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.enter(buy(2, 2, at(10)).market(time_in_force::day));
    book.enter(buy(3, 2, at(10)).showing(1));
    book.expect({"accepted 1 5@10", "accepted 2 2@10", "fill 1 2@10 left 3", "take 2 2@10 done",
                 "accepted 3 2@10", "fill 1 2@10 left 1", "take 3 2@10 done"});
}

TEST_CASE("4.6 fill_or_kill trades all of it or nothing") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.sell(2, 5, at(11));
    book.forget();
    book.enter(buy(3, 11, at(11)).fok());
    book.enter(buy(4, 6, at(10)).fok());
    book.expect({"accepted 3 11@11", "cancelled 3 11 unfilled", "accepted 4 6@10",
                 "cancelled 4 6 unfilled"});
    book.enter(buy(5, 10, at(11)).fok());
    book.expect({"accepted 5 10@11", "fill 1 5@10 done", "take 5 5@10 left 5", "fill 2 5@11 done",
                 "take 5 5@11 done"});
}

TEST_CASE("4.6 a market order trades to its worst price, and its remainder never rests in open") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.sell(2, 5, at(12));
    book.forget();
    book.enter(buy(3, 9, at(11)).market(time_in_force::day));
    book.expect(
        {"accepted 3 9@11", "fill 1 5@10 done", "take 3 5@10 left 4", "cancelled 3 4 unfilled"});
    book.enter(buy(4, 9, at(12)).market(time_in_force::fill_or_kill));
    book.expect({"accepted 4 9@12", "cancelled 4 9 unfilled"});
}

TEST_CASE("4.6 an immediate order's remainder is cancelled, a limit order's goes to its tail") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.buy(2, 1, at(9));
    book.forget();
    book.enter(buy(3, 7, at(10)).ioc());
    book.expect(
        {"accepted 3 7@10", "fill 1 5@10 done", "take 3 5@10 left 2", "cancelled 3 2 unfilled"});
    book.sell(4, 5, at(8));
    book.expect({"accepted 4 5@8", "fill 2 1@9 done", "take 4 1@9 left 4"});
    CHECK(book.asks() == "4@8x1");
}

TEST_CASE("4.6 a conditional aggressor that stays conditional is hidden with what remains") {
    book_fixture book;
    book.sell(1, 2, at(10));
    book.forget();
    book.enter(buy(2, 9, at(10)).minimum(3));
    book.expect({"accepted 2 9@10"});
    CHECK(book.place(2) == order_place::hidden);
    book.enter(buy(3, 5, at(10)).ioc().minimum(3));
    book.expect({"accepted 3 5@10", "cancelled 3 5 unfilled"});
}

TEST_CASE("4.7 the walk passes over hidden orders that require more, and goes on to worse prices") {
    book_fixture book;
    book.enter(sell(1, 10, at(10)).all_or_none());
    book.sell(2, 5, at(11));
    book.enter(sell(3, 2, at(11)).all_or_none());
    book.forget();
    book.buy(4, 7, at(11));
    book.expect({"accepted 4 7@11", "fill 2 5@11 done", "take 4 5@11 left 2", "fill 3 2@11 done",
                 "take 4 2@11 done"});
    book.buy(5, 3, at(11));
    book.expect({"accepted 5 3@11"});
    CHECK(book.bids() == "3@11x1");
}

TEST_CASE("4.7 a requirement is compared with what the aggressor has left at that moment") {
    book_fixture book;
    // 1 requires 3 at the better price; the aggressor of 5 trades it first and has 2 for the next.
    book.enter(sell(1, 3, at(10)).all_or_none());
    book.enter(sell(2, 3, at(10)).all_or_none());
    book.sell(3, 5, at(11));
    book.forget();
    book.enter(buy(4, 5, at(11)).ioc());
    book.expect({"accepted 4 5@11", "fill 1 3@10 done", "take 4 3@10 left 2", "fill 3 2@11 left 3",
                 "take 4 2@11 done"});
}

TEST_CASE("4.7 a candidate outside the corridor interrupts, and the remainder rests") {
    instrument rules;
    rules.volatility_bps = 1'000;
    rules.volatility_auction = {30};
    book_fixture book(rules);
    book.reference(at(100));
    book.sell(1, 5, at(110));
    book.sell(2, 5, at(111));
    book.forget();
    book.pass(1'000);
    book.buy(3, 8, at(120));
    book.expect({"accepted 3 8@120", "fill 1 5@110 done", "take 3 5@110 left 3",
                 "state open>auction/volatility volatility"});
    CHECK(book.bids() == "3@120x1");
    CHECK(book.book.next_due() == timestamp{1'030});
    book.pass(1'030);
    // At 111 and at 120 volume and imbalance are the same; 111 is nearer to the reference, 100.
    book.expect({"state auction>open timer", "cross 3 3@111 done", "cross 2 3@111 left 2",
                 "uncrossed 3@111 trades 1"});
}

TEST_CASE("4.7 what an interruption leaves of an immediate or market order says volatility") {
    instrument rules;
    rules.volatility_bps = 1'000;
    rules.volatility_auction = {30};
    for (const bool market : {false, true}) {
        book_fixture book(rules);
        book.reference(at(100));
        book.sell(1, 5, at(111));
        book.forget();
        book.enter(market ? buy(2, 5, at(120)).market(time_in_force::day)
                          : buy(2, 5, at(120)).ioc());
        book.expect({"accepted 2 5@120", "state open>auction/volatility volatility",
                     "cancelled 2 5 volatility"});
    }
    // A trial that would be interrupted ends without an interruption.
    book_fixture book(rules);
    book.reference(at(100));
    book.sell(1, 5, at(111));
    book.forget();
    book.enter(buy(2, 5, at(120)).fok());
    book.expect({"accepted 2 5@120", "cancelled 2 5 unfilled"});
    CHECK(book.book.state() == market_state::open);
}

TEST_CASE("4.8 a post-only order is refused when it would take") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.forget();
    book.enter(buy(2, 1, at(10)).post_only());
    book.enter(buy(3, 1, at(11)).post_only());
    book.enter(buy(4, 1, at(9)).post_only());
    book.enter(sell(5, 1, at(9)).post_only());
    book.expect({"rejected 2 would_take", "rejected 3 would_take", "accepted 4 1@9",
                 "rejected 5 would_take"});
}

TEST_CASE("4.8 whose order it is does not matter to a post-only order") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7));
    book.enter(
        buy(2, 1, at(10)).account(7).post_only().preventing(self_trade_prevention::cancel_oldest));
    book.expect({"accepted 1 5@10", "rejected 2 would_take"});
}

TEST_CASE("4.8 a hidden order counts only if its requirement is at most the post-only quantity") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).all_or_none());
    book.forget();
    book.enter(buy(2, 5, at(10)).post_only());
    book.enter(buy(3, 4, at(10)).post_only());
    book.expect({"rejected 2 would_take", "accepted 3 4@10"});
}

TEST_CASE("4.8 a peg counts with its price of the moment, not with its cap") {
    book_fixture book;
    book.sell(1, 5, at(20));
    book.enter(sell(2, 5, at(10)).primary_peg());
    book.forget();
    book.enter(buy(3, 1, at(19)).post_only());
    book.expect({"accepted 3 1@19"});
    book.enter(buy(4, 1, at(20)).post_only());
    book.expect({"rejected 4 would_take"});
    book.cancel(1);
    book.forget();
    // Now the peg has no price.
    book.enter(buy(5, 1, at(20)).post_only());
    book.expect({"accepted 5 1@20"});
}

TEST_CASE("4.8 collecting, a post-only order is accepted though it crosses") {
    book_fixture book({}, market_state::pre_open);
    book.sell(1, 5, at(10));
    book.enter(buy(2, 5, at(12)).post_only());
    book.expect({"accepted 1 5@10", "accepted 2 5@12"});
    CHECK(book.indicative() == "5@10 0");
}

TEST_CASE("4.8 an activated post-only order that would take is cancelled") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.forget();
    // Held: not checked on acceptance.
    book.enter(
        buy(2, 5, at(10)).account(2).post_only().in_group(1, group_role::one_cancels_other, 2));
    book.enter(buy(3, 5, at(9)).account(2).in_group(1, group_role::one_cancels_other, 2));
    book.expect({"accepted 2 5@10 held", "accepted 3 5@9 held", "activated 2 5@10",
                 "cancelled 2 5 would_take", "cancelled 3 5 group"});
}

TEST_CASE("4.8 an accepted post-only order does not walk, a hidden order then retries against it") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).all_or_none());
    book.buy(2, 3, at(10));
    book.forget();
    book.enter(buy(3, 2, at(10)).post_only());
    book.expect({"accepted 3 2@10", "fill 2 3@10 done", "take 1 3@10 left 2", "fill 3 2@10 done",
                 "take 1 2@10 done"});
}

TEST_CASE("4.9 in a trial orders that prevention takes away do not count as filled") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7));
    book.enter(sell(2, 5, at(10)).account(8));
    book.forget();
    book.enter(
        buy(3, 10, at(10)).account(7).fok().preventing(self_trade_prevention::cancel_oldest));
    book.expect({"accepted 3 10@10", "cancelled 3 10 unfilled"});
    CHECK(book.asks() == "10@10x2");
    book.enter(buy(4, 5, at(10)).account(7).fok().preventing(self_trade_prevention::cancel_oldest));
    book.expect({"accepted 4 5@10", "prevented 1 by 4 5@10", "cancelled 1 5 self_trade",
                 "fill 2 5@10 done", "take 4 5@10 done"});
}

TEST_CASE("4.9 a trial ends where prevention would cancel the aggressor") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(8));
    book.enter(sell(2, 5, at(10)).account(7));
    book.enter(sell(3, 5, at(10)).account(8));
    book.forget();
    book.enter(
        buy(4, 10, at(10)).account(7).fok().preventing(self_trade_prevention::cancel_newest));
    book.expect({"accepted 4 10@10", "cancelled 4 10 unfilled"});
    book.enter(buy(5, 5, at(10)).account(7).fok().preventing(self_trade_prevention::cancel_newest));
    book.expect({"accepted 5 5@10", "fill 1 5@10 done", "take 5 5@10 done"});
}

TEST_CASE("4.9 in a trial lots taken by decrement do not count as filled") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7));
    book.enter(sell(2, 20, at(10)).account(8));
    book.forget();
    book.enter(buy(3, 10, at(10)).account(7).fok().preventing(self_trade_prevention::decrement));
    book.expect({"accepted 3 10@10", "cancelled 3 10 unfilled"});
    // For a minimum it is the sum over the walk that counts.
    book.enter(
        buy(4, 10, at(10)).account(7).minimum(5).preventing(self_trade_prevention::decrement));
    book.expect({"accepted 4 10@10", "prevented 1 by 4 5@10", "cancelled 1 5 self_trade",
                 "reduced 4 5 left 5", "fill 2 5@10 left 15", "take 4 5@10 done"});
}

TEST_CASE("4.9 in a trial orders that a group would take away are away") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(1).in_group(1, group_role::one_cancels_other, 2));
    book.enter(sell(2, 5, at(11)).account(1).in_group(1, group_role::one_cancels_other, 2));
    book.forget();
    book.enter(buy(3, 10, at(11)).fok());
    book.expect({"accepted 3 10@11", "cancelled 3 10 unfilled"});
    CHECK(book.asks() == "5@10x1 5@11x1");
    book.enter(buy(4, 6, at(11)).ioc());
    book.expect({"accepted 4 6@11", "fill 1 5@10 done", "take 4 5@10 left 1", "cancelled 2 5 group",
                 "cancelled 4 1 unfilled"});
}

TEST_CASE("4.9 a trial goes through the refills of an iceberg") {
    book_fixture book;
    book.enter(sell(1, 30, at(10)).showing(10));
    book.sell(2, 5, at(10));
    book.forget();
    book.enter(buy(3, 36, at(10)).fok());
    book.expect({"accepted 3 36@10", "cancelled 3 36 unfilled"});
    book.enter(buy(4, 35, at(10)).fok());
    book.expect({"accepted 4 35@10", "fill 1 10@10 left 20", "take 4 10@10 left 25",
                 "refilled 1 10@10", "fill 2 5@10 done", "take 4 5@10 left 20",
                 "fill 1 10@10 left 10", "take 4 10@10 left 10", "refilled 1 10@10",
                 "fill 1 10@10 done", "take 4 10@10 done"});
}

TEST_CASE("4.10 trades are numbered without a gap, counted, and become the last price") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.sell(2, 5, at(11));
    book.forget();
    book.enter(buy(3, 7, at(11)));
    const auto said = book.said();
    REQUIRE(said.size() == 5);
    CHECK(said[1].number == 1);
    CHECK(said[2].number == 1);
    CHECK(said[3].number == 2);
    CHECK(said[4].number == 2);
    CHECK(book.book.last_price() == at(11));
    CHECK(book.book.statistics().lots == 7);
    CHECK(book.book.statistics().trades == 2);
    book.forget();
}

TEST_CASE("4.10 after the fills: refill, the resting order's group, then the aggressor's") {
    using enum group_role;
    book_fixture book;
    // The resting iceberg is an exit-turned member with another; the aggressor has a group as well.
    book.enter(sell(1, 20, at(10)).account(1).showing(5).in_group(1, one_cancels_other, 2));
    book.enter(sell(2, 20, at(50)).account(1).in_group(1, one_cancels_other, 2));
    book.enter(buy(3, 9, at(1)).account(3).in_group(2, one_cancels_other, 2));
    book.forget();
    book.enter(buy(4, 5, at(10)).account(3).in_group(2, one_cancels_other, 2));
    book.expect({"accepted 4 5@10 held", "activated 3 9@1", "activated 4 5@10",
                 "fill 1 5@10 left 15", "take 4 5@10 done", "refilled 1 5@10",
                 "cancelled 2 20 group", "cancelled 3 9 group"});
    CHECK(book.row(1).group == order_group_id{});
}
