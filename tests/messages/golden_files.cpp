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
#include <initializer_list>
#include <iterator>
#include <utility>

#include "codecs_under_test.hpp"
#include "shard_samples.hpp"

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

void check_golden(const std::string& name, const record_codec& codec, const std::any& expected) {
    CAPTURE(name);
    const bytes now = encoded(codec, expected);
    write_missing(golden_path(name), now);
    const bytes then = read_file(golden_path(name));
    REQUIRE_MESSAGE(!then.empty(), "the golden file is missing: see the top of this test");

    std::any decoded;
    REQUIRE(said_of(codec.decode(then, decoded)) == "");
    CHECK(codec.equal(decoded, expected));
    std::any decoded_now;
    REQUIRE(said_of(codec.decode(now, decoded_now)) == "");
    CHECK(codec.equal(decoded_now, decoded));
    // Whatever is hashed or compared between replicas must not depend on the build.
    CHECK(now == then);
}

/// The golden files of these records' samples.
struct golden_sample {
    const char* file;
    const char* record;
};

void check_golden(std::initializer_list<golden_sample> samples) {
    for (const golden_sample& each : samples) {
        const record_codec& codec = codec_named(each.record);
        check_golden(each.file, codec, codec.sample());
    }
}

TEST_CASE("the golden commands of version 1 are read") {
    const std::pair<const char*, command> commands[] = {
        {"new_order", samples::distinct_new_order()},
        {"cancel_order", samples::distinct_cancel_order()},
        {"replace_order", samples::distinct_replace_order()},
        {"mass_cancel", samples::distinct_mass_cancel()},
        {"set_state", samples::distinct_set_state()},
        {"set_reference", samples::distinct_set_reference()},
    };
    for (const auto& [name, expected] : commands) {
        check_golden(name, codec_named("command"), expected);
    }
    check_golden({{"command_batch", "commandBatch"}});
}

TEST_CASE("the golden events of version 1 are read") {
    check_golden({{"event", "event"}, {"event_batch", "eventBatch"}});
}

TEST_CASE("the golden instrument of version 1 is read") {
    check_golden({{"instrument", "instrument"}});
}

TEST_CASE("the golden rows of version 1 are read") {
    check_golden({{"book_row", "bookRow"},
                  {"order_row", "orderRow"},
                  {"group_row", "groupRow"},
                  {"book_rows", "bookRows"}});
}

TEST_CASE("the golden entry of version 1, of every kind of command, is read") {
    check_golden("entry", codec_named("entry"), samples::distinct_entry());
    check_golden({{"shard_command", "shardCommand"}});
}

TEST_CASE("the golden commands about records, which came later to version 1, are read") {
    check_golden("put_record", codec_named("shardCommand"),
                 shard_command{samples::distinct_put_record()});
    check_golden({{"entry_with_records", "entry"}});
}

TEST_CASE("the golden messages between shards of version 1 are read") {
    check_golden({{"channel_message", "channelMessage"},
                  {"channel_delivery", "channelDelivery"},
                  {"channel_receipt", "channelReceipt"}});
}

TEST_CASE("the golden reports and ledger lines of version 1 are read") {
    check_golden({{"report", "report"},
                  {"report_batch", "reportBatch"},
                  {"ledger_line", "ledgerLine"},
                  {"ledger_line_batch", "ledgerLineBatch"}});
}

TEST_CASE("the golden listing of version 1 is read") {
    check_golden({{"listing", "listing"}});
}

TEST_CASE("the golden rows of a shard of version 1 are read") {
    check_golden({{"shard_row", "shardRow"},
                  {"account_row", "accountRow"},
                  {"risk_group_row", "riskGroupRow"},
                  {"position_row", "positionRow"},
                  {"open_order_row", "openOrderRow"},
                  {"order_group_row", "orderGroupRow"},
                  {"remembered_row", "rememberedRow"},
                  {"lease_row", "leaseRow"},
                  {"listing_row", "listingRow"},
                  {"calendar_row", "calendarRow"},
                  {"shard_book_row", "shardBookRow"},
                  {"channel_row", "channelRow"},
                  {"channel_value", "channelValueRow"},
                  {"record_row", "recordRow"}});
}

TEST_CASE("the golden records of the directory of version 1 are read") {
    check_golden({{"currency_record", "currencyRecord"},
                  {"instrument_record", "instrumentRecord"},
                  {"account_record", "accountRecord"},
                  {"user_record", "userRecord"}});
}

TEST_CASE("the golden shard of version 1, with every kind of row, is read") {
    check_golden("shard_rows", whole_shard_codec(), samples::distinct_shard_rows_without_records());
    check_golden("shard_rows_with_records", whole_shard_codec(), whole_shard_codec().sample());
}

}  // namespace
}  // namespace bourse
