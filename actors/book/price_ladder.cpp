#include "actors/book/price_ladder.hpp"

#include <algorithm>
#include <iterator>

namespace bourse {

price_ladder::price_ladder(side which) : flip_(which == side::buy ? -1 : 0), near_(first_near) {
    // So that slot zero, which every guess is at first, can be looked at.
    levels_.give_back(levels_.take());
}

void price_ladder::erase(slot level) noexcept {
    if (level == best_) {
        best_ = worse(level);
        best_rank_ = best_ == no_slot ? INT64_MAX : rank_of(levels_[best_].price_ticks);
    }
    const unsigned at = offset(rank_of(levels_[level].price_ticks));
    const slot where = levels_[level].block;
    price_block& block = blocks_[where];
    block.levels[at] = no_slot;
    block.occupied &= ~(1U << at);
    levels_[level].orders = 0;
    levels_.give_back(level);
    if (block.occupied == 0) {
        erase_block(where);
    }
}

slot price_ladder::add(std::int64_t rank, slot block) {
    if (block == no_slot) {
        block = add_block(rank >> price_block::bits);
    }
    const slot level = levels_.take();
    levels_[level] = {.price_ticks = rank_of(rank),
                      .shown_lots = 0,
                      .head = no_slot,
                      .tail = no_slot,
                      .orders = 0,
                      .block = block};
    if (level >= reserves_.capacity()) {
        reserves_.grow(std::size_t{level} + 1);
    }
    reserves_[level] = 0;
    if (4 * std::size_t{levels_.live()} > near_.size()) {
        // Guesses need not be kept: they come again.
        near_.assign(2 * near_.size(), 0);
        near_mask_ = near_.size() - 1;
    }
    near_[static_cast<std::size_t>(rank_of(rank)) & near_mask_] = level;
    blocks_[block].levels[offset(rank)] = level;
    blocks_[block].occupied |= 1U << offset(rank);
    if (best_ == no_slot || rank < best_rank_) {
        best_ = level;
        best_rank_ = rank;
    }
    return level;
}

slot price_ladder::add_block(std::int64_t key) {
    const slot added = blocks_.take();
    const auto next = by_key_.lower_bound(key);
    const slot behind = next == by_key_.end() ? no_slot : next->second;
    const slot before = next == by_key_.begin() ? no_slot : std::prev(next)->second;
    by_key_.emplace_hint(next, key, added);
    table_.put(static_cast<std::uint64_t>(key), added);
    price_block& block = blocks_[added];
    block.key = key;
    block.before = before;
    block.behind = behind;
    block.occupied = 0;
    std::fill(std::begin(block.levels), std::end(block.levels), no_slot);
    if (before != no_slot) {
        blocks_[before].behind = added;
    }
    if (behind != no_slot) {
        blocks_[behind].before = added;
    }
    return added;
}

void price_ladder::erase_block(slot gone) noexcept {
    const price_block& block = blocks_[gone];
    if (block.before != no_slot) {
        blocks_[block.before].behind = block.behind;
    }
    if (block.behind != no_slot) {
        blocks_[block.behind].before = block.before;
    }
    table_.erase(table_.locate(static_cast<std::uint64_t>(block.key)));
    by_key_.erase(block.key);
    blocks_.give_back(gone);
}

}  // namespace bourse
