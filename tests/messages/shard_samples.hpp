#pragma once

#include <vector>

#include "messages/report.hpp"
#include "messages/shard_rows.hpp"
#include "samples.hpp"

/// Records of shards for the tests of the codecs, as those of books in samples.hpp.
namespace bourse::samples {

// --- Fixed. The golden files hold exactly these: never change one, add another. ---------------------

[[nodiscard]] listing distinct_listing();
/// One of each alternative of `shard_command`, in their order.
[[nodiscard]] std::vector<shard_command> every_kind_of_shard_command();
/// Of version 1 before there were records: without `put_record`.
[[nodiscard]] entry distinct_entry();
/// One of each alternative.
[[nodiscard]] entry every_kind_entry();
[[nodiscard]] put_record distinct_put_record();
/// One of each kind of message; the event is the fourth.
[[nodiscard]] std::vector<channel_message> every_kind_of_channel_message();
[[nodiscard]] channel_delivery distinct_channel_delivery();
[[nodiscard]] channel_receipt distinct_channel_receipt();
[[nodiscard]] report distinct_report();
[[nodiscard]] ledger_line distinct_ledger_line();

[[nodiscard]] shard_row distinct_shard_row();
[[nodiscard]] account_row distinct_account_row();
[[nodiscard]] risk_group_row distinct_risk_group_row();
[[nodiscard]] position_row distinct_position_row();
[[nodiscard]] open_order_row distinct_open_order_row();
[[nodiscard]] order_group_row distinct_order_group_row();
[[nodiscard]] remembered_row distinct_remembered_row();
[[nodiscard]] lease_row distinct_lease_row();
[[nodiscard]] listing_row distinct_listing_row();
[[nodiscard]] calendar_row distinct_calendar_row();
[[nodiscard]] shard_book_row distinct_shard_book_row();
[[nodiscard]] channel_row distinct_channel_row();
[[nodiscard]] channel_value distinct_channel_value();
[[nodiscard]] record_row distinct_record_row();
/// A shard with several rows of each kind, each list by rising key.
[[nodiscard]] shard_rows distinct_shard_rows();
/// Of version 1 before there were records: the same without any.
[[nodiscard]] shard_rows distinct_shard_rows_without_records();

// --- Random -----------------------------------------------------------------------------------------

[[nodiscard]] listing random_listing(random_records& random);
[[nodiscard]] shard_command random_shard_command(random_records& random);
[[nodiscard]] put_record random_put_record(random_records& random);
[[nodiscard]] entry random_entry(random_records& random);
[[nodiscard]] channel_message random_channel_message(random_records& random);
[[nodiscard]] channel_delivery random_channel_delivery(random_records& random);
[[nodiscard]] channel_receipt random_channel_receipt(random_records& random);
[[nodiscard]] report random_report(random_records& random);
[[nodiscard]] ledger_line random_ledger_line(random_records& random);

[[nodiscard]] shard_row random_shard_row(random_records& random);
[[nodiscard]] account_row random_account_row(random_records& random);
[[nodiscard]] risk_group_row random_risk_group_row(random_records& random);
[[nodiscard]] position_row random_position_row(random_records& random);
[[nodiscard]] open_order_row random_open_order_row(random_records& random);
[[nodiscard]] order_group_row random_order_group_row(random_records& random);
[[nodiscard]] remembered_row random_remembered_row(random_records& random);
[[nodiscard]] lease_row random_lease_row(random_records& random);
[[nodiscard]] listing_row random_listing_row(random_records& random);
[[nodiscard]] calendar_row random_calendar_row(random_records& random);
/// Without orders and groups.
[[nodiscard]] shard_book_row random_shard_book_row(random_records& random);
/// Without values and outbox.
[[nodiscard]] channel_row random_channel_row(random_records& random);
[[nodiscard]] channel_value random_channel_value(random_records& random);
[[nodiscard]] record_row random_record_row(random_records& random);
/// Each list by rising key.
[[nodiscard]] shard_rows random_shard_rows(random_records& random);

}  // namespace bourse::samples
