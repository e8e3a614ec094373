#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "actors/shard/shard_output.hpp"
#include "messages/shard_command.hpp"
#include "tests/support/shard/handed_rows.hpp"
#include "tests/support/shard/world.hpp"

namespace bourse {

/// Counts what a random run has reached, so that a run that reaches too little fails.
class shard_coverage {
public:
    void count(shard_id at, const entry& applied, const shard_output& out);
    void count(const shard_transport& transport);
    void count(const handed_rows& checkpoint);
    void count_rounds(int longest) { longest_rounds_ = std::max(longest_rounds_, longest); }
    void add(const shard_coverage& other);

    /// What worlds of `shards` shards never reached, in words. One shard has nobody to talk to.
    [[nodiscard]] std::vector<std::string> missing(std::uint16_t shards) const;
    /// There were a hundred checkpoints stored, and twenty given up.
    [[nodiscard]] bool has_checkpoints() const noexcept {
        return checkpoints_stored_ >= 100 && checkpoints_given_up_ >= 20;
    }
    /// The most rounds that followed a round 0 or a due action.
    [[nodiscard]] int longest_rounds() const noexcept { return longest_rounds_; }
    /// How often each thing was reached, in words.
    [[nodiscard]] std::string summary() const;

private:
    template <typename T>
    using counter = std::map<T, std::uint64_t>;

    counter<reason> reasons_;
    counter<event_kind> kinds_;  ///< in reports
    counter<line_kind> lines_;
    counter<limit_kind> limits_;
    counter<std::size_t> commands_;  ///< by index in the variant
    counter<std::pair<std::size_t, std::size_t>>
        messages_;             ///< by index, and what an order is sent
    counter<unsigned> fills_;  ///< by flags
    std::uint64_t pending_repeats_ = 0;
    std::uint64_t remote_fills_ = 0;
    std::uint64_t repeats_ = 0;
    std::uint64_t gaps_ = 0;
    std::uint64_t checkpoints_stored_ = 0;
    std::uint64_t checkpoints_given_up_ = 0;
    int longest_rounds_ = 0;
};

}  // namespace bourse
