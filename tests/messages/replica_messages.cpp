// What replicas tell each other, and memberships, as bytes. In a file of its own, with its own samples, and
// not among the records of codec_under_test.hpp, which every file there is compiled for.

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "messages/replica_codec.hpp"
#include "messages/schema/replica.capnp.h"

namespace bourse {
namespace {

using bytes = std::vector<std::byte>;

shared_bytes payload_of(std::size_t size) {
    bytes made(size);
    for (std::size_t i = 0; i < size; ++i) {
        made[i] = static_cast<std::byte>(i + 1);
    }
    return shared_bytes(std::move(made));
}

membership some_members() {
    return {{{{1}, member_role::voter}, {{5}, member_role::learner}, {{900}, member_role::voter}}};
}

struct named_message {
    const char* name;
    replica_message message;
};

/// One of each kind, every field its own. The golden files hold exactly these: never change one.
std::vector<named_message> every_kind() {
    const auto from_1_to_2 = [](auto what) {
        return replica_message{.from = {1}, .to = {2}, .term = 3, .what = std::move(what)};
    };
    return {
        {"replica_append_request",
         from_1_to_2(append_request{.previous_index = 41,
                                    .previous_term = 2,
                                    .commit_index = 40,
                                    .entries = {{3, log_entry_kind::barrier, payload_of(0)},
                                                {3, log_entry_kind::command, payload_of(13)},
                                                {3, log_entry_kind::membership, payload_of(8)}}})},
        {"replica_append_answer", from_1_to_2(append_answer{.rejected_index = 7, .last_index = 5})},
        {"replica_vote_request",
         from_1_to_2(vote_request{
             .last_index = 9, .last_term = 2, .is_pre_vote = true, .leader_sent_me = true})},
        {"replica_vote_answer", from_1_to_2(vote_answer{.is_granted = true, .is_pre_vote = true})},
        {"replica_snapshot_offer",
         from_1_to_2(snapshot_offer{.position = {.index = 50,
                                                 .term = 2,
                                                 .membership_index = 40,
                                                 .in_force = some_members()}})},
        {"replica_leadership_offer",
         from_1_to_2(leadership_offer{.last_index = 77, .last_term = 3})},
    };
}

bytes encoded(const replica_message& message) {
    bytes out;
    encode_replica_message(message, out);
    return out;
}

bytes encoded(const membership& members) {
    bytes out;
    encode_membership(members, out);
    return out;
}

std::string refusal_of(const bytes& from) {
    const auto decoded = decode_replica_message(from);
    return decoded.has_value() ? "not refused" : decoded.error().what;
}

/// A message that the library alone has built.
template <typename Record, typename Fill>
bytes built(Fill fill) {
    capnp::MallocMessageBuilder builder;
    fill(builder.initRoot<Record>());
    const kj::Array<capnp::word> words = capnp::messageToFlatArray(builder);
    const auto* first = reinterpret_cast<const std::byte*>(words.begin());
    return bytes(first, first + words.size() * sizeof(capnp::word));
}

void check_golden(const std::string& name, const bytes& now) {
    CAPTURE(name);
    const auto path =
        std::filesystem::path(BOURSE_TESTS_DIR) / "messages" / "golden" / (name + ".bin");
    if (std::getenv("BOURSE_WRITE_GOLDEN") != nullptr && !std::filesystem::exists(path)) {
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(now.data()),
                   static_cast<std::streamsize>(now.size()));
    }
    std::ifstream file(path, std::ios::binary);
    const std::string then{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(then.size() == now.size());
    CHECK(std::memcmp(then.data(), now.data(), now.size()) == 0);
}

TEST_CASE("the golden messages of replicas of version 1 are written and read") {
    for (const named_message& each : every_kind()) {
        check_golden(each.name, encoded(each.message));
    }
    check_golden("membership", encoded(some_members()));
}

TEST_CASE("every field of a replica's message survives, at any offset of a buffer") {
    for (const named_message& each : every_kind()) {
        CAPTURE(std::string(each.name));
        for (std::size_t before = 0; before <= 8; ++before) {
            bytes buffer(before);
            encode_replica_message(each.message, buffer);
            const auto decoded = decode_replica_message(std::span(buffer).subspan(before));
            REQUIRE_MESSAGE(decoded.has_value(), decoded.error().what);
            REQUIRE(*decoded == each.message);
        }
    }
    const auto nothing = decode_replica_message(encoded(replica_message{}));
    REQUIRE(nothing.has_value());
    CHECK(*nothing == replica_message{});
    CHECK(decode_membership(encoded(some_members())).value() == some_members());
    CHECK(decode_membership(encoded(membership{})).value() == membership{});
}

TEST_CASE("payloads of a shared message are not copied") {
    const shared_bytes whole(encoded(every_kind().front().message));
    const auto decoded = decode_replica_message(whole);
    REQUIRE(decoded.has_value());
    REQUIRE(*decoded == every_kind().front().message);
    const auto part = std::get<append_request>(decoded->what).entries[1].payload.bytes();
    CHECK(part.data() > whole.bytes().data());
    CHECK(part.data() + part.size() <= whole.bytes().data() + whole.size());
}

TEST_CASE("a replica's message that is cut short, or goes on, is refused") {
    for (const named_message& each : every_kind()) {
        const bytes good = encoded(each.message);
        for (std::size_t length = 0; length < good.size(); ++length) {
            const bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
            REQUIRE(refusal_of(cut).starts_with("replicaMessage: "));
        }
        bytes longer = good;
        longer.resize(good.size() + 8);
        CHECK(refusal_of(longer) == "replicaMessage: 8 bytes follow the end of the message");
    }
}

TEST_CASE("what a replica's message may not be is refused by name") {
    using schema::ReplicaMessage;
    CHECK(refusal_of(built<ReplicaMessage>([](auto to) { to.setVersion(2); })) ==
          "replicaMessage.version: 2 is not a version known here (1..1)");
    CHECK(refusal_of(built<ReplicaMessage>([](auto to) { to.setVersion(1); })) ==
          "replicaMessage: the message says nothing");
    CHECK(refusal_of(built<ReplicaMessage>([](auto to) {
              to.setVersion(1);
              auto entries = to.initAppendRequest().initEntries(2);
              entries[0].setKind(schema::EntryKind::BARRIER);
              entries[1].setKind(static_cast<schema::EntryKind>(9));
          })) == "replicaMessage.appendRequest.entries[1].kind: 9 is not a kind of entry (1..3)");
    CHECK(refusal_of(built<ReplicaMessage>([](auto to) {
              to.setVersion(1);
              to.initSnapshotOffer();
          })) ==
          "replicaMessage.snapshotOffer.membership.version: 0 is not a version known here (1..1)");
    CHECK(refusal_of(built<ReplicaMessage>([](auto to) {
              to.setVersion(1);
              auto membership = to.initSnapshotOffer().initMembership();
              membership.setVersion(1);
              auto members = membership.initMembers(2);
              members[0].setId(4);
              members[0].setRole(schema::MemberRole::VOTER);
              members[1].setId(4);
              members[1].setRole(schema::MemberRole::LEARNER);
          })) == "replicaMessage.snapshotOffer.membership.members[1].id: 4 does not follow 4");
    CHECK(refusal_of(built<ReplicaMessage>([](auto to) {
              to.setVersion(1);
              auto membership = to.initSnapshotOffer().initMembership();
              membership.setVersion(1);
              membership.initMembers(1);
          })) ==
          "replicaMessage.snapshotOffer.membership.members[0].role: 0 is not a role of a member "
          "(1..2)");
}

TEST_CASE("the example of replica.capnp means what its comment says") {
    capnp::MallocMessageBuilder builder;
    builder.setRoot<schema::ReplicaMessage::Reader>(schema::EXAMPLE_APPEND.get());
    const kj::Array<capnp::word> words = capnp::messageToFlatArray(builder);
    const auto decoded = decode_replica_message(
        std::as_bytes(std::span(words.asBytes().begin(), words.asBytes().size())));
    REQUIRE_MESSAGE(decoded.has_value(), decoded.error().what);
    CHECK(*decoded ==
          replica_message{
              .from = {1},
              .to = {2},
              .term = 3,
              .what = append_request{.previous_index = 41,
                                     .previous_term = 2,
                                     .commit_index = 40,
                                     .entries = {{3, log_entry_kind::barrier, payload_of(0)},
                                                 {3, log_entry_kind::command, payload_of(2)}}}});
}

}  // namespace
}  // namespace bourse
