#include "actors/session/past_actor.hpp"

#include <utility>

namespace bourse {

past_actor::behavior_type past_behavior(past_actor::pointer /*self*/,
                                        std::shared_ptr<report_source> source, sessions_ptr table,
                                        std::function<void(const std::string&)> fail,
                                        std::shared_ptr<actor_count> count) {
    return {
        [source, count](const events_durable& mail) {
            const handling here(count);
            source->durable(mail.index);
        },
        [source, table, fail, count](const wanted_mail& mail) {
            const handling here(count);
            auto found = source->find(mail.account, mail.first, max_reports_of_push);
            if (!found) {
                fail("the event store: " + found.error().what);
            } else if (const lane_ptr lane = table->find(mail.session)) {
                lane->post.tell(session_past{std::make_shared<past_reports>(std::move(*found))});
            }
        },
    };
}

}  // namespace bourse
