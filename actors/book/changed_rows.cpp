#include "actors/book/changed_rows.hpp"

#include <algorithm>
#include <utility>

namespace bourse {

void changed_rows::grow(slot at) {
    constexpr std::size_t first_size = 256;
    const std::size_t wanted = std::max(2 * memory_.size(), std::size_t{at} + 1);
    memory_.resize(std::max(first_size, (wanted + together - 1) / together * together));
    bits_ = memory_.data();
    limit_ = static_cast<slot>(std::min<std::size_t>(memory_.size(), no_slot - together + 1));
}

void changed_rows::note_all(slot count) {
    reserve(count);
    std::fill_n(memory_.begin(), count, changed);
}

// `at` was pending or stored. What was not stored before may be from now on, and must then go again.
void changed_rows::drop_known(slot at, const row_key& key) {
    ((bits_[at] & stored) != 0 ? gone_ : half_gone_).push_back(key);
    bits_[at] = {};
}

void changed_rows::begin() {
    for (bits& each : memory_) {
        each = static_cast<bits>((each & stored) | (each & changed) << 1U);
    }
    std::swap(leaving_, gone_);
    told_ = {};
    walked_ = 0;
}

// First what has gone: its key may be another row's now.
void changed_rows::hand_over_kept(std::size_t most, std::vector<row_change>& out) {
    for (std::size_t i = 0; i < most && stale_ > 0; ++i, --stale_) {
        copies_.pop_front();
    }
    while (!leaving_.is_end(told_) && out.size() < most) {
        out.push_back({leaving_.next(told_), {}});
    }
    if (stale_ > 0) {
        return;
    }
    while (!copies_.empty() && out.size() < most) {
        out.push_back(std::move(copies_.front()));
        copies_.pop_front();
    }
}

void changed_rows::end(bool is_stored) {
    for (; stale_ > 0; --stale_) {
        copies_.pop_front();  // of one before that was given up, and nothing was handed over since
    }
    const unsigned to = is_stored ? pending << 1U : pending >> 1U;
    for (bits& each : memory_) {
        const unsigned becomes = (each & pending) != 0 ? to : 0U;
        each = static_cast<bits>((each & ~unsigned{pending}) | becomes);
    }
    gone_.append(is_stored ? half_gone_ : leaving_);
    half_gone_.clear();
    leaving_.clear();
    stale_ = copies_.size();
}

void changed_rows::note_all_stored() noexcept {
    for (bits& each : memory_) {
        each = static_cast<bits>((each & changed) << 2U);
    }
}

void changed_rows::take_over(changed_rows& other) {
    BOURSE_ASSERT(other.leaving_.empty() && other.copies_.size() == other.stale_);
    for (bits& each : memory_) {
        each = static_cast<bits>(each | (each & changed) << 2U);
    }
    gone_ = std::move(other.gone_);
}

}  // namespace bourse
