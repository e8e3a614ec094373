// The first 49 seconds of a busy stock. What the file leaves out, lobster_history.hpp makes up. See
// recorded_data.hpp for where the file is, and why not here.

#include <doctest/doctest.h>

#include <optional>
#include <utility>

#include "book_replay.hpp"
#include "runtime/replay/flow_driver.hpp"
#include "runtime/replay/lobster_history.hpp"
#include "runtime/replay/lobster_reader.hpp"
#include "tests/support/recorded_data.hpp"

namespace bourse {
namespace {

constexpr std::uint64_t lobster_rows = 999;
constexpr std::uint64_t lobster_makers = 98;

struct recorded_session {
    std::vector<flow_message> messages;
    std::vector<depth_row> rows;
};

std::optional<recorded_session> read_aapl() {
    const std::string stem = "aapl_lobster/AAPL_2012-06-21_34200000_57600000_";
    const auto messages = recorded_file(stem + "message_10.csv");
    const auto book = recorded_file(stem + "orderbook_10.csv");
    if (!messages || !book) {
        return std::nullopt;
    }
    auto message_reader = lobster_message_reader::open(*messages);
    auto book_reader = lobster_book_reader::open(*book);
    REQUIRE(message_reader);
    REQUIRE(book_reader);
    auto lines = message_reader->read_all();
    auto rows = book_reader->read_all();
    REQUIRE(lines);
    REQUIRE(rows);
    REQUIRE(lines->size() == lobster_rows);
    REQUIRE(rows->size() == lobster_rows);
    return recorded_session{std::move(*lines), std::move(*rows)};
}

book_replay replay(const recorded_session& session, flow_mode mode, bool reveals) {
    flow_driver driver({.mode = mode});
    lobster_history history(session.messages, reveals);
    book_replay into(driver.first_state());
    std::vector<flow_step> steps;
    std::vector<flow_message> made_up;
    for (std::size_t i = 0; i < session.messages.size(); ++i) {
        history.before(i, session.messages[i], session.rows[i],
                       i == 0 ? nullptr : &session.rows[i - 1], made_up);
        for (const flow_message& message : made_up) {
            REQUIRE(driver.on(message, std::nullopt, steps) == std::nullopt);
        }
        REQUIRE(driver.on(session.messages[i], session.rows[i], steps) == std::nullopt);
        into.apply(steps);
        made_up.clear();
        steps.clear();
    }
    driver.finish(steps);
    into.apply(steps);
    CHECK(into.rows + driver.passed_over() == lobster_rows);
    CHECK(into.faults == "");
    MESSAGE("rows " << into.rows_matched << " of " << into.rows << ", best levels "
                    << into.bests_matched << ", makers " << into.makers_matched << " of "
                    << into.makers << " by " << into.incoming << " incoming orders");
    return into;
}

TEST_SUITE_BEGIN("data");

TEST_CASE("AAPL: the best levels are right throughout, from the first row and the messages alone") {
    if (const auto session = read_aapl()) {
        CHECK(replay(*session, flow_mode::changes, false).bests_matched == lobster_rows);
        CHECK(replay(*session, flow_mode::trades, false).bests_matched == lobster_rows);
    }
}

// Only levels that come into sight are taken from the file, so each row is right only if the row
// before it was and the message changed exactly what it says: the 998 changes, and the first row.
TEST_CASE("AAPL: every change of ten levels is the message's") {
    if (const auto session = read_aapl()) {
        CHECK(replay(*session, flow_mode::changes, true).rows_matched == lobster_rows);
    }
}

TEST_CASE("AAPL: incoming orders, one an execution, hit the makers named and change as they did") {
    if (const auto session = read_aapl()) {
        const auto done = replay(*session, flow_mode::trades, true);
        CHECK(done.rows_matched == lobster_rows);
        CHECK(done.makers == lobster_makers);
        CHECK(done.makers_matched == lobster_makers);
    }
}

TEST_CASE("AAPL: incoming orders as large as they came hit the makers named in sequence") {
    if (const auto session = read_aapl()) {
        const auto done = replay(*session, flow_mode::runs, false);
        CHECK(done.makers == lobster_makers);
        CHECK(done.makers_matched == lobster_makers);
        CHECK(done.incoming < done.makers);
        CHECK(done.bests_matched == done.rows);
    }
}

TEST_SUITE_END();

}  // namespace
}  // namespace bourse
