#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "cluster/raft_header.hpp"
#include "messages/replica_message.hpp"

/// For this folder's .cpp files: our values as libraft's.
namespace bourse {

/// `from` as libraft has it, with memory that libraft frees.
[[nodiscard]] raft_configuration raft_configuration_of(const membership& from);

/// Entries as libraft wants to see them: their terms and kinds, and what is in a membership. It reads them
/// during one step only; what it keeps of them is (index, term).
///
/// libraft believes that entries come in batches whose memory it frees. A batch is one byte here, whose
/// owner depends on the event and on what comes of it (libraft 0.22.1, `raft_step`).
class raft_entries {
public:
    /// The entries must outlive this. `batch` is what libraft may free, or null: a byte that it does not.
    raft_entries(std::span<const log_entry> entries, void* batch);
    ~raft_entries();
    raft_entries(const raft_entries&) = delete;
    raft_entries& operator=(const raft_entries&) = delete;

    [[nodiscard]] raft_entry* data() noexcept { return entries_.data(); }
    [[nodiscard]] unsigned size() const noexcept { return static_cast<unsigned>(entries_.size()); }
    [[nodiscard]] std::span<const log_entry> all() const noexcept { return ours_; }
    /// The entries from `first`, which points into `data()`, on.
    [[nodiscard]] std::span<const log_entry> from(const raft_entry* first) const;

private:
    std::span<const log_entry> ours_;
    std::vector<raft_entry> entries_;
    std::vector<raft_buffer> configurations_;
};

}  // namespace bourse
