// One day of a stock, order by order, from the clear of the book to the close: an exact oracle. See
// recorded_data.hpp for where the file is, and why not here.

#include <doctest/doctest.h>

#include <optional>
#include <utility>

#include "book_replay.hpp"
#include "runtime/replay/databento_reader.hpp"
#include "runtime/replay/flow_driver.hpp"
#include "tests/support/recorded_data.hpp"

namespace bourse {
namespace {

constexpr std::uint64_t recorded_rows = 3'928;
constexpr std::uint64_t recorded_makers = 11;

/// Both files through a book; what is left of the second file is not a row of the first, and fails.
void replay(const std::string& mbo, const std::string& mbp, flow_driver& driver,
            book_replay& into) {
    auto messages = mbo_reader::open(mbo, {.price_decimals = 4});
    auto rows = mbp_reader::open(mbp, {.price_decimals = 4});
    REQUIRE(messages);
    REQUIRE(rows);
    auto row = rows->next();
    REQUIRE(row);
    std::vector<flow_step> steps;
    while (true) {
        const auto message = messages->next();
        REQUIRE(message);
        if (!*message) {
            break;
        }
        std::optional<depth_row> shown;
        if (*row && describes(**row, **message)) {
            shown = std::move((*row)->depth);
            row = rows->next();
            REQUIRE(row);
        }
        REQUIRE(driver.on(**message, std::move(shown), steps) == std::nullopt);
        into.apply(steps);
        steps.clear();
    }
    driver.finish(steps);
    into.apply(steps);
    CHECK_FALSE(row->has_value());
}

book_replay replay_arl(flow_mode mode, const std::string& mbo, const std::string& mbp,
                       std::uint64_t& passed_over) {
    flow_driver driver({.mode = mode, .file = mbo});
    book_replay into(driver.first_state());
    replay(mbo, mbp, driver, into);
    passed_over = driver.passed_over();
    MESSAGE("rows " << into.rows_matched << " of " << into.rows << ", makers "
                    << into.makers_matched << " of " << into.makers << " by " << into.incoming
                    << " incoming orders");
    CHECK(into.faults == "");
    CHECK(into.rows_matched == into.rows);
    CHECK(into.makers_matched == into.makers);
    return into;
}

TEST_SUITE_BEGIN("data");

TEST_CASE("ARL: every row of ten levels is reproduced by its changes") {
    const auto mbo = recorded_file("arl_mbo/mbo.csv");
    const auto mbp = recorded_file("arl_mbo/mbp.csv");
    if (mbo && mbp) {
        std::uint64_t passed_over = 0;
        CHECK(replay_arl(flow_mode::changes, *mbo, *mbp, passed_over).rows == recorded_rows);
        CHECK(passed_over == 0);
    }
}

TEST_CASE("ARL: incoming orders, one a trade, hit the makers named and leave every row") {
    const auto mbo = recorded_file("arl_mbo/mbo.csv");
    const auto mbp = recorded_file("arl_mbo/mbp.csv");
    if (mbo && mbp) {
        std::uint64_t passed_over = 0;
        const auto done = replay_arl(flow_mode::trades, *mbo, *mbp, passed_over);
        CHECK(done.rows == recorded_rows);
        CHECK(done.makers == recorded_makers);
        CHECK(passed_over == 0);
    }
}

TEST_CASE("ARL: incoming orders as large as they came hit the makers named in sequence") {
    const auto mbo = recorded_file("arl_mbo/mbo.csv");
    const auto mbp = recorded_file("arl_mbo/mbp.csv");
    if (mbo && mbp) {
        std::uint64_t passed_over = 0;
        const auto done = replay_arl(flow_mode::runs, *mbo, *mbp, passed_over);
        CHECK(done.makers == recorded_makers);
        CHECK(done.incoming < done.makers);
        // Rows in the middle of a run cannot be looked at.
        CHECK(done.rows + passed_over == recorded_rows);
    }
}

TEST_SUITE_END();

}  // namespace
}  // namespace bourse
