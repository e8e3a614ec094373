#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

namespace bourse {

/// XXH3 with 64 bits of the bytes, with the digest before as seed; no bytes leave it as it was.
[[nodiscard]] std::uint64_t digest_of(std::span<const std::byte> bytes,
                                      std::uint64_t before) noexcept;

/// Of records without padding, so that equal records have equal bytes.
template <class Record>
[[nodiscard]] std::uint64_t digest_of(std::span<const Record> records,
                                      std::uint64_t before) noexcept {
    static_assert(std::has_unique_object_representations_v<Record>);
    return digest_of(std::as_bytes(records), before);
}

}  // namespace bourse
