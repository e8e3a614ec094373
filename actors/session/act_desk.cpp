#include "actors/session/act_desk.hpp"

#include <algorithm>
#include <utility>

#include "actors/book/order_book.hpp"

namespace bourse {
namespace {

constexpr std::uint32_t max_names = 1'000;

directory_act::spec spec_of_account(const open_named_account& asked) {
    account_spec spec;
    spec.name = asked.name;
    spec.kind = asked.kind;
    spec.tier = asked.tier;
    spec.trade_group = asked.trade_group;
    spec.risk_group = asked.risk_group;
    for (const open_named_account::gift& each : asked.deposits) {
        spec.deposits.push_back({each.of_currency, each.asset, each.amount});
    }
    return spec;
}

result<directory_act::spec> spec_of_instrument(const add_instrument& asked) {
    auto tick = parse_decimal(asked.tick);
    if (!tick) {
        return error{tick.error().code, "tick: " + tick.error().what};
    }
    auto lot = parse_decimal(asked.lot);
    if (!lot) {
        return error{lot.error().code, "lot: " + lot.error().what};
    }
    instrument_spec spec;
    spec.name = asked.name;
    spec.currency = asked.currency;
    spec.tick = *tick;
    spec.lot = *lot;
    spec.description = asked.description;
    spec.symbol = asked.terms.rules.symbol;
    spec.terms = asked.terms;
    return directory_act::spec(std::move(spec));
}

}  // namespace

request_refused refusal_of(const error& why) {
    using kind = request_refused::kind;
    kind what = kind::malformed;
    std::uint32_t retry_after_ms = 0;
    switch (why.code) {
        case errc::unknown:
            what = kind::not_found;
            break;
        case errc::overloaded:
            what = kind::overloaded;
            retry_after_ms = 10;
            break;
        case errc::storage_full:
            what = kind::storage_full;
            break;
        case errc::not_kept:
            what = kind::not_kept;
            break;
        default:
            break;
    }
    return {what, why.what, retry_after_ms};
}

// --- Names ----------------------------------------------------------------------------------------

session_answer act_desk::answer(const shard& of, const instruments_request& asked) const {
    const std::size_t most = std::clamp(asked.most, 1U, max_names);
    auto found = names_.instruments(asked.after, most + 1);
    instruments_answer answer;
    answer.is_last = found.size() <= most;
    found.resize(std::min(found.size(), most));
    for (const instrument_record* each : found) {
        const currency_record* const currency = names_.find_currency(each->currency);
        const order_book* const book = of.book(each->terms.rules.symbol);
        answer.instruments.push_back(
            {.name = each->name,
             .description = each->description,
             .currency = each->currency,
             .currency_decimals = currency != nullptr ? currency->decimals : std::uint8_t{2},
             .tick = to_text(each->tick),
             .lot = to_text(each->lot),
             .terms = each->terms,
             .state = book != nullptr ? book->state() : market_state::closed});
    }
    return answer;
}

session_answer act_desk::answer(const accounts_request& asked, user_role role,
                                const std::vector<account_id>& visible) const {
    const std::size_t most = std::clamp(asked.most, 1U, max_names);
    accounts_answer answer;
    if (role == user_role::market_operator) {
        auto found = names_.accounts(asked.after, most + 1);
        answer.is_last = found.size() <= most;
        found.resize(std::min(found.size(), most));
        for (const account_record* each : found) {
            answer.accounts.push_back({each->name, each->id, each->kind});
        }
        return answer;
    }
    std::vector<const account_record*> own;
    for (const account_id id : visible) {
        const account_record* const found = names_.account(id);
        if (found != nullptr && found->name > asked.after) {
            own.push_back(found);
        }
    }
    std::sort(own.begin(), own.end(),
              [](const auto* one, const auto* other) { return one->name < other->name; });
    answer.is_last = own.size() <= most;
    own.resize(std::min(own.size(), most));
    for (const account_record* each : own) {
        answer.accounts.push_back({each->name, each->id, each->kind});
    }
    return answer;
}

// --- Acts -----------------------------------------------------------------------------------------

result<directory_act::spec> act_desk::spec_of(const session_request& asked) {
    if (const auto* what = std::get_if<add_instrument>(&asked)) {
        return spec_of_instrument(*what);
    }
    if (const auto* what = std::get_if<open_named_account>(&asked)) {
        return spec_of_account(*what);
    }
    if (const auto* what = std::get_if<add_user>(&asked)) {
        return directory_act::spec(user_spec{
            .name = what->name, .role = what->role, .accounts = what->accounts, .key = {}});
    }
    if (const auto* what = std::get_if<revoke_user>(&asked)) {
        return directory_act::spec(revoke_spec{.name = what->name, .key_id = {}});
    }
    return error{errc::malformed, "this is no act of an operator"};
}

void act_desk::begin(std::uint64_t session, std::uint64_t ask, directory_act::spec what,
                     timestamp now, std::string key) {
    if (acts_.size() >= max_acts) {
        out_.answers.push_back(
            {session, ask,
             request_refused{request_refused::kind::overloaded,
                             std::to_string(max_acts) + " acts of operators are under way", 100}});
        return;
    }
    const std::uint64_t number = ++last_act_;
    std::string done = std::visit([](const auto& spec) { return spec.name + " is done"; }, what);
    const auto* revoke = std::get_if<revoke_spec>(&what);
    std::string revokes = revoke != nullptr && revoke->key_id.empty() ? revoke->name : "";
    acts_.emplace(number, under_way{session, ask, directory_act(std::move(what), now),
                                    std::move(key), std::move(done), std::move(revokes)});
    go_on(number);
}

void act_desk::end(std::uint64_t number, session_answer what) {
    const auto found = acts_.find(number);
    out_.answers.push_back({found->second.session, found->second.ask, std::move(what)});
    acts_.erase(found);
}

void act_desk::go_on(std::uint64_t number) {
    under_way& its = acts_.at(number);
    auto next = its.act.next(names_);
    if (!next) {
        end(number, refusal_of(next.error()));
    } else if (!*next) {
        if (!its.revokes.empty()) {
            out_.revoked.push_back(its.revokes);
        }
        end(number, its.key.empty() ? session_answer(done_answer{its.done})
                                    : session_answer(user_added{its.key}));
    } else {
        std::vector<shard_command> one{std::move((*next)->what)};
        outcomes_.note(number, one, 0);
        out_.commands.push_back({number, std::move(one.front())});
    }
}

void act_desk::told(const told_entry& entry, const shard& of,
                    const std::vector<std::uint64_t>& acts) {
    names_.follow(entry.what.what, of);
    if (acts.empty()) {
        return;
    }
    for (const outcome_finder::answered& each : outcomes_.find(entry, acts)) {
        if (const auto found = acts_.find(each.ask); found != acts_.end()) {
            found->second.act.answer(each.what.outcomes.front().first.what.reason);
            go_on(each.ask);
        }
    }
}

void act_desk::refused(std::uint64_t act, const request_refused& why) {
    outcomes_.forget(act);
    if (acts_.contains(act)) {
        end(act, why);
    }
}

void act_desk::lost(std::uint64_t act) {
    refused(act, {request_refused::kind::unknown_outcome,
                  "perhaps done, perhaps not: ask again, which carries it on", 0});
}

act_desk::effects act_desk::take() {
    return std::exchange(out_, {});
}

}  // namespace bourse
