#pragma once

#include "actors/console/actor_registry.hpp"
#include "actors/router/router_actor.hpp"
#include "actors/session/session_actor.hpp"

namespace bourse {

/// Answers operators who ask what is running.
///
/// One a node, started by its wiring, living as long as it; if it fails the node ends. Owns nothing: what it shows is in the
/// registry, where everybody enters himself. Never blocks. Bound: the queries that sessions may ask.
[[nodiscard]] asked_actor::behavior_type console_behavior(asked_actor::pointer self,
                                                          std::shared_ptr<actor_registry> registry,
                                                          sessions_ptr table,
                                                          std::shared_ptr<actor_count> count);

}  // namespace bourse
