// Whether what another shard says can be true (shard RULES 4.7).
#include "actors/ledger/charges.hpp"
#include "actors/ledger/ledger.hpp"

namespace bourse {

bool ledger::can_be(const new_order& asked, symbol_id symbol) const noexcept {
    const slot listing = listings_by_symbol_.find(symbol.value);
    return listing == no_slot ||
           value_of(asked.price, asked.quantity, listings_[listing].what.tick_value).has_value();
}

bool ledger::can_be(const event& what, shard_id from) const noexcept {
    const slot at = orders_by_id_.find(what.order);
    if (at == no_slot) {
        const bool is_late =
            what.kind == event_kind::cancel_rejected || what.kind == event_kind::replace_rejected;
        return is_late && (what.account == account_id{} || find_account(what.account) != no_slot);
    }
    const open_order& order = orders_[at];
    const listing& listed = listings_[order.listing].what;
    const auto is_size = [](quantity lots) { return 0 <= lots.lots && lots <= max_order_lots; };
    if (listed.book_shard != from || listed.rules.symbol != what.symbol ||
        what.account != accounts_[order.account].id || !is_size(what.remaining) ||
        !is_size(what.filled)) {
        return false;
    }
    const bool goes_on = what.filled >= order.filled && what.remaining <= order.remaining;
    switch (what.kind) {
        case event_kind::accepted:
        case event_kind::rejected:
        case event_kind::cancelled:
        case event_kind::reduced:
        case event_kind::triggered:
        case event_kind::activated:
        case event_kind::refilled:
        case event_kind::prevented:
            return goes_on;
        case event_kind::cancel_rejected:
            return true;
        case event_kind::replace_rejected:
            return order.pending_count > 0;
        case event_kind::replaced: {
            if (order.pending_count == 0) {
                return false;
            }
            const pending_replace& asked = pending_[order.pending].replaces[0];
            const quantity total =
                asked.set_quantity ? asked.quantity : order.remaining + order.filled;
            return what.price == (asked.set_price ? asked.price : order.worst) &&
                   what.filled >= order.filled && what.remaining + what.filled <= total;
        }
        case event_kind::fill:
            return what.side == order.side && goes_on && what.lots.lots > 0 &&
                   what.lots <= order.remaining - what.remaining &&
                   (order.side == side::buy ? what.price <= order.worst
                                            : what.price >= order.worst) &&
                   value_of(what.price, what.lots, listed.tick_value).has_value();
        default:
            return false;
    }
}

bool ledger::can_be(const transfer_message& what) const noexcept {
    return check_amount(what.asset, what.amount) != reason::invalid_request;
}

bool ledger::can_be(const transfer_returned& what) const noexcept {
    return can_be(what.what) && find_account(what.what.from) != no_slot;
}

}  // namespace bourse
