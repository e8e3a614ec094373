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
#include <streambuf>
#include <string>

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
        CHECK(err.text().find('\n') == err.text().size() - 1);
    }
    std::filesystem::remove(key_file);
}
