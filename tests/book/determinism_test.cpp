// The same entries give the same bytes: at once, cut by save and restore or compact at any point, in
// debug and in release.
#include <doctest/doctest.h>

#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "actors/book/order_book.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/command_generator.hpp"
#include "tests/support/reference_book.hpp"

using namespace bourse;

namespace {

/// A 64-bit FNV-1a hash over the fields of events, not over their memory.
class digest {
public:
    void add(const event& e) {
        for (const std::uint64_t field :
             {static_cast<std::uint64_t>(e.kind), static_cast<std::uint64_t>(e.side),
              static_cast<std::uint64_t>(e.reason), std::uint64_t{e.flags},
              std::uint64_t{e.version}, e.order.value, e.number,
              static_cast<std::uint64_t>(e.price.ticks), static_cast<std::uint64_t>(e.lots.lots),
              static_cast<std::uint64_t>(e.filled.lots),
              static_cast<std::uint64_t>(e.remaining.lots), std::uint64_t{e.account.value},
              std::uint64_t{e.symbol.value}}) {
            add(field);
        }
    }
    [[nodiscard]] std::uint64_t value() const { return hash_; }

private:
    void add(std::uint64_t field) {
        for (unsigned shift = 0; shift < 64; shift += 8) {
            hash_ = (hash_ ^ (field >> shift & 0xFFU)) * 0x100000001B3U;
        }
    }

    std::uint64_t hash_ = 0xCBF29CE484222325U;
};

std::vector<event> copy(const event_buffer& buffer) {
    return {buffer.events().begin(), buffer.events().end()};
}

std::vector<generated_entry> generate(std::uint64_t seed, instrument_profile profile,
                                      flow_profile flow, int count) {
    command_generator generator(seed, profile, flow);
    reference_book book(make_instrument(profile));
    std::vector<generated_entry> entries;
    std::vector<event> ignored;
    for (int i = 0; i < count; ++i) {
        entries.push_back(generator.next(book));
        ignored.clear();
        book.apply(entries.back().now, entries.back().commands, ignored);
    }
    return entries;
}

struct flow_case {
    instrument_profile profile;
    flow_profile flow;
};

constexpr flow_case flow_cases[] = {
    {instrument_profile::plain, flow_profile::everything},
    {instrument_profile::tick_table, flow_profile::pegs},
    {instrument_profile::corridor, flow_profile::auctions_and_stops},
    {instrument_profile::plain, flow_profile::groups},
    {instrument_profile::tiny_limits, flow_profile::icebergs_and_self_trade},
};

// A flow of its own, so that no change to the generator changes the digest.
command plain_command(random_source& random, std::uint64_t id) {
    const auto some_id = [&] { return order_id{id - random.below(id < 200 ? id : 200)}; };
    const auto roll = random.below(100);
    if (roll < 15) {
        return cancel_order{some_id(), {}};
    }
    if (roll < 25) {
        return replace_order{.id = some_id(),
                             .set_price = random.chance(700),
                             .set_quantity = random.chance(500),
                             .price = at(random.between(80, 120)),
                             .quantity = {random.between(1, 60)}};
    }
    if (roll < 27) {
        constexpr market_state to[] = {market_state::open, market_state::pre_open,
                                       market_state::auction, market_state::open};
        const market_state state = to[random.below(4)];
        return set_state{
            state,
            state == market_state::auction ? auction_kind::closing : auction_kind::none,
            {},
            market_state::open};
    }
    // Braces, as they are evaluated from left to right.
    draft order{random.chance(500) ? side::buy : side::sell, id, random.between(1, 50),
                at(random.between(80, 120))};
    order.account(static_cast<std::uint32_t>(1 + random.below(6)))
        .preventing(static_cast<self_trade_prevention>(random.below(5)));
    switch (random.below(12)) {
        case 0:
            order.ioc();
            break;
        case 1:
            order.fok();
            break;
        case 2:
            order.showing(random.between(1, 9));
            break;
        case 3:
            order.stop_limit(at(random.between(80, 120)));
            break;
        case 4:
            order.trailing(random.between(1, 6));
            break;
        case 5:
            order.primary_peg(random.between(0, 3));
            break;
        case 6:
            order.mid_peg(random.between(0, 2));
            break;
        case 7:
            order.all_or_none();
            break;
        case 8:
            order.minimum(random.between(1, 20));
            break;
        case 9:
            order.post_only();
            break;
        default:
            break;
    }
    return static_cast<const new_order&>(order);
}

}  // namespace

// With every feature: groups, stops, pegs, icebergs, all times in force, auctions, bands, tick tables, timers. A change of the
// generator changes them: put in what is printed.
TEST_CASE("flows of every kind give the digests that are written here, in every build") {
    constexpr std::uint64_t written[std::size(flow_cases)] = {
        10676504792191142716U, 9374470847361741485U, 9843664874544004694U, 10407448250737473538U,
        3687800881189997865U};
    for (std::size_t i = 0; i < std::size(flow_cases); ++i) {
        digest told;
        order_book book(make_instrument(flow_cases[i].profile));
        event_buffer events;
        for (const generated_entry& each :
             generate(77, flow_cases[i].profile, flow_cases[i].flow, 1'500)) {
            events.clear();
            book.apply(each.now, each.commands, events);
            for (const event& e : events.events()) {
                told.add(e);
            }
        }
        CHECK(told.value() == written[i]);
    }
}

TEST_CASE("the events of fixed flow have the digest written here, in debug and in release") {
    random_source random(20'240'611);
    order_book book{instrument{}};
    event_buffer out;
    digest all;
    std::uint64_t events = 0;
    for (std::uint64_t id = 1; id <= 20'000; ++id) {
        const command one = plain_command(random, id);
        out.clear();
        book.apply(timestamp{static_cast<std::int64_t>(id)}, {&one, 1}, out);
        events += out.size();
        for (const event& e : out.events()) {
            all.add(e);
        }
    }
    CHECK(book.statistics().trades > 1'000);
    CHECK(events == 43'076);
    CHECK(all.value() == 5092512762281553795U);
}

TEST_CASE("saved and restored after every entry a book says and becomes the same") {
    for (const flow_case& each : flow_cases) {
        const auto entries = generate(7, each.profile, each.flow, 600);
        order_book whole(make_instrument(each.profile));
        order_book cut(make_instrument(each.profile));
        event_buffer whole_said;
        event_buffer cut_said;
        for (const generated_entry& entry : entries) {
            whole_said.clear();
            cut_said.clear();
            whole.apply(entry.now, entry.commands, whole_said);
            cut.apply(entry.now, entry.commands, cut_said);
            REQUIRE(copy(whole_said) == copy(cut_said));
            const book_rows rows = cut.save();
            auto restored = order_book::restore(rows);
            REQUIRE(restored.has_value());
            REQUIRE(restored->save() == rows);
            REQUIRE(whole.save() == rows);
            cut = std::move(*restored);
        }
    }
}

TEST_CASE("compacted at random points a book says and becomes the same") {
    for (const flow_case& each : flow_cases) {
        const auto entries = generate(11, each.profile, each.flow, 600);
        random_source random(3);
        order_book whole(make_instrument(each.profile));
        order_book packed(make_instrument(each.profile));
        event_buffer whole_said;
        event_buffer packed_said;
        for (const generated_entry& entry : entries) {
            whole.apply(entry.now, entry.commands, whole_said);
            packed.apply(entry.now, entry.commands, packed_said);
            if (random.chance(300)) {
                const book_rows before = packed.save();
                packed.compact();
                REQUIRE(packed.save() == before);
            }
        }
        CHECK(whole_said.size() > 600);
        CHECK(copy(whole_said) == copy(packed_said));
        CHECK(whole.save() == packed.save());
    }
}

TEST_CASE("one entry of many commands gives what its commands give one by one") {
    random_source random(5);
    std::vector<command> commands;
    for (std::uint64_t id = 1; id <= 2'000; ++id) {
        commands.push_back(plain_command(random, id));
    }
    order_book at_once{instrument{}};
    order_book one_by_one{instrument{}};
    event_buffer first;
    event_buffer second;
    at_once.apply({1}, commands, first);
    for (const command& one : commands) {
        one_by_one.apply({1}, {&one, 1}, second);
    }
    CHECK(first.size() > 2'000);
    CHECK(copy(first) == copy(second));
    CHECK(at_once.save() == one_by_one.save());
}

TEST_CASE("what sets of a past peak keep is counted, until compact gives it back") {
    order_book book{instrument{}};
    event_buffer out;
    const std::size_t empty = book.memory_bytes();
    for (std::uint64_t id = 1; id <= 50'000; ++id) {
        // A stop in a set, and a price block in a map.
        book.submit(buy(id, 1, at(static_cast<std::int64_t>(1'000 * id))).stop(at(5)), out);
        book.submit(sell(id + 100'000, 1, at(static_cast<std::int64_t>(1'000 * id))), out);
    }
    const std::size_t peak = book.memory_bytes();
    CHECK(peak > empty);
    for (std::uint64_t id = 1; id <= 50'000; ++id) {
        book.cancel({{id}, {}}, out);
        book.cancel({{id + 100'000}, {}}, out);
    }
    CHECK(book.size() == 0);
    CHECK(book.memory_bytes() == peak);
    book.compact();
    CHECK(book.memory_bytes() == empty);
}

TEST_CASE("compact gives back what a peak has left behind, and nothing that rests") {
    order_book book{instrument{}};
    event_buffer out;
    for (std::uint64_t id = 1; id <= 50'000; ++id) {
        book.submit(buy(id, 1, at(static_cast<std::int64_t>(id))), out);
    }
    const std::size_t peak = book.memory_bytes();
    for (std::uint64_t id = 101; id <= 50'000; ++id) {
        book.cancel({{id}, {}}, out);
    }
    const book_rows rows = book.save();
    book.compact();
    CHECK(book.memory_bytes() < peak / 20);
    CHECK(book.save() == rows);
    CHECK(book.size() == 100);
}
