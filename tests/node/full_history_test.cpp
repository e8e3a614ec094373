// A history whose file may grow no more: the exchange goes on, and nothing is lost.

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "box_client.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

/// What the console says of the history.
struct history_line {
    explicit history_line(box_client& of) {
        const auto lines = of.get<table_answer>(console_request{"sinks", "history"});
        REQUIRE(lines.columns == std::vector<std::string>{"sink", "shard", "index", "lag", "why"});
        REQUIRE(lines.rows.size() == 1);
        lag = std::stoull(lines.rows[0].at(3));
        why = lines.rows[0].at(4);
    }
    std::uint64_t lag = 0;
    std::string why;
};

void open_book(box_client& boss) {
    static_cast<void>(boss.get<done_answer>(
        add_instrument{.name = "AAPL", .currency = "USD", .description = "a share", .terms = {}}));
    static_cast<void>(boss.get<done_answer>(
        open_named_account{.name = "alice", .deposits = {{true, "USD", "100000000"}}}));
    static_cast<void>(boss.get<submitted>(
        submit_request{{book_state{.symbol = {1}, .what = {.state = market_state::open}}}}));
}

submit_request many_orders() {
    submit_request list;
    for (int i = 0; i < 500; ++i) {
        list.commands.push_back(an_order(1, 1, side::buy, 1 + i % 20, 1));
    }
    return list;
}

}  // namespace

TEST_CASE("a history that has no room says so, and with room goes on where it stopped") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    node_options options = small_node(folder);
    options.max_history_bytes = std::uint64_t{1} << 20U;
    std::size_t orders = 0;
    const auto trade = [&](box_client& boss) {
        const auto done = boss.get<submitted>(many_orders());
        REQUIRE(done.outcomes.back().first.what.kind == event_kind::accepted);
        orders += done.outcomes.size();
        static_cast<void>(boss.ask(history_request{}));  // it is written before this is answered
    };
    {
        const auto running = open_node(options);
        box_client boss(running->port());
        const stops_first ends(*running);
        REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
        open_book(boss);
        CHECK(history_line(boss).why == "");
        std::string why;
        while ((why = history_line(boss).why).empty() && orders < 100'000) {
            trade(boss);
        }
        CHECK_MESSAGE(why.find("as large as it may become") != std::string::npos, why);
        for (std::size_t as_many = orders; as_many > 0; as_many -= 500) {  // beyond all doubt
            trade(boss);
        }
        CHECK(history_line(boss).lag > 0);
    }
    {  // A start changes nothing about that.
        const auto running = open_node(options);
        box_client boss(running->port());
        const stops_first ends(*running);
        REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
        const history_line before(boss);
        CHECK(before.lag > 0);
        CHECK(before.why.find("as large as it may become") != std::string::npos);
        trade(boss);
    }
    options.max_history_bytes = std::uint64_t{64} << 20U;
    const auto running = open_node(options);
    box_client boss(running->port());
    const stops_first ends(*running);
    REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
    trade(boss);
    CHECK(history_line(boss).why.empty());
    std::set<std::uint64_t> seen;
    std::size_t shown = 0;
    history_request asked{.what = history_request::kind::orders, .most = 1'000};
    do {
        const auto page = boss.get<history_answer>(asked);
        for (const history_order& each : page.orders) {
            seen.insert(each.id.value);
            ++shown;
        }
        asked.cursor = page.next;
    } while (!asked.cursor.empty());
    CHECK(seen.size() == orders);
    CHECK(shown == orders);
}

}  // namespace bourse
