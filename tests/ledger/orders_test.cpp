// Ledger RULES 4.1 to 4.4 and 4.6 to 4.12: new orders, cancels, answers, fills.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "actors/book/order_book.hpp"
#include "messages/reason.hpp"
#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

shard_settings small_shard(std::uint32_t max_open_orders, std::uint32_t max_outbox = 65'536) {
    return {.max_outbox = max_outbox, .max_open_orders = max_open_orders};
}

/// Account 1 and its risk group under limits that one order can break each by itself; the order that `base`
/// makes breaks none. `breaks` changes an order so that it breaks one check.
struct check_of_order {
    reason why;
    std::function<void(submit_order&)> breaks;
    std::function<void(venue&)> before = [](venue&) {};
};

}  // namespace

TEST_CASE("L4.1 of two checks that an order breaks the earlier is the answer") {
    // In the order of the table. The order: account 10, buy 1 apple at 100, reference 100.
    std::vector<check_of_order> checks;
    const auto add = [&](
                         reason why, std::function<void(submit_order&)> breaks,
                         std::function<void(venue&)> before = [](venue&) {}) {
        checks.push_back({why, std::move(breaks), std::move(before)});
    };
    const auto nothing = [](submit_order&) {};
    add(reason::too_late, [](submit_order& o) { o.request.not_after = {1}; });
    add(reason::account_blocked, nothing, [](venue& it) { it.prepare({killing(10)}); });
    add(reason::unknown_symbol, [](submit_order& o) { o.symbol = {99}; });
    add(reason::invalid_request, [](submit_order& o) { o.order.trade_group = {1}; });
    add(reason::unknown_lease, [](submit_order& o) { o.lease = {7}; });
    add(reason::overloaded, nothing, [](venue& it) {
        while (it.answer(buying(2, 1, 1)) == reason::none) {
        }
    });
    add(
        reason::no_reference_price, [](submit_order& o) { o.has_price = false; },
        [](venue& it) {
            book_reference cleared = referring(apple, 0);
            cleared.what.clear = true;
            it.prepare({cleared});
        });
    add(reason::amount_too_large, [](submit_order& o) {
        o.order.price = {INT64_MAX};
        o.order.quantity = max_order_lots;
    });
    add(reason::invalid_group, [](submit_order& o) {
        o.order.group = {5};
        o.order.group_size = 3;
        o.order.role = group_role::one_cancels_other;
    });
    add(reason::order_too_large, nothing,
        [](venue& it) { it.prepare({limiting(10, limit_kind::max_order_quantity, apples, 1)}); });
    add(reason::order_value_too_large, nothing,
        [](venue& it) { it.prepare({limiting(10, limit_kind::max_order_value, dollars, 1)}); });
    add(reason::too_many_open_orders, nothing,
        [](venue& it) { it.prepare({limiting(10, limit_kind::max_open_orders, {}, 1)}); });
    add(reason::position_too_large, nothing,
        [](venue& it) { it.prepare({limiting(10, limit_kind::max_position, apples, 1)}); });
    add(reason::turnover_too_large, nothing,
        [](venue& it) { it.prepare({limiting(10, limit_kind::max_turnover, dollars, 1)}); });
    add(reason::fat_finger, nothing,
        [](venue& it) { it.prepare({limiting(10, limit_kind::fat_finger_bps, {}, 1)}); });
    add(reason::would_increase, [](submit_order& o) { o.reduce_only = true; });
    add(reason::insufficient_funds, nothing,
        [](venue& it) { it.prepare({taking(10, dollars, 1'000)}); });

    const auto answer_to = [&](const std::vector<const check_of_order*>& broken) {
        venue it(small_shard(40));
        it.alone();
        it.prepare({opening(10, account_kind::cash, 3), putting(10, dollars, 1'010),
                    referring(apple, 100)});
        // The group of size 2 is complete, and account 10 has two orders open.
        it.prepare({buying(10, 1, 1).in(5, group_role::one_cancels_other, 2),
                    buying(10, 1, 1).in(5, group_role::one_cancels_other, 2)});
        submit_order asked = buying(10, 2, 102).raw();
        for (const check_of_order* each : broken) {
            each->before(it);
        }
        for (const check_of_order* each : broken) {
            each->breaks(asked);
        }
        return it.answer(asked);
    };
    CHECK(answer_to({}) == reason::none);
    for (std::size_t i = 0; i < checks.size(); ++i) {
        CAPTURE(to_string(checks[i].why));
        CHECK(answer_to({&checks[i]}) == checks[i].why);
        for (std::size_t j = i + 1; j < checks.size(); ++j) {
            const auto is = [&](reason first, reason second) {
                return checks[i].why == first && checks[j].why == second;
            };
            CAPTURE(to_string(checks[j].why));
            // A reduce-only order may name no group at all.
            if (is(reason::invalid_group, reason::would_increase)) {
                CHECK(answer_to({&checks[i], &checks[j]}) == reason::invalid_request);
                continue;
            }
            CHECK(answer_to({&checks[i], &checks[j]}) == checks[i].why);
        }
    }
}

TEST_CASE("L4.1 a sell's checks of holdings come after its limits and before its funds") {
    venue it;
    // It costs money to sell at a negative price.
    it.prepare({opening(4), opening(5, account_kind::house)});
    CHECK(it.answer(selling(4, 1, -5)) == reason::insufficient_holdings);
    it.prepare({putting(4, apples, 1)});
    CHECK(it.answer(selling(4, 1, -5)) == reason::insufficient_funds);
    it.prepare({putting(4, dollars, 5)});
    CHECK(it.answer(selling(4, 1, -5)) == reason::none);
    CHECK(it.answer(selling(5, 1, -5).reducing()) == reason::would_increase);
    it.prepare({limiting(5, limit_kind::max_position, apples, 1)});
    CHECK(it.answer(selling(5, 2, -5).reducing()) == reason::position_too_large);
}

TEST_CASE("L4.1.1 an unknown account comes before all") {
    venue it;
    submit_order asked = buying(77, 0, 1).of({99}).raw();
    CHECK(it.answer(asked) == reason::unknown_account);
    asked.order.account = {};
    CHECK(it.answer(asked) == reason::unknown_account);
}

TEST_CASE("L4.1.3 symbol 0 and one that is not listed are unknown") {
    venue it;
    CHECK(it.answer(buying(1, 1, 1).of({0})) == reason::unknown_symbol);
    CHECK(it.answer(buying(1, 1, 1).of({0x80000001U})) == reason::unknown_symbol);
    CHECK(it.answer(going({0}, market_state::open)) == reason::unknown_symbol);
    CHECK(it.answer(split{.symbol = {0}}) == reason::unknown_symbol);
}

TEST_CASE("L4.1.4 each field has its range") {
    const auto with = [](const std::function<void(submit_order&)>& change) {
        venue it;
        it.alone();
        submit_order asked = buying(1, 1, 1).raw();
        change(asked);
        return it.answer(asked);
    };
    constexpr auto bad = reason::invalid_request;
    CHECK(with([](auto& o) { o.order.side = static_cast<side>(2); }) == bad);
    CHECK(with([](auto& o) { o.order.type = static_cast<order_type>(7); }) == bad);
    CHECK(with([](auto& o) { o.order.role = static_cast<group_role>(4); }) == bad);
    CHECK(with([](auto& o) { o.order.id = {1}; }) == bad);
    CHECK(with([](auto& o) { o.order.trade_group = {1}; }) == bad);
    CHECK(with([](auto& o) { o.order.quantity = {0}; }) == bad);
    CHECK(with([](auto& o) { o.order.quantity = {-1}; }) == bad);
    CHECK(with([](auto& o) { o.order.quantity = {max_order_lots.lots + 1}; }) == bad);
    CHECK(with([](auto& o) { o.order.quantity = max_order_lots; }) == reason::insufficient_funds);
    CHECK(with([](auto& o) { o.order.group = {std::uint64_t{1} << 32}; }) == bad);
    CHECK(with([](auto& o) {
              o.order.group = {(std::uint64_t{1} << 32) - 1};
              o.order.group_size = 2;
              o.order.role = group_role::one_cancels_other;
          }) == reason::none);
    CHECK(with([](auto& o) {
              o.reduce_only = true;
              o.order.group = {1};
          }) == bad);
    CHECK(with([](auto& o) {
              o.reduce_only = true;
              o.order.type = order_type::primary_peg;
          }) == bad);
    CHECK(with([](auto& o) {
              o.reduce_only = true;
              o.order.type = order_type::mid_peg;
          }) == bad);
    // What the ledger does not look at, the book refuses.
    CHECK(with([](auto& o) { o.order.tif = static_cast<time_in_force>(7); }) ==
          reason::invalid_combination);
    CHECK(with([](auto& o) { o.order.role = group_role::exit; }) == reason::invalid_combination);
}

TEST_CASE("L4.1.5 a lease must be there and the account's") {
    venue it;
    it.send(leasing(2, 7, venue_start + 5));
    CHECK(it.answer(buying(1, 1, 1).lease(7)) == reason::unknown_lease);
    CHECK(it.answer(buying(2, 1, 1).lease(7)) == reason::none);
    CHECK(it.answer(buying(2, 1, 1).lease(8)) == reason::unknown_lease);
}

TEST_CASE("L4.1.6 a shard has as many open orders as it may and not one more") {
    venue it(small_shard(2));
    it.prepare({buying(1, 1, 1), buying(2, 1, 1)});
    CHECK(it.answer(buying(1, 1, 1)) == reason::overloaded);
    it.prepare({cancelling(2, nth(2))});
    CHECK(it.answer(buying(1, 1, 1)) == reason::none);
}

TEST_CASE("L4.1.6 a new order wants an outbox of less than three quarters") {
    venue it(listing_of(apple), listing_of(pear, 2), small_shard(100, 8));
    for (int i = 0; i < 6; ++i) {
        CHECK(it.answer(buying(1, 1, 1).of(pear)) == reason::none);
    }
    CHECK(it.answer(buying(1, 1, 1).of(pear)) == reason::overloaded);
    CHECK(it.answer(buying(1, 1, 1)) == reason::none);
}

TEST_CASE("L4.1.8 lots held, bought and asked for may be 2^62 together and not one more") {
    venue it;
    const std::int64_t most = std::int64_t{1} << 62;
    it.prepare({putting(1, apples, most - 1'000 - 10)});
    CHECK(it.answer(buying(1, 11, 0)) == reason::amount_too_large);
    CHECK(it.answer(buying(1, 4, 0)) == reason::none);
    CHECK(it.answer(buying(1, 7, 0)) == reason::amount_too_large);
    CHECK(it.answer(buying(1, 6, 0)) == reason::none);
    CHECK(it.answer(selling(1, 5, 9)) == reason::none);
}

TEST_CASE("L4.1.8 W that leaves 64 bits is too large") {
    listing dear = listing_of(apple);
    dear.fees[0].taker.rate_ppm = 1'000'000;
    venue it(dear);
    const std::int64_t most = std::int64_t{1} << 62;
    // Value 2^62 and a fee of as much are 2^63.
    CHECK(it.answer(buying(1, 1, most)) == reason::amount_too_large);
    CHECK(it.answer(buying(1, 1, most - 1)) == reason::insufficient_funds);
    CHECK(it.answer(selling(1, 1, most)) == reason::none);
}

TEST_CASE("L4.1.10 to 15 a limit of the account allows what is at it and refuses one more") {
    const auto limited = [](limit_kind kind, asset_id asset, std::int64_t value) {
        venue it;
        it.prepare({opening(10, account_kind::cash, 3), putting(10, dollars, 100'000),
                    putting(10, apples, 50), referring(apple, 100)});
        it.prepare({limiting(10, kind, asset, value)});
        return it;
    };
    SUBCASE("order quantity") {
        venue it = limited(limit_kind::max_order_quantity, apples, 5);
        CHECK(it.answer(buying(10, 6, 1)) == reason::order_too_large);
        CHECK(it.answer(buying(10, 5, 1)) == reason::none);
        CHECK(it.answer(selling(10, 6, 100)) == reason::order_too_large);
        CHECK(it.answer(buying(1, 6, 1)) == reason::none);
        CHECK(it.answer(buying(10, 6, 1).of(pear)) == reason::none);
    }
    SUBCASE("order value") {
        venue it = limited(limit_kind::max_order_value, dollars, 500);
        CHECK(it.answer(buying(10, 3, 167)) == reason::order_value_too_large);
        CHECK(it.answer(buying(10, 5, 100)) == reason::none);
        CHECK(it.answer(buying(10, 3, -167)) == reason::order_value_too_large);
        CHECK(it.answer(selling(10, 3, 167).of(apple)) == reason::order_value_too_large);
    }
    SUBCASE("open orders") {
        venue it = limited(limit_kind::max_open_orders, {}, 2);
        CHECK(it.answer(buying(10, 1, 1)) == reason::none);
        CHECK(it.answer(buying(10, 1, 1).of(pear)) == reason::none);
        CHECK(it.answer(buying(10, 1, 1)) == reason::too_many_open_orders);
    }
    SUBCASE("long position") {
        venue it = limited(limit_kind::max_position, apples, 60);
        CHECK(it.answer(buying(10, 4, 1)) == reason::none);
        CHECK(it.answer(buying(10, 7, 1)) == reason::position_too_large);
        CHECK(it.answer(buying(10, 6, 1)) == reason::none);
        CHECK(it.answer(buying(10, 1, 1)) == reason::position_too_large);
        CHECK(it.answer(selling(10, 50, 1'000)) == reason::none);
    }
    SUBCASE("turnover") {
        venue it = limited(limit_kind::max_turnover, dollars, 1'000);
        it.prepare({selling(2, 4, 100), buying(10, 4, 100)});
        CHECK(it.answer(buying(10, 601, 1)) == reason::turnover_too_large);
        CHECK(it.answer(buying(10, 600, 1)) == reason::none);
        CHECK(it.answer(buying(10, 600, 1)) == reason::none);
        CHECK(it.answer(selling(10, 1, 601)) == reason::turnover_too_large);
        CHECK(it.answer(buying(10, 1, -601)) == reason::turnover_too_large);
    }
    SUBCASE("fat finger") {
        venue it = limited(limit_kind::fat_finger_bps, {}, 550);  // floor(5.5) = 5
        CHECK(it.answer(buying(10, 1, 106)) == reason::fat_finger);
        CHECK(it.answer(buying(10, 1, 105)) == reason::none);
        CHECK(it.answer(buying(10, 1, 1)) == reason::none);
        CHECK(it.answer(selling(10, 1, 94)) == reason::fat_finger);
        CHECK(it.answer(selling(10, 1, 95)) == reason::none);
        CHECK(it.answer(selling(10, 1, 10'000)) == reason::none);
        CHECK(it.answer(buying(10, 1, 9'999).of(pear)) == reason::none);
        it.prepare({referring(apple, -100)});
        CHECK(it.answer(buying(10, 1, -94)) == reason::fat_finger);
        CHECK(it.answer(buying(10, 1, -95)) == reason::none);
        CHECK(it.answer(selling(10, 1, -106)) == reason::fat_finger);
        CHECK(it.answer(selling(10, 1, -105)) == reason::none);
    }
}

TEST_CASE("L4.1.13 a short position may be as large as a long one and not one more") {
    venue it;
    it.prepare({limiting(3, limit_kind::max_position, apples, 60), putting(3, apples, 10)});
    CHECK(it.answer(selling(3, 71, 1)) == reason::position_too_large);
    CHECK(it.answer(selling(3, 70, 1)) == reason::none);
    CHECK(it.answer(selling(3, 1, 1)) == reason::position_too_large);
    CHECK(it.answer(buying(3, 50, 0)) == reason::none);
    CHECK(it.answer(buying(3, 1, 0)) == reason::position_too_large);
}

TEST_CASE("L4.1.10 to 15 a limit of the risk group counts like the account's own") {
    const auto limited = [](limit_kind kind, asset_id asset, std::int64_t value) {
        venue it;
        it.prepare({opening(10, account_kind::cash, 3), putting(10, dollars, 100'000),
                    opening(11, account_kind::house, 3), putting(11, dollars, 100'000),
                    limiting(11, limit_kind::credit_line, apples, 100), putting(10, apples, 50),
                    referring(apple, 100)});
        it.prepare({limiting_group(3, kind, asset, value)});
        return it;
    };
    SUBCASE("order quantity is of each order") {
        venue it = limited(limit_kind::max_order_quantity, apples, 5);
        CHECK(it.answer(buying(10, 6, 1)) == reason::order_too_large);
        CHECK(it.answer(buying(10, 5, 1)) == reason::none);
        CHECK(it.answer(buying(11, 5, 1)) == reason::none);
        CHECK(it.answer(buying(1, 6, 1)) == reason::none);
    }
    SUBCASE("order value is of each order") {
        venue it = limited(limit_kind::max_order_value, dollars, 500);
        CHECK(it.answer(buying(10, 3, 167)) == reason::order_value_too_large);
        CHECK(it.answer(buying(10, 5, 100)) == reason::none);
        CHECK(it.answer(buying(11, 5, 100)) == reason::none);
    }
    SUBCASE("position, short too") {
        venue it = limited(limit_kind::max_position, apples, 60);
        CHECK(it.answer(buying(11, 11, 1)) == reason::position_too_large);
        CHECK(it.answer(buying(11, 10, 1)) == reason::none);
        it.prepare({taking(10, apples, 20)});
        CHECK(it.answer(selling(11, 90, 1'000)) == reason::none);
        CHECK(it.answer(selling(10, 1, 1'000)) == reason::position_too_large);
    }
    SUBCASE("turnover") {
        venue it = limited(limit_kind::max_turnover, dollars, 1'000);
        it.prepare({selling(10, 4, 100), buying(11, 4, 100)});
        CHECK(it.answer(buying(11, 201, 1)) == reason::turnover_too_large);
        CHECK(it.answer(buying(11, 200, 1)) == reason::none);
    }
    SUBCASE("fat finger") {
        venue it = limited(limit_kind::fat_finger_bps, {}, 1);
        CHECK(it.answer(buying(10, 1, 101)) == reason::fat_finger);
        CHECK(it.answer(buying(10, 1, 100)) == reason::none);
    }
    SUBCASE("the account's limit is looked at as well") {
        venue it = limited(limit_kind::max_order_quantity, apples, 5);
        it.prepare({limiting(10, limit_kind::max_order_quantity, apples, 4)});
        CHECK(it.answer(buying(10, 5, 1)) == reason::order_too_large);
        CHECK(it.answer(buying(11, 5, 1)) == reason::none);
    }
}

TEST_CASE("L4.1 open orders that each keep within the turnover may pass it together") {
    venue it;
    it.prepare({limiting(1, limit_kind::max_turnover, dollars, 1'000)});
    for (int i = 0; i < 10; ++i) {
        CHECK(it.answer(buying(1, 9, 100)) == reason::none);
    }
    it.prepare({selling(2, 90, 100)});
    CHECK(it.total(1, dollars) == 1'000'000 - 9'000);
    CHECK(it.answer(buying(1, 1, 0)) == reason::turnover_too_large);
}

TEST_CASE("L4.1 a sum beyond 64 bits in 13 or 14 is above any limit") {
    venue it;
    const std::int64_t most = std::int64_t{1} << 62;
    it.prepare({limiting(3, limit_kind::credit_line, dollars, INT64_MAX),
                limiting(3, limit_kind::max_turnover, dollars, INT64_MAX),
                limiting(2, limit_kind::max_position, apples, INT64_MAX), putting(1, apples, 5),
                // Twice 2^62 is 2^63.
                selling(1, 1, most - 10), buying(3, 1, most - 10)});
    it.at(venue_start + 1);
    CHECK(it.answer(selling(3, 1, most)) == reason::none);
    it.prepare({putting(3, dollars, 1)});
    CHECK(it.answer(selling(3, 2, most / 2)) == reason::none);
    it.prepare({selling(1, 1, 12), buying(3, 1, 12)});
    CHECK(it.answer(selling(3, 1, most)) == reason::turnover_too_large);
}

TEST_CASE("L4.2 an order without a price is as far from the reference as its protection says") {
    listing guarded = listing_of(apple);
    guarded.protection_bps = 333;
    venue it(guarded);
    CHECK(it.answer(buying(1, 1, 0).no_price()) == reason::no_reference_price);
    const auto worst = [&](const ask& asked) {
        it.send(asked);
        const order_id order = it.reports().back().what.order;
        const auto row = it.machine.order(order);
        REQUIRE(row);
        const std::int64_t ticks = row->price.ticks;
        CHECK(it.machine.book(apple)->find(order)->price.ticks == ticks);
        it.prepare({cancelling(1, order)});
        return ticks;
    };
    it.prepare({referring(apple, 100)});  // floor(3.33) = 3
    CHECK(worst(buying(1, 1, 0).no_price()) == 103);
    CHECK(worst(selling(1, 1, 0).no_price()) == 97);
    it.prepare({referring(apple, -100)});
    CHECK(worst(buying(1, 1, 0).no_price()) == -97);
    CHECK(worst(selling(1, 1, 0).no_price()) == -103);
    it.prepare({referring(apple, 0)});
    CHECK(worst(buying(1, 1, 0).no_price()) == 0);
}

TEST_CASE("L4.2 a protection price stays within the band, then goes to the tick inside") {
    listing banded = listing_of(apple);
    banded.protection_bps = 2'000;
    banded.rules.band_bps = 800;
    banded.rules.ticks = {{0, 5}};
    venue it(banded);
    it.prepare(
        {referring(apple, 100), buying(1, 1, 0).no_price(), selling(1, 1, 0).no_price().stop(50)});
    CHECK(it.row(1).price.ticks == 105);  // 108 down
    CHECK(it.row(2).price.ticks == 95);   // 92 up
}

TEST_CASE("L4.2 a protection price stays within 64 bits, and a rounding out of them finds none") {
    listing wide = listing_of(apple);
    wide.protection_bps = 100'000;
    wide.rules.ticks = {{0, 10}};
    venue it(wide);
    it.prepare({referring(apple, INT64_MIN + 8)});  // the least multiple of 10
    // Down by ten times as much: clamped to the lowest, rounded up to −…800.
    CHECK(it.answer(selling(3, 1, 0).no_price()) == reason::amount_too_large);
    it.prepare({referring(apple, 0)});
    CHECK(it.answer(buying(1, 1, 0).no_price()) == reason::none);
}

TEST_CASE("L4.3 admitted orders get the shard's next id, and refused ones take none") {
    venue it({.id = {1}});
    it.send(buying(1, 1, 5));
    it.send(buying(1, 1, 2'000'000));
    it.send(buying(2, 1, 6));
    it.expect({"1 accepted 1 1@5", "1 rejected 0 insufficient_funds", "2 accepted 2 1@6"});
    CHECK(it.machine.order({(std::uint64_t{1} << 48) + 2}).has_value());
}

TEST_CASE("L4.3 the book gets the account's trade group, and its own name for the client's group") {
    venue it;
    it.prepare({opening(10, account_kind::cash, 0, 0, 4), opening(11, account_kind::cash, 0, 0, 4),
                putting(10, dollars, 100), putting(11, apples, 100)});
    it.prepare({buying(10, 1, 5).in(9, group_role::one_cancels_other, 2)});
    const auto row = it.machine.book(apple)->find(nth(1));
    REQUIRE(row);
    CHECK(row->trade_group == trade_group_id{4});
    CHECK(row->group == order_group_id{(std::uint64_t{10} << 32) + 9});
    CHECK(it.row(1).group == order_group_id{9});
    it.prepare({cancelling(10, nth(1)), buying(10, 1, 5)});
    it.send(selling(11, 1, 5).preventing(self_trade_prevention::cancel_newest));
    it.expect({"11 accepted 3 1@5", "10 prevented 2 by 281474976710659 1@5",
               "11 cancelled 3 1 self_trade"});
}

TEST_CASE("L4.4 what is reserved follows the order's remaining") {
    venue it;
    it.prepare({buying(1, 10, 100)});
    CHECK(it.reserved(1, dollars) == 1'000);
    it.prepare({selling(2, 4, 90)});
    CHECK(it.reserved(1, dollars) == 600);
    it.prepare({resizing(1, nth(1), 5)});
    CHECK(it.reserved(1, dollars) == 100);
    it.prepare({repricing(1, nth(1), 300)});
    CHECK(it.reserved(1, dollars) == 300);
    it.prepare({selling(2, 1, 300)});
    CHECK(it.reserved(1, dollars) == 0);
    CHECK(it.total(1, dollars) == 1'000'000 - 400 - 300);
}

TEST_CASE("L4.4 a buy that trades below its worst price gives back the difference") {
    venue it;
    it.prepare({selling(2, 4, 90), buying(1, 10, 100)});
    CHECK(it.total(1, dollars) == 1'000'000 - 360);
    CHECK(it.reserved(1, dollars) == 600);
}

TEST_CASE("L4.4 self-trade prevention that takes lots releases what was reserved for them") {
    venue it;
    it.prepare(
        {selling(1, 4, 90), buying(1, 10, 100).preventing(self_trade_prevention::decrement)});
    CHECK(it.reserved(1, apples) == 0);
    CHECK(it.reserved(1, dollars) == 600);
    CHECK(it.row(2).remaining.lots == 6);
    CHECK_FALSE(it.is_open(1));
}

TEST_CASE("L4.6 a cancel wants an open order of the account, and only one cancel on its way") {
    venue it;
    it.prepare({buying(1, 5, 10).id(4)});
    it.apply({cancelling(2, nth(1)), cancelling(1, nth(2)), cancelling(1, {}),
              cancelling(1, nth(1)), cancelling(1, nth(1))});
    it.expect({"2 cancel_rejected 1 unknown_order", "1 cancel_rejected 2 unknown_order",
               "1 cancel_rejected 0 unknown_order", "1 cancel_rejected 1 too_many_pending",
               "1 cancelled 1 5 requested id 4"});
    it.send(cancelling(1, nth(1)));
    it.expect({"1 cancel_rejected 1 unknown_order"});
}

TEST_CASE("L4.6 an order id goes before a client id, and a blocked account may cancel") {
    venue it;
    it.prepare({buying(1, 5, 10).id(4), buying(1, 5, 10).id(5), buying(2, 7, 10).id(6)});
    submit_cancel both = cancelling(1, nth(2));
    both.named = called(4);
    it.send(both);
    it.expect({"1 cancelled 2 5 requested id 5"});
    it.apply({killing(2), cancelling_named(2, 6)});
    it.expect({"2 changed", "2 cancel_rejected 3 too_many_pending", "2 cancelled 3 7 killed id 6"});
    it.send(cancelling(2, nth(3)));
    it.expect({"2 cancel_rejected 3 unknown_order"});
}

TEST_CASE("L4.6 a cancel wants an outbox that is not full") {
    venue it(listing_of(apple), listing_of(pear, 2), small_shard(100, 8));
    for (int i = 0; i < 6; ++i) {
        it.prepare({buying(1, 1, 1).of(pear)});
    }
    CHECK(it.answer(cancelling(1, nth(1))) == reason::none);
    CHECK(it.answer(resizing(1, nth(2), 2)) == reason::none);
    CHECK(it.answer(cancelling(1, nth(2))) == reason::overloaded);
    CHECK(it.answer(resizing(1, nth(3), 2)) == reason::overloaded);
    CHECK_FALSE(it.row(2).cause == reason::requested);
    // The ledger's own cancels go all the same.
    it.send(killing(1));
    CHECK(it.out().messages.size() == 5);
}

TEST_CASE("L4.7 a mass cancel reaches the sides and symbol that it names, by rising id") {
    const auto cancelled_by = [](symbol_id symbol, side_filter sides) {
        venue it;
        it.prepare({selling(1, 1, 90).of(pear), buying(1, 1, 9), selling(1, 1, 90),
                    buying(1, 1, 9).of(pear), buying(2, 1, 9)});
        it.send(submit_mass_cancel{.account = {1}, .symbol = symbol, .sides = sides});
        std::vector<std::uint64_t> ids;
        for (const report& told : it.reports()) {
            CHECK(told.what.reason == reason::mass_cancelled);
            ids.push_back(told.what.order.value - nth(0).value);
        }
        CHECK(it.is_open(5));
        return ids;
    };
    using ids = std::vector<std::uint64_t>;
    // Events of one round come book by message, so in the order of the cancels.
    CHECK(cancelled_by({}, side_filter::both) == ids{1, 2, 3, 4});
    CHECK(cancelled_by({}, side_filter::buy) == ids{2, 4});
    CHECK(cancelled_by({}, side_filter::sell) == ids{1, 3});
    CHECK(cancelled_by(apple, side_filter::both) == ids{2, 3});
    CHECK(cancelled_by(pear, side_filter::sell) == ids{1});
    CHECK(cancelled_by({99}, side_filter::both).empty());
}

TEST_CASE("L4.7 unknown sides are refused as a command") {
    venue it;
    it.send(submit_mass_cancel{.account = {1}, .sides = static_cast<side_filter>(3)});
    it.expect({"1 refused invalid_request"});
    it.send(submit_mass_cancel{.account = {77}});
    it.expect({"77 refused unknown_account"});
}

TEST_CASE("L4.8 an order that has a cause is not cancelled again, and is reported with the first") {
    venue it;
    it.prepare({buying(1, 5, 10), buying(1, 5, 11)});
    it.apply({submit_mass_cancel{.account = {1}, .symbol = apple}, killing(1)});
    it.expect({"1 changed", "1 cancelled 1 5 mass_cancelled", "1 cancelled 2 5 mass_cancelled"});
}

TEST_CASE("L4.8 an order that ends otherwise keeps its own reason") {
    venue it;
    it.prepare({buying(1, 5, 10)});
    it.apply({mass_cancel_book{.symbol = apple}, killing(1)});
    it.expect({"0 done", "1 changed", "1 cancelled 1 5 mass_cancelled"});
}

TEST_CASE(
    "L4.9 the answers to what came too late go to whom they name, and the ledger's to nobody") {
    venue it;
    it.prepare({buying(1, 5, 10).id(3)});
    // All three travel while the sell fills the order.
    it.apply({selling(2, 5, 10), resizing(1, nth(1), 3, as(7)), cancelling(1, nth(1), as(8))});
    it.expect({"2 accepted 2 5@10", "1 fill 1 5@10 done id 3 cash -50",
               "2 take 2 5@10 done cash 50", "1 replace_rejected 1 unknown_order",
               "1 cancel_rejected 1 unknown_order"});
    it.send(resizing(1, nth(1), 3, as(7)));
    it.expect({"1 repeated 1 unknown_order #0 id 7"});
    it.prepare({buying(1, 5, 10)});
    it.apply({selling(2, 5, 10), killing(1)});
    it.expect({"1 changed", "2 accepted 4 5@10", "1 fill 3 5@10 done cash -50",
               "2 take 4 5@10 done cash 50"});
}

TEST_CASE("L4.9 a refused replace or cancel leaves the reservation as it was") {
    venue it;
    it.prepare({buying(1, 5, 10), selling(2, 2, 10), going(apple, market_state::halted)});
    it.send(resizing(1, nth(1), 9));
    it.expect({"1 replace_rejected 1 market_halted"});
    CHECK(it.reserved(1, dollars) == 30);
    CHECK(it.row(1).remaining.lots == 3);
    CHECK(it.row(1).filled.lots == 2);
    CHECK(it.row(1).pending.empty());
}

TEST_CASE("L4.9 every event of a book about an order is told to its account") {
    venue it;
    it.send(selling(1, 6, 100).showing(2));
    it.send(buying(2, 2, 100));
    it.send(selling(1, 1, 90).stop(100));
    it.expect({"1 accepted 1 6@100", "2 accepted 2 2@100", "1 fill 1 2@100 left 4 cash 200",
               "2 take 2 2@100 done cash -200", "1 refilled 1 2@100", "1 accepted 3 1@90",
               "1 triggered 3 1@100", "1 cancelled 3 1 unfilled"});
    CHECK(it.reserved(1, apples) == 4);
}

TEST_CASE("L4.10 a fill's lines go through the clearing of the book's shard, then its fee") {
    listing dear = listing_of(apple);
    dear.fees[0].maker.rate_ppm = 10'000;
    dear.fees[0].taker.rate_ppm = 20'000;
    venue it(dear);
    it.send(selling(2, 5, 100));
    it.expect_lines({});
    it.forget();
    it.send(buying(1, 5, 100));
    it.expect_lines({"2 c1 500 trade s1 order 1 #1", "clearing 1 c1 -500 trade s1 order 1 #1",
                     "2 s1 -5 trade s1 order 1 #1", "clearing 1 s1 5 trade s1 order 1 #1",
                     "2 c1 -5 fee s1 order 1 #1", "fees c1 5 fee s1 order 1 #1",
                     "1 c1 -500 trade s1 order 2 #1", "clearing 1 c1 500 trade s1 order 2 #1",
                     "1 s1 5 trade s1 order 2 #1", "clearing 1 s1 -5 trade s1 order 2 #1",
                     "1 c1 -10 fee s1 order 2 #1", "fees c1 10 fee s1 order 2 #1"});
    it.expect({"1 accepted 2 5@100", "2 fill 1 5@100 done cash 500 fee 5",
               "1 take 2 5@100 done cash -500 fee 10"});
}

TEST_CASE("L4.10 a trade with oneself moves nothing but the fees") {
    listing dear = listing_of(apple);
    dear.fees[0].taker.rate_ppm = 10'000;
    venue it(dear);
    it.prepare({selling(1, 5, 100), buying(1, 5, 100)});
    CHECK(it.total(1, dollars) == 1'000'000 - 5);
    CHECK(it.total(1, apples) == 1'000);
    CHECK(it.held_by(fee_holder, dollars) == 5);
}

TEST_CASE("L4.12 turnover counts for a day of UTC and begins anew at its end") {
    venue it;
    constexpr std::int64_t day = 24 * ns_per_hour;
    it.prepare({limiting(1, limit_kind::max_turnover, dollars, 1'000)});
    it.at(day - 1);
    it.trade(10, 100);
    CHECK(it.answer(buying(1, 1, 1)) == reason::turnover_too_large);
    it.at(day);
    CHECK(it.answer(buying(1, 10, 100)) == reason::none);
    it.prepare({cancelling(1, it.machine.orders_of({1}).at(0).id)});
    it.trade(4, 100);
    CHECK(it.answer(buying(1, 601, 1)) == reason::turnover_too_large);
    CHECK(it.answer(buying(1, 600, 1)) == reason::none);
}
