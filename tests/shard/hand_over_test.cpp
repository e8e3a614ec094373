// Shard RULES 6: changed rows. Random worlds do the same in reference_test.cpp, by `handed_rows`.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/book/order_book.hpp"
#include "messages/shard_rows_codec.hpp"
#include "tests/support/shard/fixture.hpp"
#include "tests/support/shard/handed_rows.hpp"

using namespace bourse;

namespace {

constexpr std::size_t all_of_it = 1'000'000;

std::vector<row_change> hand_over(shard& from, bool stored = true) {
    std::vector<row_change> changes;
    from.begin_hand_over();
    CHECK(from.hand_over(all_of_it, changes));
    from.end_hand_over(stored);
    return changes;
}

bool is_removal(const row_change& change) {
    return std::holds_alternative<std::monostate>(change.value);
}

std::size_t count(const std::vector<row_change>& changes, row_kind kind, bool removed) {
    return static_cast<std::size_t>(
        std::count_if(changes.begin(), changes.end(), [&](const row_change& change) {
            return change.key.kind() == kind && is_removal(change) == removed;
        }));
}

void store(const std::vector<row_change>& changes, stored_rows& to) {
    for (const row_change& change : changes) {
        to.erase(change.key);
        if (!is_removal(change)) {
            encode_row(change.value, to[change.key]);
        }
    }
}

}  // namespace

TEST_CASE("S6.1 what is handed over makes the rows of that index out of those before") {
    venue it;
    stored_rows stored;
    store(hand_over(it.machine), stored);
    CHECK(stored == rows_by_key(it.machine.save()));
    it.prepare({buying(1, 5, 100).id(7), selling(2, 3, 100).of(pear), leasing(1, 4, venue_start)});
    it.trade(2, 200);
    store(hand_over(it.machine), stored);
    CHECK(stored == rows_by_key(it.machine.save()));
}

TEST_CASE("S6.1 a slice has at most as many changes as were asked for") {
    venue it;
    it.prepare({buying(1, 5, 100), buying(1, 5, 101), buying(1, 5, 102)});
    stored_rows stored;
    std::vector<row_change> slice;
    it.machine.begin_hand_over();
    bool done = false;
    while (!done) {
        done = it.machine.hand_over(1, slice);
        CHECK(slice.size() <= 1);
        store(slice, stored);
    }
    it.machine.end_hand_over(true);
    CHECK(stored == rows_by_key(it.machine.save()));
}

TEST_CASE("S6.2 nothing but the shard's own row is handed over when nothing has changed") {
    venue it;
    it.prepare({buying(1, 5, 100)});
    CHECK(hand_over(it.machine).size() > 10);
    it.apply({});
    const auto changes = hand_over(it.machine);
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].key == row_key::shard());
}

TEST_CASE("S6.2 an order costs its rows, whatever else there is") {
    venue it;
    it.prepare({buying(1, 5, 100), buying(1, 5, 101), selling(2, 5, 200)});
    hand_over(it.machine);
    it.prepare({repricing(1, nth(1), 99)});
    const auto changes = hand_over(it.machine);
    CHECK(count(changes, row_kind::open_order, false) == 1);
    CHECK(count(changes, row_kind::book_order, false) == 1);
    CHECK(count(changes, row_kind::account, false) == 1);
    CHECK(count(changes, row_kind::book, false) == 1);
    CHECK(changes.size() == 5);
}

TEST_CASE("S6.2 of an order that is gone the key is removed, if it was stored") {
    venue it;
    it.prepare({buying(1, 5, 100)});
    hand_over(it.machine);
    it.prepare({buying(1, 5, 101), cancelling(1, nth(1)), cancelling(1, nth(2))});
    const auto changes = hand_over(it.machine);
    CHECK(count(changes, row_kind::open_order, true) == 1);
    CHECK(count(changes, row_kind::book_order, true) == 1);
    CHECK(count(changes, row_kind::open_order, false) == 0);
    CHECK(count(changes, row_kind::book_order, false) == 0);
}

TEST_CASE("S6.3 what changes, ends or comes between two slices is handed over as it was") {
    venue it;
    it.prepare({buying(1, 5, 100), buying(1, 6, 101), buying(1, 7, 102)});
    const stored_rows expected = rows_by_key(it.machine.save());
    stored_rows stored;
    std::vector<row_change> slice;
    it.machine.begin_hand_over();
    bool done = it.machine.hand_over(1, slice);
    store(slice, stored);
    CHECK_FALSE(done);
    it.prepare({repricing(1, nth(1), 99), cancelling(1, nth(2)), buying(1, 8, 103)});
    while (!done) {
        done = it.machine.hand_over(3, slice);
        store(slice, stored);
    }
    it.machine.end_hand_over(true);
    CHECK(stored == expected);
    store(hand_over(it.machine), stored);
    CHECK(stored == rows_by_key(it.machine.save()));
}

TEST_CASE("S6.4 what was not stored is handed over again, with what has changed since") {
    venue it;
    stored_rows stored;
    store(hand_over(it.machine), stored);
    it.prepare({buying(1, 5, 100), buying(1, 6, 101)});
    hand_over(it.machine, false);
    std::vector<row_change> lost;
    it.machine.begin_hand_over();
    CHECK_FALSE(it.machine.hand_over(2, lost));
    it.prepare({cancelling(1, nth(2)), buying(1, 7, 102)});
    it.machine.end_hand_over(false);
    store(hand_over(it.machine), stored);
    CHECK(stored == rows_by_key(it.machine.save()));
}

TEST_CASE("S6.4 an order that ended after a hand-over that was not stored is not removed in vain") {
    venue it;
    hand_over(it.machine);
    it.prepare({buying(1, 5, 100)});
    it.machine.begin_hand_over();
    it.prepare({cancelling(1, nth(1))});
    it.machine.end_hand_over(false);
    CHECK(count(hand_over(it.machine), row_kind::open_order, true) == 0);
}

TEST_CASE("S6.1 records are handed over as they were, by number, also one that took another's") {
    const auto put = [](std::string key, std::string value, std::uint64_t expected = 0) {
        return put_record{.request = {},
                          .table = record_table::users,
                          .expected = expected,
                          .what = record_text{.key = std::move(key), .value = std::move(value)}};
    };
    venue it;
    it.prepare({put("a", "1"), put("b", "1"), put("c", "1")});
    const auto revision = [&](const char* key) {
        return it.machine.record(record_table::users, key)->revision;
    };
    stored_rows stored;
    store(hand_over(it.machine), stored);
    it.prepare({put("a", "", revision("a")), put("d", "2"), put("b", "2", revision("b"))});
    const stored_rows expected = rows_by_key(it.machine.save());
    it.machine.begin_hand_over();
    it.prepare({put("d", "", revision("d")), put("c", "3", revision("c")), put("e", "3")});
    std::vector<row_change> changes;
    CHECK(it.machine.hand_over(all_of_it, changes));
    it.machine.end_hand_over(true);
    CHECK(count(changes, row_kind::record, false) == 2);
    store(changes, stored);
    CHECK(stored == expected);
    store(hand_over(it.machine), stored);
    CHECK(stored == rows_by_key(it.machine.save()));
}

TEST_CASE("S6.2 books give back the memory of a peak when rows are stored, one at a time") {
    venue it;
    it.alone();
    constexpr std::uint64_t peak = 60'000;
    constexpr std::uint64_t staying = 100;
    constexpr std::size_t small = std::size_t{1} << 20;
    const auto send = [&](const auto& make) {
        std::vector<shard_command> commands;
        for (std::uint64_t i = 1; i <= 2 * peak; ++i) {
            make(commands, i);
        }
        it.apply(std::move(commands));
    };
    send([](auto& to, std::uint64_t i) {
        const auto ticks = 1 + static_cast<std::int64_t>(i % 5);
        to.push_back(buying(3, 1, ticks).of(i <= peak ? apple : pear));
    });
    const order_book& first = *it.machine.book(apple);
    const order_book& second = *it.machine.book(pear);
    stored_rows stored;
    store(hand_over(it.machine), stored);
    REQUIRE(first.size() == peak);
    REQUIRE(second.size() == peak);
    const std::size_t at_peak = first.memory_bytes();
    CHECK(at_peak > 5 * small);
    send([](auto& to, std::uint64_t i) {
        if (i % peak >= staying) {
            to.push_back(cancelling(3, nth(i)));
        }
    });
    REQUIRE(first.size() == staying);
    CHECK(first.memory_bytes() >= at_peak);
    store(hand_over(it.machine, false), stored);
    CHECK(first.memory_bytes() >= at_peak);  // what was not stored ends no peak
    store(hand_over(it.machine), stored);
    CHECK(first.memory_bytes() < small);
    CHECK(second.memory_bytes() >= at_peak);
    store(hand_over(it.machine), stored);
    CHECK(second.memory_bytes() < small);
    // Nothing else has changed, and it goes on.
    it.prepare({cancelling(3, nth(1)), buying(3, 2, 7)});
    CHECK(first.size() == staying);
    store(hand_over(it.machine), stored);
    CHECK(stored == rows_by_key(it.machine.save()));
}

TEST_CASE("S6.5 a restored shard hands over only what has changed since") {
    venue it;
    it.prepare({buying(1, 5, 100), buying(1, 6, 101)});
    auto restored = shard::restore(it.machine.save());
    REQUIRE(restored);
    CHECK(hand_over(*restored).size() == 1);
    shard_output out;
    restored->apply(
        {.index = restored->index() + 1, .at = {venue_start}, .commands = {cancelling(1, nth(1))}},
        out);
    const auto changes = hand_over(*restored);
    CHECK(count(changes, row_kind::open_order, true) == 1);
    CHECK(count(changes, row_kind::book_order, true) == 1);
}

TEST_CASE("S6.1 messages of an outbox are handed over as they were, and removed when confirmed") {
    two_shards both;
    venue& one = both[1];
    one.prepare({buying(11, 5, 100).of(pear), buying(11, 6, 101).of(pear)});
    const stored_rows expected = rows_by_key(one.machine.save());
    stored_rows stored;
    std::vector<row_change> slice;
    one.machine.begin_hand_over();
    both.settle();  // before its turn
    bool done = false;
    while (!done) {
        done = one.machine.hand_over(2, slice);
        store(slice, stored);
    }
    one.machine.end_hand_over(true);
    CHECK(stored == expected);
    const auto changes = hand_over(one.machine);
    CHECK(count(changes, row_kind::outbox_message, true) == 2);
    store(changes, stored);
    CHECK(stored == rows_by_key(one.machine.save()));
}
