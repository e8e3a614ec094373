// The event store's promises, one by one, on the store that stands for the real one.

#include "storage/event_store.hpp"

#include <doctest/doctest.h>

#include "rows_of.hpp"
#include "tests/support/simulated_store.hpp"

namespace bourse {
namespace {

constexpr shard_id shard_3{3};
constexpr account_id alice{10};
constexpr account_id bob{11};

std::unique_ptr<event_store> opened_events(row_store& store, std::uint64_t keep_bytes = 1U << 30U) {
    auto made = event_store::open(store, {.owner = 7, .keep_bytes = keep_bytes});
    REQUIRE_MESSAGE(made.has_value(), said(made));
    return std::move(made).value();
}

/// Entry `index` with report `index` of alice, and, every third, two of bob.
entry_events entry(std::uint64_t index) {
    entry_events made{index, {{alice, index, index}}, bytes_of("events " + std::to_string(index))};
    if (index % 3 == 0) {
        made.reports.push_back({bob, index / 3 * 2 - 1, index / 3 * 2});
    }
    return made;
}

void append(event_store& to, std::uint64_t first, std::uint64_t last, shard_id of = shard_3) {
    for (std::uint64_t index = first; index <= last; ++index) {
        const outcome appended = to.append(of, entry(index));
        REQUIRE_MESSAGE(appended.has_value(), said(appended));
    }
}

void commit_all(event_store& to) {
    unsigned commits = 0;
    do {
        REQUIRE(to.commit().has_value());
    } while (to.wants_commit() && ++commits < 1000);
    REQUIRE(!to.wants_commit());
}

/// What `read` gives in pieces of so many bytes, checked against what was appended.
void check_entries(const event_store& in, std::uint64_t first, std::uint64_t last,
                   std::size_t max_bytes, shard_id of = shard_3) {
    std::vector<entry_events> piece;
    std::uint64_t next = first;
    bool are_right = true;
    while (next <= last) {
        const outcome read = in.read(of, next, last, max_bytes, piece);
        REQUIRE_MESSAGE(read.has_value(), said(read));
        REQUIRE(!piece.empty());
        for (const entry_events& found : piece) {
            are_right = are_right && found == entry(next++);
        }
    }
    CHECK(are_right);
    CHECK(next == last + 1);
}

report_place place(const event_store& in, account_id account, std::uint64_t number) {
    const auto found = in.find_report(shard_3, account, number);
    REQUIRE_MESSAGE(found.has_value(), said(found));
    return *found;
}
report_place kept(std::uint64_t index) {
    return {report_place::kind::kept, index, 0};
}
report_place dropped(std::uint64_t first_kept) {
    return {report_place::kind::dropped, 0, first_kept};
}

}  // namespace

TEST_CASE("events are durable when their batch is, and found by entry and by report") {
    simulated_store store(4);
    {
        const auto events = opened_events(store);
        append(*events, 5, 10);
        CHECK(events->durable(shard_3) == 0);
        CHECK(!events->find(shard_3));
        std::vector<entry_events> none;
        CHECK(failed(events->read(shard_3, 5, 10, 100, none), errc::not_kept));
        REQUIRE(events->start_batch().has_value());
        CHECK(events->batch_under_way());
        append(*events, 11, 12);
        CHECK(events->durable(shard_3) == 0);
        REQUIRE(events->finish_batch().has_value());
        CHECK(events->durable(shard_3) == 10);
        CHECK(events->wants_commit());
        REQUIRE(events->commit().has_value());
        CHECK(!events->wants_commit());
    }
    const auto events = opened_events(store);
    CHECK(events->durable(shard_3) == 12);
    check_entries(*events, 5, 12, 1);
    check_entries(*events, 5, 12, 40);
    check_entries(*events, 6, 11, 1U << 20U);
    CHECK(place(*events, alice, 7) == kept(7));
    CHECK(place(*events, alice, 13) == report_place{});
    CHECK(place(*events, alice, 4) == dropped(5));
    CHECK(place(*events, bob, 3) == kept(6));
    CHECK(place(*events, bob, 4) == kept(6));
    CHECK(place(*events, bob, 5) == kept(9));
    CHECK(place(*events, {12}, 1) == report_place{});
    CHECK(place(*events, {9}, 1) == report_place{});
}

TEST_CASE("shards share a batch and are kept apart") {
    simulated_store store(4);
    const auto events = opened_events(store);
    append(*events, 1, 4, {1});
    append(*events, 100, 104, {2});
    append(*events, 1, 2, {max_shard});
    commit_all(*events);
    CHECK(events->shards().size() == 3);
    check_entries(*events, 1, 4, 50, {1});
    check_entries(*events, 100, 104, 50, {2});
    check_entries(*events, 1, 2, 50, {max_shard});
    CHECK(events->find_report({1}, alice, 100)->found == report_place::kind::unknown);
    CHECK(events->find_report({2}, alice, 100)->index == 100);
}

TEST_CASE("what replay gives again is taken if it is the same, and otherwise corrupt") {
    simulated_store store(4);
    const auto events = opened_events(store);
    append(*events, 1, 3);
    REQUIRE(events->start_batch().has_value());
    append(*events, 4, 5);
    append(*events, 1, 5);
    entry_events other = entry(2);
    other.events.push_back(std::byte{0});
    CHECK(failed(events->append(shard_3, other), errc::corrupt, {"entry 2", "shard 3"}));
    other = entry(5);
    ++other.reports[0].last;
    CHECK(failed(events->append(shard_3, other), errc::corrupt));
    REQUIRE(events->finish_batch().has_value());
    append(*events, 1, 5);
    other = entry(3);
    other.reports.clear();
    CHECK(failed(events->append(shard_3, other), errc::corrupt, {"simulated/rows", "entry 3"}));
    commit_all(*events);
    check_entries(*events, 1, 5, 10);
}

TEST_CASE("entries without a place, and reports that do not rise, are refused without harm") {
    simulated_store store(4);
    const auto events = opened_events(store);
    CHECK(failed(events->append(shard_3, entry(0)), errc::out_of_range));
    append(*events, 1, 2);
    CHECK(failed(events->append(shard_3, entry(4)), errc::out_of_range, {"4", "2"}));
    for (const std::vector<report_range>& wrong : {std::vector<report_range>{{alice, 2, 1}},
                                                   {{alice, 0, 1}},
                                                   {{bob, 1, 1}, {alice, 1, 1}},
                                                   {{alice, 1, 1}, {alice, 2, 2}},
                                                   {{{0}, 1, 1}}}) {
        CHECK(failed(events->append(shard_3, {3, wrong, {}}), errc::out_of_range));
    }
    append(*events, 3, 3);
    commit_all(*events);
    check_entries(*events, 1, 3, 1000);
}

TEST_CASE("an entry and a batch are taken up to their bounds and refused beyond") {
    simulated_store store(4);
    const auto events = opened_events(store);
    entry_events large{1, {}, std::vector<std::byte>(max_event_bytes)};
    CHECK(events->append(shard_3, large).has_value());
    large.index = 2;
    large.events.emplace_back();
    CHECK(failed(events->append(shard_3, large), errc::over_bound));
    large.events.resize(max_event_bytes);
    CHECK(failed(events->append(shard_3, large), errc::overloaded, {"commit"}));
    large.events.resize(max_event_bytes - 36);
    CHECK(events->append(shard_3, large).has_value());
    CHECK(failed(events->append(shard_3, {3, {}, {}}), errc::overloaded));
    REQUIRE(events->commit().has_value());
    CHECK(events->append(shard_3, {3, {}, {}}).has_value());
    entry_events many{4, std::vector<report_range>(max_report_ranges + 1), {}};
    CHECK(failed(events->append(shard_3, many), errc::over_bound));
}

TEST_CASE("the oldest entries go when there are more bytes than are kept, a few each commit") {
    simulated_store store(4);
    const auto events = opened_events(store, 2000);
    append(*events, 1, 1000);
    REQUIRE(events->commit().has_value());
    CHECK(events->find(shard_3)->first ==
          1);  // what the batch brought is not there to be dropped yet
    REQUIRE(events->commit().has_value());
    CHECK(events->find(shard_3)->first == 1 + dropped_with_each);
    append(*events, 1001, 1010);
    REQUIRE(events->commit().has_value());
    CHECK(events->find(shard_3)->first == 1 + dropped_with_each * 2 + std::uint64_t{20});
    commit_all(*events);
    const event_positions at = *events->find(shard_3);
    CHECK(at.last == 1010);
    CHECK(at.bytes <= 2000);
    CHECK(at.bytes > 1900);
    CHECK(rows_of(store, row_table{2}).size() == at.last - at.first + 1);
    check_entries(*events, at.first, at.last, 100);
    std::vector<entry_events> none;
    CHECK(failed(events->read(shard_3, at.first - 1, at.last, 100, none), errc::not_kept,
                 {"first kept is " + std::to_string(at.first)}));
    CHECK(place(*events, alice, 1) == dropped(at.first));
    CHECK(place(*events, alice, at.first - 1) == dropped(at.first));
    CHECK(place(*events, alice, at.first) == kept(at.first));
    const auto again = opened_events(store, 2000);
    CHECK(*again->find(shard_3) == at);
}

TEST_CASE("what an entry counts for is what it always was, as the sums are stored") {
    simulated_store store(4);
    const auto events = opened_events(store);
    append(*events, 1, 3);
    commit_all(*events);
    constexpr std::uint64_t of_range = 20 + 34;
    constexpr std::uint64_t of_entry = 10 + 4 + 8 + 4;
    CHECK(events->find(shard_3)->bytes == 3 * of_entry + 4 * of_range);
}

TEST_CASE("who looks for a report reads a short row, however much a commit brought") {
    simulated_store store(4);
    const auto events = opened_events(store);
    constexpr std::uint64_t last = 3'000;
    append(*events, 1, last);
    commit_all(*events);
    const auto rows = rows_of(store, row_table{3});
    CHECK(rows.size() == 12 + 4);
    for (const auto& [key, value] : rows) {
        CHECK(value.size() <= 16 + 255 * 8 + 4);
    }
    for (std::uint64_t number = 1; number <= last; ++number) {
        REQUIRE(place(*events, alice, number) == kept(number));
    }
    for (std::uint64_t number = 1; number <= last / 3 * 2; ++number) {
        REQUIRE(place(*events, bob, number) == kept((number + 1) / 2 * 3));
    }
}

TEST_CASE("who reads while entries go hears that they are gone, and of no damage") {
    simulated_store store(4);
    const auto writer = opened_events(store, 2000);
    append(*writer, 1, 1000);
    REQUIRE(writer->commit().has_value());
    const auto reader = opened_events(store, 2000);
    REQUIRE(writer->commit().has_value());
    const std::uint64_t first = writer->find(shard_3)->first;
    REQUIRE(first > 1);
    std::vector<entry_events> none;
    CHECK(place(*reader, alice, 1) == dropped(first));
    CHECK(failed(reader->read(shard_3, 1, 1, 1, none), errc::not_kept));
    CHECK(place(*reader, alice, first) == kept(first));
    append(*writer, 1001, 1010);
    REQUIRE(writer->commit().has_value());
    const std::uint64_t now = writer->find(shard_3)->first;
    CHECK(place(*reader, alice, first) == dropped(now));
    CHECK(place(*reader, alice, 1010) == kept(1010));
    check_entries(*reader, now, 1010, 100);
}

TEST_CASE("of an account whose reports have all gone it is known which number is next") {
    simulated_store store(4);
    const auto events = opened_events(store, 500);
    REQUIRE(events->append(shard_3, {1, {{bob, 1, 4}}, {}}).has_value());
    REQUIRE(events->append(shard_3, {2, {{bob, 5, 6}}, {}}).has_value());
    for (std::uint64_t index = 3; index < 100; ++index) {
        REQUIRE(events->append(shard_3, {index, {{alice, index, index}}, {}}).has_value());
    }
    commit_all(*events);
    CHECK(place(*events, bob, 1) == dropped(7));
    CHECK(place(*events, bob, 6) == dropped(7));
    CHECK(place(*events, bob, 7) == report_place{});
    const std::uint64_t first = events->find(shard_3)->first;
    REQUIRE(events->append(shard_3, {100, {{bob, 7, 7}}, {}}).has_value());
    commit_all(*events);
    CHECK(place(*events, bob, 2) == dropped(7));
    CHECK(place(*events, bob, 7) == kept(100));
    CHECK(first < 99);
    // One row for bob's past, one for what he has: nothing grows with what has gone.
    for (std::uint64_t index = 101; index < 300; ++index) {
        REQUIRE(events->append(shard_3, {index, {{alice, index, index}, {bob, index, index}}, {}})
                    .has_value());
    }
    commit_all(*events);
    const event_positions at = *events->find(shard_3);
    CHECK(rows_of(store, row_table{3}).size() <= 2 * (at.last - at.first + 1));
}

TEST_CASE("the newest entry stays however little is kept") {
    simulated_store store(4);
    const auto events = opened_events(store, 0);
    append(*events, 1, 300);
    commit_all(*events);
    CHECK(events->find(shard_3)->first == 300);
    check_entries(*events, 300, 300, 1);
}

TEST_CASE("a shard that is restarted goes on elsewhere, and what it had goes a few a commit") {
    simulated_store store(4);
    const auto events = opened_events(store);
    append(*events, 1, 500);
    commit_all(*events);
    append(*events, 501, 505);
    CHECK(failed(events->restart(shard_3, 505), errc::out_of_range));
    REQUIRE(events->restart(shard_3, 900).has_value());
    append(*events, 900, 910);
    CHECK(events->find(shard_3)->last == 500);
    REQUIRE(events->commit().has_value());
    CHECK(events->find(shard_3)->first == 900);
    CHECK(events->wants_commit());
    CHECK(place(*events, alice, 450) == dropped(900));
    std::vector<entry_events> none;
    CHECK(failed(events->read(shard_3, 450, 910, 100, none), errc::not_kept));
    REQUIRE(events->restart(shard_3, 2000).has_value());
    append(*events, 2000, 2001);
    commit_all(*events);
    CHECK(rows_of(store, row_table{2}).size() == 2);
    CHECK(rows_of(store, row_table{3}).size() <= 3);
    CHECK(events->find(shard_3)->stale_bytes == 0);
    check_entries(*events, 2000, 2001, 100);
}

TEST_CASE("a new replica copies what is kept, piece by piece") {
    simulated_store store(4);
    const auto source = opened_events(store, 3000);
    append(*source, 1, 200);
    commit_all(*source);
    simulated_store other_store(4);
    const auto copy = opened_events(other_store, 3000);
    std::vector<entry_events> piece;
    std::uint64_t next = source->find(shard_3)->first;
    while (next <= source->durable(shard_3)) {
        REQUIRE(source->read(shard_3, next, source->durable(shard_3), 200, piece).has_value());
        for (const entry_events& got : piece) {
            REQUIRE(copy->append(shard_3, got).has_value());
        }
        REQUIRE(copy->commit().has_value());
        next = copy->durable(shard_3) + 1;
    }
    CHECK(*copy->find(shard_3) == *source->find(shard_3));
    CHECK(rows_of(other_store, row_table{2}) == rows_of(store, row_table{2}));
}

TEST_CASE("a full store keeps the batch for later, a failed one is dead") {
    simulated_store store(4);
    const auto events = opened_events(store);
    append(*events, 1, 3);
    store.set_capacity(50);
    CHECK(failed(events->commit(), errc::storage_full));
    CHECK(failed(events->commit(), errc::storage_full));
    CHECK(!events->find(shard_3));
    append(*events, 4, 4);
    store.set_capacity(1U << 20U);
    REQUIRE(events->commit().has_value());
    check_entries(*events, 1, 4, 30);
    append(*events, 5, 5);
    store.fail_next_commit();
    CHECK(failed(events->commit(), errc::unwritable));
    CHECK(events->durable(shard_3) == 4);
    CHECK(failed(events->append(shard_3, entry(6)), errc::unwritable));
    CHECK(failed(events->restart(shard_3, 100), errc::unwritable));
    CHECK(failed(events->commit(), errc::unwritable));
    CHECK(events->dead().has_value());
}

TEST_CASE("rows of the event store that are damaged or missing are corrupt with file and place") {
    simulated_store store(4);
    auto events = opened_events(store);
    append(*events, 1, 5);
    commit_all(*events);
    auto& tables = store.durable();
    std::vector<entry_events> into;
    SUBCASE("any bit of an entry") {
        for (std::byte& byte : std::next(tables[2].begin(), 2)->second) {
            byte ^= std::byte{1};
            CHECK(failed(events->read(shard_3, 3, 3, 100, into), errc::corrupt,
                         {"simulated/rows", "entry 3", "shard 3", "move"}));
            byte ^= std::byte{1};
        }
    }
    SUBCASE("an entry missing") {
        tables[2].erase(std::next(tables[2].begin(), 2));
        CHECK(failed(events->read(shard_3, 1, 5, 1000, into), errc::corrupt, {"entry 3"}));
        CHECK(failed(events->read(shard_3, 3, 3, 1000, into), errc::corrupt, {"entry 3"}));
    }
    SUBCASE("the last entry missing") {
        tables[2].erase(std::prev(tables[2].end()));
        CHECK(failed(events->read(shard_3, 5, 5, 1000, into), errc::corrupt, {"entry 5"}));
    }
    SUBCASE("all entries missing when they are to be dropped") {
        tables[2].clear();
        CHECK(failed(opened_events(store, 10)->commit(), errc::corrupt, {"entry 1"}));
    }
    SUBCASE("an entry missing when it is to be dropped") {
        tables[2].erase(tables[2].begin());
        CHECK(failed(opened_events(store, 10)->commit(), errc::corrupt, {"entry 1"}));
    }
    SUBCASE("rows missing that were to go") {
        REQUIRE(events->restart(shard_3, 100).has_value());
        tables[2].clear();
        CHECK(failed(events->commit(), errc::corrupt, {"before entry 100"}));
    }
    SUBCASE("any bit of where reports are") {
        for (std::byte& byte : tables[3].begin()->second) {
            byte ^= std::byte{1};
            CHECK(failed(events->find_report(shard_3, alice, 1), errc::corrupt, {"reports"}));
            byte ^= std::byte{1};
        }
    }
    SUBCASE("any bit of a shard") {
        for (std::byte& byte : tables[1].begin()->second) {
            byte ^= std::byte{1};
            CHECK(failed(event_store::open(store, {.owner = 7}), errc::corrupt, {"shard"}));
            byte ^= std::byte{1};
        }
    }
    SUBCASE("no head") {
        tables[0].clear();
        CHECK(failed(event_store::open(store, {.owner = 7}), errc::corrupt));
    }
    SUBCASE("another node's, or newer") {
        CHECK(failed(event_store::open(store, {.owner = 8}), errc::foreign, {"node 7", "node 8"}));
        tables[0].begin()->second[8] = std::byte{2};
        CHECK(failed(event_store::open(store, {.owner = 7}), errc::unsupported_version));
    }
}

}  // namespace bourse
