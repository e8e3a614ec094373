#include "messages/report_range.hpp"

#include <algorithm>

#include "messages/assert.hpp"

namespace bourse {

namespace {

constexpr std::size_t smallest_table = 64;

[[nodiscard]] std::size_t hash_of(account_id account) noexcept {
    return static_cast<std::size_t>(account.value * 0x9E37'79B9'7F4A'7C15ULL >> 32U);
}

}  // namespace

const std::vector<report_range>& report_range_finder::find(std::span<const report> reports) {
    // All of the table may be far more than the last entry used of it.
    for (const std::uint32_t place : used_) {
        table_[place] = 0;
    }
    used_.clear();
    ranges_.clear();
    report_range* last = nullptr;
    for (const report& each : reports) {
        if (each.number == 0) {
            continue;
        }
        if (last == nullptr || last->account != each.what.account) {
            last = &range_of(each.what.account, each.number);
        }
        BOURSE_ASSERT(each.number == last->last + 1);
        last->last = each.number;
    }
    std::ranges::sort(ranges_, {}, &report_range::account);
    return ranges_;
}

// The account's, or a new one that is empty before `first`.
report_range& report_range_finder::range_of(account_id account, std::uint64_t first) {
    if (ranges_.size() * 2 >= table_.size()) {
        grow();
    }
    const std::size_t mask = table_.size() - 1;
    std::size_t at = hash_of(account) & mask;
    while (table_[at] != 0) {
        if (report_range& found = ranges_[table_[at] - 1]; found.account == account) {
            return found;
        }
        at = (at + 1) & mask;
    }
    ranges_.push_back({.account = account, .first = first, .last = first - 1});
    table_[at] = static_cast<std::uint32_t>(ranges_.size());
    used_.push_back(static_cast<std::uint32_t>(at));
    return ranges_.back();
}

void report_range_finder::grow() {
    table_.assign(std::max(smallest_table, table_.size() * 2), 0);
    used_.clear();
    const std::size_t mask = table_.size() - 1;
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
        std::size_t at = hash_of(ranges_[i].account) & mask;
        while (table_[at] != 0) {
            at = (at + 1) & mask;
        }
        table_[at] = static_cast<std::uint32_t>(i + 1);
        used_.push_back(static_cast<std::uint32_t>(at));
    }
}

}  // namespace bourse
