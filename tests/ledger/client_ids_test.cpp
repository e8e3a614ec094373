// Ledger RULES 3: client ids.
#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

constexpr std::int64_t horizon = 100;

shard_settings short_memory() {
    return {.horizon = {horizon}};
}

}  // namespace

TEST_CASE("L3.1 one client id means different commands of different accounts") {
    venue it;
    it.send(buying(1, 1, 10).id(5));
    it.send(buying(2, 1, 10).id(5));
    it.send(opening(4));
    open_account fifth = opening(6);
    fifth.request = as(5);
    it.send(fifth);
    it.expect({"1 accepted 1 1@10 id 5", "2 accepted 2 1@10 id 5", "4 changed", "6 changed id 5"});
}

TEST_CASE("L3.1 commands that name no account share the client ids of account 0") {
    venue it;
    list_instrument listed = listing_as(listing_of({9}));
    listed.request = as(5);
    it.send(listed);
    set_limit of_group = limiting_group(1, limit_kind::max_open_orders, {}, 1);
    of_group.request = as(5);
    it.send(of_group);
    open_account opened = opening(6);
    opened.request = as(5);
    it.send(opened);
    it.expect({"0 done id 5", "0 repeated 0 none #0 id 5", "0 repeated 0 none #0 id 5"});
    CHECK(it.machine.portfolio({6}).empty());
}

TEST_CASE("L3.2 the beginning's checks come in their order") {
    venue it(short_memory());
    const std::int64_t now = venue_start;
    CHECK(it.answer(buying(77, 1, 10).id(1, now - 1)) == reason::unknown_account);
    CHECK(it.answer(buying(1, 1, 10).id(1, now - 1)) == reason::too_late);
    CHECK(it.answer(buying(1, 1, 10).id(1, now + horizon + 1)) == reason::not_after_too_far);
    CHECK(it.answer(buying(1, 1, 10).id(1, now + horizon)) == reason::none);
    CHECK(it.answer(buying(1, 1, 10).id(2, now)) == reason::none);
    CHECK(it.answer(buying(1, 1, 10).not_after(now - 1)) == reason::too_late);
    CHECK(it.answer(buying(1, 1, 10).not_after(now + horizon + 1)) == reason::not_after_too_far);
    it.at(now + 50);
    // What is remembered is answered before its not-after is looked at.
    it.send(buying(1, 1, 10).id(2, now));
    it.expect({"1 repeated 2 none #8 id 2"});
}

TEST_CASE("L3.2 every kind of command of an account begins so") {
    const std::vector<shard_command> late = {
        buying(1, 1, 10).not_after(1),
        submit_cancel{.request = {.id = {}, .not_after = {1}}, .account = {1}, .order = nth(1)},
        submit_replace{.request = {.id = {}, .not_after = {1}}, .account = {1}, .order = nth(1)},
        submit_mass_cancel{.request = {.id = {}, .not_after = {1}}, .account = {1}},
        killing(1, true, {{}, {1}}),
        putting(1, dollars, 1, 0, {{}, {1}}),
        taking(1, dollars, 1, {{}, {1}}),
        moving(1, 2, dollars, 1, 0, {{}, {1}}),
        set_limit{.request = {.id = {}, .not_after = {1}}, .account = {1}},
        open_account{.request = {.id = {}, .not_after = {1}}, .account = {9}},
        split{.request = {.id = {}, .not_after = {1}}},
        dividend{.request = {.id = {}, .not_after = {1}}},
        list_instrument{.request = {.id = {}, .not_after = {1}}},
        book_state{.request = {.id = {}, .not_after = {1}}},
        book_reference{.request = {.id = {}, .not_after = {1}}},
        mass_cancel_book{.request = {.id = {}, .not_after = {1}}},
        market_halt{.request = {.id = {}, .not_after = {1}}},
        set_calendar{.request = {.id = {}, .not_after = {1}}, .calendar = {1}, .sessions = {}},
        set_rules_version{.request = {.id = {}, .not_after = {1}}},
    };
    for (std::size_t i = 0; i < late.size(); ++i) {
        CAPTURE(i);
        venue it;
        CHECK(it.answer(late[i]) == reason::too_late);
    }
}

TEST_CASE("L3.3 a refused command is remembered as well, one refused by 3.2 is not") {
    venue it;
    it.send(buying(1, 1, 2'000'000).id(5));
    it.send(buying(1, 1, 10).id(5));
    it.send(buying(1, 1, 10).id(6, 1));
    it.send(buying(1, 1, 10).id(6));
    it.expect({"1 rejected 0 insufficient_funds id 5", "1 repeated 0 insufficient_funds #5 id 5",
               "1 rejected 0 too_late id 6", "1 accepted 1 1@10 id 6"});
}

TEST_CASE("L3.3 an id is forgotten when more than the horizon has passed and not a moment before") {
    venue it(short_memory());
    it.send(buying(1, 1, 2'000'000).id(5));
    it.at(venue_start + horizon);
    it.send(buying(1, 1, 10).id(5));
    it.expect({"1 rejected 0 insufficient_funds id 5", "1 repeated 0 insufficient_funds #5 id 5"});
    it.at(venue_start + horizon + 1);
    it.send(buying(1, 1, 10).id(5));
    it.expect({"1 accepted 1 1@10 id 5"});
}

TEST_CASE("L3.3 the id of an open order is kept until the horizon after it was due") {
    venue it(short_memory());
    it.send(buying(1, 1, 10).id(5));
    it.pass(venue_start + horizon + 1);  // kept until then + horizon
    it.prepare({cancelling(1, nth(1))});
    it.at(venue_start + 2 * horizon + 1);
    it.send(buying(1, 1, 10).id(5));
    it.expect({"1 repeated 1 none #5 id 5"});
    it.at(venue_start + 2 * horizon + 2);
    it.send(buying(1, 1, 10).id(5));
    it.expect({"1 accepted 2 1@10 id 5"});
}

TEST_CASE("L3.3 the ids of cancels and replaces of an open order are kept with it") {
    venue it(short_memory());
    it.prepare(
        {buying(1, 5, 10).id(5), resizing(1, nth(1), 4, as(6)), repricing(1, nth(1), 9, as(7))});
    it.pass(venue_start + horizon + 1);
    CHECK(it.remembered() == 3);
    it.prepare({cancelling(1, nth(1))});
    it.pass(venue_start + 2 * horizon + 2);
    CHECK(it.remembered() == 0);
}

TEST_CASE("L3.3 an entry forgets 64 ids and one more for each of its commands") {
    venue it(short_memory());
    it.alone();
    std::vector<shard_command> many;
    for (std::uint64_t i = 1; i <= 300; ++i) {
        many.push_back(cancelling(1, nth(1), as(i)));
    }
    it.apply(many);
    it.forget();
    CHECK(it.remembered() == 300);
    it.pass(venue_start + horizon);
    CHECK(it.remembered() == 300);
    it.pass(venue_start + horizon + 1);
    CHECK(it.remembered() == 300 - 64);
    it.apply({going(apple, market_state::open), going(apple, market_state::open)});
    CHECK(it.remembered() == 300 - 64 - 66);
    // Until it is forgotten it is remembered, and the oldest go first.
    it.forget();
    it.apply({cancelling(1, nth(1), as(196)), cancelling(1, nth(1), as(195))});
    REQUIRE(it.reports().size() == 2);
    CHECK(it.reports()[0].what.kind == event_kind::cancel_rejected);
    CHECK(it.reports()[1].what.kind == event_kind::cancel_rejected);
    it.forget();
    it.send(cancelling(1, nth(1), as(300)));
    CHECK(it.reports()[0].what.kind == event_kind::repeated);
}

TEST_CASE("L3.4 a new order is pending until its first answer") {
    venue it;
    it.apply({buying(1, 1, 10).id(5), buying(1, 1, 10).id(5)});
    it.send(buying(1, 1, 10).id(5));
    it.expect({"1 repeated 1 none #0 pending id 5", "1 accepted 1 1@10 id 5",
               "1 repeated 1 none #6 id 5"});
}

TEST_CASE("L3.4 the repeat of an order that the book rejected says its reason") {
    venue it;
    it.send(buying(1, 1, 10).id(5).showing(7));
    it.send(buying(1, 1, 10).id(5));
    it.expect({"1 rejected 1 invalid_display id 5", "1 repeated 1 invalid_display #5 id 5"});
}

TEST_CASE("L3.4 a replace is pending until it has been answered") {
    venue it;
    it.prepare({buying(1, 5, 10)});
    it.apply({resizing(1, nth(1), 4, as(7)), resizing(1, nth(1), 4, as(7))});
    it.send(resizing(1, nth(1), 3, as(7)));
    it.expect({"1 repeated 1 none #0 pending id 7", "1 replaced 1 4@10 left 4 id 7",
               "1 repeated 1 none #7 id 7"});
    it.send(resizing(1, nth(1), max_order_lots.lots, as(8)));
    it.send(resizing(1, nth(1), 1, as(8)));
    it.expect({"1 replace_rejected 1 insufficient_funds id 8",
               "1 repeated 1 insufficient_funds #9 id 8"});
}

TEST_CASE("L3.4 the repeat of a replace that the book refused says its reason") {
    venue it;
    it.prepare({buying(1, 5, 10), going(apple, market_state::halted)});
    it.send(resizing(1, nth(1), 4, as(7)));
    it.send(resizing(1, nth(1), 4, as(7)));
    it.expect({"1 replace_rejected 1 market_halted id 7", "1 repeated 1 market_halted #6 id 7"});
}

TEST_CASE("L3.4 cancels are not pending once passed on and have no first report") {
    venue it;
    it.prepare({buying(1, 5, 10), buying(1, 5, 10)});
    it.apply({cancelling(1, nth(1), as(7)), cancelling(1, nth(1), as(7))});
    it.expect({"1 repeated 1 none #0 id 7", "1 cancelled 1 5 requested"});
    it.send(submit_mass_cancel{.request = as(8), .account = {1}});
    it.send(submit_mass_cancel{.request = as(8), .account = {1}});
    it.expect({"1 cancelled 2 5 mass_cancelled", "1 repeated 0 none #0 id 8"});
    // No open order was meant, so it is remembered as of none.
    it.send(cancelling(1, nth(1), as(9)));
    it.send(cancelling(1, nth(1), as(9)));
    it.expect({"1 cancel_rejected 1 unknown_order id 9", "1 repeated 0 unknown_order #11 id 9"});
}

TEST_CASE("L3.4 the repeat of a command about an account says its first report and reason") {
    venue it;
    it.send(putting(1, dollars, 5, 0, as(7)));
    it.send(putting(1, dollars, 5, 0, as(7)));
    it.send(taking(1, dollars, 5'000'000, as(8)));
    it.send(taking(1, dollars, 5, as(8)));
    it.send(moving(1, 2, dollars, 5, 0, as(9)));
    it.send(moving(1, 2, dollars, 5, 0, as(9)));
    it.send(killing(1, false, as(10)));
    it.send(killing(1, true, as(10)));
    it.expect({"1 adjusted c1 5 id 7", "1 repeated 0 none #5 id 7",
               "1 refused insufficient_funds id 8", "1 repeated 0 insufficient_funds #7 id 8",
               "1 adjusted c1 -5 id 9", "2 adjusted c1 5", "1 repeated 0 none #9 id 9",
               "1 changed id 10", "1 repeated 0 none #11 id 10"});
    CHECK(it.total(1, dollars) == 1'000'000);
}

TEST_CASE("L3.4 a repeat carries nothing but account, order, reason, flags and number") {
    venue it;
    it.prepare({buying(1, 5, 10).id(5)});
    it.send(buying(1, 5, 10).id(5));
    REQUIRE(it.reports().size() == 1);
    event what{};
    what.kind = event_kind::repeated;
    what.order = nth(1);
    what.number = 5;
    what.account = {1};
    CHECK(it.reports()[0].what == what);
}

TEST_CASE("L3.4 the repeat of any operator command does nothing again") {
    venue it;
    const auto twice = [&](shard_command once) {
        std::visit(
            [](auto& what) {
                if constexpr (requires { what.request; }) {
                    what.request = as(7);
                }
            },
            once);
        it.forget();
        it.send(once);
        it.send(once);
        REQUIRE(it.reports().size() >= 2);
        const report& last = it.reports().back();
        CHECK(last.what.kind == event_kind::repeated);
        CHECK(last.client == called(7));
        CHECK(it.out().reports.size() == 1);
        CHECK(it.out().lines.empty());
        CHECK(it.out().events.empty());
        it.pass(it.machine.now().ns + 25 * ns_per_hour);  // so that 7 is free
        it.forget();
    };
    twice(split{.symbol = apple, .numerator = 2});
    CHECK(it.total(1, apples) == 2'000);
    twice(dividend{.symbol = apple, .per_lot = 1});
    CHECK(it.total(1, dollars) == 1'002'000);
    twice(going(apple, market_state::halted));
    twice(referring(apple, 5));
    twice(mass_cancel_book{.symbol = apple});
    twice(market_halt{.on = true});
    twice(set_calendar{.calendar = {4}, .sessions = {}});
    twice(set_rules_version{.version = 1});
    twice(listing_as(listing_of({8})));
    twice(limiting(1, limit_kind::max_open_orders, {}, 4));
    twice(opening(12));
}

TEST_CASE("L3.5 an order is found by every id that was about it") {
    const auto cancelled_by = [](std::uint64_t name) {
        venue it;
        it.prepare({buying(1, 5, 10).id(5), resizing(1, nth(1), 4, as(6)), resizing(1, nth(1), 4)});
        it.send(resizing(1, nth(1), 9'999'999, as(7)));
        it.forget();
        it.send(cancelling_named(1, name));
        REQUIRE(it.reports().size() == 1);
        return it.reports()[0].what.kind == event_kind::cancelled;
    };
    CHECK(cancelled_by(5));
    CHECK(cancelled_by(6));
    CHECK(cancelled_by(7));  // refused, but it is remembered as of that order
    CHECK_FALSE(cancelled_by(8));
}

TEST_CASE("L3.5 another account's client id finds nothing") {
    venue it;
    it.prepare({buying(1, 5, 10).id(5)});
    it.send(cancelling_named(2, 5));
    it.expect({"2 cancel_rejected 0 unknown_order"});
}

TEST_CASE("L3.5 an order's client id is its submit's until a replace that had one was done") {
    venue it;
    it.prepare({buying(1, 9, 10).id(5)});
    it.send(resizing(1, nth(1), 8));
    it.send(resizing(1, nth(1), 7, as(6)));
    it.send(resizing(1, nth(1), 6));
    it.send(repricing(1, nth(1), 9'999'999, as(7)));
    it.send(selling(2, 1, 10));
    it.expect({"1 replaced 1 8@10 left 8 id 5", "1 replaced 1 7@10 left 7 id 6",
               "1 replaced 1 6@10 left 6 id 6", "1 replace_rejected 1 insufficient_funds id 7",
               "2 accepted 2 1@10", "1 fill 1 1@10 left 5 id 6 cash -10",
               "2 take 2 1@10 done cash 10"});
}

TEST_CASE("L3.5 a replace with a tag leaves the order its client id") {
    venue it;
    it.prepare({buying(1, 9, 10).id(5)});
    it.send(resizing(1, nth(1), 8, {{client_id::tag_high, 6}, {}}));
    CHECK(it.reports()[0].client == client_id{client_id::tag_high, 6});
    it.send(selling(2, 1, 10));
    it.expect({"1 replaced 1 8@10 left 8 id 6", "2 accepted 2 1@10",
               "1 fill 1 1@10 left 7 id 5 cash -10", "2 take 2 1@10 done cash 10"});
    it.send(cancelling_named(1, 5));
    it.expect({"1 cancelled 1 7 requested id 5"});
}

TEST_CASE("L3.6 a tag is told in reports and not remembered") {
    venue it;
    const request_id tag{{client_id::tag_high, 5}, {}};
    ask tagged = buying(1, 5, 10);
    tagged.raw().request = tag;
    it.prepare({tagged});
    it.send(tagged);  // done again
    submit_cancel by_tag = cancelling_named(1, 5);
    by_tag.named = tag.id;
    it.send(by_tag);
    it.send(resizing(1, nth(1), 4, tag));
    it.send(selling(2, 1, 10));
    it.expect({"1 accepted 2 5@10 id 5", "1 cancel_rejected 0 unknown_order",
               "1 replaced 1 4@10 left 4 id 5", "2 accepted 3 1@10",
               "1 fill 1 1@10 left 3 id 5 cash -10", "2 take 3 1@10 done cash 10"});
    CHECK(it.machine.save().remembered.empty());
}

TEST_CASE("L3.3 an account has 2^20 ids and the operator has his own" *
          doctest::test_suite("long")) {
    venue it(short_memory());
    it.alone();
    constexpr std::uint64_t most = 1U << 20;
    std::vector<shard_command> many;
    many.reserve(most);
    for (std::uint64_t i = 1; i <= most; ++i) {
        many.push_back(cancelling(1, nth(1), as(i)));
    }
    it.apply(std::move(many));
    CHECK(it.reports().back().what.reason == reason::unknown_order);
    it.forget();
    CHECK(it.answer(cancelling(1, nth(1), as(most + 1))) == reason::too_many_client_ids);
    CHECK(it.answer(cancelling(1, nth(1))) == reason::unknown_order);
    CHECK(it.answer(cancelling(2, nth(1), as(most + 1))) == reason::unknown_order);
    // Without an id or with a tag he gets out.
    it.prepare({buying(1, 1, 1), buying(1, 1, 1)});
    CHECK(it.answer(cancelling(1, nth(1), as(most + 1))) == reason::too_many_client_ids);
    CHECK(it.answer(cancelling(1, nth(1))) == reason::requested);
    CHECK(it.answer(cancelling(1, nth(2), {.id = {UINT64_MAX, 1}})) == reason::requested);
    book_reference set = referring(apple, 5);
    set.request = as(most + 1);
    CHECK(it.answer(set) == reason::none);
    it.pass(venue_start + horizon + 1);
    CHECK(it.answer(cancelling(1, nth(3), as(most + 1))) == reason::unknown_order);
}

TEST_CASE("L3.3 all accounts together have 2^24 ids, the operator's counted" *
          doctest::test_suite("long")) {
    constexpr std::uint32_t accounts = 16;
    constexpr std::uint64_t most_of_account = 1U << 20;
    constexpr std::uint64_t at_once = 1U << 14;
    constexpr std::uint32_t one_more = accounts + 1;
    shard machine(short_memory());
    machine.expect_client_ids(accounts * most_of_account);
    shard_output out;
    entry next{.index = 1, .at = {venue_start}, .commands = {}};
    const auto apply = [&] {
        machine.apply(next, out);
        ++next.index;
    };
    // What is told of each of some cancels of no order, from a client id on.
    const auto answers = [&](std::uint32_t account, std::uint64_t first, std::uint64_t count) {
        next.commands.resize(count, submit_cancel{.request = {}, .order = nth(1)});
        for (shard_command& each : next.commands) {
            auto& cancel = std::get<submit_cancel>(each);
            cancel.account = {account};
            cancel.request = as(first++);
        }
        apply();
        std::map<reason, std::uint64_t> told;
        for (const report& each : out.reports) {
            ++told[each.what.kind == event_kind::repeated ? reason::none : each.what.reason];
        }
        return told;
    };
    using answer = std::map<reason, std::uint64_t>;
    for (std::uint32_t account = 1; account <= one_more; ++account) {
        next.commands.emplace_back(opening(account));
    }
    apply();
    next.commands.clear();
    std::uint64_t batches = 0;
    for (std::uint32_t account = 1; account <= accounts; ++account) {
        for (std::uint64_t first = 1; first < most_of_account; first += at_once) {
            // Two are left.
            const bool is_last = account == accounts && first + at_once > most_of_account;
            const std::uint64_t count = is_last ? at_once - 2 : at_once;
            batches += answers(account, first, count) == answer{{reason::unknown_order, count}};
        }
    }
    CHECK(batches == accounts * most_of_account / at_once);
    next.commands = {referring(apple, 5)};
    std::get<book_reference>(next.commands[0]).request = as(1);
    apply();
    CHECK(out.reports[0].what.reason == reason::unknown_symbol);
    next.commands.clear();
    CHECK(answers(one_more, 1, 3) ==
          answer{{reason::unknown_order, 1}, {reason::too_many_client_ids, 2}});
    CHECK(answers(one_more, 1, 1) == answer{{reason::none, 1}});  // remembered: repeated
    CHECK(answers(1, most_of_account, 1) == answer{{reason::none, 1}});
    CHECK(answers(accounts, most_of_account, 1) == answer{{reason::too_many_client_ids, 1}});
    next.commands = {cancelling(one_more, nth(1))};  // without an id there is always room
    apply();
    CHECK(out.reports[0].what.reason == reason::unknown_order);
    // What is forgotten makes room.
    next.commands.clear();
    next.at = {venue_start + horizon + 1};
    CHECK(answers(one_more, 2, 100) == answer{{reason::unknown_order, 100}});
}

TEST_CASE("room made for client ids before they come changes nothing that can be seen") {
    venue it;
    venue other;
    it.prepare({buying(1, 1, 10).id(1)});
    other.prepare({buying(1, 1, 10).id(1)});
    it.machine.expect_client_ids(100'000);
    it.machine.expect_client_ids(10);
    CHECK(it.answer(buying(1, 1, 10).id(1)) == other.answer(buying(1, 1, 10).id(1)));
    it.prepare({buying(1, 1, 10).id(2)});
    other.prepare({buying(1, 1, 10).id(2)});
    CHECK(it.machine.save() == other.machine.save());
    CHECK(it.machine.digest() == other.machine.digest());
}
