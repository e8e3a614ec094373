#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/journal.hpp"

namespace bourse {

/// The payload of an entry that has this tag: any length, and another one for each tag.
[[nodiscard]] std::vector<std::byte> tagged_payload(std::uint64_t tag, std::size_t length);

/// What a journal should hold, said as plainly as can be.
struct journal_model {
    struct entry {
        std::uint64_t term = 0;
        std::uint64_t tag = 0;
        std::size_t length = 0;
        friend bool operator==(const entry&, const entry&) = default;
    };
    struct log {
        journal_vote vote;
        journal_snapshot snapshot;
        std::uint64_t released = 0;  ///< entries up to here need not be there any more
        log_point end;
        std::map<std::uint64_t, entry> entries;  ///< by index
        friend bool operator==(const log&, const log&) = default;
    };
    std::map<shard_id, log> logs;

    void append(shard_id shard, log_point at, std::uint64_t tag, std::size_t length);
    void truncate(shard_id shard, std::uint64_t last_kept);
    void snapshot(shard_id shard, log_point at, const std::vector<std::byte>& payload);
    void release(shard_id shard, std::uint64_t index);

    /// Where the journal, which has no record that is not durable, differs; empty if nowhere. Every entry that is not
    /// released is read back.
    [[nodiscard]] std::string difference(journal& from) const;
};

}  // namespace bourse
