// hand_over ORDERS: hands over the changed rows of a shard in slices, between entries, and says how long the
// longest of them held an entry up: of one book and of a thousand, when every order is new, when every one has
// changed, and when most have ended, so that as many keys go and the books give back the memory of their peak. The
// entries between the slices change orders that have not had their turn, and end some. Fails if a hold is longer than
// it may be, or an entry between.
//
// Time is the thread's own, so that being put aside for another program does not count. What a machine that is shared
// takes away in other ways does: so what took too long is tried again, and fails the third time.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "actors/shard/shard.hpp"
#include "actors/shard/shard_output.hpp"
#include "messages/row_change.hpp"
#include "runtime/bench/flow_run.hpp"
#include "runtime/bench/random_source.hpp"

namespace {

using namespace bourse;

constexpr std::uint32_t accounts = 1'000;
constexpr std::size_t commands_per_entry = 100;
constexpr std::size_t rows_per_slice = 2'000;
constexpr double most_ms = 5;
constexpr int tries = 3;
constexpr std::int64_t top_ticks = 1'000'000;

void expect(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "hand_over: %s\n", what);
        std::exit(1);
    }
}

/// So many are left in the end: a book may just deal them anew at once.
constexpr std::uint32_t orders_left = 8'192;

order_id order(std::uint32_t n) {
    return {std::uint64_t{1} << order_counter_bits | (n + 1)};
}
account_id owner(std::uint32_t n) {
    return {1 + n % accounts};
}

/// A shard, and how it is spoken to.
class bench_shard {
public:
    void add(const shard_command& one) {
        next_.commands.push_back(one);
        if (next_.commands.size() == commands_per_entry) {
            flush();
        }
    }
    void flush() {
        ++next_.index;
        machine_.apply(next_, out_);
        for (const report& told : out_.reports) {
            expect(told.what.kind != event_kind::command_refused &&
                       told.what.kind != event_kind::rejected &&
                       told.what.kind != event_kind::replace_rejected &&
                       told.what.kind != event_kind::cancel_rejected,
                   "a command was refused");
        }
        next_.commands.clear();
    }
    [[nodiscard]] shard& machine() { return machine_; }

private:
    shard machine_{shard_settings{}};
    entry next_;
    shard_output out_;
};

void open(bench_shard& to, std::uint32_t symbols) {
    listing what;
    what.rules.max_orders = 1U << 22;
    what.currency = {1};
    what.tick_value = 1;
    what.book_shard = {1};
    for (std::uint32_t symbol = 1; symbol <= symbols; ++symbol) {
        what.rules.symbol = {symbol};
        to.add(list_instrument{.request = {}, .what = what});
        to.add(
            book_state{.request = {}, .symbol = {symbol}, .what = {.state = market_state::open}});
    }
    for (std::uint32_t n = 0; n < accounts; ++n) {
        to.add(open_account{.request = {}, .account = owner(n)});
        to.add(deposit{.request = {},
                       .account = owner(n),
                       .asset = asset_of(currency_id{1}),
                       .amount = std::int64_t{1} << 50U});
    }
    to.flush();
}

void submit(bench_shard& to, std::uint32_t n, std::uint32_t symbols) {
    submit_order asked;
    asked.request.id = {1, n + 1};
    asked.symbol = {1 + n % symbols};
    asked.order.account = owner(n);
    asked.order.side = side::buy;
    asked.order.tif = time_in_force::good_till_cancelled;
    asked.order.price = {top_ticks - n % 1000};
    asked.order.quantity = {10};
    to.add(asked);
}

void reprice(bench_shard& to, std::uint32_t n) {
    to.add(submit_replace{.request = {},
                          .account = owner(n),
                          .order = order(n),
                          .set_price = true,
                          .price = {top_ticks - 1000 - n % 1000}});
}

void cancel(bench_shard& to, std::uint32_t n) {
    to.add(submit_cancel{.request = {}, .account = owner(n), .order = order(n)});
}

struct hold {
    double longest_ms = 0;
    double all_ms = 0;
    std::size_t count = 0;
};

template <class Work>
void measure(hold& to, Work&& work) {
    const double begin = processor_ns();
    work();
    const double ms = (processor_ns() - begin) / 1e6;
    to.longest_ms = std::max(to.longest_ms, ms);
    to.all_ms += ms;
    ++to.count;
}

/// One hand-over; with an entry after each slice, if asked for, that reprices orders from all over, one in ten of
/// which it cancels. `gone` says which orders have ended. False: something took too long.
bool hand_over(bench_shard& from, std::vector<bool>& gone, const char* what, bool with_entries) {
    const auto orders = static_cast<std::uint32_t>(gone.size());
    hold begins;
    hold slices;
    hold ends;
    hold entries;
    random_source random{orders};
    std::vector<row_change> slice;
    std::size_t rows = 0;
    bool done = false;
    measure(begins, [&] { from.machine().begin_hand_over(); });
    while (!done) {
        measure(slices, [&] { done = from.machine().hand_over(rows_per_slice, slice); });
        rows += slice.size();
        for (std::size_t i = 0; with_entries && i < commands_per_entry; ++i) {
            const std::uint32_t n = random.below(orders);
            if (gone[n]) {
                continue;
            }
            gone[n] = random.below(10) == 0;
            gone[n] ? cancel(from, n) : reprice(from, n);
        }
        if (with_entries) {
            measure(entries, [&] { from.flush(); });
        }
    }
    measure(ends, [&] { from.machine().end_hand_over(true); });
    std::printf(
        "  %s: %zu rows in %zu slices, %.0f ns each; begin %.3f ms, longest slice %.3f, end %.3f",
        what, rows, slices.count, 1e6 * slices.all_ms / static_cast<double>(rows),
        begins.longest_ms, slices.longest_ms, ends.longest_ms);
    if (with_entries) {
        std::printf("; longest entry between %.3f", entries.longest_ms);
    }
    std::printf("\n");
    return std::max({begins.longest_ms, slices.longest_ms, ends.longest_ms, entries.longest_ms}) <=
           most_ms;
}

bool live(std::uint32_t orders, std::uint32_t symbols) {
    std::printf("%u orders in the books of %u symbols, at most %.0f ms:\n", orders, symbols,
                most_ms);
    bench_shard it;
    std::vector<bool> gone(orders);
    const auto change_all = [&](std::uint32_t first, auto change) {
        for (std::uint32_t n = first; n < orders; ++n) {
            if (!gone[n]) {
                change(n);
            }
        }
        it.flush();
    };
    open(it, symbols);
    change_all(0, [&](std::uint32_t n) { submit(it, n, symbols); });
    bool fits = hand_over(it, gone, "all new", false);
    change_all(0, [&](std::uint32_t n) { reprice(it, n); });
    fits = hand_over(it, gone, "all changed, and more meanwhile", true) && fits;
    fits = hand_over(it, gone, "what changed meanwhile", false) && fits;
    change_all(orders_left, [&](std::uint32_t n) {
        gone[n] = true;
        cancel(it, n);
    });
    fits = hand_over(it, gone, "most ended", false) && fits;
    fits = hand_over(it, gone, "what is left", true) && fits;
    return fits;
}

}  // namespace

int main(int argc, char** argv) {
    std::uint32_t orders = 0;
    const std::string_view size = argc > 1 ? argv[1] : "";
    const auto [end, fault] = std::from_chars(size.data(), size.data() + size.size(), orders);
    expect(fault == std::errc{} && end == size.data() + size.size() && orders >= accounts,
           "hand_over ORDERS");
    for (const std::uint32_t symbols : {1U, 1'000U}) {
        bool fits = false;
        for (int i = 0; i < tries && !fits; ++i) {
            fits = live(orders, symbols);
        }
        expect(fits, "an entry was held for too long, or took too long");
    }
    return 0;
}
