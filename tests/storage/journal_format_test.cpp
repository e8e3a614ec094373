// The bytes that storage/FORMAT.md shows.

#include "storage/journal_format.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace bourse {
namespace {

std::string hex(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte byte : bytes) {
        std::array<char, 4> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x ", static_cast<unsigned>(byte));
        text += digits.data();
    }
    text.pop_back();
    return text;
}

}  // namespace

TEST_CASE("a record is written as FORMAT.md shows it, and read again") {
    std::array<std::byte, 51> record{};
    const std::array<std::byte, 3> payload = {std::byte{'a'}, std::byte{'b'}, std::byte{'c'}};
    std::copy(payload.begin(), payload.end(), record.begin() + record_head_bytes);
    const record_head head{.payload_bytes = 3,
                           .generation = 1,
                           .batch = 4,
                           .kind = record_kind::entry,
                           .flags = last_of_batch_flag,
                           .shard = {3},
                           .ordinal = 0,
                           .index = 258,
                           .term = 2};
    write_record_head(head, record);
    CHECK(
        hex(record) ==
        "b0 11 2d 88 03 00 00 00 01 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00 01 01 03 00 00 00 "
        "00 00 02 01 00 00 00 00 00 00 02 00 00 00 00 00 00 00 61 62 63");
    const auto found = read_record(record);
    REQUIRE(found.has_value());
    CHECK(found->head == head);
    CHECK(std::equal(payload.begin(), payload.end(), found->payload.begin(), found->payload.end()));
}

TEST_CASE("a segment's head is written as FORMAT.md shows it, and read again") {
    std::array<std::byte, segment_head_bytes> bytes{};
    const segment_head head{
        .generation = 5, .first_batch = 1000, .segment_bytes = 67'108'864, .owner = 7};
    write_segment_head(head, bytes);
    CHECK(
        hex(std::span(bytes).first<48>()) ==
        "42 4f 55 52 53 45 4a 0a 02 00 00 00 ae a6 ef 3b 05 00 00 00 00 00 00 00 e8 03 00 00 00 00 "
        "00 00 00 00 00 04 00 00 00 00 07 00 00 00 00 00 00 00");
    const auto found = read_segment_head(bytes);
    REQUIRE(found.has_value());
    CHECK(*found == head);
}

TEST_CASE("records that the tables forbid are refused although their checksums are right") {
    const auto what_is_wrong = [](record_head head, std::size_t payload_bytes) {
        std::vector<std::byte> record(record_head_bytes + payload_bytes);
        head.payload_bytes = static_cast<std::uint32_t>(payload_bytes);
        write_record_head(head, record);
        const auto found = read_record(record);
        return found ? std::string() : found.error().what;
    };
    using enum record_kind;
    CHECK(what_is_wrong({.kind = entry, .shard = {1}, .index = 1}, 0).empty());
    CHECK(what_is_wrong({.kind = entry, .index = 1}, 0) == "no shard");
    CHECK(what_is_wrong({.kind = entry, .shard = {max_shard + 1}, .index = 1}, 0) == "no shard");
    CHECK(what_is_wrong({.kind = entry, .shard = {1}}, 0) == "no index");
    CHECK(what_is_wrong({.kind = vote, .shard = {1}}, 8).empty());
    CHECK(what_is_wrong({.kind = vote, .shard = {1}}, 7) == "no vote");
    CHECK(what_is_wrong({.kind = truncate, .shard = {1}}, 1) == "a payload");
    CHECK(what_is_wrong({.kind = position, .shard = {1}}, 1) == "a payload");
    CHECK(what_is_wrong({.kind = snapshot, .shard = {1}, .index = 1}, 4096).empty());
    CHECK(what_is_wrong({.kind = snapshot, .shard = {1}, .index = 1}, 4097) ==
          "too long a payload");
    CHECK(what_is_wrong({.kind = idle}, 1) == "a payload");
    CHECK(what_is_wrong({.kind = record_kind{0}, .shard = {1}}, 0) == "an unknown kind");
    CHECK(what_is_wrong({.kind = record_kind{9}, .shard = {1}}, 0) == "an unknown kind");
    CHECK(what_is_wrong({.kind = carry, .shard = {1}}, 0).empty());
    CHECK(what_is_wrong({.kind = carry, .shard = {1}}, 1) == "a payload");
    CHECK(what_is_wrong({.kind = carried, .shard = {1}, .index = 1}, 5).empty());
    CHECK(what_is_wrong({.kind = carried, .shard = {1}}, 0) == "no index");
    CHECK(what_is_wrong({.kind = snapshot, .flags = 3, .shard = {1}, .index = 1}, 0).empty());
    CHECK(what_is_wrong({.kind = snapshot, .flags = 4, .shard = {1}, .index = 1}, 0) ==
          "unknown flags");
    CHECK(what_is_wrong({.kind = entry, .flags = 2, .shard = {1}, .index = 1}, 0) ==
          "unknown flags");
}

TEST_CASE("the kinds and the names of files are what they were") {
    CHECK(to_string(record_kind{1}) == "entry");
    CHECK(to_string(record_kind{2}) == "vote");
    CHECK(to_string(record_kind{3}) == "truncate");
    CHECK(to_string(record_kind{4}) == "snapshot");
    CHECK(to_string(record_kind{5}) == "idle");
    CHECK(to_string(record_kind{6}) == "position");
    CHECK(to_string(record_kind{7}) == "carry");
    CHECK(to_string(record_kind{8}) == "carried");
    CHECK(to_string(record_kind{9}) == "unknown");
    CHECK(segment_name(18'446'744'073'709'551'615U) == "segment-18446744073709551615");
    CHECK(generation_of(segment_name(42)) == 42);
    for (const char* const other : {"", "segment-", "segment-42", "segment-0000000000000000004x",
                                    "spare-00000000000000000042", "segment-99999999999999999999"}) {
        CHECK(generation_of(other) == 0);
    }
}

}  // namespace bourse
