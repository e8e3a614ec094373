// Every bound of a journal, at the bound and one beyond.

#include <doctest/doctest.h>

#include "journal_fixture.hpp"
#include "storage/vote_file.hpp"

namespace bourse {

TEST_CASE("the longest payload is taken, and comes back; one byte more is refused") {
    journal_fixture f;
    const std::size_t most = f.log->max_payload_bytes();
    CHECK(most == min_segment_bytes / 2 - 2 * record_head_bytes);
    f.append_durably(1, 1, 1, 1, most);
    const outcome longer = f.append(1, {2, 1}, most + 1);
    CHECK(longer.error() ==
          error{errc::over_bound, "a record of 8097 bytes; at most 8096 are taken"});
    f.restart();
    CHECK(f.has(1, 1, 1, 1, most));
}

TEST_CASE("a batch is taken up to its bound, then the journal is overloaded until it is started") {
    journal_fixture f;
    std::uint64_t index = 1;
    while (f.append(1, {index, 1}, 1024 - record_head_bytes)) {
        ++index;
    }
    CHECK(index - 1 == 8);
    CHECK(f.append(1, {index, 1}).error().code == errc::overloaded);
    CHECK(f.log->vote({1}, {1, 1}).error().code == errc::overloaded);
    REQUIRE(f.log->start_batch());
    CHECK(f.append(1, {index, 1}));
    REQUIRE(f.log->finish_batch());
    f.commit();
    CHECK(f.has(1, 1, 8, 1, 1024 - record_head_bytes));
}

TEST_CASE("as many shards as the bound says, and not one more") {
    journal_fixture f;
    f.log.reset();
    f.disk.restore({});
    f.options.segment_bytes = std::uint64_t{1} << 20U;
    f.open();
    for (unsigned shard = 1; shard <= max_journal_shards; ++shard) {
        f.append_durably(shard, 1, 1);
    }
    CHECK(f.append(max_journal_shards + 1, {1, 1}).error() ==
          error{errc::over_bound, "the journal has 256 shards; shard 257 is one too many"});
    CHECK(f.append(max_journal_shards, {2, 1}));
    f.commit();
    f.restart();
    CHECK(f.log->shards().size() == max_journal_shards);
    CHECK(f.append(max_journal_shards + 1, {1, 1}).error().code == errc::over_bound);
}

TEST_CASE("what a segment begins with is at most a quarter of it") {
    journal_fixture f;
    // A shard takes 3 heads of 48 bytes, 8 of its vote, and its snapshot's.
    unsigned shard = 1;
    while (f.append(shard, {1, 1}, 0)) {
        f.commit();
        ++shard;
    }
    CHECK(shard == 1 + (min_segment_bytes / 4 - record_head_bytes) / 152);
    CHECK(f.append(shard, {1, 1}, 0).error().code == errc::over_bound);
    CHECK(f.log->snapshot({1}, {1, 1}, tagged_payload(1, 400)).error().code == errc::over_bound);
    CHECK(f.log->snapshot({1}, {1, 1}, {}));
    f.commit();
    f.log.reset();
    f.disk.end_process();
    CHECK(journal::open(f.disk, f.options).has_value());
}

TEST_CASE("a snapshot's payload is at most 4,096 bytes") {
    journal_fixture f;
    f.log.reset();
    f.disk.restore({});
    f.options.segment_bytes = std::uint64_t{64} << 10U;
    f.open();
    CHECK(f.log->snapshot({1}, {5, 1}, tagged_payload(1, max_snapshot_bytes + 1)).error().code ==
          errc::over_bound);
    CHECK(f.log->snapshot({1}, {5, 1}, tagged_payload(1, max_snapshot_bytes)));
    f.commit();
    f.restart();
    CHECK(f.of(1).snapshot.payload == tagged_payload(1, max_snapshot_bytes));
}

TEST_CASE("on a full disk orders are refused with the reserve left, and then everything") {
    journal_fixture f;
    f.disk.set_capacity(min_segment_bytes + vote_file::file_bytes);  // this one segment
    f.maintain();
    CHECK(f.log->room().takes_orders);
    CHECK(f.log->room().why == "simulated/preparing: No space left on device; make room");
    std::uint64_t index = 0;
    while (f.log->room().takes_orders) {
        ++index;
        f.append_durably(1, index, index, 1, 512 - record_head_bytes);
        f.maintain();
    }
    CHECK(f.log->room().bytes == f.options.reserve_bytes);
    // Cancels, in sectors.
    for (unsigned i = 0; i < 4; ++i) {
        ++index;
        f.append_durably(1, index, index, 1, 512 - record_head_bytes);
    }
    CHECK(f.log->room().bytes == 0);
    const outcome full = f.append(1, {index + 1, 1}, 0);
    CHECK(full.error() == error{errc::storage_full,
                                "the journal's last segment is full: simulated/preparing: No "
                                "space left on device; make room"});
    f.commit();  // no room for an idle batch: that is no error
    CHECK_FALSE(f.log->dead());
    f.restart();
    CHECK(f.has(1, 1, index, 1, 512 - record_head_bytes));
    CHECK_FALSE(f.log->room().takes_orders);

    f.disk.set_capacity(2 * min_segment_bytes + vote_file::file_bytes);
    f.maintain();
    CHECK(f.log->room().takes_orders);
    CHECK(f.log->room().why.empty());
    f.append_durably(1, index + 1, index + 1, 1, 512 - record_head_bytes);
    CHECK(f.log->segment_count() == 2);
}

TEST_CASE("a journal that is opened takes orders at once, where there is room for its next file") {
    journal_fixture f;
    std::uint64_t index = 0;
    while (f.log->room().takes_orders) {
        ++index;
        f.append_durably(1, index, index);
    }
    f.options.segment_bytes = 4 * min_segment_bytes;
    f.options.reserve_bytes = min_segment_bytes;
    f.restart();
    CHECK(f.log->room().takes_orders);
    CHECK(f.has(1, 1, index));
}

TEST_CASE("at the bound of segments storage is full, and it says which shard pins the oldest") {
    journal_fixture f;
    f.append_durably(5, 1, 2);
    std::uint64_t index = 0;
    f.maintain();
    while (f.log->room().takes_orders || f.log->segment_count() < f.options.max_segments) {
        ++index;
        f.append_durably(1, index, index, 1, 1000);
        f.log->release({1}, index);
        f.maintain();
    }
    CHECK(f.log->segment_count() == f.options.max_segments);
    f.maintain();
    CHECK_FALSE(f.log->room().takes_orders);
    CHECK(f.log->room().why ==
          "16 segments are kept, and no more may be; shard 5 needs the oldest segment, up to entry "
          "2");
    f.log->release({5}, 2);
    f.maintain();
    CHECK(f.log->room().takes_orders);
    CHECK(f.log->segment_count() == 1);
}

TEST_CASE(
    "maintained after each batch, the next file is ready in time, however large the batches") {
    journal_fixture f;
    f.log.reset();
    f.disk.restore({});
    f.options.segment_bytes = std::uint64_t{16} << 20U;
    f.options.reserve_bytes = 0;
    f.open();
    const std::size_t most = f.log->max_payload_bytes() / 2;
    for (std::uint64_t index = 1; index <= 9; ++index) {
        REQUIRE(f.append(1, {index, 1}, most));
        f.commit();
        REQUIRE(f.log->maintain().has_value());  // once
        f.log->release({1}, index);
    }
    CHECK(f.of(1).end.index == 9);
}

TEST_CASE("options out of range are refused before anything is touched") {
    simulated_disk disk;
    const journal_options good{.segment_bytes = min_segment_bytes, .reserve_bytes = 0};
    const auto refused = [&disk](const journal_options& options) {
        const auto opened = journal::open(disk, options);
        return !opened.has_value() && opened.error().code == errc::out_of_range;
    };
    journal_options options = good;
    options.segment_bytes = min_segment_bytes - 4096;
    CHECK(refused(options));
    options.segment_bytes = min_segment_bytes + 512;
    CHECK(refused(options));
    options.segment_bytes = max_segment_bytes + 4096;
    CHECK(refused(options));
    options = good;
    options.reserve_bytes = min_segment_bytes / 2 + 1;
    CHECK(refused(options));
    options = good;
    options.max_segments = least_segments - 1;
    CHECK(refused(options));
    options.max_segments = most_segments + 1;
    CHECK(refused(options));
    CHECK(disk.operations() == 0);
    CHECK(journal::open(disk, good).has_value());
}

}  // namespace bourse
