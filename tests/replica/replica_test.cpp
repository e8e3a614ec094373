// One property of a replica a case; how they hold together under storms is for tests/simulation.

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "replica_group.hpp"

#include "messages/entry_events.hpp"
#include "storage/advice.hpp"

namespace bourse {
namespace {

request_id named(std::uint64_t name) {
    return {.id = {.high = 7, .low = name}, .not_after = {}};
}

std::vector<shard_command> opening(std::uint32_t account) {
    return {open_account{.request = named(account), .account = {account}}};
}

/// Carries everything out until the entry of these commands is applied.
void carry(replica_group& group, std::vector<shard_command> commands) {
    REQUIRE(group.submit(group.leader(), std::move(commands), 0) == replica_refusal::none);
    group.settle();
}

}  // namespace

TEST_CASE("a command is answered when its entry is durable, and not before") {
    replica_group group(1);
    group.start_all();
    group.answers.clear();
    REQUIRE(group.submit(1, opening(1), 9) == replica_refusal::none);
    REQUIRE(group.node(1).start_write(group.now(1)));
    CHECK(group.at(1).take().answers.empty());
    group.node(1).finish_write(group.now(1));
    group.settle();
    REQUIRE(group.answers.size() == 1);
    CHECK(group.answers[0].what == ticket_answer::kind::applied);
    CHECK(group.answers[0].ticket == 9);
    CHECK(group.answers[0].index == group.at(1).state().index());
}

TEST_CASE("what a leader was asked and could not get committed is unknown when it leads no more") {
    replica_group group(3);
    group.start_all();
    const std::uint64_t before = group.leader();
    group.cut_off = {before};
    group.answers.clear();
    REQUIRE(group.submit(before, opening(1), 5) == replica_refusal::none);
    for (int i = 0; i < 300 && group.at(before).speaks(); ++i) {
        group.pass(10);
    }
    CHECK_FALSE(group.at(before).speaks());
    REQUIRE(group.answers.size() == 1);
    CHECK(group.answers[0].what == ticket_answer::kind::unknown);
    CHECK(group.submit(before, opening(1), 6) == replica_refusal::not_leader);
}

TEST_CASE("a replica whose state is another than the leader's is told, and stops with a sentence") {
    replica_group group(3);
    // Two take a not-after two hours ahead, and one, which was set up otherwise, refuses it.
    for (const std::uint64_t n : {1U, 2U, 3U}) {
        group.options.shard.horizon = {(n == 3 ? 1 : 24) * 3'600'000'000'000};
        REQUIRE(group.start(n) == "");
    }
    for (int i = 0; i < 500 && group.leader() == 0; ++i) {
        group.pass(10);
    }
    REQUIRE(group.leader() != 0);
    carry(group, opening(1));
    const timestamp later{group.now(1).wall.ns + 2 * 3'600'000'000'000};
    carry(group, {deposit{.request = {.id = {.high = 7, .low = 99}, .not_after = later},
                          .account = {1},
                          .asset = asset_of(currency_id{1}),
                          .amount = 5}});
    const std::uint64_t leader = group.leader();
    for (std::uint32_t i = 2; i <= 20 && group.leader() == leader; ++i) {
        carry(group, opening(i));
        group.pass(10);
    }
    for (const std::uint64_t n : {1U, 2U, 3U}) {
        const bool is_told = leader == 3 ? n != 3 : n == 3;
        const std::string& fault = group.at(n).fault();
        CHECK_MESSAGE((fault.find("their digests differ") != std::string::npos) == is_told, n, ": ",
                      fault);
    }
}

TEST_CASE("what waits to be proposed is bounded, and so is an entry") {
    replica_group group(1);
    group.start_all();
    for (std::uint32_t i = 1; i <= group.options.max_waiting; ++i) {
        CHECK(group.submit(1, opening(i), i) == replica_refusal::none);
    }
    CHECK(group.submit(1, opening(99), 99) == replica_refusal::overloaded);
    // A quarter more is kept for what only reduces.
    const submit_mass_cancel cancel{.account = {1}};
    for (std::uint64_t i = 1; i <= group.options.max_waiting / 4; ++i) {
        CHECK(group.submit(1, {cancel}, 200 + i) == replica_refusal::none);
    }
    CHECK(group.submit(1, {cancel}, 300) == replica_refusal::overloaded);
    CHECK(group.submit(1, {cancel, opening(99).front()}, 301) == replica_refusal::overloaded);
    channel_delivery large{.from = {2}, .first = 1, .messages = {}};
    large.messages.resize(group.options.max_entry_weight);
    CHECK(group.submit(1, {large}, 100) == replica_refusal::too_large);
    group.applied.clear();
    group.settle();
    CHECK(group.submit(1, opening(99), 99) == replica_refusal::none);
    for (const applied_entry& each : group.applied) {
        CHECK(each.what.commands.size() <= group.options.max_entry_weight);
    }
    CHECK(group.applied.size() >= 3);
}

TEST_CASE("a wall clock that jumps is in doubt until somebody accepts it") {
    replica_group group(1);
    group.start_all();
    group.set_clock_wrong(1, 400);
    CHECK(group.submit(1, opening(1), 1) == replica_refusal::none);
    group.set_clock_wrong(1, 1'000);
    CHECK(group.submit(1, opening(2), 2) == replica_refusal::clock_in_doubt);
    group.pass(10);
    CHECK(group.at(1).is_clock_in_doubt());
    group.at(1).accept_clock(group.now(1));
    CHECK(group.submit(1, opening(2), 2) == replica_refusal::none);
}

TEST_CASE("a leader whose clock is not a majority's stamps nothing, though it runs evenly") {
    for (const std::int64_t wrong_ms : {900, 1'100, -1'100}) {
        replica_group group(3);
        group.start_all();
        const std::uint64_t leader = group.leader();
        for (std::uint64_t n = 1; n <= 3; ++n) {
            group.set_clock_wrong(n,
                                  n == leader ? 0 : wrong_ms);  // the others, so that nothing jumps
        }
        for (int i = 0; i < 10; ++i) {
            group.pass(300);
            group.at(leader).accept_clock(group.now(leader));
        }
        const bool is_far = wrong_ms != 900;
        REQUIRE(group.at(leader).speaks());
        CHECK(group.at(leader).is_clock_in_doubt() == is_far);
        CHECK(group.submit(leader, opening(1), 1) ==
              (is_far ? replica_refusal::clock_in_doubt : replica_refusal::none));
    }
}

TEST_CASE("a leader trusts its clock when one other of two agrees") {
    replica_group group(3);
    group.start_all();
    const std::uint64_t leader = group.leader();
    group.set_clock_wrong(leader == 1 ? 2 : 1, 60'000);
    for (int i = 0; i < 10; ++i) {
        group.pass(300);
    }
    REQUIRE(group.leader() == leader);
    CHECK(group.submit(leader, opening(1), 1) == replica_refusal::none);
}

TEST_CASE("each start has a higher incarnation, and what comes from an earlier one is dropped") {
    replica_group group(1);
    std::uint64_t last = 0;
    for (int i = 0; i < 5; ++i) {
        REQUIRE(group.start(1) == "");
        CHECK(group.node(1).incarnation() > last);
        last = group.node(1).incarnation();
        group.stop(1);
    }
    REQUIRE(group.start(1) == "");
    const moment now = group.now(1);
    CHECK(group.node(1).hear(now, {1}, {{2}, 5, now.wall}));
    CHECK(group.node(1).hear(now, {1}, {{2}, 5, now.wall}));
    CHECK_FALSE(group.node(1).hear(now, {1}, {{2}, 4, now.wall}));
    CHECK(group.node(1).hear(now, {1}, {{3}, 4, now.wall}));  // another node
}

TEST_CASE("an entry that is not stuck cannot be made void") {
    replica_group group(1);
    group.start_all();
    carry(group, opening(1));
    const std::uint64_t index = group.at(1).state().index();
    CHECK(group.at(1).make_void(group.now(1), index) == replica_refusal::not_stuck_there);
    CHECK(group.at(1).make_void(group.now(1), index + 1) == replica_refusal::not_stuck_there);
}

TEST_CASE("what an entry gave out is stored, found by report, and there after a crash") {
    replica_group group(1);
    group.start_all();
    group.applied.clear();
    carry(group, opening(1));
    REQUIRE(group.applied.size() == 1);
    const applied_entry& made = group.applied[0];
    REQUIRE(made.out.reports.size() == 1);
    group.stop(1);
    REQUIRE(group.start(1) == "");
    const event_store& kept = *group.node(1).events();
    CHECK(kept.durable({1}) == made.index);
    std::vector<entry_events> rows;
    REQUIRE(kept.read({1}, made.index, made.index, 1U << 20U, rows));
    unpacked_events output;
    REQUIRE(unpack_entry_events(rows.at(0).events, output));
    CHECK(output.at == made.what.at);
    CHECK(output.digest == made.digest);
    REQUIRE(output.reports.size() == 1);
    CHECK(output.reports[0] == made.out.reports[0]);
    const auto place = kept.find_report({1}, {1}, 1);
    REQUIRE(place.has_value());
    CHECK(place->found == report_place::kind::kept);
    CHECK(place->index == made.index);
}

TEST_CASE("a checkpoint waits for the events up to it") {
    replica_group group(1);
    group.options.checkpoint_every = 5;
    group.start_all();
    group.keeps_events = false;
    for (std::uint32_t account = 1; account <= 12; ++account) {
        carry(group, opening(account));
    }
    for (int i = 0; i < 50; ++i) {
        group.pass(1);
    }
    CHECK(group.at(1).rows().checkpoints == 0);
    group.keeps_events = true;
    for (int i = 0; i < 50; ++i) {
        group.pass(1);
    }
    CHECK(group.at(1).rows().checkpoints > 0);
    CHECK(group.node(1).events()->durable({1}) >= group.at(1).rows().index);
}

TEST_CASE("a replica that comes back far behind gets rows, and the events up to them") {
    replica_group group(3);
    group.options.checkpoint_every = 8;
    group.options.checkpoint_slice = 10;
    group.options.consensus.max_in_flight_entries = 4;
    group.options.consensus.trailing_entries = 4;
    group.start_all();
    const std::uint64_t behind = group.leader() == 1 ? 2 : 1;
    group.stop(behind);
    for (std::uint32_t account = 1; account <= 60; ++account) {
        carry(group, opening(account));
        group.pass(5);
    }
    REQUIRE(group.start(behind) == "");
    const std::uint64_t end = group.at(group.leader()).state().index();
    for (int i = 0; i < 500 && group.at(behind).state().index() < end; ++i) {
        group.pass(10);
    }
    CHECK(group.at(behind).state().index() >= end);
    CHECK(group.at(behind).rows().installs > 0);
    CHECK(group.at(behind).state().digest() == group.at(group.leader()).state().digest());
    const auto kept = group.node(behind).events()->find({1});
    REQUIRE(kept.has_value());
    CHECK(kept->first == 1);
    CHECK(kept->last >= group.at(behind).rows().index);
}

TEST_CASE("whoever is asked for the same rows from their begin once more takes newer ones") {
    replica_group group(1);
    group.options.checkpoint_every = 8;
    group.start_all();
    for (std::uint32_t account = 1; account <= 12; ++account) {
        carry(group, opening(account));
        group.pass(5);
    }
    const std::uint64_t kept = group.at(1).rows().index;
    REQUIRE(kept > 0);
    REQUIRE(group.at(1).state().index() > kept);
    const auto is_asked = [&] {
        group.at(1).receive(
            group.now(1),
            rows_request{.shard = {1}, .from = {1}, .to = {1}, .index = 0, .after = {}});
        for (int i = 0; i < 50; ++i) {
            group.pass(5);
        }
        return group.at(1).rows().index;
    };
    CHECK(is_asked() == kept);
    // These were of no use, and perhaps nobody has others: one who installs rows votes for nobody meanwhile.
    CHECK(is_asked() == group.at(1).state().index());
}

TEST_CASE("rows ahead of the event store: the node does not start, and says what can be done") {
    replica_group group(1);
    group.options.checkpoint_every = 5;
    group.start_all();
    for (std::uint32_t account = 1; account <= 20; ++account) {
        carry(group, opening(account));
        group.pass(1);
    }
    REQUIRE(group.at(1).rows().checkpoints > 0);
    group.stop(1);
    group.lose_events(1);
    const std::string said = group.start(1);
    CHECK(said.find(": the events of shard 1 end with entry 0, and the checkpoint is of ") !=
          std::string::npos);
    CHECK(said.ends_with(folder_advice));
}

TEST_CASE("a payload that makes an entry void says which; no other does") {
    const entry none{.index = 5, .at = {1}, .commands = {}};
    CHECK(voided_by(encode_marked_entry({void_mark, 3}, none)) == 3);
    CHECK(voided_by(encode_marked_entry({4, 3}, none)) == 0);
    CHECK(voided_by({}) == 0);
}

}  // namespace bourse
