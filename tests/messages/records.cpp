// What is particular to one record: its examples, its body that must be there, its inner versions.

#include <doctest/doctest.h>

#include "changed_sample.hpp"
#include "messages/book_codec.hpp"
#include "messages/command_codec.hpp"
#include "messages/event_codec.hpp"
#include "messages/instrument_codec.hpp"
#include "messages/schema/book.capnp.h"
#include "messages/schema/command.capnp.h"
#include "messages/schema/event.capnp.h"
#include "messages/schema/instrument.capnp.h"

namespace bourse {
namespace {

TEST_CASE("the examples of command.capnp mean what their comments say") {
    const auto buy = decode_command(example<schema::Command>(schema::EXAMPLE_BUY));
    REQUIRE_MESSAGE(buy.has_value(), buy.error().what);
    new_order expected;
    expected.id = {7001};
    expected.account = {42};
    expected.tif = time_in_force::good_till_cancelled;
    expected.self_trade = self_trade_prevention::cancel_oldest;
    expected.price = {10'150};
    expected.quantity = {300};
    expected.display = {50};
    CHECK(*buy == command{expected});

    const auto batch = decode_commands(example<schema::CommandBatch>(schema::EXAMPLE_BATCH));
    REQUIRE_MESSAGE(batch.has_value(), batch.error().what);
    CHECK(*batch ==
          std::vector<command>{
              cancel_order{.id = {7001}, .account = {42}},
              replace_order{.id = {7002}, .account = {42}, .set_quantity = true, .quantity = {80}},
              mass_cancel{.account = {42}, .sides = side_filter::sell},
              set_state{.state = market_state::auction,
                        .auction = auction_kind::opening,
                        .until = {1'767'258'000'000'000'000},
                        .next = market_state::open},
              set_reference{.price = {10'000}}});
}

TEST_CASE("the example of event.capnp means what its comment says") {
    const auto trade = decode_events(example<schema::EventBatch>(schema::EXAMPLE_TRADE));
    REQUIRE_MESSAGE(trade.has_value(), trade.error().what);
    event resting;
    resting.kind = event_kind::fill;
    resting.side = side::sell;
    resting.flags = event::final_answer;
    resting.order = {7000};
    resting.number = 3;
    resting.price = {10'149};
    resting.lots = {20};
    resting.filled = {20};
    resting.account = {41};
    resting.symbol = {5};
    event taking = resting;
    taking.side = side::buy;
    taking.flags = event::aggressor;
    taking.order = {7001};
    taking.remaining = {280};
    taking.account = {42};
    CHECK(*trade == std::vector<event>{resting, taking});
}

TEST_CASE("the example of instrument.capnp can be used") {
    const auto share = decode_instrument(example<schema::Instrument>(schema::EXAMPLE_SHARE));
    REQUIRE_MESSAGE(share.has_value(), share.error().what);
    CHECK(find_fault(*share) == nullptr);
    CHECK(share->ticks == std::vector<tick_row>{{0, 1}, {10'000, 5}});
    CHECK(share->reopening_auction == duration{300'000'000'000});
}

TEST_CASE("the example of book.capnp means what its comment says") {
    const auto book = decode_book_rows(example<schema::BookRows>(schema::EXAMPLE_BOOK));
    REQUIRE_MESSAGE(book.has_value(), book.error().what);
    CHECK(find_fault(book->book.rules) == nullptr);
    CHECK(book->book.statistics.turnover == -30);
    CHECK(book->orders.size() == 2);
    CHECK(book->orders[1].stop_price == price{2});
    CHECK(book->groups.front().members == std::vector<order_id>{{7001}, {7002}});
}

TEST_CASE("the bytes of a cancel are as message_frame.hpp shows them") {
    const bytes message = encoded_by(encode_command, samples::distinct_cancel_order());
    const std::vector<unsigned> shown{0,    0,    0, 0, 5, 0, 0, 0, 0,    0, 0, 0, 1, 0, 1, 0,
                                      1,    0,    1, 0, 0, 0, 0, 0, 0,    0, 0, 0, 2, 0, 0, 0,
                                      0x59, 0x1b, 0, 0, 0, 0, 0, 0, 0x2a, 0, 0, 0, 0, 0, 0, 0};
    REQUIRE(message.size() == shown.size());
    for (std::size_t i = 0; i < shown.size(); ++i) {
        CAPTURE(i);
        CHECK(std::to_integer<unsigned>(message[i]) == shown[i]);
    }
}

TEST_CASE("a command that the book will refuse is carried through") {
    new_order impossible;
    impossible.id = {0};
    impossible.quantity = {-5};
    impossible.display = {INT64_MIN};
    impossible.offset_ticks = INT64_MAX;
    impossible.group_size = 255;
    const auto decoded = decode_command(encoded_by(encode_command, impossible));
    REQUIRE(decoded.has_value());
    CHECK(*decoded == command{impossible});
}

TEST_CASE("every kind of command survives alone") {
    for (const command& each : samples::every_kind_of_command()) {
        CAPTURE(each.index());
        const auto decoded = decode_command(encoded_by(encode_command, each));
        REQUIRE(decoded.has_value());
        CHECK(*decoded == each);
    }
}

TEST_CASE("a command without a body is refused, not taken for one of zeros") {
    // The third word is the data of the command: version 1, and the kind in the upper half.
    const char* const names[] = {"newOrder",   "cancelOrder", "replaceOrder",
                                 "massCancel", "setState",    "setReference"};
    for (std::size_t kind = 0; kind < 6; ++kind) {
        bytes message = encoded_by(encode_command, samples::every_kind_of_command()[kind]);
        std::fill(message.begin() + 24, message.begin() + 32, std::byte{0});
        const error refused = refusal(codec_named("command"), message);
        CHECK(refused.code == errc::malformed);
        CHECK(refused.what == "command." + std::string(names[kind]) + ": the command has no body");
    }
}

TEST_CASE("a kind of command that is not known is refused") {
    bytes message = encoded_by(encode_command, samples::distinct_cancel_order());
    message[18] = std::byte{6};
    const error refused = refusal(codec_named("command"), message);
    CHECK(refused.code == errc::out_of_range);
    CHECK(refused.what == "command: 6 is not a kind of command (0..5)");
}

TEST_CASE("each record of a list has a version of its own") {
    constexpr errc unknown = errc::unsupported_version;
    check_refused<schema::CommandBatch>(
        unknown, {{[](auto batch) { batch.getCommands()[3].setVersion(2); },
                   "command[3].version: 2 is not a version known here (1..1)"}});
    check_refused<schema::EventBatch>(unknown,
                                      {{[](auto batch) { batch.getEvents()[1].setVersion(0); },
                                        "event[1].version: 0 is not a version known here (1..1)"}});
    check_refused<schema::BookRows>(
        unknown, {{[](auto rows) { rows.getGroups()[1].setVersion(3); },
                   "bookRows.groups[1].version: 3 is not a version known here (1..1)"},
                  {[](auto rows) { rows.getBook().getRules().setVersion(4); },
                   "bookRows.book.rules.version: 4 is not a version known here (1..1)"}});
}

TEST_CASE("a book without its instrument, or rows without a book, are refused") {
    check_refused<schema::BookRow>(
        errc::malformed,
        {{[](auto row) { row.disownRules(); }, "bookRow.rules: the book has no instrument"}});
    check_refused<schema::BookRows>(
        errc::malformed,
        {{[](auto rows) { rows.disownBook(); }, "bookRows.book: the book's own row is missing"}});
}

TEST_CASE("a turnover of any 128 bits survives") {
    const wide_int highest = ~(wide_int{1} << 127);
    for (const wide_int turnover : {wide_int{0}, wide_int{1}, wide_int{-1}, highest, -highest - 1,
                                    wide_int{1} << 64, -(wide_int{1} << 64), wide_int{INT64_MIN}}) {
        book_row row;
        row.statistics.turnover = turnover;
        const auto decoded = decode_book_row(encoded_by(encode_book_row, row));
        REQUIRE(decoded.has_value());
        CHECK((decoded->statistics.turnover == turnover));
    }
}

TEST_CASE("each flag of an event survives alone") {
    for (const std::uint8_t flag :
         {event::final_answer, event::aggressor, event::in_auction, event::held, event::pending}) {
        event happened;
        happened.flags = flag;
        const auto decoded = decode_event(encoded_by(encode_event, happened));
        REQUIRE(decoded.has_value());
        CHECK(decoded->flags == flag);
    }
}

}  // namespace
}  // namespace bourse
