#include "actors/session/history_actor.hpp"

#include <pthread.h>
#include <sched.h>

#include <utility>
#include <vector>

#include "actors/session/act_desk.hpp"

namespace bourse {
namespace {

/// A batch takes tens of milliseconds of a processor. No client waits for it, so its thread, this one, takes none from those for whom
/// one does: it preempts nobody, and has no priority over others even where the process has one. If that cannot be said, it is as
/// it would be.
void yield_to_others() {
    const sched_param none{};
    static_cast<void>(::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none));
}

session_answer answer_of(history_state& state, const question_mail& mail, const sessions& table) {
    const auto* asked = std::get_if<history_request>(mail.what.get());
    if (!state.dead.empty() || asked == nullptr) {
        return request_refused{request_refused::kind::unavailable,
                               "the history is not kept now: " + state.dead, 0};
    }
    auto found = state.parts->reader->ask(*asked);
    if (!found) {
        return refusal_of(found.error());
    }
    // Of others' accounts nobody hears who traded.
    const lane_ptr lane = table.find(mail.session);
    if (lane != nullptr && lane->options.role != user_role::market_operator) {
        for (history_trade& each : found->trades) {
            hide_others(each, lane->options.accounts);
        }
    }
    return std::move(*found);
}

}  // namespace

history_actor::behavior_type history_behavior(history_actor::stateful_pointer<history_state> self,
                                              std::shared_ptr<history_parts> parts,
                                              sessions_ptr table,
                                              std::function<void(const std::string&)> warn,
                                              std::shared_ptr<actor_count> count) {
    yield_to_others();
    self->state.parts = std::move(parts);
    const auto check = [self, warn](const outcome& did) {
        const bool may_pass = !did && (did.error().code == errc::storage_full ||
                                       did.error().code == errc::overloaded);
        if (!did && !may_pass && self->state.dead.empty()) {
            self->state.dead = did.error().what;
            warn("the history: " + did.error().what);
        }
    };
    const auto take_all = [self, check] {
        history_state& state = self->state;
        history_feed& feed = *state.parts->feed;
        const auto catch_up = [&] {
            if (state.dead.empty() && feed.is_behind()) {
                check(feed.catch_up());
            }
        };
        std::vector<told_entry_ptr> entries;
        state.parts->coming.take(entries);
        feed.wants(state.parts->coming.left_out());
        catch_up();
        for (const told_entry_ptr& each : entries) {
            if (state.dead.empty()) {
                check(feed.take(*each));
            }
        }
        catch_up();
    };
    const auto plan = [self, count] {
        if (!self->state.commit_is_planned) {
            self->state.commit_is_planned = true;
            count->sent.fetch_add(1, std::memory_order_release);
            const bool has_room = self->state.parts->progress.now().second.empty();
            self->delayed_send(caf::actor_cast<history_actor>(self),
                               has_room ? history_commits_apart : history_tries_apart,
                               history_commit{});
        }
    };
    const auto write = [self, check, take_all] {
        take_all();
        history_state& state = self->state;
        std::string why = state.dead;
        if (why.empty()) {
            const outcome committed = state.parts->feed->commit();
            check(committed);
            why = committed ? "" : committed.error().what;
        }
        state.parts->progress.say(state.parts->feed->durable(), std::move(why));
    };
    // What is told no more is written; if that fails, it is had again from the event store.
    self->attach_functor([kept = self->state.parts](const caf::error&) {
        std::vector<told_entry_ptr> entries;
        kept->coming.take(entries);
        for (const told_entry_ptr& each : entries) {
            static_cast<void>(kept->feed->take(*each));
        }
        static_cast<void>(kept->feed->commit());
    });
    return {
        [self, take_all, plan, count](const told_waits&) {
            const handling here(count);
            if (self->state.parts->coming.has_many()) {
                take_all();
            }
            plan();
        },
        [self, write, plan, count](const history_commit&) {
            const handling here(count);
            self->state.commit_is_planned = false;
            write();
            const history_parts& kept = *self->state.parts;
            const bool waits_for_room = !kept.progress.now().second.empty();
            if (self->state.dead.empty() && (kept.feed->is_behind() || waits_for_room)) {
                plan();  // until the event store has what is missing, and there is room
            }
        },
        [self, write, table, count](const question_mail& mail) {
            const handling here(count);
            write();
            session_answer answer = answer_of(self->state, mail, *table);
            if (const lane_ptr lane = table->find(mail.session)) {
                lane->post.tell(
                    session_reply{mail.ask, std::make_shared<session_answer>(std::move(answer))});
            }
        },
    };
}

}  // namespace bourse
