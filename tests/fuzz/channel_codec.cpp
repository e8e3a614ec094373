// Any bytes, taken for what shards tell each other: never a crash, and what can be read survives being
// written and read again.

#include "messages/channel_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/assert.hpp"

namespace {

template <typename Decode, typename Encode>
void check(std::span<const std::byte> bytes, Decode decode, Encode encode) {
    if (const auto value = decode(bytes)) {
        std::vector<std::byte> again;
        encode(*value, again);
        const auto same = decode(again);
        BOURSE_ASSERT(same.has_value() && *same == *value);
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes = std::as_bytes(std::span(data, size));
    check(bytes, bourse::decode_channel_message, bourse::encode_channel_message);
    check(bytes, bourse::decode_channel_delivery, bourse::encode_channel_delivery);
    check(bytes, bourse::decode_channel_receipt, bourse::encode_channel_receipt);
    return 0;
}
