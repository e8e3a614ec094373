#include "actors/book/order_index.hpp"

#include <utility>

namespace bourse {

void order_index::make_table(std::size_t size) {
    numbers_.grow(size);
    pages_.grow(size);
}

void order_index::add_page(order_id id, slot order) {
    if (2 * (count_ + 1) > mask_ + 1) {
        double_size();
    }
    ++count_;
    const position where = locate(id);
    *where.number = id.value | (page_ids - 1);
    *where.place = order + 1;
    // Ids mostly come in sequence: the next page will be wanted soon, or the other half of this one.
    prefetch({id.value + page_ids / 2});
    prefetch({id.value + page_ids});
}

void order_index::erase_page(std::size_t hole) noexcept {
    --count_;
    for (std::size_t at = (hole + 1) & mask_; numbers_[at] != 0; at = (at + 1) & mask_) {
        // The page may fill the hole unless its home lies behind the hole.
        const std::size_t from_home = (at - home(numbers_[at])) & mask_;
        if (from_home >= ((at - hole) & mask_)) {
            numbers_[hole] = numbers_[at];
            pages_[hole] = pages_[at];
            hole = at;
        }
    }
    numbers_[hole] = 0;
    pages_[hole] = {};
}

void order_index::double_size() {
    const growing_array<std::uint64_t> old_numbers = std::exchange(numbers_, {});
    const growing_array<page> old_pages = std::exchange(pages_, {});
    const std::size_t old_size = mask_ + 1;
    make_table(2 * old_size);
    mask_ = 2 * old_size - 1;
    --shift_;
    for (std::size_t from = 0; from < old_size; ++from) {
        if (old_numbers[from] == 0) {
            continue;
        }
        std::size_t at = home(old_numbers[from]);
        while (numbers_[at] != 0) {
            at = (at + 1) & mask_;
        }
        numbers_[at] = old_numbers[from];
        pages_[at] = old_pages[from];
    }
}

}  // namespace bourse
