#include "actors/book/event_buffer.hpp"

#include <algorithm>
#include <utility>

namespace bourse {

void event_buffer::reserve(std::size_t capacity) {
    if (capacity <= this->capacity()) {
        return;
    }
    auto grown = std::make_unique_for_overwrite<event[]>(capacity);
    const std::size_t count = size();
    std::copy_n(begin_.get(), count, grown.get());
    begin_ = std::move(grown);
    next_ = begin_.get() + count;
    end_ = begin_.get() + capacity;
}

}  // namespace bourse
