#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/replica/replica_node.hpp"
#include "actors/replica/told_entry.hpp"
#include "storage/handed_disk.hpp"
#include "storage/handed_store.hpp"

namespace bourse {

struct desk_options {
    journal_options log;  ///< the owner is the node's id
    replica_options replica;
    event_store_options events;
};

/// What a desk's files are: each is its alone, and must outlive it.
struct desk_files {
    disk* journal = nullptr;
    row_store* rows = nullptr;  ///< with `checkpoint_tables`
    row_store* events =
        nullptr;  ///< with `event_tables`; null: what entries give out is kept nowhere
};

/// Who asked, as the owner numbers those who ask; it comes back with the answer.
struct desk_asker {
    std::uint64_t who = 0;
    std::uint64_t ask = 0;
};

/// What became of commands or of a read.
struct desk_answer {
    desk_asker to;
    ticket_answer::kind what = ticket_answer::kind::unknown;
    std::uint64_t index = 0;
    told_entry_ptr entry;  ///< of commands that were applied
};

/// What is to be done after an event, by whom.
struct desk_effects {
    std::optional<handed_work>
        journal;  ///< carry it out, then `journal_carried`; pieces one after the other
    std::optional<handed_rows> rows;    ///< likewise, `rows_carried`; one at a time
    std::optional<handed_rows> events;  ///< likewise, `events_carried`
    std::vector<told_entry_ptr> told;   ///< in order
    std::vector<desk_answer> answers;
    bool wants_more = false;         ///< call `pump` again soon: a checkpoint is being taken
    std::uint64_t next_tick_ms = 0;  ///< call `tick` then
    std::string dead;                ///< not empty: the process must end, and why
};

/// A shard's replica with everything around it that would wait taken off its thread.
///
/// The problem: the thread that applies entries must not wait for a disk, and while one batch is on its way to it, the next
/// one collects. So the journal's writes and a checkpoint's commit are given away as pieces of work, and come back as events.
///
///     after each event:   out = pump(now);  hand out what is in it
///     work is done:       journal_carried / rows_carried, and `pump`
///
/// What holds: what `replica` and `replica_node` say; an answer leaves with the entry that it is about, after that entry's
/// batch was carried out. An idle batch (journal.hpp) is only written by a tick, so that no order waits for it.
///
/// One thread at a time; no clock. One shard: more in one node share a journal, and then a desk (a later step).
class replica_desk {
public:
    /// Opens the journal and takes up what is in it, founding the shard if it is new, by this replica alone. Errors: as of
    /// `journal::open`, `checkpoint::open`, `event_store::open` and `replica::start`.
    [[nodiscard]] static result<std::unique_ptr<replica_desk>> open(const desk_files& files,
                                                                    const desk_options& options,
                                                                    const moment& now);

    // --- Events -----------------------------------------------------------------------------------

    [[nodiscard]] replica_refusal submit(const moment& now, std::vector<shard_command> commands,
                                         desk_asker from);
    [[nodiscard]] replica_refusal read(const moment& now, desk_asker from);
    void tick(const moment& now);
    void journal_carried(const moment& now, const outcome& result);
    void rows_carried(const moment& now, const outcome& result);
    void events_carried(const moment& now, const outcome& result);

    /// An operator's: see `replica::accept_clock` and `replica::make_void`.
    void accept_clock(const moment& now) { replica_->accept_clock(now); }
    [[nodiscard]] replica_refusal make_void(const moment& now, std::uint64_t index) {
        return replica_->make_void(now, index);
    }

    void set_runner(turn_runner run) { replica_->set_runner(std::move(run)); }

    [[nodiscard]] desk_effects pump(const moment& now);

    // --- What is so -------------------------------------------------------------------------------

    [[nodiscard]] const replica& copy() const noexcept { return *replica_; }
    [[nodiscard]] const shard& state() const noexcept { return replica_->state(); }
    [[nodiscard]] replica_node& node() noexcept { return *node_; }
    [[nodiscard]] bool is_writing() const noexcept { return batch_piece_ != 0; }
    /// Nothing waits for an answer, and nobody carries out anything.
    [[nodiscard]] bool is_idle() const noexcept {
        return askers_.empty() && pieces_given_ == pieces_back_ && !store_.is_writing() &&
               (!events_ || !events_->is_writing());
    }
    /// What entries up to this gave out is durable in the event store.
    [[nodiscard]] std::uint64_t events_index() const {
        return node_->events() != nullptr ? node_->events()->durable(replica_->id()) : 0;
    }
    [[nodiscard]] std::size_t waiting_answers() const noexcept { return askers_.size(); }

private:
    explicit replica_desk(const desk_files& files);
    [[nodiscard]] outcome start(const desk_options& options, const moment& now);
    void collect(desk_effects& into);
    void start_write(const moment& now, desk_effects& into);
    void start_events(const moment& now, desk_effects& into);

    handed_disk disk_;
    handed_store store_;
    std::optional<handed_store> events_;
    std::unique_ptr<replica_node> node_;
    replica* replica_ = nullptr;
    std::unordered_map<std::uint64_t, desk_asker> askers_;  ///< by ticket
    std::uint64_t last_ticket_ = 0;
    std::uint64_t pieces_given_ = 0;
    std::uint64_t pieces_back_ = 0;
    std::uint64_t batch_piece_ = 0;  ///< the piece with the batch under way; zero: none
    bool was_ticked_ = true;
    std::uint64_t next_events_ms_ = 0;
    std::shared_ptr<entry_memory> memory_ = std::make_shared<entry_memory>();
    std::uint64_t records_waiting_ = 0;  ///< told since the last commit of events was begun
};

}  // namespace bourse
