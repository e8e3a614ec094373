#pragma once

#include <functional>
#include <string>

#include "actors/session/report_source.hpp"
#include "actors/session/session_actor.hpp"

namespace bourse {

/// The event store has everything up to this index.
struct events_durable {
    std::uint64_t index = 0;
};
/// Finds reports of before, for sessions that missed some or begin with an old number.
///
/// One a node, started by its wiring, detached, since it reads the event store. Owns a `report_source`. If it fails the node
/// ends. The shard hands the source its entries itself, before sessions hear of them. Bound: of what is not in the event store yet the
/// shard lets no more come than `max_behind_events`.
using past_actor = caf::typed_actor<
    // From the shard, in order.
    caf::reacts_to<events_durable>,
    // Answered by `session_past`.
    caf::reacts_to<wanted_mail>>;

[[nodiscard]] past_actor::behavior_type past_behavior(past_actor::pointer self,
                                                      std::shared_ptr<report_source> source,
                                                      sessions_ptr table,
                                                      std::function<void(const std::string&)> fail,
                                                      std::shared_ptr<actor_count> count);

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::events_durable)
