#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/shard_command.hpp"
#include "messages/timestamp.hpp"

/// For the codec of entries: what almost all of a log is made of, written and read without following Cap'n Proto's pointers.
///
/// A log is mostly entries of new orders, cancels and replaces, as `encode_entry` wrote them. Cap'n Proto lays such an entry out
/// in one way only, each part right behind the one before, so each pointer can be compared with the one that must be there:
///
/// | words of 8 bytes        | what                                                                         |
/// |-------------------------|------------------------------------------------------------------------------|
/// | 1                       | frame: one segment, its length                                               |
/// | 1 + 3 + 1               | pointer to the entry; its version, index, time; pointer to the list          |
/// | 1 + n × (4 + 1)         | tag of the list; of each command: version and kind, client id, not-after, pointer to its body |
/// | n bodies, in that order | of a new order 2 + 1 + 12: its symbol and lease, pointer to the order, the order; of a cancel 4; of a replace 7 |
///
/// All numbers are little-endian; messages/schema says which field is where.
namespace bourse {

/// Appends an entry to `out`, the very bytes that Cap'n Proto would make. False, and nothing is appended: there is another kind of
/// command in it, or it is too long, and Cap'n Proto must see to it.
[[nodiscard]] bool write_flat_entry(std::uint64_t index, timestamp at, command_lists commands,
                                    std::vector<std::byte>& out);

/// Reads an entry that is laid out like that, of the versions that we write. True: `to` is what Cap'n Proto would read.
/// False: `bytes` are something else, be it good or bad, and Cap'n Proto must read them; `to` has anything in it.
/// Each word is looked at once at most.
[[nodiscard]] bool read_flat_entry(std::span<const std::byte> bytes, entry& to);

}  // namespace bourse
