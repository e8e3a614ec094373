#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages/decimal.hpp"
#include "messages/ids.hpp"
#include "messages/listing.hpp"
#include "messages/shard_command.hpp"
#include "messages/timestamp.hpp"

/// What the directory knows by name: the values of the records that a shard holds (shard RULES 7), and
/// schema/directory.capnp as bytes. A record's key is its name, which the value does not repeat.
namespace bourse {

/// How far the act that makes a record has come. The numbers are stored: append only.
enum class record_state : std::uint8_t {
    begun = 0,  ///< the name and the id are taken; the shard may not know the thing yet
    ready = 1,  ///< all is done
};
inline constexpr std::uint8_t record_state_count = 2;

/// A currency: its name is a code, for example USD.
struct currency_record {
    std::string name;
    currency_id id{};
    std::uint8_t decimals = 2;  ///< places of its minor unit: 2 for cents; 0 to 18
    friend bool operator==(const currency_record&, const currency_record&) = default;
};

/// An instrument: its name is what it is traded under, for example AAPL.
struct instrument_record {
    std::string name;
    record_state state = record_state::begun;
    std::string currency;     ///< its name
    decimal tick{1, 2};       ///< what one tick of a price is, in the currency; above zero
    decimal lot{1, 0};        ///< what one lot is, in units of the instrument; above zero
    std::string description;  ///< for people, UTF-8; up to 256 bytes
    /// As the shard with its book lists it, symbol, currency and tick value included.
    listing terms{};
    friend bool operator==(const instrument_record&, const instrument_record&) = default;
};

/// Something that an account is given when it is opened.
struct opening_deposit {
    asset_id asset{};
    std::int64_t amount = 0;  ///< minor units or lots, above zero
    friend bool operator==(const opening_deposit&, const opening_deposit&) = default;
};

/// An account, by name.
struct account_record {
    std::string name;
    record_state state = record_state::begun;
    account_id id{};
    shard_id home{};  ///< the shard whose ledger has it
    account_kind kind = account_kind::cash;
    std::uint8_t tier = 0;  ///< of fees, 0 to 7
    trade_group_id trade_group{};
    risk_group_id risk_group{};
    std::vector<opening_deposit> deposits;  ///< by rising asset, each once; up to 64
    timestamp deposits_until{};  ///< their not-after (ledger RULES 3.2); none without deposits
    friend bool operator==(const account_record&, const account_record&) = default;
};

/// What a user may do. The numbers are stored and sent: append only.
enum class user_role : std::uint8_t {
    viewer = 0,           ///< reads its accounts and the market
    trader = 1,           ///< trades for its accounts, too
    market_operator = 2,  ///< everything, for every account
};
inline constexpr std::uint8_t user_role_count = 3;

/// A key as it is stored: it lets one check a secret, and not find it.
struct key_hash {
    std::string id;    ///< 8 lower-case hexadecimal digits
    std::string hash;  ///< argon2id in the form of libsodium's `crypto_pwhash_str`, up to 127 bytes
    friend bool operator==(const key_hash&, const key_hash&) = default;
};

/// A user, by name.
struct user_record {
    std::string name;
    user_role role = user_role::viewer;
    bool revoked = false;              ///< no key of it opens anything any more
    std::vector<account_id> accounts;  ///< rising; up to 256; none for an operator: it has all
    std::vector<key_hash> keys;        ///< those that count, the oldest first; up to 8
    friend bool operator==(const user_record&, const user_record&) = default;
};

inline constexpr std::size_t max_opening_deposits = 64;
inline constexpr std::size_t max_user_accounts = 256;
inline constexpr std::size_t max_user_keys = 8;
inline constexpr std::size_t key_id_digits = 8;
inline constexpr std::size_t max_key_hash = 127;     ///< bytes
inline constexpr std::size_t max_description = 256;  ///< bytes

/// The first thing wrong with a record as a sentence, or null when it can be used. Names are a question
/// apart (below).
[[nodiscard]] const char* find_fault(const currency_record& record) noexcept;
[[nodiscard]] const char* find_fault(const instrument_record& record) noexcept;
[[nodiscard]] const char* find_fault(const account_record& record) noexcept;
[[nodiscard]] const char* find_fault(const user_record& record) noexcept;

/// Whether a text may be the name of one: a currency's [A-Z0-9]{3,8}, an instrument's [A-Z0-9._-]{1,16}, an
/// account's or user's [a-z0-9._-]{1,32}.
[[nodiscard]] bool is_currency_name(std::string_view text) noexcept;
[[nodiscard]] bool is_instrument_name(std::string_view text) noexcept;
[[nodiscard]] bool is_owner_name(std::string_view text) noexcept;

}  // namespace bourse
