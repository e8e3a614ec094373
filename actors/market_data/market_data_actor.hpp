#pragma once

#include "actors/market_data/market_desk.hpp"
#include "actors/session/session_actor.hpp"

namespace bourse {

/// From market data to the shard.
struct market_watch_mail {
    market_effects::watch what;
};
/// From the shard to market data.
struct market_change_mail {
    market_change_ptr what;
};
struct market_missing_mail {
    symbol_id symbol{};
};

/// Hears what market data wants: the shard's actor is one.
using watched_actor = caf::typed_actor<caf::reacts_to<market_watch_mail>>;

/// The market's public data, to all who subscribed to it.
///
/// One a node, started by its wiring, living as long as it; if it fails the node ends. Owns a `market_desk`. Never blocks. Bounds: a
/// reader's credit; changes come only of symbols that somebody reads, at most one an entry and symbol.
using market_data_actor = caf::typed_actor<
    // Subscribe, grant, unsubscribe: answered by `session_reply`.
    caf::reacts_to<question_mail>, caf::reacts_to<gone_mail>,
    // From the shard, in order.
    caf::reacts_to<market_change_mail>, caf::reacts_to<market_missing_mail>>;

struct market_data_state {
    market_desk desk;
};
[[nodiscard]] market_data_actor::behavior_type market_data_behavior(
    market_data_actor::stateful_pointer<market_data_state> self, post<watched_actor> shard,
    sessions_ptr table, std::shared_ptr<actor_count> count);

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::market_watch_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::market_change_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::market_missing_mail)
