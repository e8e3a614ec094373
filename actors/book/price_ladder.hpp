#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <memory>
#include <memory_resource>
#include <vector>

#include "actors/book/growing_array.hpp"
#include "actors/book/key_table.hpp"
#include "actors/book/node_memory.hpp"
#include "actors/book/slot_pool.hpp"
#include "messages/numbers.hpp"
#include "messages/order_terms.hpp"

namespace bourse {

/// All displayed orders at one price, oldest first. Half a cache line; what icebergs hold back there
/// is kept apart (`price_ladder::reserve_lots`), as few levels have any.
struct price_level {
    std::int64_t price_ticks;
    std::int64_t shown_lots;  ///< what is displayed
    slot head;
    slot tail;
    std::uint32_t orders;  ///< zero: the level is free, or has just been made
    slot block;

    /// True if this is the level of a price, with orders.
    [[nodiscard]] bool is_at(std::int64_t price) const noexcept {
        return price_ticks == price && orders != 0;
    }
};
static_assert(sizeof(price_level) == 32);

/// Sixteen neighbouring prices of one side, of which at least one has a level.
struct price_block {
    static constexpr unsigned bits = 4;
    static constexpr unsigned prices = 1U << bits;

    std::int64_t key;  ///< rank >> bits
    slot before;       ///< the blocks in use with better and with worse prices; no_slot at the ends
    slot behind;
    std::uint32_t occupied;  ///< bit i: rank `key << bits | i` has a level
    slot levels[prices];
};

/// The price levels of one side, for any 64-bit prices.
///
/// The problem: reach a level by price in constant time, find the next one when the best is gone,
/// and let memory follow the levels in use, not the span of prices. So prices are kept in blocks of
/// 16. A hash table finds a price's block; a bit mask tells the block's levels in order; used
/// blocks are linked in order. The one search, in an ordered map of blocks, is needed only when a
/// block comes into use.
///
/// Before all that, a guess: `near_` remembers by the low bits of a price which level was there last.
/// It has four places a level, so that it is right wherever prices lie close together, and the
/// level itself says whether it is: a wrong guess costs a look and nothing else.
///
/// Both sides are one code, without a branch that no processor could foretell: inside, a price is
/// its *rank*, the lower the better: itself for sells, its complement for buys (which turns the
/// order of all 64-bit numbers around).
///
/// Invariants: a level exists exactly while it has orders; `best()` is the level with the highest
/// price of buys, the lowest of sells. Levels keep their slot while they exist.
class alignas(64) price_ladder {
public:
    explicit price_ladder(side which);

    /// True if `a` trades before `b` on this side.
    [[nodiscard]] bool better(std::int64_t a, std::int64_t b) const noexcept {
        return rank_of(a) < rank_of(b);
    }
    [[nodiscard]] slot best() const noexcept { return best_; }
    [[nodiscard]] bool empty() const noexcept { return best_ == no_slot; }
    /// The best price; there must be one.
    [[nodiscard]] std::int64_t best_price() const noexcept { return rank_of(best_rank_); }
    /// True if an order of the other side with this limit would reach the best level.
    [[nodiscard]] bool reached_by(std::int64_t limit) const noexcept {
        return best_ != no_slot && best_rank_ <= rank_of(limit);
    }

    /// The same, asked with one comparison: of an empty side it may say yes.
    [[nodiscard]] bool may_be_reached_by(std::int64_t limit) const noexcept {
        return best_rank_ <= rank_of(limit);
    }

    [[nodiscard]] price_level& operator[](slot level) noexcept { return levels_[level]; }
    [[nodiscard]] const price_level& operator[](slot level) const noexcept {
        return levels_[level];
    }

    /// What icebergs hold back at a level.
    [[nodiscard]] std::int64_t& reserve_lots(slot level) noexcept { return reserves_[level]; }
    [[nodiscard]] std::int64_t reserve_lots(slot level) const noexcept { return reserves_[level]; }

    /// What may be the level of a price: it is if it says so, and else nobody knows.
    [[nodiscard]] slot guess(std::int64_t price_ticks) const noexcept {
        return near_[static_cast<std::size_t>(price_ticks) & near_mask_];
    }

    /// The level of a price, or none.
    [[nodiscard]] slot find(std::int64_t price_ticks) const noexcept {
        const std::int64_t rank = rank_of(price_ticks);
        const slot block = table_.find(key_of(rank));
        return block == no_slot ? no_slot : blocks_[block].levels[offset(rank)];
    }

    /// The level of a price, made if there is none; the caller adds an order.
    [[nodiscard]] slot find_or_add(std::int64_t price_ticks) {
        const std::int64_t rank = rank_of(price_ticks);
        const slot block = table_.find(key_of(rank));
        if (block != no_slot) [[likely]] {
            const slot level = blocks_[block].levels[offset(rank)];
            if (level != no_slot) [[likely]] {
                near_[static_cast<std::size_t>(price_ticks) & near_mask_] = level;
                return level;
            }
        }
        return add(rank, block);
    }

    /// Takes out a level without orders.
    void erase(slot level) noexcept;

    /// The next level behind `level`, or none.
    [[nodiscard]] slot worse(slot level) const noexcept {
        const price_level& here = levels_[level];
        const price_block& block = blocks_[here.block];
        const std::uint32_t behind =
            block.occupied & ~((2U << offset(rank_of(here.price_ticks))) - 1U);
        if (behind != 0) {
            return block.levels[std::countr_zero(behind)];
        }
        return block.behind == no_slot ? no_slot : first_of(blocks_[block.behind]);
    }

    [[nodiscard]] std::uint32_t size() const noexcept { return levels_.live(); }
    [[nodiscard]] std::size_t bytes() const noexcept {
        return levels_.bytes() + reserves_.bytes() + blocks_.bytes() + table_.bytes() +
               near_.size() * sizeof(slot) + nodes_->bytes();
    }

private:
    /// From price to rank, and back.
    [[nodiscard]] std::int64_t rank_of(std::int64_t price_ticks) const noexcept {
        return price_ticks ^ flip_;
    }
    [[nodiscard]] static unsigned offset(std::int64_t rank) noexcept {
        return static_cast<unsigned>(rank) & (price_block::prices - 1U);
    }
    [[nodiscard]] static std::uint64_t key_of(std::int64_t rank) noexcept {
        return static_cast<std::uint64_t>(rank >> price_block::bits);
    }
    [[nodiscard]] static slot first_of(const price_block& block) noexcept {
        return block.levels[std::countr_zero(block.occupied)];
    }
    slot add(std::int64_t rank, slot block);
    slot add_block(std::int64_t key);
    void erase_block(slot gone) noexcept;

    static constexpr std::size_t first_near = 64;

    std::int64_t flip_;
    slot best_ = no_slot;
    std::int64_t best_rank_ = INT64_MAX;  ///< the last there is while the side is empty
    std::vector<slot> near_;  ///< by the low bits of a price; slots of levels that may be gone
    std::size_t near_mask_ = first_near - 1;
    slot_pool<price_level> levels_;
    growing_array<std::int64_t> reserves_;
    key_table table_;
    slot_pool<price_block> blocks_;
    std::unique_ptr<node_memory> nodes_ = std::make_unique<node_memory>();
    std::pmr::map<std::int64_t, slot> by_key_{nodes_->get()};
};

}  // namespace bourse
