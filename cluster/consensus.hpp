#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "messages/replica_message.hpp"
#include "messages/shared_bytes.hpp"

/// Agreement of a shard's replicas on one log.
///
/// One `consensus` a replica. It does no I/O, reads no clock and has no thread: its owner tells it what
/// has happened (an event) and carries out what it answers (`effects`): write, send, apply, come back at
/// a time. The owner has a journal that writes in order, a network that may lose, repeat and reorder,
/// and a state machine. A group of one voter runs the same code as one of five.
///
/// The algorithm is Raft (Ongaro, "Consensus: Bridging Theory and Practice", 2014) with pre-vote and the
/// leader's check that it still has a majority; the engine inside is libraft. README.md shows the life
/// of a replica.
namespace bourse {

enum class replica_role : std::uint8_t { follower, candidate, leader };

/// Why an event was refused. Nothing has changed then, except where it says so. `to_string` is a sentence.
enum class consensus_refusal : std::uint8_t {
    none,
    stopped,               ///< after a fault this replica does nothing more
    not_leader,            ///< ask `effects::leader`
    handing_over,          ///< a transfer of leadership is under way; ask again, or the next leader
    too_many_uncommitted,  ///< `max_uncommitted_entries` or `_bytes` are not committed yet
    too_many_unpersisted,  ///< `max_unpersisted_entries` or `_bytes` are not yet on this replica's disk
    entry_too_large,       ///< larger than `max_entry_bytes`
    malformed_message,  ///< no honest replica says this; dropped
    message_too_large,  ///< more than `max_message_bytes`, or too many members; dropped
    wrong_addressee,    ///< for another replica; dropped
    not_settled,        ///< this leader has not yet committed an entry of its own term
    change_under_way,   ///< the membership changed last is not committed yet
    unknown_member,     ///< no such member, or not of the role that this needs
    already_member,     ///< is a member already
    too_many_members,   ///< `max_members`
    last_voter,         ///< a group needs one
    hand_over_first,    ///< a leader neither removes nor demotes itself: `transfer` first
    not_caught_up,      ///< the learner's log is too short to be of use as a voter's
    unaware_voter,      ///< a future voter has not yet stored the membership in force
    snapshot_out_of_place,  ///< above what is committed or stored here, or not above the snapshot before
    installing_snapshot,  ///< while a snapshot is being installed
    not_installing,       ///< no snapshot is being installed, or another one than this
};
[[nodiscard]] std::string_view to_string(consensus_refusal refusal) noexcept;

struct consensus_options {
    /// A follower that hears from no leader for once to twice this long (at random, by `seed`) becomes
    /// candidate; a leader that hears from no majority for this long steps down.
    std::uint32_t election_timeout_ms = 300;
    /// How often a leader gives a sign of life. Below a third of `election_timeout_ms`.
    std::uint32_t heartbeat_ms = 50;
    /// How long a follower may take to install a snapshot before it is offered again.
    std::uint32_t snapshot_timeout_ms = 60'000;
    /// When a leader is said to be lost, voters become candidates one after the other, this far apart.
    std::uint32_t peer_lost_step_ms = 20;
    /// Draws the election timeouts. Replicas of one group should have different ones.
    std::uint32_t seed = 1;

    /// What a leader sends to one follower ahead of its answers: entries, and bytes of payload (at
    /// least one entry whatever its size).
    std::uint32_t max_in_flight_entries = 1'024;
    std::uint64_t max_in_flight_bytes = 64U << 20U;
    /// What may be submitted ahead of being committed.
    std::uint64_t max_uncommitted_entries = 16'384;
    std::uint64_t max_uncommitted_bytes = 256U << 20U;
    /// What may be submitted ahead of this replica's own disk.
    std::uint64_t max_unpersisted_entries = 8'192;
    std::uint64_t max_unpersisted_bytes = 128U << 20U;
    /// The payload of one entry. At least 64 + 16 × `max_members`, which a membership may need.
    std::uint64_t max_entry_bytes = 8U << 20U;
    /// The payloads of one message; more are sent in several. At least `max_entry_bytes`, and the same in
    /// all replicas of a group.
    std::uint64_t max_message_bytes = 16U << 20U;
    /// Voters and learners.
    std::uint32_t max_members = 32;
    /// Entries kept behind a snapshot for followers that are a little late. Never fewer than
    /// `max_in_flight_entries`.
    std::uint32_t trailing_entries = 1'024;
    /// How many entries behind the last one a learner may be and be made a voter.
    std::uint32_t promotion_lag_entries = 256;
};

/// What a replica's disk holds when it starts. Nothing at all: a new replica, which waits to be added
/// by a leader. The founders of a group each begin with the log of `founding_log`.
struct durable_state {
    std::uint64_t term = 0;
    replica_id vote{};
    std::optional<snapshot_position> snapshot;
    /// The index of the first of `entries`; at most one above the snapshot.
    std::uint64_t first_index = 1;
    /// All entries from there on. Payloads of memberships must be there; others that are not count as
    /// empty where bytes are bounded, see `consensus::forget_payloads`.
    std::vector<log_entry> entries;
};

/// The first entry of a new group, which all its founding voters must write alike, and be in alike, before they
/// start. Term 1; no vote.
[[nodiscard]] durable_state founding_log(const membership& founders);

/// To be written: the term, and for whom this replica has voted in it.
struct vote_write {
    std::uint64_t term = 0;
    replica_id vote{};
};

/// To be written: whatever the log has from `first_index` on is void, and these take its place.
struct entries_write {
    std::uint64_t first_index = 0;
    std::vector<log_entry> entries;
};

struct log_write {
    std::uint64_t number = 0;  ///< 1, 2, 3 … since the start; what `persisted` is told
    std::variant<vote_write, entries_write> what;
};

/// A membership that is committed now.
struct committed_membership {
    std::uint64_t index = 0;
    membership in_force;
};

/// The rows of `from`'s snapshot are to be fetched, by other means.
struct snapshot_to_install {
    replica_id from{};
    snapshot_position position;
};

/// What the owner is to do now, in this order, and what is so now. Moved out of each event.
struct effects {
    consensus_refusal refused = consensus_refusal::none;
    /// Not empty: this replica contradicts its peers, or they each other; nothing more may be done with
    /// it. A sentence.
    std::string fault;

    /// To be written in order, and behind all writes before, but votes may overtake entries. A crash may lose the last ones, and
    /// may leave some of what was on its way. No need to wait for one before going on.
    std::vector<log_write> writes;

    /// To be sent, or lost. What they promise is durable already. An entry without its payload is to be
    /// filled in from the journal first (`forget_payloads`).
    std::vector<replica_message> messages;

    /// Set: stop applying, fetch the rows of this snapshot, make them durable with their position, which
    /// voids the log, and say `snapshot_installed`. Writes of entries still on their way are void. To give
    /// up, start anew from the disk as it is.
    std::optional<snapshot_to_install> install;

    /// Entries up to here are committed: apply those that are not, in order. Never goes back. It may be
    /// ahead of this replica's own disk.
    std::uint64_t commit_index = 0;
    std::vector<committed_membership> memberships;

    replica_role role = replica_role::follower;
    std::uint64_t term = 0;
    replica_id leader{};  ///< of this term, as far as known
    /// Leads and has committed an entry of its own term: what it applies now may leave the shard. Never
    /// true of a follower.
    bool may_speak = false;

    /// Of `submit`: the index of the first entry; zero if refused.
    std::uint64_t submitted_index = 0;
    /// Of `read`: what to wait for.
    std::uint64_t read_ticket = 0;
    /// Reads with a ticket up to here are current once `commit_index` of this event, or more, is applied.
    std::uint64_t reads_ready = 0;
    /// Reads with a ticket up to here that are not ready never will be: this replica leads no longer.
    std::uint64_t reads_lost = 0;

    /// Call `tick` then, unless another event says otherwise before. Always later than the event's time.
    std::uint64_t next_tick_ms = 0;
};

struct membership_change {
    enum class kind : std::uint8_t {
        add_learner,  ///< a new replica, which first gets all that is in the log
        promote,      ///< a learner that has caught up becomes voter
        demote,       ///< a voter becomes learner
        remove,       ///< a voter or learner goes, and is told no more
    };
    kind what = kind::add_learner;
    replica_id id{};
};

/// See above. `now_ms` is milliseconds of one monotonic clock of the owner's, from any start; a time
/// before the last one is taken for the last one.
///
/// Every event may come at any time after `start`, in any order; what does not fit is refused. A wrong
/// use by the owner (a write reported that was never asked for, a second start) ends the process.
class consensus {
public:
    consensus(replica_id self, const consensus_options& options);
    ~consensus();
    consensus(const consensus&) = delete;
    consensus& operator=(const consensus&) = delete;
    consensus(consensus&&) noexcept;
    consensus& operator=(consensus&&) noexcept;

    // --- Events -----------------------------------------------------------------------------------

    /// First, and once. A group's only voter leads at once.
    [[nodiscard]] effects start(std::uint64_t now_ms, const durable_state& from);

    /// It is `next_tick_ms`, or later, or any time.
    [[nodiscard]] effects tick(std::uint64_t now_ms);

    /// A message, from whomever. Its numbers are checked.
    [[nodiscard]] effects receive(std::uint64_t now_ms, const replica_message& message);

    /// Commands for the log, an entry each, all or none. They are committed, or overwritten by a next
    /// leader: who submits waits for `commit_index`, or for the loss of leadership, after which only the
    /// log tells.
    [[nodiscard]] effects submit(std::uint64_t now_ms, std::vector<shared_bytes> payloads);

    /// All writes up to this number are durable; and votes also up to the second, if that is higher: a vote need not wait for
    /// entries that its disk has no room for. But no entry may be durable before a vote that was to be written before it.
    [[nodiscard]] effects persisted(std::uint64_t now_ms, std::uint64_t write_number,
                                    std::uint64_t vote_number = 0);

    /// A read wants to be current. Answers `read_ticket`; all that ask before the next entry is appended
    /// share it, and one entry without content is appended for them if no other comes.
    [[nodiscard]] effects read(std::uint64_t now_ms);

    /// The owner has made a snapshot at `index` durable: entries before, but for some, are given up here.
    /// The journal may release what is below `first_index()`.
    [[nodiscard]] effects snapshot_taken(std::uint64_t now_ms, std::uint64_t index);

    /// The rows that `effects::install` asked for are durable, or later ones of the same group: `position`
    /// says which.
    [[nodiscard]] effects snapshot_installed(std::uint64_t now_ms,
                                             const snapshot_position& position);

    /// The system says that this peer is gone. If it leads, voters stand for election at once.
    [[nodiscard]] effects peer_lost(std::uint64_t now_ms, replica_id peer);

    /// Hands leadership to this voter, or, if zero, to the one that is furthest. Refuses `submit` until it
    /// is done or an election timeout has passed.
    [[nodiscard]] effects transfer(std::uint64_t now_ms, replica_id to);

    /// One change at a time, in force from now on, final when committed.
    [[nodiscard]] effects change_membership(std::uint64_t now_ms, const membership_change& change);

    /// The payloads of entries up to `index` are in the journal and need not be kept in memory.
    /// Memberships are kept all the same.
    void forget_payloads(std::uint64_t index);

    // --- What is so -------------------------------------------------------------------------------

    [[nodiscard]] replica_id self() const noexcept;
    [[nodiscard]] replica_role role() const noexcept;
    [[nodiscard]] std::uint64_t term() const noexcept;
    [[nodiscard]] replica_id vote() const noexcept;
    [[nodiscard]] replica_id leader() const noexcept;
    [[nodiscard]] bool is_installing() const noexcept;
    [[nodiscard]] std::uint64_t commit_index() const noexcept;
    /// Of the entries kept here; one above the last if there is none.
    [[nodiscard]] std::uint64_t first_index() const noexcept;
    [[nodiscard]] std::uint64_t last_index() const noexcept;
    /// What is durable here, in the log as it is now.
    [[nodiscard]] std::uint64_t persisted_index() const noexcept;
    /// The entry at an index between `first_index` and `last_index`.
    [[nodiscard]] const log_entry& entry(std::uint64_t index) const;
    /// Of the last snapshot, taken or installed; index zero: none.
    [[nodiscard]] const snapshot_position& snapshot() const noexcept;
    /// In force, committed or not.
    [[nodiscard]] const membership& members() const noexcept;
    /// Of a leader: up to where this member's log is known to be durable and its own; zero if unknown.
    [[nodiscard]] std::uint64_t match_index(replica_id member) const noexcept;

private:
    friend class consensus_machine;
    std::unique_ptr<class consensus_machine> machine_;
};

}  // namespace bourse
