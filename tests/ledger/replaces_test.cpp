// Ledger RULES 4.4 and 4.5: replaces, and what is reserved while they are not answered.
#include <doctest/doctest.h>

#include <cstdint>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

/// A venue in which pear's book is in shard 2, which never answers by itself.
venue far_away(std::uint32_t max_outbox = 65'536) {
    return venue(listing_of(apple), listing_of(pear, 2), {.max_outbox = max_outbox});
}

/// What shard 2 says about order n.
channel_delivery told(std::uint64_t number, event_kind kind, std::uint64_t n, std::int64_t ticks,
                      std::int64_t lots, std::int64_t filled, std::int64_t remaining,
                      reason why = reason::none, side which = side::buy) {
    event what{};
    what.side = which;
    what.kind = kind;
    what.reason = why;
    what.order = nth(n);
    what.price = {ticks};
    what.lots = {lots};
    what.filled = {filled};
    what.remaining = {remaining};
    what.account = {1};
    what.symbol = pear;
    if (kind == event_kind::cancelled || kind == event_kind::rejected ||
        (kind == event_kind::fill && remaining == 0)) {
        what.flags = event::final_answer;
    }
    if (kind == event_kind::fill) {
        what.number = number;
    }
    return {.from = {2}, .first = number, .messages = {what}};
}

}  // namespace

TEST_CASE("L4.4 of several replaces that are not answered the most lots at the worst price count") {
    venue it = far_away();
    it.prepare({buying(1, 10, 100).of(pear)});
    CHECK(it.reserved(1, dollars) == 1'000);
    it.prepare({replacing(1, nth(1), 4, 300)});
    CHECK(it.reserved(1, dollars) == 1'200);
    it.prepare({repricing(1, nth(1), 50)});
    CHECK(it.reserved(1, dollars) == 3'000);
    it.prepare({resizing(1, nth(1), 20)});
    // 20 at 300: each replace may be done or not, whatever became of the others.
    CHECK(it.reserved(1, dollars) == 6'000);
    it.send(told(1, event_kind::accepted, 1, 100, 10, 0, 10));
    CHECK(it.reserved(1, dollars) == 6'000);
    it.send(told(2, event_kind::replace_rejected, 1, 0, 0, 0, 0, reason::off_tick));
    // 10 or 20 at 100 or 50.
    CHECK(it.reserved(1, dollars) == 2'000);
    it.send(told(3, event_kind::replaced, 1, 50, 10, 0, 10));
    CHECK(it.reserved(1, dollars) == 1'000);
    it.send(told(4, event_kind::replaced, 1, 50, 20, 0, 20));
    CHECK(it.reserved(1, dollars) == 1'000);
    CHECK(it.row(1).price.ticks == 50);
    CHECK(it.row(1).remaining.lots == 20);
    CHECK(it.row(1).pending.empty());
}

TEST_CASE(
    "L4.4 of one replace that is not answered, lots may go at the old price and the rest at the "
    "new") {
    const auto reserved_by = [](std::int64_t lots, std::int64_t ticks) {
        venue it = far_away();
        it.prepare({buying(1, 10, 100).of(pear), replacing(1, nth(1), lots, ticks)});
        return it.reserved(1, dollars);
    };
    CHECK(reserved_by(10, 40) == 1'000);
    CHECK(reserved_by(5, 40) == 1'000);
    CHECK(reserved_by(5, 300) == 1'500);
    CHECK(reserved_by(20, 40) == 1'000 + 400);
    CHECK(reserved_by(20, 100) == 2'000);
    CHECK(reserved_by(20, 300) == 6'000);
    CHECK(reserved_by(20, -40) == 1'000);
}

TEST_CASE(
    "L4.4 a replace that crosses fills at the old price leaves a cash account at nothing and not "
    "below") {
    venue it = far_away();
    it.prepare({buying(1, 10, 100).of(pear), replacing(1, nth(1), 20, 40)});
    it.prepare({taking(1, dollars, it.available(1, dollars))});
    it.send(told(1, event_kind::accepted, 1, 100, 10, 0, 10));
    it.send(told(2, event_kind::fill, 1, 100, 9, 9, 1));
    it.send(told(3, event_kind::replaced, 1, 40, 20, 9, 11));
    CHECK(it.available(1, dollars) == 500 - 440);
    it.send(told(4, event_kind::fill, 1, 40, 11, 20, 0));
    CHECK(it.total(1, dollars) == 60);
}

TEST_CASE("L4.4 of a replace of the quantity, what was filled is taken from the new total") {
    venue it = far_away();
    it.prepare({selling(1, 10, 100).of(pear)});
    it.prepare({resizing(1, nth(1), 30)});
    CHECK(it.reserved(1, pears) == 30);
    it.send(told(1, event_kind::accepted, 1, 100, 10, 0, 10));
    it.send(told(2, event_kind::fill, 1, 100, 4, 4, 6, reason::none, side::sell));
    CHECK(it.reserved(1, pears) == 26);
    it.prepare({resizing(1, nth(1), 3)});
    CHECK(it.reserved(1, pears) == 26);
    it.send(told(3, event_kind::replace_rejected, 1, 0, 0, 0, 0, reason::market_closed));
    CHECK(it.reserved(1, pears) == 6);
    it.send(told(4, event_kind::replace_rejected, 1, 0, 0, 0, 0, reason::below_filled));
    CHECK(it.reserved(1, pears) == 6);
    CHECK(it.available(1, pears) == 990);
}

TEST_CASE("L4.4 an order that ends takes its pending replaces along") {
    venue it = far_away();
    it.prepare({buying(1, 10, 100).of(pear), resizing(1, nth(1), 30, as(5))});
    it.send(told(1, event_kind::accepted, 1, 100, 10, 0, 10));
    it.forget();
    it.send(told(2, event_kind::cancelled, 1, 100, 10, 0, 0, reason::mass_cancelled));
    it.send(told(3, event_kind::replace_rejected, 1, 0, 0, 0, 0, reason::unknown_order));
    it.send(resizing(1, nth(1), 30, as(5)));
    it.expect({"1 cancelled 1 10 mass_cancelled", "1 replace_rejected 1 unknown_order",
               "1 repeated 1 unknown_order #0 id 5"});
    CHECK(it.reserved(1, dollars) == 0);
}

TEST_CASE(
    "L4.4 the answer of a replaced order's stop or unchanged quantity keeps the reservation") {
    venue it;
    it.prepare({buying(1, 10, 100).stop(120)});
    submit_replace higher{.account = {1}, .order = nth(1), .set_stop_price = true};
    higher.stop_price = {130};
    it.prepare({higher});
    CHECK(it.reserved(1, dollars) == 1'000);
    CHECK(it.row(1).price.ticks == 100);
}

TEST_CASE("L4.5 checks of a replace come in their order") {
    venue it;
    it.prepare({buying(1, 10, 100)});
    submit_replace nothing{.account = {1}, .order = nth(1)};
    CHECK(it.answer(nothing) == reason::invalid_request);
    CHECK(it.answer(resizing(1, nth(1), 0)) == reason::invalid_request);
    CHECK(it.answer(resizing(1, nth(1), max_order_lots.lots + 1)) == reason::invalid_request);
    CHECK(it.answer(resizing(1, nth(7), 0)) == reason::unknown_order);
    CHECK(it.answer(resizing(2, nth(1), 0)) == reason::unknown_order);
    CHECK(it.answer(resizing(77, nth(1), 0)) == reason::unknown_account);
    CHECK(it.answer(resizing(1, nth(1), 0, {{}, {1}})) == reason::too_late);
    it.prepare({killing(2)});
    CHECK(it.answer(resizing(2, nth(7), 0)) == reason::account_blocked);
}

TEST_CASE("L4.5 an order has four replaces pending and not one more") {
    venue it = far_away(8);
    it.prepare({buying(1, 10, 100).of(pear)});
    for (int i = 0; i < 4; ++i) {
        it.prepare({resizing(1, nth(1), 9 - i)});
    }
    CHECK(it.answer(resizing(1, nth(1), 0)) == reason::invalid_request);
    CHECK(it.answer(resizing(1, nth(1), 5)) == reason::too_many_pending);
    it.prepare({buying(1, 10, 100).of(pear), cancelling(1, nth(2)), resizing(1, nth(2), 3)});
    // The outbox is full now: the count of replaces comes before it, amounts after.
    CHECK(it.answer(resizing(1, nth(1), 5)) == reason::too_many_pending);
    CHECK(it.answer(repricing(1, nth(2), INT64_MAX)) == reason::overloaded);
    it.send(told(1, event_kind::accepted, 1, 100, 10, 0, 10));
    it.send(told(2, event_kind::replaced, 1, 100, 9, 0, 9));
    CHECK(it.answer(resizing(1, nth(1), 5)) == reason::overloaded);
    it.send(channel_receipt{.from = {2}, .up_to = 5});
    CHECK(it.answer(resizing(1, nth(1), 5)) == reason::none);
    CHECK(it.answer(resizing(1, nth(1), 5)) == reason::too_many_pending);
}

TEST_CASE("L4.5 limits look at each state that the replace could make") {
    venue it;
    it.prepare({opening(10), putting(10, dollars, 10'000), putting(10, apples, 100),
                referring(apple, 100), buying(10, 10, 100)});
    SUBCASE("amount") {
        CHECK(it.answer(repricing(10, nth(1), INT64_MAX)) == reason::amount_too_large);
        CHECK(it.answer(repricing(10, nth(1), INT64_MIN)) == reason::amount_too_large);
    }
    SUBCASE("holding") {
        it.prepare({putting(10, apples, (std::int64_t{1} << 62) - 120), repricing(10, nth(1), 0)});
        CHECK(it.answer(resizing(10, nth(1), 21)) == reason::amount_too_large);
        CHECK(it.answer(resizing(10, nth(1), 20)) == reason::none);
    }
    SUBCASE("order quantity is the total, with what was filled") {
        it.prepare({selling(2, 4, 100), limiting(10, limit_kind::max_order_quantity, apples, 15)});
        CHECK(it.answer(resizing(10, nth(1), 16)) == reason::order_too_large);
        CHECK(it.answer(resizing(10, nth(1), 15)) == reason::none);
    }
    SUBCASE("order value is of the total") {
        it.prepare({selling(2, 4, 100), limiting(10, limit_kind::max_order_value, dollars, 1'500)});
        CHECK(it.answer(resizing(10, nth(1), 16)) == reason::order_value_too_large);
        CHECK(it.answer(repricing(10, nth(1), 151)) == reason::order_value_too_large);
        CHECK(it.answer(repricing(10, nth(1), 150)) == reason::none);
    }
    SUBCASE("the count of orders is not looked at") {
        it.prepare({limiting(10, limit_kind::max_open_orders, {}, 1)});
        CHECK(it.answer(resizing(10, nth(1), 16)) == reason::none);
    }
    SUBCASE("position, if lots grow") {
        it.prepare({limiting(10, limit_kind::max_position, apples, 110)});
        CHECK(it.answer(resizing(10, nth(1), 11)) == reason::position_too_large);
        it.prepare({limiting(10, limit_kind::max_position, apples, 50)});
        CHECK(it.answer(repricing(10, nth(1), 101)) == reason::none);
        CHECK(it.answer(resizing(10, nth(1), 9)) == reason::none);
        CHECK(it.answer(resizing(10, nth(1), 10)) == reason::position_too_large);
    }
    SUBCASE("turnover is of what remains") {
        it.prepare({selling(2, 4, 100), limiting(10, limit_kind::max_turnover, dollars, 1'600)});
        CHECK(it.answer(resizing(10, nth(1), 17)) == reason::turnover_too_large);
        CHECK(it.answer(resizing(10, nth(1), 16)) == reason::none);
    }
    SUBCASE("fat finger") {
        it.prepare({limiting(10, limit_kind::fat_finger_bps, {}, 500)});
        CHECK(it.answer(repricing(10, nth(1), 106)) == reason::fat_finger);
        CHECK(it.answer(repricing(10, nth(1), 105)) == reason::none);
    }
    SUBCASE("funds") {
        CHECK(it.answer(repricing(10, nth(1), 1'001)) == reason::insufficient_funds);
        CHECK(it.answer(repricing(10, nth(1), 1'000)) == reason::none);
        CHECK(it.available(10, dollars) == 0);
    }
    SUBCASE("holdings") {
        it.prepare({selling(10, 10, 200)});
        CHECK(it.answer(resizing(10, nth(2), 101)) == reason::insufficient_holdings);
        CHECK(it.answer(resizing(10, nth(2), 100)) == reason::none);
        CHECK(it.available(10, apples) == 0);
    }
    SUBCASE("reduce-only, if lots grow") {
        it.prepare({selling(10, 10, 200).reducing()});
        CHECK(it.answer(resizing(10, nth(2), 101)) == reason::would_increase);
        CHECK(it.answer(resizing(10, nth(2), 100)) == reason::none);
        CHECK(it.row(2).reduce_only);
    }
}

TEST_CASE("L4.5 a sell is a fat finger by its lowest state, a buy by its highest") {
    venue it = far_away();
    it.prepare({referring(pear, 100), selling(1, 5, 100).of(pear), repricing(1, nth(1), 90)});
    it.prepare({limiting(1, limit_kind::fat_finger_bps, {}, 500)});
    // With or without the replace before: at 90 in one of the states.
    CHECK(it.answer(resizing(1, nth(1), 6)) == reason::fat_finger);
    CHECK(it.answer(repricing(1, nth(1), 95)) == reason::none);
    CHECK(it.answer(repricing(1, nth(1), 94)) == reason::fat_finger);
}

TEST_CASE("L4.5 a replace that only releases passes a cash account that has nothing left") {
    venue it;
    it.prepare({buying(1, 1'000, 1'000)});
    CHECK(it.available(1, dollars) == 0);
    CHECK(it.answer(repricing(1, nth(1), 999)) == reason::none);
    CHECK(it.answer(resizing(1, nth(1), 999)) == reason::none);
    CHECK(it.available(1, dollars) == 1'000'000 - 999 * 999);
}

TEST_CASE(
    "L4.5 a refused replace says order and symbol whichever check failed, if the order is meant") {
    venue it;
    it.prepare({buying(1, 10, 100).id(3)});
    const auto said = [&](const submit_replace& asked) {
        it.forget();
        it.send(asked);
        REQUIRE(it.reports().size() == 1);
        CHECK(it.reports()[0].what.kind == event_kind::replace_rejected);
        return std::pair(it.reports()[0].what.order, it.reports()[0].what.symbol);
    };
    submit_replace named{.account = {1}, .named = called(3)};
    CHECK(said(named) == std::pair(nth(1), apple));
    named.request.not_after = {1};
    CHECK(said(named) == std::pair(nth(1), apple));
    named.named = called(4);
    CHECK(said(named) == std::pair(order_id{}, symbol_id{}));
    CHECK(said(resizing(2, nth(1), 5)) == std::pair(nth(1), symbol_id{}));
    CHECK(said(resizing(77, nth(1), 5)) == std::pair(nth(1), symbol_id{}));
    CHECK(said(resizing(1, nth(9), 5)) == std::pair(nth(9), symbol_id{}));
    it.prepare({killing(1)});
}

TEST_CASE("L4.5 two replaces of one entry are answered in their order") {
    venue it;
    it.prepare({buying(1, 10, 100)});
    it.apply({resizing(1, nth(1), 8, as(6)), repricing(1, nth(1), 90, as(7))});
    it.expect({"1 replaced 1 8@100 left 8 id 6", "1 replaced 1 8@90 left 8 id 7"});
    CHECK(it.reserved(1, dollars) == 720);
    CHECK(it.row(1).version == 2);
}
