// Large books look ahead in an entry; what they find there must change nothing.
#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "actors/book/order_book.hpp"
#include "tests/support/command_generator.hpp"

using namespace bourse;

namespace {

constexpr std::uint64_t resting = 60'000;

new_order plain(std::uint64_t id, side which, std::int64_t ticks, std::int64_t lots,
                time_in_force tif = time_in_force::day) {
    return {.id = {id},
            .account = {static_cast<std::uint32_t>(id % 50 + 1)},
            .side = which,
            .tif = tif,
            .price = {ticks},
            .quantity = {lots}};
}

// Commands that name live orders, dead ones, each other's, and the order id of none.
command draw(random_source& random, std::uint64_t& next_id) {
    const std::uint64_t named = random.below(20) == 0 ? 0 : 1 + random.below(next_id + 3);
    switch (random.below(8)) {
        case 0:
        case 1:
        case 2:
            return cancel_order{.id = {named}};
        case 3: {
            replace_order change{.id = {named}};
            change.set_price = true;
            change.price = {static_cast<std::int64_t>(9'000 + random.below(2'000))};
            return change;
        }
        case 4:
            return plain(next_id++, side::buy, 10'040,
                         static_cast<std::int64_t>(1 + random.below(300)),
                         time_in_force::immediate_or_cancel);
        default:
            const bool buys = random.below(2) == 0;
            const auto away = static_cast<std::int64_t>(random.below(1'000));
            return plain(next_id++, buys ? side::buy : side::sell,
                         buys ? 9'999 - away : 10'001 + away, 10);
    }
}

}  // namespace

TEST_CASE("1.2 a large book does the same with an entry as with its commands one by one") {
    order_book whole(instrument{.symbol = {1}});
    order_book single(instrument{.symbol = {1}});
    event_buffer of_whole;
    event_buffer of_single;
    std::uint64_t next_id = 1;
    for (; next_id <= resting; ++next_id) {
        const bool buys = next_id % 2 == 0;
        const auto away = static_cast<std::int64_t>(next_id % 997);
        const new_order order =
            plain(next_id, buys ? side::buy : side::sell, buys ? 9'999 - away : 10'001 + away, 10);
        whole.submit(order, of_whole);
        single.submit(order, of_single);
    }
    random_source random{11};
    for (int entry = 0; entry < 300; ++entry) {
        std::vector<command> commands;
        for (int i = 0; i < 100; ++i) {
            commands.push_back(draw(random, next_id));
        }
        of_whole.clear();
        of_single.clear();
        whole.apply({}, commands, of_whole);
        for (const command& each : commands) {
            single.apply({}, {&each, 1}, of_single);
        }
        REQUIRE(of_whole.size() == of_single.size());
        for (std::size_t i = 0; i < of_whole.size(); ++i) {
            REQUIRE(of_whole.events()[i] == of_single.events()[i]);
        }
    }
    CHECK(whole.size() > 50'000);
    CHECK(whole.save() == single.save());
}

TEST_CASE("12.1 a cancel of order id zero in a large entry reaches nobody") {
    order_book book(instrument{.symbol = {1}});
    event_buffer events;
    for (std::uint64_t id = 1; id <= resting; ++id) {
        book.submit(plain(id, side::buy, static_cast<std::int64_t>(id % 100), 1), events);
    }
    std::vector<command> commands;
    for (std::uint64_t id = 1; id <= 30; ++id) {
        commands.emplace_back(cancel_order{.id = {id % 8 == 1 ? 777 + id : 0}});
    }
    events.clear();
    book.apply({}, commands, events);
    std::size_t cancelled = 0;
    for (const event& told : events.events()) {
        cancelled += told.kind == event_kind::cancelled ? 1U : 0U;
    }
    CHECK(cancelled == 4);
    CHECK(book.size() == resting - 4);
}

TEST_CASE("an event buffer that was moved from is empty and can be used on") {
    event_buffer first;
    first.append().order = {1};
    event_buffer second(std::move(first));
    CHECK(second.size() == 1);
    first.clear();  // NOLINT: what is tested
    first.append().order = {2};
    CHECK(first.size() == 1);
    CHECK(second.events()[0].order == order_id{1});
    second = std::move(first);
    CHECK(second.events()[0].order == order_id{2});
}
