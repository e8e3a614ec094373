#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/shard/shard.hpp"
#include "actors/shard/shard_output.hpp"
#include "messages/report.hpp"
#include "messages/shard_command.hpp"
#include "messages/shard_rows.hpp"
#include "tests/support/event_audit.hpp"
#include "tests/support/shard/world.hpp"

namespace bourse {

/// Follows one shard from outside and says what in it cannot be.
///
/// It keeps books of its own from ledger lines, and works out anew from the rows of open orders what
/// they could cost (ledger RULES 1.6, 4.4, 6.2); it knows nothing of how a shard does either. Checked
/// after every entry:
/// - lines balance for each asset, and are the only thing that changes positions;
/// - each fill is settled once, by exactly the lines and the fee that rules 1.5 and 4.10 say;
/// - what is reserved equals what open orders could cost, and no cash account is short of it;
/// - an order that was admitted has one final answer or is open; nothing is said of it afterwards;
/// - reports, events and trades are numbered without a gap;
/// - no order trades beyond its worst price;
/// - what carries a client id and one not-after is executed at most once.
class shard_audit {
public:
    using portfolio_query = std::function<std::vector<portfolio_line>(account_id)>;

    explicit shard_audit(const shard_settings& settings) : settings_(settings) {}

    /// After each entry. Returns the first thing wrong, or nothing.
    [[nodiscard]] std::optional<std::string> follow(const entry& applied, const shard_output& out,
                                                    const shard_rows& rows,
                                                    const portfolio_query& portfolio);

private:
    using fault = std::optional<std::string>;
    using holding = std::pair<account_id, asset_id>;

    /// What open orders of one account could cost.
    struct claims {
        std::map<asset_id, wide_int> cash;   ///< by currency
        std::map<asset_id, wide_int> buys;   ///< by symbol, in lots
        std::map<asset_id, wide_int> sells;  ///< likewise
    };

    [[nodiscard]] fault follow_lines(const shard_output& out);
    [[nodiscard]] fault follow_fills(const shard_output& out);
    [[nodiscard]] fault follow_adjustments(const shard_output& out) const;
    [[nodiscard]] fault check_settlement(const event& fill, const report* told,
                                         const std::vector<ledger_line>& lines);
    [[nodiscard]] fault follow_reports(const shard_output& out);
    [[nodiscard]] fault follow_order(const report& r);
    [[nodiscard]] fault follow_events(const shard_output& out);
    [[nodiscard]] fault follow_client_ids(const entry& applied, const shard_output& out);

    [[nodiscard]] fault check_positions(const shard_rows& rows) const;
    [[nodiscard]] fault check_orders(const shard_rows& rows);
    [[nodiscard]] fault check_numbers(const shard_rows& rows) const;
    [[nodiscard]] fault check_reservations(const shard_rows& rows,
                                           const portfolio_query& portfolio) const;
    [[nodiscard]] fault check_reduce_only(const shard_rows& rows,
                                          const std::map<account_id, claims>& all) const;
    [[nodiscard]] std::map<account_id, claims> claims_of(const shard_rows& rows) const;
    [[nodiscard]] wide_int total_of(account_id holder, asset_id asset) const;
    [[nodiscard]] const listing* listed(symbol_id symbol) const;

    shard_settings settings_;
    std::map<symbol_id, listing> listings_;
    std::map<account_id, std::uint8_t> tiers_;
    std::map<holding, wide_int> totals_;
    std::map<order_id, wide_int> exact_fees_;  ///< of open orders, in millionths
    std::map<account_id, std::uint64_t> last_reports_;
    std::map<symbol_id, std::uint64_t> last_events_;
    std::map<symbol_id, event_audit> events_;
    std::set<order_id> open_;
    std::set<order_id> ended_early_;  ///< final answers to orders that no row has shown yet
    std::set<order_id> accepted_;
    std::uint64_t last_order_ = 0;
    /// What a client id was used with, and how often that was executed.
    struct use {
        timestamp not_after{};
        bool protects = true;  ///< all uses had the same not-after
        unsigned executed = 0;
    };
    std::map<std::pair<account_id, client_id>, use> uses_;
};

/// A line or report in words, for messages of tests.
[[nodiscard]] std::string describe(const ledger_line& line);
[[nodiscard]] std::string describe(const report& told);
[[nodiscard]] std::string to_text(wide_int value);
[[nodiscard]] std::string to_text(asset_id asset);
/// What lots are worth at a price, by the rules of their listing.
[[nodiscard]] wide_int value_of(const listing& what, price at, quantity lots);

}  // namespace bourse
