#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/ledger/portfolio_line.hpp"
#include "actors/shard/shard_output.hpp"
#include "messages/shard_rows.hpp"

namespace bourse {

/// The first difference of two outputs, field by field.
[[nodiscard]] std::optional<std::string> compare(const shard_output& expected,
                                                 const shard_output& got);
/// Likewise of two states.
[[nodiscard]] std::optional<std::string> compare(const shard_rows& expected, const shard_rows& got);
/// Likewise of what an account has.
[[nodiscard]] std::optional<std::string> compare(const std::vector<portfolio_line>& expected,
                                                 const std::vector<portfolio_line>& got);
[[nodiscard]] std::optional<std::string> compare(const std::vector<open_order_row>& expected,
                                                 const std::vector<open_order_row>& got);

}  // namespace bourse
