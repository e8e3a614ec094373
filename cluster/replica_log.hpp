#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "cluster/consensus.hpp"

namespace bourse {

/// A replica's log as far as it is kept in memory: the entries from `first_index` on, and the memberships
/// that its entries, or the snapshot before them, put in force.
///
/// - `last_index() + 1 >= first_index()`; equal: no entry is kept.
/// - Memberships are in ascending order of index; the last is in force.
class replica_log {
public:
    /// Empty behind a snapshot.
    void restart(const snapshot_position& snapshot);
    /// The entries that a replica starts with. `snapshot` may be at index zero: none.
    void restart(const snapshot_position& snapshot, std::uint64_t first_index,
                 const std::vector<log_entry>& entries);

    [[nodiscard]] std::uint64_t first_index() const noexcept { return first_; }
    [[nodiscard]] std::uint64_t last_index() const noexcept { return first_ + slots_.size() - 1; }
    [[nodiscard]] bool has(std::uint64_t index) const noexcept {
        return index >= first_ && index <= last_index();
    }
    [[nodiscard]] const log_entry& at(std::uint64_t index) const { return slot_at(index).entry; }

    /// The bytes of the payloads of the entries behind `index`, which is at least `first_index() - 1`.
    [[nodiscard]] std::uint64_t bytes_behind(std::uint64_t index) const;
    /// No payload kept is larger; a power of two, or zero.
    [[nodiscard]] std::uint64_t payload_bound() const noexcept;

    void append(const log_entry& entry);
    void truncate_from(std::uint64_t index);
    /// Gives up the entries before `index`, which is at most one above the last.
    void drop_before(std::uint64_t index);
    void forget_payloads(std::uint64_t index);

    /// In force in the log's last entry.
    [[nodiscard]] const membership& members() const noexcept;
    /// In force at `index`.
    [[nodiscard]] const committed_membership& membership_at(std::uint64_t index) const;
    /// The first that came into the log behind `index`, or null.
    [[nodiscard]] const committed_membership* membership_behind(std::uint64_t index) const;

private:
    struct slot {
        log_entry entry;
        std::uint64_t bytes_up_to = 0;  // of all payloads since the start, this one's included
    };

    [[nodiscard]] const slot& slot_at(std::uint64_t index) const;
    [[nodiscard]] std::uint64_t size_of(std::size_t place) const;
    [[nodiscard]] std::uint64_t bytes_up_to(std::size_t slots) const;
    void count(std::uint64_t bytes, bool more);

    std::deque<slot> slots_;
    std::uint64_t first_ = 1;
    std::uint64_t bytes_before_ = 0;         // of all payloads before the first slot
    std::array<std::uint32_t, 65> sizes_{};  // how many payloads have a size of so many bits
    std::vector<committed_membership> memberships_;
    std::uint64_t forgotten_ = 0;
};

}  // namespace bourse
