// Ends of orders and what they mean for their groups (RULES.md 9).
#include <algorithm>
#include <utility>

#include "actors/book/book_machine.hpp"

namespace bourse {

void order_book::machine::end(slot at, reason why, event_buffer& out) {
    const order_node& node = orders_[at];
    tell(at, event_kind::cancelled, node.remaining, why, out);
    if (clearing_ != nullptr && node.in_queue()) {
        clearing_->take(node.which, node.price, node.remaining);
    }
    leave_place(at);
    group_after_end(at, out);
    forget(at);
}

bool order_book::machine::fits_group(const new_order& order) const {
    const auto where = groups_.find(order.group.value);
    if (where == groups_.end()) {
        return true;
    }
    const group& all = where->second;
    if (all.complete || all.account != order.account || all.size != order.group_size) {
        return false;
    }
    bool has_entry = order.role == group_role::entry;
    for (std::size_t i = 0; i < all.count; ++i) {
        const order_node& member = orders_[all.members[i]];
        const group_role role = terms_of(member)->role;
        has_entry = has_entry || role == group_role::entry;
        const bool same_side = member.which == order.side;
        const bool together =
            order.role == group_role::one_cancels_other
                ? role == group_role::one_cancels_other && same_side
                : (order.role == group_role::exit && role == group_role::exit && same_side) ||
                      (order.role != role && role != group_role::one_cancels_other && !same_side);
        if (!together) {
            return false;
        }
    }
    const bool last = all.count + 1U == all.size;
    return !last || order.role == group_role::one_cancels_other || has_entry;
}

void order_book::machine::join_group(slot at, const new_order& order) {
    terms_of(orders_[at])->group = order.group;
    to_held(at);
    group& all = groups_[order.group.value];
    if (all.count == 0) {
        all.number = group_ids_.take();
        group_ids_[all.number] = order.group.value;
    }
    touch_group(all);
    all.account = order.account;
    all.size = order.group_size;
    all.members[all.count++] = at;
}

// 9.3.
void order_book::machine::complete_group(std::uint64_t id, event_buffer& out) {
    group& all = groups_.at(id);
    if (all.count < all.size) {
        return;
    }
    touch_group(all);
    all.complete = true;
    // Activating may dissolve the group and end members, so their ids are kept beside their slots.
    std::array<std::pair<slot, order_id>, max_group> first{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < all.count; ++i) {
        const slot member = all.members[i];
        if (terms_of(orders_[member])->role != group_role::exit) {
            first[count++] = {member, orders_[member].id};
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        const auto [member, member_id] = first[i];
        if (orders_[member].id == member_id && place_of(orders_[member]) == node_place::held) {
            activate(member, out);
        }
    }
}

void order_book::machine::activate(slot at, event_buffer& out) {
    order_node& node = orders_[at];
    leave_place(at);
    tell(at, event_kind::activated, node.remaining, reason::none, out);
    if (is_open()) {
        price_pegs();
    }
    if (node.post_only && would_take(node.which, node.price, node.remaining)) {
        end(at, reason::would_take, out);
    } else {
        enter(at, out);
    }
}

// 9.4.
void order_book::machine::fail_group(const new_order& order, event_buffer& out) {
    if (groups_.empty()) {
        return;
    }
    const auto where = groups_.find(order.group.value);
    if (where != groups_.end() && !where->second.complete &&
        where->second.account == order.account) {
        cancel_others(where, no_slot, out);
    }
}

// 9.5, a member traded.
void order_book::machine::group_after_trade(slot at, event_buffer& out) {
    const order_terms& terms = *terms_of(orders_[at]);
    if (terms.group.value == 0) {
        return;
    }
    const auto where = groups_.find(terms.group.value);
    if (terms.role != group_role::entry) {
        cancel_others(where, at, out);
    } else if (orders_[at].remaining == 0) {
        activate_exits(where, at, out);
    }
}

// 9.5, a member ended without being filled.
void order_book::machine::group_after_end(slot at, event_buffer& out) {
    if (orders_[at].terms == no_slot || terms_of(orders_[at])->group.value == 0) {
        return;
    }
    const auto where = groups_.find(terms_of(orders_[at])->group.value);
    group& all = where->second;
    const bool exit_of_live_entry =
        all.complete && terms_of(orders_[at])->role == group_role::exit && entry_lives(all);
    if (!exit_of_live_entry) {
        cancel_others(where, at, out);
        return;
    }
    touch_group(all);
    const auto gone = std::find(all.members.begin(), all.members.begin() + all.count, at);
    std::move(gone + 1, all.members.begin() + all.count, gone);
    --all.count;
    if (all.count == 1) {
        leave_alone(where);
    }
}

// A group of one is none.
void order_book::machine::leave_alone(group_map::iterator where) {
    const slot last = where->second.members[0];
    touch(last);
    terms_of(orders_[last])->group = {};
    drop_group(where->second);
    groups_.erase(where);
}

bool order_book::machine::entry_lives(const group& all) const noexcept {
    return std::any_of(all.members.begin(), all.members.begin() + all.count, [this](slot member) {
        return terms_of(orders_[member])->role == group_role::entry;
    });
}

// Dissolves the group; all members but `except` end, by rising order id.
void order_book::machine::cancel_others(group_map::iterator where, slot except, event_buffer& out) {
    drop_group(where->second);
    const auto dissolved = groups_.extract(where);
    group& all = dissolved.mapped();
    const auto begin = all.members.begin();
    const auto end_of_all = begin + all.count;
    for (auto member = begin; member != end_of_all; ++member) {
        touch(*member);
        terms_of(orders_[*member])->group = {};
    }
    std::sort(begin, end_of_all, [this](slot a, slot b) { return orders_[a].id < orders_[b].id; });
    for (auto member = begin; member != end_of_all; ++member) {
        if (*member != except) {
            end(*member, reason::group, out);
        }
    }
}

// 9.6: the entry is filled, the exits are cut to it and wait for their turn.
void order_book::machine::activate_exits(group_map::iterator where, slot entry, event_buffer& out) {
    group& all = where->second;
    touch_group(all);
    touch(entry);
    terms_of(orders_[entry])->group = {};
    const auto end_of_exits =
        std::remove(all.members.begin(), all.members.begin() + all.count, entry);
    all.count = static_cast<std::uint8_t>(end_of_exits - all.members.begin());
    for (auto member = all.members.begin(); member != end_of_exits; ++member) {
        const std::int64_t excess = orders_[*member].remaining - orders_[entry].filled;
        if (excess > 0) {
            touch(*member);
            orders_[*member].remaining -= excess;
            tell(*member, event_kind::reduced, excess, reason::group, out);
        }
    }
    for (auto member = all.members.begin(); member != end_of_exits; ++member) {
        to_pending(*member);
    }
    if (all.count == 1) {
        leave_alone(where);
    }
}

}  // namespace bourse
