// Shard RULES 5: numbers and digests; and a shard's state as rows.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

/// Something of everything: `venue` restores itself before every entry, so here it is enough to be in the middle.
venue full_venue() {
    venue it(listing_of(apple), listing_of(pear, 2), {.horizon = {1'000'000}});
    it.prepare({opening(10, account_kind::house, 5, 2, 6),
                limiting(10, limit_kind::credit_line, dollars, 1'000),
                limiting(10, limit_kind::max_open_orders, {}, 50),
                limiting_group(5, limit_kind::max_open_orders, {}, 60),
                limiting_group(5, limit_kind::max_turnover, dollars, 70'000),
                leasing(1, 4, venue_start + 500), referring(apple, 100),
                buying(1, 5, 100).id(31).lease(4), selling(2, 2, 100).id(32),
                buying(1, 5, 90).of(pear).id(33), resizing(1, nth(3), 7, as(34)),
                resizing(1, nth(3), 8), cancelling(1, nth(3), as(35)),
                selling(2, 5, 120).in(8, group_role::exit, 3),
                selling(2, 5, 1).stop(50).in(8, group_role::exit, 3),
                buying(2, 5, 90).in(8, group_role::entry, 3), moving(1, 5, dollars, 7, 2)});
    set_calendar calendar{.calendar = {3}, .sessions = {}};
    calendar.sessions = {{.at = {venue_start + 400}, .what = {}}};
    it.prepare({calendar, halting()});
    return it;
}

}  // namespace

TEST_CASE("S5.1 the events of each book are numbered by symbol without a gap") {
    venue it;
    it.apply({buying(1, 1, 10), buying(1, 1, 10).of(pear), buying(1, 1, 11)});
    // Each was opened first.
    CHECK(it.out().event_numbers == std::vector<std::uint64_t>{2, 2, 3});
    it.apply({buying(1, 1, 10).of(pear)});
    CHECK(it.out().event_numbers == std::vector<std::uint64_t>{3});
}

TEST_CASE("S5.1 trades are numbered by their book") {
    venue it;
    it.prepare({selling(2, 2, 10), selling(2, 2, 10).of(pear), buying(1, 1, 10)});
    it.send(buying(1, 1, 10));
    CHECK(it.out().events.back().number == 2);
    it.send(buying(1, 1, 10).of(pear));
    CHECK(it.out().events.back().number == 1);
}

TEST_CASE("S5.2 the digest is of all that was said, and of the index") {
    const auto digest_after = [](const std::vector<shard_command>& commands) {
        venue it;
        it.apply(commands);
        return it.machine.digest();
    };
    const std::uint64_t nothing = digest_after({});
    CHECK(digest_after({}) == nothing);
    CHECK(digest_after({buying(1, 1, 10)}) != nothing);
    CHECK(digest_after({buying(1, 1, 10)}) == digest_after({buying(1, 1, 10)}));
    CHECK(digest_after({buying(1, 1, 10)}) != digest_after({buying(1, 1, 11)}));
    CHECK(digest_after({putting(1, dollars, 1)}) != digest_after({putting(1, dollars, 2)}));
    venue once;
    venue twice;
    twice.apply({});
    CHECK(once.machine.digest() != twice.machine.digest());
}

TEST_CASE("S5.2 an entry of several commands says what its commands say apart, but for the index") {
    venue together;
    venue apart;
    together.apply({buying(1, 1, 10), buying(1, 1, 10)});
    apart.prepare({buying(1, 1, 10), buying(1, 1, 10)});
    const shard_rows one = together.machine.save();
    const shard_rows two = apart.machine.save();
    CHECK(one.orders == two.orders);
    CHECK(one.positions == two.positions);
}

TEST_CASE("a shard restored from its rows is the same, with everything in the middle") {
    const venue it = full_venue();
    const shard_rows rows = it.machine.save();
    CHECK(rows.orders.size() == 5);
    CHECK(rows.order_groups.size() == 1);
    CHECK(rows.remembered.size() == 5);
    CHECK(rows.leases.size() == 1);
    CHECK(rows.calendars.size() == 1);
    CHECK(rows.channels.size() == 1);
    CHECK(rows.books.size() == 1);
    CHECK(rows.books[0].has_held_state);
    const auto again = shard::restore(rows);
    REQUIRE(again);
    CHECK(again->save() == rows);
    CHECK(again->digest() == it.machine.digest());
    CHECK(again->next_due() == it.machine.next_due());
    CHECK(again->settings() == it.machine.settings());
    for (const std::uint32_t account : {1U, 2U, 3U, 10U}) {
        CHECK(again->portfolio({account}) == it.machine.portfolio({account}));
        CHECK(again->orders_of({account}) == it.machine.orders_of({account}));
    }
}

TEST_CASE("what is left of everything is settled by a shard restored before every entry") {
    // Each entry is done by a restored twin as well (see `venue`).
    venue it = full_venue();
    it.prepare({halting(false)});
    it.at(venue_start + 500);
    it.send(buying(3, 1, 100));
    it.forget();
    CHECK_FALSE(it.is_open(1));
    it.send(submit_mass_cancel{.account = {2}});
    it.at(venue_start + 2'000'000);
    it.send(buying(1, 1, 100).id(31));
    it.send(killing(3));
    it.send(split{.symbol = apple, .numerator = 2});
    CHECK(it.machine.save().order_groups.empty());
}

TEST_CASE("rows that contradict themselves are refused") {
    const shard_rows good = full_venue().machine.save();
    REQUIRE(shard::restore(good).has_value());
    const auto refused = [&](const std::function<void(shard_rows&)>& change) {
        shard_rows rows = good;
        change(rows);
        return !shard::restore(rows).has_value();
    };
    CHECK(refused([](shard_rows& r) { r.accounts[0].id = {0}; }));
    CHECK(refused([](shard_rows& r) { r.accounts[0].id = {0x80000000U}; }));
    CHECK(refused([](shard_rows& r) { r.accounts.push_back(r.accounts[0]); }));
    CHECK(refused([](shard_rows& r) { r.accounts[0].tier = 8; }));
    CHECK(refused([](shard_rows& r) { r.listings.pop_back(); }));
    CHECK(refused([](shard_rows& r) { r.listings.push_back(r.listings[0]); }));
    CHECK(refused([](shard_rows& r) { r.listings[0].what.tick_value = 0; }));
    CHECK(refused([](shard_rows& r) { r.books.clear(); }));
    CHECK(refused([](shard_rows& r) { r.books.push_back(r.books[0]); }));
    CHECK(refused([](shard_rows& r) { r.orders[0].account = {99}; }));
    CHECK(refused([](shard_rows& r) { r.orders[0].symbol = {99}; }));
    CHECK(refused([](shard_rows& r) { r.orders[0].tier = 8; }));
    CHECK(refused([](shard_rows& r) { r.orders[0].id = nth(1, 2); }));
    CHECK(refused([](shard_rows& r) { r.orders.push_back(r.orders.back()); }));
    CHECK(refused([](shard_rows& r) { std::swap(r.orders[0], r.orders[1]); }));
    CHECK(refused([](shard_rows& r) { r.orders[0].pending.resize(5); }));
    CHECK(refused([](shard_rows& r) { r.orders[0].group = {77}; }));
    CHECK(refused([](shard_rows& r) { r.order_groups[0].id = {77}; }));
    CHECK(refused([](shard_rows& r) { r.order_groups[0].size = 9; }));
    CHECK(refused([](shard_rows& r) { r.order_groups[0].account = {99}; }));
    CHECK(refused([](shard_rows& r) { r.remembered[0].account = {99}; }));
    CHECK(refused([](shard_rows& r) { r.remembered[1].sequence = r.remembered[0].sequence; }));
    CHECK(refused([](shard_rows& r) { r.shard.last_remembered = 0; }));
    CHECK(refused([](shard_rows& r) { r.channels[0].peer = {0}; }));
    CHECK(refused([](shard_rows& r) { r.channels.push_back(r.channels[0]); }));
    CHECK(refused([](shard_rows& r) { r.channels[0].last_sent = 0; }));
    CHECK(refused([](shard_rows& r) { r.leases.push_back(r.leases[0]); }));
    CHECK(refused([](shard_rows& r) { r.leases[0].account = {99}; }));
    CHECK(refused([](shard_rows& r) { r.positions[0].asset = {}; }));
    CHECK(refused([](shard_rows& r) { r.positions[0].holder = {99}; }));
    CHECK(refused([](shard_rows& r) { r.shard.rules_version = 0; }));
    CHECK(refused([](shard_rows& r) { r.shard.rules_version = 2; }));
}

TEST_CASE("rows that have one thing twice are refused") {
    const shard_rows good = full_venue().machine.save();
    const auto refused = [&](const std::function<void(shard_rows&)>& change) {
        shard_rows rows = good;
        change(rows);
        return !shard::restore(rows).has_value();
    };
    CHECK(refused([](shard_rows& r) { r.positions.push_back(r.positions[0]); }));
    CHECK(refused([](shard_rows& r) { r.calendars.push_back(r.calendars[0]); }));
    CHECK(refused([](shard_rows& r) { r.order_groups.push_back(r.order_groups[0]); }));
    CHECK(refused([](shard_rows& r) { r.remembered.push_back(r.remembered[0]); }));
}

TEST_CASE("rows of which an order is newer than the newest id are refused") {
    shard_rows rows = full_venue().machine.save();
    rows.shard.last_order = 1;
    CHECK_FALSE(shard::restore(rows).has_value());
}

TEST_CASE("rows in which a book's order is unknown to the ledger of its shard are refused") {
    shard_rows rows = full_venue().machine.save();
    REQUIRE(rows.orders[0].id == rows.books[0].rows.orders[0].id);
    rows.orders.erase(rows.orders.begin());
    CHECK_FALSE(shard::restore(rows).has_value());
}

TEST_CASE("rows in which an order of a book here is unknown to the book are refused") {
    shard_rows rows = full_venue().machine.save();
    rows.books[0].rows.orders.erase(rows.books[0].rows.orders.begin());
    CHECK_FALSE(shard::restore(rows).has_value());
}
