#include <algorithm>
#include <utility>
#include <vector>

#include "cluster/consensus_machine.hpp"
#include "messages/assert.hpp"
#include "messages/replica_codec.hpp"

namespace bourse {
namespace {

using kind = membership_change::kind;

[[nodiscard]] membership changed(membership from, const membership_change& change) {
    std::vector<member>& members = from.members;
    const auto place =
        std::lower_bound(members.begin(), members.end(), change.id,
                         [](const member& each, replica_id id) { return each.id < id; });
    switch (change.what) {
        case kind::add_learner:
            members.insert(place, {.id = change.id, .role = member_role::learner});
            break;
        case kind::promote:
            place->role = member_role::voter;
            break;
        case kind::demote:
            place->role = member_role::learner;
            break;
        case kind::remove:
            members.erase(place);
            break;
    }
    return from;
}

}  // namespace

effects consensus_machine::change_membership(std::uint64_t now_ms,
                                             const membership_change& change) {
    begin(now_ms);
    if (stopped_) {
        return finish();
    }
    if (const auto refusal = find_refusal(change); refusal != consensus_refusal::none) {
        return refuse(refusal);
    }
    std::vector<std::byte> payload;
    encode_membership(changed(log_.members(), change), payload);
    out_.submitted_index = log_.last_index() + 1;
    append_as_leader({{.term = term(),
                       .kind = log_entry_kind::membership,
                       .payload = shared_bytes(std::move(payload))}});
    return finish();
}

consensus_refusal consensus_machine::find_refusal(const membership_change& change) const {
    if (role() != replica_role::leader) {
        return consensus_refusal::not_leader;
    }
    if (is_handing_over()) {
        return consensus_refusal::handing_over;
    }
    // Without an entry of this term two leaders could each commit a change with majorities that do not
    // meet (Ongaro, "bug in single-server membership changes", raft-dev, 2015).
    if (!is_settled() && BOURSE_GUARDED(own_term_first)) {
        return consensus_refusal::not_settled;
    }
    if (raft_.configuration_uncommitted_index != 0 && BOURSE_GUARDED(one_change_at_a_time)) {
        return consensus_refusal::change_under_way;
    }
    const member* found = find_member(change.id);
    if (change.what == kind::add_learner) {
        if (change.id.value == 0) {
            return consensus_refusal::unknown_member;
        }
        if (found != nullptr) {
            return consensus_refusal::already_member;
        }
        return log_.members().members.size() < options_.max_members
                   ? consensus_refusal::none
                   : consensus_refusal::too_many_members;
    }
    if (found == nullptr || (change.what == kind::promote && found->role == member_role::voter) ||
        (change.what == kind::demote && found->role == member_role::learner)) {
        return consensus_refusal::unknown_member;
    }
    if (change.what == kind::promote) {
        return find_promotion_refusal(change.id);
    }
    const membership next = changed(log_.members(), change);
    if (std::none_of(next.members.begin(), next.members.end(),
                     [](const member& each) { return each.role == member_role::voter; })) {
        return consensus_refusal::last_voter;
    }
    // If it steps down before that is committed, it may be the only one whose log can win an election, and
    // libraft lets only voters stand.
    if (change.id == self_ && BOURSE_GUARDED(no_self_removal)) {
        return consensus_refusal::hand_over_first;
    }
    // A voter that does not know yet that it is one refuses to vote; with one voter fewer it may be needed.
    for (const member& each : next.members) {
        if (each.role == member_role::voter && each.id != self_ &&
            match_index(each.id) < raft_.configuration_committed_index &&
            BOURSE_GUARDED(aware_voters)) {
            return consensus_refusal::unaware_voter;
        }
    }
    return consensus_refusal::none;
}

consensus_refusal consensus_machine::find_promotion_refusal(replica_id learner) const {
    const std::uint64_t match = match_index(learner);
    if (match + options_.promotion_lag_entries < log_.last_index() &&
        BOURSE_GUARDED(caught_up_learners)) {
        return consensus_refusal::not_caught_up;
    }
    for (const member& each : log_.members().members) {
        const bool will_vote = each.role == member_role::voter || each.id == learner;
        if (will_vote && each.id != self_ &&
            match_index(each.id) < raft_.configuration_committed_index &&
            BOURSE_GUARDED(aware_voters)) {
            return consensus_refusal::unaware_voter;
        }
    }
    return consensus_refusal::none;
}

}  // namespace bourse
