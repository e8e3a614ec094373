// The example of cluster/README.md, as it stands there, with a journal that is a vector and no network.

#include <doctest/doctest.h>

#include "cluster/consensus.hpp"

namespace bourse {
namespace {

TEST_CASE("the life of a replica in cluster/README.md is as it says") {
    std::vector<log_write> journal;
    std::uint64_t applied = 0;
    std::uint64_t spoken = 0;

    const membership founders{{{.id = {1}, .role = member_role::voter}}};
    consensus shard({1}, {});

    const auto carry_out = [&](effects out) {
        for (log_write& each : out.writes) {
            journal.push_back(std::move(each));
        }
        while (applied < out.commit_index) {
            ++applied;
            if (out.may_speak && shard.entry(applied).kind == log_entry_kind::command) {
                ++spoken;
            }
        }
        return out.next_tick_ms;
    };

    carry_out(shard.start(0, founding_log(founders)));
    carry_out(shard.persisted(1, journal.back().number));
    carry_out(shard.submit(2, {shared_bytes({std::byte{42}})}));
    CHECK(spoken == 0);
    carry_out(shard.persisted(3, journal.back().number));

    CHECK(shard.role() == replica_role::leader);
    CHECK(applied == 3);  // the founding membership, the leader's first entry, the command
    CHECK(spoken == 1);
}

}  // namespace
}  // namespace bourse
