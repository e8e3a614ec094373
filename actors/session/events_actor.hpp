#pragma once

#include <functional>
#include <string>

#include "actors/session/report_source.hpp"
#include "actors/session/session_actor.hpp"

namespace bourse {

struct told_mail {
    told_entry_ptr entry;
};
/// To itself: what has come until now is made durable.
struct events_commit {};
/// To the shard: the event store has everything up to this index.
struct events_durable {
    std::uint64_t index = 0;
};
/// Hears how far the event store is: the shard's actor is one.
using durable_listener = caf::typed_actor<caf::reacts_to<events_durable>>;
/// Hears of every entry: a sink.
using told_actor = caf::typed_actor<caf::reacts_to<told_mail>>;

/// Keeps what every entry gave out in the event store, and finds reports of before for sessions.
///
/// One a node, started by its wiring, detached, since commits block. Owns a `report_source`; its store is the node's. If it fails
/// the node ends, and the next start tells it again what it lacks. What arrives while one commit is made is in the next. Bound: the shard
/// takes no more commands while it is `max_behind_events` behind.
using events_actor = caf::typed_actor<
    caf::reacts_to<told_mail>, caf::reacts_to<events_commit>,
    // Answered by `session_past`.
    caf::reacts_to<wanted_mail>>;

struct events_state {
    std::shared_ptr<report_source> source;
    bool commit_is_planned = false;
};
[[nodiscard]] events_actor::behavior_type events_behavior(
    events_actor::stateful_pointer<events_state> self, std::shared_ptr<report_source> source,
    post<durable_listener> shard, sessions_ptr table,
    std::function<void(const std::string&)> fail, std::shared_ptr<actor_count> count);

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::told_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::events_commit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::events_durable)
