#include "cluster/replica_log.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "messages/assert.hpp"
#include "messages/replica_codec.hpp"

namespace bourse {

void replica_log::restart(const snapshot_position& snapshot) {
    restart(snapshot, snapshot.index + 1, {});
}

void replica_log::restart(const snapshot_position& snapshot, std::uint64_t first_index,
                          const std::vector<log_entry>& entries) {
    slots_.clear();
    sizes_.fill(0);
    bytes_before_ = 0;
    memberships_.clear();
    forgotten_ = 0;
    first_ = first_index;
    if (snapshot.index > 0) {
        memberships_.push_back({snapshot.membership_index, snapshot.in_force});
    }
    for (const log_entry& entry : entries) {
        append(entry);
    }
}

const replica_log::slot& replica_log::slot_at(std::uint64_t index) const {
    BOURSE_ASSERT(has(index));
    return slots_[index - first_];
}

std::uint64_t replica_log::bytes_up_to(std::size_t slots) const {
    return slots == 0 ? bytes_before_ : slots_[slots - 1].bytes_up_to;
}

std::uint64_t replica_log::size_of(std::size_t place) const {
    return bytes_up_to(place + 1) - bytes_up_to(place);
}

std::uint64_t replica_log::bytes_behind(std::uint64_t index) const {
    BOURSE_ASSERT(index + 1 >= first_ && index <= last_index());
    return bytes_up_to(slots_.size()) - bytes_up_to(index + 1 - first_);
}

std::uint64_t replica_log::payload_bound() const noexcept {
    for (std::size_t bits = sizes_.size() - 1; bits > 0; --bits) {
        if (sizes_[bits] > 0) {
            return std::uint64_t{1} << (bits - 1) << 1;
        }
    }
    return 0;
}

void replica_log::count(std::uint64_t bytes, bool more) {
    std::uint32_t& held = sizes_[static_cast<std::size_t>(std::bit_width(bytes))];
    more ? ++held : --held;
}

void replica_log::append(const log_entry& entry) {
    const std::uint64_t before = bytes_up_to(slots_.size());
    count(entry.payload.size(), true);
    slots_.push_back({entry, before + entry.payload.size()});
    if (entry.kind != log_entry_kind::membership) {
        return;
    }
    const std::uint64_t index = last_index();
    // One that the snapshot already stands for is not newer than the snapshot's.
    if (memberships_.empty() || memberships_.back().index < index) {
        const auto decoded = decode_membership(entry.payload.bytes());
        BOURSE_ASSERT(decoded.has_value());  // it was checked where it came in
        memberships_.push_back({index, *decoded});
    }
}

void replica_log::truncate_from(std::uint64_t index) {
    while (last_index() >= index && !slots_.empty()) {
        count(size_of(slots_.size() - 1), false);
        slots_.pop_back();
    }
    while (!memberships_.empty() && memberships_.back().index >= index) {
        memberships_.pop_back();
    }
}

void replica_log::drop_before(std::uint64_t index) {
    while (first_ < index && !slots_.empty()) {
        count(size_of(0), false);
        bytes_before_ = slots_.front().bytes_up_to;
        slots_.pop_front();
        ++first_;
    }
    while (memberships_.size() > 1 && memberships_[1].index < first_) {
        memberships_.erase(memberships_.begin());
    }
}

void replica_log::forget_payloads(std::uint64_t index) {
    for (std::uint64_t i = std::max(first_, forgotten_ + 1); i <= std::min(index, last_index());
         ++i) {
        log_entry& entry = slots_[i - first_].entry;
        if (entry.kind == log_entry_kind::command) {
            entry.payload = {};
        }
        forgotten_ = i;
    }
}

const membership& replica_log::members() const noexcept {
    static const membership nobody;
    return memberships_.empty() ? nobody : memberships_.back().in_force;
}

const committed_membership& replica_log::membership_at(std::uint64_t index) const {
    const auto found = std::find_if(memberships_.rbegin(), memberships_.rend(),
                                    [&](const auto& each) { return each.index <= index; });
    BOURSE_ASSERT(found != memberships_.rend());
    return *found;
}

const committed_membership* replica_log::membership_behind(std::uint64_t index) const {
    for (const committed_membership& each : memberships_) {
        if (each.index > index) {
            return &each;
        }
    }
    return nullptr;
}

}  // namespace bourse
