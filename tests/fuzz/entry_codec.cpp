// Any bytes, taken for an entry and for a command of a shard: never a crash, and what can be read
// survives being written and read again. What is read the quick way is what Cap'n Proto reads.

#include "messages/entry_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

#include "messages/flat_entry.hpp"
#include "round_trip.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes = std::as_bytes(std::span(data, size));
    bourse::check_round_trip(bytes, bourse::decode_entry, bourse::encode_entry);
    bourse::check_round_trip(bytes, bourse::decode_shard_command, bourse::encode_shard_command);
    if (bourse::entry flat; bourse::read_flat_entry(bytes, flat)) {
        const auto same = bourse::decode_any_entry(bytes);
        BOURSE_ASSERT(same.has_value() && *same == flat);
    }
    return 0;
}
