// A group's life on a network and disks that do what they should.

#include <doctest/doctest.h>

#include "tests/support/replica_group.hpp"

namespace bourse {
namespace {

membership voters(std::uint64_t count) {
    membership made;
    for (std::uint64_t id = 1; id <= count; ++id) {
        made.members.push_back({.id = {id}, .role = member_role::voter});
    }
    return made;
}

TEST_CASE("groups of one, three and five elect a leader and commit what is submitted") {
    for (const std::uint64_t count : {1U, 3U, 5U}) {
        CAPTURE(count);
        replica_group group(count, voters(count), count, {});
        REQUIRE(group.run_until_true(
            [&] { return group.leader() != nullptr && group.leader()->last.may_speak; }, 2'000));
        const effects out = group.submit(group.leader()->id.value, 5);
        REQUIRE(out.refused == consensus_refusal::none);
        const std::uint64_t last = out.submitted_index + 4;
        CHECK(group.run_until_true(
            [&] {
                return std::all_of(group.replicas().begin(), group.replicas().end(),
                                   [&](const auto& each) { return each.applied >= last; });
            },
            500));
        group.check_logs();
        CHECK(group.violation() == "");
    }
}

}  // namespace
}  // namespace bourse
