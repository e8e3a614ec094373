#include "cluster/consensus.hpp"

#include <utility>

#include "cluster/consensus_machine.hpp"
#include "messages/assert.hpp"
#include "messages/replica_codec.hpp"

namespace bourse {

consensus::consensus(replica_id self, const consensus_options& options)
    : machine_(std::make_unique<consensus_machine>(self, options)) {}
consensus::~consensus() = default;
consensus::consensus(consensus&&) noexcept = default;
consensus& consensus::operator=(consensus&&) noexcept = default;

effects consensus::start(std::uint64_t now_ms, const durable_state& from) {
    return machine_->start(now_ms, from);
}
effects consensus::tick(std::uint64_t now_ms) {
    return machine_->tick(now_ms);
}
effects consensus::receive(std::uint64_t now_ms, const replica_message& message) {
    return machine_->receive(now_ms, message);
}
effects consensus::submit(std::uint64_t now_ms, std::vector<shared_bytes> payloads) {
    return machine_->submit(now_ms, std::move(payloads));
}
effects consensus::persisted(std::uint64_t now_ms, std::uint64_t write_number,
                             std::uint64_t vote_number) {
    return machine_->persisted(now_ms, write_number, vote_number);
}
effects consensus::read(std::uint64_t now_ms) {
    return machine_->read(now_ms);
}
effects consensus::snapshot_taken(std::uint64_t now_ms, std::uint64_t index) {
    return machine_->snapshot_taken(now_ms, index);
}
effects consensus::snapshot_installed(std::uint64_t now_ms, const snapshot_position& position) {
    return machine_->snapshot_installed(now_ms, position);
}
effects consensus::peer_lost(std::uint64_t now_ms, replica_id peer) {
    return machine_->peer_lost(now_ms, peer);
}
effects consensus::transfer(std::uint64_t now_ms, replica_id to) {
    return machine_->transfer(now_ms, to);
}
effects consensus::change_membership(std::uint64_t now_ms, const membership_change& change) {
    return machine_->change_membership(now_ms, change);
}
void consensus::forget_payloads(std::uint64_t index) {
    machine_->log().forget_payloads(index);
}

replica_id consensus::self() const noexcept {
    return machine_->self();
}
replica_role consensus::role() const noexcept {
    return machine_->role();
}
std::uint64_t consensus::term() const noexcept {
    return machine_->term();
}
replica_id consensus::vote() const noexcept {
    return machine_->vote();
}
replica_id consensus::leader() const noexcept {
    return machine_->leader();
}
bool consensus::is_installing() const noexcept {
    return machine_->is_installing();
}
std::uint64_t consensus::commit_index() const noexcept {
    return machine_->commit_index();
}
std::uint64_t consensus::first_index() const noexcept {
    return machine_->log().first_index();
}
std::uint64_t consensus::last_index() const noexcept {
    return machine_->log().last_index();
}
std::uint64_t consensus::persisted_index() const noexcept {
    return machine_->persisted_index();
}
const log_entry& consensus::entry(std::uint64_t index) const {
    return machine_->log().at(index);
}
const snapshot_position& consensus::snapshot() const noexcept {
    return machine_->snapshot();
}
const membership& consensus::members() const noexcept {
    return machine_->log().members();
}
std::uint64_t consensus::match_index(replica_id member) const noexcept {
    return machine_->match_index(member);
}

durable_state founding_log(const membership& founders) {
    BOURSE_ASSERT(!founders.members.empty());
    std::vector<std::byte> payload;
    encode_membership(founders, payload);
    durable_state made;
    made.term = 1;
    made.entries.push_back({.term = 1,
                            .kind = log_entry_kind::membership,
                            .payload = shared_bytes(std::move(payload))});
    return made;
}

std::string_view to_string(consensus_refusal refusal) noexcept {
    switch (refusal) {
        case consensus_refusal::none:
            return "not refused";
        case consensus_refusal::stopped:
            return "this replica has stopped after a fault";
        case consensus_refusal::not_leader:
            return "this replica does not lead";
        case consensus_refusal::handing_over:
            return "this replica is handing leadership over";
        case consensus_refusal::too_many_uncommitted:
            return "too many entries, or bytes, wait to be committed";
        case consensus_refusal::too_many_unpersisted:
            return "too many entries, or bytes, wait for this replica's disk";
        case consensus_refusal::entry_too_large:
            return "the entry is larger than an entry may be";
        case consensus_refusal::malformed_message:
            return "the message is one that no replica sends";
        case consensus_refusal::message_too_large:
            return "the message has more in it than a message may have";
        case consensus_refusal::wrong_addressee:
            return "the message is for another replica";
        case consensus_refusal::not_settled:
            return "this leader has not committed an entry of its term yet";
        case consensus_refusal::change_under_way:
            return "the last change of membership is not committed yet";
        case consensus_refusal::unknown_member:
            return "there is no such member that this could be done with";
        case consensus_refusal::already_member:
            return "the replica is a member already";
        case consensus_refusal::too_many_members:
            return "the group has as many members as it may have";
        case consensus_refusal::last_voter:
            return "the group would have no voter";
        case consensus_refusal::hand_over_first:
            return "a leader hands over before it is removed or demoted";
        case consensus_refusal::not_caught_up:
            return "the learner has not caught up yet";
        case consensus_refusal::unaware_voter:
            return "a voter has not stored the membership in force yet";
        case consensus_refusal::snapshot_out_of_place:
            return "a snapshot is of what is committed and stored, and newer than the last";
        case consensus_refusal::installing_snapshot:
            return "a snapshot is being installed";
        case consensus_refusal::not_installing:
            return "no such snapshot is being installed";
    }
    return "unknown refusal";
}

}  // namespace bourse
