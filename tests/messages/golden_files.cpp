// Old bytes stay readable. Each file in golden/ was written once, by the version of the code that
// its record's first version is; what it must mean is written down in samples.hpp.
//
// A new record, or a new version of one, gets a new file: add it to a test case below, and run
//
//     BOURSE_WRITE_GOLDEN=1 <build>/tests/messages_tests --test-case='*golden*'
//
// which writes the files that are missing and never touches one that is there.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "codec_under_test.hpp"

#ifndef BOURSE_TESTS_DIR
#error "the build says where the tests are"
#endif

namespace bourse {
namespace {

std::filesystem::path golden_path(const std::string& name) {
    return std::filesystem::path(BOURSE_TESTS_DIR) / "messages" / "golden" / (name + ".bin");
}

void write_missing(const std::filesystem::path& path, const bytes& content) {
    if (std::getenv("BOURSE_WRITE_GOLDEN") == nullptr || std::filesystem::exists(path)) {
        return;
    }
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(content.data()),
               static_cast<std::streamsize>(content.size()));
}

bytes read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    const auto* first = reinterpret_cast<const std::byte*>(content.data());
    return bytes(first, first + content.size());
}

template <typename Codec>
void check_golden(const std::string& name, const typename Codec::value& expected) {
    CAPTURE(name);
    const bytes now = encoded<Codec>(expected);
    write_missing(golden_path(name), now);
    const bytes then = read_file(golden_path(name));
    REQUIRE_MESSAGE(!then.empty(), "the golden file is missing: see the top of this test");

    const auto decoded = Codec::decode(then);
    REQUIRE_MESSAGE(decoded.has_value(), decoded.error().what);
    CHECK(*decoded == expected);
    const auto decoded_now = Codec::decode(now);
    REQUIRE(decoded_now.has_value());
    CHECK(*decoded_now == *decoded);
    // Whatever is hashed or compared between replicas must not depend on the build.
    CHECK(now == then);
}

TEST_CASE("the golden commands of version 1 are read") {
    check_golden<command_record>("new_order", samples::distinct_new_order());
    check_golden<command_record>("cancel_order", samples::distinct_cancel_order());
    check_golden<command_record>("replace_order", samples::distinct_replace_order());
    check_golden<command_record>("mass_cancel", samples::distinct_mass_cancel());
    check_golden<command_record>("set_state", samples::distinct_set_state());
    check_golden<command_record>("set_reference", samples::distinct_set_reference());
    check_golden<command_batch_record>("command_batch", samples::every_kind_of_command());
}

TEST_CASE("the golden events of version 1 are read") {
    check_golden<event_record>("event", samples::distinct_event());
    check_golden<event_batch_record>("event_batch", samples::two_events());
}

TEST_CASE("the golden instrument of version 1 is read") {
    check_golden<instrument_record>("instrument", samples::distinct_instrument());
}

TEST_CASE("the golden rows of version 1 are read") {
    check_golden<book_row_record>("book_row", samples::distinct_book_row());
    check_golden<order_row_record>("order_row", samples::distinct_order_row());
    check_golden<group_row_record>("group_row", samples::distinct_group_row());
    check_golden<book_rows_record>("book_rows", samples::distinct_book_rows());
}

TEST_CASE("the golden entry of version 1, of every kind of command, is read") {
    check_golden<entry_record>("entry", samples::distinct_entry());
    check_golden<shard_command_record>("shard_command", shard_command_record::sample());
}

TEST_CASE("the golden messages between shards of version 1 are read") {
    check_golden<channel_message_record>("channel_message", channel_message_record::sample());
    check_golden<channel_delivery_record>("channel_delivery", samples::distinct_channel_delivery());
    check_golden<channel_receipt_record>("channel_receipt", samples::distinct_channel_receipt());
}

TEST_CASE("the golden reports and ledger lines of version 1 are read") {
    check_golden<report_record>("report", samples::distinct_report());
    check_golden<report_batch_record>("report_batch", report_batch_record::sample());
    check_golden<ledger_line_record>("ledger_line", samples::distinct_ledger_line());
    check_golden<ledger_line_batch_record>("ledger_line_batch", ledger_line_batch_record::sample());
}

TEST_CASE("the golden listing of version 1 is read") {
    check_golden<listing_record>("listing", samples::distinct_listing());
}

TEST_CASE("the golden rows of a shard of version 1 are read") {
    check_golden<shard_row_record>("shard_row", samples::distinct_shard_row());
    check_golden<account_row_record>("account_row", samples::distinct_account_row());
    check_golden<risk_group_row_record>("risk_group_row", samples::distinct_risk_group_row());
    check_golden<position_row_record>("position_row", samples::distinct_position_row());
    check_golden<open_order_row_record>("open_order_row", samples::distinct_open_order_row());
    check_golden<order_group_row_record>("order_group_row", samples::distinct_order_group_row());
    check_golden<remembered_row_record>("remembered_row", samples::distinct_remembered_row());
    check_golden<lease_row_record>("lease_row", samples::distinct_lease_row());
    check_golden<listing_row_record>("listing_row", samples::distinct_listing_row());
    check_golden<calendar_row_record>("calendar_row", samples::distinct_calendar_row());
    check_golden<shard_book_row_record>("shard_book_row", samples::distinct_shard_book_row());
    check_golden<channel_row_record>("channel_row", samples::distinct_channel_row());
    check_golden<channel_value_record>("channel_value", samples::distinct_channel_value());
}

TEST_CASE("the golden shard of version 1, with every kind of row, is read") {
    check_golden<shard_rows_record>("shard_rows", samples::distinct_shard_rows());
}

}  // namespace
}  // namespace bourse
