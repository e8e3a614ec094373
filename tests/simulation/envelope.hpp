#pragma once

#include <cstdint>
#include <memory>
#include <variant>

#include "actors/replica/replica_node.hpp"
#include "tests/simulation/checker.hpp"

namespace bourse {

/// Who sends and receives: nodes count from 1, clients from `first_client`.
using endpoint = std::uint32_t;
inline constexpr endpoint first_client = 100;

struct routed_message {
    shard_id shard{};
    replica_message what;
};
struct read_request {
    std::uint64_t number = 0;
    shard_id shard{};
};
/// Not done, or not known whether; ask again, perhaps there.
struct refusal_notice {
    std::uint64_t number = 0;
    replica_id leader{};
    shard_id shard{};
};

struct envelope {
    endpoint from = 0;
    endpoint to = 0;
    std::variant<routed_message, channel_letter, client_request, client_answer, read_request,
                 read_answer, refusal_notice, rows_request, rows_piece, events_request,
                 events_piece>
        what;
    node_sign sign{};  ///< of a node's
};

}  // namespace bourse
