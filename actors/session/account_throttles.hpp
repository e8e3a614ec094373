#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>

#include "actors/session/throttle.hpp"
#include "messages/ids.hpp"

namespace bourse {

/// How many commands a second each account may send, whichever sessions of a node they come from.
///
/// The problem: whoever has an account may log in as often as he likes, so a throttle in a session would not bound
/// the account. So all sessions of a node share these.
///
/// Thread-safe; held for a few look-ups. An account that has its whole burst is forgotten now and then: what is kept are those that
/// sent something lately.
class account_throttles {
public:
    explicit account_throttles(const throttle_limit& limit) : limit_(limit) {}

    [[nodiscard]] bool are_limited() const noexcept { return limit_.per_second != 0; }

    struct wanted {
        account_id account{};
        std::uint32_t commands = 0;
    };
    struct refusal {
        account_id account{};
        std::uint32_t retry_after_ms = 0;
    };
    /// Takes what all want, or nothing, and says which account has not enough. No account twice; the clock is the node's, and
    /// may be a little behind what another session said.
    [[nodiscard]] std::optional<refusal> take(std::uint64_t now_ms, std::span<const wanted> all,
                                              bool only_cancels);
    /// How many are kept.
    [[nodiscard]] std::size_t size() const;

private:
    void forget_the_full(std::uint64_t now_ms);

    const throttle_limit limit_;
    mutable std::mutex mutex_;
    std::map<account_id, throttle> buckets_;
    std::size_t swept_at_ = 1'024;  ///< so many, and those that are full go
};

}  // namespace bourse
