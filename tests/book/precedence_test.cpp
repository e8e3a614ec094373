// Which reason wins where several hold at once: the one with the lowest number (RULES.md 3, 12.3).
//
// Each reason has a way to make an order (or a replace, with its book) wrong by it alone. The ways
// touch different fields, so that any two can be put together; pairs that cannot hold at once are
// listed with why.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "messages/reason.hpp"
#include "tests/support/book_fixture.hpp"

using namespace bourse;

namespace {

/// What is sent, and the book that it is sent to.
struct scene {
    instrument rules;
    new_order order;
    replace_order change;
    bool closed = false;
    bool halted = false;
    bool full = false;
    bool hidden_full = false;
    bool opposite = false;
    bool filled = false;
    bool triggered = false;
};

struct fault {
    reason code;
    std::function<void(scene&)> add;
};

instrument strict_rules() {
    instrument rules;
    rules.ticks = {{0, 5}};
    rules.lot = {10};
    rules.min_quantity = {20};
    rules.max_quantity = {2'000};
    rules.band_bps = 1'000;
    rules.max_orders = 8;
    rules.max_hidden_orders = 1;
    return rules;
}

event only(const std::vector<event>& said) {
    REQUIRE(said.size() == 1);
    return said[0];
}

}  // namespace

// --- New orders ---------------------------------------------------------------------------------

namespace {

// A good order: sell limit 100@1000 with reference 1000, in open.
scene good_order() {
    scene s;
    s.rules = strict_rules();
    s.order = sell(50, 100, at(1'000)).account(7);
    return s;
}

reason answer_to_new(const scene& s) {
    book_fixture book(s.rules);
    // What stands there must itself be within the limits on notional.
    const std::int64_t lots = s.rules.min_notional != 0 ? 1'000 : 20;
    book.enter(sell(49, lots, at(1'050)).account(7));
    if (s.opposite) {
        book.enter(buy(48, lots, at(1'000)).account(6));
    }
    if (s.hidden_full) {
        book.enter(buy(47, lots, at(950)).all_or_none());
    }
    for (std::uint64_t id = 60; s.full && id < 68; ++id) {
        book.enter(buy(id, lots, at(950)));
    }
    REQUIRE(book.book.size() >= (s.full ? s.rules.max_orders : 1U));
    book.reference(at(1'000));
    if (s.halted) {
        book.go(market_state::halted);
    }
    if (s.closed) {
        book.go(market_state::closed);
    }
    book.forget();
    book.enter(s.order);
    const event last = only(book.said());
    book.forget();
    return last.kind == event_kind::accepted ? reason::none : last.reason;
}

// In the order of the numbers. A fault may undo what an earlier one needs only where `cannot_hold`
// says so.
const std::vector<fault>& new_order_faults() {
    static const std::vector<fault> faults = {
        {reason::invalid_order_id, [](scene& s) { s.order.id = {}; }},
        {reason::duplicate_order_id, [](scene& s) { s.order.id = {49}; }},
        {reason::market_closed, [](scene& s) { s.closed = true; }},
        {reason::market_halted, [](scene& s) { s.halted = true; }},
        // A field of no type here: it spoils nothing else.
        {reason::invalid_combination,
         [](scene& s) { s.order.self_trade = static_cast<self_trade_prevention>(9); }},
        {reason::not_accepted_now, [](scene& s) { s.order.tif = time_in_force::at_the_open; }},
        {reason::invalid_quantity, [](scene& s) { s.order.quantity = {-7}; }},
        {reason::off_lot, [](scene& s) { s.order.quantity = {105}; }},
        {reason::below_min_quantity, [](scene& s) { s.order.quantity = {10}; }},
        {reason::above_max_quantity, [](scene& s) { s.order.quantity = {2'010}; }},
        {reason::off_tick, [](scene& s) { s.order.price.ticks -= 1; }},
        {reason::outside_band, [](scene& s) { s.order.price.ticks -= 500; }},
        {reason::invalid_display, [](scene& s) { s.order.display = {-10}; }},
        {reason::invalid_minimum, [](scene& s) { s.order.minimum = {-10}; }},
        {reason::invalid_offset,
         [](scene& s) {
             s.order.type = order_type::primary_peg;
             s.order.offset_ticks = -1;
         }},
        {reason::invalid_expiry, [](scene& s) { s.order.tif = time_in_force::good_till_date; }},
        {reason::below_min_notional, [](scene& s) { s.rules.min_notional = 500'000; }},
        {reason::above_max_notional, [](scene& s) { s.rules.max_notional = 40'000; }},
        {reason::book_full, [](scene& s) { s.full = true; }},
        {reason::hidden_full,
         [](scene& s) {
             s.hidden_full = true;
             s.order.all_or_none = true;
         }},
        {reason::would_take,
         [](scene& s) {
             s.opposite = true;
             s.order.post_only = true;
         }},
    };
    return faults;
}

// Pairs that no order and book can have at once, or whose combination is another fault.
bool cannot_hold(reason a, reason b) {
    static const std::vector<std::pair<reason, reason>> pairs = {
        // An id is zero or a live order's; a book is in one state.
        {reason::invalid_order_id, reason::duplicate_order_id},
        {reason::market_closed, reason::market_halted},
        // One quantity: the later way overwrites the earlier. Off its lot and beyond a limit is a case of its own below.
        {reason::invalid_quantity, reason::off_lot},
        {reason::invalid_quantity, reason::below_min_quantity},
        {reason::invalid_quantity, reason::above_max_quantity},
        {reason::off_lot, reason::below_min_quantity},
        {reason::off_lot, reason::above_max_quantity},
        {reason::below_min_quantity, reason::above_max_quantity},
        // Too few lots for the largest notional, too many for the smallest.
        {reason::invalid_quantity, reason::above_max_notional},
        {reason::below_min_quantity, reason::above_max_notional},
        {reason::above_max_quantity, reason::below_min_notional},
        // One time in force; one type. What goes with limit orders, or those that last, only.
        {reason::not_accepted_now, reason::invalid_expiry},
        {reason::not_accepted_now, reason::invalid_display},
        {reason::not_accepted_now, reason::invalid_minimum},
        {reason::not_accepted_now, reason::invalid_offset},
        {reason::not_accepted_now, reason::hidden_full},
        {reason::not_accepted_now, reason::would_take},
        {reason::invalid_display, reason::invalid_minimum},
        {reason::invalid_display, reason::invalid_offset},
        {reason::invalid_display, reason::hidden_full},
        {reason::invalid_minimum, reason::invalid_offset},
        {reason::invalid_minimum, reason::hidden_full},
        {reason::invalid_minimum, reason::would_take},
        {reason::invalid_offset, reason::hidden_full},
        {reason::invalid_offset, reason::would_take},
        {reason::hidden_full, reason::would_take},
        // The smallest and largest notional contradict each other here.
        {reason::below_min_notional, reason::above_max_notional},
    };
    for (const auto& pair : pairs) {
        if (pair == std::pair{a, b}) {
            return true;
        }
    }
    return false;
}

}  // namespace

TEST_CASE("3 the good order of the precedence table is accepted") {
    CHECK(answer_to_new(good_order()) == reason::none);
}

TEST_CASE("3 each fault of a new order alone gives its own reason") {
    for (const fault& each : new_order_faults()) {
        scene s = good_order();
        each.add(s);
        CAPTURE(to_string(each.code));
        CHECK(to_string(answer_to_new(s)) == to_string(each.code));
    }
}

TEST_CASE("3 of any two faults of a new order the lower number is the answer") {
    const auto& faults = new_order_faults();
    unsigned pairs = 0;
    for (std::size_t i = 0; i < faults.size(); ++i) {
        for (std::size_t j = i + 1; j < faults.size(); ++j) {
            REQUIRE(faults[i].code < faults[j].code);
            if (cannot_hold(faults[i].code, faults[j].code)) {
                continue;
            }
            scene s = good_order();
            faults[i].add(s);
            faults[j].add(s);
            CAPTURE(to_string(faults[j].code));
            CHECK(to_string(answer_to_new(s)) == to_string(faults[i].code));
            ++pairs;
        }
    }
    CHECK(pairs == 183);
}

TEST_CASE("3 with every fault that goes together at once, reasons come by rising number") {
    // Faults are repaired one after another, from the lowest number on; each time the next answers.
    const std::vector<reason> order = {
        reason::duplicate_order_id, reason::market_closed,  reason::invalid_combination,
        reason::invalid_quantity,   reason::off_tick,       reason::outside_band,
        reason::invalid_display,    reason::invalid_expiry, reason::below_min_notional,
        reason::book_full,          reason::would_take};
    for (std::size_t first = 0; first < order.size(); ++first) {
        scene s = good_order();
        for (const fault& each : new_order_faults()) {
            for (std::size_t i = first; i < order.size(); ++i) {
                if (each.code == order[i]) {
                    each.add(s);
                }
            }
        }
        CHECK(to_string(answer_to_new(s)) == to_string(order[first]));
    }
}

TEST_CASE("3.19 invalid_group, no_reference_price, book_full, trailing_full: in this order") {
    instrument rules;
    rules.max_trailing_stops = 0;
    rules.max_orders = 1;
    const auto trailing = [] { return sell(2, 5, at(1)).trailing(3).account(1); };
    const auto full_book = [&rules] {
        book_fixture book(rules);
        book.enter(sell(1, 5, at(50)).account(1).in_group(4, group_role::exit, 3));
        book.forget();
        return book;
    };
    book_fixture first = full_book();
    first.enter(trailing().in_group(4, group_role::one_cancels_other, 3));
    first.expect({"rejected 2 invalid_group", "cancelled 1 5 group"});
    book_fixture second = full_book();
    second.enter(trailing());
    second.expect({"rejected 2 no_reference_price"});
    book_fixture third = full_book();
    third.reference(at(100));
    third.enter(trailing());
    third.expect({"reference 100", "rejected 2 book_full"});
    book_fixture fourth = full_book();
    fourth.reference(at(100));
    fourth.cancel(1);
    fourth.enter(trailing());
    fourth.expect({"reference 100", "cancelled 1 5 requested", "rejected 2 trailing_full"});
}

TEST_CASE("3 of the checks before it, each wins over invalid_group") {
    instrument rules;
    rules.ticks = {{0, 5}};
    const auto refusal = [&rules](const std::function<void(new_order&)>& spoil) {
        book_fixture book(rules);
        book.enter(sell(1, 5, at(50)).account(1).in_group(4, group_role::exit, 3));
        book.forget();
        new_order order =
            sell(2, 5, at(50)).account(1).in_group(4, group_role::one_cancels_other, 3);
        spoil(order);
        book.enter(order);
        const reason code = book.said().at(0).reason;
        book.forget();
        return to_string(code);
    };
    CHECK(refusal([](new_order&) {}) == "invalid_group");
    CHECK(refusal([](new_order& o) { o.price = at(51); }) == "off_tick");
    CHECK(refusal([](new_order& o) { o.quantity = {0}; }) == "invalid_quantity");
    CHECK(refusal([](new_order& o) { o.display = {9}; }) == "invalid_display");
    CHECK(refusal([](new_order& o) { o.tif = time_in_force::good_till_date; }) == "invalid_expiry");
    CHECK(refusal([](new_order& o) { o.type = order_type::trailing_stop; }) == "invalid_offset");
    CHECK(refusal([](new_order& o) { o.group_size = 9; }) == "invalid_combination");
    // `invalid_group` itself wins over all that come after it.
    rules.max_orders = 1;
    CHECK(refusal([](new_order&) {}) == "invalid_group");
}

// --- Replaces -----------------------------------------------------------------------------------

namespace {

// A good replace: stop-limit order 50 (sell 100@1000, stop 900, account 7) to 110@1005, stop 905.
scene good_replace() {
    scene s;
    s.rules = strict_rules();
    s.order = sell(50, 100, at(1'000)).stop_limit(at(900)).account(7);
    s.change = {.id = {50},
                .set_price = true,
                .set_quantity = true,
                .set_stop_price = true,
                .price = at(1'005),
                .quantity = {110},
                .stop_price = at(905)};
    return s;
}

reason answer_to_replace(const scene& s) {
    // The limits of the scene are about the change, not about what made the order.
    book_fixture book(s.rules);
    book.reference(at(1'000));
    book.enter(s.order);
    REQUIRE(book.said().back().kind == event_kind::accepted);
    if (s.filled || s.triggered) {
        book.enter(buy(10, 20, at(900)));
        book.enter(sell(11, 20, at(900)));
    }
    if (s.filled) {
        book.enter(buy(12, 40, s.order.price).ioc());
        REQUIRE(book.row(50).filled == quantity{40});
    }
    if (s.halted) {
        book.go(market_state::halted);
    }
    if (s.closed) {
        book.go(market_state::closed);
    }
    book.forget();
    book.send(s.change);
    REQUIRE(!book.said().empty());
    const event first = book.said().front();
    book.forget();
    return first.kind == event_kind::replaced ? reason::none : first.reason;
}

const std::vector<fault>& replace_faults() {
    static const std::vector<fault> faults = {
        {reason::unknown_order, [](scene& s) { s.change.account = {8}; }},
        {reason::market_closed, [](scene& s) { s.closed = true; }},
        {reason::market_halted, [](scene& s) { s.halted = true; }},
        {reason::invalid_combination,
         [](scene& s) {
             s.change.set_price = s.change.set_quantity = s.change.set_stop_price = false;
         }},
        {reason::invalid_quantity, [](scene& s) { s.change.quantity = {0}; }},
        {reason::off_lot, [](scene& s) { s.change.quantity = {25}; }},
        {reason::below_min_quantity, [](scene& s) { s.change.quantity = {10}; }},
        {reason::above_max_quantity, [](scene& s) { s.change.quantity = {2'010}; }},
        {reason::off_tick, [](scene& s) { s.change.stop_price.ticks += 1; }},
        {reason::outside_band, [](scene& s) { s.change.price = at(1'105); }},
        {reason::invalid_display,
         [](scene& s) {
             s.order.display = {10};
             s.change.quantity = {1'010};
         }},
        {reason::below_min_notional,
         [](scene& s) {
             s.rules.min_notional = 20'000;
             s.change.quantity = {20};
             s.change.price = at(900);
         }},
        {reason::above_max_notional,
         [](scene& s) {
             s.rules.max_notional = 100'000;
             s.change.quantity = {1'010};
         }},
        {reason::not_replaceable, [](scene& s) { s.triggered = true; }},
        {reason::below_filled,
         [](scene& s) {
             s.filled = true;
             s.change.quantity = {30};
         }},
    };
    return faults;
}

// The later way overwrites the quantity or the price that the earlier one needs.
bool cannot_hold_in_replace(reason a, reason b) {
    const auto sets_quantity = [](reason code) {
        return (code >= reason::invalid_quantity && code <= reason::above_max_quantity) ||
               code == reason::invalid_display || code == reason::below_min_notional ||
               code == reason::above_max_notional || code == reason::below_filled;
    };
    if (a == reason::market_closed && b == reason::market_halted) {
        return true;
    }
    if (a == reason::invalid_display && b == reason::above_max_notional) {
        return false;  // 1010 lots are both
    }
    if (a == reason::outside_band && b == reason::below_min_notional) {
        return true;
    }
    return sets_quantity(a) && sets_quantity(b);
}

}  // namespace

TEST_CASE("3 a quantity that is off its lot and below or above what may be is off its lot") {
    for (const std::int64_t lots : {15, 2'015}) {
        scene s = good_order();
        s.order.quantity = {lots};
        CHECK(answer_to_new(s) == reason::off_lot);
        scene changed = good_replace();
        changed.change.quantity = {lots};
        CHECK(answer_to_replace(changed) == reason::off_lot);
    }
}

TEST_CASE("12.3 the good replace of the precedence table is done") {
    CHECK(answer_to_replace(good_replace()) == reason::none);
}

TEST_CASE("12.3 each fault of a replace alone gives its own reason") {
    for (const fault& each : replace_faults()) {
        scene s = good_replace();
        each.add(s);
        if (each.code == reason::below_filled) {
            s.change.set_stop_price = false;  // which is refused once it has triggered
        }
        CAPTURE(to_string(each.code));
        CHECK(to_string(answer_to_replace(s)) == to_string(each.code));
    }
}

TEST_CASE("12.3 of any two faults of a replace the lower number is the answer") {
    const auto& faults = replace_faults();
    unsigned pairs = 0;
    for (std::size_t i = 0; i < faults.size(); ++i) {
        for (std::size_t j = i + 1; j < faults.size(); ++j) {
            REQUIRE(faults[i].code < faults[j].code);
            if (cannot_hold_in_replace(faults[i].code, faults[j].code)) {
                continue;
            }
            scene s = good_replace();
            faults[i].add(s);
            faults[j].add(s);
            CAPTURE(to_string(faults[j].code));
            CHECK(to_string(answer_to_replace(s)) == to_string(faults[i].code));
            ++pairs;
        }
    }
    CHECK(pairs == 76);
}

TEST_CASE("12.3 invalid_minimum comes after off_tick and outside_band, before the notional") {
    instrument rules;
    rules.ticks = {{0, 5}};
    rules.min_notional = 5'000;
    rules.band_bps = 1'000;
    book_fixture book(rules);
    book.reference(at(1'000));
    book.enter(buy(1, 10, at(1'000)).minimum(6));
    book.forget();
    book.replace(1, 4, at(1'001));
    book.replace(1, 4, at(1'500));
    book.replace(1, 4, at(1'000));
    book.reprice(1, at(1'005));
    book.expect({"replace_rejected 1 off_tick", "replace_rejected 1 outside_band",
                 "replace_rejected 1 invalid_minimum", "replaced 1 10@1005 left 10"});
}

TEST_CASE("12.3 would_take comes after below_filled") {
    book_fixture book;
    book.enter(buy(1, 10, at(10)).post_only());
    book.sell(2, 4, at(10));
    book.sell(3, 4, at(12));
    book.forget();
    book.replace(1, 4, at(12));
    book.replace(1, 5, at(12));
    book.expect({"replace_rejected 1 below_filled", "replace_rejected 1 would_take"});
}
