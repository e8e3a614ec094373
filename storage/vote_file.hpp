#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "messages/ids.hpp"
#include "messages/result.hpp"
#include "storage/disk.hpp"
#include "storage/shard_log.hpp"

namespace bourse {

/// The votes that a journal had no room for in its segments.
///
/// The problem: a replica without room gets out of that only by following a leader, and so by votes, and there may be
/// any number of elections until then. But of a shard only the last vote counts: so all that are needed fit into one file
/// of a fixed length, which a journal has from its begin. It has room for `max_journal_shards`, which is the most
/// that a journal takes: a vote always fits.
///
/// The file is two copies of one batch of vote records. `start` writes the first copy, durably, and then the second, and
/// only when both are durable may anybody hear of the votes. So a crash leaves at most one copy torn, and there is
/// always one that is whole; and if one is damaged later, the other has all that anybody heard of.
class vote_file {
public:
    using vote_map = std::map<shard_id, journal_vote>;

    vote_file(disk& where, std::uint64_t owner) : disk_(where), owner_(owner) {}

    /// Makes the file, without votes, durably, if there is none.
    outcome make();
    /// Reads it and changes nothing. Errors: `corrupt` if it is missing, or neither copy is whole; `foreign` if it is another
    /// node's; `unreadable`.
    outcome open();
    /// Makes the copies alike if they are not, so that the next crash cannot tear the only whole one.
    outcome mend();

    /// Hands over these votes, in addition to those that are there.
    outcome start(const vote_map& given);
    /// They are durable on return.
    outcome finish() { return file_->sync(); }

    [[nodiscard]] const vote_map& votes() const noexcept { return votes_; }
    /// How often votes were started, since the file was made.
    [[nodiscard]] std::uint64_t batch() const noexcept { return batch_; }
    [[nodiscard]] std::string path() const;

    static constexpr std::uint64_t copy_bytes = std::uint64_t{14} << 10U;
    static constexpr std::uint64_t file_bytes = 2 * copy_bytes;

private:
    struct copy {
        std::uint64_t batch = 0;
        vote_map votes;
    };
    [[nodiscard]] static std::optional<copy> read_copy(std::span<const std::byte> bytes,
                                                       std::uint64_t& owner);
    [[nodiscard]] std::vector<std::byte> bytes() const;

    disk& disk_;
    std::uint64_t owner_;
    std::unique_ptr<disk_file> file_;
    vote_map votes_;
    std::uint64_t batch_ = 0;
    std::vector<std::byte> written_;        // as a disk may want it until it is durable
    std::optional<std::uint64_t> unequal_;  // where the copy is that is not as it should be
};

}  // namespace bourse
