// Assets that move without a trade (RULES.md 9).
#include <algorithm>
#include <limits>
#include <optional>

#include "actors/ledger/order_path.hpp"
#include "messages/assert.hpp"

namespace bourse {

namespace {

constexpr std::int64_t max_ratio = 1'000'000;

// 1.1: as the amount of a line and of its opposite; or nothing.
std::optional<std::int64_t> line_amount(wide_int amount) {
    return amount == std::numeric_limits<std::int64_t>::min() ? std::nullopt : narrow(amount);
}

// The lots may be beyond 64 bits (9.4), and so their product with anything.
std::optional<std::int64_t> line_amount(wide_int lots, std::int64_t per_lot) {
    const auto small = narrow(lots);
    return small ? line_amount(wide_int{*small} * per_lot) : std::nullopt;
}

}  // namespace

// --- What they share ----------------------------------------------------------------------------

// 9.1: 3.2, then `check`, then `act` or a refusal. The command's account is known to `act`.
template <class Command, class Check, class Do>
void ledger::carry_out(const Command& asked, Check&& check, Do&& act) {
    const slot account = find_account(asked.account);
    const admission in = admit_client(account, asked.account, asked.request);
    reason why = in.why;
    if (!in.goes_on && why == reason::none) {
        return;
    }
    if (in.goes_on) {
        why = check(account);
    }
    if (why != reason::none) {
        answer(account, event_kind::command_refused, asked.account, why, asked.request.id,
               in.remembered);
        return;
    }
    act(account, in.remembered);
}

reason ledger::check_amount(asset_id asset, std::int64_t amount) const noexcept {
    if (amount <= 0 || asset.value == 0 || asset.value == asset_id::currency_bit) {
        return reason::invalid_request;
    }
    if (!asset.is_currency() && listings_by_symbol_.find(asset.value) == no_slot) {
        return reason::unknown_symbol;
    }
    return reason::none;
}

// 9.3.
reason ledger::check_leaves(slot account, asset_id asset, std::int64_t amount) {
    const position_state& position = positions_[position_of_account(account, asset)];
    if (position.total + position.credit - position.reserved < amount) {
        return asset.is_currency() ? reason::insufficient_funds : reason::insufficient_holdings;
    }
    return reason::none;
}

std::uint64_t ledger::tell_adjusted(slot account, asset_id asset, std::int64_t amount,
                                    symbol_id symbol, reason why, client_id client) {
    event what{};
    what.kind = event_kind::adjusted;
    what.reason = why;
    what.number = asset.value;
    what.lots = {amount};
    what.account = accounts_[account].id;
    what.symbol = symbol;
    return add_report(account, what, client).number;
}

// 5.2, 8.2: before the lots move.
void ledger::lots_arrive(slot account, slot at, std::int64_t amount, std::int64_t cost) {
    position_state& position = positions_[at];
    if (position.asset.is_currency()) {
        return;
    }
    protect_reduce_only(account, at, position.total + amount, position.second, position.reserved);
    touch(table::positions, at);
    add_cost(position, amount, cost);
}

std::int64_t ledger::lots_leave(slot account, slot at, std::int64_t amount) {
    position_state& position = positions_[at];
    if (position.asset.is_currency()) {
        return 0;
    }
    protect_reduce_only(account, at, position.total - amount, position.second, position.reserved);
    touch(table::positions, at);
    return take_cost(position, amount);
}

// --- Deposits and withdrawals -------------------------------------------------------------------

void ledger::apply(const deposit& asked) {
    const auto check = [&](slot account) {
        const reason why = check_amount(asked.asset, asked.amount);
        if (why != reason::none) {
            return why;
        }
        if (asked.cost < 0) {
            return reason::invalid_request;
        }
        const slot at = position_of_account(account, asked.asset);
        return positions_[at].total + asked.amount > max_holding ? reason::amount_too_large
                                                                 : reason::none;
    };
    carry_out(asked, check, [&](slot account, slot remembered) {
        const slot at = position_of_account(account, asked.asset);
        lots_arrive(account, at, asked.amount, asked.cost);
        move(at, asked.amount, line_kind::deposit, {});
        if (!BOURSE_PLANTED(deposit_of_nobody)) {
            move(position_of(external_holder, asked.asset), -asked.amount, line_kind::deposit, {});
        }
        note_answer(
            remembered, {}, reason::none, true,
            tell_adjusted(account, asked.asset, asked.amount, {}, reason::none, asked.request.id));
    });
}

void ledger::apply(const withdraw& asked) {
    const auto check = [&](slot account) {
        const reason why = check_amount(asked.asset, asked.amount);
        return why != reason::none ? why : check_leaves(account, asked.asset, asked.amount);
    };
    carry_out(asked, check, [&](slot account, slot remembered) {
        const slot at = position_of_account(account, asked.asset);
        static_cast<void>(lots_leave(account, at, asked.amount));
        move(at, -asked.amount, line_kind::withdrawal, {});
        move(position_of(external_holder, asked.asset), asked.amount, line_kind::withdrawal, {});
        note_answer(
            remembered, {}, reason::none, true,
            tell_adjusted(account, asked.asset, -asked.amount, {}, reason::none, asked.request.id));
    });
}

// --- Transfers ----------------------------------------------------------------------------------

void ledger::apply(const transfer& asked) {
    const bool stays = asked.to_shard == shard_id{} || asked.to_shard == settings_.shard;
    const auto check = [&](slot account) {
        reason why = check_amount(asked.asset, asked.amount);
        if (why == reason::none) {
            why = check_leaves(account, asked.asset, asked.amount);
        }
        if (why == reason::none && asked.to_shard.value > max_shard) {
            why = reason::invalid_request;
        }
        if (why != reason::none) {
            return why;
        }
        if (!stays) {
            return peers_->has_room(asked.to_shard, outbox_room::new_order) ? reason::none
                                                                            : reason::overloaded;
        }
        const slot to = find_account(asked.to);
        if (to == no_slot || to == account) {
            return reason::invalid_request;
        }
        const slot theirs = position_of_account(to, asked.asset);
        return positions_[theirs].total + asked.amount > max_holding ? reason::amount_too_large
                                                                     : reason::none;
    };
    carry_out(asked, check, [&](slot account, slot remembered) {
        stays ? settle_transfer(asked, account, remembered)
              : send_transfer(asked, account, remembered);
    });
}

void ledger::settle_transfer(const transfer& asked, slot account, slot remembered) {
    const slot to = find_account(asked.to);
    const slot ours = position_of_account(account, asked.asset);
    const slot theirs = position_of_account(to, asked.asset);
    const std::int64_t cost = lots_leave(account, ours, asked.amount);
    lots_arrive(to, theirs, asked.amount, cost);
    move(ours, -asked.amount, line_kind::transfer, {});
    move(theirs, asked.amount, line_kind::transfer, {});
    note_answer(
        remembered, {}, reason::none, true,
        tell_adjusted(account, asked.asset, -asked.amount, {}, reason::none, asked.request.id));
    tell_adjusted(to, asked.asset, asked.amount, {}, reason::none, {});
}

void ledger::send_transfer(const transfer& asked, slot account, slot remembered) {
    const slot ours = position_of_account(account, asked.asset);
    const std::int64_t cost = lots_leave(account, ours, asked.amount);
    move(ours, -asked.amount, line_kind::transfer, {});
    move(position_of(clearing_holder(asked.to_shard), asked.asset), asked.amount,
         line_kind::transfer, {});
    peers_->send(asked.to_shard, transfer_message{.from = asked.account,
                                                  .to = asked.to,
                                                  .asset = asked.asset,
                                                  .amount = asked.amount,
                                                  .cost = cost});
    note_answer(
        remembered, {}, reason::none, true,
        tell_adjusted(account, asked.asset, -asked.amount, {}, reason::none, asked.request.id));
}

// 9.4, at the receiver.
reason ledger::take_transfer(const transfer_message& what, shard_id from) {
    const slot to = find_account(what.to);
    if (to == no_slot) {
        return reason::unknown_account;
    }
    if (!what.asset.is_currency() && listings_by_symbol_.find(what.asset.value) == no_slot) {
        return reason::unknown_symbol;
    }
    const slot at = position_of_account(to, what.asset);
    if (positions_[at].total + what.amount > max_holding) {
        return reason::amount_too_large;
    }
    lots_arrive(to, at, what.amount, what.cost);
    move(position_of(clearing_holder(from), what.asset), -what.amount, line_kind::transfer, {});
    move(at, what.amount, line_kind::transfer, {});
    tell_adjusted(to, what.asset, what.amount, {}, reason::none, {});
    return reason::none;
}

// 9.4, back at the sender.
void ledger::take_returned(const transfer_returned& what, shard_id from) {
    const slot account = find_account(what.what.from);
    BOURSE_ASSERT(account != no_slot);
    const slot at = position_of_account(account, what.what.asset);
    lots_arrive(account, at, what.what.amount, what.what.cost);
    move(position_of(clearing_holder(from), what.what.asset), -what.what.amount,
         line_kind::transfer, {});
    move(at, what.what.amount, line_kind::transfer, {});
    tell_adjusted(account, what.what.asset, what.what.amount, {}, what.why, {});
}

// --- Corporate actions --------------------------------------------------------------------------

// The positions of accounts that hold the symbol, long or short, by rising account.
std::vector<slot> ledger::holders_of(symbol_id symbol) const {
    std::vector<slot> holders;
    for (slot account = 0; account < accounts_.used(); ++account) {
        const slot at = find_position(accounts_[account].id, asset_of(symbol));
        if (at != no_slot && positions_[at].total != 0) {
            holders.push_back(at);
        }
    }
    std::sort(holders.begin(), holders.end(),
              [&](slot a, slot b) { return positions_[a].holder < positions_[b].holder; });
    return holders;
}

// 9.5.
void ledger::apply(const split& asked) {
    if (!begin_operator_command(asked.request)) {
        return;
    }
    const slot listing = listings_by_symbol_.find(asked.symbol.value);
    const auto is_ratio = [](std::int64_t part) { return 1 <= part && part <= max_ratio; };
    if (listing == no_slot || !is_ratio(asked.numerator) || !is_ratio(asked.denominator) ||
        asked.cash_per_lot < 0) {
        return answer_operator_command(
            asked.request, listing == no_slot ? reason::unknown_symbol : reason::invalid_request);
    }
    if (listings_[listing].open_orders > 0 || !peers_->is_at_rest(listing)) {
        return answer_operator_command(asked.request, reason::open_orders_exist);
    }
    const asset_id currency = asset_of(listings_[listing].what.currency);
    struct result {
        slot lots;
        std::int64_t moved;
        std::int64_t cash;
    };
    const std::vector<slot> holders = holders_of(asked.symbol);
    std::vector<result> results;
    for (const slot at : holders) {
        const wide_int whole = positions_[at].total * asked.numerator;
        const wide_int lots = whole / asked.denominator;
        const auto cash =
            line_amount(whole % asked.denominator * asked.cash_per_lot / asked.denominator);
        const auto moved = line_amount(lots - positions_[at].total);
        const slot paid = position_of_account(find_account(positions_[at].holder), currency);
        if (magnitude(lots) > max_holding || !cash || !moved ||
            (*cash != 0 && magnitude(positions_[paid].total + *cash) > max_holding)) {
            return answer_operator_command(asked.request, reason::amount_too_large);
        }
        results.push_back({at, *moved, *cash});
    }
    const auto book = [&](slot at, std::int64_t amount) {
        move(at, amount, line_kind::split, asked.symbol);
        move(position_of(external_holder, positions_[at].asset), -amount, line_kind::split,
             asked.symbol);
    };
    for (const result& each : results) {
        const slot account = find_account(positions_[each.lots].holder);
        const slot cash = position_of_account(account, currency);
        book(each.lots, each.moved);
        book(cash, each.cash);
        touch(table::positions, each.lots);
        position_state& lots = positions_[each.lots];
        lots.cost -= magnitude(each.cash);
        if (lots.total == 0) {
            lots.realised += each.moved < 0 ? -lots.cost : lots.cost;
            lots.cost = 0;
        }
    }
    for (const result& each : results) {
        const slot account = find_account(positions_[each.lots].holder);
        if (each.moved != 0) {
            tell_adjusted(account, asset_of(asked.symbol), each.moved, asked.symbol, reason::none,
                          {});
        }
        if (each.cash != 0) {
            tell_adjusted(account, currency, each.cash, asked.symbol, reason::none, {});
        }
    }
    answer_operator_command(asked.request, reason::none);
}

// 9.6.
void ledger::apply(const dividend& asked) {
    if (!begin_operator_command(asked.request)) {
        return;
    }
    const slot listing = listings_by_symbol_.find(asked.symbol.value);
    if (listing == no_slot || asked.per_lot <= 0) {
        return answer_operator_command(
            asked.request, listing == no_slot ? reason::unknown_symbol : reason::invalid_request);
    }
    const std::vector<slot> holders = holders_of(asked.symbol);
    std::vector<std::int64_t> amounts;
    for (const slot at : holders) {
        const auto amount = line_amount(positions_[at].total, asked.per_lot);
        if (!amount) {
            return answer_operator_command(asked.request, reason::amount_too_large);
        }
        amounts.push_back(*amount);
    }
    const asset_id currency = asset_of(listings_[listing].what.currency);
    for (std::size_t i = 0; i < holders.size(); ++i) {
        const slot account = find_account(positions_[holders[i]].holder);
        move(position_of_account(account, currency), amounts[i], line_kind::dividend, asked.symbol);
        move(position_of(external_holder, currency), -amounts[i], line_kind::dividend,
             asked.symbol);
    }
    for (std::size_t i = 0; i < holders.size(); ++i) {
        const slot account = find_account(positions_[holders[i]].holder);
        tell_adjusted(account, currency, amounts[i], asked.symbol, reason::none, {});
    }
    answer_operator_command(asked.request, reason::none);
}

}  // namespace bourse
