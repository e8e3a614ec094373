#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "actors/shard/shard_output.hpp"
#include "messages/report.hpp"
#include "messages/result.hpp"
#include "messages/timestamp.hpp"
#include "storage/event_store.hpp"

/// What an entry gave out, as the event store keeps it: all that leaves the shard for people, books of account and market
/// data. Messages for other shards are not part of it: they stay in the outbox, which is state, until confirmed.
namespace bourse {

struct stored_output {
    timestamp at{};  ///< the entry's; zero of one that consensus made, or that was made void
    std::uint64_t digest = 0;  ///< the shard's, after it
    std::vector<report> reports;
    std::vector<ledger_line> lines;
    std::vector<event> events;
    std::vector<std::uint64_t> event_numbers;  ///< of `events`, each by its symbol
    friend bool operator==(const stored_output&, const stored_output&) = default;
};

/// The row of entry `index`. Numbers are little-endian; a part without content has no bytes.
///
/// | bytes     | what                                                     |
/// |-----------|----------------------------------------------------------|
/// | 8         | version: 1                                               |
/// | 8         | the entry's timestamp, ns since 1970                     |
/// | 8         | the shard's digest after the entry                       |
/// | 8 × 3     | bytes of the next three parts                            |
/// |           | reports, as a batch (messages/report_codec.hpp)          |
/// |           | ledger lines, as a batch (likewise)                      |
/// |           | events, as a batch (messages/event_codec.hpp)            |
/// | 8 × events| their numbers, each by its symbol                        |
///
/// What a barrier leaves is 48 bytes: `01 00…`, 0, the digest, 0, 0, 0.
[[nodiscard]] entry_events pack_output(std::uint64_t index, timestamp at, std::uint64_t digest,
                                       const shard_output& out);
/// Takes any bytes: `malformed`, `unsupported_version`, or what the codecs say.
[[nodiscard]] result<stored_output> unpack_output(std::span<const std::byte> bytes);

}  // namespace bourse
