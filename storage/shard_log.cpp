#include "storage/shard_log.hpp"

#include <utility>

#include "messages/assert.hpp"

namespace bourse {
namespace {

std::string point_text(log_point at) {
    return std::to_string(at.index) + " of term " + std::to_string(at.term);
}

std::uint64_t bytes_of(const entry_place& entry) {
    return record_head_bytes + entry.payload_bytes;
}

/// Forgets the entries up to `index`.
void advance(log_point& begin, std::deque<entry_place>& places, std::uint64_t& bytes,
             std::uint64_t index) {
    while (begin.index < index) {
        bytes -= bytes_of(places.front());
        begin = {begin.index + 1, places.front().term};
        places.pop_front();
    }
}

}  // namespace

std::string shard_log::fault(const record_head& head, std::span<const std::byte> payload) const {
    const log_positions& now = positions_;
    const log_point at{head.index, head.term};
    switch (head.kind) {
        case record_kind::entry:
            if (!is_next(at.index, at.term)) {
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
        case record_kind::carry:
            if (at.index > now.end.index ||
                (at.index >= now.begin.index && term_at(at.index) != at.term)) {
                return "entries after " + point_text(at) + " cannot be carried: the log is " +
                       point_text(now.begin) + " to " + point_text(now.end);
            }
            return {};
        case record_kind::carried:
            if (!copy_ || at.index != copy_->end().index + 1 || at.index > now.end.index ||
                (at.index > now.begin.index && term_at(at.index) != at.term)) {
                return "entry " + point_text(at) + " cannot be carried: the log is " +
                       point_text(now.begin) + " to " + point_text(now.end);
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
        case record_kind::carry:
        case record_kind::carried:
            return;
    }
}

void shard_log::apply(const record_head& head, std::span<const std::byte> payload,
                      std::uint32_t offset) {
    bourse::apply(positions_, head, payload);
    const entry_place at{.term = head.term,
                         .generation = head.generation,
                         .offset = offset,
                         .payload_bytes = head.payload_bytes};
    if (head.kind == record_kind::entry) {
        places_.push_back(at);
        kept_bytes_ += bytes_of(at);
    } else if (head.kind == record_kind::carry || head.kind == record_kind::carried) {
        carry(head, at);
    } else {
        const std::size_t left = positions_.end.index - positions_.begin.index;
        while (places_.size() > left) {
            kept_bytes_ -= bytes_of(places_.back());
            places_.pop_back();
        }
        if (head.kind == record_kind::truncate ||
            (head.kind == record_kind::snapshot && (head.flags & voids_log_flag) != 0)) {
            copy_.reset();
        }
    }
}

void shard_log::carry(const record_head& head, const entry_place& at) {
    if (head.kind == record_kind::carry) {
        if (!copy_ || copy_->end() != log_point{head.index, head.term}) {
            copy_ = log_copy{{head.index, head.term}, {}, 0};
        }
        return;
    }
    copy_->places.push_back(at);
    copy_->bytes += bytes_of(at);
    if (head.index == positions_.end.index) {
        kept_bytes_ = carried_bytes();
        positions_.begin = copy_->begin;
        places_ = std::move(copy_->places);
        copy_.reset();
    }
}

log_point shard_log::carried_to() const {
    return copy_ ? copy_->end() : positions_.begin;
}

void shard_log::place(std::uint64_t index, std::uint64_t generation, std::uint32_t offset) {
    if (index > positions_.begin.index && index <= positions_.end.index) {
        entry_place& its = places_[index - positions_.begin.index - 1];
        its.generation = generation;
        its.offset = offset;
    }
}

void shard_log::place_carried(std::uint64_t index, std::uint64_t generation, std::uint32_t offset) {
    std::deque<entry_place>* in = nullptr;
    std::uint64_t first = 0;
    if (copy_ && index > copy_->begin.index && index <= copy_->end().index) {
        in = &copy_->places;
        first = copy_->begin.index + 1;
    } else if (index > positions_.begin.index && index <= positions_.end.index) {
        in = &places_;
        first = positions_.begin.index + 1;
    }
    if (in != nullptr && (*in)[index - first].generation == 0) {
        (*in)[index - first].generation = generation;
        (*in)[index - first].offset = offset;
    }
}

void shard_log::release(std::uint64_t index) {
    BOURSE_ASSERT(index <= positions_.end.index);
    advance(positions_.begin, places_, kept_bytes_, index);
    trim_copy();
}

void shard_log::trim_copy() {
    if (copy_ && copy_->end().index < positions_.begin.index) {
        copy_.reset();
    } else if (copy_) {
        advance(copy_->begin, copy_->places, copy_->bytes, positions_.begin.index);
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
