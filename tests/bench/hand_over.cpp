// hand_over ORDERS: hands over the changed rows of a shard in slices, between entries, and says how long the
// longest of them held an entry up. Every resting order has changed before; the entries between the slices
// change orders that have not had their turn, and end some. Fails if a hold is longer than it may be.
//
// Time is the thread's own, so that being put aside for another program does not count.

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
constexpr std::int64_t top_ticks = 1'000'000;

void expect(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "hand_over: %s\n", what);
        std::exit(1);
    }
}

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

void open(bench_shard& to) {
    listing what;
    what.rules.symbol = {1};
    what.rules.max_orders = 1U << 22;
    what.currency = {1};
    what.tick_value = 1;
    what.book_shard = {1};
    to.add(list_instrument{.request = {}, .what = what});
    to.add(book_state{.request = {}, .symbol = {1}, .what = {.state = market_state::open}});
    for (std::uint32_t n = 0; n < accounts; ++n) {
        to.add(open_account{.request = {}, .account = owner(n)});
        to.add(deposit{.request = {},
                       .account = owner(n),
                       .asset = asset_of(currency_id{1}),
                       .amount = std::int64_t{1} << 50U});
    }
    to.flush();
}

void submit(bench_shard& to, std::uint32_t n) {
    submit_order asked;
    asked.request.id = {1, n + 1};
    asked.symbol = {1};
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

/// One hand-over, with an entry after each slice that reprices orders from all over the book, one in ten of
/// which it cancels.
void hand_over(bench_shard& from, std::uint32_t orders, const char* what, bool with_entries) {
    hold slices;
    hold entries;
    random_source random{orders};
    std::vector<bool> gone(orders);
    std::vector<row_change> slice;
    std::size_t rows = 0;
    bool done = false;
    measure(slices, [&] { from.machine().begin_hand_over(); });
    while (!done) {
        measure(slices, [&] { done = from.machine().hand_over(rows_per_slice, slice); });
        rows += slice.size();
        for (std::size_t i = 0; with_entries && i < commands_per_entry; ++i) {
            const std::uint32_t n = random.below(orders);
            if (gone[n]) {
                continue;
            }
            gone[n] = random.below(10) == 0;
            gone[n] ? from.add(submit_cancel{.request = {}, .account = owner(n), .order = order(n)})
                    : reprice(from, n);
        }
        if (with_entries) {
            measure(entries, [&] { from.flush(); });
        }
    }
    measure(slices, [&] { from.machine().end_hand_over(true); });
    std::printf("%s: %zu rows in %zu slices, %.0f ns each; longest hold %.3f ms, at most %.0f",
                what, rows, slices.count, 1e6 * slices.all_ms / static_cast<double>(rows),
                slices.longest_ms, most_ms);
    if (with_entries) {
        std::printf("; longest entry between %.3f ms", entries.longest_ms);
    }
    std::printf("\n");
    expect(slices.longest_ms <= most_ms, "an entry was held for too long");
}

}  // namespace

int main(int argc, char** argv) {
    std::uint32_t orders = 0;
    const std::string_view size = argc > 1 ? argv[1] : "";
    const auto [end, fault] = std::from_chars(size.data(), size.data() + size.size(), orders);
    expect(fault == std::errc{} && end == size.data() + size.size() && orders >= accounts,
           "hand_over ORDERS");
    bench_shard it;
    open(it);
    for (std::uint32_t n = 0; n < orders; ++n) {
        submit(it, n);
    }
    it.flush();
    hand_over(it, orders, "all new", false);
    for (std::uint32_t n = 0; n < orders; ++n) {
        reprice(it, n);
    }
    it.flush();
    hand_over(it, orders, "all changed, and more meanwhile", true);
    hand_over(it, orders, "what changed meanwhile", false);
    return 0;
}
