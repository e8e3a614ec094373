// What a journal does when nothing goes wrong, and what its callers may rely on.

#include "storage/journal.hpp"

#include <doctest/doctest.h>

#include "journal_fixture.hpp"

namespace bourse {

TEST_CASE("an empty folder becomes a journal without shards") {
    const journal_fixture f;
    CHECK(f.log->shards().empty());
    CHECK(f.log->segment_count() == 1);
    CHECK(f.log->room().takes_orders);
}

TEST_CASE("entries of several shards are there after a restart, with their terms and payloads") {
    journal_fixture f;
    f.append_durably(1, 1, 5);
    f.append_durably(9, 1, 3, 4, 0);
    f.append_durably(1, 6, 7, 2);
    f.restart();
    CHECK(f.of(1).end == log_point{7, 2});
    CHECK(f.of(9).end == log_point{3, 4});
    CHECK(f.has(1, 1, 5));
    CHECK(f.has(1, 6, 7, 2));
    CHECK(f.has(9, 1, 3, 4, 0));
    CHECK(f.log->term_at({1}, 6) == 2);
    CHECK_FALSE(f.log->term_at({1}, 8).has_value());
    CHECK(f.log->term_at({1}, 0) == 0);
}

TEST_CASE("a batch is durable when it is finished, and not before") {
    journal_fixture f;
    REQUIRE(f.append(1, {1, 1}));
    REQUIRE(f.append(1, {2, 1}));
    CHECK(f.log->appended() == 2);
    CHECK(f.log->durable() == 0);
    REQUIRE(f.log->start_batch());
    CHECK(f.log->batch_under_way());
    CHECK(f.log->durable() == 0);
    REQUIRE(f.append(1, {3, 1}));  // while it is under way: into the next
    REQUIRE(f.log->finish_batch());
    CHECK(f.log->durable() == 2);
    f.crash();
    CHECK(f.of(1).end.index == 2);
    CHECK(f.has(1, 1, 2));
}

TEST_CASE("a batch under way at a crash is there whole or not at all") {
    unsigned whole = 0;
    unsigned gone = 0;
    for (unsigned i = 0; i < 40; ++i) {
        journal_fixture f(i);
        f.append_durably(1, 1, 1);
        for (std::uint64_t index = 2; index <= 9; ++index) {
            REQUIRE(f.append(1, {index, 1}));
        }
        REQUIRE(f.log->start_batch());
        f.crash();
        const std::uint64_t end = f.of(1).end.index;
        whole += end == 9;
        gone += end == 1;
    }
    CHECK(whole + gone == 40);
    CHECK(whole > 0);
    CHECK(gone > 0);
}

TEST_CASE("a vote is there after a restart and outlives the segment it was written in") {
    journal_fixture f;
    REQUIRE(f.log->vote({1}, {5, 3}));
    f.commit();
    f.restart();
    CHECK(f.of(1).vote == journal_vote{5, 3});
    f.maintain();
    for (std::uint64_t index = 1; index <= 30; ++index) {
        f.append_durably(1, index, index, 5, 1000);  // more than one segment
        f.maintain();
    }
    f.log->release({1}, 30);
    f.maintain();
    CHECK(f.log->segment_count() == 1);
    f.crash();
    CHECK(f.of(1).vote == journal_vote{5, 3});
    CHECK(f.of(1).end == log_point{30, 5});
}

TEST_CASE("a vote is not changed within its term, nor given in a lower one") {
    journal_fixture f;
    REQUIRE(f.log->vote({1}, {5, 0}));
    REQUIRE(f.log->vote({1}, {5, 3}));
    REQUIRE(f.log->vote({1}, {5, 3}));
    CHECK(f.log->vote({1}, {5, 4}).error().code == errc::out_of_range);
    CHECK(f.log->vote({1}, {4, 3}).error().code == errc::out_of_range);
    f.commit();
    f.restart();
    CHECK(f.of(1).vote == journal_vote{5, 3});
}

TEST_CASE("a truncated tail is void, and other entries take its place") {
    journal_fixture f;
    f.append_durably(1, 1, 10);
    f.append_durably(2, 1, 2);
    REQUIRE(f.log->truncate({1}, 6));
    CHECK(f.of(1).end == log_point{6, 1});
    REQUIRE(f.append(1, {7, 2}));
    REQUIRE(f.append(1, {8, 2}));
    REQUIRE(f.log->truncate({1}, 7));  // all in one batch
    f.commit();
    CHECK(f.has(1, 7, 7, 2));
    f.restart();
    CHECK(f.of(1).end == log_point{7, 2});
    CHECK(f.of(2).end == log_point{2, 1});
    CHECK(f.has(1, 1, 6));
    CHECK(f.has(1, 7, 7, 2));
}

TEST_CASE("an entry that does not follow is refused and changes nothing") {
    journal_fixture f;
    f.append_durably(1, 1, 3, 2);
    CHECK(f.append(1, {5, 2}).error().code == errc::out_of_range);
    CHECK(f.append(1, {3, 2}).error().code == errc::out_of_range);
    CHECK(f.append(1, {4, 1}).error().what ==
          "shard 1: entry 4 of term 1 cannot follow 3 of term 2");
    CHECK(f.log->truncate({1}, 4).error().code == errc::out_of_range);
    CHECK(f.log->truncate({2}, 1).error().code == errc::out_of_range);
    CHECK(f.log->append({0}, {1, 1}, {}).error().code == errc::out_of_range);
    CHECK_FALSE(f.log->find({2}).has_value());
    CHECK(f.append(1, {4, 2}));
}

TEST_CASE("a snapshot of an entry that the log has leaves the log as it is") {
    journal_fixture f;
    f.append_durably(1, 1, 5, 3);
    const auto payload = tagged_payload(8, 60);
    REQUIRE(f.log->snapshot({1}, {4, 3}, payload));
    f.commit();
    f.restart();
    CHECK(f.of(1).snapshot == journal_snapshot{{4, 3}, payload});
    CHECK(f.of(1).begin == log_point{});
    CHECK(f.has(1, 1, 5, 3));
}

TEST_CASE("a snapshot that the log does not have voids it") {
    journal_fixture f;
    f.append_durably(1, 1, 5, 3);
    const auto payload = tagged_payload(8, 60);
    REQUIRE(f.log->snapshot({1}, {4, 4}, payload));  // another past
    REQUIRE(f.append(1, {5, 4}));
    f.commit();
    f.restart();
    CHECK(f.of(1).begin == log_point{4, 4});
    CHECK(f.of(1).end == log_point{5, 4});
    CHECK(f.of(1).snapshot == journal_snapshot{{4, 4}, payload});
    CHECK(f.has(1, 5, 5, 4));
    REQUIRE(f.log->snapshot({1}, {100, 7}, {}));  // ahead
    f.commit();
    f.restart();
    CHECK(f.of(1).end == log_point{100, 7});
    CHECK(f.log->snapshot({1}, {99, 7}, {}).error().code == errc::out_of_range);
}

TEST_CASE("an idle batch follows once, when there is nothing else") {
    journal_fixture f;
    CHECK_FALSE(f.log->wants_idle_batch());
    REQUIRE(f.append(1, {1, 1}));
    CHECK_FALSE(f.log->wants_idle_batch());
    f.commit();
    CHECK(f.log->wants_idle_batch());
    const std::uint64_t before = f.disk.operations();
    f.commit();
    CHECK_FALSE(f.log->wants_idle_batch());
    CHECK(f.disk.operations() == before + 2);
    f.commit();
    CHECK(f.disk.operations() == before + 2);
    CHECK(f.log->durable() == 1);
}

TEST_CASE(
    "entries are read over segments, as many as are asked for, and one that is too long alone") {
    journal_fixture f;
    f.options.max_segments = 20;
    f.restart();
    f.maintain();
    for (std::uint64_t index = 1; index <= 60; ++index) {
        REQUIRE(f.append(1, {index, 1}, 700));
        REQUIRE(f.append(2, {index, 1}, 100));
        f.commit();
        f.maintain();
    }
    CHECK(f.log->segment_count() >= 4);
    CHECK(f.has(1, 1, 60, 1, 700));
    CHECK(f.has(2, 7, 58));
    entry_batch got;
    REQUIRE(f.log->read({1}, 3, 60, 7000, got));
    CHECK(got.items.size() == 10);
    REQUIRE(f.log->read({1}, 3, 60, 6999, got));
    CHECK(got.items.size() == 9);
    REQUIRE(f.log->read({1}, 3, 60, 1, got));
    CHECK(got.items.size() == 1);
    CHECK(got.payload_bytes() == 700);
    REQUIRE(f.log->read({1}, 60, 1000, 7000, got));
    CHECK(got.items.size() == 1);
    CHECK(f.log->read({1}, 61, 61, 1, got).error().code == errc::not_kept);
    CHECK(f.log->read({1}, 0, 5, 1, got).error().code == errc::not_kept);
    CHECK(f.log->read({3}, 1, 5, 1, got).error().code == errc::not_kept);
}

TEST_CASE("an entry that is in no file yet is not read") {
    const journal_fixture f;
    f.append_durably(1, 1, 1);
    REQUIRE(f.append(1, {2, 1}));
    entry_batch got;
    CHECK(f.log->read({1}, 2, 2, 1000, got).error().code == errc::not_kept);
    REQUIRE(f.log->read({1}, 1, 2, 1000, got));
    CHECK(got.items.size() == 1);
}

TEST_CASE("a damaged entry is not given out, and the error names file and offset") {
    journal_fixture f;
    f.append_durably(1, 1, 3);
    f.disk.bytes(segment_name(1))[1024 + 48 + 7] ^= std::byte{1};
    entry_batch got;
    const outcome read = f.log->read({1}, 1, 3, 1000, got);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == errc::corrupt);
    CHECK(read.error().what.find("simulated/segment-00000000000000000001") == 0);
    CHECK(read.error().what.find("offset 1024") != std::string::npos);
}

TEST_CASE("a segment goes when all shards have released it, and its file is used again") {
    journal_fixture f;
    f.maintain();
    f.append_durably(2, 1, 1);
    for (std::uint64_t index = 1; index <= 30; ++index) {
        f.append_durably(1, index, index, 1, 1000);
        f.maintain();
    }
    CHECK(f.log->segment_count() == 4);
    CHECK(f.log->oldest_pin()->shard == shard_id{1});
    f.log->release({1}, 29);
    f.maintain();
    CHECK(f.log->segment_count() == 4);
    REQUIRE(f.log->oldest_pin().has_value());
    CHECK(f.log->oldest_pin()->shard == shard_id{2});
    CHECK(f.log->oldest_pin()->index == 1);
    f.log->release({2}, 1);
    const std::uint64_t before = *f.disk.space_left();
    f.maintain();
    CHECK(f.log->segment_count() == 1);
    CHECK(*f.disk.space_left() == before);  // nothing was removed: they are spares
    f.append_durably(1, 31, 60, 1, 1000);
    CHECK(*f.disk.space_left() == before);  // and nothing was made
    f.restart();
    CHECK(f.has(1, 31, 60, 1, 1000));
    CHECK(f.of(2).begin == log_point{1, 1});
    CHECK(f.of(2).end == log_point{1, 1});
}

TEST_CASE("what may be released is what is durable of the log as it is now") {
    journal_fixture f;
    CHECK(f.log->durable_end({1}) == 0);
    f.append_durably(1, 1, 10);
    REQUIRE(f.append(1, {11, 1}));
    CHECK(f.log->durable_end({1}) == 10);
    REQUIRE(f.log->start_batch());
    REQUIRE(f.append(1, {12, 1}));
    CHECK(f.log->durable_end({1}) == 10);
    REQUIRE(f.log->finish_batch());
    CHECK(f.log->durable_end({1}) == 11);
    f.commit();
    CHECK(f.log->durable_end({1}) == 12);

    REQUIRE(f.log->truncate({1}, 8));
    CHECK(f.log->durable_end({1}) == 8);
    REQUIRE(f.append(1, {9, 2}));
    REQUIRE(f.append(1, {10, 2}));
    CHECK(f.log->durable_end({1}) == 8);
    f.commit();
    CHECK(f.log->durable_end({1}) == 10);

    REQUIRE(f.log->snapshot({1}, {30, 3}, {}));  // rows take the log's place
    CHECK(f.log->durable_end({1}) == 10);
    f.log->release({1}, 10);
    f.crash();
    CHECK(f.of(1).end == log_point{10, 2});
    REQUIRE(f.log->snapshot({1}, {30, 3}, {}));
    f.commit();
    CHECK(f.log->durable_end({1}) == 30);
    f.append_durably(1, 31, 31, 3);
    CHECK(f.log->durable_end({1}) == 31);
}

TEST_CASE("the log of a shard that is stuck is carried on, and the segments it was in go") {
    journal_fixture f;
    for (std::uint64_t index = 1; index <= 40; ++index) {
        f.append_durably(2, index, index, 1, 300);
        f.maintain();
    }
    f.log->release({2}, 10);
    for (std::uint64_t index = 1; f.log->segment_count() < 15; ++index) {
        f.append_durably(1, index, index, 1, 1000);
        f.maintain();
    }
    CHECK(f.log->is_tight());
    f.log->release({1}, f.of(1).end.index);
    REQUIRE(f.log->oldest_pin().has_value());
    CHECK(f.log->oldest_pin()->shard == shard_id{2});

    unsigned pieces = 0;
    for (bool more = true; more; ++pieces) {
        auto carried = f.log->carry({2});
        REQUIRE(carried.has_value());
        more = *carried;
        if (more && pieces == 1) {
            f.crash();  // what was carried stays so
            CHECK(f.has(2, 11, 40, 1, 300));
            f.log->release({1}, f.of(1).end.index);
            f.log->release({2}, 10);
        }
        if (!more) {
            f.maintain();
            CHECK(f.log->segment_count() >= 15);  // not durable yet
        }
        f.commit();
    }
    CHECK(pieces > 3);
    f.maintain();
    CHECK(f.log->segment_count() <= 2);
    CHECK_FALSE(f.log->is_tight());
    CHECK(f.has(2, 11, 40, 1, 300));
    CHECK(*f.log->carry({1}) == false);  // nothing of it is there
    f.crash();
    CHECK(f.of(2).begin == log_point{10, 1});
    CHECK(f.of(2).end == log_point{40, 1});
    CHECK(f.has(2, 11, 40, 1, 300));
    f.append_durably(2, 41, 41, 2, 300);
    REQUIRE(f.log->truncate({2}, 20));
    f.commit();
    f.crash();
    CHECK(f.of(2).end == log_point{20, 1});
    CHECK(f.has(2, 11, 20, 1, 300));
}

TEST_CASE("a log is not carried while there is room, where that wins little") {
    journal_fixture f;
    std::uint64_t index = 0;
    const auto write_until_refused = [&] {
        while (true) {
            auto carried = f.log->carry({2});
            if (!carried) {
                CHECK(carried.error().code == errc::storage_full);
                return carried.error().what;
            }
            REQUIRE_FALSE(*carried);
            ++index;
            f.append_durably(2, index, index, 1, 450);
            f.maintain();
        }
    };
    CHECK(write_until_refused().find("what is needed takes ") == 0);
    CHECK(f.log->is_tight());
    CHECK(*f.log->carry({3}) == false);
}

TEST_CASE("an entry as large as the journal takes can be carried") {
    journal_fixture f;
    const std::size_t most = f.log->max_payload_bytes();
    CHECK(f.append(2, {1, 1}, most + 1).error().code == errc::over_bound);
    f.maintain();
    f.append_durably(2, 1, 1, 1, most);
    f.maintain();
    f.append_durably(2, 2, 2, 1, most);
    f.maintain();
    std::uint64_t index = 0;
    while (f.log->room().takes_orders) {
        ++index;
        f.append_durably(1, index, index, 1, 1000);
        f.log->release({1}, index);
        f.maintain();
    }
    for (bool more = true; more;) {
        const auto carried = f.log->carry({2});
        REQUIRE_MESSAGE(carried.has_value(), carried.error().what);
        more = *carried;
        f.commit();
        f.maintain();
    }
    CHECK(f.log->segment_count() <= 3);
    CHECK(f.has(2, 1, 2, 1, most));
}

TEST_CASE("entries that are void keep no segment when those in their place are elsewhere") {
    journal_fixture f;
    f.append_durably(2, 1, 10);
    f.log->release({2}, 5);
    std::uint64_t index = 0;
    const auto fill_segments = [&](std::size_t count) {
        while (f.log->segment_count() < count) {
            ++index;
            f.append_durably(1, index, index, 1, 1000);
            f.log->release({1}, index);
            f.maintain();
        }
    };
    fill_segments(2);
    REQUIRE(f.log->truncate({2}, 5));
    f.append_durably(2, 6, 10, 2);
    fill_segments(f.options.max_segments);
    CHECK(f.log->oldest_pin()->shard == shard_id{2});
    CHECK(*f.log->carry({2}) == false);
    f.commit();
    f.maintain();
    CHECK(f.log->segment_count() == f.options.max_segments - 1);
    CHECK(f.has(2, 6, 10, 2));
    f.crash();
    CHECK(f.has(2, 6, 10, 2));
    CHECK(f.of(2).begin == log_point{5, 1});
}

TEST_CASE("a failed write or sync is never retried: the journal is dead and says why") {
    for (const bool sync : {false, true}) {
        journal_fixture f;
        f.append_durably(1, 1, 2);
        REQUIRE(f.append(1, {3, 1}));
        sync ? f.disk.fail_next_sync() : f.disk.fail_next_write();
        const outcome failed = f.log->commit();
        REQUIRE_FALSE(failed.has_value());
        CHECK(failed.error().code == errc::unwritable);
        CHECK(failed.error().what ==
              (sync ? "the journal is dead: simulated/segment-00000000000000000001: sync: "
                      "Input/output error"
                    : "the journal is dead: simulated/segment-00000000000000000001: Input/output "
                      "error"));
        const std::uint64_t before = f.disk.operations();
        entry_batch got;
        CHECK(f.log->commit().error() == failed.error());
        CHECK(f.log->finish_batch().error() == failed.error());
        CHECK(f.append(1, {4, 1}).error() == failed.error());
        CHECK(f.log->read({1}, 1, 1, 1, got).error() == failed.error());
        CHECK(f.log->maintain().error() == failed.error());
        CHECK(f.disk.operations() == before);
        CHECK(f.log->durable() == 2);
        f.crash();
        CHECK(f.has(1, 1, 2));
    }
}

TEST_CASE("a failed write or sync of the segment that is being prepared ends the journal too") {
    for (const bool sync : {false, true}) {
        journal_fixture f;
        sync ? f.disk.fail_next_sync() : f.disk.fail_next_write();
        const auto failed = f.log->maintain();
        REQUIRE_FALSE(failed.has_value());
        CHECK(failed.error() ==
              error{errc::unwritable,
                    sync ? "the journal is dead: simulated/preparing: sync: Input/output error"
                         : "the journal is dead: simulated/preparing: Input/output error"});
        const std::uint64_t before = f.disk.operations();
        CHECK(f.log->maintain().error() == failed.error());
        CHECK(f.disk.operations() == before);
        f.crash();
        f.maintain();
        CHECK(f.log->room().has_next);
    }
}

}  // namespace bourse
