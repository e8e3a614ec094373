#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/directory/directory.hpp"

namespace bourse {

// What the directory has to know of each kind of record.
[[nodiscard]] inline std::uint32_t id_of(const currency_record& record) noexcept {
    return record.id.value;
}
[[nodiscard]] inline std::uint32_t id_of(const instrument_record& record) noexcept {
    return record.terms.rules.symbol.value;
}
[[nodiscard]] inline std::uint32_t id_of(const account_record& record) noexcept {
    return record.id.value;
}
[[nodiscard]] inline std::uint32_t id_of(const user_record&) noexcept {
    return 0;  // none
}
template <class Record>
[[nodiscard]] bool is_ready(const Record& record) noexcept {
    if constexpr (requires { record.state; }) {
        return record.state == record_state::ready;
    } else {
        return true;
    }
}

/// The records of one table by name, and by id: of two with one id, the one that is ready has it, then the one
/// with the lower revision, then the lower name.
///
/// So an id never changes hands once its owner has gone on: who made a record looks at what the entry made of
/// it before going on, and goes on only as the owner.
template <class Record>
class named_records {
public:
    using kept = directory::kept<Record>;

    void put(std::string_view name, Record record, std::uint64_t revision) {
        erase(name);
        const auto [at, is_new] =
            by_name_.emplace(name, kept{.record = std::move(record), .revision = revision});
        names_.emplace(at->first, &at->second);
        if (const std::uint32_t id = id_of(at->second.record); id != 0) {
            claims_[id].push_back(&at->second);
            settle(id);
        }
    }

    void erase(std::string_view name) {
        const auto found = by_name_.find(name);
        if (found == by_name_.end()) {
            return;
        }
        const std::uint32_t id = id_of(found->second.record);
        if (id != 0) {
            std::erase(claims_[id], &found->second);
            settle(id);
        }
        names_.erase(found->first);
        by_name_.erase(found);
    }

    [[nodiscard]] const kept* find(std::string_view name) const {
        const auto found = names_.find(name);
        return found == names_.end() ? nullptr : found->second;
    }
    /// Of those that are ready.
    [[nodiscard]] const Record* find_ready(std::string_view name) const {
        const kept* found = find(name);
        return found != nullptr && counts(*found) ? &found->record : nullptr;
    }
    [[nodiscard]] const Record* find_ready(std::uint32_t id) const {
        const auto found = owners_.find(id);
        return found != owners_.end() && counts(*found->second) ? &found->second->record : nullptr;
    }
    [[nodiscard]] std::vector<const Record*> list(std::string_view after, std::size_t most) const {
        std::vector<const Record*> all;
        for (auto next = by_name_.upper_bound(after); next != by_name_.end() && all.size() < most;
             ++next) {
            if (counts(next->second)) {
                all.push_back(&next->second.record);
            }
        }
        return all;
    }

    [[nodiscard]] bool is_taken(std::uint32_t id) const { return claims_.contains(id); }
    /// The lowest above all that are taken; zero: there is none.
    [[nodiscard]] std::uint32_t free_id() const {
        const std::uint32_t highest = claims_.empty() ? 0 : claims_.rbegin()->first;
        return highest + 1 < asset_id::currency_bit ? highest + 1 : 0;
    }

private:
    [[nodiscard]] static bool counts(const kept& one) noexcept {
        return one.has_id && is_ready(one.record);
    }

    /// Says who of those that claim an id has it.
    void settle(std::uint32_t id) {
        std::vector<kept*>& all = claims_.at(id);
        if (all.empty()) {
            claims_.erase(id);
            owners_.erase(id);
            return;
        }
        const auto key = [](const kept* one) {
            return std::tuple(!is_ready(one->record), one->revision,
                              std::string_view(one->record.name));
        };
        kept* owner = *std::min_element(
            all.begin(), all.end(), [&](const kept* a, const kept* b) { return key(a) < key(b); });
        for (kept* each : all) {
            each->has_id = each == owner;
        }
        owners_[id] = owner;
    }

    std::map<std::string, kept, std::less<>> by_name_;
    // Only ever looked up in: their order decides nothing.
    std::unordered_map<std::string_view, kept*> names_;
    std::unordered_map<std::uint32_t, kept*> owners_;
    std::map<std::uint32_t, std::vector<kept*>> claims_;
};

}  // namespace bourse
