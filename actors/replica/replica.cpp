#include "actors/replica/replica.hpp"

#include <algorithm>
#include <utility>

#include "actors/replica/entry_memory.hpp"
#include "actors/replica/wiring_bug.hpp"
#include "messages/assert.hpp"
#include "messages/replica_codec.hpp"

namespace bourse {

namespace {

/// Digests that are remembered for being compared.
constexpr std::size_t max_marks = 512;

/// What a command of weight one takes in an entry, about.
constexpr std::size_t bytes_a_weight = 128;

std::size_t weight_of(const shard_command& command) {
    if (const auto* delivery = std::get_if<channel_delivery>(&command)) {
        return 1 + delivery->messages.size();
    }
    if (const auto* calendar = std::get_if<set_calendar>(&command)) {
        return 1 + calendar->sessions.size();
    }
    if (const auto* record = std::get_if<put_record>(&command)) {
        return 1 + record->what->value.size() / bytes_a_weight;
    }
    return 1;
}

}  // namespace

bool is_reducing(const shard_command& what) {
    return std::holds_alternative<submit_cancel>(what) ||
           std::holds_alternative<submit_mass_cancel>(what) ||
           std::holds_alternative<set_kill_switch>(what) ||
           std::holds_alternative<renew_lease>(what) ||
           std::holds_alternative<channel_receipt>(what);
}

std::string_view to_string(replica_refusal refusal) noexcept {
    switch (refusal) {
        case replica_refusal::none:
            return "not refused";
        case replica_refusal::not_leader:
            return "this replica does not lead";
        case replica_refusal::overloaded:
            return "too many commands wait";
        case replica_refusal::storage_full:
            return "the disk has room left for cancels only";
        case replica_refusal::clock_in_doubt:
            return "the wall clock has moved otherwise than the monotonic one";
        case replica_refusal::too_large:
            return "the command is larger than an entry may be";
        case replica_refusal::stopped:
            return "this replica has stopped after a fault, or at an entry that cannot be applied";
        case replica_refusal::not_stuck_there:
            return "this replica is not stopped at that entry";
    }
    return "unknown refusal";
}

replica::replica(const replica_options& options, journal& log, checkpoint* rows,
                 event_store* events)
    : options_(options),
      log_(&log),
      writer_(log, options.shard.id),
      consensus_(options.self, options.consensus),
      state_(options.shard),
      rows_(rows),
      events_(events) {}

replica_effects replica::take() {
    return std::exchange(out_, {});
}

void replica::stop(std::string why) {
    if (fault_.empty()) {
        fault_ = std::move(why);
    }
    may_speak_ = false;
    lose_tickets();
}

void replica::set_runner(turn_runner run) {
    runner_ = std::move(run);
    state_.set_runner(runner_);
}

// --- Events ---------------------------------------------------------------------------------------

void replica::tick(const moment& now) {
    check_clock(now);
    if (now.monotonic_ms >= consensus_tick_ms_) {
        carry_out(now, consensus_.tick(now.monotonic_ms));
    }
    resend(now);
    fetch(now);
    plan_tick(now, consensus_tick_ms_);
}

void replica::receive(const moment& now, const replica_message& message) {
    if (fault_.empty()) {
        carry_out(now, consensus_.receive(now.monotonic_ms, message));
    }
}

void replica::peer_lost(const moment& now, replica_id peer) {
    carry_out(now, consensus_.peer_lost(now.monotonic_ms, peer));
}

consensus_refusal replica::change_membership(const moment& now, const membership_change& change) {
    effects out = consensus_.change_membership(now.monotonic_ms, change);
    const consensus_refusal refused = out.refused;
    carry_out(now, std::move(out));
    return refused;
}

consensus_refusal replica::transfer(const moment& now, replica_id to) {
    effects out = consensus_.transfer(now.monotonic_ms, to);
    const consensus_refusal refused = out.refused;
    carry_out(now, std::move(out));
    return refused;
}

void replica::journal_durable(const moment& now) {
    writer_.hand_on();
    release();
    if (const auto durable = writer_.durable(); durable != log_writer::durable_writes{}) {
        carry_out(now, consensus_.persisted(now.monotonic_ms, durable.all, durable.vote));
    }
    tell_of_checkpoint(now);
}

replica_refusal replica::read(const moment& now, std::uint64_t ticket) {
    if (!fault_.empty() || stuck_) {
        return replica_refusal::stopped;
    }
    if (!may_speak_) {
        return replica_refusal::not_leader;
    }
    if (BOURSE_WIRED_WRONG(stale_read)) {
        out_.answers.push_back({ticket_answer::kind::read, ticket, state_.index()});
        return replica_refusal::none;
    }
    effects out = consensus_.read(now.monotonic_ms);
    if (out.refused != consensus_refusal::none) {
        return replica_refusal::overloaded;
    }
    reads_[out.read_ticket].push_back(ticket);
    carry_out(now, std::move(out));
    return replica_refusal::none;
}

// --- Commands -------------------------------------------------------------------------------------

replica_refusal replica::find_refusal(std::size_t weight, bool reduces) const {
    if (!fault_.empty() || stuck_) {
        return replica_refusal::stopped;
    }
    if (!may_speak_) {
        return replica_refusal::not_leader;
    }
    if (clock_in_doubt_) {
        return replica_refusal::clock_in_doubt;
    }
    const std::size_t kept = reduces ? options_.max_waiting / 4 : 0;
    if (waiting_weight_ + weight > options_.max_waiting + kept) {
        return replica_refusal::overloaded;
    }
    return replica_refusal::none;
}

replica_refusal replica::submit(const moment& now, std::vector<shard_command> commands,
                                std::uint64_t ticket) {
    check_clock(now);
    std::size_t weight = 0;
    bool reduces = true;
    for (const shard_command& each : commands) {
        weight += weight_of(each);
        reduces = reduces && is_reducing(each);
        if (weight_of(each) > options_.max_entry_weight) {
            return replica_refusal::too_large;
        }
    }
    if (const auto refusal = find_refusal(weight, reduces); refusal != replica_refusal::none) {
        return refusal;
    }
    if (!reduces && !log_->room().takes_orders) {
        return replica_refusal::storage_full;
    }
    BOURSE_ASSERT(!commands.empty());
    waiting_weight_ += weight;
    waiting_.push_back({std::move(commands), ticket, weight, 0});
    if (BOURSE_WIRED_WRONG(answer_before_commit)) {
        out_.answers.push_back({ticket_answer::kind::applied, ticket, consensus_.last_index() + 1});
    }
    return replica_refusal::none;
}

/// Messages of another shard wait once: while some do, more are dropped, and come again.
void replica::receive(const moment& now, const channel_letter& letter) {
    const bool waits = std::any_of(waiting_.begin(), waiting_.end(), [&](const auto& each) {
        const auto* delivery = std::get_if<channel_delivery>(&each.commands.front());
        return delivery != nullptr && delivery->from == letter.from;
    });
    if (const auto* delivery = std::get_if<channel_delivery>(&letter.what)) {
        if (!waits && submit(now, {*delivery}, 0) == replica_refusal::none &&
            BOURSE_WIRED_WRONG(receipt_before_commit) && !delivery->messages.empty()) {
            const std::uint64_t last = delivery->first + delivery->messages.size() - 1;
            out_.letters.push_back({id(), letter.from, channel_receipt{id(), last}});
        }
    } else {
        static_cast<void>(submit(now, {std::get<channel_receipt>(letter.what)}, 0));
    }
}

bool replica::wants_to_propose() const noexcept {
    return !waiting_.empty() && may_speak_ && can_apply() &&
           proposed_.size() < options_.max_entries_under_way;
}

void replica::propose(const moment& now) {
    writer_.hand_on();
    if (writer_.fault() && fault_.empty()) {
        stop("shard " + std::to_string(id().value) + ", its log: " + writer_.fault()->what);
    }
    if (may_speak_ && !clock_in_doubt_ && can_apply() && (wants_to_propose() || is_due(now))) {
        propose_entry(now);
    }
}

timestamp replica::stamp(const moment& now) const {
    return BOURSE_WIRED_WRONG(clock_not_held) ? now.wall
                                              : std::max({now.wall, last_stamp_, state_.now()});
}

bool replica::is_due(const moment& now) const {
    const auto due = state_.next_due();
    return due && *due <= stamp(now) && proposed_.empty() && !BOURSE_WIRED_WRONG(due_forgotten);
}

/// Of what waits, in its order, as much as an entry may have.
void replica::propose_entry(const moment& now) {
    const std::uint64_t index = consensus_.last_index() + 1;
    const timestamp at = stamp(now);
    proposed_entry proposed{.index = index, .tickets = {}};
    std::vector<std::span<const shard_command>> commands;
    std::size_t weight = 0;
    std::size_t whole = 0;  // calls that have all of theirs in it, or before
    std::size_t begun = 0;  // and commands of the next
    for (const waiting_call& next : waiting_) {
        const std::span<const shard_command> left = std::span(next.commands).subspan(next.begun);
        if (weight + next.weight > options_.max_entry_weight) {
            while (weight + weight_of(left[begun]) <= options_.max_entry_weight) {
                weight += weight_of(left[begun++]);
            }
            commands.push_back(left.first(begun));
            break;
        }
        weight += next.weight;
        commands.push_back(left);
        if (next.ticket != 0) {
            proposed.tickets.push_back(next.ticket);
        }
        ++whole;
    }
    digest_mark mark;
    if (!marks_.empty() && marks_.back().index > told_mark_) {
        mark = marks_.back();
    }
    effects out = consensus_.submit(now.monotonic_ms,
                                    {shared_bytes(encode_marked_entry(mark, index, at, commands))});
    if (out.refused == consensus_refusal::none) {
        BOURSE_ASSERT(out.submitted_index == index);
        last_stamp_ = at;
        told_mark_ = std::max(told_mark_, mark.index);
        const auto first_left = waiting_.begin() + static_cast<std::ptrdiff_t>(whole);
        if (begun != 0) {
            for (const shard_command& each : commands.back()) {
                first_left->weight -= weight_of(each);
            }
            first_left->begun += begun;
        }
        waiting_.erase(waiting_.begin(), first_left);
        waiting_weight_ -= weight;
        proposed_.push_back(std::move(proposed));
    }
    carry_out(now, std::move(out));
}

// --- What consensus answers -----------------------------------------------------------------------

void replica::carry_out(const moment& now, effects out) {
    if (!fault_.empty()) {
        return;
    }
    if (!out.fault.empty()) {
        stop(std::move(out.fault));
        return;
    }
    follow_role(out);
    writer_.take(std::move(out.writes));
    send(std::move(out.messages));
    if (out.install) {
        begin_install(now, *out.install);
    }
    apply_committed(BOURSE_WIRED_WRONG(apply_before_commit) ? consensus_.last_index()
                                                            : out.commit_index);
    take_reads(out);
    plan_tick(now, out.next_tick_ms);
#if defined(BOURSE_PLANTED_BUGS)
    if (BOURSE_WIRED_WRONG(vote_not_awaited) && out.role != replica_role::leader) {
        const auto before = writer_.durable();
        writer_.say_all_durable();
        if (const auto durable = writer_.durable(); durable != before) {
            carry_out(now, consensus_.persisted(now.monotonic_ms, durable.all, durable.vote));
        }
    }
#endif
}

void replica::follow_role(const effects& out) {
    const bool leads = out.role == replica_role::leader;
    if (led_term_ != 0 && (!leads || out.term != led_term_)) {
        lose_tickets();
    }
    led_term_ = leads ? out.term : 0;
    may_speak_ = out.may_speak;
}

/// What was asked of this replica while it led is for the log to tell.
void replica::lose_tickets() {
    const auto lose = [&](std::uint64_t ticket) {
        if (ticket != 0) {
            out_.answers.push_back({ticket_answer::kind::unknown, ticket, 0});
        }
    };
    for (const proposed_entry& each : proposed_) {
        std::for_each(each.tickets.begin(), each.tickets.end(), lose);
    }
    for (const waiting_call& each : waiting_) {
        lose(each.ticket);
    }
    for (const auto& [ticket, asked] : reads_) {
        std::for_each(asked.begin(), asked.end(), lose);
    }
    proposed_.clear();
    waiting_.clear();
    waiting_weight_ = 0;
    reads_.clear();
    last_stamp_ = {};
    told_mark_ = 0;
}

void replica::send(std::vector<replica_message> messages) {
    for (replica_message& each : messages) {
        out_.messages.push_back(std::move(each));
    }
}

void replica::apply_committed(std::uint64_t commit_index) {
    read_ahead(commit_index);
    while (fault_.empty() && !consensus_.is_installing() && can_apply() &&
           state_.index() < commit_index) {
        if (decoded_.empty()) {
            look_ahead(commit_index);
        }
        apply(state_.index() + 1);
    }
}

/// A committed entry, with memory that is used again.
result<replica::decoded_entry> replica::decode(std::uint64_t index) {
    const log_entry& from = consensus_.entry(index);
    decoded_entry next{.done = memory_ != nullptr ? memory_->take() : applied_entry{}};
    next.done.index = index;
    next.done.term = from.term;
    if (from.kind != log_entry_kind::command || voided_.contains(index)) {
        return next;
    }
    auto decoded = decode_marked_entry(from.payload.bytes(), std::move(next.done.what));
    if (!decoded) {
        return decoded.error();
    }
    if (decoded->what.index != index) {
        return error{errc::corrupt, "it says that it is " + std::to_string(decoded->what.index)};
    }
    next.mark = decoded->mark;
    next.done.what = std::move(decoded->what);
    return next;
}

void replica::look_ahead(std::uint64_t commit_index) {
    for (std::uint64_t index = state_.index() + 1;
         index <= commit_index && decoded_.size() < decoded_together &&
         consensus_.entry(index).payload.size() <= small_payload;
         ++index) {
        auto next = decode(index);
        if (!next) {
            break;  // `apply` says so when its turn comes
        }
        decoded_.push_back(std::move(*next));
    }
    if (decoded_.size() < 2) {
        return;
    }
    soon_.clear();
    for (const decoded_entry& each : decoded_) {
        for (const shard_command& one : each.done.what.commands) {
            soon_.push_back(&one);
        }
    }
    state_.ask_for(soon_);
}

void replica::apply(std::uint64_t index) {
    const log_entry& from = consensus_.entry(index);
    if (!decoded_.empty() && decoded_.front().done.index != index) {
        decoded_.clear();  // rows have taken their place
    }
    if (decoded_.empty()) {
        auto decoded = decode(index);
        if (!decoded) {
            stop("entry " + std::to_string(index) +
                 " of the log is not one that was proposed: " + decoded.error().what);
            return;
        }
        decoded_.push_back(std::move(*decoded));
    }
    applied_entry done = std::move(decoded_.front().done);
    const digest_mark mark = decoded_.front().mark;
    decoded_.pop_front();
    if (from.kind == log_entry_kind::command && voided_.contains(index)) {
        voided_[index] = true;
        done.what = {};
        state_.skip(index);
    } else if (from.kind == log_entry_kind::command) {
        const std::uint64_t made_void = voided_by(from.payload.bytes());
        if (made_void != 0 ? !take_voided(made_void) : !compare(mark)) {
            return;
        }
        if (auto why = try_apply(done.what, done.out)) {
            get_stuck(index, std::move(*why));
            return;
        }
    } else {
        if (from.kind == log_entry_kind::membership) {
            auto members = decode_membership(from.payload.bytes());
            BOURSE_ASSERT(members.has_value());  // consensus has read it before
            applied_members_ = {index, std::move(*members)};
        }
        state_.skip(index);
    }
    done.digest = state_.digest();
    if (index % options_.digest_every == 0) {
        marks_.push_back({index, done.digest});
        if (marks_.size() > max_marks) {
            marks_.pop_front();
        }
    }
    keep_events(done);
    done.may_leave = may_speak_ || BOURSE_WIRED_WRONG(follower_speaks);
    answer(index);
    if (done.may_leave) {
        leave(done);
    }
    out_.applied.push_back(std::move(done));
}

/// What is not remembered, as this replica began behind it, is not compared.
bool replica::compare(const digest_mark& told) {
    const auto mine = std::find_if(marks_.begin(), marks_.end(), [&](const digest_mark& each) {
        return each.index == told.index;
    });
    if (mine != marks_.end() && mine->digest != told.digest) {
        stop("the state after entry " + std::to_string(told.index) +
             " is another than that of the leader: their digests differ");
        return false;
    }
    return true;
}

void replica::answer(std::uint64_t index) {
    if (proposed_.empty() || proposed_.front().index != index) {
        return;
    }
    const bool is_void = voided_.contains(index);
    for (const std::uint64_t ticket : proposed_.front().tickets) {
        if (is_void) {
            out_.answers.push_back({ticket_answer::kind::unknown, ticket, 0});
        } else if (!BOURSE_WIRED_WRONG(answer_before_commit)) {
            out_.answers.push_back({ticket_answer::kind::applied, ticket, index});
        }
    }
    proposed_.pop_front();
}

/// Messages for other shards, and receipts, go at once; `resend` sees to those that get lost.
void replica::leave(applied_entry& done) {
    std::map<shard_id, channel_delivery> deliveries;
    for (const sent_message& each : done.out.messages) {
        channel_delivery& to = deliveries[each.to];
        if (to.messages.empty()) {
            to.from = id();
            to.first = each.number;
        }
        if (to.messages.size() < options_.max_delivery) {
            to.messages.push_back(each.what);
        }
    }
    for (auto& [to, delivery] : deliveries) {
        out_.letters.push_back({id(), to, std::move(delivery)});
    }
    for (const sent_receipt& each : done.out.receipts) {
        out_.letters.push_back({id(), each.to, channel_receipt{id(), each.up_to}});
    }
}

void replica::answer_reads() {
    while (!reads_.empty() && reads_.begin()->first <= reads_ready_.ticket &&
           state_.index() >= reads_ready_.index) {
        for (const std::uint64_t ticket : reads_.begin()->second) {
            out_.answers.push_back({ticket_answer::kind::read, ticket, state_.index()});
        }
        reads_.erase(reads_.begin());
    }
}

void replica::take_reads(const effects& out) {
    if (out.reads_ready > reads_ready_.ticket) {
        reads_ready_ = {out.reads_ready, out.commit_index};
    }
    answer_reads();
    while (!reads_.empty() && reads_.begin()->first <= out.reads_lost) {
        for (const std::uint64_t ticket : reads_.begin()->second) {
            out_.answers.push_back({ticket_answer::kind::unknown, ticket, 0});
        }
        reads_.erase(reads_.begin());
    }
}

// --- Time -----------------------------------------------------------------------------------------

void replica::resend(const moment& now) {
    if (!may_speak_ || now.monotonic_ms < next_resend_ms_) {
        return;
    }
    next_resend_ms_ = now.monotonic_ms + options_.resend_ms;
    if (BOURSE_WIRED_WRONG(delivery_not_repeated)) {
        return;
    }
    for (const shard_id peer : options_.peers) {
        channel_delivery all = state_.unconfirmed(peer, 1, options_.max_delivery);
        if (!all.messages.empty()) {
            out_.letters.push_back({id(), peer, std::move(all)});
        }
    }
}

void replica::plan_tick(const moment& now, std::uint64_t consensus_tick_ms) {
    consensus_tick_ms_ = consensus_tick_ms;
    next_tick_ms_ = consensus_tick_ms;
    if (rows_state_ == rows_state::fetching || rows_state_ == rows_state::copying) {
        next_tick_ms_ = std::min(next_tick_ms_, std::max(next_fetch_ms_, now.monotonic_ms + 1));
    }
    if (!may_speak_) {
        return;
    }
    next_tick_ms_ = std::min(next_tick_ms_, std::max(next_resend_ms_, now.monotonic_ms + 1));
    if (const auto due = can_apply() ? state_.next_due() : std::nullopt) {
        const std::int64_t wait_ns = std::max<std::int64_t>(due->ns - now.wall.ns, 0);
        const auto wait_ms = static_cast<std::uint64_t>(wait_ns / 1'000'000) + 1;
        next_tick_ms_ = std::min(next_tick_ms_, now.monotonic_ms + wait_ms);
    }
}

}  // namespace bourse
