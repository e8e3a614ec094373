// What was told, found again: by account, symbol, side, state, time and id, page by page.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include "actors/sinks/history/history_reader.hpp"
#include "storage/lmdb_store.hpp"
#include "tests/support/temporary_folder.hpp"
#include "told_entries.hpp"

namespace bourse {
namespace {

/// A history in a folder that is gone afterwards.
class kept_history {
public:
    explicit kept_history(std::uint64_t keep = 10'000'000) { open(keep); }

    void close() { writer_.reset(); }
    void open(std::uint64_t keep = 10'000'000) {
        close();
        auto opened = history::open({.path = path(),
                                     .owner = 7,
                                     .keep_orders = keep,
                                     .keep_trades = keep,
                                     .least_free_bytes = 0});
        REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
        writer_ = *std::move(opened);
    }
    [[nodiscard]] std::string path() const { return folder_.path() + "/history"; }
    [[nodiscard]] history& writer() { return *writer_; }
    void take(const unpacked_events& entry) {
        REQUIRE(writer_->take(shard_1, entry.view()).has_value());
    }
    void commit() { REQUIRE(writer_->commit().has_value()); }

    [[nodiscard]] std::unique_ptr<history_reader> reader() const {
        return history_reader::beside(*writer_);
    }

private:
    temporary_folder folder_;
    std::unique_ptr<history> writer_;
};

history_answer asked(history_reader& reader, const history_request& request) {
    auto answer = reader.ask(request);
    REQUIRE_MESSAGE(answer.has_value(), answer.error().what);
    return *std::move(answer);
}

/// All pages, with so many rows each.
history_answer all_pages(history_reader& reader, history_request request, std::uint32_t most) {
    history_answer all;
    request.most = most;
    do {
        history_answer page = asked(reader, request);
        REQUIRE(page.orders.size() + page.trades.size() <= most);
        all.as_of = page.as_of;
        std::ranges::move(page.orders, std::back_inserter(all.orders));
        std::ranges::move(page.trades, std::back_inserter(all.trades));
        request.cursor = page.next;
    } while (!request.cursor.empty());
    return all;
}

template <typename Row>
bool all_equal(const std::vector<Row>& a, const std::vector<Row>& b) {
    return std::ranges::equal(a, b, [](const Row& x, const Row& y) { return equal(x, y); });
}

/// The newest first, those that are wanted.
template <typename Row>
std::vector<Row> expected(std::vector<Row> rows, const std::function<bool(const Row&)>& wanted) {
    std::erase_if(rows, [&](const Row& row) { return !wanted(row); });
    std::ranges::reverse(rows);
    return rows;
}

void check_orders(history_reader& reader, const expected_history& from,
                  const history_request& request,
                  const std::function<bool(const history_order&)>& wanted) {
    const auto rows = expected(from.orders, wanted);
    REQUIRE(!rows.empty());
    for (const std::uint32_t most : {1'000U, 7U}) {
        CAPTURE(most);
        CHECK(all_equal(all_pages(reader, request, most).orders, rows));
    }
}

void check_trades(history_reader& reader, const expected_history& from, history_request request,
                  const std::function<bool(const history_trade&)>& wanted) {
    request.what = history_request::kind::trades;
    const auto rows = expected(from.trades, wanted);
    REQUIRE(!rows.empty());
    for (const std::uint32_t most : {1'000U, 7U}) {
        CAPTURE(most);
        CHECK(all_equal(all_pages(reader, request, most).trades, rows));
    }
}

TEST_CASE("an order is called as its owner calls it, not as a session counts his commands") {
    kept_history kept;
    report told;
    told.what.order = {7};
    told.what.account = {1};
    const auto take = [&](std::uint64_t index, event_kind kind, const client_id& client) {
        told.what.kind = kind;
        told.number = index;
        told.client = client;
        kept.take({.index = index,
                   .at = {},
                   .reports = {told},
                   .lines = {},
                   .events = {},
                   .event_numbers = {}});
        kept.commit();
        return asked(*kept.reader(), {.what = history_request::kind::orders}).orders.at(0).client;
    };
    const client_id tag{client_id::tag_high, 9};
    CHECK(take(1, event_kind::accepted, tag).is_none());
    CHECK(take(2, event_kind::replaced, {1, 5}) == client_id{1, 5});
    CHECK(take(3, event_kind::replaced, tag) == client_id{1, 5});
    CHECK(take(4, event_kind::cancelled, {1, 5}) == client_id{1, 5});
}

TEST_CASE("orders and trades of a flow are found by account, symbol, side, state, time and id") {
    kept_history kept;
    expected_history from;
    for (const unpacked_events& entry : told_entries(600, 20)) {
        from.take(entry);
        kept.take(entry);
        if (entry.index % 5 == 0) {
            kept.commit();
        }
    }
    kept.commit();
    const auto reader = kept.reader();
    constexpr auto orders = history_request::kind::orders;
    using order = const history_order&;
    using trade = const history_trade&;

    check_orders(*reader, from, {.what = orders}, [](order) { return true; });
    check_orders(*reader, from, {.what = orders, .account = {3}},
                 [](order of) { return of.account.value == 3; });
    check_orders(*reader, from, {.what = orders, .symbol = {2}},
                 [](order of) { return of.symbol.value == 2; });
    check_orders(*reader, from, {.what = orders, .account = {3}, .symbol = {2}},
                 [](order of) { return of.account.value == 3 && of.symbol.value == 2; });
    check_orders(*reader, from, {.what = orders, .side = side::sell},
                 [](order of) { return of.side == side::sell; });
    check_orders(*reader, from, {.what = orders, .account = {4}, .open = true},
                 [](order of) { return of.account.value == 4 && of.open; });
    check_orders(*reader, from, {.what = orders, .symbol = {1}, .open = false},
                 [](order of) { return of.symbol.value == 1 && !of.open; });
    const order_id one = from.orders[from.orders.size() / 2].id;
    check_orders(*reader, from, {.what = orders, .order = one},
                 [&](order of) { return of.id == one; });
    const timestamp begin = from.orders[from.orders.size() / 3].at;
    const timestamp end = from.orders[from.orders.size() / 3 * 2].at;
    REQUIRE(begin < end);
    check_orders(*reader, from, {.what = orders, .from = begin, .until = end},
                 [&](order of) { return begin <= of.at && of.at < end; });

    check_trades(*reader, from, {}, [](trade) { return true; });
    check_trades(*reader, from, {.account = {3}},
                 [](trade of) { return of.buyer.value == 3 || of.seller.value == 3; });
    check_trades(*reader, from, {.account = {3}, .side = side::buy},
                 [](trade of) { return of.buyer.value == 3; });
    check_trades(*reader, from, {.symbol = {2}}, [](trade of) { return of.symbol.value == 2; });
    check_trades(*reader, from, {.from = begin, .until = end},
                 [&](trade of) { return begin <= of.at && of.at < end; });
    const order_id resting = from.trades[from.trades.size() / 2].sell;
    check_trades(*reader, from, {.order = resting}, [&](trade of) { return of.sell == resting; });
    CHECK(asked(*reader, {.order = {12345}}).trades.empty());
    CHECK(asked(*reader, {.account = {999}}).next.empty());
}

TEST_CASE("an entry that comes again changes nothing, and one that is missing is refused") {
    kept_history kept;
    const auto told = told_entries(100, 10);
    expected_history from;
    for (std::size_t i = 0; i < told.size() / 2; ++i) {
        from.take(told[i]);
        kept.take(told[i]);
        kept.commit();
        kept.take(told[i]);
        kept.take(told[0]);
        kept.commit();
    }
    const std::uint64_t next = kept.writer().next(shard_1);
    CHECK(next == told.size() / 2 + 1);
    const outcome taken = kept.writer().take(shard_1, told[next].view());
    REQUIRE(!taken.has_value());
    CHECK(taken.error().code == errc::out_of_range);
    const auto reader = kept.reader();
    CHECK(
        all_equal(asked(*reader, {.what = history_request::kind::orders, .most = 1'000}).orders,
                  expected<history_order>(from.orders, [](const history_order&) { return true; })));
    CHECK(asked(*reader, {}).as_of == next - 1);
}

TEST_CASE("what was not committed is not there, and is taken again after the next start") {
    kept_history kept;
    const auto told = told_entries(60, 10);
    for (const unpacked_events& entry : told) {
        kept.take(entry);
        if (entry.index == 3) {
            kept.commit();
        }
    }
    kept.open();
    CHECK(kept.writer().next(shard_1) == 4);
    for (const unpacked_events& entry : told) {
        kept.take(entry);  // from the first on: the first three are ignored
    }
    kept.commit();
    CHECK(kept.writer().cursors().at(shard_1) == told.size());
}

TEST_CASE(
    "entries that cannot be had any more are kept as a gap, and their orders are known as far as "
    "can be") {
    kept_history kept;
    const auto told = told_entries(200, 10);
    const std::size_t missing = told.size() / 2;
    REQUIRE(kept.writer().skip_to(shard_1, missing + 1).has_value());
    CHECK(!kept.writer().skip_to(shard_1, missing + 1).has_value());
    for (std::size_t i = missing; i < told.size(); ++i) {
        kept.take(told[i]);
    }
    kept.commit();
    const auto reader = kept.reader();
    const auto gaps = reader->gaps();
    REQUIRE(gaps.has_value());
    CHECK(*gaps == std::vector<history_gap>{{shard_1, 1, missing}});
    expected_history all;
    for (const unpacked_events& entry : told) {
        all.take(entry);
    }
    for (const history_order& order :
         asked(*reader, {.what = history_request::kind::orders, .most = 1'000}).orders) {
        const auto& known = *std::ranges::find(all.orders, order.id, &history_order::id);
        CHECK(order.remaining == known.remaining);
        CHECK(order.open == known.open);
        CHECK(order.account == known.account);
    }
}

TEST_CASE("of what is beyond retention the oldest goes, but open orders stay") {
    constexpr std::uint64_t keep = 150;
    kept_history kept(keep);
    expected_history from;
    for (const unpacked_events& entry : told_entries(3'000, 10)) {
        from.take(entry);
        kept.take(entry);
        kept.commit();
    }
    const auto reader = kept.reader();
    history_request request{.what = history_request::kind::orders};
    const auto left = all_pages(*reader, request, 1'000).orders;
    CHECK(left.size() < from.orders.size() / 2);
    const auto open = [](const history_order& of) { return of.open; };
    CHECK(std::ranges::count_if(left, open) == std::ranges::count_if(from.orders, open));
    request.what = history_request::kind::trades;
    const auto trades = all_pages(*reader, request, 1'000).trades;
    REQUIRE(from.trades.size() > keep);
    CHECK(trades.size() == keep);
    CHECK(equal(trades.front(), from.trades.back()));
}

TEST_CASE("a file of another node, of something else, or that another has open is refused") {
    kept_history kept;
    const auto refused = [](const history_options& options) {
        const auto opened = history::open(options);
        REQUIRE(!opened.has_value());
        return opened.error();
    };
    CHECK(refused({.path = kept.path(), .owner = 7}).code == errc::locked);
    CHECK(history_reader::open(kept.path()).error().code == errc::locked);
    kept.close();
    const error other = refused({.path = kept.path(), .owner = 8});
    CHECK(other.code == errc::foreign);
    CHECK(other.what == kept.path() + "/data.mdb is of node 7, and this is node 8");
    const temporary_folder folder;
    const std::string text = folder.path() + "/text";
    std::filesystem::create_directory(text);
    std::ofstream(text + "/data.mdb") << std::string(8'192, 'x');
    CHECK(refused({.path = text, .owner = 7}).code == errc::foreign);
    CHECK(history_reader::open(text).error().code == errc::foreign);
    const std::string rows = folder.path() + "/rows";
    CHECK(lmdb_store::open({.folder = rows, .tables = {"head"}}).has_value());
    CHECK(refused({.path = rows, .owner = 7}).code == errc::foreign);
    CHECK(!history::open({.path = folder.path() + "/none/at/all", .owner = 7}).has_value());
    CHECK(history_reader::open(folder.path() + "/none").error().code == errc::unreadable);
    CHECK(!std::filesystem::exists(folder.path() + "/none"));
}

TEST_CASE("a file that is as large as it may become refuses, and goes on when it may be larger") {
    const temporary_folder folder;
    history_options options{.path = folder.path() + "/history",
                            .owner = 7,
                            .max_bytes = std::uint64_t{1} << 20U,
                            .least_free_bytes = 0};
    const auto told = told_entries(20'000, 20);
    auto writer = *history::open(options);
    std::size_t next = 0;
    outcome committed = done{};
    while (committed && next < told.size()) {
        REQUIRE(writer->take(shard_1, told[next++].view()).has_value());
        committed = writer->commit();
    }
    REQUIRE(!committed.has_value());
    CHECK(committed.error().code == errc::storage_full);
    CHECK(committed.error().what.find("as large as it may become") != std::string::npos);
    CHECK(writer->commit().error().code == errc::storage_full);
    CHECK(writer->cursors().at(shard_1) == next - 1);
    writer.reset();
    options.max_bytes *= 8;
    writer = *history::open(options);
    REQUIRE(writer->take(shard_1, told[next - 1].view()).has_value());
    CHECK(writer->commit().has_value());
    CHECK(writer->cursors().at(shard_1) == next);
}

TEST_CASE("a reader sees whole batches, beside the writer") {
    kept_history kept;
    const auto reader = kept.reader();
    const auto told = told_entries(100, 10);
    expected_history from;
    for (const unpacked_events& entry : told) {
        kept.take(entry);
        CHECK(asked(*reader, {}).as_of == entry.index - 1);
        kept.commit();
        from.take(entry);
        const auto orders = asked(*reader, {.what = history_request::kind::orders, .most = 1'000});
        CHECK(orders.as_of == entry.index);
        CHECK(orders.orders.size() == from.orders.size());
    }
}

TEST_CASE("a question that cannot be is refused with a sentence") {
    kept_history kept;
    const auto reader = kept.reader();
    for (const char* cursor : {"x", "1", "1.", ".1", "1.-2", "1.2.3", "1.99999999999999999999"}) {
        CAPTURE(std::string(cursor));
        for (const auto what : {history_request::kind::orders, history_request::kind::trades}) {
            const auto refused = reader->ask({.what = what, .cursor = cursor});
            REQUIRE(!refused.has_value());
            CHECK(refused.error().code == errc::malformed);
        }
    }
    CHECK(reader->ask({.most = 0}).error().code == errc::over_bound);
    CHECK(reader->ask({.most = max_history_rows + 1}).error().code == errc::over_bound);
    CHECK(asked(*reader, {}).as_of == 0);
    const timestamp first{INT64_MIN};
    CHECK(asked(*reader, {.what = history_request::kind::orders, .until = first}).orders.empty());
}

}  // namespace
}  // namespace bourse
