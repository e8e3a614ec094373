#include "runtime/bench/flow_replay.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>

#include "actors/book/event_buffer.hpp"
#include "runtime/bench/order_flow.hpp"

namespace bourse {
namespace {

constexpr std::size_t entry_size = 100;
constexpr std::uint32_t progress_every = 100'000;
constexpr std::size_t max_faults = 10;
constexpr std::size_t shown_levels = 5;

/// Reads every event as a stranger would: counts, and checks what must hold.
class event_audit {
public:
    event_audit(flow_replay_result& result, std::uint32_t order_count)
        : result_(result), standing_(std::size_t{order_count} + 1, standing::unknown) {}

    void read(std::span<const event> events) {
        for (const event& told : events) {
            count(told);
            follow(told);
            if (told.kind == event_kind::fill) {
                pair(told);
            }
        }
        if (half_) {
            fail("trade " + std::to_string(half_->number) + " has one fill only");
        }
    }

    void fail(std::string what) {
        if (result_.faults.size() < max_faults) {
            result_.faults.push_back(std::move(what));
        }
    }

    [[nodiscard]] std::uint64_t live() const noexcept { return live_; }

private:
    enum class standing : std::uint8_t { unknown, live, ended };

    void count(const event& told) {
        result_.accepted += told.kind == event_kind::accepted;
        result_.replaced += told.kind == event_kind::replaced;
        result_.cancelled += told.kind == event_kind::cancelled;
        result_.rejected += told.kind == event_kind::rejected ||
                            told.kind == event_kind::replace_rejected ||
                            told.kind == event_kind::cancel_rejected;
    }

    /// One order's life: accepted once, then whatever happens, then one final answer.
    void follow(const event& told) {
        if (told.kind == event_kind::cancel_rejected || told.kind == event_kind::replace_rejected) {
            return;  // may be about an order that has ended
        }
        if (told.order.value == 0 || told.order.value >= standing_.size()) {
            fail("an event about order " + std::to_string(told.order.value) + ", which is none");
            return;
        }
        standing& now = standing_[told.order.value];
        const bool first = told.kind == event_kind::accepted || told.kind == event_kind::rejected;
        if (now != (first ? standing::unknown : standing::live)) {
            fail("order " + std::to_string(told.order.value) +
                 (now == standing::ended ? " is told of after its final answer"
                                         : " is accepted twice, or told of before it is"));
        }
        if (told.kind == event_kind::accepted) {
            ++live_;
        } else if (told.is_final() && now == standing::live) {
            --live_;
        }
        now = told.is_final() ? standing::ended : standing::live;
    }

    /// Two fills a trade: the resting order's, then the aggressor's.
    void pair(const event& told) {
        if (!half_) {
            half_ = told;
            return;
        }
        const event resting = *std::exchange(half_, std::nullopt);
        const bool same = resting.number == told.number && resting.price == told.price &&
                          resting.lots == told.lots && resting.side != told.side;
        if (!same || told.number != result_.trades + 1) {
            fail("the fills of trade " + std::to_string(told.number) + " do not fit together");
        }
        ++result_.trades;
        result_.volume_lots += told.lots.lots;
    }

    flow_replay_result& result_;
    std::vector<standing> standing_;
    std::uint64_t live_ = 0;
    std::optional<event> half_;
};

std::vector<book_level> best_levels(const order_book& book, side which) {
    std::array<book_level, shown_levels> levels;
    const std::size_t count = std::min(book.depth(which, levels), levels.size());
    return {levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(count)};
}

void check_not_crossed(const order_book& book, event_audit& audit) {
    const auto bid = book.best(side::buy);
    const auto ask = book.best(side::sell);
    if (bid && ask && bid->price >= ask->price) {
        audit.fail("crossed: bid " + std::to_string(bid->price.ticks) + ", ask " +
                   std::to_string(ask->price.ticks));
    }
}

void check_end(const order_book& book, const flow_replay_result& result, event_audit& audit) {
    if (book.size() != audit.live()) {
        audit.fail("the book holds " + std::to_string(book.size()) + " orders, but " +
                   std::to_string(audit.live()) + " have had no final answer");
    }
    if (book.statistics().trades != result.trades ||
        book.statistics().lots != static_cast<std::uint64_t>(result.volume_lots)) {
        audit.fail("the book's statistics do not agree with the fills");
    }
}

}  // namespace

flow_replay_result replay_generated_flow(const flow_replay_options& options) {
    const flow_shape shape = bench_flows().front();
    const std::uint32_t operations = options.orders - std::min(options.orders, shape.resting);
    flow_generator generator{shape, operations, options.seed};
    flow_replay_result result;
    event_audit audit{result, options.orders};
    order_book book{flow_instrument()};
    event_buffer events;
    std::vector<command> entry;
    for (std::uint32_t done = 0; done < options.orders;) {
        entry.clear();
        while (entry.size() < entry_size && done + entry.size() < options.orders) {
            entry.push_back(generator.next());
        }
        events.clear();
        const auto begin = std::chrono::steady_clock::now();
        book.apply(timestamp{}, entry, events);
        result.seconds +=
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        audit.read(events.events());
        check_not_crossed(book, audit);
        const auto size = static_cast<std::uint32_t>(entry.size());
        if (done / progress_every != (done + size) / progress_every) {
            options.progress(done + size);
        }
        done += size;
    }
    check_end(book, result, audit);
    result.commands = options.orders;
    result.resting = book.size();
    result.bids = best_levels(book, side::buy);
    result.asks = best_levels(book, side::sell);
    return result;
}

}  // namespace bourse
