#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
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
/// crash, or when more came than waits for it), from the event store.
///
/// The event store may be behind itself. So an entry that does not follow what the history has is left out until the store has it; only
/// what the store has dropped becomes a gap, as nobody can give that any more. Left out is also what comes while the history
/// cannot be written for want of room.
///
/// One thread, which may wait. The rows are the event store's, whose writer may be another thread; all must outlive it.
class history_feed {
public:
    history_feed(history& to, row_store& events, const event_store_options& options, shard_id shard)
        : to_(to), events_(events), options_(options), shard_(shard) {}

    /// Errors: as of the history, but that it cannot have this entry now: then it is behind.
    outcome take(const told_entry& entry);
    /// There are entries up to this one: the history is behind until it has them.
    void wants(std::uint64_t index) { wanted_ = std::max(wanted_, index); }
    /// There are entries that the history does not have, and that nobody will tell of any more: `catch_up` when the event store may have them.
    [[nodiscard]] bool is_behind() const { return to_.next(shard_) <= wanted_; }
    /// All that the event store has and the history has not. `progress` hears now and then which entry it has, of which last one.
    /// Errors: as of the history and of the store.
    outcome catch_up(
        const std::function<void(std::uint64_t index, std::uint64_t last)>& progress = {});
    /// Writes what was taken.
    outcome commit() { return to_.commit(); }
    /// Up to this entry it is in the file.
    [[nodiscard]] std::uint64_t durable() const {
        const auto all = to_.cursors();
        const auto found = all.find(shard_);
        return found == all.end() ? 0 : found->second;
    }

private:
    outcome read_up_to(const event_store& from, std::uint64_t last,
                       const std::function<void(std::uint64_t, std::uint64_t)>& progress);
    outcome take_stored(const entry_events& entry);

    history& to_;
    row_store& events_;
    event_store_options options_;
    shard_id shard_;
    std::uint64_t wanted_ = 0;
};

/// Reports and events that wait for the history; beyond, it reads them from the event store.
inline constexpr std::size_t max_history_lag = 500'000;

/// How far a sink is, and what keeps it from going on, for people. Any thread.
class sink_progress {
public:
    void say(std::uint64_t index, std::string why) {
        const std::lock_guard lock(mutex_);
        now_ = {index, std::move(why)};
    }
    /// The last entry that it has, and a sentence; none: nothing is in its way.
    [[nodiscard]] std::pair<std::uint64_t, std::string> now() const {
        const std::lock_guard lock(mutex_);
        return now_;
    }

private:
    mutable std::mutex mutex_;
    std::pair<std::uint64_t, std::string> now_;
};

/// What is kept of the past for people, opened.
struct history_parts {
    told_queue coming{max_history_lag};  ///< entries, from the shard
    std::unique_ptr<history> kept;
    std::unique_ptr<history_feed> feed;
    std::unique_ptr<history_reader> reader;
    sink_progress progress;
};

}  // namespace bourse
