#include <doctest/doctest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/client/client.hpp"
#include "runtime/client/names.hpp"
#include "runtime/client/words.hpp"
#include "runtime/gateway/gateway.hpp"
#include "tests/support/exchange/small_exchange.hpp"

using namespace bourse;

namespace {

constexpr duration seconds_10{10'000'000'000};

std::unique_ptr<gateway> serve(exchange_port& exchange, const std::string& at) {
    auto made = gateway::start(exchange, {.listen = at});
    REQUIRE_MESSAGE(made, (made ? "" : made.error().what));
    return std::move(*made);
}

/// A client that comes back when its connection breaks.
std::unique_ptr<client> log_in(const std::string& address) {
    client_options options;
    options.server = address;
    options.key = "operator";
    options.reconnect_for = seconds_10;
    auto made = client::connect(options);
    REQUIRE(made);
    return std::move(*made);
}

submit_request one_order() {
    submit_order made;
    made.symbol = {1};
    made.order.account = {1};
    made.order.price = {50};
    made.order.quantity = {1};
    return {{made}};
}

}  // namespace

TEST_CASE(
    "reports go on without gap or repeat when the connection breaks, and calls say what is known") {
    small_exchange exchange;
    auto front = serve(exchange, "127.0.0.1:0");
    const std::string address = front->address();
    const auto made = log_in(address);
    client& it = *made;
    add_instrument listed;
    listed.name = "AAPL";
    REQUIRE(std::holds_alternative<done_answer>(it.ask(listed)));
    REQUIRE(std::holds_alternative<done_answer>(
        it.ask(open_named_account{.name = "alice", .deposits = {}})));

    std::mutex mutex;
    std::condition_variable came;
    std::vector<std::uint64_t> numbers;
    REQUIRE_FALSE(it.subscribe(subscribe_reports{{1}, 1}, {.take = [&](const reports_push& push) {
                                   const std::lock_guard lock(mutex);
                                   for (const report& each : push.reports) {
                                       numbers.push_back(each.number);
                                   }
                                   came.notify_all();
                               }}));
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 5; ++i) {
            CHECK(std::holds_alternative<submitted>(it.submit_surely(one_order().commands)));
        }
        front->stop();
        const session_answer meanwhile = it.ask(orders_request{{1}});
        REQUIRE(std::holds_alternative<request_refused>(meanwhile));
        const auto what = std::get<request_refused>(meanwhile).what;
        CHECK((what == request_refused::kind::unavailable ||
               what == request_refused::kind::unknown_outcome));
        front = serve(exchange, address);
    }
    CHECK(std::holds_alternative<submitted>(it.submit_surely(one_order().commands)));
    std::unique_lock lock(mutex);
    // One of opening the account, sixteen of orders that a closed book refuses.
    came.wait(lock, [&] { return !numbers.empty() && numbers.back() >= 17; });
    CHECK(numbers.size() == 17);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        CHECK(numbers[i] == i + 1);
    }
}

TEST_CASE("a subscription goes on however often the connection breaks before it is begun again") {
    small_exchange exchange;
    auto front = serve(exchange, "127.0.0.1:0");
    const std::string address = front->address();
    const auto made = log_in(address);
    client& it = *made;
    REQUIRE(std::holds_alternative<done_answer>(
        it.ask(open_named_account{.name = "alice", .deposits = {}})));
    std::mutex mutex;
    std::condition_variable came;
    std::uint64_t last = 0;
    std::vector<std::string> ended;
    const auto is_resumed = [&](std::uint64_t number) {
        std::unique_lock lock(mutex);
        came.wait(lock, [&] { return last >= number || !ended.empty(); });
        return ended.empty();
    };
    REQUIRE_FALSE(
        it.subscribe(subscribe_reports{{1}, 1}, {.take =
                                                     [&](const reports_push& push) {
                                                         const std::lock_guard lock(mutex);
                                                         last = push.reports.back().number;
                                                         came.notify_all();
                                                     },
                                                 .ended =
                                                     [&](const request_refused& why) {
                                                         const std::lock_guard lock(mutex);
                                                         ended.push_back(why.why);
                                                         came.notify_all();
                                                     }}));
    REQUIRE(is_resumed(1));
    for (std::uint64_t round = 1; round <= 5; ++round) {
        exchange.hold_requests();
        front->stop();
        front = serve(exchange, address);
        // The client is let in and asks for the subscription; its connection breaks before there is an answer.
        while (exchange.held() == 0) {
            std::this_thread::yield();
        }
        front->stop();
        exchange.let_go();
        front = serve(exchange, address);
        CHECK(std::holds_alternative<submitted>(it.submit_surely(one_order().commands)));
        REQUIRE(is_resumed(1 + round));
    }
}

TEST_CASE("client ids are text or digits, and come back as they were") {
    CHECK(to_client_id("A1")->high == 0x4131'0000'0000'0000U);
    CHECK(client_id_text(*to_client_id("A1")) == "A1");
    CHECK(client_id_text(*to_client_id("0123456789abcdef")) == "0123456789abcdef");
    CHECK(client_id_text(*to_client_id("00000000000000010000000000000002")) ==
          "00000000000000010000000000000002");
    CHECK(client_id_text({}).empty());
    CHECK(client_id_text({client_id::tag_high, 7}).empty());
    for (const char* const wrong :
         {"", "12345678901234567", "ffffffffffffffff0000000000000001",
          "00000000000000000000000000000000", "0000000000000000000000000000000g"}) {
        CHECK_FALSE(to_client_id(wrong));
    }
}

TEST_CASE("times are read and written in UTC") {
    CHECK(time_text({1'767'258'000'000'000'000}) == "2026-01-01T09:00:00Z");
    CHECK(time_text({1'767'258'000'000'500'000}) == "2026-01-01T09:00:00.0005Z");
    CHECK(to_time("2026-01-01T09:00:00Z")->ns == 1'767'258'000'000'000'000);
    CHECK(to_time("2026-01-01")->ns == 1'767'225'600'000'000'000);
    CHECK_FALSE(to_time("tomorrow"));
    CHECK_FALSE(to_time("2026-01-01T09:00:00+01:00"));
    // No day of any calendar, and one of every fourth year.
    for (const char* const none :
         {"2026-02-31", "2026-11-31", "2026-02-29T00:00:00Z", "2026-13-01"}) {
        CHECK_MESSAGE(!to_time(none), none);
    }
    CHECK(to_time("2028-02-29").has_value());
}

TEST_CASE("names that look like what was written are found, the nearest first") {
    const std::vector<std::string> all{"AAPL", "AMZN", "APPN", "MSFT", "BRK.A", "BRK.B"};
    CHECK(names_like("APPL", all) == std::vector<std::string>{"AAPL", "APPN"});  // as near: by name
    CHECK(names_like("aapl", all).at(0) == "AAPL");
    CHECK(names_like("BRK", all) == std::vector<std::string>{"BRK.A", "BRK.B"});
    CHECK(names_like("zzzzzz", all).empty());
}
