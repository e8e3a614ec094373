#include "actors/book/book_actor.hpp"

namespace bourse {
namespace {

/// A bug of ours is not this actor's end, nor the process's: the shard hears of it.
void run_handed(handed_turn& of) {
    const assertion_scope scope;
    of.is = handed_turn::state::begun;
    try {
        of.turn->run();
        of.is = handed_turn::state::done;
    } catch (const violated_assertion& bug) {
        of.fault = bug;
    }
}

}  // namespace

book_actor::behavior_type book_behavior(book_actor::pointer /*self*/,
                                        const std::shared_ptr<actor_count>& count) {
    return {
        [count](book_turn_mail& mail) {
            const handling here(count);
            run_handed(*mail.turn);
            mail.turn.reset();
        },
    };
}

handed_turns::handed_turns(std::size_t count)
    : all_(static_cast<std::ptrdiff_t>(count)), turns_(count) {}

void handed_turns::hand(const post<book_actor>& to, book_turn& turn) noexcept {
    handed_turn& mine = turns_[handed_++];
    mine.turn = &turn;
    const auto released = [all = &all_](handed_turn*) { all->count_down(); };
    to.tell(book_turn_mail{std::shared_ptr<handed_turn>(&mine, released)});
}

void handed_turns::finish(book_turn& own) {
    struct waits_for_all {
        explicit waits_for_all(std::latch& of) : all(of) {}
        ~waits_for_all() { all.wait(); }
        waits_for_all(const waits_for_all&) = delete;
        waits_for_all& operator=(const waits_for_all&) = delete;
        std::latch& all;
    };
    {
        const waits_for_all meanwhile(all_);
        own.run();
    }
    for (const handed_turn& each : turns_) {
        if (each.fault) {
            assertion_failed(each.fault->condition, each.fault->file, each.fault->line);
        }
        if (each.is == handed_turn::state::not_begun) {
            each.turn->run();
        } else {
            const bool book_actor_lived_through_its_turn = each.is == handed_turn::state::done;
            BOURSE_ASSERT(book_actor_lived_through_its_turn);
        }
    }
}

}  // namespace bourse
