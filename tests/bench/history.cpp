// history ORDERS NEW_FOLDER [ENTRIES]: what the history costs an order. A shard carries out flow 10k over 10 symbols and 100 accounts,
// 100 orders an entry; what it gives out is taken and committed, when a batch is full or after so many entries. Processor time of this
// process alone, that of the system for it included.

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include "actors/shard/shard.hpp"
#include "actors/sinks/history/history.hpp"
#include "runtime/bench/shard_flow.hpp"

namespace {

using namespace bourse;

double cpu_ns() {
    timespec at{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) * 1e9 + static_cast<double>(at.tv_nsec);
}

void expect(const outcome& did) {
    if (!did) {
        std::fprintf(stderr, "history: %s\n", did.error().what.c_str());
        std::exit(1);
    }
}

std::uint32_t number(std::string_view text) {
    std::uint32_t read = 0;
    std::from_chars(text.data(), text.data() + text.size(), read);
    return read;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint32_t operations = argc > 1 ? number(argv[1]) : 0;
    if (operations == 0 || argc < 3) {
        std::fprintf(stderr, "usage: bench_history ORDERS NEW_FOLDER [ENTRIES]\n");
        return 2;
    }
    const std::string path = argv[2];
    const std::uint32_t apart = argc > 3 ? number(argv[3]) : 1'000'000;
    const shard_flow flow =
        generate_shard_flow(*find_flow("10k"), operations, 7,
                            {.accounts = 100, .symbols = 10, .commands_per_entry = 100});
    auto opened = history::open({.path = path, .owner = 1});
    if (!opened) {
        std::fprintf(stderr, "history: %s\n", opened.error().what.c_str());
        return 1;
    }
    shard machine{shard_settings{}};
    shard_output out;
    double spent_ns = 0;
    double take_ns = 0;
    std::uint64_t orders = 0;
    std::uint64_t trades = 0;
    std::uint32_t commits = 0;
    std::uint32_t entries = 0;
    for (const auto* part : {&flow.setup, &flow.fill, &flow.operations}) {
        for (const entry& next : *part) {
            machine.apply(next, out);
            const bool is_counted = part == &flow.operations;
            orders += is_counted ? next.commands.size() : 0;
            const double begin = cpu_ns();
            expect((*opened)->take(shard_id{1}, {.index = next.index,
                                                 .at = next.at,
                                                 .digest = 0,
                                                 .reports = out.reports,
                                                 .lines = out.lines,
                                                 .events = out.events,
                                                 .event_numbers = out.event_numbers}));
            const double taken = cpu_ns();
            const bool is_last = part == &flow.operations && &next == &part->back();
            if ((*opened)->is_full() || ++entries % apart == 0 || is_last) {
                expect((*opened)->commit());
                ++commits;
            }
            if (is_counted) {
                take_ns += taken - begin;
                spent_ns += cpu_ns() - begin;
                for (const event& each : out.events) {
                    trades += each.kind == event_kind::fill ? 1 : 0;
                }
            }
        }
    }
    const auto count = static_cast<double>(orders);
    std::printf("%lu orders, %lu trades, %u commits: %.0f ns an order, of which %.0f to take\n",
                orders, trades / 2, commits, spent_ns / count, take_ns / count);
    return 0;
}
