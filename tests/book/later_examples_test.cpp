// The examples of RULES.md, as in examples_test.cpp: sections 7 to 12.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/book_fixture.hpp"

using namespace bourse;
using group_role::one_cancels_other;

// --- Prices -------------------------------------------------------------------------------------

TEST_CASE("7.1 the example: a tick table of two rows") {
    instrument rules;
    rules.ticks = {{0, 1}, {50, 5}};
    book_fixture book(rules);
    book.buy(1, 5, at(49));
    book.buy(2, 5, at(50));
    book.buy(3, 5, at(55));
    book.buy(4, 5, at(-55));
    book.buy(5, 5, at(52));
    book.expect({"accepted 1 5@49", "accepted 2 5@50", "accepted 3 5@55", "accepted 4 5@-55",
                 "rejected 5 off_tick"});
    CHECK(round_to_tick(rules, at(52), true) == at(50));
    CHECK(round_to_tick(rules, at(52), false) == at(55));
    CHECK(round_to_tick(rules, at(-52), true) == at(-55));
    CHECK(round_to_tick(rules, at(-52), false) == at(-50));
}

TEST_CASE("7.2 the example: a band of 10 around 105") {
    instrument rules;
    rules.band_bps = 1'000;
    book_fixture book(rules);
    book.reference(at(105));
    book.forget();
    book.buy(1, 5, at(95));
    book.sell(2, 5, at(115));
    book.buy(3, 5, at(94));
    book.sell(3, 5, at(116));
    book.reprice(1, at(94));
    book.reprice(2, at(116));
    book.expect({"accepted 1 5@95", "accepted 2 5@115", "rejected 3 outside_band",
                 "rejected 3 outside_band", "replace_rejected 1 outside_band",
                 "replace_rejected 2 outside_band"});
    book.clear_reference();
    book.sell(3, 5, at(116));
    book.expect({"reference none", "accepted 3 5@116"});
}

TEST_CASE("7.3 the example: a walk out of the corridor") {
    instrument rules;
    rules.volatility_bps = 200;
    rules.volatility_auction = {30};
    book_fixture book(rules);
    book.pass(1'000);
    book.trade_at(at(100));
    book.sell(1, 5, at(102));
    book.sell(2, 5, at(103));
    book.forget();
    SUBCASE("a limit order") {
        book.buy(3, 8, at(103));
        book.expect({"accepted 3 8@103", "fill 1 5@102 done", "take 3 5@102 left 3",
                     "state open>auction/volatility volatility"});
        CHECK(book.bids() == "3@103x1");
        CHECK(book.book.next_due() == timestamp{1'030});
        book.pass(1'030);
        book.expect({"state auction>open timer", "cross 3 3@103 done", "cross 2 3@103 left 2",
                     "uncrossed 3@103 trades 1"});
        // 105 is inside of 103 ± 2; of 102 ± 2 it would not be, nor is 106.
        book.sell(4, 1, at(105));
        book.buy(5, 3, at(105));
        book.expect({"accepted 4 1@105", "accepted 5 3@105", "fill 2 2@103 done",
                     "take 5 2@103 left 1", "fill 4 1@105 done", "take 5 1@105 done"});
    }
    SUBCASE("a market order") {
        book.enter(buy(3, 8, at(103)).market());
        book.expect({"accepted 3 8@103", "fill 1 5@102 done", "take 3 5@102 left 3",
                     "state open>auction/volatility volatility", "cancelled 3 3 volatility"});
    }
}

namespace {

/// The price at which a peg stands between this bid and ask, by whom it trades with.
std::int64_t price_of_peg(const draft& peg, std::int64_t bid, std::int64_t ask,
                          std::int64_t tick = 1) {
    instrument rules;
    rules.ticks = {{0, tick}};
    book_fixture book(rules);
    book.buy(1, 1, at(bid));
    book.sell(2, 1, at(ask));
    book.enter(peg);
    book.forget();
    const new_order& sent = peg;
    const bool buys = sent.side == side::buy;
    book.enter(draft(opposite(sent.side), 4, 9, at(buys ? 0 : 100)).ioc());
    std::int64_t where = 0;
    for (const event& e : book.said()) {
        if (e.kind == event_kind::fill && e.order == sent.id) {
            where = e.price.ticks;
        }
    }
    book.forget();
    return where;
}

}  // namespace

TEST_CASE("7.4 the example: where pegs stand") {
    CHECK(price_of_peg(buy(3, 5, at(90)).primary_peg(1), 10, 14) == 9);
    CHECK(price_of_peg(sell(3, 5, at(1)).primary_peg(), 10, 14) == 14);
    CHECK(price_of_peg(buy(3, 5, at(8)).primary_peg(), 10, 14) == 8);
    CHECK(price_of_peg(buy(3, 5, at(90)).mid_peg(1), 10, 14) == 11);
    CHECK(price_of_peg(sell(3, 5, at(1)).mid_peg(1), 10, 14) == 13);
    CHECK(price_of_peg(buy(3, 5, at(90)).primary_peg(1), 12, 14) == 11);
    CHECK(price_of_peg(buy(3, 5, at(8)).primary_peg(), 12, 14) == 8);
    CHECK(price_of_peg(buy(3, 5, at(90)).mid_peg(1), 12, 14) == 12);
    CHECK(price_of_peg(sell(3, 5, at(1)).mid_peg(1), 12, 14) == 14);
    CHECK(price_of_peg(buy(3, 5, at(90)).mid_peg(), 10, 25, 5) == 15);
    CHECK(price_of_peg(sell(3, 5, at(5)).mid_peg(), 10, 25, 5) == 20);
}

TEST_CASE("7.4 the example: pegs follow the bid") {
    book_fixture book;
    book.buy(1, 1, at(10));
    book.sell(2, 1, at(14));
    book.enter(buy(3, 1, at(90)).primary_peg(1));
    book.enter(buy(4, 1, at(8)).primary_peg());
    book.enter(buy(5, 1, at(90)).mid_peg(1));
    book.forget();
    book.buy(6, 1, at(12));
    book.sell(7, 5, at(1));
    book.expect({"accepted 6 1@12", "accepted 7 5@1", "fill 6 1@12 done", "take 7 1@12 left 4",
                 "fill 5 1@12 done", "take 7 1@12 left 3", "fill 3 1@11 done", "take 7 1@11 left 2",
                 "fill 1 1@10 done", "take 7 1@10 left 1", "fill 4 1@8 done", "take 7 1@8 done"});
}

TEST_CASE("7.5 the example: a walk eats the bid that a peg follows") {
    book_fixture book;
    book.buy(1, 1, at(10));
    book.buy(2, 1, at(8));
    book.enter(buy(3, 5, at(90)).primary_peg());
    book.forget();
    book.sell(4, 3, at(8));
    book.expect({"accepted 4 3@8", "fill 1 1@10 done", "take 4 1@10 left 2", "fill 3 2@10 left 3",
                 "take 4 2@10 done"});
    book.sell(5, 2, at(8));
    book.expect({"accepted 5 2@8", "fill 2 1@8 done", "take 5 1@8 left 1", "fill 3 1@8 left 2",
                 "take 5 1@8 done"});
}

TEST_CASE("7.6 the example: mid pegs at 11 and 12 meet when the ask falls to 12") {
    book_fixture book;
    book.buy(1, 1, at(10));
    book.sell(2, 1, at(13));
    book.enter(buy(3, 5, at(100)).mid_peg());
    book.enter(sell(4, 5, at(1)).mid_peg());
    book.expect({"accepted 1 1@10", "accepted 2 1@13", "accepted 3 5@100", "accepted 4 5@1"});
    book.sell(5, 1, at(12));
    book.expect({"accepted 5 1@12", "fill 4 5@11 done", "take 3 5@11 done"});
    CHECK(price_of_peg(buy(3, 5, at(100)).mid_peg(), 10, 13) == 11);
    CHECK(price_of_peg(sell(3, 5, at(1)).mid_peg(), 10, 13) == 12);
}

// --- Call auctions ------------------------------------------------------------------------------

TEST_CASE("8.3 the example: the least imbalance") {
    book_fixture book({}, market_state::pre_open);
    book.buy(1, 10, at(12));
    book.buy(2, 5, at(10));
    book.sell(3, 10, at(9));
    CHECK(book.indicative() == "10@12 0");
    // Without 12 the lowest price of imbalance 5.
    book.reprice(1, at(10));
    CHECK(book.indicative() == "10@9 5");
    book.forget();
}

TEST_CASE("8.3 the example: the nearest to the reference price, then the lowest") {
    book_fixture book({}, market_state::pre_open);
    book.buy(1, 10, at(14));
    book.sell(2, 10, at(10));
    CHECK(book.indicative() == "10@10 0");
    book.reference(at(13));
    CHECK(book.indicative() == "10@13 0");
    book.reference(at(20));
    CHECK(book.indicative() == "10@14 0");
    book.forget();
}

namespace {

// Buys 100@12, 50@11; sells 80@10, 40@11.
void collect(book_fixture& book) {
    book.buy(1, 100, at(12));
    book.buy(2, 50, at(11));
    book.sell(3, 80, at(10));
    book.sell(4, 40, at(11));
    book.forget();
}

}  // namespace

TEST_CASE("8.5 the example: the trades of an uncrossing") {
    book_fixture book({}, market_state::pre_open);
    collect(book);
    book.go(market_state::open);
    book.expect({"state pre_open>open operator_request", "cross 1 80@11 left 20",
                 "cross 3 80@11 done", "cross 1 20@11 done", "cross 4 20@11 left 20",
                 "cross 2 20@11 left 30", "cross 4 20@11 done", "uncrossed 120@11 trades 3"});
    CHECK(book.bids() == "30@11x1");
    CHECK(book.book.reference_price() == at(11));
}

TEST_CASE("8.6 the example: price 11, volume 120, imbalance 30") {
    book_fixture book({}, market_state::pre_open);
    collect(book);
    CHECK(book.indicative() == "120@11 30");
}

// --- Groups -------------------------------------------------------------------------------------

TEST_CASE("9.3 the example: one cancels the other") {
    book_fixture book;
    book.enter(sell(1, 10, at(110)).account(7).in_group(4, one_cancels_other, 2));
    book.enter(sell(2, 10, at(1)).account(7).stop(at(95)).in_group(4, one_cancels_other, 2));
    book.expect({"accepted 1 10@110 held", "accepted 2 10@1 held", "activated 1 10@110",
                 "activated 2 10@1"});
    CHECK(book.place(2) == order_place::waiting);
    book.buy(3, 4, at(110));
    book.expect(
        {"accepted 3 4@110", "fill 1 4@110 left 6", "take 3 4@110 done", "cancelled 2 10 group"});
    CHECK(book.row(1).group == order_group_id{});
    book.enter(sell(5, 10, at(120)).account(7).in_group(4, one_cancels_other, 2));
    book.expect({"accepted 5 10@120 held"});
}

TEST_CASE("9.4 the example: a refused entry") {
    book_fixture book;
    book.enter(sell(1, 10, at(110)).account(7).in_group(4, group_role::exit, 2));
    book.enter(buy(2, 0, at(100)).account(8).in_group(4, group_role::entry, 2));
    book.expect({"accepted 1 10@110 held", "rejected 2 invalid_quantity"});
    book.enter(buy(2, 0, at(100)).account(7).in_group(4, group_role::entry, 2));
    book.expect({"rejected 2 invalid_quantity", "cancelled 1 10 group"});
}

namespace {

// Sell 10@110 and sell stop 95 of 10 come alive when the entry has been filled.
void send_bracket(book_fixture& book, std::int64_t entry_lots) {
    book.enter(sell(1, 10, at(110)).account(7).in_group(4, group_role::exit, 3));
    book.enter(sell(2, 10, at(1)).account(7).stop(at(95)).in_group(4, group_role::exit, 3));
    book.enter(buy(3, entry_lots, at(100)).account(7).in_group(4, group_role::entry, 3));
    book.expect({"accepted 1 10@110 held", "accepted 2 10@1 held",
                 "accepted 3 " + std::to_string(entry_lots) + "@100 held",
                 "activated 3 " + std::to_string(entry_lots) + "@100"});
}

}  // namespace

TEST_CASE("9.5 the example: an entry that is cancelled") {
    book_fixture book;
    send_bracket(book, 10);
    book.sell(4, 4, at(100));
    book.expect({"accepted 4 4@100", "fill 3 4@100 left 6", "take 4 4@100 done"});
    book.cancel(3);
    book.expect({"cancelled 3 6 requested", "cancelled 1 10 group", "cancelled 2 10 group"});
}

TEST_CASE("9.6 the example: exits are cut to what the entry has filled") {
    book_fixture book;
    send_bracket(book, 6);
    book.sell(4, 6, at(100));
    book.expect({"accepted 4 6@100", "fill 3 6@100 done", "take 4 6@100 done", "reduced 1 4 left 6",
                 "reduced 2 4 left 6", "activated 1 6@110", "activated 2 6@1"});
}

TEST_CASE("9.8 the example: when one of the sells trades, the other is cancelled") {
    book_fixture book;
    send_bracket(book, 10);
    book.sell(9, 10, at(100));
    book.expect({"accepted 9 10@100", "fill 3 10@100 done", "take 9 10@100 done",
                 "activated 1 10@110", "activated 2 10@1"});
    book.buy(10, 2, at(110));
    book.expect(
        {"accepted 10 2@110", "fill 1 2@110 left 8", "take 10 2@110 done", "cancelled 2 10 group"});
}

// --- Settling and time --------------------------------------------------------------------------

TEST_CASE("10.1 the example: a hidden order retries") {
    book_fixture book;
    book.sell(1, 5, at(10));
    book.enter(buy(2, 7, at(10)).all_or_none());
    CHECK(book.place(2) == order_place::hidden);
    book.forget();
    book.sell(3, 2, at(10));
    book.expect({"accepted 3 2@10", "fill 1 5@10 done", "take 2 5@10 left 2", "fill 3 2@10 done",
                 "take 2 2@10 done"});
}

TEST_CASE("11.2 the example: what was due comes before the commands") {
    book_fixture book;
    book.enter(buy(1, 5, at(10)).until(100));
    book.enter(buy(2, 5, at(10)).until(90));
    book.go(market_state::open, 100, market_state::closed);
    book.forget();
    const std::array<command, 1> commands{bourse::buy(3, 5, at(10))};
    event_buffer events;
    book.book.apply(timestamp{105}, commands, events);
    std::vector<std::string> said;
    for (const event& e : events.events()) {
        said.push_back(in_short(e));
    }
    CHECK(said == std::vector<std::string>{"cancelled 2 5 expired", "cancelled 1 5 expired",
                                           "state open>closed timer", "rejected 3 market_closed"});
}

// --- Cancel, replace, queries -------------------------------------------------------------------

TEST_CASE("12.1 the example: whose order may be cancelled") {
    for (const std::uint32_t account : {7U, 0U}) {
        book_fixture book;
        book.enter(buy(1, 5, at(10)).account(7));
        book.cancel(1, 8);
        book.cancel(1, account);
        book.expect(
            {"accepted 1 5@10", "cancel_rejected 1 unknown_order", "cancelled 1 5 requested"});
    }
}

TEST_CASE("12.2 the example: an account's orders, and a side's") {
    for (const bool of_the_account : {true, false}) {
        book_fixture book;
        book.enter(buy(3, 5, at(10)).account(7));
        book.enter(sell(2, 5, at(12)).account(7));
        book.enter(sell(1, 5, at(1)).account(7).stop(at(8)));
        book.enter(buy(4, 5, at(10)).account(8));
        book.forget();
        if (of_the_account) {
            book.cancel_all(7);
            book.expect({"cancelled 1 5 mass_cancelled", "cancelled 2 5 mass_cancelled",
                         "cancelled 3 5 mass_cancelled"});
        } else {
            book.cancel_all(0, side_filter::buy);
            book.expect({"cancelled 3 5 mass_cancelled", "cancelled 4 5 mass_cancelled"});
        }
    }
}

TEST_CASE("12.3 the example: what a replace is refused for") {
    book_fixture book;
    book.sell(1, 5, at(12));
    book.enter(buy(2, 10, at(10)).account(7).post_only());
    book.enter(sell(3, 4, at(10)).ioc());
    book.forget();
    book.send(replace_order{.id = {2}, .account = {8}, .set_quantity = true, .quantity = {12}});
    book.send(replace_order{.id = {2}});
    book.resize(2, 0);
    book.resize(2, 4);
    book.send(replace_order{.id = {2},
                            .set_quantity = true,
                            .set_stop_price = true,
                            .quantity = {4},
                            .stop_price = at(9)});
    book.reprice(2, at(12));
    book.resize(2, 5);
    book.expect({"replace_rejected 2 unknown_order", "replace_rejected 2 invalid_combination",
                 "replace_rejected 2 invalid_quantity", "replace_rejected 2 below_filled",
                 "replace_rejected 2 not_replaceable", "replace_rejected 2 would_take",
                 "replaced 2 5@10 left 1"});
}

TEST_CASE("12.4 the example: what keeps its priority, what loses it, what trades") {
    book_fixture book;
    book.buy(1, 5, at(10));
    book.buy(2, 5, at(10));
    book.buy(3, 5, at(10));
    const auto ahead = [&book](std::uint64_t id) { return book.book.position({id})->orders_ahead; };
    book.resize(1, 3);
    CHECK(ahead(1) == 0);
    book.resize(1, 4);
    CHECK(ahead(1) == 2);
    CHECK(ahead(3) == 1);
    book.reprice(2, at(11));
    CHECK(book.bids() == "5@11x1 9@10x2");
    book.sell(4, 5, at(12));
    book.forget();
    book.replace(2, 8, at(12));
    book.expect({"replaced 2 8@12 left 8", "fill 4 5@12 done", "take 2 5@12 left 3"});
    CHECK(book.bids() == "3@12x1 9@10x2");
}

TEST_CASE("12.6 the example: best, depth and place in the queue") {
    book_fixture book;
    book.buy(1, 5, at(10));
    book.enter(buy(2, 30, at(10)).showing(10));
    book.buy(3, 4, at(10));
    book.buy(4, 7, at(9));
    CHECK(book.book.best(side::buy) == book_level{at(10), {19}, 3});
    CHECK(book.bids() == "19@10x3 7@9x1");
    CHECK(book.book.position({3}) == queue_position{2, {15}});
    book.forget();
}
