#include <doctest/doctest.h>

#include "actors/shard/shard.hpp"

using namespace bourse;

namespace {

constexpr symbol_id apple{1};
constexpr currency_id dollar{1};

shard_command listing_of(symbol_id symbol) {
    listing what;
    what.rules.symbol = symbol;
    what.currency = dollar;
    what.book_shard = {1};
    return list_instrument{.request = {}, .what = what};
}

submit_order order_of(std::uint32_t account, side which, std::int64_t ticks, std::int64_t lots) {
    submit_order submitted;
    submitted.symbol = apple;
    submitted.order.account = {account};
    submitted.order.side = which;
    submitted.order.price = {ticks};
    submitted.order.quantity = {lots};
    return submitted;
}

}  // namespace

TEST_CASE("a trade moves cash and lots between its two accounts") {
    shard machine(shard_settings{});
    shard_output out;
    machine.apply(
        {.index = 1,
         .at = {1},
         .commands = {listing_of(apple), open_account{.request = {}, .account = {1}},
                      open_account{.request = {}, .account = {2}},
                      deposit{
                          .request = {}, .account = {1}, .asset = asset_of(dollar), .amount = 1000},
                      deposit{
                          .request = {}, .account = {2}, .asset = asset_of(apple), .amount = 10},
                      book_state{.request = {}, .symbol = apple, .what = {}}}},
        out);
    machine.apply({.index = 2,
                   .at = {2},
                   .commands = {order_of(2, side::sell, 100, 5), order_of(1, side::buy, 101, 9)}},
                  out);
    CHECK(out.reports.size() == 4);
    const auto buyer = machine.portfolio({1});
    REQUIRE(buyer.size() == 2);
    CHECK(buyer[0].total == 5);
    CHECK(buyer[0].cost == 500);
    CHECK(buyer[1].total == 500);
    CHECK(buyer[1].reserved == 404);
    const auto again = shard::restore(machine.save());
    REQUIRE(again);
    CHECK(again->save() == machine.save());
    CHECK(again->digest() == machine.digest());
}
