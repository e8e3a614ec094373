// Ledger RULES 8: cost, realised and unrealised profit.
#include <doctest/doctest.h>

#include <cstdint>
#include <optional>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

/// Accounts 21 and 22, house, with credit in all and nothing else: 21 does what the case says, with 22.
struct traders : venue {
    traders() {
        for (const std::uint32_t account : {21U, 22U}) {
            prepare({opening(account, account_kind::house),
                     limiting(account, limit_kind::credit_line, dollars, 1'000'000'000),
                     limiting(account, limit_kind::credit_line, apples, 1'000'000)});
        }
    }
    void buys(std::int64_t lots, std::int64_t ticks) {
        prepare({selling(22, lots, ticks), buying(21, lots, ticks)});
    }
    void sells(std::int64_t lots, std::int64_t ticks) {
        prepare({buying(22, lots, ticks), selling(21, lots, ticks)});
    }
    [[nodiscard]] std::int64_t cost() const {
        return static_cast<std::int64_t>(line(21, apples).cost);
    }
    [[nodiscard]] std::int64_t realised() const {
        return static_cast<std::int64_t>(line(21, apples).realised);
    }
    [[nodiscard]] std::optional<std::int64_t> unrealised() const {
        const auto value = line(21, apples).unrealised;
        return value ? std::optional{static_cast<std::int64_t>(*value)} : std::nullopt;
    }
};

}  // namespace

TEST_CASE("L8.1 what is bought adds its price to the cost, what is sold takes its share") {
    traders it;
    it.buys(10, 100);
    it.buys(10, 120);
    CHECK(it.cost() == 2'200);
    it.sells(5, 130);
    CHECK(it.cost() == 1'650);
    CHECK(it.realised() == 650 - 550);
    it.sells(15, 100);
    CHECK(it.cost() == 0);
    CHECK(it.realised() == 100 + 1'500 - 1'650);
}

TEST_CASE("L8.1 a short position's cost is what it brought") {
    traders it;
    it.sells(10, 100);
    CHECK(it.cost() == 1'000);
    it.sells(10, 90);
    CHECK(it.cost() == 1'900);
    it.buys(4, 80);
    CHECK(it.cost() == 1'900 - 380);
    CHECK(it.realised() == 380 - 320);
}

TEST_CASE("L8.1 a trade through zero closes at its share of the price and opens with the rest") {
    traders it;
    it.buys(5, 100);
    it.sells(8, 110);
    CHECK(it.total(21, apples) == -3);
    CHECK(it.realised() == 50);
    CHECK(it.cost() == 330);
    it.buys(5, 120);
    CHECK(it.total(21, apples) == 2);
    CHECK(it.realised() == 50 + 330 - 360);
    CHECK(it.cost() == 240);
}

TEST_CASE("L8.1 division truncates towards zero") {
    traders it;
    it.buys(1, 4);
    it.buys(2, 3);
    it.sells(1, 5);
    CHECK(it.cost() == 7);  // 10 − floor(10 / 3)
    CHECK(it.realised() == 2);
    traders negative;
    negative.buys(1, -4);
    negative.buys(2, -3);
    CHECK(negative.cost() == -10);
    negative.sells(1, 5);
    CHECK(negative.cost() == -7);
    CHECK(negative.realised() == 8);
}

TEST_CASE("L8.1 fees belong to what was paid and what was brought") {
    listing dear = listing_of(apple);
    dear.fees[0].maker.rate_ppm = 10'000;
    dear.fees[0].taker.rate_ppm = 20'000;
    venue it(dear);
    it.prepare({selling(2, 10, 100), buying(1, 10, 100)});
    CHECK(it.line(1, apples).cost == 1'020);
    // The 1,000 apples of account 2 cost nothing.
    CHECK(it.line(2, apples).realised == 990);
    it.prepare({buying(2, 20, 0), selling(3, 10, 0)});
    CHECK(it.line(3, apples).cost == 0);
    it.prepare({cancelling(2, nth(3)), buying(1, 10, 50), selling(3, 10, 50)});
    CHECK(it.line(3, apples).cost == 490);
}

TEST_CASE("L8.2 a deposit brings its cost, and what leaves takes its share along") {
    traders it;
    it.prepare({putting(21, apples, 10, 1'000)});
    CHECK(it.cost() == 1'000);
    it.prepare({putting(21, apples, 10)});
    CHECK(it.cost() == 1'000);
    it.prepare({taking(21, apples, 5)});
    CHECK(it.cost() == 750);
    it.prepare({moving(21, 1, apples, 5)});
    CHECK(it.cost() == 500);
    CHECK(it.line(1, apples).cost == 250);
    CHECK(it.realised() == 0);
    it.prepare({taking(21, apples, 30)});
    CHECK(it.cost() == 0);
    CHECK(it.total(21, apples) == -20);
    it.prepare({taking(21, apples, 30)});
    CHECK(it.cost() == 0);
    CHECK(it.answer(putting(21, apples, 1, -1)) == reason::invalid_request);
    it.prepare({putting(21, dollars, 5, 77)});
    CHECK(it.line(21, dollars).cost == 0);
}

TEST_CASE("L8.2 of cost beyond 64 bits all leaves with its lots, and as much as fits arrives") {
    constexpr wide_int most = INT64_MAX;
    const auto with_three = [] {
        traders it;
        for (int i = 0; i < 3; ++i) {
            it.prepare({putting(21, apples, 10, INT64_MAX)});
        }
        return it;
    };
    traders withdraws = with_three();
    withdraws.prepare({taking(21, apples, 20)});
    CHECK(withdraws.line(21, apples).cost == most);
    withdraws.prepare({taking(21, apples, 10)});
    CHECK(withdraws.line(21, apples).cost == 0);
    traders transfers = with_three();
    transfers.prepare({moving(21, 1, apples, 20)});
    CHECK(transfers.line(21, apples).cost == most);
    CHECK(transfers.line(1, apples).cost == most);
    transfers.prepare({moving(21, 1, apples, 10)});
    CHECK(transfers.line(21, apples).cost == 0);
    CHECK(transfers.line(1, apples).cost == 2 * most);
}

TEST_CASE(
    "L8.2 a deposit into a short position shrinks its cost, and what is more brings its own") {
    traders it;
    it.sells(10, 100);
    it.prepare({putting(21, apples, 4, 77)});
    CHECK(it.cost() == 600);
    it.prepare({putting(21, apples, 10, 50)});
    CHECK(it.total(21, apples) == 4);
    CHECK(it.cost() == 20);
    CHECK(it.realised() == 0);
}

TEST_CASE("L8.2 a transfer's cost is taken over by a short receiver as a deposit's is") {
    traders it;
    it.sells(10, 100);
    it.prepare({putting(1, apples, 1'000, 20'000)});  // 2,000 apples for 20,000 now
    it.prepare({moving(1, 21, apples, 20)});
    CHECK(it.line(1, apples).cost == 20'000 - 200);
    CHECK(it.total(21, apples) == 10);
    CHECK(it.cost() == 100);
}

TEST_CASE(
    "L8.2 a split leaves the cost but for what is paid, and the last lot's goes to the profit") {
    traders it;
    it.buys(7, 100);
    it.prepare({split{.symbol = apple, .numerator = 1, .denominator = 2, .cash_per_lot = 50}});
    CHECK(it.total(21, apples) == 3);
    CHECK(it.cost() == 700 - 25);
    it.prepare({split{.symbol = apple, .numerator = 1, .denominator = 4, .cash_per_lot = 100}});
    CHECK(it.total(21, apples) == 0);
    CHECK(it.cost() == 0);
    CHECK(it.realised() == -(675 - 75));
    CHECK(it.line(22, apples).cost == 0);
    CHECK(it.line(22, apples).realised == 675 - 75);
}

TEST_CASE(
    "L8.3 the mark is the last price, else the reference price, else there is no unrealised "
    "profit") {
    traders it;
    it.prepare({putting(21, apples, 10, 1'000)});
    CHECK_FALSE(it.unrealised().has_value());
    it.prepare({referring(apple, 120)});
    CHECK(it.unrealised() == 200);
    it.trade(1, 90);
    CHECK(it.unrealised() == -100);
    it.prepare({referring(apple, 120)});
    CHECK(it.unrealised() == -100);
    it.sells(30, 110);
    CHECK(it.total(21, apples) == -20);
    CHECK(it.cost() == 2'200);
    it.trade(1, 100);
    CHECK(it.unrealised() == 200);
    it.buys(20, 100);
    CHECK_FALSE(it.unrealised().has_value());
}

TEST_CASE("L8.3 of a symbol whose book is elsewhere the mark is the reference price") {
    venue it(listing_of(apple), listing_of(pear, 2));
    CHECK_FALSE(it.line(1, pears).unrealised.has_value());
    it.prepare({referring(pear, 3)});
    CHECK(it.line(1, pears).unrealised == 3'000);
}

TEST_CASE("L8.3 a value beyond 64 bits has no unrealised profit") {
    venue it;
    it.prepare({referring(apple, INT64_MAX / 1'000)});
    CHECK(it.line(1, apples).unrealised.has_value());
    it.prepare({referring(apple, INT64_MAX / 1'000 + 1)});
    CHECK_FALSE(it.line(1, apples).unrealised.has_value());
}

TEST_CASE("L8.4 a portfolio has every position by rising asset with its four amounts") {
    venue it;
    it.prepare({buying(3, 10, 100), selling(3, 7, 200), selling(3, 5, 300).of(pear)});
    const auto lines = it.machine.portfolio({3});
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].asset == apples);
    CHECK(lines[0].total == 0);
    CHECK(lines[0].reserved == 7);
    CHECK(lines[0].credit == 1'000);
    CHECK(lines[0].available == 993);
    CHECK(lines[1].asset == pears);
    CHECK(lines[1].reserved == 5);
    CHECK(lines[2].asset == dollars);
    CHECK(lines[2].reserved == 1'000);
    CHECK(lines[2].credit == 1'000'000);
    CHECK(lines[2].available == 999'000);
    CHECK(it.machine.portfolio({77}).empty());
}
