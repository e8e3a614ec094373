// Shard RULES 7: records.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/shard/records.hpp"
#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

constexpr auto users = record_table::users;
constexpr auto accounts = record_table::accounts;

put_record writing(record_table table, std::string key, std::string value,
                   std::uint64_t expected = 0) {
    return {.request = {},
            .table = table,
            .expected = expected,
            .what = record_text{.key = std::move(key), .value = std::move(value)}};
}
put_record erasing(record_table table, std::string key, std::uint64_t expected) {
    return writing(table, std::move(key), "", expected);
}

std::vector<std::string> keys_of(const std::vector<record_row>& rows) {
    std::vector<std::string> keys;
    for (const record_row& row : rows) {
        keys.push_back(row.key);
    }
    return keys;
}

}  // namespace

TEST_CASE("S7.1 a record is found by table and key, with the index of the entry that wrote it") {
    venue it;
    it.prepare({writing(users, "bob", "b")});
    const std::uint64_t index = it.machine.index();
    const record_row* found = it.machine.record(users, "bob");
    REQUIRE(found != nullptr);
    CHECK(*found ==
          record_row{.table = users, .number = 1, .revision = index, .key = "bob", .value = "b"});
    CHECK(it.machine.record(accounts, "bob") == nullptr);
    CHECK(it.machine.record(users, "bo") == nullptr);
    CHECK(it.machine.record(users, "") == nullptr);
}

TEST_CASE("S7.1 the records of a table are listed by rising key, from behind a key on") {
    venue it;
    it.prepare({writing(users, "b", "1"), writing(users, "a", "2"), writing(users, "ab", "3"),
                writing(accounts, "aa", "4"), writing(users, "\xff", "5")});
    const auto list = [&](std::string_view after, std::size_t most) {
        return keys_of(it.machine.records(users, after, most));
    };
    CHECK(list("", 9) == std::vector<std::string>{"a", "ab", "b", "\xff"});
    CHECK(list("a", 2) == std::vector<std::string>{"ab", "b"});
    CHECK(list("aaa", 9) == std::vector<std::string>{"ab", "b", "\xff"});
    CHECK(list("\xff", 9).empty());
    CHECK(list("", 0).empty());
    CHECK(it.machine.records(record_table::currencies, "", 9).empty());
}

TEST_CASE("S7.2 a write that does not expect the revision that there is is refused") {
    venue it;
    CHECK(it.answer(writing(users, "bob", "1", 5)) == reason::record_conflict);
    CHECK(it.answer(writing(users, "bob", "1")) == reason::none);
    const std::uint64_t first = it.machine.index();
    CHECK(it.answer(writing(users, "bob", "2")) == reason::record_conflict);
    CHECK(it.answer(writing(users, "bob", "2", first + 1)) == reason::record_conflict);
    CHECK(it.machine.record(users, "bob")->value == "1");
    CHECK(it.answer(writing(users, "bob", "2", first)) == reason::none);
    CHECK(it.machine.record(users, "bob")->value == "2");
    CHECK(it.machine.record(users, "bob")->revision == it.machine.index());
    CHECK(it.answer(erasing(users, "bob", first)) == reason::record_conflict);
    CHECK(it.answer(erasing(users, "bob", it.machine.index() - 1)) == reason::none);
    CHECK(it.machine.record(users, "bob") == nullptr);
    CHECK(it.answer(erasing(users, "bob", first)) == reason::record_conflict);
    CHECK(it.answer(writing(users, "bob", "3")) == reason::none);
}

TEST_CASE("S7.2 of two writes of one entry the second must expect that very entry") {
    venue it;
    const std::uint64_t index = it.machine.index() + 1;
    it.apply({writing(users, "bob", "1"), writing(users, "bob", "2"),
              writing(users, "bob", "3", index), writing(users, "bob", "4", index)});
    CHECK(it.out().reports[0].what.reason == reason::none);
    CHECK(it.out().reports[1].what.reason == reason::record_conflict);
    CHECK(it.out().reports[2].what.reason == reason::none);
    CHECK(it.machine.record(users, "bob")->value == "4");
}

TEST_CASE("S7.2 tables, keys and values that there cannot be are refused before all else") {
    venue it;
    CHECK(it.answer(writing(static_cast<record_table>(0), "k", "v")) == reason::invalid_request);
    CHECK(it.answer(writing(static_cast<record_table>(5), "k", "v")) == reason::invalid_request);
    CHECK(it.answer(writing(users, "", "v")) == reason::invalid_request);
    CHECK(it.answer(writing(users, std::string(65, 'k'), "v", 9)) == reason::invalid_request);
    CHECK(it.answer(writing(users, "k", std::string(4'097, 'v'))) == reason::invalid_request);
    CHECK(it.answer(erasing(users, "k", 0)) == reason::invalid_request);
    CHECK(it.answer(writing(users, std::string(64, 'k'), std::string(4'096, 'v'))) == reason::none);
    CHECK(it.answer(writing(users, std::string(1, '\0'), std::string(1, '\0'))) == reason::none);
    CHECK(it.machine.record(users, std::string(1, '\0')) != nullptr);
}

TEST_CASE("S7.2 a table of records refuses what would be too many, or too many bytes") {
    records few({.count = 3, .bytes = 20});
    CHECK(few.put(writing(users, "a", "12345"), 1) == reason::none);
    CHECK(few.put(writing(accounts, "a", "12345"), 2) == reason::none);
    CHECK(few.put(writing(users, "b", "1234567"), 3) == reason::none);
    CHECK(few.put(writing(users, "c", "1"), 4) == reason::too_many_records);
    CHECK(few.put(writing(users, "b", "12345678", 3), 5) == reason::too_many_records);
    CHECK(few.put(writing(users, "b", "1", 3), 6) == reason::none);
    CHECK(few.put(writing(users, "a", "12345678901", 1), 7) == reason::none);
    CHECK(few.put(writing(users, "a", "123456789012", 7), 8) == reason::too_many_records);
    CHECK(few.put(erasing(users, "b", 6), 9) == reason::none);
    CHECK(few.put(writing(users, "c", "12"), 10) == reason::too_many_records);
    CHECK(few.put(writing(users, "c", "1"), 11) == reason::none);
}

TEST_CASE("S7.3 a write with a client id is done once") {
    venue it;
    put_record once = writing(users, "bob", "1");
    once.request = as(77);
    CHECK(it.answer(once) == reason::none);
    const std::uint64_t index = it.machine.index();
    it.send(once);
    REQUIRE(it.out().reports.size() == 1);
    CHECK(it.out().reports[0].what.kind == event_kind::repeated);
    CHECK(it.out().reports[0].what.reason == reason::none);
    CHECK(it.machine.record(users, "bob")->revision == index);
    put_record refused = writing(users, "bob", "2");
    refused.request = as(78);
    CHECK(it.answer(refused) == reason::record_conflict);
    it.send(refused);
    CHECK(it.out().reports[0].what.kind == event_kind::repeated);
    CHECK(it.out().reports[0].what.reason == reason::record_conflict);
}

TEST_CASE("S7.4 a new record has the lowest number that is free") {
    venue it;
    it.prepare({writing(users, "a", "1"), writing(users, "b", "1"), writing(users, "c", "1"),
                writing(users, "d", "1")});
    it.prepare({erasing(users, "c", it.machine.record(users, "c")->revision)});
    it.prepare({erasing(users, "a", it.machine.record(users, "a")->revision)});
    it.prepare({writing(users, "b", "2", it.machine.record(users, "b")->revision)});
    CHECK(it.machine.record(users, "b")->number == 2);
    it.prepare({writing(users, "e", "1"), writing(users, "f", "1"), writing(users, "g", "1")});
    CHECK(it.machine.record(users, "e")->number == 1);
    CHECK(it.machine.record(users, "f")->number == 3);
    CHECK(it.machine.record(users, "g")->number == 5);
}

TEST_CASE("S7.5 all that is written to a record is in the digest") {
    const auto digest_after = [](const put_record& what) {
        venue it;
        it.apply({what});
        return it.machine.digest();
    };
    const std::uint64_t one = digest_after(writing(users, "bob", "1"));
    CHECK(digest_after(writing(users, "bob", "1")) == one);
    CHECK(digest_after(writing(users, "bob", "2")) != one);
    CHECK(digest_after(writing(users, "boc", "1")) != one);
    CHECK(digest_after(writing(accounts, "bob", "1")) != one);
    // The border between key and value counts.
    CHECK(digest_after(writing(users, "bob1", "1")) != digest_after(writing(users, "bob", "11")));
}

TEST_CASE("rows of records that contradict themselves are refused") {
    venue it;
    it.prepare({writing(users, "a", "1"), writing(users, "b", "1"), writing(accounts, "a", "1")});
    it.prepare({erasing(users, "b", it.machine.record(users, "b")->revision)});
    const shard_rows good = it.machine.save();
    REQUIRE(good.records.size() == 2);
    const auto refused = [&](void (*change)(std::vector<record_row>&)) {
        shard_rows rows = good;
        change(rows.records);
        return !shard::restore(rows).has_value();
    };
    CHECK_FALSE(refused([](auto&) {}));
    CHECK(refused([](auto& r) { r.push_back(r[1]); }));
    CHECK(refused([](auto& r) { r[1].table = r[0].table; }));
    CHECK(refused([](auto& r) { r[1].number = r[0].number; }));
    CHECK(refused([](auto& r) { r[0].number = 0; }));
    CHECK(refused([](auto& r) { r[1].number = (1U << 20) + 1; }));
    CHECK(refused([](auto& r) { r[0].revision = 0; }));
    CHECK(refused([](auto& r) { r[0].revision = 1'000'000; }));
    CHECK(refused([](auto& r) { r[0].key.clear(); }));
    CHECK(refused([](auto& r) { r[0].key.resize(65, 'k'); }));
    CHECK(refused([](auto& r) { r[0].value.clear(); }));
    CHECK(refused([](auto& r) { r[0].value.resize(4'097); }));
    CHECK(refused([](auto& r) { r[0].table = static_cast<record_table>(0); }));
}

TEST_SUITE_BEGIN("long");

TEST_CASE("S7.2 a shard holds 2^20 records, and 2^28 bytes of them") {
    constexpr std::uint64_t most = std::uint64_t{1} << 20;
    shard it(shard_settings{});
    shard_output out;
    const auto write = [&](record_table table, std::uint64_t first, std::uint64_t count,
                           std::size_t size) {
        entry next{.index = it.index() + 1, .at = {}, .commands = {}};
        for (std::uint64_t i = first; i < first + count; ++i) {
            next.commands.emplace_back(
                writing(table, std::to_string(1'000'000'000'000'000 + i), std::string(size, 'v')));
        }
        it.apply(next, out);
        return out.reports.back().what.reason;
    };
    SUBCASE("2^20 of them") {
        for (std::uint64_t i = 0; i < most; i += 4'096) {
            CHECK(write(users, i, 4'096, 1) == reason::none);
        }
        CHECK(write(accounts, 0, 1, 1) == reason::too_many_records);
    }
    SUBCASE("2^28 bytes") {
        // With its key each has 2^12 bytes.
        for (std::uint64_t i = 0; i < (1U << 16); i += 256) {
            CHECK(write(users, i, 256, 4'080) == reason::none);
        }
        CHECK(write(accounts, 0, 1, 1) == reason::too_many_records);
    }
}

TEST_SUITE_END();
