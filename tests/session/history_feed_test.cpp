// Every entry reaches the history once: as it is told, or from the event store as soon as that has it.

#include "actors/session/history_feed.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <utility>

#include "actors/replica/stored_output.hpp"
#include "storage/event_store.hpp"
#include "tests/support/simulated_store.hpp"

namespace bourse {
namespace {

constexpr shard_id shard_1{1};
constexpr event_store_options store_options{.owner = 7};

/// Accepts one order.
told_entry_ptr accepting_entry(std::uint64_t index) {
    applied_entry applied;
    applied.index = index;
    applied.what.at = {static_cast<std::int64_t>(index)};
    applied.out.reports.push_back(report{});
    report& told = applied.out.reports.back();
    told.number = index;
    told.what.kind = event_kind::accepted;
    told.what.order = {std::uint64_t{1} << order_counter_bits | index};
    told.what.account = {3};
    told.what.symbol = {1};
    told.what.lots = {5};
    told.what.remaining = {5};
    return std::make_shared<const told_entry>(shard_1, std::move(applied));
}

/// A history, its feed and the event store that it reads.
struct fed_history {
    simulated_store event_rows{event_tables().size()};
    std::unique_ptr<event_store> events = *event_store::open(event_rows, store_options);
    std::shared_ptr<simulated_store> rows =
        std::make_shared<simulated_store>(history_rows::tables().size());
    std::unique_ptr<history> kept = *history::open(rows, {.path = {}, .owner = 7});
    history_feed feed{*kept, event_rows, store_options, shard_1};

    std::uint64_t pieces = 0;  ///< that `catch_up` told of

    void store(std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t index = first; index <= last; ++index) {
            const told_entry_ptr told = accepting_entry(index);
            REQUIRE(events
                        ->append(shard_1, pack_output(index, told->what.what.at, told->what.digest,
                                                      told->what.out))
                        .has_value());
        }
        REQUIRE(events->commit().has_value());
    }
    void tell(std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t index = first; index <= last; ++index) {
            REQUIRE(feed.take(*accepting_entry(index)).has_value());
        }
    }
    void catch_up() {
        std::uint64_t said = 0;
        const outcome did = feed.catch_up([&](std::uint64_t index, std::uint64_t last) {
            CHECK(index > said);
            CHECK(index <= last);
            CHECK(index + 1 == kept->next(shard_1));
            said = index;
            ++pieces;
        });
        REQUIRE_MESSAGE(did.has_value(), did.error().what);
        CHECK((said == 0 || said + 1 == kept->next(shard_1)));  // to its end, if anything was read
    }
    void commit() {
        const outcome did = feed.commit();
        REQUIRE_MESSAGE(did.has_value(), did.error().what);
    }
    [[nodiscard]] std::size_t orders() const {
        const auto answer = history_reader::beside(*kept)->ask(
            {.what = history_request::kind::orders, .most = 1'000});
        REQUIRE(answer.has_value());
        return answer->orders.size();
    }
    [[nodiscard]] std::vector<history_gap> gaps() const {
        return *history_reader::beside(*kept)->gaps();
    }
};

TEST_CASE("an entry that was left out is not a gap while the event store is merely behind") {
    fed_history fed;
    fed.store(1, 2);
    fed.tell(1, 3);
    fed.tell(6, 7);  // 4 and 5 found no room
    CHECK(fed.feed.is_behind());
    fed.catch_up();
    CHECK(fed.feed.is_behind());
    fed.store(3, 5);
    fed.catch_up();
    CHECK(fed.feed.is_behind());  // 6 and 7 were told too early
    CHECK(fed.kept->next(shard_1) == 6);
    fed.store(6, 6);
    fed.catch_up();
    fed.tell(7, 8);
    CHECK(!fed.feed.is_behind());
    fed.commit();
    CHECK(fed.orders() == 8);
    CHECK(fed.gaps().empty());
}

TEST_CASE("what was left out last is missed though nothing more is told") {
    fed_history fed;
    told_queue queue(3);
    std::vector<told_entry_ptr> told;
    for (std::uint64_t index = 1; index <= 5; ++index) {
        static_cast<void>(queue.put(accepting_entry(index)));
    }
    CHECK(queue.left_out() == 5);
    queue.take(told);
    CHECK(told.size() == 2);
    for (const told_entry_ptr& each : told) {
        REQUIRE(fed.feed.take(*each).has_value());
    }
    CHECK(!fed.feed.is_behind());
    fed.feed.wants(queue.left_out());
    CHECK(fed.feed.is_behind());
    fed.store(1, 5);
    fed.catch_up();
    CHECK(!fed.feed.is_behind());
    CHECK(fed.orders() == 5);
}

TEST_CASE("only what the event store has dropped becomes a gap") {
    fed_history fed;
    fed.tell(1, 2);
    fed.tell(9, 9);
    fed.store(5, 9);  // what was before is not kept any more
    fed.catch_up();
    CHECK(!fed.feed.is_behind());
    CHECK(fed.orders() == 7);
    CHECK(fed.gaps() == std::vector<history_gap>{{shard_1, 3, 4}});
    CHECK(fed.pieces > 0);
}

/// Rows of a store whose writer does something just before they are read for the second time.
class busy_rows : public simulated_store {
public:
    using simulated_store::simulated_store;
    [[nodiscard]] result<std::unique_ptr<row_reader>> read() override {
        if (meanwhile && ++reads_ == 2) {
            std::exchange(meanwhile, nullptr)();
        }
        return simulated_store::read();
    }
    std::function<void()> meanwhile;

private:
    unsigned reads_ = 0;
};

TEST_CASE("what the event store drops while the history reads it is a gap, and ends nothing") {
    constexpr event_store_options options{.owner = 7, .keep_bytes = 1'000};
    busy_rows rows(event_tables().size());
    const auto events = *event_store::open(rows, options);
    fed_history fed;
    history_feed feed(*fed.kept, rows, options, shard_1);
    for (std::uint64_t index = 1; index <= 300; ++index) {
        const told_entry_ptr told = accepting_entry(index);
        REQUIRE(events->append(shard_1, pack_output(index, {}, 0, told->what.out)).has_value());
    }
    REQUIRE(events->commit().has_value());
    feed.wants(300);
    rows.meanwhile = [&] { REQUIRE(events->commit().has_value()); };
    REQUIRE(feed.catch_up().has_value());
    CHECK(!rows.meanwhile);
    CHECK(feed.is_behind());
    REQUIRE(feed.catch_up().has_value());
    CHECK(!feed.is_behind());
    const std::uint64_t first = events->find(shard_1)->first;
    CHECK(first > 1);
    CHECK(fed.orders() == 301 - first);
    CHECK(fed.gaps() == std::vector<history_gap>{{shard_1, 1, first - 1}});
}

TEST_CASE("a history without room takes entries up to its bound, and the others later") {
    fed_history fed;
    fed.rows->set_capacity(1);
    applied_entry many;
    many.index = 1;
    for (std::uint64_t n = 0; n < 2 * max_history_batch; ++n) {
        many.out.reports.push_back(report{});
        report& told = many.out.reports.back();
        told.what.kind = event_kind::accepted;
        told.what.order = {std::uint64_t{1} << order_counter_bits | (1'000 + n)};
        told.what.account = {3};
    }
    const told_entry full(shard_1, std::move(many));
    CHECK(fed.feed.take(full).error().code == errc::storage_full);
    CHECK(fed.feed.take(*accepting_entry(2)).error().code == errc::storage_full);
    CHECK(fed.kept->next(shard_1) == 2);
    entry_events_view second;
    second.index = 2;
    CHECK(fed.kept->take(shard_1, second).error().code == errc::overloaded);
    CHECK(fed.feed.is_behind());
    fed.rows->set_capacity(std::uint64_t{1} << 32U);
    fed.commit();
    REQUIRE(fed.feed.take(*accepting_entry(2)).has_value());
    CHECK(!fed.feed.is_behind());
    fed.commit();
    CHECK(fed.kept->cursors().at(shard_1) == 2);
}

}  // namespace
}  // namespace bourse
