// RULES.md 1: ground.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

TEST_CASE("1.1 an earlier timestamp counts as the last one") {
    book_fixture book;
    book.pass(1000);
    book.pass(400);
    CHECK(book.book.now() == timestamp{1000});
    // Not later than 1000, though later than 400.
    book.enter(buy(1, 5, at(10)).until(1000));
    book.enter(buy(2, 5, at(10)).until(1001));
    book.expect({"rejected 1 invalid_expiry", "accepted 2 5@10"});
}

TEST_CASE("1.1 a book is a pure function of its instrument and its inputs") {
    const std::vector<command> entry = {sell(1, 5, at(10)), buy(2, 7, at(11)),
                                        cancel_order{{2}, {}}};
    event_buffer first;
    event_buffer second;
    order_book(instrument{}).apply({7}, entry, first);
    order_book(instrument{}).apply({7}, entry, second);
    REQUIRE(first.size() == 5);
    CHECK(std::vector<event>(first.events().begin(), first.events().end()) ==
          std::vector<event>(second.events().begin(), second.events().end()));
}

TEST_CASE("1.2 what is due happens before the commands of its entry") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).until(100));
    book.forget();
    book.pass(99);
    book.expect({});
    book.pass(100);
    book.buy(2, 5, at(10));
    book.expect({"cancelled 1 5 expired", "accepted 2 5@10"});
}

TEST_CASE("1.2 the book settles after each command of an entry, not only after the last") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.sell(2, 5, at(9));
    book.forget();
    // The trade at 9 triggers the stop, which must act before the second command takes 10 away.
    book.enter(buy(3, 5, at(12)).stop(at(9)));
    book.entry({buy(4, 5, at(9)), cancel_order{{1}, {}}});
    book.expect({"accepted 3 5@12", "accepted 4 5@9", "fill 2 5@9 done", "take 4 5@9 done",
                 "triggered 3 5@9", "fill 1 5@10 done", "take 3 5@10 done",
                 "cancel_rejected 1 unknown_order"});
}

TEST_CASE("1.3 after its final answer the book has forgotten the order, and its id is free") {
    book_fixture book;
    book.buy(1, 5, at(10));
    book.cancel(1);
    book.cancel(1);
    book.buy(1, 6, at(10));
    book.sell(2, 6, at(10));
    book.buy(1, 7, at(10));
    book.expect({"accepted 1 5@10", "cancelled 1 5 requested", "cancel_rejected 1 unknown_order",
                 "accepted 1 6@10", "accepted 2 6@10", "fill 1 6@10 done", "take 2 6@10 done",
                 "accepted 1 7@10"});
}

TEST_CASE("1.4 each order is in its place") {
    book_fixture book;
    book.trade_at(at(100));
    book.buy(1, 5, at(90));
    book.enter(buy(2, 5, at(90)).primary_peg());
    book.enter(buy(3, 5, at(90)).all_or_none());
    book.enter(buy(4, 5, at(120)).stop(at(110)));
    book.enter(buy(5, 5, at(90)).tif(time_in_force::at_the_close));
    book.enter(buy(6, 5, at(90)).in_group(1, group_role::one_cancels_other, 2));
    CHECK(book.place(1) == order_place::queue);
    CHECK(book.place(2) == order_place::hidden);
    CHECK(book.place(3) == order_place::hidden);
    CHECK(book.place(4) == order_place::waiting);
    CHECK(book.place(5) == order_place::parked);
    CHECK(book.place(6) == order_place::held);
    book.go(market_state::pre_open);
    // Met by the last price at once: it waits for its turn, which comes in open only.
    book.enter(buy(7, 5, at(120)).stop(at(95)));
    CHECK(book.place(7) == order_place::pending);
    book.forget();
}

TEST_CASE("1.4 a hidden order does not trade but in open") {
    book_fixture book({}, market_state::pre_open);
    book.enter(sell(1, 5, at(10)).all_or_none());
    book.buy(2, 5, at(10));
    book.go(market_state::pre_open);
    book.expect({"accepted 1 5@10", "accepted 2 5@10", "state pre_open>pre_open operator_request"});
    CHECK(book.indicative() == "none");
    book.go(market_state::open);
    book.expect({"state pre_open>open operator_request", "fill 2 5@10 done", "take 1 5@10 done"});
}

TEST_CASE("1.5 priority is one counter of the book, lower is earlier") {
    book_fixture book;
    book.buy(1, 5, at(10));
    book.enter(buy(2, 5, at(20)).stop(at(15)));
    book.sell(3, 5, at(30));
    CHECK(book.row(1).priority < book.row(2).priority);
    CHECK(book.row(2).priority < book.row(3).priority);
    const auto before = book.row(3).priority;
    book.reprice(1, at(11));
    CHECK(book.row(1).priority > before);
    book.forget();
}

TEST_CASE("1.5 a peg whose price moves keeps its priority") {
    book_fixture book;
    book.buy(1, 1, at(10));
    book.enter(buy(2, 5, at(20)).primary_peg());
    book.enter(buy(3, 5, at(20)).primary_peg());
    const auto first = book.row(2).priority;
    book.buy(4, 1, at(12));
    CHECK(book.row(2).priority == first);
    book.forget();
    book.enter(sell(5, 8, at(12)).ioc());
    book.expect({"accepted 5 8@12", "fill 4 1@12 done", "take 5 1@12 left 7", "fill 2 5@12 done",
                 "take 5 5@12 left 2", "fill 3 2@12 left 3", "take 5 2@12 done"});
}

TEST_CASE("1.5 an order that retried and went back keeps its priority") {
    book_fixture book;
    book.enter(buy(1, 10, at(50)).primary_peg());
    const auto priority = book.row(1).priority;
    // Priced only now, it takes the hidden offer and goes back with what remains.
    book.enter(sell(2, 4, at(9)).all_or_none());
    book.forget();
    book.buy(3, 1, at(8));
    book.expect({"accepted 3 1@8"});
    book.buy(4, 1, at(9));
    book.expect({"accepted 4 1@9", "fill 2 4@9 done", "take 1 4@9 left 6"});
    CHECK(book.row(1).priority == priority);
}

TEST_CASE("1.6 the better price trades first") {
    book_fixture book;
    book.sell(1, 5, at(12));
    book.sell(2, 5, at(10));
    book.sell(3, 5, at(11));
    book.buy(4, 3, at(5));
    book.buy(5, 3, at(7));
    book.forget();
    book.buy(6, 11, at(12));
    book.expect({"accepted 6 11@12", "fill 2 5@10 done", "take 6 5@10 left 6", "fill 3 5@11 done",
                 "take 6 5@11 left 1", "fill 1 1@12 left 4", "take 6 1@12 done"});
    book.sell(7, 4, at(5));
    book.expect({"accepted 7 4@5", "fill 5 3@7 done", "take 7 3@7 left 1", "fill 4 1@5 left 2",
                 "take 7 1@5 done"});
}

TEST_CASE("1.6 at one price displayed orders trade before hidden ones that came earlier") {
    book_fixture book;
    book.enter(sell(1, 5, at(10)).all_or_none());
    book.sell(2, 5, at(10));
    book.sell(3, 5, at(10));
    book.forget();
    book.buy(4, 15, at(10));
    book.expect({"accepted 4 15@10", "fill 2 5@10 done", "take 4 5@10 left 10", "fill 3 5@10 done",
                 "take 4 5@10 left 5", "fill 1 5@10 done", "take 4 5@10 done"});
}

TEST_CASE("1.6 a hidden order at a better price trades before a displayed one") {
    book_fixture book;
    book.sell(1, 5, at(11));
    book.enter(sell(2, 5, at(10)).all_or_none());
    book.forget();
    book.buy(3, 10, at(11));
    book.expect({"accepted 3 10@11", "fill 2 5@10 done", "take 3 5@10 left 5", "fill 1 5@11 done",
                 "take 3 5@11 done"});
}

TEST_CASE("1.6 with a peg the trade is at the peg's price of the moment") {
    book_fixture book;
    book.buy(1, 1, at(10));
    book.enter(buy(2, 5, at(99)).primary_peg(2));
    book.forget();
    book.enter(sell(3, 6, at(1)).ioc());
    book.expect({"accepted 3 6@1", "fill 1 1@10 done", "take 3 1@10 left 5", "fill 2 5@8 done",
                 "take 3 5@8 done"});
}

TEST_CASE("1.7 a price that would leave 64 bits stays at the limit") {
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    book_fixture book;
    book.trade_at(at(lowest + 5));
    book.enter(sell(1, 1, at(lowest)).trailing(10));
    CHECK(book.row(1).stop_price == at(lowest));
    book.buy(2, 1, at(lowest + 3));
    book.enter(buy(3, 1, at(0)).primary_peg(4));
    book.enter(sell(4, 2, at(lowest)).ioc());
    book.forget();
    CHECK(book.book.last_price() == at(lowest));
}

TEST_CASE("1.8 total quantity is what is filled and what remains, version counts replaces") {
    book_fixture book;
    book.buy(1, 10, at(10));
    book.sell(2, 4, at(10));
    book.resize(1, 9);
    book.reprice(1, at(11));
    book.expect({"accepted 1 10@10", "accepted 2 4@10", "fill 1 4@10 left 6", "take 2 4@10 done",
                 "replaced 1 9@10 left 5", "replaced 1 9@11 left 5"});
    CHECK(book.row(1).version == 2);
    CHECK(book.row(1).filled == quantity{4});
    CHECK(book.row(1).remaining == quantity{5});
    book.resize(99, 1);
    book.resize(1, 3);
    book.expect({"replace_rejected 99 unknown_order", "replace_rejected 1 below_filled"});
    CHECK(book.row(1).version == 2);
}

TEST_CASE("1.9 events have the fields that are said, and no others") {
    instrument rules;
    rules.symbol = {77};
    book_fixture book(rules);
    book.enter(sell(1, 30, at(10)).showing(10).account(5));
    book.enter(buy(2, 12, at(11)).account(6));
    book.enter(buy(3, 0, at(11)).account(7));
    book.cancel(44, 8);
    book.send(replace_order{{45}, {9}, true, true, true, at(1), {2}, at(3)});
    book.send(mass_cancel{{1}, static_cast<side_filter>(3)});
    book.reference(at(-4));
    book.clear_reference();
    book.replace(1, 40, at(20));
    book.cancel(1, 5);
    const symbol_id symbol{77};
    const std::vector<event> expected = {
        {.kind = event_kind::accepted,
         .side = side::sell,
         .order = {1},
         .price = at(10),
         .lots = {30},
         .remaining = {30},
         .account = {5},
         .symbol = symbol},
        {.kind = event_kind::accepted,
         .order = {2},
         .price = at(11),
         .lots = {12},
         .remaining = {12},
         .account = {6},
         .symbol = symbol},
        {.kind = event_kind::fill,
         .side = side::sell,
         .order = {1},
         .number = 1,
         .price = at(10),
         .lots = {10},
         .filled = {10},
         .remaining = {20},
         .account = {5},
         .symbol = symbol},
        {.kind = event_kind::fill,
         .flags = event::aggressor,
         .order = {2},
         .number = 1,
         .price = at(10),
         .lots = {10},
         .filled = {10},
         .remaining = {2},
         .account = {6},
         .symbol = symbol},
        {.kind = event_kind::refilled,
         .side = side::sell,
         .order = {1},
         .price = at(10),
         .lots = {10},
         .filled = {10},
         .remaining = {20},
         .account = {5},
         .symbol = symbol},
        {.kind = event_kind::fill,
         .side = side::sell,
         .order = {1},
         .number = 2,
         .price = at(10),
         .lots = {2},
         .filled = {12},
         .remaining = {18},
         .account = {5},
         .symbol = symbol},
        {.kind = event_kind::fill,
         .flags = event::aggressor | event::final_answer,
         .order = {2},
         .number = 2,
         .price = at(10),
         .lots = {2},
         .filled = {12},
         .account = {6},
         .symbol = symbol},
        {.kind = event_kind::rejected,
         .reason = reason::invalid_quantity,
         .flags = event::final_answer,
         .order = {3},
         .price = at(11),
         .account = {7},
         .symbol = symbol},
        {.kind = event_kind::cancel_rejected,
         .reason = reason::unknown_order,
         .order = {44},
         .account = {8},
         .symbol = symbol},
        {.kind = event_kind::replace_rejected,
         .reason = reason::unknown_order,
         .order = {45},
         .account = {9},
         .symbol = symbol},
        {.kind = event_kind::command_rejected,
         .reason = reason::invalid_combination,
         .symbol = symbol},
        {.kind = event_kind::reference_set, .number = 1, .price = at(-4), .symbol = symbol},
        {.kind = event_kind::reference_set, .symbol = symbol},
        {.kind = event_kind::replaced,
         .side = side::sell,
         .version = 1,
         .order = {1},
         .price = at(20),
         .lots = {40},
         .filled = {12},
         .remaining = {28},
         .account = {5},
         .symbol = symbol},
        {.kind = event_kind::cancelled,
         .side = side::sell,
         .reason = reason::requested,
         .flags = event::final_answer,
         .version = 1,
         .order = {1},
         .price = at(20),
         .lots = {28},
         .filled = {12},
         .account = {5},
         .symbol = symbol},
    };
    const std::vector<event> said = book.said();
    REQUIRE(said.size() == expected.size());
    for (std::size_t i = 0; i < said.size(); ++i) {
        CAPTURE(i);
        CHECK_MESSAGE(said[i] == expected[i], describe(said[i]));
    }
}

TEST_CASE("1.9 triggered shows the stop price, activated and reduced show the worst price") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(sell(1, 3, at(90)).stop(at(95)));
    book.enter(sell(2, 3, at(110)).in_group(1, group_role::exit, 2).account(2));
    book.enter(buy(3, 3, at(95)).in_group(1, group_role::entry, 2).account(2));
    book.forget();
    book.enter(sell(4, 5, at(94)).account(4).preventing(self_trade_prevention::decrement));
    const std::vector<event> said = book.said();
    book.expect({"accepted 4 5@94", "fill 3 3@95 done", "take 4 3@95 left 2", "triggered 1 3@95",
                 "activated 2 3@110", "cancelled 1 3 unfilled"});
    CHECK(said[3].price == at(95));
    CHECK(said[4].price == at(110));
    CHECK(said[5].price == at(90));
    book.enter(buy(5, 3, at(97)).account(4).preventing(self_trade_prevention::decrement));
    const std::vector<event> more = book.said();
    book.expect({"accepted 5 3@97", "prevented 4 by 5 2@94", "cancelled 4 2 self_trade",
                 "reduced 5 2 left 1"});
    CHECK(more[3].price == at(97));
    CHECK(more[3].reason == reason::self_trade);
    CHECK(more[1].reason == reason::none);
}
