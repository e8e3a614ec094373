// What holds of any row store, of the real one and of the one that stands for it in the simulator.

#include <doctest/doctest.h>

#include <functional>

#include "rows_of.hpp"
#include "storage/lmdb_store.hpp"
#include "tests/support/simulated_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

void put(row_store& to, row_table table, const std::string& key, const std::string& value) {
    REQUIRE(to.put(table, bytes_of(key), bytes_of(value)).has_value());
}

/// Each property on both stores; `reopen` begins a new life of what is durable.
void on_both(const std::function<void(row_store&)>& check) {
    SUBCASE("in the simulator") {
        simulated_store store(2);
        check(store);
    }
    SUBCASE("on LMDB") {
        const temporary_folder folder;
        const auto store = lmdb_store::open({.folder = folder.path(), .tables = {"a", "b"}});
        REQUIRE_MESSAGE(store.has_value(), said(store));
        check(**store);
    }
}

}  // namespace

TEST_CASE("rows of a transaction are there after its commit, in their tables, by rising key") {
    on_both([](row_store& store) {
        REQUIRE(store.begin().has_value());
        CHECK(store.is_writing());
        put(store, first_table, "b", "2");
        put(store, first_table, "a", "1");
        put(store, first_table, std::string("a\0", 2), "1½");
        put(store, first_table, "\xff", "");
        put(store, second_table, "b", "other");
        CHECK(rows_of(store, first_table).empty());
        REQUIRE(store.commit().has_value());
        CHECK(!store.is_writing());
        const text_rows expected = {
            {"a", "1"}, {std::string("a\0", 2), "1½"}, {"b", "2"}, {"\xff", ""}};
        CHECK(rows_of(store, first_table) == expected);
        CHECK(rows_of(store, second_table) == text_rows{{"b", "other"}});
        const auto reader = store.read();
        CHECK(rows_of(**reader, first_table, "aa") == text_rows{{"b", "2"}, {"\xff", ""}});
        CHECK(text_of((*reader)->get(first_table, bytes_of("b")).value().value()) == "2");
        CHECK(!(*reader)->get(first_table, bytes_of("c")).value());
    });
}

TEST_CASE("rows by falling key begin with the last that is not above the wanted one") {
    on_both([](row_store& store) {
        REQUIRE(store.begin().has_value());
        for (const char* key : {"b", "ba", "d", "f"}) {
            put(store, first_table, key, "1");
        }
        put(store, second_table, "c", "1");
        REQUIRE(store.commit().has_value());
        const auto reader = store.read();
        const auto back = [&](const std::string& from, std::size_t most) {
            std::string keys;
            std::size_t seen = 0;
            REQUIRE((*reader)
                        ->scan_back(first_table, bytes_of(from),
                                    [&](row_bytes key, row_bytes) {
                                        keys += text_of(key) + " ";
                                        return ++seen < most;
                                    })
                        .has_value());
            return keys;
        };
        CHECK(back("z", 9) == "f d ba b ");
        CHECK(back("f", 9) == "f d ba b ");
        CHECK(back("e", 2) == "d ba ");
        CHECK(back("b", 9) == "b ");
        CHECK(back("bb", 1) == "ba ");
        CHECK(back("a", 9).empty());
    });
}

TEST_CASE("a scan ends when its visitor has enough") {
    on_both([](row_store& store) {
        REQUIRE(store.begin().has_value());
        put(store, first_table, "a", "1");
        put(store, first_table, "b", "2");
        REQUIRE(store.commit().has_value());
        unsigned seen = 0;
        const auto reader = store.read();
        CHECK((*reader)
                  ->scan(first_table, {},
                         [&](row_bytes, row_bytes) {
                             ++seen;
                             return false;
                         })
                  .has_value());
        CHECK(seen == 1);
    });
}

TEST_CASE("a transaction sees its own changes, and abandoned leaves nothing") {
    on_both([](row_store& store) {
        REQUIRE(store.begin().has_value());
        put(store, first_table, "a", "1");
        put(store, first_table, "b", "1");
        REQUIRE(store.commit().has_value());
        REQUIRE(store.begin().has_value());
        put(store, first_table, "a", "2");
        REQUIRE(store.erase(first_table, bytes_of("b")).has_value());
        REQUIRE(store.erase(first_table, bytes_of("not there")).has_value());
        CHECK(text_of(store.get(first_table, bytes_of("a")).value().value()) == "2");
        CHECK(!store.get(first_table, bytes_of("b")).value());
        REQUIRE(store.clear(first_table).has_value());
        CHECK(!store.get(first_table, bytes_of("a")).value());
        put(store, first_table, "c", "3");
        store.abandon();
        CHECK(rows_of(store, first_table) == text_rows{{"a", "1"}, {"b", "1"}});
        REQUIRE(store.begin().has_value());
        REQUIRE(store.clear(first_table).has_value());
        put(store, first_table, "c", "3");
        REQUIRE(store.commit().has_value());
        CHECK(rows_of(store, first_table) == text_rows{{"c", "3"}});
    });
}

TEST_CASE("a reader sees what was committed when it was made, however much is written meanwhile") {
    on_both([](row_store& store) {
        REQUIRE(store.begin().has_value());
        for (int i = 100; i < 300; ++i) {
            put(store, first_table, std::to_string(i), "old");
        }
        REQUIRE(store.commit().has_value());
        const auto reader = store.read();
        const text_rows before = rows_of(**reader, first_table);
        CHECK(before.size() == 200);
        for (int round = 0; round < 20; ++round) {
            REQUIRE(store.begin().has_value());
            for (int i = 100; i < 300; ++i) {
                if ((i + round) % 3 == 0) {
                    REQUIRE(store.erase(first_table, bytes_of(std::to_string(i))).has_value());
                } else {
                    put(store, first_table, std::to_string(i), std::string(50, 'n'));
                }
            }
            REQUIRE(store.commit().has_value());
            REQUIRE(rows_of(**reader, first_table) == before);
        }
        CHECK(rows_of(store, first_table) != before);
    });
}

TEST_CASE("there are as many readers as stated, and one more is refused until one goes") {
    on_both([](row_store& store) {
        std::vector<std::unique_ptr<row_reader>> readers;
        for (unsigned i = 0; i < max_row_readers; ++i) {
            auto reader = store.read();
            REQUIRE(reader.has_value());
            readers.push_back(std::move(reader).value());
        }
        CHECK(failed(store.read(), errc::overloaded));
        readers.pop_back();
        CHECK(store.read().has_value());
    });
}

TEST_CASE("keys and values are taken up to their bounds and refused beyond, without harm") {
    on_both([](row_store& store) {
        const std::vector<std::byte> key(max_row_key_bytes, std::byte{1});
        const std::vector<std::byte> longer(max_row_key_bytes + 1, std::byte{1});
        const std::vector<std::byte> value(max_row_value_bytes, std::byte{2});
        const std::vector<std::byte> too_much(max_row_value_bytes + 1);
        REQUIRE(store.begin().has_value());
        CHECK(store.put(first_table, key, value).has_value());
        CHECK(failed(store.put(first_table, longer, {}), errc::over_bound));
        CHECK(failed(store.put(first_table, key, too_much), errc::over_bound));
        CHECK(failed(store.erase(first_table, longer), errc::over_bound));
        CHECK(store.commit().has_value());
        const auto reader = store.read();
        CHECK((*reader)->get(first_table, key).value()->size() == max_row_value_bytes);
    });
}

TEST_CASE(
    "a simulated commit under way at a crash is there whole or not at all, and each happens") {
    unsigned kept = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        simulated_store store(2, seed);
        REQUIRE(store.begin().has_value());
        put(store, first_table, "a", "1");
        put(store, second_table, "b", "1");
        REQUIRE(store.start_commit().has_value());
        store.crash();
        CHECK(!store.is_writing());
        CHECK(rows_of(store, first_table).size() == rows_of(store, second_table).size());
        kept += rows_of(store, first_table).empty() ? 0U : 1U;
        REQUIRE(store.begin().has_value());
        put(store, first_table, "c", "1");
        store.crash();
        CHECK(!rows_of(store, first_table).contains("c"));
    }
    CHECK(kept > 5);
    CHECK(kept < 35);
}

TEST_CASE("a simulated store that failed is dead until the crash, and full lives on") {
    simulated_store store(1);
    REQUIRE(store.begin().has_value());
    store.set_capacity(3);
    put(store, first_table, "a", "1");
    CHECK(failed(store.put(first_table, bytes_of("b"), bytes_of("1")), errc::storage_full));
    store.abandon();
    store.set_capacity(100);
    REQUIRE(store.begin().has_value());
    put(store, first_table, "a", "1");
    store.fail_next_commit();
    const outcome commit = store.commit();
    CHECK(failed(commit, errc::unwritable, {"planted"}));
    CHECK(failed(store.begin(), errc::unwritable, {commit.error().what}));
    CHECK(failed(store.read(), errc::unwritable));
    CHECK(store.dead() == commit.error());
    store.crash();
    REQUIRE(store.begin().has_value());
    store.fail_change_after(1);
    put(store, first_table, "a", "2");
    CHECK(failed(store.put(first_table, bytes_of("a"), {}), errc::unwritable));
    CHECK(failed(store.commit(), errc::unwritable));
    store.crash();
    CHECK(!store.dead());
}

}  // namespace bourse
