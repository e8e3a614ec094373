#pragma once

#include <memory>
#include <string>

#include "runtime/ladder/call_driver.hpp"
#include "runtime/ladder/ladder_workload.hpp"

namespace bourse {

// The steps that need neither actors nor a wire, each ready for the workload's first call. They work on the thread that drives them;
// the workload must outlive them.

/// A book a symbol, and nothing around them. Calls of 100 orders only.
[[nodiscard]] std::unique_ptr<ladder_subject> match_subject(const ladder_workload& workload);
/// A shard.
[[nodiscard]] std::unique_ptr<ladder_subject> ledger_subject(const ladder_workload& workload);
/// A replica that leads alone, with a journal in `folder`: all that waits is written, synced, applied.
[[nodiscard]] result<std::unique_ptr<ladder_subject>> journal_subject(
    const ladder_workload& workload, const std::string& folder);

/// Writes made one after the other into a file that has its size, each with as many bytes as the log has of a call, and an fdatasync.
class sync_floor {
public:
    [[nodiscard]] static result<std::unique_ptr<sync_floor>> open(const ladder_workload& workload,
                                                                  const std::string& folder);
    ~sync_floor();
    sync_floor(const sync_floor&) = delete;
    sync_floor& operator=(const sync_floor&) = delete;

    /// Nanoseconds of each are appended.
    [[nodiscard]] outcome run(std::size_t writes, bool of_batches, std::vector<std::uint64_t>& ns);

private:
    sync_floor() = default;
    int file_ = -1;
    std::string path_;
    std::vector<std::byte> batch_, single_;
    std::size_t at_ = 0;
};

}  // namespace bourse
