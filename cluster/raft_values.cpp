#include "cluster/raft_values.hpp"

#include <string>

#include "messages/assert.hpp"
#include "messages/replica_codec.hpp"

namespace bourse {
namespace {

static_assert(RAFT_COMMAND == static_cast<int>(log_entry_kind::command) &&
              RAFT_BARRIER == static_cast<int>(log_entry_kind::barrier) &&
              RAFT_CHANGE == static_cast<int>(log_entry_kind::membership));

/// libraft wants to see that a batch is there.
char no_batch = 0;

}  // namespace

raft_configuration raft_configuration_of(const membership& from) {
    raft_configuration made{};
    raft_configuration_init(&made);
    for (const member& each : from.members) {
        // It wants an address; only ours, outside, knows one.
        const int failed =
            raft_configuration_add(&made, each.id.value, std::to_string(each.id.value).c_str(),
                                   each.role == member_role::voter ? RAFT_VOTER : RAFT_STANDBY);
        BOURSE_ASSERT(failed == 0);
    }
    return made;
}

raft_entries::raft_entries(std::span<const log_entry> entries, void* batch) : ours_(entries) {
    entries_.reserve(entries.size());
    for (const log_entry& entry : entries) {
        raft_entry made{};
        made.term = entry.term;
        made.type = static_cast<raft_entry_type>(entry.kind);
        made.batch = batch != nullptr ? batch : &no_batch;
        if (entry.kind == log_entry_kind::membership) {
            const auto decoded = decode_membership(entry.payload.bytes());
            BOURSE_ASSERT(decoded.has_value());  // it was checked where it came in
            raft_configuration configuration = raft_configuration_of(*decoded);
            BOURSE_ASSERT(raft_configuration_encode(&configuration, &made.buf) == 0);
            raft_configuration_close(&configuration);
            configurations_.push_back(made.buf);
        }
        entries_.push_back(made);
    }
}

raft_entries::~raft_entries() {
    for (const raft_buffer& buffer : configurations_) {
        raft_free(buffer.base);
    }
}

std::span<const log_entry> raft_entries::from(const raft_entry* first) const {
    return ours_.subspan(static_cast<std::size_t>(first - entries_.data()));
}

}  // namespace bourse
