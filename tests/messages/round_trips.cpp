// What every codec must do with what was written by us or by others, for all records alike.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "changed_sample.hpp"
#include "messages/command_codec.hpp"
#include "messages/event_codec.hpp"

namespace bourse {
namespace {

/// Checks that `message` means `expected`; whether it does.
bool check_means(const record_codec& codec, std::span<const std::byte> message,
                 const std::any& expected) {
    std::any decoded;
    const std::string said = said_of(codec.decode(message, decoded));
    CHECK(said == "");
    const bool is_equal = said.empty() && codec.equal(decoded, expected);
    CHECK(is_equal);
    return is_equal;
}

TEST_CASE("every field of a record survives encoding and decoding") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        check_means(codec, encoded_sample(codec), codec.sample());
    }
}

TEST_CASE("a record with nothing set survives encoding and decoding") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        check_means(codec, encoded(codec, codec.empty()), codec.empty());
    }
}

TEST_CASE("random records survive encoding and decoding") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        samples::random_records random(20'261'121);
        for (int i = 0; i < 2'000; ++i) {
            const std::any value = codec.random(random);
            if (!check_means(codec, encoded(codec, value), value)) {
                break;  // the other records are still to be checked
            }
        }
    }
}

TEST_CASE("encoding appends behind what the buffer holds, at any offset") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        const bytes alone = encoded_sample(codec);
        for (std::size_t before = 0; before <= 16; ++before) {
            const bytes filled(before, std::byte{0xab});
            bytes buffer = filled;
            codec.encode(codec.sample(), buffer);
            REQUIRE(buffer.size() == before + alone.size());
            const auto behind = buffer.begin() + static_cast<std::ptrdiff_t>(before);
            CHECK(std::equal(filled.begin(), filled.end(), buffer.begin()));
            CHECK(std::equal(alone.begin(), alone.end(), behind));
        }
    }
}

TEST_CASE("bytes that are not aligned are decoded like others") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        for (std::size_t offset = 1; offset < 8; ++offset) {
            bytes buffer(offset);
            codec.encode(codec.sample(), buffer);
            check_means(codec, std::span(buffer).subspan(offset), codec.sample());
        }
    }
}

TEST_CASE("a message of many segments is decoded like one of a single segment") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        const bytes scattered = built_sample(codec, 1).message();
        CHECK(scattered[0] != std::byte{0});  // the number of segments, less one
        check_means(codec, scattered, codec.sample());
    }
}

TEST_CASE("what we write is one segment and exactly as long as it says") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        const bytes message = encoded_sample(codec);
        CHECK(message[0] == std::byte{0});
        std::uint32_t words = 0;
        std::memcpy(&words, message.data() + 4, sizeof words);
        CHECK(message.size() == 8 + std::size_t{words} * 8);
    }
}

TEST_CASE("an event is 72 bytes in a batch and a batch 40 more") {
    const std::vector<event> thousand(1'000);
    bytes out;
    encode_events(thousand, out);
    CHECK(out.size() == 40 + 72'000);
}

TEST_CASE("a message with fields of a later time is read for the fields known") {
    // A batch of version 1 that is longer than ours: a second pointer, and a list with 3 data words and
    // 1 pointer an element. Put together from the encoding rules of Cap'n Proto alone.
    const std::vector<std::uint64_t> segment{
        0x0002'0001'0000'0000,  // root: struct, 1 data word, 2 pointers
        1,                      // version 1
        0x0000'0027'0000'0005,  // commands: composite list of 4 words, behind the next pointer
        0,                      // a pointer of a later version
        0x0001'0003'0000'0004,  // tag: one element of 3 data words and 1 pointer
        0x0000'0000'0003'0001,  // version 1, mass cancel
        0x1111'1111'1111'1111,  // a field of a later version
        0x2222'2222'2222'2222,  // and another
        0x0000'0002'0000'0000,  // body: struct of 2 data words, at once
        0x0000'0002'0000'0007,  // account 7, sells
        0x3333'3333'3333'3333,  // a field of a later version
    };
    bytes message(8 + segment.size() * 8);
    message[4] = static_cast<std::byte>(segment.size());
    std::memcpy(message.data() + 8, segment.data(), segment.size() * 8);
    const auto decoded = decode_commands(message);
    REQUIRE_MESSAGE(decoded.has_value(), decoded.error().what);
    REQUIRE(decoded->size() == 1);
    CHECK(decoded->front() == command{mass_cancel{.account = {7}, .sides = side_filter::sell}});
}

}  // namespace
}  // namespace bourse
