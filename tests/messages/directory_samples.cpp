#include "directory_samples.hpp"

#include <string>

#include "shard_samples.hpp"

namespace bourse::samples {

currency_record distinct_currency_record() {
    return {.name = {}, .id = {0x01020304}, .decimals = 8};
}

instrument_record distinct_instrument_record() {
    return {.name = {},
            .state = record_state::ready,
            .currency = "USDT",
            .tick = {.digits = 0x0102030405060708, .places = 7},
            .lot = {.digits = 0x1112131415161718, .places = 18},
            .description = "what is exactly 8 × n or not",
            .terms = distinct_listing()};
}

account_record distinct_account_record() {
    return {.name = {},
            .state = record_state::ready,
            .id = {0x01020304},
            .home = {0x7ffe},
            .kind = account_kind::house,
            .tier = 7,
            .trade_group = {43},
            .risk_group = {44},
            .deposits = {{.asset = {5}, .amount = 6}, {.asset = {0x800003d2}, .amount = 7}},
            .deposits_until = {1'767'258'000'000'000'009}};
}

user_record distinct_user_record() {
    return {.name = {},
            .role = user_role::trader,
            .revoked = true,
            .accounts = {{1}, {0x01020304}, {0x7fffffff}},
            .keys = {{.id = "5f0c19ab", .hash = "$argon2id$v=19$m=65536,t=2,p=1$a$b"},
                     {.id = "00000000", .hash = "1234567"}}};
}

namespace {

std::string random_text(random_records& random, std::size_t below) {
    std::string text(random.below(below), ' ');
    for (char& each : text) {
        each = static_cast<char>(random.integer<std::uint8_t>());
    }
    return text;
}

template <typename E>
E one_of(random_records& random, unsigned count) {
    return static_cast<E>(random.below(count));
}

}  // namespace

currency_record random_currency_record(random_records& random) {
    return {.name = {},
            .id = {random.integer<std::uint32_t>()},
            .decimals = random.integer<std::uint8_t>()};
}

instrument_record random_instrument_record(random_records& random) {
    return {
        .name = {},
        .state = one_of<record_state>(random, record_state_count),
        .currency = random_text(random, 20),
        .tick = {.digits = random.integer<std::int64_t>(),
                 .places = random.integer<std::uint8_t>()},
        .lot = {.digits = random.integer<std::int64_t>(), .places = random.integer<std::uint8_t>()},
        .description = random_text(random, 300),
        .terms = random_listing(random)};
}

account_record random_account_record(random_records& random) {
    account_record record{.name = {},
                          .state = one_of<record_state>(random, record_state_count),
                          .id = {random.integer<std::uint32_t>()},
                          .home = {random.integer<std::uint16_t>()},
                          .kind = one_of<account_kind>(random, account_kind_count),
                          .tier = random.integer<std::uint8_t>(),
                          .trade_group = {random.integer<std::uint32_t>()},
                          .risk_group = {random.integer<std::uint32_t>()},
                          .deposits = {},
                          .deposits_until = {random.integer<std::int64_t>()}};
    record.deposits.resize(random.below(max_opening_deposits + 1));
    for (opening_deposit& each : record.deposits) {
        each = {.asset = {random.integer<std::uint32_t>()},
                .amount = random.integer<std::int64_t>()};
    }
    return record;
}

user_record random_user_record(random_records& random) {
    user_record record{.name = {},
                       .role = one_of<user_role>(random, user_role_count),
                       .revoked = random.coin(),
                       .accounts = {},
                       .keys = {}};
    record.accounts.resize(random.below(random.coin() ? 6 : max_user_accounts + 1));
    for (account_id& each : record.accounts) {
        each = {random.integer<std::uint32_t>()};
    }
    record.keys.resize(random.below(max_user_keys + 1));
    for (key_hash& each : record.keys) {
        each = {.id = random_text(random, 20), .hash = random_text(random, 140)};
    }
    return record;
}

}  // namespace bourse::samples
