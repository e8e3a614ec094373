// Ledger RULES 7: reports and refusals.
#include <doctest/doctest.h>

#include <cstdint>
#include <variant>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

TEST_CASE("L7.1 reports of an account have numbers without a gap, whatever they are about") {
    venue it;
    it.send(buying(1, 5, 100).id(9));
    it.send(buying(1, 5, 2'000'000));
    it.send(buying(1, 5, 100).id(9));
    it.apply({selling(2, 5, 100), putting(1, dollars, 1)});
    std::uint64_t last = 4;  // opened, three deposits
    for (const report& told : it.reports()) {
        if (told.what.account == account_id{1}) {
            CHECK(told.number == ++last);
        }
    }
    CHECK(last == 4 + 5);
}

TEST_CASE("L7.1 a fill's report says its cash and its fee apart") {
    listing dear = listing_of(apple);
    dear.fees[0].taker.per_lot = 2'000'000;
    dear.fees[0].maker.per_lot = -1'000'000;
    dear.tick_value = 10;
    venue it(dear);
    it.send(selling(2, 5, 100));
    it.send(buying(1, 5, 100));
    it.expect({"2 accepted 1 5@100", "1 accepted 2 5@100", "2 fill 1 5@100 done cash 5000 fee -5",
               "1 take 2 5@100 done cash -5000 fee 10"});
}

TEST_CASE("L7.1 a replace without a client id is told by the order's") {
    venue it;
    it.prepare({buying(1, 5, 100).id(9), going(apple, market_state::halted)});
    it.send(resizing(1, nth(1), 4));
    it.send(resizing(1, nth(1), 4, as(10)));
    it.expect(
        {"1 replace_rejected 1 market_halted id 9", "1 replace_rejected 1 market_halted id 10"});
}

TEST_CASE("L7.2 what a book says of itself is told to nobody") {
    venue it;
    it.send(going(apple, market_state::halted));
    it.expect({"0 done"});
    it.expect_events({"state open>halted operator_request"});
    it.send(referring(apple, 5));
    it.expect({"0 done"});
    it.expect_events({"reference 5"});
    it.send(going(apple, market_state::auction));
    it.expect({"0 done"});
    it.expect_events({"command_rejected invalid_state"});
}

TEST_CASE("L7.3 the report to the account that the command names carries its client id") {
    venue it;
    it.send(moving(1, 2, apples, 5, 0, as(3)));
    it.send(putting(1, apples, 5, 0, as(4)));
    it.send(taking(1, apples, 5, as(5)));
    it.send(killing(1, false, as(6)));
    it.send(putting(1, apples, 0, 0, as(7)));
    it.expect({"1 adjusted s1 -5 id 3", "2 adjusted s1 5", "1 adjusted s1 5 id 4",
               "1 adjusted s1 -5 id 5", "1 changed id 6", "1 refused invalid_request id 7"});
}

TEST_CASE("L7.3 an adjusted report has nothing but account, asset, amount, symbol and reason") {
    venue it;
    it.send(split{.symbol = pear, .numerator = 2});
    event what{};
    what.kind = event_kind::adjusted;
    what.number = pears.value;
    what.lots = {1'000};
    what.account = {1};
    what.symbol = pear;
    CHECK(it.reports().at(0).what == what);
    it.forget();
    it.send(putting(1, dollars, 7));
    what.number = dollars.value;
    what.lots = {7};
    what.symbol = {};
    CHECK(it.reports().at(0).what == what);
}

TEST_CASE("L7.4 reports of one entry are in the order in which they arose") {
    venue it;
    it.apply({buying(1, 5, 100), putting(2, dollars, 1), selling(2, 5, 100),
              buying(1, 1, 2'000'000), cancelling(1, nth(7))});
    it.expect({"2 adjusted c1 1", "1 rejected 0 insufficient_funds",
               "1 cancel_rejected 7 unknown_order", "1 accepted 1 5@100", "2 accepted 2 5@100",
               "1 fill 1 5@100 done cash -500", "2 take 2 5@100 done cash 500"});
}

TEST_CASE("L7.5 a rejected order is told as it was asked, with no order id") {
    venue it;
    it.send(selling(1, 5'000, 2'000'000).id(3));
    event what{};
    what.kind = event_kind::rejected;
    what.side = side::sell;
    what.reason = reason::insufficient_holdings;
    what.flags = event::final_answer;
    what.price = {2'000'000};
    what.lots = {5'000};
    what.account = {1};
    what.symbol = apple;
    REQUIRE(it.reports().size() == 1);
    CHECK(it.reports()[0].what == what);
    CHECK(it.reports()[0].client == called(3));
    it.forget();
    submit_order unpriced = selling(1, 5, 0).no_price().raw();
    unpriced.order.price = {77};
    it.send(unpriced);
    CHECK(it.reports().at(0).what.reason == reason::no_reference_price);
    CHECK(it.reports()[0].what.price == price{0});
}

TEST_CASE("L7.5 refusals of changes say order, account, and the symbol if an order was meant") {
    venue it;
    it.prepare({buying(1, 5, 100)});
    it.send(cancelling(1, nth(1), {{}, {1}}));
    event what{};
    what.kind = event_kind::cancel_rejected;
    what.reason = reason::too_late;
    what.order = nth(1);
    what.account = {1};
    what.symbol = apple;
    CHECK(it.reports().at(0).what == what);
    it.forget();
    it.send(cancelling(2, nth(1)));
    what.reason = reason::unknown_order;
    what.account = {2};
    what.symbol = {};
    CHECK(it.reports().at(0).what == what);
}

TEST_CASE("L7.5 to an account that is not there things are handed out with number 0") {
    venue it;
    it.send(buying(77, 5, 100).id(3));
    it.send(cancelling(77, nth(1), as(3)));
    it.send(resizing(77, nth(1), 2, as(3)));
    it.send(submit_mass_cancel{.request = as(3), .account = {77}});
    it.send(putting(77, dollars, 1, 0, as(3)));
    it.send(leasing(77, 1, venue_start + 1));
    for (const report& told : it.reports()) {
        CHECK(told.number == 0);
    }
    it.expect({"77 rejected 0 unknown_account id 3", "77 cancel_rejected 1 unknown_account id 3",
               "77 replace_rejected 1 unknown_account id 3", "77 refused unknown_account id 3",
               "77 refused unknown_account id 3", "77 refused unknown_account"});
    CHECK(it.remembered() == 0);
}

TEST_CASE("L7.6 commands that name no account are answered with number 0 and their client id") {
    const auto said = [](shard_command once) {
        std::visit(
            [](auto& what) {
                if constexpr (requires { what.request; }) {
                    what.request = as(7);
                }
            },
            once);
        venue fresh;
        fresh.send(once);
        REQUIRE_FALSE(fresh.reports().empty());
        const report& last = fresh.reports().back();
        CHECK(last.number == 0);
        CHECK(last.what.account == account_id{});
        CHECK(last.client == called(7));
        return last.what.kind;
    };
    constexpr auto done = event_kind::command_done;
    constexpr auto refused = event_kind::command_refused;
    CHECK(said(split{.symbol = apple}) == done);
    CHECK(said(split{.symbol = {99}}) == refused);
    CHECK(said(dividend{.symbol = apple, .per_lot = 1}) == done);
    CHECK(said(dividend{.symbol = apple}) == refused);
    CHECK(said(listing_as(listing_of({9}))) == done);
    CHECK(said(listing_as(listing_of(apple))) == refused);
    CHECK(said(going(apple, market_state::halted)) == done);
    CHECK(said(going({9}, market_state::halted)) == refused);
    CHECK(said(referring(apple, 1)) == done);
    CHECK(said(referring({9}, 1)) == refused);
    CHECK(said(mass_cancel_book{.symbol = apple}) == done);
    CHECK(said(mass_cancel_book{.symbol = {9}}) == refused);
    CHECK(said(halting()) == done);
    CHECK(said(halting(false)) == refused);
    CHECK(said(set_calendar{.calendar = {1}, .sessions = {}}) == done);
    CHECK(said(set_calendar{.calendar = {0}, .sessions = {}}) == refused);
    CHECK(said(set_rules_version{.version = 1}) == done);
    CHECK(said(set_rules_version{.version = 2}) == refused);
    CHECK(said(limiting_group(1, limit_kind::max_open_orders, {}, 1)) == done);
    CHECK(said(limiting_group(0, limit_kind::max_open_orders, {}, 1)) == refused);
}

TEST_CASE("L7.6 a lease that is renewed is not answered") {
    venue it;
    it.send(leasing(1, 5, venue_start + 5));
    it.send(leasing(1, 5, venue_start + 6));
    it.send(leasing(1, 5, venue_start));
    it.send(leasing(1, 6, venue_start));
    it.expect({});
}
