// RULES.md 3: checking a new order, rule by rule. Precedence: precedence_test.cpp; the pairs of type
// and time in force: combinations_test.cpp.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include "tests/support/book_fixture.hpp"

using namespace bourse;

namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

}  // namespace

TEST_CASE("3.1 the id zero is refused") {
    book_fixture book;
    book.buy(0, 5, at(10));
    book.expect({"rejected 0 invalid_order_id"});
}

TEST_CASE("3.2 the id of a live order is refused, in whatever place it is") {
    book_fixture book;
    book.buy(1, 5, at(10));
    book.enter(buy(2, 5, at(10)).tif(time_in_force::at_the_close));
    book.enter(buy(3, 5, at(10)).all_or_none());
    book.sell(1, 5, at(20));
    book.sell(2, 5, at(20));
    book.sell(3, 5, at(20));
    book.expect({"accepted 1 5@10", "accepted 2 5@10", "accepted 3 5@10",
                 "rejected 1 duplicate_order_id", "rejected 2 duplicate_order_id",
                 "rejected 3 duplicate_order_id"});
    CHECK(book.book.size() == 3);
}

TEST_CASE("3.3 a closed book refuses, stops and at-the-close orders too") {
    book_fixture book({}, market_state::closed);
    book.enter(buy(1, 5, at(10)).stop(at(12)));
    book.enter(buy(2, 5, at(10)).tif(time_in_force::at_the_close));
    book.expect({"rejected 1 market_closed", "rejected 2 market_closed"});
}

TEST_CASE("3.4 a halted book refuses, stops and at-the-close orders too") {
    book_fixture book({}, market_state::halted);
    book.enter(buy(1, 5, at(10)).stop(at(12)));
    book.enter(buy(2, 5, at(10)).tif(time_in_force::at_the_close));
    book.expect({"rejected 1 market_halted", "rejected 2 market_halted"});
}

TEST_CASE("3.6 immediate orders are taken in open only, at_the_open before it opens only") {
    book_fixture book;
    book.enter(buy(1, 5, at(10)).tif(time_in_force::at_the_open));
    book.go(market_state::pre_open);
    book.enter(buy(2, 5, at(10)).ioc());
    book.enter(buy(3, 5, at(10)).fok());
    book.enter(buy(4, 5, at(10)).tif(time_in_force::at_the_open));
    book.auction(auction_kind::opening);
    book.enter(buy(5, 5, at(10)).tif(time_in_force::at_the_open));
    book.auction(auction_kind::reopening);
    book.enter(buy(6, 5, at(10)).tif(time_in_force::at_the_open));
    book.auction(auction_kind::closing);
    book.enter(buy(7, 5, at(10)).tif(time_in_force::at_the_open));
    book.enter(buy(8, 5, at(10)).ioc());
    book.expect({"rejected 1 not_accepted_now", "state open>pre_open operator_request",
                 "rejected 2 not_accepted_now", "rejected 3 not_accepted_now", "accepted 4 5@10",
                 "state pre_open>auction/opening operator_request", "accepted 5 5@10",
                 "state auction>auction/reopening operator_request", "rejected 6 not_accepted_now",
                 "state auction>auction/closing operator_request", "rejected 7 not_accepted_now",
                 "rejected 8 not_accepted_now"});
}

TEST_CASE("3.7 the quantity is 1 to max_order_lots") {
    book_fixture book;
    book.buy(1, 0, at(10));
    book.buy(2, -1, at(10));
    book.buy(3, least, at(10));
    book.buy(4, max_order_lots.lots + 1, at(10));
    book.buy(5, most, at(10));
    book.buy(6, max_order_lots.lots, at(10));
    book.buy(7, 1, at(10));
    book.expect({"rejected 1 invalid_quantity", "rejected 2 invalid_quantity",
                 "rejected 3 invalid_quantity", "rejected 4 invalid_quantity",
                 "rejected 5 invalid_quantity", "accepted 6 1099511627776@10", "accepted 7 1@10"});
}

TEST_CASE("3.8 the quantity is a multiple of the lot") {
    instrument rules;
    rules.lot = {10};
    book_fixture book(rules);
    book.buy(1, 15, at(10));
    book.buy(2, 9, at(10));
    book.buy(3, 20, at(10));
    book.expect({"rejected 1 off_lot", "rejected 2 off_lot", "accepted 3 20@10"});
}

TEST_CASE("3.9 the quantity is at least the smallest") {
    instrument rules;
    rules.min_quantity = {5};
    book_fixture book(rules);
    book.buy(1, 4, at(10));
    book.buy(2, 5, at(10));
    book.expect({"rejected 1 below_min_quantity", "accepted 2 5@10"});
}

TEST_CASE("3.10 the quantity is at most the largest") {
    instrument rules;
    rules.max_quantity = {5};
    book_fixture book(rules);
    book.buy(1, 6, at(10));
    book.buy(2, 5, at(10));
    book.expect({"rejected 1 above_max_quantity", "accepted 2 5@10"});
}

TEST_CASE("3.11 price and stop price are on the tick table") {
    instrument rules;
    rules.ticks = {{0, 5}};
    book_fixture book(rules);
    book.buy(1, 1, at(12));
    book.buy(2, 1, at(-12));
    book.enter(buy(3, 1, at(10)).stop(at(11)));
    book.enter(buy(4, 1, at(11)).stop_limit(at(10)));
    book.enter(buy(5, 1, at(11)).market());
    book.enter(buy(6, 1, at(11)).mid_peg());
    book.buy(7, 1, at(-10));
    book.buy(8, 1, at(0));
    // An offset need not be on the table.
    book.enter(buy(9, 1, at(10)).primary_peg(3));
    book.expect({"rejected 1 off_tick", "rejected 2 off_tick", "rejected 3 off_tick",
                 "rejected 4 off_tick", "rejected 5 off_tick", "rejected 6 off_tick",
                 "accepted 7 1@-10", "accepted 8 1@0", "accepted 9 1@10"});
}

TEST_CASE("3.12 the price is within the band, the stop price need not be") {
    instrument rules;
    rules.band_bps = 1'000;
    book_fixture book(rules);
    book.reference(at(100));
    book.buy(1, 1, at(111));
    book.buy(2, 1, at(89));
    book.buy(3, 1, at(110));
    book.buy(4, 1, at(90));
    book.enter(buy(5, 1, at(105)).stop(at(500)));
    book.enter(sell(6, 1, at(89)).trailing(5));
    book.expect({"reference 100", "rejected 1 outside_band", "rejected 2 outside_band",
                 "accepted 3 1@110", "accepted 4 1@90", "accepted 5 1@105",
                 "rejected 6 outside_band"});
}

TEST_CASE("3.13 a display is a positive multiple of the lot, below the quantity, in 100 parts") {
    instrument rules;
    rules.lot = {10};
    book_fixture book(rules);
    book.enter(buy(1, 50, at(10)).showing(-10));
    book.enter(buy(2, 50, at(10)).showing(15));
    book.enter(buy(3, 50, at(10)).showing(50));
    book.enter(buy(4, 50, at(10)).showing(60));
    book.enter(buy(5, 1'010, at(10)).showing(10));
    book.enter(buy(6, 1'000, at(10)).showing(10));
    book.enter(buy(7, 50, at(10)).showing(40));
    book.enter(buy(8, 50, at(10)).showing(least));
    book.enter(buy(9, 50, at(10)).showing(most));
    book.expect({"rejected 1 invalid_display", "rejected 2 invalid_display",
                 "rejected 3 invalid_display", "rejected 4 invalid_display",
                 "rejected 5 invalid_display", "accepted 6 1000@10", "accepted 7 50@10",
                 "rejected 8 invalid_display", "rejected 9 invalid_display"});
}

TEST_CASE("3.14 a minimum is not negative and not above the quantity") {
    book_fixture book;
    book.enter(buy(1, 5, at(10)).minimum(-1));
    book.enter(buy(2, 5, at(10)).minimum(6));
    book.enter(buy(3, 5, at(10)).minimum(5));
    book.enter(buy(4, 5, at(10)).minimum(least));
    // The minimum need not be a multiple of the lot: nothing says so.
    book.expect({"rejected 1 invalid_minimum", "rejected 2 invalid_minimum", "accepted 3 5@10",
                 "rejected 4 invalid_minimum"});
}

TEST_CASE("3.15 a trail is above zero, a peg's offset not below") {
    book_fixture book;
    book.reference(at(10));
    book.enter(buy(1, 5, at(10)).trailing(0));
    book.enter(buy(2, 5, at(10)).trailing(-1));
    book.enter(buy(3, 5, at(10)).trailing(1));
    book.enter(buy(4, 5, at(10)).primary_peg(-1));
    book.enter(buy(5, 5, at(10)).mid_peg(least));
    book.enter(buy(6, 5, at(10)).mid_peg(0));
    book.enter(buy(7, 5, at(10)).trailing(most));
    book.expect({"reference 10", "rejected 1 invalid_offset", "rejected 2 invalid_offset",
                 "accepted 3 5@10", "rejected 4 invalid_offset", "rejected 5 invalid_offset",
                 "accepted 6 5@10", "accepted 7 5@10"});
}

TEST_CASE("3.16 good_till_date expires later than now") {
    book_fixture book;
    book.pass(100);
    book.enter(buy(1, 5, at(10)).until(100));
    book.enter(buy(2, 5, at(10)).until(0));
    book.enter(buy(3, 5, at(10)).until(-7));
    book.enter(buy(4, 5, at(10)).until(101));
    book.expect({"rejected 1 invalid_expiry", "rejected 2 invalid_expiry",
                 "rejected 3 invalid_expiry", "accepted 4 5@10"});
}

TEST_CASE("3.17 the notional is at least the smallest, of negative prices by magnitude") {
    instrument rules;
    rules.min_notional = 100;
    book_fixture book(rules);
    book.buy(1, 9, at(11));
    book.buy(2, 10, at(10));
    book.buy(3, 10, at(-10));
    book.buy(4, 9, at(-11));
    book.buy(5, 1'000, at(0));
    book.expect({"rejected 1 below_min_notional", "accepted 2 10@10", "accepted 3 10@-10",
                 "rejected 4 below_min_notional", "rejected 5 below_min_notional"});
}

TEST_CASE("3.18 the notional is at most the largest, computed in 128 bits") {
    instrument rules;
    rules.max_notional = 100;
    book_fixture book(rules);
    book.buy(1, 10, at(-11));
    book.buy(2, 10, at(10));
    // 2^40 lots at 2^24 ticks are 2^64, which is zero in 64 bits.
    book.buy(3, max_order_lots.lots, at(std::int64_t{1} << 24));
    book.buy(4, 1, at(least));
    book.buy(5, 2, at(most));
    book.expect({"rejected 1 above_max_notional", "accepted 2 10@10",
                 "rejected 3 above_max_notional", "rejected 4 above_max_notional",
                 "rejected 5 above_max_notional"});
}

TEST_CASE("3.19 a trailing stop needs a last or a reference price") {
    book_fixture book;
    book.enter(sell(1, 5, at(1)).trailing(3));
    book.enter(sell(2, 5, at(1)).trailing(3).in_group(1, group_role::one_cancels_other, 2));
    book.reference(at(50));
    book.enter(sell(3, 5, at(1)).trailing(3));
    book.expect({"rejected 1 no_reference_price", "rejected 2 no_reference_price", "reference 50",
                 "accepted 3 5@1"});
    CHECK(book.row(3).stop_price == at(47));
    book.clear_reference();
    book.enter(sell(4, 5, at(1)).trailing(3));
    book.expect({"reference none", "rejected 4 no_reference_price"});
    book.trade_at(at(60));
    book.enter(sell(5, 5, at(1)).trailing(3));
    book.expect({"accepted 5 5@1"});
}

TEST_CASE("3.19 the book takes max_orders live orders, counting every place") {
    instrument rules;
    rules.max_orders = 3;
    book_fixture book(rules);
    book.buy(1, 5, at(10));
    book.enter(buy(2, 5, at(10)).tif(time_in_force::at_the_close));
    book.enter(buy(3, 5, at(10)).stop(at(20)));
    book.buy(4, 5, at(10));
    // Also an order that would trade at once and leave.
    book.enter(sell(5, 5, at(10)).ioc());
    book.cancel(2);
    book.enter(sell(6, 5, at(10)).ioc());
    book.expect({"accepted 1 5@10", "accepted 2 5@10", "accepted 3 5@10", "rejected 4 book_full",
                 "rejected 5 book_full", "cancelled 2 5 requested", "accepted 6 5@10",
                 "fill 1 5@10 done", "take 6 5@10 done"});
}

TEST_CASE("3.19 the book takes max_hidden_orders pegged and conditional orders") {
    instrument rules;
    rules.max_hidden_orders = 2;
    book_fixture book(rules);
    book.enter(buy(1, 5, at(10)).mid_peg());
    book.enter(buy(2, 5, at(10)).minimum(3));
    book.enter(buy(3, 5, at(10)).all_or_none());
    book.enter(sell(4, 5, at(30)).minimum(1).ioc());
    book.enter(sell(5, 5, at(30)).primary_peg());
    book.buy(6, 5, at(9));
    book.expect({"accepted 1 5@10", "accepted 2 5@10", "rejected 3 hidden_full",
                 "rejected 4 hidden_full", "rejected 5 hidden_full", "accepted 6 5@9"});
}

TEST_CASE("3.19 an order whose minimum has been met no longer counts as hidden") {
    instrument rules;
    rules.max_hidden_orders = 1;
    book_fixture book(rules);
    book.enter(buy(1, 10, at(10)).minimum(3));
    book.enter(buy(2, 5, at(10)).all_or_none());
    book.sell(3, 4, at(10));
    book.enter(buy(4, 5, at(10)).all_or_none());
    book.expect({"accepted 1 10@10", "rejected 2 hidden_full", "accepted 3 4@10",
                 "fill 1 4@10 left 6", "take 3 4@10 done", "accepted 4 5@10"});
    CHECK(book.place(1) == order_place::queue);
}

TEST_CASE("3.19 a peg that has expired no longer counts as hidden") {
    instrument rules;
    rules.max_hidden_orders = 1;
    book_fixture book(rules);
    book.enter(buy(1, 5, at(10)).mid_peg().tif(time_in_force::day));
    book.go(market_state::closed);
    book.go(market_state::open);
    book.forget();
    book.enter(buy(2, 5, at(10)).mid_peg());
    book.expect({"accepted 2 5@10"});
}

TEST_CASE("3.19 the book takes max_trailing_stops, held ones too") {
    instrument rules;
    rules.max_trailing_stops = 2;
    book_fixture book(rules);
    book.reference(at(100));
    book.enter(sell(1, 5, at(1)).trailing(3));
    book.enter(sell(2, 5, at(1)).trailing(3).in_group(1, group_role::exit, 3));
    book.enter(sell(3, 5, at(1)).trailing(3));
    book.cancel(1);
    book.enter(sell(4, 5, at(1)).trailing(3));
    book.expect({"reference 100", "accepted 1 5@1", "accepted 2 5@1 held",
                 "rejected 3 trailing_full", "cancelled 1 5 requested", "accepted 4 5@1"});
    instrument none;
    none.max_trailing_stops = 0;
    book_fixture without(none);
    without.reference(at(100));
    without.enter(sell(1, 5, at(1)).trailing(3));
    without.expect({"reference 100", "rejected 1 trailing_full"});
}

TEST_CASE("3.19 a post-only order that would take is refused as the last of all checks") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.enter(buy(2, 5, at(10)).post_only());
    book.enter(buy(3, 5, at(9)).post_only());
    book.expect({"accepted 1 5@10", "rejected 2 would_take", "accepted 3 5@9"});
}

TEST_CASE("3.19 an order that does not fit its group is refused") {
    book_fixture book;
    book.enter(buy(1, 5, at(10)).account(1).in_group(9, group_role::one_cancels_other, 2));
    book.enter(buy(2, 5, at(10)).account(2).in_group(9, group_role::one_cancels_other, 2));
    book.expect({"accepted 1 5@10 held", "rejected 2 invalid_group"});
    // The group of account 1 is not touched by an order of another account (9.4).
    CHECK(book.lives(1));
}

TEST_CASE("3.20 enumeration values out of range are an invalid combination") {
    const auto refuse = [](auto&& change) {
        book_fixture book;
        new_order order = buy(1, 5, at(10));
        change(order);
        book.enter(order);
        const auto said = book.said();
        REQUIRE(said.size() == 1);
        CHECK(said[0].reason == reason::invalid_combination);
    };
    refuse([](new_order& o) { o.side = static_cast<side>(2); });
    refuse([](new_order& o) { o.type = static_cast<order_type>(order_type_count); });
    refuse([](new_order& o) { o.type = static_cast<order_type>(255); });
    refuse([](new_order& o) { o.tif = static_cast<time_in_force>(time_in_force_count); });
    refuse([](new_order& o) { o.tif = static_cast<time_in_force>(255); });
    refuse([](new_order& o) {
        o.self_trade = static_cast<self_trade_prevention>(self_trade_prevention_count);
    });
    refuse([](new_order& o) {
        o.role = static_cast<group_role>(group_role_count);
        o.group = {1};
        o.group_size = 2;
    });
}

TEST_CASE("3.20 fields that do not belong to the type are an invalid combination") {
    book_fixture book;
    const auto check = [&book](new_order order, const char* what) {
        CAPTURE(what);
        book.enter(order);
        book.expect({"rejected 1 invalid_combination"});
    };
    new_order order = buy(1, 5, at(10));
    order.stop_price = at(1);
    check(order, "limit with stop price");
    order = buy(1, 5, at(10)).market();
    order.stop_price = at(-1);
    check(order, "market with stop price");
    order = buy(1, 5, at(10)).trailing(2);
    order.stop_price = at(9);
    check(order, "trailing stop with stop price");
    order = buy(1, 5, at(10));
    order.offset_ticks = 1;
    check(order, "limit with offset");
    order = buy(1, 5, at(10)).stop(at(12));
    order.offset_ticks = 1;
    check(order, "stop with offset");
    order = buy(1, 5, at(10));
    order.expires_at = {99};
    check(order, "expiry though good till cancelled");
    order.tif = time_in_force::day;
    check(order, "expiry though day");
    order = buy(1, 5, at(10));
    order.group = {4};
    check(order, "group id without role");
    order = buy(1, 5, at(10));
    order.group_size = 2;
    check(order, "group size without role");
}

TEST_CASE("3.20 display, post_only and conditions go with the types that are said") {
    book_fixture book;
    book.trade_at(at(10));
    const auto refused = [&book](const new_order& order) {
        book.enter(order);
        book.expect({"rejected 1 invalid_combination"});
    };
    // Display: limit and stop_limit only, and only where they last.
    refused(buy(1, 9, at(10)).stop(at(12)).showing(3));
    refused(buy(1, 9, at(10)).trailing(2).showing(3));
    refused(buy(1, 9, at(10)).primary_peg().showing(3));
    refused(buy(1, 9, at(10)).mid_peg().showing(3));
    refused(buy(1, 9, at(10)).market(time_in_force::day).showing(3));
    refused(buy(1, 9, at(10)).ioc().showing(3));
    refused(buy(1, 9, at(10)).fok().showing(3));
    refused(buy(1, 9, at(10)).tif(time_in_force::at_the_close).showing(3));
    // Post-only: limit only.
    refused(buy(1, 9, at(10)).stop_limit(at(12)).post_only());
    refused(buy(1, 9, at(10)).market(time_in_force::day).post_only());
    refused(buy(1, 9, at(10)).primary_peg().post_only());
    refused(buy(1, 9, at(10)).ioc().post_only());
    refused(buy(1, 9, at(10)).tif(time_in_force::at_the_close).post_only());
    // Minimum and all-or-none: limit only, not fill_or_kill, not for auctions, not together.
    refused(buy(1, 9, at(10)).market().minimum(3));
    refused(buy(1, 9, at(10)).market().all_or_none());
    refused(buy(1, 9, at(10)).stop_limit(at(12)).minimum(3));
    refused(buy(1, 9, at(10)).primary_peg().all_or_none());
    refused(buy(1, 9, at(10)).fok().minimum(3));
    refused(buy(1, 9, at(10)).fok().all_or_none());
    refused(buy(1, 9, at(10)).tif(time_in_force::at_the_close).minimum(3));
    refused(buy(1, 9, at(10)).minimum(3).all_or_none());
    refused(buy(1, 9, at(10)).minimum(3).showing(3));
    refused(buy(1, 9, at(10)).all_or_none().showing(3));
    refused(buy(1, 9, at(10)).minimum(3).post_only());
    refused(buy(1, 9, at(10)).all_or_none().post_only());
    // A negative display or minimum counts as given.
    refused(buy(1, 9, at(10)).ioc().showing(-3));
    refused(buy(1, 9, at(10)).stop(at(12)).showing(-3));
    refused(buy(1, 9, at(10)).fok().minimum(-3));
    refused(buy(1, 9, at(10)).showing(3).minimum(-3));
    refused(buy(1, 9, at(10)).all_or_none().minimum(-3));
}

TEST_CASE("3.20 what goes together is accepted") {
    book_fixture book;
    book.trade_at(at(10));
    const auto accepted = [&book](const new_order& order) {
        book.enter(order);
        REQUIRE(book.said().size() >= 1);
        CHECK(book.said()[0].kind == event_kind::accepted);
        book.cancel_all();
        book.forget();
    };
    for (const time_in_force tif :
         {time_in_force::day, time_in_force::good_till_cancelled, time_in_force::good_till_date}) {
        const auto lasting = [tif](draft order) -> new_order {
            new_order made = order;
            made.tif = tif;
            made.expires_at = {tif == time_in_force::good_till_date ? 50 : 0};
            return made;
        };
        accepted(lasting(buy(1, 9, at(10)).showing(3)));
        accepted(lasting(buy(1, 9, at(10)).post_only()));
        accepted(lasting(buy(1, 9, at(10)).showing(3).post_only()));
        accepted(lasting(buy(1, 9, at(10)).minimum(3)));
        accepted(lasting(buy(1, 9, at(10)).all_or_none()));
        accepted(lasting(buy(1, 9, at(10)).stop_limit(at(12)).showing(3)));
        for (const group_role role :
             {group_role::one_cancels_other, group_role::entry, group_role::exit}) {
            accepted(lasting(buy(1, 9, at(10)).in_group(1, role, 2)));
            accepted(lasting(buy(1, 9, at(10)).showing(3).post_only().in_group(1, role, 2)));
            accepted(lasting(buy(1, 9, at(10)).stop(at(12)).in_group(1, role, 8)));
            accepted(lasting(buy(1, 9, at(10)).stop_limit(at(12)).in_group(1, role, 2)));
            accepted(lasting(buy(1, 9, at(10)).trailing(2).in_group(1, role, 2)));
        }
    }
    accepted(buy(1, 9, at(10)).ioc().minimum(3));
    accepted(buy(1, 9, at(10)).ioc().all_or_none());
    accepted(buy(1, 9, at(10)).ioc().in_group(1, group_role::entry, 2));
    accepted(buy(1, 9, at(10)).fok().in_group(1, group_role::entry, 2));
    accepted(buy(1, 9, at(10)).market(time_in_force::day).in_group(1, group_role::entry, 2));
    accepted(buy(1, 9, at(10)).market().in_group(1, group_role::entry, 2));
}

TEST_CASE("3.20 orders in groups have a role, a group, a size of 2 to 8, and no conditions") {
    using enum group_role;
    book_fixture book;
    book.trade_at(at(10));
    const auto refused = [&book](const new_order& order) {
        book.enter(order);
        book.expect({"rejected 1 invalid_combination"});
    };
    refused(buy(1, 9, at(10)).in_group(0, one_cancels_other, 2));
    refused(buy(1, 9, at(10)).in_group(1, one_cancels_other, 0));
    refused(buy(1, 9, at(10)).in_group(1, one_cancels_other, 1));
    refused(buy(1, 9, at(10)).in_group(1, one_cancels_other, 9));
    refused(buy(1, 9, at(10)).in_group(1, one_cancels_other, 255));
    for (const group_role role : {one_cancels_other, entry, group_role::exit}) {
        refused(buy(1, 9, at(10)).minimum(2).in_group(1, role, 2));
        refused(buy(1, 9, at(10)).all_or_none().in_group(1, role, 2));
        refused(buy(1, 9, at(10)).primary_peg().in_group(1, role, 2));
        refused(buy(1, 9, at(10)).mid_peg().in_group(1, role, 2));
        refused(buy(1, 9, at(10)).tif(time_in_force::at_the_open).in_group(1, role, 2));
        refused(buy(1, 9, at(10)).tif(time_in_force::at_the_close).in_group(1, role, 2));
        refused(buy(1, 9, at(10)).market(time_in_force::at_the_close).in_group(1, role, 2));
    }
    for (const group_role role : {one_cancels_other, group_role::exit}) {
        refused(buy(1, 9, at(10)).ioc().in_group(1, role, 2));
        refused(buy(1, 9, at(10)).fok().in_group(1, role, 2));
        refused(buy(1, 9, at(10)).market(time_in_force::day).in_group(1, role, 2));
        refused(buy(1, 9, at(10)).market().in_group(1, role, 2));
    }
}

TEST_CASE("3.21 accepted comes first, with held if the order is held, then what follows") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.buy(2, 5, at(10));
    book.enter(buy(3, 5, at(10)).in_group(1, group_role::one_cancels_other, 2));
    book.enter(buy(4, 5, at(10)).fok());
    book.expect({"accepted 1 5@10", "accepted 2 5@10", "fill 1 5@10 done", "take 2 5@10 done",
                 "accepted 3 5@10 held", "accepted 4 5@10", "cancelled 4 5 unfilled"});
}
