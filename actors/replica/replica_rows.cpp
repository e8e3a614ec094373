// A shard's rows: checkpoints taken and loaded, rows handed to and got from other replicas.
#include <algorithm>
#include <string>
#include <utility>

#include "actors/replica/replica.hpp"
#include "actors/replica/wiring_bug.hpp"
#include "messages/assert.hpp"
#include "messages/shard_rows_codec.hpp"

namespace bourse {

namespace {

/// A copy keeps pages of the store: nobody who is slower than this gets to the end of it.
constexpr std::uint64_t copy_timeout_ms = 10'000;

}  // namespace

// --- At a start -----------------------------------------------------------------------------------

outcome replica::load_rows(std::optional<snapshot_position>& at) {
    if (rows_ == nullptr || !rows_->head()) {
        return done{};
    }
    auto position = decode_snapshot_position(rows_->head()->payload);
    if (!position || position->index != rows_->head()->at.index) {
        return error{errc::corrupt, "shard " + std::to_string(id().value) +
                                        ": the checkpoint does not say what it is of"};
    }
    if (auto wrong = restore_state()) {
        return *wrong;
    }
    applied_members_ = {position->membership_index, position->in_force};
    counts_.index = position->index;
    at = std::move(*position);
    return done{};
}

/// Makes the state that of the checkpoint's rows.
std::optional<error> replica::restore_state() {
    shard_rows_builder builder;
    auto loaded =
        rows_->load([&](row_bytes key, row_bytes value) { return builder.add(key, value); });
    if (!loaded) {
        return loaded.error();
    }
    auto all = std::move(builder).finish();
    if (!all) {
        return all.error();
    }
    auto made = shard::restore(*all);
    if (!made || made->index() != rows_->head()->at.index) {
        return error{errc::corrupt, "shard " + std::to_string(id().value) +
                                        ": the checkpoint's rows contradict themselves"};
    }
    state_ = std::move(*made);
    state_.set_runner(runner_);
    marks_.clear();
    restored_index_ = state_.index();
    out_.restored = {state_.index(), state_.digest()};
    return std::nullopt;
}

// --- Taking one -----------------------------------------------------------------------------------

bool replica::keep_rows(const moment& now) {
    if (rows_ == nullptr || !fault_.empty()) {
        return false;
    }
    outcome kept = done{};
    // Of what is in the own journal, for consensus takes no snapshot of anything else; but if the journal has no
    // room left, of what is applied, and consensus hears of it later.
    if (rows_state_ == rows_state::idle && !consensus_.is_installing() &&
        state_.index() >= counts_.index + (checkpoint_is_wanted_ ? 1 : options_.checkpoint_every) &&
        (consensus_.persisted_index() >= state_.index() || checkpoint_is_wanted_)) {
        kept = begin_checkpoint();
    } else if (rows_state_ == rows_state::slicing) {
        kept = take_slice();
    } else if (rows_state_ == rows_state::waiting && has_events_up_to(position_.index)) {
        kept = commit_rows();
    }
    if (!kept) {
        abandon_checkpoint();
        if (kept.error().code != errc::storage_full) {
            stop(kept.error().what);
        }
    }
    plan_tick(now, consensus_tick_ms_);
    return rows_state_ == rows_state::committing || rows_state_ == rows_state::replacing;
}

outcome replica::begin_checkpoint() {
    if (auto begun = rows_->begin(); !begun) {
        return begun;
    }
    position_ = {.index = state_.index(),
                 .term = consensus_.entry(state_.index()).term,
                 .membership_index = applied_members_.index,
                 .in_force = applied_members_.in_force};
    checkpoint_is_wanted_ = false;
    state_.begin_hand_over();
    rows_state_ = rows_state::slicing;
    if (BOURSE_WIRED_WRONG(released_too_early)) {
        log_->release(id(), position_.index);
    }
    return done{};
}

outcome replica::take_slice() {
    const bool is_last = state_.hand_over(options_.checkpoint_slice, slice_);
    for (const row_change& each : slice_) {
        row_bytes_.clear();
        encode_row(each.value, row_bytes_);
        if (BOURSE_WIRED_WRONG(checkpoint_misses_removal) && row_bytes_.empty()) {
            continue;
        }
        auto changed = row_bytes_.empty() ? rows_->erase(each.key.bytes())
                                          : rows_->put(each.key.bytes(), row_bytes_);
        if (!changed) {
            return changed;
        }
    }
    if (!is_last) {
        return done{};
    }
    if (!has_events_up_to(position_.index) && !BOURSE_WIRED_WRONG(events_not_awaited)) {
        rows_state_ = rows_state::waiting;
        return done{};
    }
    return commit_rows();
}

outcome replica::commit_rows() {
    rows_state_ = rows_state::committing;
    return rows_->start_commit({position_.index, position_.term},
                               encode_snapshot_position(position_));
}

bool replica::has_events_up_to(std::uint64_t index) const {
    return events_ == nullptr || events_->durable(id()) >= index;
}

void replica::abandon_checkpoint() {
    if (rows_state_ == rows_state::slicing || rows_state_ == rows_state::waiting ||
        rows_state_ == rows_state::committing) {
        state_.end_hand_over(false);
    }
    rows_->abandon();
    rows_state_ = rows_state::idle;
}

void replica::rows_durable(const moment& now) {
    BOURSE_ASSERT(rows_state_ == rows_state::committing || rows_state_ == rows_state::replacing);
    if (auto finished = rows_->finish_commit(); !finished) {
        stop(finished.error().what);
        return;
    }
    if (rows_state_ == rows_state::committing) {
        checkpoint_done(now);
        fetch(now);  // what was offered meanwhile
    } else {
        install_done(now);
    }
}

/// The journal gives entries up when its own record of the checkpoint is durable too.
void replica::checkpoint_done(const moment& now) {
    rows_state_ = rows_state::idle;
    counts_.index = position_.index;
    ++counts_.checkpoints;
    owed_ = position_;
    if (rebuild_is_owed_) {
        rebuild();
    } else {
        state_.end_hand_over(true);
    }
    tell_of_checkpoint(now);
}

/// Consensus, and the journal, once they have all that is in it.
void replica::tell_of_checkpoint(const moment& now) {
    if (owed_.index == 0 || consensus_.is_installing() ||
        consensus_.persisted_index() < owed_.index) {
        return;
    }
    const snapshot_position taken = std::exchange(owed_, {});
    // Without room for the record it does without: the rows say themselves what they are of.
    const std::vector<std::byte> payload = encode_snapshot_position(taken);
    if (writer_.leaves_room(payload.size())) {
        static_cast<void>(log_->snapshot(id(), {taken.index, taken.term}, payload));
    }
    effects out = consensus_.snapshot_taken(now.monotonic_ms, taken.index);
    const bool is_taken = out.refused == consensus_refusal::none;
    carry_out(now, std::move(out));
    if (is_taken) {
        to_release_ = {std::min(consensus_.first_index() - 1, taken.index), log_->appended()};
    }
}

void replica::relieve_journal() {
    checkpoint_is_wanted_ = true;
    const std::uint64_t end =
        std::min({counts_.index, log_->durable_end(id()), writer_.agreed_end()});
    if (rows_ != nullptr && end > 0) {
        log_->release(id(), end);
    }
    const bool is_moving = rows_ != nullptr && fault_.empty() && !consensus_.is_installing() &&
                           state_.index() > counts_.index;
    if (is_moving) {
        return;  // a checkpoint comes, and more can go
    }
    if (auto carried = log_->carry(id()); !carried && carried.error().code != errc::storage_full &&
                                          carried.error().code != errc::overloaded) {
        stop(carried.error().what);
    }
}

void replica::release() {
    if (to_release_.index > 0 && log_->durable() >= to_release_.records) {
        log_->release(id(), to_release_.index);
        to_release_ = {};
    }
}

// --- Handing them to another replica --------------------------------------------------------------

void replica::receive(const moment& now, const rows_request& request) {
    if (rows_ == nullptr || !fault_.empty() || request.to != self()) {
        return;
    }
    rows_piece piece{.shard = id(),
                     .from = self(),
                     .to = request.from,
                     .head = std::nullopt,
                     .after = request.after,
                     .rows = {}};
    const bool is_expired = now.monotonic_ms > handed_until_ms_;
    const bool is_other = handed_ == nullptr || handed_->head().at.index != request.index;
    if (request.index == 0 && request.after.empty() && rows_->head()) {
        // Asked for from their begin once more: they may be too old for whoever asks, and nobody have newer ones.
        if (handed_ != nullptr && handed_->head().at.index == rows_->head()->at.index) {
            checkpoint_is_wanted_ = true;
        }
        if (auto made = rows_->copy()) {
            handed_ = std::move(*made);
        }
    } else if (is_expired || is_other) {
        out_.rows_pieces.push_back(std::move(piece));
        return;
    }
    if (handed_ != nullptr) {
        handed_until_ms_ = now.monotonic_ms + copy_timeout_ms;
        if (handed_->read(request.after, options_.piece_bytes, piece.rows)) {
            piece.head = handed_->head();
        }
    }
    out_.rows_pieces.push_back(std::move(piece));
}

// --- Getting them ---------------------------------------------------------------------------------

void replica::begin_install(const moment& now, const snapshot_to_install& what) {
    if (rows_ == nullptr) {
        stop("rows are offered, and there is nowhere to put them");
        return;
    }
    if (rows_state_ != rows_state::committing && rows_state_ != rows_state::replacing) {
        abandon_checkpoint();
    }
    writer_.forget_entries();
    wanted_ = what;
    fetch_from_ = what.from;
    coming_.reset();
    fetched_to_.clear();
    fetch_attempts_ = 0;
    next_fetch_ms_ = now.monotonic_ms;
    fetch(now);
}

/// Asks for the next piece, when it is time. A commit of an own checkpoint ends first.
void replica::fetch(const moment& now) {
    if (!wanted_ || rows_state_ == rows_state::committing || rows_state_ == rows_state::replacing ||
        now.monotonic_ms < next_fetch_ms_) {
        return;
    }
    if (rows_state_ == rows_state::idle) {
        rows_state_ = rows_state::fetching;
    }
    if (rows_state_ == rows_state::copying && copied_to_ >= coming_->at.index) {
        return;  // they are on their way to the disk
    }
    if (++fetch_attempts_ > options_.piece_attempts) {
        fetch_elsewhere(now);
    }
    next_fetch_ms_ = now.monotonic_ms + options_.piece_timeout_ms;
    if (rows_state_ == rows_state::copying) {
        ask_for_events();
    } else {
        out_.rows_requests.push_back({.shard = id(),
                                      .from = self(),
                                      .to = fetch_from_,
                                      .index = coming_ ? coming_->at.index : 0,
                                      .after = fetched_to_});
    }
    plan_tick(now, consensus_tick_ms_);
}

/// Rows are asked for from the begin.
void replica::fetch_again() {
    rows_state_ = rows_state::fetching;
    rows_->abandon();
    coming_.reset();
    fetched_to_.clear();
}

/// From the next member: any that has rows as new as those offered will do. Events are the same wherever they
/// come from.
void replica::fetch_elsewhere(const moment& now) {
    if (rows_state_ == rows_state::fetching) {
        fetch_again();
    }
    fetch_attempts_ = 1;
    const std::vector<member>& members = wanted_->position.in_force.members;
    auto next = std::find_if(members.begin(), members.end(),
                             [&](const member& each) { return each.id > fetch_from_; });
    for (std::size_t i = 0; i < members.size(); ++i) {
        next = next == members.end() ? members.begin() : next;
        if (next->id != self()) {
            fetch_from_ = next->id;
            break;
        }
        ++next;
    }
    next_fetch_ms_ = now.monotonic_ms;
}

void replica::receive(const moment& now, const rows_piece& piece) {
    if (!fault_.empty() || rows_state_ != rows_state::fetching || piece.to != self() ||
        piece.from != fetch_from_ || piece.after != fetched_to_) {
        return;
    }
    const bool is_new_enough = piece.head && wanted_ &&
                               piece.head->at.index >= wanted_->position.index &&
                               piece.head->at.term <= consensus_.term();
    const bool is_the_same = !coming_ || (piece.head && *coming_ == *piece.head);
    if (!is_new_enough || !is_the_same) {
        fetch_attempts_ = options_.piece_attempts;  // elsewhere, when it is time
        return;
    }
    if (auto taken = take_piece(piece); !taken) {
        fetch_again();  // though it was the last piece
        fetch_attempts_ = options_.piece_attempts;
        return;
    }
    fetch_attempts_ = 0;
    next_fetch_ms_ = now.monotonic_ms;
    fetch(now);
}

outcome replica::take_piece(const rows_piece& piece) {
    if (!coming_) {
        auto position = decode_snapshot_position(piece.head->payload);
        if (!position) {
            return position.error();
        }
        if (auto begun = rows_->begin_replacing(*piece.head); !begun) {
            return begun;
        }
        position_ = std::move(*position);
        coming_ = piece.head;
    }
    if (auto taken = rows_->take(piece.rows.bytes); !taken) {
        return taken;
    }
    if (!piece.rows.last_key.empty()) {
        fetched_to_ = piece.rows.last_key;
    }
    if (!piece.rows.is_last) {
        return done{};
    }
    return end_fetching();
}

/// All rows have come: they are the state once the events up to them are here.
outcome replica::end_fetching() {
    if (!has_events_up_to(coming_->at.index) && !BOURSE_WIRED_WRONG(events_not_copied)) {
        if (rows_state_ != rows_state::copying) {
            copied_to_ = events_->durable(id());
        }
        rows_state_ = rows_state::copying;
        return done{};
    }
    rows_state_ = rows_state::replacing;
    return rows_->start_commit_replacing();
}

void replica::install_done(const moment& now) {
    rows_state_ = rows_state::idle;
    wanted_.reset();
    coming_.reset();
    fetched_to_.clear();
    if (auto wrong = restore_state()) {
        stop(wrong->what);
        return;
    }
    applied_members_ = {position_.membership_index, position_.in_force};
    counts_.index = position_.index;
    ++counts_.installs;
    to_release_ = {};
    owed_ = {};
    stuck_.reset();  // whoever has these rows got past it
    rebuild_is_owed_ = false;
    voided_.erase(voided_.begin(), voided_.upper_bound(position_.index));
    if (!BOURSE_WIRED_WRONG(rows_not_voided)) {
        writer_.take_void({position_.index, position_.term}, encode_snapshot_position(position_));
    }
    carry_out(now, consensus_.snapshot_installed(now.monotonic_ms, position_));
}

}  // namespace bourse
