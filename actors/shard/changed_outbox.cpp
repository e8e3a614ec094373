#include "actors/shard/changed_outbox.hpp"

#include <algorithm>

namespace bourse {

void changed_outbox::begin(std::uint64_t first, std::uint64_t last) {
    now_ = {first, last};
    gone_ = stored_.first;
    next_ = std::max(first, stored_.last + 1);
}

// `first` is the number of the first message that is in the outbox.
bool changed_outbox::hand_over(std::size_t most, shard_id peer,
                               const std::deque<channel_message>& outbox, std::uint64_t first,
                               std::vector<row_change>& out) {
    const std::uint64_t last_gone = std::min(stored_.last, now_.first - 1);
    for (; gone_ <= last_gone && out.size() < most; ++gone_) {
        out.push_back({row_key::outbox_message(peer, gone_), {}});
    }
    for (; next_ <= now_.last && out.size() < most; ++next_) {
        const row_key key = row_key::outbox_message(peer, next_);
        if (left_.empty()) {
            out.push_back({key, outbox[next_ - first]});
        } else {
            out.push_back({key, left_.front()});
            left_.pop_front();
        }
    }
    return gone_ > last_gone && next_ > now_.last;
}

void changed_outbox::end(bool stored) {
    if (stored) {
        stored_ = now_;
    }
    now_ = {};
    next_ = 1;
    left_.clear();
}

}  // namespace bourse
