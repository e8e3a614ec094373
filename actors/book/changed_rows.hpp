#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

#include "actors/book/key_list.hpp"
#include "actors/book/slot_pool.hpp"
#include "messages/assert.hpp"
#include "messages/row_change.hpp"

namespace bourse {

/// Which rows of one table differ from what a checkpoint has of them, by slot.
///
/// The problem: a checkpoint wants the rows that have changed since the last one as they were at one
/// index, while later entries go on to change them, and the path of an order has no time for it. So a
/// row is noted before its first change; `begin` makes what was noted the rows to be handed over;
/// and of these one that changes before its turn is copied first.
///
/// Three bits a slot: *changed* since the last `begin`; *pending*, changed before it, to be handed over or
/// handed over already; *stored*: the checkpoint had the row before. Of a row that goes only the key is kept,
/// and only if the checkpoint may have it. So what is kept besides the bits is at most a key for each row
/// that the checkpoint has, and while rows are handed over a copy of each that is pending.
///
/// A `Table` has `row_key key(slot) const` and `row_value row(slot) const`, which is none if what is in
/// the slot says nothing. A slot that is in no use has no bit; or, where all slots have been noted at once, the table has
/// `bool is_live(slot) const` too.
class changed_rows {
public:
    changed_rows() = default;
    changed_rows(const changed_rows&) = delete;
    changed_rows& operator=(const changed_rows&) = delete;

    // --- On the path of an order ----------------------------------------------------------------

    /// False: `note` has to be called before the row in this slot is changed.
    [[nodiscard]] bool is_noted(slot at) const noexcept {
        return at < limit_ && (bits_[at] & changed) != 0;
    }
    /// False: nothing is known of the row but that it is noted, and `forget` may take the place of `drop`.
    [[nodiscard]] bool is_known(slot at) const noexcept {
        return (bits_[at] & (pending | stored)) != 0;
    }
    /// A row that is not known goes.
    void forget(slot at) noexcept { bits_[at] = {}; }
    /// A row comes to a slot in which there is none.
    void note_new(slot at) {
        make_room(at);
        note_again(at);
    }
    /// The same where there was one before.
    void note_again(slot at) noexcept { bits_[at] = changed; }

    /// The rows in all slots below `count` are noted, those of slots in no use with them.
    void note_all(slot count);

    /// Calls `visit` with every slot that may have a row: where all are noted before they change, no other has one.
    template <class Visit>
    void visit_noted(Visit&& visit) const {
        for (slot first = 0; first < limit_; first += together) {
            if (word_of(first) == 0) {
                continue;
            }
            for (slot at = first; at < first + together; ++at) {
                if (bits_[at] != bits{}) {
                    visit(at);
                }
            }
        }
    }

    /// Makes room for slots below `count`.
    void reserve(std::size_t count) {
        if (count > limit_) {
            grow(static_cast<slot>(count - 1));
        }
    }

    template <class Table>
    void note(slot at, const Table& table) {
        make_room(at);
        if (is_left(at) && at >= walked_) {
            copies_.push_back({table.key(at), table.row(at)});
        }
        bits_[at] = static_cast<bits>(bits_[at] | changed);
    }
    template <class Table>
    void drop(slot at, const Table& table) {
        if (!is_known(at)) {
            forget(at);
            return;
        }
        note(at, table);  // so that it is copied
        drop_known(at, table.key(at));
    }

    // --- Handing over ---------------------------------------------------------------------------

    /// What is noted now is pending. A byte of each slot is read and written, here and at the end.
    void begin();
    /// Adds changes to `out` until it holds `most`; true when all that was pending has been handed over.
    template <class Table>
    [[nodiscard]] bool hand_over(std::size_t most, const Table& table,
                                 std::vector<row_change>& out) {
        hand_over_kept(most, out);
        while (walked_ < limit_ && out.size() < most) {
            if (walked_ % together == 0 && !any_left(walked_)) {
                walked_ += together;
                continue;
            }
            if (is_left(walked_) && is_live(table, walked_)) {
                out.push_back({table.key(walked_), table.row(walked_)});
            }
            ++walked_;
        }
        return walked_ >= limit_ && copies_.empty() && leaving_.is_end(told_);
    }
    /// The checkpoint has all that was handed over, or nothing of it.
    void end(bool is_stored);
    /// After a restore: the checkpoint has every row as it is.
    void note_all_stored() noexcept;
    /// Takes over from a table of which this one is a copy with other slots, and of which nothing is being
    /// handed over: every row here is to be handed over again.
    void take_over(changed_rows& other);

private:
    /// The bits of a slot. A type of its own: what is written as plain bytes might be anything, and the
    /// compiler would have to read everything again.
    enum bits : std::uint8_t { changed = 1, pending = 2, stored = 4 };
    static constexpr slot together = 8;  ///< slots that are looked at as one word

    template <class Table>
    [[nodiscard]] static bool is_live(const Table& table, slot at) {
        if constexpr (requires { table.is_live(at); }) {
            return table.is_live(at);
        }
        return true;
    }
    [[nodiscard]] bool is_left(slot at) const noexcept {
        return (bits_[at] & (pending | changed)) == pending;
    }
    /// True if any of the next slots is pending and has not changed.
    [[nodiscard]] bool any_left(slot first) const noexcept {
        const std::uint64_t word = word_of(first);
        constexpr std::uint64_t each = 0x0101'0101'0101'0101U;
        return (word >> 1U & ~word & each) != 0;
    }
    [[nodiscard]] std::uint64_t word_of(slot first) const noexcept {
        std::uint64_t word = 0;
        static_assert(sizeof word == together);
        std::memcpy(&word, bits_ + first, sizeof word);
        return word;
    }
    void make_room(slot at) {
        if (at >= limit_) [[unlikely]] {
            grow(at);
        }
    }
    void grow(slot at);
    void drop_known(slot at, const row_key& key);
    void hand_over_kept(std::size_t most, std::vector<row_change>& out);

    // Growing what is kept never copies what is there while an entry waits, and no call gives back all of it key by
    // key or copy by copy.
    bits* bits_ = nullptr;  ///< of `memory_`
    slot limit_ = 0;        ///< how many slots have bits
    slot walked_ = 0;       ///< those before have been handed over
    std::vector<bits> memory_;
    key_list gone_;         ///< since `begin`; the checkpoint may have them
    key_list half_gone_;    ///< likewise, if what is being handed over is stored
    key_list leaving_;      ///< gone before `begin`
    key_list::place told_;  ///< of `leaving_`
    std::deque<row_change> copies_;
    std::size_t stale_ = 0;  ///< so many of the oldest copies are of a hand-over that was given up
};

}  // namespace bourse
