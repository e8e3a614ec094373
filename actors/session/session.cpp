#include "actors/session/session.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "actors/session/client_command.hpp"

namespace bourse {
namespace {

using kind = request_refused::kind;

constexpr unsigned session_bits = 20;
constexpr unsigned counter_bits = 32;

bool is_cancel(const shard_command& one) {
    return std::holds_alternative<submit_cancel>(one) ||
           std::holds_alternative<submit_mass_cancel>(one);
}

}  // namespace

/// 12 bits of the start, 20 of the session, 32 to count with: those of a session that is gone may come again after
/// four thousand starts, or a million sessions; what they named has long been answered then.
std::uint64_t own_numbers(std::uint32_t incarnation, session_number session) {
    const std::uint64_t start = incarnation & 0xFFFU;
    const std::uint64_t its = session.value & ((1U << session_bits) - 1);
    return start << (session_bits + counter_bits) | its << counter_bits;
}

session::session(const session_options& options)
    : options_(options),
      all_(options.limits.session),
      queries_(options.limits.queries),
      accounts_(options.accounts_throttled != nullptr
                    ? options.accounts_throttled
                    : std::make_shared<account_throttles>(options.limits.account)),
      outcomes_(own_numbers(options.incarnation, options.number)) {}

session_effects session::take() {
    if (!leases_.empty()) {
        const auto third = static_cast<std::uint64_t>(options_.cancel_on_disconnect.ns / 3'000'000);
        out_.tick_after_ms = std::max<std::uint64_t>(third, 1);
    }
    return std::exchange(out_, {});
}

void session::answer(std::uint64_t ask, session_answer what) {
    out_.answers.push_back({ask, std::move(what)});
}

void session::refuse(std::uint64_t ask, kind what, std::string why, std::uint32_t retry_after_ms) {
    answer(ask, request_refused{what, std::move(why), retry_after_ms});
}

bool session::has_account(account_id account) const {
    return options_.role == user_role::market_operator ||
           std::binary_search(options_.accounts.begin(), options_.accounts.end(), account);
}

bool session::may_read(account_id account) const {
    return has_account(account);
}

void session::ask(const moment& now, std::uint64_t ask, session_request request) {
    if (is_closed_) {
        return;
    }
    heard_ms_ = now.monotonic_ms;
    if (std::holds_alternative<keep_alive>(request)) {
        answer(ask, done_answer{});
        return;
    }
    if (in_flight() >= max_requests_in_flight) {
        refuse(ask, kind::overloaded,
               std::to_string(in_flight()) + " requests of this session wait for their answers",
               10);
        return;
    }
    if (auto* submit = std::get_if<submit_request>(&request)) {
        take_submit(now, ask, std::move(*submit));
    } else {
        take_question(now, ask, std::move(request));
    }
}

// --- Commands -------------------------------------------------------------------------------------

std::optional<request_refused> session::find_fault(const shard_command& one) const {
    return std::visit(
        [&](const auto& what) -> std::optional<request_refused> {
            using type = std::decay_t<decltype(what)>;
            if constexpr (!requires { what.request; } || std::is_same_v<type, put_record>) {
                return request_refused{
                    kind::not_permitted,
                    "leases, records and messages of channels are the exchange's own "
                    "commands",
                    0};
            } else if constexpr (std::is_same_v<type, open_account> ||
                                 std::is_same_v<type, list_instrument>) {
                return request_refused{kind::not_permitted,
                                       "accounts are opened and instruments listed by name, so "
                                       "that each has one: call "
                                       "openAccount or addInstrument",
                                       0};
            } else {
                if (what.request.id.is_tag()) {
                    return request_refused{kind::malformed,
                                           "client ids of which the upper half is all ones are the "
                                           "exchange's own; choose another",
                                           0};
                }
                if constexpr (!is_client_command<type>) {
                    if (options_.role != user_role::market_operator) {
                        return request_refused{kind::not_permitted,
                                               "this command is for operators only", 0};
                    }
                } else if (!has_account(account_of(one))) {
                    return request_refused{kind::not_permitted,
                                           "account " + std::to_string(account_of(one).value) +
                                               " is not one of this user's",
                                           0};
                }
                if constexpr (std::is_same_v<type, submit_order>) {
                    if (what.lease != lease_id{}) {
                        return request_refused{kind::malformed,
                                               "an order's lease is the session's to give: log in "
                                               "with cancel-on-disconnect",
                                               0};
                    }
                }
                return std::nullopt;
            }
        },
        one);
}

std::optional<request_refused> session::find_fault(const submit_request& request) const {
    if (request.commands.empty()) {
        return request_refused{kind::malformed, "there is no command in it", 0};
    }
    if (request.commands.size() > max_commands_of_request) {
        return request_refused{kind::malformed,
                               std::to_string(request.commands.size()) +
                                   " commands are too many: at most " +
                                   std::to_string(max_commands_of_request) + " in a request",
                               0};
    }
    if (options_.role == user_role::viewer) {
        return request_refused{kind::not_permitted, "a viewer only reads", 0};
    }
    for (const shard_command& each : request.commands) {
        if (auto fault = find_fault(each)) {
            return fault;
        }
    }
    return std::nullopt;
}

/// Takes from all buckets or from none.
std::optional<request_refused> session::find_throttle(const moment& now,
                                                      const submit_request& request) {
    const bool cancels = std::all_of(request.commands.begin(), request.commands.end(), is_cancel);
    const auto count = static_cast<std::uint32_t>(request.commands.size());
    const auto too_many = [](const std::string& whose, std::uint32_t retry_after_ms) {
        return request_refused{kind::overloaded, "too many commands a second of " + whose,
                               retry_after_ms};
    };
    if (!all_.take(now.monotonic_ms, count, cancels)) {
        return too_many("this session", all_.retry_after_ms(count));
    }
    std::vector<account_throttles::wanted> counts;
    if (accounts_->are_limited()) {
        for (const shard_command& each : request.commands) {
            if (const account_id account = account_of(each); account != account_id{}) {
                counts.push_back({account, 1});
            }
        }
        std::ranges::sort(counts, {}, &account_throttles::wanted::account);
        std::size_t kept = 0;
        for (const account_throttles::wanted& each : counts) {
            if (kept != 0 && counts[kept - 1].account == each.account) {
                ++counts[kept - 1].commands;
            } else {
                counts[kept++] = each;
            }
        }
        counts.resize(kept);
    }
    if (const auto refused = accounts_->take(now.monotonic_ms, counts, cancels)) {
        all_.give_back(count);
        return too_many("account " + std::to_string(refused->account.value),
                        refused->retry_after_ms);
    }
    return std::nullopt;
}

/// Puts orders under leases, and what makes or extends those in front: returns how many.
std::size_t session::add_leases(const moment& now, std::vector<shard_command>& commands) {
    std::vector<shard_command> renewals;
    for (shard_command& each : commands) {
        auto* order = std::get_if<submit_order>(&each);
        if (order == nullptr) {
            continue;
        }
        auto [found, is_new] = leases_.try_emplace(order->order.account);
        lease& its = found->second;
        if (is_new) {
            its.id = {own_numbers(options_.incarnation, options_.number) + leases_.size()};
        }
        const duration half{options_.cancel_on_disconnect.ns / 2};
        if (its.until < now.wall + half) {
            its.until = now.wall + options_.cancel_on_disconnect;
            renewals.emplace_back(
                renew_lease{.account = order->order.account, .lease = its.id, .until = its.until});
        }
        order->lease = its.id;
    }
    const std::size_t count = renewals.size();
    commands.insert(commands.begin(), renewals.begin(), renewals.end());
    return count;
}

void session::take_submit(const moment& now, std::uint64_t ask, submit_request request) {
    auto refusal = find_fault(request);
    if (!refusal) {
        refusal = find_throttle(now, request);
    }
    if (refusal) {
        answer(ask, std::move(*refusal));
        return;
    }
    const std::size_t renewals =
        options_.cancel_on_disconnect.ns > 0 ? add_leases(now, request.commands) : 0;
    outcomes_.note(ask, request.commands, renewals);
    out_.submits.push_back({ask, std::move(request.commands)});
}

void session::refused(std::uint64_t ask, request_refused why) {
    if (is_closed_) {
        return;
    }
    for (auto& [account, its] : leases_) {
        its.until = {};  // its renewal was perhaps among them: the next order brings one
    }
    if (ask == 0) {
        return;
    }
    outcomes_.forget(ask);
    questions_.erase(ask);
    markets_.erase(ask);
    answer(ask, std::move(why));
}

void session::lost(std::uint64_t ask) {
    refused(ask, {kind::unknown_outcome,
                  "perhaps done, perhaps not: ask again with the same client ids", 0});
}

// --- Leases ---------------------------------------------------------------------------------------

void session::renew_leases(const moment& now, bool end) {
    session_effects::commands all;
    for (auto& [account, its] : leases_) {
        its.until = end ? lease_over : now.wall + options_.cancel_on_disconnect;
        all.list.emplace_back(renew_lease{.account = account, .lease = its.id, .until = its.until});
    }
    if (!all.list.empty()) {
        out_.submits.push_back(std::move(all));
    }
}

/// Who has been silent for a whole lease is left to it.
void session::tick(const moment& now) {
    const auto third = static_cast<std::uint64_t>(options_.cancel_on_disconnect.ns / 3'000'000);
    if (!is_closed_ && !leases_.empty() && now.monotonic_ms <= heard_ms_ + third) {
        renew_leases(now, false);
    }
}

void session::close(const moment& now) {
    if (!is_closed_) {
        renew_leases(now, true);
        leases_.clear();
        for (const auto& [ask, reader] : reports_) {
            out_.watches.push_back({reader.account, false});
        }
        reports_.clear();
        is_closed_ = true;
    }
}

// --- Entries --------------------------------------------------------------------------------------

void session::told(const told_entry& entry, const std::vector<std::uint64_t>& asks) {
    if (is_closed_) {
        return;
    }
    if (!asks.empty()) {
        for (outcome_finder::answered& each : outcomes_.find(entry, asks)) {
            answer(each.ask, std::move(each.what));
        }
    }
    for (auto& [ask, reader] : reports_) {
        tell_reader(ask, reader, entry);
    }
}

// --- Everything else ------------------------------------------------------------------------------

void session::replied(std::uint64_t ask, session_answer what) {
    if (is_closed_) {
        return;
    }
    const bool is_push =
        std::holds_alternative<market_push>(what) || std::holds_alternative<reports_push>(what);
    if (!is_push) {
        questions_.erase(ask);
        if (std::holds_alternative<request_refused>(what)) {
            markets_.erase(ask);
        }
    } else if (!markets_.contains(ask)) {
        return;  // ended meanwhile
    }
    answer(ask, std::move(what));
}

std::optional<request_refused> session::find_fault(const session_request& request) const {
    const auto not_permitted = [](std::string why) {
        return request_refused{kind::not_permitted, std::move(why), 0};
    };
    const auto of_account = [&](account_id account) -> std::optional<request_refused> {
        if (may_read(account)) {
            return std::nullopt;
        }
        return not_permitted("account " + std::to_string(account.value) +
                             " is not one of this user's");
    };
    const bool is_operator = options_.role == user_role::market_operator;
    return std::visit(
        [&](const auto& what) -> std::optional<request_refused> {
            using type = std::decay_t<decltype(what)>;
            if constexpr (std::is_same_v<type, orders_request> ||
                          std::is_same_v<type, portfolio_request> ||
                          std::is_same_v<type, subscribe_reports>) {
                return of_account(what.account);
            } else if constexpr (std::is_same_v<type, history_request>) {
                const bool is_public =
                    what.what == history_request::kind::trades && what.account == account_id{};
                if (is_public && what.order != order_id{} && !is_operator) {
                    // Who asked for one order after the other would know which trades are of one owner.
                    return not_permitted("which trades are of order " +
                                         std::to_string(what.order.value) +
                                         " is its owner's to know: name the account");
                }
                return is_public ? std::nullopt : of_account(what.account);
            } else if constexpr (std::is_same_v<type, book_request>) {
                if (what.depth > max_depth_asked) {
                    return request_refused{kind::malformed,
                                           "a depth of " + std::to_string(what.depth) +
                                               " is too much: at most " +
                                               std::to_string(max_depth_asked),
                                           0};
                }
            } else if constexpr (std::is_same_v<type, subscribe_market>) {
                if (what.depth > max_depth_asked || what.depth == 0) {
                    return request_refused{kind::malformed,
                                           "a depth of " + std::to_string(what.depth) +
                                               " cannot be: 1 to " +
                                               std::to_string(max_depth_asked),
                                           0};
                }
            } else if constexpr (std::is_same_v<type, add_instrument> ||
                                 std::is_same_v<type, open_named_account> ||
                                 std::is_same_v<type, add_user> ||
                                 std::is_same_v<type, revoke_user> ||
                                 std::is_same_v<type, console_request>) {
                if (!is_operator) {
                    return not_permitted("this is for operators only");
                }
            }
            return std::nullopt;
        },
        request);
}

void session::take_question(const moment& now, std::uint64_t ask, session_request request) {
    if (auto fault = find_fault(request)) {
        answer(ask, std::move(*fault));
        return;
    }
    if (const auto* more = std::get_if<grant_credit>(&request)) {
        grant(*more, request, ask);
        return;
    }
    if (!queries_.take(now.monotonic_ms, 1, false)) {
        refuse(ask, kind::overloaded, "too many requests a second of this session",
               queries_.retry_after_ms(1));
        return;
    }
    if (const auto* ended = std::get_if<unsubscribe>(&request)) {
        end(*ended, request, ask);
        return;
    }
    const bool is_market = std::holds_alternative<subscribe_market>(request);
    if ((is_market || std::holds_alternative<subscribe_reports>(request)) &&
        subscriptions() >= max_subscriptions) {
        refuse(ask, kind::overloaded,
               "a session has at most " + std::to_string(max_subscriptions) +
                   " subscriptions: end one first");
        return;
    }
    if (const auto* reports = std::get_if<subscribe_reports>(&request)) {
        subscribe(ask, *reports);
        return;
    }
    if (is_market) {
        markets_[ask] = {};
    }
    questions_[ask] = is_market;
    out_.questions.push_back({ask, std::move(request)});
}

}  // namespace bourse
