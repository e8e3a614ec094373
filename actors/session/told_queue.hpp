#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
/// Bound: what was given, in reports and events; an entry that comes when so many are there is not put, and its index is remembered.
/// Any thread.
class told_queue {
public:
    enum class answer : unsigned char {
        quiet,  ///< it is there
        wake,  ///< it is there, and whoever reads is to be told: nothing was there, or there is much now
        full,  ///< it is not there
    };

    explicit told_queue(std::size_t max_records) : max_records_(max_records) {}

    [[nodiscard]] answer put(told_entry_ptr entry) {
        const std::size_t records =
            1 + entry->what.out.reports.size() + entry->what.out.events.size();
        const std::lock_guard lock(mutex_);
        if (records_ >= max_records_) {
            left_out_ = std::max(left_out_, entry->what.index);
            return answer::full;
        }
        const bool had_many = records_ >= many_records;
        entries_.push_back(std::move(entry));
        records_ += records;
        const bool wakes = entries_.size() == 1 || (!had_many && records_ >= many_records);
        return wakes ? answer::wake : answer::quiet;
    }
    /// Replaces `into` by all that is there, in the order in which it came.
    void take(std::vector<told_entry_ptr>& into) {
        into.clear();
        const std::lock_guard lock(mutex_);
        entries_.swap(into);
        records_ = 0;
    }
    /// The highest index of an entry that was not put; 0 if all were.
    [[nodiscard]] std::uint64_t left_out() const {
        const std::lock_guard lock(mutex_);
        return left_out_;
    }
    /// So much is there that it should not wait.
    [[nodiscard]] bool has_many() const {
        const std::lock_guard lock(mutex_);
        return records_ >= many_records;
    }

    static constexpr std::size_t many_records = 65'536;

private:
    const std::size_t max_records_;
    mutable std::mutex mutex_;
    std::vector<told_entry_ptr> entries_;
    std::size_t records_ = 0;
    std::uint64_t left_out_ = 0;
};

}  // namespace bourse
