// What no codec may do, whatever the bytes: crash, throw, take what it does not know for something
// it does, or let a small message cost much.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "changed_sample.hpp"
#include "messages/book_codec.hpp"
#include "messages/schema/command.capnp.h"

namespace bourse {
namespace {

TEST_CASE("a message cut short anywhere is refused") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        const bytes good = encoded_sample(codec);
        const std::string place = std::string(codec.name) + ": ";
        for (std::size_t length = 0; length < good.size(); ++length) {
            CAPTURE(length);
            const error refused = refusal(codec, cut(good, length));
            CHECK(refused.code == errc::malformed);
            CHECK(refused.what.starts_with(place));
        }
    }
}

TEST_CASE("bytes behind the end of a message are refused") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        const bytes good = encoded_sample(codec);
        for (std::size_t more = 1; more <= 24; ++more) {
            CAPTURE(more);
            bytes longer = good;
            longer.resize(longer.size() + more);
            CHECK(refusal(codec, longer).code == errc::malformed);
        }
        bytes longer = good;
        longer.resize(longer.size() + 16);
        CHECK(refusal(codec, longer).what ==
              std::string(codec.name) + ": 16 bytes follow the end of the message");
    }
}

/// What `value` is once it was encoded and decoded.
std::any again(const record_codec& codec, const std::any& value) {
    std::any decoded;
    REQUIRE(said_of(codec.decode(encoded(codec, value), decoded)) == "");
    return decoded;
}

TEST_CASE("any flipped bit gives an error or a value that survives encoding") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        const bytes good = encoded_sample(codec);
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            CAPTURE(bit);
            bytes flipped = good;
            flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
            std::any decoded;
            if (const auto fault = codec.decode(flipped, decoded)) {
                CHECK_FALSE(fault->what.empty());
            } else {
                CHECK(codec.equal(again(codec, decoded), decoded));
            }
        }
    }
}

/// Up to 29 random words, half the time with a likely header and root, so that the noise is reached.
bytes random_noise(samples::random_records& random) {
    bytes noise(random.below(30) * 8);
    for (std::byte& byte : noise) {
        byte = static_cast<std::byte>(random.integer<std::uint8_t>());
    }
    if (noise.size() >= 16 && random.coin()) {
        std::fill(noise.begin(), noise.begin() + 16, std::byte{0});
        noise[4] = static_cast<std::byte>(noise.size() / 8 - 1);
        noise[12] = static_cast<std::byte>(random.below(16));
        noise[14] = static_cast<std::byte>(random.below(4));
    }
    return noise;
}

TEST_CASE("random bytes give an error or a value that survives encoding") {
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        samples::random_records random(1);
        for (int i = 0; i < 2'000; ++i) {
            std::any decoded;
            if (!codec.decode(random_noise(random), decoded)) {
                CHECK(codec.equal(again(codec, decoded), decoded));
            }
        }
    }
}

TEST_CASE("a record of a version that is not known is refused") {
    for (const record_codec& codec : every_codec()) {
        for (const unsigned number : {0U, 2U, 3U, 256U, 65'535U}) {
            built_sample built(codec);
            codec.set_version(built.builder(), static_cast<std::uint16_t>(number));
            check_refused(codec, built.message(), errc::unsupported_version,
                          std::string(codec.name) + ".version: " + std::to_string(number) +
                              " is not a version known here (1..1)");
        }
    }
}

TEST_CASE("a message without a root is refused") {
    bytes message(16);
    message[4] = std::byte{1};
    for (const record_codec& codec : every_codec()) {
        CAPTURE(codec.name);
        CHECK(refusal(codec, message).code == errc::unsupported_version);
    }
}

TEST_CASE("bytes that are no message are refused with a sentence") {
    const record_codec& codec = codec_named("command");
    CHECK(refusal(codec, {}).what == "command: 0 bytes are no message: it has at least 8");
    CHECK(refusal(codec, bytes(7)).what == "command: 7 bytes are no message: it has at least 8");
    CHECK(refusal(codec, bytes(13)).what ==
          "command: 13 bytes are no message: it is whole words of 8 bytes");
    CHECK(refusal(codec_named("eventBatch"), bytes(64, std::byte{0xff}))
              .what.starts_with("eventBatch: not a Cap'n Proto message: "));
}

/// A message of one segment.
bytes message_of(const std::vector<std::uint64_t>& segment) {
    bytes message(8 + segment.size() * 8);
    const auto words = static_cast<std::uint32_t>(segment.size());
    std::memcpy(message.data() + 4, &words, sizeof words);
    std::memcpy(message.data() + 8, segment.data(), segment.size() * 8);
    return message;
}

TEST_CASE("a list of elements without size that claims to be endless is refused") {
    // 2^29 - 1 commands in no bytes at all.
    const bytes message = message_of({
        0x0001'0001'0000'0000,  // root: 1 data word, 1 pointer
        1,                      // version 1
        0x0000'0007'0000'0001,  // a composite list of no words
        0x0000'0000'7fff'fffc,  // tag: 2^29 - 1 elements of no size
    });
    for (const std::string name : {"commandBatch", "eventBatch", "entry", "channelDelivery",
                                   "reportBatch", "ledgerLineBatch", "calendarRow"}) {
        CAPTURE(name);
        CHECK(refusal(codec_named(name), message).code == errc::malformed);
    }
}

TEST_CASE("a list whose elements all point at the same words is refused") {
    // 1,000 groups of one word and one pointer, each pointing at one list of 1,000 members: read
    // without a limit, 24 KB of message become 8 MB.
    constexpr std::uint64_t count = 1'000;
    std::vector<std::uint64_t> groups{count << 2 | 0x0001'0003'0000'0000};
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t to_members = (count - i - 1) * 4;
        groups.insert(groups.end(), {1, i + 1, 0, 1 | to_members << 2 | 5ULL << 32 | count << 35});
    }
    groups.insert(groups.end(), count, 7);

    // A whole book, with that list as its groups.
    const bytes book = encoded_by(encode_book_rows, book_rows{});
    std::vector<std::uint64_t> words((book.size() - 8) / 8);
    std::memcpy(words.data(), book.data() + 8, words.size() * 8);
    const std::size_t pointer = 4;  // root, data word, book, orders, groups
    const std::size_t distance = words.size() - pointer - 1;
    words[pointer] = 1 | distance << 2 | 7ULL << 32 | (count * 4) << 35;
    words.insert(words.end(), groups.begin(), groups.end());
    const error refused = refusal(codec_named("bookRows"), message_of(words));
    CHECK(refused.code == errc::malformed);
    CHECK(refused.what.find("traversal limit") != std::string::npos);
}

TEST_CASE("a pointer that leaves the message is refused") {
    for (const std::uint64_t root :
         {0x0001'0001'0000'4000ULL, 0x0001'0001'ffff'0000ULL, 0x0000'0005'0000'0002ULL}) {
        CAPTURE(root);
        CHECK(refusal(codec_named("command"), message_of({root})).code == errc::malformed);
    }
}

TEST_CASE("what is refused is named with the first place that is wrong") {
    const error refused = refusal_after<schema::CommandBatch>([](auto batch) {
        auto list = batch.getCommands();
        list[4].getSetState().setNext(static_cast<schema::MarketState>(5));
        list[4].getSetState().setState(static_cast<schema::MarketState>(99));
        list[5].setVersion(9);
    });
    CHECK(refused.what == "command[4].setState.state: 99 is not a market state (0..4)");
}

}  // namespace
}  // namespace bourse
