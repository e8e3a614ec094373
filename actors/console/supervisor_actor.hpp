#pragma once

#include <caf/all.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/console/post.hpp"

namespace bourse {

/// A part that a node cannot do without, as people call it: "journal rows".
struct watched_part {
    caf::actor part;  ///< not its address: it may be gone before it is watched
    std::string name;
    std::shared_ptr<actor_count> count = nullptr;  ///< where it is noted that it is watched
};

/// Hears of every actor that a node cannot do without, and says so when one is gone by itself: `failed` with a sentence that names
/// it and what follows. Whoever asked them to stop (`exit_reason::user_shutdown`) hears nothing.
///
/// One a node, started by its wiring, detached, ended last. Owns nothing. Never blocks. Those that begin later are sent to it, as a
/// `watched_part`. Sessions are not among them: the door watches those. Bound: the parts.
[[nodiscard]] caf::behavior supervisor_behavior(
    caf::event_based_actor* self, const std::vector<watched_part>& parts,
    const std::function<void(const std::string& why)>& failed,
    const std::shared_ptr<actor_count>& count);

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::watched_part)
