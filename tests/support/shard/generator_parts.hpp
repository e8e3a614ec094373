#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "messages/ids.hpp"
#include "tests/support/command_generator.hpp"

/// What the files of the generator share.
namespace bourse::generator_parts {

inline constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t day_ns = 24LL * 3600 * 1'000'000'000;
/// 2026-01-05, a little before a day ends: the turnover of a day begins anew.
inline constexpr std::int64_t first_ns = 20'458 * day_ns - 2'000'000'000;
inline constexpr std::uint64_t accounts_a_shard = 20;
inline constexpr std::uint64_t first_poor_account = 16;
/// A shard that no world has: what is sent there stays in the outbox.
inline constexpr shard_id nowhere{9};

template <typename E>
E as(std::uint64_t value) {
    return static_cast<E>(value);
}

template <typename T>
const T& one_of(random_source& random, const std::vector<T>& all) {
    return all[random.below(all.size())];
}

}  // namespace bourse::generator_parts
