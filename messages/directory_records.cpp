#include "messages/directory_records.hpp"

#include <algorithm>

namespace bourse {
namespace {

bool is_id(std::uint32_t id) noexcept {
    return id != 0 && id < asset_id::currency_bit;
}

bool is_step(const decimal& number) noexcept {
    return is_normal(number) && number.digits > 0;
}

template <class Character>
bool consists_of(std::string_view text, std::size_t least, std::size_t most,
                 Character is_right) noexcept {
    return text.size() >= least && text.size() <= most &&
           std::all_of(text.begin(), text.end(), is_right);
}

bool is_mark(char c) noexcept {
    return c == '.' || c == '_' || c == '-';
}

bool is_key(const key_hash& key) noexcept {
    return key.id.size() == key_id_digits &&
           std::all_of(key.id.begin(), key.id.end(),
                       [](char c) { return is_digit(c) || ('a' <= c && c <= 'f'); }) &&
           !key.hash.empty() && key.hash.size() <= max_key_hash &&
           key.hash.find('\0') == std::string::npos;
}

}  // namespace

const char* find_fault(const currency_record& record) noexcept {
    if (!is_id(record.id.value)) {
        return "the currency's number must be 1 to 0x7FFFFFFF";
    }
    if (record.decimals > max_decimal_places) {
        return "a currency must have 0 to 18 decimals";
    }
    return nullptr;
}

const char* find_fault(const instrument_record& record) noexcept {
    if (!is_step(record.tick) || !is_step(record.lot)) {
        return "tick and lot must be above zero, with 0 to 18 places and no trailing zeros";
    }
    if (!is_currency_name(record.currency)) {
        return "the currency's name must be 3 to 8 of A-Z and 0-9";
    }
    if (record.description.size() > max_description) {
        return "the description must be at most 256 bytes";
    }
    return find_fault(record.terms);
}

const char* find_fault(const account_record& record) noexcept {
    if (!is_id(record.id.value)) {
        return "the account's number must be 1 to 0x7FFFFFFF";
    }
    if (record.home.value == 0 || record.home.value > max_shard) {
        return "the account's shard must be 1 to 32,767";
    }
    if (record.tier >= fee_tiers) {
        return "the account's tier must be 0 to 7";
    }
    if (record.risk_group.value >= asset_id::currency_bit) {
        return "the account's risk group must be 0 (none) to 0x7FFFFFFF";
    }
    if (record.deposits.size() > max_opening_deposits) {
        return "an account must be opened with at most 64 deposits";
    }
    asset_id before{};
    for (const opening_deposit& each : record.deposits) {
        if (each.asset <= before || each.amount < 1) {
            return "opening deposits must be above zero, each of another asset, by rising asset";
        }
        before = each.asset;
    }
    if (record.deposits.empty() != (record.deposits_until == timestamp{})) {
        return "opening deposits, and only they, must have a last moment";
    }
    return nullptr;
}

const char* find_fault(const user_record& record) noexcept {
    if (record.accounts.size() > max_user_accounts) {
        return "a user must have at most 256 accounts";
    }
    account_id before{};
    for (const account_id each : record.accounts) {
        if (each <= before || !is_id(each.value)) {
            return "a user's accounts must be 1 to 0x7FFFFFFF, each once, rising";
        }
        before = each;
    }
    if (record.role == user_role::market_operator && !record.accounts.empty()) {
        return "an operator must have no accounts: it may act for all";
    }
    if (record.keys.size() > max_user_keys) {
        return "a user must have at most 8 keys";
    }
    for (std::size_t i = 0; i < record.keys.size(); ++i) {
        const auto before_it = record.keys.begin() + static_cast<std::ptrdiff_t>(i);
        if (!is_key(record.keys[i]) ||
            std::any_of(record.keys.begin(), before_it,
                        [&](const key_hash& other) { return other.id == record.keys[i].id; })) {
            return "a key must have an id of 8 lower-case hexadecimal digits that no other key of "
                   "the user has, and a hash of 1 to 127 bytes";
        }
    }
    return nullptr;
}

bool is_currency_name(std::string_view text) noexcept {
    return consists_of(text, 3, 8, [](char c) { return is_digit(c) || ('A' <= c && c <= 'Z'); });
}
bool is_instrument_name(std::string_view text) noexcept {
    return consists_of(text, 1, 16,
                       [](char c) { return is_digit(c) || is_mark(c) || ('A' <= c && c <= 'Z'); });
}
bool is_owner_name(std::string_view text) noexcept {
    return consists_of(text, 1, 32,
                       [](char c) { return is_digit(c) || is_mark(c) || ('a' <= c && c <= 'z'); });
}

}  // namespace bourse
