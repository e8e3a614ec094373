#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "actors/book/key_table.hpp"
#include "actors/book/slot_pool.hpp"
#include "messages/ids.hpp"
#include "messages/shard_rows.hpp"
#include "messages/timestamp.hpp"

namespace bourse {

/// The leases of a shard (shard RULES 3.2): found by number, and by when they lapse.
class leases {
public:
    static constexpr std::size_t max_leases = 65'536;

    /// The slot of a lease, or no_slot.
    [[nodiscard]] slot find(lease_id id) const noexcept { return by_id_.find(id.value); }
    [[nodiscard]] const lease_row& operator[](slot at) const noexcept { return rows_[at]; }
    /// Whose lease it is; none: there is no such lease.
    [[nodiscard]] account_id owner(lease_id id) const noexcept {
        const slot at = find(id);
        return at == no_slot ? account_id{} : rows_[at].account;
    }
    [[nodiscard]] std::size_t size() const noexcept { return due_.size(); }
    /// Makes the lease, or has it end at another time.
    void put(const lease_row& lease) {
        const std::size_t where = by_id_.locate(lease.id.value);
        slot at = by_id_[where].value;
        if (at == no_slot) {
            at = rows_.take();
            by_id_.put(lease.id.value, at);
        } else {
            due_.erase({rows_[at].until, lease.id});
        }
        rows_[at] = lease;
        due_.emplace(lease.until, lease.id);
    }
    void erase(lease_id id) {
        const std::size_t where = by_id_.locate(id.value);
        const slot at = by_id_[where].value;
        due_.erase({rows_[at].until, id});
        by_id_.erase(where);
        rows_.give_back(at);
    }
    /// The one that lapses first, or nothing.
    [[nodiscard]] std::optional<lease_row> first_due() const noexcept {
        if (due_.empty()) {
            return std::nullopt;
        }
        return rows_[by_id_.find(due_.begin()->second.value)];
    }
    /// All, in the order in which they lapse.
    [[nodiscard]] std::vector<lease_row> all() const {
        std::vector<lease_row> rows;
        for (const auto& [until, id] : due_) {
            rows.push_back(rows_[by_id_.find(id.value)]);
        }
        return rows;
    }

private:
    slot_pool<lease_row> rows_;
    key_table by_id_;
    std::set<std::pair<timestamp, lease_id>> due_;
};

}  // namespace bourse
