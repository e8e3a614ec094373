// What an account and its risk group may do (RULES.md 4.1, numbers 10 to 18).
#include <algorithm>

#include "actors/ledger/order_path.hpp"

namespace bourse {

namespace {

/// Zero is no limit.
[[nodiscard]] bool exceeds(wide_int amount, std::int64_t limit) noexcept {
    return limit != 0 && amount > limit;
}

}  // namespace

reason ledger::check_limits(const change& what) const {
    const account_state& account = accounts_[what.account];
    const position_state& lots = positions_[what.lots];
    const position_state& cash = positions_[what.cash];
    const risk_group_state* group =
        account.risk_group == no_slot ? nullptr : &risk_groups_[account.risk_group];
    // True if `broken` says so of the account or of its group.
    const auto either = [&](auto&& broken) {
        return broken(lots, cash) ||
               (group != nullptr && broken(positions_[lots.group], positions_[cash.group]));
    };
    if (either([&](const position_state& symbol, const position_state&) {
            return exceeds(what.order_lots, symbol.max_order);
        })) {
        return reason::order_too_large;
    }
    if (either([&](const position_state&, const position_state& currency) {
            return exceeds(what.order_value, currency.max_order);
        })) {
        return reason::order_value_too_large;
    }
    if (what.is_new &&
        (exceeds(account.open_orders + wide_int{1}, account.max_open_orders) ||
         (group != nullptr && exceeds(group->open_orders + wide_int{1}, group->max_open_orders)))) {
        return reason::too_many_open_orders;
    }
    const bool buys = what.side == side::buy;
    const std::int64_t more =
        buys ? what.after.buys - what.before.buys : what.after.sells - what.before.sells;
    const bool grows = what.is_new || more > 0;
    if (grows && either([&](const position_state& symbol, const position_state&) {
            return exceeds(
                buys ? symbol.total + symbol.second + more : symbol.reserved + more - symbol.total,
                symbol.max_total);
        })) {
        return reason::position_too_large;
    }
    if (either([&](const position_state&, const position_state& currency) {
            return exceeds(turnover_today(currency) + what.trade_value, currency.max_total);
        })) {
        return reason::turnover_too_large;
    }
    if (is_fat_finger(what, account.fat_finger_bps) ||
        (group != nullptr && is_fat_finger(what, group->fat_finger_bps))) {
        return reason::fat_finger;
    }
    if (what.reduce_only && grows &&
        (buys ? -lots.total - (lots.second + more) : lots.total - (lots.reserved + more)) < 0) {
        return reason::would_increase;
    }
    return check_available(what.lots, what.cash, what.after.sells - what.before.sells,
                           what.after.cash - what.before.cash);
}

bool ledger::is_fat_finger(const change& what, std::int64_t bps) const {
    const listing_state& listed = listings_[what.listing];
    if (bps == 0 || !listed.has_reference) {
        return false;
    }
    const wide_int reference = listed.reference.ticks;
    const wide_int width = magnitude(reference) * bps / 10'000;
    return what.side == side::buy ? what.worst.ticks > reference + width
                                  : what.worst.ticks < reference - width;
}

wide_int ledger::turnover_today(const position_state& cash) const noexcept {
    return cash.day == day_ ? cash.second : 0;
}

void ledger::add_turnover(position_state& cash, std::int64_t value) noexcept {
    cash.second = turnover_today(cash) + magnitude(value);
    cash.day = day_;
}

}  // namespace bourse
