// Every bound of consensus, at the bound and one beyond it, and what a replica does with messages that no
// honest one sends.

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/support/cluster/lone_replica.hpp"

namespace bourse {
namespace {

using kind = membership_change::kind;

append_request entries_behind(std::uint64_t previous, std::uint64_t previous_term,
                              std::vector<log_entry> entries) {
    return {.previous_index = previous,
            .previous_term = previous_term,
            .commit_index = 0,
            .entries = std::move(entries)};
}

lone_replica settled_leader(const consensus_options& options) {
    lone_replica leader(1, log_with(members_of({1, 2, 3})), options);
    leader.become_leader({2});
    leader.acknowledge({2});
    leader.acknowledge({3});
    leader.sent.clear();
    return leader;
}

TEST_CASE("entries beyond what may wait to be committed are refused, all or none") {
    consensus_options options;
    options.max_uncommitted_entries = 10;
    lone_replica leader = settled_leader(options);
    CHECK(leader.submit(11).refused == consensus_refusal::too_many_uncommitted);
    CHECK(leader.submit(9).submitted_index == 3);
    CHECK(leader.submit(2).refused == consensus_refusal::too_many_uncommitted);
    CHECK(leader.submit(1).submitted_index == 12);
    leader.acknowledge({2});
    CHECK(leader.submit(10).submitted_index == 13);
}

TEST_CASE("bytes beyond what may wait to be committed are refused") {
    consensus_options options;
    options.max_uncommitted_bytes = 1'000;
    lone_replica leader = settled_leader(options);
    CHECK(leader.submit(1, 1'001).refused == consensus_refusal::too_many_uncommitted);
    CHECK(leader.submit(2, 500).refused == consensus_refusal::none);
    CHECK(leader.submit(1, 1).refused == consensus_refusal::too_many_uncommitted);
    leader.acknowledge({2});
    CHECK(leader.submit(1, 1'000).refused == consensus_refusal::none);
}

TEST_CASE("entries and bytes beyond what may wait for the own disk are refused") {
    consensus_options options;
    options.max_unpersisted_entries = 4;
    options.max_unpersisted_bytes = 100;
    lone_replica leader = settled_leader(options);
    leader.are_writes_held = true;
    CHECK(leader.submit(5).refused == consensus_refusal::too_many_unpersisted);
    CHECK(leader.submit(1, 101).refused == consensus_refusal::too_many_unpersisted);
    CHECK(leader.submit(4, 25).refused == consensus_refusal::none);
    leader.acknowledge({2, 3});  // committed, but not here
    CHECK(leader.core.commit_index() == leader.core.last_index());
    CHECK(leader.submit(1).refused == consensus_refusal::too_many_unpersisted);
    leader.take(leader.core.persisted(leader.now_ms, leader.writes.back().number));
    CHECK(leader.submit(1).refused == consensus_refusal::none);
}

TEST_CASE(
    "a replica whose disk has no room for entries follows a new leader, if it has room for votes") {
    lone_replica follower(2, log_with(members_of({1, 2, 3})));
    follower.are_writes_held = true;
    follower.hear(1, 1, entries_behind(1, 1, {command_of(1)}));
    follower.hear(3, 2, entries_behind(2, 1, {}));
    const std::uint64_t vote = follower.writes.back().number;
    REQUIRE(std::holds_alternative<vote_write>(follower.writes.back().what));
    CHECK(follower.last_said<append_answer>() == nullptr);
    follower.take(follower.core.persisted(follower.now_ms, 0, vote));
    const auto* answer = follower.last_said<append_answer>();
    REQUIRE(answer != nullptr);
    CHECK(*answer == append_answer{.rejected_index = 0, .last_index = 1});  // and no more

    // What the others have committed it applies, durable here or not.
    append_request sign = entries_behind(2, 1, {});
    sign.commit_index = 2;
    follower.hear(3, 2, std::move(sign));
    CHECK(follower.core.commit_index() == 2);
    CHECK(follower.core.persisted_index() == 1);
}

TEST_CASE("an entry may be as large as an entry may be") {
    consensus_options options;
    options.max_entry_bytes = 2'000;
    lone_replica leader = settled_leader(options);
    CHECK(leader.submit(1, 2'001).refused == consensus_refusal::entry_too_large);
    CHECK(leader.submit(1, 2'000).refused == consensus_refusal::none);
}

TEST_CASE("what is sent is cut into messages, and ends at what may be in flight") {
    consensus_options options;
    options.max_entry_bytes = 1'000;
    options.max_message_bytes = 2'500;
    options.max_in_flight_bytes = 8 * 1'024;
    lone_replica leader = settled_leader(options);
    leader.submit(20, 1'000);
    std::uint64_t sent = 0;
    std::uint64_t next = 3;
    for (const replica_message& each : leader.sent) {
        if (each.to.value != 2) {
            continue;
        }
        const auto& request = std::get<append_request>(each.what);
        CHECK(request.entries.size() <= 2);
        if (!request.entries.empty()) {
            CHECK(request.previous_index + 1 == next);
            next += request.entries.size();
        }
        sent += request.entries.size();
    }
    CHECK(sent == 8);  // of 1,000 bytes, which counts as 1,024
}

TEST_CASE("a received message may have as much in it as a message may have") {
    consensus_options options;
    options.max_entry_bytes = 1'000;
    options.max_message_bytes = 1'000;
    options.max_in_flight_entries = 4;
    lone_replica follower(2, log_with(members_of({1, 2, 3})), options);
    CHECK(follower.hear(1, 2, entries_behind(1, 1, {command_of(2, 500), command_of(2, 501)}))
              .refused == consensus_refusal::message_too_large);
    CHECK(follower.hear(1, 2, entries_behind(1, 1, std::vector<log_entry>(5, command_of(2, 1))))
              .refused == consensus_refusal::message_too_large);
    CHECK(follower.core.last_index() == 1);
    CHECK(follower.hear(1, 2, entries_behind(1, 1, std::vector<log_entry>(4, command_of(2, 250))))
              .refused == consensus_refusal::none);
    CHECK(follower.core.last_index() == 5);
}

TEST_CASE("a group has at most as many members as it may have") {
    consensus_options options;
    options.max_members = 4;
    lone_replica leader = settled_leader(options);
    CHECK(leader.change(kind::add_learner, 4).refused == consensus_refusal::none);
    leader.acknowledge({2, 3});
    CHECK(leader.change(kind::add_learner, 5).refused == consensus_refusal::too_many_members);
    lone_replica follower(2, log_with(members_of({1, 2, 3})), options);
    CHECK(follower
              .hear(1, 2,
                    snapshot_offer{.position = {.index = 9,
                                                .term = 1,
                                                .membership_index = 9,
                                                .in_force = members_of({1, 2, 3, 4, 5})}})
              .refused == consensus_refusal::message_too_large);
}

TEST_CASE("messages that no honest replica sends are refused and change nothing") {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 3, 4));
    const auto refused = [&](std::uint64_t from, std::uint64_t term, auto what) {
        return follower.hear(from, term, what).refused == consensus_refusal::malformed_message;
    };
    CHECK(refused(0, 3, append_answer{}));
    CHECK(refused(2, 3, append_answer{}));
    CHECK(refused(1, 0, append_answer{}));
    CHECK(refused(1, 3, entries_behind(0, 3, {})));
    CHECK(refused(1, 3, entries_behind(3, 0, {})));
    CHECK(refused(1, 3, entries_behind(5, 4, {})));
    CHECK(refused(1, 3, entries_behind(5, 3, {command_of(2)})));
    CHECK(refused(1, 3, entries_behind(5, 3, {command_of(4)})));
    CHECK(refused(1, 3, entries_behind(5, 3, {command_of(0)})));
    CHECK(refused(1, 3, entries_behind(5, 3, {membership_of(3, members_of({}))})));
    CHECK(refused(1, 3,
                  entries_behind(5, 3, {{3, log_entry_kind::membership, command_of(1).payload}})));
    CHECK(refused(1, 3, snapshot_offer{}));
    CHECK(refused(1, 3, snapshot_offer{.position = {9, 4, 1, members_of({1})}}));
    CHECK(refused(1, 3, snapshot_offer{.position = {9, 3, 10, members_of({1})}}));
    CHECK(refused(1, 3, snapshot_offer{.position = {9, 3, 1, members_of({}, {1})}}));
    const replica_message misled{.from = {1}, .to = {3}, .term = 3, .what = append_answer{}};
    CHECK(follower.core.receive(follower.now_ms, misled).refused ==
          consensus_refusal::wrong_addressee);
    CHECK(follower.core.last_index() == 5);
    CHECK(follower.core.term() == 3);
    CHECK(follower.sent.empty());
}

TEST_CASE("a replica that has seen a contradiction says so and does nothing more") {
    lone_replica leader = settled_leader({});
    leader.hear(3, leader.core.term(), entries_behind(1, 1, {}));
    REQUIRE(leader.faults.size() == 1);
    CHECK(leader.faults.front() ==
          "replicas 1 and 3 both lead in term " + std::to_string(leader.core.term()));
    CHECK(leader.submit().refused == consensus_refusal::stopped);
    CHECK_FALSE(leader.last.may_speak);
    leader.wait_for_tick();
    CHECK(leader.sent.empty());
}

TEST_CASE("no snapshot is taken while one is being installed, of whatever index") {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 1, 9));
    follower.hear(1, 1,
                  append_request{
                      .previous_index = 10, .previous_term = 1, .commit_index = 10, .entries = {}});
    const snapshot_position offered{
        .index = 50, .term = 1, .membership_index = 1, .in_force = members_of({1, 2, 3})};
    follower.hear(1, 1, snapshot_offer{.position = offered});
    REQUIRE(follower.core.is_installing());
    for (const std::uint64_t index : {5U, 10U, 50U, 51U}) {
        CHECK(follower.take(follower.core.snapshot_taken(follower.now_ms, index)).refused ==
              consensus_refusal::installing_snapshot);
    }
    follower.take(follower.core.snapshot_installed(follower.now_ms, offered));
    CHECK(follower.core.snapshot() == offered);
    CHECK(follower.core.persisted_index() == 50);
}

TEST_CASE("payloads that are in the journal need not be kept, and are asked for when needed") {
    lone_replica leader = settled_leader({});
    leader.submit(3);
    leader.acknowledge({2});
    leader.core.forget_payloads(leader.core.last_index());
    CHECK_FALSE(leader.core.entry(4).payload.is_there());
    CHECK(leader.core.entry(1).payload.is_there());  // a membership
    leader.sent.clear();
    leader.hear(3, leader.core.term(), append_answer{.rejected_index = 5, .last_index = 2});
    const auto* again = leader.last_said<append_request>(3);
    REQUIRE(again != nullptr);
    CHECK(again->previous_index == 2);
    REQUIRE(again->entries.size() == 3);
    CHECK_FALSE(again->entries.front().payload.is_there());
}

TEST_CASE("every refusal has a sentence of its own") {
    std::set<std::string> sentences;
    const auto last = static_cast<unsigned>(consensus_refusal::not_installing);
    for (unsigned i = 0; i <= last; ++i) {
        sentences.insert(std::string(to_string(static_cast<consensus_refusal>(i))));
    }
    CHECK(sentences.size() == last + 1);
    CHECK_FALSE(
        sentences.contains(std::string(to_string(static_cast<consensus_refusal>(last + 1)))));
}

}  // namespace
}  // namespace bourse
