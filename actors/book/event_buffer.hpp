#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "messages/event.hpp"

namespace bourse {

/// Where a book writes its events: one run of 64-byte records that is used again for every entry.
///
/// Grows by doubling while an entry needs more than any entry before it and never shrinks by
/// itself, so that in steady state an event costs one write of a cache line. `clear` keeps the
/// memory. The span of `events` is valid until the next append or clear.
class event_buffer {
public:
    event_buffer() = default;
    explicit event_buffer(std::size_t capacity) { reserve(capacity); }
    ~event_buffer() = default;
    /// The other is empty afterwards and can be used on.
    event_buffer(event_buffer&& other) noexcept
        : begin_(std::move(other.begin_)),
          next_(std::exchange(other.next_, nullptr)),
          end_(std::exchange(other.end_, nullptr)) {}
    event_buffer& operator=(event_buffer&& other) noexcept {
        event_buffer taken(std::move(other));
        std::swap(begin_, taken.begin_);
        std::swap(next_, taken.next_);
        std::swap(end_, taken.end_);
        return *this;
    }

    /// A record at the end with anything in it: the caller writes every field.
    event& next() {
        if (next_ == end_) [[unlikely]] {
            reserve(capacity() == 0 ? first_capacity : 2 * capacity());
        }
        return *next_++;
    }

    /// A new record at the end, all zero, to be filled in by the caller.
    event& append() {
        if (next_ == end_) [[unlikely]] {
            reserve(capacity() == 0 ? first_capacity : 2 * capacity());
        }
        *next_ = event{};
        return *next_++;
    }

    /// Copies `record` to the end.
    void append(const event& record) {
        if (next_ == end_) [[unlikely]] {
            reserve(capacity() == 0 ? first_capacity : 2 * capacity());
        }
        *next_++ = record;
    }

    [[nodiscard]] std::span<const event> events() const noexcept { return {begin_.get(), next_}; }
    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(next_ - begin_.get());
    }
    /// True if the next record needs more memory.
    [[nodiscard]] bool is_full() const noexcept { return next_ == end_; }
    /// As `next`, of a buffer that is not full.
    event& next_of_room() noexcept { return *next_++; }
    [[nodiscard]] bool empty() const noexcept { return next_ == begin_.get(); }
    [[nodiscard]] std::size_t capacity() const noexcept {
        return static_cast<std::size_t>(end_ - begin_.get());
    }
    void clear() noexcept { next_ = begin_.get(); }
    void reserve(std::size_t capacity);

private:
    static constexpr std::size_t first_capacity = 256;

    std::unique_ptr<event[]> begin_;
    event* next_ = nullptr;
    event* end_ = nullptr;
};

}  // namespace bourse
