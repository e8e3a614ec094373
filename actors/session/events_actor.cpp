#include "actors/session/events_actor.hpp"

#include <utility>

namespace bourse {

events_actor::behavior_type events_behavior(events_actor::stateful_pointer<events_state> self,
                                            std::shared_ptr<report_source> source,
                                            post<durable_listener> shard, sessions_ptr table,
                                            std::function<void(const std::string&)> fail,
                                            std::shared_ptr<actor_count> count) {
    self->state.source = std::move(source);
    const auto check = [self, fail](const outcome& did) {
        if (!did) {
            fail("the event store: " + did.error().what);
            self->quit(caf::exit_reason::user_shutdown);
        }
        return did.has_value();
    };
    return {
        [self, check, count](const told_mail& mail) {
            events_state& state = self->state;
            if (check(state.source->take(mail.entry)) && !state.commit_is_planned) {
                state.commit_is_planned = true;
                self->send(caf::actor_cast<events_actor>(self), events_commit{});
            }
            handled(count);
        },
        [self, check, shard](const events_commit&) {
            events_state& state = self->state;
            state.commit_is_planned = false;
            if (check(state.source->commit())) {
                shard.tell(events_durable{state.source->durable()});
            }
        },
        [self, check, table, count](const wanted_mail& mail) {
            auto found =
                self->state.source->find(mail.account, mail.first, max_reports_of_push);
            if (check(found ? outcome(done{}) : outcome(found.error()))) {
                if (const lane_ptr lane = table->find(mail.session)) {
                    lane->post.tell(
                        session_past{std::make_shared<past_reports>(std::move(*found))});
                }
            }
            handled(count);
        },
    };
}

}  // namespace bourse
