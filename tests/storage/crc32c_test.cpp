#include "storage/crc32c.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string_view>
#include <vector>

namespace bourse {
namespace {

std::vector<std::byte> bytes_from(std::uint8_t first, int step, std::size_t count) {
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i < count; ++i) {
        bytes.push_back(static_cast<std::byte>(first + step * static_cast<int>(i)));
    }
    return bytes;
}

}  // namespace

TEST_CASE("the sums of RFC 3720, appendix B.4, and of the nine digits come out") {
    CHECK(crc32c(bytes_from(0, 0, 32)) == 0x8A9136AAU);
    CHECK(crc32c(bytes_from(0xFF, 0, 32)) == 0x62A8AB43U);
    CHECK(crc32c(bytes_from(0, 1, 32)) == 0x46DD794EU);
    CHECK(crc32c(bytes_from(31, -1, 32)) == 0x113FDB5CU);
    CHECK(crc32c(bytes_from('1', 1, 9)) == 0xE3069283U);
    CHECK(crc32c({}) == 0);
}

TEST_CASE("table and processor agree, at once and in pieces, wherever the bytes lie") {
    if (!processor_has_crc32c()) {
        MESSAGE("this processor has no crc32 instruction: only the table is there");
        return;
    }
    const std::vector<std::byte> bytes = bytes_from(17, 29, 300);
    unsigned wrong = 0;
    for (std::size_t from = 0; from < 9; ++from) {
        for (std::size_t count = 0; count + from <= bytes.size(); ++count) {
            const auto part = std::span(bytes).subspan(from, count);
            const std::uint32_t sum = crc32c_by_table(part);
            const std::size_t half = count / 2;
            wrong += crc32c_by_processor(part) != sum;
            wrong +=
                crc32c_by_processor(part.subspan(half), crc32c_by_table(part.first(half))) != sum;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("long pieces, which the processor sums in three lanes, have the table's sum") {
    if (!processor_has_crc32c()) {
        return;
    }
    const std::vector<std::byte> bytes = bytes_from(5, 37, 2'400);
    unsigned wrong = 0;
    for (std::size_t count = 150; count + 8 <= bytes.size(); count += 17) {
        const auto part = std::span(bytes).subspan(count % 8, count);
        wrong += crc32c_by_processor(part, 99) != crc32c_by_table(part, 99);
    }
    CHECK(wrong == 0);
}

TEST_CASE("three sums at once are the three sums, whatever their lengths") {
    const std::vector<std::byte> bytes = bytes_from(3, 31, 120);
    unsigned wrong = 0;
    for (std::size_t first = 0; first < 40; ++first) {
        for (std::size_t second = 0; second < 40; second += 3) {
            const std::array<std::span<const std::byte>, 3> pieces = {
                std::span(bytes).first(first), std::span(bytes).subspan(first, second),
                std::span(bytes).subspan(first + second)};
            const auto sums = crc32c_of_three(pieces);
            for (std::size_t i = 0; i < 3; ++i) {
                wrong += sums.at(i) != crc32c_by_table(pieces.at(i));
            }
        }
    }
    CHECK(wrong == 0);
}

}  // namespace bourse
