// What libraft leaves to whoever drives it: memory, terms, what is in messages, what is told to it, and when.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "guard_scenarios.hpp"
#include "tests/support/cluster/lone_replica.hpp"

namespace bourse {
namespace {

using kind = membership_change::kind;

/// Entries behind the founders', from a leader of `term`.
append_request entries_of(std::uint64_t term, std::size_t count) {
    return {.previous_index = 1,
            .previous_term = 1,
            .commit_index = 1,
            .entries = std::vector<log_entry>(count, command_of(term))};
}

snapshot_offer offer_of(std::uint64_t index, std::uint64_t term) {
    return {.position = {.index = index,
                         .term = term,
                         .membership_index = 1,
                         .in_force = members_of({1, 2, 3})}};
}

/// A leader of three that has all acknowledged.
lone_replica leader_of_three(const consensus_options& options = {}) {
    lone_replica leader(1, log_with(members_of({1, 2, 3})), options);
    leader.become_leader({2});
    leader.acknowledge({2, 3});
    return leader;
}

// --- What is stored -------------------------------------------------------------------------------

/// A write that is durable when its log is no more.
bool write_of_a_void_log_does_not_count() {
    lone_replica follower(2, log_with(members_of({1, 2, 3})));
    follower.are_writes_held = true;
    follower.hear(1, 1, entries_of(1, 60));
    const std::uint64_t voided = follower.writes.back().number;
    follower.hear(3, 3, offer_of(50, 3));
    follower.take(follower.core.snapshot_installed(follower.now_ms, offer_of(50, 3).position));
    follower.take(follower.core.persisted(follower.now_ms, voided));
    return follower.core.persisted_index() == 50 && follower.core.last_index() == 50;
}

bool durable_vote_takes_nothing_from_what_is_stored() {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 1, 9));
    follower.hear(
        1, 2,
        vote_request{
            .last_index = 10, .last_term = 1, .is_pre_vote = false, .leader_sent_me = false});
    return follower.last_said<vote_answer>() != nullptr && follower.core.persisted_index() == 10;
}

/// It has lost what was in flight to it, no more; there is a snapshot of that here already.
bool follower_a_little_behind_gets_entries() {
    consensus_options options;
    options.trailing_entries = 0;
    options.max_in_flight_entries = 10;
    lone_replica leader = leader_of_three(options);
    const std::uint64_t known = leader.core.last_index();
    leader.submit(5);
    leader.acknowledge({2});
    leader.take(leader.core.snapshot_taken(leader.now_ms, leader.core.commit_index()));
    leader.sent.clear();
    leader.hear(3, leader.core.term(),
                append_answer{.rejected_index = leader.core.last_index(), .last_index = known});
    const auto* request = leader.last_said<append_request>(3);
    return request != nullptr && request->previous_index == known && request->entries.size() == 5;
}

// --- What is told to libraft ----------------------------------------------------------------------

bool second_change_waits_for_the_first() {
    lone_replica leader = leader_of_three();
    leader.change(kind::add_learner, 4);
    return leader.change(kind::add_learner, 5).refused == consensus_refusal::change_under_way;
}

bool second_change_follows_the_first() {
    lone_replica leader = leader_of_three();
    leader.change(kind::add_learner, 4);
    leader.acknowledge({2, 3});
    return leader.change(kind::add_learner, 5).refused == consensus_refusal::none;
}

/// It was committed before, and this replica was restarted since.
bool change_follows_one_from_before_a_restart() {
    durable_state disk = log_with(members_of({1, 2, 3}));
    disk.entries.push_back(membership_of(1, members_of({1, 2, 3}, {4})));
    lone_replica leader(1, disk);
    leader.become_leader({2});
    leader.acknowledge({2, 3});
    return leader.change(kind::add_learner, 5).refused == consensus_refusal::none;
}

bool submitted_entry_is_of_the_term() {
    lone_replica leader = leader_of_three();
    leader.submit();
    const auto* request = leader.last_said<append_request>(3);
    return request != nullptr && !request->entries.empty() &&
           request->entries.back().kind == log_entry_kind::command &&
           request->entries.back().term == leader.core.term();
}

// --- What is in messages --------------------------------------------------------------------------

bool bytes_in_flight_are_bounded() {
    constexpr std::size_t payload = 1'000;
    consensus_options options;
    options.max_in_flight_bytes = 16 * payload;
    lone_replica leader = leader_of_three(options);
    leader.sent.clear();
    for (unsigned i = 0; i < 40; ++i) {
        leader.submit(1, payload);
    }
    std::size_t bytes = 0;
    for (const replica_message& each : leader.sent) {
        const auto* request = std::get_if<append_request>(&each.what);
        for (std::size_t i = 0; each.to.value == 3 && i < request->entries.size(); ++i) {
            bytes += request->entries[i].payload.size();
        }
    }
    return bytes > 0 && bytes <= options.max_in_flight_bytes;
}

bool entry_leaves_in_the_step_that_appends_it() {
    lone_replica leader = leader_of_three();
    leader.submit(1, 77);
    const auto* request = leader.last_said<append_request>(3);
    return request != nullptr && !request->entries.empty() &&
           request->entries.back().payload.size() == 77;
}

bool offer_says_what_is_offered() {
    consensus_options options;
    options.trailing_entries = 0;
    options.max_in_flight_entries = 10;
    lone_replica leader = leader_of_three(options);
    for (unsigned i = 0; i < 5; ++i) {
        leader.submit(10);
        leader.acknowledge({2});
    }
    leader.take(leader.core.snapshot_taken(leader.now_ms, leader.core.commit_index()));
    // A follower with an empty disk.
    leader.hear(3, leader.core.term(),
                append_answer{.rejected_index = leader.core.last_index(), .last_index = 2});
    const auto* offer = leader.last_said<snapshot_offer>(3);
    return offer != nullptr && offer->position == leader.core.snapshot();
}

// --- Memory ---------------------------------------------------------------------------------------

/// More than what is done so often may take for good.
constexpr std::size_t little_memory = 50'000;
constexpr int very_often = 4'000;

/// Whether it ends with the memory that it began with.
template <typename What>
bool costs_no_memory(lone_replica& of, What&& once) {
    const auto repeat = [&] {
        for (int i = 0; i < very_often; ++i) {
            once();
            of.writes.erase(of.writes.begin(), of.writes.end() - 1);
            of.sent.clear();
        }
    };
    repeat();  // what is kept has its size
    const std::size_t before = mallinfo2().uordblks;
    repeat();
    return mallinfo2().uordblks < before + little_memory;
}

/// Each leader overwrites what the one before sent.
bool received_entries_cost_no_memory() {
    lone_replica follower(2, log_with(members_of({1, 2, 3})));
    std::uint64_t term = 1;
    return costs_no_memory(follower, [&] {
        ++term;
        follower.hear(1 + term % 2 * 2, term, entries_of(term, 1));
    });
}

/// Elected again and again, and each time another leader overwrites its barrier.
bool elections_cost_no_memory() {
    lone_replica replica(1, log_with(members_of({1, 2, 3}), 1, 1));
    return costs_no_memory(replica, [&] {
        replica.become_leader({2});
        const std::uint64_t term = replica.core.term() + 1;
        replica.hear(3, term, entries_of(term, 1));
    });
}

/// Offered, installed, and offered again.
bool installed_snapshots_cost_no_memory() {
    lone_replica follower(2, log_with(members_of({1, 2, 3})));
    std::uint64_t index = 50;
    return costs_no_memory(follower, [&] {
        index += 50;
        follower.hear(1, 2, offer_of(index, 2));
        follower.take(
            follower.core.snapshot_installed(follower.now_ms, offer_of(index, 2).position));
    });
}

/// Memory that is freed twice ends the process.
bool changes_free_nothing_twice() {
    lone_replica leader = leader_of_three();
    for (int i = 0; i < 50; ++i) {
        leader.change(kind::add_learner, 4);
        leader.acknowledge({2, 3});
        leader.change(kind::remove, 4);
        leader.acknowledge({2, 3});
    }
    return leader.core.members() == members_of({1, 2, 3}) && leader.faults.empty();
}

// --- What instances share -------------------------------------------------------------------------

/// With LIBRAFT_TRACE in the environment libraft says on stderr whatever it does.
bool nothing_is_traced() {
    std::FILE* const said = std::tmpfile();
    const int errors = dup(STDERR_FILENO);
    if (said == nullptr || errors < 0 || dup2(fileno(said), STDERR_FILENO) < 0) {
        std::abort();
    }
    setenv("LIBRAFT_TRACE", "1", 1);
    static_cast<void>(leader_of_three());
    unsetenv("LIBRAFT_TRACE");
    std::fflush(stderr);
    dup2(errors, STDERR_FILENO);
    close(errors);
    std::fseek(said, 0, SEEK_END);
    const long bytes = std::ftell(said);
    std::fclose(said);
    return bytes == 0;
}

bool replicas_wait_differently() {
    std::uint64_t first = 0;
    for (std::uint32_t seed = 1; seed <= 8; ++seed) {
        consensus_options options;
        options.seed = seed;
        lone_replica follower(2, log_with(members_of({1, 2, 3})), options);
        if (seed > 1 && follower.last.next_tick_ms != first) {
            return true;
        }
        first = follower.last.next_tick_ms;
    }
    return false;
}

}  // namespace

std::vector<guard_scenario> engine_scenarios() {
    return {
        {guard::one_change_at_a_time, "one change at a time", second_change_waits_for_the_first},
        {guard::committed_memberships, "committed memberships", second_change_follows_the_first},
        {guard::committed_memberships, "committed memberships, after a restart",
         change_follows_one_from_before_a_restart},
        {guard::trailing_entries, "trailing entries", follower_a_little_behind_gets_entries},
        {guard::voided_writes, "voided writes", write_of_a_void_log_does_not_count},
        {guard::stored_forward, "stored forward", durable_vote_takes_nothing_from_what_is_stored},
        {guard::own_terms, "own terms", submitted_entry_is_of_the_term},
        {guard::bytes_in_flight, "bytes in flight", bytes_in_flight_are_bounded},
        {guard::entries_first, "entries first", entry_leaves_in_the_step_that_appends_it},
        {guard::filled_offers, "filled offers", offer_says_what_is_offered},
        {guard::received_batches, "received batches", received_entries_cost_no_memory},
        {guard::barrier_batches, "barrier batches", elections_cost_no_memory},
        {guard::offered_memory, "offered memory", installed_snapshots_cost_no_memory},
        {guard::given_memory, "given memory", changes_free_nothing_twice},
        {guard::silent_tracer, "silent tracer", nothing_is_traced},
        {guard::own_seeds, "own seeds", replicas_wait_differently},
    };
}

}  // namespace bourse
