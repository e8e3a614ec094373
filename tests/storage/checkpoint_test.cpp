// A checkpoint's promises, one by one, on the store that stands for the real one.

#include "storage/checkpoint.hpp"

#include <doctest/doctest.h>

#include "rows_of.hpp"
#include "tests/support/simulated_store.hpp"

namespace bourse {
namespace {

constexpr checkpoint_options taken_options{.owner = 7, .shard = {3}};

std::unique_ptr<checkpoint> opened_checkpoint(row_store& store) {
    auto made = checkpoint::open(store, taken_options);
    REQUIRE_MESSAGE(made.has_value(), said(made));
    return std::move(made).value();
}

/// A store with a checkpoint of these rows at (index, 2).
void store_rows(checkpoint& to, std::uint64_t index, const text_rows& rows,
                const std::string& payload = "members") {
    REQUIRE(to.begin().has_value());
    for (const auto& row : rows) {
        REQUIRE(to.put(bytes_of(row.first), bytes_of(row.second)).has_value());
    }
    REQUIRE(to.commit({index, 2}, bytes_of(payload)).has_value());
}

/// All of a copy, in pieces of at most so many bytes.
std::vector<std::vector<std::byte>> pieces_of(checkpoint_copy& copy, std::size_t max_bytes) {
    std::vector<std::vector<std::byte>> pieces;
    checkpoint_chunk chunk;
    do {
        REQUIRE(copy.read(chunk.last_key, max_bytes, chunk).has_value());
        pieces.push_back(chunk.bytes);
    } while (!chunk.is_last);
    return pieces;
}

}  // namespace

TEST_CASE("a store without a checkpoint has no head and no rows") {
    simulated_store store(2);
    const auto empty = opened_checkpoint(store);
    CHECK(!empty->head());
    CHECK(rows_of(*empty).empty());
}

TEST_CASE("a checkpoint brings rows, index, term and payload from one to the next together") {
    simulated_store store(2);
    {
        const auto first = opened_checkpoint(store);
        store_rows(*first, 10, {{"a", "1"}, {"b", "1"}, {"c", ""}}, "x");
        REQUIRE(first->begin().has_value());
        REQUIRE(first->put(bytes_of("a"), bytes_of("2")).has_value());
        REQUIRE(first->erase(bytes_of("b")).has_value());
        REQUIRE(first->erase(bytes_of("never there")).has_value());
        CHECK(first->head()->at == log_point{10, 2});
        CHECK(rows_of(*first) == text_rows{{"a", "1"}, {"b", "1"}, {"c", ""}});
        REQUIRE(first->commit({20, 3}, bytes_of("y")).has_value());
    }
    const auto again = opened_checkpoint(store);
    CHECK(again->head()->at == log_point{20, 3});
    CHECK(again->head()->payload == bytes_of("y"));
    CHECK(again->head()->rows == 2);
    CHECK(rows_of(*again) == text_rows{{"a", "2"}, {"c", ""}});
}

TEST_CASE("a checkpoint abandoned leaves the older, and the next begins from there") {
    simulated_store store(2);
    const auto taken = opened_checkpoint(store);
    store_rows(*taken, 10, {{"a", "1"}});
    REQUIRE(taken->begin().has_value());
    REQUIRE(taken->put(bytes_of("a"), bytes_of("2")).has_value());
    REQUIRE(taken->erase(bytes_of("a")).has_value());
    taken->abandon();
    CHECK(!taken->is_under_way());
    CHECK(rows_of(*taken) == text_rows{{"a", "1"}});
    store_rows(*taken, 10, {{"b", "2"}});
    CHECK(rows_of(*opened_checkpoint(store)) == text_rows{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("a copy in pieces is of one moment while newer checkpoints are taken") {
    simulated_store store(2);
    const auto source = opened_checkpoint(store);
    text_rows rows;
    for (int i = 100; i < 200; ++i) {
        rows[std::to_string(i)] = std::string(static_cast<std::size_t>(i % 40), 'v');
    }
    store_rows(*source, 10, rows);
    auto copy = source->copy();
    REQUIRE(copy.has_value());
    simulated_store other_store(2);
    const auto other = opened_checkpoint(other_store);
    store_rows(*other, 5, {{"100", "older"}, {"zzz", "not in the copy"}});

    REQUIRE(other->begin_replacing((*copy)->head()).has_value());
    checkpoint_chunk chunk;
    std::uint64_t index = 10;
    unsigned pieces = 0;
    do {
        ++index;
        store_rows(*source, index, {{"150", "newer"}, {"n" + std::to_string(index), "new"}});
        REQUIRE((*copy)->read(chunk.last_key, 200, chunk).has_value());
        CHECK(chunk.bytes.size() <= 200);
        REQUIRE(other->take(chunk.bytes).has_value());
        CHECK(rows_of(*other).size() == 2);
        ++pieces;
    } while (!chunk.is_last);
    CHECK(pieces > 10);
    REQUIRE(other->commit_replacing().has_value());
    CHECK(other->head() == (*copy)->head());
    CHECK(rows_of(*other) == rows);
    CHECK(rows_of(*opened_checkpoint(other_store)) == rows);
}

TEST_CASE("a piece has at least one row, and asked again is the same") {
    simulated_store store(2);
    const auto source = opened_checkpoint(store);
    store_rows(*source, 1, {{"a", std::string(1000, 'v')}, {"b", ""}});
    const auto copy = source->copy();
    const auto pieces = pieces_of(**copy, 1);
    CHECK(pieces.size() == 2);
    CHECK(pieces_of(**copy, 1) == pieces);
    simulated_store nothing_store(2);
    const auto nothing = opened_checkpoint(nothing_store);
    store_rows(*nothing, 1, {});
    CHECK(pieces_of(**nothing->copy(), 1) == std::vector<std::vector<std::byte>>{{}});
}

TEST_CASE("pieces that are not those of the copy are refused, and the older checkpoint stays") {
    simulated_store store(2);
    const auto source = opened_checkpoint(store);
    store_rows(*source, 9, {{"a", "1"}, {"b", "22"}, {"c", "333"}});
    const auto copy = source->copy();
    const auto pieces = pieces_of(**copy, 1);
    REQUIRE(pieces.size() == 3);
    simulated_store other_store(2);
    const auto other = opened_checkpoint(other_store);
    store_rows(*other, 4, {{"old", "row"}});

    SUBCASE("one is missing") {
        REQUIRE(other->begin_replacing((*copy)->head()).has_value());
        REQUIRE(other->take(pieces[0]).has_value());
        REQUIRE(other->take(pieces[2]).has_value());
        CHECK(failed(other->commit_replacing(), errc::corrupt, {"2", "3"}));
    }
    SUBCASE("one comes again") {
        REQUIRE(other->begin_replacing((*copy)->head()).has_value());
        REQUIRE(other->take(pieces[0]).has_value());
        CHECK(failed(other->take(pieces[0]), errc::out_of_range));
    }
    SUBCASE("a bit is wrong, anywhere") {
        for (std::size_t i = 0; i < pieces[1].size(); ++i) {
            auto wrong = pieces[1];
            wrong[i] ^= std::byte{4};
            REQUIRE(other->begin_replacing((*copy)->head()).has_value());
            CHECK(!other->take(wrong).has_value());
            other->abandon();
        }
    }
    SUBCASE("it is cut, anywhere") {
        for (std::size_t size = 1; size < pieces[1].size(); ++size) {
            REQUIRE(other->begin_replacing((*copy)->head()).has_value());
            CHECK(failed(other->take(std::span(pieces[1]).first(size)), errc::malformed));
            other->abandon();
        }
    }
    SUBCASE("the head's payload is too long") {
        checkpoint_head head = (*copy)->head();
        head.payload.resize(max_checkpoint_payload_bytes + 1);
        CHECK(failed(other->begin_replacing(head), errc::over_bound));
        CHECK(!other->is_under_way());
    }
    other->abandon();
    CHECK(other->head()->at.index == 4);
    CHECK(rows_of(*other) == text_rows{{"old", "row"}});
}

TEST_CASE("rows and payload are taken up to their bounds and refused beyond, without harm") {
    simulated_store store(2);
    const auto taken = opened_checkpoint(store);
    const std::vector<std::byte> key(max_row_key_bytes, std::byte{1});
    const std::vector<std::byte> longer(max_row_key_bytes + 1, std::byte{1});
    const std::vector<std::byte> value(max_checkpoint_value_bytes, std::byte{2});
    const std::vector<std::byte> too_much(max_checkpoint_value_bytes + 1);
    const std::vector<std::byte> payload(max_checkpoint_payload_bytes, std::byte{3});
    const std::vector<std::byte> too_long(max_checkpoint_payload_bytes + 1);
    REQUIRE(taken->begin().has_value());
    CHECK(failed(taken->put(longer, {}), errc::over_bound));
    CHECK(failed(taken->erase(longer), errc::over_bound));
    CHECK(failed(taken->put(key, too_much), errc::over_bound));
    CHECK(taken->put(key, value).has_value());
    CHECK(failed(taken->commit({1, 1}, too_long), errc::over_bound));
    CHECK(taken->commit({1, 1}, payload).has_value());
    CHECK(opened_checkpoint(store)->head()->payload == payload);
    CHECK(rows_of(*taken).begin()->second.size() == max_checkpoint_value_bytes);
}

TEST_CASE("a full store leaves the older checkpoint, and with room it can be taken") {
    simulated_store store(2);
    const auto taken = opened_checkpoint(store);
    store_rows(*taken, 1, {{"a", "1"}});
    store.set_capacity(200);
    REQUIRE(taken->begin().has_value());
    CHECK(failed(taken->put(bytes_of("b"), bytes_of(std::string(300, 'v'))), errc::storage_full));
    taken->abandon();
    CHECK(rows_of(*taken) == text_rows{{"a", "1"}});
    store.set_capacity(1000);
    store_rows(*taken, 2, {{"b", std::string(300, 'v')}});
    CHECK(rows_of(*taken).size() == 2);
}

TEST_CASE("after a failed commit every call fails with its error") {
    simulated_store store(2);
    const auto taken = opened_checkpoint(store);
    REQUIRE(taken->begin().has_value());
    REQUIRE(taken->put(bytes_of("a"), {}).has_value());
    store.fail_next_commit();
    const outcome commit = taken->commit({1, 1}, {});
    REQUIRE(!commit.has_value());
    const std::vector<std::string> same = {commit.error().what};
    CHECK(failed(taken->begin(), errc::unwritable, same));
    CHECK(failed(taken->put(bytes_of("a"), {}), errc::unwritable, same));
    CHECK(failed(taken->erase(bytes_of("a")), errc::unwritable, same));
    CHECK(failed(taken->commit({1, 1}, {}), errc::unwritable, same));
    CHECK(failed(taken->begin_replacing({}), errc::unwritable, same));
    CHECK(failed(taken->take({}), errc::unwritable, same));
    CHECK(failed(taken->commit_replacing(), errc::unwritable, same));
    CHECK(failed(taken->load([](row_bytes, row_bytes) { return std::optional<error>(); }),
                 errc::unwritable, same));
}

TEST_CASE("an error of whoever takes the rows ends the loading, and is given back") {
    simulated_store store(2);
    const auto taken = opened_checkpoint(store);
    store_rows(*taken, 1, {{"a", "1"}, {"b", "1"}});
    unsigned seen = 0;
    const outcome loaded = taken->load([&](row_bytes, row_bytes) {
        ++seen;
        return std::optional(error{errc::malformed, "mine"});
    });
    CHECK(failed(loaded, errc::malformed, {"mine"}));
    CHECK(seen == 1);
}

TEST_CASE(
    "rows changed, missing or too many, and a head damaged, are corrupt with file and advice") {
    simulated_store store(2);
    store_rows(*opened_checkpoint(store), 1, {{"a", "1"}, {"b", "1"}, {"c", "1"}});
    auto& rows = store.durable()[1];
    auto& head = store.durable()[0].begin()->second;
    const auto load = [&] {
        auto made = checkpoint::open(store, taken_options);
        return made ? (*made)->load([](row_bytes, row_bytes) { return std::optional<error>(); })
                    : outcome(made.error());
    };
    SUBCASE("any bit of any row") {
        for (auto& row : rows) {
            for (std::byte& byte : row.second) {
                byte ^= std::byte{1};
                CHECK(failed(load(), errc::corrupt, {"simulated/rows", "the row", "move"}));
                byte ^= std::byte{1};
            }
        }
        CHECK(load().has_value());
    }
    SUBCASE("a row missing") {
        rows.erase(bytes_of("b"));
        CHECK(failed(load(), errc::corrupt, {"2 rows", "3", "move"}));
    }
    SUBCASE("a row of the past, with a right sum") {
        const auto old = rows[bytes_of("b")];
        const auto taken = opened_checkpoint(store);
        store_rows(*taken, 2, {{"b", "2"}});
        store.durable()[1][bytes_of("b")] = old;
        CHECK(failed(load(), errc::corrupt, {"rows"}));
    }
    SUBCASE("a row under another key") {
        rows[bytes_of("d")] = rows[bytes_of("a")];
        CHECK(failed(load(), errc::corrupt));
    }
    SUBCASE("a value too short for a sum") {
        rows[bytes_of("a")].resize(3);
        CHECK(failed(load(), errc::corrupt));
    }
    SUBCASE("any byte of the head behind the version") {
        for (std::size_t i = 12; i < head.size(); ++i) {
            head[i] ^= std::byte{1};
            CHECK(failed(load(), errc::corrupt, {"head", "move"}));
            head[i] ^= std::byte{1};
        }
        CHECK(load().has_value());
    }
    SUBCASE("no head") {
        store.durable()[0].clear();
        CHECK(failed(load(), errc::corrupt, {"without a head"}));
    }
}

TEST_CASE(
    "a checkpoint of another node, shard or kind, or a newer one, is refused with what to do") {
    simulated_store store(2);
    store_rows(*opened_checkpoint(store), 1, {{"a", "1"}});
    CHECK(failed(checkpoint::open(store, {.owner = 8, .shard = {3}}), errc::foreign,
                 {"node 7, shard 3", "node 8", "folder"}));
    CHECK(failed(checkpoint::open(store, {.owner = 7, .shard = {4}}), errc::foreign,
                 {"shard 3", "shard 4"}));
    auto& head = store.durable()[0].begin()->second;
    head[8] = std::byte{2};
    CHECK(failed(checkpoint::open(store, taken_options), errc::unsupported_version,
                 {"newer", "format 2", "start that version"}));
    head[6] = std::byte{'J'};
    CHECK(failed(checkpoint::open(store, taken_options), errc::foreign, {"something else"}));
}

}  // namespace bourse
