#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "actors/replica/told_entry.hpp"
#include "actors/session/session.hpp"
#include "messages/entry_events.hpp"
#include "storage/event_store.hpp"

namespace bourse {

/// Keeps what a shard's entries gave out, and finds reports in it: the event store, and what is on its way there.
///
///     take(entry) …;  commit();            whoever may block; entries up to `durable` need nobody else's memory then
///     find(account, from)                  between
///
/// What holds: entries are taken in order; after a restart the first ones once more, which must be as they were (`corrupt`). What
/// `find` gives is without a gap from `from` on, as far as anything was taken. One thread.
class report_source {
public:
    /// The store must outlive it.
    report_source(event_store& store, shard_id shard) : store_(store), shard_(shard) {}

    /// Errors: as of `event_store::append`, and of its commit if the batch was full.
    outcome take(told_entry_ptr entry);
    /// Makes what was taken durable. May block for long.
    outcome commit();
    [[nodiscard]] bool has_uncommitted() const noexcept { return !recent_.empty(); }
    [[nodiscard]] std::uint64_t durable() const { return store_.durable(shard_); }

    /// The reports of an account from number `from`, which is above zero, at most `most` and those of an entry.
    [[nodiscard]] result<past_reports> find(account_id account, std::uint64_t from,
                                            std::size_t most);

private:
    [[nodiscard]] outcome find_stored(past_reports& into, std::uint64_t& next, std::size_t most);
    void find_recent(past_reports& into, std::uint64_t& next, std::size_t most) const;

    event_store& store_;
    shard_id shard_;
    std::deque<told_entry_ptr> recent_;  ///< not durable yet
    std::vector<std::byte> packed_;
    std::vector<entry_events> read_;
    unpacked_events unpacked_;
};

}  // namespace bourse
