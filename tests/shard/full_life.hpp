#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include "logged_life.hpp"
#include "messages/event.hpp"

namespace bourse {

/// A life with every command, every kind of order and groups of them, on four instruments with fees, a calendar,
/// auctions and bands; and what it is full of.
struct full_life {
    logged_life life;
    std::set<std::size_t> commands;  ///< kinds, by their place in the variant
    std::set<event_kind> reports;
    std::set<event_kind> events;
    std::set<std::size_t> messages;  ///< to other shards, as `commands`
};

/// Made up by its own file alone: no change to the generator of worlds changes it. Only which orders are cancelled and
/// replaced is learnt from what was said.
[[nodiscard]] full_life make_full_life(std::uint16_t shards, std::uint64_t seed, std::size_t steps);

}  // namespace bourse
