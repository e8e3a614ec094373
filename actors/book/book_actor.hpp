#pragma once

#include <latch>
#include <memory>
#include <optional>
#include <vector>

#include "actors/console/post.hpp"
#include "actors/shard/shard.hpp"
#include "messages/assertion_scope.hpp"

namespace bourse {

/// A book's work in one round, with its actor, until it is released.
struct handed_turn {
    enum class state : std::uint8_t { not_begun, begun, done };
    book_turn* turn = nullptr;
    state is = state::not_begun;
    std::optional<violated_assertion> fault;  ///< what did not hold in it
};
/// Whoever waits for the turn goes on when this is released: done, or failed with its actor, or with an actor that was no more.
struct book_turn_mail {
    std::shared_ptr<handed_turn> turn;
};

/// Runs the turns of one book, apart from all other books.
///
/// One a symbol, started by the shard's actor, which hears when it ends; lives as long as that. Owns nothing: the book is its
/// shard's, whose thread waits meanwhile and touches none. Never blocks. Bound: one turn a round. If it fails
/// the node ends; the round it failed in comes to an end all the same.
using book_actor = caf::typed_actor<caf::reacts_to<book_turn_mail>>;

[[nodiscard]] book_actor::behavior_type book_behavior(book_actor::pointer self,
                                                      const std::shared_ptr<actor_count>& count);

/// The turns of one round, of which all but one are with the books' actors. Used once, by the thread that applies the entry.
class handed_turns {
public:
    /// So many will be handed out.
    explicit handed_turns(std::size_t count);
    void hand(const post<book_actor>& to, book_turn& turn) noexcept;
    /// When all are handed out: runs `own` here and waits for the others, whatever becomes of them, so that nobody touches a
    /// book any more when this returns or throws. A turn whose actor had failed before is run here. If something of ours did
    /// not hold in one, or its actor failed in the middle of it, that is said on this thread (`assertion_failed`), whose caller
    /// can throw the entry away.
    void finish(book_turn& own);

private:
    std::latch all_;
    std::vector<handed_turn> turns_;
    std::size_t handed_ = 0;
};

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::book_turn_mail)
