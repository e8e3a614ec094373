#include "actors/replica/replica_desk.hpp"

#include <utility>

#include "messages/assert.hpp"

namespace bourse {

namespace {

/// Commits of events are syncs, for which nobody waits: not more often than this, but when there is much to keep.
constexpr std::uint64_t events_apart_ms = 100;
constexpr std::uint64_t many_records = 50'000;

}  // namespace

replica_desk::replica_desk(const desk_files& files)
    : disk_(*files.journal), store_(*files.rows, checkpoint_tables().size()) {
    if (files.events != nullptr) {
        events_.emplace(*files.events, event_tables().size());
    }
}

result<std::unique_ptr<replica_desk>> replica_desk::open(const desk_files& files,
                                                         const desk_options& options,
                                                         const moment& now) {
    std::unique_ptr<replica_desk> made(new replica_desk(files));
    if (auto started = made->start(options, now); !started) {
        return started.error();
    }
    return made;
}

outcome replica_desk::start(const desk_options& options, const moment& now) {
    // Before the journal, which writes a batch at each start: what is refused for its rows stays as it was.
    if (const auto rows = checkpoint::open(
            store_, {.owner = options.log.owner, .shard = options.replica.shard.id});
        !rows) {
        return rows.error();
    }
    if (events_) {
        if (const auto events = event_store::open(*events_, options.events); !events) {
            return events.error();
        }
    }
    auto opened = replica_node::open(disk_, options.log);
    if (!opened) {
        return opened.error();
    }
    node_ = std::move(*opened);
    if (events_) {
        if (auto kept = node_->keep_events(*events_, options.events); !kept) {
            return kept;
        }
    }
    const shard_id shard = options.replica.shard.id;
    const membership alone{{{.id = options.replica.self, .role = member_role::voter}}};
    if (auto founded = node_->found(shard, alone); !founded) {
        return founded;
    }
    if (auto started = node_->start(options.replica, &store_, now); !started) {
        return started;
    }
    replica_ = node_->find(shard);
    replica_->use_memory(memory_);
    disk_.begin_handing();
    return done{};
}

// --- Events ---------------------------------------------------------------------------------------

replica_refusal replica_desk::submit(const moment& now, std::vector<shard_command> commands,
                                     desk_asker from) {
    BOURSE_ASSERT(!commands.empty());
    const std::uint64_t ticket = last_ticket_ + 1;
    const replica_refusal refused = replica_->submit(now, std::move(commands), ticket);
    if (refused == replica_refusal::none) {
        askers_.emplace(ticket, from);
        last_ticket_ = ticket;
    }
    return refused;
}

replica_refusal replica_desk::read(const moment& now, desk_asker from) {
    const std::uint64_t ticket = ++last_ticket_;
    askers_.emplace(ticket, from);
    const replica_refusal refused = replica_->read(now, ticket);
    if (refused != replica_refusal::none) {
        askers_.erase(ticket);
    }
    return refused;
}

void replica_desk::tick(const moment& now) {
    was_ticked_ = true;
    if (now.monotonic_ms >= replica_->next_tick_ms()) {
        replica_->tick(now);
    }
}

void replica_desk::journal_carried(const moment& now, const outcome& result) {
    disk_.done(result);
    ++pieces_back_;
    if (batch_piece_ != 0 && (pieces_back_ == batch_piece_ || !result)) {
        batch_piece_ = 0;
        node_->finish_write(now);
    }
}

void replica_desk::rows_carried(const moment& now, const outcome& result) {
    store_.done(result);
    node_->finish_rows(replica_->id(), now);
}

void replica_desk::events_carried(const moment& now, const outcome& result) {
    events_->done(result);
    node_->finish_events(now);
}

// --- What is to be done ---------------------------------------------------------------------------

void replica_desk::collect(desk_effects& into) {
    replica_effects out = replica_->take();
    const std::size_t first = into.told.size();
    for (applied_entry& each : out.applied) {
        records_waiting_ += 1 + each.out.reports.size() + each.out.events.size();
        into.told.push_back(
            std::make_shared<const told_entry>(replica_->id(), std::move(each), memory_));
    }
    for (const ticket_answer& each : out.answers) {
        const auto found = askers_.find(each.ticket);
        BOURSE_ASSERT(found != askers_.end());
        desk_answer answer{
            .to = found->second, .what = each.what, .index = each.index, .entry = nullptr};
        askers_.erase(found);
        if (each.what == ticket_answer::kind::applied) {
            // Entries follow each other without a gap.
            const std::size_t place = first + (each.index - into.told[first]->what.index);
            answer.entry = into.told[place];
            BOURSE_ASSERT(answer.entry->what.index == each.index);
        }
        into.answers.push_back(std::move(answer));
    }
}

void replica_desk::start_write(const moment& now, desk_effects& into) {
    if (batch_piece_ == 0 && !node_->log().batch_under_way()) {
        const bool has_something =
            replica_->wants_to_propose() || was_ticked_ || !node_->log().wants_idle_batch();
        if (has_something && node_->start_write(now)) {
            batch_piece_ = pieces_given_ + 1;
        }
        was_ticked_ = false;
    }
    if (disk_.has_noted()) {
        BOURSE_ASSERT(!into.journal);
        into.journal = disk_.take();
        ++pieces_given_;
    } else {
        BOURSE_ASSERT(batch_piece_ <= pieces_given_);
    }
}

void replica_desk::start_events(const moment& now, desk_effects& into) {
    if (!events_ || events_->is_writing() ||
        (now.monotonic_ms < next_events_ms_ && records_waiting_ < many_records)) {
        return;
    }
    next_events_ms_ = now.monotonic_ms + events_apart_ms;
    records_waiting_ = 0;
    if (node_->start_events(now) && events_->has_work()) {
        into.events = events_->take();
    }
}

desk_effects replica_desk::pump(const moment& now) {
    desk_effects out;
    collect(out);
    start_write(now, out);
    if (node_->start_rows(replica_->id(), now) && store_.has_work()) {
        out.rows = store_.take();
    }
    start_events(now, out);
    collect(out);
    out.wants_more = replica_->gathers_rows();
    out.next_tick_ms = replica_->next_tick_ms();
    out.dead = !node_->dead().empty() ? node_->dead() : replica_->fault();
    if (out.dead.empty() && disk_.failed()) {
        out.dead = disk_.failed()->what;
    }
    return out;
}

}  // namespace bourse
