#include "actors/replica/entry_memory.hpp"

#include <utility>

namespace bourse {
namespace {

template <typename List>
std::size_t bytes_of(const List& list) noexcept {
    return list.capacity() * sizeof(typename List::value_type);
}

std::size_t bytes_of(const applied_entry& one) noexcept {
    return bytes_of(one.what.commands) + bytes_of(one.out.reports) + bytes_of(one.out.lines) +
           bytes_of(one.out.events) + bytes_of(one.out.event_numbers);
}

}  // namespace

applied_entry entry_memory::take() {
    const std::lock_guard lock(mutex_);
    if (kept_.empty()) {
        return {};
    }
    applied_entry taken = std::move(kept_.back().memory);
    bytes_ -= kept_.back().bytes;
    kept_.pop_back();
    return taken;
}

void entry_memory::give_back(applied_entry& read) noexcept {
    // What is not the same kind of memory each time, and rare, goes.
    applied_entry empty;
    empty.what.commands = std::move(read.what.commands);
    empty.what.commands.clear();
    empty.out.reports = std::move(read.out.reports);
    empty.out.lines = std::move(read.out.lines);
    empty.out.events = std::move(read.out.events);
    empty.out.event_numbers = std::move(read.out.event_numbers);
    empty.out.clear();
    const std::size_t bytes = bytes_of(empty);
    const std::lock_guard lock(mutex_);
    if (bytes != 0 && kept_.size() < most_entries && bytes_ + bytes <= most_bytes) {
        bytes_ += bytes;
        kept_.push_back({std::move(empty), bytes});
    }
}

std::size_t entry_memory::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

}  // namespace bourse
