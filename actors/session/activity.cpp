#include "actors/session/activity.hpp"

#include <optional>
#include <type_traits>
#include <variant>

#include "actors/session/client_command.hpp"

namespace bourse {
namespace {

using level = activity_log::level;

bool is_of_client(const shard_command& one) {
    return std::visit(
        [](const auto& what) { return is_client_command<std::decay_t<decltype(what)>>; }, one);
}

template <class Type>
std::string name_of() {
    if constexpr (std::is_same_v<Type, submit_order>) {
        return "order";
    } else if constexpr (std::is_same_v<Type, submit_cancel>) {
        return "cancel";
    } else if constexpr (std::is_same_v<Type, submit_replace>) {
        return "replace";
    } else if constexpr (std::is_same_v<Type, submit_mass_cancel>) {
        return "mass cancel";
    } else if constexpr (std::is_same_v<Type, book_state> || std::is_same_v<Type, market_halt>) {
        return "state of a market";
    } else if constexpr (std::is_same_v<Type, set_kill_switch>) {
        return "kill switch";
    } else if constexpr (std::is_same_v<Type, deposit>) {
        return "deposit";
    } else if constexpr (std::is_same_v<Type, withdraw>) {
        return "withdrawal";
    } else {
        return "operator's command";
    }
}

void describe(const shard_command& one, activity& into) {
    into.account = account_of(one);
    std::visit(
        [&](const auto& what) {
            using type = std::decay_t<decltype(what)>;
            into.what = name_of<type>() + " asked";
            if constexpr (requires { what.symbol; }) {
                into.symbol = what.symbol;
            }
            if constexpr (std::is_same_v<type, submit_cancel> ||
                          std::is_same_v<type, submit_replace>) {
                into.order = what.order;
            }
            if constexpr (requires { what.request; }) {
                into.client = what.request.id;
            }
        },
        one);
}

/// What an operator wants done by name, in words; of anything else nothing.
std::optional<std::string> act_of(const session_request& request) {
    if (const auto* what = std::get_if<add_instrument>(&request)) {
        return "instrument " + what->name + " is to be listed";
    }
    if (const auto* what = std::get_if<open_named_account>(&request)) {
        return "account " + what->name + " is to be opened";
    }
    if (const auto* what = std::get_if<add_user>(&request)) {
        return "user " + what->name + " is to be added";
    }
    if (const auto* what = std::get_if<revoke_user>(&request)) {
        return "user " + what->name + " is to be revoked";
    }
    return std::nullopt;
}

}  // namespace

activity session_trail::about(std::uint64_t ask, std::string what) const {
    activity made;
    made.what = std::move(what);
    made.trace = std::to_string(session_.value) + (ask == 0 ? "" : "-" + std::to_string(ask));
    made.user = user_;
    return made;
}

void session_trail::began() const {
    if (wants(level::info)) {
        const char* const as = role_ == user_role::market_operator ? "an operator"
                               : role_ == user_role::trader        ? "a trader"
                                                                   : "a viewer";
        to_->write(level::info, about(0, std::string("logged in, as ") + as));
    }
}

void session_trail::ended(const std::string& why) const {
    if (wants(level::info)) {
        to_->write(level::info,
                   about(0, why.empty() ? "the session ends" : "the session ends: " + why));
    }
}

void session_trail::asked(std::uint64_t ask, const session_request& request) {
    const bool wants_all = wants(level::debug);
    if (!wants_all && (role_ != user_role::market_operator || !wants(level::info))) {
        return;
    }
    if (auto act = act_of(request)) {
        acts_.insert(ask);
        to_->write(level::info, about(ask, std::move(*act)));
        return;
    }
    const auto* const submit = std::get_if<submit_request>(&request);
    if (submit == nullptr) {
        return;
    }
    for (const shard_command& each : submit->commands) {
        const bool is_act = !is_of_client(each);
        if (is_act || wants_all) {
            activity made = about(ask, {});
            describe(each, made);
            to_->write(is_act ? level::info : level::debug, made);
        }
        if (is_act) {
            acts_.insert(ask);
        }
    }
}

void session_trail::answered(std::uint64_t ask, const session_answer& answer) {
    const level at = !acts_.empty() && acts_.erase(ask) > 0 ? level::info : level::debug;
    if (!wants(at)) {
        return;
    }
    if (const auto* const refused = std::get_if<request_refused>(&answer)) {
        to_->write(at, about(ask, "refused: " + refused->why));
    } else if (const auto* const all = std::get_if<submitted>(&answer)) {
        for (const command_outcome& each : all->outcomes) {
            activity made = about(ask, "answered");
            made.account = each.first.what.account;
            made.order = each.first.what.order;
            made.symbol = each.first.what.symbol;
            made.client = each.first.client;
            made.outcome = each.first.what.kind;
            made.why = each.first.what.reason;
            to_->write(at, made);
        }
    } else if (at == level::info) {
        to_->write(at, about(ask, "done"));
    }
}

}  // namespace bourse
