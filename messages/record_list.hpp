#pragma once

#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace bourse {

/// Memory whose records are not cleared before they are written.
template <class T>
class unwritten : public std::allocator<T> {
public:
    template <class Other>
    struct rebind {
        using other = unwritten<Other>;
    };

    unwritten() = default;
    template <class Other>
    // As every allocator converts to that of another type.
    // NOLINTNEXTLINE(google-explicit-constructor)
    unwritten(const unwritten<Other>& /*other*/) noexcept {}

    template <class Made>
    void construct(Made* /*at*/) noexcept {}
    template <class Made, class First, class... More>
    void construct(Made* at, First&& first, More&&... more) {
        ::new (static_cast<void*>(at))
            Made(std::forward<First>(first), std::forward<More>(more)...);
    }
};

/// Records that come by the hundred, and are written field by field where they stand: what `emplace_back()` and
/// `resize` add has anything in it, and the caller writes every byte of it, reserved ones included.
template <class Record>
using record_list = std::vector<Record, unwritten<Record>>;

}  // namespace bourse
