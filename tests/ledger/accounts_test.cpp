// Ledger RULES 1 and 2: ground, accounts, limits, the kill switch.
#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

constexpr asset_id no_asset{};
constexpr asset_id currency_zero{asset_id::currency_bit};

}  // namespace

TEST_CASE("L1.1 an order's value beyond 2^62 is refused and one at 2^62 is not") {
    listing dear = listing_of(apple);
    dear.tick_value = std::int64_t{1} << 30;
    venue it(dear);
    // 2^30 × 2^31 × 2 = 2^62, without fees
    CHECK(it.answer(buying(1, 2, std::int64_t{1} << 31)) == reason::insufficient_funds);
    CHECK(it.answer(buying(1, 2, (std::int64_t{1} << 31) + 1)) == reason::amount_too_large);
    CHECK(it.answer(selling(1, 2, std::int64_t{1} << 31)) == reason::none);
    CHECK(it.answer(selling(1, 2, (std::int64_t{1} << 31) + 1)) == reason::amount_too_large);
    CHECK(it.answer(selling(1, 2, -(std::int64_t{1} << 31) - 1)) == reason::amount_too_large);
    CHECK(it.answer(buying(1, 2, -(std::int64_t{1} << 31))) == reason::none);
    CHECK(it.answer(buying(1, 1, INT64_MAX)) == reason::amount_too_large);
    CHECK(it.answer(buying(1, 1, INT64_MIN)) == reason::amount_too_large);
}

// rule L1.2
TEST_CASE("L1.3 what was deposited is missing in external, and what was traded nowhere") {
    venue it;
    it.trade(10, 100);
    CHECK(it.total(1, dollars) == 999'000);
    CHECK(it.total(2, dollars) == 1'001'000);
    CHECK(it.total(1, apples) == 1'010);
    CHECK(it.total(2, apples) == 990);
    CHECK(it.held_by(external_holder, dollars) == -2'000'000);
    CHECK(it.held_by(external_holder, apples) == -2'000);
    CHECK(it.held_by(clearing_holder({1}), dollars) == 0);
}

TEST_CASE("L1.3 a line of nothing is not written: trades at price zero move lots alone") {
    venue it;
    it.send(selling(2, 5, 0));
    it.send(buying(1, 5, 0));
    it.expect_lines({"2 s1 -5 trade s1 order 1 #1", "clearing 1 s1 5 trade s1 order 1 #1",
                     "1 s1 5 trade s1 order 2 #1", "clearing 1 s1 -5 trade s1 order 2 #1"});
}

TEST_CASE("L1.4 at a negative price the buyer is paid and the seller pays") {
    venue it;
    it.send(buying(1, 10, -7));
    CHECK(it.reserved(1, dollars) == 0);
    it.send(selling(2, 4, -9));
    it.expect({"1 accepted 1 10@-7", "2 accepted 2 4@-9", "1 fill 1 4@-7 left 6 cash 28",
               "2 take 2 4@-7 done cash -28"});
    CHECK(it.total(1, dollars) == 1'000'028);
    CHECK(it.total(2, dollars) == 999'972);
}

TEST_CASE("L1.4 a tick value multiplies what a trade moves") {
    listing dear = listing_of(apple);
    dear.tick_value = 25;
    venue it(dear);
    it.send(buying(1, 4, 10));
    CHECK(it.reserved(1, dollars) == 1'000);
    it.send(selling(2, 4, 10));
    CHECK(it.total(1, dollars) == 999'000);
    CHECK(it.total(2, dollars) == 1'001'000);
}

TEST_CASE("L1.7 a cash account can spend its last minor unit and last lot and not one more") {
    venue it;
    CHECK(it.answer(buying(1, 1, 1'000'001)) == reason::insufficient_funds);
    CHECK(it.answer(buying(1, 1, 1'000'000)) == reason::none);
    CHECK(it.available(1, dollars) == 0);
    CHECK(it.answer(buying(1, 1, 1)) == reason::insufficient_funds);
    CHECK(it.answer(selling(1, 1'001, 2'000'000)) == reason::insufficient_holdings);
    CHECK(it.answer(selling(1, 1'000, 2'000'000)) == reason::none);
    CHECK(it.available(1, apples) == 0);
    CHECK(it.answer(selling(1, 1, 2'000'000)) == reason::insufficient_holdings);
}

TEST_CASE("L1.7 a house account can spend its credit in money and in lots and not one more") {
    venue it;
    CHECK(it.answer(buying(3, 1, 1'000'001)) == reason::insufficient_funds);
    CHECK(it.answer(buying(3, 1, 1'000'000)) == reason::none);
    CHECK(it.answer(selling(3, 1'001, 2'000'000)) == reason::insufficient_holdings);
    CHECK(it.answer(selling(3, 1'000, 2'000'000)) == reason::none);
    CHECK(it.available(3, dollars) == 0);
    CHECK(it.available(3, apples) == 0);
}

TEST_CASE("L1.8 open buys of one symbol do not take from the lots or money of another's sells") {
    venue it;
    it.prepare({buying(1, 10, 100), selling(1, 1'000, 200).of(pear)});
    CHECK(it.reserved(1, dollars) == 1'000);
    CHECK(it.reserved(1, pears) == 1'000);
    CHECK(it.reserved(1, apples) == 0);
}

TEST_CASE("L2.1 an account's id and risk group are 1 to 0x7FFFFFFF, its kind and tier known") {
    venue it;
    CHECK(it.answer(opening(0)) == reason::invalid_request);
    CHECK(it.answer(opening(0x80000000U)) == reason::invalid_request);
    CHECK(it.answer(opening(external_holder.value)) == reason::invalid_request);
    CHECK(it.answer(opening(0x7FFFFFFFU)) == reason::none);
    CHECK(it.answer(opening(4, static_cast<account_kind>(2))) == reason::invalid_request);
    CHECK(it.answer(opening(4, account_kind::cash, 0x80000000U)) == reason::invalid_request);
    CHECK(it.answer(opening(4, account_kind::cash, 0, 8)) == reason::invalid_request);
    CHECK(it.answer(opening(4, account_kind::house, 0x7FFFFFFFU, 7, UINT32_MAX)) == reason::none);
    CHECK(it.answer(opening(4)) == reason::account_exists);
    CHECK(it.machine.portfolio({4}).empty());
}

TEST_CASE("L2.2 each kind of limit wants its kind of asset") {
    venue it;
    struct row {
        limit_kind kind;
        bool symbol;
        bool currency;
        bool none;
    };
    constexpr row rows[] = {
        {limit_kind::credit_line, true, true, false},
        {limit_kind::max_order_quantity, true, false, false},
        {limit_kind::max_order_value, false, true, false},
        {limit_kind::max_open_orders, false, false, true},
        {limit_kind::max_position, true, false, false},
        {limit_kind::max_turnover, false, true, false},
        {limit_kind::fat_finger_bps, false, false, true},
    };
    const auto said = [](bool fits) { return fits ? reason::none : reason::invalid_request; };
    for (const row& each : rows) {
        CAPTURE(static_cast<int>(each.kind));
        const bool of_groups = each.kind != limit_kind::credit_line;
        CHECK(it.answer(limiting(3, each.kind, apples, 5)) == said(each.symbol));
        CHECK(it.answer(limiting(3, each.kind, dollars, 5)) == said(each.currency));
        CHECK(it.answer(limiting(3, each.kind, no_asset, 5)) == said(each.none));
        CHECK(it.answer(limiting(3, each.kind, currency_zero, 5)) == reason::invalid_request);
        CHECK(it.answer(limiting_group(9, each.kind, apples, 5)) == said(each.symbol && of_groups));
        CHECK(it.answer(limiting_group(9, each.kind, dollars, 5)) ==
              said(each.currency && of_groups));
        CHECK(it.answer(limiting_group(9, each.kind, no_asset, 5)) == said(each.none));
        const asset_id fitting = each.symbol ? apples : each.currency ? dollars : no_asset;
        CHECK(it.answer(limiting(3, each.kind, fitting, -1)) == reason::invalid_request);
        CHECK(it.answer(limiting(3, each.kind, fitting, 0)) == reason::none);
        CHECK(it.answer(limiting(3, each.kind, fitting, INT64_MAX)) == reason::none);
    }
    CHECK(it.answer(limiting(3, static_cast<limit_kind>(7), no_asset, 5)) ==
          reason::invalid_request);
}

TEST_CASE("L2.2 a cash account gets no credit line") {
    venue it;
    CHECK(it.answer(limiting(1, limit_kind::credit_line, dollars, 1)) == reason::invalid_request);
    CHECK(it.answer(limiting(1, limit_kind::credit_line, dollars, 0)) == reason::invalid_request);
}

TEST_CASE("L2.2 a limit names one account or one risk group") {
    venue it;
    set_limit both = limiting(1, limit_kind::max_open_orders, no_asset, 1);
    both.risk_group = {1};
    CHECK(it.answer(both) == reason::invalid_request);
    CHECK(it.answer(limiting(0, limit_kind::max_open_orders, no_asset, 1)) ==
          reason::invalid_request);
    CHECK(it.answer(limiting_group(0x80000000U, limit_kind::max_open_orders, no_asset, 1)) ==
          reason::invalid_request);
    CHECK(it.answer(limiting(77, limit_kind::max_open_orders, no_asset, 1)) ==
          reason::unknown_account);
    CHECK(it.answer(limiting_group(0x7FFFFFFFU, limit_kind::max_open_orders, no_asset, 1)) ==
          reason::none);
}

TEST_CASE("L2.2 a limit lowered below what is used refuses only what comes") {
    venue it;
    it.prepare({buying(3, 1, 900'000), limiting(3, limit_kind::credit_line, dollars, 10),
                limiting(3, limit_kind::max_open_orders, no_asset, 1)});
    CHECK(it.available(3, dollars) == 10 - 900'000);
    CHECK(it.is_open(1));
    CHECK(it.answer(buying(3, 1, 1)) == reason::too_many_open_orders);
    it.prepare({limiting(3, limit_kind::max_open_orders, no_asset, 0)});
    CHECK(it.answer(buying(3, 1, 1)) == reason::insufficient_funds);
    CHECK(it.answer(buying(3, 1, 0)) == reason::none);
    CHECK(it.answer(repricing(3, nth(1), 800'000)) == reason::none);
}

TEST_CASE("L2.3 a risk group's lots, orders and turnover are the sums over its accounts") {
    venue it;
    it.prepare({opening(11, account_kind::house, 5), opening(12, account_kind::house, 5),
                limiting(11, limit_kind::credit_line, dollars, 1'000'000),
                limiting(12, limit_kind::credit_line, dollars, 1'000'000)});
    SUBCASE("lots and open buys") {
        it.prepare({limiting_group(5, limit_kind::max_position, apples, 10), selling(2, 4, 10),
                    buying(11, 4, 10), buying(11, 3, 9)});
        CHECK(it.answer(buying(12, 4, 9)) == reason::position_too_large);
        CHECK(it.answer(buying(12, 3, 9)) == reason::none);
        CHECK(it.answer(buying(11, 1, 9)) == reason::position_too_large);
    }
    SUBCASE("open orders") {
        it.prepare({limiting_group(5, limit_kind::max_open_orders, no_asset, 2), buying(11, 1, 1),
                    buying(12, 1, 1)});
        CHECK(it.answer(buying(12, 1, 1)) == reason::too_many_open_orders);
        it.prepare({cancelling(11, nth(1))});
        CHECK(it.answer(buying(12, 1, 1)) == reason::none);
    }
    SUBCASE("turnover") {
        it.prepare({limiting_group(5, limit_kind::max_turnover, dollars, 100), selling(2, 4, 10),
                    buying(11, 4, 10), deposit(putting(12, apples, 10))});
        CHECK(it.answer(selling(12, 1, 61)) == reason::turnover_too_large);
        CHECK(it.answer(selling(12, 1, 60)) == reason::none);
        CHECK(it.answer(buying(1, 10, 11)) == reason::none);
    }
    SUBCASE("lots that came before there was a limit") {
        it.prepare({putting(11, apples, 7), putting(12, apples, 2),
                    limiting_group(5, limit_kind::max_position, apples, 10)});
        CHECK(it.answer(buying(12, 2, 9)) == reason::position_too_large);
        CHECK(it.answer(buying(12, 1, 9)) == reason::none);
    }
}

TEST_CASE("L2.4 the kill switch blocks and cancels every order by rising id, and off unblocks") {
    venue it;
    it.prepare({selling(1, 3, 120), buying(1, 5, 90), buying(1, 6, 80).of(pear), buying(2, 1, 1)});
    it.send(killing(1));
    it.expect({"1 changed", "1 cancelled 1 3 killed", "1 cancelled 2 5 killed",
               "1 cancelled 3 6 killed"});
    CHECK(it.is_open(4));
    CHECK(it.reserved(1, dollars) == 0);
    CHECK(it.reserved(1, apples) == 0);
    CHECK(it.answer(buying(1, 1, 1)) == reason::account_blocked);
    it.send(killing(1));
    it.expect({"1 changed"});
    it.send(killing(1, false));
    it.expect({"1 changed"});
    CHECK(it.answer(buying(1, 1, 1)) == reason::none);
    it.send(killing(1, false));
    it.expect({"1 changed"});
    CHECK(it.is_open(5));
    CHECK(it.answer(killing(77)) == reason::unknown_account);
    CHECK(it.answer(killing(0)) == reason::unknown_account);
}

TEST_CASE(
    "L2.4 an order of the same entry before the kill switch is cancelled, one after refused") {
    venue it;
    it.apply({buying(1, 5, 90), killing(1), buying(1, 5, 90)});
    it.expect({"1 changed", "1 rejected 0 account_blocked", "1 accepted 1 5@90",
               "1 cancelled 1 5 killed"});
}

TEST_CASE("L2.5 account commands are answered to the account, a group's to nobody") {
    venue it;
    it.send(opening(4));
    it.send(limiting(4, limit_kind::max_open_orders, no_asset, 2));
    it.send(limiting_group(4, limit_kind::max_open_orders, no_asset, 2));
    it.send(opening(4));
    it.send(opening(0));
    it.send(limiting_group(4, limit_kind::max_open_orders, apples, 2));
    REQUIRE(it.reports().size() == 6);
    CHECK(it.reports()[1].number == 2);
    CHECK(it.reports()[2].number == 0);
    CHECK(it.reports()[3].number == 3);
    CHECK(it.reports()[4].number == 0);
    CHECK(it.reports()[5].number == 0);
    it.expect({"4 changed", "4 changed", "0 done", "4 refused account_exists",
               "0 refused invalid_request", "0 refused invalid_request"});
}

TEST_CASE("L2.1 a shard has 2^22 accounts and not one more" * doctest::test_suite("full")) {
    venue it(venue::empty_tag{}, {});
    it.alone();
    constexpr std::uint32_t most = 1U << 22;
    constexpr std::uint32_t at_once = 1U << 16;
    for (std::uint32_t first = 0; first < most; first += at_once) {
        std::vector<shard_command> many;
        for (std::uint32_t i = 1; i <= at_once; ++i) {
            many.push_back(opening(first + i));
        }
        it.apply(std::move(many));
        CHECK(it.reports().back().what.kind == event_kind::account_changed);
        it.forget();
    }
    CHECK(it.answer(opening(most + 1)) == reason::too_many_accounts);
    CHECK(it.answer(opening(most)) == reason::account_exists);
    CHECK(it.answer(opening(0)) == reason::invalid_request);
}
