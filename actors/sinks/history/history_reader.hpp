#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/sinks/history/history.hpp"
#include "messages/result.hpp"
#include "messages/session_message.hpp"

namespace bourse {

/// Reads what a history holds, beside its writer; each answer is of one moment, and holds a copy of the rows only while it is made.
///
/// Orders come newest first by when they came, and trades by when they happened; of one moment, by shard, and in a shard by falling id,
/// or the last trade first. A page ends with a cursor from which the next goes on: nothing that was there when the first page was asked for is
/// left out or comes twice, but for what retention drops meanwhile.
///
/// A question may match little of what must be looked at (an account's orders of one symbol, long ago). After
/// `max_rows_looked_at` a page ends, possibly with nothing in it, and its cursor goes on from there.
///
/// Who may see what is not decided here: a session strikes out what is not its client's.
///
/// One thread, the writer's if there is one; it waits for the disk.
class history_reader {
public:
    /// Of a folder that nobody writes; the file must be there. Errors as of `history::open`.
    [[nodiscard]] static result<std::unique_ptr<history_reader>> open(const std::string& path);
    /// Of what a writer has open.
    [[nodiscard]] static std::unique_ptr<history_reader> beside(const history& writer);

    /// `over_bound` for more than `max_history_rows`; `malformed` for a cursor that no answer gave; `corrupt`.
    [[nodiscard]] result<history_answer> ask(const history_request& request);
    /// The last entry of each shard that is in the answers of this moment.
    [[nodiscard]] result<std::map<shard_id, std::uint64_t>> cursors();
    /// What it never saw, by shard and first entry.
    [[nodiscard]] result<std::vector<history_gap>> gaps();
    /// Orders and trades that retention has dropped.
    [[nodiscard]] result<std::uint64_t> dropped();
    [[nodiscard]] result<std::optional<history_order>> find(order_id id);
    /// Of a shard's trades up to `most` that came before its newest `newer`, as they happened.
    [[nodiscard]] result<std::vector<history_trade>> trades(shard_id shard, std::uint64_t newer,
                                                            std::uint64_t most);

private:
    explicit history_reader(std::shared_ptr<row_store> rows) : rows_(std::move(rows)) {}
    template <typename Found, typename Look>
    [[nodiscard]] result<Found> look(Look what);

    std::shared_ptr<row_store> rows_;
};

inline constexpr std::uint32_t max_history_rows = 10'000;  ///< of a page
inline constexpr std::uint32_t max_rows_looked_at = 100'000;

}  // namespace bourse
