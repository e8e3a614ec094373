#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "actors/replica/told_entry.hpp"
#include "actors/session/told_queue.hpp"
#include "actors/sinks/history/history.hpp"
#include "actors/sinks/history/history_reader.hpp"
#include "storage/event_store.hpp"

namespace bourse {

/// Takes out of a trade who traded, where that is not one of these, which rise.
void hide_others(history_trade& of, const std::vector<account_id>& own);

/// Brings every entry of a shard to the history, once and in order: as it is told, and, where the history is behind (after a
/// crash), from the event store.
///
/// One thread, which may wait. The rows are the event store's, whose writer may be another thread; all must outlive it.
class history_feed {
public:
    history_feed(history& to, row_store& events, const event_store_options& options, shard_id shard)
        : to_(to), events_(events), options_(options), shard_(shard) {}

    /// Errors: as of the history, but that entries are missing: those are looked for in the event store, and if that has
    /// dropped them, the history says that it has a gap.
    outcome take(const told_entry& entry);
    /// All that the event store has and the history has not.
    outcome catch_up();
    /// Writes what was taken.
    outcome commit() { return to_.commit(); }

private:
    outcome read_up_to(const event_store& from, std::uint64_t last);
    outcome take_stored(const entry_events& entry);

    history& to_;
    row_store& events_;
    event_store_options options_;
    shard_id shard_;
};

/// Reports and events that wait for the history; beyond, it reads them from the event store.
inline constexpr std::size_t max_history_lag = 500'000;

/// What is kept of the past for people, opened.
struct history_parts {
    told_queue coming{max_history_lag};  ///< entries, from the shard
    std::unique_ptr<history> kept;
    std::unique_ptr<history_feed> feed;
    std::unique_ptr<history_reader> reader;
};

}  // namespace bourse
