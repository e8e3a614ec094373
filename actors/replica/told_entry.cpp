#include "actors/replica/told_entry.hpp"

#include <algorithm>
#include <utility>

namespace bourse {
namespace {

/// Numbers the accounts as they first come: 0, 1, 2 … A table of twice as many places as reports.
class first_seen {
public:
    explicit first_seen(std::size_t most) {
        std::size_t size = 16;
        while (size < 2 * most) {
            size *= 2;
        }
        table_.resize(size);
    }

    std::uint32_t number_of(account_id account) {
        const std::size_t mask = table_.size() - 1;
        std::size_t at = (account.value * std::size_t{0x9E3779B1U} >> 7U) & mask;
        while (table_[at].number != 0 && table_[at].account != account) {
            at = (at + 1) & mask;
        }
        if (table_[at].number == 0) {
            table_[at] = {account, ++count_};
        }
        return table_[at].number - 1;
    }
    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

private:
    struct place {
        account_id account{};
        std::uint32_t number = 0;  ///< and one
    };
    std::vector<place> table_;
    std::uint32_t count_ = 0;
};

}  // namespace

report_index::report_index(std::span<const report> reports) {
    if (reports.empty()) {
        return;
    }
    first_seen seen(reports.size());
    std::vector<std::uint32_t> group(reports.size());
    std::vector<std::uint32_t> ends;
    for (std::size_t i = 0; i < reports.size(); ++i) {
        group[i] = seen.number_of(reports[i].what.account);
        if (group[i] == ends.size()) {
            ends.push_back(0);
            accounts_.push_back(
                {.account = reports[i].what.account, .first = 0, .unnumbered = 0, .at = {}});
        }
        account_reports& of = accounts_[group[i]];
        of.first = of.first == 0 ? reports[i].number : of.first;
        of.unnumbered += reports[i].number == 0 ? 1U : 0U;
        ++ends[group[i]];
    }
    std::uint32_t begin = 0;
    for (std::uint32_t& each : ends) {
        begin += std::exchange(each, begin);
    }
    places_.resize(reports.size());
    for (std::size_t i = 0; i < reports.size(); ++i) {
        places_[ends[group[i]]++] = static_cast<std::uint32_t>(i);
    }
    std::uint32_t from = 0;
    for (std::size_t g = 0; g < ends.size(); ++g) {
        accounts_[g].at = std::span(places_).subspan(from, ends[g] - from);
        from = ends[g];
    }
    std::sort(accounts_.begin(), accounts_.end(),
              [](const auto& one, const auto& other) { return one.account < other.account; });
}

const account_reports* report_index::find(account_id account) const noexcept {
    const auto found = std::lower_bound(
        accounts_.begin(), accounts_.end(), account,
        [](const account_reports& each, account_id wanted) { return each.account < wanted; });
    return found == accounts_.end() || found->account != account ? nullptr : &*found;
}

}  // namespace bourse
