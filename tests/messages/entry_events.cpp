// What an entry gave out, packed, and of whom its reports are.

#include "messages/entry_events.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "messages/report_range.hpp"
#include "shard_samples.hpp"

namespace bourse {
namespace {

using bytes = std::vector<std::byte>;

bytes packed(const unpacked_events& from) {
    bytes into;
    pack_entry_events(from.view(), into);
    return into;
}

/// What is wrong with them; empty if nothing is.
std::string refusal(std::span<const std::byte> from) {
    unpacked_events into;
    const outcome read = unpack_entry_events(from, into);
    return read ? std::string() : read.error().what;
}

unpacked_events again(std::span<const std::byte> from) {
    unpacked_events into;
    const outcome read = unpack_entry_events(from, into);
    REQUIRE_MESSAGE(read.has_value(), read.error().what);
    return into;
}

event accepted(std::uint64_t order, std::uint32_t account) {
    event what;
    what.kind = event_kind::accepted;
    what.order = {order};
    what.price = {100};
    what.lots = {5};
    what.remaining = {5};
    what.account = {account};
    what.symbol = {2};
    return what;
}

/// The golden file holds exactly this: never change it.
unpacked_events golden() {
    report repeats;
    repeats.what = accepted(7, 3);
    repeats.number = 1;
    report refused = samples::distinct_report();
    refused.what = samples::distinct_event();
    report caused = refused;
    caused.what = accepted(9, 4);
    caused.what.reason = reason::disconnected;
    caused.cash = {INT64_MIN};
    caused.fee = {INT64_MAX};
    ledger_line fee = samples::distinct_ledger_line();
    fee.holder = fee_holder;
    fee.amount = -fee.amount;
    return {.index = 258,
            .at = {1'000'000'007},
            .digest = 0x5152535455565758,
            .reports = {repeats, refused, caused},
            .lines = {samples::distinct_ledger_line(), fee},
            .events = {accepted(7, 3), accepted(8, 3), accepted(9, 4)},
            .event_numbers = {1, UINT64_MAX, 2}};
}

/// Reports of which some repeat events, as a shard's do.
unpacked_events random_events(samples::random_records& random) {
    unpacked_events made;
    made.index = random.integer<std::uint64_t>();
    made.at = {random.integer<std::int64_t>()};
    made.digest = random.integer<std::uint64_t>();
    for (std::uint64_t i = random.below(40); i > 0; --i) {
        const event what = random.coin() ? random.event() : accepted(random.below(3), 1);
        made.events.push_back(what);
        made.event_numbers.push_back(random.integer<std::uint64_t>());
        for (std::uint64_t more = random.below(3); more > 0; --more) {
            report told = random.coin() ? samples::random_report(random) : report{};
            if (random.coin()) {
                told.what = what;
            }
            if (random.coin()) {
                told.what.reason = random.any_of<reason>();
            }
            made.reports.push_back(told);
        }
    }
    for (std::uint64_t i = random.below(20); i > 0; --i) {
        made.lines.push_back(samples::random_ledger_line(random));
    }
    return made;
}

TEST_CASE("the golden events of an entry, packed by version 1, are written and read") {
    const auto path =
        std::filesystem::path(BOURSE_TESTS_DIR) / "messages" / "golden" / "entry_events.bin";
    const bytes now = packed(golden());
    if (std::getenv("BOURSE_WRITE_GOLDEN") != nullptr && !std::filesystem::exists(path)) {
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(now.data()),
                   static_cast<std::streamsize>(now.size()));
    }
    std::ifstream file(path, std::ios::binary);
    const std::string then{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(then.size() == now.size());
    CHECK(std::memcmp(then.data(), now.data(), now.size()) == 0);
    CHECK(again(now) == golden());
}

TEST_CASE("the example of packed events is what the header says") {
    report told;
    told.what = accepted(7, 3);
    told.number = 1;
    const bytes made = packed({.index = 258,
                               .at = {},
                               .reports = {told},
                               .lines = {},
                               .events = {accepted(7, 3)},
                               .event_numbers = {1}});
    const std::vector<unsigned> expected{0x11, 0x10, 0x01, 0x31, 0x01, 0x01, 0x07, 0x64, 0x05, 0x05,
                                         0x03, 0x00, 0x02, 0x01, 0x10, 0x00, 0x00, 0x01, 0x01};
    std::vector<unsigned> records;
    for (std::size_t i = 40; i < made.size(); ++i) {
        records.push_back(std::to_integer<unsigned>(made[i]));
    }
    CHECK(records == expected);
}

TEST_CASE("whatever an entry gives out survives being packed") {
    samples::random_records random(5);
    bytes into;  // used again, as its user does
    unpacked_events read;
    for (int i = 0; i < 500; ++i) {
        const unpacked_events made = random_events(random);
        pack_entry_events(made.view(), into);
        const outcome done = unpack_entry_events(into, read);
        REQUIRE_MESSAGE(done.has_value(), done.error().what);
        REQUIRE(read == made);
    }
    CHECK(again(packed({})) == unpacked_events{});
}

TEST_CASE(
    "a report that repeats an event takes few bytes, also behind events of accounts elsewhere") {
    unpacked_events made;
    for (std::uint64_t i = 0; i < 17; ++i) {
        made.events.push_back(accepted(1'000 + i, 3));
        made.event_numbers.push_back(i + 1);
    }
    const std::size_t alone = packed(made).size();
    const auto size_with = [&](std::size_t repeated) {
        report told;
        told.what = made.events[repeated];
        told.number = 1;
        unpacked_events with = made;
        with.reports = {told};
        REQUIRE(again(packed(with)) == with);
        return packed(with).size() - alone;
    };
    CHECK(size_with(0) == 5);
    CHECK(size_with(15) == 5);  // the last that is looked for
    CHECK(size_with(16) > 5);
}

TEST_CASE("packed events cut short, or with bytes behind them, are refused") {
    const bytes good = packed(golden());
    for (std::size_t length = 0; length < good.size(); ++length) {
        CAPTURE(length);
        const bytes short_one(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
        REQUIRE(refusal(short_one).starts_with("entryEvents"));
    }
    bytes longer = good;
    longer.resize(longer.size() + 3);
    CHECK(refusal(longer) == "entryEvents: 3 bytes follow the end");
}

TEST_CASE("packed events that cannot be are refused with the place") {
    const bytes good = packed({.index = 258,
                               .at = {},
                               .reports = {{}},
                               .lines = {{}},
                               .events = {accepted(7, 3)},
                               .event_numbers = {1}});
    // Prefix 40, event 5 + 9, report 4 + 4 + 7 · lengths of nothing, line 3.
    const auto with = [&](std::size_t place, unsigned value) {
        bytes bad = good;
        bad.at(place) = static_cast<std::byte>(value);
        return refusal(bad);
    };
    CHECK(with(0, 2) == "entryEvents.version: 2 is not a version known here (1..1)");
    CHECK(with(2, 1) == "entryEvents.version: 65537 is not a version known here (1..1)");
    CHECK(with(4, 200) == "entryEvents: it is cut short");
    CHECK(with(40, 0x19) == "entryEvents.event[0]: it is cut short, or longer than it can be");
    CHECK(with(44, 0x11) == "entryEvents.event[0]: its head is none");
    CHECK(with(45, 9) ==
          "entryEvents.event[0].kind: 9 is not an event kind (0..6, 10..16, 20..22, 30..34)");
    CHECK(with(54 + 3, 2) == "entryEvents.report[0]: it repeats event 2 of 1");
    CHECK(with(54 + 7, 0x10) == "entryEvents.report[0]: its head is none");
    CHECK(with(62 + 2, 0x10) == "entryEvents.line[0]: its head is none");
}

TEST_CASE("any flipped bit of packed events gives an error or what survives packing") {
    const bytes good = packed(golden());
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        CAPTURE(bit);
        bytes flipped = good;
        flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        unpacked_events read;
        if (unpack_entry_events(flipped, read)) {
            REQUIRE(again(packed(read)) == read);
        }
    }
}

// --- Of whom the reports are ----------------------------------------------------------------------

report numbered(std::uint32_t account, std::uint64_t number) {
    report told;
    told.what.account = {account};
    told.number = number;
    return told;
}

TEST_CASE("reports are found by rising account, one range of each, without those to nobody") {
    report_range_finder finder;
    const std::vector<report> reports{numbered(9, 5), numbered(2, 1), numbered(9, 6),
                                      numbered(0, 0), numbered(7, 0), numbered(2, 2)};
    CHECK(finder.find(reports) == std::vector<report_range>{{{2}, 1, 2}, {{9}, 5, 6}});
    CHECK(finder.find({}).empty());
    CHECK(finder.find(std::vector{numbered(2, 3)}) == std::vector<report_range>{{{2}, 3, 3}});
}

TEST_CASE("reports of more accounts than ever before are found, and of few again") {
    report_range_finder finder;
    for (const std::uint32_t accounts : {3U, 5'000U, 1U, 33U, 32U}) {
        std::vector<report> reports;
        std::vector<report_range> expected;
        for (std::uint32_t i = accounts; i > 0; --i) {
            reports.push_back(numbered(i << 7U, i));
        }
        for (std::uint32_t i = 1; i <= accounts; ++i) {
            reports.push_back(numbered(i << 7U, i + 1));
            expected.push_back({{i << 7U}, i, i + 1});
        }
        REQUIRE(finder.find(reports) == expected);
    }
}

}  // namespace
}  // namespace bourse
