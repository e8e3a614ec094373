// Exact decimal numbers.

#include <doctest/doctest.h>

#include <string>

#include "messages/decimal.hpp"

namespace bourse {
namespace {

std::string said(std::string_view text) {
    const auto read = parse_decimal(text);
    return read ? "read" : std::string(to_string(read.error().code)) + ": " + read.error().what;
}

TEST_CASE("a decimal number is read exactly, without trailing zeros") {
    CHECK(*parse_decimal("585.33") == decimal{58'533, 2});
    CHECK(*parse_decimal("585.330") == decimal{58'533, 2});
    CHECK(*parse_decimal("0.01") == decimal{1, 2});
    CHECK(*parse_decimal("100") == decimal{100, 0});
    CHECK(*parse_decimal("100.00") == decimal{100, 0});
    CHECK(*parse_decimal("0") == decimal{0, 0});
    CHECK(*parse_decimal("-0.50") == decimal{-5, 1});
    CHECK(*parse_decimal("007") == decimal{7, 0});
    CHECK(*parse_decimal("0.000000000000000001") == decimal{1, 18});
    CHECK(*parse_decimal("9223372036854775807") == decimal{INT64_MAX, 0});
    CHECK(*parse_decimal("-9223372036854775808") == decimal{INT64_MIN, 0});
    CHECK(*parse_decimal("-9.223372036854775808") == decimal{INT64_MIN, 18});
}

TEST_CASE("what is no decimal number is refused with a sentence that quotes it") {
    for (const char* text : {"", "-", ".", "1.", ".5", "+1", "1e3", " 1", "1 ", "1,000", "0x10",
                             "1.2.3", "--1", "1-", "nan", "½"}) {
        CAPTURE(text);
        CHECK(said(text).starts_with("malformed: '"));
        CHECK(said(text).ends_with("is not a decimal number: write digits and a point, as 585.33"));
    }
    CHECK(said("0.0000000000000000001") ==
          "out_of_range: '0.0000000000000000001' has more than 18 decimals");
    CHECK(said("9223372036854775808") ==
          "out_of_range: '9223372036854775808' has more digits than fit into 64 bits");
    CHECK(said("10.000000000000000001").starts_with("out_of_range"));
    CHECK(said(std::string(100'000, '9')).size() < 200);
}

TEST_CASE("a decimal number is written as it is read") {
    for (const char* text : {"585.33", "0.01", "100", "0", "-0.5", "-100", "0.000000000000000001",
                             "-9223372036854775808", "-9.223372036854775808"}) {
        CHECK(to_text(*parse_decimal(text)) == text);
    }
    CHECK(fixed_text(58'530, 2) == "585.30");
    CHECK(fixed_text(5, 2) == "0.05");
    CHECK(fixed_text(-5, 2) == "-0.05");
    CHECK(fixed_text(0, 2) == "0.00");
    CHECK(fixed_text(0, 0) == "0");
    CHECK(fixed_text(-120, 0) == "-120");
    CHECK(fixed_text(wide_int{1} << 126, 36) == "85.070591730234615865843651857942052864");
}

TEST_CASE("a number with a trailing zero behind its point, or too many places, is not normal") {
    CHECK(is_normal({0, 0}));
    CHECK(is_normal({100, 0}));
    CHECK(is_normal({1, 18}));
    CHECK_FALSE(is_normal({10, 1}));
    CHECK_FALSE(is_normal({0, 1}));
    CHECK_FALSE(is_normal({1, 19}));
}

}  // namespace
}  // namespace bourse
