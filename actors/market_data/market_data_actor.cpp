#include "actors/market_data/market_data_actor.hpp"

#include <utility>

namespace bourse {
namespace {

void reply(const sessions& table, market_reader_id to, session_answer what) {
    if (const lane_ptr lane = table.find(to.session)) {
        lane->post.tell(session_reply{to.ask, std::make_shared<session_answer>(std::move(what))});
    }
}

void pass_on(market_desk& desk, const post<watched_actor>& shard, const sessions& table) {
    market_effects out = desk.take();
    for (market_effects::watch& each : out.watches) {
        shard.tell(market_watch_mail{each});
    }
    for (market_effects::push& each : out.pushes) {
        reply(table, each.to, std::move(each.what));
    }
}

void take(market_desk& desk, const sessions& table, const question_mail& mail) {
    const market_reader_id who{mail.session, mail.ask};
    if (const auto* what = std::get_if<subscribe_market>(mail.what.get())) {
        desk.subscribe(who, *what);
        return;
    }
    if (const auto* what = std::get_if<grant_credit>(mail.what.get())) {
        desk.grant({mail.session, what->subscription}, what->pushes);
    } else if (const auto* ended = std::get_if<unsubscribe>(mail.what.get())) {
        desk.unsubscribe({mail.session, ended->subscription});
    }
    reply(table, who, done_answer{});
}

}  // namespace

market_data_actor::behavior_type market_data_behavior(
    market_data_actor::stateful_pointer<market_data_state> self, post<watched_actor> shard,
    sessions_ptr table, std::shared_ptr<actor_count> count) {
    const auto done = [self, shard, table] { pass_on(self->state.desk, shard, *table); };
    return {
        [self, table, done, count](const question_mail& mail) {
            const handling here(count);
            take(self->state.desk, *table, mail);
            done();
        },
        [self, done, count](const gone_mail& mail) {
            const handling here(count);
            self->state.desk.close(mail.session);
            done();
        },
        [self, done, count](const market_change_mail& mail) {
            const handling here(count);
            self->state.desk.changed(*mail.what);
            done();
        },
        [self, done, count](const market_missing_mail& mail) {
            const handling here(count);
            self->state.desk.missing(mail.symbol);
            done();
        },
    };
}

}  // namespace bourse
