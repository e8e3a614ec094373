// Changed rows of a book by itself. What a shard makes of them: tests/shard/hand_over_test.cpp.
#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <variant>
#include <vector>

#include "messages/row_change.hpp"
#include "tests/support/book_fixture.hpp"

using namespace bourse;

namespace {

std::vector<row_change> hand_over(order_book& from) {
    std::vector<row_change> changes;
    from.begin_hand_over();
    CHECK(from.hand_over(1'000'000, changes));
    from.end_hand_over(true);
    return changes;
}

}  // namespace

TEST_CASE("what a given-up hand-over had copied and told is handed over as it is now") {
    constexpr std::uint64_t orders = 100;
    book_fixture book;
    for (std::uint64_t id = 1; id <= orders; ++id) {
        book.buy(id, 1, at(10));
    }
    CHECK(hand_over(book.book).size() == orders);
    std::vector<row_change> slice;
    // Of ten that end, half do so before the hand-over that is given up; the others change in it, and are copied.
    for (std::uint64_t id = 1; id <= orders; ++id) {
        id <= 5 ? book.cancel(id) : book.reprice(id, at(11));
    }
    book.book.begin_hand_over();
    CHECK_FALSE(book.book.hand_over(3, slice));
    for (std::uint64_t id = 6; id <= orders; ++id) {
        id <= 10 ? book.cancel(id) : book.reprice(id, at(12));
    }
    book.book.end_hand_over(false);
    std::vector<row_change> changes;
    book.book.begin_hand_over();
    for (bool done = false; !done;) {
        slice.clear();
        done = book.book.hand_over(3, slice);
        CHECK(slice.size() <= 3);
        changes.insert(changes.end(), slice.begin(), slice.end());
    }
    book.book.end_hand_over(true);
    REQUIRE(changes.size() == orders);
    std::set<std::uint64_t> gone;
    for (const row_change& each : changes) {
        if (const auto* row = std::get_if<order_row>(&each.value)) {
            CHECK(row->price == at(12));
        } else {
            gone.insert(each.key.number(1));
        }
    }
    CHECK(gone == std::set<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(hand_over(book.book).empty());
    book.forget();
}

TEST_CASE(
    "a book is compacted after a hand-over that was given up, and hands over what is there now") {
    constexpr std::uint64_t orders = 20;
    book_fixture book;
    const auto reprice_all = [&](std::int64_t price) {
        for (std::uint64_t id = 1; id <= orders; ++id) {
            book.reprice(id, at(price));
        }
    };
    for (std::uint64_t id = 1; id <= orders; ++id) {
        book.buy(id, 1, at(10));
    }
    CHECK(hand_over(book.book).size() == orders);
    for (std::int64_t price = 11; price < 14; price += 2) {  // given up one after the other
        reprice_all(price);
        book.book.begin_hand_over();
        reprice_all(price + 1);  // copied, and not handed over
        book.book.end_hand_over(false);
    }
    book.book.compact();
    const auto changes = hand_over(book.book);
    REQUIRE(changes.size() == orders);
    for (const row_change& each : changes) {
        CHECK(std::get<order_row>(each.value).price == at(14));
    }
}

TEST_CASE("a compacted book hands over its orders once more, and what went before") {
    book_fixture book;
    for (std::uint64_t id = 1; id <= 4; ++id) {
        book.buy(id, 1, at(10));
    }
    CHECK(hand_over(book.book).size() == 4);
    book.cancel(2);
    book.book.compact();
    book.cancel(3);
    const auto changes = hand_over(book.book);
    REQUIRE(changes.size() == 4);
    // Removals come first.
    CHECK(changes[0].key == row_key::book_order({}, {2}));
    CHECK(changes[1].key == row_key::book_order({}, {3}));
    CHECK(std::holds_alternative<std::monostate>(changes[0].value));
    CHECK(std::holds_alternative<std::monostate>(changes[1].value));
    CHECK(std::get<order_row>(changes[2].value).id == order_id{1});
    CHECK(std::get<order_row>(changes[3].value).id == order_id{4});
    CHECK(hand_over(book.book).empty());
    book.forget();
}
