#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "actors/book/growing_array.hpp"

namespace bourse {

/// The index of an element in its pool; `no_slot` means none.
using slot = std::uint32_t;
inline constexpr slot no_slot = std::numeric_limits<slot>::max();

/// Elements that are taken and given back, reached by a 32-bit index that never changes.
///
/// The last element given back is the next one taken: it is still in the cache. A free element's
/// first four bytes link to the next free one. Nothing outside may depend on which slot an element
/// has: `order_book::restore` deals them anew.
template <class T>
class slot_pool {
public:
    [[nodiscard]] T& operator[](slot index) noexcept { return elements_[index]; }
    [[nodiscard]] const T& operator[](slot index) const noexcept { return elements_[index]; }

    /// A free element. What is in it is left over; the caller writes all of it.
    [[nodiscard]] slot take() {
        if (free_ != no_slot) [[likely]] {
            return take_again();
        }
        ++live_;
        if (used_ == elements_.capacity()) {
            elements_.grow(used_ + std::size_t{1});
        }
        return used_++;
    }

    /// The last element given back; there must be one.
    [[nodiscard]] slot take_again() noexcept {
        ++live_;
        const slot index = free_;
        std::memcpy(&free_, &elements_[index], sizeof free_);
        return index;
    }

    void give_back(slot index) noexcept {
        --live_;
        std::memcpy(static_cast<void*>(&elements_[index]), &free_, sizeof free_);
        free_ = index;
    }

    /// Makes room for `count` elements at once.
    void reserve(std::size_t count) {
        if (count > elements_.capacity()) {
            elements_.grow(count);
            elements_.touch(used_);
        }
    }

    /// Asks for the cache line of an element that will be written, if there is one.
    void prefetch(slot index) const noexcept { __builtin_prefetch(&elements_[index], 1); }

    /// True if the next `take` will give an element that was given back.
    [[nodiscard]] bool has_free() const noexcept { return free_ != no_slot; }
    /// How many elements are taken.
    [[nodiscard]] std::uint32_t live() const noexcept { return live_; }
    /// All slots ever taken are below this.
    [[nodiscard]] slot used() const noexcept { return used_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return elements_.bytes(); }

private:
    growing_array<T> elements_;
    slot used_ = 0;
    slot free_ = no_slot;
    std::uint32_t live_ = 0;
};

}  // namespace bourse
