#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "actors/replica/replica.hpp"

namespace bourse {

/// What each shard has committed, from the begin of its life, as the first replica that applied it showed,
/// and what a shard of the simulator's own makes of it.
///
/// Every other replica's application of the same index must be the same entry and give the same digest:
/// replicas agree with each other, with themselves after a restart, and with a replay from the begin.
class history {
public:
    explicit history(const std::vector<shard_settings>& settings);

    /// Returns what is wrong, or nothing. `is_new` says whether nobody had applied it before.
    [[nodiscard]] std::string follow(shard_id id, const applied_entry& one, bool& is_new);
    /// The replica's state is as of `index`, where it was restored from elsewhere.
    [[nodiscard]] std::string follow_restored(shard_id id, std::uint64_t index,
                                              std::uint64_t digest) const;
    [[nodiscard]] std::uint64_t length(shard_id id) const;
    /// With the output of the simulator's own shard.
    [[nodiscard]] const applied_entry& last(shard_id id) const;
    [[nodiscard]] const shard& state(shard_id id) const;
    [[nodiscard]] std::uint64_t digest() const noexcept;

private:
    struct past {
        std::uint64_t term = 0;
        std::uint64_t digest = 0;
        std::uint64_t content = 0;  ///< a digest of the entry's bytes
    };
    struct line {
        explicit line(const shard_settings& settings) : state(settings) {}
        shard state;
        std::vector<past> entries;
        applied_entry last;
    };
    std::map<shard_id, line> lines_;
};

}  // namespace bourse
