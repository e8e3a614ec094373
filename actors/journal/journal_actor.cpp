#include "actors/journal/journal_actor.hpp"

namespace bourse {

journal_actor::behavior_type journal_behavior(journal_actor::pointer /*self*/, work_owner owner,
                                              std::shared_ptr<actor_count> owners,
                                              std::shared_ptr<actor_count> count) {
    const post<work_owner> to{std::move(owner), std::move(owners)};
    return {
        [to, count](const journal_work& work) {
            const handling here(count);
            to.tell(work_done{work_done::kind::journal,
                              std::make_shared<const outcome>(work.what->carry_out())});
        },
        [to, count](const rows_work& work) {
            const handling here(count);
            to.tell(work_done{work.of, std::make_shared<const outcome>(work.what->carry_out())});
        },
    };
}

}  // namespace bourse
