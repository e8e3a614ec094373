// The fast shard against the slow reference, and both against an audit that knows neither, on random
// worlds of one, two and three shards.
//
// When something is wrong the case is shrunk, printed as C++, and said. When a shard ends the process
// instead, run again with BOURSE_FORK=1: each life is then tried in a process of its own first.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/run_length.hpp"
#include "tests/support/shard/comparison.hpp"
#include "tests/support/shard/fault_planter.hpp"
#include "tests/support/shard/fixture.hpp"
#include "tests/support/shard/shrink.hpp"
#include "tests/support/shard/world.hpp"

using namespace bourse;

namespace {

/// One world's life: long enough to fill it, short enough to be shrunk in minutes.
constexpr std::uint64_t commands_a_life = 5'000;
constexpr std::uint16_t most_shards = 3;

/// Shrinks what differs, and says where it is.
std::string shrunk(std::uint64_t seed, std::uint16_t shards) {
    shard_case failing = make_case(seed, commands_a_life, shards);
    const auto fails = [](const shard_case& each) {
        return find_difference_in_child(each).has_value();
    };
    if (!fails(failing)) {
        failing.restore_often = true;
        if (!fails(failing)) {
            return "it does not differ when run again: is there something random in a shard?\n";
        }
    }
    const shard_case small = shrink(std::move(failing), fails, 3'000);
    return "shrunk to " + std::to_string(count_commands(small)) + " commands:\n" + to_cpp(small) +
           "\nwhat is wrong there: " + find_difference_in_child(small).value_or("");
}

/// Lives of `shards` shards with seeds from `first` on, of so many commands together.
void compare(std::uint16_t shards, std::uint64_t first, std::uint64_t commands,
             bool wants_coverage) {
    const std::uint64_t lives = (commands + commands_a_life - 1) / commands_a_life;
    const bool forks = std::getenv("BOURSE_FORK") != nullptr;
    shard_coverage reached;
    for (std::uint64_t seed = first; seed < first + lives; ++seed) {
        INFO("shards ", shards, ", seed ", seed);
        if (forks && find_difference_in_child(make_case(seed, commands_a_life, shards))) {
            FAIL(shrunk(seed, shards));
        }
        if (const auto difference = find_difference(seed, commands_a_life, shards, &reached)) {
            FAIL(*difference << "\n" << shrunk(seed, shards));
        }
    }
    if (wants_coverage) {
        for (const std::string& one : reached.missing(shards)) {
            FAIL_CHECK("never reached: " << one);
        }
        CHECK(reached.has_checkpoints());
        CHECK(reached.longest_rounds() == 4);  // rule S1.2
    }
}

/// A step of shard 1 or 2, of one command.
world_step only(std::uint16_t shard, world_step::command_type what) {
    return {.shard = {shard}, .at = {venue_start}, .commands = {std::move(what)}};
}

/// Shard 2 takes all that shard 1 has sent, and shard 1 what comes of it.
void add_delivery(std::vector<world_step>& to) {
    for (const std::uint16_t from : {std::uint16_t{1}, std::uint16_t{2}}) {
        to.push_back(only(from == 1 ? 2 : 1, transport_action{.from = {from}, .count = 100}));
    }
}

/// Both say the same of a case of two shards.
void check_agreement(std::vector<world_step> steps) {
    const shard_case one{.settings = {{.id = {1}}, {.id = {2}}}, .steps = std::move(steps)};
    const auto difference = find_difference(one);
    CHECK_MESSAGE(!difference, difference.value_or(""));
}

/// Account 1 has had `times` deposits of 2^62 apples, as dear as can be, and sent each where nobody is: all came back.
std::vector<world_step> with_returns(int times) {
    constexpr std::int64_t most = std::int64_t{1} << 62;
    std::vector<world_step> steps{only(1, listing_as(listing_of(apple))), only(1, opening(1)),
                                  only(1, opening(2, account_kind::house)),
                                  only(1, limiting(2, limit_kind::credit_line, apples, 1'000))};
    for (int i = 0; i < times; ++i) {
        steps.push_back(only(1, putting(1, apples, most, INT64_MAX)));
        steps.push_back(only(1, moving(1, 77, apples, most, 2)));
    }
    add_delivery(steps);
    return steps;
}

/// Of one number of shards, of the 2 or 50 million in all.
std::uint64_t many_commands() {
    return ((is_full_run() ? 50'000'000U : 2'000'000U) + most_shards - 1) / most_shards;
}

}  // namespace

TEST_CASE("fast and reference shard agree on one shard") {
    compare(1, 1, sanitized ? 5'000 : 20'000, false);
}

TEST_CASE("fast and reference shard agree on two shards") {
    compare(2, 1, sanitized ? 5'000 : 20'000, false);
}

TEST_CASE("fast and reference shard agree on three shards") {
    compare(3, 1, sanitized ? 5'000 : 20'000, false);
}

TEST_SUITE_BEGIN("long shards");

TEST_CASE("fast and reference shard agree on many lives of one shard") {
    compare(1, 1'000, many_commands(), true);
}

TEST_CASE("fast and reference shard agree on many lives of two shards") {
    compare(2, 1'000, many_commands(), true);
}

TEST_CASE("fast and reference shard agree on many lives of three shards") {
    compare(3, 1'000, many_commands(), true);
}

TEST_SUITE_END();

// Lives come there too rarely.

TEST_CASE("fast and reference shard agree on cost beyond 64 bits") {
    for (const bool is_transfer : {false, true}) {
        CAPTURE(is_transfer);
        std::vector<world_step> steps{only(1, listing_as(listing_of(apple))), only(1, opening(1)),
                                      only(1, opening(2))};
        for (int i = 0; i < 3; ++i) {
            steps.push_back(only(1, putting(1, apples, 10, INT64_MAX)));
        }
        for (const std::int64_t lots : {25, 5}) {
            steps.push_back(is_transfer ? only(1, moving(1, 2, apples, lots))
                                        : only(1, taking(1, apples, lots)));
        }
        check_agreement(std::move(steps));
    }
}

TEST_CASE("fast and reference shard agree on lots beyond 2^64") {
    for (const int times : {3, 5, 16}) {
        CAPTURE(times);
        std::vector<world_step> steps = with_returns(times);
        for (const std::int64_t per_lot : {std::int64_t{1}, std::int64_t{1} << 62, INT64_MAX}) {
            steps.push_back(only(1, dividend{.symbol = apple, .per_lot = per_lot}));
        }
        steps.push_back(only(1, taking(1, apples, INT64_MAX)));
        steps.push_back(only(1, putting(1, apples, 1, 1)));
        steps.push_back(only(1, moving(1, 2, apples, INT64_MAX)));
        steps.push_back(only(1, split{.symbol = apple, .numerator = 1, .denominator = times}));
        check_agreement(std::move(steps));
    }
}

TEST_CASE("fast and reference shard agree on amounts of which there is no opposite") {
    // A split that would take 2^63 lots.
    std::vector<world_step> steps = with_returns(3);
    steps.push_back(only(1, split{.symbol = apple, .numerator = 1, .denominator = 3}));
    check_agreement(std::move(steps));
    // A dividend that would take 2^63.
    steps = with_returns(0);
    steps.push_back(only(1, taking(2, apples, 2)));
    steps.push_back(only(1, dividend{.symbol = apple, .per_lot = std::int64_t{1} << 62}));
    check_agreement(std::move(steps));
}

// The audit is tried on machines that are wrong on purpose.
TEST_CASE("the audit sees every mistake that is planted") {
    for (std::uint8_t i = 0; i < planted_fault_count; ++i) {
        const auto what = static_cast<planted_fault>(i);
        INFO("mistake ", static_cast<unsigned>(i));
        bool made = false;
        for (std::uint64_t seed = 1; seed <= 10 && !made; ++seed) {
            fault_planter planter(what);
            const auto fault = find_fault(seed, 2'000, 2, nullptr, &planter);
            made = planter.done();
            CHECK_MESSAGE(fault.has_value() == made, fault.value_or("not seen"));
        }
        CHECK(made);
    }
}

// The shrinker is tried on a case that 'fails' when an order of another shard trades.
TEST_CASE("a shrunk world is short and still fails") {
    const auto trades_across = [](const shard_case& one) {
        audited_world<reference_shard> world(one.settings);
        for (const world_step& step : one.steps) {
            if (world.apply(step)) {
                return false;
            }
            const auto& events = world.world().output().events;
            if (std::any_of(events.begin(), events.end(), [&](const event& e) {
                    return e.kind == event_kind::fill && account_shard(e.order) != step.shard;
                })) {
                return true;
            }
        }
        return false;
    };
    std::uint64_t seed = 1;
    shard_case failing = make_case(seed, 600, 2);
    while (!trades_across(failing)) {
        REQUIRE(seed < 50);
        failing = make_case(++seed, 600, 2);
    }
    const shard_case small = shrink(failing, trades_across, sanitized ? 300 : 3'000);
    CHECK(trades_across(small));
    CHECK_MESSAGE(count_commands(small) < count_commands(failing) / 4, to_cpp(small));
}
