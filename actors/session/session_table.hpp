#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "actors/session/session.hpp"

namespace bourse {

/// Takes what a session answers, on whatever thread the session happens to run; must not block.
using session_voice = std::function<void(std::uint64_t ask, session_answer answer)>;

/// What others need of a session, and share with it. `Post` is how it is reached.
template <class Post>
struct session_lane {
    session_lane(session_options its_options, Post its_post, session_voice its_voice)
        : options(std::move(its_options)), post(std::move(its_post)), voice(std::move(its_voice)) {}

    const session_options options;
    const Post post;
    const session_voice voice;
    /// Asked by the gateway, and not answered yet.
    std::atomic<std::int32_t> in_flight{0};
    /// Entries on their way that are only for its subscriptions; beyond `max_entries_on_way` they are left out.
    std::atomic<std::uint32_t> entries_on_way{0};
    std::atomic<bool> has_missed{false};
};
inline constexpr std::uint32_t max_entries_on_way = 1'024;

/// All sessions of a node, by number. Thread-safe; held for a lookup only.
template <class Post>
class session_table {
public:
    using lane_ptr = std::shared_ptr<session_lane<Post>>;

    /// False beyond `max_sessions`.
    [[nodiscard]] bool add(lane_ptr lane) {
        const std::unique_lock lock(mutex_);
        if (lanes_.size() >= max_sessions) {
            return false;
        }
        const std::uint64_t number = lane->options.number.value;
        return lanes_.emplace(number, std::move(lane)).second;
    }
    void remove(std::uint64_t number) {
        const std::unique_lock lock(mutex_);
        lanes_.erase(number);
    }
    /// Null if it is gone.
    [[nodiscard]] lane_ptr find(std::uint64_t number) const {
        const std::shared_lock lock(mutex_);
        const auto found = lanes_.find(number);
        return found == lanes_.end() ? nullptr : found->second;
    }
    [[nodiscard]] std::vector<lane_ptr> all() const {
        const std::shared_lock lock(mutex_);
        std::vector<lane_ptr> lanes;
        for (const auto& [number, lane] : lanes_) {
            lanes.push_back(lane);
        }
        return lanes;
    }
    [[nodiscard]] std::size_t size() const {
        const std::shared_lock lock(mutex_);
        return lanes_.size();
    }

private:
    mutable std::shared_mutex mutex_;
    std::map<std::uint64_t, lane_ptr> lanes_;
};

}  // namespace bourse
