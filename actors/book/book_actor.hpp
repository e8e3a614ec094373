#pragma once

#include <latch>

#include "actors/console/post.hpp"
#include "actors/shard/shard.hpp"

namespace bourse {

/// A book's work in one round, and who waits for it. Both outlive the message.
struct book_turn_mail {
    book_turn* turn = nullptr;
    std::latch* waits = nullptr;
};

/// Runs the turns of books, apart from all other books.
///
/// As many a shard as are of use, started by the node's wiring; a symbol's turns of a round go to one of them. Owns nothing: the
/// book is its shard's, whose thread waits meanwhile and touches none. Never blocks. Bound: one turn a book and round.
using book_actor = caf::typed_actor<caf::reacts_to<book_turn_mail>>;

[[nodiscard]] book_actor::behavior_type book_behavior(book_actor::pointer self,
                                                      const std::shared_ptr<actor_count>& count);

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::book_turn_mail)
