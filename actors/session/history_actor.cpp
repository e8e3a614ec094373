#include "actors/session/history_actor.hpp"

#include <utility>
#include <vector>

#include "actors/session/act_desk.hpp"

namespace bourse {
namespace {

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
    self->state.parts = std::move(parts);
    const auto check = [self, warn](const outcome& did) {
        if (!did && did.error().code != errc::storage_full && self->state.dead.empty()) {
            self->state.dead = did.error().what;
            warn("the history: " + did.error().what);
        }
    };
    const auto take_all = [self, check] {
        history_state& state = self->state;
        std::vector<told_entry_ptr> entries;
        state.parts->coming.take(entries);
        for (const told_entry_ptr& each : entries) {
            if (state.dead.empty()) {
                check(state.parts->feed->take(*each));
            }
        }
    };
    const auto write = [self, check, take_all] {
        take_all();
        if (self->state.dead.empty()) {
            check(self->state.parts->feed->commit());
        }
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
        [self, take_all, count](const told_waits&) {
            const handling here(count);
            history_state& state = self->state;
            if (state.parts->coming.has_many()) {
                take_all();
            }
            if (!state.commit_is_planned) {
                state.commit_is_planned = true;
                count->sent.fetch_add(1, std::memory_order_release);
                self->delayed_send(caf::actor_cast<history_actor>(self), history_commits_apart,
                                   history_commit{});
            }
        },
        [self, write, count](const history_commit&) {
            const handling here(count);
            self->state.commit_is_planned = false;
            write();
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
