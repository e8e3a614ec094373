#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "actors/directory/key_hash.hpp"
#include "actors/session/session_actor.hpp"

namespace bourse {

/// What all log-ins of a node share with whoever stops it. Once it is shut it stays so: nobody is let in, no key is looked at or made.
///
/// Whoever wants in is counted first, and looks whether it is shut then: so who shuts it and then reads `waiting` misses nobody.
struct login_gate {
    std::atomic<std::uint32_t> waiting{0};  ///< log-ins under way
    std::atomic<bool> is_shut{false};
};

/// Who wants to log in, and how he hears of it.
struct login {
    std::uint64_t ask = 0;
    log_in_request request;
    /// Says things under a session's number; before there is one, under none.
    std::function<void(session_number, std::uint64_t ask, session_answer)> say;
    std::shared_ptr<login_gate> gate;  ///< counts this one too, until it is answered
};
struct login_mail {
    std::shared_ptr<login> who;
};
/// With the record of the user that the key names; none if there is no such user.
struct verify_mail {
    std::shared_ptr<login> who;
    std::shared_ptr<const user_record> user;
};
/// To the door: its key is right.
struct verified_mail {
    std::shared_ptr<login> who;
    std::shared_ptr<const user_record> user;
};
/// A key is to be made for a new user.
struct make_key_mail {
    std::uint64_t session = 0;
    std::uint64_t ask = 0;
    std::shared_ptr<session_request> what;  ///< an `add_user`
};
struct key_made_mail {
    std::uint64_t session = 0;
    std::uint64_t ask = 0;
    std::shared_ptr<session_request> what;
    std::shared_ptr<result<new_key>> key;
};
/// A user may do nothing any more: its sessions end.
struct revoked_mail {
    std::string user;
};
/// Every session ends: the node stops. Its gate is shut before.
struct close_all_mail {
    std::string why;
};

/// Hears of keys that were made: the shard's actor is one.
using key_owner = caf::typed_actor<caf::reacts_to<key_made_mail>>;

/// Starts sessions for those whose key is right, and ends those of users who were revoked.
///
/// One a node, started by its wiring, living as long as it; if it fails the node ends. Monitors the sessions: one that fails is taken out
/// of the table, and its client told. Never blocks. Bound: `max_sessions`.
using door_actor = caf::typed_actor<caf::reacts_to<verified_mail>, caf::reacts_to<revoked_mail>,
                                    caf::reacts_to<close_all_mail>>;

struct door_links {
    post<router_actor> router;
    sessions_ptr table;
    session_limits limits;
    std::uint32_t incarnation = 1;
    std::shared_ptr<actor_registry> registry;
    std::shared_ptr<login_gate> gate;
    activity_log_ptr log;
};
struct door_state {
    std::uint64_t last_session = 0;
    std::map<caf::actor_addr, std::uint64_t> numbers;  ///< of those that are monitored
    std::map<std::uint64_t, session_voice> voices;
};
[[nodiscard]] door_actor::behavior_type door_behavior(door_actor::stateful_pointer<door_state> self,
                                                      door_links links,
                                                      std::shared_ptr<actor_count> count);

/// Checks and makes keys, which takes a tenth of a second each, on purpose.
///
/// One a node, started by its wiring, detached, since that is long. Owns nothing. If it fails the node ends. Bound: the port lets
/// `max_log_ins` in at a time, and the shard
/// has `max_keys_made` made at a time: log-ins wait behind these. An exit waits behind them like any other message: so with the gate shut each is refused at once.
using keys_actor = caf::typed_actor<caf::reacts_to<verify_mail>, caf::reacts_to<make_key_mail>>;
inline constexpr std::uint32_t max_log_ins = 64;
inline constexpr std::uint32_t max_keys_made = 8;

[[nodiscard]] keys_actor::behavior_type keys_behavior(keys_actor::pointer self,
                                                      post<door_actor> door, post<key_owner> shard,
                                                      std::shared_ptr<login_gate> gate,
                                                      activity_log_ptr log,
                                                      std::shared_ptr<actor_count> count);

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::login_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::verify_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::verified_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::make_key_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::key_made_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::revoked_mail)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::close_all_mail)
