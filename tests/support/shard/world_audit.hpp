#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/shard/audit.hpp"

namespace bourse {

/// Compares the shards of a world with each other (shard RULES 4.6), by rows as of now.
class world_audit {
public:
    explicit world_audit(const std::vector<shard_settings>& settings);

    [[nodiscard]] shard_audit& of(shard_id id) { return shards_[id.value - 1U]; }
    /// `rows` are those of shards 1, 2, 3 … Counters, clearing accounts and messages on the way agree.
    [[nodiscard]] std::optional<std::string> follow(const shard_transport& transport,
                                                    const std::vector<shard_rows>& rows);
    /// What must hold in addition when everything has been delivered.
    [[nodiscard]] static std::optional<std::string> check_drained(
        const shard_transport& transport, const std::vector<shard_rows>& rows);

private:
    using values = std::map<asset_id, wide_int>;
    struct way {
        std::uint64_t counted = 0;  ///< messages of which `sent` is the value
        std::uint64_t taken = 0;
        values sent;
        values received;
    };
    void add(values& to, const channel_message& one, const std::vector<shard_rows>& rows) const;

    std::vector<shard_audit> shards_;
    std::map<std::pair<shard_id, shard_id>, way> ways_;
};

}  // namespace bourse
