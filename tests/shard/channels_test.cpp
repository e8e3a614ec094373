// Shard RULES 4, ledger RULES 4.11 and 9.4: what two shards tell each other, lost, late and twice.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

#include "tests/support/shard/fixture.hpp"

using namespace bourse;

namespace {

channel_row channel_of(const venue& it, std::uint16_t peer) {
    for (const channel_row& row : it.machine.save().channels) {
        if (row.peer.value == peer) {
            return row;
        }
    }
    return {.peer = {peer}, .values = {}, .outbox = {}};
}

channel_value value_of_asset(const channel_row& row, asset_id asset) {
    for (const channel_value& each : row.values) {
        if (each.asset == asset) {
            return each;
        }
    }
    return {.asset = asset};
}

order_message order_for(symbol_id symbol, std::uint16_t shard, std::uint64_t n, std::int64_t ticks,
                        std::int64_t lots, side which = side::buy) {
    new_order order;
    order.id = nth(n, shard);
    order.account = {static_cast<std::uint32_t>(shard) * 10 + 1};
    order.side = which;
    order.tif = time_in_force::good_till_cancelled;
    order.price = {ticks};
    order.quantity = {lots};
    return {.symbol = symbol, .what = order};
}

/// Messages of shard 2 to a lone shard 1.
channel_delivery from_two(std::uint64_t first, std::vector<channel_message> messages) {
    return {.from = {2}, .first = first, .messages = std::move(messages)};
}

}  // namespace

TEST_CASE("S4.1 an order for another shard's book and its fill cross both channels and settle") {
    two_shards it;
    it.one.prepare({selling(11, 10, 100)});
    it.two.send(buying(21, 4, 100).id(7));
    it.two.expect({});
    REQUIRE(it.two.out().messages.size() == 1);
    CHECK(it.two.out().messages[0].to == shard_id{1});
    CHECK(it.two.out().messages[0].number == 1);
    CHECK(it.two.reserved(21, dollars) == 400);

    it.deliver(2);
    it.one.expect({"11 fill 1 4@100 left 6 cash 400"});
    // The book's side of it, ledger rule 4.11, after that of its own account.
    it.one.expect_lines(
        {"11 c1 400 trade s1 order 1 #1", "clearing 1 c1 -400 trade s1 order 1 #1",
         "11 s1 -4 trade s1 order 1 #1", "clearing 1 s1 4 trade s1 order 1 #1",
         "clearing 2 c1 -400 clearing s1 order 1 #1", "clearing 1 c1 400 clearing s1 order 1 #1",
         "clearing 2 s1 4 clearing s1 order 1 #1", "clearing 1 s1 -4 clearing s1 order 1 #1"});
    CHECK(it.one.held_by(clearing_holder({2}), dollars) == -400);
    CHECK(it.one.out().receipts == std::vector<sent_receipt>{{.to = {2}, .up_to = 1}});
    CHECK(it.one.out().messages.size() == 2);

    it.deliver(1);
    it.two.expect({"21 accepted 1 4@100 id 7", "21 take 1 4@100 done id 7 cash -400"});
    it.two.expect_lines({"21 c1 -400 trade s1 order 1 #1", "clearing 1 c1 400 trade s1 order 1 #1",
                         "21 s1 4 trade s1 order 1 #1", "clearing 1 s1 -4 trade s1 order 1 #1"});
    CHECK(it.two.total(21, apples) == 1'004);
    CHECK(it.two.out().events.empty());
    it.settle();
    CHECK(channel_of(it.one, 2).outbox.empty());
    CHECK(channel_of(it.two, 1).outbox.empty());
}

TEST_CASE("L4.11 a sell of another shard turns the signs") {
    two_shards it;
    it.one.prepare({buying(11, 10, 100)});
    it.two.prepare({selling(21, 4, 100)});
    it.deliver(2);
    CHECK(it.one.held_by(clearing_holder({2}), dollars) == 400);
    CHECK(it.one.held_by(clearing_holder({2}), apples) == -4);
    it.settle();
    CHECK(it.two.total(21, dollars) == 1'000'400);
}

TEST_CASE("S4.1 two accounts of one shard trade in the other's book") {
    two_shards it;
    it.two.prepare({selling(21, 5, 100), buying(22, 5, 100)});
    it.deliver(2);
    it.one.expect({});
    CHECK(it.one.out().lines.size() == 8);
    it.settle();
    CHECK(it.two.total(21, apples) == 995);
    CHECK(it.two.total(22, apples) == 1'005);
    CHECK(it.one.held_by(clearing_holder({2}), dollars) == 0);
}

TEST_CASE("S4.2 a message that comes again is passed over, and the receipt says so") {
    two_shards it;
    it.two.prepare({buying(21, 4, 100)});
    it.deliver(2);
    const std::uint64_t digest = it.one.machine.digest();
    it.deliver(2);
    CHECK(it.one.out().messages.empty());
    CHECK(it.one.out().events.empty());
    CHECK(it.one.out().receipts == std::vector<sent_receipt>{{.to = {2}, .up_to = 1}});
    CHECK(it.one.machine.digest() != digest);  // the index
    it.deliver(1);
    it.deliver(1);
    it.two.expect({"21 accepted 1 4@100"});
    it.settle();
}

TEST_CASE("S4.2 after a gap nothing is taken, not even what follows") {
    two_shards it;
    it.two.prepare({buying(21, 4, 100), buying(21, 5, 100), buying(21, 6, 100)});
    it.deliver(2, 10, 2);
    CHECK(it.one.out().events.empty());
    CHECK(it.one.out().receipts == std::vector<sent_receipt>{{.to = {2}, .up_to = 0}});
    it.deliver(2, 1);
    it.one.expect_events({"accepted 1 4@100"});
    it.deliver(2, 1, 3);
    it.one.expect_events({});
    // One known, one new, in one delivery.
    it.deliver(2, 2);
    it.one.expect_events({"accepted 2 5@100"});
    CHECK(it.one.out().receipts == std::vector<sent_receipt>{{.to = {2}, .up_to = 2}});
    it.deliver(2, 10, 3);
    it.one.expect_events({"accepted 3 6@100"});
    it.settle();
}

TEST_CASE("S4.2 deliveries from nowhere, from itself and from no shard are refused") {
    venue it;
    constexpr std::uint16_t senders[] = {0, 1, 32'768, 65'535};
    for (const std::uint16_t from : senders) {
        it.send(channel_delivery{.from = {from}, .first = 1, .messages = {}});
        it.expect({"0 refused invalid_request"});
        CHECK(it.out().receipts.empty());
        it.send(channel_receipt{.from = {from}, .up_to = 0});
        it.expect({"0 refused invalid_request"});
    }
    it.send(channel_delivery{.from = {32'767}, .first = 1, .messages = {}});
    it.expect({});
    CHECK(it.out().receipts == std::vector<sent_receipt>{{.to = {32'767}, .up_to = 0}});
    CHECK(it.machine.save().channels.empty());
}

TEST_CASE("S4.2 messages are taken at the delivery's position among the commands") {
    venue it;
    it.apply({selling(1, 1, 100), from_two(1, {order_for(apple, 2, 1, 100, 2)}), selling(2, 3, 100),
              from_two(2, {order_for(apple, 2, 2, 100, 2)})});
    it.expect_events({"accepted 1 1@100", "accepted 1 2@100", "fill 1 1@100 done",
                      "take 1 1@100 left 1", "accepted 2 3@100", "fill 1 1@100 done",
                      "take 2 1@100 left 2", "accepted 2 2@100", "fill 2 2@100 done",
                      "take 2 2@100 done"});
}

TEST_CASE("S4.3 a receipt takes messages out of the outbox, twice the same nothing more") {
    two_shards it;
    it.two.prepare({buying(21, 4, 100), buying(21, 5, 100), buying(21, 6, 100)});
    it.two.send(channel_receipt{.from = {1}, .up_to = 2});
    it.two.expect({});
    CHECK(channel_of(it.two, 1).outbox.size() == 1);
    it.two.send(channel_receipt{.from = {1}, .up_to = 2});
    it.two.send(channel_receipt{.from = {1}, .up_to = 1});
    CHECK(channel_of(it.two, 1).outbox.size() == 1);
    it.two.send(channel_receipt{.from = {1}, .up_to = 4});
    it.two.expect({"0 refused invalid_request"});
    it.two.send(channel_receipt{.from = {1}, .up_to = 3});
    CHECK(channel_of(it.two, 1).outbox.empty());
    CHECK(channel_of(it.two, 1).last_sent == 3);
}

TEST_CASE("S4.1 what is unconfirmed can be asked from any number on, so many at a time") {
    two_shards it;
    it.two.prepare({buying(21, 4, 100), buying(21, 5, 100), buying(21, 6, 100)});
    it.two.send(channel_receipt{.from = {1}, .up_to = 1});
    const auto asked = [&](std::uint64_t first, std::size_t most) {
        const channel_delivery said = it.two.machine.unconfirmed({1}, first, most);
        CHECK(said.from == shard_id{2});
        return std::pair(said.first, said.messages.size());
    };
    CHECK(asked(0, 10) == std::pair(std::uint64_t{2}, std::size_t{2}));
    CHECK(asked(3, 10) == std::pair(std::uint64_t{3}, std::size_t{1}));
    CHECK(asked(2, 1) == std::pair(std::uint64_t{2}, std::size_t{1}));
    CHECK(asked(4, 10).second == 0);
    CHECK(it.two.machine.unconfirmed({3}, 1, 10).messages.empty());
}

TEST_CASE("S4.4 an order for a book that is not here is answered in the book's place") {
    venue it(listing_of(apple), listing_of(pear, 3));
    order_message cancel{.symbol = pear, .what = cancel_order{.id = nth(7, 2), .account = {21}}};
    order_message replace{
        .symbol = {99},
        .what =
            replace_order{.id = nth(8, 2), .account = {21}, .set_quantity = true, .quantity = {5}}};
    it.send(from_two(1, {order_for(apple, 2, 1, 100, 2), order_for(pear, 2, 2, 90, 3, side::sell),
                         cancel, replace, order_for(apple, 2, 3, 100, 2)}));
    // Those of the book alone are events here.
    it.expect_events({"accepted 1 2@100", "accepted 3 2@100"});
    REQUIRE(it.out().messages.size() == 5);
    const auto said = [&](std::size_t at) { return std::get<event>(it.out().messages[at].what); };
    CHECK(said(0).order == nth(1, 2));
    event rejected{};
    rejected.kind = event_kind::rejected;
    rejected.side = side::sell;
    rejected.reason = reason::not_here;
    rejected.flags = event::final_answer;
    rejected.order = nth(2, 2);
    rejected.price = {90};
    rejected.lots = {3};
    rejected.account = {21};
    rejected.symbol = pear;
    CHECK(said(1) == rejected);
    event refused{};
    refused.kind = event_kind::cancel_rejected;
    refused.reason = reason::not_here;
    refused.order = nth(7, 2);
    refused.account = {21};
    refused.symbol = pear;
    CHECK(said(2) == refused);
    refused.kind = event_kind::replace_rejected;
    refused.order = nth(8, 2);
    refused.symbol = {99};
    CHECK(said(3) == refused);
    CHECK(said(4).order == nth(3, 2));
}

TEST_CASE("S4.4 an order that was not there gives back what it had reserved") {
    two_shards it;
    // Shard 2 believes that shard 1 has a book of symbol 9.
    it.two.prepare({listing_as(listing_of({9}, 1)), buying(21, 5, 100).of({9}).id(4)});
    CHECK(it.two.reserved(21, dollars) == 500);
    it.settle();
    it.two.expect({"21 rejected 1 not_here id 4"});
    CHECK(it.two.reserved(21, dollars) == 0);
}

TEST_CASE("S4.7 what no shard would say is not taken, and stops nothing but its channel") {
    venue it(listing_of(apple), listing_of(pear, 2));
    it.prepare({buying(1, 5, 100).of(pear).id(4)});
    // About the order of account 1 in the book of shard 2.
    const auto told = [](event_kind kind, std::int64_t lots, std::int64_t ticks) {
        event e{};
        e.kind = kind;
        e.order = nth(1);
        e.account = {1};
        e.symbol = pear;
        e.side = side::buy;
        e.lots = {lots};
        e.price = {ticks};
        e.remaining = {5};
        return e;
    };
    const auto changed = [&](auto change) {
        event e = told(event_kind::fill, 2, 100);
        change(e);
        return e;
    };
    const auto fill = [&](std::int64_t lots, std::int64_t ticks) {
        return told(event_kind::fill, lots, ticks);
    };
    constexpr std::int64_t too_many = max_order_lots.lots + 1;
    const transfer_message given{.from = {21}, .to = {1}, .asset = dollars, .amount = 5};
    const auto giving = [&](asset_id asset, std::int64_t amount) {
        transfer_message other = given;
        other.asset = asset;
        other.amount = amount;
        return other;
    };
    const auto back = [&](account_id to, std::int64_t amount) {
        return transfer_returned{
            .what = {.from = to, .to = {21}, .asset = dollars, .amount = amount},
            .why = reason::unknown_account};
    };
    const std::vector<channel_message> impossible = {
        order_for(apple, 1, 1, 100, 2),
        order_for(apple, 3, 1, 100, 2),
        order_for(apple, 2, 1, std::int64_t{1} << 61, 3),
        order_for(apple, 2, 1, -(std::int64_t{1} << 61), 3, side::sell),
        order_message{.symbol = apple, .what = cancel_order{.id = nth(1), .account = {1}}},
        order_message{.symbol = apple, .what = replace_order{.id = nth(1), .account = {1}}},
        changed([](event& e) { e.order = nth(7); }),
        changed([](event& e) { e.order = {}; }),
        changed([](event& e) { e.symbol = apple; }),
        changed([](event& e) { e.symbol = {99}; }),
        changed([](event& e) { e.account = {2}; }),
        changed([](event& e) { e.account = {}; }),
        changed([](event& e) { e.side = side::sell; }),
        changed([](event& e) { e.remaining = {-1}; }),
        changed([](event& e) { e.remaining = {too_many}; }),
        changed([](event& e) { e.filled = {-1}; }),
        changed([](event& e) { e.filled = {too_many}; }),
        fill(0, 100),
        fill(-1, 100),
        fill(6, 100),
        fill(5, 101),
        fill(5, std::numeric_limits<std::int64_t>::min()),
        changed([](event& e) {
            e.kind = event_kind::accepted;
            e.remaining = {6};
        }),
        told(event_kind::none, 0, 0),
        told(event_kind::replaced, 5, 100),
        told(event_kind::replace_rejected, 0, 0),
        told(event_kind::command_rejected, 0, 0),
        told(event_kind::state_changed, 0, 0),
        told(event_kind::uncrossed, 0, 0),
        told(event_kind::reference_set, 0, 0),
        told(event_kind::adjusted, 0, 0),
        giving(dollars, 0),
        giving(dollars, -5),
        giving(dollars, std::numeric_limits<std::int64_t>::min()),
        giving({}, 5),
        giving({asset_id::currency_bit}, 5),
        back({1}, -5),
        back({77}, 5),
    };
    const auto last_taken = [&] { return channel_of(it, 2).last_taken; };
    for (std::size_t i = 0; i < impossible.size(); ++i) {
        CAPTURE(i);
        it.send(from_two(1, {impossible[i], given}));
        it.expect({"0 refused invalid_request"});
        CHECK(it.out().receipts == std::vector<sent_receipt>{{.to = {2}, .up_to = 0}});
        CHECK(last_taken() == 0);
        CHECK(it.total(1, dollars) == 1'000'000);
        CHECK(it.reserved(1, dollars) == 500);
    }
    // What comes before it is taken; what shard 2 says when it is mended too.
    event cancelled = told(event_kind::cancelled, 5, 100);
    cancelled.flags = event::final_answer;
    cancelled.remaining = {};
    it.send(from_two(1, {given, fill(6, 100), given}));
    it.expect({"1 adjusted c1 5", "0 refused invalid_request"});
    CHECK(last_taken() == 1);
    it.send(from_two(2, {told(event_kind::accepted, 5, 100), cancelled}));
    it.expect({"1 accepted 1 5@100 id 4", "1 cancelled 1 5 none id 4"});
    CHECK(it.reserved(1, dollars) == 0);
}

TEST_CASE("S4.7 a replace is done as it was asked for, and what is filled stays so") {
    venue it(listing_of(apple), listing_of(pear, 2));
    it.prepare({buying(1, 5, 100).of(pear), repricing(1, nth(1), 90)});
    event done{};
    done.kind = event_kind::replaced;
    done.order = nth(1);
    done.account = {1};
    done.symbol = pear;
    done.price = {90};
    done.lots = {5};
    done.remaining = {5};
    event filled = done;
    filled.kind = event_kind::fill;
    filled.lots = {2};
    filled.filled = {2};
    filled.remaining = {3};
    const auto refused = [&](std::uint64_t number, const event& from, const auto& change) {
        event what = from;
        change(what);
        it.send(from_two(number, {what}));
        it.expect({"0 refused invalid_request"});
    };
    refused(1, done, [](event& e) { e.price = {91}; });
    refused(1, done, [](event& e) { e.price = {std::int64_t{1} << 62}; });
    refused(1, done, [](event& e) { e.remaining = {6}; });
    refused(1, done, [](event& e) { e.filled = {1}; });
    it.send(from_two(1, {done}));
    it.expect({"1 replaced 1 5@90 left 5"});
    CHECK(it.reserved(1, dollars) == 450);
    refused(2, filled, [](event& e) { e.remaining = {4}; });
    it.send(from_two(2, {filled}));
    it.expect({"1 fill 1 2@90 left 3 cash -180"});
    refused(3, filled, [](event& e) {
        e.kind = event_kind::triggered;
        e.filled = {1};
    });
}

TEST_CASE("S4.7 a replace that would make an order of another shard too dear is refused") {
    venue it;
    constexpr std::int64_t dear = std::int64_t{1} << 61;
    const order_message dearer{
        .symbol = apple,
        .what =
            replace_order{.id = nth(1, 2), .account = {21}, .set_price = true, .price = {dear}}};
    it.send(from_two(1, {order_for(apple, 2, 1, 100, 4), dearer}));
    REQUIRE(it.out().messages.size() == 2);
    const event refused = std::get<event>(it.out().messages[1].what);
    CHECK(refused.kind == event_kind::replace_rejected);
    CHECK(refused.reason == reason::above_max_notional);
    it.send(selling(1, 2, 100));
    it.expect({"1 accepted 1 2@100", "1 take 1 2@100 done cash 200"});
    // Of the two that are left it is the most that can be settled.
    it.send(from_two(3, {dearer}));
    it.send(selling(1, 2, 100));
    it.expect(
        {"1 accepted 2 2@100", "1 take 2 2@2305843009213693952 done cash 4611686018427387904"});
}

TEST_CASE("L9.4 more than an account may be given comes back, and its channel goes on") {
    constexpr std::int64_t most = std::int64_t{1} << 62;
    two_shards it;
    it.one.prepare({putting(11, dollars, most - it.one.total(11, dollars)), selling(11, 1, 100),
                    buying(12, 1, 100)});
    it.one.prepare({moving(11, 21, dollars, most + 1, 2)});
    CHECK(it.one.total(11, dollars) == 99);
    it.settle();
    CHECK(it.one.reports().back().what.reason == reason::amount_too_large);
    CHECK(it.one.line(11, dollars).total == wide_int{most} + 100);
}

TEST_CASE("L9.4 what comes back is taken, whatever the total becomes") {
    constexpr std::int64_t most = std::int64_t{1} << 62;
    venue it;
    it.prepare({moving(1, 77, dollars, 10, 2)});
    it.prepare({putting(1, dollars, most - it.total(1, dollars))});
    const transfer_message sent{.from = {1}, .to = {77}, .asset = dollars, .amount = 10};
    it.send(from_two(1, {transfer_returned{.what = sent, .why = reason::unknown_account}}));
    CHECK(it.line(1, dollars).total == wide_int{most} + 10);
    CHECK(it.reports().back().what.reason == reason::unknown_account);
}

TEST_CASE("L9.6 lots that came back beyond 2^64 are not paid, and what leaves takes its share") {
    constexpr std::int64_t most = std::int64_t{1} << 62;
    constexpr int times = 16;
    venue it;
    it.prepare({taking(1, apples, 1'000), taking(2, apples, 1'000)});
    for (int i = 0; i < times; ++i) {
        it.prepare({putting(1, apples, most, INT64_MAX), moving(1, 77, apples, most, 2)});
    }
    const transfer_message sent{
        .from = {1}, .to = {77}, .asset = apples, .amount = most, .cost = INT64_MAX};
    for (std::uint64_t i = 1; i <= times; ++i) {
        it.send(from_two(i, {transfer_returned{.what = sent, .why = reason::unknown_account}}));
    }
    CHECK(it.line(1, apples).total == wide_int{times} * most);
    CHECK(it.line(1, apples).cost == wide_int{times} * INT64_MAX);
    // Their product with 2^62 is 2^128.
    for (const std::int64_t per_lot : {std::int64_t{1}, std::int64_t{1} << 62, INT64_MAX}) {
        CHECK(it.answer(dividend{.symbol = apple, .per_lot = per_lot}) == reason::amount_too_large);
    }
    CHECK(it.total(1, dollars) == 1'000'000);
    // What is left of 16 × (2^63 − 1): that less a part of (2^63 − 1) / 2^66, which is 2^63 − 3 and a bit.
    it.prepare({taking(1, apples, INT64_MAX)});
    CHECK(it.line(1, apples).cost ==
          wide_int{times} * INT64_MAX - (wide_int{INT64_MAX} * INT64_MAX / most));
    CHECK(it.line(1, apples).total == wide_int{times} * most - INT64_MAX);
}

TEST_CASE("L4.9 a cancel and a replace that cross a fill on the way are refused by the book") {
    two_shards it;
    it.two.prepare({buying(21, 5, 100).id(4)});
    it.deliver(2);
    it.one.prepare({selling(11, 5, 100)});
    it.two.prepare({resizing(21, nth(1, 2), 8, as(5)), cancelling(21, nth(1, 2), as(6))});
    CHECK(it.two.reserved(21, dollars) == 800);
    it.settle();
    it.two.expect({"21 accepted 1 5@100 id 4", "21 fill 1 5@100 done id 4 cash -500",
                   "21 replace_rejected 1 unknown_order", "21 cancel_rejected 1 unknown_order"});
    CHECK(it.two.reserved(21, dollars) == 0);
}

TEST_CASE("L3.4 a repeat while the answer is on its way is pending, and nothing is sent twice") {
    two_shards it;
    it.two.prepare({buying(21, 5, 100).id(4)});
    it.two.send(buying(21, 5, 100).id(4));
    CHECK(it.two.out().messages.empty());
    it.two.expect({"21 repeated 1 none #0 pending id 4"});
    it.settle();
    it.two.forget();
    it.two.send(buying(21, 5, 100).id(4));
    it.two.expect({"21 repeated 1 none #6 id 4"});
}

TEST_CASE("L2.4 the kill switch reaches orders in other shards' books") {
    two_shards it;
    it.two.prepare({buying(21, 5, 100), buying(21, 5, 90).of(pear)});
    it.settle();
    it.two.forget();
    it.two.send(killing(21));
    it.two.expect({"21 changed", "21 cancelled 2 5 killed"});
    CHECK(it.two.reserved(21, dollars) == 500);
    it.settle();
    it.two.expect({"21 cancelled 1 5 killed"});
    CHECK(it.two.reserved(21, dollars) == 0);
}

TEST_CASE("L9.4 a transfer to another shard arrives with its cost, once") {
    two_shards it;
    it.one.prepare({putting(11, apples, 1'000, 4'000)});
    it.one.send(moving(11, 21, apples, 500, 2, as(3)));
    it.one.expect_lines({"11 s1 -500 transfer", "clearing 2 s1 500 transfer"});
    it.one.expect({"11 adjusted s1 -500 id 3"});
    CHECK(it.one.line(11, apples).cost == 3'000);
    it.deliver(1);
    it.two.expect_lines({"clearing 1 s1 -500 transfer", "21 s1 500 transfer"});
    it.deliver(1);
    it.two.expect({"21 adjusted s1 500"});
    CHECK(it.two.total(21, apples) == 1'500);
    CHECK(it.two.line(21, apples).cost == 1'000);
    it.settle();
}

TEST_CASE("L9.4 a transfer that cannot be booked comes back with its cost and its reason") {
    two_shards it;
    it.one.prepare({putting(11, apples, 1'000, 4'000), listing_as(listing_of({9})),
                    putting(11, asset_of(symbol_id{9}), 5)});
    it.two.prepare({putting(22, dollars, (std::int64_t{1} << 62) - 1'000'000)});
    const auto sent_back = [&](const transfer& what) {
        it.one.forget();
        it.one.prepare({what});
        it.deliver(1);
        CHECK(it.two.out().lines.empty());
        CHECK(it.two.out().reports.empty());
        it.settle();
        REQUIRE(it.one.reports().size() == 1);
        CHECK(it.one.reports()[0].what.kind == event_kind::adjusted);
        return it.one.reports()[0].what.reason;
    };
    CHECK(sent_back(moving(11, 77, apples, 500, 2)) == reason::unknown_account);
    CHECK(it.one.line(11, apples).cost == 4'000);
    CHECK(it.one.total(11, apples) == 2'000);
    CHECK(sent_back(moving(11, 22, asset_of(symbol_id{9}), 5, 2)) == reason::unknown_symbol);
    CHECK(sent_back(moving(11, 77, asset_of(symbol_id{9}), 5, 2)) == reason::unknown_account);
    CHECK(sent_back(moving(11, 22, dollars, 1, 2)) == reason::amount_too_large);
    it.one.expect({"11 adjusted c1 1 amount_too_large"});
    CHECK(it.one.total(11, dollars) == 1'000'000);
}

TEST_CASE("L9.5 what arrives after a split was sent before it, and stays as it was") {
    two_shards it;
    it.two.prepare({moving(21, 11, apples, 500, 1)});
    const split twice{.symbol = apple, .numerator = 2};
    // The sender sees what is under way; the receiver does not.
    CHECK(it.two.answer(twice) == reason::open_orders_exist);
    CHECK(it.one.answer(twice) == reason::none);
    it.settle();
    CHECK(it.one.total(11, apples) == 2'000 + 500);
    CHECK(it.two.answer(twice) == reason::none);
    CHECK(it.two.total(21, apples) == 1'000);
}

TEST_CASE("L9.6 lots under way are paid by no shard, or by both") {
    two_shards it;
    const dividend each{.symbol = apple, .per_lot = 3};
    it.two.prepare({moving(21, 11, apples, 500, 1), each});
    SUBCASE("by none, when they arrive after both dividends") {
        it.one.prepare({each});
        it.settle();
        CHECK(it.one.total(11, dollars) == 1'003'000);
        CHECK(it.two.total(21, dollars) == 1'001'500);
    }
    SUBCASE("by both, when they left after the one and arrive before the other") {
        it.two.prepare({moving(21, 11, apples, 500, 1)});
        it.settle();
        it.one.prepare({each});
        CHECK(it.one.total(11, dollars) == 1'006'000);
        CHECK(it.two.total(21, dollars) == 1'001'500);
    }
}

TEST_CASE("L9.4 the lines of a returned transfer turn those of the sending") {
    two_shards it;
    it.one.prepare({moving(11, 77, dollars, 5, 2)});
    it.deliver(1);
    it.deliver(2);
    it.one.expect_lines({"clearing 2 c1 -5 transfer", "11 c1 5 transfer"});
    it.one.expect({"11 adjusted c1 5 unknown_account"});
}

TEST_CASE("L5.2 a returned transfer cancels reduce-only buys as a deposit would") {
    two_shards it;
    it.one.prepare({opening(13, account_kind::house),
                    limiting(13, limit_kind::credit_line, apples, 100),
                    limiting(13, limit_kind::credit_line, dollars, 10'000),
                    moving(13, 77, apples, 5, 2), buying(13, 5, 10).reducing()});
    CHECK(it.one.total(13, apples) == -5);
    it.deliver(1);
    it.deliver(2);
    it.one.expect({"13 adjusted s1 5 unknown_account", "13 cancelled 1 5 reduce_only"});
}

TEST_CASE("S4.6 the counters differ by what is on the way, and so does clearing") {
    two_shards it;
    const auto differ = [&] {
        for (const asset_id asset : {dollars, apples, pears}) {
            const channel_value to_two = value_of_asset(channel_of(it.one, 2), asset);
            const channel_value to_one = value_of_asset(channel_of(it.two, 1), asset);
            const wide_int on_the_way =
                to_two.sent - to_one.received + to_one.sent - to_two.received;
            CHECK(wide_int{it.one.held_by(clearing_holder({2}), asset)} +
                      it.two.held_by(clearing_holder({1}), asset) ==
                  on_the_way);
        }
    };
    it.one.prepare({selling(11, 10, 100), moving(11, 21, dollars, 70, 2)});
    it.two.prepare({buying(21, 4, 100), moving(22, 77, pears, 3, 1)});
    differ();
    CHECK(value_of_asset(channel_of(it.one, 2), dollars).sent == 70);
    it.deliver(2);
    differ();
    // A fill of a buy: less money and more lots go to its shard; the transfer came and went back.
    CHECK(value_of_asset(channel_of(it.one, 2), dollars).sent == 70 - 400);
    CHECK(value_of_asset(channel_of(it.one, 2), apples).sent == 4);
    CHECK(value_of_asset(channel_of(it.one, 2), pears).received == 3);
    CHECK(value_of_asset(channel_of(it.one, 2), pears).sent == 3);
    it.deliver(1, 1);
    differ();
    it.deliver(1);
    differ();
    CHECK(value_of_asset(channel_of(it.two, 1), dollars).received == 70 - 400);
    it.settle();
    differ();
}

TEST_CASE(
    "S4.5 an overfull channel is choked at the next entry, which cancels that shard's orders") {
    two_shards it(8);
    it.one.prepare({buying(11, 1, 1), buying(12, 1, 1)});
    for (int batch = 0; batch < 2; ++batch) {
        for (int i = 0; i < 5; ++i) {
            it.two.prepare({buying(21, 1, 10 + i)});
        }
        it.deliver(2);
        it.confirm(2);
        CHECK_FALSE(channel_of(it.one, 2).choked);
    }
    CHECK(channel_of(it.one, 2).outbox.size() == 10);
    it.one.send(buying(11, 1, 1));
    CHECK(channel_of(it.one, 2).choked);
    CHECK(channel_of(it.one, 2).outbox.size() == 20);
    // The choking comes before the entry's commands, by rising order id.
    REQUIRE(it.one.out().events.size() == 11);
    for (std::uint64_t n = 1; n <= 10; ++n) {
        CHECK(it.one.out().events[n - 1].order == nth(n, 2));
        CHECK(it.one.out().events[n - 1].kind == event_kind::cancelled);
    }
    CHECK(it.one.is_open(1));
    CHECK(it.one.is_open(2));

    SUBCASE(
        "while choked new orders are refused, transfers are taken, and the own accounts trade") {
        it.two.prepare({buying(21, 1, 50), moving(21, 11, dollars, 5, 1)});
        it.deliver(2);
        it.confirm(2);
        CHECK(it.one.out().events.empty());
        REQUIRE(it.one.out().messages.size() == 1);
        CHECK(std::get<event>(it.one.out().messages[0].what).reason == reason::overloaded);
        CHECK(it.one.total(11, dollars) == 1'000'005);
        CHECK(it.one.answer(selling(12, 1, 1)) == reason::none);
        it.two.forget();
        it.settle();
        CHECK(it.two.reports().back().what.reason == reason::overloaded);
        CHECK(it.two.machine.orders_of({21}).empty());
        CHECK(it.two.reserved(21, dollars) == 0);
    }
    SUBCASE("it is choked once only") {
        it.one.send(buying(11, 1, 1));
        CHECK(it.one.out().events.size() == 1);
        CHECK(channel_of(it.one, 2).outbox.size() == 20);
    }
    SUBCASE("it is choked until a receipt leaves less than half") {
        it.one.send(channel_receipt{.from = {2}, .up_to = 16});
        CHECK(channel_of(it.one, 2).choked);
        it.one.send(channel_receipt{.from = {2}, .up_to = 17});
        CHECK_FALSE(channel_of(it.one, 2).choked);
    }
    SUBCASE("afterwards all goes on") {
        it.settle();
        CHECK_FALSE(channel_of(it.one, 2).choked);
        CHECK(it.two.machine.orders_of({21}).empty());
        it.two.forget();
        it.two.prepare({buying(21, 1, 50)});
        it.settle();
        it.two.expect({"21 accepted 11 1@50"});
    }
}

TEST_CASE("S4.5 an outbox that is just full is not choked") {
    two_shards it(8);
    for (int batch = 0; batch < 2; ++batch) {
        for (int i = 0; i < 4; ++i) {
            it.two.prepare({buying(21, 1, 10 + i)});
        }
        it.deliver(2);
        it.confirm(2);
    }
    it.one.pass(venue_start);
    CHECK(channel_of(it.one, 2).outbox.size() == 8);
    CHECK_FALSE(channel_of(it.one, 2).choked);
    it.two.prepare({cancelling(21, nth(1, 2))});
    it.deliver(2);
    CHECK(channel_of(it.one, 2).outbox.size() == 9);
    it.one.pass(venue_start);
    CHECK(channel_of(it.one, 2).choked);
    CHECK(channel_of(it.one, 2).outbox.size() == 9 + 7);
}

TEST_CASE("S4.5 the cancels of a choked channel tell no client that a cancel was refused") {
    two_shards it(8);
    // A pair: when the first is cancelled, the book takes the second along.
    it.two.prepare({selling(21, 1, 110).in(5, group_role::one_cancels_other, 2),
                    selling(21, 1, 120).in(5, group_role::one_cancels_other, 2)});
    it.deliver(2);
    it.confirm(2);
    for (int i = 0; i < 5; ++i) {
        it.two.prepare({buying(21, 1, 10 + i)});
    }
    it.deliver(2);
    it.confirm(2);
    it.one.pass(venue_start);
    REQUIRE(channel_of(it.one, 2).choked);
    it.settle();
    CHECK(it.two.machine.orders_of({21}).empty());
    for (const report& told : it.two.reports()) {
        CHECK(told.what.kind != event_kind::cancel_rejected);
    }
}

TEST_CASE("S4.1 a shard restored from its rows sends again what was not confirmed") {
    two_shards it;
    it.two.prepare({buying(21, 4, 100), moving(21, 11, dollars, 5, 1)});
    auto again = shard::restore(it.two.machine.save());
    REQUIRE(again);
    CHECK(again->unconfirmed({1}, 0, 10) == it.two.machine.unconfirmed({1}, 0, 10));
    it.two.machine = std::move(*again);
    it.settle();
    CHECK(it.one.total(11, dollars) == 1'000'005);
    it.two.send(cancelling(21, nth(1, 2)));
    it.settle();
    CHECK(it.two.machine.orders_of({21}).empty());
}
