// As digest_wide.cpp, by instructions that are wider again.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx512f")
// What g++ 12 says of its own <immintrin.h> is wrong: what is undefined there is masked away.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#define XXH_INLINE_ALL
// Said, as g++ defines nothing for C++ when the pragma comes: xxhash.h would take the plain way.
#define XXH_VECTOR XXH_AVX512
#include <xxhash.h>

namespace bourse {

XXH64_hash_t widest_digest_of(const void* bytes, size_t size, XXH64_hash_t before) noexcept;

XXH64_hash_t widest_digest_of(const void* bytes, size_t size, XXH64_hash_t before) noexcept {
    return XXH3_64bits_withSeed(bytes, size, before);
}

}  // namespace bourse
#endif
