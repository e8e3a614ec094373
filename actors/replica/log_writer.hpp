#pragma once

#include <cstdint>
#include <deque>
#include <optional>
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
///
/// Why a full journal does not keep a replica from going on:
/// 1. A vote always fits (`journal`), and overtakes entries that wait. So there is a leader, and who follows it hears what is
///    committed, applies that and takes a checkpoint of it, whereupon segments go, whether or not its own journal has room.
/// 2. A new leader commits nothing before a barrier of its own, with all that is before it in its log, is durable on a majority. Of
///    the journal's reserve R, when no further segment can be had:
///    - above R: whatever comes; leaders take orders;
///    - R to R/2: no more orders, but commands that are in a leader's log already, what only reduces, messages of other shards;
///    - the last R/2: nothing but barriers, memberships, what cuts a tail, and rows of others that take a log's place. A batch of
///      those takes a sector: so R/1024 leaders of all shards can be elected, one after the other, without
///      that any of them commits or a checkpoint can be taken: 8,192 where R is 8 MiB.
/// 3. When segments can be had, but little would be left besides what carrying all logs takes (`journal`, 6), a sixteenth of the
///    journal is what R/2 is above.
/// 4. Beyond, the barrier waits here; this replica counts for no majority until others have committed without it.
class log_writer {
public:
    log_writer(journal& log, shard_id shard) : log_(&log), shard_(shard) {}

    void take(std::vector<log_write> writes);
    /// Rows that stand for `at` have taken the log's place, which is void.
    void take_void(log_point at, std::vector<std::byte> payload);
    /// An entry, for who has to write one outside of consensus: a founder its first.
    static outcome append(journal& log, shard_id shard, log_point at, const log_entry& what);

    /// Hands on to the journal's open batch what fits. False: something waits still, or will never be taken.
    bool hand_on();
    /// What the journal refuses, and will whatever room there is: longer than it takes, or contrary to what it has.
    [[nodiscard]] const std::optional<error>& fault() const noexcept { return fault_; }
    [[nodiscard]] bool has_waiting() const noexcept {
        return !votes_waiting_.empty() || !waiting_.empty();
    }
    /// Up to where what the journal has is this log: entries behind may be others', which a write that waits will cut.
    [[nodiscard]] std::uint64_t agreed_end() const;
    /// Whether a record of so many bytes leaves the part of the reserve that is for barriers.
    [[nodiscard]] bool leaves_room(std::size_t payload_bytes) const;
    /// What is durable; zero: nothing.
    struct durable_writes {
        /// The number of the last entries; and all before, votes included.
        std::uint64_t all = 0;
        /// Of the last vote, and votes before; it may have overtaken entries.
        std::uint64_t vote = 0;
        friend bool operator==(const durable_writes&, const durable_writes&) = default;
    };
    [[nodiscard]] durable_writes durable();
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
        bool is_vote = false;
    };
    struct waiting_vote {
        std::uint64_t number = 0;
        vote_write vote;
    };

    struct voided {
        log_point at;
        std::vector<std::byte> payload;
    };
    struct waiting_entries {
        std::uint64_t number = 0;
        entries_write entries;
    };
    using waiting = std::variant<waiting_entries, voided>;

    [[nodiscard]] bool is_taken(const outcome& answer);
    [[nodiscard]] bool hand_on_votes();
    [[nodiscard]] bool hand_on_entries(const entries_write& next);
    [[nodiscard]] std::uint64_t end_index() const;

    journal* log_;
    shard_id shard_;
    std::deque<waiting_vote> votes_waiting_;
    std::deque<waiting> waiting_;
    std::size_t entries_done_ = 0;  ///< of the first that waits
    std::deque<handed> handed_;
    durable_writes durable_;
    std::vector<std::byte> bytes_;
    std::optional<error> fault_;
};

}  // namespace bourse
