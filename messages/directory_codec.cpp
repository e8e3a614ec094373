#include "messages/directory_codec.hpp"

#include "messages/known_numbers.hpp"
#include "messages/listing_record.hpp"
#include "messages/message_frame.hpp"
#include "messages/schema/directory.capnp.h"

namespace bourse {

template <>
inline constexpr known_numbers numbers_of<record_state>{
    "a state of a record", {{{0, detail::last_of(record_state_count)}}}};
template <>
inline constexpr known_numbers numbers_of<user_role>{"a role of a user",
                                                     {{{0, detail::last_of(user_role_count)}}}};

namespace {

// --- Text -----------------------------------------------------------------------------------------

/// A text ends with a zero; an empty one is not written.
std::size_t text_words(std::string_view text) {
    constexpr std::size_t word = 8;
    return text.empty() ? 0 : text.size() / word + 1;
}

capnp::Text::Reader as_text(const std::string& text) {
    return {text.c_str(), text.size()};
}

std::string read_text(capnp::Text::Reader from) {
    return {from.begin(), from.size()};
}

// --- Currencies -----------------------------------------------------------------------------------

void write(const currency_record& from, schema::CurrencyRecord::Builder to) {
    to.setVersion(currency_record_version);
    to.setDecimals(from.decimals);
    to.setId(from.id.value);
}

currency_record read_version_1(schema::CurrencyRecord::Reader from, const record_path&,
                               record_faults&) {
    return {.name = {}, .id = {from.getId()}, .decimals = from.getDecimals()};
}

// --- Instruments ----------------------------------------------------------------------------------

void write(const instrument_record& from, schema::InstrumentRecord::Builder to) {
    to.setVersion(instrument_record_version);
    to.setState(static_cast<schema::RecordState>(from.state));
    to.setTickPlaces(from.tick.places);
    to.setLotPlaces(from.lot.places);
    to.setTickDigits(from.tick.digits);
    to.setLotDigits(from.lot.digits);
    if (!from.currency.empty()) {
        to.setCurrency(as_text(from.currency));
    }
    if (!from.description.empty()) {
        to.setDescription(as_text(from.description));
    }
    write_listing(from.terms, to.initTerms());
}

instrument_record read_version_1(schema::InstrumentRecord::Reader from, const record_path& at,
                                 record_faults& faults) {
    instrument_record to;
    if (!from.hasTerms()) {
        faults.add(errc::malformed, at.in("terms"), "the instrument has no terms");
        return to;
    }
    to.state = checked_enum<record_state>(from.getState(), at, "state", faults);
    to.currency = read_text(from.getCurrency());
    to.tick = {from.getTickDigits(), from.getTickPlaces()};
    to.lot = {from.getLotDigits(), from.getLotPlaces()};
    to.description = read_text(from.getDescription());
    to.terms = read_listing(from.getTerms(), at.in("terms"), faults);
    return to;
}

// --- Accounts -------------------------------------------------------------------------------------

void write(const account_record& from, schema::AccountRecord::Builder to) {
    to.setVersion(account_record_version);
    to.setState(static_cast<schema::RecordState>(from.state));
    to.setKind(static_cast<schema::AccountKind>(from.kind));
    to.setTier(from.tier);
    to.setHome(from.home.value);
    to.setId(from.id.value);
    to.setTradeGroup(from.trade_group.value);
    to.setRiskGroup(from.risk_group.value);
    to.setDepositsUntilNs(from.deposits_until.ns);
    if (from.deposits.empty()) {
        return;
    }
    auto deposits = to.initDeposits(static_cast<unsigned>(from.deposits.size()));
    for (unsigned i = 0; i < deposits.size(); ++i) {
        deposits[i].setAsset(from.deposits[i].asset.value);
        deposits[i].setAmount(from.deposits[i].amount);
    }
}

account_record read_version_1(schema::AccountRecord::Reader from, const record_path& at,
                              record_faults& faults) {
    account_record to;
    to.state = checked_enum<record_state>(from.getState(), at, "state", faults);
    to.id = {from.getId()};
    to.home = {from.getHome()};
    to.kind = checked_enum<account_kind>(from.getKind(), at, "kind", faults);
    to.tier = from.getTier();
    to.trade_group = {from.getTradeGroup()};
    to.risk_group = {from.getRiskGroup()};
    to.deposits_until = {from.getDepositsUntilNs()};
    const auto deposits = from.getDeposits();
    // Room is not made beforehand: a list of nothing can say that it is long.
    for (unsigned i = 0; i < deposits.size(); ++i) {
        if (i == max_opening_deposits) {
            faults.add(errc::over_bound, at.in("deposits"), "more than 64 deposits");
            break;
        }
        to.deposits.push_back(
            {.asset = {deposits[i].getAsset()}, .amount = deposits[i].getAmount()});
    }
    return to;
}

// --- Users ----------------------------------------------------------------------------------------

void write(const user_record& from, schema::UserRecord::Builder to) {
    to.setVersion(user_record_version);
    to.setRole(static_cast<schema::UserRole>(from.role));
    to.setRevoked(from.revoked);
    if (!from.accounts.empty()) {
        auto accounts = to.initAccounts(static_cast<unsigned>(from.accounts.size()));
        for (unsigned i = 0; i < accounts.size(); ++i) {
            accounts.set(i, from.accounts[i].value);
        }
    }
    if (from.keys.empty()) {
        return;
    }
    auto keys = to.initKeys(static_cast<unsigned>(from.keys.size()));
    for (unsigned i = 0; i < keys.size(); ++i) {
        if (!from.keys[i].id.empty()) {
            keys[i].setId(as_text(from.keys[i].id));
        }
        if (!from.keys[i].hash.empty()) {
            keys[i].setHash(as_text(from.keys[i].hash));
        }
    }
}

user_record read_version_1(schema::UserRecord::Reader from, const record_path& at,
                           record_faults& faults) {
    user_record to;
    to.role = checked_enum<user_role>(from.getRole(), at, "role", faults);
    to.revoked = from.getRevoked();
    const auto accounts = from.getAccounts();
    const auto keys = from.getKeys();
    if (accounts.size() > max_user_accounts) {
        faults.add(errc::over_bound, at.in("accounts"), "more than 256 accounts");
        return to;
    }
    if (keys.size() > max_user_keys) {
        faults.add(errc::over_bound, at.in("keys"), "more than 8 keys");
        return to;
    }
    for (const std::uint32_t each : accounts) {
        to.accounts.push_back({each});
    }
    for (const schema::KeyHash::Reader each : keys) {
        to.keys.push_back({.id = read_text(each.getId()), .hash = read_text(each.getHash())});
    }
    return to;
}

// --- Bytes ----------------------------------------------------------------------------------------

std::size_t words_beside(const currency_record&) {
    return 0;
}
std::size_t words_beside(const instrument_record& from) {
    return text_words(from.currency) + text_words(from.description) + listing_words(from.terms);
}
std::size_t words_beside(const account_record& from) {
    return from.deposits.empty()
               ? 0
               : list_tag + from.deposits.size() * capnp::sizeInWords<schema::OpeningDeposit>();
}
std::size_t words_beside(const user_record& from) {
    std::size_t words = (from.accounts.size() + 1) / 2;
    if (!from.keys.empty()) {
        words += list_tag + from.keys.size() * capnp::sizeInWords<schema::KeyHash>();
    }
    for (const key_hash& each : from.keys) {
        words += text_words(each.id) + text_words(each.hash);
    }
    return words;
}

template <typename Record, typename From>
void encode(const From& from, std::vector<std::byte>& out) {
    append_message<Record>(out, root_pointer + capnp::sizeInWords<Record>() + words_beside(from),
                           [&](typename Record::Builder to) { write(from, to); });
}

/// Each version that was ever written has its case, for ever; `newest` is that of the record.
template <typename Record>
auto decode_record(std::span<const std::byte> bytes, std::string_view name, std::uint16_t newest) {
    const auto read = [newest](
                          typename Record::Reader from, const record_path& at,
                          record_faults& faults) -> decltype(read_version_1(from, at, faults)) {
        switch (from.getVersion()) {
            case 1:
                return read_version_1(from, at, faults);
            default:
                faults.add_version(from.getVersion(), newest, at);
                return {};
        }
    };
    return read_message<Record>(bytes, name, read);
}

template <typename From>
std::string value_of(const From& from, void (*encode_it)(const From&, std::vector<std::byte>&)) {
    std::vector<std::byte> bytes;
    encode_it(from, bytes);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename Record>
result<Record> read(std::string_view key, std::string_view value,
                    bool (*is_name)(std::string_view) noexcept,
                    result<Record> (*decode_it)(std::span<const std::byte>)) {
    if (!is_name(key)) {
        return error{errc::out_of_range, "the key is no name for it"};
    }
    result<Record> decoded = decode_it(std::as_bytes(std::span(value)));
    if (!decoded) {
        return decoded;
    }
    if (const char* fault = find_fault(*decoded)) {
        return error{errc::out_of_range, fault};
    }
    decoded.value().name = key;
    return decoded;
}

}  // namespace

void encode_currency_record(const currency_record& from, std::vector<std::byte>& out) {
    encode<schema::CurrencyRecord>(from, out);
}
result<currency_record> decode_currency_record(std::span<const std::byte> bytes) {
    return decode_record<schema::CurrencyRecord>(bytes, "currencyRecord", currency_record_version);
}

void encode_instrument_record(const instrument_record& from, std::vector<std::byte>& out) {
    encode<schema::InstrumentRecord>(from, out);
}
result<instrument_record> decode_instrument_record(std::span<const std::byte> bytes) {
    return decode_record<schema::InstrumentRecord>(bytes, "instrumentRecord",
                                                   instrument_record_version);
}

void encode_account_record(const account_record& from, std::vector<std::byte>& out) {
    encode<schema::AccountRecord>(from, out);
}
result<account_record> decode_account_record(std::span<const std::byte> bytes) {
    return decode_record<schema::AccountRecord>(bytes, "accountRecord", account_record_version);
}

void encode_user_record(const user_record& from, std::vector<std::byte>& out) {
    encode<schema::UserRecord>(from, out);
}
result<user_record> decode_user_record(std::span<const std::byte> bytes) {
    return decode_record<schema::UserRecord>(bytes, "userRecord", user_record_version);
}

std::string record_value(const currency_record& from) {
    return value_of(from, encode_currency_record);
}
std::string record_value(const instrument_record& from) {
    return value_of(from, encode_instrument_record);
}
std::string record_value(const account_record& from) {
    return value_of(from, encode_account_record);
}
std::string record_value(const user_record& from) {
    return value_of(from, encode_user_record);
}

result<currency_record> read_currency_record(std::string_view key, std::string_view value) {
    return read(key, value, is_currency_name, decode_currency_record);
}
result<instrument_record> read_instrument_record(std::string_view key, std::string_view value) {
    return read(key, value, is_instrument_name, decode_instrument_record);
}
result<account_record> read_account_record(std::string_view key, std::string_view value) {
    return read(key, value, is_owner_name, decode_account_record);
}
result<user_record> read_user_record(std::string_view key, std::string_view value) {
    return read(key, value, is_owner_name, decode_user_record);
}

}  // namespace bourse
