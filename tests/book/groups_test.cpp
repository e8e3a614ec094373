// RULES.md 9: groups.
#include <doctest/doctest.h>

#include "tests/support/book_fixture.hpp"

using namespace bourse;
using group_role::entry;
using group_role::one_cancels_other;

namespace {

// Sell 10@110 and sell stop 95 (worst 1) to come alive when buy 10@100 has been filled, as in 9.8.
void send_bracket(book_fixture& book) {
    book.enter(sell(1, 10, at(110)).account(7).in_group(4, group_role::exit, 3));
    book.enter(sell(2, 10, at(1)).account(7).stop(at(95)).in_group(4, group_role::exit, 3));
    book.enter(buy(3, 10, at(100)).account(7).in_group(4, entry, 3));
}

void send_pair(book_fixture& book) {
    book.enter(sell(1, 10, at(110)).account(7).in_group(4, one_cancels_other, 2));
    book.enter(sell(2, 10, at(120)).account(7).in_group(4, one_cancels_other, 2));
}

}  // namespace

TEST_CASE("9.1 a group is assembling until all have come; after dissolving its id is free") {
    book_fixture book;
    send_pair(book);
    book.expect({"accepted 1 10@110 held", "accepted 2 10@120 held", "activated 1 10@110",
                 "activated 2 10@120"});
    book.enter(sell(3, 10, at(130)).account(7).in_group(4, one_cancels_other, 2));
    book.expect({"rejected 3 invalid_group"});
    book.cancel(1);
    book.enter(sell(3, 10, at(130)).account(8).in_group(4, one_cancels_other, 3));
    book.expect({"cancelled 1 10 requested", "cancelled 2 10 group", "accepted 3 10@130 held"});
}

TEST_CASE("9.2 an order fits by account, size, role and side") {
    const auto answer = [](const new_order& first, const new_order& second) {
        book_fixture book;
        book.enter(first);
        book.forget();
        book.enter(second);
        const reason code = book.said().at(0).reason;
        book.forget();
        return code;
    };
    const auto member = [](side which, std::uint64_t id, group_role role) {
        return draft(which, id, 5, at(which == side::buy ? 10 : 20))
            .account(7)
            .in_group(4, role, 3);
    };
    constexpr auto s = side::sell;
    constexpr auto b = side::buy;
    constexpr auto no = reason::invalid_group;
    constexpr auto yes = reason::none;
    CHECK(answer(member(s, 1, one_cancels_other), member(s, 2, one_cancels_other)) == yes);
    CHECK(answer(member(s, 1, one_cancels_other), member(b, 2, one_cancels_other)) == no);
    CHECK(answer(member(s, 1, one_cancels_other), member(s, 2, group_role::exit)) == no);
    CHECK(answer(member(s, 1, one_cancels_other), member(b, 2, entry)) == no);
    CHECK(answer(member(s, 1, group_role::exit), member(s, 2, one_cancels_other)) == no);
    CHECK(answer(member(s, 1, group_role::exit), member(s, 2, group_role::exit)) == yes);
    CHECK(answer(member(s, 1, group_role::exit), member(b, 2, group_role::exit)) == no);
    CHECK(answer(member(s, 1, group_role::exit), member(b, 2, entry)) == yes);
    CHECK(answer(member(s, 1, group_role::exit), member(s, 2, entry)) == no);
    CHECK(answer(member(b, 1, entry), member(s, 2, group_role::exit)) == yes);
    CHECK(answer(member(b, 1, entry), member(b, 2, group_role::exit)) == no);
    CHECK(answer(member(b, 1, entry), member(b, 2, entry)) == no);
    CHECK(answer(member(b, 1, entry), member(s, 2, entry)) == no);
    CHECK(answer(member(b, 1, entry), member(b, 2, one_cancels_other)) == no);
    CHECK(answer(member(s, 1, group_role::exit),
                 member(s, 2, group_role::exit).in_group(4, group_role::exit, 4)) == no);
    CHECK(answer(member(s, 1, group_role::exit), member(s, 2, group_role::exit).account(8)) == no);
}

TEST_CASE("9.2 the last member may not leave a bracket without its entry") {
    book_fixture book;
    book.enter(sell(1, 5, at(20)).account(7).in_group(4, group_role::exit, 2));
    book.enter(sell(2, 5, at(21)).account(7).in_group(4, group_role::exit, 2));
    book.expect({"accepted 1 5@20 held", "rejected 2 invalid_group", "cancelled 1 5 group"});
}

TEST_CASE("9.3 members are activated in order of acceptance, after the last one's accepted") {
    book_fixture book;
    book.enter(sell(5, 10, at(110)).account(7).in_group(4, one_cancels_other, 3));
    book.enter(sell(2, 10, at(120)).account(7).in_group(4, one_cancels_other, 3));
    book.enter(sell(3, 10, at(110)).account(7).in_group(4, one_cancels_other, 3));
    book.expect({"accepted 5 10@110 held", "accepted 2 10@120 held", "accepted 3 10@110 held",
                 "activated 5 10@110", "activated 2 10@120", "activated 3 10@110"});
    CHECK(book.book.position({3}) == queue_position{1, {10}});
}

TEST_CASE("9.3 a member whose group has gone meanwhile is not activated") {
    book_fixture book;
    book.buy(9, 10, at(110));
    book.forget();
    send_pair(book);
    book.expect({"accepted 1 10@110 held", "accepted 2 10@120 held", "activated 1 10@110",
                 "fill 9 10@110 done", "take 1 10@110 done", "cancelled 2 10 group"});
}

TEST_CASE("9.3 of a bracket the entry alone is activated") {
    book_fixture book;
    send_bracket(book);
    book.expect({"accepted 1 10@110 held", "accepted 2 10@1 held", "accepted 3 10@100 held",
                 "activated 3 10@100"});
    CHECK(book.place(1) == order_place::held);
    CHECK(book.place(2) == order_place::held);
    CHECK(book.place(3) == order_place::queue);
}

TEST_CASE("9.3 a held order's time in force runs") {
    book_fixture book;
    book.enter(sell(1, 10, at(110)).account(7).until(50).in_group(4, one_cancels_other, 2));
    book.enter(
        sell(2, 10, at(110)).account(8).tif(time_in_force::day).in_group(5, one_cancels_other, 2));
    book.forget();
    book.pass(50);
    book.go(market_state::closed);
    book.expect(
        {"cancelled 1 10 expired", "state open>closed operator_request", "cancelled 2 10 expired"});
}

TEST_CASE("9.4 a rejected order, whatever the reason, ends its assembling group") {
    const auto spoil = [](const new_order& second, std::string_view refusal) {
        book_fixture book;
        book.enter(sell(6, 10, at(110)).account(7).in_group(4, group_role::exit, 4));
        book.enter(sell(5, 10, at(110)).account(7).in_group(4, group_role::exit, 4));
        book.forget();
        book.enter(second);
        book.expect({refusal, "cancelled 5 10 group", "cancelled 6 10 group"});
    };
    spoil(sell(9, 0, at(110)).account(7).in_group(4, group_role::exit, 4),
          "rejected 9 invalid_quantity");
    spoil(sell(0, 1, at(110)).account(7).in_group(4, group_role::exit, 4),
          "rejected 0 invalid_order_id");
    spoil(sell(5, 1, at(110)).account(7).in_group(4, group_role::exit, 4),
          "rejected 5 duplicate_order_id");
    spoil(sell(9, 1, at(110)).account(7).in_group(4, group_role::exit, 9),
          "rejected 9 invalid_combination");
    spoil(sell(9, 1, at(110)).account(7).in_group(4, group_role::none, 0),
          "rejected 9 invalid_combination");
}

TEST_CASE("9.4 a rejected order does not end a complete group, nor one of another account") {
    book_fixture book;
    send_pair(book);
    book.enter(sell(5, 10, at(110)).account(8).in_group(6, group_role::exit, 2));
    book.forget();
    book.enter(sell(9, 0, at(110)).account(7).in_group(4, one_cancels_other, 2));
    book.enter(sell(9, 0, at(110)).account(7).in_group(6, group_role::exit, 2));
    book.expect({"rejected 9 invalid_quantity", "rejected 9 invalid_quantity"});
    CHECK(book.book.size() == 3);
}

TEST_CASE("9.4 in a halted book the refusal still ends the group") {
    book_fixture book;
    book.enter(sell(1, 10, at(110)).account(7).in_group(4, group_role::exit, 2));
    book.go(market_state::halted);
    book.forget();
    book.enter(buy(2, 10, at(100)).account(7).in_group(4, entry, 2));
    book.expect({"rejected 2 market_halted", "cancelled 1 10 group"});
}

TEST_CASE("9.5 when a member of an assembling group ends, the others are cancelled") {
    book_fixture book;
    book.enter(sell(6, 10, at(110)).account(7).in_group(4, group_role::exit, 4));
    book.enter(sell(5, 10, at(110)).account(7).in_group(4, group_role::exit, 4));
    book.enter(buy(8, 10, at(100)).account(7).in_group(4, entry, 4));
    book.forget();
    book.cancel(6);
    book.expect({"cancelled 6 10 requested", "cancelled 5 10 group", "cancelled 8 10 group"});
}

TEST_CASE("9.5 a trade in part cancels the others, and the member goes on without a group") {
    book_fixture book;
    send_pair(book);
    book.forget();
    book.buy(9, 4, at(110));
    book.expect(
        {"accepted 9 4@110", "fill 1 4@110 left 6", "take 9 4@110 done", "cancelled 2 10 group"});
    CHECK(book.row(1).group == order_group_id{});
    CHECK(book.row(1).role == group_role::none);
    book.cancel(1);
    book.expect({"cancelled 1 6 requested"});
}

TEST_CASE("9.5 a bracket's entry traded in part has no effect") {
    book_fixture book;
    send_bracket(book);
    book.forget();
    book.sell(9, 4, at(100));
    book.expect({"accepted 9 4@100", "fill 3 4@100 left 6", "take 9 4@100 done"});
    CHECK(book.place(1) == order_place::held);
}

TEST_CASE("9.5 an entry that ends otherwise than filled takes its exits with it") {
    book_fixture book;
    send_bracket(book);
    book.sell(9, 4, at(100));
    book.forget();
    book.cancel(3);
    book.expect({"cancelled 3 6 requested", "cancelled 1 10 group", "cancelled 2 10 group"});
    // An immediate entry that finds nothing, likewise.
    book.enter(sell(11, 10, at(110)).account(7).in_group(4, group_role::exit, 2));
    book.enter(buy(12, 10, at(100)).account(7).ioc().in_group(4, entry, 2));
    book.expect({"accepted 11 10@110 held", "accepted 12 10@100 held", "activated 12 10@100",
                 "cancelled 12 10 unfilled", "cancelled 11 10 group"});
}

TEST_CASE("9.5 an exit that ends is taken out; with the last one the entry is alone") {
    book_fixture book;
    send_bracket(book);
    book.forget();
    book.cancel(1);
    book.expect({"cancelled 1 10 requested"});
    CHECK(book.row(3).group == order_group_id{4});
    book.cancel(2);
    book.expect({"cancelled 2 10 requested"});
    CHECK(book.row(3).group == order_group_id{});
    book.sell(9, 10, at(100));
    book.expect({"accepted 9 10@100", "fill 3 10@100 done", "take 9 10@100 done"});
}

TEST_CASE("9.6 when the entry is filled the exits act in turn, each after activated") {
    book_fixture book;
    send_bracket(book);
    book.forget();
    book.sell(9, 10, at(100));
    book.expect({"accepted 9 10@100", "fill 3 10@100 done", "take 9 10@100 done",
                 "activated 1 10@110", "activated 2 10@1"});
    CHECK(book.place(1) == order_place::queue);
    CHECK(book.place(2) == order_place::waiting);
    CHECK(book.row(1).group == order_group_id{4});
}

TEST_CASE("9.6 an exit that trades at once ends the other, which waits for its turn still") {
    book_fixture book;
    book.buy(9, 3, at(98));
    book.enter(sell(1, 10, at(97)).account(7).in_group(4, group_role::exit, 3));
    book.enter(sell(2, 10, at(120)).account(7).in_group(4, group_role::exit, 3));
    book.enter(buy(3, 10, at(100)).account(7).in_group(4, entry, 3));
    book.forget();
    book.sell(10, 10, at(100));
    book.expect({"accepted 10 10@100", "fill 3 10@100 done", "take 10 10@100 done",
                 "activated 1 10@97", "fill 9 3@98 done", "take 1 3@98 left 7",
                 "cancelled 2 10 group"});
}

TEST_CASE("9.6 with one exit the group dissolves when the entry is filled") {
    book_fixture book;
    book.enter(sell(1, 10, at(110)).account(7).in_group(4, group_role::exit, 2));
    book.enter(buy(3, 10, at(100)).account(7).in_group(4, entry, 2));
    book.sell(9, 10, at(100));
    book.forget();
    CHECK(book.row(1).group == order_group_id{});
    CHECK(book.place(1) == order_place::queue);
    book.enter(sell(5, 5, at(130)).account(8).in_group(4, one_cancels_other, 2));
    book.expect({"accepted 5 5@130 held"});
}

TEST_CASE("9.6 exits larger than what the entry filled are cut to it before any acts") {
    book_fixture book;
    book.enter(sell(1, 15, at(110)).account(7).in_group(4, group_role::exit, 3));
    book.enter(sell(2, 5, at(120)).account(7).in_group(4, group_role::exit, 3));
    book.enter(buy(3, 10, at(100)).account(7).in_group(4, entry, 3));
    book.forget();
    book.sell(9, 10, at(100));
    book.expect({"accepted 9 10@100", "fill 3 10@100 done", "take 9 10@100 done",
                 "reduced 1 5 left 10", "activated 1 10@110", "activated 2 5@120"});
}

TEST_CASE("9.6 an entry filled in an auction into closed leaves its exits pending until it opens") {
    book_fixture book;
    send_bracket(book);
    book.auction(auction_kind::closing);
    book.sell(9, 10, at(100));
    book.forget();
    book.go(market_state::closed);
    book.expect({"state auction>closed operator_request", "cross 3 10@100 done",
                 "cross 9 10@100 done", "uncrossed 10@100 trades 1"});
    CHECK(book.place(1) == order_place::pending);
    CHECK(book.place(2) == order_place::pending);
    book.go(market_state::pre_open);
    book.forget();
    book.go(market_state::open);
    book.expect({"state pre_open>open operator_request", "activated 1 10@110", "activated 2 10@1"});
}

TEST_CASE("9.7 a one-cancels-other group of three ends as a whole with the first") {
    book_fixture book;
    book.enter(sell(5, 10, at(110)).account(7).in_group(4, one_cancels_other, 3));
    book.enter(sell(3, 10, at(120)).account(7).in_group(4, one_cancels_other, 3));
    book.enter(sell(2, 10, at(130)).account(7).in_group(4, one_cancels_other, 3));
    book.forget();
    book.cancel(3);
    book.expect({"cancelled 3 10 requested", "cancelled 2 10 group", "cancelled 5 10 group"});
    CHECK(book.book.size() == 0);
}

TEST_CASE("9.8 the stop of the bracket triggers and its fill cancels the limit") {
    book_fixture book;
    send_bracket(book);
    book.sell(9, 10, at(100));
    book.buy(10, 1, at(95));
    book.buy(11, 20, at(94));
    book.forget();
    book.sell(12, 1, at(95));
    book.expect({"accepted 12 1@95", "fill 10 1@95 done", "take 12 1@95 done", "triggered 2 10@95",
                 "fill 11 10@94 left 10", "take 2 10@94 done", "cancelled 1 10 group"});
}
