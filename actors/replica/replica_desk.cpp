#include "actors/replica/replica_desk.hpp"

#include <utility>

#include "messages/assert.hpp"

namespace bourse {

result<std::unique_ptr<replica_desk>> replica_desk::open(disk& where, row_store& rows,
                                                         const desk_options& options,
                                                         const moment& now) {
    std::unique_ptr<replica_desk> made(new replica_desk(where, rows));
    if (auto started = made->start(options, now); !started) {
        return started.error();
    }
    return made;
}

outcome replica_desk::start(const desk_options& options, const moment& now) {
    auto opened = replica_node::open(disk_, options.log);
    if (!opened) {
        return opened.error();
    }
    node_ = std::move(*opened);
    const shard_id shard = options.replica.shard.id;
    const membership alone{{{.id = options.replica.self, .role = member_role::voter}}};
    if (auto founded = node_->found(shard, alone); !founded) {
        return founded;
    }
    if (auto started = node_->start(options.replica, &store_, now); !started) {
        return started;
    }
    replica_ = node_->find(shard);
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

// --- What is to be done ---------------------------------------------------------------------------

void replica_desk::collect(desk_effects& into) {
    replica_effects out = replica_->take();
    const std::size_t first = into.told.size();
    for (applied_entry& each : out.applied) {
        into.told.push_back(std::make_shared<const told_entry>(replica_->id(), std::move(each)));
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

desk_effects replica_desk::pump(const moment& now) {
    desk_effects out;
    collect(out);
    start_write(now, out);
    if (!store_.is_writing()) {
        rows_index_ = replica_->state().index();
    }
    if (node_->start_rows(replica_->id(), now) && store_.has_work() &&
        events_durable_ >= rows_index_) {
        out.rows = store_.take();
    }
    collect(out);
    out.wants_more = store_.is_changing();
    out.next_tick_ms = replica_->next_tick_ms();
    out.dead = !node_->dead().empty() ? node_->dead() : replica_->fault();
    if (out.dead.empty() && disk_.failed()) {
        out.dead = disk_.failed()->what;
    }
    return out;
}

}  // namespace bourse
