// Decimal text to ticks, lots and minor units, and back.
#include <doctest/doctest.h>

#include <string>

#include "actors/directory/units.hpp"

using namespace bourse;

namespace {

instrument_record traded(decimal tick, decimal lot = {1, 0}) {
    return {.name = "AAPL",
            .currency = "USD",
            .tick = tick,
            .lot = lot,
            .description = {},
            .terms = {}};
}

template <class Value>
std::string said(const result<Value>& outcome) {
    return outcome ? "fine"
                   : std::string(to_string(outcome.error().code)) + ": " + outcome.error().what;
}

const currency_record dollar{.name = "USD", .id = {1}, .decimals = 2};
const currency_record yen{.name = "JPY", .id = {2}, .decimals = 0};

}  // namespace

TEST_CASE("a price is a whole number of ticks, and written with their places") {
    const instrument_record share = traded({1, 2});
    CHECK(to_price("585.33", share)->ticks == 58'533);
    CHECK(to_price("585.3", share)->ticks == 58'530);
    CHECK(to_price("-0.01", share)->ticks == -1);
    CHECK(to_price("0", share)->ticks == 0);
    CHECK(price_text({58'530}, share) == "585.30");
    CHECK(price_text({-1}, share) == "-0.01");
    const instrument_record quarter = traded({25, 2});
    CHECK(to_price("100.75", quarter)->ticks == 403);
    CHECK(price_text({403}, quarter) == "100.75");
    CHECK(price_text({404}, quarter) == "101.00");
    const instrument_record fives = traded({5, 0});
    CHECK(to_price("-15.0", fives)->ticks == -3);
    CHECK(price_text({-3}, fives) == "-15");
    const instrument_record fine = traded({1, 18});
    CHECK(to_price("9.223372036854775807", fine)->ticks == INT64_MAX);
}

TEST_CASE("a price that is no multiple of the tick is refused with its neighbours") {
    const instrument_record share = traded({1, 2});
    CHECK(said(to_price("585.333", share)) ==
          "out_of_range: '585.333' is not a multiple of the tick 0.01; nearest: 585.33 and 585.34");
    CHECK(said(to_price("-0.001", share)) ==
          "out_of_range: '-0.001' is not a multiple of the tick 0.01; nearest: -0.01 and 0.00");
    CHECK(said(to_price("100.8", traded({25, 2}))) ==
          "out_of_range: '100.8' is not a multiple of the tick 0.25; nearest: 100.75 and 101.00");
    CHECK(said(to_price("12", traded({5, 0}))) ==
          "out_of_range: '12' is not a multiple of the tick 5; nearest: 10 and 15");
    CHECK(said(to_price("585,33", share)) ==
          "malformed: '585,33' is not a decimal number: write digits and a point, as 585.33");
}

TEST_CASE("a price beyond 64 bits of ticks is refused, never wrapped") {
    const instrument_record fine = traded({1, 18});
    CHECK(said(to_price("9.3", fine)) ==
          "out_of_range: '9.3' is too large: it is more than 2^63 times the tick "
          "0.000000000000000001");
    CHECK(said(to_price("9223372036854775807", fine)).starts_with("out_of_range: "));
    CHECK(said(to_price("-9223372036854775808", fine)).starts_with("out_of_range: "));
    // The last that there is, and a neighbour that there is not.
    CHECK(to_price("-9223372036854775807", traded({1, 0}))->ticks == -INT64_MAX);
    CHECK(said(to_price("922337203685477580.75", traded({1, 1}))).starts_with("out_of_range: "));
}

TEST_CASE("a quantity is a whole number of lots above zero, and that of an order has a bound") {
    const instrument_record share = traded({1, 2});
    CHECK(to_quantity("100", share)->lots == 100);
    CHECK(to_quantity("100.0", share)->lots == 100);
    const instrument_record round = traded({1, 2}, {100, 0});
    CHECK(to_quantity("300", round)->lots == 3);
    CHECK(quantity_text({3}, round) == "300");
    const instrument_record coin = traded({1, 2}, {1, 8});
    CHECK(to_quantity("0.5", coin)->lots == 50'000'000);
    CHECK(quantity_text({50'000'000}, coin) == "0.50000000");
    CHECK(lots_text(-1, coin) == "-0.00000001");
    CHECK(said(to_quantity("150", round)) ==
          "out_of_range: '150' is not a multiple of the lot 100; nearest: 100 and 200");
    CHECK(said(to_quantity("0", share)) == "out_of_range: '0': a quantity must be above zero");
    CHECK(said(to_quantity("-5", share)) == "out_of_range: '-5': a quantity must be above zero");
    CHECK(to_quantity("1099511627776", share)->lots == max_order_lots.lots);
    CHECK(said(to_quantity("1099511627777", share)) ==
          "out_of_range: '1099511627777': an order is of at most 1099511627776");
    CHECK(*to_lots("1099511627777", share) == 1'099'511'627'777);
}

TEST_CASE("money is a whole number of minor units above zero") {
    CHECK(to_money("100000", dollar)->minor == 10'000'000);
    CHECK(to_money("0.01", dollar)->minor == 1);
    CHECK(to_money("500", yen)->minor == 500);
    CHECK(said(to_money("0.005", dollar)) ==
          "out_of_range: '0.005' is not a multiple of USD's smallest unit 0.01; nearest: 0.00 and "
          "0.01");
    CHECK(said(to_money("0.5", yen)) ==
          "out_of_range: '0.5' is not a multiple of JPY's smallest unit 1; nearest: 0 and 1");
    CHECK(said(to_money("0", dollar)) == "out_of_range: '0': an amount must be above zero");
    CHECK(money_text(-1'200, dollar) == "-12.00");
    CHECK(money_text(-1'200, yen) == "-1200");
    CHECK(money_text((wide_int{1} << 100), dollar) == "12676506002282294014967032053.76");
}

TEST_CASE("lots that nobody can have are written as such") {
    CHECK(lots_text(wide_int{1} << 126, traded({1, 2}, {100, 0})) ==
          "85070591730234615865843651857942052864 lots");
}

TEST_CASE("what is written is read again as the same number") {
    for (const decimal tick : {decimal{1, 2}, decimal{25, 2}, decimal{5, 0}, decimal{125, 4}}) {
        const instrument_record share = traded(tick, tick);
        for (std::int64_t count = -1'000; count <= 1'000; ++count) {
            REQUIRE(to_price(price_text({count}, share), share)->ticks == count);
            if (count > 0) {
                REQUIRE(*to_lots(lots_text(count, share), share) == count);
            }
        }
    }
}

TEST_CASE("a tick of a lot is worth a whole number of minor units, or is refused") {
    CHECK(*tick_value({1, 2}, {1, 0}, dollar) == 1);
    CHECK(*tick_value({1, 4}, {100, 0}, dollar) == 1);
    CHECK(*tick_value({25, 2}, {1, 0}, dollar) == 25);
    CHECK(*tick_value({5, 0}, {10, 0}, yen) == 50);
    CHECK(*tick_value({5, 1}, {2, 0}, yen) == 1);
    CHECK(*tick_value({1, 18}, {1, 0}, {.name = "WEI", .id = {3}, .decimals = 18}) == 1);
    CHECK(said(tick_value({1, 4}, {1, 0}, dollar)) ==
          "out_of_range: a tick of 0.0001 of a lot of 1 is worth 0.0001 USD, which has 2 decimals: "
          "take a larger tick or lot, or a currency with more decimals");
    CHECK(said(tick_value({1, 18}, {1, 18}, yen)).starts_with("out_of_range: "));
    CHECK(
        said(tick_value({INT64_MAX, 0}, {INT64_MAX, 0}, {.name = "WEI", .id = {3}, .decimals = 18}))
            .ends_with("WEI, which is too large: take a smaller tick or lot"));
    CHECK(said(tick_value({INT64_MAX, 0}, {1, 0}, dollar)).starts_with("out_of_range: "));
    CHECK(*tick_value({INT64_MAX, 0}, {1, 0}, yen) == INT64_MAX);
}
