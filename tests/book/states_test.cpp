// RULES.md 2: states.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

namespace {

// A book with buy 1 (5@10) resting in open, and then brought into the state.
book_fixture book_in(market_state state, auction_kind kind) {
    book_fixture book;
    book.buy(1, 5, at(10));
    book.send(set_state{state, kind, {}, market_state::open});
    book.forget();
    return book;
}

}  // namespace

TEST_CASE("2.1 closed takes cancels and no new order or replace") {
    book_fixture book = book_in(market_state::closed, auction_kind::none);
    book.sell(2, 5, at(10));
    book.resize(1, 3);
    book.cancel(1);
    book.expect({"rejected 2 market_closed", "replace_rejected 1 market_closed",
                 "cancelled 1 5 requested"});
}

TEST_CASE("2.1 halted takes cancels and no new order or replace") {
    book_fixture book = book_in(market_state::halted, auction_kind::none);
    book.sell(2, 5, at(10));
    book.resize(1, 3);
    book.cancel_all();
    book.expect({"rejected 2 market_halted", "replace_rejected 1 market_halted",
                 "cancelled 1 5 mass_cancelled"});
}

TEST_CASE("2.1 in collecting states orders rest without matching and the queue may be crossed") {
    for (const auction_kind kind :
         {auction_kind::none, auction_kind::opening, auction_kind::closing, auction_kind::reopening,
          auction_kind::volatility}) {
        CAPTURE(static_cast<int>(kind));
        book_fixture book = book_in(
            kind == auction_kind::none ? market_state::pre_open : market_state::auction, kind);
        book.sell(2, 5, at(8));
        book.reprice(1, at(12));
        book.cancel(2);
        book.sell(3, 5, at(9));
        book.expect({"accepted 2 5@8", "replaced 1 5@12 left 5", "cancelled 2 5 requested",
                     "accepted 3 5@9"});
        CHECK(book.bids() == "5@12x1");
        CHECK(book.asks() == "5@9x1");
    }
}

TEST_CASE("2.2 a book begins without last price, reference price and timer") {
    book_fixture open;
    CHECK(open.book.state() == market_state::open);
    CHECK(open.book.auction() == auction_kind::none);
    CHECK_FALSE(open.book.last_price().has_value());
    CHECK_FALSE(open.book.reference_price().has_value());
    CHECK_FALSE(open.book.next_due().has_value());
    CHECK(open.book.size() == 0);
    CHECK(order_book(instrument{}, market_state::halted).state() == market_state::halted);
    CHECK(order_book(instrument{}, market_state::closed).state() == market_state::closed);
}

TEST_CASE("2.3 set_state goes from any state to any, also to the same") {
    struct place {
        market_state state;
        auction_kind kind;
    };
    constexpr std::array<place, 8> places = {{{market_state::closed, auction_kind::none},
                                              {market_state::pre_open, auction_kind::none},
                                              {market_state::open, auction_kind::none},
                                              {market_state::halted, auction_kind::none},
                                              {market_state::auction, auction_kind::opening},
                                              {market_state::auction, auction_kind::closing},
                                              {market_state::auction, auction_kind::reopening},
                                              {market_state::auction, auction_kind::volatility}}};
    for (const place& from : places) {
        for (const place& to : places) {
            book_fixture book;
            book.send(set_state{from.state, from.kind, {}, market_state::open});
            book.forget();
            book.send(set_state{to.state, to.kind, {}, market_state::open});
            const auto said = book.said();
            REQUIRE(said.size() == 1);
            CHECK(said[0].kind == event_kind::state_changed);
            CHECK(said[0].reason == reason::operator_request);
            CHECK(said[0].number == state_number(to.state, to.kind, from.state));
            CHECK(book.book.state() == to.state);
            CHECK(book.book.auction() == to.kind);
        }
    }
}

TEST_CASE("2.3 a set_state that makes no sense is refused and changes nothing") {
    using enum market_state;
    constexpr auto none = auction_kind::none;
    struct row {
        const char* what;
        set_state request;
    };
    const std::array<row, 17> rows = {{
        {"a kind without auction", {open, auction_kind::opening, {}, open}},
        {"a kind with halted", {halted, auction_kind::volatility, {200}, open}},
        {"auction without a kind", {auction, none, {}, open}},
        {"until is now", {closed, none, {100}, open}},
        {"until is earlier", {closed, none, {99}, open}},
        {"until is negative", {closed, none, {-1}, open}},
        {"no until, next closed", {halted, none, {}, closed}},
        {"no until, next pre_open", {open, none, {}, pre_open}},
        {"next is auction", {halted, none, {200}, auction}},
        {"next is auction after pre_open", {pre_open, none, {200}, auction}},
        {"next is the state itself", {closed, none, {200}, closed}},
        {"next is open as the state", {open, none, {200}, open}},
        {"halted, then closed", {halted, none, {200}, closed}},
        {"halted, then pre_open", {halted, none, {200}, pre_open}},
        {"state out of range", {static_cast<market_state>(5), none, {}, open}},
        {"kind out of range", {auction, static_cast<auction_kind>(5), {}, open}},
        {"next out of range", {closed, none, {200}, static_cast<market_state>(5)}},
    }};
    for (const row& each : rows) {
        CAPTURE(each.what);
        book_fixture book;
        book.go(pre_open, 500);
        book.pass(100);
        book.forget();
        book.send(each.request);
        book.expect({"command_rejected invalid_state"});
        CHECK(book.book.state() == pre_open);
        CHECK(book.book.next_due() == timestamp{500});
    }
}

TEST_CASE("2.3 each sensible next is accepted with until") {
    using enum market_state;
    book_fixture book;
    book.go(closed, 10, pre_open);
    book.go(open, 10, closed);
    book.go(open, 10, halted);
    book.go(halted, 10, open);
    book.auction(auction_kind::closing, 10, closed);
    book.auction(auction_kind::closing, 10, halted);
    book.expect({"state open>closed operator_request", "state closed>open operator_request",
                 "state open>open operator_request", "state open>halted operator_request",
                 "state halted>auction/closing operator_request",
                 "state auction>auction/closing operator_request"});
}

TEST_CASE("2.4 state_changed comes before anything that follows from it") {
    book_fixture book({}, market_state::pre_open);
    book.buy(1, 5, at(10));
    book.sell(2, 5, at(10));
    book.forget();
    book.go(market_state::open);
    book.expect({"state pre_open>open operator_request", "cross 1 5@10 done", "cross 2 5@10 done",
                 "uncrossed 5@10 trades 1"});
}

TEST_CASE("2.4 the new state's timer replaces the old one") {
    book_fixture book;
    book.go(market_state::pre_open, 100);
    CHECK(book.book.next_due() == timestamp{100});
    book.go(market_state::pre_open, 300);
    CHECK(book.book.next_due() == timestamp{300});
    book.forget();
    book.pass(200);
    book.expect({});
    book.go(market_state::halted);
    CHECK_FALSE(book.book.next_due().has_value());
    book.forget();
    book.pass(400);
    book.expect({});
    CHECK(book.book.state() == market_state::halted);
}

TEST_CASE("2.5 leaving closed begins the statistics anew, other changes do not") {
    book_fixture book;
    book.trade_at(at(10));
    book.go(market_state::pre_open);
    book.go(market_state::closed);
    CHECK(book.book.statistics().trades == 1);
    book.go(market_state::closed);
    CHECK(book.book.statistics().trades == 1);
    book.go(market_state::halted);
    CHECK(book.book.statistics() == book_statistics{});
    CHECK(book.book.last_price() == at(10));
    book.forget();
}

TEST_CASE("2.5 leaving an auction for open or closed uncrosses") {
    for (const market_state to : {market_state::open, market_state::closed}) {
        book_fixture book;
        book.auction(auction_kind::closing);
        book.buy(1, 5, at(10));
        book.sell(2, 5, at(10));
        book.go(to);
        CHECK(book.book.statistics().trades == 1);
        CHECK(book.book.size() == 0);
        book.forget();
    }
}

TEST_CASE("2.5 leaving an auction for another state, or pre_open for closed, does not uncross") {
    for (const market_state to : {market_state::pre_open, market_state::halted}) {
        book_fixture book;
        book.auction(auction_kind::opening);
        book.buy(1, 5, at(10));
        book.sell(2, 5, at(10));
        book.go(to);
        CHECK(book.book.statistics().trades == 0);
        CHECK(book.bids() == "5@10x1");
        CHECK(book.asks() == "5@10x1");
        book.auction(auction_kind::volatility);
        CHECK(book.book.statistics().trades == 0);
        book.forget();
    }
    book_fixture book({}, market_state::pre_open);
    book.buy(1, 5, at(10));
    book.sell(2, 5, at(10));
    book.go(market_state::closed);
    CHECK(book.book.statistics().trades == 0);
    CHECK(book.book.size() == 2);
    book.forget();
    // Entering open from halted uncrosses what was collected before.
    book.go(market_state::halted);
    book.go(market_state::open);
    book.expect({"state closed>halted operator_request", "state halted>open operator_request",
                 "cross 1 5@10 done", "cross 2 5@10 done", "uncrossed 5@10 trades 1"});
}

TEST_CASE("2.5 after the uncrossing auction-only and market orders of the queue are cancelled") {
    book_fixture book({}, market_state::pre_open);
    book.enter(buy(9, 5, at(10)).tif(time_in_force::at_the_open));
    book.enter(buy(8, 5, at(11)).market(time_in_force::day));
    book.enter(buy(7, 5, at(12)).market(time_in_force::at_the_open));
    book.buy(6, 5, at(13));
    book.enter(buy(5, 5, at(10)).tif(time_in_force::at_the_close));
    book.forget();
    book.go(market_state::open);
    // Also though nothing traded; by rising id; not the plain limit, not the parked one.
    book.expect({"state pre_open>open operator_request", "cancelled 7 5 auction_ended",
                 "cancelled 8 5 auction_ended", "cancelled 9 5 auction_ended"});
    CHECK(book.place(5) == order_place::parked);
    CHECK(book.place(6) == order_place::queue);
}

TEST_CASE("2.5 at-the-close orders of a closing auction end with it, uncrossed first") {
    book_fixture book;
    book.auction(auction_kind::closing);
    book.enter(buy(1, 5, at(10)).tif(time_in_force::at_the_close));
    book.enter(buy(2, 5, at(9)).tif(time_in_force::at_the_close));
    book.enter(sell(3, 5, at(10)).tif(time_in_force::day));
    book.enter(sell(4, 5, at(12)).tif(time_in_force::day));
    book.forget();
    book.go(market_state::closed);
    book.expect({"state auction>closed operator_request", "cross 1 5@10 done", "cross 3 5@10 done",
                 "uncrossed 5@10 trades 1", "cancelled 2 5 auction_ended",
                 "cancelled 4 5 expired"});
}

TEST_CASE("2.5 parked orders go to the tails of their queues, by priority") {
    book_fixture book;
    book.enter(buy(3, 1, at(10)).tif(time_in_force::at_the_close));
    book.enter(buy(1, 2, at(10)).tif(time_in_force::at_the_close));
    book.buy(2, 4, at(10));
    CHECK(book.bids() == "4@10x1");
    book.auction(auction_kind::opening);
    CHECK(book.place(3) == order_place::parked);
    book.auction(auction_kind::closing);
    CHECK(book.bids() == "7@10x3");
    CHECK(book.book.position({3}) == queue_position{1, {4}});
    CHECK(book.book.position({1}) == queue_position{2, {5}});
    book.forget();
}

TEST_CASE("2.5 closing expires day and auction orders in any place, by rising id") {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(9, 5, at(90)).tif(time_in_force::day));
    book.enter(buy(8, 5, at(90)).tif(time_in_force::day).primary_peg());
    book.enter(buy(7, 5, at(120)).tif(time_in_force::day).stop(at(110)));
    book.enter(buy(6, 5, at(90)).tif(time_in_force::at_the_close));
    book.enter(
        buy(5, 5, at(90)).tif(time_in_force::day).in_group(1, group_role::one_cancels_other, 2));
    book.buy(4, 5, at(90));
    book.enter(buy(3, 5, at(90)).until(1'000));
    book.go(market_state::pre_open);
    book.enter(buy(2, 5, at(90)).tif(time_in_force::at_the_open));
    book.enter(buy(1, 5, at(120)).tif(time_in_force::day).stop(at(90)));
    CHECK(book.place(1) == order_place::pending);
    book.forget();
    book.go(market_state::closed);
    book.expect({"state pre_open>closed operator_request", "cancelled 1 5 expired",
                 "cancelled 2 5 expired", "cancelled 5 5 expired", "cancelled 6 5 expired",
                 "cancelled 7 5 expired", "cancelled 8 5 expired", "cancelled 9 5 expired"});
    CHECK(book.book.size() == 2);
    // Entering closed from closed expires nothing: there is nothing left, and gtc stays.
    book.go(market_state::closed);
    book.expect({"state closed>closed operator_request"});
}

TEST_CASE("2.6 a due timer goes to next") {
    book_fixture book;
    book.go(market_state::open, 100, market_state::closed);
    book.forget();
    book.pass(150);
    book.expect({"state open>closed timer"});
    CHECK_FALSE(book.book.next_due().has_value());
}

TEST_CASE("2.6 after a halt a reopening auction is held for its length from now on") {
    instrument rules;
    rules.reopening_auction = {50};
    book_fixture book(rules);
    book.go(market_state::halted, 100);
    book.forget();
    book.pass(120);
    book.expect({"state halted>auction/reopening timer"});
    CHECK(book.book.next_due() == timestamp{170});
    book.pass(170);
    book.expect({"state auction>open timer"});
}

TEST_CASE("2.6 without a length of the reopening auction a halt ends straight in open") {
    book_fixture book;
    book.go(market_state::halted, 100);
    book.forget();
    book.pass(100);
    book.expect({"state halted>open timer"});
}

TEST_CASE("2.6 an operator ends a halt without a reopening auction") {
    instrument rules;
    rules.reopening_auction = {50};
    book_fixture book(rules);
    book.go(market_state::halted, 100);
    book.forget();
    book.go(market_state::open);
    book.expect({"state halted>open operator_request"});
    CHECK_FALSE(book.book.next_due().has_value());
}

TEST_CASE("2.7 set_reference sets any price, and clear ignores its price") {
    book_fixture book;
    book.reference(at(INT64_MIN));
    CHECK(book.book.reference_price() == at(INT64_MIN));
    book.send(set_reference{true, at(55)});
    CHECK_FALSE(book.book.reference_price().has_value());
    book.reference(at(0));
    CHECK(book.book.reference_price() == at(0));
    book.expect({"reference -9223372036854775808", "reference none", "reference 0"});
    book.go(market_state::closed);
    book.reference(at(7));
    book.expect({"state open>closed operator_request", "reference 7"});
}

TEST_CASE("2.2 a book in an auction can be compacted and restored") {
    book_fixture book;
    book.auction(auction_kind::opening, 100);
    book.buy(1, 5, at(10));
    book.forget();
    const book_rows rows = book.book.save();
    book.book.compact();
    CHECK(book.book.save() == rows);
    CHECK(book.book.auction() == auction_kind::opening);
}
