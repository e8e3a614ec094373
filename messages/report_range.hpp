#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "messages/ids.hpp"
#include "messages/report.hpp"

namespace bourse {

/// The execution reports `first` to `last` of an account, which are among an entry's events.
struct report_range {
    account_id account{};
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    friend bool operator==(const report_range&, const report_range&) = default;
};

/// Finds of which accounts the reports of an entry are, entry after entry, in memory that is kept.
///
/// It stands on the path of every order: one step a report, and a sort of the accounts.
class report_range_finder {
public:
    /// By rising account, one of each; without those to nobody (number 0). Of each account the numbers of the reports
    /// must follow one another, as a shard gives them. Valid until the next call.
    [[nodiscard]] const std::vector<report_range>& find(std::span<const report> reports);

private:
    [[nodiscard]] report_range& range_of(account_id account, std::uint64_t first);
    void grow();

    std::vector<report_range> ranges_;
    std::vector<std::uint32_t> table_;  // by hash: 1 + place in `ranges_`; 0: free. A power of two
    std::vector<std::uint32_t> used_;   // of the table
};

}  // namespace bourse
