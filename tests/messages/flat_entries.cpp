// Entries of orders are read without Cap'n Proto's pointers: what that reads is what Cap'n Proto reads.

#include <doctest/doctest.h>

#include <vector>

#include "messages/entry_codec.hpp"
#include "messages/flat_entry.hpp"
#include "shard_samples.hpp"

namespace bourse {
namespace {

/// New orders, cancels and replaces alone, so many.
entry random_orders(samples::random_records& random, std::size_t count) {
    entry made = samples::random_entry(random);
    made.commands.clear();
    while (made.commands.size() < count) {
        shard_command next = samples::random_shard_command(random);
        if (next.index() <= shard_command(submit_replace{}).index()) {
            made.commands.push_back(std::move(next));
        }
    }
    return made;
}

std::vector<std::byte> bytes_of(const entry& from) {
    std::vector<std::byte> bytes;
    encode_entry(from, bytes);
    return bytes;
}

/// Whether the quick way takes the bytes; `wrong` counts if Cap'n Proto reads anything else from them.
bool is_flat(std::span<const std::byte> bytes, unsigned& wrong) {
    entry flat;
    if (!read_flat_entry(bytes, flat)) {
        return false;
    }
    const auto decoded = decode_any_entry(bytes);
    wrong += !decoded || *decoded != flat;
    return true;
}

TEST_CASE("entries of orders are read the quick way, and like Cap'n Proto reads them") {
    samples::random_records random(7);
    unsigned wrong = 0;
    unsigned not_flat = 0;
    for (std::size_t count = 0; count < 300; ++count) {
        not_flat += !is_flat(bytes_of(random_orders(random, count)), wrong);
    }
    CHECK(not_flat == 0);
    CHECK(wrong == 0);
}

TEST_CASE(
    "entries are written the quick way as Cap'n Proto writes them, wherever their commands lie") {
    samples::random_records random(8);
    for (std::size_t count = 0; count < 200; ++count) {
        entry made = random_orders(random, count);
        if (count % 5 == 4) {
            made.commands.push_back(samples::every_kind_of_shard_command()[count / 5 % 20]);
        }
        std::vector<std::byte> expected{std::byte{7}};
        encode_any_entry(made, expected);
        std::vector<std::byte> whole{std::byte{7}};
        encode_entry(made, whole);
        REQUIRE(whole == expected);
        const std::span<const shard_command> all(made.commands);
        const std::size_t one = count / 3;
        const std::size_t other = count / 2;
        const std::span<const shard_command> lists[] = {
            all.first(one), all.subspan(one, 0), all.subspan(one, other - one), all.subspan(other)};
        std::vector<std::byte> parts{std::byte{7}};
        encode_entry_in_parts(made.index, made.at, lists, parts);
        REQUIRE(parts == expected);
    }
}

TEST_CASE("an entry with any other command is not read the quick way") {
    for (const shard_command& other : samples::every_kind_of_shard_command()) {
        entry mixed{.index = 1, .at = {2}, .commands = {submit_cancel{}, other, submit_cancel{}}};
        unsigned wrong = 0;
        CHECK(is_flat(bytes_of(mixed), wrong) ==
              (other.index() <= shard_command(submit_replace{}).index()));
        CHECK(wrong == 0);
    }
}

TEST_CASE(
    "whatever bit of an entry of orders is another, the quick way reads it like Cap'n Proto or not "
    "at all") {
    samples::random_records random(8);
    unsigned wrong = 0;
    unsigned flat = 0;
    for (int i = 0; i < 4; ++i) {
        const std::vector<std::byte> good = bytes_of(random_orders(random, 5));
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            auto flipped = good;
            flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
            flat += is_flat(flipped, wrong);
        }
        for (std::size_t length = 0; length < good.size(); ++length) {
            CHECK_FALSE(is_flat(std::span(good).first(length), wrong));
        }
    }
    CHECK(flat > 1'000);  // bits of numbers
    CHECK(wrong == 0);
}

TEST_CASE("bodies that lie elsewhere, or that two commands share, are left to Cap'n Proto") {
    const entry two{.index = 1, .at = {2}, .commands = {submit_cancel{}, submit_cancel{}}};
    std::vector<std::byte> bytes = bytes_of(two);
    // Frame, root pointer, three words, pointer and tag of the list; then two commands of five words, the last of which
    // is the pointer: its distance is above its lowest two bits.
    constexpr std::size_t second_pointer = (7 + 5 + 4) * 8;
    unsigned wrong = 0;
    REQUIRE(is_flat(bytes, wrong));
    bytes[second_pointer] = std::byte{0};  // the second command's body is where the first one's is
    entry flat;
    CHECK_FALSE(read_flat_entry(bytes, flat));
    const auto decoded = decode_entry(bytes);
    REQUIRE(decoded.has_value());
    CHECK(*decoded == two);
    CHECK(wrong == 0);
}

}  // namespace
}  // namespace bourse
