// What is particular to the records of shards: their examples, their bodies that must be there, what
// goes with one kind only.

#include <capnp/schema.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "changed_sample.hpp"
#include "messages/channel_codec.hpp"
#include "messages/entry_codec.hpp"
#include "messages/listing_codec.hpp"
#include "messages/report_codec.hpp"
#include "messages/schema/channel.capnp.h"
#include "messages/schema/entry.capnp.h"
#include "messages/schema/listing.capnp.h"
#include "messages/schema/report.capnp.h"
#include "messages/schema/shard.capnp.h"
#include "messages/shard_rows_codec.hpp"
#include "shard_samples.hpp"

namespace bourse {
namespace {

constexpr asset_id euro = asset_of(currency_id{978});

TEST_CASE("the example of entry.capnp means what its comment says") {
    const auto decoded = decode_entry(example<schema::Entry>(schema::EXAMPLE_ENTRY));
    REQUIRE_MESSAGE(decoded.has_value(), decoded.error().what);
    new_order order;
    order.account = {42};
    order.tif = time_in_force::good_till_cancelled;
    order.price = {10'150};
    order.quantity = {300};
    const entry expected{
        .index = 1'001,
        .at = {1'767'258'000'000'000'000},
        .commands = {
            submit_order{.request = {.id = {1, 2}, .not_after = {1'767'258'005'000'000'000}},
                         .symbol = {5},
                         .lease = {77},
                         .order = order},
            submit_cancel{
                .request = {.id = {1, 3}, .not_after = {}}, .account = {42}, .named = {1, 2}},
            renew_lease{.account = {42}, .lease = {77}, .until = {1'767'258'030'000'000'000}}}};
    CHECK(*decoded == expected);
}

TEST_CASE("the example of channel.capnp means what its comment says") {
    const auto decoded =
        decode_channel_delivery(example<schema::ChannelDelivery>(schema::EXAMPLE_DELIVERY));
    REQUIRE_MESSAGE(decoded.has_value(), decoded.error().what);
    CHECK(decoded->from == shard_id{3});
    CHECK(decoded->first == 41);
    REQUIRE(decoded->messages.size() == 3);
    const auto& order = std::get<order_message>(decoded->messages[0]);
    CHECK(account_shard(std::get<new_order>(order.what).id) == shard_id{3});
    CHECK(account_shard(std::get<event>(decoded->messages[1]).order) == shard_id{1});
    CHECK(std::get<transfer_message>(decoded->messages[2]) ==
          transfer_message{.from = {42}, .to = {9}, .asset = euro, .amount = 150'000, .cost = 0});
}

TEST_CASE("the examples of report.capnp mean what their comments say") {
    const auto told = decode_report(example<schema::Report>(schema::EXAMPLE_REPORT));
    REQUIRE_MESSAGE(told.has_value(), told.error().what);
    CHECK(told->number == 17);
    CHECK(told->what.kind == event_kind::fill);
    CHECK(told->cash.minor == -told->what.price.ticks * told->what.lots.lots);
    CHECK(told->fee == money{61});
    const auto lines = decode_ledger_lines(example<schema::LedgerLineBatch>(schema::EXAMPLE_LINES));
    REQUIRE_MESSAGE(lines.has_value(), lines.error().what);
    REQUIRE(lines->size() == 2);
    CHECK((*lines)[0].asset == euro);
    CHECK((*lines)[1].holder == fee_holder);
    CHECK((*lines)[0].amount + (*lines)[1].amount == 0);
}

TEST_CASE("the example of listing.capnp can be used") {
    const auto listed = decode_listing(example<schema::Listing>(schema::EXAMPLE_LISTING));
    REQUIRE_MESSAGE(listed.has_value(), listed.error().what);
    CHECK(find_fault(*listed) == nullptr);
    CHECK(listed->fees[0].taker == fee_rate{.rate_ppm = 300, .per_lot = 0});
    CHECK(listed->fees[7].taker == fee_rate{.rate_ppm = 0, .per_lot = 2'500'000});
}

TEST_CASE("the examples of shard.capnp mean what their comments say") {
    const auto position =
        decode_position_row(example<schema::PositionRow>(schema::EXAMPLE_POSITION));
    REQUIRE_MESSAGE(position.has_value(), position.error().what);
    CHECK((position->total == -30));
    CHECK((position->cost == 304'470));
    CHECK(row_key::position(position->of_group, position->holder, position->asset).text() ==
          "04000000002a00000005");
    const auto order =
        decode_open_order_row(example<schema::OpenOrderRow>(schema::EXAMPLE_OPEN_ORDER));
    REQUIRE_MESSAGE(order.has_value(), order.error().what);
    CHECK(row_key::open_order(order->id).text() == "050001000000000004");
    CHECK(order->pending.front().client == client_id{1, 9});
    const auto record = decode_record_row(example<schema::RecordRow>(schema::EXAMPLE_RECORD));
    REQUIRE_MESSAGE(record.has_value(), record.error().what);
    CHECK(record->key == "AAPL");
    CHECK(record->value == "a share");
    CHECK(row_key::record(record->number).text() == "1100000007");
}

// --- Commands ---------------------------------------------------------------------------------------

/// The union's members in the order of their numbers, with a capital.
std::vector<std::string> schema_kinds_of_command() {
    std::vector<std::string> names;
    const auto fields = capnp::Schema::from<schema::ShardCommand>().getUnionFields();
    for (const auto field : fields) {
        names.emplace_back(field.getProto().getName().cStr());
    }
    return names;
}

TEST_CASE("every kind of shard command survives alone") {
    for (const shard_command& each : samples::every_kind_of_shard_command()) {
        CAPTURE(each.index());
        const auto decoded = decode_shard_command(encoded_by(encode_shard_command, each));
        REQUIRE_MESSAGE(decoded.has_value(), decoded.error().what);
        CHECK(*decoded == each);
    }
}

TEST_CASE("a shard command with nothing set survives, of every kind") {
    for (const shard_command& each : samples::every_kind_of_shard_command()) {
        CAPTURE(each.index());
        const shard_command empty = std::visit(
            [](const auto& said) { return shard_command{std::decay_t<decltype(said)>{}}; }, each);
        const auto decoded = decode_shard_command(encoded_by(encode_shard_command, empty));
        REQUIRE_MESSAGE(decoded.has_value(), decoded.error().what);
        CHECK(*decoded == empty);
    }
}

TEST_CASE("the samples have every kind of shard command, at its number in the schema") {
    const std::vector<shard_command> every = samples::every_kind_of_shard_command();
    REQUIRE(every.size() == std::variant_size_v<shard_command>);
    REQUIRE(schema_kinds_of_command().size() == every.size());
    for (std::size_t i = 0; i < every.size(); ++i) {
        CHECK(every[i].index() == i);
        CHECK(encoded_by(encode_shard_command, every[i])[18] == static_cast<std::byte>(i));
    }
}

TEST_CASE("a shard command without a body is refused, not taken for one of zeros") {
    // Its pointer is its last word of 5, behind the header, the root pointer and 4 data words.
    const std::vector<std::string> names = schema_kinds_of_command();
    for (std::size_t kind = 0; kind < names.size(); ++kind) {
        bytes message =
            encoded_by(encode_shard_command, samples::every_kind_of_shard_command()[kind]);
        std::fill(message.begin() + 48, message.begin() + 56, std::byte{0});
        const error refused = refusal(codec_of<schema::ShardCommand>(), message);
        CHECK(refused.code == errc::malformed);
        CHECK(refused.what == "shardCommand." + names[kind] + ": the command has no body");
    }
}

TEST_CASE("a kind of shard command that is not known is refused") {
    bytes message = encoded_by(encode_shard_command, market_halt{});
    message[18] = std::byte{23};
    const error refused = refusal(codec_of<schema::ShardCommand>(), message);
    CHECK(refused.code == errc::out_of_range);
    CHECK(refused.what == "shardCommand: 23 is not a kind of shard command (0..22)");
}

TEST_CASE("a new order without the order is refused") {
    const error refused = refusal_after<schema::Entry>(
        [](auto entry) { entry.getCommands()[0].getSubmitOrder().disownOrder(); });
    CHECK(refused.what == "entry.commands[0].submitOrder.order: the command has no order");
}

TEST_CASE("a client id or not-after of a command that takes none is refused") {
    for (const unsigned which : {4U, 20U, 21U}) {
        CAPTURE(which);
        for (const int field : {0, 1, 2}) {
            const error refused = refusal_after<schema::Entry>([&](auto entry) {
                auto request = entry.getCommands()[which].getRequest();
                field == 0   ? request.setClientHigh(1)
                : field == 1 ? request.setClientLow(1)
                             : request.setNotAfterNs(1);
            });
            CHECK(refused.code == errc::out_of_range);
            CHECK(refused.what.ends_with(": the command takes no client id and no not-after"));
        }
    }
}

TEST_CASE("an entry whose list is longer than its bytes can be is refused") {
    // 100 commands of one word: less than ours could be, and far less than they are in memory.
    std::vector<std::uint64_t> words{
        0x0001'0003'0000'0000,  // root: 3 data words, 1 pointer
        1,
        0,
        0,                                                 // version 1
        0x0000'0007'0000'0001 | std::uint64_t{100} << 35,  // a composite list of 100 words
        0x0000'0001'0000'0000 | std::uint64_t{100} << 2,   // tag: 100 elements of 1 data word
    };
    words.resize(words.size() + 100, 1);
    bytes message(8 + words.size() * 8);
    message[4] = static_cast<std::byte>(words.size());
    std::memcpy(message.data() + 8, words.data(), words.size() * 8);
    CHECK(refusal(codec_of<schema::Entry>(), message).what ==
          "entry.commands: 100 commands are not in 856 bytes");
}

TEST_CASE("a new order is 160 bytes in an entry and an entry 56 more") {
    const entry hundred{.index = 1, .at = {1}, .commands = std::vector<shard_command>(100)};
    CHECK(encoded_by(encode_entry, hundred).size() == 56 + 100 * 160);
}

// --- Channels ---------------------------------------------------------------------------------------

TEST_CASE("every kind of channel message survives alone") {
    for (const channel_message& each : samples::every_kind_of_channel_message()) {
        CAPTURE(each.index());
        const auto decoded = decode_channel_message(encoded_by(encode_channel_message, each));
        REQUIRE_MESSAGE(decoded.has_value(), decoded.error().what);
        CHECK(*decoded == each);
    }
}

TEST_CASE("a channel message without a body is refused, not taken for one of zeros") {
    const char* const names[] = {"newOrder", "cancelOrder", "replaceOrder",
                                 "event",    "transfer",    "transferReturned"};
    for (std::size_t kind = 0; kind < 6; ++kind) {
        bytes message =
            encoded_by(encode_channel_message, samples::every_kind_of_channel_message()[kind]);
        std::fill(message.begin() + 24, message.begin() + 32, std::byte{0});
        CHECK(refusal(codec_of<schema::ChannelMessage>(), message).what ==
              "channelMessage." + std::string(names[kind]) + ": the message has no body");
    }
}

TEST_CASE("a kind of channel message that is not known is refused") {
    bytes message = encoded_by(encode_channel_message, transfer_message{});
    message[18] = std::byte{6};
    CHECK(refusal(codec_of<schema::ChannelMessage>(), message).what ==
          "channelMessage: 6 is not a kind of message (0..5)");
}

TEST_CASE("a channel message that is for no book but names one is refused") {
    for (const unsigned which : {3U, 4U, 5U}) {
        const error refused = refusal_after<schema::ChannelDelivery>(
            [&](auto delivery) { delivery.getMessages()[which].setSymbol(5); });
        CHECK(refused.what == "channelDelivery.messages[" + std::to_string(which) +
                                  "].symbol: only a command is for a book");
    }
}

TEST_CASE("a transfer that goes out with a reason is refused") {
    const error refused = refusal_after<schema::ChannelDelivery>([](auto delivery) {
        delivery.getMessages()[4].getTransfer().setWhy(schema::Reason::KILLED);
    });
    CHECK(refused.what ==
          "channelDelivery.messages[4].transfer.why: a transfer that goes out has no reason");
}

// --- Versions within, and parts that must be there ---------------------------------------------------

TEST_CASE("each record within a shard's records has a version of its own") {
    constexpr errc unknown = errc::unsupported_version;
    check_refused<schema::Entry>(
        unknown,
        {{[](auto entry) { entry.getCommands()[3].setVersion(2); },
          "entry.commands[3].version: 2 is not a version known here (1..1)"},
         {[](auto entry) { entry.getCommands()[13].getListInstrument().getRules().setVersion(2); },
          "entry.commands[13].listInstrument.rules.version: 2 is not a version known here (1..1)"},
         {[](auto entry) { entry.getCommands()[20].getChannelDelivery().setVersion(2); },
          "entry.commands[20].channelDelivery.version: 2 is not a version known here (1..1)"},
         {[](auto entry) { entry.getCommands()[21].getChannelReceipt().setVersion(2); },
          "entry.commands[21].channelReceipt.version: 2 is not a version known here (1..1)"}});
    check_refused<schema::ChannelDelivery>(
        unknown,
        {{[](auto delivery) { delivery.getMessages()[3].getEvent().setVersion(2); },
          "channelDelivery.messages[3].event.version: 2 is not a version known here (1..1)"}});
    check_refused<schema::ReportBatch>(
        unknown, {{[](auto batch) { batch.getReports()[1].setVersion(2); },
                   "report[1].version: 2 is not a version known here (1..1)"}});
    check_refused<schema::LedgerLineBatch>(
        unknown, {{[](auto batch) { batch.getLines()[1].setVersion(2); },
                   "ledgerLine[1].version: 2 is not a version known here (1..1)"}});
    check_refused<schema::ListingRow>(
        unknown, {{[](auto row) { row.getListing().setVersion(2); },
                   "listingRow.listing.version: 2 is not a version known here (1..1)"}});
    check_refused<schema::ShardBookRow>(
        unknown, {{[](auto row) { row.getBook().setVersion(2); },
                   "shardBookRow.book.version: 2 is not a version known here (1..1)"}});
}

TEST_CASE("a listing without an instrument, and rows without their main part, are refused") {
    check_refused<schema::Listing>(errc::malformed,
                                   {{[](auto listing) { listing.disownRules(); },
                                     "listing.rules: the listing has no instrument"}});
    check_refused<schema::ListingRow>(
        errc::malformed,
        {{[](auto row) { row.disownListing(); }, "listingRow.listing: the row has no listing"}});
    check_refused<schema::ShardBookRow>(
        errc::malformed,
        {{[](auto row) { row.disownBook(); }, "shardBookRow.book: the book's own row is missing"}});
}

TEST_CASE("a listing has the fees of 8 tiers, or of none") {
    for (const unsigned tiers : {1U, 7U, 9U}) {
        const error refused =
            refusal_after<schema::Listing>([&](auto listing) { listing.initFees(tiers); });
        CHECK(refused.what ==
              "listing.fees: " + std::to_string(tiers) + " tiers of fees, not 8 or none");
    }
    const auto free =
        decode_listing(changed_sample<schema::Listing>([](auto listing) { listing.initFees(0); }));
    REQUIRE_MESSAGE(free.has_value(), free.error().what);
    CHECK(free->fees == listing{}.fees);
}

TEST_CASE("a report is 112 bytes in a batch, a ledger line 40, and a batch 40 more") {
    CHECK(encoded_by(encode_reports, std::vector<report>(1'000)).size() == 40 + 112'000);
    CHECK(encoded_by(encode_ledger_lines, std::vector<ledger_line>(1'000)).size() == 40 + 40'000);
}

TEST_CASE("a position's numbers of 128 bits survive, whatever they are") {
    const wide_int highest = ~(wide_int{1} << 127);
    for (const wide_int number :
         {wide_int{0}, wide_int{-1}, highest, -highest - 1, wide_int{1} << 64, -(wide_int{1} << 64),
          wide_int{INT64_MIN}, wide_int{INT64_MAX}}) {
        position_row row;
        row.total = number;
        row.realised = ~number;
        const auto decoded = decode_position_row(encoded_by(encode_position_row, row));
        REQUIRE(decoded.has_value());
        CHECK(*decoded == row);
    }
}

}  // namespace
}  // namespace bourse
