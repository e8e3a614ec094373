// Rows that contradict themselves are refused; whatever is taken is a book that works.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actors/book/order_book.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/command_generator.hpp"
#include "tests/support/reference_book.hpp"

using namespace bourse;

namespace {

// A book with an order of each kind in each place.
book_rows full_rows() {
    book_fixture book;
    book.trade_at(at(100));
    book.enter(buy(1, 30, at(90)).showing(10));
    book.buy(2, 5, at(90));
    book.enter(buy(3, 5, at(95)).primary_peg(1));
    book.enter(sell(4, 5, at(105)).mid_peg());
    book.enter(buy(5, 5, at(80)).all_or_none());
    book.enter(sell(6, 9, at(120)).minimum(4));
    book.enter(buy(7, 5, at(130)).stop(at(110)));
    book.enter(sell(8, 9, at(70)).stop_limit(at(90)).showing(3));
    book.enter(sell(9, 5, at(60)).trailing(5));
    book.enter(buy(10, 5, at(90)).tif(time_in_force::at_the_close));
    book.enter(
        buy(11, 5, at(85)).account(7).until(900).in_group(1, group_role::one_cancels_other, 2));
    book.enter(buy(12, 5, at(84)).account(7).in_group(1, group_role::one_cancels_other, 2));
    book.enter(sell(13, 5, at(140)).account(8).in_group(2, group_role::exit, 2));
    book.enter(buy(14, 5, at(83)).account(8).in_group(2, group_role::entry, 2));
    book.enter(sell(15, 5, at(150)).account(9).trailing(3).in_group(3, group_role::exit, 3));
    book.sell(16, 5, at(200));
    book.go(market_state::pre_open, 500);
    book.enter(sell(17, 5, at(10)).stop(at(100)));
    book.forget();
    return book.book.save();
}

order_row& row_of(book_rows& rows, std::uint64_t id) {
    for (order_row& row : rows.orders) {
        if (row.id.value == id) {
            return row;
        }
    }
    FAIL("no row of order ", id);
    return rows.orders.front();
}

struct spoiled {
    const char* what;
    std::function<void(book_rows&)> how;
};

}  // namespace

TEST_CASE("rows of a book with an order of each kind are restored exactly") {
    const book_rows rows = full_rows();
    REQUIRE(rows.orders.size() == 17);
    const auto book = order_book::restore(rows);
    REQUIRE(book.has_value());
    CHECK(book->save() == rows);
}

TEST_CASE("rows that contradict themselves are refused") {
    const std::vector<spoiled> all = {
        {"an id twice", [](book_rows& r) { r.orders[1].id = r.orders[0].id; }},
        {"the id zero", [](book_rows& r) { r.orders[0].id = {}; }},
        {"a priority twice", [](book_rows& r) { r.orders[1].priority = r.orders[0].priority; }},
        {"the priority zero", [](book_rows& r) { r.orders[0].priority = 0; }},
        {"a priority not yet drawn",
         [](book_rows& r) { r.orders[0].priority = r.book.next_priority; }},
        {"nothing remains", [](book_rows& r) { row_of(r, 2).remaining = {0}; }},
        {"less than nothing remains", [](book_rows& r) { row_of(r, 2).remaining = {-5}; }},
        {"more remains than an order may have",
         [](book_rows& r) { row_of(r, 16).remaining = max_order_lots + quantity{1}; }},
        {"less than nothing is filled", [](book_rows& r) { row_of(r, 2).filled = {-1}; }},
        {"more is shown than remains", [](book_rows& r) { row_of(r, 1).shown = {31}; }},
        {"more is shown than the display", [](book_rows& r) { row_of(r, 1).shown = {11}; }},
        {"an iceberg shows nothing", [](book_rows& r) { row_of(r, 1).shown = {0}; }},
        {"an order without display shows a part", [](book_rows& r) { row_of(r, 2).shown = {4}; }},
        {"a waiting stop without a stop price",
         [](book_rows& r) { row_of(r, 7).has_stop_price = false; }},
        {"a waiting stop that has triggered", [](book_rows& r) { row_of(r, 7).triggered = true; }},
        {"a limit order waits", [](book_rows& r) { row_of(r, 2).place = order_place::waiting; }},
        {"a limit order is hidden", [](book_rows& r) { row_of(r, 2).place = order_place::hidden; }},
        {"a peg stands in the queue",
         [](book_rows& r) { row_of(r, 3).place = order_place::queue; }},
        {"an all-or-none order stands in the queue",
         [](book_rows& r) { row_of(r, 5).place = order_place::queue; }},
        {"a stop that has not triggered stands in the queue",
         [](book_rows& r) { row_of(r, 7).place = order_place::queue; }},
        {"a day order is parked", [](book_rows& r) { row_of(r, 2).place = order_place::parked; }},
        {"an order of no group is held",
         [](book_rows& r) { row_of(r, 2).place = order_place::held; }},
        {"a plain limit order is pending",
         [](book_rows& r) { row_of(r, 2).place = order_place::pending; }},
        {"a peg is pending", [](book_rows& r) { row_of(r, 3).place = order_place::pending; }},
        {"a place out of range",
         [](book_rows& r) { row_of(r, 2).place = static_cast<order_place>(6); }},
        {"a side out of range", [](book_rows& r) { row_of(r, 2).side = static_cast<side>(2); }},
        {"a type out of range",
         [](book_rows& r) { row_of(r, 2).type = static_cast<order_type>(7); }},
        {"a time in force out of range",
         [](book_rows& r) { row_of(r, 2).tif = static_cast<time_in_force>(7); }},
        {"a mode out of range",
         [](book_rows& r) { row_of(r, 2).self_trade = static_cast<self_trade_prevention>(5); }},
        {"a role out of range",
         [](book_rows& r) { row_of(r, 11).role = static_cast<group_role>(4); }},
        {"a negative display", [](book_rows& r) { row_of(r, 1).display = {-10}; }},
        {"a negative minimum", [](book_rows& r) { row_of(r, 6).minimum = {-4}; }},
        {"a group that has no row", [](book_rows& r) { row_of(r, 2).group = {77}; }},
        {"a group's row without its orders", [](book_rows& r) { r.groups[0].members = {}; }},
        {"a group with a member missing", [](book_rows& r) { r.groups[0].members.pop_back(); }},
        {"a member that does not live", [](book_rows& r) { r.groups[0].members[0] = {1'234}; }},
        {"a member twice", [](book_rows& r) { r.groups[0].members[1] = r.groups[0].members[0]; }},
        {"a member of another group",
         [](book_rows& r) { r.groups[0].members[0] = r.groups[1].members[0]; }},
        {"a group twice", [](book_rows& r) { r.groups.push_back(r.groups[0]); }},
        {"a group of another account", [](book_rows& r) { r.groups[0].account = {99}; }},
        {"a group of the id zero",
         [](book_rows& r) {
             r.groups[0].id = {};
             row_of(r, 11).group = row_of(r, 12).group = {};
         }},
        {"a group larger than its size",
         [](book_rows& r) {
             r.groups[0].size = 1;
             r.groups[0].complete = false;
         }},
        {"more orders than the book may hold", [](book_rows& r) { r.book.rules.max_orders = 16; }},
        {"an instrument that cannot be", [](book_rows& r) { r.book.rules.lot = {0}; }},
        {"a state out of range", [](book_rows& r) { r.book.state = static_cast<market_state>(5); }},
        {"an auction without a kind", [](book_rows& r) { r.book.state = market_state::auction; }},
        {"a kind without an auction", [](book_rows& r) { r.book.auction = auction_kind::opening; }},
        {"a kind out of range",
         [](book_rows& r) {
             r.book.state = market_state::auction;
             r.book.auction = static_cast<auction_kind>(5);
         }},
        {"a next state out of range",
         [](book_rows& r) { r.book.next = static_cast<market_state>(5); }},
    };
    for (const spoiled& each : all) {
        book_rows rows = full_rows();
        each.how(rows);
        CHECK_MESSAGE(!order_book::restore(rows).has_value(), std::string(each.what));
    }
}

TEST_CASE("a queue that is crossed in open is refused") {
    book_fixture book({}, market_state::pre_open);
    book.buy(1, 5, at(10));
    book.sell(2, 5, at(10));
    book_rows rows = book.book.save();
    book.forget();
    REQUIRE(order_book::restore(rows).has_value());
    rows.book.state = market_state::open;
    CHECK_FALSE(order_book::restore(rows).has_value());
}

namespace {

/// Puts anything into one field of rows.
class spoiler {
public:
    explicit spoiler(std::uint64_t seed) : random_(seed) {}

    void spoil(book_rows& rows) {
        const auto part = random_.below(10);
        if (part < 7 && !rows.orders.empty()) {
            spoil(rows.orders[random_.below(rows.orders.size())]);
        } else if (part < 9 && !rows.groups.empty()) {
            spoil(rows.groups[random_.below(rows.groups.size())]);
        } else {
            spoil(rows.book);
        }
    }

private:
    std::int64_t number() {
        constexpr std::int64_t odd[] = {0,  1,  -1, 2,         3,         5,
                                        10, 90, 95, INT64_MAX, INT64_MIN, std::int64_t{1} << 40};
        switch (random_.below(4)) {
            case 0:
                return random_.between(-20, 200);
            case 1:
                return static_cast<std::int64_t>(random_.next());
            default:
                return odd[random_.below(std::size(odd))];
        }
    }
    template <class Enum>
    void any(Enum& value) {
        value = static_cast<Enum>(random_.chance(900) ? random_.below(8) : random_.below(256));
    }
    void any(bool& value) { value = !value; }
    void any(std::int64_t& value) { value = number(); }
    void any(std::uint64_t& value) { value = static_cast<std::uint64_t>(number()); }
    void any(std::uint32_t& value) { value = static_cast<std::uint32_t>(number()); }

    void spoil(order_row& row) {
        switch (random_.below(25)) {
            case 0:
                return any(row.id.value);
            case 1:
                return any(row.account.value);
            case 2:
                return any(row.trade_group.value);
            case 3:
                return any(row.side);
            case 4:
                return any(row.type);
            case 5:
                return any(row.tif);
            case 6:
                return any(row.self_trade);
            case 7:
                return any(row.post_only);
            case 8:
                return any(row.all_or_none);
            case 9:
                return any(row.triggered);
            case 10:
                return any(row.role);
            case 11:
                return any(row.place);
            case 12:
                return any(row.version);
            case 13:
                return any(row.priority);
            case 14:
                return any(row.price.ticks);
            case 15:
                return any(row.remaining.lots);
            case 16:
                return any(row.filled.lots);
            case 17:
                return any(row.shown.lots);
            case 18:
                return any(row.stop_price.ticks);
            case 19:
                return any(row.has_stop_price);
            case 20:
                return any(row.offset_ticks);
            case 21:
                return any(row.display.lots);
            case 22:
                return any(row.minimum.lots);
            case 23:
                return any(row.expires_at.ns);
            default:
                return any(row.group.value);
        }
    }
    void spoil(group_row& row) {
        switch (random_.below(row.members.empty() ? 4 : 6)) {
            case 0:
                return any(row.id.value);
            case 1:
                return any(row.account.value);
            case 2:
                return any(row.size);
            case 3:
                return any(row.complete);
            case 4:
                return row.members.pop_back();
            default:
                return any(row.members[random_.below(row.members.size())].value);
        }
    }
    void spoil(book_row& row) {
        switch (random_.below(14)) {
            case 0:
                return any(row.now.ns);
            case 1:
                return any(row.state);
            case 2:
                return any(row.auction);
            case 3:
                return any(row.until.ns);
            case 4:
                return any(row.next);
            case 5:
                return any(row.has_last_price);
            case 6:
                return any(row.has_reference_price);
            case 7:
                return any(row.last_price.ticks);
            case 8:
                return any(row.reference_price.ticks);
            case 9:
                return any(row.next_priority);
            case 10:
                return any(row.rules.max_orders);
            case 11:
                return any(row.rules.max_hidden_orders);
            case 12:
                return any(row.rules.max_trailing_stops);
            default:
                return any(row.rules.lot.lots);
        }
    }

    random_source random_;
};

}  // namespace

TEST_CASE("rows with any field spoiled are refused, or are a book that goes on working") {
    // Flow that the books restored from spoiled rows must survive.
    std::vector<generated_entry> entries;
    std::vector<book_rows> sources = {full_rows()};
    {
        command_generator generator(99, instrument_profile::plain, flow_profile::everything);
        reference_book reference(make_instrument(instrument_profile::plain));
        order_book book(make_instrument(instrument_profile::plain));
        std::vector<event> ignored;
        event_buffer out;
        for (int i = 0; i < 400; ++i) {
            entries.push_back(generator.next(reference));
            ignored.clear();
            reference.apply(entries.back().now, entries.back().commands, ignored);
            book.apply(entries.back().now, entries.back().commands, out);
            if (i % 50 == 49) {
                sources.push_back(book.save());
            }
        }
    }
    spoiler spoil(17);
    random_source random(18);
    unsigned refused = 0;
    unsigned taken = 0;
    event_buffer out;
    for (int round = 0; round < 20'000; ++round) {
        CAPTURE(round);
        book_rows rows = sources[random.below(sources.size())];
        for (std::uint64_t i = 0; i <= random.below(3); ++i) {
            spoil.spoil(rows);
        }
        auto book = order_book::restore(rows);
        if (!book) {
            ++refused;
            continue;
        }
        ++taken;
        const bool same = book->save() == rows;
        CHECK_MESSAGE(same, "a book was taken that is not what its rows say");
        const std::size_t first = random.below(300);
        for (std::size_t i = first; i < first + 100; ++i) {
            out.clear();
            book->apply(entries[i].now, entries[i].commands, out);
        }
        const bool again = order_book::restore(book->save()).has_value();
        CHECK_MESSAGE(again, "after a hundred entries the book's own rows are refused");
    }
    CHECK(refused > 5'000);
    CHECK(taken > 2'000);
}
