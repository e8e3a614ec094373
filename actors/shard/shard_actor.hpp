#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/book/book_actor.hpp"
#include "actors/console/supervisor_actor.hpp"
#include "actors/directory/key_hash.hpp"
#include "actors/journal/journal_actor.hpp"
#include "actors/market_data/market_data_actor.hpp"
#include "actors/replica/replica_desk.hpp"
#include "actors/router/router_actor.hpp"
#include "actors/session/act_desk.hpp"
#include "actors/session/activity.hpp"
#include "actors/session/history_actor.hpp"
#include "actors/session/keys_actor.hpp"
#include "actors/session/past_actor.hpp"
#include "actors/session/session_actor.hpp"

namespace bourse {

struct shard_tick {};
/// To itself: a checkpoint is being taken.
struct shard_more {};
/// Makes it the owner of what was opened before it was started.
struct shard_begin {
    post<journal_actor> journal;
    post<journal_actor> rows;
    post<journal_actor> events;
    post<past_actor> past;
    post<market_data_actor> market;
    post<keys_actor> keys;
    post<door_actor> door;
    post<told_actor> history;     ///< none: not kept
    post<caf::actor> supervisor;  ///< hears of the books' actors
};

/// One shard's replica on this node: applies entries, and tells everybody what came of them.
///
/// One a shard, started by the node's wiring with what was opened. Waits for no write to a disk, and in a round only for
/// turns of its books that other workers have begun. Owns the replica with its books, ledger and names, and has an actor for
/// each book. Lives as long as the node; if it fails, or its disk does, the node ends, and the next start goes on from what is
/// durable. Bounds: those of `replica_options`, and `max_behind_events`: while the event store is so far behind, commands are
/// refused as `overloaded`.
///
/// It answers questions about books, orders and portfolios itself, between two entries, so that each answer is exact as of one.
using shard_actor = caf::typed_actor<
    // Commands: answered to the session by a `session_entry`, a `session_refusal` or `session_lost`.
    caf::reacts_to<commands_mail>,
    // Orders, portfolio, book, names, acts: answered by `session_reply`.
    caf::reacts_to<question_mail>, caf::reacts_to<watch_mail>, caf::reacts_to<gone_mail>,
    // From the actors that write.
    caf::reacts_to<work_done>,
    // From market data: what it wants to hear of.
    caf::reacts_to<market_watch_mail>,
    // From the port: whose key is this? It goes on to the keys' actor with the user's record.
    caf::reacts_to<login_mail>,
    // From the keys' actor: a new user's key.
    caf::reacts_to<key_made_mail>,
    // From the wiring, once: begins, and stops when all that was asked is answered. And to itself.
    caf::reacts_to<shard_begin>, caf::reacts_to<stop_mail>, caf::reacts_to<shard_tick>,
    caf::reacts_to<shard_more>>;

/// How a node ends that cannot go on: the sentence is for people.
using failure_sink = std::function<void(const std::string& why)>;

/// Rounds with fewer inputs than this in all, but for those of one book, are not worth handing to the books' actors.
inline constexpr std::size_t min_inputs_handed_out = 512;
/// Reports and events that were told and are not in the event store.
inline constexpr std::uint64_t max_behind_events = 1'000'000;

struct shard_parts {
    std::shared_ptr<replica_desk> desk;
    std::unique_ptr<act_desk> acts;
    sessions_ptr table;
    /// These keep what is told: put here, in order, before anybody else hears of it.
    std::shared_ptr<report_source> past;
    std::shared_ptr<told_queue> history;  ///< null: not kept
    failure_sink fail;
    activity_log_ptr log;  ///< null: none
    /// Where the books' actors are entered; null: there are none, and the shard's thread takes all turns.
    std::shared_ptr<actor_registry> registry;
    std::size_t handed_out_from = min_inputs_handed_out;
    std::uint64_t max_behind = max_behind_events;
};

/// What a shard can do just now.
enum class shard_health : std::uint8_t {
    serving,
    cancels_only,    ///< the journal has no room left for orders
    clock_in_doubt,  ///< nothing is taken (`replica_options::max_clock_step`)
    stuck,           ///< at an entry that cannot be applied
};

/// The figures that the console shows, written by the shard's thread only.
struct shard_figures {
    std::atomic<std::uint64_t> index{0};
    std::atomic<std::uint64_t> commands{0};
    std::atomic<std::uint64_t> reports{0};
    std::atomic<std::uint64_t> events_durable{0};
    std::atomic<std::uint64_t> checkpoint{0};
    std::atomic<std::uint64_t> waiting{0};
    std::atomic<bool> leads{false};
    std::atomic<shard_health> health{shard_health::serving};
};

class shard_work;
struct shard_state {
    std::shared_ptr<shard_work> work;
};
[[nodiscard]] shard_actor::behavior_type shard_behavior(
    shard_actor::stateful_pointer<shard_state> self, std::shared_ptr<shard_parts> parts,
    std::shared_ptr<shard_figures> figures, std::shared_ptr<actor_count> count);

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::shard_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::shard_more)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::shard_begin)
