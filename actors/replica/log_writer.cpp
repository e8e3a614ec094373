#include "actors/replica/log_writer.hpp"

#include <algorithm>
#include <utility>

#include "actors/replica/log_payload.hpp"
#include "actors/replica/wiring_bug.hpp"

namespace bourse {

void log_writer::take(std::vector<log_write> writes) {
    for (log_write& each : writes) {
        if (const auto* vote = std::get_if<vote_write>(&each.what)) {
            votes_waiting_.push_back({each.number, *vote});
        } else {
            waiting_.emplace_back(
                waiting_entries{each.number, std::get<entries_write>(std::move(each.what))});
        }
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

/// For want of room it is tried again; and a dead journal says so itself.
bool log_writer::is_taken(const outcome& answer) {
    if (!answer && !log_->dead() && answer.error().code != errc::storage_full &&
        answer.error().code != errc::overloaded) {
        fault_ = answer.error();
    }
    return answer.has_value();
}

bool log_writer::hand_on() {
    if (fault_ || !hand_on_votes()) {
        return false;
    }
    while (!waiting_.empty()) {
        if (const auto* rows = std::get_if<voided>(&waiting_.front())) {
            if (!is_taken(log_->snapshot(shard_, rows->at, rows->payload))) {
                return false;
            }
        } else {
            const auto& next = std::get<waiting_entries>(waiting_.front());
            if (!hand_on_entries(next.entries)) {
                return false;
            }
            handed_.push_back({next.number, log_->appended(), false});
        }
        waiting_.pop_front();
        entries_done_ = 0;
    }
    return true;
}

/// Ahead of all entries that wait: so no entry comes before the vote of its term.
bool log_writer::hand_on_votes() {
    while (!votes_waiting_.empty()) {
        const waiting_vote& next = votes_waiting_.front();
        if (!is_taken(log_->vote(shard_, {next.vote.term, next.vote.vote.value}))) {
            return false;
        }
        handed_.push_back({next.number, log_->appended(), true});
        votes_waiting_.pop_front();
    }
    return true;
}

bool log_writer::leaves_room(std::size_t payload_bytes) const {
    const journal_room room = log_->room();
    const std::size_t bytes = whole_sectors(record_head_bytes + payload_bytes);
    // It takes room, and is to be carried too.
    return room.bytes_before_carrying >= 2 * bytes &&
           (room.has_next || room.bytes >= room.reserve_bytes / 2 + bytes);
}

bool log_writer::hand_on_entries(const entries_write& next) {
    const auto may_come = [&](const log_entry& each) {
        const std::size_t bytes = journal_payload_head_bytes + each.payload.size();
        return each.kind != log_entry_kind::command || leaves_room(bytes) ||
               bytes > log_->max_payload_bytes();  // which it will never take, and says
    };
    if (entries_done_ < next.entries.size() && !may_come(next.entries[entries_done_])) {
        return false;
    }
    if (entries_done_ == 0 && next.first_index <= end_index() &&
        !BOURSE_WIRED_WRONG(truncation_forgotten) &&
        !is_taken(log_->truncate(shard_, next.first_index - 1))) {
        return false;
    }
    for (; entries_done_ < next.entries.size(); ++entries_done_) {
        const std::uint64_t index = next.first_index + entries_done_;
        if (BOURSE_WIRED_WRONG(truncation_forgotten) && index <= end_index()) {
            continue;
        }
        const log_entry& entry = next.entries[entries_done_];
        encode_journal_payload(entry, bytes_);
        if (!may_come(entry) || !is_taken(log_->append(shard_, {index, entry.term}, bytes_))) {
            return false;
        }
    }
    return true;
}

std::uint64_t log_writer::agreed_end() const {
    std::uint64_t end = end_index();
    for (const waiting& each : waiting_) {
        if (const auto* next = std::get_if<waiting_entries>(&each)) {
            const std::size_t done = &each == &waiting_.front() ? entries_done_ : 0;
            end = std::min(end, next->entries.first_index + done - 1);
        }
    }
    return end;
}

log_writer::durable_writes log_writer::durable() {
    const std::uint64_t durable = BOURSE_WIRED_WRONG(no_sync) ? log_->appended() : log_->durable();
    while (!handed_.empty() && handed_.front().records <= durable) {
        (handed_.front().is_vote ? durable_.vote : durable_.all) = handed_.front().number;
        handed_.pop_front();
    }
    return durable_;
}

#if defined(BOURSE_PLANTED_BUGS)
void log_writer::say_all_durable() {
    for (const handed& each : handed_) {
        (each.is_vote ? durable_.vote : durable_.all) = each.number;
    }
    handed_.clear();
}
#endif

void log_writer::forget_entries() {
    std::erase_if(waiting_, [](const waiting& each) {
        return std::holds_alternative<waiting_entries>(each);
    });
    entries_done_ = 0;
}

std::uint64_t log_writer::end_index() const {
    const auto found = log_->find(shard_);
    return found ? found->positions.end.index : 0;
}

}  // namespace bourse
