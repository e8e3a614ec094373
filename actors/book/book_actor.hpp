#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "actors/console/post.hpp"
#include "actors/shard/shard.hpp"
#include "messages/assertion_scope.hpp"

namespace bourse {

/// A book's work in one round: done by whoever takes it first, its actor or the thread that waits for the round.
struct handed_turn {
    enum class state : std::uint8_t { waits, taken, done, failed };
    /// There until the turn is over; not looked at by who comes too late.
    book_turn* turn = nullptr;
    std::atomic<state> is{state::waits};
    std::optional<violated_assertion> fault;  ///< what did not hold in it

    /// True for one of those who ask.
    [[nodiscard]] bool take() noexcept {
        state expected = state::waits;
        return is.compare_exchange_strong(expected, state::taken);
    }
    /// Of whoever took it.
    void end(state how) noexcept {
        is = how;
        is.notify_all();
    }
};
struct book_turn_mail {
    std::shared_ptr<handed_turn> turn;
};

/// Runs the turns of one book, apart from all other books.
///
/// One a symbol, started by the shard's actor, which hears when it ends; lives as long as that. Owns nothing: the book is its
/// shard's, which waits meanwhile and touches none that was taken. Never blocks. Bound: `max_turns_waiting`. If it fails
/// the node ends; the round it failed in comes to an end all the same.
using book_actor = caf::typed_actor<caf::reacts_to<book_turn_mail>>;

[[nodiscard]] book_actor::behavior_type book_behavior(book_actor::pointer self,
                                                      const std::shared_ptr<actor_count>& count);

/// So many turns may wait in a book's mailbox, over by now or not; the shard does more itself.
inline constexpr std::uint64_t max_turns_waiting = 4;

/// The turns of one round, of which all but one are with the books' actors. Used once, by the thread that applies the entry.
///
/// It waits only for turns that somebody has begun, and does itself what nobody has: so a round ends even if no other thread is
/// free, and with one worker.
class handed_turns {
public:
    /// So many will be handed out.
    explicit handed_turns(std::size_t count);
    void hand(const post<book_actor>& to, book_turn& turn) noexcept;
    /// When all are handed out: runs `own` here and then whatever nobody has begun, and waits for the others, whatever becomes of
    /// them: nobody touches a book any more when this returns or throws. If something of ours did not hold in one, or its actor
    /// failed in the middle of it, that is said on this thread (`assertion_failed`), whose caller can throw the entry away.
    void finish(book_turn& own);

private:
    [[nodiscard]] std::span<handed_turn> turns() const { return std::span(*turns_).first(handed_); }

    /// Mails that were not read in time have it, too.
    std::shared_ptr<std::vector<handed_turn>> turns_;
    std::size_t handed_ = 0;
};

}  // namespace bourse

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(bourse::book_turn_mail)
