// The ladder, for people and for programs.
#include "runtime/bench/report_text.hpp"
#include "runtime/ladder/ladder.hpp"

namespace bourse {
namespace {

std::string step_json(const ladder_step& step) {
    return "{\"name\":\"" + step.name +
           "\",\"orders_per_second\":" + number(step.orders_per_second, 0) +
           ",\"latency_us\":{\"p50\":" + number(step.latency.p50_us, 1) +
           ",\"p99\":" + number(step.latency.p99_us, 1) +
           ",\"p99_9\":" + number(step.latency.p99_9_us, 1) +
           ",\"max\":" + number(step.latency.max_us, 1) +
           "},\"cpu_ns_per_order\":" + number(step.cpu_ns_per_order, 0) +
           ",\"ratio_to_echo\":" + number(step.ratio_to_echo, 6) + "}";
}

std::string step_row(const ladder_step& step) {
    return left(step.name, 12) + right(number(step.orders_per_second, 0), 12) +
           right(number(step.ratio_to_echo, 3), 9) + right(number(step.latency.p50_us, 1), 11) +
           right(number(step.latency.p99_us, 1), 11) + right(number(step.latency.p99_9_us, 1), 11) +
           right(number(step.latency.max_us, 1), 11) + right(number(step.cpu_ns_per_order, 0), 14) +
           "\n";
}

}  // namespace

std::string ladder_json(const ladder_result& result) {
    std::string steps;
    for (const ladder_step& each : result.steps) {
        steps += (steps.empty() ? "" : ",") + step_json(each);
    }
    const ladder_floors& floors = result.floors;
    return "{\"floors\":{\"fdatasync_us\":" + number(floors.fdatasync_us, 1) +
           ",\"echo_batch_orders_per_second\":" + number(floors.echo_batch_orders_per_second, 0) +
           ",\"echo_single_us\":" + number(floors.echo_single_us, 1) + "},\"steps\":[" + steps +
           "]}\n";
}

std::string ladder_table(const ladder_result& result) {
    std::string text = left("step", 12) + right("orders/s", 12) + right("of echo", 9) +
                       right("p50 us", 11) + right("p99 us", 11) + right("p99.9 us", 11) +
                       right("max us", 11) + right("cpu ns/order", 14) + "\n";
    for (const ladder_step& each : result.steps) {
        text += step_row(each);
    }
    const ladder_floors& floors = result.floors;
    text += "\nfloors: fdatasync of one order " + number(floors.fdatasync_us, 1) +
            " us, of a hundred " + number(floors.fdatasync_batch_us, 1) +
            " us; echo of calls of 100 " + number(floors.echo_batch_orders_per_second, 0) +
            " orders/s, of one order " + number(floors.echo_single_us, 1) + " us\n";
    if (!result.steps.empty() && result.steps.back().name == "rpc_single") {
        const double floor = floors.echo_single_us + floors.fdatasync_us;
        text += "one order under way: p50 is " +
                number(result.steps.back().latency.p50_us / floor, 2) +
                " x (echo + fdatasync); target 1.5\n";
    }
    return text;
}

}  // namespace bourse
