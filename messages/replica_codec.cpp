#include "messages/replica_codec.hpp"

#include <cstring>
#include <string>
#include <variant>

#include "messages/assert.hpp"
#include "messages/message_frame.hpp"
#include "messages/record_fault.hpp"
#include "messages/schema/replica.capnp.h"

namespace bourse {
namespace {

[[nodiscard]] std::size_t words_of(std::size_t bytes) {
    return (bytes + sizeof(capnp::word) - 1) / sizeof(capnp::word);
}

// --- Memberships ----------------------------------------------------------------------------------

std::size_t membership_words(const membership& from) {
    return capnp::sizeInWords<schema::Membership>() + list_tag +
           from.members.size() * capnp::sizeInWords<schema::Member>();
}

void write_membership(const membership& from, schema::Membership::Builder to) {
    to.setVersion(membership_version);
    auto members = to.initMembers(static_cast<unsigned>(from.members.size()));
    for (unsigned i = 0; i < members.size(); ++i) {
        members[i].setId(from.members[i].id.value);
        members[i].setRole(static_cast<schema::MemberRole>(from.members[i].role));
    }
}

member read_member(schema::Member::Reader from, const record_path& at, record_faults& faults) {
    const auto role = static_cast<unsigned>(from.getRole());
    if (role < 1 || role > 2) {
        faults.add(errc::out_of_range, at.in("role"),
                   std::to_string(role) + " is not a role of a member (1..2)");
    }
    return {.id = {from.getId()}, .role = static_cast<member_role>(role)};
}

membership read_membership_version_1(schema::Membership::Reader from, const record_path& at,
                                     record_faults& faults) {
    membership to;
    // Room is not made beforehand: a list of nothing can say that it is long.
    const auto members = from.getMembers();
    const record_path path = at.in("members");
    for (unsigned i = 0; i < members.size() && !faults.any(); ++i) {
        const record_path here = path.at(i);
        const member found = read_member(members[i], here, faults);
        if (i > 0 && found.id <= to.members.back().id) {
            faults.add(errc::out_of_range, here.in("id"),
                       std::to_string(found.id.value) + " does not follow " +
                           std::to_string(to.members.back().id.value));
        }
        to.members.push_back(found);
    }
    return to;
}

/// Each version that was ever written has its case, for ever.
membership read_membership(schema::Membership::Reader from, const record_path& at,
                           record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return read_membership_version_1(from, at, faults);
        default:
            faults.add_version(from.getVersion(), membership_version, at);
            return {};
    }
}

// --- What is said, written ------------------------------------------------------------------------

void write(const append_request& from, schema::ReplicaMessage::Builder message) {
    auto to = message.initAppendRequest();
    to.setPreviousIndex(from.previous_index);
    to.setPreviousTerm(from.previous_term);
    to.setCommitIndex(from.commit_index);
    auto entries = to.initEntries(static_cast<unsigned>(from.entries.size()));
    for (unsigned i = 0; i < entries.size(); ++i) {
        const log_entry& entry = from.entries[i];
        BOURSE_ASSERT(entry.payload.is_there());
        entries[i].setTerm(entry.term);
        entries[i].setKind(static_cast<schema::EntryKind>(entry.kind));
        if (entry.payload.size() > 0) {
            auto payload = entries[i].initPayload(static_cast<unsigned>(entry.payload.size()));
            std::memcpy(payload.begin(), entry.payload.bytes().data(), entry.payload.size());
        }
    }
}
void write(const append_answer& from, schema::ReplicaMessage::Builder message) {
    auto to = message.initAppendAnswer();
    to.setRejectedIndex(from.rejected_index);
    to.setLastIndex(from.last_index);
}
void write(const vote_request& from, schema::ReplicaMessage::Builder message) {
    auto to = message.initVoteRequest();
    to.setLastIndex(from.last_index);
    to.setLastTerm(from.last_term);
    to.setPreVote(from.is_pre_vote);
    to.setLeaderSentMe(from.leader_sent_me);
}
void write(const vote_answer& from, schema::ReplicaMessage::Builder message) {
    auto to = message.initVoteAnswer();
    to.setGranted(from.is_granted);
    to.setPreVote(from.is_pre_vote);
}
void write(const snapshot_offer& from, schema::ReplicaMessage::Builder message) {
    auto to = message.initSnapshotOffer();
    to.setIndex(from.position.index);
    to.setTerm(from.position.term);
    to.setMembershipIndex(from.position.membership_index);
    write_membership(from.position.in_force, to.initMembership());
}
void write(const leadership_offer& from, schema::ReplicaMessage::Builder message) {
    auto to = message.initLeadershipOffer();
    to.setLastIndex(from.last_index);
    to.setLastTerm(from.last_term);
}

std::size_t words(const append_request& from) {
    std::size_t sum = capnp::sizeInWords<schema::AppendRequest>() + list_tag;
    for (const log_entry& entry : from.entries) {
        sum += capnp::sizeInWords<schema::LogEntry>() + words_of(entry.payload.size());
    }
    return sum;
}
std::size_t words(const append_answer&) {
    return capnp::sizeInWords<schema::AppendAnswer>();
}
std::size_t words(const vote_request&) {
    return capnp::sizeInWords<schema::VoteRequest>();
}
std::size_t words(const vote_answer&) {
    return capnp::sizeInWords<schema::VoteAnswer>();
}
std::size_t words(const snapshot_offer& from) {
    return capnp::sizeInWords<schema::SnapshotOffer>() + membership_words(from.position.in_force);
}
std::size_t words(const leadership_offer&) {
    return capnp::sizeInWords<schema::LeadershipOffer>();
}

// --- What is said, read ---------------------------------------------------------------------------

/// Payloads become slices of `whole` if it is there and they lie in it, and copies otherwise.
log_entry read_entry(schema::LogEntry::Reader from, const shared_bytes& whole,
                     const record_path& at, record_faults& faults) {
    const auto kind = static_cast<unsigned>(from.getKind());
    if (kind < 1 || kind > 3) {
        faults.add(errc::out_of_range, at.in("kind"),
                   std::to_string(kind) + " is not a kind of entry (1..3)");
        return {};
    }
    log_entry to{.term = from.getTerm(), .kind = static_cast<log_entry_kind>(kind), .payload = {}};
    const auto payload =
        std::as_bytes(std::span(from.getPayload().begin(), from.getPayload().end()));
    const std::span<const std::byte> all = whole.bytes();
    if (whole.is_there() && payload.data() >= all.data() &&
        payload.data() + payload.size() <= all.data() + all.size()) {
        to.payload = whole.slice(payload);
    } else {
        to.payload = shared_bytes(std::vector<std::byte>(payload.begin(), payload.end()));
    }
    return to;
}

append_request read_append_request(schema::AppendRequest::Reader from, const shared_bytes& whole,
                                   const record_path& at, record_faults& faults) {
    append_request to;
    to.previous_index = from.getPreviousIndex();
    to.previous_term = from.getPreviousTerm();
    to.commit_index = from.getCommitIndex();
    const auto entries = from.getEntries();
    const record_path path = at.in("entries");
    for (unsigned i = 0; i < entries.size() && !faults.any(); ++i) {
        to.entries.push_back(read_entry(entries[i], whole, path.at(i), faults));
    }
    return to;
}

snapshot_offer read_snapshot_offer(schema::SnapshotOffer::Reader from, const record_path& at,
                                   record_faults& faults) {
    return {.position = {
                .index = from.getIndex(),
                .term = from.getTerm(),
                .membership_index = from.getMembershipIndex(),
                .in_force = read_membership(from.getMembership(), at.in("membership"), faults)}};
}

using said = decltype(replica_message::what);

/// What is said must be there: a null pointer would read as one of zeros.
template <typename Read>
said read_if_there(bool is_there, const record_path& at, record_faults& faults, Read read) {
    if (!is_there) {
        faults.add(errc::malformed, at, "the message says nothing");
        return {};
    }
    return read();
}

said read_said(schema::ReplicaMessage::Reader from, const shared_bytes& whole,
               const record_path& at, record_faults& faults) {
    switch (from.which()) {
        case schema::ReplicaMessage::APPEND_REQUEST:
            return read_if_there(from.hasAppendRequest(), at, faults, [&] {
                return read_append_request(from.getAppendRequest(), whole, at.in("appendRequest"),
                                           faults);
            });
        case schema::ReplicaMessage::APPEND_ANSWER:
            return read_if_there(from.hasAppendAnswer(), at, faults, [&] {
                const auto answer = from.getAppendAnswer();
                return append_answer{.rejected_index = answer.getRejectedIndex(),
                                     .last_index = answer.getLastIndex()};
            });
        case schema::ReplicaMessage::VOTE_REQUEST:
            return read_if_there(from.hasVoteRequest(), at, faults, [&] {
                const auto request = from.getVoteRequest();
                return vote_request{.last_index = request.getLastIndex(),
                                    .last_term = request.getLastTerm(),
                                    .is_pre_vote = request.getPreVote(),
                                    .leader_sent_me = request.getLeaderSentMe()};
            });
        case schema::ReplicaMessage::VOTE_ANSWER:
            return read_if_there(from.hasVoteAnswer(), at, faults, [&] {
                const auto answer = from.getVoteAnswer();
                return vote_answer{.is_granted = answer.getGranted(),
                                   .is_pre_vote = answer.getPreVote()};
            });
        case schema::ReplicaMessage::SNAPSHOT_OFFER:
            return read_if_there(from.hasSnapshotOffer(), at, faults, [&] {
                return read_snapshot_offer(from.getSnapshotOffer(), at.in("snapshotOffer"), faults);
            });
        case schema::ReplicaMessage::LEADERSHIP_OFFER:
            return read_if_there(from.hasLeadershipOffer(), at, faults, [&] {
                const auto offer = from.getLeadershipOffer();
                return leadership_offer{.last_index = offer.getLastIndex(),
                                        .last_term = offer.getLastTerm()};
            });
        default:
            faults.add(errc::out_of_range, at,
                       std::to_string(static_cast<unsigned>(from.which())) +
                           " is not a kind of message (0..5)");
            return {};
    }
}

/// Each version that was ever written has its case, for ever.
replica_message read_replica_message(schema::ReplicaMessage::Reader from, const shared_bytes& whole,
                                     const record_path& at, record_faults& faults) {
    switch (from.getVersion()) {
        case 1:
            return {.from = {from.getFrom()},
                    .to = {from.getTo()},
                    .term = from.getTerm(),
                    .what = read_said(from, whole, at, faults)};
        default:
            faults.add_version(from.getVersion(), replica_message_version, at);
            return {};
    }
}

result<replica_message> decode(std::span<const std::byte> bytes, const shared_bytes& whole) {
    return read_message<schema::ReplicaMessage>(
        bytes, "replicaMessage",
        [&whole](schema::ReplicaMessage::Reader from, const record_path& at,
                 record_faults& faults) { return read_replica_message(from, whole, at, faults); });
}

}  // namespace

// --- Bytes ----------------------------------------------------------------------------------------

void encode_replica_message(const replica_message& from, std::vector<std::byte>& out) {
    const std::size_t said_words =
        std::visit([](const auto& what) { return words(what); }, from.what);
    append_message<schema::ReplicaMessage>(
        out, root_pointer + capnp::sizeInWords<schema::ReplicaMessage>() + said_words,
        [&](schema::ReplicaMessage::Builder to) {
            to.setVersion(replica_message_version);
            to.setFrom(from.from.value);
            to.setTo(from.to.value);
            to.setTerm(from.term);
            std::visit([&](const auto& what) { write(what, to); }, from.what);
        });
}

result<replica_message> decode_replica_message(std::span<const std::byte> bytes) {
    return decode(bytes, {});
}

result<replica_message> decode_replica_message(const shared_bytes& bytes) {
    return decode(bytes.bytes(), bytes);
}

void encode_membership(const membership& from, std::vector<std::byte>& out) {
    append_message<schema::Membership>(
        out, root_pointer + membership_words(from),
        [&](schema::Membership::Builder to) { write_membership(from, to); });
}

result<membership> decode_membership(std::span<const std::byte> bytes) {
    return read_message<schema::Membership>(bytes, "membership", read_membership);
}

}  // namespace bourse
