// Shard RULES 2: instruments, states, the market-wide halt, calendars.
#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "actors/book/order_book.hpp"
#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

set_calendar sessions_of(std::uint32_t calendar, std::vector<calendar_session> sessions) {
    return {.calendar = {calendar}, .sessions = std::move(sessions)};
}

calendar_session session(std::int64_t at, market_state state, std::int64_t until = 0,
                         market_state next = market_state::open) {
    return {.at = {at}, .what = {state, auction_kind::none, {until}, next}};
}

/// Apple follows calendar 1, which has these sessions; pear follows none.
venue following(std::vector<calendar_session> sessions, std::int64_t reopening = 0) {
    venue it(venue::empty_tag{}, {});
    it.at(venue_start);
    listing follower = listing_of(apple);
    follower.calendar = {1};
    follower.rules.reopening_auction = {reopening};
    it.prepare({sessions_of(1, std::move(sessions)), listing_as(follower),
                listing_as(listing_of(pear)), going(pear, market_state::open)});
    return it;
}

constexpr std::int64_t t0 = venue_start;

}  // namespace

TEST_CASE("S2.1 a listing with a fault is an invalid request") {
    venue it;
    const auto with = [&](const auto& change) {
        listing what = listing_of({9});
        change(what);
        return it.answer(listing_as(what));
    };
    constexpr auto bad = reason::invalid_request;
    CHECK(with([](listing& l) { l.rules.symbol = {0}; }) == bad);
    CHECK(with([](listing& l) { l.rules.symbol = {0x80000000U}; }) == bad);
    CHECK(with([](listing& l) { l.rules.ticks.clear(); }) == bad);
    CHECK(with([](listing& l) { l.rules.lot = {0}; }) == bad);
    CHECK(with([](listing& l) { l.tick_value = 0; }) == bad);
    CHECK(with([](listing& l) { l.currency = {0}; }) == bad);
    CHECK(with([](listing& l) { l.currency = {0x80000000U}; }) == bad);
    CHECK(with([](listing& l) { l.protection_bps = 100'001; }) == bad);
    CHECK(with([](listing& l) { l.fees[7].maker.rate_ppm = 1'000'001; }) == bad);
    CHECK(with([](listing& l) { l.fees[7].taker.rate_ppm = -1'000'001; }) == bad);
    CHECK(with([](listing& l) { l.fees[0].auction.per_lot = 1'000'000'000'001; }) == bad);
    CHECK(with([](listing& l) { l.fees[3].auction.per_lot = -1'000'000'000'001; }) == bad);
    CHECK(with([](listing& l) { l.book_shard = {0}; }) == bad);
    CHECK(with([](listing& l) { l.book_shard = {32'768}; }) == bad);
    CHECK(with([](listing& l) { l.calendar = {1}; }) == bad);
    CHECK(with([](listing& l) {
              l.rules.symbol = apple;
              l.calendar = {1};
          }) == bad);
    CHECK(with([](listing& l) {
              l.rules.symbol = {0x7FFFFFFFU};
              l.currency = {0x7FFFFFFFU};
              l.protection_bps = 100'000;
              l.fees[7].maker = {.rate_ppm = 1'000'000, .per_lot = -1'000'000'000'000};
              l.book_shard = {32'767};
          }) == reason::none);
    CHECK(with([](listing& l) { l.rules.symbol = {0x7FFFFFFFU}; }) == reason::symbol_exists);
}

TEST_CASE("S2.1 a book that is here begins closed, one elsewhere is only known to the ledger") {
    venue it(venue::empty_tag{}, {});
    it.at(t0);
    it.prepare({listing_as(listing_of(apple)), listing_as(listing_of(pear, 2))});
    CHECK(it.state() == market_state::closed);
    CHECK(it.machine.book(pear) == nullptr);
}

TEST_CASE("S2.1 a shard knows 65,536 instruments and not one more" * doctest::test_suite("long")) {
    venue it(venue::empty_tag{}, {});
    it.alone();
    std::vector<shard_command> many;
    for (std::uint32_t i = 1; i <= 65'536; ++i) {
        many.push_back(listing_as(listing_of({i}, 2)));
    }
    it.apply(std::move(many));
    CHECK(it.reports().back().what.kind == event_kind::command_done);
    CHECK(it.answer(listing_as(listing_of({65'537}, 2))) == reason::too_many_instruments);
    CHECK(it.answer(listing_as(listing_of({65'536}, 2))) == reason::symbol_exists);
    CHECK(it.answer(listing_as(listing_of({0}, 2))) == reason::invalid_request);
}

TEST_CASE("S2.2 a state wants a book that is here, a reference only an instrument") {
    venue it(listing_of(apple), listing_of(pear, 2));
    CHECK(it.answer(going({9}, market_state::open)) == reason::unknown_symbol);
    CHECK(it.answer(going(pear, market_state::open)) == reason::not_here);
    CHECK(it.answer(referring({9}, 5)) == reason::unknown_symbol);
    CHECK(it.answer(referring(pear, 5)) == reason::none);
    CHECK(it.answer(buying(1, 1, 0).of(pear).no_price()) == reason::none);
    CHECK(it.answer(mass_cancel_book{.symbol = {9}}) == reason::unknown_symbol);
    CHECK(it.answer(mass_cancel_book{.symbol = pear}) == reason::not_here);
}

TEST_CASE("S2.2 a cleared reference is gone in the ledger and in the book") {
    venue it;
    it.prepare({referring(apple, 100)});
    CHECK(it.answer(buying(1, 1, 0).no_price()) == reason::none);
    book_reference cleared = referring(apple, 100);
    cleared.what.clear = true;
    it.send(cleared);
    it.expect_events({"reference none"});
    CHECK(it.answer(buying(1, 1, 0).no_price()) == reason::no_reference_price);
    CHECK(it.machine.save().listings[0].reference == price{});
}

TEST_CASE("S2.2 the price of an uncrossing is the ledger's reference from then on") {
    venue it;
    it.prepare({referring(apple, 100), auctioning(apple, auction_kind::opening), buying(1, 5, 200),
                selling(2, 5, 200)});
    it.prepare({going(apple, market_state::open)});
    it.prepare({buying(1, 1, 0).no_price()});
    CHECK(it.row(3).price.ticks == 210);
}

TEST_CASE("S2.3 a halt that is on cannot be put on, nor one that is off off") {
    venue it;
    CHECK(it.answer(halting(false)) == reason::invalid_state);
    CHECK(it.answer(halting()) == reason::none);
    CHECK(it.answer(halting()) == reason::invalid_state);
    CHECK(it.answer(halting(false)) == reason::none);
}

TEST_CASE("S2.3 the halt takes every book and gives it back as it was") {
    venue it;
    it.prepare({auctioning(pear, auction_kind::closing, t0 + 50, market_state::closed),
                listing_as(listing_of({9}))});
    it.send(halting());
    it.expect_events({"state open>halted operator_request", "state auction>halted operator_request",
                      "state closed>closed operator_request"});
    CHECK(it.answer(buying(1, 1, 1)) == reason::market_halted);
    it.at(t0 + 20);
    it.send(halting(false));
    it.expect_events({"state halted>open operator_request",
                      "state halted>auction/closing operator_request",
                      "state closed>closed operator_request"});
    it.pass(t0 + 50);
    CHECK(it.state(pear) == market_state::closed);
}

TEST_CASE(
    "S2.3 timers do not run during the halt, and one that passed meanwhile is due at once after "
    "it") {
    venue it;
    it.prepare({auctioning(pear, auction_kind::closing, t0 + 50, market_state::closed),
                going(apple, market_state::closed, t0 + 50, market_state::pre_open)});
    it.prepare({halting()});
    CHECK_FALSE(it.machine.next_due().has_value());
    it.pass(t0 + 50);
    CHECK(it.state(pear) == market_state::halted);
    CHECK(it.state(apple) == market_state::closed);
    it.prepare({halting(false)});
    CHECK(it.state(pear) == market_state::auction);
    CHECK(it.state(apple) == market_state::closed);
    CHECK(it.machine.next_due() == timestamp{t0 + 51});
    it.pass(t0 + 51);
    CHECK(it.state(pear) == market_state::closed);
    CHECK(it.state(apple) == market_state::pre_open);
}

TEST_CASE("S2.3 a book that was open reopens by auction, if it has one") {
    listing careful = listing_of(apple);
    careful.rules.reopening_auction = {30};
    venue it(careful);
    it.prepare({buying(1, 5, 10), halting()});
    it.at(t0 + 10);
    it.send(halting(false));
    it.expect_events(
        {"state halted>auction/reopening operator_request", "state halted>open operator_request"});
    CHECK(it.machine.next_due() == timestamp{t0 + 40});
    it.pass(t0 + 40);
    CHECK(it.state() == market_state::open);
    CHECK(it.is_open(1));
}

TEST_CASE("S2.3 during the halt a book is listed closed and stays so") {
    venue it;
    it.prepare({halting(), listing_as(listing_of({9}))});
    CHECK(it.answer(going({9}, market_state::open)) == reason::market_wide_halt);
    it.prepare({halting(false)});
    CHECK(it.state({9}) == market_state::closed);
}

TEST_CASE("S2.2 during the halt an operator may close or halt, for what comes after it") {
    venue it;
    it.prepare({halting()});
    CHECK(it.answer(going(apple, market_state::open)) == reason::market_wide_halt);
    CHECK(it.answer(going(apple, market_state::pre_open)) == reason::market_wide_halt);
    CHECK(it.answer(auctioning(apple, auction_kind::opening)) == reason::market_wide_halt);
    CHECK(it.answer(going({9}, market_state::open)) == reason::unknown_symbol);
    it.send(going(apple, market_state::closed, t0 + 50, market_state::pre_open));
    it.expect_events({"state halted>closed operator_request"});
    it.send(going(pear, market_state::halted, t0 + 60));
    it.expect_events({});
    CHECK_FALSE(it.machine.next_due().has_value());
    it.at(t0 + 10);
    it.send(halting(false));
    it.expect_events(
        {"state closed>closed operator_request", "state halted>halted operator_request"});
    CHECK(it.machine.next_due() == timestamp{t0 + 50});
    it.pass(t0 + 60);
    CHECK(it.state(apple) == market_state::pre_open);
    CHECK(it.state(pear) == market_state::open);
}

TEST_CASE(
    "S2.3 a book that was closed by a command of the halt's own entry stays closed after it") {
    venue it;
    it.apply({going(apple, market_state::closed), halting()});
    CHECK(it.state() == market_state::closed);
    it.prepare({halting(false)});
    CHECK(it.state() == market_state::closed);
}

TEST_CASE("S2.3 a halt that ends and begins again in one entry does not stay for ever") {
    venue it;
    it.prepare({halting()});
    it.apply({halting(false), halting()});
    CHECK(it.state() == market_state::halted);
    it.prepare({halting(false)});
    CHECK(it.state() == market_state::open);
}

TEST_CASE("S2.3 a book that was opened by a command of the halt's own entry is open after it") {
    venue it;
    it.prepare({going(apple, market_state::closed)});
    it.apply({going(apple, market_state::open), halting()});
    it.prepare({halting(false)});
    CHECK(it.state() == market_state::open);
}

TEST_CASE("S2.4 a calendar's number and its sessions are checked") {
    venue it;
    const auto answer = [&](std::uint32_t calendar, std::vector<std::int64_t> times) {
        std::vector<calendar_session> sessions;
        for (const std::int64_t at : times) {
            sessions.push_back(session(at, market_state::open));
        }
        return it.answer(sessions_of(calendar, sessions));
    };
    constexpr auto bad = reason::invalid_request;
    CHECK(answer(0, {}) == bad);
    CHECK(answer(65'536, {}) == bad);
    CHECK(answer(65'535, {}) == reason::none);
    CHECK(answer(1, {t0}) == bad);
    CHECK(answer(1, {t0 + 1, t0 + 1}) == bad);
    CHECK(answer(1, {t0 + 2, t0 + 1}) == bad);
    CHECK(answer(1, {t0 + 1, t0 + 2}) == reason::none);
    std::vector<std::int64_t> many;
    for (std::int64_t i = 1; i <= 4'097; ++i) {
        many.push_back(t0 + i);
    }
    CHECK(answer(1, many) == bad);
    CHECK(it.machine.next_due() == timestamp{t0 + 1});
    many.pop_back();
    CHECK(answer(1, many) == reason::none);
    CHECK(answer(1, {}) == reason::none);
    CHECK_FALSE(it.machine.next_due().has_value());
    // Known from its first set_calendar on, though it has no sessions now.
    listing follower = listing_of({9});
    follower.calendar = {1};
    CHECK(it.answer(listing_as(follower)) == reason::none);
}

TEST_CASE("S2.4 a calendar replaces what it had") {
    venue it = following({session(t0 + 10, market_state::open)});
    it.prepare({sessions_of(1, {session(t0 + 20, market_state::pre_open)})});
    CHECK(it.machine.next_due() == timestamp{t0 + 20});
    it.pass(t0 + 19);
    CHECK(it.state() == market_state::closed);
    it.pass(t0 + 20);
    CHECK(it.state() == market_state::pre_open);
    CHECK_FALSE(it.machine.next_due().has_value());
}

TEST_CASE("S2.5 a session changes the books that follow the calendar and no others") {
    venue it = following({session(t0 + 10, market_state::pre_open, t0 + 15, market_state::open),
                          session(t0 + 20, market_state::closed)});
    it.pass(t0 + 10);
    it.expect_events({"state closed>pre_open operator_request"});
    CHECK(it.machine.next_due() == timestamp{t0 + 15});
    it.pass(t0 + 15);
    it.expect_events({"state pre_open>open timer"});
    it.pass(t0 + 20);
    it.expect_events({"state open>closed operator_request"});
    CHECK(it.state(pear) == market_state::open);
}

TEST_CASE("S2.5 a session that is late ends with the next nanosecond if its until has passed") {
    venue it = following({session(t0 + 10, market_state::pre_open, t0 + 15, market_state::closed),
                          session(t0 + 20, market_state::open, t0 + 40, market_state::closed)});
    it.pass(t0 + 15);
    CHECK(it.state() == market_state::pre_open);
    CHECK(it.machine.next_due() == timestamp{t0 + 16});
    it.pass(t0 + 16);
    CHECK(it.state() == market_state::closed);
    CHECK(it.machine.next_due() == timestamp{t0 + 20});
    it.pass(t0 + 39);
    CHECK(it.state() == market_state::open);
    CHECK(it.machine.next_due() == timestamp{t0 + 40});
}

TEST_CASE("S2.5 several sessions that are due in one entry are done in their order") {
    venue it =
        following({session(t0 + 10, market_state::pre_open), session(t0 + 20, market_state::open),
                   session(t0 + 30, market_state::halted)});
    it.pass(t0 + 25);
    it.expect_events(
        {"state closed>pre_open operator_request", "state pre_open>open operator_request"});
}

TEST_CASE("S2.5 during the halt a session is remembered, and a closing one done as well") {
    venue it = following({session(t0 + 10, market_state::open),
                          session(t0 + 20, market_state::closed, t0 + 100, market_state::pre_open),
                          session(t0 + 30, market_state::open, t0 + 35, market_state::closed)});
    it.prepare({halting()});
    CHECK(it.state() == market_state::closed);
    it.pass(t0 + 10);
    it.expect_events({});
    CHECK(it.state() == market_state::closed);
    SUBCASE("opened by a session of the halt") {
        it.prepare({halting(false)});
        CHECK(it.state() == market_state::open);
    }
    SUBCASE("closed again, with its timer afterwards") {
        it.pass(t0 + 20);
        it.expect_events({"state closed>closed operator_request"});
        CHECK(it.machine.next_due() == timestamp{t0 + 30});
        it.prepare({halting(false)});
        CHECK(it.state() == market_state::closed);
        it.prepare({sessions_of(1, {})});
        CHECK(it.machine.next_due() == timestamp{t0 + 100});
    }
    SUBCASE("opened with a timer that passes in the halt") {
        it.pass(t0 + 30);
        it.pass(t0 + 36);
        it.prepare({halting(false)});
        CHECK(it.state() == market_state::open);
        CHECK(it.machine.next_due() == timestamp{t0 + 37});
    }
}

TEST_CASE("S2.3 a book that a session opened during the halt reopens by auction") {
    venue it = following({session(t0 + 10, market_state::open)}, 30);
    it.prepare({halting()});
    it.pass(t0 + 12);
    it.send(halting(false));
    it.expect_events(
        {"state closed>auction/reopening operator_request", "state halted>open operator_request"});
    it.pass(t0 + 42);
    CHECK(it.state() == market_state::open);
}

TEST_CASE("S2.4 a session of a state that no book would take is refused with its calendar") {
    venue it;
    const auto answer = [&](const set_state& what) {
        return it.answer(sessions_of(1, {{.at = {t0 + 10}, .what = what}}));
    };
    constexpr auto bad = reason::invalid_request;
    using enum market_state;
    constexpr auto none = auction_kind::none;
    CHECK(answer({auction, none, {}, open}) == bad);
    CHECK(answer({open, auction_kind::opening, {}, open}) == bad);
    CHECK(answer({open, none, {}, closed}) == bad);
    CHECK(answer({open, none, {t0 + 10}, closed}) == bad);
    CHECK(answer({open, none, {t0 + 11}, open}) == bad);
    CHECK(answer({open, none, {t0 + 11}, auction}) == bad);
    CHECK(answer({halted, none, {t0 + 11}, closed}) == bad);
    CHECK(answer({static_cast<market_state>(5), none, {}, open}) == bad);
    CHECK(answer({auction, static_cast<auction_kind>(5), {}, open}) == bad);
    CHECK(answer({open, none, {t0 + 11}, closed}) == reason::none);
    CHECK(answer({auction, auction_kind::closing, {t0 + 11}, closed}) == reason::none);
}

TEST_CASE("S2.2 during the halt a state that no book would take is refused and not kept") {
    venue it;
    it.prepare({halting()});
    CHECK(it.answer(going(apple, market_state::halted, t0 + 10, market_state::closed)) ==
          reason::invalid_state);
    CHECK(it.answer(going(apple, market_state::closed, t0, market_state::open)) ==
          reason::invalid_state);
    CHECK(it.answer(going(apple, market_state::open, t0, market_state::open)) ==
          reason::market_wide_halt);
    it.prepare({halting(false)});
    CHECK(it.state() == market_state::open);
}

TEST_CASE("S2.6 the operator cancels a whole book, by rising order id and whoever's they are") {
    venue it;
    it.prepare({buying(1, 1, 1), buying(2, 2, 1), buying(1, 3, 1).of(pear), selling(2, 4, 9)});
    it.send(mass_cancel_book{.symbol = apple});
    it.expect({"0 done", "1 cancelled 1 1 mass_cancelled", "2 cancelled 2 2 mass_cancelled",
               "2 cancelled 4 4 mass_cancelled"});
    CHECK(it.is_open(3));
    CHECK(it.row(3).cause == reason::none);
}
