// Memory that commands and answers will need, asked for while others are done.
#include <variant>

#include "actors/ledger/ledger.hpp"

namespace bourse {

// Large tables are not in the cache, and what a command needs is a chain: a hash leads to a slot, the
// slot to a row. An entry tells in advance which chains will be walked.
void ledger::ask_for_lookup(const shard_command& soon) const noexcept {
    if (const auto* submit = std::get_if<submit_order>(&soon)) {
        client_ids_.prefetch(submit->order.account, submit->request.id);
        if (const slot account = find_account(submit->order.account); account != no_slot) {
            __builtin_prefetch(&accounts_[account]);
        }
    } else if (const auto* cancel = std::get_if<submit_cancel>(&soon)) {
        orders_by_id_.prefetch(cancel->order);
    } else if (const auto* replace = std::get_if<submit_replace>(&soon)) {
        orders_by_id_.prefetch(replace->order);
    }
}

void ledger::ask_for_rows(const shard_command& soon) const noexcept {
    if (const auto* submit = std::get_if<submit_order>(&soon)) {
        const slot listing = listings_by_symbol_.find(submit->symbol.value);
        if (listing == no_slot) {
            return;
        }
        const asset_id currency = asset_of(listings_[listing].what.currency);
        for (const asset_id asset : {asset_of(submit->symbol), currency}) {
            if (const slot at = find_position(submit->order.account, asset); at != no_slot) {
                ask_for_two_lines(&positions_[at]);
            }
        }
    } else if (const auto* cancel = std::get_if<submit_cancel>(&soon)) {
        ask_for_order(cancel->order);
    } else if (const auto* replace = std::get_if<submit_replace>(&soon)) {
        ask_for_order(replace->order);
    }
}

}  // namespace bourse
