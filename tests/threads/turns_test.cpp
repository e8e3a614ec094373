// Books that take their turns at once give the same bytes as books that take them one after the other.
// Built for the tree `tsan` too, where a data race between them ends the test.
#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actors/shard/shard.hpp"
#include "tests/support/shard/comparison.hpp"
#include "tests/support/shard/differences.hpp"
#include "tests/support/shard/turn_pool.hpp"
#include "tests/support/shard/world.hpp"

using namespace bourse;

namespace {

/// The case in a loop and on the pool, side by side; the first difference in words, or nothing.
std::optional<std::string> differs_at_once(const shard_case& life, turn_pool& pool) {
    shard_world<shard> in_a_loop(life.settings);
    std::vector<shard> at_once;
    for (const shard_settings& settings : life.settings) {
        at_once.emplace_back(settings).set_runner(std::ref(pool));
    }
    shard_output out;
    for (const world_step& step : life.steps) {
        if (auto wrong = in_a_loop.apply(step)) {
            return wrong;
        }
        shard& other = at_once[step.shard.value - 1U];
        if (step.is_void) {
            other.skip(in_a_loop.applied().index);
            continue;
        }
        other.apply(in_a_loop.applied(), out);
        if (auto difference = compare(in_a_loop.output(), out)) {
            return difference;
        }
        if (other.digest() != in_a_loop.machine(step.shard).digest()) {
            return "digest";
        }
    }
    for (const shard_settings& settings : life.settings) {
        const shard& other = at_once[settings.id.value - 1U];
        if (auto difference = compare(in_a_loop.machine(settings.id).save(), other.save())) {
            return difference;
        }
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("books that take their turns at once give the same bytes as in a loop") {
    constexpr unsigned threads = 4;
    constexpr std::uint64_t commands = 4'000;
    // The thread sanitizer is who has most to say here.
#if defined(BOURSE_SANITIZER_address)
    constexpr std::uint64_t lives = 1;
#else
    constexpr std::uint64_t lives = 5;
#endif
    turn_pool pool(threads);
    for (const std::uint16_t shards : {std::uint16_t{1}, std::uint16_t{2}}) {
        for (std::uint64_t seed = 1; seed <= lives; ++seed) {
            const shard_case life = make_case(seed, commands, shards);
            const auto difference = differs_at_once(life, pool);
            CHECK_MESSAGE(!difference, "seed ", seed, ": ", difference.value_or(""));
        }
    }
    // Rounds of a single turn are not handed out; there must have been others.
    CHECK(pool.rounds() > 200 * lives);
}
