// Every pair of type and time in force in every state: the first answer from the table below, and
// what becomes of what was accepted (RULES.md 3.5, 3.6, 3.20, 4.1 to 4.6).
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

#include "messages/reason.hpp"
#include "tests/support/book_fixture.hpp"

using namespace bourse;

namespace {

struct state_of_book {
    std::string_view name;
    market_state state;
    auction_kind kind;
};

constexpr std::array<state_of_book, 8> states = {{
    {"closed", market_state::closed, auction_kind::none},
    {"pre_open", market_state::pre_open, auction_kind::none},
    {"opening", market_state::auction, auction_kind::opening},
    {"closing", market_state::auction, auction_kind::closing},
    {"reopening", market_state::auction, auction_kind::reopening},
    {"volatility", market_state::auction, auction_kind::volatility},
    {"open", market_state::open, auction_kind::none},
    {"halted", market_state::halted, auction_kind::none},
}};

// What is expected of one pair, in the states above in their order:
//   C market_closed   H market_halted   X invalid_combination   N not_accepted_now
//   q queue   h hidden   w waiting   p parked: accepted, and there
//   u accepted, then cancelled with unfilled
using answers = std::string_view;

// By type, then time in force: day, gtc, gtd, ioc, fok, at_the_open, at_the_close.
// The order of the columns in each word: as in `states`.
constexpr std::array<std::array<answers, time_in_force_count>, order_type_count> table = {{
    // limit
    {"CqqqqqqH", "CqqqqqqH", "CqqqqqqH", "CNNNNNuH", "CNNNNNuH", "CqqNNNNH", "CppqpppH"},
    // market
    {"CqqqqquH", "CXXXXXXH", "CXXXXXXH", "CNNNNNuH", "CNNNNNuH", "CqqNNNNH", "CppqpppH"},
    // stop
    {"CwwwwwwH", "CwwwwwwH", "CwwwwwwH", "CXXXXXXH", "CXXXXXXH", "CXXXXXXH", "CXXXXXXH"},
    // stop_limit
    {"CwwwwwwH", "CwwwwwwH", "CwwwwwwH", "CXXXXXXH", "CXXXXXXH", "CXXXXXXH", "CXXXXXXH"},
    // trailing_stop
    {"CwwwwwwH", "CwwwwwwH", "CwwwwwwH", "CXXXXXXH", "CXXXXXXH", "CXXXXXXH", "CXXXXXXH"},
    // primary_peg
    {"ChhhhhhH", "ChhhhhhH", "ChhhhhhH", "CXXXXXXH", "CXXXXXXH", "CXXXXXXH", "CXXXXXXH"},
    // mid_peg
    {"ChhhhhhH", "ChhhhhhH", "ChhhhhhH", "CXXXXXXH", "CXXXXXXH", "CXXXXXXH", "CXXXXXXH"},
}};

new_order order_of(order_type type, time_in_force tif) {
    new_order order = buy(1, 5, at(90)).type(type).tif(tif);
    if (type == order_type::stop || type == order_type::stop_limit) {
        order.stop_price = at(110);
    }
    if (type == order_type::trailing_stop) {
        order.offset_ticks = 10;
    }
    if (tif == time_in_force::good_till_date) {
        order.expires_at = {1'000};
    }
    return order;
}

// The letter of the table that stands for what the book did.
std::string letter_of(const book_fixture& book) {
    const auto said = book.said();
    REQUIRE(!said.empty());
    if (said[0].kind == event_kind::rejected) {
        REQUIRE(said.size() == 1);
        switch (said[0].reason) {
            case reason::market_closed:
                return "C";
            case reason::market_halted:
                return "H";
            case reason::invalid_combination:
                return "X";
            case reason::not_accepted_now:
                return "N";
            default:
                return std::string(to_string(said[0].reason));
        }
    }
    REQUIRE(said[0].kind == event_kind::accepted);
    if (said.size() > 1) {
        return said.size() == 2 && said[1].kind == event_kind::cancelled &&
                       said[1].reason == reason::unfilled
                   ? "u"
                   : "accepted and " + in_short(said[1]);
    }
    constexpr std::string_view places = "qhwp?!";  // as order_place
    return std::string(1, places[static_cast<std::size_t>(book.place(1))]);
}

}  // namespace

TEST_CASE("3.5 each type and time in force gets the answer of the table in every state") {
    unsigned pairs = 0;
    for (std::uint8_t type = 0; type < order_type_count; ++type) {
        for (std::uint8_t tif = 0; tif < time_in_force_count; ++tif) {
            for (std::size_t i = 0; i < states.size(); ++i) {
                book_fixture book;
                book.trade_at(at(100));
                book.send(set_state{states[i].state, states[i].kind, {}, market_state::open});
                book.forget();
                book.enter(
                    order_of(static_cast<order_type>(type), static_cast<time_in_force>(tif)));
                CAPTURE(static_cast<int>(type));
                CAPTURE(static_cast<int>(tif));
                CAPTURE(states[i].name);
                CHECK(letter_of(book) == std::string(1, table[type][tif][i]));
                ++pairs;
            }
        }
    }
    CHECK(pairs == 7 * 7 * 8);
}

TEST_CASE("4.6 in open every pair that trades at once takes what it can and no more") {
    // A sell of 3 at 90 rests; the buy of 5 at 90 comes.
    struct row {
        order_type type;
        time_in_force tif;
        bool trades;
        std::string_view then;  ///< "queue", "cancelled", "parked", "hidden" or "waiting"
    };
    using enum order_type;
    using enum time_in_force;
    constexpr std::array<row, 14> rows = {{
        {limit, day, true, "queue"},
        {limit, good_till_cancelled, true, "queue"},
        {limit, good_till_date, true, "queue"},
        {limit, immediate_or_cancel, true, "cancelled"},
        {limit, fill_or_kill, false, "cancelled"},
        {limit, at_the_close, false, "parked"},
        {market, day, true, "cancelled"},
        {market, immediate_or_cancel, true, "cancelled"},
        {market, fill_or_kill, false, "cancelled"},
        {market, at_the_close, false, "parked"},
        {stop, day, false, "waiting"},
        {trailing_stop, day, false, "waiting"},
        {primary_peg, day, false, "hidden"},
        {mid_peg, day, false, "hidden"},
    }};
    for (const row& each : rows) {
        book_fixture book;
        book.trade_at(at(100));
        book.sell(9, 3, at(90));
        book.forget();
        book.enter(order_of(each.type, each.tif));
        CAPTURE(static_cast<int>(each.type));
        CAPTURE(static_cast<int>(each.tif));
        CHECK(book.lives(9) == !each.trades);
        if (each.then == "cancelled") {
            CHECK_FALSE(book.lives(1));
            CHECK(book.said().back().reason == reason::unfilled);
        } else {
            constexpr std::array<std::string_view, 4> names = {"queue", "hidden", "waiting",
                                                               "parked"};
            CHECK(names.at(static_cast<std::size_t>(book.place(1))) == each.then);
            CHECK(book.row(1).remaining == quantity{each.trades ? 2 : 5});
        }
        book.forget();
    }
}
