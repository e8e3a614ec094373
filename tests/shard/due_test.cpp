// Shard RULES 3: what is due, leases.
#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

constexpr std::int64_t t0 = venue_start;

}  // namespace

TEST_CASE("S3.1 sessions come before leases, and leases before books") {
    listing follower = listing_of(apple);
    venue it(venue::empty_tag{}, {});
    it.at(t0);
    set_calendar opens{.calendar = {1}, .sessions = {}};
    opens.sessions = {{.at = {t0 + 10},
                       .what = {market_state::halted, auction_kind::none, {}, market_state::open}}};
    follower.calendar = {1};
    it.prepare({opens, listing_as(follower), listing_as(listing_of(pear)),
                going(apple, market_state::open), going(pear, market_state::open), opening(1),
                putting(1, dollars, 1'000), leasing(1, 5, t0 + 5),
                buying(1, 2, 1).of(pear).until(t0 + 3), buying(1, 3, 1).of(pear).lease(5)});
    it.pass(t0 + 10);
    it.expect_events(
        {"state open>halted operator_request", "cancelled 1 2 expired", "cancelled 2 3 requested"});
    it.expect({"1 cancelled 1 2 expired", "1 cancelled 2 3 disconnected"});
}

TEST_CASE("S3.1 books that are due come by rising symbol, not by when they were due") {
    venue it;
    it.prepare({buying(1, 2, 1).of(pear).until(t0 + 3), buying(1, 3, 1).until(t0 + 5)});
    CHECK(it.machine.next_due() == timestamp{t0 + 3});
    it.pass(t0 + 5);
    it.expect({"1 cancelled 2 3 expired", "1 cancelled 1 2 expired"});
    CHECK_FALSE(it.machine.next_due().has_value());
}

TEST_CASE("S3.1 calendars that are due at one moment come by rising number") {
    venue it(venue::empty_tag{}, {});
    it.at(t0);
    const auto calendar = [](std::uint32_t number, std::int64_t at) {
        set_calendar what{.calendar = {number}, .sessions = {}};
        what.sessions = {{.at = {at}, .what = {}}};
        return what;
    };
    listing first = listing_of(apple);
    first.calendar = {2};
    listing second = listing_of(pear);
    second.calendar = {1};
    it.prepare({calendar(1, t0 + 10), calendar(2, t0 + 10), listing_as(first), listing_as(second)});
    it.pass(t0 + 11);
    REQUIRE(it.out().events.size() == 2);
    CHECK(it.out().events[0].symbol == pear);
    CHECK(it.out().events[1].symbol == apple);
    it.prepare({calendar(1, t0 + 21), calendar(2, t0 + 20)});
    it.pass(t0 + 30);
    REQUIRE(it.out().events.size() == 2);
    CHECK(it.out().events[0].symbol == apple);
}

TEST_CASE("S3.2 a lease's checks come in their order") {
    venue it;
    CHECK(it.answer(leasing(77, 0, t0 + 2 * ns_per_hour)) == reason::unknown_account);
    CHECK(it.answer(leasing(1, 0, t0 + 1)) == reason::invalid_request);
    CHECK(it.answer(leasing(1, 5, t0 + ns_per_hour + 1)) == reason::invalid_request);
    CHECK(it.answer(leasing(1, 5, t0 + ns_per_hour)) == reason::none);
    CHECK(it.answer(leasing(2, 5, t0 + ns_per_hour + 1)) == reason::invalid_request);
    CHECK(it.answer(leasing(2, 5, t0 + 1)) == reason::unknown_lease);
    CHECK(it.answer(leasing(2, 5, t0)) == reason::unknown_lease);
    CHECK(it.answer(leasing(2, 6, t0)) == reason::none);
    CHECK(it.machine.save().leases.size() == 1);
}

TEST_CASE("S3.2 a lease is extended, shortened, and ended at once") {
    venue it;
    it.prepare({leasing(1, 5, t0 + 10), leasing(1, 5, t0 + 30), buying(1, 1, 1).lease(5)});
    CHECK(it.machine.next_due() == timestamp{t0 + 30});
    it.pass(t0 + 20);
    CHECK(it.is_open(1));
    it.prepare({leasing(1, 5, t0 + 25)});
    CHECK(it.machine.next_due() == timestamp{t0 + 25});
    it.send(leasing(1, 5, t0 + 20));
    it.expect({"1 cancelled 1 1 disconnected"});
    CHECK(it.machine.save().leases.empty());
    CHECK(it.answer(buying(1, 1, 1).lease(5)) == reason::unknown_lease);
    // Free for another account.
    CHECK(it.answer(leasing(2, 5, t0 + 30)) == reason::none);
}

TEST_CASE("S3.3 a lease that is due cancels the orders that name it, by rising id") {
    venue it;
    it.prepare({leasing(1, 5, t0 + 10), leasing(1, 6, t0 + 10), buying(1, 1, 1).lease(5),
                buying(1, 2, 1), buying(1, 3, 1).of(pear).lease(5), buying(1, 4, 1).lease(6),
                buying(1, 5, 1).lease(5)});
    it.pass(t0 + 9);
    it.expect({});
    it.pass(t0 + 10);
    it.expect({"1 cancelled 1 1 disconnected", "1 cancelled 3 3 disconnected",
               "1 cancelled 5 5 disconnected", "1 cancelled 4 4 disconnected"});
    CHECK(it.is_open(2));
    CHECK(it.machine.save().leases.empty());
}

TEST_CASE("S3.1 leases lapse by (expiry, number)") {
    venue it;
    it.prepare({leasing(1, 7, t0 + 10), leasing(1, 3, t0 + 10), leasing(1, 9, t0 + 5),
                buying(1, 7, 1).lease(7), buying(1, 3, 1).lease(3), buying(1, 9, 1).lease(9)});
    it.pass(t0 + 10);
    it.expect({"1 cancelled 3 9 disconnected", "1 cancelled 2 3 disconnected",
               "1 cancelled 1 7 disconnected"});
}

TEST_CASE("S3.2 a renewal in the entry in which a lease lapses comes too late") {
    venue it;
    it.prepare({leasing(1, 5, t0 + 10), buying(1, 1, 1).lease(5)});
    it.at(t0 + 10);
    it.send(leasing(1, 5, t0 + 20));
    it.expect({"1 cancelled 1 1 disconnected"});
    CHECK(it.machine.save().leases.size() == 1);
}

TEST_CASE("S3.2 a shard has 65,536 leases and not one more") {
    venue it;
    it.alone();
    std::vector<shard_command> many;
    for (std::uint64_t i = 1; i <= 65'536; ++i) {
        many.push_back(leasing(1 + i % 2, i, t0 + 10));
    }
    it.apply(std::move(many));
    it.expect({});
    CHECK(it.answer(leasing(1, 70'000, t0 + 10)) == reason::too_many_leases);
    CHECK(it.answer(leasing(2, 1, t0 + 20)) == reason::none);  // extended
    CHECK(it.answer(leasing(1, 2, t0)) == reason::none);       // ended
    CHECK(it.answer(leasing(1, 70'000, t0 + 10)) == reason::none);
    it.pass(t0 + 10);
    CHECK(it.machine.save().leases.size() == 1);
}

TEST_CASE("S3.4 the next moment is the earliest of sessions, leases and books") {
    venue it;
    CHECK_FALSE(it.machine.next_due().has_value());
    it.prepare({buying(1, 1, 1).until(t0 + 30)});
    CHECK(it.machine.next_due() == timestamp{t0 + 30});
    it.prepare({leasing(1, 5, t0 + 20)});
    CHECK(it.machine.next_due() == timestamp{t0 + 20});
    set_calendar calendar{.calendar = {1}, .sessions = {}};
    calendar.sessions = {{.at = {t0 + 10}, .what = {}}};
    it.prepare({calendar});
    CHECK(it.machine.next_due() == timestamp{t0 + 10});
    it.pass(t0 + 10);
    CHECK(it.machine.next_due() == timestamp{t0 + 20});
    it.pass(t0 + 20);
    CHECK(it.machine.next_due() == timestamp{t0 + 30});
    it.prepare({cancelling(1, nth(1))});
    CHECK_FALSE(it.machine.next_due().has_value());
}
