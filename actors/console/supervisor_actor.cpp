#include "actors/console/supervisor_actor.hpp"

#include <algorithm>
#include <map>
#include <memory>

namespace bourse {

caf::behavior supervisor_behavior(caf::event_based_actor* self,
                                  const std::vector<watched_part>& parts,
                                  const std::function<void(const std::string& why)>& failed,
                                  const std::shared_ptr<actor_count>& count) {
    const auto names = std::make_shared<std::map<caf::actor_addr, std::string>>();
    const auto watch = [self, names](const watched_part& one) {
        (*names)[one.part.address()] = one.name;
        self->monitor(one.part);
        if (one.count != nullptr) {
            one.count->watched = true;
        }
    };
    std::for_each(parts.begin(), parts.end(), watch);
    self->set_down_handler([names, failed](const caf::down_msg& down) {
        if (down.reason != caf::exit_reason::user_shutdown) {
            const auto found = names->find(down.source);
            failed((found == names->end() ? "a part" : found->second) + " failed (" +
                   caf::to_string(down.reason) +
                   "); what was acknowledged is durable, and there again at the next start");
        }
    });
    return {[watch, count](const watched_part& one) {
        const handling here(count);
        watch(one);
    }};
}

}  // namespace bourse
