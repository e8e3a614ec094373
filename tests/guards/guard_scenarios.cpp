#include "guard_scenarios.hpp"

#include <malloc.h>

#include <algorithm>
#include <utility>

#include "tests/support/cluster/lone_replica.hpp"

namespace bourse {
namespace {

using kind = membership_change::kind;

/// From a leader in term 1, whose log is known to match up to `previous`.
append_request sign_of_life(std::uint64_t previous, std::uint64_t commit) {
    return {.previous_index = previous, .previous_term = 1, .commit_index = commit, .entries = {}};
}

/// Entries behind one of `previous_term`.
append_request entries_behind(std::uint64_t previous, std::uint64_t previous_term,
                              std::vector<log_entry> entries) {
    return {.previous_index = previous,
            .previous_term = previous_term,
            .commit_index = 1,
            .entries = std::move(entries)};
}

// --- What a follower makes of what it hears --------------------------------------------------------

bool stale_answer_says_nothing() {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 5, 3));
    follower.hear(
        1, 3,
        append_request{.previous_index = 2, .previous_term = 3, .commit_index = 0, .entries = {}});
    const auto* answer = follower.last_said<append_answer>();
    return answer != nullptr && *answer == append_answer{};
}

/// Whether a candidate asks all of these.
bool asks(lone_replica& candidate, std::initializer_list<std::uint64_t> voters) {
    candidate.sent.clear();
    candidate.become_candidate();
    return std::all_of(voters.begin(), voters.end(), [&](std::uint64_t each) {
        return candidate.last_said<vote_request>(each) != nullptr;
    });
}

bool stale_offer_says_nothing() {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 5, 3));
    follower.hear(
        1, 3,
        snapshot_offer{
            .position = {
                .index = 50, .term = 3, .membership_index = 1, .in_force = members_of({1, 2, 3})}});
    const auto* answer = follower.last_said<append_answer>();
    return answer != nullptr && *answer == append_answer{} && !follower.core.is_installing();
}

bool membership_behind_a_command_goes_with_it() {
    lone_replica follower(2, log_with(members_of({1, 2, 3})));
    follower.hear(1, 2,
                  entries_behind(1, 1, {command_of(2), membership_of(2, members_of({1, 2}, {3}))}));
    // The next leader does not have it.
    follower.hear(3, 3, entries_behind(2, 2, {command_of(3)}));
    return asks(follower, {1, 3});
}

bool membership_before_another_stays() {
    lone_replica follower(2, log_with(members_of({1, 2, 3}, {4})));
    follower.hear(1, 2, entries_behind(1, 1, {membership_of(2, members_of({1, 2, 3, 4}))}));
    follower.hear(1, 2, entries_behind(2, 2, {membership_of(2, members_of({1, 2, 4}, {3}))}));
    follower.hear(4, 3, entries_behind(2, 2, {command_of(3)}));
    return asks(follower, {1, 3, 4});
}

bool entries_below_ones_own_snapshot_are_taken() {
    consensus_options options;
    options.trailing_entries = 0;
    options.max_in_flight_entries = 10;
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 1, 39), options);
    follower.hear(1, 1, sign_of_life(40, 40));
    follower.take(follower.core.snapshot_taken(follower.now_ms, 40));
    // What it answered before was lost; the leader begins where it knows the logs to match.
    follower.hear(1, 1,
                  append_request{.previous_index = 20,
                                 .previous_term = 1,
                                 .commit_index = 40,
                                 .entries = std::vector<log_entry>(10, command_of(1))});
    const auto* answer = follower.last_said<append_answer>();
    return answer != nullptr && answer->rejected_index == 0 && answer->last_index == 40;
}

bool overwritten_entry_is_not_acknowledged() {
    lone_replica follower(2, log_with(members_of({1, 2, 3})));
    follower.are_writes_held = true;
    follower.hear(1, 1, entries_behind(1, 1, {command_of(1), command_of(1), command_of(1)}));
    const std::uint64_t first_write = follower.writes.back().number;
    follower.hear(3, 3, entries_behind(1, 1, {command_of(3)}));
    // The vote of term 3 is durable only with what came behind the first write; so ask what counts.
    follower.take(follower.core.persisted(follower.now_ms, first_write));
    return follower.core.persisted_index() == 1;
}

bool commit_index_stays() {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 1, 9));
    follower.hear(1, 1, sign_of_life(10, 10));
    follower.hear(1, 1, sign_of_life(3, 11));
    return follower.core.commit_index() == 10;
}

bool committed_entries_stay() {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 1, 9));
    follower.hear(1, 1, sign_of_life(10, 10));
    // From here on libraft believes that 3 is the last committed.
    follower.hear(1, 1, sign_of_life(3, 11));
    follower.hear(3, 2,
                  append_request{.previous_index = 5,
                                 .previous_term = 1,
                                 .commit_index = 5,
                                 .entries = {command_of(2)}});
    return !follower.faults.empty() && follower.core.last_index() == 10;
}

bool second_leader_is_seen() {
    lone_replica leader(1, log_with(members_of({1, 2, 3})));
    leader.become_leader({2});
    leader.hear(3, leader.core.term(), sign_of_life(1, 1));
    return !leader.faults.empty();
}

bool snapshot_is_of_what_is_committed() {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 1, 9));
    return follower.take(follower.core.snapshot_taken(follower.now_ms, 8)).refused ==
           consensus_refusal::snapshot_out_of_place;
}

bool snapshot_is_of_what_is_stored() {
    lone_replica follower(2, log_with(members_of({1, 2, 3})));
    follower.are_writes_held = true;
    follower.hear(1, 1,
                  append_request{.previous_index = 1,
                                 .previous_term = 1,
                                 .commit_index = 5,
                                 .entries = std::vector<log_entry>(4, command_of(1))});
    return follower.core.commit_index() == 5 && follower.core.persisted_index() == 1 &&
           follower.take(follower.core.snapshot_taken(follower.now_ms, 5)).refused ==
               consensus_refusal::snapshot_out_of_place;
}

bool snapshot_is_newer_than_the_last() {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 1, 9));
    follower.hear(1, 1, sign_of_life(10, 10));
    return follower.take(follower.core.snapshot_taken(follower.now_ms, 8)).refused ==
               consensus_refusal::none &&
           follower.take(follower.core.snapshot_taken(follower.now_ms, 8)).refused ==
               consensus_refusal::snapshot_out_of_place;
}

bool offers_cost_no_memory() {
    lone_replica follower(2, log_with(members_of({1, 2, 3})));
    const snapshot_offer offer{
        .position = {
            .index = 50, .term = 1, .membership_index = 1, .in_force = members_of({1, 2, 3})}};
    follower.hear(1, 2, offer);
    const std::size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 2'000; ++i) {
        follower.hear(1, 2, offer);
    }
    return follower.core.is_installing() && mallinfo2().uordblks < before + 100'000;
}

// --- Votes ----------------------------------------------------------------------------------------

bool denied_pre_vote_tells_the_term() {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 7, 3));
    follower.hear(
        3, 4,
        vote_request{
            .last_index = 9, .last_term = 3, .is_pre_vote = true, .leader_sent_me = false});
    const replica_message* answer = follower.last_sent<vote_answer>();
    return answer != nullptr && !std::get<vote_answer>(answer->what).is_granted &&
           answer->term == 7;
}

bool vote_is_durable_before_it_is_given() {
    lone_replica follower(2, log_with(members_of({1, 2, 3})));
    follower.are_writes_held = true;
    follower.hear(
        1, 2,
        vote_request{
            .last_index = 1, .last_term = 1, .is_pre_vote = false, .leader_sent_me = false});
    const bool is_early = follower.last_said<vote_answer>() != nullptr;
    follower.take(follower.core.persisted(follower.now_ms, follower.writes.back().number));
    return !is_early && follower.last_said<vote_answer>() != nullptr;
}

bool late_vote_does_not_move_the_term() {
    // It asked before it was restarted.
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 2, 1));
    follower.hear(3, 3, vote_answer{.is_granted = true, .is_pre_vote = true});
    return follower.core.term() == 2;
}

bool learner_votes() {
    lone_replica learner(3, log_with(members_of({1}, {3})));
    learner.hear(
        1, 2,
        vote_request{
            .last_index = 5, .last_term = 1, .is_pre_vote = false, .leader_sent_me = false});
    const auto* answer = learner.last_said<vote_answer>();
    return answer != nullptr && answer->is_granted;
}

bool silent_leader_is_not_waited_for() {
    const consensus_options options;
    lone_replica follower(2, log_with(members_of({1, 2, 3})), options);
    follower.hear(1, 1, sign_of_life(1, 1));
    follower.now_ms += options.election_timeout_ms;
    follower.hear(
        3, 2,
        vote_request{
            .last_index = 1, .last_term = 1, .is_pre_vote = true, .leader_sent_me = false});
    const auto* answer = follower.last_said<vote_answer>();
    return answer != nullptr && answer->is_granted;
}

// --- What a leader does ---------------------------------------------------------------------------

/// Whether a follower that is known to match up to 5, and is tried again behind that, is sent entries after it says this.
bool follower_goes_on_after(const append_answer& rejection) {
    lone_replica leader(1, log_with(members_of({1, 2, 3}), 1, 4));
    leader.become_leader({3});  // appends entry 6
    leader.hear(2, leader.core.term(), append_answer{.rejected_index = 5, .last_index = 3});
    leader.hear(2, leader.core.term(), append_answer{.rejected_index = 0, .last_index = 5});
    for (int i = 0; i < 3;
         ++i) {  // the follower is silent, so that the leader begins again behind 5
        leader.hear(3, leader.core.term(), append_answer{.rejected_index = 0, .last_index = 1});
        leader.wait_for_tick();
    }
    leader.hear(2, leader.core.term(), rejection);
    leader.sent.clear();
    for (int i = 0; i < 4; ++i) {
        leader.hear(3, leader.core.term(), append_answer{.rejected_index = 0, .last_index = 1});
        leader.wait_for_tick();
    }
    return std::any_of(leader.sent.begin(), leader.sent.end(), [](const replica_message& each) {
        const auto* request = std::get_if<append_request>(&each.what);
        return each.to.value == 2 && request != nullptr && !request->entries.empty();
    });
}

bool repeated_rejection_does_not_stop_a_follower() {
    return follower_goes_on_after({.rejected_index = 5, .last_index = 3});
}

/// The follower has more by now than it had when it was asked, and what it was asked is older still.
bool late_rejection_does_not_stop_a_follower() {
    return follower_goes_on_after({.rejected_index = 5, .last_index = 5});
}

bool leader_speaks_after_an_entry_of_its_term() {
    lone_replica leader(1, log_with(members_of({1, 2, 3})));
    leader.become_leader({2});
    leader.acknowledge({2});
    return leader.last.may_speak;
}

bool sole_voter_leads_in_a_new_term() {
    const membership members = members_of({1}, {2});
    lone_replica before(1, log_with(members));
    // What it then sent to the learner was not on the disk when it crashed.
    lone_replica after(1, log_with(members, before.core.term()));
    return after.core.role() == replica_role::leader && after.core.term() > before.core.term();
}

/// It led, heard of a higher term, and nobody else can be elected: in that term there may have been a leader.
bool sole_voter_leads_in_a_new_term_again() {
    constexpr std::uint64_t others_term = 9;
    lone_replica replica(1, log_with(members_of({1}, {2})));
    replica.hear(2, others_term, sign_of_life(1, 1));
    const bool followed =
        replica.core.role() == replica_role::follower && replica.core.term() == others_term;
    for (int i = 0; i < 10 && replica.core.role() != replica_role::leader; ++i) {
        replica.wait_for_tick();
    }
    return followed && replica.core.role() == replica_role::leader &&
           replica.core.term() > others_term;
}

bool submits_are_bounded() {
    consensus_options options;
    options.max_uncommitted_entries = 10;
    lone_replica leader(1, log_with(members_of({1, 2, 3})), options);
    leader.become_leader({2});
    leader.acknowledge({2});
    return leader.submit(10).refused == consensus_refusal::none &&
           leader.submit(1).refused == consensus_refusal::too_many_uncommitted;
}

// --- Memberships ----------------------------------------------------------------------------------

bool membership_changes_in_a_settled_term() {
    lone_replica leader(1, log_with(members_of({1, 2, 3})));
    leader.become_leader({2});
    return leader.change(kind::add_learner, 4).refused == consensus_refusal::not_settled;
}

bool voters_know_the_membership() {
    lone_replica leader(1, log_with(members_of({1, 2, 3})));
    leader.become_leader({2});
    leader.acknowledge({2, 3});
    leader.change(kind::add_learner, 4);
    leader.acknowledge({2});  // committed, without 3
    return leader.change(kind::remove, 2).refused == consensus_refusal::unaware_voter;
}

bool voters_know_the_membership_before_one_more_votes() {
    lone_replica leader(1, log_with(members_of({1, 2, 3})));
    leader.become_leader({2});
    leader.acknowledge({2, 3});
    leader.change(kind::add_learner, 4);
    leader.acknowledge({2, 4});  // committed, without 3
    return leader.change(kind::promote, 4).refused == consensus_refusal::unaware_voter;
}

bool learner_catches_up_first() {
    consensus_options options;
    options.promotion_lag_entries = 4;
    lone_replica leader(1, log_with(members_of({1, 2, 3})), options);
    leader.become_leader({2});
    leader.acknowledge({2, 3});
    leader.change(kind::add_learner, 4);
    leader.acknowledge({2, 3, 4});
    leader.submit(20);
    leader.acknowledge({2, 3});
    return leader.change(kind::promote, 4).refused == consensus_refusal::not_caught_up;
}

bool membership_is_durable_before_it_is_sent() {
    lone_replica leader(1, log_with(members_of({1, 2})));
    leader.become_leader({2});
    leader.acknowledge({2});
    leader.sent.clear();
    leader.are_writes_held = true;
    leader.change(kind::demote, 2);
    const bool is_early = leader.last_said<append_request>() != nullptr;
    leader.take(leader.core.persisted(leader.now_ms, leader.writes.back().number));
    return !is_early && leader.last_said<append_request>() != nullptr;
}

bool leader_stays_voter() {
    lone_replica leader(1, log_with(members_of({1, 2})));
    leader.become_leader({2});
    leader.acknowledge({2});
    return leader.change(kind::remove, 1).refused == consensus_refusal::hand_over_first;
}

// --- Time -----------------------------------------------------------------------------------------

bool step_back_in_time_elects_nobody() {
    lone_replica follower(2, log_with(members_of({1, 2, 3})));
    const append_request sign_of_life{
        .previous_index = 1, .previous_term = 1, .commit_index = 1, .entries = {}};
    follower.now_ms = 3'000;
    follower.hear(1, 1, sign_of_life);
    follower.now_ms = 2'000;
    follower.hear(1, 1, sign_of_life);
    follower.now_ms = 3'010;
    follower.take(follower.core.tick(follower.now_ms));
    return follower.core.role() == replica_role::follower;
}

bool next_tick_lies_ahead() {
    lone_replica leader(1, log_with(members_of({1, 2, 3})));
    leader.become_leader({2});
    leader.now_ms += 10'000;
    return leader.submit().next_tick_ms > leader.now_ms;
}

}  // namespace

std::vector<guard_scenario> guard_scenarios() {
    return {
        {guard::stale_answers, "stale answers", stale_answer_says_nothing},
        {guard::stale_answers, "stale answers, to offers", stale_offer_says_nothing},
        {guard::membership_first, "membership first", membership_behind_a_command_goes_with_it},
        {guard::membership_before, "membership before", membership_before_another_stays},
        {guard::repeated_rejections, "repeated rejections",
         repeated_rejection_does_not_stop_a_follower},
        {guard::repeated_rejections, "late rejections", late_rejection_does_not_stop_a_follower},
        {guard::denied_pre_votes, "denied pre-votes", denied_pre_vote_tells_the_term},
        {guard::entries_below_snapshot, "entries below snapshot",
         entries_below_ones_own_snapshot_are_taken},
        {guard::own_term_first, "own term first", membership_changes_in_a_settled_term},
        {guard::aware_voters, "aware voters", voters_know_the_membership},
        {guard::aware_voters, "aware voters, one more",
         voters_know_the_membership_before_one_more_votes},
        {guard::caught_up_learners, "caught up learners", learner_catches_up_first},
        {guard::vote_before_messages, "vote before messages", vote_is_durable_before_it_is_given},
        {guard::durable_memberships, "durable memberships",
         membership_is_durable_before_it_is_sent},
        {guard::no_self_removal, "no self-removal", leader_stays_voter},
        {guard::superseded_writes, "superseded writes", overwritten_entry_is_not_acknowledged},
        {guard::commit_goes_forward, "commit goes forward", commit_index_stays},
        {guard::snapshots_in_place, "snapshots in place", snapshot_is_of_what_is_committed},
        {guard::snapshots_in_place, "snapshots of the stored", snapshot_is_of_what_is_stored},
        {guard::snapshots_in_place, "snapshots ever newer", snapshot_is_newer_than_the_last},
        {guard::one_install_at_a_time, "one install at a time", offers_cost_no_memory},
        {guard::time_goes_forward, "time goes forward", step_back_in_time_elects_nobody},
        {guard::ticks_lie_ahead, "ticks lie ahead", next_tick_lies_ahead},
        {guard::votes_of_candidates, "votes of candidates", late_vote_does_not_move_the_term},
        {guard::bounded_submits, "bounded submits", submits_are_bounded},
        {guard::sole_voter_new_term, "sole voter, new term", sole_voter_leads_in_a_new_term},
        {guard::sole_voter_new_term, "sole voter, new term again",
         sole_voter_leads_in_a_new_term_again},
        {guard::leader_begins_term, "leader begins term", leader_speaks_after_an_entry_of_its_term},
        {guard::one_leader_a_term, "one leader a term", second_leader_is_seen},
        {guard::committed_stays, "committed stays", committed_entries_stay},
        {guard::learners_vote, "learners vote", learner_votes},
        {guard::silent_leaders, "silent leaders", silent_leader_is_not_waited_for},
    };
}

}  // namespace bourse
