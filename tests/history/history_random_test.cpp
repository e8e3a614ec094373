// Random questions, page by page, while batches of two shards come in: each page is what a filter over plain lists gives.

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "actors/sinks/history/history_reader.hpp"
#include "tests/support/run_length.hpp"
#include "tests/support/simulated_store.hpp"
#include "told_entries.hpp"

namespace bourse {
namespace {

using random_source = std::mt19937_64;
constexpr auto ask_orders = history_request::kind::orders;

std::uint64_t below(random_source& random, std::uint64_t bound) {
    return random() % bound;
}

/// The entries of a shard as those of another one, with accounts of its own.
std::vector<unpacked_events> moved_to(shard_id shard, std::vector<unpacked_events> entries) {
    const auto move = [&](event& what) {
        const std::uint64_t counter = what.order.value & order_counter_mask;
        what.order.value =
            counter == 0 ? 0 : std::uint64_t{shard.value} << order_counter_bits | counter;
        what.account.value += 100;
    };
    for (unpacked_events& entry : entries) {
        for (report& each : entry.reports) {
            move(each.what);
        }
        std::ranges::for_each(entry.events, move);
    }
    return entries;
}

/// All that was told, newest last, in the order of the pages.
struct plain_history {
    std::map<shard_id, expected_history> shards;

    [[nodiscard]] std::vector<history_order> orders() const {
        std::vector<history_order> all;
        for (const auto& each : shards) {
            all.insert(all.end(), each.second.orders.begin(), each.second.orders.end());
        }
        std::ranges::sort(all, {}, [](const auto& of) { return std::tuple(of.at, of.id); });
        return all;
    }
    [[nodiscard]] std::vector<history_trade> trades() const {
        std::vector<history_trade> all;
        for (const auto& each : shards) {
            all.insert(all.end(), each.second.trades.begin(), each.second.trades.end());
        }
        std::ranges::stable_sort(all, {}, &history_trade::at);
        return all;
    }
};

bool is_wanted(const history_order& of, const history_request& by) {
    return (by.account.value == 0 || of.account == by.account) &&
           (by.symbol.value == 0 || of.symbol == by.symbol) &&
           (by.order.value == 0 || of.id == by.order) && (!by.side || of.side == *by.side) &&
           (!by.open || of.open == *by.open) && (by.from.ns == 0 || of.at >= by.from) &&
           (by.until.ns == 0 || of.at < by.until);
}

bool is_wanted(const history_trade& of, const history_request& by) {
    const bool buys = of.buyer == by.account;
    const bool sells = of.seller == by.account;
    const bool is_whose = by.account.value == 0 || buys || sells;
    const bool is_side = !by.side || (by.account.value == 0   ? of.aggressor == *by.side
                                      : *by.side == side::buy ? buys
                                                              : sells);
    return is_whose && is_side && (by.symbol.value == 0 || of.symbol == by.symbol) &&
           (by.order.value == 0 || of.buy == by.order || of.sell == by.order) &&
           (by.from.ns == 0 || of.at >= by.from) && (by.until.ns == 0 || of.at < by.until);
}

auto name(const history_order& of) {
    return of.id;
}
auto name(const history_trade& of) {
    return std::tuple(of.buyer, of.symbol, of.number);
}

/// The rows of a page whose predecessor ended with `last`, and whether there are more.
template <typename Row>
std::pair<std::vector<Row>, bool> page_of(std::vector<Row> rows, const history_request& by,
                                          const std::optional<Row>& last) {
    std::ranges::reverse(rows);
    auto next = rows.begin();
    if (last) {
        next =
            std::ranges::find_if(rows, [&](const Row& of) { return name(of) == name(*last); }) + 1;
    }
    std::vector<Row> page;
    for (; next != rows.end(); ++next) {
        if (is_wanted(*next, by)) {
            if (page.size() == by.most) {
                return {page, true};
            }
            page.push_back(*next);
        }
    }
    return {page, false};
}

/// A question that goes on while more is written.
template <typename Row>
struct open_question {
    history_request by;
    std::optional<Row> last;
};

template <typename Row>
void ask_on(history_reader& reader, const std::vector<Row>& all, open_question<Row>& asked,
            std::vector<Row> history_answer::*rows) {
    const auto answer = reader.ask(asked.by);
    REQUIRE_MESSAGE(answer.has_value(), answer.error().what);
    const auto [page, has_more] = page_of(all, asked.by, asked.last);
    const std::vector<Row>& got = (*answer).*rows;
    REQUIRE(std::ranges::equal(got, page, [](const Row& a, const Row& b) { return equal(a, b); }));
    REQUIRE(!answer->next.empty() == has_more);
    asked.by.cursor = answer->next;
    asked.last = page.empty() ? asked.last : std::optional(page.back());
}

history_request draw(random_source& random, const std::vector<history_order>& known) {
    history_request by{.what = below(random, 2) == 0 ? ask_orders : history_request::kind::trades};
    const history_order& some = known[below(random, known.size())];
    const history_order& other = known[below(random, known.size())];
    by.account = below(random, 2) == 0 ? some.account : account_id{};
    by.symbol = below(random, 2) == 0 ? some.symbol : symbol_id{};
    if (below(random, 8) == 0) {
        by.order = some.id;
        by.account = some.account;  // whose side is asked for then
    }
    if (below(random, 3) == 0) {
        by.side = below(random, 2) == 0 ? side::buy : side::sell;
    }
    if (by.what == ask_orders && below(random, 3) == 0) {
        by.open = below(random, 2) == 0;
    }
    by.from = below(random, 4) == 0 ? some.at : timestamp{};
    by.until = below(random, 4) == 0 ? other.at : timestamp{};
    by.most = static_cast<std::uint32_t>(1 + below(random, 60));
    return by;
}

template <typename Row>
void ask_some(random_source& random, history_reader& reader, const std::vector<Row>& all,
              std::vector<open_question<Row>>& asked, std::vector<Row> history_answer::*rows) {
    for (open_question<Row>& each : asked) {
        ask_on(reader, all, each, rows);
    }
    std::erase_if(
        asked, [&](const auto& each) { return each.by.cursor.empty() || below(random, 8) == 0; });
}

}  // namespace

TEST_CASE("pages of random questions are what a plain filter gives, while batches come in") {
    const bool full = is_full_run();
    const auto one = told_entries(full ? 12'000 : 1'500, 10);
    const auto two = moved_to({2}, told_entries(full ? 8'000 : 900, 7));
    random_source random(5);
    history_options options{.path = {}, .owner = 7};
    const auto store = std::make_shared<simulated_store>(history_rows::tables().size(), 1,
                                                         std::uint64_t{1} << 40U);
    auto writer = *history::open(store, options);
    auto reader = history_reader::beside(*writer);
    plain_history plain;
    std::vector<open_question<history_order>> orders;
    std::vector<open_question<history_trade>> trades;
    std::map<shard_id, std::size_t> at;
    unsigned commits = 0;
    while (at[{1}] < one.size() || at[{2}] < two.size()) {
        const shard_id shard{static_cast<std::uint16_t>(1 + below(random, 2))};
        const auto& entries = shard.value == 1 ? one : two;
        const std::size_t until = std::min(entries.size(), at[shard] + 1 + below(random, 12));
        for (std::size_t& next = at[shard]; next < until; ++next) {
            REQUIRE(writer->take(shard, entries[next].view()).has_value());
            plain.shards[shard].take(entries[next]);
        }
        if (below(random, 3) != 0) {
            continue;
        }
        REQUIRE(writer->commit().has_value());
        if (++commits % 16 == 0) {
            writer = *history::open(store, options);
            reader = history_reader::beside(*writer);
        }
        const auto known = plain.orders();
        if (known.empty()) {
            continue;
        }
        for (int i = 0; i < 6; ++i) {
            const history_request by = draw(random, known);
            if (by.what == ask_orders) {
                orders.push_back({by, {}});
            } else {
                trades.push_back({by, {}});
            }
        }
        ask_some(random, *reader, known, orders, &history_answer::orders);
        ask_some(random, *reader, plain.trades(), trades, &history_answer::trades);
    }
    CHECK(commits > 10);
}

TEST_CASE("a batch that finds no room, or whose commit fails, is written later, once") {
    const auto told = told_entries(800, 20);
    for (const bool is_full : {true, false}) {
        const auto store = std::make_shared<simulated_store>(history_rows::tables().size());
        auto writer = *history::open(store, {.path = {}, .owner = 7});
        for (std::size_t i = 0; i < told.size(); ++i) {
            REQUIRE(writer->take({1}, told[i].view()).has_value());
            if (is_full && i % 3 == 0) {
                store->set_capacity(1 + i * 100);
                REQUIRE(writer->commit().error().code == errc::storage_full);
                store->set_capacity(std::uint64_t{1} << 30U);
            } else if (!is_full && i % 7 == 6) {
                store->fail_next_commit();
                const error why = writer->commit().error();
                REQUIRE(writer->take({1}, told[i].view()).error() == why);
                REQUIRE(writer->commit().error() == why);
                writer.reset();
                store->crash();
                writer = *history::open(store, {.path = {}, .owner = 7});
                i = writer->next({1}) - 2;  // the last one that is there
                continue;
            }
            if (i % 2 == 0) {
                REQUIRE(writer->commit().has_value());
            }
        }
        REQUIRE(writer->commit().has_value());
        REQUIRE(writer->cursors().at({1}) == told.size());
        expected_history from;
        for (const unpacked_events& each : told) {
            from.take(each);
        }
        std::ranges::reverse(from.orders);
        std::ranges::reverse(from.trades);
        const auto reader = history_reader::beside(*writer);
        const auto orders = reader->ask({.what = ask_orders, .most = 10'000});
        const auto trades = reader->ask({.most = 10'000});
        REQUIRE(orders.has_value());
        REQUIRE(trades.has_value());
        CHECK(std::ranges::equal(orders->orders, from.orders,
                                 [](const auto& a, const auto& b) { return equal(a, b); }));
        CHECK(std::ranges::equal(trades->trades, from.trades,
                                 [](const auto& a, const auto& b) { return equal(a, b); }));
    }
}

TEST_CASE("what retention leaves is found the same by its lists as among all") {
    const auto told = told_entries(2'500, 10);
    const auto store = std::make_shared<simulated_store>(history_rows::tables().size());
    const auto writer =
        *history::open(store, {.path = {}, .owner = 7, .keep_orders = 120, .keep_trades = 70});
    const auto reader = history_reader::beside(*writer);
    const auto asked = [&](history_request by) {
        by.most = 10'000;
        auto answer = reader->ask(by);
        REQUIRE_MESSAGE(answer.has_value(), answer.error().what);
        return *std::move(answer);
    };
    for (const unpacked_events& entry : told) {
        REQUIRE(writer->take({1}, entry.view()).has_value());
        if (entry.index % 3 != 0) {
            continue;
        }
        REQUIRE(writer->commit().has_value());
        if (entry.index % 30 != 0) {
            continue;
        }
        const auto orders = asked({.what = ask_orders}).orders;
        const auto trades = asked({}).trades;
        for (std::uint32_t n = 1; n < 10; ++n) {
            for (const history_request& by :
                 {history_request{.account = {n}}, history_request{.symbol = {n}},
                  history_request{.account = {n}, .open = true}}) {
                history_request of_orders = by;
                of_orders.what = ask_orders;
                const auto is_of = [&](const auto& row) { return is_wanted(row, by); };
                REQUIRE(static_cast<long>(asked(of_orders).orders.size()) ==
                        std::ranges::count_if(orders, is_of));
                REQUIRE(static_cast<long>(asked(by).trades.size()) ==
                        std::ranges::count_if(trades, is_of));
            }
        }
    }
    REQUIRE(asked({}).trades.size() == 70);
    CHECK(*reader->dropped() > 1'000);
}

}  // namespace bourse
