#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "actors/shard/shard.hpp"
#include "messages/shard_command.hpp"
#include "tests/support/shard/world.hpp"

/// Lives of shards that are written down entry by entry, and lived again in other ways.
namespace bourse {

/// An entry as it was given to its shard.
struct logged_entry {
    shard_id shard{};
    bool is_void = false;
    entry what;
};

struct logged_life {
    std::vector<shard_settings> settings;
    std::vector<logged_entry> log;
};

/// Applies steps to shards that are joined by a transport, and keeps what each was given.
class life_log {
public:
    explicit life_log(const std::vector<shard_settings>& settings)
        : life_{settings, {}}, world_(settings) {}

    void apply(const world_step& step);
    /// Everything that is on the way, once.
    [[nodiscard]] std::vector<world_step> on_the_way() const {
        return world_.transport().drain_steps(now_);
    }
    [[nodiscard]] shard_world<shard>& world() noexcept { return world_; }
    [[nodiscard]] logged_life take() && { return std::move(life_); }

private:
    logged_life life_;
    shard_world<shard> world_;
    timestamp now_{};
};

/// What a life comes to, as a test writes it down: the digest of each shard, and a sum of all that is in none of them:
/// numbers of events, messages to other shards, receipts, and at the end the rows as they are stored.
struct life_digests {
    std::vector<std::uint64_t> shards;
    std::uint64_t sum = 0;
    friend bool operator==(const life_digests&, const life_digests&) = default;
};

/// Lives it in a loop; with books that take their turns on threads all at once; saved as bytes and restored at random
/// points; and taken over again and again by a follower that has what was handed over, and the entries since. Each
/// must come to what is written.
void check_every_way(const logged_life& life, const life_digests& written);

}  // namespace bourse
