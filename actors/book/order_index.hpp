#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "actors/book/growing_array.hpp"
#include "actors/book/key_table.hpp"
#include "actors/book/slot_pool.hpp"
#include "messages/ids.hpp"

namespace bourse {

/// Finds the slot of a live order by its id.
///
/// The problem: few cache misses a look-up, and none for the next id of a sequence, in which ids
/// mostly come. So sixteen neighbouring ids share a page, one cache line of their slots, and an open
/// hash table that is at most half full finds the page. Ids in any other order work too, at one
/// page an order in the worst case. The table is arrays of one index, numbers and pages: where the
/// look-up will end is known at once, and both lines are on their way together.
///
/// Collisions go to the next page (linear probing); when a page's last id goes, later pages of the
/// run move back (Knuth, TAOCP 3, 6.4, algorithm R), so that churn leaves nothing behind.
class order_index {
public:
    order_index() { make_table(first_size); }

    /// Where an id is, or would be. Valid until the next `insert` or `erase`.
    struct position {
        std::size_t page = 0;
        unsigned offset = 0;
        slot found = no_slot;  ///< the order's slot, or no_slot
    };

    [[nodiscard]] position locate(order_id id) const noexcept {
        const std::uint64_t number = number_of(id);
        std::size_t at = home(number);
        while (numbers_[at] != number && numbers_[at] != 0)
            [[unlikely]] {
                at = (at + 1) & mask_;
            }
        const unsigned offset = static_cast<unsigned>(id.value) & (page_ids - 1U);
        return {at, offset, pages_[at].slots[offset] - 1};
    }
    /// How often pages have come, gone or moved: while this is the same, a position stays right, but
    /// for what is found there, which `again` reads anew.
    [[nodiscard]] std::uint64_t moves() const noexcept { return moves_; }
    [[nodiscard]] position again(const position& before) const noexcept {
        return {before.page, before.offset, pages_[before.page].slots[before.offset] - 1};
    }
    [[nodiscard]] slot find(order_id id) const noexcept { return locate(id).found; }

    /// Adds an id that is not there, at the position that `locate` has just told.
    void insert(order_id id, const position& where, slot order) {
        if (numbers_[where.page] == 0) [[unlikely]] {
            add_page(id, order);
        } else {
            pages_[where.page].slots[where.offset] = order + 1;
            ++used_[where.page];
        }
    }

    /// Takes out an id that is there, at the position that `locate` has just told.
    void erase(const position& where) noexcept {
        pages_[where.page].slots[where.offset] = 0;
        if (--used_[where.page] == 0) [[unlikely]] {
            erase_page(where.page);
        }
    }
    void erase(order_id id) noexcept { erase(locate(id)); }

    /// Asks for the cache lines that `locate` reads.
    void prefetch(order_id id) const noexcept {
        const std::size_t at = home(number_of(id));
        __builtin_prefetch(&numbers_[at]);
        __builtin_prefetch(&pages_[at]);
    }

    [[nodiscard]] std::size_t bytes() const noexcept {
        return numbers_.bytes() + pages_.bytes() + used_.bytes();
    }

private:
    static constexpr unsigned page_ids = 16;
    struct alignas(64) page {
        slot slots[page_ids];  ///< plus one; zero: no such order
    };
    static constexpr std::size_t first_size = 64;

    /// The number of an id's page, plus one: zero marks a free place. (The last page of 64 bits
    /// has number 2^60.)
    [[nodiscard]] static std::uint64_t number_of(order_id id) noexcept {
        return id.value / page_ids + 1;
    }
    [[nodiscard]] std::size_t home(std::uint64_t number) const noexcept {
        return static_cast<std::size_t>(mix(number, secret_) >> shift_);
    }
    void make_table(std::size_t size);
    void add_page(order_id id, slot order);
    void erase_page(std::size_t hole) noexcept;
    void double_size();

    growing_array<std::uint64_t> numbers_;
    growing_array<page> pages_;
    growing_array<std::uint8_t> used_;  ///< how many of a page's slots are
    std::size_t mask_ = first_size - 1;
    std::size_t count_ = 0;  ///< pages in use
    std::uint64_t moves_ = 0;
    int shift_ = 64 - std::countr_zero(first_size);
    std::uint64_t secret_ = hash_secret();
};

}  // namespace bourse
