#include "actors/book/key_table.hpp"

namespace bourse {

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
