// Any bytes, taken for what replicas tell each other: never a crash, what can be read survives being written
// and read again, and no such message, however wrong, harms a replica that gets it as a follower or leader.

#include "messages/replica_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/assert.hpp"
#include "round_trip.hpp"
#include "tests/support/cluster/lone_replica.hpp"

namespace {

using namespace bourse;

void hear(lone_replica& replica, replica_message message) {
    message.to = replica.core.self();
    replica.take(replica.core.receive(replica.now_ms, message));
    for (int i = 0; i < 3; ++i) {
        replica.wait_for_tick();
        replica.submit();
    }
}

/// A follower that knows a leader and a committed log, and a leader of the same group.
void send_to_replicas(const replica_message& message) {
    lone_replica follower(2, log_with(members_of({1, 2, 3}), 2, 9));
    follower.hear(
        1, 2,
        append_request{.previous_index = 10, .previous_term = 2, .commit_index = 5, .entries = {}});
    hear(follower, message);
    lone_replica leader(2, log_with(members_of({1, 2, 3}), 2, 9));
    leader.become_leader({3});
    leader.acknowledge({3});
    hear(leader, message);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes = std::as_bytes(std::span(data, size));
    check_round_trip(bytes, decode_membership, encode_membership);
    if (const auto value = decode_replica_message(bytes)) {
        std::vector<std::byte> again;
        encode_replica_message(*value, again);
        const auto same = decode_replica_message(again);
        BOURSE_ASSERT(same.has_value() && *same == *value);
        send_to_replicas(*value);
    }
    return 0;
}
