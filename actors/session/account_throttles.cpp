#include "actors/session/account_throttles.hpp"

#include <algorithm>
#include <iterator>

namespace bourse {

std::optional<account_throttles::refusal> account_throttles::take(std::uint64_t now_ms,
                                                                  std::span<const wanted> all,
                                                                  bool only_cancels) {
    if (limit_.per_second == 0) {
        return std::nullopt;
    }
    const std::lock_guard lock(mutex_);
    if (buckets_.size() >= swept_at_) {
        forget_the_full(now_ms);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        throttle& bucket = buckets_.try_emplace(all[i].account, limit_).first->second;
        if (!bucket.take(now_ms, all[i].commands, only_cancels)) {
            for (const wanted& taken : all.first(i)) {
                buckets_.at(taken.account).give_back(taken.commands);
            }
            return refusal{all[i].account, bucket.retry_after_ms(all[i].commands)};
        }
    }
    return std::nullopt;
}

std::size_t account_throttles::size() const {
    const std::lock_guard lock(mutex_);
    return buckets_.size();
}

/// Not again before there are twice as many, so that it costs each command a few steps.
void account_throttles::forget_the_full(std::uint64_t now_ms) {
    for (auto each = buckets_.begin(); each != buckets_.end();) {
        each = each->second.is_full(now_ms) ? buckets_.erase(each) : std::next(each);
    }
    swept_at_ = std::max<std::size_t>(1'024, 2 * buckets_.size());
}

}  // namespace bourse
