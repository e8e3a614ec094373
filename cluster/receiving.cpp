#include <algorithm>
#include <cstring>
#include <string>
#include <variant>
#include <vector>

#include "cluster/consensus_bug.hpp"
#include "cluster/consensus_machine.hpp"
#include "messages/assert.hpp"
#include "messages/replica_codec.hpp"

namespace bourse {
namespace {

/// Far from where an index could overflow.
constexpr std::uint64_t max_index = std::uint64_t{1} << 62U;

// What libraft writes into its own messages; ours carry no versions of its.
constexpr unsigned char vote_version = 2;
constexpr unsigned char append_answer_version = 2;
constexpr unsigned char other_version = 0;

[[nodiscard]] bool are_both_zero_or_none(std::uint64_t a, std::uint64_t b) {
    return (a == 0) == (b == 0);
}

}  // namespace

effects consensus_machine::receive(std::uint64_t now_ms, const replica_message& message) {
    begin(now_ms);
    if (stopped_) {
        return finish();
    }
    if (const consensus_refusal fault = find_fault(message); fault != consensus_refusal::none) {
        return refuse(fault);
    }
    if (std::string contradiction = find_contradiction(message); !contradiction.empty()) {
        return stop(std::move(contradiction));
    }
    note_leader(message);
    const int failed =
        std::visit([&](const auto& what) { return take(message, what); }, message.what);
    if (failed != 0) {
        return stop(std::string("libraft refuses a message: ") + raft_strerror(failed));
    }
    return finish();
}

// --- What no honest replica says ------------------------------------------------------------------

consensus_refusal consensus_machine::find_fault(const replica_message& message) const {
    if (message.to != self_) {
        return consensus_refusal::wrong_addressee;
    }
    if (message.from.value == 0 || message.from == self_ || message.term == 0 ||
        message.term > max_index) {
        return consensus_refusal::malformed_message;
    }
    if (const auto* request = std::get_if<append_request>(&message.what)) {
        return find_fault(*request, message.term);
    }
    if (const auto* offer = std::get_if<snapshot_offer>(&message.what)) {
        const snapshot_position& position = offer->position;
        if (position.in_force.members.size() > options_.max_members) {
            return consensus_refusal::message_too_large;
        }
        const bool is_good =
            position.index > 0 && position.index < max_index && position.term > 0 &&
            position.term <= message.term && position.membership_index > 0 &&
            position.membership_index <= position.index && is_usable(position.in_force);
        return is_good ? consensus_refusal::none : consensus_refusal::malformed_message;
    }
    return consensus_refusal::none;
}

consensus_refusal consensus_machine::find_fault(const append_request& request,
                                                std::uint64_t term) const {
    if (request.previous_index > max_index || request.previous_term > term ||
        !are_both_zero_or_none(request.previous_index, request.previous_term)) {
        return consensus_refusal::malformed_message;
    }
    std::uint64_t bytes = 0;
    std::uint64_t last_term = std::max<std::uint64_t>(request.previous_term, 1);
    for (const log_entry& entry : request.entries) {
        bytes += entry.payload.size();
        if (entry.term < last_term || entry.term > term || !entry.payload.is_there()) {
            return consensus_refusal::malformed_message;
        }
        last_term = entry.term;
        if (entry.kind == log_entry_kind::membership) {
            const auto decoded = decode_membership(entry.payload.bytes());
            if (!decoded.has_value() || !is_usable(*decoded)) {
                return consensus_refusal::malformed_message;
            }
        }
    }
    return bytes > options_.max_message_bytes ||
                   request.entries.size() > options_.max_in_flight_entries
               ? consensus_refusal::message_too_large
               : consensus_refusal::none;
}

bool consensus_machine::is_usable(const membership& members) const {
    const std::vector<member>& all = members.members;
    return all.size() <= options_.max_members &&
           std::all_of(all.begin(), all.end(),
                       [](const member& each) { return each.id.value != 0; }) &&
           std::adjacent_find(all.begin(), all.end(),
                              [](const member& a, const member& b) { return a.id >= b.id; }) ==
               all.end() &&
           std::any_of(all.begin(), all.end(),
                       [](const member& each) { return each.role == member_role::voter; });
}

// --- What cannot be if everybody keeps to the rules ------------------------------------------------

std::string consensus_machine::find_contradiction(const replica_message& message) const {
    const bool is_leaders = std::holds_alternative<append_request>(message.what) ||
                            std::holds_alternative<snapshot_offer>(message.what);
    if (is_leaders && message.term == led_term_ && message.from != led_by_ &&
        BOURSE_GUARDED(one_leader_a_term)) {
        return "replicas " + std::to_string(led_by_.value) + " and " +
               std::to_string(message.from.value) + " both lead in term " +
               std::to_string(message.term);
    }
    const auto* request = std::get_if<append_request>(&message.what);
    if (request != nullptr && message.term >= term() && BOURSE_GUARDED(committed_stays)) {
        return find_contradiction(*request);
    }
    return {};
}

std::string consensus_machine::find_contradiction(const append_request& request) const {
    const auto differs = [&](std::uint64_t index, std::uint64_t term) {
        return index <= commit_index_ && term_of(index) != 0 && term_of(index) != term;
    };
    if (differs(request.previous_index, request.previous_term)) {
        return "a leader's log differs at " + std::to_string(request.previous_index) +
               ", which is committed here";
    }
    for (std::size_t i = 0; i < request.entries.size(); ++i) {
        const std::uint64_t index = request.previous_index + 1 + i;
        if (index > commit_index_) {
            break;
        }
        if (differs(index, request.entries[i].term)) {
            return "a leader's log differs at " + std::to_string(index) +
                   ", which is committed here";
        }
    }
    return {};
}

void consensus_machine::note_leader(const replica_message& message) {
    const bool is_leaders = std::holds_alternative<append_request>(message.what) ||
                            std::holds_alternative<snapshot_offer>(message.what);
    if (is_leaders && message.term >= term() && message.term > led_term_) {
        led_term_ = message.term;
        led_by_ = message.from;
    }
}

// --- What is said, handed to libraft --------------------------------------------------------------

int consensus_machine::step_message(raft_message& raw, const replica_message& message,
                                    const raft_entries* entries) {
    const std::string address = std::to_string(message.from.value);
    raw.server_id = message.from.value;
    raw.server_address = address.c_str();
    raft_event event = event_of(RAFT_RECEIVE);
    event.receive.message = &raw;
    return step(event, entries);
}

int consensus_machine::take(const replica_message& message, const append_request& request) {
    // A leader that does not know what this log has may begin behind an entry that was given up here. What
    // is below a snapshot is committed, and so the leader's; libraft would refuse it for ever.
    const std::uint64_t previous = request.previous_index;
    if (previous < snapshot_.index && term_of(previous) == 0 && !is_installing() &&
        BOURSE_GUARDED(entries_below_snapshot)) {
        append_request rest{.previous_index = snapshot_.index,
                            .previous_term = snapshot_.term,
                            .commit_index = request.commit_index,
                            .entries = {}};
        for (std::size_t i = snapshot_.index - previous; i < request.entries.size(); ++i) {
            rest.entries.push_back(request.entries[i]);
        }
        return take_entries_of(message, rest);
    }
    return take_entries_of(message, request);
}

/// libraft takes a membership for the first of the entries that it came with, wherever it was; so each is
/// handed over as the first of its own.
int consensus_machine::take_entries_of(const replica_message& message,
                                       const append_request& request) {
    std::size_t first = 0;
    for (std::size_t i = 1; i < request.entries.size(); ++i) {
        if (request.entries[i].kind == log_entry_kind::membership &&
            BOURSE_GUARDED(membership_first)) {
            if (const int failed = take_segment(message, request, first, i); failed != 0) {
                return failed;
            }
            first = i;
        }
    }
    return take_segment(message, request, first, request.entries.size());
}

int consensus_machine::take_segment(const replica_message& message, const append_request& request,
                                    std::size_t first, std::size_t last) {
    const std::uint64_t previous = request.previous_index + first;
    const std::uint64_t previous_term =
        first == 0 ? request.previous_term : request.entries[first - 1].term;

    // A leader appends a membership only when the one before is committed. libraft would, if this one goes
    // again, go back to the one that it last knew to be committed.
    const std::uint64_t open = raft_.configuration_uncommitted_index;
    if (first < last && request.entries[first].kind == log_entry_kind::membership && open > 0 &&
        open <= previous && term_of(previous) == previous_term && message.term >= term() &&
        !is_installing() && BOURSE_GUARDED(membership_before)) {
        tell_committed(open);
    }

    void* batch = first < last ? raft_malloc(1) : nullptr;
    const raft_entries* const none = nullptr;
    raft_entries entries(std::span(request.entries).subspan(first, last - first), batch);
    raft_message raw{};
    raw.type = RAFT_APPEND_ENTRIES;
    raw.append_entries.version = other_version;
    raw.append_entries.term = message.term;
    raw.append_entries.prev_log_index = previous;
    raw.append_entries.prev_log_term = previous_term;
    raw.append_entries.leader_commit = request.commit_index;
    raw.append_entries.entries = entries.data();
    raw.append_entries.n_entries = entries.size();

    const bool is_stale = message.term < term();
    const std::size_t answers = held_.size();
    const std::uint64_t writes = last_write_;
    const std::uint64_t vote_writes = last_vote_write_;
    const int failed = step_message(raw, message, batch != nullptr ? &entries : none);
    // libraft frees the batch unless it has appended of it.
    if (failed == 0 && batch != nullptr && BOURSE_GUARDED(received_batches) &&
        last_write_ - writes > (last_vote_write_ != vote_writes)) {
        raft_free(batch);
    }
    if (is_stale && BOURSE_GUARDED(stale_answers)) {
        // libraft leaves the last index of such an answer as memory was.
        for (std::size_t i = answers; i < held_.size(); ++i) {
            held_[i].message.what = append_answer{};
        }
    }
    return failed;
}

int consensus_machine::take(const replica_message& message, const append_answer& answer) {
    if (answer.rejected_index > 0 && role() == replica_role::leader && message.term == term() &&
        BOURSE_GUARDED(repeated_rejections)) {
        // Repeated or overtaken; libraft would go back behind what it knows to match. (It does so for the second reason; of the first
        // alone it makes nothing, but no follower of this log has less than what matches.)
        const std::uint64_t match = match_index(message.from);
        if (answer.last_index < match || answer.rejected_index <= match) {
            return 0;
        }
    }
    raft_message raw{};
    raw.type = RAFT_APPEND_ENTRIES_RESULT;
    raw.append_entries_result.version = append_answer_version;
    raw.append_entries_result.term = message.term;
    raw.append_entries_result.rejected = answer.rejected_index;
    raw.append_entries_result.last_log_index = answer.last_index;
    return step_message(raw, message);
}

int consensus_machine::take(const replica_message& message, const vote_request& request) {
    // libraft protects a leader until its own election timeout, which is up to twice as long as needed.
    if (role() == replica_role::follower && leader().value != 0 &&
        now_ms_ >= raft_.election_timer_start + options_.election_timeout_ms &&
        BOURSE_GUARDED(silent_leaders)) {
        forget_leader();
    }
    raft_message raw{};
    raw.type = RAFT_REQUEST_VOTE;
    raw.request_vote.version = vote_version;
    raw.request_vote.term = message.term;
    raw.request_vote.candidate_id = message.from.value;
    raw.request_vote.last_log_index = request.last_index;
    raw.request_vote.last_log_term = request.last_term;
    raw.request_vote.disrupt_leader = request.leader_sent_me;
    raw.request_vote.pre_vote = request.is_pre_vote;
    const std::size_t answers = held_.size();
    // A learner may be a voter already in the log of the candidate, which may then not be elected without it.
    // libraft lets only those vote who know that they are voters. Whose vote counts, the candidate knows.
    raft_server* own = nullptr;
    for (unsigned i = 0; i < raft_.configuration.n && BOURSE_GUARDED(learners_vote); ++i) {
        raft_server& each = raft_.configuration.servers[i];
        if (each.id == self_.value && each.role == RAFT_STANDBY) {
            own = &each;
            own->role = RAFT_VOTER;
        }
    }
    const int failed = step_message(raw, message);
    if (own != nullptr) {
        own->role = RAFT_STANDBY;
    }
    if (request.is_pre_vote && BOURSE_GUARDED(denied_pre_votes)) {
        // libraft answers with the candidate's term, granted or not. If that is behind, the candidate would
        // not learn why it is never elected.
        for (std::size_t i = answers; i < held_.size(); ++i) {
            auto* answer = std::get_if<vote_answer>(&held_[i].message.what);
            if (answer != nullptr && !answer->is_granted) {
                held_[i].message.term = std::max(held_[i].message.term, term());
            }
        }
    }
    return failed;
}

int consensus_machine::take(const replica_message& message, const vote_answer& answer) {
    // libraft looks at what only a candidate has before it looks whether it is one.
    if (role() != replica_role::candidate && BOURSE_GUARDED(votes_of_candidates)) {
        return 0;
    }
    raft_message raw{};
    raw.type = RAFT_REQUEST_VOTE_RESULT;
    raw.request_vote_result.version = vote_version;
    raw.request_vote_result.term = message.term;
    raw.request_vote_result.vote_granted =
        answer.is_granted || BOURSE_CONSENSUS_WRONG(refusal_counted);
    raw.request_vote_result.pre_vote = answer.is_pre_vote;
    return step_message(raw, message);
}

int consensus_machine::take(const replica_message& message, const snapshot_offer& offer) {
    if (is_installing() && BOURSE_GUARDED(one_install_at_a_time)) {
        return 0;  // libraft would lose the memory of what it is offered
    }
    offered_ = offer.position;
    raft_message raw{};
    raw.type = RAFT_INSTALL_SNAPSHOT;
    raw.install_snapshot.version = other_version;
    raw.install_snapshot.term = message.term;
    raw.install_snapshot.last_index = offer.position.index;
    raw.install_snapshot.last_term = offer.position.term;
    raw.install_snapshot.conf_index = offer.position.membership_index;
    raw.install_snapshot.conf = raft_configuration_of(offer.position.in_force);
    raw.install_snapshot.data.base = raft_malloc(1);  // the rows come another way
    raw.install_snapshot.data.len = 1;
    const bool is_stale = message.term < term();
    const std::size_t answers = held_.size();
    const int failed = step_message(raw, message);
    if (is_stale && BOURSE_GUARDED(stale_answers)) {
        for (std::size_t i = answers; i < held_.size(); ++i) {
            held_[i].message.what = append_answer{};
        }
    }
    return failed;
}

int consensus_machine::take(const replica_message& message, const leadership_offer& offer) {
    raft_message raw{};
    raw.type = RAFT_TIMEOUT_NOW;
    raw.timeout_now.version = other_version;
    raw.timeout_now.term = message.term;
    raw.timeout_now.last_log_index = offer.last_index;
    raw.timeout_now.last_log_term = offer.last_term;
    return step_message(raw, message);
}

}  // namespace bourse
