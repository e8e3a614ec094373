// Any bytes, taken for a listing: never a crash, and what can be read survives being written and read
// again.

#include "messages/listing_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

#include "round_trip.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes = std::as_bytes(std::span(data, size));
    bourse::check_round_trip(bytes, bourse::decode_listing, bourse::encode_listing);
    return 0;
}
