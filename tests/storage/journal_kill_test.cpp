// A process that writes a journal on real files is killed with -9, again and again. What it said was durable is there.

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <random>

#include "journal_model.hpp"
#include "storage/real_disk.hpp"
#include "tests/support/run_length.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bourse {
namespace {

constexpr journal_options killed_options{.owner = 7,
                                         .segment_bytes = std::uint64_t{64} << 10U,
                                         .reserve_bytes = 4096,
                                         .max_segments = 8};
constexpr std::size_t killed_length(std::uint64_t index) {
    return index * 37 % 900;
}

/// Appends entries for ever, and after each batch writes the last durable index into the pipe.
[[noreturn]] void write_for_ever(const std::string& path, int said) {
    const auto folder = real_disk::open(path);
    const auto opened = folder ? journal::open(**folder, killed_options) : folder.error();
    if (!opened) {
        ::_exit(2);
    }
    journal& log = **opened;
    const auto known = log.find({1});
    std::uint64_t index = known ? known->positions.end.index : 0;
    for (unsigned batch = 0;; ++batch) {
        for (unsigned i = 0; i < 1 + batch % 4; ++i) {
            ++index;
            if (!log.append({1}, {index, 1}, tagged_payload(index, killed_length(index)))) {
                ::_exit(3);
            }
        }
        if (!log.commit() || ::write(said, &index, sizeof(index)) != sizeof(index)) {
            ::_exit(4);
        }
        if (index > 100) {
            log.release({1}, index - 100);
        }
        while (true) {
            const auto more = log.maintain();
            if (!more) {
                ::_exit(5);
            }
            if (!*more) {
                break;
            }
        }
    }
}

/// Fills the journal with what nobody releases, and then gives votes for ever; says the term of each.
[[noreturn]] void vote_for_ever(const std::string& path, int said) {
    const auto folder = real_disk::open(path);
    journal_options least = killed_options;
    least.max_segments = least_segments;
    const auto opened = folder ? journal::open(**folder, least) : folder.error();
    if (!opened) {
        ::_exit(2);
    }
    journal& log = **opened;
    const auto known = log.find({1});
    std::uint64_t index = known ? known->positions.end.index : 0;
    while (log.append({1}, {index + 1, 1}, tagged_payload(index + 1, killed_length(index + 1)))) {
        ++index;
        if (!log.commit() || !log.maintain()) {
            ::_exit(3);
        }
    }
    for (std::uint64_t term = log.find({1})->positions.vote.term + 1;; ++term) {
        if (!log.vote({1}, {term, term % 3}) || !log.commit() ||
            ::write(said, &term, sizeof(term)) != sizeof(term)) {
            ::_exit(4);
        }
    }
}

/// Starts such a process, kills it after it said something `count` times, and returns the last number it said.
std::uint64_t run_and_kill(const std::string& path, std::uint64_t count,
                           void (*process)(const std::string& path, int said) = write_for_ever) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        process(path, ends[1]);
    }
    ::close(ends[1]);
    std::uint64_t last = 0;
    std::uint64_t said = 0;
    while (said < count && ::read(ends[0], &last, sizeof(last)) == sizeof(last)) {
        ++said;
    }
    ::kill(child, SIGKILL);
    // What it said before it was gone counts too.
    while (::read(ends[0], &last, sizeof(last)) == sizeof(last)) {
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE_MESSAGE(WIFSIGNALED(status),
                    "the process ended by itself with " << WEXITSTATUS(status));
    return last;
}

}  // namespace

TEST_CASE("a process killed while it writes loses nothing that it said was durable") {
    const temporary_folder temporary;
    std::mt19937_64 random(1);
    const unsigned kills = is_full_run() ? 2000 : 15;
    for (unsigned i = 0; i < kills; ++i) {
        const std::uint64_t said = run_and_kill(temporary.path(), 1 + random() % 60);
        const auto folder = real_disk::open(temporary.path());
        REQUIRE(folder.has_value());
        const auto opened = journal::open(**folder, killed_options);
        REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
        const log_positions positions = (*opened)->find({1})->positions;
        REQUIRE(positions.end.index >= said);
        REQUIRE(positions.end.index <= said + 4);  // one batch more at the most
        journal_model model;
        for (std::uint64_t index = 1; index <= positions.end.index; ++index) {
            model.append({1}, {index, 1}, index, killed_length(index));
        }
        model.release({1}, said > 100 ? said - 100 : 0);
        REQUIRE(model.difference(**opened) == "");
    }
}

TEST_CASE(
    "a process killed while it votes in a full journal has given no vote that it does not know") {
    const temporary_folder temporary;
    std::mt19937_64 random(2);
    const unsigned kills = std::getenv("BOURSE_FULL") != nullptr ? 2000 : 15;
    std::uint64_t before = 0;
    for (unsigned i = 0; i < kills; ++i) {
        const std::uint64_t said = run_and_kill(temporary.path(), 1 + random() % 60, vote_for_ever);
        CHECK(said > before);
        const auto folder = real_disk::open(temporary.path());
        REQUIRE(folder.has_value());
        journal_options least = killed_options;
        least.max_segments = least_segments;
        const auto opened = journal::open(**folder, least);
        REQUIRE_MESSAGE(opened.has_value(), opened.error().what);
        CHECK_FALSE((*opened)->room().takes_orders);
        const journal_vote found = (*opened)->find({1})->positions.vote;
        REQUIRE(found.term >= said);
        REQUIRE(found.term <= said + 1);
        REQUIRE(found.voted_for == found.term % 3);
        before = said;
    }
}

}  // namespace bourse
