// Ends of orders and groups of the reference book. RULES.md sections 1.3 and 9.
#include <algorithm>

#include "tests/support/reference_book.hpp"

namespace bourse {

// --- Ends -----------------------------------------------------------------------------------------

// An order ends without trading what remained; the effects on its group follow at once (9.5).
void reference_book::cancel_live(reference_order& o, reason why) {
    const quantity lots = o.remaining;
    o.remaining = quantity{};
    end_cancelled(o, why, lots);
    after_end(o);
}

// Only the order's own part.
void reference_book::end_cancelled(reference_order& o, reason why, quantity lots) {
    o.ended = true;
    event& e = say(event_kind::cancelled, o);
    e.reason = why;
    e.flags = event::final_answer;
    e.price = o.price;
    e.lots = lots;
}

// --- Groups ---------------------------------------------------------------------------------------

reference_group* reference_book::find_group(order_group_id id) {
    const auto at = std::find_if(groups_.begin(), groups_.end(),
                                 [id](const reference_group& g) { return g.id == id; });
    return at == groups_.end() ? nullptr : &*at;
}

const reference_group* reference_book::find_group(order_group_id id) const {
    const auto at = std::find_if(groups_.begin(), groups_.end(),
                                 [id](const reference_group& g) { return g.id == id; });
    return at == groups_.end() ? nullptr : &*at;
}

// An order without a group names the group zero, which never exists.
reference_group* reference_book::group_of(const reference_order& o) {
    return find_group(o.group);
}

// The entry of a bracket whose entry lives or has just ended; nothing for other groups.
const reference_order* reference_book::entry_of(const reference_group& g) const {
    for (const reference_order& o : orders_) {
        if (o.group == g.id && o.role == group_role::entry &&
            std::find(g.members.begin(), g.members.end(), o.id) != g.members.end()) {
            return &o;
        }
    }
    return nullptr;
}

// 9.1, 9.3: `o` has just been accepted.
void reference_book::join_group(reference_order& o, std::uint8_t size) {
    put(o, order_place::held);
    if (find_group(o.group) == nullptr) {
        groups_.push_back({o.group, o.account, size, false, {}});
    }
    reference_group& g = *find_group(o.group);
    g.members.push_back(o.id);
    if (g.members.size() == g.size) {
        g.complete = true;
        complete_group(g.id);
    }
}

// 9.3
void reference_book::complete_group(order_group_id id) {
    const reference_group group = *find_group(id);  // it may dissolve on the way
    for (const order_id member : group.members) {
        reference_order& o = get(member);
        if (o.role != group_role::exit && o.is_in(order_place::held)) {
            activate(o);
        }
    }
}

// 9.3, 9.6
void reference_book::activate(reference_order& o) {
    event& e = say(event_kind::activated, o);
    e.price = o.price;
    e.lots = o.remaining;
    enter(o, true);
}

// 9.5, 9.6: a member traded. By being filled it may also have ended.
void reference_book::after_trade(reference_order& o) {
    reference_group* g = group_of(o);
    if (g == nullptr) {
        return;
    }
    if (entry_of(*g) == nullptr) {
        cancel_others(g->id, o.id);
    } else if (o.ended) {
        start_exits(*g, o);
    }
}

// 9.5: a member ended otherwise than by being filled completely.
void reference_book::after_end(reference_order& o) {
    reference_group* g = group_of(o);
    if (g == nullptr) {
        return;
    }
    const bool is_bracket = g->complete && entry_of(*g) != nullptr;
    if (is_bracket && o.role == group_role::exit) {
        std::erase(g->members, o.id);
        if (g->members.size() == 1) {
            dissolve(g->id);
        }
    } else {
        cancel_others(g->id, o.id);
    }
}

// 9.6
void reference_book::start_exits(reference_group& g, const reference_order& entry) {
    std::erase_if(g.members, [this](order_id id) { return get(id).ended; });
    for (const order_id id : g.members) {
        reference_order& exit = get(id);
        if (exit.remaining > entry.filled) {
            const quantity cut = exit.remaining - entry.filled;
            exit.remaining = entry.filled;
            exit.prevented += cut;
            event& e = say(event_kind::reduced, exit);
            e.reason = reason::group;
            e.price = exit.price;
            e.lots = cut;
        }
    }
    for (const order_id id : g.members) {
        put(get(id), order_place::pending);
    }
    if (g.members.size() == 1) {
        dissolve(g.id);
    }
}

// 9.5: all members but `except` are cancelled by rising id, and the group dissolves before, since
// these cancels have no further effects.
void reference_book::cancel_others(order_group_id id, order_id except) {
    std::vector<order_id> members = find_group(id)->members;
    dissolve(id);
    std::sort(members.begin(), members.end());
    for (const order_id member : members) {
        reference_order& o = get(member);
        if (member != except && !o.ended) {
            cancel_live(o, reason::group);
        }
    }
}

// 9.1: those of its members that live go on without a group.
void reference_book::dissolve(order_group_id id) {
    for (const order_id member : find_group(id)->members) {
        reference_order& o = get(member);
        o.group = order_group_id{};
        o.role = group_role::none;
    }
    std::erase_if(groups_, [id](const reference_group& g) { return g.id == id; });
}

}  // namespace bourse
