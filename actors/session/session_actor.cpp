#include "actors/session/session_actor.hpp"

#include <chrono>
#include <utility>

#include "actors/session/clock.hpp"

namespace bourse {

void session_state::pass_on(session_actor::pointer self) {
    session_effects out = core->take();
    const std::uint64_t number = core->options().number.value;
    if (own == nullptr) {
        own = links.table->find(number);
    }
    for (session_effects::watch& each : out.watches) {
        links.router.tell(watch_mail{number, each.account, each.on});
    }
    for (session_effects::commands& each : out.submits) {
        links.router.tell(commands_mail{
            number, each.ask, std::make_shared<std::vector<shard_command>>(std::move(each.list))});
    }
    for (session_effects::question& each : out.questions) {
        links.router.tell(question_mail{number, each.ask,
                                        std::make_shared<session_request>(std::move(each.what))});
    }
    for (session_effects::wanted_reports& each : out.wanted) {
        links.router.tell(wanted_mail{number, each.account, each.first});
    }
    for (session_effects::answer& each : out.answers) {
        const bool is_push = std::holds_alternative<market_push>(each.what) ||
                             std::holds_alternative<reports_push>(each.what);
        if (!is_push && own != nullptr) {
            own->in_flight.fetch_sub(1, std::memory_order_relaxed);
        }
        if (!is_push) {
            trail->answered(each.ask, each.what);
        }
        links.voice(each.ask, std::move(each.what));
    }
    if (out.tick_after_ms != 0 && !tick_is_planned && !core->is_closed()) {
        tick_is_planned = true;
        count->sent.fetch_add(1, std::memory_order_release);
        self->delayed_send(caf::actor_cast<session_actor>(self),
                           std::chrono::milliseconds(out.tick_after_ms), session_tick{});
    }
}

session_actor::behavior_type session_behavior(session_actor::stateful_pointer<session_state> self,
                                              session_options options, session_links links,
                                              std::shared_ptr<actor_count> count) {
    self->state.core = std::make_unique<session>(options);
    self->state.links = std::move(links);
    self->state.count = count;
    self->state.trail.emplace(self->state.links.log, options.number, options.user, options.role);
    const auto done = [self] { self->state.pass_on(self); };
    return {
        [self, done, count](session_ask& mail) {
            const handling here(count);
            self->state.trail->asked(mail.ask, *mail.what);
            self->state.core->ask(now(), mail.ask, std::move(*mail.what));
            done();
        },
        [self, done, count](const session_entry& mail) {
            const handling here(count);
            session_state& state = self->state;
            state.core->told(*mail.entry, mail.asks);
            if (mail.is_watched && state.own != nullptr) {
                state.own->entries_on_way.fetch_sub(1, std::memory_order_relaxed);
            }
            if (state.own != nullptr && state.own->has_missed.exchange(false)) {
                state.core->missed();
            }
            done();
        },
        [self, done, count](session_refusal& mail) {
            const handling here(count);
            self->state.core->refused(mail.ask, std::move(*mail.why));
            done();
        },
        [self, done, count](const session_lost& mail) {
            const handling here(count);
            for (const std::uint64_t each : mail.asks) {
                self->state.core->lost(each);
            }
            done();
        },
        [self, done, count](session_reply& mail) {
            const handling here(count);
            self->state.core->replied(mail.ask, std::move(*mail.what));
            done();
        },
        [self, done, count](session_past& mail) {
            const handling here(count);
            self->state.core->past(std::move(*mail.what));
            done();
        },
        [self, count](const session_tick&) {
            const handling here(count);
            self->state.tick_is_planned = false;
            self->state.core->tick(now());
            self->state.pass_on(self);
        },
        [self, done, count](const session_close& mail) {
            const handling here(count);
            session_state& state = self->state;
            const std::uint64_t number = state.core->options().number.value;
            state.core->close(now());
            done();
            state.trail->ended(mail.why);
            if (!mail.why.empty()) {
                state.links.voice(0, session_ended{mail.why});
            }
            state.links.router.tell(gone_mail{number});
            state.links.table->remove(number);
            self->quit();
        },
    };
}

}  // namespace bourse
