#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <mutex>
#include <sstream>
#include <streambuf>
#include <string>
#include <thread>

#include "runtime/client/client.hpp"
#include "runtime/command_line.hpp"
#include "runtime/gateway/gateway.hpp"
#include "tests/support/exchange/small_exchange.hpp"

using namespace bourse;

namespace {

/// What a stream is told meanwhile, by another thread.
class heard final : public std::streambuf {
public:
    explicit heard(std::ostream& of) : of_(of), before_(of.rdbuf(this)) {}
    ~heard() override { of_.rdbuf(before_); }
    heard(const heard&) = delete;
    heard& operator=(const heard&) = delete;

    [[nodiscard]] bool wait_for(const std::string& line) {
        std::unique_lock lock(mutex_);
        return came_.wait_for(lock, std::chrono::minutes(1),
                              [&] { return text_.find(line) != std::string::npos; });
    }
    [[nodiscard]] std::string text() {
        const std::lock_guard lock(mutex_);
        return text_;
    }

protected:
    std::streamsize xsputn(const char* text, std::streamsize size) override {
        const std::lock_guard lock(mutex_);
        text_.append(text, static_cast<std::size_t>(size));
        came_.notify_all();
        return size;
    }
    int overflow(int c) override {
        const char one = static_cast<char>(c);
        return xsputn(&one, 1) == 1 ? c : traits_type::eof();
    }

private:
    std::ostream& of_;
    std::streambuf* before_;
    std::mutex mutex_;
    std::condition_variable came_;
    std::string text_;
};

}  // namespace

TEST_CASE("a market is shown in each of its feeds, to people and to programs") {
    small_exchange exchange;
    auto front = gateway::start(exchange, {.listen = "127.0.0.1:0"});
    REQUIRE(front);
    const std::string address = (*front)->address();
    const std::filesystem::path key_file =
        std::filesystem::temp_directory_path() / ("bourse-feed-" + std::to_string(::getpid()));
    std::ofstream(key_file) << "operator\n";
    {
        client_options options;
        options.server = address;
        options.key = "operator";
        const auto made = client::connect(options);
        REQUIRE(made);
        REQUIRE(std::holds_alternative<done_answer>(
            (*made)->ask(add_instrument{.name = "AAPL", .description = {}, .terms = {}})));
    }
    const auto readers_are = [&](std::size_t count) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (exchange.markets().size() != count && std::chrono::steady_clock::now() < until) {
            std::this_thread::yield();
        }
        return exchange.markets().size() == count;
    };
    market_push whole{.symbol = {1},
                      .is_snapshot = true,
                      .was_conflated = true,
                      .previous = 4,
                      .number = 9,
                      .at = {1'767'258'060'000'000'000},
                      .bids = {{{58'533}, {95}, 2}},
                      .asks = {},
                      .trades = {{.number = {12},
                                  .price = {58'540},
                                  .lots = {30},
                                  .at = {1'767'258'060'000'000'000},
                                  .aggressor = side::sell}},
                      .orders = {{order_id{7}, side::buy, {58'533}, {60}}}};
    market_push more = whole;
    more.is_snapshot = more.was_conflated = false;
    more.previous = 9;
    more.number = 10;
    more.bids = {};
    more.asks = {{{58'600}, {0}, 0}};
    more.trades = {};
    more.orders = {};
    const std::array<std::pair<const char*, market_feed>, market_feed_count> feeds{
        {{"top", market_feed::top},
         {"depth", market_feed::depth},
         {"trades", market_feed::trades},
         {"orders", market_feed::orders}}};
    for (const auto& each : feeds) {
        const char* const name = each.first;
        const market_feed feed = each.second;
        for (const bool is_json : {false, true}) {
            REQUIRE(readers_are(0));
            heard out(std::cout);
            auto watch = std::async(std::launch::async, [&] {
                const std::array words{
                    "bourse",        "watch",      "AAPL",           "--feed", name,
                    "--depth",       "3",          "--count",        "2",      "--server",
                    address.c_str(), "--key-file", key_file.c_str(), "--json"};
                return run_command_line(static_cast<int>(words.size()) - (is_json ? 0 : 1),
                                        words.data());
            });
            REQUIRE(readers_are(1));
            const subscribe_market asked = exchange.markets().at(0);
            CHECK(asked.symbol == symbol_id{1});
            CHECK(asked.feed == feed);
            CHECK(asked.depth == 3);
            exchange.push(whole);
            exchange.push(more);
            CHECK(watch.get() == exit_code::done);
            if (is_json) {
                CHECK(out.text() ==
                      R"({"symbol":"AAPL","seq":9,"previous":4,"snapshot":true,"conflated":true,)"
                      R"("state":"open","at":"2026-01-01T09:01:00Z","bids":[["585.33",95,2]],)"
                      R"("asks":[],"trades":[{"trade":12,"price":"585.40","quantity":30,)"
                      R"("at":"2026-01-01T09:01:00Z","aggressor":"sell"}],)"
                      R"("orders":[{"order":7,"side":"buy","price":"585.33","quantity":60}]})"
                      "\n"
                      R"({"symbol":"AAPL","seq":10,"previous":9,"snapshot":false,)"
                      R"("conflated":false,"state":"open","at":"2026-01-01T09:01:00Z","bids":[],)"
                      R"("asks":[["586.00",0,0]],"trades":[],"orders":[]})"
                      "\n");
            } else {
                CHECK(out.text() ==
                      "AAPL  2026-01-01T09:01:00Z  seq 9  open  snapshot, conflated\n"
                      "  bid 585.33  95  2 orders\n"
                      "  trade 12  30 @ 585.40  sell\n"
                      "  order 7  buy 60 @ 585.33\n"
                      "AAPL  2026-01-01T09:01:00Z  seq 10  open\n"
                      "  ask 586.00  gone  0 orders\n");
            }
        }
    }
    std::filesystem::remove(key_file);
}

TEST_CASE("who watches from a report that is still to come is told so, and gets it when it comes") {
    small_exchange exchange;
    auto front = gateway::start(exchange, {.listen = "127.0.0.1:0"});
    REQUIRE(front);
    const std::string address = (*front)->address();
    const std::filesystem::path key_file =
        std::filesystem::temp_directory_path() / ("bourse-watch-" + std::to_string(::getpid()));
    std::ofstream(key_file) << "operator\n";
    client_options options;
    options.server = address;
    options.key = "operator";
    const auto made = client::connect(options);
    REQUIRE(made);
    REQUIRE(std::holds_alternative<done_answer>(
        (*made)->ask(add_instrument{.name = "AAPL", .description = {}, .terms = {}})));
    REQUIRE(std::holds_alternative<done_answer>(
        (*made)->ask(open_named_account{.name = "alice", .deposits = {{true, "USD", "1000"}}})));
    const auto newest = [&] {
        const session_answer answer = (*made)->ask(portfolio_request{{1}});
        REQUIRE(std::holds_alternative<portfolio_answer>(answer));
        return std::get<portfolio_answer>(answer).last_report;
    };
    for (const bool is_json : {false, true}) {
        const std::uint64_t before = newest();
        const std::string wanted = std::to_string(before + 3);
        heard out(std::cout);
        heard err(std::cerr);
        auto watch = std::async(std::launch::async, [&] {
            const std::array words{"bourse",   "watch",         "--account",  "alice",
                                   "--from",   wanted.c_str(),  "--count",    "1",
                                   "--server", address.c_str(), "--key-file", key_file.c_str(),
                                   "--json"};
            return run_command_line(static_cast<int>(words.size()) - (is_json ? 0 : 1),
                                    words.data());
        });
        CHECK(err.wait_for("the newest report of alice is " + std::to_string(before) +
                           "; waiting for report " + wanted + "\n"));
        CHECK(out.text().empty());
        while (newest() < before + 4) {  // one more than is asked for
            REQUIRE(std::holds_alternative<submitted>((*made)->submit_surely(
                {deposit{.account = {1}, .asset = asset_of(currency_id{1}), .amount = 5}})));
        }
        CHECK(watch.get() == exit_code::done);
        const std::string shown = out.text();
        CHECK(shown.find(is_json ? R"({"report":)" + wanted + "," : "  " + wanted + "  ") !=
              std::string::npos);
        CHECK(shown.find('\n') == shown.size() - 1);  // one line
        // Beside that line nothing but that an answer takes its time, on a busy machine.
        std::istringstream lines(err.text());
        int others = 0;
        for (std::string line; std::getline(lines, line);) {
            others += line.find(": waiting for ") == std::string::npos ? 1 : 0;
        }
        CHECK(others == 1);
    }
    std::filesystem::remove(key_file);
}
