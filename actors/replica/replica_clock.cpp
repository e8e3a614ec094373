// Whether this node's clock may stamp entries.
#include <algorithm>
#include <cstdlib>

#include "actors/replica/replica.hpp"

namespace bourse {

namespace {

constexpr std::int64_t ns_of_ms = 1'000'000;
/// Of several clock readings of a peer the least delayed is the best, for so long.
constexpr std::uint64_t best_reading_ms = 2'000;

}  // namespace

/// A clock that runs a little fast or slow is followed; one that jumps is not.
void replica::check_clock(const moment& now) {
    const auto passed_ns =
        static_cast<std::int64_t>(now.monotonic_ms - clock_seen_.monotonic_ms) * ns_of_ms;
    const std::int64_t jump_ns = now.wall.ns - clock_seen_.wall.ns - passed_ns;
    const bool has_jumped =
        jump_ns > options_.max_clock_step.ns || jump_ns < -options_.max_clock_step.ns;
    if (!has_jumped) {
        clock_seen_ = now;
    }
    clock_in_doubt_ = has_jumped || (led_term_ != 0 && !agrees_with_majority(now));
}

void replica::accept_clock(const moment& now) {
    clock_seen_ = now;
    check_clock(now);
}

/// A message on its way for long makes a clock seem late, never early.
void replica::hear(const moment& now, replica_id from, timestamp wall) {
    const std::vector<member>& members = consensus_.members().members;
    if (std::none_of(members.begin(), members.end(),
                     [&](const member& each) { return each.id == from; })) {
        return;
    }
    std::erase_if(clocks_, [&](const auto& known) {
        return known.second.at_ms + options_.max_clock_age_ms < now.monotonic_ms;
    });
    const std::int64_t ahead_ns = wall.ns - static_cast<std::int64_t>(now.monotonic_ms) * ns_of_ms;
    heard_clock& known = clocks_[from];
    if (ahead_ns >= known.ahead_ns || known.at_ms + best_reading_ms < now.monotonic_ms) {
        known = {ahead_ns, now.monotonic_ms};
    }
}

/// Who was not heard of says nothing. Without a majority that agrees, one that differs is enough for doubt.
bool replica::agrees_with_majority(const moment& now) const {
    const std::int64_t own_ns =
        now.wall.ns - static_cast<std::int64_t>(now.monotonic_ms) * ns_of_ms;
    std::size_t voters = 0;
    std::size_t agree = 0;
    std::size_t differ = 0;
    for (const member& each : consensus_.members().members) {
        if (each.role != member_role::voter) {
            continue;
        }
        ++voters;
        const auto heard = clocks_.find(each.id);
        if (each.id == self()) {
            ++agree;
        } else if (heard != clocks_.end() &&
                   heard->second.at_ms + options_.max_clock_age_ms >= now.monotonic_ms) {
            const std::int64_t by_ns = std::abs(heard->second.ahead_ns - own_ns);
            ++(by_ns <= options_.max_clock_difference.ns ? agree : differ);
        }
    }
    return differ == 0 || agree > voters / 2;
}

}  // namespace bourse
