#include "actors/book/book_actor.hpp"

namespace bourse {

book_actor::behavior_type book_behavior(book_actor::pointer /*self*/,
                                        const std::shared_ptr<actor_count>& count) {
    return {
        [count](const book_turn_mail& mail) {
            const handling here(count);
            mail.turn->run();
            mail.waits->count_down();
        },
    };
}

}  // namespace bourse
