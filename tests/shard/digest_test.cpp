// The digest of a shard is written by one replica and compared by others, on other processors and from other builds:
// however it is taken, it is XXH3.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "actors/shard/digest.hpp"
#include "tests/support/command_generator.hpp"

using namespace bourse;

namespace {

constexpr std::uint64_t xxh_seed = 0x9E3779B185EBCA8DU;

/// The bytes over which xxHash itself states its values: the highest bytes of powers of a prime.
std::vector<std::byte> sanity_bytes(std::size_t count) {
    std::vector<std::byte> bytes;
    std::uint64_t power = 0x9E3779B1U;
    while (bytes.size() < count) {
        bytes.push_back(static_cast<std::byte>(power >> 56U));
        power *= xxh_seed;
    }
    return bytes;
}

struct known_value {
    std::size_t size;
    std::uint64_t seed, value;
};

// Values of cli/xsum_sanity_check.c of xxHash 0.8, by which the library looks at itself: each of the paths that a length
// takes, to 16, 128 and 240 bytes, within a block of 1,024 bytes and over several, whole stripes of 64 and not.
constexpr known_value known_values[] = {
    {1, 0, 0xC44BDFF4074EECDBU},     {1, xxh_seed, 0x032BE332DD766EF8U},
    {6, 0, 0x27B56A84CD2D7325U},     {6, xxh_seed, 0x84589C116AB59AB9U},
    {12, 0, 0xA713DAF0DFBB77E7U},    {12, xxh_seed, 0xE7303E1B2336DE0EU},
    {24, 0, 0xA3FE70BF9D3510EBU},    {24, xxh_seed, 0x850E80FC35BDD690U},
    {48, 0, 0x397DA259ECBA1F11U},    {48, xxh_seed, 0xADC2CBAA44ACC616U},
    {80, 0, 0xBCDEFBBB2C47C90AU},    {80, xxh_seed, 0xC6DD0CB699532E73U},
    {195, 0, 0xCD94217EE362EC3AU},   {195, xxh_seed, 0xBA68003D370CB3D9U},
    {403, 0, 0xCDEB804D65C6DEA4U},   {403, xxh_seed, 0x6259F6ECFD6443FDU},
    {512, 0, 0x617E49599013CB6BU},   {512, xxh_seed, 0x3CE457DE14C27708U},
    {2'048, 0, 0xDD59E2C3A5F038E0U}, {2'048, xxh_seed, 0x66F81670669ABABCU},
    {2'240, 0, 0x6E73A90539CF2948U}, {2'240, xxh_seed, 0x757BA8487D1B5247U},
    {2'367, 0, 0xCB37AEB9E5D361EDU}, {2'367, xxh_seed, 0xD2DB3415B942B42AU},
};

}  // namespace

TEST_CASE("S5.2 each way to take a digest gives the values of the XXH3 library") {
    const std::vector<std::byte> bytes = sanity_bytes(4'096);
    for (const digest_way& way : digest_ways()) {
        INFO(std::string(way.name));
        for (const known_value& each : known_values) {
            CHECK((!way.is_there || way.of(bytes.data(), each.size, each.seed) == each.value));
        }
    }
    for (const known_value& each : known_values) {
        CHECK(digest_of(std::span(bytes).first(each.size), each.seed) == each.value);
    }
    CHECK(digest_of(std::span<const std::byte>(), 77) == 77);
}

TEST_CASE("S5.2 wide and widest instructions give the plain digest, of any bytes of any length") {
    constexpr std::size_t longest = 2'600;  // two blocks of 1,024 bytes and more
    constexpr std::size_t most_shifted = 64;
    random_source random(5);
    std::vector<std::byte> bytes(std::size_t{1} << 17U);
    std::generate(bytes.begin(), bytes.end(),
                  [&] { return static_cast<std::byte>(random.next()); });
    const digest_way& plain = digest_ways().front();
    std::string compared;
    std::string not_there;
    for (const digest_way& way : digest_ways().subspan(1)) {
        if (!way.is_there) {
            not_there += " " + std::string(way.name);
            continue;
        }
        compared += " " + std::string(way.name);
        std::uint64_t wrong = 0;
        const auto look_at = [&](std::size_t from, std::size_t size) {
            const std::uint64_t before = random.next();
            wrong += way.of(&bytes[from], size, before) != plain.of(&bytes[from], size, before);
        };
        for (std::size_t size = 1; size <= longest; ++size) {
            look_at(0, size);
            look_at(1 + random.below(most_shifted), size);
        }
        for (int i = 0; i < 500; ++i) {
            look_at(random.below(most_shifted), 1 + random.below(bytes.size() - most_shifted));
        }
        CHECK_MESSAGE(wrong == 0, way.name);
    }
    const std::string none = " none";
    MESSAGE("ways of this build: ", digest_ways().size(),
            "; compared with the plain one:", compared.empty() ? none : compared,
            "; not on this processor:", not_there.empty() ? none : not_there);
}
