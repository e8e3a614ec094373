// Any bytes, taken for what shards tell each other: never a crash, and what can be read survives being
// written and read again.

#include "messages/channel_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

#include "round_trip.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes = std::as_bytes(std::span(data, size));
    bourse::check_round_trip(bytes, bourse::decode_channel_message, bourse::encode_channel_message);
    bourse::check_round_trip(bytes, bourse::decode_channel_delivery,
                             bourse::encode_channel_delivery);
    bourse::check_round_trip(bytes, bourse::decode_channel_receipt, bourse::encode_channel_receipt);
    return 0;
}
