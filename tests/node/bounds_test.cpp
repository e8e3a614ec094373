// What a node does when somebody is slower than what happens: a session, and the event store.

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "actors/session/session_table.hpp"
#include "box_client.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

/// Takes nothing while it is held, and its session waits for it; but what is said on the thread that holds it.
class held_client final : public box_client {
public:
    using box_client::box_client;
    void put(session_number session, std::uint64_t ask, session_answer answer) override {
        {
            std::unique_lock lock(held_mutex_);
            if (is_held_ && holder_ != std::this_thread::get_id()) {
                is_waited_for_ = true;
                changed_.notify_all();
                changed_.wait(lock, [&] { return !is_held_; });
                is_waited_for_ = false;
            }
        }
        box_client::put(session, ask, std::move(answer));
    }
    void hold(bool on) {
        const std::lock_guard lock(held_mutex_);
        is_held_ = on;
        holder_ = std::this_thread::get_id();
        changed_.notify_all();
    }
    /// Until its session waits for it.
    [[nodiscard]] bool is_waited_for() {
        std::unique_lock lock(held_mutex_);
        return changed_.wait_for(lock, std::chrono::minutes(1), [&] { return is_waited_for_; });
    }

private:
    std::mutex held_mutex_;
    std::condition_variable changed_;
    bool is_held_ = false;
    bool is_waited_for_ = false;
    std::thread::id holder_;
};

/// However the test ends, its node can.
class lets_go {
public:
    explicit lets_go(held_client& of) : of_(of) {}
    ~lets_go() { of_.hold(false); }
    lets_go(const lets_go&) = delete;
    lets_go& operator=(const lets_go&) = delete;

private:
    held_client& of_;
};

void open_alice(box_client& boss) {
    static_cast<void>(boss.get<done_answer>(
        add_instrument{.name = "AAPL", .currency = "USD", .description = {}, .terms = {}}));
    static_cast<void>(boss.get<done_answer>(
        open_named_account{.name = "alice", .deposits = {{true, "USD", "1000"}}}));
}

session_request to_alice(std::size_t count = 1) {
    submit_request list;
    for (std::size_t i = 0; i < count; ++i) {
        list.commands.emplace_back(
            deposit{.account = {1}, .asset = asset_of(currency_id{1}), .amount = 5});
    }
    return list;
}

}  // namespace

TEST_CASE("as many entries wait for a slow session as may; the others it has from the past") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto running = open_node(small_node(folder));
    box_client boss(running->port());
    held_client slow(running->port());
    const stops_first ends(*running);
    const lets_go released(slow);
    REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
    open_alice(boss);
    const auto key = boss.get<user_added>(
        add_user{.name = "slow", .role = user_role::viewer, .accounts = {"alice"}});
    REQUIRE(std::holds_alternative<logged_in>(slow.log_in(key.key)));
    const std::uint64_t reports = slow.send(subscribe_reports{.account = {1}});
    REQUIRE(std::holds_alternative<subscribed>(slow.wait(reports)));
    static_cast<void>(slow.get<done_answer>(grant_credit{reports, 2 * max_entries_on_way}));
    const auto waiting = [&] {
        const auto lines = boss.get<table_answer>(console_request{"sessions", "slow"});
        REQUIRE(lines.columns.at(5) == "entries_waiting");
        return std::stoul(lines.rows.at(0).at(5));
    };

    slow.hold(true);
    std::uint64_t told = 0;
    const auto tell = [&] {
        static_cast<void>(boss.get<submitted>(to_alice()));
        ++told;
    };
    tell();
    while (waiting() > 0) {  // until it hangs at the first
    }
    while (told < 1 + max_entries_on_way) {
        tell();
    }
    while (waiting() < max_entries_on_way) {  // the last is told after it is answered
    }
    for (int i = 0; i < 20; ++i) {
        tell();
        REQUIRE(waiting() == max_entries_on_way);
    }
    slow.hold(false);
    std::uint64_t last = 0;
    for (std::uint64_t seen = 0; seen < told;) {
        const auto push = std::get<reports_push>(slow.wait(reports));
        for (const report& each : push.reports) {
            REQUIRE((last == 0 || each.number == last + 1));
            last = each.number;
            ++seen;
        }
    }
    CHECK(slow.get<portfolio_answer>(portfolio_request{{1}}).last_report == last);
}

TEST_CASE("a session has as many requests in flight as it may, and the next is to come again") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    const auto running = open_node(small_node(folder));
    held_client slow(running->port());
    const stops_first ends(*running);
    const lets_go released(slow);
    REQUIRE(std::holds_alternative<logged_in>(slow.log_in(operator_key(folder))));
    slow.hold(true);
    // One is answered, at which the session hangs; the others wait for it.
    std::vector<std::uint64_t> asks{slow.send(keep_alive{})};
    REQUIRE(slow.is_waited_for());
    for (std::uint32_t i = 0; i < max_requests_in_flight; ++i) {
        asks.push_back(slow.send(keep_alive{}));
        REQUIRE(slow.waiting(asks.back()) == 0);
    }
    for (int i = 0; i < 3; ++i) {
        const std::uint64_t one_more = slow.send(keep_alive{});
        REQUIRE(slow.waiting(one_more) == 1);  // at once
        const session_answer answer = slow.wait(one_more);
        REQUIRE(std::holds_alternative<request_refused>(answer));
        const auto& refused = std::get<request_refused>(answer);
        CHECK(refused.what == request_refused::kind::overloaded);
        CHECK(refused.why == "too many requests of this session are in flight");
        CHECK(refused.retry_after_ms > 0);
    }
    slow.hold(false);
    for (const std::uint64_t ask : asks) {
        REQUIRE(std::holds_alternative<done_answer>(slow.wait(ask)));
    }
    CHECK(std::holds_alternative<done_answer>(slow.ask(keep_alive{})));
}

TEST_CASE(
    "commands are refused while the event store is too far behind, and taken when it is not") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    node_options options = small_node(folder);
    options.max_behind_events = 400;
    const auto running = open_node(options);
    box_client boss(running->port());
    const stops_first ends(*running);
    REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
    open_alice(boss);
    // It writes ten times a second: sooner or later a list comes while the one before is not written.
    std::uint64_t taken = 0;
    session_answer answer;
    do {
        answer = boss.ask(to_alice(500));
        taken += std::holds_alternative<submitted>(answer) ? 500U : 0U;
    } while (std::holds_alternative<submitted>(answer) && taken < 500'000);
    CHECK(taken > 0);
    REQUIRE(std::holds_alternative<request_refused>(answer));
    const auto refused = std::get<request_refused>(answer);
    CHECK(refused.what == request_refused::kind::overloaded);
    CHECK(refused.why == "the event store is too far behind");
    CHECK(refused.retry_after_ms > 0);
    // Questions are answered meanwhile, and what was refused was not done.
    const auto has = boss.get<portfolio_answer>(portfolio_request{{1}});
    CHECK(has.lines.at(0).total == static_cast<wide_int>(100'000 + 5 * taken));
    while (!std::holds_alternative<submitted>(boss.ask(to_alice()))) {
    }
    CHECK(boss.get<portfolio_answer>(portfolio_request{{1}}).lines.at(0).total ==
          has.lines.at(0).total + 5);
}

TEST_CASE("while the event store is too far behind for orders, cancels are taken") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    node_options options = small_node(folder);
    options.max_behind_events = 1'000;
    const auto running = open_node(options);
    box_client boss(running->port());
    const stops_first ends(*running);
    REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
    open_alice(boss);
    const auto is_refused = [&](std::size_t count) {
        return std::holds_alternative<request_refused>(boss.ask(to_alice(count)));
    };
    // The store may have caught up in between; between two that are refused it has not.
    session_answer cancelled;
    do {
        while (!is_refused(500)) {
        }
        cancelled = boss.ask(submit_request{{submit_mass_cancel{.account = {1}}}});
    } while (!is_refused(1));
    CHECK(std::holds_alternative<submitted>(cancelled));
}

TEST_CASE("a session that ends while nothing is taken: its orders go when something is again") {
    const temporary_folder temporary;
    const std::string folder = temporary.path() + "/data";
    node_options options = small_node(folder);
    options.max_behind_events = 1'000;
    const auto running = open_node(options);
    box_client boss(running->port());
    box_client tina(running->port());
    const stops_first ends(*running);
    REQUIRE(std::holds_alternative<logged_in>(boss.log_in(operator_key(folder))));
    open_alice(boss);
    static_cast<void>(boss.get<submitted>(
        submit_request{{book_state{.symbol = {1}, .what = {.state = market_state::open}}}}));
    const auto key = boss.get<user_added>(
        add_user{.name = "tina", .role = user_role::trader, .accounts = {"alice"}});
    bool was_behind = false;
    for (int round = 0; round < 3 || !was_behind; ++round) {
        REQUIRE(std::holds_alternative<logged_in>(tina.log_in(key.key, max_cancel_on_disconnect)));
        while (!std::holds_alternative<submitted>(
            tina.ask(submit_request{{an_order(1, 1, side::buy, 7, 1)}}))) {
        }
        // More than twice what may be, so that cancels are refused as well.
        while (!std::holds_alternative<submitted>(boss.ask(to_alice(4'000)))) {
        }
        tina.close();
        // Not by its lease, which is an hour.
        while (!boss.get<orders_answer>(orders_request{{1}}).orders.empty()) {
            was_behind =
                was_behind || std::holds_alternative<request_refused>(boss.ask(to_alice()));
        }
    }
}

}  // namespace bourse
