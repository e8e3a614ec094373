#include "storage/crc32c.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "messages/assert.hpp"

#if defined(__x86_64__)
#include <nmmintrin.h>
#include <wmmintrin.h>
#endif

namespace bourse {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78U;  // reflected

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t sum = byte;
        for (int bit = 0; bit < 8; ++bit) {
            sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? polynomial : 0U);
        }
        table[byte] = sum;
    }
    return table;
}
constexpr std::array<std::uint32_t, 256> byte_table = make_table();

}  // namespace

std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
    std::uint32_t sum = ~before;
    for (const std::byte byte : bytes) {
        sum = (sum >> 8U) ^ byte_table[(sum ^ static_cast<std::uint32_t>(byte)) & 0xFFU];
    }
    return ~sum;
}

#if defined(__x86_64__)

bool processor_has_crc32c() noexcept {
    return __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("pclmul") != 0;
}

namespace {

/// x to the power of `exponent` modulo the polynomial, reflected.
constexpr std::uint32_t power_of_x(unsigned exponent) {
    std::uint32_t power = 0x80000000U;
    for (; exponent != 0; --exponent) {
        power = (power >> 1U) ^ ((power & 1U) != 0 ? polynomial : 0U);
    }
    return power;
}

/// What `sum` is after `Bytes` bytes of zeros: their product, where the product of reflected numbers is one bit short, and
/// the instruction takes 32 zeros more.
template <unsigned Bytes>
__attribute__((target("sse4.2,pclmul"))) std::uint64_t after_zeros(std::uint64_t sum) noexcept {
    constexpr std::uint32_t factor = power_of_x(8 * Bytes - 33);
    const __m128i product =
        _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(sum)),
                             _mm_cvtsi64_si128(static_cast<long long>(factor)), 0);
    return _mm_crc32_u64(0, static_cast<std::uint64_t>(_mm_cvtsi128_si64(product)));
}

std::uint64_t eight_at(const std::byte* place) noexcept {
    std::uint64_t eight = 0;
    std::memcpy(&eight, place, 8);
    return eight;
}

/// Three lanes, one behind the other, summed side by side (V. Gopal et al., Fast CRC Computation for iSCSI Polynomial Using
/// CRC32 Instruction, Intel 2011): as many times as there are bytes for, and what is left goes on without it.
template <unsigned LaneBytes>
__attribute__((target("sse4.2,pclmul"))) std::uint64_t sum_in_lanes(const std::byte*& next,
                                                                    std::size_t& left,
                                                                    std::uint64_t before) noexcept {
    for (; left >= 3 * std::size_t{LaneBytes}; left -= 3 * std::size_t{LaneBytes}) {
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        for (const std::byte* const end = next + LaneBytes; next != end; next += 8) {
            before = _mm_crc32_u64(before, eight_at(next));
            second = _mm_crc32_u64(second, eight_at(next + LaneBytes));
            third = _mm_crc32_u64(third, eight_at(next + 2 * std::size_t{LaneBytes}));
        }
        before = after_zeros<2 * LaneBytes>(before) ^ after_zeros<LaneBytes>(second) ^ third;
        next += 2 * std::size_t{LaneBytes};
    }
    return before;
}

}  // namespace

__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_processor(
    std::span<const std::byte> bytes, std::uint32_t before) noexcept {
    std::uint64_t sum = ~before;
    const std::byte* next = bytes.data();
    std::size_t left = bytes.size();
    // Long lanes for large entries, short ones for an entry of one order.
    sum = sum_in_lanes<256>(next, left, sum);
    sum = sum_in_lanes<64>(next, left, sum);
    for (; left >= 8; left -= 8, next += 8) {
        sum = _mm_crc32_u64(sum, eight_at(next));
    }
    auto narrow = static_cast<std::uint32_t>(sum);
    if ((left & 4U) != 0) {
        std::uint32_t four = 0;
        std::memcpy(&four, next, 4);
        narrow = _mm_crc32_u32(narrow, four);
        next += 4;
    }
    if ((left & 2U) != 0) {
        std::uint16_t two = 0;
        std::memcpy(&two, next, 2);
        narrow = _mm_crc32_u16(narrow, two);
        next += 2;
    }
    if ((left & 1U) != 0) {
        narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*next));
    }
    return ~narrow;
}

namespace {

__attribute__((target("sse4.2"))) std::array<std::uint32_t, 3> three_by_processor(
    const std::array<std::span<const std::byte>, 3>& pieces) noexcept {
    const std::size_t together =
        std::min({pieces[0].size(), pieces[1].size(), pieces[2].size()}) / 8 * 8;
    std::uint64_t first = ~std::uint32_t{0};
    std::uint64_t second = first;
    std::uint64_t third = first;
    for (std::size_t at = 0; at < together; at += 8) {
        first = _mm_crc32_u64(first, eight_at(pieces[0].data() + at));
        second = _mm_crc32_u64(second, eight_at(pieces[1].data() + at));
        third = _mm_crc32_u64(third, eight_at(pieces[2].data() + at));
    }
    return {crc32c_by_processor(pieces[0].subspan(together), ~static_cast<std::uint32_t>(first)),
            crc32c_by_processor(pieces[1].subspan(together), ~static_cast<std::uint32_t>(second)),
            crc32c_by_processor(pieces[2].subspan(together), ~static_cast<std::uint32_t>(third))};
}

}  // namespace

#else

namespace {

std::array<std::uint32_t, 3> three_by_processor(
    const std::array<std::span<const std::byte>, 3>&) noexcept {
    BOURSE_ASSERT(processor_has_crc32c());
    return {};
}

}  // namespace

bool processor_has_crc32c() noexcept {
    return false;
}

std::uint32_t crc32c_by_processor(std::span<const std::byte>, std::uint32_t) noexcept {
    BOURSE_ASSERT(processor_has_crc32c());
    return 0;
}

#endif

namespace {
const bool by_processor = processor_has_crc32c();
}  // namespace

std::array<std::uint32_t, 3> crc32c_of_three(
    const std::array<std::span<const std::byte>, 3>& pieces) noexcept {
    if (by_processor) {
        return three_by_processor(pieces);
    }
    return {crc32c_by_table(pieces[0]), crc32c_by_table(pieces[1]), crc32c_by_table(pieces[2])};
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
    return by_processor ? crc32c_by_processor(bytes, before) : crc32c_by_table(bytes, before);
}

}  // namespace bourse
