#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "actors/shard/shard.hpp"
#include "messages/report.hpp"
#include "messages/shard_rows.hpp"

/// What must hold of a shard's state, or of what an entry gave out. Each says the first thing wrong, in a sentence, or nothing.
namespace bourse::state_checks {

/// The positions of all holders add up to zero for each asset.
[[nodiscard]] std::optional<std::string> conserved(const shard_rows& rows);
/// The same of the lines of one entry.
[[nodiscard]] std::optional<std::string> conserved(std::span<const ledger_line> lines);
/// Each open order of the ledger is in its book, as far filled and with as much remaining, and the other way round.
[[nodiscard]] std::optional<std::string> orders_agree(const shard_rows& rows);
/// What accounts have reserved is what their open orders could cost: a shard made anew from the rows, which adds it up from
/// the orders, says the same of every account.
[[nodiscard]] std::optional<std::string> reserved_for_orders(const shard& lived,
                                                             const shard_rows& rows);
/// What each holder has got of each asset, by the lines of all entries.
using line_totals = std::map<std::pair<account_id, asset_id>, wide_int>;
/// Each position is what these lines add up to, and there is one for each that is not zero.
[[nodiscard]] std::optional<std::string> positions_are(const shard_rows& rows, line_totals lines);
/// Two states are the same, row by row; names the first key that differs.
[[nodiscard]] std::optional<std::string> same_rows(const shard_rows& a, const shard_rows& b);

}  // namespace bourse::state_checks
