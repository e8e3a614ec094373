// The hash of digest.cpp by wider instructions, for processors that have them: the same numbers, sooner. Apart from
// everything else, so that nothing else is made of them.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx2")
#include <immintrin.h>
#define XXH_INLINE_ALL
// Said, as g++ defines nothing for C++ when the pragma comes: xxhash.h would take the plain way.
#define XXH_VECTOR XXH_AVX2
#include <xxhash.h>

namespace bourse {

XXH64_hash_t wide_digest_of(const void* bytes, size_t size, XXH64_hash_t before) noexcept;

XXH64_hash_t wide_digest_of(const void* bytes, size_t size, XXH64_hash_t before) noexcept {
    return XXH3_64bits_withSeed(bytes, size, before);
}

}  // namespace bourse
#endif
