#include "actors/replica/stored_output.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace bourse {

namespace {

/// Each account's reports have consecutive numbers.
std::vector<report_range> ranges_of(std::span<const report> reports) {
    std::vector<report_range> all;
    all.reserve(reports.size());
    for (const report& each : reports) {
        if (each.number != 0) {
            all.push_back({each.what.account, each.number, each.number});
        }
    }
    std::ranges::sort(all, [](const report_range& a, const report_range& b) {
        return std::pair(a.account.value, a.first) < std::pair(b.account.value, b.first);
    });
    std::size_t kept = 0;
    for (const report_range& each : all) {
        if (kept != 0 && all[kept - 1].account == each.account) {
            all[kept - 1].last = each.last;
        } else {
            all[kept++] = each;
        }
    }
    all.resize(kept);
    return all;
}

}  // namespace

entry_events pack_output(std::uint64_t index, timestamp at, std::uint64_t digest,
                         const shard_output& out) {
    entry_events row{.index = index, .reports = ranges_of(out.reports), .events = {}};
    pack_entry_events({.index = index,
                       .at = at,
                       .digest = digest,
                       .reports = out.reports,
                       .lines = out.lines,
                       .events = out.events,
                       .event_numbers = out.event_numbers},
                      row.events);
    return row;
}

result<stored_output> unpack_output(std::span<const std::byte> bytes) {
    stored_output made;
    if (auto read = unpack_entry_events(bytes, made); !read) {
        return read.error();
    }
    return made;
}

}  // namespace bourse
