#pragma once

#include <memory>
#include <string>

#include "actors/shard/shard_actor.hpp"
#include "runtime/node/node_data.hpp"

namespace bourse {

/// What the console shows of a node beside its actors: nodes, shards, sessions, sinks, status.
void add_node_tables(actor_registry& to, const node_identity& identity, const std::string& folder,
                     sessions_ptr table, std::shared_ptr<shard_figures> figures);

}  // namespace bourse
