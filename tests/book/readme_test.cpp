// What the README shows of the library.
#include <doctest/doctest.h>

#include "actors/book/order_book.hpp"

TEST_CASE("the README's example trades four lots") {
    bourse::order_book book(bourse::instrument{.symbol = {1}});
    bourse::event_buffer events;
    book.submit(
        {.id = {1}, .account = {7}, .side = bourse::side::sell, .price = {101}, .quantity = {10}},
        events);
    book.submit(
        {.id = {2}, .account = {8}, .side = bourse::side::buy, .price = {101}, .quantity = {4}},
        events);
    REQUIRE(events.size() == 4);
    CHECK(events.events()[0].kind == bourse::event_kind::accepted);
    CHECK(events.events()[1].kind == bourse::event_kind::accepted);
    CHECK(events.events()[2].kind == bourse::event_kind::fill);
    CHECK(events.events()[2].remaining == bourse::quantity{6});
    CHECK(events.events()[3].kind == bourse::event_kind::fill);
    CHECK(events.events()[3].is_final());
}
