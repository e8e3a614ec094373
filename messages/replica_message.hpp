#pragma once

#include <compare>
#include <cstdint>
#include <variant>
#include <vector>

#include "messages/shared_bytes.hpp"

/// What the replicas of one shard tell each other (cluster/consensus.hpp), and what a shard's log is
/// made of. Indexes of entries count from 1, and so do terms; zero is none.
namespace bourse {

/// One copy of a shard for its whole life. A replica that lost its disk comes back under a new id.
/// Zero: none.
struct replica_id {
    std::uint64_t value = 0;
    friend constexpr auto operator<=>(const replica_id&, const replica_id&) = default;
};

// GCC 12 takes the enumerator for one that hides `bourse::command`, if that was seen before.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
/// Numbers are stored: append only.
enum class log_entry_kind : std::uint8_t {
    command = 1,     ///< the shard's own: a batch of commands
    barrier = 2,     ///< nothing; a new leader's first, and what reads wait for
    membership = 3,  ///< a `membership` (replica_codec.hpp), in force from when it is in a log
};
#pragma GCC diagnostic pop

/// One entry of a shard's log. Its index is its place.
struct log_entry {
    std::uint64_t term = 0;  ///< in which a leader appended it
    log_entry_kind kind = log_entry_kind::command;
    shared_bytes payload;
    friend bool operator==(const log_entry&, const log_entry&) = default;
};

/// Numbers are stored: append only.
enum class member_role : std::uint8_t {
    voter = 1,    ///< counts for majorities, and may lead
    learner = 2,  ///< gets the log, and no vote
};

struct member {
    replica_id id{};
    member_role role = member_role::voter;
    friend bool operator==(const member&, const member&) = default;
};

/// Who has a copy of a shard, in ascending order of ids.
struct membership {
    std::vector<member> members;
    friend bool operator==(const membership&, const membership&) = default;
};

/// What a snapshot stands for: a shard's state after all entries up to `index`.
struct snapshot_position {
    std::uint64_t index = 0;
    std::uint64_t term = 0;              ///< of the entry at `index`
    std::uint64_t membership_index = 0;  ///< of the entry that `in_force` comes from
    membership in_force;
    friend bool operator==(const snapshot_position&, const snapshot_position&) = default;
};

/// From a leader: here are entries. None: a sign of life.
struct append_request {
    std::uint64_t previous_index = 0;  ///< of the entry before the first; zero: there is none
    std::uint64_t previous_term = 0;
    std::uint64_t commit_index = 0;  ///< what the leader knows to be committed
    std::vector<log_entry> entries;
    friend bool operator==(const append_request&, const append_request&) = default;
};

struct append_answer {
    std::uint64_t rejected_index = 0;  ///< the `previous_index` that did not match; zero: taken
    std::uint64_t last_index = 0;  ///< taken: durable up to here; rejected: a hint where to go on
    friend bool operator==(const append_answer&, const append_answer&) = default;
};

struct vote_request {
    std::uint64_t last_index = 0;  ///< of the candidate's log
    std::uint64_t last_term = 0;
    bool is_pre_vote = false;     ///< would you? Nobody's term changes by asking
    bool leader_sent_me = false;  ///< a leader handed over: the wish to keep it does not count
    friend bool operator==(const vote_request&, const vote_request&) = default;
};

struct vote_answer {
    bool is_granted = false;
    bool is_pre_vote = false;
    friend bool operator==(const vote_answer&, const vote_answer&) = default;
};

/// From a leader: what you need is no longer in the log; get the rows of my snapshot, which stands for
/// this. The rows travel another way, in pieces.
struct snapshot_offer {
    snapshot_position position;
    friend bool operator==(const snapshot_offer&, const snapshot_offer&) = default;
};

/// From a leader that hands over: become candidate now, if your log ends here.
struct leadership_offer {
    std::uint64_t last_index = 0;
    std::uint64_t last_term = 0;
    friend bool operator==(const leadership_offer&, const leadership_offer&) = default;
};

struct replica_message {
    replica_id from{};
    replica_id to{};
    std::uint64_t term = 0;  ///< the sender's; of a pre-vote request the one it would like
    std::variant<append_request, append_answer, vote_request, vote_answer, snapshot_offer,
                 leadership_offer>
        what;
    friend bool operator==(const replica_message&, const replica_message&) = default;
};

}  // namespace bourse
