#include "tests/support/exchange/small_exchange.hpp"

#include <algorithm>
#include <utility>

#include "actors/session/shard_answers.hpp"
#include "messages/assert.hpp"

namespace bourse {
namespace {

constexpr std::int64_t entry_ns = 1'000'000;

request_refused refusal(request_refused::kind what, std::string why) {
    return {.what = what, .why = std::move(why), .retry_after_ms = 0};
}

instrument_line line_of(const directory& names, const shard& machine,
                        const instrument_record& each) {
    instrument_line to;
    to.name = each.name;
    to.description = each.description;
    to.currency = each.currency;
    to.currency_decimals = names.find_currency(each.currency)->decimals;
    to.tick = to_text(each.tick);
    to.lot = to_text(each.lot);
    to.terms = each.terms;
    const auto shown = answer_book(machine, {.symbol = each.terms.rules.symbol, .depth = 1});
    if (const auto* const book = std::get_if<book_answer>(&shown)) {
        to.state = book->state;
    }
    return to;
}

}  // namespace

struct small_exchange::member {
    session core;
    answer_box* box = nullptr;
    std::map<std::uint64_t, bourse::subscribe_market> markets{};

    member(const session_options& options, answer_box& to) : core(options), box(&to) {}
};

small_exchange::small_exchange()
    : machine_(std::make_unique<shard>(shard_settings{})),
      names_(std::make_unique<directory>(*machine_)) {
    users_["operator"] = {"operator", user_role::market_operator, {}};
}

small_exchange::~small_exchange() = default;

void small_exchange::log_in(std::uint64_t ask, log_in_request request, answer_box& to) {
    const std::lock_guard lock(mutex_);
    if (log_ins_are_held_) {
        waiting_log_ins_.push_back({ask, std::move(request), &to});
        return;
    }
    let_in(ask, request, to);
}

void small_exchange::let_in(std::uint64_t ask, const log_in_request& request, answer_box& to) {
    const auto found = users_.find(request.key);
    if (found == users_.end()) {
        to.put({}, ask, refusal(request_refused::kind::not_logged_in, "this key opens nothing"));
        return;
    }
    session_options options;
    options.number = {++last_session_};
    options.user = found->second.name;
    options.role = found->second.role;
    for (const std::string& each : found->second.accounts) {
        if (const account_record* const account = names_->find_account(each)) {
            options.accounts.push_back(account->id);
        }
    }
    std::sort(options.accounts.begin(), options.accounts.end());
    options.cancel_on_disconnect = request.cancel_on_disconnect;
    logged_in in{options.number, options.user, options.role, options.accounts};
    members_[last_session_] = std::make_unique<member>(options, to);
    to.put(options.number, ask, std::move(in));
}

void small_exchange::ask(session_number session, std::uint64_t ask, session_request request) {
    const std::lock_guard lock(mutex_);
    if (is_held_) {
        waiting_.push_back({session, ask, std::move(request)});
        return;
    }
    take(session, ask, std::move(request));
}

void small_exchange::close(session_number session) {
    const std::lock_guard lock(mutex_);
    const auto found = members_.find(session.value);
    if (found == members_.end()) {
        return;
    }
    found->second->core.close({0, {clock_ns_}});
    auto effects = found->second->core.take();
    members_.erase(found);
    for (auto& each : effects.submits) {
        apply(std::move(each.list), nullptr, 0);
    }
    drain();
}

void small_exchange::hold() {
    const std::lock_guard lock(mutex_);
    is_held_ = true;
    log_ins_are_held_ = true;
}

void small_exchange::hold_requests() {
    const std::lock_guard lock(mutex_);
    is_held_ = true;
}

void small_exchange::hold_requests_at(std::uint64_t index) {
    const std::lock_guard lock(mutex_);
    hold_at_ = index;
}

void small_exchange::let_go() {
    const std::lock_guard lock(mutex_);
    is_held_ = false;
    log_ins_are_held_ = false;
    for (const held_log_in& each : std::exchange(waiting_log_ins_, {})) {
        let_in(each.ask, each.what, *each.to);
    }
    for (held_request& each : std::exchange(waiting_, {})) {
        take(each.session, each.ask, std::move(each.what));
    }
}

void small_exchange::lose_answers(unsigned count) {
    const std::lock_guard lock(mutex_);
    losing_ = count;
}

void small_exchange::end_session(session_number which, const std::string& why) {
    const std::lock_guard lock(mutex_);
    if (const auto found = members_.find(which.value); found != members_.end()) {
        found->second->box->put(which, 0, session_ended{why});
    }
}

std::vector<session_number> small_exchange::sessions() const {
    const std::lock_guard lock(mutex_);
    std::vector<session_number> all;
    for (const auto& [number, each] : members_) {
        all.push_back({number});
    }
    return all;
}

std::uint64_t small_exchange::index() const {
    const std::lock_guard lock(mutex_);
    return machine_->index();
}

std::uint64_t small_exchange::credit_granted() const {
    const std::lock_guard lock(mutex_);
    return granted_;
}

std::size_t small_exchange::held() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size() + waiting_log_ins_.size();
}

void small_exchange::push(const market_push& what) {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, each] : members_) {
        for (const auto& [ask, subscribed_to] : each->markets) {
            if (subscribed_to.symbol == what.symbol) {
                each->core.replied(ask, what);
                dirty_.push_back(number);
            }
        }
    }
    drain();
}

void small_exchange::set_history(history_answer answer) {
    const std::lock_guard lock(mutex_);
    history_ = std::move(answer);
}

std::vector<shard_command> small_exchange::last_commands() const {
    const std::lock_guard lock(mutex_);
    return last_commands_;
}

history_request small_exchange::last_history() const {
    const std::lock_guard lock(mutex_);
    return last_history_;
}

session_request small_exchange::last_act() const {
    const std::lock_guard lock(mutex_);
    return last_act_;
}

std::vector<bourse::subscribe_market> small_exchange::markets() const {
    const std::lock_guard lock(mutex_);
    std::vector<bourse::subscribe_market> all;
    for (const auto& [number, each] : members_) {
        for (const auto& [ask, what] : each->markets) {
            all.push_back(what);
        }
    }
    return all;
}

std::uint32_t small_exchange::band_bps(const std::string& instrument) const {
    const std::lock_guard lock(mutex_);
    return names_->find_instrument(instrument)->terms.rules.band_bps;
}

// --- What is asked --------------------------------------------------------------------------------

void small_exchange::take(session_number session, std::uint64_t ask, session_request request) {
    const auto found = members_.find(session.value);
    if (found == members_.end()) {
        return;
    }
    if (const auto* const grant = std::get_if<grant_credit>(&request)) {
        granted_ += grant->pushes;
    }
    found->second->core.ask({0, {clock_ns_}}, ask, std::move(request));
    dirty_.push_back(session.value);
    drain();
}

void small_exchange::drain() {
    while (!dirty_.empty()) {
        const std::uint64_t number = dirty_.front();
        dirty_.erase(dirty_.begin());
        const auto found = members_.find(number);
        if (found == members_.end()) {
            continue;
        }
        member& of = *found->second;
        session_effects effects = of.core.take();
        for (auto& each : effects.answers) {
            of.box->put({number}, each.ask, std::move(each.what));
        }
        for (auto& each : effects.submits) {
            submit(of, each.ask, std::move(each.list));
        }
        for (auto& each : effects.questions) {
            if (const auto* const market = std::get_if<bourse::subscribe_market>(&each.what)) {
                of.markets[each.ask] = *market;
            } else if (const auto* const end = std::get_if<unsubscribe>(&each.what)) {
                of.markets.erase(end->subscription);
            }
            of.core.replied(each.ask, answer(each.what));
            dirty_.push_back(number);
        }
        for (const auto& each : effects.wanted) {
            give_past(of, each);
            dirty_.push_back(number);
        }
    }
}

void small_exchange::submit(member& from, std::uint64_t ask, std::vector<shard_command> commands) {
    last_commands_ = commands;
    if (ask != 0 && losing_ > 0) {
        --losing_;
        apply(std::move(commands), nullptr, 0);
        from.core.lost(ask);
        dirty_.push_back(from.core.options().number.value);
        return;
    }
    apply(std::move(commands), &from, ask);
}

const shard_output& small_exchange::apply(std::vector<shard_command> commands, member* from,
                                          std::uint64_t ask) {
    applied_entry made;
    clock_ns_ += entry_ns;
    made.what = {machine_->index() + 1, {clock_ns_}, std::move(commands)};
    made.index = made.what.index;
    made.may_leave = true;
    machine_->apply(made.what, made.out);
    if (made.index == hold_at_) {
        is_held_ = true;
    }
    names_->follow(made.what, *machine_);
    last_ = std::make_shared<const told_entry>(machine_->settings().id, std::move(made));
    for (const report& each : last_->what.out.reports) {
        if (each.number != 0) {
            past_reports& of = reports_[each.what.account];
            of.reports.push_back(each);
            of.at.push_back({clock_ns_});
        }
    }
    for (const auto& [number, each] : members_) {
        const bool is_its = each.get() == from && ask != 0;
        each->core.told(*last_, is_its ? std::vector{ask} : std::vector<std::uint64_t>{});
        dirty_.push_back(number);
    }
    push_market(last_->what.out);
    return last_->what.out;
}

void small_exchange::give_past(member& to, const session_effects::wanted_reports& wanted) {
    past_reports found;
    found.account = wanted.account;
    found.first = wanted.first;
    const past_reports& all = reports_[wanted.account];
    for (std::size_t i = wanted.first - 1;
         i < all.reports.size() && found.reports.size() < max_reports_of_push; ++i) {
        found.reports.push_back(all.reports[i]);
        found.at.push_back(all.at[i]);
    }
    to.core.past(std::move(found));
}

void small_exchange::push_market(const shard_output& out) {
    std::set<std::uint32_t> changed;
    for (const event& each : out.events) {
        changed.insert(each.symbol.value);
    }
    for (const auto& [number, each] : members_) {
        for (const auto& [ask, what] : each->markets) {
            if (!changed.contains(what.symbol.value)) {
                continue;
            }
            const auto shown = answer_book(*machine_, {.symbol = what.symbol, .depth = what.depth});
            const auto& book = std::get<book_answer>(shown);
            market_push push;
            push.symbol = what.symbol;
            push.feed = what.feed;
            push.is_snapshot = true;
            push.number = book.number;
            push.state = book.state;
            push.at = {clock_ns_};
            push.bids = book.bids;
            push.asks = book.asks;
            each->core.replied(ask, std::move(push));
            dirty_.push_back(number);
        }
    }
}

// --- What others than sessions answer -------------------------------------------------------------

session_answer small_exchange::act(const directory_act::spec& asked, const std::string& text) {
    directory_act acting(asked, {clock_ns_});
    for (;;) {
        const auto next = acting.next(*names_);
        if (!next) {
            const bool is_unknown = next.error().code == errc::unknown;
            return refusal(
                is_unknown ? request_refused::kind::not_found : request_refused::kind::malformed,
                next.error().what);
        }
        if (!*next) {
            return done_answer{text};
        }
        reason why = reason::none;
        for (const report& each : apply({(*next)->what}, nullptr, 0).reports) {
            if (each.what.kind == event_kind::command_refused ||
                each.what.kind == event_kind::repeated) {
                why = each.what.reason;
            }
        }
        acting.answer(why);
    }
}

session_answer small_exchange::answer(const session_request& request) {
    if (std::holds_alternative<add_instrument>(request) ||
        std::holds_alternative<open_named_account>(request) ||
        std::holds_alternative<add_user>(request) || std::holds_alternative<revoke_user>(request)) {
        last_act_ = request;
    }
    if (const auto* const asked = std::get_if<orders_request>(&request)) {
        return answer_orders(*machine_, *asked);
    }
    if (const auto* const asked = std::get_if<portfolio_request>(&request)) {
        return answer_portfolio(*machine_, *asked);
    }
    if (const auto* const asked = std::get_if<book_request>(&request)) {
        return answer_book(*machine_, *asked);
    }
    if (const auto* const asked = std::get_if<instruments_request>(&request)) {
        instruments_answer to;
        const auto found = names_->instruments(asked->after, asked->most + 1U);
        to.is_last = found.size() <= asked->most;
        for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), asked->most); ++i) {
            to.instruments.push_back(line_of(*names_, *machine_, *found[i]));
        }
        return to;
    }
    if (const auto* const asked = std::get_if<accounts_request>(&request)) {
        accounts_answer to;
        const auto found = names_->accounts(asked->after, asked->most + 1U);
        to.is_last = found.size() <= asked->most;
        for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), asked->most); ++i) {
            to.accounts.push_back({found[i]->name, found[i]->id, found[i]->kind});
        }
        return to;
    }
    if (const auto* const asked = std::get_if<add_instrument>(&request)) {
        const auto tick = parse_decimal(asked->tick);
        const auto lot = parse_decimal(asked->lot);
        if (!tick || !lot) {
            return refusal(request_refused::kind::malformed, (tick ? lot : tick).error().what);
        }
        instrument_spec spec;
        spec.name = asked->name;
        spec.currency = asked->currency;
        spec.tick = *tick;
        spec.lot = *lot;
        spec.description = asked->description;
        spec.terms = asked->terms;
        return act(spec, asked->name + " is listed");
    }
    if (const auto* const asked = std::get_if<open_named_account>(&request)) {
        account_spec spec;
        spec.name = asked->name;
        spec.kind = asked->kind;
        spec.tier = asked->tier;
        for (const auto& each : asked->deposits) {
            spec.deposits.push_back({each.of_currency, each.asset, each.amount});
        }
        return act(spec, asked->name + " is open");
    }
    if (const auto* const asked = std::get_if<add_user>(&request)) {
        const std::string key = asked->name + ".00000000.secret";
        users_[key] = {asked->name, asked->role, asked->accounts};
        return user_added{key};
    }
    if (const auto* const asked = std::get_if<bourse::subscribe_market>(&request)) {
        if (machine_->book(asked->symbol) == nullptr) {
            return refusal(request_refused::kind::not_found, "there is no such symbol");
        }
        return subscribed{};
    }
    if (const auto* const asked = std::get_if<console_request>(&request)) {
        return table_answer{{"what", "name"}, {{asked->what, asked->name}}};
    }
    if (const auto* const asked = std::get_if<history_request>(&request)) {
        last_history_ = *asked;
        history_.as_of = machine_->index();
        return history_;
    }
    return done_answer{};
}

}  // namespace bourse
