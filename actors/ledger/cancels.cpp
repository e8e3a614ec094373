// Cancels: asked for, by leases, of reduce-only orders; and the end of every order (RULES.md 4.6 to 4.8, 5.2).
#include "actors/ledger/order_path.hpp"
#include "messages/assert.hpp"

namespace bourse {

// --- Cancels ------------------------------------------------------------------------------------

void ledger::apply(const submit_cancel& asked, const found_ahead& found) {
    const auto [account, at] = find_named(asked.account, asked.order, asked.named, found);
    const admission in = admit_order(account, asked.account, asked.request);
    const auto refuse = [&, owner = account](slot order, reason why) {
        refuse_change(event_kind::cancel_rejected, owner, asked.account, asked.order, order, why,
                      asked.request.id, in.remembered);
    };
    if (!in.goes_on) [[unlikely]] {
        if (in.why != reason::none) {
            refuse(at, in.why);
        }
        return;
    }
    if (at == no_slot) [[unlikely]] {
        return refuse(no_slot, reason::unknown_order);
    }
    open_order& order = orders_[at];
    if (order.cause != reason::none) [[unlikely]] {
        return refuse(at, reason::too_many_pending);
    }
    if (!has_room(order.listing, outbox_room::change)) [[unlikely]] {
        return refuse(at, reason::overloaded);
    }
    touch(table::orders, at);
    order.cause = reason::requested;
    note_answer(in.remembered, order.id, reason::none, true, 0);
    peers_->pass_on(order.listing, cancel_order{.id = order.id, .account = asked.account}, at);
}

// 4.8.
void ledger::cancel_by_ledger(slot at, reason cause) {
    open_order& order = orders_[at];
    if (order.cause != reason::none) {
        return;
    }
    touch(table::orders, at);
    order.cause = cause;
    peers_->pass_on(order.listing, cancel_order{.id = order.id}, at);
}

template <class Predicate>
void ledger::cancel_each(slot account, reason cause, Predicate&& wanted) {
    for (slot at = accounts_[account].first_order; at != no_slot; at = account_links_[at].newer) {
        if (wanted(at)) {
            cancel_by_ledger(at, cause);
        }
    }
}

void ledger::apply(const submit_mass_cancel& asked) {
    const slot account = find_account(asked.account);
    const admission in = admit_client(account, asked.account, asked.request);
    reason why = in.why;
    if (in.goes_on && static_cast<std::uint8_t>(asked.sides) > 2) {
        why = reason::invalid_request;
    }
    if (why != reason::none) {
        answer(account, event_kind::command_refused, asked.account, why, asked.request.id,
               in.remembered);
    }
    if (why != reason::none || !in.goes_on) {
        return;
    }
    note_answer(in.remembered, {}, reason::none, true, 0);
    cancel_each(account, reason::mass_cancelled, [&](slot each) {
        const open_order& order = orders_[each];
        const symbol_id symbol = listings_[order.listing].what.rules.symbol;
        return (asked.symbol == symbol_id{} || asked.symbol == symbol) &&
               (asked.sides == side_filter::both ||
                (asked.sides == side_filter::buy) == (order.side == side::buy));
    });
}

void ledger::apply(const set_kill_switch& asked) {
    const slot account = find_account(asked.account);
    const admission in = admit_client(account, asked.account, asked.request);
    const reason why = in.why;
    if (!in.goes_on && why == reason::none) {
        return;
    }
    answer(account, why == reason::none ? event_kind::account_changed : event_kind::command_refused,
           asked.account, why, asked.request.id, in.remembered);
    if (why != reason::none) {
        return;
    }
    touch(table::accounts, account);
    accounts_[account].blocked = asked.on;
    if (asked.on) {
        cancel_each(account, reason::killed, [](slot) { return true; });
    }
}

// --- Leases -------------------------------------------------------------------------------------

namespace {

constexpr duration longest_lease{3600LL * 1'000'000'000};

}  // namespace

// Shard RULES 3.2.
void ledger::apply(const renew_lease& asked) {
    const account_id owner = leases_.owner(asked.lease);
    if (find_account(asked.account) == no_slot) {
        return refuse(asked.account, reason::unknown_account);
    }
    if (asked.lease == lease_id{} || asked.until > now_ + longest_lease) {
        return refuse(asked.account, reason::invalid_request);
    }
    if (owner != account_id{} && owner != asked.account) {
        return refuse(asked.account, reason::unknown_lease);
    }
    if (asked.until > now_) {
        if (owner == account_id{} && leases_.size() >= leases::max_leases) {
            return refuse(asked.account, reason::too_many_leases);
        }
        put_lease({.id = asked.lease, .account = asked.account, .until = asked.until});
    } else if (owner != account_id{}) {
        end_lease(asked.lease, asked.account);
    }
}

std::optional<timestamp> ledger::next_lapse() const noexcept {
    const auto first = leases_.first_due();
    return first ? std::optional{first->until} : std::nullopt;
}

void ledger::put_lease(const lease_row& row) {
    if (const slot known = leases_.find(row.id); known != no_slot) {
        touch(table::leases, known);
    }
    leases_.put(row);
    touch(table::leases, leases_.find(row.id));
}

void ledger::lapse_first() {
    const auto first = leases_.first_due();
    BOURSE_ASSERT(first);
    end_lease(first->id, first->account);
}

void ledger::end_lease(lease_id lease, account_id owner) {
    drop(table::leases, leases_.find(lease));
    leases_.erase(lease);
    cancel_each(find_account(owner), reason::disconnected,
                [&](slot each) { return orders_[each].lease == lease; });
}

// --- Reduce-only --------------------------------------------------------------------------------

// 5.2: what the position is about to be. Cancels the reduce-only orders that might then do more.
void ledger::cancel_reduce_only(slot account, slot at, wide_int total, wide_int buys,
                                wide_int sells) {
    const position_state& lots = positions_[at];
    const auto cancel_side = [&](side which) {
        cancel_each(account, reason::reduce_only, [&](slot each) {
            open_order& order = orders_[each];
            if (order.symbol_position != at || order.side != which || !order.reduce_only) {
                return false;
            }
            touch(table::orders, each);
            clear_reduce_only(order);
            return true;
        });
    };
    if (lots.reduce.sells > 0 && total - sells < 0) {
        cancel_side(side::sell);
    }
    if (lots.reduce.buys > 0 && -total - buys < 0) {
        cancel_side(side::buy);
    }
}

void ledger::clear_reduce_only(open_order& order) {
    position_state& lots = positions_[order.symbol_position];
    --(order.side == side::buy ? lots.reduce.buys : lots.reduce.sells);
    order.reduce_only = false;
}

// --- The end ------------------------------------------------------------------------------------

// The replaces that an order's end leaves without an answer.
void ledger::end_replaces(const open_order& order) {
    for (std::size_t i = 0; i < order.pending_count; ++i) {
        note_answer(pending_[order.pending].remembered[i], order.id, reason::unknown_order, true,
                    0);
    }
    pending_.give_back(order.pending);
}

}  // namespace bourse
