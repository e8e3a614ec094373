#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "actors/shard/shard_output.hpp"
#include "messages/entry_events.hpp"
#include "messages/report_range.hpp"
#include "messages/result.hpp"
#include "messages/timestamp.hpp"
#include "storage/event_store.hpp"

/// What an entry gave out, as the event store keeps it: all that leaves the shard for people, books of account and market
/// data. Messages for other shards are not part of it: they stay in the outbox, which is state, until confirmed.
namespace bourse {

/// Of an entry that consensus made, or that was made void, the timestamp is zero and there is nothing in it.
using stored_output = unpacked_events;

/// Makes the rows of entries (messages/entry_events.hpp), one after the other in memory that is kept.
class output_packer {
public:
    /// The row of entry `index`; valid until the next call.
    const entry_events& pack(std::uint64_t index, timestamp at, std::uint64_t digest,
                             const shard_output& out);
    /// The last one.
    [[nodiscard]] const entry_events& row() const noexcept { return row_; }

private:
    report_range_finder ranges_;
    entry_events_packer packer_;
    entry_events row_;
};
/// One row.
[[nodiscard]] entry_events pack_output(std::uint64_t index, timestamp at, std::uint64_t digest,
                                       const shard_output& out);
/// Takes any bytes; errors as of `unpack_entry_events`.
[[nodiscard]] result<stored_output> unpack_output(std::span<const std::byte> bytes);

}  // namespace bourse
