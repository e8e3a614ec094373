// RULES.md 12.1 to 12.4: cancel, mass cancel, replace.
#include <doctest/doctest.h>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

TEST_CASE("12.1 a cancel names the order's account or none, anything else is unknown") {
    book_fixture book;
    book.enter(buy(1, 5, at(10)).account(7));
    book.cancel(1, 8);
    book.cancel(2, 7);
    book.cancel(0, 0);
    book.cancel(1, 7);
    book.enter(buy(3, 5, at(10)).account(7));
    book.cancel(3, 0);
    book.expect({"accepted 1 5@10", "cancel_rejected 1 unknown_order",
                 "cancel_rejected 2 unknown_order", "cancel_rejected 0 unknown_order",
                 "cancelled 1 5 requested", "accepted 3 5@10", "cancelled 3 5 requested"});
}

TEST_CASE("12.1 after a cancel the book settles: a peg that it moved may trade") {
    book_fixture book;
    book.buy(1, 1, at(10));
    book.buy(2, 1, at(6));
    book.sell(3, 1, at(20));
    book.enter(buy(4, 3, at(14)).all_or_none());
    book.enter(sell(5, 3, at(1)).mid_peg());  // at 15
    book.expect({"accepted 1 1@10", "accepted 2 1@6", "accepted 3 1@20", "accepted 4 3@14",
                 "accepted 5 3@1"});
    book.cancel(1);
    book.expect({"cancelled 1 1 requested", "fill 5 3@13 done", "take 4 3@13 done"});
}

TEST_CASE("12.2 a mass cancel reaches an account's orders in every place, by rising id") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(5, 1, at(10)).account(7));
    book.enter(sell(4, 1, at(200)).account(7).all_or_none());
    book.enter(buy(3, 1, at(200)).account(7).stop(at(150)));
    book.enter(buy(2, 1, at(10)).account(8));
    book.enter(buy(1, 1, at(10)).account(7).tif(time_in_force::at_the_close));
    book.forget();
    book.cancel_all(7);
    book.expect({"cancelled 1 1 mass_cancelled", "cancelled 3 1 mass_cancelled",
                 "cancelled 4 1 mass_cancelled", "cancelled 5 1 mass_cancelled"});
    book.cancel_all(7);
    book.cancel_all(99);
    book.expect({});
    book.cancel_all();
    book.expect({"cancelled 2 1 mass_cancelled"});
}

TEST_CASE("12.2 a mass cancel reaches one side if so asked, and other numbers are refused") {
    book_fixture book;
    book.buy(1, 1, at(10));
    book.sell(2, 1, at(20));
    book.forget();
    book.cancel_all(0, static_cast<side_filter>(3));
    book.cancel_all(0, side_filter::sell);
    book.cancel_all(0, side_filter::buy);
    book.expect({"command_rejected invalid_combination", "cancelled 2 1 mass_cancelled",
                 "cancelled 1 1 mass_cancelled"});
}

TEST_CASE("12.2 group effects follow each, so that an order may already be gone") {
    book_fixture book;
    book.enter(sell(1, 1, at(20)).account(7).in_group(1, group_role::one_cancels_other, 2));
    book.enter(sell(2, 1, at(30)).account(7).in_group(1, group_role::one_cancels_other, 2));
    book.enter(sell(3, 1, at(30)).account(7));
    book.forget();
    book.cancel_all(7);
    book.expect(
        {"cancelled 1 1 mass_cancelled", "cancelled 2 1 group", "cancelled 3 1 mass_cancelled"});
}

TEST_CASE("12.3 each refusal of a replace leaves the order as it was") {
    book_fixture book;
    book.enter(buy(1, 10, at(10)).account(7).minimum(4));
    book.forget();
    const order_row before = book.row(1);
    book.send(replace_order{.id = {1}, .account = {8}, .set_quantity = true, .quantity = {5}});
    book.send(replace_order{.id = {1}});
    book.resize(1, 0);
    book.resize(1, max_order_lots.lots + 1);
    book.resize(1, 3);
    book.restop(1, at(4));
    book.expect({"replace_rejected 1 unknown_order", "replace_rejected 1 invalid_combination",
                 "replace_rejected 1 invalid_quantity", "replace_rejected 1 invalid_quantity",
                 "replace_rejected 1 invalid_minimum", "replace_rejected 1 not_replaceable"});
    CHECK(book.row(1) == before);
}

TEST_CASE("12.3 lots, quantities and ticks are checked only for what is set") {
    instrument rules;
    rules.lot = {10};
    rules.min_quantity = {20};
    rules.max_quantity = {90};
    rules.ticks = {{0, 5}};
    book_fixture book(rules);
    book.buy(1, 50, at(10));
    book.forget();
    book.resize(1, 55);
    book.resize(1, 10);
    book.resize(1, 100);
    book.reprice(1, at(11));
    book.reprice(1, at(15));
    book.resize(1, 90);
    book.expect({"replace_rejected 1 off_lot", "replace_rejected 1 below_min_quantity",
                 "replace_rejected 1 above_max_quantity", "replace_rejected 1 off_tick",
                 "replaced 1 50@15 left 50", "replaced 1 90@15 left 90"});
}

TEST_CASE("12.3 an iceberg's new total is at most 100 parts, but may be at most its display") {
    book_fixture book;
    book.enter(buy(1, 30, at(10)).showing(10));
    book.forget();
    book.resize(1, 1'001);
    book.resize(1, 1'000);
    book.resize(1, 10);
    book.resize(1, 4);
    book.expect({"replace_rejected 1 invalid_display", "replaced 1 1000@10 left 1000",
                 "replaced 1 10@10 left 10", "replaced 1 4@10 left 4"});
    CHECK(book.bids() == "4@10x1");
}

TEST_CASE("12.3 the notional of the new price and the new total is checked") {
    instrument rules;
    rules.min_notional = 50;
    rules.max_notional = 200;
    book_fixture book(rules);
    book.buy(1, 10, at(10));
    book.sell(2, 5, at(10));
    book.forget();
    // The total counts, filled lots included: 10 × 20 is the limit.
    book.reprice(1, at(21));
    book.reprice(1, at(4));
    book.resize(1, 21);
    book.resize(1, 4);
    book.reprice(1, at(20));
    book.expect({"replace_rejected 1 above_max_notional", "replace_rejected 1 below_min_notional",
                 "replace_rejected 1 above_max_notional", "replace_rejected 1 below_min_notional",
                 "replaced 1 10@20 left 5"});
}

TEST_CASE("12.3 a total at or below what is filled is refused") {
    book_fixture book;
    book.buy(1, 10, at(10));
    book.sell(2, 4, at(10));
    book.forget();
    book.resize(1, 3);
    book.resize(1, 4);
    book.resize(1, 5);
    book.expect({"replace_rejected 1 below_filled", "replace_rejected 1 below_filled",
                 "replaced 1 5@10 left 1"});
}

TEST_CASE("12.3 a stop price is for stops that have not triggered") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 5, at(50)).stop_limit(at(110)));
    book.enter(buy(2, 5, at(200)).trailing(20));
    book.enter(buy(3, 5, at(50)).stop_limit(at(100)));
    book.forget();
    book.restop(1, at(105));
    book.restop(2, at(105));
    book.restop(3, at(105));
    book.expect({"replaced 1 5@50 left 5", "replace_rejected 2 not_replaceable",
                 "replace_rejected 3 not_replaceable"});
    CHECK(book.row(1).stop_price == at(105));
}

TEST_CASE("12.3 a post-only order's replace is refused if it would take with what would remain") {
    book_fixture book;
    book.enter(buy(1, 10, at(10)).post_only());
    book.sell(2, 4, at(10));
    book.enter(sell(3, 6, at(12)).all_or_none());
    book.sell(4, 1, at(14));
    book.forget();
    book.reprice(1, at(12));  // 6 remain: the hidden 6 would trade
    book.replace(1, 9, at(12));
    book.reprice(1, at(14));
    book.resize(1, 8);
    book.expect({"replace_rejected 1 would_take", "replaced 1 9@12 left 5",
                 "replace_rejected 1 would_take", "replaced 1 8@12 left 4"});
}

TEST_CASE("12.3 held, a post-only order's replace is not checked for taking") {
    book_fixture book;
    book.sell(9, 5, at(12));
    book.enter(buy(1, 10, at(10)).post_only().in_group(1, group_role::one_cancels_other, 2));
    book.forget();
    book.reprice(1, at(12));
    book.expect({"replaced 1 10@12 left 10"});
    CHECK(book.place(1) == order_place::held);
}

TEST_CASE("12.4 an order keeps its priority when its quantity is reduced") {
    book_fixture book;
    book.buy(1, 10, at(10));
    book.buy(2, 10, at(10));
    const auto priority = book.row(1).priority;
    book.forget();
    book.replace(1, 6, at(10));
    book.resize(1, 6);
    book.expect({"replaced 1 6@10 left 6", "replaced 1 6@10 left 6"});
    CHECK(book.row(1).priority == priority);
    CHECK(book.row(1).version == 2);
    CHECK(book.book.position({1}) == queue_position{0, {0}});
    CHECK(book.bids() == "16@10x2");
}

TEST_CASE("12.4 an order goes to the tail when its quantity rises or its price changes") {
    book_fixture book;
    book.buy(1, 10, at(10));
    book.buy(2, 10, at(10));
    book.resize(1, 11);
    CHECK(book.book.position({1}) == queue_position{1, {10}});
    book.reprice(2, at(9));
    book.reprice(2, at(10));
    CHECK(book.book.position({2}) == queue_position{1, {11}});
    book.forget();
}

TEST_CASE("12.4 after prevention took some, the old total is what is filled and remains") {
    book_fixture book;
    book.enter(buy(1, 10, at(10)).account(7));
    book.buy(2, 5, at(10));
    book.enter(sell(3, 4, at(10)).account(7).preventing(self_trade_prevention::decrement));
    book.forget();
    book.resize(1, 7);  // above the 6 that remain: the tail
    book.expect({"replaced 1 7@10 left 7"});
    CHECK(book.book.position({1}) == queue_position{1, {5}});
}

TEST_CASE("12.4 of an iceberg what is not shown falls first") {
    book_fixture book;
    book.enter(buy(1, 30, at(10)).showing(10));
    book.sell(2, 4, at(10));
    CHECK(book.row(1).shown == quantity{6});
    book.resize(1, 15);  // 11 remain: 6 shown, 5 behind
    CHECK(book.row(1).shown == quantity{6});
    CHECK(book.bids() == "6@10x1");
    book.resize(1, 10);  // 6 remain
    CHECK(book.row(1).shown == quantity{6});
    book.resize(1, 7);
    CHECK(book.row(1).shown == quantity{3});
    CHECK(book.bids() == "3@10x1");
    book.forget();
}

TEST_CASE("12.4 a repriced order may trade, event replaced first") {
    book_fixture book;
    book.buy(1, 10, at(10));
    book.sell(2, 4, at(12));
    book.forget();
    book.reprice(1, at(12));
    book.expect({"replaced 1 10@12 left 10", "fill 2 4@12 done", "take 1 4@12 left 6"});
    CHECK(book.bids() == "6@12x1");
}

TEST_CASE("12.4 a stop with a new stop price may trigger at once") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 10, at(150)).stop(at(110)));
    book.forget();
    book.restop(1, at(99));
    book.expect({"replaced 1 10@150 left 10", "triggered 1 10@99", "cancelled 1 10 unfilled"});
}

TEST_CASE("12.4 a stop with the same stop price and no greater total keeps its place") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 10, at(150)).stop(at(110)));
    const auto priority = book.row(1).priority;
    book.restop(1, at(110));
    book.resize(1, 5);
    CHECK(book.row(1).priority == priority);
    book.restop(1, at(111));
    CHECK(book.row(1).priority > priority);
    book.forget();
}

TEST_CASE("12.4 held and pending orders change in place") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(sell(1, 10, at(150)).in_group(1, group_role::exit, 2));
    book.go(market_state::pre_open);
    book.enter(sell(2, 10, at(90)).stop(at(100)));
    const auto held = book.row(1).priority;
    const auto pending = book.row(2).priority;
    book.forget();
    book.replace(1, 20, at(140));
    book.replace(2, 20, at(95));
    book.expect({"replaced 1 20@140 left 20", "replaced 2 20@95 left 20"});
    CHECK(book.place(1) == order_place::held);
    CHECK(book.place(2) == order_place::pending);
    CHECK(book.row(1).priority == held);
    CHECK(book.row(2).priority == pending);
}

TEST_CASE("12.4 a replaced hidden order executes with its new values") {
    book_fixture book;
    book.sell(1, 4, at(10));
    book.enter(buy(2, 5, at(10)).all_or_none());
    book.forget();
    book.resize(2, 4);
    book.expect({"replaced 2 4@10 left 4", "fill 1 4@10 done", "take 2 4@10 done"});
    // A peg's new cap.
    book.sell(3, 1, at(20));
    book.enter(sell(4, 5, at(30)).primary_peg());
    book.buy(5, 1, at(19));
    book.enter(sell(6, 5, at(30)).mid_peg());
    book.forget();
    book.reprice(4, at(20));
    book.enter(buy(7, 3, at(20)).ioc());
    book.expect({"replaced 4 5@20 left 5", "accepted 7 3@20", "fill 3 1@20 done",
                 "take 7 1@20 left 2", "fill 4 2@20 left 3", "take 7 2@20 done"});
}

TEST_CASE("12.4 a parked order is replaced into the parked ones") {
    book_fixture book;
    book.enter(buy(1, 5, at(10)).tif(time_in_force::at_the_close));
    book.enter(buy(2, 5, at(10)).tif(time_in_force::at_the_close));
    book.replace(1, 6, at(10));
    CHECK(book.place(1) == order_place::parked);
    book.auction(auction_kind::closing);
    CHECK(book.book.position({1}) == queue_position{1, {5}});
    book.forget();
}
