// A process that writes a history is killed with -9 at some moment, again and again. Afterwards the file has exactly what the
// entries up to its cursor mean, and goes on from there.

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <random>
#include <thread>

#include "actors/sinks/history/history_reader.hpp"
#include "tests/support/run_length.hpp"
#include "tests/support/temporary_folder.hpp"
#include "told_entries.hpp"

namespace bourse {
namespace {

/// Takes what follows, an entry a batch, and says a byte each. Never returns.
[[noreturn]] void write_on(const std::string& path, const std::vector<unpacked_events>& told,
                           int says) {
    auto opened = history::open({.path = path, .owner = 7, .least_free_bytes = 0});
    bool is_good = opened.has_value();
    for (std::size_t i = is_good ? (*opened)->next(shard_1) - 1 : 0; is_good && i < told.size();
         ++i) {
        is_good = (*opened)->take(shard_1, told[i].view()).has_value();
        is_good = is_good && (*opened)->commit().has_value() && ::write(says, "b", 1) == 1;
    }
    ::_exit(is_good ? 0 : 1);
}

/// Kills it in the middle of what it does after so many batches; false if it had ended before.
bool kill_after(const std::string& path, const std::vector<unpacked_events>& told,
                std::uint64_t batches, std::chrono::microseconds more) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(pipe[0]);
        write_on(path, told, pipe[1]);
    }
    ::close(pipe[1]);
    char byte = 0;
    for (std::uint64_t i = 0; i < batches && ::read(pipe[0], &byte, 1) == 1; ++i) {
    }
    std::this_thread::sleep_for(more);  // not for anything to happen: to be somewhere in a batch
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(pipe[0]);
    if (WIFEXITED(status)) {
        REQUIRE(WEXITSTATUS(status) == 0);
    }
    return WIFSIGNALED(status);
}

void check(const std::string& path, const std::vector<unpacked_events>& told,
           std::uint64_t* cursor) {
    const auto reader = history_reader::open(path);
    REQUIRE(reader.has_value());
    expected_history from;
    const auto answer = (*reader)->ask({.what = history_request::kind::orders, .most = 10'000});
    REQUIRE_MESSAGE(answer.has_value(), answer.error().what);
    for (std::size_t i = 0; i < answer->as_of; ++i) {
        from.take(told[i]);
    }
    *cursor = answer->as_of;
    std::ranges::reverse(from.orders);
    REQUIRE(std::ranges::equal(answer->orders, from.orders,
                               [](const auto& a, const auto& b) { return equal(a, b); }));
    const auto trades = (*reader)->ask({.most = 10'000});
    REQUIRE(trades.has_value());
    REQUIRE(trades->trades.size() == from.trades.size());
}

TEST_CASE(
    "a history whose writer is killed in the middle of a batch has what its cursor says, and goes "
    "on") {
    const auto told = told_entries(3'000, 20);
    std::mt19937_64 random(11);
    unsigned kills = 0;
    for (int life = 0; life < (is_full_run() ? 20 : 2); ++life) {
        const temporary_folder folder;
        const std::string path = folder.path() + "/history";
        std::uint64_t before = 0;
        while (
            kill_after(path, told, 1 + random() % 4, std::chrono::microseconds(random() % 300))) {
            ++kills;
            std::uint64_t cursor = 0;
            check(path, told, &cursor);
            REQUIRE(cursor >= before);
            before = cursor;
        }
        std::uint64_t cursor = 0;
        check(path, told, &cursor);
        CHECK(cursor == told.size());
    }
    CHECK(kills >= 4);
}

}  // namespace
}  // namespace bourse
