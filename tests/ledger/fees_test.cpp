// Ledger RULES 1.5 and 1.6: fees and what an order could cost at worst.
#include <doctest/doctest.h>

#include <cstdint>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

listing with_fees(const fee_rate& maker, const fee_rate& taker, const fee_rate& auction = {}) {
    listing what = listing_of(apple);
    what.fees[0] = {.maker = maker, .taker = taker, .auction = auction};
    return what;
}

/// Account 2 sells 1 lot at 100 into account 1's resting buy, `times` times.
void sell_one_by_one(venue& it, int times) {
    for (int i = 0; i < times; ++i) {
        it.prepare({selling(2, 1, 100)});
    }
}

}  // namespace

TEST_CASE(
    "L1.5 the resting order pays maker, the other taker, and in an auction both pay auction") {
    venue it(with_fees({.rate_ppm = 10'000}, {.rate_ppm = 20'000}, {.rate_ppm = 30'000}));
    it.send(buying(1, 5, 100));
    it.send(selling(2, 5, 100));
    it.send(auctioning(apple, auction_kind::closing));
    it.send(buying(1, 5, 100));
    it.send(selling(2, 5, 100));
    it.send(going(apple, market_state::open));
    it.expect({"1 accepted 1 5@100", "2 accepted 2 5@100", "1 fill 1 5@100 done cash -500 fee 5",
               "2 take 2 5@100 done cash 500 fee 10", "0 done", "1 accepted 3 5@100",
               "2 accepted 4 5@100", "0 done", "1 cross 3 5@100 done cash -500 fee 15",
               "2 cross 4 5@100 done cash 500 fee 15"});
    CHECK(it.held_by(fee_holder, dollars) == 45);
    CHECK(it.total(1, dollars) == 1'000'000 - 1'000 - 20);
}

TEST_CASE("L1.5 each tier has its own rates") {
    listing tiered = listing_of(apple);
    for (std::size_t tier = 0; tier < fee_tiers; ++tier) {
        tiered.fees[tier].taker.per_lot = static_cast<std::int64_t>(tier) * 1'000'000;
    }
    venue it(tiered);
    for (std::uint8_t tier = 0; tier < fee_tiers; ++tier) {
        const std::uint32_t account = 20U + tier;
        it.prepare({opening(account, account_kind::cash, 0, tier), putting(account, dollars, 1'000),
                    selling(2, 3, 100), buying(account, 3, 100)});
        CHECK(it.total(account, dollars) == 700 - 3 * tier);
    }
}

TEST_CASE("L1.5 rounding is against the client and at most one minor unit an order") {
    // A tenth of a minor unit each.
    venue it(with_fees({.rate_ppm = 1'000}, {}));
    it.prepare({buying(1, 100, 100)});
    sell_one_by_one(it, 1);
    CHECK(it.held_by(fee_holder, dollars) == 1);
    CHECK(it.row(1).residue == 900'000);
    sell_one_by_one(it, 9);
    CHECK(it.held_by(fee_holder, dollars) == 1);
    CHECK(it.row(1).residue == 0);
    sell_one_by_one(it, 1);
    CHECK(it.held_by(fee_holder, dollars) == 2);
    sell_one_by_one(it, 14);
    CHECK(it.held_by(fee_holder, dollars) == 3);
    CHECK(it.row(1).residue == 500'000);
}

TEST_CASE("L1.5 a rebate is rounded down, and what is left is paid when it is whole") {
    venue it(with_fees({.rate_ppm = -1'000}, {}));
    it.prepare({buying(1, 100, 100)});
    sell_one_by_one(it, 9);
    CHECK(it.held_by(fee_holder, dollars) == 0);
    CHECK(it.row(1).residue == 900'000);
    it.send(selling(2, 1, 100));
    it.expect({"2 accepted 11 1@100", "1 fill 1 1@100 left 90 cash -100 fee -1",
               "2 take 11 1@100 done cash 100"});
    CHECK(it.row(1).residue == 0);
    CHECK(it.held_by(fee_holder, dollars) == -1);
    CHECK(it.total(1, dollars) == 1'000'000 - 1'000 + 1);
}

TEST_CASE(
    "L1.5 a fee of a lot is added to the rate, and of a negative price the rate is of its size") {
    venue it(with_fees({.rate_ppm = 10'000, .per_lot = 300'000}, {}));
    it.prepare({buying(1, 10, -100)});
    it.send(selling(2, 10, -100));
    // 1 % of 1,000 and 0.3 × 10.
    it.expect({"2 accepted 2 10@-100", "1 fill 1 10@-100 done cash 1000 fee 13",
               "2 take 2 10@-100 done cash -1000"});
}

TEST_CASE("L1.6 reserved is the value with the dearest of the three fees, each number by itself") {
    venue it(with_fees({.rate_ppm = 10'000, .per_lot = -5'000'000},
                       {.rate_ppm = -10'000, .per_lot = 300'000}, {.rate_ppm = 5'000}));
    it.prepare({buying(1, 10, 100)});
    CHECK(it.reserved(1, dollars) == 1'000 + 10 + 3);
    it.prepare({buying(1, 1, 1)});
    CHECK(it.reserved(1, dollars) == 1'013 + 2);  // 1.31 rounded up
}

TEST_CASE("L1.6 a rebate that every rate gives is counted on, and never below nothing") {
    const fee_rate back{.rate_ppm = -100'000, .per_lot = -2'000'000};
    venue it(with_fees(back, back, back));
    it.prepare({buying(1, 10, 100)});
    CHECK(it.reserved(1, dollars) == 1'000 - 100 - 20);
    it.prepare({buying(1, 10, 1)});
    CHECK(it.reserved(1, dollars) == 880);
    it.prepare({selling(2, 10, 90)});
    CHECK(it.total(1, dollars) == 1'000'000 - 880);
}

TEST_CASE("L1.6 a sell reserves what its fee or a negative price could take beyond its value") {
    venue it(with_fees({.per_lot = 2'000'000}, {.per_lot = 3'000'000}));
    it.prepare({selling(1, 10, 1)});
    CHECK(it.reserved(1, dollars) == 20);
    it.prepare({selling(1, 10, -4)});
    CHECK(it.reserved(1, dollars) == 20 + 70);
    it.prepare({selling(1, 10, 4)});
    CHECK(it.reserved(1, dollars) == 90);
}

TEST_CASE("L1.6 no way of being filled costs more than was reserved") {
    // Nothing of the account is left but what the order needs at worst; its residue counts too.
    for (const std::int64_t lots_at_once : {1, 2, 3, 7, 10}) {
        CAPTURE(lots_at_once);
        venue it(with_fees({.rate_ppm = 1'234, .per_lot = 56'789}, {.rate_ppm = 1'233}));
        it.prepare({opening(10), putting(10, dollars, 1'000'000), buying(10, 70, 101)});
        it.prepare({taking(10, dollars, it.available(10, dollars))});
        for (std::int64_t left = 70; left > 0; left -= lots_at_once) {
            it.prepare({selling(2, lots_at_once, 101)});
            CHECK(it.available(10, dollars) >= 0);
        }
        CHECK_FALSE(it.is_open(1));
        CHECK(it.available(10, dollars) == 0);
    }
}

TEST_CASE(
    "L1.6 fees of both sides at their dearest leave a cash account at nothing and not below") {
    const fee_rate all{.rate_ppm = 1'000'000};
    venue it(with_fees(all, all, all));
    it.prepare({opening(10), putting(10, dollars, 2'000)});
    CHECK(it.answer(buying(10, 10, 101)) == reason::insufficient_funds);
    it.prepare({buying(10, 10, 100), selling(2, 10, 100)});
    CHECK(it.total(10, dollars) == 0);
    CHECK(it.total(2, dollars) == 1'000'000);
}
