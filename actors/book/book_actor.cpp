#include "actors/book/book_actor.hpp"

namespace bourse {
namespace {

/// A bug of ours is not this actor's end, nor the process's: the shard hears of it.
void run_handed(handed_turn& of) {
    const assertion_scope scope;
    try {
        of.turn->run();
    } catch (const violated_assertion& bug) {
        of.fault = bug;
    } catch (...) {
        of.end(handed_turn::state::failed);
        throw;
    }
    of.end(handed_turn::state::done);
}

}  // namespace

book_actor::behavior_type book_behavior(book_actor::pointer /*self*/,
                                        const std::shared_ptr<actor_count>& count) {
    return {
        [count](book_turn_mail& mail) {
            const handling here(count);
            if (mail.turn->take()) {
                run_handed(*mail.turn);
            }
        },
    };
}

handed_turns::handed_turns(std::size_t count)
    : turns_(std::make_shared<std::vector<handed_turn>>(count)) {}

void handed_turns::hand(const post<book_actor>& to, book_turn& turn) noexcept {
    handed_turn& mine = (*turns_)[handed_++];
    mine.turn = &turn;
    if (to.count->sent - to.count->handled < max_turns_waiting) {
        to.tell(book_turn_mail{std::shared_ptr<handed_turn>(turns_, &mine)});
    }
}

void handed_turns::finish(book_turn& own) {
    // Also if a turn of this thread throws: those not begun are not done then.
    struct waits_for_all {
        explicit waits_for_all(std::span<handed_turn> of) : all(of) {}
        ~waits_for_all() {
            for (handed_turn& each : all) {
                if (!each.take()) {
                    each.is.wait(handed_turn::state::taken);
                }
            }
        }
        waits_for_all(const waits_for_all&) = delete;
        waits_for_all& operator=(const waits_for_all&) = delete;
        std::span<handed_turn> all;
    };
    {
        const waits_for_all meanwhile(turns());
        own.run();
        // From the end, as the actors begin at the other.
        for (std::size_t i = handed_; i-- > 0;) {
            handed_turn& each = turns()[i];
            if (!each.take()) {
                continue;
            }
            try {
                each.turn->run();
            } catch (...) {
                each.end(handed_turn::state::failed);
                throw;
            }
            each.end(handed_turn::state::done);
        }
    }
    for (const handed_turn& each : turns()) {
        if (each.fault) {
            assertion_failed(each.fault->condition, each.fault->file, each.fault->line);
        }
        const bool book_actor_lived_through_its_turn = each.is == handed_turn::state::done;
        BOURSE_ASSERT(book_actor_lived_through_its_turn);
    }
}

}  // namespace bourse
