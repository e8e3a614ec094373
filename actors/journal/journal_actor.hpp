#pragma once

#include "actors/console/post.hpp"
#include "storage/handed_disk.hpp"
#include "storage/handed_store.hpp"

namespace bourse {

/// What an actor that blocks has done, for whom it did it.
struct work_done {
    enum class kind : std::uint8_t { journal, rows, events };
    kind of = kind::journal;
    std::shared_ptr<const outcome> result;
};
struct journal_work {
    std::shared_ptr<handed_work> what;
    /// Whose bytes are written: there until they are, even when the actor that noted them is gone.
    std::shared_ptr<const void> of;
};
struct rows_work {
    work_done::kind of = work_done::kind::rows;
    std::shared_ptr<handed_rows> what;
};

/// Hears of work that was done: the shard's actor is one.
using work_owner = caf::typed_actor<caf::reacts_to<work_done>>;

/// Carries out what the shard's thread noted for the disk: the one thread that waits for it.
///
/// Three a node, started by its wiring, detached, since they block: `journal` for the files of the journal, `rows` for
/// commits of checkpoints, which take long and must not keep the others waiting, `events` for the event store. Owns nothing; lives as long as the node; if it
/// fails the node ends. Bound: the shard has one batch and one commit under way, and a piece of upkeep.
using journal_actor = caf::typed_actor<
    // Writes and syncs, in order, and tells the owner what came of it.
    caf::reacts_to<journal_work>,
    // Begins, changes and commits a store, and tells the owner.
    caf::reacts_to<rows_work>>;

[[nodiscard]] journal_actor::behavior_type journal_behavior(journal_actor::pointer self,
                                                            work_owner owner,
                                                            std::shared_ptr<actor_count> owners,
                                                            std::shared_ptr<actor_count> count);

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::work_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::journal_work)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::rows_work)
