#pragma once

#include <cstddef>
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

/// One way to take it, by instructions that a processor has or has not.
struct digest_way {
    using function = std::uint64_t (*)(const void* bytes, std::size_t size,
                                       std::uint64_t before) noexcept;
    const char* name;
    bool is_there;  ///< on this processor; `of` may be called only then
    function of;
};
/// All that this build has, the plain one first; `digest_of` takes the last that is there. For tests: they give the same.
[[nodiscard]] std::span<const digest_way> digest_ways() noexcept;

}  // namespace bourse
