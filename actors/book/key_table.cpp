#include "actors/book/key_table.hpp"

#include <sys/random.h>

namespace bourse {

std::uint64_t hash_secret() noexcept {
    static const std::uint64_t secret = [] {
        std::uint64_t drawn = 0x9E3779B97F4A7C15U;  // stays if the kernel has no randomness yet
        if (::getrandom(&drawn, sizeof drawn, GRND_NONBLOCK) < 0) {
            drawn = 0x9E3779B97F4A7C15U;
        }
        return drawn;
    }();
    return secret;
}

void key_table::put(std::uint64_t key, slot value) {
    if (2 * (count_ + 1) > entries_.size()) {
        std::vector<entry> old(2 * entries_.size());
        old.swap(entries_);
        mask_ = entries_.size() - 1;
        --shift_;
        for (const entry& each : old) {
            if (each.value != no_slot) {
                entries_[locate(each.key)] = each;
            }
        }
    }
    ++count_;
    entries_[locate(key)] = {key, value};
}

void key_table::erase(std::size_t hole) noexcept {
    --count_;
    for (std::size_t at = (hole + 1) & mask_; entries_[at].value != no_slot;
         at = (at + 1) & mask_) {
        // The entry may fill the hole unless its home lies behind the hole.
        const std::size_t from_home = (at - home(entries_[at].key)) & mask_;
        if (from_home >= ((at - hole) & mask_)) {
            entries_[hole] = entries_[at];
            hole = at;
        }
    }
    entries_[hole] = {};
}

}  // namespace bourse
