#pragma once

#include <cstddef>
#include <cstdint>

#include "actors/book/key_table.hpp"
#include "actors/book/slot_pool.hpp"
#include "messages/ids.hpp"
#include "messages/reason.hpp"
#include "messages/timestamp.hpp"

namespace bourse {

/// A command that is remembered by its client id (RULES.md 3.3). 64 bytes.
struct remembered_command {
    account_id account{};
    slot newer = no_slot;  ///< the next in the order in which they are forgotten
    client_id id{};
    order_id order{};
    std::uint64_t first_report = 0;
    std::uint64_t sequence = 0;
    timestamp forget_at{};
    slot same_hash = no_slot;  ///< another of the same 64-bit hash
    bourse::reason reason = bourse::reason::none;
    bool answered = false;
};

/// What the ledger remembers of commands, found by account and client id, forgotten in the order in
/// which they came.
///
/// A list in that order threads a pool; a hash of account and id, keyed by a secret of the process, finds
/// the slot. Two ids of one 64-bit hash hang on one another: nobody can make that happen on purpose,
/// and it stays right when it does.
class client_ids {
public:
    [[nodiscard]] remembered_command& operator[](slot at) noexcept { return commands_[at]; }
    [[nodiscard]] const remembered_command& operator[](slot at) const noexcept {
        return commands_[at];
    }

    /// The slot of an id, or no_slot.
    [[nodiscard]] slot find(account_id account, client_id id) const noexcept;
    /// Remembers an id that is not known yet, as the newest.
    slot add(account_id account, client_id id, timestamp forget_at);
    /// The one that came first, or no_slot.
    [[nodiscard]] slot oldest() const noexcept { return oldest_; }
    void forget_oldest() noexcept;
    /// Makes the oldest the newest.
    void keep_oldest(timestamp forget_at) noexcept;

    [[nodiscard]] std::uint32_t size() const noexcept { return commands_.live(); }
    [[nodiscard]] std::uint64_t last_sequence() const noexcept { return last_sequence_; }
    void set_last_sequence(std::uint64_t sequence) noexcept { last_sequence_ = sequence; }

private:
    [[nodiscard]] std::uint64_t hash_of(account_id account, client_id id) const noexcept;
    void link_newest(slot at) noexcept;

    slot_pool<remembered_command> commands_;
    key_table by_hash_;
    slot oldest_ = no_slot;
    slot newest_ = no_slot;
    std::uint64_t last_sequence_ = 0;
    std::uint64_t secret_ = hash_secret();
};

}  // namespace bourse
