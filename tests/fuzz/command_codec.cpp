// Any bytes, taken for a command and for a batch of commands: never a crash, and what can be read
// survives being written and read again.

#include "messages/command_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/assert.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes = std::as_bytes(std::span(data, size));
    if (const auto one = bourse::decode_command(bytes)) {
        std::vector<std::byte> again;
        bourse::encode_command(*one, again);
        const auto same = bourse::decode_command(again);
        BOURSE_ASSERT(same.has_value() && *same == *one);
    }
    if (const auto batch = bourse::decode_commands(bytes)) {
        std::vector<std::byte> again;
        bourse::encode_commands(*batch, again);
        const auto same = bourse::decode_commands(again);
        BOURSE_ASSERT(same.has_value() && *same == *batch);
    }
    return 0;
}
