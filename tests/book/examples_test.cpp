// The examples of RULES.md, each as it stands there: who changes one changes both. Sections 1 to 6;
// the others are in later_examples_test.cpp.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/book_fixture.hpp"

using namespace bourse;
using enum self_trade_prevention;
using enum time_in_force;
using group_role::one_cancels_other;

TEST_CASE("1.6 the example: displayed before hidden, then the worse price") {
    book_fixture book;
    book.sell(1, 5, at(11));
    book.enter(sell(2, 5, at(10)).all_or_none());
    book.sell(3, 5, at(10));
    book.forget();
    book.buy(4, 12, at(11));
    book.expect({"accepted 4 12@11", "fill 3 5@10 done", "take 4 5@10 left 7", "fill 2 5@10 done",
                 "take 4 5@10 left 2", "fill 1 2@11 left 3", "take 4 2@11 done"});
}

// --- States -------------------------------------------------------------------------------------

TEST_CASE("2.1 the example: pre_open and halted") {
    book_fixture book({}, market_state::pre_open);
    book.buy(1, 5, at(12));
    book.sell(2, 5, at(10));
    book.expect({"accepted 1 5@12", "accepted 2 5@10"});
    book.go(market_state::halted);
    book.buy(3, 5, at(12));
    book.cancel(1);
    book.expect({"state pre_open>halted operator_request", "rejected 3 market_halted",
                 "cancelled 1 5 requested"});
}

TEST_CASE("2.3 the example: a time that has passed") {
    book_fixture book;
    book.pass(100);
    book.go(market_state::halted, 90);
    book.go(market_state::halted, 110);
    book.expect({"command_rejected invalid_state", "state open>halted operator_request"});
}

TEST_CASE("2.5 the example: collects until 9:30, then uncrosses and opens") {
    book_fixture book({}, market_state::pre_open);
    book.auction(auction_kind::opening, 930);
    book.buy(1, 5, at(10));
    book.sell(2, 5, at(9));
    book.forget();
    book.pass(929);
    book.expect({});
    book.pass(930);
    book.expect({"state auction>open timer", "cross 1 5@9 done", "cross 2 5@9 done",
                 "uncrossed 5@9 trades 1"});
    CHECK_FALSE(book.book.next_due().has_value());
}

TEST_CASE("2.5 the example: a closing auction") {
    book_fixture book;
    book.enter(buy(1, 10, at(9)).tif(day));
    book.enter(buy(2, 4, at(8)).tif(day));
    book.buy(3, 4, at(7));
    book.enter(sell(4, 12, at(9)).tif(at_the_close));
    CHECK(book.place(4) == order_place::parked);
    book.auction(auction_kind::closing);
    CHECK(book.place(4) == order_place::queue);
    book.forget();
    book.go(market_state::closed);
    book.expect({"state auction>closed operator_request", "cross 1 10@9 done",
                 "cross 4 10@9 left 2", "uncrossed 10@9 trades 1", "cancelled 4 2 auction_ended",
                 "cancelled 2 4 expired"});
    CHECK(book.bids() == "4@7x1");
}

TEST_CASE("2.6 the example: a halt that ends by itself") {
    instrument rules;
    rules.reopening_auction = {20};
    book_fixture book(rules);
    book.go(market_state::halted, 100);
    book.forget();
    book.pass(100);
    book.expect({"state halted>auction/reopening timer"});
    book.pass(119);
    book.expect({});
    book.pass(120);
    book.expect({"state auction>open timer"});
}

// --- Checks -------------------------------------------------------------------------------------

namespace {

/// The book of the examples of section 3, whose orders 1 to 4 live.
struct strict_book {
    book_fixture book{rules()};
    /// What would be accepted.
    draft good = sell(9, 100, at(1'000));

    strict_book() {
        book.reference(at(1'000));
        book.buy(1, 100, at(950));
        book.enter(buy(2, 100, at(1'000)).primary_peg());
        book.enter(sell(3, 100, at(1'000)).trailing(50));
        book.enter(sell(4, 100, at(1'050)).in_group(5, one_cancels_other, 2));
        REQUIRE(book.book.size() == 4);
        book.forget();
    }
    static instrument rules() {
        instrument rules;
        rules.ticks = {{0, 5}};
        rules.lot = {10};
        rules.min_quantity = {20};
        rules.max_quantity = {200};
        rules.min_notional = 30'000;
        rules.max_notional = 150'000;
        rules.band_bps = 1'000;
        rules.max_orders = 5;
        rules.max_hidden_orders = 1;
        rules.max_trailing_stops = 1;
        return rules;
    }
    std::string answer(const new_order& order) {
        book.forget();
        book.enter(order);
        const std::string first = in_short(book.said().at(0));
        book.forget();
        return first;
    }
};

}  // namespace

TEST_CASE("3.19 the example: each reason with an order that has it") {
    strict_book s;
    SUBCASE("by the order") {
        CHECK(s.answer(sell(0, 100, at(1'000))) == "rejected 0 invalid_order_id");
        CHECK(s.answer(sell(1, 100, at(1'000))) == "rejected 1 duplicate_order_id");
        CHECK(s.answer(s.good.market(good_till_cancelled)) == "rejected 9 invalid_combination");
    }
    SUBCASE("it is at_the_open") {
        CHECK(s.answer(s.good.tif(at_the_open)) == "rejected 9 not_accepted_now");
    }
    SUBCASE("by quantity or price") {
        CHECK(s.answer(sell(9, 0, at(1'000))) == "rejected 9 invalid_quantity");
        CHECK(s.answer(sell(9, 105, at(1'000))) == "rejected 9 off_lot");
        CHECK(s.answer(sell(9, 10, at(1'000))) == "rejected 9 below_min_quantity");
        CHECK(s.answer(sell(9, 210, at(1'000))) == "rejected 9 above_max_quantity");
        CHECK(s.answer(sell(9, 100, at(1'001))) == "rejected 9 off_tick");
        CHECK(s.answer(sell(9, 100, at(1'105))) == "rejected 9 outside_band");
        CHECK(s.answer(sell(9, 20, at(1'000))) == "rejected 9 below_min_notional");
        CHECK(s.answer(sell(9, 160, at(1'000))) == "rejected 9 above_max_notional");
    }
    SUBCASE("it displays 15") {
        CHECK(s.answer(s.good.showing(15)) == "rejected 9 invalid_display");
    }
    SUBCASE("its minimum is 110") {
        CHECK(s.answer(s.good.minimum(110)) == "rejected 9 invalid_minimum");
    }
    SUBCASE("it trails by nothing") {
        CHECK(s.answer(s.good.trailing(0)) == "rejected 9 invalid_offset");
    }
    SUBCASE("it is good till now") {
        s.book.pass(50);
        CHECK(s.answer(s.good.until(50)) == "rejected 9 invalid_expiry");
    }
    SUBCASE("it names another account's group") {
        CHECK(s.answer(s.good.in_group(5, one_cancels_other, 2)) == "rejected 9 invalid_group");
        CHECK(s.book.lives(4));
    }
    SUBCASE("it is a trailing stop, and there is no reference price") {
        s.book.clear_reference();
        CHECK(s.answer(s.good.trailing(50)) == "rejected 9 no_reference_price");
    }
    SUBCASE("a fifth order lives") {
        s.book.sell(5, 100, at(1'000));
        REQUIRE(s.book.lives(5));
        CHECK(s.answer(s.good) == "rejected 9 book_full");
    }
    SUBCASE("it is a peg") {
        CHECK(s.answer(s.good.primary_peg()) == "rejected 9 hidden_full");
    }
    SUBCASE("it is a trailing stop") {
        CHECK(s.answer(s.good.trailing(50)) == "rejected 9 trailing_full");
    }
    SUBCASE("it would take") {
        CHECK(s.answer(sell(9, 100, at(950)).post_only()) == "rejected 9 would_take");
    }
    SUBCASE("the book is closed") {
        s.book.go(market_state::closed);
        CHECK(s.answer(s.good) == "rejected 9 market_closed");
    }
    SUBCASE("the book is halted") {
        s.book.go(market_state::halted);
        CHECK(s.answer(s.good) == "rejected 9 market_halted");
    }
    SUBCASE("nothing is wrong") {
        CHECK(s.answer(s.good) == "accepted 9 100@1000");
    }
}

TEST_CASE("3.19 the example: the first reason in the order of the checks is the answer") {
    strict_book s;
    CHECK(s.answer(sell(9, 15, at(1'203))) == "rejected 9 off_lot");
    CHECK(s.answer(sell(9, 20, at(1'203))) == "rejected 9 off_tick");
    CHECK(s.answer(sell(9, 20, at(1'205))) == "rejected 9 outside_band");
    CHECK(s.answer(sell(9, 20, at(1'100))) == "rejected 9 below_min_notional");
    CHECK(s.answer(sell(9, 30, at(1'100))) == "accepted 9 30@1100");
    s.book.cancel(9);
    s.book.go(market_state::closed);
    for (const auto& [lots, ticks] :
         {std::pair{15, 1'203}, {20, 1'203}, {20, 1'205}, {20, 1'100}, {30, 1'100}}) {
        CHECK(s.answer(sell(9, lots, at(ticks))) == "rejected 9 market_closed");
    }
}

TEST_CASE("3.20 the example: what is not combined") {
    book_fixture book;
    book.enter(buy(1, 10, at(10)).market(good_till_cancelled));
    book.enter(buy(2, 10, at(10)).stop(at(9)).ioc());
    book.enter(buy(3, 10, at(10)).showing(5).minimum(5));
    book.enter(buy(4, 10, at(10)).mid_peg().in_group(1, one_cancels_other, 2));
    book.enter(buy(5, 10, at(10)).until(100).tif(good_till_cancelled));
    book.enter(buy(6, 10, at(10)).showing(5).post_only());
    book.expect({"rejected 1 invalid_combination", "rejected 2 invalid_combination",
                 "rejected 3 invalid_combination", "rejected 4 invalid_combination",
                 "rejected 5 invalid_combination", "accepted 6 10@10"});
}

// --- Entering -----------------------------------------------------------------------------------

TEST_CASE("4.2 the example: a stop waits, an order at_the_close is parked") {
    book_fixture book;
    book.trade_at(at(100));
    book.sell(1, 5, at(100));
    book.enter(buy(2, 5, at(200)).stop(at(105)));
    book.enter(buy(3, 5, at(100)).tif(at_the_close));
    book.expect({"accepted 1 5@100", "accepted 2 5@200", "accepted 3 5@100"});
    CHECK(book.place(2) == order_place::waiting);
    CHECK(book.place(3) == order_place::parked);
}

TEST_CASE("4.3 the example: pegs go to hidden") {
    book_fixture book;
    book.buy(1, 5, at(10));
    book.sell(2, 5, at(13));
    book.enter(buy(3, 5, at(20)).mid_peg());
    book.enter(sell(4, 5, at(10)).primary_peg());
    book.expect({"accepted 1 5@10", "accepted 2 5@13", "accepted 3 5@20", "accepted 4 5@10"});
    CHECK(book.place(3) == order_place::hidden);
    CHECK(book.place(4) == order_place::hidden);
    CHECK(book.bids() == "5@10x1");
    CHECK(book.asks() == "5@13x1");
    book.sell(5, 5, at(11));
    book.buy(6, 10, at(13));
    book.expect({"accepted 5 5@11", "fill 3 5@11 done", "take 5 5@11 done", "accepted 6 10@13",
                 "fill 2 5@13 done", "take 6 5@13 left 5", "fill 4 5@13 done", "take 6 5@13 done"});
}

TEST_CASE("4.4 the example: a market order in pre_open") {
    book_fixture book({}, market_state::pre_open);
    book.enter(buy(1, 5, at(12)).market(day));
    CHECK(book.bids() == "5@12x1");
    book.sell(2, 3, at(10));
    book.enter(buy(3, 5, at(9)).tif(at_the_open));
    book.forget();
    book.go(market_state::open);
    book.expect({"state pre_open>open operator_request", "cross 1 3@10 left 2", "cross 2 3@10 done",
                 "uncrossed 3@10 trades 1", "cancelled 1 2 auction_ended",
                 "cancelled 3 5 auction_ended"});
}

TEST_CASE("4.6 the example: what becomes of a buy of 8") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.sell(2, 5, at(11));
    book.forget();
    SUBCASE("limit 10, good_till_cancelled") {
        book.buy(3, 8, at(10));
        book.expect({"accepted 3 8@10", "fill 1 5@10 done", "take 3 5@10 left 3"});
        CHECK(book.bids() == "3@10x1");
    }
    SUBCASE("limit 10, immediate_or_cancel") {
        book.enter(buy(3, 8, at(10)).ioc());
        book.expect({"accepted 3 8@10", "fill 1 5@10 done", "take 3 5@10 left 3",
                     "cancelled 3 3 unfilled"});
    }
    SUBCASE("limit 10, fill_or_kill") {
        book.enter(buy(3, 8, at(10)).fok());
        book.expect({"accepted 3 8@10", "cancelled 3 8 unfilled"});
    }
    SUBCASE("limit 11, fill_or_kill") {
        book.enter(buy(3, 8, at(11)).fok());
        book.expect({"accepted 3 8@11", "fill 1 5@10 done", "take 3 5@10 left 3",
                     "fill 2 3@11 left 2", "take 3 3@11 done"});
    }
    SUBCASE("limit 11, all_or_none") {
        book.enter(buy(3, 8, at(11)).all_or_none());
        book.expect({"accepted 3 8@11", "fill 1 5@10 done", "take 3 5@10 left 3",
                     "fill 2 3@11 left 2", "take 3 3@11 done"});
    }
    SUBCASE("limit 10, all_or_none") {
        book.enter(buy(3, 8, at(10)).all_or_none());
        book.expect({"accepted 3 8@10"});
        CHECK(book.place(3) == order_place::hidden);
    }
    SUBCASE("market, worst price 10") {
        book.enter(buy(3, 8, at(10)).market());
        book.expect({"accepted 3 8@10", "fill 1 5@10 done", "take 3 5@10 left 3",
                     "cancelled 3 3 unfilled"});
    }
    SUBCASE("market, worst price 11") {
        book.enter(buy(3, 8, at(11)).market());
        book.expect({"accepted 3 8@11", "fill 1 5@10 done", "take 3 5@10 left 3",
                     "fill 2 3@11 left 2", "take 3 3@11 done"});
    }
}

TEST_CASE("4.8 the example: post_only") {
    book_fixture displayed;
    displayed.sell(1, 5, at(10));
    displayed.enter(buy(2, 5, at(10)).post_only());
    displayed.enter(buy(3, 5, at(9)).post_only());
    displayed.expect({"accepted 1 5@10", "rejected 2 would_take", "accepted 3 5@9"});
    book_fixture hidden;
    hidden.enter(sell(1, 5, at(8)).all_or_none());
    hidden.enter(buy(2, 4, at(9)).post_only());
    hidden.cancel(2);
    hidden.enter(buy(3, 5, at(9)).post_only());
    hidden.expect(
        {"accepted 1 5@8", "accepted 2 4@9", "cancelled 2 4 requested", "rejected 3 would_take"});
}

TEST_CASE("4.9 the example: on paper nothing changes") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7));
    book.enter(sell(2, 5, at(11)).account(8));
    book.forget();
    book.enter(buy(3, 8, at(11)).account(7).fok().preventing(cancel_oldest));
    book.expect({"accepted 3 8@11", "cancelled 3 8 unfilled"});
    CHECK(book.asks() == "5@10x1 5@11x1");
    book.enter(buy(4, 5, at(11)).account(7).fok().preventing(cancel_oldest));
    book.expect({"accepted 4 5@11", "prevented 1 by 4 5@10", "cancelled 1 5 self_trade",
                 "fill 2 5@11 done", "take 4 5@11 done"});
}

TEST_CASE("4.10 the example: the two fills of a trade") {
    book_fixture book;
    book.sell(1, 8, at(9));
    book.forget();
    book.buy(2, 5, at(10));
    const std::vector<event> said = book.said();
    book.expect({"accepted 2 5@10", "fill 1 5@9 left 3", "take 2 5@9 done"});
    CHECK(said[1].number == 1);
    CHECK(said[2].number == 1);
    CHECK(book.book.last_price() == at(9));
}

// --- Stops --------------------------------------------------------------------------------------

TEST_CASE("5.1 the example: one stop waits, one is triggered at once") {
    book_fixture book;
    book.trade_at(at(100));
    book.buy(1, 5, at(98));
    book.enter(sell(2, 5, at(90)).stop(at(99)));
    book.expect({"accepted 1 5@98", "accepted 2 5@90"});
    CHECK(book.place(2) == order_place::waiting);
    book.enter(sell(3, 5, at(90)).stop(at(101)));
    // What it trades, at 98, then meets the stop that waits.
    book.expect({"accepted 3 5@90", "triggered 3 5@101", "fill 1 5@98 done", "take 3 5@98 done",
                 "triggered 2 5@99", "cancelled 2 5 unfilled"});
}

TEST_CASE("5.2 the example: the first stop price of trailing stops") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(sell(1, 5, at(1)).trailing(3));
    book.enter(buy(2, 5, at(200)).trailing(3));
    CHECK(book.row(1).stop_price == at(97));
    CHECK(book.row(2).stop_price == at(103));
    book.forget();
}

TEST_CASE("5.3 the example: elected by print, triggered by priority") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 5, at(200)).stop(at(105)));
    book.enter(buy(2, 5, at(200)).stop(at(101)));
    book.sell(3, 1, at(101));
    book.sell(4, 1, at(105));
    book.sell(5, 5, at(106));
    book.sell(6, 5, at(107));
    book.forget();
    book.buy(7, 2, at(105));
    book.expect({"accepted 7 2@105", "fill 3 1@101 done", "take 7 1@101 left 1",
                 "fill 4 1@105 done", "take 7 1@105 done", "triggered 1 5@105", "triggered 2 5@101",
                 "fill 5 5@106 done", "take 1 5@106 done", "fill 6 5@107 done",
                 "take 2 5@107 done"});
}

TEST_CASE("5.4 the example: what is triggered in an auction acts in open") {
    book_fixture book;
    book.trade_at(at(100));
    book.auction(auction_kind::opening);
    book.forget();
    book.enter(buy(1, 5, at(200)).stop(at(95)));
    book.sell(2, 5, at(99));
    book.expect({"accepted 1 5@200", "triggered 1 5@95", "accepted 2 5@99"});
    CHECK(book.place(1) == order_place::pending);
    book.go(market_state::open);
    book.expect({"state auction>open operator_request", "fill 2 5@99 done", "take 1 5@99 done"});
}

TEST_CASE("5.5 the example: trailing stop and stop-limit") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(sell(1, 5, at(94)).stop_limit(at(95)));
    book.enter(sell(2, 5, at(0)).trailing(3));
    CHECK(book.row(2).stop_price == at(97));
    book.trade_at(at(102));
    CHECK(book.row(2).stop_price == at(99));
    book.buy(3, 5, at(96));
    book.buy(4, 1, at(98));
    book.forget();
    book.sell(5, 1, at(98));
    book.expect({"accepted 5 1@98", "fill 4 1@98 done", "take 5 1@98 done", "triggered 2 5@99",
                 "fill 3 5@96 done", "take 2 5@96 done"});
    book.buy(6, 1, at(95));
    book.sell(7, 1, at(95));
    book.expect({"accepted 6 1@95", "accepted 7 1@95", "fill 6 1@95 done", "take 7 1@95 done",
                 "triggered 1 5@95"});
    CHECK(book.asks() == "5@94x1");
}

// --- Conditional orders, self-trades, icebergs --------------------------------------------------

TEST_CASE("6.3 the example: all-or-none in the queue's way") {
    book_fixture book;
    book.enter(sell(1, 10, at(10)).all_or_none());
    book.sell(2, 5, at(11));
    book.forget();
    book.buy(3, 8, at(11));
    book.expect({"accepted 3 8@11", "fill 2 5@11 done", "take 3 5@11 left 3"});
    CHECK(book.bids() == "3@11x1");
    book.buy(4, 7, at(11));
    book.expect({"accepted 4 7@11", "fill 3 3@11 done", "take 1 3@11 left 7", "fill 4 7@11 done",
                 "take 1 7@11 done"});
}

TEST_CASE("6.3 the example: a minimum in the queue's way") {
    book_fixture book;
    book.enter(sell(1, 10, at(10)).minimum(4));
    book.enter(buy(2, 3, at(10)).ioc());
    book.expect({"accepted 1 10@10", "accepted 2 3@10", "cancelled 2 3 unfilled"});
    book.buy(3, 4, at(10));
    book.expect({"accepted 3 4@10", "fill 1 4@10 left 6", "take 3 4@10 done"});
    CHECK(book.asks() == "6@10x1");
    book.buy(4, 1, at(10));
    book.expect({"accepted 4 1@10", "fill 1 1@10 left 5", "take 4 1@10 done"});
}

TEST_CASE("6.4 the example: a minimum in sum") {
    book_fixture book;
    book.buy(1, 3, at(12));
    book.buy(2, 3, at(11));
    book.buy(3, 3, at(9));
    book.forget();
    book.enter(sell(4, 10, at(10)).ioc().minimum(7));
    book.expect({"accepted 4 10@10", "cancelled 4 10 unfilled"});
    book.enter(sell(5, 10, at(10)).ioc().minimum(6));
    book.expect({"accepted 5 10@10", "fill 1 3@12 done", "take 5 3@12 left 7", "fill 2 3@11 done",
                 "take 5 3@11 left 4", "cancelled 5 4 unfilled"});
}

TEST_CASE("6.5 the example: what follows when a minimum has been met") {
    book_fixture book;
    book.sell(1, 10, at(10));
    book.enter(buy(2, 80, at(12)).minimum(50));
    CHECK(book.place(2) == order_place::hidden);
    book.forget();
    book.sell(3, 50, at(9));
    book.expect({"accepted 3 50@9", "fill 2 50@12 left 30", "take 3 50@12 done",
                 "fill 1 10@10 done", "take 2 10@10 left 20"});
    CHECK(book.bids() == "20@12x1");
}

TEST_CASE("6.6 the example: one owner and two") {
    const auto is_prevented = [](std::uint32_t trade_group) {
        book_fixture book;
        book.enter(sell(1, 5, at(10)).account(7).trade_group(trade_group));
        book.forget();
        book.enter(buy(2, 5, at(10)).account(8).trade_group(trade_group).preventing(cancel_newest));
        const bool prevented = book.said().at(1).kind == event_kind::prevented;
        book.forget();
        return prevented;
    };
    CHECK(is_prevented(3));
    CHECK_FALSE(is_prevented(0));
}

TEST_CASE("6.7 the example: a buy of 8 in each mode") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).account(7));
    book.enter(sell(2, 5, at(10)).account(8));
    book.forget();
    draft order = buy(3, 8, at(10)).account(7);
    SUBCASE("none") {
        book.enter(order);
        book.expect({"accepted 3 8@10", "fill 1 5@10 done", "take 3 5@10 left 3",
                     "fill 2 3@10 left 2", "take 3 3@10 done"});
    }
    SUBCASE("cancel_newest") {
        book.enter(order.preventing(cancel_newest));
        book.expect({"accepted 3 8@10", "prevented 1 by 3 5@10", "cancelled 3 8 self_trade"});
        CHECK(book.asks() == "10@10x2");
    }
    SUBCASE("cancel_oldest") {
        book.enter(order.preventing(cancel_oldest));
        book.expect({"accepted 3 8@10", "prevented 1 by 3 5@10", "cancelled 1 5 self_trade",
                     "fill 2 5@10 done", "take 3 5@10 left 3"});
        CHECK(book.bids() == "3@10x1");
    }
    SUBCASE("cancel_both") {
        book.enter(order.preventing(cancel_both));
        book.expect({"accepted 3 8@10", "prevented 1 by 3 5@10", "cancelled 1 5 self_trade",
                     "cancelled 3 8 self_trade"});
    }
    SUBCASE("decrement") {
        book.enter(order.preventing(decrement));
        book.expect({"accepted 3 8@10", "prevented 1 by 3 5@10", "cancelled 1 5 self_trade",
                     "reduced 3 5 left 3", "fill 2 3@10 left 2", "take 3 3@10 done"});
    }
    SUBCASE("decrement, A has 9") {
        book_fixture other;
        other.enter(sell(1, 9, at(10)).account(7));
        other.enter(sell(2, 5, at(10)).account(8));
        other.forget();
        other.enter(order.preventing(decrement));
        other.expect({"accepted 3 8@10", "prevented 1 by 3 8@10", "reduced 1 8 left 1",
                      "cancelled 3 8 self_trade"});
    }
}

TEST_CASE("6.8 the example: what an iceberg shows") {
    book_fixture book;
    book.enter(sell(1, 25, at(10)).showing(10));
    CHECK(book.asks() == "10@10x1");
    book.buy(2, 10, at(10));
    CHECK(book.asks() == "10@10x1");
    book.buy(3, 10, at(10));
    CHECK(book.asks() == "5@10x1");
    book.forget();
    book_fixture auction({}, market_state::pre_open);
    auction.enter(sell(1, 25, at(10)).showing(10));
    auction.buy(2, 18, at(10));
    auction.forget();
    auction.go(market_state::open);
    auction.expect({"state pre_open>open operator_request", "cross 2 18@10 done",
                    "cross 1 18@10 left 7", "uncrossed 18@10 trades 1"});
    CHECK(auction.asks() == "7@10x1");
}

TEST_CASE("6.9 the example: an iceberg of 30 showing 10 refills behind B") {
    book_fixture book;
    book.enter(sell(1, 30, at(10)).showing(10));
    book.sell(2, 10, at(10));
    book.forget();
    book.buy(3, 25, at(10));
    book.expect({"accepted 3 25@10", "fill 1 10@10 left 20", "take 3 10@10 left 15",
                 "refilled 1 10@10", "fill 2 10@10 done", "take 3 10@10 left 5",
                 "fill 1 5@10 left 15", "take 3 5@10 done"});
    CHECK(book.asks() == "5@10x1");
}
