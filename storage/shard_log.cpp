#include "storage/shard_log.hpp"

#include "messages/assert.hpp"

namespace bourse {
namespace {

std::string point_text(log_point at) {
    return std::to_string(at.index) + " of term " + std::to_string(at.term);
}

}  // namespace

std::string shard_log::fault(const record_head& head, std::span<const std::byte> payload) const {
    const log_positions& now = positions_;
    const log_point at{head.index, head.term};
    switch (head.kind) {
        case record_kind::entry:
            if (!is_next(at)) {
                return "entry " + point_text(at) + " cannot follow " + point_text(now.end);
            }
            return {};
        case record_kind::vote:
            if (at.term < now.vote.term) {
                return "term " + std::to_string(at.term) + " cannot follow " +
                       std::to_string(now.vote.term);
            }
            if (at.term == now.vote.term && now.vote.voted_for != 0 &&
                read_little_endian(payload) != now.vote.voted_for) {
                return "a second vote in term " + std::to_string(at.term);
            }
            return {};
        case record_kind::truncate:
            // Below begin: the entry is in a segment that is gone.
            if (at.index > now.end.index ||
                (at.index >= now.begin.index && term_at(at.index) != at.term)) {
                return "entries after " + point_text(at) + " cannot be void: the log is " +
                       point_text(now.begin) + " to " + point_text(now.end);
            }
            return {};
        case record_kind::snapshot:
            if (at.index < now.snapshot.at.index ||
                ((head.flags & voids_log_flag) == 0 && at.index > now.end.index)) {
                return "a snapshot at " + point_text(at) + " cannot follow one at " +
                       point_text(now.snapshot.at) + " and entry " + point_text(now.end);
            }
            return {};
        case record_kind::position:
            if (now != log_positions{} && at != now.end) {
                return "the log should end with entry " + point_text(at) + " but ends with " +
                       point_text(now.end);
            }
            return {};
        case record_kind::idle:
            return {};
    }
    return "unknown record";
}

void apply(log_positions& to, const record_head& head, std::span<const std::byte> payload) {
    const log_point at{head.index, head.term};
    switch (head.kind) {
        case record_kind::entry:
            to.end = at;
            return;
        case record_kind::vote:
            to.vote = {at.term, read_little_endian(payload)};
            return;
        case record_kind::truncate:
            to.end = at;
            if (at.index < to.begin.index) {
                to.begin = at;
            }
            return;
        case record_kind::snapshot:
            to.snapshot = {at, {payload.begin(), payload.end()}};
            if ((head.flags & voids_log_flag) != 0) {
                to.begin = to.end = at;
            }
            return;
        case record_kind::position:
            if (to == log_positions{}) {
                to.begin = to.end = at;
            }
            return;
        case record_kind::idle:
            return;
    }
}

void shard_log::apply(const record_head& head, std::span<const std::byte> payload,
                      std::uint32_t offset) {
    bourse::apply(positions_, head, payload);
    if (head.kind == record_kind::entry) {
        places_.push_back({.term = head.term,
                           .generation = head.generation,
                           .offset = offset,
                           .payload_bytes = head.payload_bytes});
    } else {
        places_.resize(positions_.end.index - positions_.begin.index);
    }
}

void shard_log::place(std::uint64_t index, std::uint64_t generation, std::uint32_t offset) {
    if (index > positions_.begin.index && index <= positions_.end.index) {
        entry_place& its = places_[index - positions_.begin.index - 1];
        its.generation = generation;
        its.offset = offset;
    }
}

void shard_log::release(std::uint64_t index) {
    BOURSE_ASSERT(index <= positions_.end.index);
    while (positions_.begin.index < index) {
        positions_.begin = {positions_.begin.index + 1, places_.front().term};
        places_.pop_front();
    }
}

std::optional<std::uint64_t> shard_log::term_at(std::uint64_t index) const {
    if (index == positions_.begin.index) {
        return positions_.begin.term;
    }
    if (index < positions_.begin.index || index > positions_.end.index) {
        return std::nullopt;
    }
    return place_of(index).term;
}

const entry_place& shard_log::place_of(std::uint64_t index) const {
    BOURSE_ASSERT(index > positions_.begin.index && index <= positions_.end.index);
    return places_[index - positions_.begin.index - 1];
}

}  // namespace bourse
