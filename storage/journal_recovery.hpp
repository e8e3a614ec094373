#pragma once

#include <cstdint>

#include "messages/result.hpp"
#include "storage/disk.hpp"
#include "storage/segment_files.hpp"
#include "storage/shard_log.hpp"

namespace bourse {

/// Where a journal goes on.
struct journal_tail {
    std::uint64_t next_batch = 1;
    std::uint64_t position_bytes = 0;  ///< in the last segment
    bool last_was_idle = false;  ///< the last batch there is says that the one before was synced
};

/// Reads every segment, oldest first, checks all of it, and takes its records into `logs`.
///
/// Where the last segment holds no whole batch that comes next, the journal ends, if nothing behind that place
/// is the begin of a later batch: what is there was torn by a crash, and never acknowledged. Else, and in
/// every other segment, it is damage. Errors: `corrupt`, naming file and offset, and `unreadable`.
/// Nothing is changed.
[[nodiscard]] result<journal_tail> recover(segment_files& files, shard_logs& logs);

/// Fills what may be left of a torn batch at the journal's end with zeros, so that it cannot be taken for a part of one
/// written there later.
outcome cut_torn_tail(segment& last, std::uint64_t position_bytes);

}  // namespace bourse
