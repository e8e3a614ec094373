#include "messages/instrument.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

namespace bourse {
namespace {

constexpr std::size_t max_tick_rows = 32;
constexpr std::uint32_t max_live_orders = 1U << 22;

const char* find_tick_fault(const std::vector<tick_row>& rows) noexcept {
    if (rows.empty() || rows.size() > max_tick_rows) {
        return "the tick table must have 1 to 32 rows";
    }
    if (rows.front().from_ticks != 0) {
        return "the first row of the tick table must begin at 0";
    }
    // The first row's `before` is the row itself: 0 is a multiple of every tick.
    const tick_row* before = &rows.front();
    for (const tick_row& row : rows) {
        if (row.tick_ticks < 1) {
            return "every tick in the tick table must be at least 1";
        }
        if (before != &row && row.from_ticks <= before->from_ticks) {
            return "every row of the tick table must begin above the row before it";
        }
        if (row.from_ticks % row.tick_ticks != 0 || row.from_ticks % before->tick_ticks != 0) {
            return "every row of the tick table must begin at a multiple of its own tick and of "
                   "the "
                   "tick of the row before it";
        }
        before = &row;
    }
    return nullptr;
}

const char* find_quantity_fault(const instrument& rules) noexcept {
    if (rules.lot.lots < 1) {
        return "the lot must be at least 1";
    }
    if (rules.min_quantity.lots < 0) {
        return "the smallest quantity must be 0 (no limit) or more";
    }
    if (rules.max_quantity.lots < 0) {
        return "the largest quantity must be 0 (no limit) or more";
    }
    if (rules.max_quantity.lots > 0 && rules.max_quantity.lots < rules.min_quantity.lots) {
        return "the largest quantity must be 0 (no limit) or at least the smallest";
    }
    return nullptr;
}

const char* find_notional_fault(const instrument& rules) noexcept {
    if (rules.min_notional < 0) {
        return "the smallest notional must be 0 (no limit) or more";
    }
    if (rules.max_notional < 0) {
        return "the largest notional must be 0 (no limit) or more";
    }
    if (rules.max_notional > 0 && rules.max_notional < rules.min_notional) {
        return "the largest notional must be 0 (no limit) or at least the smallest";
    }
    return nullptr;
}

const char* find_auction_fault(const instrument& rules) noexcept {
    if (rules.volatility_auction.ns < 0) {
        return "the length of a volatility auction must not be negative";
    }
    if (rules.volatility_bps > 0 && rules.volatility_auction.ns == 0) {
        return "the length of a volatility auction must be above 0 where there is a volatility "
               "corridor";
    }
    if (rules.reopening_auction.ns < 0) {
        return "the length of a reopening auction must be 0 (none is held) or more";
    }
    return nullptr;
}

}  // namespace

const char* find_fault(const instrument& rules) noexcept {
    if (const char* fault = find_tick_fault(rules.ticks)) {
        return fault;
    }
    if (const char* fault = find_quantity_fault(rules)) {
        return fault;
    }
    if (const char* fault = find_notional_fault(rules)) {
        return fault;
    }
    if (const char* fault = find_auction_fault(rules)) {
        return fault;
    }
    if (rules.max_orders < 1 || rules.max_orders > max_live_orders) {
        return "the largest number of live orders must be 1 to 2^22 (4194304)";
    }
    return nullptr;
}

std::int64_t tick_at(const instrument& rules, price at) noexcept {
    const wide_int size = at.ticks < 0 ? -wide_int{at.ticks} : wide_int{at.ticks};
    const auto behind = std::upper_bound(
        rules.ticks.begin(), rules.ticks.end(), size,
        [](wide_int wanted, const tick_row& row) { return wanted < row.from_ticks; });
    return std::prev(behind)->tick_ticks;
}

// Each row begins on a multiple of its tick and of the one before, so rounding within a row never
// leaves the table.
std::optional<price> round_to_tick(const instrument& rules, price at, bool down) noexcept {
    const std::int64_t tick = tick_at(rules, at);
    const std::int64_t behind = at.ticks % tick;
    if (behind == 0) {
        return at;
    }
    // C++ rounds quotients towards zero: `behind` has the sign of the price.
    const std::int64_t towards_zero = at.ticks - behind;
    const bool zero_is_right = down == (at.ticks > 0);
    const wide_int rounded =
        zero_is_right ? towards_zero : wide_int{towards_zero} + (down ? -tick : tick);
    const auto fits = narrow(rounded);
    return fits ? std::optional{price{*fits}} : std::nullopt;
}

}  // namespace bourse
