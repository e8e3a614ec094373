#include "actors/console/supervisor_actor.hpp"

#include <map>

namespace bourse {

caf::behavior supervisor_behavior(caf::event_based_actor* self,
                                  const std::vector<watched_part>& parts,
                                  const std::function<void(const std::string& why)>& failed) {
    std::map<caf::actor_addr, std::string> names;
    for (const watched_part& each : parts) {
        names[each.part.address()] = each.name;
        self->monitor(each.part);
    }
    self->set_down_handler([names = std::move(names), failed](const caf::down_msg& down) {
        if (down.reason != caf::exit_reason::user_shutdown) {
            const auto found = names.find(down.source);
            failed((found == names.end() ? "a part" : found->second) + " failed (" +
                   caf::to_string(down.reason) +
                   "); what was acknowledged is durable, and there again at the next start");
        }
    });
    return {[](int) {}};
}

}  // namespace bourse
