// Memory that commands and answers will need, asked for while others are done.
#include <variant>

#include "actors/ledger/ledger.hpp"

namespace bourse {

// Large tables are not in the cache, and what a command needs is a chain: a hash leads to a slot, the
// slot to a row. An entry tells in advance which chains will be walked.
void ledger::ask_for_lookup(const shard_command& soon, found_ahead& found) const noexcept {
    found = {};
    if (const auto* submit = std::get_if<submit_order>(&soon)) {
        client_ids_.prefetch(submit->order.account, submit->request.id);
        found.account = find_account(submit->order.account);
        if (found.account != no_slot) {
            __builtin_prefetch(&accounts_[found.account]);
        }
    } else if (const auto* cancel = std::get_if<submit_cancel>(&soon)) {
        orders_by_id_.prefetch(cancel->order);
    } else if (const auto* replace = std::get_if<submit_replace>(&soon)) {
        orders_by_id_.prefetch(replace->order);
    }
}

void ledger::ask_for_rows(const shard_command& soon, found_ahead& found) const noexcept {
    if (const auto* submit = std::get_if<submit_order>(&soon)) {
        found.listing = listings_by_symbol_.find(submit->symbol.value);
        if (found.listing == no_slot) {
            return;
        }
        const asset_id currency = asset_of(listings_[found.listing].what.currency);
        found.lots = find_position(submit->order.account, asset_of(submit->symbol));
        found.cash = find_position(submit->order.account, currency);
        for (const slot at : {found.lots, found.cash}) {
            if (at != no_slot) {
                ask_for_two_lines(&positions_[at]);
            }
        }
    } else if (const auto* cancel = std::get_if<submit_cancel>(&soon)) {
        found.order = ask_for_order(cancel->order);
    } else if (const auto* replace = std::get_if<submit_replace>(&soon)) {
        found.order = ask_for_order(replace->order);
    }
}

}  // namespace bourse
