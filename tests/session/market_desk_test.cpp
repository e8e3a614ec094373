// Market data: a snapshot, increments that add up to the book, and a new snapshot for who was too slow.

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "actors/market_data/market_desk.hpp"

namespace bourse {
namespace {

constexpr symbol_id aapl{1};
constexpr market_reader_id reader{4, 9};

using side_levels = std::map<std::int64_t, level_line>;
void take(side_levels& into, const std::vector<level_line>& lines) {
    for (const level_line& each : lines) {
        into.erase(each.price.ticks);
        if (each.lots.lots > 0) {
            into[each.price.ticks] = each;
        }
    }
}

market_change whole(std::uint64_t number, std::vector<level_line> bids) {
    market_change change;
    change.symbol = aapl;
    change.number = number;
    change.bids = std::move(bids);
    change.is_whole = true;
    change.depth = 50;
    return change;
}

}  // namespace

TEST_CASE("increments applied to the snapshot are the book, at any depth") {
    std::mt19937_64 random(4);
    for (const std::uint32_t depth : {1U, 3U, 50U}) {
        market_desk desk;
        desk.subscribe(reader, {.symbol = aapl, .feed = market_feed::depth, .depth = depth});
        auto out = desk.take();
        REQUIRE(out.watches.size() == 1);
        CHECK(out.watches[0].wants_whole);
        CHECK(out.watches[0].wish.depth == depth);
        side_levels book;
        side_levels seen;
        std::uint64_t number = 0;
        for (std::uint64_t step = 1; step <= 300; ++step) {
            const auto ticks = static_cast<std::int64_t>(random() % 12);
            const auto lots = static_cast<std::int64_t>(random() % 4);
            take(book, {{{ticks}, {lots}, 1}});
            market_change change = whole(step, {});
            change.is_whole = step == 1;
            for (auto each = book.rbegin(); each != book.rend() && change.bids.size() < depth;
                 ++each) {
                change.bids.push_back(each->second);
            }
            desk.grant(reader, 1);
            desk.changed(change);
            out = desk.take();
            for (const auto& each : out.pushes) {
                if (const auto* push = std::get_if<market_push>(&each.what)) {
                    CHECK(push->is_snapshot == (step == 1));
                    CHECK(push->previous == number);
                    number = push->number;
                    take(seen, push->bids);
                }
            }
            REQUIRE(seen.size() == change.bids.size());
            for (const level_line& each : change.bids) {
                REQUIRE(seen.at(each.price.ticks) == each);
            }
        }
    }
}

TEST_CASE("a snapshot that was asked for before serves nobody who wants more than is in it") {
    constexpr market_reader_id second{4, 10};
    constexpr market_reader_id third{5, 1};
    market_desk desk;
    desk.subscribe(reader, {.symbol = aapl, .feed = market_feed::top});
    desk.subscribe(second, {.symbol = aapl, .feed = market_feed::orders});
    desk.subscribe(third, {.symbol = aapl, .feed = market_feed::depth, .depth = 5});
    auto out = desk.take();
    REQUIRE(out.watches.size() == 3);
    market_change change = whole(7, {{{10}, {1}, 1}});
    const auto served = [&](const market_effects::watch& by) {
        change.depth = by.wish.depth;
        change.with_orders = by.wish.with_orders;
        if (change.with_orders) {
            change.orders = {{order_id{1}, side::buy, {10}, {1}}};
        }
        desk.changed(change);
        std::vector<market_reader_id> whom;
        for (const auto& each : desk.take().pushes) {
            if (const auto* push = std::get_if<market_push>(&each.what)) {
                CHECK(push->is_snapshot);
                CHECK(push->orders.size() == (push->feed == market_feed::orders ? 1 : 0));
                whom.push_back(each.to);
            }
        }
        return whom;
    };
    CHECK(served(out.watches[0]) == std::vector{reader});
    CHECK(served(out.watches[1]) == std::vector{second});
    CHECK(served(out.watches[2]) == std::vector{third});
}

TEST_CASE("a reader without credit is left out, and gets a new snapshot when he has some again") {
    market_desk desk;
    desk.subscribe(reader, {.symbol = aapl, .feed = market_feed::top});
    desk.changed(whole(1, {{{10}, {1}, 1}}));
    for (std::uint64_t number = 2; number <= first_credit + 5; ++number) {
        market_change change = whole(number, {{{10}, {static_cast<std::int64_t>(number)}, 1}});
        change.is_whole = false;
        desk.changed(change);
    }
    auto out = desk.take();
    CHECK(out.pushes.size() == first_credit + 1);  // and `subscribed`
    desk.grant(reader, 5);
    out = desk.take();
    REQUIRE(out.watches.size() == 1);
    CHECK(out.watches[0].wants_whole);
    desk.changed(whole(200, {{{11}, {7}, 1}}));
    out = desk.take();
    REQUIRE(out.pushes.size() == 1);
    const auto& push = std::get<market_push>(out.pushes[0].what);
    CHECK(push.is_snapshot);
    CHECK(push.was_conflated);
    CHECK(push.number == 200);
    desk.close(reader.session);
    out = desk.take();
    REQUIRE(out.watches.size() == 1);
    CHECK(out.watches[0].wish.depth == 0);
    CHECK(desk.readers() == 0);
}

TEST_CASE(
    "trades go to who reads trades, the last to who reads the top, and none into a snapshot") {
    constexpr market_reader_id top{4, 1};
    constexpr market_reader_id depth{4, 2};
    constexpr market_reader_id trades{4, 3};
    constexpr market_reader_id orders{4, 4};
    market_desk desk;
    desk.subscribe(top, {.symbol = aapl, .feed = market_feed::top});
    desk.subscribe(depth, {.symbol = aapl, .feed = market_feed::depth, .depth = 5});
    desk.subscribe(trades, {.symbol = aapl, .feed = market_feed::trades});
    desk.subscribe(orders, {.symbol = aapl, .feed = market_feed::orders});
    static_cast<void>(desk.take());
    const std::vector<trade_line> two{
        {.number = {8}, .price = {10}, .lots = {2}, .at = {5}, .aggressor = side::sell},
        {.number = {9}, .price = {9}, .lots = {1}, .at = {5}, .aggressor = side::sell}};
    const auto at = [&](std::uint64_t number, bool is_whole) {
        market_change change = whole(number, {{{9}, {number == 2 ? 4 : 5}, 1}});
        change.is_whole = is_whole;
        change.with_orders = true;
        change.trades = two;
        return change;
    };
    const auto pushed = [&] {
        std::map<market_reader_id, market_push> all;
        for (const auto& each : desk.take().pushes) {
            if (const auto* push = std::get_if<market_push>(&each.what)) {
                CHECK(all.emplace(each.to, *push).second);
            }
        }
        return all;
    };
    desk.changed(at(1, true));
    auto seen = pushed();
    REQUIRE(seen.size() == 4);
    for (const auto& [who, push] : seen) {
        CHECK(push.is_snapshot);
        CHECK(push.trades.empty());  // those of before are not told
    }

    desk.changed(at(2, false));
    seen = pushed();
    REQUIRE(seen.size() == 3);  // to the orders nothing happened
    CHECK(seen.at(trades).trades == two);
    CHECK(seen.at(trades).bids.empty());
    CHECK(seen.at(top).trades == std::vector{two[1]});
    CHECK(seen.at(depth).trades.empty());
    CHECK_FALSE(seen.at(depth).bids.empty());

    // Without credit: what was traded meanwhile is told by nobody, and that it is left out is said.
    for (std::uint64_t number = 3; number < 3 + 2 * first_credit; ++number) {
        desk.changed(at(number, false));
    }
    static_cast<void>(desk.take());
    desk.grant(trades, 5);
    desk.changed(at(500, true));
    seen = pushed();
    REQUIRE(seen.size() == 1);
    CHECK(seen.at(trades).is_snapshot);
    CHECK(seen.at(trades).was_conflated);
    CHECK(seen.at(trades).trades.empty());
    CHECK(seen.at(trades).number == 500);
    desk.changed(at(501, false));
    seen = pushed();
    REQUIRE(seen.size() == 1);
    CHECK(seen.at(trades).trades == two);
    CHECK(seen.at(trades).previous == 500);
    CHECK_FALSE(seen.at(trades).was_conflated);
}

TEST_CASE("of a symbol that is not there nobody hears but those who asked") {
    market_desk desk;
    desk.subscribe(reader, {.symbol = aapl});
    desk.missing(aapl);
    const auto out = desk.take();
    REQUIRE(out.pushes.size() == 1);
    CHECK(std::get<request_refused>(out.pushes[0].what).what == request_refused::kind::not_found);
    CHECK(desk.readers() == 0);
}

}  // namespace bourse
