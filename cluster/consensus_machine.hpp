#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "cluster/consensus.hpp"
#include "cluster/guards.hpp"
#include "cluster/raft_header.hpp"
#include "cluster/raft_values.hpp"
#include "cluster/replica_log.hpp"

namespace bourse {

/// What is inside a `consensus`: libraft's raft_step(), and around it what it needs to be right.
///
/// libraft keeps terms, votes, progress of followers and, of the log, (index, term). The entries are here,
/// in step with it: whatever it appends or truncates in a step is done here before its messages are read.
///
/// Rules that hold between events:
/// - The commit index never goes back and is never above the log; the log is never truncated below it.
/// - What libraft takes for stored is durable, in this log, on this replica's disk.
/// - A message waits in `held_` until the vote that was given out before it, and the memberships in it, are
///   durable.
/// - libraft knows of every committed membership that it is committed.
/// - A leader's log has an entry of its term.
///
/// One event a function; each begins with `begin` and ends with `finish`.
class consensus_machine {
public:
    consensus_machine(replica_id self, const consensus_options& options);
    ~consensus_machine();
    consensus_machine(const consensus_machine&) = delete;
    consensus_machine& operator=(const consensus_machine&) = delete;

    effects start(std::uint64_t now_ms, const durable_state& from);
    effects tick(std::uint64_t now_ms);
    effects receive(std::uint64_t now_ms, const replica_message& message);
    effects submit(std::uint64_t now_ms, std::vector<shared_bytes> payloads);
    effects persisted(std::uint64_t now_ms, std::uint64_t write_number, std::uint64_t vote_number);
    effects read(std::uint64_t now_ms);
    effects snapshot_taken(std::uint64_t now_ms, std::uint64_t index);
    effects snapshot_installed(std::uint64_t now_ms, const snapshot_position& position);
    effects peer_lost(std::uint64_t now_ms, replica_id peer);
    effects transfer(std::uint64_t now_ms, replica_id to);
    effects change_membership(std::uint64_t now_ms, const membership_change& change);

    [[nodiscard]] replica_id self() const noexcept { return self_; }
    [[nodiscard]] replica_role role() const noexcept;
    [[nodiscard]] std::uint64_t term() const noexcept { return raft_.current_term; }
    [[nodiscard]] replica_id vote() const noexcept { return {raft_.voted_for}; }
    [[nodiscard]] replica_id leader() const noexcept;
    [[nodiscard]] bool is_installing() const noexcept { return raft_.snapshot.installing; }
    [[nodiscard]] std::uint64_t commit_index() const noexcept { return commit_index_; }
    [[nodiscard]] std::uint64_t persisted_index() const noexcept { return raft_.last_stored; }
    [[nodiscard]] const snapshot_position& snapshot() const noexcept { return snapshot_; }
    [[nodiscard]] const replica_log& log() const noexcept { return log_; }
    [[nodiscard]] replica_log& log() noexcept { return log_; }
    [[nodiscard]] std::uint64_t match_index(replica_id member) const noexcept;

private:
    // --- engine.cpp: the steps --------------------------------------------------------------------

    /// A new libraft behind `snapshot_` and `log_`, all of which is durable.
    void start_engine(std::uint64_t term, replica_id vote);
    void begin(std::uint64_t now_ms);
    [[nodiscard]] effects finish();
    [[nodiscard]] effects refuse(consensus_refusal why);
    [[nodiscard]] effects stop(std::string fault);

    /// One step of libraft, and what came of it. `entries`: what it may append. Answers libraft's error.
    [[nodiscard]] int step(raft_event& event, const raft_entries* entries = nullptr);
    [[nodiscard]] raft_event event_of(raft_event_type type) const noexcept;
    void take_vote();
    void take_entries(const raft_update& update, const raft_entries* entries);
    void take_snapshot_offer(const raft_update& update);
    void take_messages(const raft_update& update);
    void take_message(const raft_message& from);
    void take_append_request(const raft_message& from);
    void take_commit_index();

    void send(replica_id to, std::uint64_t term, decltype(replica_message::what) what);
    void release_messages();
    void settle_memberships();
    void tell_committed(std::uint64_t index);
    void begin_term();
    void follow_role();

    // --- receiving.cpp ----------------------------------------------------------------------------

    [[nodiscard]] consensus_refusal find_fault(const replica_message& message) const;
    [[nodiscard]] consensus_refusal find_fault(const append_request& request,
                                               std::uint64_t term) const;
    [[nodiscard]] bool is_usable(const membership& members) const;
    [[nodiscard]] std::string find_contradiction(const replica_message& message) const;
    [[nodiscard]] std::string find_contradiction(const append_request& request) const;
    void note_leader(const replica_message& message);

    int take(const replica_message& message, const append_request& request);
    int take(const replica_message& message, const append_answer& answer);
    int take(const replica_message& message, const vote_request& request);
    int take(const replica_message& message, const vote_answer& answer);
    int take(const replica_message& message, const snapshot_offer& offer);
    int take(const replica_message& message, const leadership_offer& offer);
    int take_entries_of(const replica_message& message, const append_request& request);
    int take_segment(const replica_message& message, const append_request& request,
                     std::size_t first, std::size_t last);
    int step_message(raft_message& raw, const replica_message& message,
                     const raft_entries* entries = nullptr);

    // --- submitting.cpp ---------------------------------------------------------------------------

    [[nodiscard]] consensus_refusal find_refusal(const std::vector<shared_bytes>& payloads) const;
    void append_as_leader(std::vector<log_entry> entries);
    void append_barrier();
    void serve_reads();
    [[nodiscard]] bool is_handing_over() const noexcept;

    // --- membership_changes.cpp -------------------------------------------------------------------

    [[nodiscard]] consensus_refusal find_refusal(const membership_change& change) const;
    [[nodiscard]] consensus_refusal find_promotion_refusal(replica_id learner) const;

    // --- timing.cpp -------------------------------------------------------------------------------

    void elect_if_due();
    void forget_leader();
    void stand_for_election_in(std::uint64_t delay_ms);
    [[nodiscard]] std::uint64_t next_tick_ms() const;
    [[nodiscard]] bool waits_for_disk() const;

    [[nodiscard]] std::uint64_t term_of(std::uint64_t index) const;
    [[nodiscard]] bool is_settled() const;
    [[nodiscard]] bool is_sole_voter() const;
    [[nodiscard]] const member* find_member(replica_id id) const;
    [[nodiscard]] unsigned in_flight_limit(const raft_entries* added) const;

    replica_id self_;
    consensus_options options_;
    raft raft_{};
    bool started_ = false;
    bool stopped_ = false;
    std::uint64_t now_ms_ = 0;

    replica_log log_;
    snapshot_position snapshot_;
    std::uint64_t commit_index_ = 0;
    std::uint64_t told_memberships_ = 0;  // libraft knows what is committed up to here
    snapshot_position offered_;           // while installing

    // Writes of entries under way: what is left of each in the log.
    struct entries_under_way {
        std::uint64_t number = 0;
        std::uint64_t last_index = 0;
    };
    std::deque<entries_under_way> under_way_;
    std::uint64_t last_write_ = 0;
    std::uint64_t durable_write_ = 0;
    std::uint64_t durable_vote_ = 0;  // never lower
    std::uint64_t written_term_ = 0;
    replica_id written_vote_{};

    struct held_message {
        std::uint64_t waits_for = 0;       // the number of a write
        std::uint64_t waits_for_vote = 0;  // of one of a vote
        replica_message message;
    };
    std::vector<held_message> held_;
    std::uint64_t last_vote_write_ = 0;
    std::uint64_t last_membership_write_ = 0;

    // Who led in which term, as far as seen.
    std::uint64_t led_term_ = 0;
    replica_id led_by_{};

    struct waiting_reads {
        std::uint64_t ticket = 0;
        std::uint64_t index = 0;  // of an entry that was appended after they came
    };
    std::deque<waiting_reads> reads_;
    std::uint64_t open_ticket_ = 0;  // of reads that no entry has followed yet; zero: none
    std::uint64_t last_ticket_ = 0;
    std::uint64_t reads_ready_ = 0;
    std::uint64_t reads_lost_ = 0;

    effects out_;
};

}  // namespace bourse
