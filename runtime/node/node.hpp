#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "actors/session/activity.hpp"
#include "actors/session/session.hpp"
#include "messages/result.hpp"
#include "runtime/node/exchange_port.hpp"

namespace bourse {

struct node_options {
    std::string data = "./bourse-data";  ///< its folder; is made, but not those above it
    /// Threads for the actors that do not block; zero: one fewer than there are processors.
    std::uint32_t workers = 0;
    session_limits limits;
    std::uint64_t segment_bytes = std::uint64_t{64} << 20U;  ///< of the journal's files
    std::uint32_t max_segments = 256;
    std::uint64_t checkpoint_every = 8'192;                      ///< entries
    std::uint64_t keep_event_bytes = std::uint64_t{16} << 30U;   ///< of the event store
    std::uint64_t max_rows_bytes = std::uint64_t{64} << 30U;     ///< of a checkpoint's file
    std::uint64_t max_history_bytes = std::uint64_t{64} << 30U;  ///< of the history's file
    activity_log_ptr
        log;  ///< of what sessions and operators do, and what people should know; null: none
    /// While it is being opened, `log` hears so often what it is at.
    duration say_start_every{1'000'000'000};
    /// Rounds with fewer inputs are not handed to the books' actors.
    std::uint32_t hand_out_from = 512;
    /// Reports and events that were told and are not in the event store; while there are more, commands are `overloaded`.
    std::uint64_t max_behind_events = 1'000'000;
};

/// One node of Bourse: what DATA holds, opened, and the actors on top of it.
///
///     DATA/lock             one process at a time
///     DATA/node             the node's number, and how often it was started
///     DATA/operator.key     the key of the user `operator`, mode 0600: written at the first start only
///     DATA/journal/         the log
///     DATA/shard-1/rows/    the checkpoint
///     DATA/events/          the event store
///     DATA/history/         orders and trades, for people
///
/// What holds:
/// 1. `open` gives a node that serves, or an error that names the file, what is wrong with it and what to do; then nothing runs.
/// 2. All that was ever acknowledged is there.
/// 3. `stop` ends the sessions, lets what is under way finish, and returns when no thread of it is left.
/// 4. When a part fails that it cannot do without (all but sessions), it says so by `on_failure`, once, and does
///    nothing more: the process should end, and start again from what is durable.
class node {
public:
    [[nodiscard]] static result<std::unique_ptr<node>> open(const node_options& options);
    virtual ~node() = default;
    node(const node&) = delete;
    node& operator=(const node&) = delete;

    /// Lives until `stop`; then everything is `unavailable`.
    [[nodiscard]] virtual exchange_port& port() = 0;
    /// To be called on any thread, also if it has failed already; the sentence is for people.
    virtual void on_failure(std::function<void(const std::string& why)> tell) = 0;
    /// What the console shows under this name (actor_registry).
    virtual void add_table(const std::string& what,
                           std::function<session_answer(const std::string& name)> maker) = 0;
    virtual void stop() = 0;

protected:
    node() = default;
};

}  // namespace bourse
