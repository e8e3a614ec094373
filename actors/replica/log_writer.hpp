#pragma once

#include <cstdint>
#include <deque>
#include <variant>
#include <vector>

#include "cluster/consensus.hpp"
#include "storage/journal.hpp"

namespace bourse {

/// Carries one shard's writes from consensus into the node's journal, in order, and says when they are
/// durable.
///
/// What the journal has no room for waits here and is tried again: consensus bounds what it has under
/// way, so this is bounded too. The journal must outlive it.
class log_writer {
public:
    log_writer(journal& log, shard_id shard) : log_(&log), shard_(shard) {}

    void take(std::vector<log_write> writes);
    /// Rows that stand for `at` have taken the log's place, which is void.
    void take_void(log_point at, std::vector<std::byte> payload);
    /// An entry, for who has to write one outside of consensus: a founder its first.
    static outcome append(journal& log, shard_id shard, log_point at, const log_entry& what);

    /// Hands on to the journal's open batch what fits. False: something waits still.
    bool hand_on();
    [[nodiscard]] bool has_waiting() const noexcept { return !waiting_.empty(); }
    /// Whether all that was handed on is durable.
    [[nodiscard]] bool is_idle() const noexcept { return waiting_.empty() && handed_.empty(); }
    /// The number of the last write of which, and of all before, everything is durable; zero: none.
    [[nodiscard]] std::uint64_t durable_write();
#if defined(BOURSE_PLANTED_BUGS)
    /// A mistake: what was handed on counts as durable.
    void say_all_durable();
#endif
    /// Writes of entries still on their way are void: a snapshot takes their place.
    void forget_entries();

private:
    struct handed {
        std::uint64_t number = 0;
        std::uint64_t records = 0;  ///< durable once the journal has so many
    };

    struct voided {
        log_point at;
        std::vector<std::byte> payload;
    };
    using waiting = std::variant<log_write, voided>;

    [[nodiscard]] bool hand_on(log_write& next);
    [[nodiscard]] bool hand_on_entries(entries_write& next);
    [[nodiscard]] std::uint64_t end_index() const;

    journal* log_;
    shard_id shard_;
    std::deque<waiting> waiting_;
    std::size_t entries_done_ = 0;  ///< of the first that waits
    std::deque<handed> handed_;
    std::uint64_t durable_write_ = 0;
    std::vector<std::byte> bytes_;
};

}  // namespace bourse
