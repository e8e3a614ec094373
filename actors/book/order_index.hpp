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
/// mostly come. So thirty-two neighbouring ids share a page, two cache lines of their slots, and an
/// open hash table that is at most half full finds the page. Ids in any other order work too, at one
/// page an order in the worst case. The table is arrays of one index, numbers and pages: where the
/// look-up will end is known at once, and both lines are on their way together.
///
/// A number says besides how many of its page's ids are not there, 0 to 31 in the low five bits, where
/// an id says which of the thirty-two it is. All 64 bits are in use then, and yet zero is free to mean
/// that there is no page: that would be the first page with all its ids, but none is ever zero.
///
/// Collisions go to the next page (linear probing); when a page's last id goes, later pages of the
/// run move back (Knuth, TAOCP 3, 6.4, algorithm R), so that churn leaves nothing behind.
class order_index {
public:
    order_index() { make_table(first_size); }

    /// Where an id is, or would be. Valid until the next `insert` or `erase`.
    struct position {
        std::uint64_t* number;  ///< of the page
        slot* place;            ///< in the page
        slot found;             ///< the order's slot, or no_slot
    };

    [[nodiscard]] position locate(order_id id) noexcept {
        const std::size_t at = page_of(id);
        slot& place = pages_[at].slots[id.value % page_ids];
        return {&numbers_[at], &place, place - 1};
    }
    [[nodiscard]] slot find(order_id id) const noexcept {
        return pages_[page_of(id)].slots[id.value % page_ids] - 1;
    }

    /// Adds an id that is not there and not zero, at the position that `locate` has just told.
    void insert(order_id id, const position& where, slot order) {
        if (has_page(where)) [[likely]] {
            insert_beside(where, order);
        } else {
            add_page(id, order);
        }
    }

    /// True if a neighbour of the id at this position is there, so that its page is.
    [[nodiscard]] bool has_page(const position& where) const noexcept { return *where.number != 0; }
    /// Adds an id whose page is there.
    void insert_beside(const position& where, slot order) noexcept {
        *where.place = order + 1;
        --*where.number;
    }

    /// Takes out an id that is there, at the position that `locate` has just told.
    void erase(const position& where) noexcept {
        *where.place = 0;
        if ((*where.number)++ % page_ids == page_ids - 1) [[unlikely]] {
            erase_page(static_cast<std::size_t>(where.number - &numbers_[0]));
        }
    }
    void erase(order_id id) noexcept { erase(locate(id)); }

    /// Asks for the cache lines that `locate` reads.
    void prefetch(order_id id) const noexcept {
        const std::size_t at = home(id.value);
        __builtin_prefetch(&numbers_[at]);
        __builtin_prefetch(&pages_[at].slots[id.value % page_ids]);
    }

    [[nodiscard]] std::size_t bytes() const noexcept { return numbers_.bytes() + pages_.bytes(); }

private:
    static constexpr unsigned page_ids = 32;
    struct alignas(64) page {
        slot slots[page_ids];  ///< plus one; zero: no such order
    };
    static constexpr std::size_t first_size = 64;

    /// Where an id's page is, or would be.
    [[nodiscard]] std::size_t page_of(order_id id) const noexcept {
        std::size_t at = home(id.value);
        // The numbers are those of one page if they differ in the low bits only.
        while ((numbers_[at] ^ id.value) >= page_ids && numbers_[at] != 0)
            [[unlikely]] {
                at = (at + 1) & mask_;
            }
        return at;
    }
    /// Where a page is looked for first, by any of its ids, or its number.
    [[nodiscard]] std::size_t home(std::uint64_t id) const noexcept {
        return static_cast<std::size_t>(mix(id / page_ids, secret_) >> shift_);
    }
    void make_table(std::size_t size);
    void add_page(order_id id, slot order);
    void erase_page(std::size_t hole) noexcept;
    void double_size();

    growing_array<std::uint64_t> numbers_;
    growing_array<page> pages_;
    std::size_t mask_ = first_size - 1;
    std::size_t count_ = 0;  ///< pages in use
    int shift_ = 64 - std::countr_zero(first_size);
    std::uint64_t secret_ = hash_secret();
};

}  // namespace bourse
