#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "actors/book/growing_array.hpp"
#include "actors/book/slot_pool.hpp"
#include "messages/ids.hpp"

namespace bourse {

/// Finds the slot of a live order by its id.
///
/// The problem: one cache miss a look-up, and none for the next id of a sequence, in which ids
/// mostly come. So fourteen neighbouring ids share a page, one cache line of their slots behind the
/// page's number, and pages are the entries of an open hash table that is at most half full. Ids
/// in any other order work too, at one page an order in the worst case.
///
/// Collisions go to the next page (linear probing); when a page's last id goes, later pages of the
/// run move back (Knuth, TAOCP 3, 6.4, algorithm R), so that churn leaves nothing behind.
class order_index {
public:
    order_index() { pages_.grow(first_size); }

    /// Where an id is, or would be. Valid until the next `insert` or `erase`.
    struct position {
        std::size_t page;
        unsigned offset;
        slot found;  ///< the order's slot, or no_slot
    };

    [[nodiscard]] position locate(order_id id) const noexcept {
        const std::uint64_t before = id.value / page_ids;
        const auto offset = static_cast<unsigned>(id.value - before * page_ids);
        const std::uint64_t number = before + 1;
        std::size_t at = home(number);
        while (pages_[at].number != number && pages_[at].number != 0)
            [[unlikely]] {
                at = (at + 1) & mask_;
            }
        return {at, offset, pages_[at].slots[offset] - 1};
    }
    [[nodiscard]] slot find(order_id id) const noexcept { return locate(id).found; }

    /// Adds an id that is not there, at the position that `locate` has just told.
    void insert(order_id id, const position& where, slot order) {
        page& here = pages_[where.page];
        if (here.number == 0) [[unlikely]] {
            add_page(id, order);
        } else {
            here.slots[where.offset] = order + 1;
        }
    }

    /// Takes out an id that is there, at the position that `locate` has just told.
    void erase(const position& where) noexcept {
        page& here = pages_[where.page];
        here.slots[where.offset] = 0;
        slot any = 0;
        for (const slot each : here.slots) {
            any |= each;
        }
        if (any == 0) [[unlikely]] {
            erase_page(where.page);
        }
    }
    void erase(order_id id) noexcept { erase(locate(id)); }

    [[nodiscard]] std::size_t bytes() const noexcept { return pages_.bytes(); }

private:
    static constexpr unsigned page_ids = 14;
    struct alignas(64) page {
        std::uint64_t number;  ///< id / 14, plus one; zero: the page is free
        slot slots[page_ids];  ///< plus one; zero: no such order
    };
    static_assert(sizeof(page) == 64);
    static constexpr std::size_t first_size = 64;

    // Fibonacci hashing (TAOCP 3, 6.4): the product's high bits depend on all bits of the number.
    [[nodiscard]] std::size_t home(std::uint64_t number) const noexcept {
        return static_cast<std::size_t>(number * 0x9E3779B97F4A7C15U >> shift_);
    }
    void add_page(order_id id, slot order);
    void erase_page(std::size_t hole) noexcept;
    void double_size();

    growing_array<page> pages_;
    std::size_t mask_ = first_size - 1;
    std::size_t count_ = 0;  ///< pages in use
    int shift_ = 64 - std::countr_zero(first_size);
};

}  // namespace bourse
