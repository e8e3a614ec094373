// Ledger RULES 9: deposits, withdrawals, transfers, splits, dividends.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

constexpr std::int64_t largest = std::int64_t{1} << 62;

}  // namespace

TEST_CASE("L9.1 an amount is above zero, a currency any but none, a symbol listed") {
    const auto same = [](const std::function<shard_command(asset_id, std::int64_t)>& make) {
        venue it;
        CHECK(it.answer(make(dollars, 0)) == reason::invalid_request);
        CHECK(it.answer(make(dollars, -1)) == reason::invalid_request);
        CHECK(it.answer(make({}, 1)) == reason::invalid_request);
        CHECK(it.answer(make({asset_id::currency_bit}, 1)) == reason::invalid_request);
        CHECK(it.answer(make(asset_of(symbol_id{99}), 1)) == reason::unknown_symbol);
        CHECK(it.answer(make(apples, 1)) == reason::none);
        CHECK(it.answer(make(dollars, 1)) == reason::none);
    };
    same([](asset_id asset, std::int64_t amount) { return putting(1, asset, amount); });
    same([](asset_id asset, std::int64_t amount) { return taking(1, asset, amount); });
    same([](asset_id asset, std::int64_t amount) { return moving(1, 2, asset, amount); });
    same([](asset_id asset, std::int64_t amount) { return moving(1, 2, asset, amount, 2); });
    venue it;
    CHECK(it.answer(putting(77, {}, 0)) == reason::unknown_account);
    CHECK(it.answer(taking(77, {}, 0)) == reason::unknown_account);
    CHECK(it.answer(moving(77, 1, {}, 0)) == reason::unknown_account);
    // A currency needs no instrument.
    CHECK(it.answer(putting(1, asset_of(currency_id{99}), 5)) == reason::none);
}

TEST_CASE("L9.2 a deposit comes from external, up to 2^62 in all and not one more") {
    venue it;
    it.send(putting(1, apples, 5));
    it.expect_lines({"1 s1 5 deposit", "external s1 -5 deposit"});
    it.expect({"1 adjusted s1 5"});
    CHECK(it.answer(putting(1, apples, largest - 1'004)) == reason::amount_too_large);
    CHECK(it.answer(putting(1, apples, largest - 1'005)) == reason::none);
    CHECK(it.answer(putting(1, apples, 1)) == reason::amount_too_large);
    CHECK(it.answer(putting(2, dollars, INT64_MAX)) == reason::amount_too_large);
    CHECK(it.total(1, apples) == largest);
    // A cost below zero, of whatever asset, after 9.1 and before the total.
    CHECK(it.answer(putting(1, apples, 1, -1)) == reason::invalid_request);
    CHECK(it.answer(putting(1, dollars, INT64_MAX, -1)) == reason::invalid_request);
    CHECK(it.answer(putting(1, asset_of(symbol_id{99}), 1, -1)) == reason::unknown_symbol);
}

TEST_CASE("L9.3 what is reserved or on offer cannot be withdrawn, the rest can to the last") {
    venue it;
    it.prepare({buying(1, 10, 100), selling(1, 10, 200)});
    CHECK(it.answer(taking(1, dollars, 999'001)) == reason::insufficient_funds);
    CHECK(it.answer(taking(1, apples, 991)) == reason::insufficient_holdings);
    it.send(taking(1, dollars, 999'000));
    it.expect_lines({"1 c1 -999000 withdrawal", "external c1 999000 withdrawal"});
    it.expect({"1 adjusted c1 -999000"});
    it.prepare({taking(1, apples, 990)});
    CHECK(it.available(1, dollars) == 0);
    CHECK(it.available(1, apples) == 0);
    CHECK(it.answer(taking(3, dollars, 1'000'001)) == reason::insufficient_funds);
    CHECK(it.answer(taking(3, dollars, 1'000'000)) == reason::none);
    CHECK(it.total(3, dollars) == -1'000'000);
}

TEST_CASE("L9.4 a transfer within the shard moves from one to the other and tells both") {
    venue it;
    it.send(moving(1, 2, dollars, 30, 0, as(5)));
    it.expect_lines({"1 c1 -30 transfer", "2 c1 30 transfer"});
    it.expect({"1 adjusted c1 -30 id 5", "2 adjusted c1 30"});
    it.send(moving(1, 2, dollars, 30, 1));
    it.expect({"1 adjusted c1 -30", "2 adjusted c1 30"});
    CHECK(it.total(2, dollars) == 1'000'060);
}

TEST_CASE("L9.4 a transfer's checks come in their order") {
    venue it;
    it.prepare({putting(2, apples, largest - 1'000)});
    CHECK(it.answer(moving(1, 77, dollars, 1'000'001)) == reason::insufficient_funds);
    CHECK(it.answer(moving(1, 77, apples, 1'001)) == reason::insufficient_holdings);
    CHECK(it.answer(moving(1, 77, dollars, 1)) == reason::invalid_request);
    CHECK(it.answer(moving(1, 1, dollars, 1)) == reason::invalid_request);
    CHECK(it.answer(moving(1, 0, dollars, 1)) == reason::invalid_request);
    CHECK(it.answer(moving(1, 2, apples, 1)) == reason::amount_too_large);
    CHECK(it.answer(moving(1, 3, apples, 1)) == reason::none);
    // The last shard there can be has no room yet.
    venue full({.max_outbox = 0});
    for (const std::uint16_t to_shard : {std::uint16_t{32'768}, std::uint16_t{65'535}}) {
        CHECK(full.answer(moving(1, 77, dollars, 1'000'001, to_shard)) ==
              reason::insufficient_funds);
        CHECK(full.answer(moving(1, 77, dollars, 1, to_shard)) == reason::invalid_request);
    }
    CHECK(full.answer(moving(1, 77, dollars, 1, 32'767)) == reason::overloaded);
}

TEST_CASE(
    "L9.4 a transfer to another shard stands against its clearing and wants room in the outbox") {
    venue it({.max_outbox = 8});
    for (int i = 0; i < 6; ++i) {
        it.send(moving(1, 77, dollars, 10, 2));
        it.expect_lines({"1 c1 -10 transfer", "clearing 2 c1 10 transfer"});
        REQUIRE(it.out().messages.size() == 1);
    }
    CHECK(it.out().messages[0] ==
          sent_message{.to = {2},
                       .number = 6,
                       .what = transfer_message{
                           .from = {1}, .to = {77}, .asset = dollars, .amount = 10, .cost = 0}});
    CHECK(it.answer(moving(1, 77, dollars, 10, 2)) == reason::overloaded);
    CHECK(it.answer(moving(1, 77, dollars, 1'000'000, 2)) == reason::insufficient_funds);
    CHECK(it.answer(moving(1, 2, dollars, 10)) == reason::none);
    CHECK(it.held_by(clearing_holder({2}), dollars) == 60);
}

TEST_CASE("L9.5 a split's checks come in their order") {
    venue it;
    it.prepare({buying(1, 1, 1)});
    const auto answer = [&](symbol_id symbol, std::int64_t numerator, std::int64_t denominator,
                            std::int64_t cash) {
        return it.answer(split{.symbol = symbol,
                               .numerator = numerator,
                               .denominator = denominator,
                               .cash_per_lot = cash});
    };
    CHECK(answer({99}, 1, 1, 0) == reason::unknown_symbol);
    CHECK(answer(apple, 0, 1, 0) == reason::invalid_request);
    CHECK(answer(apple, 1, 0, 0) == reason::invalid_request);
    CHECK(answer(apple, 1'000'001, 1, 0) == reason::invalid_request);
    CHECK(answer(apple, 1, 1'000'001, 0) == reason::invalid_request);
    CHECK(answer(apple, 1, 1, -1) == reason::invalid_request);
    CHECK(answer(apple, 1, 1, 0) == reason::open_orders_exist);
    CHECK(answer(pear, 1, 1, 0) == reason::none);
    it.prepare({cancelling(1, nth(1))});
    CHECK(answer(apple, 1'000'000, 1'000'000, INT64_MAX) == reason::none);
}

TEST_CASE("L9.5 a split pays for fractions, to the short from the short") {
    venue it;
    it.prepare({opening(4), putting(4, apples, 7), selling(3, 7, 0), buying(1, 7, 0)});
    it.send(split{
        .request = as(9), .symbol = apple, .numerator = 3, .denominator = 2, .cash_per_lot = 11});
    // 1,007 × 3 / 2 = 1,510.5; 1,000 → 1,500; −7 → −10.5; 7 → 10.5; half of 11 truncated.
    it.expect_lines({"1 s1 503 split s1", "external s1 -503 split s1", "1 c1 5 split s1",
                     "external c1 -5 split s1", "2 s1 500 split s1", "external s1 -500 split s1",
                     "3 s1 -3 split s1", "external s1 3 split s1", "3 c1 -5 split s1",
                     "external c1 5 split s1", "4 s1 3 split s1", "external s1 -3 split s1",
                     "4 c1 5 split s1", "external c1 -5 split s1"});
    it.expect({"1 adjusted s1 503 of s1", "1 adjusted c1 5 of s1", "2 adjusted s1 500 of s1",
               "3 adjusted s1 -3 of s1", "3 adjusted c1 -5 of s1", "4 adjusted s1 3 of s1",
               "4 adjusted c1 5 of s1", "0 done id 9"});
    CHECK(it.total(3, apples) == -10);
}

TEST_CASE("L9.5 holders come by rising account id, not by when they were opened") {
    venue it;
    it.prepare({opening(9), opening(4), putting(9, pears, 2), putting(4, pears, 2),
                split{.symbol = apple}});
    it.send(split{.symbol = pear, .numerator = 2});
    it.expect({"1 adjusted s2 1000 of s2", "2 adjusted s2 1000 of s2", "4 adjusted s2 2 of s2",
               "9 adjusted s2 2 of s2", "0 done"});
}

TEST_CASE("L9.5 a split too large for one account is done for none") {
    venue it;
    it.prepare({putting(2, apples, largest / 1'000 - 1'000)});
    CHECK(it.answer(split{.symbol = apple, .numerator = 1'001}) == reason::amount_too_large);
    CHECK(it.total(1, apples) == 1'000);
    CHECK(it.answer(split{.symbol = apple, .numerator = 1'000}) == reason::none);
    CHECK(it.total(1, apples) == 1'000'000);
}

TEST_CASE("L9.6 a dividend is paid to the long and by the short, beyond its credit if need be") {
    venue it;
    it.prepare({selling(3, 7, 0), buying(1, 7, 0), taking(3, dollars, 1'000'000)});
    it.send(dividend{.request = as(9), .symbol = apple, .per_lot = 3});
    it.expect_lines({"1 c1 3021 dividend s1", "external c1 -3021 dividend s1",
                     "2 c1 3000 dividend s1", "external c1 -3000 dividend s1",
                     "3 c1 -21 dividend s1", "external c1 21 dividend s1"});
    it.expect({"1 adjusted c1 3021 of s1", "2 adjusted c1 3000 of s1", "3 adjusted c1 -21 of s1",
               "0 done id 9"});
    CHECK(it.available(3, dollars) == -21);
    CHECK(it.answer(buying(3, 1, 0)) == reason::none);
    CHECK(it.answer(buying(3, 1, 1)) == reason::insufficient_funds);
}

TEST_CASE(
    "L9.6 a dividend is of a listed symbol, above zero, and within 64 bits for all or for none") {
    venue it;
    CHECK(it.answer(dividend{.symbol = {99}, .per_lot = 1}) == reason::unknown_symbol);
    CHECK(it.answer(dividend{.symbol = apple, .per_lot = 0}) == reason::invalid_request);
    CHECK(it.answer(dividend{.symbol = apple, .per_lot = -1}) == reason::invalid_request);
    it.prepare({taking(1, apples, 990)});
    CHECK(it.answer(dividend{.symbol = apple, .per_lot = INT64_MAX / 1'000 + 1}) ==
          reason::amount_too_large);
    CHECK(it.total(1, dollars) == 1'000'000);
    // What is reserved does not matter to a dividend.
    it.prepare({buying(1, 1, 5), dividend{.symbol = apple, .per_lot = 1}});
    CHECK(it.total(1, dollars) == 1'000'010);
}

TEST_CASE(
    "L9.6 the short pay no dividend of 2^63 either: it would be one of which there is no "
    "opposite") {
    venue it;
    it.prepare({taking(1, apples, 1'000), taking(2, apples, 1'000), taking(3, apples, 2)});
    CHECK(it.answer(dividend{.symbol = apple, .per_lot = std::int64_t{1} << 62}) ==
          reason::amount_too_large);
    it.send(dividend{.symbol = apple, .per_lot = (std::int64_t{1} << 62) - 1});
    it.expect_lines(
        {"3 c1 -9223372036854775806 dividend s1", "external c1 9223372036854775806 dividend s1"});
}

TEST_CASE(
    "L9.5 a split of a symbol whose orders are in another account's name is refused as well") {
    venue it(listing_of(apple), listing_of(pear, 2));
    it.prepare({selling(2, 1, 1).of(pear)});
    CHECK(it.answer(split{.symbol = pear, .numerator = 2}) == reason::open_orders_exist);
}

TEST_CASE(
    "L9.5 a split waits for orders of other shards in a book here, and for transfers under way") {
    two_shards it;
    it.two.prepare({buying(21, 1, 1)});
    it.deliver(2);
    const split twice{.symbol = apple, .numerator = 2};
    CHECK(it.one.answer(twice) == reason::open_orders_exist);
    it.two.prepare({cancelling(21, nth(1, 2))});
    it.settle();
    it.one.prepare({moving(11, 21, pears, 5, 2), moving(11, 21, dollars, 5, 2)});
    CHECK(it.one.answer(twice) == reason::none);
    it.one.prepare({moving(11, 21, apples, 5, 2)});
    it.deliver(1);
    CHECK(it.one.answer(twice) == reason::open_orders_exist);
    it.confirm(1);
    CHECK(it.one.answer(twice) == reason::none);
    it.two.prepare({moving(21, 77, apples, 5, 1)});
    it.deliver(2);
    // What goes back is under way as well.
    CHECK(it.one.answer(twice) == reason::open_orders_exist);
}

TEST_CASE("L9.5 a split that pays an account beyond 2^62 is done for none") {
    venue it;
    it.prepare({putting(2, dollars, largest - 1'000'000), putting(2, apples, 1)});
    split halves{.symbol = apple, .numerator = 1, .denominator = 2, .cash_per_lot = 2};
    CHECK(it.answer(halves) == reason::amount_too_large);
    CHECK(it.total(1, apples) == 1'000);
    halves.cash_per_lot = 1;  // half of it is nothing
    CHECK(it.answer(halves) == reason::none);
}
