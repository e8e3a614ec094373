#pragma once

#include <mutex>
#include <utility>
#include <vector>

namespace bourse {

/// A file descriptor that becomes readable when something was put somewhere: an eventfd of Linux.
class wake_signal {
public:
    wake_signal();
    ~wake_signal();
    wake_signal(const wake_signal&) = delete;
    wake_signal& operator=(const wake_signal&) = delete;

    /// From any thread.
    void raise() const noexcept;
    /// By the one who waits: it is not readable until the next `raise`.
    void lower() const noexcept;
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

/// What other threads put, for the one thread of an event loop that waits for sockets and must not wait for
/// anything else. First in, first out for each that puts.
///
/// Unbounded by itself: whoever puts is bounded by what was asked of him.
template <typename T>
class inbox {
public:
    void put(T what) {
        bool was_empty = false;
        {
            const std::lock_guard lock(mutex_);
            was_empty = waiting_.empty();
            waiting_.push_back(std::move(what));
        }
        // Whoever found something there was preceded by one who raised it, and nobody has taken it since.
        if (was_empty) {
            signal_.raise();
        }
    }

    /// Replaces `out` by all that is there. By the loop's thread, when `descriptor` is readable.
    void take(std::vector<T>& out) {
        out.clear();
        signal_.lower();
        const std::lock_guard lock(mutex_);
        waiting_.swap(out);
    }

    [[nodiscard]] int descriptor() const noexcept { return signal_.descriptor(); }

private:
    wake_signal signal_;
    std::mutex mutex_;
    std::vector<T> waiting_;
};

}  // namespace bourse
