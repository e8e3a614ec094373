// Keys of rows, and a whole shard as the sum of its rows.

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include "codecs_under_test.hpp"
#include "messages/shard_rows_codec.hpp"
#include "shard_samples.hpp"

namespace bourse {
namespace {

// --- Keys -------------------------------------------------------------------------------------------

std::vector<row_key> one_key_of_each_kind() {
    return {row_key::shard(),
            row_key::account({0x01020304}),
            row_key::risk_group({0x01020304}),
            row_key::position(true, {0x01020304}, {0x05060708}),
            row_key::open_order({0x0102030405060708}),
            row_key::order_group({0x01020304}, {0x05060708090a0b0c}),
            row_key::remembered(0x0102030405060708),
            row_key::lease({0x0102030405060708}),
            row_key::listing({0x01020304}),
            row_key::calendar({0x01020304}),
            row_key::book({0x01020304}),
            row_key::book_order({0x01020304}, {0x05060708090a0b0c}),
            row_key::book_group({0x01020304}, {0x05060708090a0b0c}),
            row_key::channel({0x0102}),
            row_key::channel_value({0x0102}, {0x03040506}),
            row_key::outbox_message({0x0102}, 0x030405060708090a),
            row_key::record(0x01020304)};
}

TEST_CASE("the bytes of each kind of key are as row_key.hpp shows them") {
    const std::vector<std::string> expected{"01",
                                            "0201020304",
                                            "0301020304",
                                            "04010102030405060708",
                                            "050102030405060708",
                                            "060102030405060708090a0b0c",
                                            "070102030405060708",
                                            "080102030405060708",
                                            "0901020304",
                                            "0a01020304",
                                            "0b01020304",
                                            "0c0102030405060708090a0b0c",
                                            "0d0102030405060708090a0b0c",
                                            "0e0102",
                                            "0f010203040506",
                                            "100102030405060708090a",
                                            "1101020304"};
    const std::vector<row_key> keys = one_key_of_each_kind();
    REQUIRE(keys.size() == last_row_kind);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        CHECK(keys[i].text() == expected[i]);
        CHECK(static_cast<std::size_t>(keys[i].kind()) == i + 1);
    }
    CHECK(row_key::book_order({5}, {7001}).text() == "0c000000050000000000001b59");
}

TEST_CASE("a key survives as bytes, and says its numbers") {
    for (const row_key& key : one_key_of_each_kind()) {
        const auto read = row_key::read(key.bytes());
        REQUIRE(read.has_value());
        CHECK(*read == key);
    }
    const row_key position = row_key::position(true, {2}, {3});
    CHECK(position.number(0) == 1);
    CHECK(position.number(1) == 2);
    CHECK(position.number(2) == 3);
}

/// The order of bytes, as a store has it: a begin comes before what it is the begin of.
bool before_by_bytes(const row_key& a, const row_key& b) {
    return std::lexicographical_compare(a.bytes().begin(), a.bytes().end(), b.bytes().begin(),
                                        b.bytes().end());
}

TEST_CASE("keys are in the order of their numbers, by their bytes and by <=>") {
    samples::random_records random(7);
    for (int i = 0; i < 10'000; ++i) {
        const auto draw = [&] {
            return std::tuple(random.integer<std::uint32_t>(), random.integer<std::uint64_t>());
        };
        const auto [a_symbol, a_order] = draw();
        const auto [b_symbol, b_order] = draw();
        const row_key a = row_key::book_order({a_symbol}, {a_order});
        const row_key b = row_key::book_order({b_symbol}, {b_order});
        const bool expected = std::tuple(a_symbol, a_order) < std::tuple(b_symbol, b_order);
        CHECK(before_by_bytes(a, b) == expected);
        CHECK((a < b) == expected);
        CHECK(before_by_bytes(a, row_key::book_group({b_symbol}, {b_order})));
        const row_key mine = row_key::position(random.coin(), {a_symbol}, {b_symbol});
        const row_key other = row_key::position(random.coin(), {b_symbol}, {a_symbol});
        CHECK((mine < other) == before_by_bytes(mine, other));
        CHECK((mine < other) == (std::tuple(mine.number(0), mine.number(1), mine.number(2)) <
                                 std::tuple(other.number(0), other.number(1), other.number(2))));
    }
    const std::vector<row_key> keys = one_key_of_each_kind();
    CHECK(std::is_sorted(keys.begin(), keys.end()));
    CHECK(std::is_sorted(keys.begin(), keys.end(), before_by_bytes));
}

TEST_CASE("bytes that are no key are refused") {
    const auto refused = [](std::vector<std::uint8_t> key) {
        const auto read = row_key::read(std::as_bytes(std::span(key)));
        return read ? std::string("it was not refused") : read.error().what;
    };
    const std::pair<std::vector<std::uint8_t>, std::string> cases[] = {
        {{}, "a key of no bytes"},
        {{0}, "key 00: 0 is not a kind of row (1..17)"},
        {{18, 1}, "key 12: 18 is not a kind of row (1..17)"},
        {{1, 0}, "key 01…: 2 bytes, not 1"},
        {{2, 0, 0, 1}, "key 02…: 4 bytes, not 5"},
        {std::vector<std::uint8_t>(300, 12), "key 0c…: 300 bytes, not 13"},
        {{4, 2, 0, 0, 0, 1, 0, 0, 0, 1},
         "key 04020000000100000001: a position is of a group (1) or not (0)"},
    };
    for (const auto& [key, said] : cases) {
        CHECK(refused(key) == said);
    }
}

// --- Sums -------------------------------------------------------------------------------------------

struct stored_row {
    row_key key;
    bytes value;
};

std::vector<stored_row> rows_of(const shard_rows& from) {
    std::vector<stored_row> rows;
    for_each_row(from, [&](const row_key& key, std::span<const std::byte> value) {
        rows.push_back({key, bytes(value.begin(), value.end())});
    });
    return rows;
}

/// What is said of the row under `key`.
std::string said_of_row(const row_key& key, const std::string& sentence) {
    std::string said = "row ";
    return said.append(key.text()).append(": ").append(sentence);
}

/// What comes of rows that are put together; the fault, or "none" if they are as `expected`.
std::string fault_of(const std::vector<stored_row>& rows, const shard_rows& expected = {}) {
    shard_rows_builder builder;
    for (const stored_row& row : rows) {
        if (const auto fault = builder.add(row.key.bytes(), row.value)) {
            return fault->what;
        }
    }
    const result<shard_rows> whole = std::move(builder).finish();
    if (!whole) {
        return whole.error().what;
    }
    return *whole == expected ? "none" : "another shard";
}

TEST_CASE("a shard is the sum of its rows, which come by rising key") {
    samples::random_records random(11);
    for (int i = 0; i < 300; ++i) {
        const shard_rows whole =
            i == 0 ? samples::distinct_shard_rows() : samples::random_shard_rows(random);
        const std::vector<stored_row> rows = rows_of(whole);
        CHECK(std::is_sorted(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
            return before_by_bytes(a.key, b.key);
        }));
        REQUIRE(fault_of(rows, whole) == "none");
    }
}

TEST_CASE("a shard with every kind of row has a row of every kind") {
    std::vector<int> seen(last_row_kind + 1);
    for (const stored_row& row : rows_of(samples::distinct_shard_rows())) {
        ++seen[static_cast<std::size_t>(row.key.kind())];
    }
    CHECK(std::count(seen.begin() + 1, seen.end(), 0) == 0);
}

TEST_CASE("rows out of order, twice, or without the shard's own are refused") {
    const std::vector<stored_row> rows = rows_of(samples::distinct_shard_rows());
    for (std::size_t i = 1; i < rows.size(); ++i) {
        CAPTURE(i);
        std::vector<stored_row> swapped = rows;
        std::swap(swapped[i - 1], swapped[i]);
        CHECK(fault_of(swapped) != "none");
        std::vector<stored_row> twice = rows;
        twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), rows[i]);
        const std::string same = std::string("it comes behind row ").append(rows[i].key.text());
        CHECK(fault_of(twice) == said_of_row(rows[i].key, same));
    }
    CHECK(fault_of({}) == "the shard's own row is missing");
    CHECK(fault_of({rows.begin() + 1, rows.end()}) ==
          said_of_row(rows[1].key, "the shard's own row is not before it"));
}

TEST_CASE("a row under another's key is refused") {
    const std::vector<stored_row> rows = rows_of(samples::distinct_shard_rows());
    int moved = 0;
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
        if (rows[i].key.kind() == rows[i + 1].key.kind() &&
            rows[i].key.kind() != row_kind::outbox_message) {
            CAPTURE(i);
            std::vector<stored_row> changed = rows;
            std::swap(changed[i].value, changed[i + 1].value);
            CHECK(fault_of(changed).find("the value is that of row") != std::string::npos);
            ++moved;
        }
    }
    CHECK(moved >= 10);
}

TEST_CASE("what belongs to a book or channel without a row is refused") {
    const std::vector<stored_row> rows = rows_of(samples::distinct_shard_rows());
    const auto without = [&](const row_key& key) {
        std::vector<stored_row> rest;
        std::copy_if(rows.begin(), rows.end(), std::back_inserter(rest),
                     [&](const stored_row& row) { return row.key != key; });
        REQUIRE(rest.size() + 1 == rows.size());
        return fault_of(rest);
    };
    const std::pair<row_key, std::string> cases[] = {
        {row_key::book({5}), "row 0c000000050000000000000001: the book has no row"},
        {row_key::channel({1}), "row 1000010000000000000001: the channel has no row"},
        {row_key::channel({0x7ffd}), "row 0f7ffd00000005: the channel has no row"},
        // Messages of an outbox: one in the middle, and the last of the one before and of the last.
        {row_key::outbox_message({0x7ffd}, 0x0102030405060706),
         "row 107ffd0102030405060707: the message before it in the outbox is missing"},
        {row_key::outbox_message({1}, 2), "row 0e0001: its outbox ends with message 1, not 2"},
        {row_key::outbox_message({0x7ffd}, 0x0102030405060708),
         "row 0e7ffd: its outbox ends with message 72623859790382855, not 72623859790382856"},
    };
    for (const auto& [key, said] : cases) {
        CHECK(without(key) == said);
    }
}

TEST_CASE("a row whose value is no row is refused with its key") {
    std::vector<stored_row> rows = rows_of(samples::distinct_shard_rows());
    rows[1].value.resize(rows[1].value.size() - 8);
    CHECK(fault_of(rows).starts_with("row 0200000029: accountRow: not a Cap'n Proto message: "));
    rows[1].value.clear();
    CHECK(fault_of(rows) ==
          "row 0200000029: accountRow: 0 bytes are no message: it has at least 8");
}

// --- In one piece -----------------------------------------------------------------------------------

TEST_CASE("a whole shard survives in one piece, also behind other bytes") {
    samples::random_records random(12);
    for (int i = 0; i < 200; ++i) {
        const shard_rows rows =
            i == 0 ? samples::distinct_shard_rows() : samples::random_shard_rows(random);
        bytes buffer(static_cast<std::size_t>(i) % 17);
        const std::size_t before = buffer.size();
        encode_shard_rows(rows, buffer);
        const auto decoded = decode_shard_rows(std::span(buffer).subspan(before));
        REQUIRE_MESSAGE(decoded.has_value(), decoded.error().what);
        REQUIRE(*decoded == rows);
    }
    CHECK(*decode_shard_rows(encoded_by(encode_shard_rows, shard_rows{})) == shard_rows{});
}

TEST_CASE("the begin of a whole shard is as shard_rows_codec.hpp shows it") {
    shard_rows rows;
    rows.accounts.resize(1);
    rows.leases.resize(1);
    const bytes message = encoded_by(encode_shard_rows, rows);
    const std::vector<unsigned> shown{1,    0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0,
                                      0x58, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
    for (std::size_t i = 0; i < shown.size(); ++i) {
        CAPTURE(i);
        CHECK(std::to_integer<unsigned>(message[i]) == shown[i]);
    }
}

TEST_CASE("a whole shard cut short anywhere, or longer, is refused") {
    const bytes good = encoded_by(encode_shard_rows, samples::distinct_shard_rows());
    for (std::size_t length = 0; length < good.size(); ++length) {
        CAPTURE(length);
        const error refused = refusal(whole_shard_codec(), cut(good, length));
        CHECK(refused.code == errc::malformed);
        CHECK(refused.what.starts_with("shardRows"));
    }
    bytes longer = good;
    longer.resize(longer.size() + 8);
    CHECK(refusal(whole_shard_codec(), longer).what == "shardRows: 8 bytes follow the last row");
}

TEST_CASE("any flipped bit of a whole shard gives an error or a shard that survives encoding") {
    shard_rows rows = samples::distinct_shard_rows();
    rows.books.pop_back();
    rows.listings.clear();
    const bytes good = encoded_by(encode_shard_rows, rows);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        CAPTURE(bit);
        bytes flipped = good;
        flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        const auto decoded = decode_shard_rows(flipped);
        if (decoded.has_value()) {
            const auto again = decode_shard_rows(encoded_by(encode_shard_rows, *decoded));
            REQUIRE_MESSAGE(again.has_value(), again.error().what);
            CHECK(*again == *decoded);
        } else {
            CHECK_FALSE(decoded.error().what.empty());
        }
    }
}

TEST_CASE("a whole shard of another version is refused") {
    bytes message = encoded_by(encode_shard_rows, shard_rows{});
    message[0] = std::byte{2};
    const error refused = refusal(whole_shard_codec(), message);
    CHECK(refused.code == errc::unsupported_version);
    CHECK(refused.what == "shardRows.version: 2 is not a version known here (1..1)");
    message[0] = std::byte{1};
    message[7] = std::byte{1};
    CHECK(refusal(whole_shard_codec(), message).what ==
          "shardRows: the six bytes behind the version are not zero");
}

}  // namespace
}  // namespace bourse
