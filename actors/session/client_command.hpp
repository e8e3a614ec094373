#pragma once

#include <type_traits>

#include "messages/shard_command.hpp"

namespace bourse {

/// What traders send. All other commands are operators', or the exchange's own.
template <class Type>
inline constexpr bool is_client_command =
    std::is_same_v<Type, submit_order> || std::is_same_v<Type, submit_cancel> ||
    std::is_same_v<Type, submit_replace> || std::is_same_v<Type, submit_mass_cancel>;

}  // namespace bourse
