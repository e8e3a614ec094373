// Ledger RULES 5: reduce-only orders.
#include <doctest/doctest.h>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

/// House account 3 is short 100 apples, at 10 each.
venue short_venue() {
    venue it;
    it.prepare({selling(3, 100, 10), buying(1, 100, 10)});
    return it;
}

}  // namespace

TEST_CASE("L5.1 a reduce-only sell takes what is long beside all open sells and not one more") {
    venue it;
    it.prepare({selling(1, 400, 500)});
    CHECK(it.answer(selling(1, 601, 500).reducing()) == reason::would_increase);
    CHECK(it.answer(selling(1, 600, 500).reducing()) == reason::none);
    CHECK(it.answer(selling(1, 1, 500).reducing()) == reason::would_increase);
    CHECK(it.answer(selling(2, 1, 500).reducing().of({9})) == reason::unknown_symbol);
}

TEST_CASE("L5.1 a reduce-only buy takes what is short beside all open buys and not one more") {
    venue it = short_venue();
    it.prepare({buying(3, 40, 5)});
    CHECK(it.answer(buying(3, 61, 5).reducing()) == reason::would_increase);
    CHECK(it.answer(buying(3, 60, 5).reducing()) == reason::none);
    CHECK(it.answer(buying(3, 1, 5).reducing()) == reason::would_increase);
    CHECK(it.answer(selling(3, 1, 50).reducing()) == reason::would_increase);
    CHECK(it.answer(buying(1, 1, 5).reducing()) == reason::would_increase);
}

TEST_CASE("L5.1 a flat position cannot be reduced") {
    venue it;
    CHECK(it.answer(selling(3, 1, 5).reducing()) == reason::would_increase);
    CHECK(it.answer(buying(3, 1, 5).reducing()) == reason::would_increase);
}

TEST_CASE("L5.2 another sell that would break it cancels the reduce-only sells first") {
    venue it;
    it.prepare({selling(1, 300, 500).reducing(), selling(1, 300, 501).reducing(), buying(1, 1, 5),
                selling(2, 1, 600)});
    it.send(selling(1, 400, 502));
    it.expect({"1 accepted 5 400@502"});
    // All 1,000 are on offer and it still holds. A house account could go on by its credit.
    CHECK(it.is_open(1));
    it.prepare(
        {putting(3, apples, 50), selling(3, 20, 500).reducing(), selling(3, 30, 500).reducing()});
    it.send(selling(3, 1, 502));
    it.expect(
        {"3 cancelled 6 20 reduce_only", "3 cancelled 7 30 reduce_only", "3 accepted 8 1@502"});
    CHECK(it.is_open(1));
    CHECK(it.available(3, apples) == 50 + 1'000 - 1);
}

TEST_CASE("L5.2 a buy never breaks a reduce-only sell, and other symbols are left alone") {
    venue it;
    it.prepare({putting(3, apples, 50), selling(3, 50, 500).reducing()});
    it.send(buying(3, 100, 5));
    it.send(selling(3, 100, 500).of(pear));
    it.expect({"3 accepted 2 100@5", "3 accepted 3 100@500"});
    CHECK(it.row(1).reduce_only);
}

TEST_CASE("L5.2 an open buy that would break it cancels the reduce-only buys") {
    venue it = short_venue();
    it.prepare({buying(3, 100, 5).reducing()});
    it.send(buying(3, 1, 5));
    it.expect({"3 cancelled 3 100 reduce_only", "3 accepted 4 1@5"});
}

TEST_CASE("L5.2 a replace that is not reduce-only cancels them, one that is is refused") {
    venue it;
    it.prepare({putting(3, apples, 50), selling(3, 20, 500).reducing(), selling(3, 30, 501)});
    CHECK(it.answer(resizing(3, nth(1), 21)) == reason::would_increase);
    CHECK(it.answer(resizing(3, nth(1), 19)) == reason::none);
    CHECK(it.answer(resizing(3, nth(1), 20)) == reason::none);
    it.send(resizing(3, nth(2), 31));
    it.expect({"3 cancelled 1 20 reduce_only", "3 replaced 2 31@501 left 31"});
}

TEST_CASE("L5.2 lots that go without a trade cancel the reduce-only sells") {
    const auto after = [](const shard_command& one) {
        venue it;
        it.prepare({selling(1, 600, 500).reducing(), selling(1, 300, 500).reducing()});
        it.send(one);
        return std::pair(it.is_open(1), it.is_open(2));
    };
    const std::pair both(true, true);
    const std::pair none(false, false);
    CHECK(after(taking(1, apples, 100)) == both);
    CHECK(after(taking(1, apples, 101)) == both);  // refused: nothing is available
    CHECK(after(moving(1, 2, apples, 100)) == both);
    CHECK(after(putting(1, apples, 100)) == both);
    const auto of_house = [](const shard_command& one) {
        venue it;
        it.prepare({putting(3, apples, 50), selling(3, 20, 500).reducing(),
                    selling(3, 30, 500).reducing()});
        it.send(one);
        return std::pair(it.is_open(1), it.is_open(2));
    };
    CHECK(of_house(taking(3, apples, 1)) == none);
    CHECK(of_house(moving(3, 1, apples, 1)) == none);
    CHECK(of_house(moving(3, 1, apples, 1, 2)) == none);
    CHECK(of_house(taking(3, pears, 1)) == both);
    CHECK(of_house(taking(3, dollars, 1)) == both);
    CHECK(of_house(dividend{.symbol = apple, .per_lot = 1}) == both);
}

TEST_CASE("L5.2 lots that come without a trade cancel the reduce-only buys") {
    const auto after = [](const shard_command& one) {
        venue it = short_venue();
        it.prepare({buying(3, 100, 5).reducing()});
        it.send(one);
        return it.is_open(3);
    };
    CHECK_FALSE(after(putting(3, apples, 1)));
    CHECK_FALSE(after(moving(1, 3, apples, 1)));
    CHECK(after(taking(3, apples, 1)));
    CHECK(after(putting(1, apples, 1)));
}

TEST_CASE("L5.2 trades never break it") {
    venue it;
    it.prepare({putting(3, apples, 50), selling(3, 50, 500).reducing(), buying(3, 30, 400)});
    it.prepare({selling(1, 30, 400)});
    it.prepare({buying(1, 20, 500)});
    CHECK(it.row(1).remaining.lots == 30);
    CHECK(it.row(1).reduce_only);
    CHECK(it.total(3, apples) == 60);
}

TEST_CASE("L5.2 after the cancel has been passed on the order counts as not reduce-only") {
    venue it(listing_of(apple), listing_of(pear, 2));
    it.prepare({putting(3, pears, 50), selling(3, 50, 500).of(pear).reducing()});
    it.send(selling(3, 1, 500).of(pear));
    CHECK(it.out().messages.size() == 2);
    CHECK_FALSE(it.row(1).reduce_only);
    CHECK(it.row(1).cause == reason::reduce_only);
    CHECK(it.reserved(3, pears) == 51);
    it.send(selling(3, 1, 500).of(pear));
    CHECK(it.out().messages.size() == 1);
    // It still counts, so nothing is to be reduced.
    CHECK(it.answer(selling(3, 1, 500).of(pear).reducing()) == reason::would_increase);
}

TEST_CASE("L5.2 a reduce-only order that its client cancels already is not cancelled twice") {
    venue it(listing_of(apple), listing_of(pear, 2));
    it.prepare(
        {putting(3, pears, 50), selling(3, 50, 500).of(pear).reducing(), cancelling(3, nth(1))});
    it.send(selling(3, 1, 500).of(pear));
    CHECK(it.out().messages.size() == 1);
    CHECK(it.row(1).cause == reason::requested);
    CHECK_FALSE(it.row(1).reduce_only);
}
