// What rows must be for a book to be made of them: rows come from a disk or another node, and what is
// not checked here would be believed for ever.
#include <algorithm>

#include "actors/book/book_machine.hpp"

namespace bourse {

namespace {

// Far beyond what a book can reach: one a nanosecond, that is 146 years. And far from wrapping.
constexpr std::uint64_t max_counter = std::uint64_t{1} << 62U;
constexpr std::uint32_t max_version = (1U << 31U) - 1U;

[[nodiscard]] bool is_stop_type(order_type type) noexcept {
    return type >= order_type::stop && type <= order_type::trailing_stop;
}

[[nodiscard]] bool is_peg_type(order_type type) noexcept {
    return type == order_type::primary_peg || type == order_type::mid_peg;
}

[[nodiscard]] bool hides(const order_row& row) noexcept {
    return is_peg_type(row.type) || row.all_or_none || row.filled < row.minimum;
}

// The fields that belong to the order's type, beyond what a new order may say.
[[nodiscard]] bool type_fits(const order_row& row) noexcept {
    if (row.triggered && !is_stop_type(row.type)) {
        return false;
    }
    switch (row.type) {
        case order_type::stop:
        case order_type::stop_limit:
            return row.has_stop_price;
        case order_type::trailing_stop:
            return row.offset_ticks > 0 && (row.has_stop_price || row.stop_price.ticks == 0);
        default:
            return !row.has_stop_price && row.offset_ticks >= 0;
    }
}

[[nodiscard]] bool shown_fits(const order_row& row) noexcept {
    return row.display.lots == 0
               ? row.shown == row.remaining
               : row.shown.lots > 0 && row.shown <= std::min(row.display, row.remaining) &&
                     row.remaining.lots + row.filled.lots <= wide_int{100} * row.display.lots;
}

[[nodiscard]] bool place_fits(const order_row& row) noexcept {
    const bool waits = is_stop_type(row.type) && !row.triggered;
    switch (row.place) {
        case order_place::queue:
            return !hides(row) && !waits && row.tif != time_in_force::immediate_or_cancel &&
                   row.tif != time_in_force::fill_or_kill && row.type != order_type::stop &&
                   row.type != order_type::trailing_stop && shown_fits(row);
        case order_place::hidden:
            return hides(row);
        case order_place::waiting:
            return waits && row.has_stop_price;
        case order_place::parked:
            return row.tif == time_in_force::at_the_close;
        case order_place::held:
            return row.group.value != 0;
        case order_place::pending:
            return !hides(row) && row.type != order_type::market;
    }
    return false;
}

}  // namespace

bool order_book::machine::is_sound(const book_row& row) noexcept {
    return find_fault(row.rules) == nullptr &&
           static_cast<std::uint8_t>(row.state) < market_state_count &&
           static_cast<std::uint8_t>(row.next) < market_state_count &&
           static_cast<std::uint8_t>(row.auction) < auction_kind_count &&
           (row.state == market_state::auction) == (row.auction != auction_kind::none) &&
           row.next != market_state::auction && row.until.ns >= 0 && row.next_priority >= 1 &&
           row.next_priority < max_counter && row.next_trade >= 1 && row.next_trade < max_counter;
}

// The order as it might have been asked for.
new_order order_book::machine::asked(const order_row& row) noexcept {
    return {.id = row.id,
            .account = row.account,
            .trade_group = row.trade_group,
            .side = row.side,
            .type = row.type,
            .tif = row.tif,
            .self_trade = row.self_trade,
            .post_only = row.post_only,
            .all_or_none = row.all_or_none,
            .role = row.role,
            .group_size = static_cast<std::uint8_t>(row.role == group_role::none ? 0 : 2),
            .price = row.price,
            .quantity = row.remaining,
            .stop_price = row.type == order_type::trailing_stop ? price{} : row.stop_price,
            .offset_ticks = row.offset_ticks,
            .display = row.display,
            .minimum = row.minimum,
            .expires_at = row.expires_at,
            .group = row.group};
}

bool order_book::machine::is_sound(const order_row& row) noexcept {
    return row.id.value != 0 && static_cast<std::uint8_t>(row.place) < order_place_count &&
           combination_allowed(asked(row)) && row.remaining.lots > 0 &&
           row.remaining <= max_order_lots && row.filled.lots >= 0 &&
           row.filled.lots <= max_order_lots.lots - row.remaining.lots && row.display.lots >= 0 &&
           row.minimum.lots >= 0 && row.version <= max_version && type_fits(row) &&
           place_fits(row) && (row.tif != time_in_force::good_till_date || row.expires_at.ns > 0);
}

// 9.1, 9.2, 9.5 and 9.6: who is in a group, and who of them is held.
bool order_book::machine::is_sound(const group_row& row) const {
    const std::size_t count = row.members.size();
    if (row.id.value == 0 || row.size < 2 || row.size > max_group || count < 1 ||
        count > row.size || (row.complete ? count < 2 : count == row.size)) {
        return false;
    }
    std::size_t entries = 0;
    std::size_t others = 0;
    std::size_t held_exits = 0;
    std::size_t held = 0;
    const order_node* exit = nullptr;
    const order_node* entry = nullptr;
    for (auto id = row.members.begin(); id != row.members.end(); ++id) {
        const slot at = find_slot(*id);
        if (at == no_slot || std::find(row.members.begin(), id, *id) != id) {
            return false;
        }
        const order_node& node = orders_[at];
        const order_terms* terms = terms_of(node);
        if (terms == nullptr || terms->group != row.id || node.account != row.account) {
            return false;
        }
        const bool is_held = terms->place == node_place::held;
        held += is_held ? 1U : 0U;
        if (terms->role == group_role::entry) {
            ++entries;
            entry = &node;
            continue;
        }
        others += terms->role == group_role::one_cancels_other ? 1U : 0U;
        held_exits += is_held ? 1U : 0U;
        if (exit != nullptr && exit->which != node.which) {
            return false;
        }
        exit = &node;
    }
    const std::size_t exits = count - entries - others;
    const bool one_kind = others == 0 || others == count;
    const bool sides_fit = entry == nullptr || exit == nullptr || entry->which != exit->which;
    if (!one_kind || entries > 1 || !sides_fit) {
        return false;
    }
    if (!row.complete) {
        return held == count;
    }
    return entries == 0 ? held == 0 : held == exits && held_exits == exits;
}

}  // namespace bourse
