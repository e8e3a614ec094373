// What books answer, settled in the entry of the answer (RULES.md 4.9 to 4.12, 8).
#include <algorithm>

#include "actors/ledger/order_path.hpp"
#include "messages/assert.hpp"

namespace bourse {

// --- Lines --------------------------------------------------------------------------------------

void ledger::move(slot at, std::int64_t amount, line_kind kind, symbol_id symbol, order_id order,
                  std::uint64_t number) {
    if (amount == 0) {
        return;
    }
    touch(table::positions, at);
    position_state& position = positions_[at];
    position.total += amount;
    if (position.group != no_slot) {
        positions_[position.group].total += amount;
    }
    lines_->push_back({.holder = position.holder,
                       .asset = position.asset,
                       .amount = amount,
                       .order = order,
                       .number = number,
                       .symbol = symbol,
                       .kind = kind});
}

// --- Fills --------------------------------------------------------------------------------------

// 8.1, before the lots move. `whole` is what the fill cost or brought, fee included.
[[gnu::always_inline]] inline void ledger::book_cost(position_state& lots, side which,
                                                     quantity traded, wide_int whole) {
    const bool buys = which == side::buy;
    const bool is_long = lots.total > 0;
    const wide_int held = magnitude(lots.total);
    if (held == 0 || is_long == buys) {
        lots.cost += whole;
        return;
    }
    const wide_int closed = std::min(wide_int{traded.lots}, held);
    const wide_int out = share(lots.cost, closed, held);
    const wide_int part = share(whole, closed, traded.lots);
    lots.realised += is_long ? part - out : out - part;
    lots.cost = closed < traded.lots ? whole - part : lots.cost - out;
}

// 4.10.
[[gnu::always_inline]] inline void ledger::settle_fill(open_order& order, const event& fill,
                                                       shard_id book_shard, report& told) {
    const listing_state& listed = listings_[order.listing];
    const auto value = value_of(fill.price, fill.lots, listed.what.tick_value);
    BOURSE_ASSERT(value);  // the side that pays has reserved at least as much
    const fee_tier& tier = listed.what.fees[order.tier];
    const fee_rate& rate = (fill.flags & event::in_auction) != 0  ? tier.auction
                           : (fill.flags & event::aggressor) != 0 ? tier.taker
                                                                  : tier.maker;
    rounded_fee fee = fee_of(*value, fill.lots, rate, order.residue);
    if (BOURSE_PLANTED(fee_rounded_down) && fee.residue != 0) {
        fee = {.charged = fee.charged - 1, .residue = 0};
    }
    order.residue = fee.residue;
    const std::int64_t cash = -signed_by(order.side, *value);
    const std::int64_t lots = signed_by(order.side, fill.lots.lots);
    told.cash.minor = cash;
    told.fee.minor = fee.charged;

    BOURSE_ASSERT(book_shard == listed.what.book_shard);
    if (BOURSE_PLANTED(settle_twice)) {
        move(order.cash_position, cash, line_kind::trade, fill.symbol, fill.order, fill.number);
        move(listed.clearing_cash, -cash, line_kind::trade, fill.symbol, fill.order, fill.number);
    }
    for (const slot each : {order.symbol_position, order.cash_position, listed.clearing_cash,
                            listed.clearing_lots, listed.fees}) {
        touch(table::positions, each);
    }
    position_state& held = positions_[order.symbol_position];
    position_state& currency = positions_[order.cash_position];
    const wide_int moved = wide_int{cash} - fee.charged;
    book_cost(held, order.side, fill.lots, order.side == side::buy ? -moved : moved);
    held.total += lots;
    currency.total += moved;
    positions_[listed.clearing_cash].total -= cash;
    positions_[listed.clearing_lots].total -= lots;
    positions_[listed.fees].total += fee.charged;
    add_turnover(currency, *value);
    if (held.group != no_slot) [[unlikely]] {
        positions_[held.group].total += lots;
        position_state& group = positions_[currency.group];
        touch(table::positions, currency.group);
        group.total += moved;
        add_turnover(group, *value);
    }
    tell_lines(fill, currency.holder, listed, cash, lots, fee.charged);
}

// The lines of a fill, in one run: pairs that add up to zero, without those that are zero.
[[gnu::always_inline]] inline void ledger::tell_lines(const event& fill, account_id holder,
                                                      const listing_state& listed,
                                                      std::int64_t cash, std::int64_t lots,
                                                      std::int64_t fee) {
    const asset_id currency = asset_of(listed.what.currency);
    const asset_id symbol = asset_of(fill.symbol);
    const account_id clearing = clearing_holder(listed.what.book_shard);
    const std::size_t before = lines_->size();
    lines_->resize(before + (cash != 0 ? 2U : 0U) + 2U + (fee != 0 ? 2U : 0U));
    ledger_line* next = lines_->data() + before;
    const auto tell = [&](account_id to, asset_id asset, std::int64_t amount, line_kind kind) {
        // Field by field in place: what is put together elsewhere and copied whole waits for its parts.
        next->holder = to;
        next->asset = asset;
        next->amount = amount;
        next->order = fill.order;
        next->number = fill.number;
        next->symbol = fill.symbol;
        next->kind = kind;
        next->reserved[0] = next->reserved[1] = next->reserved[2] = 0;
        ++next;
    };
    if (cash != 0) [[likely]] {
        tell(holder, currency, cash, line_kind::trade);
        tell(clearing, currency, -cash, line_kind::trade);
    }
    tell(holder, symbol, lots, line_kind::trade);
    tell(clearing, symbol, -lots, line_kind::trade);
    if (fee != 0) [[likely]] {
        tell(holder, currency, -fee, line_kind::fee);
        tell(fee_holder, currency, fee, line_kind::fee);
    }
}

// --- Answers of books ---------------------------------------------------------------------------

void ledger::settle(const event& what, shard_id book_shard, slot soon) {
    const bool is_there = soon != no_slot && orders_[soon].id == what.order;
    const slot at = is_there ? soon : orders_by_id_.find(what.order);
    if (at == no_slot) [[unlikely]] {
        return tell_of_no_order(what);
    }
    touch(table::orders, at);
    open_order& order = orders_[at];
    report& told = add_report(order.account, what, order.client);
    const auto take_over = [&] {
        order.remaining = what.remaining;
        order.filled = what.filled;
        order.version = what.version;
    };
    switch (what.kind) {
        case event_kind::accepted:
            take_over();
            note_answer(order.remembered, order.id, what.reason, true, told.number);
            return;
        case event_kind::fill:
            settle_fill(order, what, book_shard, told);
            take_over();
            if (order.group != no_slot) [[unlikely]] {
                note_group_fill(order, what.is_final());
            }
            break;
        case event_kind::cancelled:
            told.what.reason = what.reason == reason::requested && order.cause != reason::none
                                   ? order.cause
                                   : what.reason;
            return end_order(at);
        default:
            settle_rare(at, what, told);
            break;
    }
    if (what.is_final()) {
        end_order(at);
    } else {
        refresh(at);
    }
}

// All that is neither an order's acceptance nor a fill nor its end.
void ledger::settle_rare(slot at, const event& what, report& told) {
    open_order& order = orders_[at];
    if (what.kind == event_kind::rejected) {
        note_answer(order.remembered, order.id, what.reason, true, told.number);
        if (order.group != no_slot) {
            cancel_group(order.group, at);
        }
        return;
    }
    if (what.kind == event_kind::replaced || what.kind == event_kind::replace_rejected) {
        const slot answered = end_pending(order, what, told.client);
        note_answer(answered, order.id, what.reason, true, told.number);
    }
    if ((what.kind != event_kind::replace_rejected || BOURSE_PLANTED(release_on_refusal)) &&
        what.kind != event_kind::cancel_rejected) {
        order.remaining = what.remaining;
        order.filled = what.filled;
        order.version = what.version;
    }
}

// An order that has ended meanwhile, or never was.
void ledger::tell_of_no_order(const event& what) {
    BOURSE_ASSERT(what.kind == event_kind::cancel_rejected ||
                  what.kind == event_kind::replace_rejected);
    if (what.account != account_id{}) {
        add_report(find_account(what.account), what, {});
    }
}

// 4.9: the oldest pending replace has been answered. Returns by what it is remembered, and what the
// client calls it.
slot ledger::end_pending(open_order& order, const event& what, client_id& client) {
    BOURSE_ASSERT(order.pending_count > 0);
    pending_replaces& waiting = pending_[order.pending];
    const client_id its = waiting.replaces[0].client;
    const slot remembered = waiting.remembered[0];
    std::shift_left(waiting.replaces.begin(), waiting.replaces.end(), 1);
    std::shift_left(waiting.remembered.begin(), waiting.remembered.end(), 1);
    --order.pending_count;
    if (what.kind == event_kind::replaced) {
        order.worst = what.price;
        if (its.is_remembered()) {
            order.client = its;
        }
    }
    client = its.is_none() ? order.client : its;
    return remembered;
}

// 4.11.
void ledger::clear(const event& fill, std::uint32_t listing, shard_id account_shard) {
    const listing_state& listed = listings_[listing];
    const auto value = value_of(fill.price, fill.lots, listed.what.tick_value);
    BOURSE_ASSERT(value);
    const bool buys = fill.side == side::buy;
    const std::int64_t cash = buys ? -*value : *value;
    const std::int64_t lots = buys ? fill.lots.lots : -fill.lots.lots;
    const account_id peer = clearing_holder(account_shard);
    const slot peer_cash = position_of(peer, asset_of(listed.what.currency));
    const slot peer_lots = position_of(peer, asset_of(fill.symbol));
    const auto book = [&](slot position, std::int64_t amount) {
        move(position, amount, line_kind::clearing, fill.symbol, fill.order, fill.number);
    };
    book(peer_cash, cash);
    book(listed.clearing_cash, -cash);
    book(peer_lots, lots);
    book(listed.clearing_lots, -lots);
}

// --- Cost -----------------------------------------------------------------------------------------

// 8.2: what goes with `amount` lots that leave, before they move.
std::int64_t ledger::take_cost(position_state& lots, std::int64_t amount) {
    if (lots.total <= 0) {
        return 0;
    }
    const wide_int taken = share(lots.cost, std::min(wide_int{amount}, lots.total), lots.total);
    lots.cost -= taken;
    return saturate(taken);
}

// 8.2: of `amount` lots that come, before they move.
void ledger::add_cost(position_state& lots, std::int64_t amount, std::int64_t cost) {
    if (lots.total >= 0) {
        lots.cost += cost;
        return;
    }
    const wide_int closed = std::min(wide_int{amount}, -lots.total);
    lots.cost -= share(lots.cost, closed, -lots.total);
    if (closed < amount) {
        lots.cost += share(cost, amount - closed, amount);
    }
}

}  // namespace bourse
