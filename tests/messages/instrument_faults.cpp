#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "messages/instrument.hpp"

namespace bourse {
namespace {

template <typename Change>
std::string fault_after(Change change) {
    instrument rules;
    change(rules);
    const char* fault = find_fault(rules);
    return fault != nullptr ? fault : "none";
}

std::string fault_of_ticks(std::vector<tick_row> rows) {
    return fault_after([&](instrument& rules) { rules.ticks = std::move(rows); });
}

TEST_CASE("an instrument as it is made, and one with everything set, has no fault") {
    CHECK(find_fault(instrument{}) == nullptr);
    instrument rules;
    rules.ticks = {{0, 1}, {10'000, 5}, {50'000, 10}, {100'000, 50}};
    rules.lot = {10};
    rules.min_quantity = {20};
    rules.max_quantity = {20};
    rules.min_notional = 7;
    rules.max_notional = 7;
    rules.band_bps = std::numeric_limits<std::uint32_t>::max();
    rules.volatility_bps = 1;
    rules.volatility_auction = {1};
    rules.reopening_auction = {1};
    rules.max_orders = 1U << 22;
    rules.max_hidden_orders = 0;
    rules.max_trailing_stops = 0;
    CHECK(find_fault(rules) == nullptr);
}

TEST_CASE("a tick table has 1 to 32 rows") {
    const std::string fault = "the tick table must have 1 to 32 rows";
    std::vector<tick_row> rows;
    CHECK(fault_of_ticks(rows) == fault);
    for (std::int64_t i = 0; i < 32; ++i) {
        rows.push_back({i, 1});
    }
    CHECK(fault_of_ticks(rows) == "none");
    rows.push_back({32, 1});
    CHECK(fault_of_ticks(rows) == fault);
}

TEST_CASE("a tick table begins at 0") {
    CHECK(fault_of_ticks({{1, 1}}) == "the first row of the tick table must begin at 0");
    CHECK(fault_of_ticks({{-10, 1}, {0, 1}}) == "the first row of the tick table must begin at 0");
}

TEST_CASE("a tick is at least 1") {
    const std::string fault = "every tick in the tick table must be at least 1";
    CHECK(fault_of_ticks({{0, 0}}) == fault);
    CHECK(fault_of_ticks({{0, -1}}) == fault);
    CHECK(fault_of_ticks({{0, 1}, {10, 0}}) == fault);
    CHECK(fault_of_ticks({{0, 1}, {10, std::numeric_limits<std::int64_t>::min()}}) == fault);
}

TEST_CASE("the rows of a tick table rise") {
    const std::string fault = "every row of the tick table must begin above the row before it";
    CHECK(fault_of_ticks({{0, 1}, {0, 1}}) == fault);
    CHECK(fault_of_ticks({{0, 1}, {10, 5}, {5, 1}}) == fault);
    CHECK(fault_of_ticks({{0, 1}, {std::numeric_limits<std::int64_t>::min(), 1}}) == fault);
}

TEST_CASE("a row of a tick table begins where both grids meet") {
    const std::string fault =
        "every row of the tick table must begin at a multiple of its own tick and of the tick of "
        "the "
        "row before it";
    CHECK(fault_of_ticks({{0, 1}, {7, 5}}) == fault);  // not of its own
    CHECK(fault_of_ticks({{0, 4}, {6, 3}}) == fault);  // not of the one before
    CHECK(fault_of_ticks({{0, 4}, {12, 3}}) == "none");
    CHECK(fault_of_ticks({{0, 5}, {10, 2}, {12, 3}}) == "none");  // only the one before counts
}

TEST_CASE("a lot is at least 1") {
    const std::string fault = "the lot must be at least 1";
    CHECK(fault_after([](instrument& rules) { rules.lot = {0}; }) == fault);
    CHECK(fault_after([](instrument& rules) { rules.lot = {-1}; }) == fault);
}

TEST_CASE("the limits of quantity are not negative and not the wrong way round") {
    CHECK(fault_after([](instrument& rules) { rules.min_quantity = {-1}; }) ==
          "the smallest quantity must be 0 (no limit) or more");
    CHECK(fault_after([](instrument& rules) { rules.max_quantity = {-1}; }) ==
          "the largest quantity must be 0 (no limit) or more");
    CHECK(fault_after([](instrument& rules) {
              rules.min_quantity = {11};
              rules.max_quantity = {10};
          }) == "the largest quantity must be 0 (no limit) or at least the smallest");
    CHECK(fault_after([](instrument& rules) { rules.min_quantity = {11}; }) == "none");
}

TEST_CASE("the limits of notional are not negative and not the wrong way round") {
    CHECK(fault_after([](instrument& rules) { rules.min_notional = -1; }) ==
          "the smallest notional must be 0 (no limit) or more");
    CHECK(fault_after([](instrument& rules) { rules.max_notional = -1; }) ==
          "the largest notional must be 0 (no limit) or more");
    CHECK(fault_after([](instrument& rules) {
              rules.min_notional = 11;
              rules.max_notional = 10;
          }) == "the largest notional must be 0 (no limit) or at least the smallest");
    CHECK(fault_after([](instrument& rules) { rules.min_notional = 11; }) == "none");
}

TEST_CASE("auctions have a length where they are held") {
    CHECK(fault_after([](instrument& rules) { rules.volatility_auction = {-1}; }) ==
          "the length of a volatility auction must not be negative");
    CHECK(
        fault_after([](instrument& rules) { rules.volatility_bps = 1; }) ==
        "the length of a volatility auction must be above 0 where there is a volatility corridor");
    CHECK(fault_after([](instrument& rules) { rules.volatility_auction = {1}; }) == "none");
    CHECK(fault_after([](instrument& rules) { rules.reopening_auction = {-1}; }) ==
          "the length of a reopening auction must be 0 (none is held) or more");
}

TEST_CASE("a book holds 1 to 2^22 orders") {
    const std::string fault = "the largest number of live orders must be 1 to 2^22 (4194304)";
    CHECK(fault_after([](instrument& rules) { rules.max_orders = 0; }) == fault);
    CHECK(fault_after([](instrument& rules) { rules.max_orders = (1U << 22) + 1; }) == fault);
    CHECK(fault_after([](instrument& rules) { rules.max_orders = 1; }) == "none");
}

}  // namespace
}  // namespace bourse
