// scale MODE N: does one thing of size N to a book, so that `scale_test` can count what it costs
// under callgrind, or measures memory. Only what the mode names is counted; what comes before runs
// with instrumentation off (valgrind's --instr-atstart=no).

#include <malloc.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "actors/book/order_book.hpp"
#include "runtime/bench/random_source.hpp"

namespace {

using namespace bourse;

constexpr std::int64_t first_price = 1'000'000;

/// A book and the few things that the modes do with it.
class bench_book {
public:
    void add(std::uint64_t id, side which, std::int64_t price_ticks, std::int64_t lots) {
        new_order order;
        order.id = {id};
        order.account = {1 + static_cast<std::uint32_t>(id % 1000)};
        order.side = which;
        order.price = {price_ticks};
        order.quantity = {lots};
        book_.submit(order, events_);
        expect(events_.events().front().kind == event_kind::accepted, "an order was refused");
        ended_ = events_.size();
        events_.clear();
    }
    void cancel(std::uint64_t id) {
        book_.cancel({.id = {id}, .account = {}}, events_);
        expect(events_.events().front().kind == event_kind::cancelled, "a cancel was refused");
        events_.clear();
    }
    /// How many events the last add brought.
    [[nodiscard]] std::size_t events_of_last() const { return ended_; }
    void reserve_events(std::size_t count) { events_.reserve(count); }
    void compact() { book_.compact(); }
    [[nodiscard]] std::size_t size() const { return book_.size(); }

    static void expect(bool holds, const char* what) {
        if (!holds) {
            std::fprintf(stderr, "scale: %s\n", what);
            std::exit(1);
        }
    }

private:
    order_book book_{instrument{}};
    event_buffer events_;
    std::size_t ended_ = 0;
};

/// The numbers 0 to count - 1 in a random order.
std::vector<std::uint32_t> shuffled(std::uint32_t count, std::uint64_t seed) {
    std::vector<std::uint32_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0U);
    random_source random{seed};
    for (std::uint32_t left = count; left > 1; --left) {
        std::swap(numbers[left - 1], numbers[random.below(left)]);
    }
    return numbers;
}

/// `count` orders at one price, then all of them cancelled in random order.
void queue_at_one_price(std::uint32_t count) {
    bench_book book;
    const auto leaving = shuffled(count, 1);
    CALLGRIND_START_INSTRUMENTATION;
    for (std::uint32_t i = 0; i < count; ++i) {
        book.add(i + 1, side::buy, first_price, 10);
    }
    for (const std::uint32_t i : leaving) {
        book.cancel(i + 1);
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    bench_book::expect(book.size() == 0, "orders are left");
}

/// An order at each of `count` prices, coming and going in random orders.
void one_order_a_price(std::uint32_t count) {
    bench_book book;
    const auto coming = shuffled(count, 1);
    const auto leaving = shuffled(count, 2);
    CALLGRIND_START_INSTRUMENTATION;
    for (std::uint32_t i = 0; i < count; ++i) {
        book.add(i + 1, side::sell, first_price + coming[i], 10);
    }
    for (const std::uint32_t i : leaving) {
        book.cancel(i + 1);
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    bench_book::expect(book.size() == 0, "orders are left");
}

/// One order that takes `count` resting ones, at one price or at a price each.
void sweep(std::uint32_t count, bool one_price) {
    bench_book book;
    const auto prices = shuffled(count, 1);
    for (std::uint32_t i = 0; i < count; ++i) {
        book.add(i + 1, side::sell, first_price + (one_price ? 0 : prices[i]), 10);
    }
    book.reserve_events(2 * std::size_t{count} + 16);
    CALLGRIND_START_INSTRUMENTATION;
    book.add(count + 1, side::buy, first_price + count, 10 * std::int64_t{count});
    CALLGRIND_STOP_INSTRUMENTATION;
    bench_book::expect(book.size() == 0, "orders are left");
    bench_book::expect(book.events_of_last() == 2 * std::size_t{count} + 1, "fills are missing");
}

std::size_t resident_bytes() {
    std::ifstream file{"/proc/self/statm"};
    std::size_t pages = 0;
    std::size_t resident = 0;
    file >> pages >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Adds orders `first` to `last` at random prices, `span` ticks wide.
void add_range(bench_book& book, std::uint64_t first, std::uint64_t last, std::uint32_t span) {
    random_source random{first};
    for (std::uint64_t id = first; id <= last; ++id) {
        book.add(id, side::buy, first_price + random.below(span), 10);
    }
}

/// Resident memory with 100,000 orders, and with the same again after `count` more came and went.
/// Both are measured after the pass that settles a book, so that slack counts on neither side.
void memory(std::uint32_t count) {
    constexpr std::uint64_t staying = 100'000;
    bench_book book;
    add_range(book, 1, staying, 1'000);
    book.compact();
    ::malloc_trim(0);
    const std::size_t before = resident_bytes();
    add_range(book, staying + 1, staying + count, 200'000);
    const std::size_t peak = resident_bytes();
    for (std::uint64_t id = staying + 1; id <= staying + count; ++id) {
        book.cancel(id);
    }
    book.compact();
    ::malloc_trim(0);
    const std::size_t after = resident_bytes();
    std::printf("resident: %zu KiB before, %zu KiB at the peak, %zu KiB after: %.3f of before\n",
                before / 1024, peak / 1024, after / 1024,
                static_cast<double>(after) / static_cast<double>(before));
    bench_book::expect(book.size() == staying, "orders are left");
    bench_book::expect(after * 10 <= before * 12, "more than 1.2 of the memory before");
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view mode = argc == 3 ? argv[1] : "";
    const std::string_view size = argc == 3 ? argv[2] : "";
    std::uint32_t count = 0;
    std::from_chars(size.data(), size.data() + size.size(), count);
    if (count == 0 || count > 2'000'000) {
        std::fprintf(stderr, "usage: scale MODE N, with N up to 2,000,000\n");
        return 2;
    }
    if (mode == "queue") {
        queue_at_one_price(count);
    } else if (mode == "prices") {
        one_order_a_price(count);
    } else if (mode == "sweep-queue") {
        sweep(count, true);
    } else if (mode == "sweep-prices") {
        sweep(count, false);
    } else if (mode == "memory") {
        memory(count);
    } else {
        std::fprintf(stderr, "scale: no mode %s\n", argv[1]);
        return 2;
    }
    return 0;
}
