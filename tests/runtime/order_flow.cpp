#include "runtime/bench/order_flow.hpp"

#include <doctest/doctest.h>

#include <array>
#include <variant>

#include "runtime/bench/bench_report.hpp"
#include "runtime/bench/flow_replay.hpp"
#include "runtime/bench/flow_run.hpp"
#include "runtime/bench/instruction_count.hpp"
#include "runtime/bench/random_source.hpp"

namespace bourse {
namespace {

constexpr std::uint32_t some_operations = 50'000;

/// How many of each kind are in a hundred operations: add, cancel, replace, take.
std::array<double, 4> mix_of(const std::vector<command>& operations) {
    std::array<double, 4> shares{};
    for (const command& said : operations) {
        const auto* order = std::get_if<new_order>(&said);
        const bool takes = order != nullptr && order->tif == time_in_force::immediate_or_cancel;
        shares[takes ? 3 : said.index()] += 100.0 / static_cast<double>(operations.size());
    }
    return shares;
}

TEST_CASE("a bench flow has the mix of operations that the issue asks for") {
    const order_flow flow = generate_flow(*find_flow("10k"), some_operations, 7);
    const auto [adds, cancels, replaces, takes] = mix_of(flow.operations);
    CHECK(adds == doctest::Approx(49).epsilon(0.02));
    CHECK(cancels == doctest::Approx(41).epsilon(0.02));
    CHECK(replaces == doctest::Approx(5).epsilon(0.1));
    CHECK(takes == doctest::Approx(5).epsilon(0.1));
}

TEST_CASE("as many orders rest at the end of a bench flow as at its beginning") {
    for (const flow_shape& shape : bench_flows()) {
        if (shape.resting > 10'000) {
            continue;  // the 1M flow is the same generator and takes long under the sanitizers
        }
        CAPTURE(shape.name);
        flow_generator generator{shape, shape.operations, 7};
        for (std::uint32_t i = 0; i < shape.resting + 200'000; ++i) {
            (void)generator.next();
            if (i >= shape.resting) {
                REQUIRE(generator.resting_count() > shape.resting * 9 / 10);
                REQUIRE(generator.resting_count() < shape.resting * 11 / 10);
            }
        }
    }
}

TEST_CASE("the 10k flow spreads its orders over about 450 levels") {
    const flow_shape shape = *find_flow("10k");
    flow_generator generator{shape, 0, 7};
    for (std::uint32_t i = 0; i < shape.resting; ++i) {
        (void)generator.next();
    }
    CHECK(generator.level_count() > 400);
    CHECK(generator.level_count() < 500);
}

TEST_CASE("one seed gives one flow, and another gives another") {
    const flow_shape shape = *find_flow("volatile-5k");
    const order_flow flow = generate_flow(shape, some_operations, 7);
    CHECK(flow.operations == generate_flow(shape, some_operations, 7).operations);
    CHECK(flow.operations != generate_flow(shape, some_operations, 8).operations);
}

TEST_CASE("exponential draws have the mean they are asked for") {
    random_source random{3};
    std::uint64_t sum = 0;
    constexpr std::uint32_t draws = 200'000;
    for (std::uint32_t i = 0; i < draws; ++i) {
        sum += random.exponential(400);
    }
    // Rounding down takes half a tick off.
    CHECK(static_cast<double>(sum) / draws == doctest::Approx(399.5).epsilon(0.01));
}

TEST_CASE("floor and book hand out the same events on every flow of 10,000 orders") {
    for (const flow_shape& shape : bench_flows()) {
        if (shape.resting <= 10'000) {
            CHECK(find_difference(generate_flow(shape, some_operations, 7)) == "");
        }
    }
}

TEST_CASE("a latency's percentile lies between its neighbours though the clock goes in steps") {
    const flow_latencies latencies{.ticks = {10, 20, 20, 20, 20, 30},
                                   .ns_per_tick = 0.5,
                                   .overhead_ticks = 4,
                                   .step_ticks = 10};
    CHECK(latencies.at(0.5) == doctest::Approx(0.5 * (20 - 4)).epsilon(0.1));
    CHECK(latencies.at(0.3) < latencies.at(0.5));
    CHECK(latencies.at(1) <= 0.5 * (35 - 4));
}

TEST_CASE("a figure that could not be measured is null in the JSON form") {
    flow_figures figures;
    figures.name = "10k";
    figures.ns_per_op = 20;
    CHECK(bench_json({figures}) ==
          "{\"flows\":[{\"name\":\"10k\",\"ns_per_op\":20.00,\"floor_ns_per_op\":0.00,"
          "\"ratio\":0.000,\"p50_ns\":0.0,\"p99_ns\":0.0,\"p99_9_ns\":0.0,"
          "\"instructions_per_op\":null}]}\n");
}

TEST_CASE("the count is read from what callgrind prints") {
    CHECK(parse_collected("==1== Events    : Ir\n==1== Collected : 1234\n==1==\n") == 1234U);
    CHECK(parse_collected("valgrind: command not found") == std::nullopt);
}

TEST_CASE("a replayed flow passes its checks and accounts for every command") {
    const flow_replay_result result = replay_generated_flow({.orders = 60'000, .seed = 5});
    CHECK(result.faults.empty());
    CHECK(result.commands == 60'000);
    CHECK(result.rejected == 0);
    CHECK(result.trades > 0);
    CHECK(result.bids.size() == 5);
    CHECK(result.asks.size() == 5);
}

}  // namespace
}  // namespace bourse
