#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "actors/book/order_book.hpp"
#include "actors/book/slot_pool.hpp"
#include "actors/shard/shard.hpp"

namespace bourse {

/// A book of a shard, and its turn in a round: inputs in, events out, apart from all other books.
///
/// The shard fills `inputs` and calls `run`, wherever that happens to take place; then it reads what each
/// input caused. Both are used again and keep their memory.
class shard_book final : public book_turn {
public:
    shard_book(const instrument& rules, std::uint32_t number)
        : book(rules, market_state::closed), listing(number) {}
    shard_book(order_book restored, std::uint32_t number)
        : book(std::move(restored)), listing(number) {}

    /// Does what is due at `now`, then each input; a turn without inputs is only for what is due.
    void run() override;

    /// The state that the book is in, or that the last of its inputs puts it into.
    [[nodiscard]] set_state intended_state() const noexcept;

    /// The events that `count` inputs of the last turn caused, from input `first` on; to the very first belongs
    /// what was due.
    [[nodiscard]] std::span<const event> caused_by(std::size_t first,
                                                   std::size_t count) const noexcept {
        const std::size_t begin = begin_of(first);
        return events_.events().subspan(begin, ends_[first + count - 1] - begin);
    }
    /// How many events inputs before `i` have caused.
    [[nodiscard]] std::size_t begin_of(std::size_t i) const noexcept {
        return i == 0 ? 0 : ends_[i - 1];
    }
    /// Where the ledger has the order that input `i` of the last turn was about, or no_slot.
    [[nodiscard]] slot order_of(std::size_t i) const noexcept {
        return i < told_orders_.size() ? told_orders_[i] : no_slot;
    }

    /// Gives back what a past peak has left behind, if that is most of the book's memory and not so many orders rest
    /// that it takes long: see the constants in shard_book.cpp. False if not. Not while rows are handed over.
    bool give_back_peak();

    order_book book;
    std::uint32_t listing;
    std::vector<command> inputs;
    std::vector<slot> orders;  ///< of each input: where the ledger has its order, or no_slot
    timestamp now{};
    std::uint64_t digest = 0;      ///< over all events (RULES.md 5.2)
    std::uint64_t last_event = 0;  ///< the newest event's number
    bool is_held = false;          ///< by a market-wide halt
    set_state held{};              ///< what follows then
    timestamp due{};               ///< as the shard has it in its list; none: nothing

private:
    event_buffer events_;
    std::vector<std::size_t> ends_;
    std::vector<slot> told_orders_;  ///< `orders` of the last turn
};

}  // namespace bourse
