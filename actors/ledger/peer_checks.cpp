// Whether what another shard says can be true (shard RULES 4.7).
#include "actors/ledger/charges.hpp"
#include "actors/ledger/ledger.hpp"

namespace bourse {

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
        !is_size(what.remaining) || !is_size(what.filled)) {
        return false;
    }
    switch (what.kind) {
        case event_kind::accepted:
        case event_kind::rejected:
        case event_kind::cancelled:
        case event_kind::cancel_rejected:
        case event_kind::reduced:
        case event_kind::triggered:
        case event_kind::activated:
        case event_kind::refilled:
        case event_kind::prevented:
            return true;
        case event_kind::replaced:
        case event_kind::replace_rejected:
            return order.pending_count > 0;
        case event_kind::fill:
            return what.side == order.side && what.lots.lots > 0 && what.lots <= order.remaining &&
                   (order.side == side::buy ? what.price <= order.worst
                                            : what.price >= order.worst) &&
                   value_of(what.price, what.lots, listed.tick_value).has_value();
        default:
            return false;
    }
}

bool ledger::can_be(const transfer_message& what) const noexcept {
    return check_amount(what.asset, what.amount) != reason::invalid_request &&
           what.amount <= max_holding;
}

bool ledger::can_be(const transfer_returned& what) const noexcept {
    return can_be(what.what) && find_account(what.what.from) != no_slot;
}

}  // namespace bourse
