#pragma once

#include <cstdint>
#include <string>

#include "tests/support/cluster/replica_group.hpp"

namespace bourse {

/// A group's life in bad weather: eight virtual seconds of loss, repetition, reordering and partitions, of
/// crashes that lose what was not synced, of transfers, members that come and go, snapshots; then five of calm,
/// in which the group must go on and all must catch up.
class group_storm {
public:
    group_storm(std::uint64_t seed, std::uint64_t voters, std::uint64_t replicas);

    /// The first thing that is wrong, or "".
    std::string pass();

    [[nodiscard]] replica_group::counters seen() const { return group_.seen; }
    [[nodiscard]] std::uint64_t committed() const { return group_.committed(); }
    [[nodiscard]] std::uint64_t changes() const { return changes_; }
    [[nodiscard]] std::uint64_t transfers() const { return transfers_; }

private:
    std::uint64_t random(std::uint64_t bound) { return group_.random_below(bound); }
    std::uint64_t any_id() { return 1 + random(group_.replicas().size()); }

    void work();
    void trouble();
    void crash(std::uint64_t id);
    void crash_leader();
    void hand_over();
    void part();
    void change_membership();
    std::string heal();
    std::string told();
    std::string stragglers();

    replica_group group_;
    std::uint64_t changes_ = 0;
    std::uint64_t transfers_ = 0;
};

}  // namespace bourse
