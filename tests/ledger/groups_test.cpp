// Ledger RULES 6: what one-cancels-other pairs and brackets count with.
#include <doctest/doctest.h>

#include <cstdint>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;
using group_role::one_cancels_other;

namespace {

constexpr auto opens = group_role::entry;
constexpr auto closes = group_role::exit;

/// A venue in which pear's book is in shard 2, and what that shard says.
struct far_venue {
    venue it{listing_of(apple), listing_of(pear, 2)};
    std::uint64_t said = 0;

    void tell(event_kind kind, side which, std::uint64_t n, std::int64_t ticks, std::int64_t lots,
              std::int64_t filled, std::int64_t remaining, reason why = reason::none) {
        event what{};
        what.kind = kind;
        what.side = which;
        what.reason = why;
        what.order = nth(n);
        what.price = {ticks};
        what.lots = {lots};
        what.filled = {filled};
        what.remaining = {remaining};
        what.account = it.row(n).account;
        what.symbol = pear;
        what.number = kind == event_kind::fill ? said + 1 : 0;
        if (kind == event_kind::cancelled || kind == event_kind::rejected ||
            (kind == event_kind::fill && remaining == 0)) {
            what.flags = event::final_answer;
        }
        it.send(channel_delivery{.from = {2}, .first = ++said, .messages = {what}});
    }
};

/// Account 10: no lots, and `cash` dollars.
void open_poor(venue& it, std::int64_t cash) {
    it.prepare({opening(10)});
    if (cash > 0) {
        it.prepare({putting(10, dollars, cash)});
    }
}

}  // namespace

TEST_CASE("L6.2 a one-cancels-other pair of sells takes its lots once") {
    venue it;
    it.prepare({selling(1, 1'000, 110).in(5, one_cancels_other, 2),
                selling(1, 900, 1).stop(90).in(5, one_cancels_other, 2)});
    CHECK(it.reserved(1, apples) == 1'000);
    CHECK(it.available(1, apples) == 0);
    it.prepare({buying(2, 300, 110)});
    CHECK(it.reserved(1, apples) == 700);
    CHECK_FALSE(it.is_open(2));
}

TEST_CASE("L6.2 a pair of buys takes the money of the dearer, a third order its own") {
    venue it;
    it.prepare({buying(1, 10, 100).in(5, one_cancels_other, 2),
                buying(1, 4, 300).in(5, one_cancels_other, 2)});
    CHECK(it.reserved(1, dollars) == 1'200);
    it.prepare({buying(1, 1, 100)});
    CHECK(it.reserved(1, dollars) == 1'300);
    it.prepare({cancelling(1, nth(1))});
    CHECK(it.reserved(1, dollars) == 100);
}

TEST_CASE("L6.2 when a pair is decided only the member that traded counts") {
    far_venue far;
    venue& it = far.it;
    it.prepare({selling(1, 4, 110).of(pear).in(5, one_cancels_other, 2),
                selling(1, 10, 120).of(pear).in(5, one_cancels_other, 2)});
    CHECK(it.reserved(1, pears) == 10);
    far.tell(event_kind::accepted, side::sell, 1, 110, 4, 0, 4);
    far.tell(event_kind::accepted, side::sell, 2, 120, 10, 0, 10);
    far.tell(event_kind::fill, side::sell, 1, 110, 1, 1, 3);
    CHECK(it.reserved(1, pears) == 3);
    CHECK(it.is_open(2));
    far.tell(event_kind::cancelled, side::sell, 2, 120, 10, 0, 0, reason::group);
    CHECK(it.reserved(1, pears) == 3);
    far.tell(event_kind::fill, side::sell, 1, 110, 3, 4, 0);
    CHECK(it.reserved(1, pears) == 0);
    CHECK(it.machine.save().order_groups.empty());
}

TEST_CASE("L4.5 of a member of a pair, a replace takes what the pair takes more") {
    venue it;
    it.prepare({selling(1, 900, 110).in(5, one_cancels_other, 2),
                selling(1, 500, 120).in(5, one_cancels_other, 2), selling(1, 100, 130)});
    CHECK(it.available(1, apples) == 0);
    CHECK(it.answer(resizing(1, nth(2), 901)) == reason::insufficient_holdings);
    CHECK(it.answer(resizing(1, nth(2), 900)) == reason::none);
    CHECK(it.answer(resizing(1, nth(1), 800)) == reason::none);
    CHECK(it.reserved(1, apples) == 1'000);
    CHECK(it.answer(resizing(1, nth(2), 800)) == reason::none);
    CHECK(it.reserved(1, apples) == 900);
}

TEST_CASE("L4.1.12 each member of a group is an open order") {
    venue it;
    it.prepare({limiting(1, limit_kind::max_open_orders, {}, 2),
                selling(1, 9, 110).in(5, one_cancels_other, 3),
                selling(1, 9, 120).in(5, one_cancels_other, 3)});
    it.send(selling(1, 9, 130).in(5, one_cancels_other, 3));
    it.expect(
        {"1 rejected 0 too_many_open_orders", "1 cancelled 1 9 group", "1 cancelled 2 9 group"});
}

TEST_CASE("L6.2 a long bracket wants the entry's money and no lots") {
    venue it;
    open_poor(it, 1'000);
    it.prepare(
        {selling(10, 10, 110).in(5, closes, 3), selling(10, 10, 1).stop(90).in(5, closes, 3)});
    CHECK(it.available(10, dollars) == 1'000);
    CHECK(it.reserved(10, apples) == 0);
    it.prepare({buying(10, 10, 100).in(5, opens, 3)});
    CHECK(it.available(10, dollars) == 0);
    it.prepare({selling(1, 4, 100)});
    CHECK(it.total(10, apples) == 4);
    CHECK(it.reserved(10, apples) == 4);
    CHECK(it.answer(selling(10, 1, 100)) == reason::insufficient_holdings);
    it.prepare({selling(1, 6, 100)});
    CHECK(it.reserved(10, apples) == 10);
    it.prepare({buying(1, 3, 110)});
    CHECK(it.reserved(10, apples) == 7);
    CHECK_FALSE(it.is_open(2));
    it.prepare({buying(1, 7, 110)});
    CHECK(it.total(10, apples) == 0);
    CHECK(it.total(10, dollars) == 1'100);
}

TEST_CASE(
    "L6.2 a short bracket of a cash account wants lots for its entry and money for its exits in "
    "full") {
    venue it;
    open_poor(it, 1'199);
    it.prepare({putting(10, apples, 10)});
    it.prepare({buying(10, 10, 110).in(5, closes, 3)});
    CHECK(it.reserved(10, dollars) == 1'100);
    CHECK(it.answer(buying(10, 10, 120).stop(105).in(5, closes, 3)) == reason::insufficient_funds);
    CHECK_FALSE(it.is_open(1));  // 6.4
    it.prepare({putting(10, dollars, 1)});
    it.prepare(
        {buying(10, 10, 110).in(5, closes, 3), buying(10, 10, 120).stop(105).in(5, closes, 3)});
    CHECK(it.available(10, dollars) == 0);
    CHECK(it.reserved(10, apples) == 0);
    it.prepare({selling(10, 10, 100).in(5, opens, 3)});
    CHECK(it.available(10, apples) == 0);
    it.prepare({buying(1, 10, 100)});
    CHECK(it.available(10, dollars) == 1'000);
    CHECK(it.total(10, apples) == 0);
}

TEST_CASE("L6.2 in the states in which a replace sets its quantity an exit counts in full") {
    far_venue far;
    venue& it = far.it;
    it.prepare({selling(1, 10, 110).of(pear).in(5, closes, 3)});
    CHECK(it.reserved(1, pears) == 0);
    it.prepare({repricing(1, nth(1), 120)});
    CHECK(it.reserved(1, pears) == 0);
    it.prepare({resizing(1, nth(1), 8)});
    CHECK(it.reserved(1, pears) == 8);
    CHECK(it.answer(resizing(1, nth(1), 1'001)) == reason::insufficient_holdings);
    far.tell(event_kind::accepted, side::sell, 1, 110, 10, 0, 10);
    far.tell(event_kind::replaced, side::sell, 1, 120, 10, 0, 10);
    CHECK(it.reserved(1, pears) == 8);
    far.tell(event_kind::replaced, side::sell, 1, 120, 8, 0, 8);
    CHECK(it.reserved(1, pears) == 0);
}

TEST_CASE("L6.1 an order fits a group that is assembling and has its size and symbol") {
    const auto answer = [](const ask& second) {
        venue it;
        it.prepare({selling(1, 1, 110).in(5, one_cancels_other, 3)});
        return it.answer(second);
    };
    CHECK(answer(selling(1, 1, 120).in(5, one_cancels_other, 3)) == reason::none);
    CHECK(answer(selling(1, 1, 120).in(5, one_cancels_other, 2)) == reason::invalid_group);
    CHECK(answer(selling(1, 1, 120).in(5, one_cancels_other, 3).of(pear)) == reason::invalid_group);
    CHECK(answer(selling(2, 1, 120).in(5, one_cancels_other, 2).of(pear)) == reason::none);
}

TEST_CASE("L6.1 a group that has had all its members takes no more while one is open") {
    venue it;
    it.prepare({selling(1, 1, 110).in(5, one_cancels_other, 2),
                selling(1, 1, 120).in(5, one_cancels_other, 2)});
    CHECK(it.answer(selling(1, 1, 130).in(5, one_cancels_other, 2)) == reason::invalid_group);
    CHECK(it.is_open(1));  // it was not assembling any more
    it.prepare({cancelling(1, nth(1))});
    CHECK(it.answer(selling(1, 1, 130).in(5, one_cancels_other, 2)) == reason::none);
}

TEST_CASE("L6.1 a broken group takes no more, and is forgotten with its last member") {
    far_venue far;
    venue& it = far.it;
    it.prepare({selling(1, 1, 110).of(pear).in(5, one_cancels_other, 3),
                selling(1, 1, 120).of(pear).in(5, one_cancels_other, 3)});
    far.tell(event_kind::accepted, side::sell, 1, 110, 1, 0, 1);
    far.tell(event_kind::accepted, side::sell, 2, 120, 1, 0, 1);
    far.tell(event_kind::cancelled, side::sell, 1, 110, 1, 0, 0, reason::mass_cancelled);
    REQUIRE(it.machine.save().order_groups.size() == 1);
    CHECK(it.machine.save().order_groups[0].broken);
    CHECK(it.answer(selling(1, 1, 130).of(pear).in(5, one_cancels_other, 3)) ==
          reason::invalid_group);
    CHECK(it.row(2).cause == reason::group);
    far.tell(event_kind::cancelled, side::sell, 2, 120, 1, 0, 0, reason::group);
    CHECK(it.machine.save().order_groups.empty());
    CHECK(it.answer(selling(1, 1, 130).of(pear).in(5, one_cancels_other, 3)) == reason::none);
}

TEST_CASE("L6.1 what makes no group counts by itself and is refused by the book") {
    venue it;
    for (const std::uint8_t size : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{9}}) {
        CHECK(it.answer(selling(1, 1, 110).in(5, one_cancels_other, size)) ==
              reason::invalid_combination);
    }
    CHECK(it.answer(selling(1, 1, 110).in(5, group_role::none, 2)) == reason::invalid_combination);
    CHECK(it.reserved(1, apples) == 0);
    CHECK(it.machine.save().order_groups.empty());
}

TEST_CASE("L6.3 when the entry has been filled the exits have at most that") {
    far_venue far;
    venue& it = far.it;
    it.prepare({selling(1, 15, 110).of(pear).in(5, closes, 3),
                selling(1, 4, 1).of(pear).stop(90).in(5, closes, 3),
                buying(1, 10, 100).of(pear).in(5, opens, 3)});
    far.tell(event_kind::accepted, side::sell, 1, 110, 15, 0, 15);
    far.tell(event_kind::accepted, side::sell, 2, 1, 4, 0, 4);
    far.tell(event_kind::accepted, side::buy, 3, 100, 10, 0, 10);
    CHECK(it.reserved(1, pears) == 0);
    far.tell(event_kind::fill, side::buy, 3, 100, 3, 3, 7);
    CHECK(it.reserved(1, pears) == 3);
    CHECK(it.row(1).remaining.lots == 15);
    far.tell(event_kind::fill, side::buy, 3, 100, 7, 10, 0);
    CHECK(it.row(1).remaining.lots == 10);
    CHECK(it.row(2).remaining.lots == 4);
    CHECK(it.reserved(1, pears) == 10);
    far.tell(event_kind::reduced, side::sell, 1, 110, 5, 0, 10, reason::group);
    far.tell(event_kind::activated, side::sell, 1, 110, 10, 0, 10);
    far.tell(event_kind::fill, side::sell, 2, 90, 1, 1, 3);
    CHECK(it.reserved(1, pears) == 3);
}

TEST_CASE("L6.3 an entry that ends otherwise leaves its exits capped until they are gone") {
    far_venue far;
    venue& it = far.it;
    it.prepare({selling(1, 15, 110).of(pear).in(5, closes, 2),
                buying(1, 10, 100).of(pear).in(5, opens, 2)});
    far.tell(event_kind::accepted, side::sell, 1, 110, 15, 0, 15);
    far.tell(event_kind::accepted, side::buy, 2, 100, 10, 0, 10);
    far.tell(event_kind::fill, side::buy, 2, 100, 3, 3, 7);
    far.tell(event_kind::cancelled, side::buy, 2, 100, 7, 3, 0, reason::requested);
    CHECK(it.reserved(1, pears) == 3);
    CHECK(it.row(1).remaining.lots == 15);
    far.tell(event_kind::cancelled, side::sell, 1, 110, 15, 0, 0, reason::group);
    CHECK(it.reserved(1, pears) == 0);
}

TEST_CASE("L6.3 a fill of a bracket's entry decides nothing") {
    venue it;
    it.prepare({selling(1, 10, 110).in(5, closes, 3), selling(1, 10, 1).stop(90).in(5, closes, 3),
                buying(1, 10, 100).in(5, opens, 3), selling(2, 10, 100)});
    REQUIRE(it.machine.save().order_groups.size() == 1);
    CHECK(it.machine.save().order_groups[0].decided == order_id{});
    CHECK(it.machine.save().order_groups[0].entry_done);
    CHECK(it.reserved(1, apples) == 10);
}

TEST_CASE("L6.4 a refused member takes the others of its assembling group along") {
    venue it;
    it.prepare({selling(1, 5, 110).in(5, one_cancels_other, 3),
                selling(1, 6, 120).in(5, one_cancels_other, 3),
                selling(1, 7, 130).in(6, one_cancels_other, 3)});
    it.send(selling(1, 2'000, 130).in(5, one_cancels_other, 3));
    it.expect(
        {"1 rejected 0 insufficient_holdings", "1 cancelled 1 5 group", "1 cancelled 2 6 group"});
    CHECK(it.is_open(3));
    CHECK(it.reserved(1, apples) == 7);
}

TEST_CASE("L6.4 a member refused by 3.2 leaves its group alone") {
    venue it;
    it.prepare({selling(1, 5, 110).in(5, one_cancels_other, 3)});
    CHECK(it.answer(selling(1, 2'000, 130).in(5, one_cancels_other, 3).not_after(1)) ==
          reason::too_late);
    CHECK(it.is_open(1));
}

TEST_CASE("L6.4 a refused order with a group id beyond 32 bits breaks nobody's group") {
    venue it;
    it.prepare({selling(3, 5, 110).in(5, one_cancels_other, 2),
                selling(1, 5, 110).in(5, one_cancels_other, 2)});
    // With account 1 in its upper half this is what group 5 of account 3 might be called inside.
    CHECK(it.answer(selling(1, 1, 1).in((std::uint64_t{2} << 32) + 5, one_cancels_other, 2)) ==
          reason::invalid_request);
    CHECK(it.is_open(1));
    // And this is what the own group 5 might be called.
    CHECK(it.answer(selling(1, 1, 1).in((std::uint64_t{1} << 32) + 5, one_cancels_other, 2)) ==
          reason::invalid_request);
    CHECK(it.is_open(2));
}

TEST_CASE("L6.5 a member that the book rejects takes along those before and after it") {
    listing coarse = listing_of(apple);
    coarse.rules.ticks = {{0, 5}};
    venue it(coarse);
    it.apply({selling(1, 5, 110).in(5, one_cancels_other, 3),
              selling(1, 6, 121).in(5, one_cancels_other, 3),
              selling(1, 7, 130).in(5, one_cancels_other, 3)});
    it.expect({"1 accepted 1 5@110 held", "1 rejected 2 off_tick", "1 cancelled 1 5 group",
               "1 accepted 3 7@130 held", "1 cancelled 3 7 group"});
    CHECK(it.reserved(1, apples) == 0);
    CHECK(it.machine.save().order_groups.empty());
    CHECK(it.machine.book(apple) != nullptr);
    // The id is free again.
    CHECK(it.answer(selling(1, 5, 110).in(5, one_cancels_other, 2)) == reason::none);
}
