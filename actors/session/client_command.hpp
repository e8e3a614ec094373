#pragma once

#include <type_traits>
#include <variant>

#include "messages/shard_command.hpp"

namespace bourse {

/// What traders send. All other commands are operators', or the exchange's own.
template <class Type>
inline constexpr bool is_client_command =
    std::is_same_v<Type, submit_order> || std::is_same_v<Type, submit_cancel> ||
    std::is_same_v<Type, submit_replace> || std::is_same_v<Type, submit_mass_cancel>;

/// The account that a command is about; none for those of the market.
[[nodiscard]] inline account_id account_of(const shard_command& one) {
    return std::visit(
        [](const auto& what) {
            using type = std::decay_t<decltype(what)>;
            if constexpr (std::is_same_v<type, submit_order>) {
                return what.order.account;
            } else if constexpr (requires { what.account; }) {
                return what.account;
            } else {
                return account_id{};
            }
        },
        one);
}

}  // namespace bourse
