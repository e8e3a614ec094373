#include "actors/console/console_actor.hpp"

#include <utility>

namespace bourse {

asked_actor::behavior_type console_behavior(asked_actor::pointer /*self*/,
                                            std::shared_ptr<actor_registry> registry,
                                            sessions_ptr table,
                                            std::shared_ptr<actor_count> count) {
    return {
        [registry, table, count](const question_mail& mail) {
            const handling here(count);
            const auto* asked = std::get_if<console_request>(mail.what.get());
            session_answer answer =
                asked != nullptr
                    ? registry->answer(*asked)
                    : session_answer(request_refused{request_refused::kind::unavailable,
                                                     "this node keeps no history", 0});
            if (const lane_ptr lane = table->find(mail.session)) {
                lane->post.tell(
                    session_reply{mail.ask, std::make_shared<session_answer>(std::move(answer))});
            }
        },
    };
}

}  // namespace bourse
