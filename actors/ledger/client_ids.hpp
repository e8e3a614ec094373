#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "actors/book/growing_array.hpp"
#include "actors/book/key_table.hpp"
#include "actors/book/slot_pool.hpp"
#include "messages/ids.hpp"
#include "messages/reason.hpp"
#include "messages/timestamp.hpp"

namespace bourse {

/// A command that is remembered by its client id (RULES.md 3.3): one cache line.
struct remembered_command {
    account_id account{};
    slot newer = no_slot;  ///< the next in the order in which they are forgotten
    client_id id{};
    order_id order{};
    std::uint64_t first_report = 0;
    std::uint64_t sequence = 0;
    timestamp forget_at{};
    bourse::reason reason = bourse::reason::none;
    bool answered = false;
};
static_assert(sizeof(remembered_command) == 64);

/// What the ledger remembers of commands, found by account and client id, forgotten in the order in
/// which they came.
///
/// The problem: there are millions, each is looked for once and is then not there, and nothing says
/// where in memory that is. So a look-up reads one cache line, which `prefetch` asks for ahead: an open
/// hash table, at most half full, has eight bytes an id, 32 bits of its hash and the slot of its row.
/// Rows are read only where those bits agree. They are the hash's highest, and where an id belongs is
/// their beginning: growing reads and writes the table once from front to back, and no row.
///
/// The hash is keyed by a secret of the process: nobody can choose ids that fall together.
class client_ids {
public:
    client_ids() { table_.grow(first_size); }

    [[nodiscard]] remembered_command& operator[](slot at) noexcept { return commands_[at]; }
    [[nodiscard]] const remembered_command& operator[](slot at) const noexcept {
        return commands_[at];
    }

    /// Where an id is, or would be. Valid until the next `add` or `forget_oldest`.
    struct position {
        std::uint32_t tag;
        std::size_t at;
        slot found;  ///< or no_slot
    };
    [[nodiscard]] position locate(account_id account, client_id id) const noexcept;
    /// The slot of an id, or no_slot.
    [[nodiscard]] slot find(account_id account, client_id id) const noexcept {
        return locate(account, id).found;
    }
    /// Asks for the cache line that `locate` reads.
    void prefetch(account_id account, client_id id) const noexcept {
        __builtin_prefetch(&table_[home(tag_of(account, id))]);
    }

    /// Makes room for `count` ids at once.
    void reserve(std::size_t count);

    /// Remembers an id that is not known yet, as the newest, at the position that `locate` has told.
    slot add(const position& where, account_id account, client_id id, timestamp forget_at);
    /// The one that came first, or no_slot.
    [[nodiscard]] slot oldest() const noexcept { return oldest_; }
    void forget_oldest() noexcept;
    /// Makes the oldest the newest.
    void keep_oldest(timestamp forget_at) noexcept;

    [[nodiscard]] std::uint32_t size() const noexcept { return commands_.live(); }
    [[nodiscard]] std::uint64_t last_sequence() const noexcept { return last_sequence_; }
    void set_last_sequence(std::uint64_t sequence) noexcept { last_sequence_ = sequence; }

private:
    struct entry {
        std::uint32_t tag;
        slot row;  ///< plus one; zero: free
    };
    static constexpr std::size_t first_size = 1024;
    /// While ids only come, their rows are one after the other: that far ahead memory is asked for.
    static constexpr slot rows_ahead = 8;

    /// Three secrets of one, by the finalizer of SplitMix64.
    [[nodiscard]] static std::uint64_t secret(std::uint64_t number) noexcept {
        std::uint64_t mixed = hash_secret() + number * 0x9E3779B97F4A7C15U;
        mixed = (mixed ^ mixed >> 30U) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ mixed >> 27U) * 0x94D049BB133111EBU;
        return mixed ^ mixed >> 31U;
    }
    /// Both halves of a product, added bit by bit: every bit of either factor reaches every bit.
    [[nodiscard]] static std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
        __extension__ using product = unsigned __int128;
        const product whole = product{a} * b;
        return static_cast<std::uint64_t>(whole) ^ static_cast<std::uint64_t>(whole >> 64U);
    }
    [[nodiscard]] std::uint32_t tag_of(account_id account, client_id id) const noexcept {
        const std::uint64_t of_id = fold(id.high ^ secrets_[0], id.low ^ secrets_[1]);
        return static_cast<std::uint32_t>(fold(of_id ^ account.value, secrets_[2]) >> 32U);
    }
    [[nodiscard]] std::size_t home(std::uint32_t tag) const noexcept { return tag >> shift_; }
    void resize(std::size_t size);
    void erase(std::size_t hole) noexcept;
    slot unlink_oldest() noexcept;
    void link_newest(slot at) noexcept;

    slot_pool<remembered_command> commands_;
    growing_array<entry> table_;
    std::size_t mask_ = first_size - 1;
    int shift_ = 32 - std::countr_zero(first_size);
    slot oldest_ = no_slot;
    slot newest_ = no_slot;
    std::uint64_t last_sequence_ = 0;
    std::uint64_t secrets_[3] = {secret(1), secret(2), secret(3) | 1U};
};

inline client_ids::position client_ids::locate(account_id account, client_id id) const noexcept {
    const std::uint32_t tag = tag_of(account, id);
    std::size_t at = home(tag);
    for (; table_[at].row != 0; at = (at + 1) & mask_) {
        const slot row = table_[at].row - 1;
        if (table_[at].tag == tag && commands_[row].id == id && commands_[row].account == account)
            [[unlikely]] {
            return {tag, at, row};
        }
    }
    return {tag, at, no_slot};
}

inline slot client_ids::add(const position& where, account_id account, client_id id,
                            timestamp forget_at) {
    std::size_t at = where.at;
    if (2 * (std::size_t{commands_.live()} + 1) > mask_ + 1) [[unlikely]] {
        resize(2 * (mask_ + 1));
        at = locate(account, id).at;
    }
    const slot row = commands_.take();
    commands_.prefetch(row + rows_ahead);
    // Field by field in place: what is put together elsewhere and copied whole waits for its parts.
    remembered_command& added = commands_[row];
    added.account = account;
    added.id = id;
    added.order = {};
    added.first_report = 0;
    added.forget_at = forget_at;
    added.reason = reason::none;
    added.answered = false;
    table_[at].tag = where.tag;
    table_[at].row = row + 1;
    link_newest(row);
    return row;
}

inline void client_ids::link_newest(slot at) noexcept {
    commands_[at].sequence = ++last_sequence_;
    commands_[at].newer = no_slot;
    (newest_ == no_slot ? oldest_ : commands_[newest_].newer) = at;
    newest_ = at;
}

}  // namespace bourse
