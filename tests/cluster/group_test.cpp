// A group's life, step by step: leaders come and go, members too, and a leader that is cut off serves nothing.

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/cluster/lone_replica.hpp"
#include "tests/support/cluster/replica_group.hpp"

namespace bourse {
namespace {

using kind = membership_change::kind;

membership voters(std::uint64_t count) {
    membership made;
    for (std::uint64_t id = 1; id <= count; ++id) {
        made.members.push_back({.id = {id}, .role = member_role::voter});
    }
    return made;
}

/// The id of a leader that may speak, or zero after 3 s.
std::uint64_t settled_leader(replica_group& group) {
    const bool found = group.run_until_true(
        [&] { return group.leader() != nullptr && group.leader()->last.may_speak; }, 3'000);
    return found ? group.leader()->id.value : 0;
}

/// Whether all of `ids` have applied all that anybody has, within `ms`.
bool catch_up(replica_group& group, std::initializer_list<std::uint64_t> ids, std::uint64_t ms) {
    return group.run_until_true(
        [&] {
            return std::all_of(ids.begin(), ids.end(), [&](std::uint64_t id) {
                return group.at(id).applied == group.committed() &&
                       group.committed() == group.leader()->core->last_index();
            });
        },
        ms);
}

TEST_CASE("groups of one, three and five elect a leader and commit what is submitted") {
    for (const std::uint64_t count : {1U, 3U, 5U}) {
        CAPTURE(count);
        replica_group group(count, voters(count), count, {});
        const std::uint64_t leader = settled_leader(group);
        REQUIRE(leader != 0);
        const effects out = group.submit(leader, 5);
        REQUIRE(out.refused == consensus_refusal::none);
        const std::uint64_t last = out.submitted_index + 4;
        CHECK(group.run_until_true(
            [&] {
                return std::all_of(group.replicas().begin(), group.replicas().end(),
                                   [&](const auto& each) { return each.applied >= last; });
            },
            500));
        group.check_logs();
        CHECK(group.violation() == "");
    }
}

TEST_CASE("a leader that is cut off commits nothing, answers no read and steps down") {
    replica_group group(7, voters(3), 3, {});
    const std::uint64_t old = settled_leader(group);
    REQUIRE(old != 0);
    group.cut_off(old);
    const std::uint64_t committed = group.at(old).core->commit_index();
    CHECK(group.submit(old).refused == consensus_refusal::none);
    const std::uint64_t ticket = group.read(old).read_ticket;
    CHECK(ticket != 0);
    REQUIRE(group.run_until_true(
        [&] { return group.at(old).core->role() == replica_role::follower; }, 1'000));
    CHECK(group.at(old).core->commit_index() == committed);
    CHECK(group.at(old).last.reads_ready < ticket);
    CHECK(group.at(old).last.reads_lost >= ticket);
    CHECK_FALSE(group.at(old).last.may_speak);
    CHECK(group.read(old).refused == consensus_refusal::not_leader);

    const std::uint64_t next = settled_leader(group);
    REQUIRE(next != 0);
    group.submit(next);
    group.run_for(100);
    group.heal();
    CHECK(catch_up(group, {1, 2, 3}, 1'000));
    group.check_logs();
    CHECK(group.violation() == "");
}

TEST_CASE("reads that wait share one entry, and are ready when it is committed") {
    replica_group group(3, voters(3), 3, {});
    const std::uint64_t leader = settled_leader(group);
    REQUIRE(leader != 0);
    group.run_for(20);
    const std::uint64_t last = group.at(leader).core->last_index();
    const std::uint64_t first_ticket = group.read(leader).read_ticket;
    const std::uint64_t second_ticket = group.read(leader).read_ticket;
    CHECK(second_ticket == first_ticket + 1);  // the entry of the first is on its way
    CHECK(group.read(leader).read_ticket == second_ticket);
    CHECK(group.at(leader).core->last_index() == last + 1);
    group.run_for(50);
    CHECK(group.at(leader).last.reads_ready == second_ticket);
    CHECK(group.at(leader).core->last_index() == last + 2);
    // A command will do as well.
    group.read(leader);
    const std::uint64_t ticket = group.read(leader).read_ticket;
    const std::uint64_t command = group.submit(leader).submitted_index;
    group.run_for(50);
    CHECK(group.at(leader).last.reads_ready == ticket);
    CHECK(group.at(leader).core->last_index() == command);
    CHECK(group.violation() == "");
}

TEST_CASE("when the system says that the leader is gone, the next leads within 50 ms") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        replica_group group(seed, voters(3), 3, {});
        const std::uint64_t old = settled_leader(group);
        REQUIRE(old != 0);
        group.run_for(100);
        group.crash(old);
        for (replica_group::replica& each : group.replicas()) {
            if (each.core != nullptr) {
                group.carry_out(each, each.core->peer_lost(group.now_ms(), {old}));
            }
        }
        CHECK(group.run_until_true(
            [&] { return group.leader() != nullptr && group.leader()->last.may_speak; }, 50));
        CHECK(group.violation() == "");
    }
}

TEST_CASE("leadership is handed to the voter that was asked for") {
    replica_group group(5, voters(3), 3, {});
    const std::uint64_t old = settled_leader(group);
    REQUIRE(old != 0);
    const std::uint64_t next = old % 3 + 1;
    group.submit(old, 10);
    replica_group::replica& leader = group.at(old);
    group.carry_out(leader, leader.core->transfer(group.now_ms(), {next}));
    CHECK(group.submit(old).refused == consensus_refusal::handing_over);
    CHECK(group.run_until_true([&] { return group.at(next).core->role() == replica_role::leader; },
                               100));
    CHECK(leader.core->transfer(group.now_ms(), {next}).refused == consensus_refusal::not_leader);
    CHECK(group.violation() == "");
}

TEST_CASE("a learner gets the log, catches up, becomes voter, and can go again") {
    replica_group group(11, voters(1), 3, {});
    const std::uint64_t leader = settled_leader(group);
    REQUIRE(leader == 1);
    group.submit(1, 50);
    group.run_for(10);
    for (const std::uint64_t id : {2U, 3U}) {
        CAPTURE(id);
        CHECK(group.change(1, kind::promote, id).refused == consensus_refusal::unknown_member);
        CHECK(group.change(1, kind::add_learner, id).refused == consensus_refusal::none);
        CHECK(group.change(1, kind::add_learner, 9).refused == consensus_refusal::change_under_way);
        REQUIRE(catch_up(group, {id}, 1'000));
        CHECK(group.change(1, kind::add_learner, id).refused == consensus_refusal::already_member);
        // The leader hears of it with the next answers.
        REQUIRE(group.run_until_true(
            [&] { return group.change(1, kind::promote, id).refused == consensus_refusal::none; },
            200));
        REQUIRE(catch_up(group, {id}, 1'000));
    }
    CHECK(group.at(2).core->members() == voters(3));
    group.crash(1);
    const std::uint64_t next = settled_leader(group);
    REQUIRE(next > 1);
    CHECK(group.change(next, kind::remove, next).refused == consensus_refusal::hand_over_first);
    CHECK(group.change(next, kind::remove, 1).refused == consensus_refusal::none);
    CHECK(catch_up(group, {2, 3}, 1'000));
    CHECK(group.at(2).core->members() == members_of({2, 3}));
    group.check_logs();
    CHECK(group.violation() == "");
}

TEST_CASE("a replica that is far behind fetches a snapshot, also one later than it was offered") {
    consensus_options options;
    options.max_in_flight_entries = 8;
    options.trailing_entries = 8;
    replica_group group(13, voters(3), 3, options);
    const std::uint64_t leader = settled_leader(group);
    REQUIRE(leader != 0);
    const std::uint64_t late = leader % 3 + 1;
    group.crash(late);
    for (int i = 0; i < 10; ++i) {
        group.submit(leader, 10);
        group.run_for(20);
    }
    REQUIRE(group.take_snapshot(leader));
    group.restart(late);
    REQUIRE(group.run_until_true([&] { return group.at(late).installing.has_value(); }, 1'000));
    const std::uint64_t offered = group.at(late).installing->position.index;
    group.submit(leader, 5);
    group.run_until_true([&] { return group.at(leader).applied > offered; }, 10);
    REQUIRE(group.take_snapshot(leader));
    CHECK(catch_up(group, {late}, 1'000));
    CHECK(group.seen.installs == 1);
    CHECK(group.at(late).core->snapshot().index >= offered);
    group.check_logs();
    CHECK(group.violation() == "");
}

}  // namespace
}  // namespace bourse
