// The examples of RULES.md, run against the reference book.
#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/command_generator.hpp"
#include "tests/support/event_audit.hpp"
#include "tests/support/flow_coverage.hpp"
#include "tests/support/reference_book.hpp"
#include "tests/support/run_length.hpp"

using namespace bourse;

namespace {

/// A reference book with plain rules and short words to say things to it.
struct scene {
    explicit scene(market_state state = market_state::open) : book(instrument{}, state) {}

    [[nodiscard]] new_order make(std::uint64_t id, side which, std::int64_t lots,
                                 std::int64_t ticks) const {
        new_order order;
        order.id = order_id{id};
        order.account = account_id{static_cast<std::uint32_t>(id)};
        order.side = which;
        order.tif = time_in_force::good_till_cancelled;
        order.quantity = quantity{lots};
        order.price = price{ticks};
        return order;
    }
    void send(const command& one) {
        events.clear();
        book.apply(timestamp{}, {&one, 1}, events);
        book.check();
    }
    void buy(std::uint64_t id, std::int64_t lots, std::int64_t ticks) {
        send(make(id, side::buy, lots, ticks));
    }
    void sell(std::uint64_t id, std::int64_t lots, std::int64_t ticks) {
        send(make(id, side::sell, lots, ticks));
    }
    /// The fills of the last command as "order:lots@price …", aggressor's fills left out.
    [[nodiscard]] std::string resting_fills() const {
        std::ostringstream text;
        for (const event& e : events) {
            if (e.kind == event_kind::fill && (e.flags & event::aggressor) == 0) {
                text << (text.tellp() > 0 ? " " : "") << e.order.value << ":" << e.lots.lots << "@"
                     << e.price.ticks;
            }
        }
        return text.str();
    }
    [[nodiscard]] std::vector<std::uint64_t> orders_of(event_kind kind) const {
        std::vector<std::uint64_t> ids;
        for (const event& e : events) {
            if (e.kind == kind) {
                ids.push_back(e.order.value);
            }
        }
        return ids;
    }
    [[nodiscard]] order_row row(std::uint64_t id) const {
        const auto found = book.find(order_id{id});
        REQUIRE(found.has_value());
        return *found;
    }
    /// A trade between two strangers, who rest and trade nothing else.
    void trade_at(std::int64_t ticks) {
        sell(++stranger, 1, ticks);
        buy(++stranger, 1, ticks);
    }

    reference_book book;
    std::vector<event> events;
    std::uint64_t stranger = 1'000;
};

using ids = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("reference: rule 5.5, a trailing stop follows and then triggers before the stop-limit") {
    scene s;
    s.trade_at(100);
    new_order stop_limit = s.make(1, side::sell, 5, 94);
    stop_limit.type = order_type::stop_limit;
    stop_limit.stop_price = price{95};
    s.send(stop_limit);
    new_order trailing = s.make(2, side::sell, 5, 0);
    trailing.type = order_type::trailing_stop;
    trailing.offset_ticks = 3;
    s.send(trailing);
    CHECK(s.row(2).stop_price == price{97});

    s.trade_at(102);
    CHECK(s.row(2).stop_price == price{99});
    CHECK(s.row(1).place == order_place::waiting);

    s.buy(3, 5, 96);
    s.trade_at(98);
    CHECK(s.orders_of(event_kind::triggered) == ids{2});
    CHECK(s.resting_fills() == "1005:1@98 3:5@96");
    CHECK(s.row(1).place == order_place::waiting);

    s.trade_at(95);
    CHECK(s.orders_of(event_kind::triggered) == ids{1});
    CHECK(s.row(1).triggered);
    CHECK(s.book.best(side::sell) == book_level{price{94}, quantity{5}, 1});
}

TEST_CASE("reference: rule 6.9, an iceberg refills at the end of its queue") {
    scene s;
    new_order iceberg = s.make(1, side::sell, 30, 10);
    iceberg.display = quantity{10};
    s.send(iceberg);
    s.sell(2, 10, 10);
    CHECK(s.book.best(side::sell) == book_level{price{10}, quantity{20}, 2});
    s.buy(3, 25, 10);
    CHECK(s.resting_fills() == "1:10@10 2:10@10 1:5@10");
    CHECK(s.orders_of(event_kind::refilled) == ids{1});
    CHECK(s.row(1).shown == quantity{5});
    CHECK(s.row(1).remaining == quantity{15});
}

TEST_CASE("reference: rule 7.6, two mid pegs trade when the spread gets even") {
    scene s;
    s.buy(1, 5, 10);
    s.sell(2, 5, 13);
    new_order buyer = s.make(3, side::buy, 5, 20);
    buyer.type = order_type::mid_peg;
    s.send(buyer);
    new_order seller = s.make(4, side::sell, 5, 0);
    seller.type = order_type::mid_peg;
    s.send(seller);
    CHECK(s.resting_fills().empty());
    s.sell(5, 5, 12);
    // The buyer came first, so it is the aggressor of the retry.
    CHECK(s.resting_fills() == "4:5@11");
}

TEST_CASE("reference: rule 8.6, the auction price has the most volume") {
    scene s(market_state::pre_open);
    s.buy(1, 100, 12);
    s.buy(2, 50, 11);
    s.sell(3, 80, 10);
    s.sell(4, 40, 11);
    CHECK(s.book.indicative() == indicative_auction{price{11}, quantity{120}, 30});
    s.send(set_state{});
    CHECK(s.orders_of(event_kind::uncrossed).size() == 1);
    CHECK(s.events.back().lots == quantity{120});
    CHECK(s.row(2).remaining == quantity{30});
    CHECK(s.book.reference_price() == price{11});
}

TEST_CASE("reference: rule 9.8, a bracket's exits come alive and one cancels the other") {
    scene s;
    const auto member = [&](std::uint64_t id, side which, std::int64_t ticks, group_role role) {
        new_order order = s.make(id, which, 10, ticks);
        order.account = account_id{9};
        order.role = role;
        order.group = order_group_id{4};
        order.group_size = 3;
        return order;
    };
    s.send(member(1, side::sell, 110, group_role::exit));
    new_order stop = member(2, side::sell, 0, group_role::exit);
    stop.type = order_type::stop;
    stop.stop_price = price{95};
    s.send(stop);
    s.send(member(3, side::buy, 100, group_role::entry));
    CHECK(s.orders_of(event_kind::activated) == ids{3});
    CHECK(s.row(1).place == order_place::held);

    s.sell(4, 6, 100);
    CHECK(s.row(1).place == order_place::held);
    s.sell(5, 4, 100);
    CHECK(s.orders_of(event_kind::activated) == ids{1, 2});
    CHECK(s.row(1).place == order_place::queue);
    CHECK(s.row(2).place == order_place::waiting);

    s.buy(6, 1, 110);
    CHECK(s.resting_fills() == "1:1@110");
    CHECK(s.orders_of(event_kind::cancelled) == ids{2});
    CHECK(s.row(1).group == order_group_id{});
    CHECK(s.row(1).remaining == quantity{9});
}

TEST_CASE("reference: a minimum met while resting leaves no crossed queue behind") {
    scene s;
    s.sell(1, 10, 10);
    new_order wants_50 = s.make(2, side::buy, 80, 12);
    wants_50.minimum = quantity{50};
    s.send(wants_50);
    CHECK(s.row(2).place == order_place::hidden);
    s.sell(3, 50, 9);
    // It gave its 50 to the seller; its other 30 then take what was offered all the time.
    CHECK(s.resting_fills() == "2:50@12 1:10@10");
    CHECK(s.row(2).place == order_place::queue);
    CHECK(s.row(2).remaining == quantity{20});
}

// The proof that the weights of the generator are good for something, and that the reference keeps
// its own invariants whatever comes.
TEST_CASE("reference: random commands keep its invariants and reach every answer and place") {
    const std::uint64_t commands_a_book = sanitized ? 1'000 : 10'000;
    flow_coverage coverage;
    for (std::uint8_t f = 0; f < flow_profile_count; ++f) {
        for (std::uint8_t i = 0; i < instrument_profile_count; ++i) {
            for (std::uint64_t seed = 1; seed <= 4; ++seed) {
                const auto profile = static_cast<instrument_profile>(i);
                command_generator generator(seed, profile, static_cast<flow_profile>(f));
                reference_book book(make_instrument(profile));
                event_audit audit;
                std::vector<event> events;
                coverage.begin_book();
                for (std::uint64_t sent = 0; sent < commands_a_book;) {
                    const generated_entry entry = generator.next(book);
                    events.clear();
                    book.apply(entry.now, entry.commands, events);
                    book.check();
                    const auto fault = audit.follow(events);
                    REQUIRE_MESSAGE(!fault, fault.value_or(""));
                    REQUIRE(audit.live() == book.size());
                    coverage.count(events);
                    coverage.count(book);
                    sent += entry.commands.size();
                }
            }
        }
    }
    if (commands_a_book == 10'000) {
        for (const std::string& missing : coverage.missing()) {
            FAIL_CHECK("never reached: " << missing);
        }
    }
}
