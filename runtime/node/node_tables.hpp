#pragma once

#include <memory>
#include <string>

#include "actors/shard/shard_actor.hpp"
#include "runtime/node/node_data.hpp"

namespace bourse {

/// What the console shows of a node beside its actors: nodes, shards, sessions, sinks, status. Of the history, if it is not kept (null),
/// why not.
void add_node_tables(actor_registry& to, const node_identity& identity, const std::string& folder,
                     sessions_ptr table, std::shared_ptr<shard_figures> figures,
                     std::shared_ptr<history_parts> history, const std::string& no_history);

}  // namespace bourse
