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
    /// Carries what keeps the oldest segment until nothing comes of it. Says how many records it wrote.
    std::uint64_t carry_all() {
        const std::uint64_t before = log->appended();
        for (unsigned i = 0; i < 600; ++i) {
            const auto pin = log->oldest_pin();
            if (!pin || !log->carry(pin->shard)) {
                break;
            }
            write();
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
