#include "messages/numbers.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "messages/timestamp.hpp"

namespace bourse {
namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

TEST_CASE("narrow takes exactly what fits into 64 bits") {
    CHECK(narrow(wide_int{highest}) == highest);
    CHECK(narrow(wide_int{lowest}) == lowest);
    CHECK(narrow(0) == 0);
    CHECK_FALSE(narrow(wide_int{highest} + 1).has_value());
    CHECK_FALSE(narrow(wide_int{lowest} - 1).has_value());
    CHECK_FALSE(narrow(wide_int{1} << 64).has_value());  // whose lower 64 bits are zero
}

TEST_CASE("saturate stays at the limits of 64 bits") {
    CHECK(saturate(wide_int{highest}) == highest);
    CHECK(saturate(wide_int{highest} + 1) == highest);
    CHECK(saturate(wide_int{lowest}) == lowest);
    CHECK(saturate(wide_int{lowest} - 1) == lowest);
    CHECK(saturate(wide_int{1} << 100) == highest);
    CHECK(saturate(-(wide_int{1} << 100)) == lowest);
    CHECK(saturate(-7) == -7);
}

TEST_CASE("money is added and subtracted exactly or not at all") {
    CHECK(checked_add({highest - 1}, {1}) == money{highest});
    CHECK_FALSE(checked_add({highest}, {1}).has_value());
    CHECK(checked_add({lowest + 1}, {-1}) == money{lowest});
    CHECK_FALSE(checked_add({lowest}, {-1}).has_value());
    CHECK(checked_add({highest}, {lowest}) == money{-1});

    CHECK(checked_subtract({lowest + 1}, {1}) == money{lowest});
    CHECK_FALSE(checked_subtract({lowest}, {1}).has_value());
    CHECK(checked_subtract({-1}, {lowest}) == money{highest});
    CHECK_FALSE(checked_subtract({0}, {lowest}).has_value());
}

TEST_CASE("prices move by an offset and stay at the limits of 64 bits") {
    CHECK(saturating_add({highest - 1}, 1) == price{highest});
    CHECK(saturating_add({highest}, 1) == price{highest});
    CHECK(saturating_add({lowest}, -1) == price{lowest});
    CHECK(saturating_add({lowest}, highest) == price{-1});
    CHECK(saturating_subtract({lowest + 1}, 1) == price{lowest});
    CHECK(saturating_subtract({lowest}, 1) == price{lowest});
    CHECK(saturating_subtract({0}, lowest) == price{highest});
    CHECK(saturating_subtract({-1}, lowest) == price{highest});
}

TEST_CASE("a notional is exact over the whole range of prices and quantities") {
    CHECK((notional({lowest}, {lowest}) == wide_int{1} << 126));
    CHECK((notional({highest}, {lowest}) == -(wide_int{1} << 126) + (wide_int{1} << 63)));
    CHECK((notional({-3}, {10}) == -30));
}

TEST_CASE("a value is exact up to the last minor unit, and nothing beyond") {
    CHECK(checked_value({10'150}, {300}, 2) == money{6'090'000});
    CHECK(checked_value({-3}, {10}, 5) == money{-150});
    CHECK(checked_value({3}, {10}, -5) == money{-150});
    CHECK(checked_value({lowest}, {lowest}, 0) == money{0});

    CHECK(checked_value({highest}, {1}, 1) == money{highest});
    CHECK(checked_value({lowest}, {1}, 1) == money{lowest});
    CHECK_FALSE(checked_value({lowest}, {-1}, 1).has_value());
    CHECK(checked_value({highest}, {1}, -1) == money{-highest});
    CHECK_FALSE(checked_value({lowest}, {1}, -1).has_value());
    CHECK(checked_value({1}, {1}, lowest) == money{lowest});
    CHECK_FALSE(checked_value({-1}, {1}, lowest).has_value());

    // 2^62 × 2 is one too many above zero, and just fits below.
    CHECK_FALSE(checked_value({std::int64_t{1} << 62}, {1}, 2).has_value());
    CHECK(checked_value({-(std::int64_t{1} << 62)}, {1}, 2) == money{lowest});
    CHECK(checked_value({std::int64_t{1} << 62}, {1}, -2) == money{lowest});
}

TEST_CASE("a value that leaves 128 bits is nothing, not what is left of it") {
    // 2^126 × 2^62 = 2^188, whose lower 128 bits are zero.
    CHECK_FALSE(checked_value({lowest}, {lowest}, std::int64_t{1} << 62).has_value());
    CHECK_FALSE(checked_value({lowest}, {lowest}, lowest).has_value());
    CHECK_FALSE(checked_value({highest}, {lowest}, highest).has_value());
    CHECK_FALSE(checked_value({highest}, {highest}, 1).has_value());
}

TEST_CASE("no sum over a book leaves 64 bits") {
    // The largest quantity, times as many orders as a book may hold.
    CHECK(narrow(wide_int{max_order_lots.lots} << 22).has_value());
}

TEST_CASE("quantities add and subtract") {
    quantity lots{5};
    lots += {3};
    CHECK(lots == quantity{8});
    lots -= {10};
    CHECK(lots == quantity{-2});
    CHECK(quantity{1} + quantity{2} == quantity{3});
    CHECK(quantity{1} - quantity{2} == quantity{-1});
    CHECK(quantity{1} < quantity{2});
}

TEST_CASE("a time that would leave 64 bits stays at the last moment") {
    CHECK(timestamp{5} + duration{7} == timestamp{12});
    CHECK(timestamp{highest} + duration{1} == timestamp{highest});
    CHECK(timestamp{highest - 1} + duration{1} == timestamp{highest});
    CHECK(timestamp{5} + duration{-7} == timestamp{-2});
}

}  // namespace
}  // namespace bourse
