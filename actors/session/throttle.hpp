#pragma once

#include <algorithm>
#include <cstdint>

namespace bourse {

/// So many commands a second in the long run, and so many at once.
struct throttle_limit {
    std::uint32_t per_second = 0;  ///< zero: no limit
    std::uint32_t burst = 0;       ///< at least 1
};

/// A token bucket in whole numbers: it holds up to `burst` commands, and fills by `per_second`.
class throttle {
public:
    explicit throttle(const throttle_limit& limit) : limit_(limit), thousandths_(full()) {}

    /// Whether `count` commands may pass at `now_ms`; they count then. Time that goes back stands still. Cancels may overdraw the bucket
    /// by as much as it holds.
    [[nodiscard]] bool take(std::uint64_t now_ms, std::uint32_t count, bool only_cancels) {
        if (limit_.per_second == 0) {
            return true;
        }
        fill(now_ms);
        const std::int64_t wanted = std::int64_t{count} * 1'000;
        // More at once than the bucket ever holds: when it is full, and then it is overdrawn.
        const std::int64_t least = only_cancels ? wanted - full() : std::min(wanted, full());
        if (thousandths_ < least) {
            return false;
        }
        thousandths_ -= wanted;
        return true;
    }

    /// When `count` commands may pass, as things are.
    [[nodiscard]] std::uint32_t retry_after_ms(std::uint32_t count) const {
        const std::int64_t missing = std::min(std::int64_t{count} * 1'000, full()) - thousandths_;
        return missing <= 0 ? 1
                            : static_cast<std::uint32_t>(
                                  std::min<std::int64_t>(missing / limit_.per_second + 1, 60'000));
    }
    /// Whether it is as one that was never taken from.
    [[nodiscard]] bool is_full(std::uint64_t now_ms) {
        fill(now_ms);
        return thousandths_ == full();
    }
    /// What `take` has taken is given back: nothing was done.
    void give_back(std::uint32_t count) {
        thousandths_ = std::min(full(), thousandths_ + std::int64_t{count} * 1'000);
    }

private:
    [[nodiscard]] std::int64_t full() const { return std::int64_t{limit_.burst} * 1'000; }
    /// Per_second commands a second are as many thousandths a millisecond.
    void fill(std::uint64_t now_ms) {
        if (seen_ms_ != 0 && now_ms > seen_ms_) {
            const std::uint64_t passed_ms = std::min<std::uint64_t>(now_ms - seen_ms_, 3'600'000);
            thousandths_ = std::min(
                full(), thousandths_ + static_cast<std::int64_t>(passed_ms) * limit_.per_second);
        }
        seen_ms_ = std::max(seen_ms_, now_ms);
    }

    throttle_limit limit_;
    std::int64_t thousandths_;  ///< of commands
    std::uint64_t seen_ms_ = 0;
};

}  // namespace bourse
