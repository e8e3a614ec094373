// The audit of a book's events can fail: it is shown trades that cannot be.
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "tests/support/book_fixture.hpp"
#include "tests/support/event_audit.hpp"

using namespace bourse;

namespace {

/// Whether the audit takes the events, if the first trade of the order had been at this price.
bool is_sound(std::vector<event> events, std::uint64_t order, price where) {
    std::uint64_t trade = 0;
    for (const event& e : events) {
        if (e.kind == event_kind::fill && e.order.value == order && trade == 0) {
            trade = e.number;
        }
    }
    REQUIRE(trade != 0);
    for (event& e : events) {
        if (e.kind == event_kind::fill && e.number == trade) {
            e.price = where;
        }
    }
    return !event_audit{}.follow(events).has_value();
}

}  // namespace

TEST_CASE("the audit sees a buy that trades above its worst price, and a sell below") {
    book_fixture book;
    book.buy(1, 5, at(10));
    book.sell(2, 5, at(8));
    for (const std::int64_t ticks : {8, 9, 10}) {
        CHECK(is_sound(book.said(), 1, at(ticks)));
    }
    CHECK_FALSE(is_sound(book.said(), 1, at(11)));
    CHECK_FALSE(is_sound(book.said(), 1, at(7)));
    book.forget();
}

TEST_CASE("the audit measures a replaced order by its new worst price") {
    book_fixture book;
    book.buy(1, 5, at(10));
    book.reprice(1, at(9));
    book.sell(2, 5, at(8));
    CHECK(is_sound(book.said(), 1, at(9)));
    CHECK_FALSE(is_sound(book.said(), 1, at(10)));
    book.forget();
}

TEST_CASE("the audit measures an order of any type by its worst price") {
    const std::vector<new_order> orders = {
        sell(9, 3, at(5)),
        sell(9, 3, at(5)).market(),
        sell(9, 3, at(5)).stop(at(10)),
        sell(9, 3, at(5)).stop_limit(at(10)),
        sell(9, 3, at(5)).trailing(1),
        sell(9, 3, at(5)).primary_peg(),
        sell(9, 3, at(5)).mid_peg(),
        sell(9, 3, at(5)).all_or_none(),
    };
    for (const new_order& order : orders) {
        INFO("type ", static_cast<unsigned>(order.type));
        book_fixture book;
        // Last 10, bids 9 and 8, ask 20.
        book.sell(1, 1, at(10));
        book.buy(2, 1, at(10));
        book.buy(3, 1, at(9));
        book.buy(4, 5, at(8));
        book.sell(5, 1, at(20));
        book.enter(order);
        // A trade that triggers what trails, and one for what is hidden.
        book.enter(sell(6, 1, at(8)).ioc());
        book.enter(buy(7, 9, at(20)).ioc());
        CHECK(is_sound(book.said(), 9, at(5)));
        CHECK_FALSE(is_sound(book.said(), 9, at(4)));
        book.forget();
    }
}
