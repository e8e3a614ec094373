// Any bytes, taken for the packed events of an entry: never a crash, and what can be read survives being packed and
// read again.

#include "messages/entry_events.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "messages/assert.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bourse::unpacked_events read;
    if (bourse::unpack_entry_events(std::as_bytes(std::span(data, size)), read)) {
        std::vector<std::byte> again;
        bourse::pack_entry_events(read.view(), again);
        bourse::unpacked_events same;
        const bool is_read = bourse::unpack_entry_events(again, same).has_value();
        BOURSE_ASSERT(is_read && same == read);
    }
    return 0;
}
