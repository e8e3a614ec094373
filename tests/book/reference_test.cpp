// The fast book against the slow reference, on random commands and on cases kept from before.
//
// When they differ the case is shrunk, printed as C++, and written to a file with the words how to
// keep it. When a book ends the process instead, run again with BOURSE_FORK=1: each book is then
// tried in a process of its own first, and what kills it is shrunk likewise.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/book_case.hpp"
#include "tests/support/book_comparison.hpp"
#include "tests/support/command_generator.hpp"
#include "tests/support/flow_coverage.hpp"
#include "tests/support/run_length.hpp"
#include "tests/support/shrink.hpp"

using namespace bourse;

namespace {

#ifndef BOURSE_TESTS_DIR
#define BOURSE_TESTS_DIR "tests"
#endif

/// One book's life: long enough to fill it, short enough to be shrunk in seconds.
constexpr std::uint64_t commands_a_book = 5'000;

/// Of all profiles together.
std::uint64_t commands_in_total() {
    if (is_full_run()) {
        return 50'000'000;
    }
    return sanitized ? 100'000 : 2'000'000;
}

struct life {
    std::uint64_t seed;
    instrument_profile instrument;
    flow_profile flow;
};

/// The entries of a life, made up before the reference alone.
book_case entries_of(const life& one) {
    book_case all;
    all.rules = make_instrument(one.instrument);
    command_generator generator(one.seed, one.instrument, one.flow);
    reference_book book(all.rules);
    std::vector<event> events;
    for (std::uint64_t sent = 0; sent < commands_a_book;) {
        all.entries.push_back(generator.next(book));
        events.clear();
        book.apply(all.entries.back().now, all.entries.back().commands, events);
        sent += all.entries.back().commands.size();
    }
    return all;
}

/// Shrinks what differs, and says where it is and what to do with it.
std::string keep(book_case failing, const life& one) {
    const auto fails = [](const book_case& each) {
        return find_difference_in_child(each).has_value();
    };
    if (!fails(failing)) {
        failing.restore_often = true;
        if (!fails(failing)) {
            return "it does not differ when run again: is there something random in the book?\n";
        }
    }
    const book_case small = shrink(std::move(failing), fails);
    const std::string name = "difference_" + std::to_string(static_cast<unsigned>(one.flow)) + "_" +
                             std::to_string(static_cast<unsigned>(one.instrument)) + "_" +
                             std::to_string(one.seed) + ".case";
    std::ofstream(name) << "# " << to_string(one.flow) << ", " << to_string(one.instrument)
                        << ", seed " << one.seed << "\n"
                        << to_text(small);
    return "shrunk:\n" + to_text(small) +
           "\nwhere they differ: " + find_difference_in_child(small).value_or("") + "\nas C++:\n" +
           to_cpp(small.entries) + "\nwritten to " +
           (std::filesystem::current_path() / name).string() +
           "\nTo keep it: name it after what was wrong, say that in its first line, and put it "
           "into "
           "tests/book/cases/.\n";
}

/// One life of a pair of books. Saves, restores and compacts the fast one now and then.
std::optional<std::string> difference_in_life(const life& one, flow_coverage& coverage) {
    command_generator generator(one.seed, one.instrument, one.flow);
    random_source dice(one.seed);
    book_pair pair(make_instrument(one.instrument));
    coverage.begin_book();
    for (std::uint64_t sent = 0; sent < commands_a_book;) {
        const generated_entry entry = generator.next(pair.reference());
        sent += entry.commands.size();
        auto difference = pair.apply(entry);
        coverage.count(pair.events());
        coverage.count(pair.reference());
        if (!difference && dice.chance(30)) {
            difference = pair.compare_rows();
        }
        if (!difference && dice.chance(20)) {
            difference = pair.restore();
        }
        if (difference) {
            return difference;
        }
        if (dice.chance(20)) {
            pair.compact();
        }
    }
    return std::nullopt;
}

/// Every flow makes features meet; that of everything does so often in the books of each seed, and
/// in its whole run reaches all that there is.
void check_reached(const flow_coverage& coverage, flow_profile flow, std::uint64_t seeds) {
    const std::uint64_t least = flow == flow_profile::everything ? 10 * seeds : 1;
    for (std::uint8_t i = 0; i < rare_meeting_count; ++i) {
        const auto what = static_cast<rare_meeting>(i);
        CHECK_MESSAGE(coverage.times(what) >= least, "reached too seldom: ", to_string(what));
    }
    if (flow == flow_profile::everything && !sanitized) {
        for (const std::string& missing : coverage.missing()) {
            FAIL_CHECK("never reached: " << missing);
        }
    }
}

void compare(flow_profile flow) {
    constexpr std::uint64_t profiles = std::uint64_t{flow_profile_count} * instrument_profile_count;
    const std::uint64_t lives =
        std::max<std::uint64_t>(1, commands_in_total() / profiles / commands_a_book);
    const bool forks = std::getenv("BOURSE_FORK") != nullptr;
    flow_coverage coverage;
    for (std::uint64_t seed = 1; seed <= lives; ++seed) {
        for (std::uint8_t i = 0; i < instrument_profile_count; ++i) {
            const life one{seed, static_cast<instrument_profile>(i), flow};
            INFO("flow ", to_string(flow), ", instrument ", to_string(one.instrument), ", seed ",
                 seed);
            if (forks && find_difference_in_child(entries_of(one))) {
                FAIL(keep(entries_of(one), one));
            }
            if (const auto difference = difference_in_life(one, coverage)) {
                FAIL(*difference << "\n" << keep(entries_of(one), one));
            }
        }
    }
    check_reached(coverage, flow, lives);
}

}  // namespace

TEST_CASE("fast and reference book agree on plain flow") {
    compare(flow_profile::plain_flow);
}

TEST_CASE("fast and reference book agree on auctions and stops") {
    compare(flow_profile::auctions_and_stops);
}

TEST_CASE("fast and reference book agree on icebergs and self trades") {
    compare(flow_profile::icebergs_and_self_trade);
}

TEST_CASE("fast and reference book agree on pegs and conditional orders") {
    compare(flow_profile::pegs);
}

TEST_CASE("fast and reference book agree on groups") {
    compare(flow_profile::groups);
}

TEST_CASE("fast and reference book agree on everything at once") {
    compare(flow_profile::everything);
}

TEST_CASE("fast and reference book agree on every case that was kept") {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(BOURSE_TESTS_DIR "/book/cases")) {
        if (file.path().extension() != ".case") {
            continue;
        }
        INFO(file.path().string());
        const auto one = load_case(file.path().string());
        REQUIRE(one.has_value());
        const auto difference = find_difference(*one);
        CHECK_MESSAGE(!difference, difference.value_or(""));
        ++count;
    }
    CHECK(count >= 3);
}

TEST_CASE("a case is the same after it was written and read") {
    const book_case one = entries_of({3, instrument_profile::tick_table, flow_profile::everything});
    const auto read = from_text(to_text(one));
    REQUIRE(read.has_value());
    CHECK(*read == one);
    CHECK_FALSE(from_text("at 0\nnew id=1 colour=green\n").has_value());
}

// The shrinker is tried on a book that is wrong on purpose: it 'differs' when an iceberg refills.
TEST_CASE("a shrunk case is short and still fails") {
    const auto refills = [](const book_case& one) {
        reference_book book(one.rules, one.state);
        std::vector<event> events;
        for (const generated_entry& entry : one.entries) {
            book.apply(entry.now, entry.commands, events);
        }
        return std::any_of(events.begin(), events.end(),
                           [](const event& e) { return e.kind == event_kind::refilled; });
    };
    const book_case long_case =
        entries_of({5, instrument_profile::corridor, flow_profile::icebergs_and_self_trade});
    REQUIRE(refills(long_case));
    const book_case small = shrink(long_case, refills, 3'000);
    CHECK(refills(small));
    std::size_t commands = 0;
    for (const generated_entry& entry : small.entries) {
        commands += entry.commands.size();
    }
    CHECK_MESSAGE(commands == 2, to_text(small));
}
