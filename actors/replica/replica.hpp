#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/replica/log_payload.hpp"
#include "actors/replica/log_writer.hpp"
#include "actors/replica/stored_output.hpp"
#include "actors/shard/shard.hpp"
#include "actors/shard/shard_output.hpp"
#include "cluster/consensus.hpp"
#include "messages/row_change.hpp"
#include "messages/shard_command.hpp"
#include "storage/checkpoint.hpp"
#include "storage/event_store.hpp"
#include "storage/journal.hpp"

namespace bourse {

class entry_memory;

/// When something happens, by a node's two clocks. What the log is stamped with is the wall's; waiting goes
/// by the monotonic one, which never goes back.
struct moment {
    std::uint64_t monotonic_ms = 0;
    timestamp wall{};
};

struct replica_options {
    shard_settings shard;  ///< the same in all replicas of a shard
    replica_id self{};
    consensus_options consensus;
    /// The shards that this one may have messages for.
    std::vector<shard_id> peers;
    /// What may wait to be proposed; beyond, `overloaded`. A command weighs 1, and 1 for each message or
    /// session in it. For calls that only reduce (`is_reducing`) a quarter more.
    std::size_t max_waiting = 65'536;
    /// What may be proposed and not yet applied; beyond, commands wait.
    std::size_t max_entries_under_way = 64;
    /// The weight of one entry.
    std::size_t max_entry_weight = 4'096;
    /// Every so many entries replicas compare digests.
    std::uint32_t digest_every = 64;
    /// What another shard has not confirmed is sent again after so long.
    std::uint32_t resend_ms = 200;
    std::size_t max_delivery = 256;  ///< messages sent to another shard at a time
    /// A checkpoint is begun so many entries after the last, and written so many rows at a time.
    std::uint64_t checkpoint_every = 65'536;
    std::size_t checkpoint_slice = 1'000;
    /// A piece of rows on its way to another replica; asked for again after so long, and elsewhere when asked
    /// for so often.
    std::size_t piece_bytes = std::size_t{1} << 20U;
    std::uint32_t piece_timeout_ms = 200;
    std::uint32_t piece_attempts = 5;
    /// By how much the wall clock may have moved otherwise than the monotonic one since the last event;
    /// beyond, this replica stamps nothing until it is back, or `accept_clock` is called.
    duration max_clock_step{500'000'000};
    /// By how much a leader's wall clock may differ from those of a majority of voters, as far as they were heard of in
    /// the last `max_clock_age_ms`; beyond, it stamps nothing.
    duration max_clock_difference{1'000'000'000};
    std::uint32_t max_clock_age_ms = 5'000;
};

/// Why a replica does not take a command. Nothing has changed then.
enum class replica_refusal : std::uint8_t {
    none,
    not_leader,       ///< ask `replica::leader`
    overloaded,       ///< `max_waiting`: later
    storage_full,     ///< the disk has room left for cancels only
    clock_in_doubt,   ///< see `max_clock_step` and `max_clock_difference`
    too_large,        ///< heavier than an entry may be
    stopped,          ///< after a fault, or at an entry that cannot be applied
    not_stuck_there,  ///< this replica is not stopped at that entry
};
[[nodiscard]] std::string_view to_string(replica_refusal refusal) noexcept;
/// Cancels, what shuts accounts off, receipts, and leases, without which orders of clients that are there would be
/// cancelled, and those of clients that are gone would stay: taken where orders are refused for want of room.
[[nodiscard]] bool is_reducing(const shard_command& what);

/// An entry that was applied. On every replica, in order.
struct applied_entry {
    std::uint64_t index = 0;
    std::uint64_t term = 0;
    entry what;  ///< empty for what consensus put into the log itself, and if it was made void
    std::uint64_t digest = 0;
    shard_output out;
    /// It may leave this node: applied by the leader of the current term.
    bool may_leave = false;
};

/// What became of commands or reads that were given a ticket.
struct ticket_answer {
    enum class kind : std::uint8_t {
        applied,  ///< in the entry `index`; what came of it is in its output
        read,     ///< what this replica says as of `index` is current
        unknown,  ///< this replica leads no longer: perhaps carried out, perhaps not
    };
    kind what = kind::unknown;
    std::uint64_t ticket = 0;
    std::uint64_t index = 0;
};

/// Messages, or a receipt, for another shard. May be lost, repeated and reordered.
struct channel_letter {
    shard_id from{};
    shard_id to{};
    std::variant<channel_delivery, channel_receipt> what;
};

/// The rows of a checkpoint are wanted: those of the one at `index`, or, if zero, of the newest; behind `after`.
struct rows_request {
    shard_id shard{};
    replica_id from{};
    replica_id to{};
    std::uint64_t index = 0;
    std::vector<std::byte> after;
};

/// The answer. Without a head: there is no such checkpoint here (any more).
struct rows_piece {
    shard_id shard{};
    replica_id from{};
    replica_id to{};
    std::optional<checkpoint_head> head;
    std::vector<std::byte> after;
    checkpoint_chunk rows;
};

/// The events of entries are wanted, `first` to `last`: rows that are to be installed come behind them.
struct events_request {
    shard_id shard{};
    replica_id from{};
    replica_id to{};
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

/// The answer: those from `first` on, as many as fit; or, if they are kept no more, none, and the first that is. Zero: nothing
/// is kept here.
struct events_piece {
    shard_id shard{};
    replica_id from{};
    replica_id to{};
    std::uint64_t first = 0;
    std::uint64_t first_kept = 0;
    std::vector<entry_events> entries;
};

/// What the owner of a replica is to do. May be collected over several events.
struct replica_effects {
    std::vector<replica_message> messages;  ///< to other replicas of the shard
    std::vector<channel_letter> letters;    ///< to whoever leads another shard
    std::vector<applied_entry> applied;
    std::vector<ticket_answer> answers;
    std::vector<rows_request> rows_requests;  ///< to other replicas of the shard
    std::vector<rows_piece> rows_pieces;
    std::vector<events_request> events_requests;  ///< likewise
    std::vector<events_piece> events_pieces;
    /// The state was taken from rows, at a start or from another replica: as of this, with this digest.
    std::optional<digest_mark> restored;
};

/// The entry that a replica cannot get past.
struct stuck_entry {
    std::uint64_t index = 0;
    std::string why;
};

/// What a replica has done with rows since its start.
struct replica_rows {
    std::uint64_t checkpoints = 0;  ///< taken, durable
    std::uint64_t installs = 0;     ///< got from another replica
    std::uint64_t index = 0;        ///< of the last of either, or of the one it started from
};

/// One shard's copy on a node: consensus, its part of the journal, and the shard's machine.
///
/// The problem: nothing may be said that could be taken back. Commands wait in the open batch; `propose`
/// makes an entry of them, stamped, and consensus orders it; its writes go into the journal's open batch;
/// what is durable is told to consensus; what consensus says is committed is applied, in order, here and in
/// every other replica; what came of it may leave if this replica leads then.
///
/// Invariants:
/// 1. Entry i is applied only when committed, and only after i − 1; entries of consensus' own (memberships,
///    barriers) are passed over by `shard::skip`, so the shard's index is the log's.
/// 2. Nothing leaves but what was applied by a leader that has committed an entry of its own term.
/// 3. Stamps never go back: a leader stamps nothing earlier than what is in its state, and proposes only
///    when all entries of earlier terms are in it.
/// 4. The journal gives up only what is in a durable checkpoint, and a checkpoint becomes durable only when the event store
///    has the events of all entries up to it. So a start finds no gap: what the event store lacks is in the log, and is
///    applied again; what it has already must come out the same, or the replica stops.
/// 5. Rows of another replica are installed, so that this one may vote, only when the events up to them are durable here, or
///    are kept by nobody.
/// 6. An assertion violated while applying entry i stops the shard here, not the node: its state is that after i − 1 again, it
///    takes no commands and goes on agreeing. An operator's `make_void`, once committed, is read ahead of applying and skips
///    i, here, in every other replica and in every replay; a replica that has applied i then stops.
/// 7. Two replicas that compare digests and find a difference: the one that is told stops.
///
/// One thread at a time; no clock, no I/O but calls to the journal and the stores, which may fail (`fault`).
///
/// How a host drives it, through the `replica_node` that it is started by:
///
///     something happens:     receive(now, …), submit(now, …), read(now, …), peer_lost(now, …); at next_tick_ms(): tick(now)
///     the disk is done:      node.finish_write(now)            stores: node.finish_rows(shard, now), node.finish_events(now)
///     then, until neither says anything more:
///         take()             send messages, letters, requests and pieces, which may all be lost; hand out `applied` where
///                            `may_leave` says so, and answer tickets, in this order
///         node.start_write(now), node.start_rows(shard, now), node.start_events(now)
///                            true: whoever does the disk's work is to do it; it ends with `finish_…`
///     plan the next call of tick: next_tick_ms(), which every event may change
///
/// What a shard or client asks twice has the same client id: tickets are of this process alone. `fault`: the shard is at its
/// end on this node, the node's others go on; `replica_node::dead`: the process should end.
class replica {
public:
    /// As many committed entries, none of them larger than `small_payload`, are decoded together, so that memory is asked for
    /// what all of them need: an entry of a few commands waits for memory at each by itself.
    static constexpr std::size_t decoded_together = 16;
    static constexpr std::size_t small_payload = 2'048;  ///< bytes

    /// All must outlive it. Without a checkpoint (null) nothing is ever given up by the journal, and a replica
    /// that is offered rows stops. Without an event store (null) what entries give out is kept nowhere.
    replica(const replica_options& options, journal& log, checkpoint* rows,
            event_store* events = nullptr);

    /// Writes the first log of a new shard; each founder does this once, alike, and makes it durable before it
    /// starts.
    static outcome found(journal& log, shard_id shard, const membership& founders);

    // --- Events -----------------------------------------------------------------------------------

    /// First, and once: takes up what the journal has. Errors: what the journal says; `corrupt` if entries
    /// cannot be what was written.
    [[nodiscard]] outcome start(const moment& now);
    void tick(const moment& now);
    void receive(const moment& now, const replica_message& message);
    /// Commands of one asker; the answer comes under `ticket`, once.
    [[nodiscard]] replica_refusal submit(const moment& now, std::vector<shard_command> commands,
                                         std::uint64_t ticket);
    /// Asks that what this replica says be current; the answer comes under `ticket`.
    [[nodiscard]] replica_refusal read(const moment& now, std::uint64_t ticket);
    /// From another shard. Dropped unless this replica leads: it will be sent again.
    void receive(const moment& now, const channel_letter& letter);
    /// The journal is free: what waits becomes an entry.
    void propose(const moment& now);
    /// A batch of the journal has become durable.
    void journal_durable(const moment& now);
    /// Does a piece of the checkpoint under way, or begins one; true if a commit of the store is under way now:
    /// `rows_durable` then, when it is done. An error ends the replica (`fault`).
    bool keep_rows(const moment& now);
    void rows_durable(const moment& now);
    /// A batch of the event store has become durable.
    void events_durable(const moment& now);
    /// The journal is short of room, or getting there and this shard keeps its oldest segment: what is in a checkpoint goes at
    /// once, though a follower that is a little late must then get rows, and the next one begins soon. If there is nothing
    /// to take one of (no leader, not a member any more, stopped), the log is carried to the journal's end: one
    /// shard that is stuck does not stop its node.
    void relieve_journal();
    void receive(const moment& now, const rows_request& request);
    void receive(const moment& now, const rows_piece& piece);
    void receive(const moment& now, const events_request& request);
    void receive(const moment& now, const events_piece& piece);
    void peer_lost(const moment& now, replica_id peer);
    [[nodiscard]] consensus_refusal change_membership(const moment& now,
                                                      const membership_change& change);
    [[nodiscard]] consensus_refusal transfer(const moment& now, replica_id to);
    /// Books take their turns by `run` (`shard::set_runner`).
    void set_runner(turn_runner run);
    /// What is applied is put into memory of earlier entries. Null, as at first: into new memory.
    void use_memory(std::shared_ptr<entry_memory> memory) { memory_ = std::move(memory); }
    /// A checkpoint's rows are gathered: `keep_rows` has more to do at once.
    [[nodiscard]] bool gathers_rows() const noexcept { return rows_state_ == rows_state::slicing; }
    /// The wall clock has moved as it should since the last event. That it is not a majority's is not forgiven by this.
    void accept_clock(const moment& now);
    /// The wall clock of the node that a message came from, as it was sent. Of every message of another replica.
    void hear(const moment& now, replica_id from, timestamp wall);
    /// An operator's: the entry that this leader is stuck at is to be skipped by all replicas.
    [[nodiscard]] replica_refusal make_void(const moment& now, std::uint64_t index);

    // --- What is to be done -----------------------------------------------------------------------

    /// Moves out what has collected.
    [[nodiscard]] replica_effects take();
    /// Call `tick` then.
    [[nodiscard]] std::uint64_t next_tick_ms() const noexcept { return next_tick_ms_; }
    [[nodiscard]] bool wants_to_propose() const noexcept;
    /// See `replica_options::max_clock_step` and, of a leader, `max_clock_difference`.
    [[nodiscard]] bool is_clock_in_doubt() const noexcept { return clock_in_doubt_; }
    /// The journal had no room for something that must be written.
    [[nodiscard]] bool waits_for_room() const noexcept { return writer_.has_waiting(); }

    // --- What is so -------------------------------------------------------------------------------

    [[nodiscard]] shard_id id() const noexcept { return options_.shard.id; }
    [[nodiscard]] replica_id self() const noexcept { return options_.self; }
    [[nodiscard]] const shard& state() const noexcept { return state_; }
    [[nodiscard]] const consensus& agreement() const noexcept { return consensus_; }
    /// Leads, and may answer.
    [[nodiscard]] bool speaks() const noexcept { return may_speak_; }
    [[nodiscard]] replica_id leader() const noexcept { return consensus_.leader(); }
    [[nodiscard]] const replica_rows& rows() const noexcept { return counts_; }
    /// Set: it applies nothing, until that entry is made void. `state` is as of the entry before.
    [[nodiscard]] const std::optional<stuck_entry>& stuck() const noexcept { return stuck_; }
    /// Not empty: it does nothing more. A sentence.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

private:
    /// What was asked at once.
    struct waiting_call {
        std::vector<shard_command> commands;
        std::uint64_t ticket = 0;  ///< of the last of them; zero: nobody asks
        std::size_t weight = 0;    ///< of those that are in no entry yet
        std::size_t begun = 0;     ///< so many are
    };
    struct proposed_entry {
        std::uint64_t index = 0;
        std::vector<std::uint64_t> tickets;
    };

    void carry_out(const moment& now, effects out);
    void follow_role(const effects& out);
    void lose_tickets();
    void send(std::vector<replica_message> messages);
    void apply_committed(std::uint64_t commit_index);
    /// A committed entry that is about to be applied.
    struct decoded_entry {
        applied_entry done;  ///< without what comes of it
        digest_mark mark = {};
    };
    [[nodiscard]] result<decoded_entry> decode(std::uint64_t index);
    void look_ahead(std::uint64_t commit_index);
    void apply(std::uint64_t index);
    [[nodiscard]] bool compare(const digest_mark& told);
    void answer(std::uint64_t index);
    void leave(applied_entry& done);
    void take_reads(const effects& out);
    void answer_reads();
    void check_clock(const moment& now);
    [[nodiscard]] bool agrees_with_majority(const moment& now) const;
    [[nodiscard]] bool is_due(const moment& now) const;
    [[nodiscard]] timestamp stamp(const moment& now) const;
    void resend(const moment& now);
    void plan_tick(const moment& now, std::uint64_t consensus_tick_ms);
    void propose_entry(const moment& now);
    [[nodiscard]] replica_refusal find_refusal(std::size_t weight, bool reduces) const;
    void stop(std::string why);

    // --- An entry that cannot be applied (replica_void.cpp) ---
    [[nodiscard]] bool can_apply() const;
    void read_ahead(std::uint64_t commit_index);
    [[nodiscard]] std::optional<std::string> try_apply(const entry& what, shard_output& out);
    void get_stuck(std::uint64_t index, std::string why);
    void rebuild();
    [[nodiscard]] bool take_voided(std::uint64_t index);
    [[nodiscard]] timestamp stamp_behind_log(const moment& now) const;

    // --- Rows (replica_rows.cpp) ---
    enum class rows_state : std::uint8_t {
        idle,
        slicing,     ///< a checkpoint is being taken
        waiting,     ///< all of it is handed over, and the events up to it are not durable yet
        committing,  ///< and handed to the disk
        fetching,    ///< rows come from another replica
        copying,     ///< all have come, and the events up to them do
        replacing,   ///< all are there, and handed to the disk
    };
    [[nodiscard]] outcome load_rows(std::optional<snapshot_position>& at);
    [[nodiscard]] std::optional<error> restore_state();
    [[nodiscard]] outcome begin_checkpoint();
    [[nodiscard]] outcome take_slice();
    void abandon_checkpoint();
    void begin_install(const moment& now, const snapshot_to_install& what);
    void fetch(const moment& now);
    void fetch_elsewhere(const moment& now);
    void fetch_again();
    [[nodiscard]] outcome take_piece(const rows_piece& piece);
    [[nodiscard]] bool has_events_up_to(std::uint64_t index) const;
    [[nodiscard]] outcome commit_rows();
    [[nodiscard]] outcome end_fetching();
    void checkpoint_done(const moment& now);
    void tell_of_checkpoint(const moment& now);
    void install_done(const moment& now);
    void release();

    // --- Events (replica_events.cpp) ---
    [[nodiscard]] std::optional<error> find_event_gap(std::uint64_t rows_index) const;
    void keep_events(const applied_entry& of);
    bool hand_on_events();
    void ask_for_events();
    [[nodiscard]] bool take_events(const events_piece& piece);

    replica_options options_;
    journal* log_;
    log_writer writer_;
    consensus consensus_;
    turn_runner runner_;
    shard state_;
    replica_effects out_;
    std::string fault_;

    bool may_speak_ = false;
    std::uint64_t led_term_ = 0;  ///< in which this replica leads; zero: in none
    std::uint64_t next_tick_ms_ = 0;
    std::uint64_t consensus_tick_ms_ = 0;
    std::uint64_t next_resend_ms_ = 0;

    std::deque<waiting_call> waiting_;
    std::size_t waiting_weight_ = 0;
    std::deque<proposed_entry> proposed_;
    timestamp last_stamp_{};
    std::map<std::uint64_t, std::vector<std::uint64_t>> reads_;  ///< by the ticket of consensus
    struct {
        std::uint64_t ticket = 0;
        std::uint64_t index = 0;
    } reads_ready_;                           ///< up to the ticket, once the index is applied
    std::deque<decoded_entry> decoded_;       ///< the next ones to apply
    std::vector<const shard_command*> soon_;  ///< what is in them, while memory is asked for it
    std::deque<digest_mark> marks_;           ///< of every `digest_every` entries
    std::uint64_t told_mark_ = 0;  ///< the index of the last mark in an entry proposed here

    checkpoint* rows_;
    rows_state rows_state_ = rows_state::idle;
    replica_rows counts_;
    bool checkpoint_is_wanted_ = false;
    snapshot_position owed_;      ///< durable as rows, and consensus does not know it yet
    snapshot_position position_;  ///< of the rows under way
    committed_membership applied_members_;
    std::vector<row_change> slice_;
    std::vector<std::byte> row_bytes_;
    std::optional<snapshot_to_install> wanted_;
    std::optional<checkpoint_head> coming_;
    std::vector<std::byte> fetched_to_;
    replica_id fetch_from_{};
    std::uint32_t fetch_attempts_ = 0;
    std::uint64_t next_fetch_ms_ = 0;
    std::unique_ptr<checkpoint_copy> handed_;  ///< what another replica is being given
    std::uint64_t handed_until_ms_ = 0;
    struct {
        std::uint64_t index = 0;
        std::uint64_t records = 0;
    } to_release_;  ///< once the journal has so many durable

    event_store* events_;
    std::shared_ptr<entry_memory> memory_;
    output_packer packer_;
    bool events_wait_ =
        false;  ///< those of the last entry applied, in `packer_`: there was no room
    std::uint64_t copied_to_ = 0;  ///< the events up to here are there, or under way

    std::optional<stuck_entry> stuck_;
    bool rebuild_is_owed_ = false;      ///< a commit of rows of the state that is void is under way
    std::uint64_t restored_index_ = 0;  ///< what the state was last restored at
    std::uint64_t read_to_ = 0;  ///< committed entries up to here are known for what they make void
    std::map<std::uint64_t, bool>
        voided_;  ///< made void, since the rows it began from; skipped here?

    struct heard_clock {
        std::int64_t ahead_ns = 0;  ///< of this node's monotonic clock, at least
        std::uint64_t at_ms = 0;
    };
    std::map<replica_id, heard_clock> clocks_;
    moment clock_seen_{};
    bool clock_in_doubt_ = false;
};

}  // namespace bourse
