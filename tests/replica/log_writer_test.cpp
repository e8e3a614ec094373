// What a shard's writes are worth to each other when the journal has no room for all of them.
#include "actors/replica/log_writer.hpp"

#include <doctest/doctest.h>

#include "actors/replica/log_payload.hpp"
#include "tests/support/simulated_disk.hpp"

namespace bourse {
namespace {

constexpr std::size_t payload_bytes = sector_bytes - record_head_bytes - journal_payload_head_bytes;

/// A journal of one segment on a disk that has no room for more, and the writer of shard 1.
struct writer_in_short_journal {
    simulated_disk disk;
    std::unique_ptr<journal> log;
    std::unique_ptr<log_writer> writer;
    std::uint64_t number = 0;
    std::uint64_t index = 0;

    writer_in_short_journal() {
        auto opened = journal::open(disk, {.owner = 1,
                                           .segment_bytes = min_segment_bytes,
                                           .reserve_bytes = 4096,
                                           .max_segments = 16});
        REQUIRE(opened.has_value());
        log = std::move(*opened);
        writer = std::make_unique<log_writer>(*log, shard_id{1});
        disk.set_capacity(0);
        REQUIRE(log->maintain().has_value());
    }
    /// One entry, a sector long, in a batch of its own.
    std::uint64_t entry(log_entry_kind kind, std::uint64_t term) {
        const std::size_t length = kind == log_entry_kind::command ? payload_bytes : 0;
        entries_write what{.first_index = ++index, .entries = {}};
        what.entries.push_back(
            {.term = term, .kind = kind, .payload = shared_bytes(std::vector<std::byte>(length))});
        writer->take({{++number, std::move(what)}});
        REQUIRE(log->commit());
        return number;
    }
    std::uint64_t vote(std::uint64_t term) {
        writer->take({{++number, vote_write{term, {2}}}});
        REQUIRE(log->commit());
        return number;
    }
    /// The last command that there was room for; the one after it waits.
    std::uint64_t fill() {
        std::uint64_t last = 0;
        while (!writer->has_waiting()) {
            last = number;
            entry(log_entry_kind::command, 1);
        }
        return last;
    }
};

}  // namespace

TEST_CASE("what the journal will never take is said, and not waited for") {
    writer_in_short_journal f;
    entries_write what{.first_index = 1, .entries = {}};
    const std::size_t most = f.log->max_payload_bytes() - journal_payload_head_bytes;
    what.entries.push_back({.term = 1, .payload = shared_bytes(std::vector<std::byte>(most))});
    f.writer->take({{1, what}});
    CHECK_FALSE(f.writer->fault());
    what.first_index = 2;
    what.entries.front().payload = shared_bytes(std::vector<std::byte>(most + 1));
    REQUIRE(f.log->commit());
    f.disk.set_capacity(std::uint64_t{1} << 20U);
    REQUIRE(f.log->maintain().has_value());
    f.writer->take({{2, what}});
    REQUIRE(f.writer->fault());
    CHECK(f.writer->fault()->code == errc::over_bound);
    CHECK_FALSE(f.writer->hand_on());

    writer_in_short_journal gap;
    gap.index = 1;
    gap.entry(log_entry_kind::command, 1);
    REQUIRE(gap.writer->fault());
    CHECK(gap.writer->fault()->what == "shard 1: entry 2 of term 1 cannot follow 0 of term 0");
}

TEST_CASE(
    "commands leave half of the reserve, which barriers and memberships then fill, a sector each") {
    writer_in_short_journal f;
    f.fill();
    CHECK(f.log->room().bytes == 2048);
    f.writer->forget_entries();
    --f.index;
    for (unsigned i = 0; i < 4; ++i) {
        CHECK_FALSE(f.writer->has_waiting());
        const bool even = i % 2 == 0;
        const std::uint64_t last =
            f.entry(even ? log_entry_kind::barrier : log_entry_kind::membership, 2 + i);
        CHECK(f.writer->durable().all == last);
    }
    CHECK(f.log->room().bytes == 0);
    f.entry(log_entry_kind::barrier, 6);
    CHECK(f.writer->has_waiting());

    // It recovers when segments can be had again.
    f.disk.set_capacity(std::uint64_t{1} << 20U);
    REQUIRE(f.log->maintain().has_value());
    CHECK(f.writer->hand_on());
    REQUIRE(f.log->commit());
    CHECK(f.writer->durable().all == f.number);
}

TEST_CASE("what a waiting write will cut is not taken for this log, though the journal has it") {
    writer_in_short_journal f;
    f.fill();
    const std::uint64_t end = f.log->find({1})->positions.end.index;
    REQUIRE(end > 5);
    CHECK(f.writer->agreed_end() == end);
    // A leader has other entries from the fifth on.
    f.index = 4;
    f.entry(log_entry_kind::command, 2);
    CHECK(f.log->find({1})->positions.end.index == end);
    CHECK(f.writer->agreed_end() == 4);

    f.disk.set_capacity(std::uint64_t{1} << 20U);
    REQUIRE(f.log->maintain().has_value());
    CHECK(f.writer->hand_on());
    CHECK(f.log->find({1})->positions.end == log_point{5, 2});
    CHECK(f.writer->agreed_end() == 5);
}

TEST_CASE(
    "a vote overtakes entries that wait for room, and entries of its term do not overtake it") {
    writer_in_short_journal f;
    const std::uint64_t last = f.fill();
    const std::uint64_t vote = f.vote(5);
    CHECK(f.writer->durable() == log_writer::durable_writes{last, vote});
    CHECK(f.log->find({1})->positions.vote.term == 5);
    CHECK(f.writer->has_waiting());
    const std::uint64_t end = f.log->find({1})->positions.end.index;

    // Neither does a barrier that comes behind a command which waits.
    f.entry(log_entry_kind::barrier, 5);
    CHECK(f.log->find({1})->positions.end.index == end);
    for (std::uint64_t term = 6; term < 100; ++term) {
        const std::uint64_t given = f.vote(term);
        CHECK(f.writer->durable().vote == given);
    }

    f.disk.set_capacity(std::uint64_t{1} << 20U);
    REQUIRE(f.log->maintain().has_value());
    CHECK(f.writer->hand_on());
    REQUIRE(f.log->commit());
    CHECK(f.writer->durable() == log_writer::durable_writes{last + 3, f.number});
    CHECK(f.log->find({1})->positions.end == log_point{end + 2, 5});
}

}  // namespace bourse
