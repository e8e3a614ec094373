#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <string>
#include <utility>

#include "cluster/consensus_bug.hpp"
#include "cluster/consensus_machine.hpp"
#include "messages/assert.hpp"

namespace bourse {
namespace {

/// Messages that wait for a vote to be durable. Beyond, they are lost, as on any network.
constexpr std::size_t max_held_messages = 16'384;

/// libraft's clock starts this many election timeouts before ours, so that a timer can be set back.
constexpr std::uint64_t early_timeouts = 4;

}  // namespace

consensus_machine::consensus_machine(replica_id self, const consensus_options& options)
    : self_(self), options_(options) {
    BOURSE_ASSERT(self.value != 0);
    BOURSE_ASSERT(options.heartbeat_ms > 0 &&
                  options.heartbeat_ms < options.election_timeout_ms / 3);
    BOURSE_ASSERT(options.max_in_flight_entries > 0 && options.max_entry_bytes > 0);
    BOURSE_ASSERT(options.max_entry_bytes <= options.max_message_bytes);
    BOURSE_ASSERT(options.max_entry_bytes >= 64 + 16 * std::uint64_t{options.max_members});
}

consensus_machine::~consensus_machine() {
    if (started_) {
        raft_close(&raft_, nullptr);
    }
}

// --- Start ----------------------------------------------------------------------------------------

void consensus_machine::start_engine(std::uint64_t term, replica_id vote) {
    const unsigned random = started_ ? raft_.random : options_.seed;
    if (started_) {
        raft_close(&raft_, nullptr);
    }
    std::memset(&raft_, 0, sizeof raft_);  // raft_init leaves some fields as they are
    BOURSE_ASSERT(
        raft_init(&raft_, nullptr, nullptr, self_.value, std::to_string(self_.value).c_str()) == 0);
    if (BOURSE_GUARDED(silent_tracer)) {
        raft_.tracer = nullptr;  // it writes every message to a buffer that all instances share
    }
    if (BOURSE_GUARDED(own_seeds)) {
        raft_seed(&raft_, std::max(random, 1U));
    }
    raft_set_election_timeout(&raft_, options_.election_timeout_ms);
    raft_set_heartbeat_timeout(&raft_, options_.heartbeat_ms);
    raft_set_install_snapshot_timeout(&raft_, options_.snapshot_timeout_ms);
    raft_set_pre_vote(&raft_, true);
    started_ = true;

    // libraft makes a group's only voter leader without a new term. It may have led in this one before, and
    // have sent to learners what its disk then lost.
    if (is_sole_voter() && BOURSE_GUARDED(sole_voter_new_term)) {
        ++term;
        vote = self_;
    }

    std::vector<log_entry> all;
    for (std::uint64_t i = log_.first_index(); i <= log_.last_index(); ++i) {
        all.push_back(log_.at(i));
    }
    raft_entries entries(all, nullptr);
    raft_snapshot_metadata metadata{};
    raft_event event = event_of(RAFT_START);
    event.start.term = term;
    event.start.voted_for = vote.value;
    if (snapshot_.index > 0) {
        metadata.index = snapshot_.index;
        metadata.term = snapshot_.term;
        metadata.configuration_index = snapshot_.membership_index;
        metadata.configuration = raft_configuration_of(snapshot_.in_force);  // libraft's from here
        event.start.metadata = &metadata;
    }
    event.start.start_index = log_.first_index();
    event.start.entries = entries.size() > 0 ? entries.data() : nullptr;
    event.start.n_entries = entries.size();
    BOURSE_ASSERT(step(event, &entries) == 0);
}

effects consensus_machine::start(std::uint64_t now_ms, const durable_state& from) {
    BOURSE_ASSERT(!started_);
    snapshot_ = from.snapshot.value_or(snapshot_position{});
    BOURSE_ASSERT(from.first_index > 0 && from.first_index <= snapshot_.index + 1);
    log_.restart(snapshot_, from.first_index, from.entries);
    if (BOURSE_CONSENSUS_WRONG(last_entry_forgotten) && log_.last_index() > snapshot_.index) {
        log_.truncate_from(log_.last_index());
    }
    BOURSE_ASSERT(log_.last_index() >= snapshot_.index);
    commit_index_ = snapshot_.index;
    told_memberships_ = snapshot_.index;
    written_term_ = from.term;
    written_vote_ = BOURSE_CONSENSUS_WRONG(vote_forgotten) ? replica_id{} : from.vote;
    now_ms_ = now_ms + early_timeouts * options_.election_timeout_ms;
    start_engine(from.term, written_vote_);
    return finish();
}

// --- Every event ----------------------------------------------------------------------------------

void consensus_machine::begin(std::uint64_t now_ms) {
    BOURSE_ASSERT(started_);
    const std::uint64_t now = now_ms + early_timeouts * options_.election_timeout_ms;
    now_ms_ = BOURSE_GUARDED(time_goes_forward) ? std::max(now_ms_, now) : now;
}

effects consensus_machine::refuse(consensus_refusal why) {
    out_.refused = why;
    return finish();
}

effects consensus_machine::stop(std::string fault) {
    stopped_ = true;
    out_.fault = std::move(fault);
    held_.clear();
    return finish();
}

effects consensus_machine::finish() {
    if (!stopped_) {
        // Each may be cause for the others.
        settle_memberships();
        begin_term();
        follow_role();
        serve_reads();
        release_messages();
    } else if (out_.fault.empty()) {
        out_.refused = consensus_refusal::stopped;
    }
    out_.commit_index = commit_index_;
    out_.role = role();
    out_.term = term();
    out_.leader = leader();
    out_.may_speak = !stopped_ && is_settled();
    out_.reads_ready = reads_ready_;
    out_.reads_lost = reads_lost_;
    out_.next_tick_ms = next_tick_ms();
    return std::exchange(out_, {});
}

void consensus_machine::settle_memberships() {
    if (is_installing()) {
        return;
    }
    while (const committed_membership* next = log_.membership_behind(told_memberships_)) {
        if (next->index > commit_index_) {
            return;
        }
        out_.memberships.push_back(*next);
        if (BOURSE_GUARDED(committed_memberships)) {
            tell_committed(next->index);
        }
        told_memberships_ = out_.memberships.back().index;
    }
}

/// Tells libraft that the membership at `index` is committed. A leader that is no voter in it steps down.
void consensus_machine::tell_committed(std::uint64_t index) {
    raft_event event = event_of(RAFT_CONFIGURATION);
    event.configuration.index = index;
    event.configuration.conf = raft_configuration_of(log_.membership_at(index).in_force);
    BOURSE_ASSERT(step(event) == 0);  // the configuration is libraft's
    if (!BOURSE_GUARDED(given_memory)) {
        raft_configuration_close(&event.configuration.conf);
    }
}

/// libraft begins a term with an entry only if it does not know all of its log to be committed. Here every
/// leader does: what may leave the shard, reads and changes of membership wait for it.
void consensus_machine::begin_term() {
    if (role() == replica_role::leader && term_of(log_.last_index()) != term() &&
        BOURSE_GUARDED(leader_begins_term)) {
        append_barrier();
    }
}

void consensus_machine::follow_role() {
    if (role() == replica_role::leader) {
        led_term_ = term();
        led_by_ = self_;
    } else {
        reads_.clear();
        open_ticket_ = 0;
        reads_lost_ = last_ticket_;
    }
}

void consensus_machine::release_messages() {
    const auto waits = [&](const held_message& each) {
        return each.waits_for > durable_write_ || each.waits_for_vote > durable_vote_;
    };
    for (held_message& each : held_) {
        if (!waits(each)) {
            out_.messages.push_back(std::move(each.message));
        }
    }
    std::erase_if(held_, std::not_fn(waits));
}

// --- One step of libraft --------------------------------------------------------------------------

raft_event consensus_machine::event_of(raft_event_type type) const noexcept {
    raft_event event{};
    event.time = now_ms_;
    event.type = type;
    return event;
}

int consensus_machine::step(raft_event& event, const raft_entries* entries) {
    raft_set_max_inflight_entries(&raft_, in_flight_limit(entries));
    raft_update update{};
    if (const int failed = raft_step(&raft_, &event, &update); failed != 0) {
        return failed;
    }
    take_vote();
    const bool has_messages = (update.flags & RAFT_UPDATE_MESSAGES) != 0;
    if (has_messages && !BOURSE_GUARDED(entries_first)) {
        take_messages(update);
    }
    if ((update.flags & RAFT_UPDATE_ENTRIES) != 0) {
        take_entries(update, entries);
    }
    if ((update.flags & RAFT_UPDATE_SNAPSHOT) != 0) {
        take_snapshot_offer(update);
    }
    if (has_messages && BOURSE_GUARDED(entries_first)) {
        take_messages(update);
    }
    if ((update.flags & RAFT_UPDATE_COMMIT_INDEX) != 0 || BOURSE_CONSENSUS_WRONG(commits_alone)) {
        take_commit_index();
    }
    return 0;
}

void consensus_machine::take_vote() {
    if (term() == written_term_ && vote() == written_vote_) {
        return;
    }
    BOURSE_ASSERT(term() >= written_term_);
    written_term_ = term();
    written_vote_ = vote();
    last_vote_write_ = ++last_write_;
    out_.writes.push_back({last_write_, vote_write{written_term_, written_vote_}});
}

void consensus_machine::take_entries(const raft_update& update, const raft_entries* entries) {
    const std::uint64_t first = update.entries.index;
    BOURSE_ASSERT(first <= log_.last_index() + 1);
    BOURSE_ASSERT(first > commit_index_ || !BOURSE_GUARDED(committed_stays));
    entries_write write{.first_index = first, .entries = {}};
    if (update.entries.batch == &raft_.barrier) {
        write.entries.push_back({.term = raft_.barrier.term,
                                 .kind = log_entry_kind::barrier,
                                 .payload = shared_bytes(std::vector<std::byte>{})});
        if (BOURSE_GUARDED(barrier_batches)) {
            raft_free(raft_.barrier.batch);
        }
    } else {
        BOURSE_ASSERT(entries != nullptr);
        const auto added = entries->from(update.entries.batch).first(update.entries.n);
        write.entries.assign(added.begin(), added.end());
    }

    log_.truncate_from(first);
    for (entries_under_way& each : under_way_) {
        if (BOURSE_GUARDED(superseded_writes)) {
            each.last_index = std::min(each.last_index, first - 1);
        }
    }
    for (const log_entry& entry : write.entries) {
        log_.append(entry);
    }
    under_way_.push_back({++last_write_, log_.last_index()});
    if (std::any_of(write.entries.begin(), write.entries.end(),
                    [](const auto& each) { return each.kind == log_entry_kind::membership; })) {
        last_membership_write_ = last_write_;
    }
    out_.writes.push_back({last_write_, std::move(write)});
}

void consensus_machine::take_snapshot_offer(const raft_update& update) {
    for (entries_under_way& each : under_way_) {
        if (BOURSE_GUARDED(voided_writes)) {
            each.last_index = 0;
        }
    }
    if (BOURSE_GUARDED(offered_memory)) {
        raft_configuration configuration = update.snapshot.metadata.configuration;
        raft_configuration_close(&configuration);
        raft_free(update.snapshot.chunk.base);
    }
    log_.restart(offered_);
    out_.install = snapshot_to_install{.from = led_by_, .position = offered_};
}

void consensus_machine::take_commit_index() {
    const bool is_alone = BOURSE_CONSENSUS_WRONG(commits_alone) && role() == replica_role::leader;
    const std::uint64_t now = is_alone ? persisted_index() : raft_commit_index(&raft_);
    if (is_installing() || (now <= commit_index_ && BOURSE_GUARDED(commit_goes_forward))) {
        return;
    }
    BOURSE_ASSERT(now <= log_.last_index());
    commit_index_ = now;
}

// --- Messages -------------------------------------------------------------------------------------

void consensus_machine::send(replica_id to, std::uint64_t term,
                             decltype(replica_message::what) what) {
    if (held_.size() < max_held_messages) {
        std::uint64_t waits_for = 0;
        const auto* request = std::get_if<append_request>(&what);
        if (request != nullptr && BOURSE_GUARDED(durable_memberships) &&
            std::any_of(request->entries.begin(), request->entries.end(),
                        [](const auto& each) { return each.kind == log_entry_kind::membership; })) {
            waits_for = last_membership_write_;
        }
        held_.push_back({waits_for,
                         BOURSE_GUARDED(vote_before_messages) ? last_vote_write_ : 0,
                         {.from = self_, .to = to, .term = term, .what = std::move(what)}});
    }
}

void consensus_machine::take_messages(const raft_update& update) {
    for (unsigned i = 0; i < update.messages.n; ++i) {
        take_message(update.messages.batch[i]);
    }
}

void consensus_machine::take_message(const raft_message& from) {
    const replica_id to{from.server_id};
    switch (from.type) {
        case RAFT_APPEND_ENTRIES:
            take_append_request(from);
            break;
        case RAFT_APPEND_ENTRIES_RESULT:
            send(to, from.append_entries_result.term,
                 append_answer{.rejected_index = from.append_entries_result.rejected,
                               .last_index = from.append_entries_result.last_log_index});
            break;
        case RAFT_REQUEST_VOTE:
            send(to, from.request_vote.term,
                 vote_request{.last_index = from.request_vote.last_log_index,
                              .last_term = from.request_vote.last_log_term,
                              .is_pre_vote = from.request_vote.pre_vote,
                              .leader_sent_me = from.request_vote.disrupt_leader});
            break;
        case RAFT_REQUEST_VOTE_RESULT:
            send(to, from.request_vote_result.term,
                 vote_answer{.is_granted = from.request_vote_result.vote_granted,
                             .is_pre_vote = from.request_vote_result.pre_vote});
            break;
        case RAFT_INSTALL_SNAPSHOT:
            // libraft says which snapshot, and leaves it to us to say what it is.
            BOURSE_ASSERT(from.install_snapshot.last_index == snapshot_.index);
            send(to, from.install_snapshot.term,
                 snapshot_offer{
                     .position = BOURSE_GUARDED(filled_offers)
                                     ? snapshot_
                                     : snapshot_position{.index = from.install_snapshot.last_index,
                                                         .term = from.install_snapshot.last_term,
                                                         .membership_index = 0,
                                                         .in_force = {}}});
            break;
        case RAFT_TIMEOUT_NOW:
            send(to, from.timeout_now.term,
                 leadership_offer{.last_index = from.timeout_now.last_log_index,
                                  .last_term = from.timeout_now.last_log_term});
            break;
        default:
            BOURSE_ASSERT(false);
    }
}

/// The entries that libraft names, in as many messages as their bytes need.
void consensus_machine::take_append_request(const raft_message& from) {
    const raft_append_entries& named = from.append_entries;
    append_request request{.previous_index = named.prev_log_index,
                           .previous_term = named.prev_log_term,
                           .commit_index = named.leader_commit,
                           .entries = {}};
    std::uint64_t bytes = 0;
    for (unsigned i = 0; i < named.n_entries; ++i) {
        const std::uint64_t index = named.prev_log_index + 1 + i;
        const log_entry& entry = log_.at(index);
        const std::uint64_t size = log_.bytes_behind(index - 1) - log_.bytes_behind(index);
        if (!request.entries.empty() && bytes + size > options_.max_message_bytes) {
            append_request next{.previous_index = index - 1,
                                .previous_term = request.entries.back().term,
                                .commit_index = named.leader_commit,
                                .entries = {}};
            send({from.server_id}, named.term, std::exchange(request, std::move(next)));
            bytes = 0;
        }
        bytes += size;
        request.entries.push_back(entry);
    }
    send({from.server_id}, named.term, std::move(request));
}

// --- What is so -----------------------------------------------------------------------------------

replica_role consensus_machine::role() const noexcept {
    switch (raft_.state) {
        case RAFT_LEADER:
            return replica_role::leader;
        case RAFT_CANDIDATE:
            return replica_role::candidate;
        default:
            return replica_role::follower;
    }
}

replica_id consensus_machine::leader() const noexcept {
    switch (raft_.state) {
        case RAFT_LEADER:
            return self_;
        case RAFT_FOLLOWER:
            return {raft_.follower_state.current_leader.id};
        default:
            return {};
    }
}

std::uint64_t consensus_machine::match_index(replica_id member) const noexcept {
    raft_index found = 0;
    return raft_match_index(&raft_, member.value, &found) == 0 ? found : 0;
}

std::uint64_t consensus_machine::term_of(std::uint64_t index) const {
    if (log_.has(index)) {
        return log_.at(index).term;
    }
    return index == snapshot_.index ? snapshot_.term : 0;
}

bool consensus_machine::is_settled() const {
    return role() == replica_role::leader &&
           (term_of(commit_index_) == term() || BOURSE_CONSENSUS_WRONG(speaks_too_early));
}

const member* consensus_machine::find_member(replica_id id) const {
    const std::vector<member>& members = log_.members().members;
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const member& each) { return each.id == id; });
    return found != members.end() ? &*found : nullptr;
}

bool consensus_machine::is_sole_voter() const {
    const std::vector<member>& members = log_.members().members;
    const member* own = find_member(self_);
    return own != nullptr && own->role == member_role::voter &&
           std::count_if(members.begin(), members.end(),
                         [](const member& each) { return each.role == member_role::voter; }) == 1;
}

/// libraft bounds what is in flight to a follower by entries; by bytes it is bounded by how large any of the
/// entries kept can be.
unsigned consensus_machine::in_flight_limit(const raft_entries* added) const {
    if (!BOURSE_GUARDED(bytes_in_flight)) {
        return options_.max_in_flight_entries;
    }
    std::uint64_t bound = std::max<std::uint64_t>(log_.payload_bound(), 1);
    for (const log_entry& entry : added != nullptr ? added->all() : std::span<const log_entry>()) {
        bound = std::max<std::uint64_t>(bound, std::bit_ceil(entry.payload.size() + 1));
    }
    const std::uint64_t entries = std::max<std::uint64_t>(options_.max_in_flight_bytes / bound, 1);
    return static_cast<unsigned>(std::min<std::uint64_t>(entries, options_.max_in_flight_entries));
}

}  // namespace bourse
