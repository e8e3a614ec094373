#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "actors/replica/told_entry.hpp"

namespace bourse {

/// Entries for somebody who looks at them now and then: a mailbox that wakes nobody.
///
/// The problem: to wake a thread costs whoever does it more than to apply an order, and the thread that wakes takes a processor from
/// those that a client waits for. So the shard puts entries here, and its readers take them when they have something to do.
///
/// Unbounded by itself: whoever puts asks for `size` first, or is bounded otherwise. Any thread.
class told_queue {
public:
    /// True if whoever reads is to be told: nothing was there, or there is much now.
    [[nodiscard]] bool put(told_entry_ptr entry) {
        const std::size_t records =
            1 + entry->what.out.reports.size() + entry->what.out.events.size();
        const std::lock_guard lock(mutex_);
        const bool had_many = records_ >= many_records;
        entries_.push_back(std::move(entry));
        records_ += records;
        return entries_.size() == 1 || (!had_many && records_ >= many_records);
    }
    /// Replaces `into` by all that is there, in the order in which it came.
    void take(std::vector<told_entry_ptr>& into) {
        into.clear();
        const std::lock_guard lock(mutex_);
        entries_.swap(into);
        records_ = 0;
    }
    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return entries_.size();
    }
    /// So much is there that it should not wait.
    [[nodiscard]] bool has_many() const {
        const std::lock_guard lock(mutex_);
        return records_ >= many_records;
    }

    static constexpr std::size_t many_records = 65'536;  ///< reports and events

private:
    mutable std::mutex mutex_;
    std::vector<told_entry_ptr> entries_;
    std::size_t records_ = 0;
};

}  // namespace bourse
