#include "actors/shard/digest.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace bourse {

std::uint64_t digest_of(std::span<const std::byte> bytes, std::uint64_t before) noexcept {
    return bytes.empty() ? before : XXH3_64bits_withSeed(bytes.data(), bytes.size(), before);
}

}  // namespace bourse
