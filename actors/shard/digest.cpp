#include "actors/shard/digest.hpp"

#include <array>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace bourse {

namespace {

std::uint64_t plain_digest_of(const void* bytes, std::size_t size, std::uint64_t before) noexcept {
    return XXH3_64bits_withSeed(bytes, size, before);
}

}  // namespace

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
std::uint64_t wide_digest_of(const void* bytes, std::size_t size,
                             std::uint64_t before) noexcept;  // digest_wide.cpp
std::uint64_t widest_digest_of(const void* bytes, std::size_t size,
                               std::uint64_t before) noexcept;  // digest_widest.cpp

std::span<const digest_way> digest_ways() noexcept {
    static const std::array ways = {
        digest_way{"plain", true, &plain_digest_of},
        digest_way{"avx2", __builtin_cpu_supports("avx2") != 0, &wide_digest_of},
        digest_way{"avx512f", __builtin_cpu_supports("avx512f") != 0, &widest_digest_of}};
    return ways;
}
#else
std::span<const digest_way> digest_ways() noexcept {
    static constexpr std::array ways = {digest_way{"plain", true, &plain_digest_of}};
    return ways;
}
#endif

namespace {

digest_way::function widest_there_is() noexcept {
    digest_way::function found = &plain_digest_of;
    for (const digest_way& each : digest_ways()) {
        found = each.is_there ? each.of : found;
    }
    return found;
}

// Which of them decides nothing: they give the same.
const digest_way::function quickest = widest_there_is();

}  // namespace

std::uint64_t digest_of(std::span<const std::byte> bytes, std::uint64_t before) noexcept {
    return bytes.empty() ? before : quickest(bytes.data(), bytes.size(), before);
}

}  // namespace bourse
