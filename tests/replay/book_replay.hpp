#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "actors/book/event_buffer.hpp"
#include "actors/book/order_book.hpp"
#include "runtime/replay/flow_driver.hpp"

namespace bourse {

/// Sends the steps of a `flow_driver` to a book and counts what agrees with the file.
class book_replay {
public:
    explicit book_replay(market_state state) : book_(rules(), state) {}

    void apply(const std::vector<flow_step>& steps) {
        for (const flow_step& step : steps) {
            apply(step);
        }
    }

    [[nodiscard]] const order_book& book() const noexcept { return book_; }

    std::uint64_t rows = 0;            ///< that the file gives for a step
    std::uint64_t rows_matched = 0;    ///< all levels
    std::uint64_t bests_matched = 0;   ///< best bid and best ask
    std::uint64_t makers = 0;          ///< that the file names for an incoming order
    std::uint64_t makers_matched = 0;  ///< in sequence, with price and lots
    std::uint64_t fills = 0;           ///< trades that the book made
    std::uint64_t incoming = 0;        ///< orders that had to trade
    std::string faults;                ///< what does not agree, by line of the file

private:
    static instrument rules() {
        instrument made;
        made.symbol = symbol_id{1};
        return made;
    }

    void apply(const flow_step& step) {
        events_.clear();
        book_.apply(step.at, step.commands, events_);
        std::vector<flow_fill> made;
        for (const event& e : events_.events()) {
            if (e.reason != reason::none && e.reason != reason::requested &&
                e.reason != reason::operator_request) {
                add_fault(step, "refused or cancelled: " + std::string(to_string(e.reason)));
            }
            if (e.kind == event_kind::fill && (e.flags & event::aggressor) == 0) {
                made.push_back({e.order, e.price, e.lots});
            }
        }
        compare_fills(step, made);
        compare_row(step);
    }

    void compare_fills(const flow_step& step, const std::vector<flow_fill>& made) {
        incoming += step.fills.empty() ? 0U : 1U;
        makers += step.fills.size();
        fills += made.size();
        // Two reports in a row about one maker and price are one trade of a larger order.
        std::size_t at = 0;
        std::int64_t used = 0;
        for (const flow_fill& wanted : step.fills) {
            const bool same = at < made.size() && made[at].maker == wanted.maker &&
                              made[at].price == wanted.price &&
                              made[at].lots.lots - used >= wanted.lots.lots;
            if (!same) {
                add_fault(step, "order " + std::to_string(wanted.maker.value) + " not hit in turn");
                return;
            }
            ++makers_matched;
            used += wanted.lots.lots;
            if (used == made[at].lots.lots) {
                ++at;
                used = 0;
            }
        }
        if (at != made.size()) {
            add_fault(step, "trades that are not in the file");
        }
    }

    void compare_row(const flow_step& step) {
        if (!step.row) {
            return;
        }
        ++rows;
        const auto bids = best_levels(side::buy, step.row->levels);
        const auto asks = best_levels(side::sell, step.row->levels);
        if (shows(*step.row, bids, asks)) {
            ++rows_matched;
        }
        depth_row best = *step.row;
        best.bids.resize(std::min<std::size_t>(best.bids.size(), 1));
        best.asks.resize(std::min<std::size_t>(best.asks.size(), 1));
        if (shows(best, best_levels(side::buy, 1), best_levels(side::sell, 1))) {
            ++bests_matched;
        } else {
            add_fault(step, "another best level");
        }
    }

    std::vector<book_level> best_levels(side which, std::size_t count) const {
        std::vector<book_level> levels(count);
        levels.resize(book_.depth(which, levels));
        return levels;
    }

    void add_fault(const flow_step& step, const std::string& sentence) {
        if (faults.size() < 2'000) {
            faults += "line " + std::to_string(step.line) + ": " + sentence + "\n";
        }
    }

    order_book book_;
    event_buffer events_;
};

}  // namespace bourse
