// Every mistake planted in how a replica is put together is found by the simulator within the lives that are
// stated; without a mistake nothing is found in them.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>

#include "actors/replica/wiring_bug.hpp"
#include "tests/simulation/simulation.hpp"

using namespace bourse;

namespace {

struct planted {
    wiring_bug bug;
    const char* name;
    std::uint64_t most_lives;
};

constexpr std::array all_planted{
    planted{wiring_bug::no_sync, "what was handed to the disk is taken for durable", 60},
    planted{wiring_bug::vote_not_awaited, "a vote is not awaited", 200},
    planted{wiring_bug::answer_before_commit, "a command is answered when it is proposed", 5},
    planted{wiring_bug::apply_before_commit, "an entry is applied when it is in the log", 40},
    planted{wiring_bug::truncation_forgotten, "a replaced tail stays in the journal", 60},
    planted{wiring_bug::clock_not_held, "stamps follow the clock backwards", 20},
    planted{wiring_bug::stale_read, "a read is answered without asking the others", 120},
    planted{wiring_bug::follower_speaks, "what a follower applies leaves as well", 5},
    planted{wiring_bug::receipt_before_commit, "a channel message is confirmed when it arrives",
            40},
    planted{wiring_bug::due_forgotten, "nothing is proposed when something is due", 40},
    planted{wiring_bug::checkpoint_misses_removal, "a row that is gone stays in the checkpoint",
            10},
    planted{wiring_bug::released_too_early, "the journal gives up what is not in a checkpoint yet",
            40},
    planted{wiring_bug::rows_not_voided, "a log that rows take the place of stays in the journal",
            60},
    planted{wiring_bug::delivery_not_repeated, "a lost channel message is not sent again", 20},
};

/// The first seed that finds something, or zero.
std::uint64_t first_found(const planted& one, std::string& by) {
    wired_wrong = one.bug;
    std::uint64_t found = 0;
    for (std::uint64_t seed = 1; seed <= one.most_lives && found == 0; ++seed) {
        const simulation_result life = simulate({.seed = seed});
        found = life.checker.empty() ? 0 : seed;
        by = life.checker;
    }
    wired_wrong = wiring_bug::none;
    return found;
}

}  // namespace

TEST_CASE("nothing is found where nothing is wired wrong") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const simulation_result life = simulate({.seed = seed});
        CHECK_MESSAGE(life.checker.empty(), seed, ": ", life.complaint);
    }
}

TEST_CASE("every mistake in the wiring of a replica is found") {
    for (const planted& one : all_planted) {
        std::string by;
        const std::uint64_t seed = first_found(one, by);
        MESSAGE(std::string(one.name), ": found in life ", seed, " of at most ", one.most_lives,
                " by '", by, "'");
        CHECK_MESSAGE(seed != 0, std::string(one.name));
    }
}

TEST_CASE("a seed is one life: twice the same trace") {
    for (std::uint64_t seed = 101; seed <= 104; ++seed) {
        const simulation_result first = simulate({.seed = seed});
        const simulation_result second = simulate({.seed = seed});
        CHECK(first.events == second.events);
        CHECK(first.trace_digest == second.trace_digest);
    }
    CHECK(simulate({.seed = 101}).trace_digest != simulate({.seed = 102}).trace_digest);
}
