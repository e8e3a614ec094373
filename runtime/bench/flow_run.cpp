#include "runtime/bench/flow_run.hpp"

#include <ctime>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <span>

#include "actors/book/event_buffer.hpp"
#include "actors/book/order_book.hpp"
#include "runtime/bench/floor_book.hpp"
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace bourse {
namespace {

using steady = std::chrono::steady_clock;

/// The order book with the floor's way of being called.
class book_contender {
public:
    explicit book_contender(const order_flow&) : book_(flow_instrument()) {}
    void apply(std::span<const command> entry, event_buffer& out) {
        book_.apply(timestamp{}, entry, out);
    }

private:
    order_book book_;
};

class floor_contender {
public:
    explicit floor_contender(const order_flow& flow) : book_(flow.price_count, flow.order_count) {}
    void apply(std::span<const command> entry, event_buffer& out) { book_.apply(entry, out); }

private:
    floor_book book_;
};

/// The timed part. Never inlined, so that callgrind and profilers find it by its name.
template <class Contender>
[[gnu::noinline]] void apply_all(Contender& book, const order_flow& flow, event_buffer& events,
                                 flow_run& run) {
    const std::span<const command> commands{flow.operations};
    const std::size_t step = flow.shape.commands_per_entry;
    std::uint64_t digest = 0;
    std::uint64_t count = 0;
    for (std::size_t at = 0; at < commands.size(); at += step) {
        events.clear();
        book.apply(commands.subspan(at, std::min(step, commands.size() - at)), events);
        digest = event_digest(events.events(), digest);
        count += events.size();
    }
    run.digest = digest;
    run.events = count;
}

template <class Contender>
void rest(Contender& book, const order_flow& flow, event_buffer& events) {
    for (const command& said : flow.fill) {
        events.clear();
        book.apply({&said, 1}, events);
    }
}

template <class Contender>
flow_run run_with(const order_flow& flow) {
    Contender book{flow};
    event_buffer events{buffer_capacity};
    rest(book, flow, events);
    flow_run run;
    const double begin = processor_ns();
    apply_all(book, flow, events, run);
    run.ns_per_operation = (processor_ns() - begin) / static_cast<double>(flow.operations.size());
    return run;
}

template <class Contender>
std::optional<std::uint64_t> count_with(const order_flow& flow, instruction_counter& counter) {
    Contender book{flow};
    event_buffer events{buffer_capacity};
    rest(book, flow, events);
    flow_run run;
    counter.start();
    apply_all(book, flow, events, run);
    return counter.stop();
}

/// The finest clock there is; on x86-64 the processor's, read after everything before is done.
std::uint64_t clock_ticks() {
#if defined(__x86_64__)
    unsigned processor = 0;
    const std::uint64_t ticks = __rdtscp(&processor);
    _mm_lfence();
    return ticks;
#else
    return static_cast<std::uint64_t>(steady::now().time_since_epoch().count());
#endif
}

/// Finds the clock's step, and what two looks at it with nothing between them say on average. The
/// slowest tenth is left out: in it something else happened.
void measure_clock(flow_latencies& latencies) {
    constexpr std::size_t looks = 100'000;
    std::vector<std::uint64_t> empty(looks);
    for (std::uint64_t& each : empty) {
        const std::uint64_t before = clock_ticks();
        each = clock_ticks() - before;
    }
    std::sort(empty.begin(), empty.end());
    empty.resize(looks / 10 * 9);
    const auto sum = std::accumulate(empty.begin(), empty.end(), std::uint64_t{0});
    latencies.overhead_ticks = static_cast<double>(sum) / static_cast<double>(empty.size());
    std::uint64_t step = 0;
    for (const std::uint64_t each : empty) {
        step = std::gcd(step, each);
    }
    latencies.step_ticks = static_cast<std::uint32_t>(std::max<std::uint64_t>(step, 1));
}

template <class Contender>
flow_latencies time_each_with(const order_flow& flow) {
    Contender book{flow};
    event_buffer events{buffer_capacity};
    rest(book, flow, events);
    flow_latencies latencies;
    measure_clock(latencies);
    latencies.ticks.resize(flow.operations.size());
    const steady::time_point begin = steady::now();
    const std::uint64_t first = clock_ticks();
    for (std::size_t i = 0; i < flow.operations.size(); ++i) {
        events.clear();
        const std::uint64_t before = clock_ticks();
        book.apply({&flow.operations[i], 1}, events);
        const std::uint64_t ticks = clock_ticks() - before;
        latencies.ticks[i] = static_cast<std::uint32_t>(std::min<std::uint64_t>(ticks, UINT32_MAX));
    }
    const auto total_ticks = static_cast<double>(clock_ticks() - first);
    const std::chrono::duration<double, std::nano> total = steady::now() - begin;
    latencies.ns_per_tick = total.count() / total_ticks;
    std::sort(latencies.ticks.begin(), latencies.ticks.end());
    return latencies;
}

}  // namespace

double flow_latencies::at(double share) const {
    if (ticks.empty()) {
        return 0;
    }
    const double rank = share * static_cast<double>(ticks.size() - 1);
    const std::uint32_t there = ticks[static_cast<std::size_t>(rank)];
    const auto [low, high] = std::equal_range(ticks.begin(), ticks.end(), there);
    const double within =
        (rank - static_cast<double>(low - ticks.begin()) + 0.5) / static_cast<double>(high - low);
    const double exact = there + (within - 0.5) * step_ticks;
    return std::max(exact - overhead_ticks, 0.0) * ns_per_tick;
}

double processor_ns() noexcept {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e9 + static_cast<double>(used.tv_nsec);
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

flow_run run_flow(const order_flow& flow, contender who) {
    return who == contender::book ? run_with<book_contender>(flow)
                                  : run_with<floor_contender>(flow);
}

flow_latencies time_each_operation(const order_flow& flow, contender who) {
    return who == contender::book ? time_each_with<book_contender>(flow)
                                  : time_each_with<floor_contender>(flow);
}

std::optional<std::uint64_t> count_instructions(const order_flow& flow, contender who,
                                                instruction_counter& counter) {
    return who == contender::book ? count_with<book_contender>(flow, counter)
                                  : count_with<floor_contender>(flow, counter);
}

std::string find_difference(const order_flow& flow) {
    book_contender book{flow};
    floor_contender floor{flow};
    event_buffer of_book;
    event_buffer of_floor;
    std::size_t at = 0;
    for (const auto* commands : {&flow.fill, &flow.operations}) {
        for (const command& said : *commands) {
            ++at;
            of_book.clear();
            of_floor.clear();
            book.apply({&said, 1}, of_book);
            floor.apply({&said, 1}, of_floor);
            const auto a = of_book.events();
            const auto b = of_floor.events();
            if (!std::equal(a.begin(), a.end(), b.begin(), b.end())) {
                return "flow " + std::string{flow.shape.name} +
                       ": book and floor part at command " + std::to_string(at) + " with " +
                       std::to_string(a.size()) + " and " + std::to_string(b.size()) + " events";
            }
        }
    }
    return {};
}

std::string timed_function(contender who) {
    return who == contender::book ? "*apply_all*book_contender*" : "*apply_all*floor_contender*";
}

}  // namespace bourse
