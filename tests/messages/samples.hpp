#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <random>

#include "messages/book_rows.hpp"
#include "messages/command.hpp"
#include "messages/event.hpp"
#include "messages/instrument.hpp"
#include "messages/known_numbers.hpp"

/// Records for the tests of the codecs: fixed ones in which no two fields are alike, so that a codec
/// that mixes up two fields is seen, and random ones.
namespace bourse::samples {

// --- Fixed. The golden files hold exactly these: never change one, add another. ---------------------

inline new_order distinct_new_order() {
    new_order order;
    order.id = {0x0102030405060708};
    order.account = {0x11121314};
    order.trade_group = {0x21222324};
    order.side = side::sell;
    order.type = order_type::mid_peg;
    order.tif = time_in_force::at_the_open;
    order.self_trade = self_trade_prevention::decrement;
    order.post_only = true;
    order.all_or_none = true;
    order.role = group_role::exit;
    order.group_size = 7;
    order.price = {-3'000'000'000'000'000'001};
    order.quantity = {4'000'000'000'002};
    order.stop_price = {5'000'000'000'003};
    order.offset_ticks = -6'000'000'000'004;
    order.display = {7'000'000'000'005};
    order.minimum = {8'000'000'000'006};
    order.expires_at = {1'767'258'000'123'456'789};
    order.group = {0xf1f2f3f4f5f6f7f8};
    return order;
}

inline cancel_order distinct_cancel_order() {
    return {.id = {7001}, .account = {42}};
}

inline replace_order distinct_replace_order() {
    return {.id = {0x1020304050607080},
            .account = {0x31323334},
            .set_price = true,
            .set_quantity = false,
            .set_stop_price = true,
            .price = {-11},
            .quantity = {22},
            .stop_price = {33}};
}

inline mass_cancel distinct_mass_cancel() {
    return {.account = {77}, .sides = side_filter::sell};
}

inline set_state distinct_set_state() {
    return {.state = market_state::auction,
            .auction = auction_kind::reopening,
            .until = {1'767'258'000'000'000'001},
            .next = market_state::halted};
}

inline set_reference distinct_set_reference() {
    return {.clear = true, .price = {-12'345}};
}

inline event distinct_event() {
    event happened;
    happened.kind = event_kind::prevented;
    happened.side = side::sell;
    happened.reason = reason::auction_ended;
    happened.flags = event::final_answer | event::in_auction;
    happened.version = 0x41424344;
    happened.order = {0x0102030405060708};
    happened.number = 0x1112131415161718;
    happened.price = {-1};
    happened.lots = {2};
    happened.filled = {3};
    happened.remaining = {4};
    happened.account = {0x51525354};
    happened.symbol = {0x61626364};
    return happened;
}

inline instrument distinct_instrument() {
    instrument rules;
    rules.symbol = {0x71727374};
    rules.ticks = {{0, 1}, {10'000, 5}, {50'000, 10}};
    rules.lot = {2};
    rules.min_quantity = {4};
    rules.max_quantity = {1'000'000};
    rules.min_notional = 100;
    rules.max_notional = 9'000'000'000'000;
    rules.band_bps = 1'001;
    rules.volatility_bps = 202;
    rules.volatility_auction = {120'000'000'000};
    rules.reopening_auction = {300'000'000'000};
    rules.max_orders = 12'345;
    rules.max_hidden_orders = 678;
    rules.max_trailing_stops = 91;
    return rules;
}

inline order_row distinct_order_row() {
    order_row row;
    row.id = {0x0102030405060708};
    row.account = {0x11121314};
    row.trade_group = {0x21222324};
    row.side = side::sell;
    row.type = order_type::trailing_stop;
    row.tif = time_in_force::good_till_date;
    row.self_trade = self_trade_prevention::cancel_both;
    row.post_only = true;
    row.all_or_none = false;
    row.triggered = true;
    row.role = group_role::exit;
    row.place = order_place::pending;
    row.version = 0x31323334;
    row.priority = 0x4142434445464748;
    row.price = {-1};
    row.remaining = {2};
    row.filled = {3};
    row.shown = {4};
    row.stop_price = {-5};
    row.has_stop_price = true;
    row.offset_ticks = 6;
    row.display = {7};
    row.minimum = {8};
    row.expires_at = {9};
    row.group = {10};
    return row;
}

inline group_row distinct_group_row() {
    return {.id = {0x0102030405060708},
            .account = {0x11121314},
            .size = 5,
            .complete = true,
            .members = {{31}, {7}, {0xffffffffffffffff}}};
}

inline book_row distinct_book_row() {
    book_row row;
    row.rules = distinct_instrument();
    row.now = {1'767'258'000'000'000'002};
    row.state = market_state::auction;
    row.auction = auction_kind::volatility;
    row.until = {1'767'258'000'000'000'003};
    row.next = market_state::open;
    row.has_last_price = true;
    row.has_reference_price = false;
    row.last_price = {-21};
    row.reference_price = {22};
    row.next_priority = 23;
    row.next_trade = 24;
    row.statistics = {.trades = 25,
                      .lots = 26,
                      .turnover = -((wide_int{27} << 64) + 28),
                      .first = {-29},
                      .high = {30},
                      .low = {-31},
                      .last = {32}};
    return row;
}

inline book_rows distinct_book_rows() {
    order_row second = distinct_order_row();
    second.id = {0x0102030405060709};
    second.type = order_type::limit;
    second.place = order_place::hidden;
    group_row empty;
    empty.id = {99};
    return {.book = distinct_book_row(),
            .orders = {distinct_order_row(), second},
            .groups = {distinct_group_row(), empty}};
}

inline std::vector<command> every_kind_of_command() {
    return {distinct_new_order(),   distinct_cancel_order(), distinct_replace_order(),
            distinct_mass_cancel(), distinct_set_state(),    distinct_set_reference()};
}

inline std::vector<event> two_events() {
    return {distinct_event(), event{}};
}

// --- Random -----------------------------------------------------------------------------------------

/// Random records. Every 64-bit number is likely to be an extreme one.
class random_records {
public:
    explicit random_records(std::uint64_t seed) : random_(seed) {}

    template <typename Integer>
    Integer integer() {
        constexpr std::array<Integer, 4> extremes{std::numeric_limits<Integer>::min(),
                                                  std::numeric_limits<Integer>::max(), Integer{0},
                                                  Integer{1}};
        const std::uint64_t drawn = random_();
        return drawn % 4 == 0 ? extremes[(drawn >> 8U) % 4] : static_cast<Integer>(random_());
    }

    bool coin() { return random_() % 2 == 0; }
    std::size_t below(std::size_t end) { return random_() % end; }

    /// One of the enumerators.
    template <typename Enum>
    Enum any_of() {
        for (;;) {
            const auto number = static_cast<std::uint16_t>(random_() % 256);
            if (numbers_of<Enum>.contains(number)) {
                return static_cast<Enum>(number);
            }
        }
    }

    bourse::price price() { return {integer<std::int64_t>()}; }
    bourse::quantity quantity() { return {integer<std::int64_t>()}; }

    bourse::new_order new_order();
    bourse::command command();
    bourse::event event();
    bourse::instrument instrument();
    bourse::order_row order_row();
    bourse::group_row group_row();
    bourse::book_row book_row();
    bourse::book_rows book_rows();

private:
    std::mt19937_64 random_;
};

}  // namespace bourse::samples
