#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/console/post.hpp"
#include "actors/replica/told_entry.hpp"
#include "actors/router/router_actor.hpp"
#include "actors/session/activity.hpp"
#include "actors/session/session.hpp"
#include "actors/session/session_table.hpp"

namespace bourse {

struct session_ask {
    std::uint64_t ask = 0;
    std::shared_ptr<session_request> what;
};
/// An entry, for the session's commands in it (`asks`) or, if `is_watched`, for its subscriptions.
struct session_entry {
    told_entry_ptr entry;
    std::vector<std::uint64_t> asks;
    bool is_watched = false;
};
struct session_refusal {
    std::uint64_t ask = 0;
    std::shared_ptr<request_refused> why;
};
struct session_lost {
    std::vector<std::uint64_t> asks;
};
struct session_reply {
    std::uint64_t ask = 0;
    std::shared_ptr<session_answer> what;
};
struct session_past {
    std::shared_ptr<past_reports> what;
};
struct session_tick {};
/// The client has gone (empty), or the session is ended for this reason.
struct session_close {
    std::string why;
};

/// One client's login.
///
/// One a login, started by the door's actor; ends when the client goes or is sent away. Owns a `session`. After a crash the
/// client must log in again: its leases lapse by themselves, and its reports are kept. Does not block. Bounds: those of `session`; the
/// port lets no more than `max_requests_in_flight` requests in.
using session_actor = caf::typed_actor<
    // A request of the client: answered in the gateway's box, once.
    caf::reacts_to<session_ask>,
    // From the shard: entries, in order; commands that were not taken; commands of which nobody knows.
    caf::reacts_to<session_entry>, caf::reacts_to<session_refusal>, caf::reacts_to<session_lost>,
    // From whoever was asked, or pushes to a subscription of the market.
    caf::reacts_to<session_reply>,
    // From the events' actor: reports of before.
    caf::reacts_to<session_past>,
    // To itself.
    caf::reacts_to<session_tick>,
    // From the port or the door: the last message that is handled.
    caf::reacts_to<session_close>>;

using session_post = post<session_actor>;
using open_lane = session_lane<session_post>;
using lane_ptr = std::shared_ptr<open_lane>;
using sessions = session_table<session_post>;
using sessions_ptr = std::shared_ptr<sessions>;

struct session_links {
    post<router_actor> router;
    sessions_ptr table;
    session_voice voice;
    activity_log_ptr log;  ///< null: nobody writes down what it does
};

struct session_state;
[[nodiscard]] session_actor::behavior_type session_behavior(
    session_actor::stateful_pointer<session_state> self, session_options options,
    session_links links, std::shared_ptr<actor_count> count);

struct session_state {
    std::unique_ptr<session> core;
    session_links links;
    lane_ptr own;
    std::optional<session_trail> trail;
    std::shared_ptr<actor_count> count;
    bool tick_is_planned = false;

    /// What the core wants of others.
    void pass_on(session_actor::pointer self);
};

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::session_ask)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::session_entry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::session_refusal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::session_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::session_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::session_past)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::session_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::session_close)
