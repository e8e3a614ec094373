#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "actors/replica/entry_memory.hpp"
#include "actors/replica/replica.hpp"

namespace bourse {

/// The reports of one account in an entry: where they are in `shard_output::reports`, by rising number.
struct account_reports {
    account_id account{};
    /// Number of the first that has one; they follow without a gap. 0: none has, the account is not there.
    std::uint64_t first = 0;
    /// Those without a number come before: the account was opened later in the entry.
    std::uint32_t unnumbered = 0;
    std::span<const std::uint32_t> at;

    /// Those with a number.
    [[nodiscard]] std::span<const std::uint32_t> numbered() const { return at.subspan(unnumbered); }
};

/// Reports by account: made once an entry, for all who read it.
class report_index {
public:
    report_index() = default;
    explicit report_index(std::span<const report> reports);
    // It points into itself.
    report_index(const report_index&) = delete;
    report_index& operator=(const report_index&) = delete;
    report_index(report_index&&) = default;
    report_index& operator=(report_index&&) = default;

    /// By rising account; 0 is who asked without one.
    [[nodiscard]] const std::vector<account_reports>& accounts() const noexcept {
        return accounts_;
    }
    /// Null if the account was told nothing.
    [[nodiscard]] const account_reports* find(account_id account) const noexcept;

private:
    std::vector<std::uint32_t> places_;
    std::vector<account_reports> accounts_;
};

/// An entry that was applied, as everybody hears of it: made once, shared, never changed.
struct told_entry {
    /// `memory`: where it goes when nobody reads it any more; null: back to the system.
    told_entry(shard_id from, applied_entry applied, std::shared_ptr<entry_memory> memory = nullptr)
        : shard(from),
          what(std::move(applied)),
          reports(what.out.reports),
          memory_(std::move(memory)) {}
    told_entry(const told_entry&) = delete;
    told_entry& operator=(const told_entry&) = delete;
    ~told_entry() {
        if (memory_ != nullptr) {
            memory_->give_back(what);
        }
    }

    shard_id shard{};
    applied_entry what;
    report_index reports;

private:
    std::shared_ptr<entry_memory> memory_;
};
using told_entry_ptr = std::shared_ptr<const told_entry>;

}  // namespace bourse
