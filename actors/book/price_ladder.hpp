#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <memory>
#include <memory_resource>

#include "actors/book/key_table.hpp"
#include "actors/book/slot_pool.hpp"
#include "messages/numbers.hpp"
#include "messages/order_terms.hpp"

namespace bourse {

/// All displayed orders at one price, oldest first.
struct price_level {
    std::int64_t price_ticks;
    std::int64_t shown_lots;    ///< what is displayed
    std::int64_t reserve_lots;  ///< what icebergs hold back
    slot head;
    slot tail;
    std::uint32_t orders;
    slot block;
};

/// Sixteen neighbouring prices of one side, of which at least one has a level.
struct price_block {
    static constexpr unsigned bits = 4;
    static constexpr unsigned prices = 1U << bits;

    std::int64_t key;  ///< price >> bits
    slot lower;        ///< the neighbours in use; no_slot at the ends
    slot higher;
    std::uint32_t occupied;  ///< bit i: price `key << bits | i` has a level
    slot levels[prices];
};

/// The price levels of one side, for any 64-bit prices.
///
/// The problem: reach a level by price in constant time, find the next one when the best is gone,
/// and let memory follow the levels in use, not the span of prices. So prices are kept in blocks of
/// 16. A hash table finds a price's block; a bit mask tells the block's levels in order; used
/// blocks are linked by price. The one search, in an ordered map of blocks, is needed only when a
/// block comes into use.
///
/// Invariants: a level exists exactly while it has orders; `best()` is the level with the highest
/// price for Side buy, the lowest for sell. Levels keep their slot while they exist.
template <side Side>
class price_ladder {
public:
    /// True if `a` trades before `b` on this side.
    [[nodiscard]] static constexpr bool better(std::int64_t a, std::int64_t b) noexcept {
        return Side == side::buy ? a > b : a < b;
    }

    [[nodiscard]] slot best() const noexcept { return best_; }
    [[nodiscard]] bool empty() const noexcept { return best_ == no_slot; }
    /// The best price; there must be one.
    [[nodiscard]] std::int64_t best_price() const noexcept { return best_price_; }
    /// True if an order of the other side with this limit would reach the best level.
    [[nodiscard]] bool reached_by(std::int64_t limit) const noexcept {
        return best_ != no_slot && !better(limit, best_price_);
    }

    [[nodiscard]] price_level& operator[](slot level) noexcept { return levels_[level]; }
    [[nodiscard]] const price_level& operator[](slot level) const noexcept {
        return levels_[level];
    }

    /// The level of a price, or none.
    [[nodiscard]] slot find(std::int64_t price_ticks) const noexcept {
        const slot block = table_.find(key_of(price_ticks));
        return block == no_slot ? no_slot : blocks_[block].levels[offset(price_ticks)];
    }

    /// The level of a price, made if there is none; the caller adds an order.
    [[nodiscard]] slot find_or_add(std::int64_t price_ticks) {
        const slot block = table_.find(key_of(price_ticks));
        if (block != no_slot) [[likely]] {
            const slot level = blocks_[block].levels[offset(price_ticks)];
            if (level != no_slot) [[likely]] {
                return level;
            }
        }
        return add(price_ticks, block);
    }

    /// Takes out a level without orders.
    void erase(slot level) noexcept {
        if (level == best_) {
            best_ = worse(level);
            if (best_ != no_slot) {
                best_price_ = levels_[best_].price_ticks;
            }
        }
        const std::int64_t price_ticks = levels_[level].price_ticks;
        const slot at = levels_[level].block;
        price_block& block = blocks_[at];
        block.levels[offset(price_ticks)] = no_slot;
        block.occupied &= ~(1U << offset(price_ticks));
        levels_.give_back(level);
        if (block.occupied == 0) {
            erase_block(at);
        }
    }

    /// The next level behind `level`, or none.
    [[nodiscard]] slot worse(slot level) const noexcept {
        const price_level& here = levels_[level];
        const price_block& block = blocks_[here.block];
        const unsigned at = offset(here.price_ticks);
        if constexpr (Side == side::buy) {
            const std::uint32_t below = block.occupied & ((1U << at) - 1U);
            if (below != 0) {
                return block.levels[highest_bit(below)];
            }
            return block.lower == no_slot ? no_slot : first_of(blocks_[block.lower]);
        } else {
            const std::uint32_t above = block.occupied & ~((2U << at) - 1U);
            if (above != 0) {
                return block.levels[lowest_bit(above)];
            }
            return block.higher == no_slot ? no_slot : first_of(blocks_[block.higher]);
        }
    }

    [[nodiscard]] std::uint32_t size() const noexcept { return levels_.live(); }
    [[nodiscard]] std::size_t bytes() const noexcept {
        // A node of the ordered map is four words of tree and the pair.
        return levels_.bytes() + blocks_.bytes() + table_.bytes() + by_key_.size() * 48;
    }

private:
    [[nodiscard]] static unsigned offset(std::int64_t price_ticks) noexcept {
        return static_cast<unsigned>(price_ticks) & (price_block::prices - 1U);
    }
    [[nodiscard]] static std::uint64_t key_of(std::int64_t price_ticks) noexcept {
        return static_cast<std::uint64_t>(price_ticks >> price_block::bits);
    }
    [[nodiscard]] static unsigned lowest_bit(std::uint32_t mask) noexcept {
        return static_cast<unsigned>(std::countr_zero(mask));
    }
    [[nodiscard]] static unsigned highest_bit(std::uint32_t mask) noexcept {
        return 31U - static_cast<unsigned>(std::countl_zero(mask));
    }
    // The block's best level.
    [[nodiscard]] static slot first_of(const price_block& block) noexcept {
        return block.levels[Side == side::buy ? highest_bit(block.occupied)
                                              : lowest_bit(block.occupied)];
    }

    [[gnu::noinline]] slot add(std::int64_t price_ticks, slot block) {
        if (block == no_slot) {
            block = add_block(price_ticks >> price_block::bits);
        }
        const slot level = levels_.take();
        levels_[level] = {price_ticks, 0, 0, no_slot, no_slot, 0, block};
        blocks_[block].levels[offset(price_ticks)] = level;
        blocks_[block].occupied |= 1U << offset(price_ticks);
        if (best_ == no_slot || better(price_ticks, best_price_)) {
            best_ = level;
            best_price_ = price_ticks;
        }
        return level;
    }

    slot add_block(std::int64_t key) {
        const slot added = blocks_.take();
        const auto above = by_key_.lower_bound(key);
        const slot higher = above == by_key_.end() ? no_slot : above->second;
        const slot lower = above == by_key_.begin() ? no_slot : std::prev(above)->second;
        by_key_.emplace_hint(above, key, added);
        table_.put(static_cast<std::uint64_t>(key), added);
        price_block& block = blocks_[added];
        block.key = key;
        block.lower = lower;
        block.higher = higher;
        block.occupied = 0;
        for (slot& level : block.levels) {
            level = no_slot;
        }
        if (lower != no_slot) {
            blocks_[lower].higher = added;
        }
        if (higher != no_slot) {
            blocks_[higher].lower = added;
        }
        return added;
    }

    [[gnu::noinline]] void erase_block(slot gone) noexcept {
        const price_block& block = blocks_[gone];
        if (block.lower != no_slot) {
            blocks_[block.lower].higher = block.higher;
        }
        if (block.higher != no_slot) {
            blocks_[block.higher].lower = block.lower;
        }
        table_.erase(table_.locate(static_cast<std::uint64_t>(block.key)));
        by_key_.erase(block.key);
        blocks_.give_back(gone);
    }

    slot best_ = no_slot;
    std::int64_t best_price_ = 0;
    key_table table_;
    slot_pool<price_block> blocks_;
    slot_pool<price_level> levels_;
    std::unique_ptr<std::pmr::unsynchronized_pool_resource> nodes_ =
        std::make_unique<std::pmr::unsynchronized_pool_resource>();
    std::pmr::map<std::int64_t, slot> by_key_{nodes_.get()};
};

}  // namespace bourse
