#include "actors/directory/directory.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "actors/directory/named_records.hpp"
#include "actors/shard/shard.hpp"
#include "messages/directory_codec.hpp"

namespace bourse {

struct directory::tables {
    named_records<currency_record> currencies;
    named_records<instrument_record> instruments;
    named_records<account_record> accounts;
    named_records<user_record> users;
    std::map<std::pair<record_table, std::string>, std::string> unread;  ///< why

    void take(record_table table, const std::string& key, const record_row* row);

private:
    template <class Record>
    void take(named_records<Record>& to, const record_row& row,
              result<Record> (*read)(std::string_view, std::string_view));
    void erase(record_table table, std::string_view key);
};

// --- Keeping in step ----------------------------------------------------------------------------

template <class Record>
void directory::tables::take(named_records<Record>& to, const record_row& row,
                             result<Record> (*read)(std::string_view, std::string_view)) {
    result<Record> record = read(row.key, row.value);
    if (record) {
        to.put(row.key, *std::move(record), row.revision);
    } else {
        unread[{row.table, row.key}] = record.error().what;
    }
}

void directory::tables::erase(record_table table, std::string_view key) {
    switch (table) {
        case record_table::currencies:
            return currencies.erase(key);
        case record_table::instruments:
            return instruments.erase(key);
        case record_table::accounts:
            return accounts.erase(key);
        case record_table::users:
            return users.erase(key);
    }
}

// Null: there is none any more.
void directory::tables::take(record_table table, const std::string& key, const record_row* row) {
    erase(table, key);
    unread.erase({table, key});
    if (row == nullptr) {
        return;
    }
    switch (table) {
        case record_table::currencies:
            return take(currencies, *row, read_currency_record);
        case record_table::instruments:
            return take(instruments, *row, read_instrument_record);
        case record_table::accounts:
            return take(accounts, *row, read_account_record);
        case record_table::users:
            return take(users, *row, read_user_record);
    }
}

directory::directory(const shard& from)
    : tables_(std::make_unique<tables>()),
      home_(from.settings().id),
      horizon_(from.settings().horizon),
      index_(from.index()) {
    constexpr std::size_t at_once = 1'024;
    for (std::uint8_t number = 1; number <= last_record_table; ++number) {
        const auto table = static_cast<record_table>(number);
        std::vector<record_row> some = from.records(table, {}, at_once);
        while (!some.empty()) {
            for (const record_row& row : some) {
                tables_->take(table, row.key, &row);
            }
            some = from.records(table, some.back().key, at_once);
        }
    }
}

directory::~directory() = default;
directory::directory(directory&&) noexcept = default;
directory& directory::operator=(directory&&) noexcept = default;

// Whether a write was done is for the shard to say: what it has now is taken over.
bool directory::follow(const entry& applied, const shard& from) {
    bool changed = false;
    for (const shard_command& each : applied.commands) {
        const auto* put = std::get_if<put_record>(&each);
        if (put == nullptr) {
            continue;
        }
        const std::string& key = put->what->key;
        tables_->take(put->table, key, from.record(put->table, key));
        changed = true;
    }
    index_ = std::max(index_, applied.index);
    return changed;
}

// --- Lookup -------------------------------------------------------------------------------------

const currency_record* directory::find_currency(std::string_view name) const {
    return tables_->currencies.find_ready(name);
}
const currency_record* directory::currency(currency_id id) const {
    return tables_->currencies.find_ready(id.value);
}
const instrument_record* directory::find_instrument(std::string_view name) const {
    return tables_->instruments.find_ready(name);
}
const instrument_record* directory::instrument(symbol_id symbol) const {
    return tables_->instruments.find_ready(symbol.value);
}
const account_record* directory::find_account(std::string_view name) const {
    return tables_->accounts.find_ready(name);
}
const account_record* directory::account(account_id id) const {
    return tables_->accounts.find_ready(id.value);
}
const user_record* directory::find_user(std::string_view name) const {
    return tables_->users.find_ready(name);
}

bool directory::may_act(const user_record& user, account_id account, bool for_trading) noexcept {
    if (user.revoked) {
        return false;
    }
    if (user.role == user_role::market_operator) {
        return true;
    }
    return (user.role == user_role::trader || !for_trading) &&
           std::binary_search(user.accounts.begin(), user.accounts.end(), account);
}

std::string directory::asset_name(asset_id asset) const {
    const std::uint32_t number = asset.value & ~asset_id::currency_bit;
    if (asset.is_currency()) {
        const currency_record* found = currency({number});
        return found != nullptr ? found->name : "currency " + std::to_string(number);
    }
    const instrument_record* found = instrument({number});
    return found != nullptr ? found->name : "symbol " + std::to_string(number);
}

std::vector<const currency_record*> directory::currencies(std::string_view after,
                                                          std::size_t most) const {
    return tables_->currencies.list(after, most);
}
std::vector<const instrument_record*> directory::instruments(std::string_view after,
                                                             std::size_t most) const {
    return tables_->instruments.list(after, most);
}
std::vector<const account_record*> directory::accounts(std::string_view after,
                                                       std::size_t most) const {
    return tables_->accounts.list(after, most);
}
std::vector<const user_record*> directory::users(std::string_view after, std::size_t most) const {
    return tables_->users.list(after, most);
}

std::vector<unread_record> directory::unread() const {
    std::vector<unread_record> all;
    for (const auto& [where, why] : tables_->unread) {
        all.push_back({.table = where.first, .name = where.second, .why = why});
    }
    return all;
}

// --- For acts -----------------------------------------------------------------------------------

const directory::kept<currency_record>* directory::kept_currency(std::string_view name) const {
    return tables_->currencies.find(name);
}
const directory::kept<instrument_record>* directory::kept_instrument(std::string_view name) const {
    return tables_->instruments.find(name);
}
const directory::kept<account_record>* directory::kept_account(std::string_view name) const {
    return tables_->accounts.find(name);
}
const directory::kept<user_record>* directory::kept_user(std::string_view name) const {
    return tables_->users.find(name);
}
bool directory::is_unread(record_table table, std::string_view name) const {
    return tables_->unread.contains({table, std::string(name)});
}

currency_id directory::free_currency() const {
    return {tables_->currencies.free_id()};
}
symbol_id directory::free_symbol() const {
    return {tables_->instruments.free_id()};
}
account_id directory::free_account() const {
    return {tables_->accounts.free_id()};
}
bool directory::is_taken(currency_id id) const {
    return tables_->currencies.is_taken(id.value);
}
bool directory::is_taken(symbol_id id) const {
    return tables_->instruments.is_taken(id.value);
}
bool directory::is_taken(account_id id) const {
    return tables_->accounts.is_taken(id.value);
}

}  // namespace bourse
