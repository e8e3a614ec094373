#pragma once

#include <cstddef>
#include <span>
#include <vector>

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

/// One way to call the codecs of shards, as codec_under_test.hpp has it for those of books.
namespace bourse {

/// A codec made of its parts.
template <typename Value, typename SchemaRecord, auto Encode, auto Decode, auto Sample, auto Random>
struct shard_codec {
    using value = Value;
    using schema_record = SchemaRecord;
    static value sample() { return Sample(); }
    static value random(samples::random_records& random) { return Random(random); }
    static void encode(const value& from, std::vector<std::byte>& out) { Encode(from, out); }
    static result<value> decode(std::span<const std::byte> from) { return Decode(from); }
};

// Samples of one element, or in lists, of what shard_samples.hpp has.
inline shard_command sample_shard_command() {
    return samples::every_kind_of_shard_command().front();
}
inline channel_message sample_channel_message() {
    return samples::every_kind_of_channel_message().back();
}
inline std::vector<report> two_reports() {
    return {samples::distinct_report(), {}};
}
inline std::vector<ledger_line> two_ledger_lines() {
    return {samples::distinct_ledger_line(), {}};
}

struct shard_command_record
    : shard_codec<shard_command, schema::ShardCommand, encode_shard_command, decode_shard_command,
                  sample_shard_command, samples::random_shard_command> {
    static constexpr const char* name = "shardCommand";
};

struct entry_record : shard_codec<entry, schema::Entry, encode_entry, decode_entry,
                                  samples::distinct_entry, samples::random_entry> {
    static constexpr const char* name = "entry";
};

struct channel_message_record
    : shard_codec<channel_message, schema::ChannelMessage, encode_channel_message,
                  decode_channel_message, sample_channel_message, samples::random_channel_message> {
    static constexpr const char* name = "channelMessage";
};

struct channel_delivery_record
    : shard_codec<channel_delivery, schema::ChannelDelivery, encode_channel_delivery,
                  decode_channel_delivery, samples::distinct_channel_delivery,
                  samples::random_channel_delivery> {
    static constexpr const char* name = "channelDelivery";
};

struct channel_receipt_record
    : shard_codec<channel_receipt, schema::ChannelReceipt, encode_channel_receipt,
                  decode_channel_receipt, samples::distinct_channel_receipt,
                  samples::random_channel_receipt> {
    static constexpr const char* name = "channelReceipt";
};

struct listing_record : shard_codec<listing, schema::Listing, encode_listing, decode_listing,
                                    samples::distinct_listing, samples::random_listing> {
    static constexpr const char* name = "listing";
};

struct report_record : shard_codec<report, schema::Report, encode_report, decode_report,
                                   samples::distinct_report, samples::random_report> {
    static constexpr const char* name = "report";
};

struct ledger_line_record
    : shard_codec<ledger_line, schema::LedgerLine, encode_ledger_line, decode_ledger_line,
                  samples::distinct_ledger_line, samples::random_ledger_line> {
    static constexpr const char* name = "ledgerLine";
};

/// Up to 20 of what `make` makes.
template <auto Make>
auto random_batch(samples::random_records& random) {
    std::vector<decltype(Make(random))> batch(random.below(20));
    for (auto& each : batch) {
        each = Make(random);
    }
    return batch;
}

struct report_batch_record
    : shard_codec<std::vector<report>, schema::ReportBatch, encode_reports, decode_reports,
                  two_reports, random_batch<samples::random_report>> {
    static constexpr const char* name = "reportBatch";
};

struct ledger_line_batch_record
    : shard_codec<std::vector<ledger_line>, schema::LedgerLineBatch, encode_ledger_lines,
                  decode_ledger_lines, two_ledger_lines,
                  random_batch<samples::random_ledger_line>> {
    static constexpr const char* name = "ledgerLineBatch";
};

/// `BOURSE_SHARD_ROW(account_row, AccountRow, "accountRow")` is the codec `account_row_record`.
#define BOURSE_SHARD_ROW(row, Schema, record_name)                                      \
    struct row##_record : shard_codec<row, schema::Schema, encode_##row, decode_##row,  \
                                      samples::distinct_##row, samples::random_##row> { \
        static constexpr const char* name = record_name;                                \
    }
BOURSE_SHARD_ROW(shard_row, ShardRow, "shardRow");
BOURSE_SHARD_ROW(account_row, AccountRow, "accountRow");
BOURSE_SHARD_ROW(risk_group_row, RiskGroupRow, "riskGroupRow");
BOURSE_SHARD_ROW(position_row, PositionRow, "positionRow");
BOURSE_SHARD_ROW(open_order_row, OpenOrderRow, "openOrderRow");
BOURSE_SHARD_ROW(order_group_row, OrderGroupRow, "orderGroupRow");
BOURSE_SHARD_ROW(remembered_row, RememberedRow, "rememberedRow");
BOURSE_SHARD_ROW(lease_row, LeaseRow, "leaseRow");
BOURSE_SHARD_ROW(listing_row, ListingRow, "listingRow");
BOURSE_SHARD_ROW(calendar_row, CalendarRow, "calendarRow");
BOURSE_SHARD_ROW(shard_book_row, ShardBookRow, "shardBookRow");
BOURSE_SHARD_ROW(channel_row, ChannelRow, "channelRow");
BOURSE_SHARD_ROW(channel_value, ChannelValueRow, "channelValueRow");
#undef BOURSE_SHARD_ROW

/// A whole shard, which is no Cap'n Proto message but the sum of many.
struct shard_rows_record : shard_codec<shard_rows, void, encode_shard_rows, decode_shard_rows,
                                       samples::distinct_shard_rows, samples::random_shard_rows> {
    static constexpr const char* name = "shardRows";
};

#define BOURSE_EVERY_SHARD_RECORD                                                                  \
    shard_command_record, entry_record, channel_message_record, channel_delivery_record,           \
        channel_receipt_record, listing_record, report_record, ledger_line_record,                 \
        report_batch_record, ledger_line_batch_record, shard_row_record, account_row_record,       \
        risk_group_row_record, position_row_record, open_order_row_record, order_group_row_record, \
        remembered_row_record, lease_row_record, listing_row_record, calendar_row_record,          \
        shard_book_row_record, channel_row_record, channel_value_record

}  // namespace bourse
