// Memory that commands and answers will need, asked for while others are done.
#include <array>
#include <type_traits>
#include <variant>

#include "actors/ledger/ledger.hpp"

namespace bourse {

// Large tables are not in the cache, and what a command needs is a chain: a hash leads to a slot, the
// slot to a row, that to others. An entry tells in advance which chains will be walked. All of them go a step together,
// and those of one kind without a branch between, as nobody can foretell which kind of command is next.
void ledger::ask_for(std::span<const shard_command* const> soon,
                     std::span<found_ahead> found) const noexcept {
    std::array<std::uint8_t, asked_together> submits;
    std::array<std::uint8_t, asked_together> changes;  // cancels and replaces
    std::size_t submit_count = 0;
    std::size_t change_count = 0;
    for (std::size_t i = 0; i < soon.size(); ++i) {
        const std::size_t kind = soon[i]->index();
        static_assert(std::is_same_v<std::variant_alternative_t<0, shard_command>, submit_order> &&
                      std::is_same_v<std::variant_alternative_t<1, shard_command>, submit_cancel> &&
                      std::is_same_v<std::variant_alternative_t<2, shard_command>, submit_replace>);
        submits[submit_count] = static_cast<std::uint8_t>(i);
        submit_count += static_cast<std::size_t>(kind == 0);
        changes[change_count] = static_cast<std::uint8_t>(i);
        change_count += static_cast<std::size_t>(kind - 1 < 2);
        found[i] = {};
    }
    const auto submits_of = std::span{submits}.first(submit_count);
    const auto changes_of = std::span{changes}.first(change_count);
    const auto order_named = [&](std::size_t i) {
        const auto* cancel = std::get_if<submit_cancel>(soon[i]);
        const auto* replace = std::get_if<submit_replace>(soon[i]);
        if (cancel == nullptr && replace == nullptr) {
            __builtin_unreachable();  // there is nothing else among the changes
        }
        return cancel != nullptr ? cancel->order : replace->order;
    };
    // In turn, so that what one step asks for comes while another one is done.
    for (const std::size_t i : changes_of) {
        orders_by_id_.prefetch(order_named(i));
    }
    for (const std::size_t i : submits_of) {
        const submit_order& submit = *std::get_if<submit_order>(soon[i]);
        client_ids_.prefetch(submit.order.account, submit.request.id);
        found[i].account = find_account(submit.order.account);
        found[i].listing = listings_by_symbol_.find(submit.symbol.value);
        if (found[i].account != no_slot) [[likely]] {
            __builtin_prefetch(&accounts_[found[i].account]);
        }
    }
    for (const std::size_t i : changes_of) {
        found[i].order = ask_for_order(order_named(i));
    }
    for (const std::size_t i : submits_of) {
        const submit_order& submit = *std::get_if<submit_order>(soon[i]);
        if (found[i].listing == no_slot) [[unlikely]] {
            continue;
        }
        const asset_id currency = asset_of(listings_[found[i].listing].what.currency);
        found[i].lots = find_position(submit.order.account, asset_of(submit.symbol));
        found[i].cash = find_position(submit.order.account, currency);
        for (const slot at : {found[i].lots, found[i].cash}) {
            if (at != no_slot) [[likely]] {
                ask_for_two_lines(&positions_[at]);
            }
        }
    }
    for (const std::size_t i : changes_of) {
        ask_for_holdings(found[i].order);
    }
}

}  // namespace bourse
