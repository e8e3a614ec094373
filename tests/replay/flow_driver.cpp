#include "runtime/replay/flow_driver.hpp"

#include <doctest/doctest.h>

#include <variant>
#include <vector>

#include "book_replay.hpp"
#include "runtime/replay/lobster_history.hpp"

namespace bourse {
namespace {

flow_message line(flow_action action, std::uint64_t order, side which, std::int64_t ticks,
                  std::int64_t lots, std::uint64_t sequence) {
    return {.action = action,
            .side = which,
            .has_side = true,
            .order = {order},
            .price = {ticks},
            .lots = {lots},
            .at = {static_cast<std::int64_t>(sequence / 10)},
            .sequence = sequence,
            .line = sequence};
}

/// All steps of a flow; it must have no fault.
std::vector<flow_step> steps_of(flow_mode mode, const std::vector<flow_message>& messages) {
    flow_driver driver({.mode = mode});
    std::vector<flow_step> steps;
    for (const flow_message& message : messages) {
        REQUIRE(driver.on(message, std::nullopt, steps) == std::nullopt);
    }
    driver.finish(steps);
    return steps;
}

/// Two sells at 100, one at 101, and a buy of 25 that meets them, as MBO tells it.
const std::vector<flow_message> sweep{
    line(flow_action::add, 1, side::sell, 100, 10, 1),
    line(flow_action::add, 2, side::sell, 100, 10, 2),
    line(flow_action::add, 3, side::sell, 101, 10, 3),
    line(flow_action::trade, 0, side::buy, 100, 10, 11),
    line(flow_action::fill, 1, side::sell, 100, 10, 11),
    line(flow_action::reduce, 1, side::sell, 100, 10, 11),
    line(flow_action::trade, 0, side::buy, 100, 10, 12),
    line(flow_action::fill, 2, side::sell, 100, 10, 12),
    line(flow_action::reduce, 2, side::sell, 100, 10, 12),
    line(flow_action::trade, 0, side::buy, 101, 5, 13),
    line(flow_action::fill, 3, side::sell, 101, 5, 13),
    line(flow_action::reduce, 3, side::sell, 101, 5, 13),
    line(flow_action::reduce, 3, side::sell, 101, 2, 21),
    line(flow_action::reduce, 3, side::sell, 101, 3, 22),
};

TEST_CASE("the trades of one time and side become one incoming order in mode runs") {
    const auto steps = steps_of(flow_mode::runs, sweep);
    REQUIRE(steps.size() == 6);
    const auto& incoming = std::get<new_order>(steps[3].commands.at(0));
    CHECK(incoming.side == side::buy);
    CHECK(incoming.tif == time_in_force::immediate_or_cancel);
    CHECK(incoming.quantity == quantity{25});
    CHECK(incoming.price == price{101});
    CHECK(steps[3].fills ==
          std::vector<flow_fill>{{{1}, {100}, {10}}, {{2}, {100}, {10}}, {{3}, {101}, {5}}});
}

TEST_CASE("each trade becomes an incoming order of its own in mode trades") {
    const auto steps = steps_of(flow_mode::trades, sweep);
    REQUIRE(steps.size() == 8);
    CHECK(std::get<new_order>(steps[4].commands.at(0)).quantity == quantity{10});
    CHECK(steps[4].fills == std::vector<flow_fill>{{{2}, {100}, {10}}});
}

TEST_CASE("nothing trades in mode changes, and reduced orders keep their place") {
    const auto steps = steps_of(flow_mode::changes, sweep);
    for (const flow_step& step : steps) {
        CHECK(step.fills.empty());
    }
    book_replay into(market_state::pre_open);
    into.apply(steps);
    CHECK(into.faults == "");
    CHECK(into.book().size() == 0);
}

TEST_CASE("a partly executed order is reduced to the right total") {
    for (const flow_mode mode : {flow_mode::changes, flow_mode::trades, flow_mode::runs}) {
        std::vector<flow_message> messages = sweep;
        messages.pop_back();
        const auto steps = steps_of(mode, messages);
        book_replay into(mode == flow_mode::changes ? market_state::pre_open : market_state::open);
        into.apply(steps);
        CHECK(into.faults == "");
        CHECK(into.book().best(side::sell) == book_level{price{101}, quantity{3}, 1});
    }
}

TEST_CASE("a maker out of turn, a wrong row and a trade too many are seen") {
    std::vector<flow_message> messages = sweep;
    std::swap(messages[0].order, messages[1].order);
    book_replay wrong_maker(market_state::open);
    wrong_maker.apply(steps_of(flow_mode::trades, messages));
    CHECK(wrong_maker.makers_matched < wrong_maker.makers);
    CHECK(wrong_maker.faults != "");

    auto steps = steps_of(flow_mode::trades, sweep);
    steps[0].row = depth_row{.asks = {{price{100}, quantity{11}, 1}}};
    steps[1].row = depth_row{.asks = {{price{100}, quantity{20}, 2}}};
    steps[3].fills.clear();
    book_replay wrong_row(market_state::open);
    wrong_row.apply(steps);
    CHECK(wrong_row.rows == 2);
    CHECK(wrong_row.rows_matched == 1);
    CHECK(wrong_row.faults ==
          "line 1: another best level\nline 11: trades that are not in the file\n");
}

TEST_CASE("the row of a trade comes with the order that makes it") {
    flow_driver driver({.mode = flow_mode::trades});
    std::vector<flow_step> steps;
    const depth_row shown{.asks = {{price{100}, quantity{10}, 1}, {price{101}, quantity{10}, 1}}};
    for (const flow_message& message : sweep) {
        const bool first_trade = message.line == 11 && message.action == flow_action::trade;
        REQUIRE(driver.on(message, first_trade ? std::optional{shown} : std::nullopt, steps) ==
                std::nullopt);
    }
    CHECK(steps[3].row == shown);
    book_replay into(driver.first_state());
    into.apply(steps);
    CHECK(into.rows_matched == 1);
}

TEST_CASE("a locked or crossed book stands as it is in mode changes") {
    book_replay into(market_state::pre_open);
    into.apply(steps_of(flow_mode::changes, {line(flow_action::add, 1, side::sell, 100, 10, 1),
                                             line(flow_action::add, 2, side::buy, 101, 10, 2)}));
    CHECK(into.fills == 0);
    CHECK(into.book().best(side::buy)->price == price{101});
    CHECK(into.book().best(side::sell)->price == price{100});
}

TEST_CASE("a clear cancels what rests, and a change moves an order") {
    const std::vector<flow_message> messages{line(flow_action::add, 1, side::sell, 100, 10, 1),
                                             line(flow_action::change, 1, side::sell, 99, 15, 2)};
    book_replay into(market_state::open);
    into.apply(steps_of(flow_mode::trades, messages));
    CHECK(into.book().best(side::sell) == book_level{price{99}, quantity{15}, 1});

    std::vector<flow_message> cleared = messages;
    cleared.push_back(line(flow_action::clear, 0, side::buy, 0, 0, 3));
    cleared.push_back(line(flow_action::add, 1, side::sell, 98, 1, 4));
    const auto steps = steps_of(flow_mode::trades, cleared);
    REQUIRE(steps.size() == 4);
    CHECK(std::holds_alternative<mass_cancel>(steps[2].commands.at(0)));
}

TEST_CASE("while a venue is halted orders come and nothing matches") {
    const auto steps =
        steps_of(flow_mode::trades, {line(flow_action::halt, 0, side::buy, 0, 0, 1),
                                     line(flow_action::resume, 0, side::buy, 0, 0, 2)});
    REQUIRE(steps.size() == 2);
    CHECK(std::get<set_state>(steps[0].commands.at(0)).state == market_state::pre_open);
    CHECK(std::get<set_state>(steps[1].commands.at(0)).state == market_state::open);
}

TEST_CASE("flow that cannot be is refused with the line and the order") {
    const auto fault = [](flow_mode mode, flow_message message) {
        flow_driver driver({.mode = mode, .file = "mbo.csv"});
        std::vector<flow_step> steps;
        REQUIRE(driver.on(line(flow_action::add, 7, side::sell, 100, 10, 1), std::nullopt, steps) ==
                std::nullopt);
        const auto found = driver.on(message, std::nullopt, steps);
        return found ? found->what : std::string{};
    };
    CHECK(fault(flow_mode::changes, line(flow_action::add, 7, side::sell, 100, 10, 2)) ==
          "mbo.csv: line 2: order 7 is added, but rests already");
    CHECK(fault(flow_mode::changes, line(flow_action::reduce, 8, side::sell, 100, 10, 2)) ==
          "mbo.csv: line 2: order 8 loses more than rests of it");
    CHECK(fault(flow_mode::changes, line(flow_action::reduce, 7, side::sell, 100, 11, 2)) ==
          "mbo.csv: line 2: order 7 loses more than rests of it");
    CHECK(fault(flow_mode::trades, line(flow_action::execute, 7, side::sell, 100, 11, 2)) ==
          "mbo.csv: line 2: order 7 trades more than rests of it");
    CHECK(fault(flow_mode::trades, line(flow_action::change, 8, side::sell, 100, 11, 2)) ==
          "mbo.csv: line 2: order 8 is changed, but does not rest");
    CHECK(fault(flow_mode::trades,
                line(flow_action::add, std::uint64_t{1} << 63U, side::sell, 100, 11, 2)) ==
          "mbo.csv: line 2: order 9223372036854775808 has an id above 2^63, where the ids of "
          "incoming orders are");
}

// --- What a LOBSTER file leaves out ---------------------------------------------------------------

depth_row asks(std::vector<book_level> levels) {
    return {.bids = {}, .asks = std::move(levels), .levels = 2, .has_orders = false};
}

std::vector<flow_message> made_up(const std::vector<flow_message>& messages,
                                  const std::vector<depth_row>& rows, bool reveals) {
    lobster_history history(messages, reveals);
    std::vector<flow_message> all;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        history.before(i, messages[i], rows[i], i == 0 ? nullptr : &rows[i - 1], all);
    }
    return all;
}

TEST_CASE("an order older than the file is added before all others, the rest of its level behind") {
    const std::vector<flow_message> messages{line(flow_action::add, 50, side::sell, 101, 3, 1),
                                             line(flow_action::execute, 20, side::sell, 100, 4, 2)};
    const auto all = made_up(messages,
                             {asks({{price{100}, quantity{9}}, {price{101}, quantity{3}}}),
                              asks({{price{100}, quantity{5}}, {price{101}, quantity{3}}})},
                             false);
    REQUIRE(all.size() == 2);
    CHECK(all[0].order == order_id{20});
    CHECK(all[0].lots == quantity{4});
    CHECK(all[1].order > order_id{50});
    CHECK(all[1].price == price{100});
    CHECK(all[1].lots == quantity{5});
}

TEST_CASE("an order that the first row does not show is added when its price is out of sight") {
    const std::vector<flow_message> messages{line(flow_action::add, 50, side::sell, 99, 3, 1),
                                             line(flow_action::add, 51, side::sell, 98, 3, 2),
                                             line(flow_action::reduce, 20, side::sell, 100, 4, 3)};
    const std::vector<depth_row> rows{asks({{price{99}, quantity{3}}, {price{101}, quantity{1}}}),
                                      asks({{price{98}, quantity{3}}, {price{99}, quantity{3}}}),
                                      asks({{price{98}, quantity{3}}, {price{99}, quantity{3}}})};
    const auto all = made_up(messages, rows, false);
    REQUIRE(all.size() == 2);
    CHECK(all[0].price == price{101});
    CHECK(all[1].order == order_id{20});
    CHECK(all[1].line == 3);
}

TEST_CASE("levels that come into sight are made to be as in the file") {
    const std::vector<flow_message> messages{line(flow_action::add, 50, side::sell, 100, 3, 1),
                                             line(flow_action::add, 51, side::sell, 99, 2, 2),
                                             line(flow_action::reduce, 51, side::sell, 99, 2, 3)};
    const std::vector<depth_row> rows{asks({{price{100}, quantity{3}}, {price{102}, quantity{6}}}),
                                      asks({{price{99}, quantity{2}}, {price{100}, quantity{3}}}),
                                      asks({{price{100}, quantity{3}}, {price{101}, quantity{5}}})};
    const auto all = made_up(messages, rows, true);
    REQUIRE(all.size() == 2);
    CHECK(all[0].price == price{102});
    CHECK(all[1].price == price{101});
    CHECK(all[1].lots == quantity{5});

    // The same level, now with less than was known of it.
    const auto taken = made_up(
        messages, {rows[0], rows[1], asks({{price{100}, quantity{3}}, {price{102}, quantity{4}}})},
        true);
    REQUIRE(taken.size() == 2);
    CHECK(taken[1].action == flow_action::reduce);
    CHECK(taken[1].lots == quantity{2});
}

}  // namespace
}  // namespace bourse
