// A vote always fits: into a journal that has no room for anything else, whatever crashes, and however often.

#include "storage/vote_file.hpp"

#include <doctest/doctest.h>

#include "journal_fixture.hpp"

namespace bourse {
namespace {

constexpr std::size_t filling = 512 - record_head_bytes;

/// A journal with one segment, on a disk with room for no other, and nothing left but the reserve, or not even that.
struct full_journal : journal_fixture {
    std::uint64_t index = 0;

    explicit full_journal(bool without_reserve, std::uint64_t seed = 1) : journal_fixture(seed) {
        disk.set_capacity(min_segment_bytes + vote_file::file_bytes);
        maintain();
        while (log->room().takes_orders || (without_reserve && log->room().bytes > 0)) {
            ++index;
            append_durably(1, index, index, 1, filling);
            maintain();
        }
    }
    void vote(unsigned shard, std::uint64_t term, std::uint64_t whom) const {
        REQUIRE(log->vote(id(shard), {term, whom}));
        commit();
        REQUIRE(log->durable() == log->appended());
    }
};

}  // namespace

TEST_CASE("any number of votes is durable in a full journal, and takes nothing of its reserve") {
    for (const bool without_reserve : {false, true}) {
        full_journal f(without_reserve);
        const std::uint64_t left = f.log->room().bytes;
        CHECK(left == (without_reserve ? 0 : f.options.reserve_bytes));
        const std::uint64_t batches = f.log->next_batch();
        for (std::uint64_t term = 1; term <= 2'000; ++term) {
            f.vote(1 + static_cast<unsigned>(term % 3), term, term % 5);
            f.commit();  // an idle batch is not due
        }
        CHECK(f.log->room().bytes == left);
        CHECK(f.log->next_batch() == batches + 2'000);
        f.crash();
        CHECK(f.log->room().bytes == left);
        CHECK(f.of(1).vote == journal_vote{1998, 3});
        CHECK(f.of(2).vote == journal_vote{1999, 4});
        CHECK(f.of(3).vote == journal_vote{2000, 0});
        CHECK(f.has(1, 1, f.index, 1, filling));

        // With room again, votes are in the log as ever, and older ones do not come back.
        f.disk.set_capacity(std::uint64_t{1} << 20U);
        f.maintain();
        f.vote(1, 2001, 1);
        f.vote(3, 2000, 2);
        f.restart();
        CHECK(f.of(1).vote == journal_vote{2001, 1});
        CHECK(f.of(2).vote == journal_vote{1999, 4});
        CHECK(f.of(3).vote == journal_vote{2000, 2});
    }
}

TEST_CASE("as many votes at once as a journal has shards fit") {
    journal_fixture f;
    f.log.reset();
    f.disk.restore({});
    f.options.segment_bytes = std::uint64_t{1} << 20U;
    f.options.max_segments = least_segments;
    f.open();
    for (unsigned shard = 1; shard <= max_journal_shards; ++shard) {
        REQUIRE(f.append(shard, {1, 1}));
    }
    f.commit();
    f.disk.set_capacity(0);
    f.maintain();
    std::uint64_t index = 1;
    while (f.log->room().takes_orders) {
        ++index;
        f.append_durably(1, index, index, 1, filling);
        f.log->release({1}, index);
        f.maintain();
    }
    for (std::uint64_t term = 2; term <= 3; ++term) {
        const std::uint64_t left = f.log->room().bytes;
        for (unsigned shard = 1; shard <= max_journal_shards; ++shard) {
            REQUIRE(f.log->vote(f.id(shard), {term, shard}));
        }
        f.commit();
        CHECK(f.log->room().bytes == left);
    }
    f.crash();
    for (unsigned shard = 1; shard <= max_journal_shards; ++shard) {
        REQUIRE(f.of(shard).vote == journal_vote{3, shard});
    }
}

TEST_CASE("a vote behind other records waits for them where there is no room for both") {
    full_journal f(false);
    while (f.log->room().bytes > sector_bytes) {
        ++f.index;
        f.append_durably(1, f.index, f.index, 1, filling);
    }
    REQUIRE(f.append(1, {f.index + 1, 1}, filling));
    const outcome refused = f.log->vote({1}, {7, 2});
    CHECK(refused.error() == error{errc::overloaded, "votes wait for the open batch"});
    REQUIRE(f.log->start_batch());
    CHECK(f.log->vote({1}, {7, 2}));
    CHECK(f.append(1, {f.index + 2, 1}, 0).error().code == errc::storage_full);
    CHECK(f.log->find({1})->positions.vote.term == 7);
    REQUIRE(f.log->finish_batch());
    f.commit();
    f.crash();
    CHECK(f.of(1).vote == journal_vote{7, 2});
    CHECK(f.of(1).end.index == f.index + 1);
}

TEST_CASE("the power may fail at every operation of votes in a full journal") {
    std::uint64_t kept = 0;
    std::uint64_t lost = 0;
    std::string fault;
    for (std::uint64_t seed = 1; seed <= 40 && fault.empty(); ++seed) {
        full_journal f(seed % 2 == 0, seed);
        f.vote(1, 1, 1);
        std::uint64_t durable = 1;
        for (std::uint64_t operations = 0; operations < 120 && fault.empty(); ++operations) {
            // Also while the next start mends what this one tears.
            f.disk.power_off_after(operations % 8);
            std::uint64_t under_way = durable;
            if (f.log->vote({1}, {durable + 1, 1})) {
                under_way = durable + 1;
                if (f.log->commit()) {
                    durable = under_way;
                }
            }
            f.log.reset();
            f.disk.crash();
            for (std::uint64_t at = operations % 5; f.log == nullptr; at += 3) {
                f.disk.power_off_after(at);
                if (auto opened = journal::open(f.disk, f.options)) {
                    f.log = std::move(opened).value();
                } else if (opened.error().code == errc::corrupt) {
                    fault = opened.error().what;
                    break;
                }
                f.disk.crash();
            }
            if (!fault.empty()) {
                break;
            }
            f.crash();
            const journal_vote found = f.of(1).vote;
            if (found.term != durable && found.term != under_way) {
                fault = "seed " + std::to_string(seed) + ": term " + std::to_string(found.term) +
                        ", and " + std::to_string(durable) + " was durable";
            }
            kept += found.term > durable ? 1U : 0U;
            lost += found.term < under_way ? 1U : 0U;
            durable = found.term;
        }
        REQUIRE(fault == "");
        CHECK(f.has(1, 1, f.index, 1, filling));
    }
    CHECK(kept > 100);
    CHECK(lost > 100);
    MESSAGE(kept << " votes under way were there afterwards, " << lost << " were not");
}

TEST_CASE(
    "of the two copies of votes one may be damaged anywhere; both are refused, and so is no file, "
    "or another's") {
    full_journal f(true);
    f.vote(1, 5, 3);
    f.vote(2, 6, 1);
    f.log.reset();
    auto files = f.disk.copy();
    const auto fault = [&] {
        f.log.reset();
        f.disk.restore(files);
        auto opened = journal::open(f.disk, f.options);
        if (opened) {
            f.log = std::move(opened).value();
            return error{errc::unknown, ""};
        }
        return opened.error();
    };
    constexpr std::size_t used = 2 * (record_head_bytes + vote_payload_bytes);
    unsigned wrong = 0;
    for (const std::size_t copy : {std::size_t{0}, std::size_t{vote_file::copy_bytes}}) {
        for (std::size_t i = 0; i < used; ++i) {
            files.at("votes").at(copy + i) ^= std::byte{16};
            wrong +=
                !fault().what.empty() || f.of(1).vote != journal_vote{5, 3} ||
                f.of(2).vote != journal_vote{6, 1} ||
                // Mended: so the next crash finds two again.
                !std::equal(f.disk.bytes("votes").begin(), f.disk.bytes("votes").begin() + used,
                            f.disk.bytes("votes").begin() + vote_file::copy_bytes);
            files.at("votes").at(copy + i) ^= std::byte{16};
        }
    }
    CHECK(wrong == 0);

    const auto whole = files.at("votes");
    const std::string what_to_do =
        ": if this node is alone, restore its whole folder from a copy; if it is one of several, "
        "empty the folder and let it join again under a new id";
    files.at("votes").at(20) ^= std::byte{1};
    files.at("votes").at(vote_file::copy_bytes + 90) ^= std::byte{1};
    CHECK(fault() ==
          error{errc::corrupt, "simulated/votes: neither of its two copies is whole" + what_to_do});
    files.at("votes") = whole;
    files.at("votes").resize(vote_file::file_bytes - 1);
    CHECK(fault() ==
          error{errc::corrupt, "simulated/votes: is 28671 bytes long, not 28672" + what_to_do});
    files.erase("votes");
    CHECK(fault() == error{errc::corrupt, "simulated/votes: is missing" + what_to_do});

    journal_fixture other;
    other.log.reset();
    other.disk.restore({});
    other.options.owner = 8;
    other.open();
    files["votes"] = other.disk.bytes("votes");
    CHECK(fault() ==
          error{errc::foreign,
                "simulated/votes: is of node 8, and this is node 7; choose that node's folder"});
    files.at("votes") = whole;
    CHECK(fault().what == "");
}

}  // namespace bourse
