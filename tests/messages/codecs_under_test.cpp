#include "codecs_under_test.hpp"

#include <capnp/message.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "directory_samples.hpp"
#include "messages/book_codec.hpp"
#include "messages/channel_codec.hpp"
#include "messages/command_codec.hpp"
#include "messages/directory_codec.hpp"
#include "messages/entry_codec.hpp"
#include "messages/event_codec.hpp"
#include "messages/instrument_codec.hpp"
#include "messages/listing_codec.hpp"
#include "messages/report_codec.hpp"
#include "messages/schema/book.capnp.h"
#include "messages/schema/channel.capnp.h"
#include "messages/schema/command.capnp.h"
#include "messages/schema/directory.capnp.h"
#include "messages/schema/entry.capnp.h"
#include "messages/schema/event.capnp.h"
#include "messages/schema/instrument.capnp.h"
#include "messages/schema/listing.capnp.h"
#include "messages/schema/report.capnp.h"
#include "messages/schema/shard.capnp.h"
#include "messages/shard_rows_codec.hpp"
#include "shard_samples.hpp"

namespace bourse {
namespace {

// --- Samples that are one element, or a list, of what the headers of samples have ------------------

shard_command sample_shard_command() {
    return samples::every_kind_of_shard_command().front();
}
channel_message sample_channel_message() {
    return samples::every_kind_of_channel_message().back();
}
std::vector<report> two_reports() {
    return {samples::distinct_report(), {}};
}
std::vector<ledger_line> two_ledger_lines() {
    return {samples::distinct_ledger_line(), {}};
}

/// A member of `random_records` as a function.
template <auto Member>
auto drawn(samples::random_records& random) {
    return (random.*Member)();
}

/// Up to 20 of what `Draw` draws.
template <auto Draw>
auto drawn_batch(samples::random_records& random) {
    std::vector<decltype(Draw(random))> batch(random.below(20));
    for (auto& each : batch) {
        each = Draw(random);
    }
    return batch;
}

// --- The table --------------------------------------------------------------------------------------

template <auto Sample, auto Random, auto Encode, auto Decode>
struct typed_codec {
    using value = std::decay_t<decltype(*Decode({}))>;

    static const value& value_of(const std::any& held) { return std::any_cast<const value&>(held); }
    static std::any sample() { return value(Sample()); }
    static std::any empty() { return value{}; }
    static std::any random(samples::random_records& random) { return value(Random(random)); }
    static void encode(const std::any& from, bytes& out) { Encode(value_of(from), out); }
    static std::optional<error> decode(std::span<const std::byte> from, std::any& to) {
        result<value> decoded = Decode(from);
        if (!decoded) {
            return decoded.error();
        }
        to = *std::move(decoded);
        return std::nullopt;
    }
    static bool equal(const std::any& a, const std::any& b) { return value_of(a) == value_of(b); }
};

template <typename SchemaRecord>
void set_version(capnp::MessageBuilder& message, std::uint16_t version) {
    message.getRoot<SchemaRecord>().setVersion(version);
}

template <typename Typed>
constexpr record_codec codec_without_schema(std::string_view name) {
    return {.name = name,
            .schema_id = 0,
            .sample = Typed::sample,
            .empty = Typed::empty,
            .random = Typed::random,
            .encode = Typed::encode,
            .decode = Typed::decode,
            .equal = Typed::equal,
            .set_version = nullptr};
}

template <typename SchemaRecord, typename Typed>
constexpr record_codec codec(std::string_view name) {
    record_codec of = codec_without_schema<Typed>(name);
    of.schema_id = capnp::typeId<SchemaRecord>();
    of.set_version = set_version<SchemaRecord>;
    return of;
}

using draws = samples::random_records;

/// `encode_what` and `decode_what`, with `sample()` and `random(random_records&)`.
#define BOURSE_CODEC(Schema, name, what, sample, random) \
    codec<schema::Schema, typed_codec<sample, random, encode_##what, decode_##what>>(name)
#define BOURSE_SHARD_ROW(Schema, name, row) \
    BOURSE_CODEC(Schema, name, row, samples::distinct_##row, samples::random_##row)

constexpr record_codec table[] = {
    BOURSE_CODEC(Command, "command", command, samples::distinct_new_order, drawn<&draws::command>),
    BOURSE_CODEC(CommandBatch, "commandBatch", commands, samples::every_kind_of_command,
                 drawn_batch<drawn<&draws::command>>),
    BOURSE_CODEC(Event, "event", event, samples::distinct_event, drawn<&draws::event>),
    BOURSE_CODEC(EventBatch, "eventBatch", events, samples::two_events,
                 drawn_batch<drawn<&draws::event>>),
    BOURSE_CODEC(Instrument, "instrument", instrument, samples::distinct_instrument,
                 drawn<&draws::instrument>),
    BOURSE_CODEC(BookRow, "bookRow", book_row, samples::distinct_book_row, drawn<&draws::book_row>),
    BOURSE_CODEC(OrderRow, "orderRow", order_row, samples::distinct_order_row,
                 drawn<&draws::order_row>),
    BOURSE_CODEC(GroupRow, "groupRow", group_row, samples::distinct_group_row,
                 drawn<&draws::group_row>),
    BOURSE_CODEC(BookRows, "bookRows", book_rows, samples::distinct_book_rows,
                 drawn<&draws::book_rows>),
    BOURSE_CODEC(ShardCommand, "shardCommand", shard_command, sample_shard_command,
                 samples::random_shard_command),
    BOURSE_CODEC(Entry, "entry", entry, samples::every_kind_entry, samples::random_entry),
    BOURSE_CODEC(ChannelMessage, "channelMessage", channel_message, sample_channel_message,
                 samples::random_channel_message),
    BOURSE_CODEC(ChannelDelivery, "channelDelivery", channel_delivery,
                 samples::distinct_channel_delivery, samples::random_channel_delivery),
    BOURSE_CODEC(ChannelReceipt, "channelReceipt", channel_receipt,
                 samples::distinct_channel_receipt, samples::random_channel_receipt),
    BOURSE_CODEC(Listing, "listing", listing, samples::distinct_listing, samples::random_listing),
    BOURSE_CODEC(Report, "report", report, samples::distinct_report, samples::random_report),
    BOURSE_CODEC(LedgerLine, "ledgerLine", ledger_line, samples::distinct_ledger_line,
                 samples::random_ledger_line),
    BOURSE_CODEC(ReportBatch, "reportBatch", reports, two_reports,
                 drawn_batch<samples::random_report>),
    BOURSE_CODEC(LedgerLineBatch, "ledgerLineBatch", ledger_lines, two_ledger_lines,
                 drawn_batch<samples::random_ledger_line>),
    BOURSE_SHARD_ROW(ShardRow, "shardRow", shard_row),
    BOURSE_SHARD_ROW(AccountRow, "accountRow", account_row),
    BOURSE_SHARD_ROW(RiskGroupRow, "riskGroupRow", risk_group_row),
    BOURSE_SHARD_ROW(PositionRow, "positionRow", position_row),
    BOURSE_SHARD_ROW(OpenOrderRow, "openOrderRow", open_order_row),
    BOURSE_SHARD_ROW(OrderGroupRow, "orderGroupRow", order_group_row),
    BOURSE_SHARD_ROW(RememberedRow, "rememberedRow", remembered_row),
    BOURSE_SHARD_ROW(LeaseRow, "leaseRow", lease_row),
    BOURSE_SHARD_ROW(ListingRow, "listingRow", listing_row),
    BOURSE_SHARD_ROW(CalendarRow, "calendarRow", calendar_row),
    BOURSE_SHARD_ROW(ShardBookRow, "shardBookRow", shard_book_row),
    BOURSE_SHARD_ROW(ChannelRow, "channelRow", channel_row),
    BOURSE_SHARD_ROW(ChannelValueRow, "channelValueRow", channel_value),
    BOURSE_SHARD_ROW(RecordRow, "recordRow", record_row),
    BOURSE_SHARD_ROW(CurrencyRecord, "currencyRecord", currency_record),
    BOURSE_SHARD_ROW(InstrumentRecord, "instrumentRecord", instrument_record),
    BOURSE_SHARD_ROW(AccountRecord, "accountRecord", account_record),
    BOURSE_SHARD_ROW(UserRecord, "userRecord", user_record),
};

constexpr record_codec whole_shard =
    codec_without_schema<typed_codec<samples::distinct_shard_rows, samples::random_shard_rows,
                                     encode_shard_rows, decode_shard_rows>>("shardRows");

#undef BOURSE_SHARD_ROW
#undef BOURSE_CODEC

}  // namespace

std::span<const record_codec> every_codec() {
    return table;
}

const record_codec& whole_shard_codec() {
    return whole_shard;
}

const record_codec& codec_named(std::string_view name) {
    const auto* const found =
        std::find_if(std::begin(table), std::end(table),
                     [&](const record_codec& each) { return each.name == name; });
    if (found == std::end(table)) {
        throw std::invalid_argument("no codec of " + std::string(name));
    }
    return *found;
}

const record_codec& codec_of_schema(std::uint64_t schema_id) {
    const auto* const found =
        std::find_if(std::begin(table), std::end(table),
                     [&](const record_codec& each) { return each.schema_id == schema_id; });
    if (found == std::end(table)) {
        throw std::invalid_argument("no codec of schema " + std::to_string(schema_id));
    }
    return *found;
}

bytes encoded(const record_codec& codec, const std::any& from) {
    bytes out;
    codec.encode(from, out);
    return out;
}

bytes encoded_sample(const record_codec& codec) {
    return encoded(codec, codec.sample());
}

error refusal(const record_codec& codec, std::span<const std::byte> from) {
    std::any decoded;
    return codec.decode(from, decoded).value_or(error{errc{}, "it was not refused"});
}

std::string said_of(const std::optional<error>& fault) {
    return fault ? fault->what : std::string();
}

bytes cut(const bytes& whole, std::size_t size) {
    return bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace bourse
