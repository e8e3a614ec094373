#include "actors/book/changed_rows.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace bourse {

void changed_rows::grow(slot at) {
    constexpr std::size_t first_words = 4;
    memory_.resize(std::max({first_words, 2 * memory_.size(), std::size_t{at / bits} + 1}));
    words_ = memory_.data();
    limit_ = static_cast<slot>(std::min<std::size_t>(memory_.size() * bits, no_slot));
}

// `at` was pending or stored. What was not stored before may be from now on, and must then go again.
void changed_rows::drop_known(slot at, const row_key& key) {
    word& its = words_[at / bits];
    ((its.stored & bit_of(at)) != 0 ? gone_ : half_gone_).push_back(key);
    its.changed &= ~bit_of(at);
    its.pending &= ~bit_of(at);
    its.stored &= ~bit_of(at);
}

void changed_rows::begin() {
    for (word& each : memory_) {
        each.pending = std::exchange(each.changed, 0);
    }
    std::swap(leaving_, gone_);
    told_ = 0;
    walked_ = 0;
}

// First what has gone: its key may be another row's now.
void changed_rows::hand_over_kept(std::size_t most, std::vector<row_change>& out) {
    for (; told_ < leaving_.size() && out.size() < most; ++told_) {
        out.push_back({leaving_[told_], {}});
    }
    while (!copies_.empty() && out.size() < most) {
        out.push_back(std::move(copies_.front()));
        copies_.pop_front();
    }
}

void changed_rows::end(bool stored) {
    for (word& each : memory_) {
        (stored ? each.stored : each.changed) |= std::exchange(each.pending, 0);
    }
    std::deque<row_key>& more = stored ? half_gone_ : leaving_;
    if (more.size() > gone_.size()) {
        std::swap(more, gone_);
    }
    gone_.insert(gone_.end(), more.begin(), more.end());
    half_gone_.clear();
    leaving_.clear();
    copies_ = {};
}

void changed_rows::note_all_stored() noexcept {
    for (word& each : memory_) {
        each = {.stored = each.changed};
    }
}

void changed_rows::take_over(changed_rows& other) {
    BOURSE_ASSERT(other.leaving_.empty() && other.copies_.empty());
    for (word& each : memory_) {
        each.stored = each.changed;
    }
    gone_ = std::move(other.gone_);
}

}  // namespace bourse
