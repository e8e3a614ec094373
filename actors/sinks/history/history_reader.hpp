#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/sinks/history/history.hpp"
#include "actors/sinks/history/sqlite.hpp"
#include "messages/result.hpp"
#include "messages/session_message.hpp"

namespace bourse {

/// Reads what a history holds, while another connection writes it; each answer is of one moment.
///
/// Orders come newest first by when they came, and trades by when they happened; of one moment, by falling id, or symbol and
/// number. A page ends with a cursor from which the next goes on: nothing that was there when the first page was asked for is
/// left out or comes twice, but for what retention drops meanwhile.
///
/// A question may match little of what must be looked at (an account's orders of one symbol, long ago). After
/// `max_rows_looked_at` a page ends, possibly with nothing in it, and its cursor goes on from there.
///
/// Who may see what is not decided here: a session strikes out what is not its client's.
///
/// One thread at a time; it waits for the disk.
class history_reader {
public:
    /// The file must be there. Errors as of `history::open`.
    [[nodiscard]] static result<std::unique_ptr<history_reader>> open(const std::string& path);

    /// `over_bound` for more than `max_history_rows`; `malformed` for a cursor that no answer gave; `corrupt`.
    [[nodiscard]] result<history_answer> ask(const history_request& request);
    /// The last entry of each shard that is in the answers of this moment.
    [[nodiscard]] result<std::map<shard_id, std::uint64_t>> cursors();
    /// What it never saw, by shard and first entry.
    [[nodiscard]] result<std::vector<history_gap>> gaps();
    /// Orders and trades that retention has dropped.
    [[nodiscard]] result<std::uint64_t> dropped();
    [[nodiscard]] result<std::optional<history_order>> find(order_id id);
    [[nodiscard]] result<std::optional<history_trade>> find(timestamp at, symbol_id symbol,
                                                            trade_number number);

private:
    explicit history_reader(std::unique_ptr<sqlite_file> file) : file_(std::move(file)) {}
    result<history_answer> answer(const history_request& request);
    outcome find_orders(const history_request& request, history_answer& into);
    outcome find_trades(const history_request& request, history_answer& into);
    [[nodiscard]] result<std::int64_t> first_id_from(shard_id shard, timestamp at);

    std::unique_ptr<sqlite_file> file_;
    std::optional<sqlite_statement> find_order_;  // made ready when first used
    std::optional<sqlite_statement> find_trade_;
};

inline constexpr std::uint32_t max_history_rows = 10'000;  ///< of a page
inline constexpr std::uint32_t max_rows_looked_at = 100'000;

}  // namespace bourse
