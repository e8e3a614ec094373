#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/directory/units.hpp"
#include "messages/reason.hpp"
#include "runtime/client/json_text.hpp"
#include "runtime/client/reason_text.hpp"
#include "runtime/client/words.hpp"
#include "runtime/commands.hpp"
#include "runtime/remote.hpp"
#include "runtime/table_text.hpp"

// `bourse account open|deposit|withdraw|list` and `bourse user add|revoke`.
namespace bourse {
namespace {

constexpr auto first_report_within = std::chrono::seconds(5);

struct account_arguments {
    remote_arguments remote;
    std::string name;
    std::vector<std::string> deposits, holdings;
    std::string id;
    bool house = false;
    std::uint32_t tier = 0, trade_group = 0, risk_group = 0;
};

struct named_amount {
    std::string name, amount;
};

/// `USD=500`.
named_amount split(const remote& at, const std::string& text) {
    const std::size_t sign = text.find('=');
    if (sign == std::string::npos || sign == 0 || sign + 1 == text.size()) {
        at.misused("'" + text + "' is no amount: one is NAME=AMOUNT, as USD=500 or AAPL=10");
    }
    named_amount given{text.substr(0, sign), text.substr(sign + 1)};
    at.need_above_zero(given.name, given.amount);
    return given;
}

void open(const account_arguments& asked) {
    remote at("bourse account open", asked.remote);
    open_named_account made;
    made.name = asked.name;
    made.kind = asked.house ? account_kind::house : account_kind::cash;
    made.tier = static_cast<std::uint8_t>(asked.tier);
    made.trade_group = {asked.trade_group};
    made.risk_group = {asked.risk_group};
    // Looked up before it is asked for: the node would not say which name looks like it.
    for (const std::string& each : asked.deposits) {
        const named_amount given = split(at, each);
        static_cast<void>(at.need(at.names().currency(given.name)));
        made.deposits.push_back({.of_currency = true, .asset = given.name, .amount = given.amount});
    }
    for (const std::string& each : asked.holdings) {
        const named_amount given = split(at, each);
        static_cast<void>(at.need(at.names().instrument(given.name)));
        made.deposits.push_back(
            {.of_currency = false, .asset = given.name, .amount = given.amount});
    }
    static_cast<void>(at.ask<done_answer>(std::move(made)));
    print_done(at, asked.name + " is open");
}

/// An asset by name: an instrument if there is one, otherwise a currency.
struct asset_amount {
    asset_id asset;
    std::int64_t amount = 0;
};
asset_amount find_asset(remote& at, const named_amount& given) {
    if (const auto in = at.names().instrument(given.name)) {
        const instrument_record units = market_names::record_of(**in);
        return {asset_of(units.terms.rules.symbol), at.need(to_lots(given.amount, units))};
    }
    const auto found = at.names().currency(given.name);
    std::vector<std::string> known;
    for (const instrument_line& each : *at.need(at.names().instruments())) {
        known.insert(known.end(), {each.name, each.currency});
    }
    if (const std::string meant = did_you_mean(given.name, known); !found && !meant.empty()) {
        at.refuse("not_found",
                  "no instrument and no currency is called '" + given.name + "'" + meant);
    }
    const currency_record currency = at.need(found);
    return {asset_of(currency.id), at.need(to_money(given.amount, currency)).minor};
}

/// What the report of this number says was moved; nothing if it is not kept.
std::optional<event> first_movement(remote& at, account_id account, std::uint64_t number) {
    if (number == 0) {
        return std::nullopt;
    }
    auto told = std::make_shared<std::promise<event>>();
    auto is_told = std::make_shared<std::atomic<bool>>(false);
    auto first = told->get_future();
    const auto refused = at.session().subscribe(subscribe_reports{account, number},
                                                {.take = [=](const reports_push& push) {
                                                    if (!is_told->exchange(true)) {
                                                        told->set_value(push.reports.at(0).what);
                                                    }
                                                }});
    if (refused || !said_wait(at.says_waiting()).is_there(first, first_report_within)) {
        return std::nullopt;
    }
    return first.get();
}

/// Moves something from or to outside.
void move(const account_arguments& asked, bool in) {
    remote at(in ? "bourse account deposit" : "bourse account withdraw", asked.remote);
    request_id request;
    request.id = asked.id.empty() ? at.session().next_id() : at.need(to_client_id(asked.id));
    const account_id account = at.need(at.names().account(asked.name)).id;
    const asset_amount what = find_asset(at, split(at, asked.deposits.at(0)));
    shard_command asked_for = withdraw{request, account, what.asset, what.amount};
    if (in) {
        asked_for = deposit{
            .request = request, .account = account, .asset = what.asset, .amount = what.amount};
    }
    session_answer came = at.session().submit_surely({asked_for});
    if (auto* const refused = std::get_if<request_refused>(&came);
        refused != nullptr && refused->what == request_refused::kind::unknown_outcome) {
        refused->why +=
            "; sent again with --id " + client_id_text(request.id) + " it is done at most once";
    }
    const auto answer = at.take<submitted>(std::move(came));
    const event& told = answer.outcomes.at(0).first.what;
    const std::string what_asked = asked.deposits.at(0) + (in ? " to " : " from ") + asked.name;
    if (told.kind != event_kind::repeated) {
        if (told.kind == event_kind::command_refused || told.reason != reason::none) {
            at.refuse(std::string(to_string(told.reason)), "refused: " + reason_text(told.reason));
        }
        print_done(at, what_asked);
        return;
    }
    if (told.reason != reason::none) {
        at.refuse(std::string(to_string(told.reason)),
                  "refused, and not tried again: this id was used before, and that was refused (" +
                      reason_text(told.reason) + "); choose another id");
    }
    const std::optional<event> first = first_movement(at, account, told.number);
    const std::int64_t amount = in ? what.amount : -what.amount;
    if (first && (first->number != what.asset.value || first->lots.lots != amount)) {
        at.refuse("repeated",
                  "nothing was done: this id was used before, for something else than " +
                      what_asked + "; 'bourse watch --account " + asked.name + " --from " +
                      std::to_string(told.number) + " --count 1' shows it. Choose another id");
    }
    print_done(at, what_asked + ": was done already under this id");
}

void list_accounts(const remote_arguments& asked) {
    remote at("bourse account list", asked);
    const auto all = at.need(at.names().accounts());
    if (!at.is_json()) {
        std::vector<std::vector<std::string>> rows;
        rows.reserve(all.size());
        for (const account_line& each : all) {
            rows.push_back(
                {each.name, std::to_string(each.id.value), std::string(word(each.kind))});
        }
        std::cout << table_text({"name", "account", "kind"}, rows);
        return;
    }
    json_text out;
    out.begin('{').key("accounts").begin('[');
    for (const account_line& each : all) {
        out.begin('{').key("name").text(each.name).key("account").number(each.id.value);
        out.key("kind").text(word(each.kind)).end();
    }
    say(out.end().end().str());
}

void add_open(CLI::App& group) {
    auto asked = std::make_shared<account_arguments>();
    CLI::App* const sub = add_remote_command(
        group, "open", "Opens an account; once more, with the same terms, does nothing",
        "bourse account open alice --deposit USD=100000 --holding AAPL=500", asked->remote);
    sub->add_option("name", asked->name, "1 to 32 of a-z 0-9 . _ -")->required();
    sub->add_option("--deposit", asked->deposits, "Money that it is given: USD=100000");
    sub->add_option("--holding", asked->holdings, "An instrument that it is given: AAPL=500");
    sub->add_flag("--house", asked->house, "A house account, which may have credit");
    sub->add_option("--tier", asked->tier, "Of fees")->check(CLI::Range(0, 7));
    sub->add_option("--trade-group", asked->trade_group, "Accounts of one group count as one owner")
        ->check(CLI::Range(std::uint32_t{0}, UINT32_MAX));
    sub->add_option("--risk-group", asked->risk_group, "Accounts of one group share limits")
        ->check(CLI::Range(std::uint32_t{0}, UINT32_MAX));
    sub->callback([asked] { open(*asked); });
}

void add_move(CLI::App& group, const std::string& name, const std::string& what, bool in) {
    auto asked = std::make_shared<account_arguments>();
    CLI::App* const sub = add_remote_command(
        group, name, what, "bourse account " + name + " alice USD=500 --id D1", asked->remote);
    sub->add_option("name", asked->name, "The account")->required();
    sub->add_option("amount", asked->deposits, "USD=500, or AAPL=10")->required()->expected(1);
    sub->add_option("--id", asked->id, "Up to 16 characters: sent twice, it is done once");
    sub->callback([asked, in] { move(*asked, in); });
}

struct user_arguments {
    remote_arguments remote;
    std::string name, role = "trader";
    std::vector<std::string> accounts;
};

void add_user_commands(CLI::App& app) {
    CLI::App* const group = app.add_subcommand("user", "Who may do what: add, revoke");
    group->require_subcommand(1);
    group->footer("Example: bourse user add carol --role trader --account alice");
    auto asked = std::make_shared<user_arguments>();
    CLI::App* const sub = add_remote_command(
        *group, "add", "Adds a user, and prints its key, once",
        "bourse user add carol --role trader --account alice > carol.key", asked->remote);
    sub->add_option("name", asked->name, "1 to 32 of a-z 0-9 . _ -")->required();
    sub->add_option("--role", asked->role, "What it may do")
        ->check(CLI::IsMember(role_words()))
        ->capture_default_str();
    sub->add_option("--account", asked->accounts, "An account of its own; may be repeated");
    sub->callback([asked] {
        remote at("bourse user add", asked->remote);
        const auto made = at.ask<user_added>(bourse::add_user{
            .name = asked->name, .role = *to_role(asked->role), .accounts = asked->accounts});
        if (at.is_json()) {
            json_text out;
            say(out.begin('{').key("user").text(asked->name).key("key").text(made.key).end().str());
        } else {
            say(made.key);
        }
    });
    auto revoked = std::make_shared<user_arguments>();
    CLI::App* const revoke =
        add_remote_command(*group, "revoke", "No key of a user opens anything any more, for ever",
                           "bourse user revoke carol", revoked->remote);
    revoke->add_option("name", revoked->name, "Who")->required();
    revoke->callback([revoked] {
        remote at("bourse user revoke", revoked->remote);
        static_cast<void>(at.ask<done_answer>(revoke_user{.name = revoked->name}));
        print_done(at, revoked->name + " is revoked");
    });
}

}  // namespace

void add_account_commands(CLI::App& app) {
    CLI::App* const group =
        app.add_subcommand("account", "Accounts: open, deposit, withdraw, list");
    group->require_subcommand(1);
    group->footer("Example: bourse account open alice --deposit USD=100000");
    add_open(*group);
    add_move(*group, "deposit", "Brings something to an account from outside", true);
    add_move(*group, "withdraw", "Takes something of an account outside", false);
    auto listed = std::make_shared<remote_arguments>();
    CLI::App* const lists = add_remote_command(*group, "list", "The accounts that you may see",
                                               "bourse account list", *listed);
    lists->callback([listed] { list_accounts(*listed); });
    add_user_commands(app);
}

}  // namespace bourse
