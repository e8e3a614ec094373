#include "actors/directory/directory_act.hpp"

#include <algorithm>
#include <utility>

#include "actors/directory/units.hpp"
#include "actors/ledger/charges.hpp"
#include "messages/assert.hpp"
#include "messages/directory_codec.hpp"
#include "messages/quoted.hpp"

namespace bourse {
namespace {

constexpr unsigned max_conflicts = 16;

/// A step of an act, nothing once it is done, or why not.
using planned = result<std::optional<directory_step>>;

planned all_done() {
    return std::optional<directory_step>();
}

error refusal(errc code, const std::string& what) {
    return {code, what};
}

// --- Names --------------------------------------------------------------------------------------

std::optional<error> find_name_fault(record_table table, std::string_view name,
                                     const directory& names) {
    const auto wrong = [&](const char* what, const char* right) {
        return error{errc::malformed,
                     quoted(name) + " cannot be " + what + "'s name: that is " + right};
    };
    switch (table) {
        case record_table::currencies:
            if (!is_currency_name(name)) {
                return wrong("a currency", "3 to 8 of A-Z and 0-9, as USD");
            }
            break;
        case record_table::instruments:
            if (!is_instrument_name(name)) {
                return wrong("an instrument", "1 to 16 of A-Z, 0-9, '.', '_' and '-', as AAPL");
            }
            break;
        default:
            if (!is_owner_name(name)) {
                return wrong(table == record_table::accounts ? "an account" : "a user",
                             "1 to 32 of a-z, 0-9, '.', '_' and '-', as alice");
            }
    }
    if (names.is_unread(table, name)) {
        return refusal(errc::exists, quoted(name) +
                                         " is there in a form that this program cannot read: "
                                         "a newer one wrote it");
    }
    return std::nullopt;
}

// --- What differs -------------------------------------------------------------------------------

/// Collects what is not as it was asked for, as "tick 0.01, not 0.05".
class differences {
public:
    void compare(const char* what, const std::string& there, const std::string& asked) {
        if (there != asked) {
            text_ += (text_.empty() ? "" : "; ") + std::string(what) + " " +
                     (there.empty() ? "none" : there) + ", not " + (asked.empty() ? "none" : asked);
        }
    }
    void compare(const char* what, std::uint64_t there, std::uint64_t asked) {
        compare(what, std::to_string(there), std::to_string(asked));
    }
    void say(const char* what) { text_ += (text_.empty() ? "" : "; ") + std::string(what); }
    [[nodiscard]] bool any() const { return !text_.empty(); }
    [[nodiscard]] error of(std::string_view name) const {
        return refusal(errc::exists,
                       std::string(name) + " is there already, and another: " + text_);
    }

private:
    std::string text_;
};

differences compare(const instrument_record& there, const instrument_record& asked) {
    differences found;
    found.compare("currency", there.currency, asked.currency);
    found.compare("tick", to_text(there.tick), to_text(asked.tick));
    found.compare("lot", to_text(there.lot), to_text(asked.lot));
    found.compare("symbol", there.terms.rules.symbol.value, asked.terms.rules.symbol.value);
    found.compare("description", there.description, asked.description);
    listing same = asked.terms;
    same.rules.symbol = there.terms.rules.symbol;
    same.currency = there.terms.currency;
    same.tick_value = there.terms.tick_value;
    if (same != there.terms) {
        found.say("other limits, bands, fees, shard or calendar");
    }
    return found;
}

const char* word_of(account_kind kind) {
    return kind == account_kind::house ? "house" : "cash";
}
const char* word_of(user_role role) {
    switch (role) {
        case user_role::viewer:
            return "viewer";
        case user_role::trader:
            return "trader";
        case user_role::market_operator:
            return "operator";
    }
    return "unknown";
}

differences compare(const account_record& there, const account_record& asked) {
    differences found;
    found.compare("account", there.id.value, asked.id.value);
    found.compare("shard", there.home.value, asked.home.value);
    found.compare("kind", word_of(there.kind), word_of(asked.kind));
    found.compare("tier", there.tier, asked.tier);
    found.compare("trade group", there.trade_group.value, asked.trade_group.value);
    found.compare("risk group", there.risk_group.value, asked.risk_group.value);
    if (there.deposits != asked.deposits) {
        found.say("other opening deposits");
    }
    return found;
}

// --- Parts of what is asked ---------------------------------------------------------------------

/// The id that a new thing gets: the one asked for, or a free one.
template <class Id>
result<Id> id_for(Id asked, Id free, std::string_view what, const directory& names) {
    const std::string word(what);
    if (asked == Id{}) {
        if (free == Id{}) {
            return refusal(errc::over_bound, "there is no free " + word + " number left");
        }
        return free;
    }
    if (asked.value >= asset_id::currency_bit) {
        return refusal(errc::out_of_range, word + " " + std::to_string(asked.value) +
                                               " is reserved: numbers are 1 to 2147483647");
    }
    if (names.is_taken(asked)) {
        return refusal(errc::exists,
                       word + " " + std::to_string(asked.value) + " is another's already");
    }
    return asked;
}

result<std::vector<opening_deposit>> deposits_of(const account_spec& asked,
                                                 const directory& names) {
    std::vector<opening_deposit> all;
    for (const deposit_spec& each : asked.deposits) {
        if (each.of_currency) {
            const currency_record* found = names.find_currency(each.asset);
            if (found == nullptr) {
                return refusal(errc::unknown, "there is no currency " + quoted(each.asset) +
                                                  ": it is made with the first instrument that is "
                                                  "paid in it");
            }
            const result<money> amount = to_money(each.amount, *found);
            if (!amount) {
                return amount.error();
            }
            all.push_back({.asset = asset_of(found->id), .amount = amount->minor});
            continue;
        }
        const instrument_record* found = names.find_instrument(each.asset);
        if (found == nullptr) {
            return refusal(errc::unknown,
                           "there is no instrument " + quoted(each.asset) + ": add it first");
        }
        const result<std::int64_t> lots = to_lots(each.amount, *found);
        if (!lots) {
            return lots.error();
        }
        all.push_back({.asset = asset_of(found->terms.rules.symbol), .amount = *lots});
    }
    for (const opening_deposit& each : all) {
        if (each.amount > max_holding) {
            return refusal(errc::out_of_range,
                           "an account holds at most " +
                               std::to_string(static_cast<std::int64_t>(max_holding)) +
                               " of the smallest unit of a currency, or lots of an instrument");
        }
    }
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.asset < b.asset; });
    const auto twice = std::adjacent_find(
        all.begin(), all.end(), [](const auto& a, const auto& b) { return a.asset == b.asset; });
    if (twice != all.end()) {
        return refusal(errc::malformed, names.asset_name(twice->asset) +
                                            " is deposited twice: give each asset once");
    }
    return all;
}

result<std::vector<account_id>> accounts_of(user_role role, const std::vector<std::string>& asked,
                                            const directory& names) {
    if (role == user_role::market_operator && !asked.empty()) {
        return refusal(errc::malformed, "an operator may act for every account: name none");
    }
    std::vector<account_id> all;
    for (const std::string& name : asked) {
        const account_record* found = names.find_account(name);
        if (found == nullptr) {
            return refusal(errc::unknown,
                           "there is no account " + quoted(name) + ": open it first");
        }
        all.push_back(found->id);
    }
    std::sort(all.begin(), all.end());
    if (std::adjacent_find(all.begin(), all.end()) != all.end()) {
        return refusal(errc::malformed, "an account is named twice: name each once");
    }
    if (all.size() > max_user_accounts) {
        return refusal(errc::over_bound, "a user may act for at most 256 accounts");
    }
    return all;
}

/// Of a user as it is now, or why there is none to be changed.
result<const directory::kept<user_record>*> user_to_change(std::string_view name,
                                                           const directory& names) {
    if (const auto fault = find_name_fault(record_table::users, name, names)) {
        return *fault;
    }
    const auto* there = names.kept_user(name);
    if (there == nullptr) {
        return refusal(errc::unknown, "there is no user " + quoted(name));
    }
    return there;
}

bool is_operator_with_key(const user_record& user) {
    return user.role == user_role::market_operator && !user.revoked && !user.keys.empty();
}

/// Nobody could undo it.
std::optional<error> find_lockout(const user_record& before, const user_record& after,
                                  const directory& names) {
    if (!is_operator_with_key(before) || is_operator_with_key(after)) {
        return std::nullopt;
    }
    constexpr std::size_t at_once = 256;
    std::string last;
    for (auto some = names.users(last, at_once); !some.empty(); some = names.users(last, at_once)) {
        for (const user_record* each : some) {
            if (each->name != before.name && is_operator_with_key(*each)) {
                return std::nullopt;
            }
        }
        last = some.back()->name;
    }
    return refusal(errc::refused,
                   before.name + " is the last operator with a key: make another one first");
}

}  // namespace

// --- Steps --------------------------------------------------------------------------------------

directory_act::directory_act(spec asked, timestamp now) : asked_(std::move(asked)), now_(now) {}

result<std::optional<directory_step>> directory_act::next(const directory& names) {
    if (refused_ != reason::none) {
        return refusal(errc::refused, "the shard refused it: " + std::string(to_string(refused_)));
    }
    if (conflicts_ >= max_conflicts) {
        return refusal(errc::overloaded, "others changed the same record all the time: try again");
    }
    last_ = part::none;
    return std::visit([&](const auto& asked) { return plan(asked, names); }, asked_);
}

void directory_act::answer(reason why) {
    switch (last_) {
        case part::none:
            BOURSE_ASSERT(last_ != part::none);
            break;
        case part::record:
            if (why == reason::record_conflict) {
                ++conflicts_;
                return;
            }
            conflicts_ = 0;
            record_is_done_ = why == reason::none;
            break;
        case part::thing:
            // The id is this record's: nobody else's act made the thing.
            if (why == reason::none || why == reason::symbol_exists ||
                why == reason::account_exists) {
                thing_is_there_ = true;
                return;
            }
            break;
        case part::deposit:
            if (why == reason::too_late) {
                is_late_ = true;
                return;
            }
            deposits_made_ += why == reason::none ? 1U : 0U;
            break;
    }
    refused_ = why;
}

void directory_act::begin_thing() {
    thing_is_there_ = false;
    deposits_made_ = 0;
}

directory_act::planned directory_act::put(record_table table, const std::string& name,
                                          std::string value, std::uint64_t expected,
                                          const directory& names) {
    if (value.size() > max_record_value) {
        return refusal(errc::over_bound, name + " would need " + std::to_string(value.size()) +
                                             " bytes; a record has at most 4096");
    }
    last_ = part::record;
    return std::optional(directory_step{
        .to = names.home(),
        .what = put_record{.request = {},
                           .table = table,
                           .expected = expected,
                           .what = record_text{.key = name, .value = std::move(value)}}});
}

// --- Instruments --------------------------------------------------------------------------------

// Nothing: the currency is there as asked.
directory_act::planned directory_act::plan_currency(const instrument_spec& asked,
                                                    const directory& names) {
    constexpr std::uint8_t usual_decimals = 2;
    const auto* there = names.kept_currency(asked.currency);
    const std::uint8_t decimals = there != nullptr ? there->record.decimals : usual_decimals;
    currency_record wanted{.name = asked.currency,
                           .id = there != nullptr ? there->record.id : currency_id{},
                           .decimals = asked.currency_decimals.value_or(decimals)};
    if (there != nullptr) {
        differences found;
        found.compare("decimals", decimals, wanted.decimals);
        if (found.any()) {
            return found.of(asked.currency);
        }
        if (there->has_id) {
            return all_done();
        }
    }
    const result<currency_id> id = id_for(currency_id{}, names.free_currency(), "currency", names);
    if (!id) {
        return id.error();
    }
    wanted.id = *id;
    if (const char* fault = find_fault(wanted)) {
        return refusal(errc::out_of_range, fault);
    }
    return put(record_table::currencies, wanted.name, record_value(wanted),
               there != nullptr ? there->revision : 0, names);
}

directory_act::planned directory_act::plan(const instrument_spec& asked, const directory& names) {
    if (const auto fault = find_name_fault(record_table::instruments, asked.name, names)) {
        return *fault;
    }
    if (const auto fault = find_name_fault(record_table::currencies, asked.currency, names)) {
        return *fault;
    }
    // "USD=5" is money or lots, and must not be both.
    if (asked.name == asked.currency || names.kept_currency(asked.name) != nullptr) {
        return refusal(errc::exists,
                       quoted(asked.name) + " is a currency: an instrument needs another name");
    }
    if (names.kept_instrument(asked.currency) != nullptr) {
        return refusal(
            errc::exists,
            quoted(asked.currency) + " is an instrument, and cannot be what another is paid in");
    }
    // All that can be wrong is said before the first step.
    instrument_record wanted{.name = asked.name,
                             .state = record_state::begun,
                             .currency = asked.currency,
                             .tick = asked.tick,
                             .lot = asked.lot,
                             .description = asked.description,
                             .terms = asked.terms};
    if (wanted.terms.book_shard == shard_id{}) {
        wanted.terms.book_shard = names.home();
    }
    const auto* there = names.kept_instrument(asked.name);
    const bool has_id = there != nullptr && there->has_id;
    if (has_id &&
        (asked.symbol == symbol_id{} || asked.symbol == there->record.terms.rules.symbol)) {
        wanted.terms.rules.symbol = there->record.terms.rules.symbol;
    } else {
        const result<symbol_id> id = id_for(asked.symbol, names.free_symbol(), "symbol", names);
        if (!id) {
            return id.error();
        }
        wanted.terms.rules.symbol = *id;
    }
    const auto* currency = names.kept_currency(asked.currency);
    const bool has_currency = currency != nullptr && currency->has_id;
    // Until it is there, its number is any.
    currency_record paid_in{
        .name = asked.currency, .id = {1}, .decimals = asked.currency_decimals.value_or(2)};
    if (has_currency) {
        paid_in = currency->record;
    }
    wanted.terms.currency = paid_in.id;
    if (!is_normal(wanted.tick) || !is_normal(wanted.lot) || wanted.tick.digits < 1 ||
        wanted.lot.digits < 1) {
        return refusal(errc::out_of_range, "tick and lot must be above zero");
    }
    const result<std::int64_t> value = tick_value(wanted.tick, wanted.lot, paid_in);
    if (!value) {
        return value.error();
    }
    wanted.terms.tick_value = *value;
    if (const char* fault = find_fault(wanted)) {
        return refusal(errc::out_of_range, fault);
    }

    planned first = plan_currency(asked, names);
    if (!first || *first) {
        return first;
    }
    if (!has_id) {
        begin_thing();
        return put(record_table::instruments, asked.name, record_value(wanted),
                   there != nullptr ? there->revision : 0, names);
    }
    if (const differences found = compare(there->record, wanted); found.any()) {
        return found.of(asked.name);
    }
    if (there->record.state == record_state::ready) {
        return all_done();
    }
    if (!thing_is_there_) {
        last_ = part::thing;
        return std::optional(
            directory_step{.to = wanted.terms.book_shard,
                           .what = list_instrument{.request = {}, .what = wanted.terms}});
    }
    wanted.state = record_state::ready;
    return put(record_table::instruments, asked.name, record_value(wanted), there->revision, names);
}

// --- Accounts -----------------------------------------------------------------------------------

directory_act::planned directory_act::plan(const account_spec& asked, const directory& names) {
    if (const auto fault = find_name_fault(record_table::accounts, asked.name, names)) {
        return *fault;
    }
    result<std::vector<opening_deposit>> deposits = deposits_of(asked, names);
    if (!deposits) {
        return deposits.error();
    }
    account_record wanted{.name = asked.name,
                          .state = record_state::begun,
                          .id = {},
                          .home = asked.home == shard_id{} ? names.home() : asked.home,
                          .kind = asked.kind,
                          .tier = asked.tier,
                          .trade_group = asked.trade_group,
                          .risk_group = asked.risk_group,
                          .deposits = *std::move(deposits),
                          .deposits_until = {}};
    const auto* there = names.kept_account(asked.name);
    const bool has_id = there != nullptr && there->has_id;
    if (has_id && (asked.account == account_id{} || asked.account == there->record.id)) {
        wanted.id = there->record.id;
    } else {
        const result<account_id> id = id_for(asked.account, names.free_account(), "account", names);
        if (!id) {
            return id.error();
        }
        wanted.id = *id;
    }
    if (!wanted.deposits.empty()) {
        wanted.deposits_until =
            has_id ? there->record.deposits_until : now_ + duration{names.horizon().ns / 2};
    }
    if (has_id) {
        if (const differences found = compare(there->record, wanted); found.any()) {
            return found.of(asked.name);
        }
        if (there->record.state == record_state::ready) {
            if (is_late_) {
                return refusal(errc::refused,
                               asked.name +
                                   " is open, but its opening deposits could not all be made in "
                                   "time: look at its portfolio, and deposit what is missing");
            }
            return all_done();
        }
        return go_on_opening(wanted, there->revision, names);
    }
    if (const char* fault = find_fault(wanted)) {
        return refusal(errc::out_of_range, fault);
    }
    begin_thing();
    return put(record_table::accounts, asked.name, record_value(wanted),
               there != nullptr ? there->revision : 0, names);
}

directory_act::planned directory_act::go_on_opening(const account_record& wanted,
                                                    std::uint64_t revision,
                                                    const directory& names) {
    if (!thing_is_there_) {
        last_ = part::thing;
        return std::optional(directory_step{.to = wanted.home,
                                            .what = open_account{.request = {},
                                                                 .account = wanted.id,
                                                                 .kind = wanted.kind,
                                                                 .tier = wanted.tier,
                                                                 .trade_group = wanted.trade_group,
                                                                 .risk_group = wanted.risk_group}});
    }
    if (deposits_made_ < wanted.deposits.size() && !is_late_) {
        const opening_deposit& what = wanted.deposits[deposits_made_];
        last_ = part::deposit;
        return std::optional(directory_step{
            .to = wanted.home,
            .what = deposit{.request = {.id = {opening_client_high, deposits_made_ + 1},
                                        .not_after = wanted.deposits_until},
                            .account = wanted.id,
                            .asset = what.asset,
                            .amount = what.amount,
                            .cost = 0}});
    }
    account_record ready = wanted;
    ready.state = record_state::ready;
    return put(record_table::accounts, wanted.name, record_value(ready), revision, names);
}

// --- Users --------------------------------------------------------------------------------------

directory_act::planned directory_act::put_user(const user_record& wanted, std::uint64_t expected,
                                               const directory& names) {
    if (const char* fault = find_fault(wanted)) {
        return refusal(errc::out_of_range, fault);
    }
    return put(record_table::users, wanted.name, record_value(wanted), expected, names);
}

directory_act::planned directory_act::plan(const user_spec& asked, const directory& names) {
    if (const auto fault = find_name_fault(record_table::users, asked.name, names)) {
        return *fault;
    }
    result<std::vector<account_id>> accounts = accounts_of(asked.role, asked.accounts, names);
    if (!accounts) {
        return accounts.error();
    }
    const user_record wanted{.name = asked.name,
                             .role = asked.role,
                             .revoked = false,
                             .accounts = *std::move(accounts),
                             .keys = {asked.key}};
    const auto* there = names.kept_user(asked.name);
    if (there == nullptr) {
        return put_user(wanted, 0, names);
    }
    if (there->record == wanted) {
        return all_done();
    }
    differences found;
    if (there->record.revoked) {
        found.say("it was revoked, and its name is not used again");
    }
    found.compare("role", word_of(there->record.role), word_of(wanted.role));
    if (there->record.accounts != wanted.accounts) {
        found.say("other accounts");
    }
    if (!found.any()) {
        found.say("other keys; another key for a user is an act of its own");
    }
    return found.of(asked.name);
}

directory_act::planned directory_act::plan(const access_spec& asked, const directory& names) {
    const auto there = user_to_change(asked.name, names);
    if (!there) {
        return there.error();
    }
    result<std::vector<account_id>> accounts = accounts_of(asked.role, asked.accounts, names);
    if (!accounts) {
        return accounts.error();
    }
    const user_record& now = (*there)->record;
    if (now.revoked) {
        return refusal(errc::exists, asked.name + " was revoked, for ever: add another user");
    }
    user_record wanted = now;
    wanted.role = asked.role;
    wanted.accounts = *std::move(accounts);
    if (wanted == now) {
        return all_done();
    }
    if (const auto lockout = find_lockout(now, wanted, names)) {
        return *lockout;
    }
    return put_user(wanted, (*there)->revision, names);
}

directory_act::planned directory_act::plan(const key_spec& asked, const directory& names) {
    const auto there = user_to_change(asked.name, names);
    if (!there) {
        return there.error();
    }
    const user_record& now = (*there)->record;
    if (now.revoked) {
        return refusal(errc::exists, asked.name + " was revoked, for ever: add another user");
    }
    const auto same = std::find_if(now.keys.begin(), now.keys.end(),
                                   [&](const key_hash& key) { return key.id == asked.key.id; });
    if (same != now.keys.end()) {
        if (*same == asked.key) {
            return all_done();
        }
        return refusal(errc::exists,
                       asked.name + " has another key " + asked.key.id + ": make a new one");
    }
    if (now.keys.size() >= max_user_keys) {
        return refusal(errc::over_bound, asked.name + " has 8 keys: revoke one first");
    }
    user_record wanted = now;
    wanted.keys.push_back(asked.key);
    return put_user(wanted, (*there)->revision, names);
}

directory_act::planned directory_act::plan(const revoke_spec& asked, const directory& names) {
    if (record_is_done_) {
        return all_done();
    }
    const auto there = user_to_change(asked.name, names);
    if (!there) {
        return there.error();
    }
    user_record wanted = (*there)->record;
    if (wanted.revoked) {
        return all_done();
    }
    if (asked.key_id.empty()) {
        wanted.revoked = true;
    } else if (std::erase_if(wanted.keys,
                             [&](const key_hash& key) { return key.id == asked.key_id; }) == 0) {
        return refusal(errc::unknown, asked.name + " has no key " + quoted(asked.key_id) +
                                          ": it never had, or it was revoked");
    }
    if (const auto lockout = find_lockout((*there)->record, wanted, names)) {
        return *lockout;
    }
    return put_user(wanted, (*there)->revision, names);
}

}  // namespace bourse
