// What must be true of a reference book between commands. Ends the process when it is not, in all
// builds: a reference that is wrong proves nothing.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/support/reference_book.hpp"

namespace bourse {

namespace {

void demand(bool holds, const char* what, std::uint64_t id) {
    if (!holds) {
        std::fprintf(stderr, "reference book: invariant broken: %s (id %llu)\n", what,
                     static_cast<unsigned long long>(id));
        std::abort();
    }
}

bool for_auction_only(const order_row& o) {
    return o.tif == time_in_force::at_the_open || o.tif == time_in_force::at_the_close ||
           o.type == order_type::market;
}

}  // namespace

void reference_book::check() const {
    for (std::size_t i = 0; i < orders_.size(); ++i) {
        demand(i == 0 || orders_[i - 1].id < orders_[i].id, "ids rise", orders_[i].id.value);
        check_order(orders_[i]);
        check_place(orders_[i]);
    }
    for (const reference_group& g : groups_) {
        check_group(g);
    }
    check_counts();
    const auto bid = best_in_queue(side::buy);
    const auto ask = best_in_queue(side::sell);
    demand(state_ != market_state::open || !bid || !ask || *bid < *ask,
           "the queue is not crossed in open", 0);
    demand((state_ == market_state::auction) == (auction_ != auction_kind::none),
           "an auction has a kind", 0);
    demand(until_ == timestamp{} || until_ > now_ || until_.ns == INT64_MAX, "no timer is overdue",
           0);
    demand(!on_paper_, "this is no copy for a trial", 0);
}

void reference_book::check_order(const reference_order& o) const {
    const std::uint64_t id = o.id.value;
    demand(!o.ended && !o.acting, "a live order is in a place", id);
    demand(o.remaining.lots >= 1 && o.filled.lots >= 0, "something remains", id);
    demand(o.filled + o.remaining + o.prevented == o.asked, "lots are conserved", id);
    demand(o.asked <= max_order_lots, "the total is within its limit", id);
    demand(o.tif != time_in_force::good_till_date || o.expires_at > now_, "it has not expired", id);
    demand(on_tick(o.price), "its price is on the table", id);
    demand((o.group == order_group_id{}) == (o.role == group_role::none), "role and group", id);
    const reference_group* g = find_group(o.group);
    demand((o.group == order_group_id{}) == (g == nullptr), "its group exists", id);
    demand(g == nullptr || std::count(g->members.begin(), g->members.end(), o.id) == 1,
           "its group knows it", id);
    demand(state_ != market_state::closed ||
               (o.tif != time_in_force::day && o.tif != time_in_force::at_the_open &&
                o.tif != time_in_force::at_the_close),
           "nothing of the day lives in closed", id);
}

void reference_book::check_place(const reference_order& o) const {
    const std::uint64_t id = o.id.value;
    const bool untriggered_stop = is_stop(o.type) && !o.triggered;
    const bool immediate =
        o.tif == time_in_force::immediate_or_cancel || o.tif == time_in_force::fill_or_kill;
    const bool hides = is_peg(o.type) || is_conditional(o);
    const quantity most = o.display.lots > 0 ? o.display : o.remaining;
    demand(!immediate || o.place == order_place::held, "immediate orders only live held", id);
    switch (o.place) {
        case order_place::queue:
            demand(!hides && !untriggered_stop, "it belongs into the queue", id);
            demand(o.type != order_type::stop && o.type != order_type::trailing_stop,
                   "a triggered stop does not rest", id);
            demand(o.shown.lots >= 1 && o.shown <= o.remaining && o.shown <= most, "what it shows",
                   id);
            demand(o.display.lots > 0 || o.shown == o.remaining, "it shows all", id);
            demand(state_ != market_state::open || !for_auction_only(o), "auction orders", id);
            break;
        case order_place::hidden:
            demand(hides, "it belongs into hidden", id);
            break;
        case order_place::waiting:
            demand(untriggered_stop && o.has_stop_price, "it waits for its stop price", id);
            break;
        case order_place::parked:
            demand(o.tif == time_in_force::at_the_close && auction_ != auction_kind::closing,
                   "it waits for the close", id);
            break;
        case order_place::held:
            demand(o.role != group_role::none, "a held order has a group", id);
            break;
        case order_place::pending:
            demand(state_ != market_state::open, "nothing is pending in open", id);
            demand(!hides, "it may act", id);
            break;
    }
    demand(o.place == order_place::queue || o.shown == quantity{}, "it shows nothing", id);
}

// 9.1, 9.2, 9.5, 9.6, 9.7
void reference_book::check_group(const reference_group& g) const {
    const std::uint64_t id = g.id.value;
    std::size_t held = 0;
    std::size_t entries = 0;
    std::size_t buys = 0;
    const order_row* entry = nullptr;
    for (const order_id member : g.members) {
        const auto found = std::find_if(orders_.begin(), orders_.end(),
                                        [member](const auto& o) { return o.id == member; });
        demand(found != orders_.end() && found->group == g.id && found->account == g.account,
               "a group's members live", id);
        held += found->place == order_place::held ? 1U : 0U;
        buys += found->side == side::buy ? 1U : 0U;
        if (found->role == group_role::entry) {
            entries += 1;
            entry = &*found;
        }
    }
    const std::size_t count = g.members.size();
    demand(count >= 1 && count <= g.size, "a group's size", id);
    demand(g.complete || (count < g.size && held == count), "an assembling group is held", id);
    demand(!g.complete || count >= 2, "nobody is alone in a complete group", id);
    demand(entries <= 1, "one entry at most", id);
    if (entry != nullptr && g.complete) {
        demand(entry->place != order_place::held && held == count - 1, "exits are held", id);
    } else if (g.complete) {
        demand(held == 0 && (buys == 0 || buys == count), "members act on one side", id);
    }
}

// 3.19
void reference_book::check_counts() const {
    std::size_t hidden = 0;
    std::size_t trailing = 0;
    for (const reference_order& o : orders_) {
        hidden += is_peg(o.type) || is_conditional(o) ? 1U : 0U;
        trailing += o.type == order_type::trailing_stop ? 1U : 0U;
    }
    demand(orders_.size() <= rules_->max_orders, "max_orders", orders_.size());
    demand(hidden <= rules_->max_hidden_orders, "max_hidden_orders", hidden);
    demand(trailing <= rules_->max_trailing_stops, "max_trailing_stops", trailing);
}

}  // namespace bourse
