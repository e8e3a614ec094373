// Whole lives of groups, from seeds: a network that loses, repeats, delays and parts; crashes that lose what
// was not synced; transfers, changes of membership with learners, snapshots. What must hold is checked by
// the group itself as it happens; at the end everything heals, and the group must go on.

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/support/cluster/group_storm.hpp"
#include "tests/support/run_length.hpp"

namespace bourse {
namespace {

void weather_storms(std::uint64_t voters, std::uint64_t replicas, std::uint64_t seeds) {
    const char* first_seed = std::getenv("BOURSE_SEED");
    const std::uint64_t first = first_seed != nullptr ? std::strtoull(first_seed, nullptr, 10) : 1;
    replica_group::counters sum;
    std::uint64_t committed = 0;
    std::uint64_t changes = 0;
    std::uint64_t transfers = 0;
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        group_storm each(seed * 16 + voters, voters, replicas);
        const std::string wrong = each.pass();
        REQUIRE_MESSAGE(wrong.empty(), "seed ", seed, ", ", voters, " of ", replicas, ": ", wrong);
        sum.events += each.seen().events;
        sum.elections += each.seen().elections;
        sum.installs += each.seen().installs;
        sum.reads_served += each.seen().reads_served;
        committed += each.committed();
        changes += each.changes();
        transfers += each.transfers();
    }
    MESSAGE(seeds, " seeds, ", voters, " of ", replicas, ": ", sum.events, " events, ", committed,
            " entries, ", sum.elections, " elections, ", changes, " changes, ", transfers,
            " transfers, ", sum.installs, " installs, ", sum.reads_served, " reads");
    // It tests nothing if nothing happens in it.
    CHECK(committed > seeds * 100);
    CHECK(sum.elections > seeds);
    CHECK(sum.reads_served > seeds);
    if (seeds >= 10) {
        CHECK(changes > 0);
        CHECK((sum.installs > 0 || replicas == 1));
    }
}

}  // namespace

TEST_CASE("groups of one to five voters agree, through everything, and go on after it") {
    const std::uint64_t seeds = is_full_run() ? 2'000 : 10;
    weather_storms(1, 1, 2);
    weather_storms(1, 3, seeds);
    weather_storms(3, 3, seeds);
    weather_storms(3, 5, seeds);
    weather_storms(5, 5, seeds);
}

}  // namespace bourse
