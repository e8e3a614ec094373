#include "actors/replica/log_writer.hpp"

#include <utility>

#include "actors/replica/log_payload.hpp"
#include "actors/replica/wiring_bug.hpp"

namespace bourse {

namespace {

/// What entries leave to votes and the like, which a replica needs to get out of a full journal: it must follow
/// a leader to get a newer checkpoint, whereupon segments go.
constexpr std::uint64_t kept_for_votes_bytes = 6'144;
/// And commands to barriers and memberships: without a barrier of its own a new leader commits nothing, and so
/// nothing goes.
constexpr std::uint64_t kept_for_last_votes_bytes = 2'048;

}  // namespace

void log_writer::take(std::vector<log_write> writes) {
    for (log_write& each : writes) {
        waiting_.emplace_back(std::move(each));
    }
    hand_on();
}

void log_writer::take_void(log_point at, std::vector<std::byte> payload) {
    waiting_.emplace_back(voided{at, std::move(payload)});
    hand_on();
}

outcome log_writer::append(journal& log, shard_id shard, log_point at, const log_entry& what) {
    std::vector<std::byte> bytes;
    encode_journal_payload(what, bytes);
    return log.append(shard, at, bytes);
}

bool log_writer::hand_on() {
    while (!waiting_.empty()) {
        if (const auto* rows = std::get_if<voided>(&waiting_.front())) {
            if (!log_->snapshot(shard_, rows->at, rows->payload)) {
                return false;
            }
        } else {
            auto& next = std::get<log_write>(waiting_.front());
            if (!hand_on(next)) {
                return false;
            }
            handed_.push_back({next.number, log_->appended()});
        }
        waiting_.pop_front();
        entries_done_ = 0;
    }
    return true;
}

bool log_writer::hand_on(log_write& next) {
    if (const auto* vote = std::get_if<vote_write>(&next.what)) {
        return log_->vote(shard_, {vote->term, vote->vote.value}).has_value();
    }
    return hand_on_entries(std::get<entries_write>(next.what));
}

bool log_writer::hand_on_entries(entries_write& next) {
    const auto may_come = [&](const log_entry& each) {
        const bool is_command = each.kind == log_entry_kind::command;
        const journal_room room = log_->room();
        return room.takes_orders ||
               room.bytes >= (is_command ? kept_for_votes_bytes : kept_for_last_votes_bytes);
    };
    if (entries_done_ < next.entries.size() && !may_come(next.entries[entries_done_])) {
        return false;
    }
    if (entries_done_ == 0 && next.first_index <= end_index() &&
        !BOURSE_WIRED_WRONG(truncation_forgotten) &&
        !log_->truncate(shard_, next.first_index - 1)) {
        return false;
    }
    for (; entries_done_ < next.entries.size(); ++entries_done_) {
        const std::uint64_t index = next.first_index + entries_done_;
        if (BOURSE_WIRED_WRONG(truncation_forgotten) && index <= end_index()) {
            continue;
        }
        const log_entry& entry = next.entries[entries_done_];
        encode_journal_payload(entry, bytes_);
        if (!may_come(entry) || !log_->append(shard_, {index, entry.term}, bytes_)) {
            return false;
        }
    }
    return true;
}

std::uint64_t log_writer::durable_write() {
    const std::uint64_t durable = BOURSE_WIRED_WRONG(no_sync) ? log_->appended() : log_->durable();
    while (!handed_.empty() && handed_.front().records <= durable) {
        durable_write_ = handed_.front().number;
        handed_.pop_front();
    }
    return durable_write_;
}

#if defined(BOURSE_PLANTED_BUGS)
void log_writer::say_all_durable() {
    if (!handed_.empty()) {
        durable_write_ = handed_.back().number;
        handed_.clear();
    }
}
#endif

void log_writer::forget_entries() {
    std::deque<waiting> kept;
    for (waiting& each : waiting_) {
        const auto* write = std::get_if<log_write>(&each);
        if (write == nullptr || std::holds_alternative<vote_write>(write->what)) {
            kept.push_back(std::move(each));
        }
    }
    waiting_ = std::move(kept);
    entries_done_ = 0;
}

std::uint64_t log_writer::end_index() const {
    const auto found = log_->find(shard_);
    return found ? found->positions.end.index : 0;
}

}  // namespace bourse
