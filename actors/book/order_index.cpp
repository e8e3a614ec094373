#include "actors/book/order_index.hpp"

#include <utility>

namespace bourse {

void order_index::add_page(order_id id, slot order) {
    if (2 * (count_ + 1) > mask_ + 1) {
        double_size();
    }
    ++count_;
    const position where = locate(id);
    page& added = pages_[where.page];
    added.number = id.value / page_ids + 1;
    added.slots[where.offset] = order + 1;
}

void order_index::erase_page(std::size_t hole) noexcept {
    --count_;
    for (std::size_t at = (hole + 1) & mask_; pages_[at].number != 0; at = (at + 1) & mask_) {
        // The page may fill the hole unless its home lies behind the hole.
        const std::size_t from_home = (at - home(pages_[at].number)) & mask_;
        if (from_home >= ((at - hole) & mask_)) {
            pages_[hole] = pages_[at];
            hole = at;
        }
    }
    pages_[hole] = {};
}

void order_index::double_size() {
    const growing_array<page> old = std::exchange(pages_, {});
    const std::size_t old_size = mask_ + 1;
    pages_.grow(2 * old_size);
    mask_ = 2 * old_size - 1;
    --shift_;
    for (std::size_t from = 0; from < old_size; ++from) {
        if (old[from].number == 0) {
            continue;
        }
        std::size_t at = home(old[from].number);
        while (pages_[at].number != 0) {
            at = (at + 1) & mask_;
        }
        pages_[at] = old[from];
    }
}

}  // namespace bourse
