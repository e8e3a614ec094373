// What is particular to the records of the directory: their examples, their faults, their names.

#include "messages/directory_records.hpp"

#include <doctest/doctest.h>

#include <string>

#include "changed_sample.hpp"
#include "messages/directory_codec.hpp"
#include "messages/schema/directory.capnp.h"

namespace bourse {
namespace {

instrument_record good_instrument() {
    instrument_record record{.name = "AAPL", .currency = "USD", .description = {}, .terms = {}};
    record.terms.rules.symbol = {1};
    record.terms.currency = {1};
    record.terms.book_shard = {1};
    return record;
}
account_record good_account() {
    return {.name = "alice", .id = {1}, .home = {1}, .deposits = {}};
}
user_record good_user() {
    return {.name = "bob",
            .role = user_role::trader,
            .accounts = {{1}, {2}},
            .keys = {{.id = "5f0c19ab", .hash = "h"}}};
}

template <typename Record, typename Change>
bool is_fault(Record record, Change change) {
    change(record);
    return find_fault(record) != nullptr;
}

TEST_CASE("the examples of directory.capnp mean what their comments say, and can be used") {
    const auto currency =
        decode_currency_record(example<schema::CurrencyRecord>(schema::EXAMPLE_CURRENCY));
    REQUIRE_MESSAGE(currency.has_value(), currency.error().what);
    CHECK(*currency == currency_record{.name = {}, .id = {1}, .decimals = 2});
    CHECK(find_fault(*currency) == nullptr);
    const auto instrument =
        decode_instrument_record(example<schema::InstrumentRecord>(schema::EXAMPLE_INSTRUMENT));
    REQUIRE_MESSAGE(instrument.has_value(), instrument.error().what);
    CHECK(instrument->tick == decimal{1, 2});
    CHECK(instrument->lot == decimal{1, 0});
    CHECK(find_fault(*instrument) == nullptr);
    const auto account =
        decode_account_record(example<schema::AccountRecord>(schema::EXAMPLE_ACCOUNT));
    REQUIRE_MESSAGE(account.has_value(), account.error().what);
    CHECK(account->deposits.front() ==
          opening_deposit{.asset = asset_of(currency_id{1}), .amount = 10'000'000});
    CHECK(find_fault(*account) == nullptr);
    const auto user = decode_user_record(example<schema::UserRecord>(schema::EXAMPLE_USER));
    REQUIRE_MESSAGE(user.has_value(), user.error().what);
    CHECK(user->accounts == std::vector<account_id>{{1}});
    CHECK(find_fault(*user) == nullptr);
}

TEST_CASE("numbers that the directory's enumerations do not know are refused by place and range") {
    check_refused<schema::InstrumentRecord>(
        errc::out_of_range,
        {{[](auto record) { record.setState(static_cast<schema::RecordState>(2)); },
          "instrumentRecord.state: 2 is not a state of a record (0..1)"}});
    check_refused<schema::AccountRecord>(
        errc::out_of_range,
        {{[](auto record) { record.setState(static_cast<schema::RecordState>(9)); },
          "accountRecord.state: 9 is not a state of a record (0..1)"},
         {[](auto record) { record.setKind(static_cast<schema::AccountKind>(2)); },
          "accountRecord.kind: 2 is not an account kind (0..1)"}});
    check_refused<schema::UserRecord>(
        errc::out_of_range, {{[](auto record) { record.setRole(static_cast<schema::UserRole>(3)); },
                              "userRecord.role: 3 is not a role of a user (0..2)"}});
}

TEST_CASE("records of the directory without their main part, or with too much of it, are refused") {
    check_refused<schema::InstrumentRecord>(errc::malformed,
                                            {{[](auto record) { record.disownTerms(); },
                                              "instrumentRecord.terms: the instrument has no "
                                              "terms"}});
    check_refused<schema::AccountRecord>(errc::over_bound,
                                         {{[](auto record) { record.initDeposits(65); },
                                           "accountRecord.deposits: more than 64 deposits"}});
    check_refused<schema::UserRecord>(
        errc::over_bound,
        {{[](auto record) { record.initAccounts(257); },
          "userRecord.accounts: more than 256 accounts"},
         {[](auto record) { record.initKeys(9); }, "userRecord.keys: more than 8 keys"}});
}

TEST_CASE("the largest user fits into a record's value") {
    user_record user = good_user();
    user.accounts.clear();
    for (std::uint32_t i = 0; i < max_user_accounts; ++i) {
        user.accounts.push_back({0x7FFFFF00U + i - 1});
    }
    user.keys.clear();
    for (std::size_t i = 0; i < max_user_keys; ++i) {
        user.keys.push_back(
            {.id = "0000000" + std::to_string(i), .hash = std::string(max_key_hash, 'h')});
    }
    CHECK(find_fault(user) == nullptr);
    CHECK(record_value(user).size() <= max_record_value);
    account_record account = good_account();
    for (std::uint32_t i = 1; i <= max_opening_deposits; ++i) {
        account.deposits.push_back({.asset = {i}, .amount = 1});
    }
    account.deposits_until = {1};
    CHECK(find_fault(account) == nullptr);
    CHECK(record_value(account).size() <= max_record_value);
}

TEST_CASE("a currency or instrument that cannot be used has a fault") {
    const currency_record dollar{.name = "USD", .id = {1}, .decimals = 2};
    CHECK(find_fault(dollar) == nullptr);
    CHECK(is_fault(dollar, [](auto& r) { r.id = {0}; }));
    CHECK(is_fault(dollar, [](auto& r) { r.id = {0x80000000U}; }));
    CHECK_FALSE(is_fault(dollar, [](auto& r) { r.decimals = 18; }));
    CHECK(is_fault(dollar, [](auto& r) { r.decimals = 19; }));
    CHECK(find_fault(good_instrument()) == nullptr);
    CHECK(is_fault(good_instrument(), [](auto& r) { r.tick = {0, 0}; }));
    CHECK(is_fault(good_instrument(), [](auto& r) { r.tick = {-1, 0}; }));
    CHECK(is_fault(good_instrument(), [](auto& r) { r.tick = {10, 1}; }));
    CHECK(is_fault(good_instrument(), [](auto& r) { r.lot = {1, 19}; }));
    CHECK(is_fault(good_instrument(), [](auto& r) { r.currency = "us"; }));
    CHECK(is_fault(good_instrument(), [](auto& r) { r.description.assign(257, 'd'); }));
    CHECK(is_fault(good_instrument(), [](auto& r) { r.terms.rules.symbol = {}; }));
}

TEST_CASE("an account or user that cannot be used has a fault") {
    CHECK(find_fault(good_account()) == nullptr);
    CHECK(is_fault(good_account(), [](auto& r) { r.id = {0}; }));
    CHECK(is_fault(good_account(), [](auto& r) { r.id = {0x80000000U}; }));
    CHECK(is_fault(good_account(), [](auto& r) { r.home = {0}; }));
    CHECK(is_fault(good_account(), [](auto& r) { r.home = {32'768}; }));
    CHECK(is_fault(good_account(), [](auto& r) { r.tier = 8; }));
    CHECK(is_fault(good_account(), [](auto& r) { r.risk_group = {0x80000000U}; }));
    CHECK(is_fault(good_account(), [](auto& r) { r.deposits_until = {1}; }));
    CHECK(is_fault(good_account(), [](auto& r) { r.deposits = {{{5}, 1}}; }));
    const auto deposits = [](std::vector<opening_deposit> all) {
        return is_fault(good_account(), [&](auto& r) {
            r.deposits = all;
            r.deposits_until = {1};
        });
    };
    CHECK_FALSE(deposits({{{5}, 1}, {{6}, 1}}));
    CHECK(deposits({{{5}, 1}, {{5}, 1}}));
    CHECK(deposits({{{0}, 1}}));
    CHECK(deposits({{{5}, 0}}));
    CHECK(find_fault(good_user()) == nullptr);
    CHECK(is_fault(good_user(), [](auto& r) { r.accounts = {{2}, {1}}; }));
    CHECK(is_fault(good_user(), [](auto& r) { r.accounts = {{2}, {2}}; }));
    CHECK(is_fault(good_user(), [](auto& r) { r.accounts = {{0}}; }));
    CHECK(is_fault(good_user(), [](auto& r) { r.accounts = {{0x80000000U}}; }));
    CHECK(is_fault(good_user(), [](auto& r) { r.role = user_role::market_operator; }));
    CHECK(is_fault(good_user(), [](auto& r) { r.keys[0].id = "5F0C19AB"; }));
    CHECK(is_fault(good_user(), [](auto& r) { r.keys[0].id = "5f0c19a"; }));
    CHECK(is_fault(good_user(), [](auto& r) { r.keys[0].hash.clear(); }));
    CHECK(is_fault(good_user(), [](auto& r) { r.keys[0].hash.assign(128, 'h'); }));
    CHECK(is_fault(good_user(), [](auto& r) { r.keys.push_back(r.keys[0]); }));
}

TEST_CASE("a name has the characters and length of its table") {
    CHECK(is_currency_name("USD"));
    CHECK(is_currency_name("USDT2025"));
    CHECK_FALSE(is_currency_name("US"));
    CHECK_FALSE(is_currency_name("USDT20250"));
    CHECK_FALSE(is_currency_name("usd"));
    CHECK(is_instrument_name("A"));
    CHECK(is_instrument_name("BRK.B-2026_09.XX"));
    CHECK_FALSE(is_instrument_name(""));
    CHECK_FALSE(is_instrument_name("BRK.B-2026_09.XXX"));
    CHECK_FALSE(is_instrument_name("aapl"));
    CHECK_FALSE(is_instrument_name("A B"));
    CHECK(is_owner_name("a"));
    CHECK(is_owner_name(std::string(32, 'z')));
    CHECK_FALSE(is_owner_name(std::string(33, 'z')));
    CHECK_FALSE(is_owner_name("Alice"));
    CHECK_FALSE(is_owner_name("a/b"));
    CHECK_FALSE(is_owner_name(std::string_view("a\0b", 3)));
}

TEST_CASE("a record is read with the name that is its key, if that can be one") {
    const std::string value = record_value(good_user());
    const auto read = read_user_record("bob", value);
    REQUIRE(read.has_value());
    CHECK(*read == good_user());
    CHECK(read_user_record("Bob", value).error().what == "the key is no name for it");
    user_record faulty = good_user();
    faulty.keys[0].id = "x";
    CHECK(read_user_record("bob", record_value(faulty)).error().code == errc::out_of_range);
    CHECK(read_user_record("bob", "12345678").error().code == errc::malformed);
    CHECK(read_user_record("bob", "").error().code == errc::malformed);
}

}  // namespace
}  // namespace bourse
