#include "actors/shard/digest.hpp"

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

namespace {

using digest_function = decltype(&plain_digest_of);

// Which of the three decides nothing: they give the same.
const digest_function quickest = __builtin_cpu_supports("avx512f") != 0 ? &widest_digest_of
                                 : __builtin_cpu_supports("avx2") != 0  ? &wide_digest_of
                                                                        : &plain_digest_of;

}  // namespace
#else
namespace {

constexpr auto quickest = &plain_digest_of;

}  // namespace
#endif

std::uint64_t digest_of(std::span<const std::byte> bytes, std::uint64_t before) noexcept {
    return bytes.empty() ? before : quickest(bytes.data(), bytes.size(), before);
}

}  // namespace bourse
