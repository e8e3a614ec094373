// An entry that cannot be applied: an assertion of ours does not hold. The shard stops there until the entry is void.
#include <algorithm>
#include <string>
#include <utility>

#include "actors/replica/replica.hpp"
#include "actors/replica/wiring_bug.hpp"
#include "messages/assertion_scope.hpp"

namespace bourse {

bool replica::can_apply() const {
    return !stuck_ && !events_wait_;
}

/// What is committed tells what is void before it is applied.
void replica::read_ahead(std::uint64_t commit_index) {
    if (consensus_.is_installing()) {
        return;
    }
    const std::uint64_t applied = stuck_ ? stuck_->index - 1 : state_.index();
    read_to_ = std::max({read_to_, applied, consensus_.first_index() - 1});
    for (; read_to_ < commit_index; ++read_to_) {
        const log_entry& next = consensus_.entry(read_to_ + 1);
        const std::uint64_t index =
            next.kind == log_entry_kind::command ? voided_by(next.payload.bytes()) : 0;
        if (index > applied) {
            voided_.emplace(index, false);
        }
    }
    if (stuck_ && voided_.contains(stuck_->index) && !rebuild_is_owed_) {
        stuck_.reset();
    }
}

/// The log says that an entry is void: it was not applied here, or the rows come from one that did not.
bool replica::take_voided(std::uint64_t index) {
    const auto known = voided_.find(index);
    if (index > restored_index_ && (known == voided_.end() || !known->second)) {
        stop("entry " + std::to_string(index) +
             " was made void after this replica had applied it: let it come back under a new id");
        return false;
    }
    return true;
}

std::optional<std::string> replica::try_apply(const entry& what, shard_output& out) {
    const assertion_scope scope;
    try {
        state_.apply(what, out);
        const bool trips = BOURSE_WIRED_WRONG(entries_trip) || BOURSE_WIRED_WRONG(stuck_state_kept);
        BOURSE_ASSERT(!trips || what.index % 128 != 77 || what.commands.empty());
    } catch (const violated_assertion& bug) {
        return to_text(bug);
    }
    return std::nullopt;
}

void replica::get_stuck(std::uint64_t index, std::string why) {
    stuck_ = {index, "entry " + std::to_string(index) + " cannot be applied: " + std::move(why)};
    if (rows_state_ == rows_state::committing) {
        rebuild_is_owed_ = true;
        return;
    }
    if (rows_state_ == rows_state::slicing || rows_state_ == rows_state::waiting) {
        rows_->abandon();
        rows_state_ = rows_state::idle;
    }
    rebuild();
}

/// What the entry did in part is void: the state is made once more, from the rows and the log behind them.
void replica::rebuild() {
    rebuild_is_owed_ = false;
    if (BOURSE_WIRED_WRONG(stuck_state_kept)) {
        return;
    }
    if (rows_ != nullptr && rows_->head()) {
        if (auto wrong = restore_state()) {
            stop(wrong->what);
            return;
        }
    } else {
        state_ = shard(options_.shard);
        state_.set_runner(runner_);
        marks_.clear();
        restored_index_ = 0;
    }
    shard_output ignored;
    while (state_.index() + 1 < stuck_->index) {
        const std::uint64_t index = state_.index() + 1;
        const log_entry& from = consensus_.entry(index);
        const auto is_void = voided_.find(index);
        if (from.kind != log_entry_kind::command || is_void != voided_.end()) {
            state_.skip(index);
            if (is_void != voided_.end()) {
                is_void->second = true;
            }
            continue;
        }
        const auto decoded = decode_marked_entry(from.payload.bytes());
        if (!decoded || try_apply(decoded->what, ignored)) {
            stop("entry " + std::to_string(index) + " could be applied once and not again");
            return;
        }
    }
    out_.restored = {state_.index(), state_.digest()};
}

/// No earlier than anything that is in the log, though it is not applied.
timestamp replica::stamp_behind_log(const moment& now) const {
    timestamp latest = stamp(now);
    for (std::uint64_t index = state_.index() + 1; index <= consensus_.last_index(); ++index) {
        const log_entry& each = consensus_.entry(index);
        if (each.kind == log_entry_kind::command) {
            if (const auto decoded = decode_marked_entry(each.payload.bytes())) {
                latest = std::max(latest, decoded->what.at);
            }
        }
    }
    return latest;
}

replica_refusal replica::make_void(const moment& now, std::uint64_t index) {
    check_clock(now);
    if (!fault_.empty()) {
        return replica_refusal::stopped;
    }
    if (!may_speak_) {
        return replica_refusal::not_leader;
    }
    if (!stuck_ || stuck_->index != index || rebuild_is_owed_) {
        return replica_refusal::not_stuck_there;
    }
    if (clock_in_doubt_) {
        return replica_refusal::clock_in_doubt;
    }
    const entry made{
        .index = consensus_.last_index() + 1, .at = stamp_behind_log(now), .commands = {}};
    effects out = consensus_.submit(now.monotonic_ms,
                                    {shared_bytes(encode_marked_entry({void_mark, index}, made))});
    const bool is_taken = out.refused == consensus_refusal::none;
    if (is_taken) {
        last_stamp_ = made.at;
        proposed_.push_back({.index = made.index, .tickets = {}});
    }
    carry_out(now, std::move(out));
    return is_taken ? replica_refusal::none : replica_refusal::overloaded;
}

}  // namespace bourse
