#include "actors/replica/replica_node.hpp"

#include <utility>

#include "actors/replica/wiring_bug.hpp"
#include "messages/assert.hpp"

namespace bourse {

namespace {

/// More than a cluster has nodes, in all their lives.
constexpr std::size_t max_heard_nodes = 4'096;

}  // namespace

result<std::unique_ptr<replica_node>> replica_node::open(disk& where,
                                                         const journal_options& options) {
    auto opened = journal::open(where, options);
    if (!opened) {
        return opened.error();
    }
    std::unique_ptr<replica_node> made(new replica_node(std::move(*opened), options.owner));
    // So that a batch is written: there is always room for a vote.
    if (const auto known = made->journal_->shards(); !known.empty()) {
        if (auto voted = made->journal_->vote(known.front().shard, known.front().positions.vote);
            !voted) {
            return voted.error();
        }
    }
    if (auto committed = made->journal_->commit(); !committed) {
        return committed.error();
    }
    made->incarnation_ = made->journal_->next_batch();
    return made;
}

bool replica_node::hear(const moment& now, shard_id shard, const node_sign& from) {
    const auto known = heard_.find(from.node);
    if (known == heard_.end() && heard_.size() >= max_heard_nodes) {
        return false;
    }
    std::uint64_t& highest = heard_[from.node];
    if (from.incarnation < highest) {
        return false;
    }
    highest = from.incarnation;
    if (replica* one = find(shard)) {
        one->hear(now, from.node, from.wall);
    }
    return true;
}

outcome replica_node::found(shard_id shard, const membership& founders) {
    if (journal_->find(shard)) {
        return done{};
    }
    if (auto written = replica::found(*journal_, shard, founders); !written) {
        return written;
    }
    return journal_->commit();
}

outcome replica_node::start(const replica_options& options, row_store* rows, const moment& now) {
    const shard_id shard = options.shard.id;
    if (rows != nullptr) {
        auto opened = checkpoint::open(*rows, {.owner = owner_, .shard = shard});
        if (!opened) {
            return opened.error();
        }
        checkpoints_[shard] = std::move(*opened);
        stores_[shard] = rows;
    }
    checkpoint* kept = rows != nullptr ? checkpoints_[shard].get() : nullptr;
    auto made = std::make_unique<replica>(options, *journal_, kept, events_.get());
    if (auto started = made->start(now); !started) {
        return started;
    }
    replicas_[shard] = std::move(made);
    return done{};
}

outcome replica_node::keep_events(row_store& store, const event_store_options& options) {
    BOURSE_ASSERT(replicas_.empty());
    auto opened = event_store::open(store, options);
    if (!opened) {
        return opened.error();
    }
    events_ = std::move(*opened);
    return done{};
}

bool replica_node::start_events(const moment&) {
    if (events_ == nullptr || !dead_.empty()) {
        return false;
    }
    if (!events_->batch_under_way()) {
        // Without room nothing is lost: it is tried again, and meanwhile less is applied.
        if (auto started = events_->start_batch();
            !started && started.error().code != errc::storage_full) {
            die(started.error());
        }
    }
    return dead_.empty() && events_->batch_under_way();
}

void replica_node::finish_events(const moment& now) {
    if (events_ == nullptr || !dead_.empty()) {
        return;
    }
    if (auto finished = events_->finish_batch(); !finished) {
        die(finished.error());
        return;
    }
    for (auto& [shard, each] : replicas_) {
        each->events_durable(now);
    }
}

bool replica_node::start_rows(shard_id shard, const moment& now) {
    if (!dead_.empty()) {
        return false;
    }
    const bool is_under_way = find(shard)->keep_rows(now);
    return look_at_store(shard) && is_under_way;
}

/// Whatever found it dead, the node ends, as with its journal.
bool replica_node::look_at_store(shard_id shard) {
    const auto found = stores_.find(shard);
    if (found != stores_.end() && found->second->dead()) {
        die(*found->second->dead());
        return false;
    }
    return true;
}

void replica_node::finish_rows(shard_id shard, const moment& now) {
    if (!dead_.empty()) {
        return;
    }
    find(shard)->rows_durable(now);
    look_at_store(shard);
}

replica* replica_node::find(shard_id shard) const noexcept {
    const auto found = replicas_.find(shard);
    return found == replicas_.end() ? nullptr : found->second.get();
}

void replica_node::die(const error& why) {
    if (dead_.empty()) {
        dead_ = why.what;
    }
}

bool replica_node::start_write(const moment& now) {
    if (!dead_.empty() || journal_->batch_under_way()) {
        return dead_.empty();
    }
    bool is_short = !journal_->room().takes_orders;
    for (auto& [shard, each] : replicas_) {
        each->propose(now);
        is_short = is_short || each->waits_for_room();
    }
    if ((is_short || journal_->is_tight()) && !relieve_journal(is_short)) {
        return false;
    }
    if (auto started = journal_->start_batch(); !started) {
        die(started.error());
        return false;
    }
#if defined(BOURSE_PLANTED_BUGS)
    if (BOURSE_WIRED_WRONG(no_sync)) {
        for (auto& [shard, each] : replicas_) {
            each->journal_durable(now);
        }
    }
#endif
    return journal_->batch_under_way();
}

void replica_node::finish_write(const moment& now) {
    if (!dead_.empty()) {
        return;
    }
    if (auto finished = journal_->finish_batch(); !finished) {
        die(finished.error());
        return;
    }
    for (auto& [shard, each] : replicas_) {
        each->journal_durable(now);
    }
    keep_files();
}

/// In time; and when nothing may be written any more for want of room, nobody else would look for it again.
bool replica_node::relieve_journal(bool by_all) {
    const auto pin = journal_->oldest_pin();
    for (auto& [shard, each] : replicas_) {
        if (by_all || (pin && pin->shard == shard)) {
            each->relieve_journal();
        }
    }
    return keep_files();
}

bool replica_node::keep_files() {
    if (auto maintained = journal_->maintain(); !maintained) {
        die(maintained.error());
        return false;
    }
    return true;
}

}  // namespace bourse
