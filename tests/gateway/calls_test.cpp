#include <doctest/doctest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/client/client.hpp"
#include "runtime/gateway/gateway.hpp"
#include "tests/support/exchange/small_exchange.hpp"

using namespace bourse;

namespace {

/// A gateway in front of a small exchange with AAPL, and accounts alice (cash, 100,000 USD) and bob (500 AAPL).
struct served {
    small_exchange exchange;
    std::unique_ptr<gateway> front;
    std::unique_ptr<client> boss;

    explicit served(gateway_limits limits = {}) {
        auto made = gateway::start(exchange, {.listen = "127.0.0.1:0", .limits = limits});
        REQUIRE_MESSAGE(made, (made ? "" : made.error().what));
        front = std::move(*made);
        boss = log_in("operator");
    }
    std::unique_ptr<client> log_in(const std::string& key) const {
        client_options options;
        options.server = front->address();
        options.key = key;
        auto made = client::connect(options);
        REQUIRE_MESSAGE(made, (made ? "" : made.error().what));
        return std::move(*made);
    }
    void open_market() const {
        add_instrument listed;
        listed.name = "AAPL";
        REQUIRE(std::holds_alternative<done_answer>(boss->ask(listed)));
        // A new book is closed.
        REQUIRE(std::holds_alternative<submitted>(
            boss->ask(submit_request{{book_state{.request = {}, .symbol = {1}, .what = {}}}})));
        REQUIRE(std::holds_alternative<done_answer>(
            boss->ask(open_named_account{.name = "alice", .deposits = {{true, "USD", "100000"}}})));
        REQUIRE(std::holds_alternative<done_answer>(
            boss->ask(open_named_account{.name = "bob", .deposits = {{false, "AAPL", "500"}}})));
    }
};

shard_command limit_order(std::uint32_t account, side which, std::int64_t ticks,
                          std::int64_t lots) {
    submit_order made;
    made.symbol = {1};
    made.order.account = {account};
    made.order.side = which;
    made.order.price = {ticks};
    made.order.quantity = {lots};
    return made;
}

template <typename Answer>
Answer good(session_answer answer) {
    if (const auto* const refused = std::get_if<request_refused>(&answer)) {
        FAIL("refused: " << refused->why);
    }
    REQUIRE(std::holds_alternative<Answer>(answer));
    return std::get<Answer>(std::move(answer));
}

request_refused refused(session_answer answer) {
    REQUIRE(std::holds_alternative<request_refused>(answer));
    return std::get<request_refused>(std::move(answer));
}

using kind = request_refused::kind;

}  // namespace

TEST_CASE("orders go in by RPC, and what became of each comes back in the order of the list") {
    served at;
    at.open_market();
    const auto answer = good<submitted>(at.boss->ask(submit_request{
        {limit_order(2, side::sell, 10'000, 100), limit_order(1, side::buy, 10'000, 30),
         limit_order(1, side::buy, 10'000, 0), submit_cancel{.account = {1}, .order = {77}}}}));
    REQUIRE(answer.outcomes.size() == 4);
    CHECK(answer.index == at.exchange.index());
    CHECK(answer.outcomes[0].first.what.reason == reason::none);
    CHECK(answer.outcomes[0].first.what.kind == event_kind::accepted);
    CHECK(answer.outcomes[1].first.what.kind == event_kind::accepted);
    CHECK(answer.outcomes[2].first.what.kind == event_kind::rejected);
    CHECK(answer.outcomes[2].first.what.reason == reason::invalid_request);
    CHECK(answer.outcomes[3].first.what.kind == event_kind::cancel_rejected);
    CHECK(answer.outcomes[3].first.what.reason == reason::unknown_order);

    const auto book = good<book_answer>(at.boss->ask(book_request{.symbol = {1}}));
    REQUIRE(book.asks.size() == 1);
    CHECK(book.asks[0] == level_line{{10'000}, {70}, 1});
    CHECK(book.last == price{10'000});

    const auto open = good<orders_answer>(at.boss->ask(orders_request{{2}}));
    REQUIRE(open.orders.size() == 1);
    CHECK(open.orders[0].id == answer.outcomes[0].first.what.order);
    CHECK(open.orders[0].remaining == quantity{70});
    CHECK(open.orders[0].filled == quantity{30});

    const auto has = good<portfolio_answer>(at.boss->ask(portfolio_request{{1}}));
    CHECK(has.last_report > 0);
    REQUIRE(has.lines.size() == 2);
    CHECK(has.lines[0].asset == asset_of(symbol_id{1}));
    CHECK(has.lines[0].total == 30);
    CHECK(has.lines[1].total == 10'000'000 - 300'000);
}

TEST_CASE("names, tables, users and history cross the wire as they are") {
    served at;
    at.open_market();
    const auto named = good<instruments_answer>(at.boss->ask(instruments_request{}));
    REQUIRE(named.instruments.size() == 1);
    CHECK(named.is_last);
    CHECK(named.instruments[0].name == "AAPL");
    CHECK(named.instruments[0].currency == "USD");
    CHECK(named.instruments[0].tick == "0.01");
    CHECK(named.instruments[0].terms.rules.symbol == symbol_id{1});
    const auto people =
        good<accounts_answer>(at.boss->ask(accounts_request{.after = {}, .most = 1}));
    REQUIRE(people.accounts.size() == 1);
    CHECK(people.accounts[0].name == "alice");
    CHECK_FALSE(people.is_last);
    const auto table = good<table_answer>(at.boss->ask(console_request{"sessions", "7"}));
    CHECK(table.columns == std::vector<std::string>{"what", "name"});
    CHECK(table.rows == std::vector<std::vector<std::string>>{{"sessions", "7"}});
    CHECK(good<history_answer>(at.boss->ask(history_request{})).as_of == at.exchange.index());

    const auto key = good<user_added>(
        at.boss->ask(add_user{.name = "carol", .role = user_role::trader, .accounts = {"bob"}}));
    const auto carol = at.log_in(key.key);
    CHECK(carol->who().user == "carol");
    CHECK(carol->who().role == user_role::trader);
    CHECK(carol->who().accounts == std::vector<account_id>{{2}});
    CHECK(good<submitted>(carol->ask(submit_request{{limit_order(2, side::sell, 9, 1)}}))
              .outcomes.size() == 1);
    CHECK(refused(carol->ask(submit_request{{limit_order(1, side::buy, 9, 1)}})).what ==
          kind::not_permitted);
    CHECK(refused(carol->ask(console_request{"sessions", ""})).what == kind::not_permitted);
}

TEST_CASE("what cannot be is refused with a sentence, and nothing of it is done") {
    served at;
    at.open_market();
    CHECK(refused(at.boss->ask(portfolio_request{{999}})).why == "there is no account 999");
    CHECK(refused(at.boss->ask(orders_request{{999}})).what == kind::not_found);
    const std::uint64_t before = at.exchange.index();
    CHECK(refused(at.boss->ask(submit_request{})).what == kind::malformed);
    const std::vector<shard_command> many(max_commands_of_request + 1,
                                          limit_order(1, side::buy, 1, 1));
    CHECK(refused(at.boss->ask(submit_request{many})).why ==
          "4097 commands in one call; there can be 1 to 4096");
    CHECK(refused(at.boss->ask(book_request{{1}, max_depth_asked + 1})).why ==
          "depth is 10001, and at most 10000");
    CHECK(refused(at.boss->ask(book_request{.symbol = {9}})).what == kind::not_found);
    CHECK(refused(at.boss->ask(instruments_request{.after = {}, .most = 1001})).what ==
          kind::malformed);
    auto bad = std::get<submit_order>(limit_order(1, side::buy, 1, 1));
    bad.order.side = static_cast<side>(7);
    CHECK(refused(at.boss->ask(submit_request{{bad}})).why ==
          "commands[0].submitOrder.order.side: 7 is not a side (0..1)");
    CHECK(at.exchange.index() == before);
    CHECK(good<submitted>(at.boss->ask(submit_request{std::vector<shard_command>(
                              max_commands_of_request, limit_order(1, side::buy, 1, 1))}))
              .outcomes.size() == max_commands_of_request);
}

TEST_CASE("a session takes as many calls in flight as it may, and says overloaded to the next") {
    served at({.requests_in_flight = 3});
    at.open_market();
    at.exchange.hold();
    std::vector<std::future<session_answer>> calls;
    for (int i = 0; i < 4; ++i) {
        auto answered = std::make_shared<std::promise<session_answer>>();
        calls.push_back(answered->get_future());
        at.boss->ask(orders_request{{1}},
                     [answered](session_answer came) { answered->set_value(std::move(came)); });
    }
    const auto over = refused(calls[3].get());
    CHECK(over.what == kind::overloaded);
    CHECK(over.retry_after_ms > 0);
    at.exchange.let_go();
    for (int i = 0; i < 3; ++i) {
        CHECK(std::holds_alternative<orders_answer>(calls[static_cast<std::size_t>(i)].get()));
    }
}

TEST_CASE("reports come once each and in order, from any number on, with their credit given back") {
    served at;
    at.open_market();
    for (int i = 0; i < 5; ++i) {
        CHECK(good<submitted>(at.boss->ask(submit_request{{limit_order(1, side::buy, 5 + i, 1)}}))
                  .outcomes.size() == 1);
    }
    std::mutex mutex;
    std::condition_variable came;
    std::vector<std::uint64_t> numbers;
    const auto watcher = at.log_in("operator");
    const auto refusal =
        watcher->subscribe(subscribe_reports{{1}, 3}, {.take = [&](const reports_push& push) {
                               const std::lock_guard lock(mutex);
                               for (const report& each : push.reports) {
                                   numbers.push_back(each.number);
                               }
                               came.notify_all();
                           }});
    REQUIRE_FALSE(refusal);
    CHECK(good<submitted>(at.boss->ask(submit_request{{limit_order(1, side::buy, 50, 1)}}))
              .outcomes.size() == 1);
    // Two of opening the account, six orders.
    std::unique_lock lock(mutex);
    came.wait(lock, [&] { return !numbers.empty() && numbers.back() == 8; });
    CHECK(numbers == std::vector<std::uint64_t>{3, 4, 5, 6, 7, 8});
    lock.unlock();
    // A later call's answer has passed the credit that was given before.
    CHECK(good<done_answer>(watcher->ask(keep_alive{})).text.empty());
    CHECK(at.exchange.credit_granted() >= 2);
}

TEST_CASE("market data comes to whoever subscribes, and ends with the session") {
    served at;
    at.open_market();
    const auto watcher = at.log_in("operator");
    std::promise<market_push> pushed;
    std::promise<request_refused> ended;
    REQUIRE_FALSE(
        watcher->subscribe(subscribe_market{{1}, market_feed::depth, 5},
                           {.take = [&](const market_push& push) { pushed.set_value(push); },
                            .ended = [&](const request_refused& why) { ended.set_value(why); }}));
    CHECK(watcher->subscribe(subscribe_market{{9}, market_feed::top, 5}, {.take = {}})->what ==
          kind::not_found);
    CHECK(good<submitted>(at.boss->ask(submit_request{{limit_order(1, side::buy, 50, 7)}}))
              .outcomes.size() == 1);
    const market_push push = pushed.get_future().get();
    CHECK(push.symbol == symbol_id{1});
    CHECK(push.is_snapshot);
    CHECK(push.bids == std::vector<level_line>{{{50}, {7}, 1}});

    at.exchange.end_session(watcher->who().session, "the user was revoked");
    CHECK(ended.get_future().get().why ==
          "the session has ended: the user was revoked; log in again");
    CHECK(refused(watcher->ask(orders_request{{1}})).what == kind::not_logged_in);
}

TEST_CASE("every field of market data crosses the wire as it is") {
    served at;
    at.open_market();
    const auto watcher = at.log_in("operator");
    for (const market_feed feed :
         {market_feed::top, market_feed::depth, market_feed::trades, market_feed::orders}) {
        market_push sent{
            .symbol = {1},
            .feed = feed,
            .is_snapshot = false,
            .was_conflated = true,
            .previous = 16,
            .number = 17,
            .state = market_state::auction,
            .at = {1'767'258'000'000'000'001},
            .bids = {{{-5}, {300}, 2}, {{-7}, {0}, 0}},
            .asks = {{{9}, {1}, 1}},
            .trades = {{{12}, {8}, {30}, {5}, side::sell, false},
                       {{13}, {-8}, {31}, {6}, side::buy, true}},
            .orders = {{{7001}, side::sell, {9}, {1}}, {{7002}, side::buy, {-5}, {0}}}};
        const auto pushed = std::make_shared<std::promise<market_push>>();
        const auto is_told = std::make_shared<bool>(false);
        REQUIRE_FALSE(watcher->subscribe(
            subscribe_market{{1}, feed, 5}, {.take = [=](const market_push& push) {
                if (push.feed == feed && !std::exchange(*is_told, true)) {
                    pushed->set_value(push);
                }
            }}));
        at.exchange.push(sent);
        CHECK(pushed->get_future().get() == sent);
    }
}

TEST_CASE(
    "every field of a question to the history, and of its answer, crosses the wire as it is") {
    served at;
    at.open_market();
    history_answer kept;
    kept.orders = {{.id = {7001},
                    .account = {1},
                    .symbol = {2},
                    .side = side::sell,
                    .price = {-58'533},
                    .lots = {100},
                    .filled = {30},
                    .remaining = {70},
                    .open = true,
                    .why = reason::requested,
                    .client = {3, 4},
                    .at = {5},
                    .changed = {6}},
                   {}};
    kept.trades = {{.number = {12},
                    .symbol = {1},
                    .price = {-58'540},
                    .lots = {31},
                    .at = {7},
                    .aggressor = side::sell,
                    .buyer = {8},
                    .seller = {9},
                    .buy = {10},
                    .sell = {11}},
                   {}};
    kept.next = "on";
    at.exchange.set_history(kept);
    for (const auto open : {std::optional<bool>(), std::optional(true), std::optional(false)}) {
        for (const auto of : {history_request::kind::orders, history_request::kind::trades}) {
            const history_request asked{.what = of,
                                        .account = {1},
                                        .symbol = {2},
                                        .order = {3},
                                        .side = open ? std::optional(side::sell) : std::nullopt,
                                        .open = open,
                                        .from = {4},
                                        .until = {5},
                                        .cursor = "here",
                                        .most = 6};
            const auto came = good<history_answer>(at.boss->ask(asked));
            CHECK(at.exchange.last_history() == asked);
            CHECK(came.as_of == at.exchange.index());
            CHECK(came.next == kept.next);
            CHECK(came.orders == kept.orders);
            CHECK(came.trades == kept.trades);
        }
    }
}

TEST_CASE(
    "a call whose outcome is lost is told apart, and is not done twice when it is sent again") {
    served at;
    at.open_market();
    at.exchange.lose_answers(2);
    CHECK(refused(at.boss->ask(submit_request{{limit_order(1, side::buy, 7, 1)}})).what ==
          kind::unknown_outcome);
    const auto once = good<submitted>(at.boss->submit_surely({limit_order(1, side::buy, 50, 1)}));
    CHECK(once.outcomes.at(0).first.what.kind == event_kind::repeated);
    CHECK(once.outcomes.at(0).first.what.order != order_id{});
    CHECK(good<orders_answer>(at.boss->ask(orders_request{{1}})).orders.size() == 2);
}

TEST_CASE("a wrong key opens nothing, and a session ends with its client") {
    served at;
    client_options options;
    options.server = at.front->address();
    options.key = "mallory.00000000.x";
    const auto made = client::connect(options);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == errc::refused);
    CHECK(at.exchange.sessions().size() == 1);
    auto second = at.log_in("operator");
    CHECK(at.exchange.sessions().size() == 2);
    second.reset();
    while (at.front->counts().sessions != 1) {
        std::this_thread::yield();
    }
    CHECK(at.exchange.sessions().size() == 1);
}
