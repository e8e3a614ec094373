// Changed rows of a book by itself. What a shard makes of them: tests/shard/hand_over_test.cpp.
#include <doctest/doctest.h>

#include <cstdint>
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
