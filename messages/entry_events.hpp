#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/event.hpp"
#include "messages/report.hpp"
#include "messages/result.hpp"
#include "messages/timestamp.hpp"

/// What one applied entry gave out, packed into few bytes: as the event store keeps it, and as sinks and sessions
/// that lag read it.
///
/// Not Cap'n Proto: this is written once an order, and only Bourse reads it. A report takes 112 bytes there, a line 40 and
/// an event 72, of which nearly all are zeros or were said just before: an order that rests is an event, and a report that repeats
/// it. Here it is about 30 bytes, and no allocation.
///
/// Each record is words of 8 bytes, each word is what differs (by exclusive or) from the same word of the record before
/// in its list (the first: from zeros), and of that its lower bytes without leading zeros. How many they are, 0 to 8,
/// is said for all words in the record's head, 4 bits a word, the first word lowest.
///
/// | bytes    | what                                                                            |
/// |----------|---------------------------------------------------------------------------------|
/// | 2, 2     | version, 1; zeros                                                               |
/// | 4, 4, 4  | how many events, reports and ledger lines                                       |
/// | 8, 8, 8  | index and timestamp of the entry; the shard's digest after it                   |
/// | …        | the events: head of 5 bytes, 9 words                                            |
/// | …        | the reports: head of 4 bytes, 6 words, the upper 8 bits being the link;         |
/// |          | if the link is 0, a second head of 4 bytes and 7 words follow                   |
/// | …        | the lines: head of 3 bytes, 5 words                                             |
///
/// Numbers are little-endian; bits of a head that are not named are zero. The words:
///
/// | record   | words                                                                           |
/// |----------|---------------------------------------------------------------------------------|
/// | event    | terms: kind, side, reason, flags a byte each, version 4; order; number; price;  |
/// |          | lots; filled; remaining; names: account 2, symbol 2, account's upper 2,         |
/// |          | symbol's upper 2; its own number                                                |
/// | report   | terms; number; client id, high, low; cash*; fee*. Link n > 0: the rest is that of |
/// |          | the event n after the one last linked to (first: the n-th), and terms differ    |
/// |          | from that one's. Link 0: the second head, and order … names as of an event, from |
/// |          | the report before                                                               |
/// | line     | holder* and asset (rotated left by one bit), mixed as names are; amount*;       |
/// |          | order; number; kind 1, symbol 4                                                 |
///
/// `*`: the sign lowest, n ≥ 0 as 2n and n < 0 as −2n − 1, in 64 bits, of the holder in 32.
///
/// Example: an entry with one event, the first of symbol 2, "order 7 of account 3 accepted, 5 lots at 100, 5 remain", and
/// its report, number 1 of the account: the first 40 bytes, then
///
///     11 10 01 31 01  01 07 64 05 05 03 00 02 01    event: 1 1 0 1 1 0 1 3 1 bytes of its words
///     10 00 00 01  01                               report: repeats the next event; number 1
namespace bourse {

inline constexpr std::uint16_t entry_events_version = 1;

/// All that one entry gave out, elsewhere.
struct entry_events_view {
    std::uint64_t index = 0;
    timestamp at{};            ///< of the entry: when all of it happened
    std::uint64_t digest = 0;  ///< the shard's, after it
    std::span<const report> reports;
    std::span<const ledger_line> lines;
    std::span<const event> events;
    std::span<const std::uint64_t> event_numbers;  ///< as many as events
};

/// The same, owned.
struct unpacked_events {
    std::uint64_t index = 0;
    timestamp at{};
    std::uint64_t digest = 0;
    std::vector<report> reports;
    std::vector<ledger_line> lines;
    std::vector<event> events;
    std::vector<std::uint64_t> event_numbers;

    [[nodiscard]] entry_events_view view() const noexcept {
        return {index, at, digest, reports, lines, events, event_numbers};
    }
    friend bool operator==(const unpacked_events&, const unpacked_events&) = default;
};

/// Packs entry after entry in memory that is kept. The same values give the same bytes. Reserved bytes are not written.
class entry_events_packer {
public:
    /// Valid until the next call.
    [[nodiscard]] std::span<const std::byte> pack(const entry_events_view& from);

private:
    std::vector<std::byte> room_;  ///< as much as an entry has needed at the most
};
/// Packs one entry, and replaces `into`.
void pack_entry_events(const entry_events_view& from, std::vector<std::byte>& into);

/// Takes any bytes; replaces `into`, whose memory is used again, and which is worth nothing after an error: `malformed`,
/// `unsupported_version`, `out_of_range` for a number that no enumeration has, with the place. At most 32 bytes of
/// memory for each of these.
[[nodiscard]] outcome unpack_entry_events(std::span<const std::byte> bytes, unpacked_events& into);

}  // namespace bourse
