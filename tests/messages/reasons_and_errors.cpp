#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>
#include <type_traits>

#include "messages/event.hpp"
#include "messages/reason.hpp"
#include "messages/result.hpp"

namespace bourse {
namespace {

// The codes once more, with their numbers: a code that changes its number, or its text, is seen here.
// clang-format off: it indents every call further.
#define BOURSE_EVERY_REASON(code)                                                                  \
    code(none, 0) code(invalid_order_id, 1) code(duplicate_order_id, 2) code(unknown_order, 3)     \
        code(market_closed, 4) code(market_halted, 5) code(invalid_combination, 6) code(           \
            not_accepted_now, 7) code(invalid_quantity, 8) code(off_lot, 9)                        \
            code(below_min_quantity, 10) code(above_max_quantity, 11) code(off_tick, 12) code(     \
                outside_band, 13) code(invalid_display, 14) code(invalid_minimum, 15)              \
                code(invalid_offset, 16) code(invalid_expiry, 17) code(                            \
                    below_min_notional, 18) code(above_max_notional, 19) code(invalid_group, 20)   \
                    code(no_reference_price, 21) code(book_full, 22) code(hidden_full, 23) code(   \
                        trailing_full, 24) code(not_replaceable, 25) code(below_filled, 26)        \
                        code(would_take, 27) code(requested, 40) code(mass_cancelled, 41) code(    \
                            unfilled, 42) code(expired, 43)                                        \
                            code(self_trade, 44) code(group, 45) code(volatility, 46) code(        \
                                auction_ended, 47) code(invalid_state, 60)                         \
                                code(operator_request, 61) code(timer, 62)                         \
                                    code(unknown_account, 100) code(account_exists, 101) code(     \
                                        too_late, 102) code(not_after_too_far, 103)                \
                                        code(too_many_client_ids, 104) code(                       \
                                            account_blocked,                                       \
                                            105) code(unknown_symbol,                              \
                                                      106) code(invalid_request, 107)              \
                                            code(unknown_lease, 108) code(overloaded, 109) code(   \
                                                too_many_pending,                                  \
                                                110) code(amount_too_large,                        \
                                                          111) code(order_too_large, 112)          \
                                                code(order_value_too_large, 113) code(             \
                                                    too_many_open_orders,                          \
                                                    114) code(position_too_large,                  \
                                                              115) code(turnover_too_large, 116)   \
                                                    code(fat_finger, 117) code(                    \
                                                        would_increase,                            \
                                                        118) code(insufficient_holdings, 119)      \
                                                        code(insufficient_funds, 120) code(        \
                                                            open_orders_exist,                     \
                                                            121) code(symbol_exists, 122)          \
                                                            code(too_many_accounts, 123) code(     \
                                                                too_many_instruments,              \
                                                                124) code(too_many_leases,         \
                                                                          125) code(not_here, 126) \
                                                                code(market_wide_halt, 127) code(  \
                                                                    unsupported_rules,             \
                                                                    128) code(record_conflict,     \
                                                                              129)                 \
                                                                    code(too_many_records, 130)    \
                                                                        code(killed, 140) code(    \
                                                                            disconnected, 141)     \
                                                                            code(reduce_only, 142)
// clang-format on

TEST_CASE("every reason keeps its number and is written as its name") {
#define CHECK_REASON(name, number)                          \
    CHECK(static_cast<unsigned>(reason::name) == (number)); \
    CHECK(to_string(reason::name) == #name);
    BOURSE_EVERY_REASON(CHECK_REASON)
#undef CHECK_REASON
}

TEST_CASE("no two reasons are written alike, and no other number is written as one") {
    std::set<std::string_view> names;
    unsigned known = 0;
    for (unsigned number = 0; number < 256; ++number) {
        const std::string_view name = to_string(static_cast<reason>(number));
        if (name != "unknown_reason") {
            ++known;
            CHECK(names.insert(name).second);
        }
    }
#define COUNT_REASON(name, number) +1
    CHECK(known == 0 BOURSE_EVERY_REASON(COUNT_REASON));
#undef COUNT_REASON
}

TEST_CASE("an event is 64 bytes, aligned to them and copied as it is") {
    CHECK(sizeof(event) == 64);
    CHECK(alignof(event) == 64);
    CHECK(std::is_trivially_copyable_v<event>);
    // No padding: equal events have equal bytes.
    CHECK(std::has_unique_object_representations_v<event>);
}

TEST_CASE("the number of a state change holds both states and the auction kind") {
    CHECK(state_number(market_state::auction, auction_kind::volatility, market_state::open) ==
          0x03'04'02);
    CHECK(state_number(market_state::closed, auction_kind::none, market_state::closed) == 0);
}

TEST_CASE("every error code has a name of its own") {
    CHECK(to_string(errc::malformed) == "malformed");
    CHECK(to_string(errc::unsupported_version) == "unsupported_version");
    CHECK(to_string(errc::out_of_range) == "out_of_range");
    CHECK(to_string(errc::unreadable) == "unreadable");
    CHECK(to_string(errc::unwritable) == "unwritable");
    CHECK(to_string(errc::storage_full) == "storage_full");
    CHECK(to_string(errc::locked) == "locked");
    CHECK(to_string(errc::corrupt) == "corrupt");
    CHECK(to_string(errc::foreign) == "foreign");
    CHECK(to_string(errc::not_kept) == "not_kept");
    CHECK(to_string(errc::over_bound) == "over_bound");
    CHECK(to_string(errc::overloaded) == "overloaded");
    CHECK(to_string(errc::exists) == "exists");
    CHECK(to_string(errc::unknown) == "unknown");
    CHECK(to_string(errc::refused) == "refused");
    CHECK(to_string(static_cast<errc>(0)) == "unknown_error");
}

TEST_CASE("a result holds a value or an error") {
    const result<int> good = 7;
    CHECK(good.has_value());
    CHECK(static_cast<bool>(good));
    CHECK(good.value() == 7);
    CHECK(*good == 7);

    const result<int> bad = error{errc::malformed, "no"};
    CHECK_FALSE(bad.has_value());
    CHECK(bad.error() == error{errc::malformed, "no"});
}

TEST_CASE("a value can be changed in a result, and moved out of it") {
    result<std::unique_ptr<int>> owned = std::make_unique<int>(8);
    const std::unique_ptr<int> taken = std::move(owned).value();
    CHECK(*taken == 8);

    result<std::string> text = std::string("abc");
    text->append("d");
    CHECK(text->size() == 4);
    CHECK(*std::move(text) == "abcd");
}

}  // namespace
}  // namespace bourse
