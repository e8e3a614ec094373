// Every guard around libraft (cluster/guards.hpp), in one loop: with all of them on, a scenario holds; with its
// own guard off, the same scenario breaks, or the process does.

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "cluster/guards.hpp"
#include "guard_scenarios.hpp"
#include "tests/support/cluster/group_storm.hpp"

namespace bourse {
namespace {

/// Whether the scenario holds with a guard off: in a process of its own, which may end by what then happens.
bool holds_without(const guard_scenario& scenario) {
    std::fflush(nullptr);  // or the child would say it again
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // What it says of its end is of no interest.
        if (std::freopen("/dev/null", "w", stderr) == nullptr ||
            std::freopen("/dev/null", "w", stdout) == nullptr) {
            std::_Exit(2);
        }
        guard_off = scenario.guarded;
        std::_Exit(scenario.holds() ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("what a guard is for holds with it and breaks without it, for every guard") {
    std::vector<guard_scenario> all = guard_scenarios();
    const std::vector<guard_scenario> others = engine_scenarios();
    all.insert(all.end(), others.begin(), others.end());
    std::set<guard> tested;
    for (const guard_scenario& scenario : all) {
        CAPTURE(std::string(scenario.name));
        REQUIRE(guard_off == guard::none);
        CHECK(scenario.holds());
        CHECK_FALSE(holds_without(scenario));
        tested.insert(scenario.guarded);
    }
    CHECK(tested.size() == guard_count);
}

/// Twenty lives of groups.
bool storms_pass() {
    constexpr unsigned lives = 20;
    constexpr unsigned sizes[][2] = {{1, 3}, {3, 3}, {3, 5}, {5, 5}};
    for (unsigned life = 1; life <= lives; ++life) {
        const auto& size = sizes[life % 4];
        if (!group_storm(life * 16 + 7, size[0], size[1]).pass().empty()) {
            return false;
        }
    }
    return true;
}

TEST_CASE("twenty storms find a sole voter that leads twice in one term, and others") {
    CHECK(storms_pass());
    for (const guard each : {guard::sole_voter_new_term, guard::membership_first,
                             guard::commit_goes_forward, guard::no_self_removal}) {
        CAPTURE(static_cast<int>(each));
        CHECK_FALSE(holds_without({each, "", storms_pass}));
    }
}

}  // namespace bourse
