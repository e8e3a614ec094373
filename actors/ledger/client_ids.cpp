#include "actors/ledger/client_ids.hpp"

#include <bit>
#include <utility>

namespace bourse {

// Homes keep their order, so that both tables are walked from front to back. A run that went over the
// end of the old table stands at its front, and comes to where it belongs all the same.
void client_ids::resize(std::size_t size) {
    const growing_array<entry> old = std::exchange(table_, {});
    const std::size_t old_size = mask_ + 1;
    table_.grow(size);
    table_.touch(0);
    mask_ = size - 1;
    shift_ = 32 - std::countr_zero(size);
    for (std::size_t from = 0; from < old_size; ++from) {
        if (old[from].row == 0) {
            continue;
        }
        std::size_t at = home(old[from].tag);
        while (table_[at].row != 0) {
            at = (at + 1) & mask_;
        }
        table_[at] = old[from];
    }
}

void client_ids::reserve(std::size_t count) {
    const std::size_t size = std::bit_ceil(2 * count);
    if (size > mask_ + 1) {
        resize(size);
    }
    commands_.reserve(count);
}

// Later entries of the run move back (Knuth, TAOCP 3, 6.4, algorithm R).
void client_ids::erase(std::size_t hole) noexcept {
    for (std::size_t at = (hole + 1) & mask_; table_[at].row != 0; at = (at + 1) & mask_) {
        // The entry may fill the hole unless its home lies behind the hole.
        const std::size_t from_home = (at - home(table_[at].tag)) & mask_;
        if (from_home >= ((at - hole) & mask_)) {
            table_[hole] = table_[at];
            hole = at;
        }
    }
    table_[hole] = {};
}

slot client_ids::unlink_oldest() noexcept {
    const slot at = oldest_;
    oldest_ = commands_[at].newer;
    if (oldest_ == no_slot) {
        newest_ = no_slot;
    }
    return at;
}

void client_ids::forget_oldest() noexcept {
    const slot at = unlink_oldest();
    erase(locate(commands_[at].account, commands_[at].id).at);
    commands_.give_back(at);
}

void client_ids::keep_oldest(timestamp forget_at) noexcept {
    const slot at = unlink_oldest();
    commands_[at].forget_at = forget_at;
    link_newest(at);
}

}  // namespace bourse
