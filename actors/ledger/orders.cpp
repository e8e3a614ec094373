// Orders and replaces on their way to the book (RULES.md 4): checked, reserved, passed on.
#include <algorithm>

#include "actors/ledger/order_path.hpp"

namespace bourse {

/// A new order that has been looked at and not yet been made.
struct ledger::draft {
    slot account = no_slot;
    slot lots = no_slot;  ///< the account's position in the symbol
    slot cash = no_slot;  ///< and in its currency
    slot listing = no_slot;
    price worst{};
    std::int64_t trade_value = 0;  ///< |value| at the worst price
    contribution its{};
    bool grouped = false;
    // How the order's unit, itself or its group, grows.
    std::int64_t more_buys = 0;
    std::int64_t more_sells = 0;
};

namespace {

constexpr wide_int beyond_any_limit = wide_int{1} << 64U;

[[nodiscard]] bool is_peg(order_type type) noexcept {
    return type == order_type::primary_peg || type == order_type::mid_peg;
}

[[nodiscard]] bool in_range(quantity lots) noexcept {
    return lots.lots >= 1 && lots <= max_order_lots;
}

// 4.1, number 4, but for the quantity.
[[nodiscard, gnu::noinline]] bool is_well_formed(const submit_order& asked) noexcept {
    const new_order& order = asked.order;
    return static_cast<std::uint8_t>(order.side) <= 1 &&
           static_cast<std::uint8_t>(order.type) < order_type_count &&
           static_cast<std::uint8_t>(order.role) < group_role_count && order.id == order_id{} &&
           order.trade_group == trade_group_id{} && order.group.value >> 32U == 0 &&
           !(asked.reduce_only && (order.group != order_group_id{} || is_peg(order.type)));
}

// True of a limit order of either side that asks for nothing of the ledger: it is well formed. Asked at once.
[[nodiscard]] bool is_ordinary(const submit_order& asked) noexcept {
    const new_order& order = asked.order;
    const auto modes = static_cast<std::uint32_t>(order.type) |
                       static_cast<std::uint32_t>(order.role) |
                       (static_cast<std::uint32_t>(order.side) & ~1U) |
                       static_cast<std::uint32_t>(asked.reduce_only);
    return (order.id.value | order.trade_group.value | order.group.value | modes) == 0;
}

}  // namespace

// --- New orders ---------------------------------------------------------------------------------

// 4.1, numbers 2 to 6.
[[gnu::always_inline]] inline reason ledger::check_fields(const submit_order& asked,
                                                          draft& out) const noexcept {
    const new_order& order = asked.order;
    if (accounts_[out.account].blocked) [[unlikely]] {
        return reason::account_blocked;
    }
    if (out.listing == no_slot) [[unlikely]] {
        out.listing = listings_by_symbol_.find(asked.symbol.value);
    }
    if (out.listing == no_slot) [[unlikely]] {
        return reason::unknown_symbol;
    }
    if (!in_range(order.quantity) || !(is_ordinary(asked) || is_well_formed(asked))) [[unlikely]] {
        return reason::invalid_request;
    }
    if (asked.lease != lease_id{} && leases_.owner(asked.lease) != order.account) {
        return reason::unknown_lease;
    }
    if (orders_.live() >= settings_.max_open_orders ||
        !has_room(out.listing, outbox_room::new_order)) [[unlikely]] {
        return reason::overloaded;
    }
    return reason::none;
}

// 4.2.
std::optional<price> ledger::protection_price(const listing_state& listed, side which) noexcept {
    if (!listed.has_reference) {
        return std::nullopt;
    }
    const instrument& rules = listed.what.rules;
    const bool buys = which == side::buy;
    const wide_int reference = listed.reference.ticks;
    const auto width = [&](std::uint32_t bps) { return magnitude(reference) * bps / 10'000; };
    wide_int distance = width(listed.what.protection_bps);
    if (rules.band_bps != 0) {
        distance = std::min(distance, width(rules.band_bps));
    }
    return round_to_tick(rules, {saturate(reference + (buys ? distance : -distance))}, buys);
}

// 4.1, numbers 7 and 8, and what the limits look at.
[[gnu::always_inline]] inline reason ledger::draft_order(const submit_order& asked, draft& out) {
    const new_order& order = asked.order;
    const listing_state& listed = listings_[out.listing];
    out.worst = order.price;
    if (!asked.has_price) {
        const auto protection = protection_price(listed, order.side);
        if (!protection) {
            return reason::no_reference_price;
        }
        out.worst = *protection;
    }
    if (out.lots == no_slot) [[unlikely]] {
        out.lots = position_of_account(out.account, asset_of(asked.symbol));
    }
    if (out.cash == no_slot) [[unlikely]] {
        out.cash = position_of_account(out.account, asset_of(listed.what.currency));
    }
    const bool buys = order.side == side::buy;
    const std::int64_t tick_value = listed.what.tick_value;
    const auto value = value_of(out.worst, order.quantity, tick_value);
    if (!value) {
        return reason::amount_too_large;
    }
    const auto cost = worst_cost(order.side, *value, order.quantity,
                                 listed.worst[accounts_[out.account].tier], 0);
    if (!cost) {
        return reason::amount_too_large;
    }
    out.trade_value = *value < 0 ? -*value : *value;
    out.its = {.lots = order.quantity.lots, .cash = *cost};
    out.more_buys = if_buy(order.side, order.quantity.lots);
    out.more_sells = order.quantity.lots - out.more_buys;
    const position_state& lots = positions_[out.lots];
    // All of it is looked at, as nobody can foretell an order's side.
    const bool too_many = lots.total + lots.second + order.quantity.lots > max_holding;
    return (static_cast<int>(buys) & static_cast<int>(too_many)) != 0 ? reason::amount_too_large
                                                                      : reason::none;
}

// 4.1, numbers 9 to 18, of an order that has a group, or an account that has limits.
reason ledger::check_carefully(const submit_order& asked, draft& drafted) const {
    change what{
        .account = drafted.account,
        .lots = drafted.lots,
        .cash = drafted.cash,
        .listing = drafted.listing,
        .side = asked.order.side,
        .is_new = true,
        .reduce_only = asked.reduce_only,
        .worst = drafted.worst,
        .order_lots = asked.order.quantity.lots,
        .order_value = drafted.trade_value,
        .trade_value = drafted.trade_value,
        .after = drafted.its.of(asked.order.side),
    };
    if (asked.order.group != order_group_id{}) {
        if (const reason why = draft_member(asked, drafted, what); why != reason::none) {
            return why;
        }
    }
    return check_limits(what);
}

// 6.1, 6.2: how the order's group would count with it.
reason ledger::draft_member(const submit_order& asked, draft& drafted, change& out) const {
    const new_order& order = asked.order;
    const slot found = find_group(out.account, order.group);
    order_group group{};
    if (found != no_slot) {
        group = groups_[found];
        if (group.admitted >= group.size || group.broken || group.size != order.group_size ||
            group.listing != out.listing) {
            return reason::invalid_group;
        }
    } else if (!makes_group(order)) {
        return reason::none;
    }
    group.has_exit = group.has_exit || order.role == group_role::exit;
    open_order member{};
    member.id = {~std::uint64_t{0}};
    member.worst = out.worst;
    member.remaining = order.quantity;
    member.listing = out.listing;
    member.side = order.side;
    member.tier = accounts_[out.account].tier;
    member.role = order.role;
    drafted.grouped = true;
    drafted.its = try_contribution(member, &group, nullptr).value_or(drafted.its);
    out.before = group.now;
    out.after = exposure_with(group, &member, drafted.its);
    drafted.more_buys = out.after.buys - out.before.buys;
    drafted.more_sells = out.after.sells - out.before.sells;
    return reason::none;
}

// 4.3.
[[gnu::always_inline]] inline void ledger::make_order(const submit_order& asked,
                                                      const draft& drafted, slot remembered) {
    if (!asked.reduce_only) {
        const position_state& lots = positions_[drafted.lots];
        protect_reduce_only(drafted.account, drafted.lots, lots.total,
                            lots.second + drafted.more_buys, lots.reserved + drafted.more_sells);
    }
    const account_state& account = accounts_[drafted.account];
    const order_id id{std::uint64_t{settings_.shard.value} << order_counter_bits | ++last_order_};
    const slot at = orders_.take();
    // Field by field in place, as one that is put together elsewhere and copied whole waits for its parts.
    open_order& order = orders_[at];
    order = open_order{};
    order.id = id;
    order.account = drafted.account;
    order.symbol_position = drafted.lots;
    order.cash_position = drafted.cash;
    order.listing = drafted.listing;
    order.side = asked.order.side;
    order.tier = account.tier;
    order.reduce_only = asked.reduce_only;
    order.role = asked.order.role;
    order.now = drafted.its;
    order.remaining = asked.order.quantity;
    order.worst = drafted.worst;
    order.client = asked.request.id;
    order.lease = asked.lease;
    order.remembered = remembered;
    changed(table::orders).note_new(at);
    link_order(at);
    order_group_id group = asked.order.group;
    if (drafted.grouped) [[unlikely]] {
        join_group(at, asked.order);
        refresh_group(order.group);
    } else {
        add_contribution(order, {}, drafted.its);
    }
    if (group != order_group_id{}) [[unlikely]] {
        group.value |= std::uint64_t{account.id.value} << 32U;
    }
    if (remembered != no_slot) [[likely]] {
        client_ids_[remembered].order = id;  // nothing else is known of it yet
    }
    peers_->pass_on(
        drafted.listing, asked.order,
        {.id = id, .trade_group = account.trade_group, .worst = drafted.worst, .group = group}, at);
}

void ledger::apply(const submit_order& asked, const found_ahead& found) {
    const slot account =
        found.account != no_slot ? found.account : find_account(asked.order.account);
    const admission in = admit_order(account, asked.order.account, asked.request);
    if (!in.goes_on) [[unlikely]] {
        if (in.why != reason::none) {
            refuse_order(asked, account, in.why, no_slot);
        }
        return;
    }
    draft drafted{
        .account = account, .lots = found.lots, .cash = found.cash, .listing = found.listing};
    reason why = check_fields(asked, drafted);
    if (why == reason::none) [[likely]] {
        why = draft_order(asked, drafted);
    }
    if (why == reason::none) [[likely]] {
        const bool is_plain = asked.order.group == order_group_id{} && !asked.reduce_only &&
                              !accounts_[account].may_have_limits;
        // Nothing limits a plain order but what its account has.
        why = is_plain ? check_available(drafted.lots, drafted.cash, drafted.more_sells,
                                         drafted.its.cash)
                       : check_carefully(asked, drafted);
    }
    if (why != reason::none) [[unlikely]] {
        refuse_order(asked, account, why, in.remembered);
        break_group(account, asked.order.group);
        return;
    }
    make_order(asked, drafted, in.remembered);
}

// --- Replaces -----------------------------------------------------------------------------------

void ledger::apply(const submit_replace& asked, const found_ahead& found) {
    const auto [account, at] = find_named(asked.account, asked.order, asked.named, found);
    const admission in = admit_order(account, asked.account, asked.request);
    const auto refuse = [&, owner = account](slot order, reason why) {
        refuse_change(event_kind::replace_rejected, owner, asked.account, asked.order, order, why,
                      asked.request.id, in.remembered);
    };
    if (!in.goes_on) {
        if (in.why != reason::none) {
            refuse(at, in.why);
        }
        return;
    }
    if (accounts_[account].blocked) {
        return refuse(at, reason::account_blocked);
    }
    if (at == no_slot) {
        return refuse(no_slot, reason::unknown_order);
    }
    const pending_replace added{
        .set_price = asked.set_price,
        .set_quantity = asked.set_quantity,
        .price = asked.set_price ? asked.price : price{},
        .quantity = asked.set_quantity ? asked.quantity : quantity{},
        .client = asked.request.id,
    };
    change what;
    reason why = draft_replace(asked, at, added, what);
    if (why == reason::none) {
        const bool is_plain = !what.reduce_only && !accounts_[account].may_have_limits;
        why = is_plain ? check_available(what.lots, what.cash, what.after.sells - what.before.sells,
                                         what.after.cash - what.before.cash)
                       : check_limits(what);
    }
    if (why != reason::none) {
        return refuse(at, why);
    }
    pass_on_replace(asked, at, added, what, in.remembered);
}

// 4.5, up to amount_too_large, and what the limits look at.
reason ledger::draft_replace(const submit_replace& asked, slot at, const pending_replace& added,
                             change& out) const {
    const open_order& order = orders_[at];
    const listing_state& listed = listings_[order.listing];
    if (!(asked.set_price || asked.set_quantity || asked.set_stop_price) ||
        (asked.set_quantity && !in_range(asked.quantity))) {
        return reason::invalid_request;
    }
    if (order.pending_count >= max_pending_replaces) {
        return reason::too_many_pending;
    }
    if (!has_room(order.listing, outbox_room::change)) {
        return reason::overloaded;
    }
    if (order.pending_count == 0 && order.group == no_slot && !asked.set_quantity) [[likely]] {
        return draft_single_replace(asked, order, out);
    }
    const order_group* group = order.group == no_slot ? nullptr : &groups_[order.group];
    const auto its = try_contribution(order, group, &added);
    out = {
        .account = order.account,
        .lots = order.symbol_position,
        .cash = order.cash_position,
        .listing = order.listing,
        .side = order.side,
        .reduce_only = order.reduce_only,
        .before = group == nullptr ? order.now.of(order.side) : group->now,
    };
    const standing_list list = standings(order, &added);
    bool fits = its.has_value();
    bool first = true;
    for (const order_standing& standing : list.added()) {
        const std::int64_t tick_value = listed.what.tick_value;
        const auto value = value_of(standing.worst, standing.remaining, tick_value);
        fits = fits && value &&
               worst_cost(order.side, standing.worst, standing.remaining, tick_value,
                          listed.worst[order.tier], order.residue);
        if (!fits) {
            break;
        }
        const quantity total = standing.remaining + order.filled;
        const auto whole = value_of(standing.worst, total, tick_value);
        const bool dearer =
            order.side == side::buy ? standing.worst > out.worst : standing.worst < out.worst;
        out.worst = first || dearer ? standing.worst : out.worst;
        out.order_lots = std::max(out.order_lots, total.lots);
        out.order_value = std::max(out.order_value, whole ? magnitude(*whole) : beyond_any_limit);
        out.trade_value = std::max(out.trade_value, *value < 0 ? -*value : *value);
        first = false;
    }
    if (fits) {
        out.after = group == nullptr ? its->of(order.side) : exposure_with(*group, &order, *its);
    }
    const position_state& lots = positions_[order.symbol_position];
    if (!fits || (order.side == side::buy &&
                  lots.total + lots.second + (out.after.buys - out.before.buys) > max_holding)) {
        return reason::amount_too_large;
    }
    return reason::none;
}

// The same of another price, or none, for an order without a group whose replaces have all been answered: it
// will be as it is, or as it is then.
reason ledger::draft_single_replace(const submit_replace& asked, const open_order& order,
                                    change& out) const {
    const listing_state& listed = listings_[order.listing];
    const price worst = asked.set_price ? asked.price : order.worst;
    const quantity total = order.remaining + order.filled;
    const std::int64_t tick_value = listed.what.tick_value;
    const auto value = value_of(worst, order.remaining, tick_value);
    const auto whole = order.filled == quantity{} ? value : value_of(worst, total, tick_value);
    const auto cost = value ? worst_cost(order.side, *value, order.remaining,
                                         listed.worst[order.tier], order.residue)
                            : std::nullopt;
    if (!cost) {
        return reason::amount_too_large;
    }
    const contribution its{.lots = order.now.lots, .cash = std::max(order.now.cash, *cost)};
    out = {
        .account = order.account,
        .lots = order.symbol_position,
        .cash = order.cash_position,
        .listing = order.listing,
        .side = order.side,
        .reduce_only = order.reduce_only,
        .worst = worst,
        .order_lots = total.lots,
        .order_value = whole ? magnitude(*whole) : beyond_any_limit,
        .trade_value = *value < 0 ? -*value : *value,
        .before = order.now.of(order.side),
        .after = its.of(order.side),
    };
    const position_state& lots = positions_[order.symbol_position];
    return order.side == side::buy && lots.total + lots.second > max_holding
               ? reason::amount_too_large
               : reason::none;
}

void ledger::pass_on_replace(const submit_replace& asked, slot at, const pending_replace& added,
                             const change& what, slot remembered) {
    touch(table::orders, at);
    open_order& order = orders_[at];
    if (!order.reduce_only) {
        const position_state& lots = positions_[order.symbol_position];
        protect_reduce_only(order.account, order.symbol_position, lots.total,
                            lots.second + (what.after.buys - what.before.buys),
                            lots.reserved + (what.after.sells - what.before.sells));
    }
    if (order.pending == no_slot) {
        order.pending = pending_.take();
    }
    pending_replaces& waiting = pending_[order.pending];
    waiting.replaces[order.pending_count] = added;
    waiting.remembered[order.pending_count] = remembered;
    ++order.pending_count;
    if (order.group != no_slot) [[unlikely]] {
        refresh_group(order.group);
    } else {
        const contribution before = order.now;
        order.now = {.lots = order.side == side::buy ? what.after.buys : what.after.sells,
                     .cash = static_cast<std::int64_t>(what.after.cash)};
        add_contribution(order, before, order.now);
    }
    note_answer(remembered, order.id, reason::none, false, 0);
    peers_->pass_on(order.listing,
                    replace_order{
                        .id = order.id,
                        .account = accounts_[order.account].id,
                        .set_price = asked.set_price,
                        .set_quantity = asked.set_quantity,
                        .set_stop_price = asked.set_stop_price,
                        .price = asked.price,
                        .quantity = asked.quantity,
                        .stop_price = asked.stop_price,
                    },
                    at);
}

}  // namespace bourse
