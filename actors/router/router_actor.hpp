#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "actors/console/post.hpp"
#include "messages/session_message.hpp"

namespace bourse {

/// Commands of a session, in order; zero as `ask`: nobody waits for them.
struct commands_mail {
    std::uint64_t session = 0;
    std::uint64_t ask = 0;
    std::shared_ptr<std::vector<shard_command>> list;
};
/// A request that somebody else knows the answer to.
struct question_mail {
    std::uint64_t session = 0;
    std::uint64_t ask = 0;
    std::shared_ptr<session_request> what;
};
/// A session is to hear of entries with reports of an account, or no more.
struct watch_mail {
    std::uint64_t session = 0;
    account_id account{};
    bool on = true;
};
/// A session wants reports of before.
struct wanted_mail {
    std::uint64_t session = 0;
    account_id account{};
    std::uint64_t first = 0;
};
/// A session has ended: nothing is for it any more.
struct gone_mail {
    std::uint64_t session = 0;
};

/// Fulfilled when nothing that came before is under way any more.
struct stop_mail {
    std::shared_ptr<std::promise<void>> stopped;
};

/// Whoever is asked things by sessions.
using asked_actor = caf::typed_actor<caf::reacts_to<question_mail>>;
/// A shard as sessions see it.
using shard_port_actor = caf::typed_actor<caf::reacts_to<commands_mail>,
                                          caf::reacts_to<question_mail>, caf::reacts_to<watch_mail>,
                                          caf::reacts_to<gone_mail>, caf::reacts_to<stop_mail>>;
/// Who keeps what was told.
using past_port_actor = caf::typed_actor<caf::reacts_to<wanted_mail>>;
/// Market data as sessions see it.
using market_port_actor =
    caf::typed_actor<caf::reacts_to<question_mail>, caf::reacts_to<gone_mail>>;

struct router_links {
    post<shard_port_actor> shard;
    post<past_port_actor> past;
    post<market_port_actor> market;
    post<asked_actor> console;
    post<asked_actor> history;  ///< none: history is not kept
};

/// Knows who has what, and forwards: commands and questions of accounts and symbols to their shard, market data, history, the console.
///
/// One a node, started by its wiring, living as long as it; if it fails the node ends. Owns nothing but who is where: today
/// one shard has all symbols and accounts. Never blocks. Bounds: those of the sessions, whose requests in flight are counted.
using router_actor = caf::typed_actor<caf::reacts_to<commands_mail>, caf::reacts_to<question_mail>,
                                      caf::reacts_to<watch_mail>, caf::reacts_to<wanted_mail>,
                                      caf::reacts_to<gone_mail>, caf::reacts_to<stop_mail>>;

[[nodiscard]] router_actor::behavior_type router_behavior(router_actor::pointer self,
                                                          router_links links,
                                                          std::shared_ptr<actor_count> count);

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::commands_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::question_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::watch_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::wanted_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::gone_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::stop_mail)
