#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "messages/assert.hpp"

namespace bourse {

/// What can be read survives being written and read again.
template <typename Decode, typename Encode>
void check_round_trip(std::span<const std::byte> bytes, Decode decode, Encode encode) {
    if (const auto value = decode(bytes)) {
        std::vector<std::byte> again;
        encode(*value, again);
        const auto same = decode(again);
        BOURSE_ASSERT(same.has_value() && *same == *value);
    }
}

}  // namespace bourse
