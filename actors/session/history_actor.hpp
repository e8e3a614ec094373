#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "actors/session/history_feed.hpp"
#include "actors/session/past_actor.hpp"

namespace bourse {

/// From the shard: entries have come into the queue.
struct told_waits {};
/// Does not look at each entry as it comes: a sink.
using told_actor = caf::typed_actor<caf::reacts_to<told_waits>>;

/// To itself: what has come until now is written.
struct history_commit {};
/// Not more often than this, but when a batch is full or somebody asks: an order that comes and goes between two commits is written
/// once, and a page that many orders change, too.
inline constexpr std::chrono::milliseconds history_commits_apart{250};
/// When there was no room for what is to be written, it is tried again so much later: to try costs as much as to write.
inline constexpr std::chrono::milliseconds history_tries_apart{2'000};

/// Writes the history, and answers questions about it.
///
/// One a node, started by its wiring, detached, since it waits for the disk. Owns the history's file. If that fails, the node goes
/// on without: questions are `unavailable`, and the log says so; after the next start the history goes on where it stopped, from
/// the event store. While there is no room for its file it is behind, says so (`sink_progress`) and tries again. What was told is
/// written a little later; a question is answered with all that was told before it. Bound: what comes while `max_history_lag` waits is
/// left out, and read from the event store when that has it; until then an answer is of what came before, and says so (`as_of`).
using history_actor = caf::typed_actor<caf::reacts_to<told_waits>, caf::reacts_to<history_commit>,
                                       // Answered by `session_reply`.
                                       caf::reacts_to<question_mail>>;

struct history_state {
    std::shared_ptr<history_parts> parts;
    bool commit_is_planned = false;
    std::string dead;
};
[[nodiscard]] history_actor::behavior_type history_behavior(
    history_actor::stateful_pointer<history_state> self, std::shared_ptr<history_parts> parts,
    sessions_ptr table, std::function<void(const std::string&)> warn,
    std::shared_ptr<actor_count> count);

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::told_waits)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::history_commit)
