// Whatever keeps the oldest segment, and for however long: others go on writing (journal.hpp, 6).

#include <doctest/doctest.h>

#include <random>

#include "journal_fixture.hpp"

namespace bourse {
namespace {

/// As `log_writer` asks for room.
bool leaves_room(const journal& log, std::size_t payload_bytes) {
    const journal_room room = log.room();
    const std::size_t bytes = whole_sectors(record_head_bytes + payload_bytes);
    return room.bytes_before_carrying >= 2 * bytes &&
           (room.has_next || room.bytes >= room.reserve_bytes / 2 + bytes);
}

/// Shards 1 to 3 are stuck; of shard 9 nothing is needed.
struct carrying : journal_fixture {
    static constexpr unsigned busy = 9;
    std::vector<std::uint64_t> ends = std::vector<std::uint64_t>(busy + 1);
    std::uint64_t stuck_bytes = 0;

    explicit carrying(std::uint32_t max_segments, std::uint64_t seed = 1) : journal_fixture(seed) {
        options.max_segments = max_segments;
        restart();
    }
    void take(unsigned shard, std::size_t length) {
        REQUIRE(append(shard, {++ends[shard], 1}, length));
        stuck_bytes += shard == busy ? 0 : record_head_bytes + length;
    }
    void write() {
        commit();
        maintain();
        if (const std::uint64_t end = log->durable_end(id(busy)); end > 0) {
            log->release(id(busy), end);
            maintain();
        }
    }
    /// Others write until orders are taken no more.
    void fill() {
        while (log->room().takes_orders) {
            take(busy, 1000);
            write();
        }
    }
    /// Of this length, from the first entry on.
    [[nodiscard]] bool has_all_stuck(std::size_t length) const {
        for (unsigned shard = 1; shard < busy; ++shard) {
            if (ends[shard] > 0 && !has(shard, 1, ends[shard], 1, length)) {
                return false;
            }
        }
        return true;
    }
    /// Carries what keeps the oldest segment until nothing comes of it. Says how many records it wrote. `is_left_alone`: nobody
    /// looks after its files meanwhile.
    std::uint64_t carry_all(bool is_left_alone = false) {
        const std::uint64_t before = log->appended();
        for (unsigned i = 0; i < 600; ++i) {
            const auto pin = log->oldest_pin();
            if (!pin || !log->carry(pin->shard)) {
                break;
            }
            is_left_alone ? commit() : write();
        }
        return log->appended() - before;
    }
};

/// Random sizes, batches and shares of what is stuck, up to a sixteenth of the files' bytes.
std::string random_life(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto draw = [&](std::uint64_t below) { return random() % below; };
    carrying f(static_cast<std::uint32_t>(8 + draw(12)), seed);
    const std::size_t largest =
        std::min<std::size_t>(f.log->max_payload_bytes(), min_segment_bytes >> (1 + draw(6)));
    const std::uint64_t stuck_percent = 5 + draw(60);
    const std::uint64_t most_stuck = f.options.max_segments * min_segment_bytes / 16;
    unsigned refused = 0;
    while (refused < 30) {
        for (std::uint64_t i = draw(20) + 1; i > 0; --i) {
            const bool is_stuck = f.stuck_bytes < most_stuck && draw(100) < stuck_percent;
            const std::size_t length = 1 + draw(largest);
            const unsigned shard = is_stuck ? 1 + static_cast<unsigned>(draw(3)) : carrying::busy;
            const bool may_come = f.log->room().takes_orders && leaves_room(*f.log, length);
            if (may_come && f.append(shard, {f.ends[shard] + 1, 1}, length)) {
                ++f.ends[shard];
                f.stuck_bytes += is_stuck ? record_head_bytes + length : 0;
            } else {
                ++refused;
            }
        }
        f.write();
    }
    if (draw(2) == 0) {
        f.crash();
        f.write();
    }
    f.carry_all();
    if (!f.log->room().takes_orders) {
        return "no orders are taken: " + f.log->room().why;
    }
    if (const std::uint64_t again = f.carry_all(); again > 0) {
        return std::to_string(again) + " records are written again for nothing";
    }
    return {};
}

constexpr std::size_t stuck_length = 900;

struct full_disk_tally {
    unsigned lives = 0;
    unsigned carried = 0;  ///< of them something was
    unsigned refused = 0;  ///< and so often it was refused
};

/// A full disk takes a vote, and has all that is stuck, also after a crash.
void check_full(carrying& f, std::uint64_t term, full_disk_tally& tally) {
    REQUIRE(f.log->vote({1}, {term, 2}));
    f.commit();
    CHECK(f.has_all_stuck(stuck_length));
    if (const auto pin = f.log->oldest_pin()) {
        const auto more = f.log->carry(pin->shard);
        CHECK((more || more.error().code == errc::storage_full));
        tally.refused += more ? 0U : 1U;
    }
    f.crash();
    f.write();
    CHECK(f.of(1).vote == journal_vote{term, 2});
    CHECK(f.has_all_stuck(stuck_length));
}

/// A journal is filled, and then carried on, while the disk becomes full; then it is not any more. False: that took fewer operations.
bool full_disk_life(std::uint32_t segments, std::uint64_t operations, full_disk_tally& tally) {
    CAPTURE(segments);
    CAPTURE(operations);
    carrying f(segments, operations + 1);
    for (unsigned i = 0; i < segments; ++i) {  // a sixteenth of the files
        f.take(1 + i % 3, stuck_length);
        f.write();
    }
    const std::uint64_t before = f.disk.operations();
    f.disk.full_after(operations);
    while (f.log->room().takes_orders && leaves_room(*f.log, stuck_length)) {
        f.take(carrying::busy, stuck_length);
        f.write();
    }
    // Carrying takes nothing of the reserve; and what cannot be carried to the end is not begun.
    const std::uint64_t reserve = std::min(f.log->room().bytes, f.options.reserve_bytes);
    const bool is_known = !f.log->room().has_next && !f.log->room().why.empty();
    const std::size_t files = f.log->segment_count();
    const bool was_carried = f.carry_all(operations % 2 == 1) > 0;
    CHECK(f.log->room().bytes >= reserve);
    f.write();
    CHECK((!is_known || !was_carried || f.log->segment_count() < files));
    f.take(carrying::busy, reserve / 4);
    const bool was_full = f.disk.operations() > before + operations;
    check_full(f, 2, tally);
    check_full(f, 3, tally);

    f.disk.end_full();
    f.write();
    f.carry_all();
    CHECK_MESSAGE(f.log->room().takes_orders, f.log->room().why);
    CHECK(f.has_all_stuck(stuck_length));
    ++tally.lives;
    tally.carried += was_carried ? 1U : 0U;
    return was_full;
}

}  // namespace

TEST_CASE(
    "whatever is stuck, up to a sixteenth of the files, orders are taken again when it is "
    "carried") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const std::string wrong = random_life(seed);
        CHECK_MESSAGE(wrong.empty(), seed, ": ", wrong);
    }
}

TEST_CASE("the largest entry does not wait for good, however the journal was filled before") {
    for (const std::uint32_t segments : {8U, 10U, 12U}) {
        for (unsigned filling = 0; filling < 12 * segments; ++filling) {
            carrying f(segments);
            f.take(2, 100);
            f.write();
            for (unsigned i = 0; i < filling && leaves_room(*f.log, 1000); ++i) {
                f.take(carrying::busy, 1000);
                f.write();
            }
            const std::size_t largest = f.log->max_payload_bytes();
            for (unsigned i = 0; i < 50 && !leaves_room(*f.log, largest); ++i) {
                f.carry_all();
            }
            CHECK_MESSAGE(leaves_room(*f.log, largest), segments, " segments, ", filling);
        }
    }
}

TEST_CASE(
    "the disk may be full from any operation on: what is stuck is there, and carried when it can "
    "be") {
    full_disk_tally tally;
    for (const std::uint32_t segments : {8U, 16U}) {
        for (std::uint64_t operations = 0; full_disk_life(segments, operations, tally);
             ++operations) {
        }
    }
    MESSAGE(tally.lives, " lives, in ", tally.carried, " of them something was carried, and ",
            tally.refused, " times it was refused");
    CHECK(tally.carried > 0);
    CHECK(tally.refused > 0);
}

TEST_CASE(
    "carrying that is ahead of the next file stops at the reserve, and goes on when it is there") {
    carrying f(32);
    for (unsigned i = 0; i < 32; ++i) {  // more than one file takes
        f.take(1 + i % 3, stuck_length);
        f.write();
    }
    while (f.log->room().takes_orders && leaves_room(*f.log, stuck_length)) {
        f.take(carrying::busy, stuck_length);
        f.write();
    }
    CHECK(f.carry_all(true) > 0);
    const journal_room left = f.log->room();
    CHECK_FALSE(left.has_next);
    CHECK(left.bytes >= left.reserve_bytes);
    const auto pin = f.log->oldest_pin();
    REQUIRE(pin);
    const auto refused = f.log->carry(pin->shard);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::storage_full);
    f.write();
    CHECK(f.carry_all() > 0);
    CHECK_MESSAGE(f.log->room().takes_orders, f.log->room().why);
    CHECK(f.has_all_stuck(stuck_length));
}

TEST_CASE("what was carried and then released is no part of what a restart goes on with") {
    for (const std::uint64_t later : {3U, 8U}) {
        carrying f(16);
        for (unsigned i = 0; i < 10; ++i) {
            f.take(2, 1000);
            f.write();
        }
        f.fill();
        // Two pieces. Then it hears of a leader, and takes a checkpoint of all that it has.
        for (unsigned pieces = 0; pieces < 2; ++pieces) {
            const auto carried = f.log->carry({2});
            REQUIRE_MESSAGE(carried.has_value(), carried.error().what);
            REQUIRE(*carried);
            f.commit();
        }
        f.log->release({2}, 10);
        f.write();
        CHECK(f.log->segment_count() == 1);
        for (std::uint64_t i = 0; i < later; ++i) {  // and is cut off again
            f.take(2, 1000);
            f.write();
        }
        f.crash();
        f.write();
        CHECK(f.of(2).begin.index == 10);
        f.fill();
        f.carry_all();
        CHECK_MESSAGE(f.log->room().takes_orders, f.log->room().why);
        CHECK(f.has(2, 11, 10 + later, 1, 1000));
    }
}

}  // namespace bourse
