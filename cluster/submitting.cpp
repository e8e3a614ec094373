#include <cstddef>
#include <utility>
#include <vector>

#include "cluster/consensus_bug.hpp"
#include "cluster/consensus_machine.hpp"
#include "messages/assert.hpp"

namespace bourse {

// --- Entries --------------------------------------------------------------------------------------

effects consensus_machine::submit(std::uint64_t now_ms, std::vector<shared_bytes> payloads) {
    begin(now_ms);
    if (stopped_) {
        return finish();
    }
    if (const auto refusal = find_refusal(payloads); refusal != consensus_refusal::none) {
        return refuse(refusal);
    }
    if (!payloads.empty()) {
        out_.submitted_index = log_.last_index() + 1;
        std::vector<log_entry> entries;
        entries.reserve(payloads.size());
        for (shared_bytes& payload : payloads) {
            entries.push_back({.term = BOURSE_GUARDED(own_terms) ? term() : 0,
                               .kind = log_entry_kind::command,
                               .payload = std::move(payload)});
        }
        append_as_leader(std::move(entries));
    }
    return finish();
}

consensus_refusal consensus_machine::find_refusal(const std::vector<shared_bytes>& payloads) const {
    if (role() != replica_role::leader) {
        return consensus_refusal::not_leader;
    }
    if (is_handing_over()) {
        return consensus_refusal::handing_over;
    }
    std::uint64_t bytes = 0;
    for (const shared_bytes& payload : payloads) {
        BOURSE_ASSERT(payload.is_there());
        bytes += payload.size();
        if (payload.size() > options_.max_entry_bytes) {
            return consensus_refusal::entry_too_large;
        }
    }
    if (!BOURSE_GUARDED(bounded_submits)) {
        return consensus_refusal::none;
    }
    const std::uint64_t last = log_.last_index() + payloads.size();
    if (last - commit_index_ > options_.max_uncommitted_entries ||
        log_.bytes_behind(commit_index_) + bytes > options_.max_uncommitted_bytes) {
        return consensus_refusal::too_many_uncommitted;
    }
    if (last - persisted_index() > options_.max_unpersisted_entries ||
        log_.bytes_behind(persisted_index()) + bytes > options_.max_unpersisted_bytes) {
        return consensus_refusal::too_many_unpersisted;
    }
    return consensus_refusal::none;
}

/// `entries` are of this term, and a membership is alone.
void consensus_machine::append_as_leader(std::vector<log_entry> entries) {
    raft_entries raw(entries, nullptr);
    raft_event event = event_of(RAFT_SUBMIT);
    event.submit.entries = raw.data();
    event.submit.n = raw.size();
    BOURSE_ASSERT(step(event, &raw) == 0);
    if (open_ticket_ != 0) {
        const std::uint64_t awaited =
            BOURSE_CONSENSUS_WRONG(reads_what_it_has) ? commit_index_ : log_.last_index();
        reads_.push_back({std::exchange(open_ticket_, 0), awaited});
    }
}

void consensus_machine::append_barrier() {
    append_as_leader({{.term = term(),
                       .kind = log_entry_kind::barrier,
                       .payload = shared_bytes(std::vector<std::byte>{})}});
}

bool consensus_machine::is_handing_over() const noexcept {
    return raft_transferee(&raft_) != 0;
}

// --- Reads ----------------------------------------------------------------------------------------

/// An entry that was appended after a read came, and is committed in the same term, shows that no other
/// leader can have committed anything before the read came that is not here.
effects consensus_machine::read(std::uint64_t now_ms) {
    begin(now_ms);
    if (stopped_) {
        return finish();
    }
    if (role() != replica_role::leader) {
        return refuse(consensus_refusal::not_leader);
    }
    if (open_ticket_ == 0) {
        open_ticket_ = ++last_ticket_;
    }
    out_.read_ticket = open_ticket_;
    return finish();
}

void consensus_machine::serve_reads() {
    if (role() != replica_role::leader) {
        return;
    }
    while (!reads_.empty() && reads_.front().index <= commit_index_) {
        reads_ready_ = reads_.front().ticket;
        reads_.pop_front();
    }
    // One barrier at a time: who asks while it is on its way shares the next.
    if (open_ticket_ != 0 && reads_.empty() && !is_handing_over()) {
        append_barrier();
    }
}

// --- Leadership -----------------------------------------------------------------------------------

effects consensus_machine::transfer(std::uint64_t now_ms, replica_id to) {
    begin(now_ms);
    if (stopped_) {
        return finish();
    }
    if (role() != replica_role::leader) {
        return refuse(consensus_refusal::not_leader);
    }
    if (is_handing_over()) {
        return refuse(consensus_refusal::handing_over);
    }
    if (to.value != 0) {
        const member* found = find_member(to);
        if (to == self_ || found == nullptr || found->role != member_role::voter) {
            return refuse(consensus_refusal::unknown_member);
        }
    }
    raft_event event = event_of(RAFT_TRANSFER);
    event.transfer.server_id = to.value;
    if (step(event) != 0) {
        return refuse(consensus_refusal::unknown_member);  // there is no other voter
    }
    return finish();
}

}  // namespace bourse
