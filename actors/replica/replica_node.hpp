#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/replica/replica.hpp"
#include "storage/disk.hpp"
#include "storage/journal.hpp"

namespace bourse {

/// Goes along with all that a node sends to another.
struct node_sign {
    replica_id node{};
    std::uint64_t incarnation = 0;  ///< higher with each start
    timestamp wall{};               ///< its wall clock
};

/// The replicas of one node, and the one journal that they share.
///
/// Group commit: while a batch is being written, whatever arrives goes into the next one, which begins
/// when that one is durable. No timer waits for a batch to fill.
///
///     after each event:         if (node.start_write(now)) → hand the disk over to whoever waits for it
///     when the disk is done:    node.finish_write(now), and once more from the begin
///
/// Checkpoints and the event store are kept the same way, each at its own pace: `start_rows`, `finish_rows`; `start_events`,
/// `finish_events`. Nobody who asks waits for them, but a checkpoint waits for the events up to it, and the journal for
/// the checkpoint.
///
/// One thread only. A failed write or sync ends it: `dead` says which, and it must be destroyed.
class replica_node {
public:
    /// Opens the journal in `where`, which must outlive it. Errors as of `journal::open`.
    [[nodiscard]] static result<std::unique_ptr<replica_node>> open(disk& where,
                                                                    const journal_options& options);

    /// Opens the store for what entries of all shards give out, before any is started; without it, that is kept nowhere. `store`
    /// must outlive the node. Errors as of `event_store::open`.
    outcome keep_events(row_store& store, const event_store_options& options);
    /// Makes a founder's log for a shard that the journal does not know, durable on return.
    outcome found(shard_id shard, const membership& founders);
    /// Starts a replica with what is in the journal,
    /// and in the store for its rows, which is this shard's alone and must outlive the node; null: without.
    outcome start(const replica_options& options, row_store* rows, const moment& now);

    /// Hands the disk what waits, if it is free; true if a batch is under way now.
    bool start_write(const moment& now);
    /// Waits until the batch under way is durable, tells the replicas, and keeps the files in order.
    void finish_write(const moment& now);

    /// Which start of the node this is: more than at any before. It counts the batches of the journal, of which each start
    /// writes one, full disk or not.
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return incarnation_; }
    /// Something comes from another node, for a replica of this shard. False: it is from an earlier start than one that was heard
    /// of, late or of a node restored from a copy, and must be dropped. Remembered until this node ends, so a copy is not always noticed
    /// (README).
    [[nodiscard]] bool hear(const moment& now, shard_id shard, const node_sign& from);

    [[nodiscard]] std::map<shard_id, std::unique_ptr<replica>>& replicas() noexcept {
        return replicas_;
    }
    /// Does a piece of the shard's checkpoint; true if its store has a commit under way: `finish_rows`, then.
    bool start_rows(shard_id shard, const moment& now);
    void finish_rows(shard_id shard, const moment& now);
    /// Hands the events that wait to their store, if it is free; true if a commit is under way: `finish_events`, then. Each
    /// commit is a sync, so it may well be called less often than something happens.
    bool start_events(const moment& now);
    void finish_events(const moment& now);
    /// Null without.
    [[nodiscard]] const event_store* events() const noexcept { return events_.get(); }

    /// Null if it is not here.
    [[nodiscard]] replica* find(shard_id shard) const noexcept;
    [[nodiscard]] journal& log() noexcept { return *journal_; }
    [[nodiscard]] const std::string& dead() const noexcept { return dead_; }

private:
    replica_node(std::unique_ptr<journal> log, std::uint64_t owner)
        : journal_(std::move(log)), owner_(owner) {}
    bool relieve_journal(bool by_all);
    bool keep_files();
    bool look_at_store(shard_id shard);
    void die(const error& why);

    std::unique_ptr<journal> journal_;
    std::map<shard_id, std::unique_ptr<checkpoint>> checkpoints_;
    std::map<shard_id, row_store*> stores_;
    std::unique_ptr<event_store> events_;
    std::map<shard_id, std::unique_ptr<replica>> replicas_;
    std::uint64_t owner_ = 0;
    std::uint64_t incarnation_ = 0;
    std::map<replica_id, std::uint64_t> heard_;  ///< the highest incarnation of each node
    std::string dead_;
};

}  // namespace bourse
