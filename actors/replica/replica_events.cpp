// What entries give out: kept in the node's event store, and copied with another replica's rows.
#include <algorithm>
#include <string>
#include <utility>

#include "actors/replica/replica.hpp"
#include "actors/replica/stored_output.hpp"
#include "actors/replica/wiring_bug.hpp"
#include "storage/advice.hpp"

namespace bourse {

std::optional<error> replica::find_event_gap(std::uint64_t rows_index) const {
    if (events_ == nullptr || events_->durable(id()) >= rows_index) {
        return std::nullopt;
    }
    return error{errc::corrupt, events_->path() + ": the events of shard " +
                                    std::to_string(id().value) + " end with entry " +
                                    std::to_string(events_->durable(id())) +
                                    ", and the checkpoint is of " + std::to_string(rows_index) +
                                    ": " + folder_advice};
}

// --- As entries are applied -----------------------------------------------------------------------

/// While there is no room in the store's open batch nothing more is applied.
void replica::keep_events(const applied_entry& of) {
    if (events_ == nullptr) {
        return;
    }
    packer_.pack(of.index, of.what.at, of.digest, of.out);
    if (BOURSE_WIRED_WRONG(lines_not_stored)) {
        shard_output less = of.out;
        less.lines.clear();
        packer_.pack(of.index, of.what.at, of.digest, less);
    }
    events_wait_ = true;
    hand_on_events();
}

bool replica::hand_on_events() {
    if (!events_wait_) {
        return true;
    }
    if (auto kept = events_->append(id(), packer_.row()); !kept) {
        if (kept.error().code != errc::overloaded) {
            stop(kept.error().what);
        }
        return false;
    }
    events_wait_ = false;
    return true;
}

void replica::events_durable(const moment& now) {
    if (!fault_.empty()) {
        return;
    }
    if (hand_on_events()) {
        apply_committed(consensus_.commit_index());
        answer_reads();
    }
    if (rows_state_ == rows_state::copying) {
        next_fetch_ms_ = std::min(next_fetch_ms_, now.monotonic_ms);
        if (auto ended = end_fetching(); !ended) {
            fetch_again();
        }
        fetch(now);
    }
    plan_tick(now, consensus_tick_ms_);
}

// --- Handing them to another replica --------------------------------------------------------------

void replica::receive(const moment&, const events_request& request) {
    if (events_ == nullptr || !fault_.empty() || request.to != self()) {
        return;
    }
    events_piece piece{.shard = id(),
                       .from = self(),
                       .to = request.from,
                       .first = request.first,
                       .first_kept = 0,
                       .entries = {}};
    if (const auto kept = events_->find(id())) {
        piece.first_kept = kept->first;
        if (!events_->read(id(), request.first, request.last, options_.piece_bytes,
                           piece.entries)) {
            piece.entries.clear();
        }
    }
    out_.events_pieces.push_back(std::move(piece));
}

// --- Getting them ---------------------------------------------------------------------------------

void replica::ask_for_events() {
    out_.events_requests.push_back({.shard = id(),
                                    .from = self(),
                                    .to = fetch_from_,
                                    .first = copied_to_ + 1,
                                    .last = coming_->at.index});
}

void replica::receive(const moment& now, const events_piece& piece) {
    if (!fault_.empty() || rows_state_ != rows_state::copying || piece.to != self() ||
        piece.from != fetch_from_ || piece.first != copied_to_ + 1) {
        return;
    }
    if (!take_events(piece)) {
        fetch_attempts_ = options_.piece_attempts;  // elsewhere, when it is time
        return;
    }
    fetch_attempts_ = 0;
    next_fetch_ms_ = now.monotonic_ms;
    if (auto ended = end_fetching(); !ended) {
        fetch_again();
    }
    fetch(now);
}

/// False: it is of no use.
bool replica::take_events(const events_piece& piece) {
    const std::uint64_t before = copied_to_;
    if (piece.entries.empty() && piece.first_kept > piece.first) {
        // Nobody keeps them for ever: what there is begins later. What is on its way to the own disk may be further.
        const std::uint64_t next = std::min(piece.first_kept, coming_->at.index + 1);
        auto begun = events_->restart(id(), next);
        if (!begun && begun.error().code != errc::out_of_range) {
            return false;
        }
        copied_to_ = next - 1;
    }
    for (const entry_events& each : piece.entries) {
        if (each.index != copied_to_ + 1 || each.index > coming_->at.index) {
            return false;
        }
        if (auto kept = events_->append(id(), each); !kept) {
            if (kept.error().code == errc::corrupt) {
                stop(kept.error().what);
            }
            return copied_to_ != before;  // the rest when there is room
        }
        copied_to_ = each.index;
    }
    return copied_to_ != before;
}

}  // namespace bourse
