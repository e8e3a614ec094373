#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "actors/replica/told_entry.hpp"
#include "actors/session/session.hpp"
#include "actors/session/told_queue.hpp"
#include "storage/event_store.hpp"

namespace bourse {

/// Finds reports that were told before: in the event store, which somebody else writes, and in what is on its way there.
///
/// What holds: entries are taken in order, and let go when they are durable. What `find` gives is without a gap from `from` on, as far
/// as anything was taken before it began. One thread, but for `take`, which is of any; the store's writer may be another.
class report_source {
public:
    /// The rows are the event store's; they must outlive it.
    report_source(row_store& rows, const event_store_options& options, shard_id shard)
        : rows_(rows), options_(options), shard_(shard) {}

    void take(told_entry_ptr entry) { static_cast<void>(coming_.put(std::move(entry))); }
    /// The event store has all entries up to `index`.
    void durable(std::uint64_t index);

    /// The reports of an account from number `from`, which is above zero, at most `most` and those of an entry. Errors: as of
    /// the event store.
    [[nodiscard]] result<past_reports> find(account_id account, std::uint64_t from,
                                            std::size_t most);

private:
    void look();
    [[nodiscard]] outcome find_stored(past_reports& into, std::uint64_t& next, std::size_t most);
    void find_recent(past_reports& into, std::uint64_t& next, std::size_t most) const;

    row_store& rows_;
    event_store_options options_;
    shard_id shard_;
    std::unique_ptr<event_store> store_;  ///< as of the last `durable`; null: not looked at since
    told_queue coming_{SIZE_MAX};         ///< whoever takes in entries bounds them
    std::vector<told_entry_ptr> came_;
    std::deque<told_entry_ptr> recent_;  ///< not durable yet
    std::vector<entry_events> read_;
};

}  // namespace bourse
