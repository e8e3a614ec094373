// Commands, time and queries of the reference book. RULES.md sections 1, 11 and 12.
#include "tests/support/reference_book.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace bourse {

bool is_peg(order_type type) noexcept {
    return type == order_type::primary_peg || type == order_type::mid_peg;
}

bool is_stop(order_type type) noexcept {
    return type == order_type::stop || type == order_type::stop_limit ||
           type == order_type::trailing_stop;
}

// 6.1
bool is_conditional(const order_row& o) noexcept {
    return o.all_or_none || (o.minimum.lots > 0 && o.filled < o.minimum);
}

// 6.2
quantity requirement(const order_row& o) noexcept {
    if (o.all_or_none) {
        return o.remaining;
    }
    if (is_conditional(o)) {
        return std::min(o.minimum, o.remaining);
    }
    return quantity{1};
}

// 2.2
reference_book::reference_book(instrument rules, market_state state)
    : rules_(std::make_shared<const instrument>(std::move(rules))), state_(state) {}

// 1.6
bool reference_book::better(side which, price a, price b) noexcept {
    return which == side::buy ? a > b : a < b;
}

// --- Commands -------------------------------------------------------------------------------------

// 1.2
void reference_book::apply(timestamp now, std::span<const command> commands,
                           std::vector<event>& out) {
    advance(now, out);
    for (const command& one : commands) {
        std::visit(
            [&](const auto& request) {
                using request_type = std::decay_t<decltype(request)>;
                if constexpr (std::is_same_v<request_type, new_order>) {
                    submit(request, out);
                } else if constexpr (std::is_same_v<request_type, cancel_order>) {
                    cancel(request, out);
                } else if constexpr (std::is_same_v<request_type, replace_order>) {
                    replace(request, out);
                } else if constexpr (std::is_same_v<request_type, mass_cancel>) {
                    cancel_all(request, out);
                } else if constexpr (std::is_same_v<request_type, set_state>) {
                    change_state(request, out);
                } else {
                    change_reference(request, out);
                }
            },
            one);
    }
}

// 1.1, 11.1, 11.2
void reference_book::advance(timestamp now, std::vector<event>& out) {
    now_ = std::max(now_, now);
    for (auto due = next_due(); due && *due <= now_; due = next_due()) {
        begin_step(out);
        happen_next_due();
        end_step();
    }
}

// What is due first: the earliest; at one moment expiries before the timer (11.1).
void reference_book::happen_next_due() {
    const reference_order* expiry = next_expiry();
    if (expiry != nullptr && (until_ == timestamp{} || expiry->expires_at <= until_)) {
        cancel_live(get(expiry->id), reason::expired);
    } else {
        timer_fires();
    }
}

// The earliest; at one moment by rising order id, which is the order of the vector (11.1).
const reference_order* reference_book::next_expiry() const noexcept {
    const reference_order* first = nullptr;
    for (const reference_order& o : orders_) {
        if (o.tif == time_in_force::good_till_date && !o.ended &&
            (first == nullptr || o.expires_at < first->expires_at)) {
            first = &o;
        }
    }
    return first;
}

// 3, 3.21, 9.3, 9.4
void reference_book::submit(const new_order& order, std::vector<event>& out) {
    begin_step(out);
    if (const reason why = refusal(order); why != reason::none) {
        event& e = say(event_kind::rejected);
        e.side = order.side;
        e.reason = why;
        e.flags = event::final_answer;
        e.order = order.id;
        e.price = order.price;
        e.lots = order.quantity;
        e.account = order.account;
        const reference_group* g = find_group(order.group);
        if (g != nullptr && !g->complete && g->account == order.account) {
            cancel_others(order.group, order_id{});
        }
        end_step();
        return;
    }
    reference_order& o = insert(order);
    event& e = say(event_kind::accepted, o);
    e.price = o.price;
    e.lots = o.remaining;
    if (o.role == group_role::none) {
        enter(o, false);
    } else {
        e.flags = event::held;
        join_group(o, order.group_size);
    }
    end_step();
}

// 12.1
void reference_book::cancel(const cancel_order& request, std::vector<event>& out) {
    begin_step(out);
    reference_order* o = find_of(request.id, request.account);
    if (o == nullptr) {
        event& e = say(event_kind::cancel_rejected);
        e.reason = reason::unknown_order;
        e.order = request.id;
        e.account = request.account;
    } else {
        cancel_live(*o, reason::requested);
    }
    end_step();
}

// 12.3, 12.4
void reference_book::replace(const replace_order& request, std::vector<event>& out) {
    begin_step(out);
    reference_order* o = find_of(request.id, request.account);
    const reason why = o == nullptr ? reason::unknown_order : refusal(*o, request);
    if (why != reason::none) {
        event& e = say(event_kind::replace_rejected);
        e.reason = why;
        e.order = request.id;
        e.account = request.account;
        end_step();
        return;
    }
    const bool keeps = keeps_priority(*o, request);
    const bool in_place =
        keeps || o->place == order_place::held || o->place == order_place::pending;
    const quantity new_total = request.set_quantity ? request.quantity : o->filled + o->remaining;
    o->version = (o->version + 1) & 0x7FFF'FFFFU;
    o->price = request.set_price ? request.price : o->price;
    o->stop_price = request.set_stop_price ? request.stop_price : o->stop_price;
    o->remaining = new_total - o->filled;
    o->shown = std::min(o->shown, o->remaining);
    if (o->display.lots == 0 && o->place == order_place::queue) {
        o->shown = o->remaining;
    }
    o->asked = new_total;
    o->prevented = quantity{};
    o->acting = !in_place;
    event& e = say(event_kind::replaced, *o);
    e.price = o->price;
    e.lots = new_total;
    if (!in_place) {
        enter(*o, false);
    }
    end_step();
}

// 12.4
bool reference_book::keeps_priority(const reference_order& o, const replace_order& r) const {
    const bool same_price = !r.set_price || r.price == o.price;
    const bool same_stop = !r.set_stop_price || r.stop_price == o.stop_price;
    const bool not_more = !r.set_quantity || r.quantity <= o.filled + o.remaining;
    return same_price && same_stop && not_more;
}

// 12.2
void reference_book::cancel_all(const mass_cancel& request, std::vector<event>& out) {
    begin_step(out);
    if (request.sides > side_filter::sell) {
        // RULES.md is silent; an unknown filter must not cancel anything.
        say(event_kind::command_rejected).reason = reason::invalid_combination;
        end_step();
        return;
    }
    for (reference_order* o : live_orders()) {
        const bool of_account = request.account == account_id{} || request.account == o->account;
        const bool of_side = request.sides == side_filter::both ||
                             (request.sides == side_filter::buy) == (o->side == side::buy);
        if (!o->ended && of_account && of_side) {
            cancel_live(*o, reason::mass_cancelled);
        }
    }
    end_step();
}

// 2.3
void reference_book::change_state(const set_state& request, std::vector<event>& out) {
    begin_step(out);
    if (makes_sense(request)) {
        go_to(request.state, request.auction, request.until, request.next,
              reason::operator_request);
    } else {
        say(event_kind::command_rejected).reason = reason::invalid_state;
    }
    end_step();
}

// 2.7
void reference_book::change_reference(const set_reference& request, std::vector<event>& out) {
    begin_step(out);
    event& e = say(event_kind::reference_set);
    if (request.clear) {
        reference_.reset();
    } else {
        reference_ = request.price;
        e.number = 1;
        e.price = request.price;
    }
    end_step();
}

// --- Steps ----------------------------------------------------------------------------------------

// A step is one command or one due action. The corridor's base is what stands now (7.3).
void reference_book::begin_step(std::vector<event>& out) {
    out_ = &out;
    corridor_base_ = last_ ? last_ : reference_;
}

// 1.2: after it the book settles. Then what has ended is forgotten (1.3).
void reference_book::end_step() {
    settle();
    std::erase_if(orders_, [](const reference_order& o) { return o.ended; });
    out_ = nullptr;
}

reference_order& reference_book::insert(const new_order& order) {
    reference_order o;
    o.id = order.id;
    o.account = order.account;
    o.trade_group = order.trade_group;
    o.side = order.side;
    o.type = order.type;
    o.tif = order.tif;
    o.self_trade = order.self_trade;
    o.post_only = order.post_only;
    o.all_or_none = order.all_or_none;
    o.role = order.role;
    o.price = order.price;
    o.remaining = order.quantity;
    o.stop_price = order.stop_price;
    o.has_stop_price = order.type == order_type::stop || order.type == order_type::stop_limit;
    o.offset_ticks = order.offset_ticks;
    o.display = order.display;
    o.minimum = order.minimum;
    o.expires_at = order.expires_at;
    o.group = order.group;
    o.asked = order.quantity;
    o.acting = true;
    const auto at = std::lower_bound(orders_.begin(), orders_.end(), o.id,
                                     [](const reference_order& a, order_id b) { return a.id < b; });
    return *orders_.insert(at, o);
}

reference_order* reference_book::find_live(order_id id) noexcept {
    const auto at = std::lower_bound(orders_.begin(), orders_.end(), id,
                                     [](const reference_order& a, order_id b) { return a.id < b; });
    return at != orders_.end() && at->id == id && !at->ended ? &*at : nullptr;
}

// Also finds an order that has ended in this command.
reference_order& reference_book::get(order_id id) {
    return *std::find_if(orders_.begin(), orders_.end(),
                         [id](const reference_order& o) { return o.id == id; });
}

// 12.1: a live order of the id that the account may speak for.
reference_order* reference_book::find_of(order_id id, account_id account) noexcept {
    reference_order* o = find_live(id);
    const bool allowed = o != nullptr && (account == account_id{} || account == o->account);
    return allowed ? o : nullptr;
}

// By rising id. Some may end while the caller goes through them.
std::vector<reference_order*> reference_book::live_orders() {
    std::vector<reference_order*> all;
    for (reference_order& o : orders_) {
        if (!o.ended) {
            all.push_back(&o);
        }
    }
    return all;
}

// --- Events ---------------------------------------------------------------------------------------

// 1.9
event& reference_book::say(event_kind kind) {
    event& e = out_->emplace_back();
    e.kind = kind;
    e.symbol = rules_->symbol;
    return e;
}

// 1.9: the standing of the order after what the event tells.
event& reference_book::say(event_kind kind, const reference_order& o) {
    event& e = say(kind);
    e.side = o.side;
    e.version = o.version;
    e.order = o.id;
    e.filled = o.filled;
    e.remaining = o.remaining;
    e.account = o.account;
    return e;
}

// --- Queries (12.6) -------------------------------------------------------------------------------

// 11.3
std::optional<timestamp> reference_book::next_due() const noexcept {
    std::optional<timestamp> due;
    if (const reference_order* expiry = next_expiry()) {
        due = expiry->expires_at;
    }
    if (until_ != timestamp{} && (!due || until_ < *due)) {
        due = until_;
    }
    return due;
}

std::optional<book_level> reference_book::best(side which) const noexcept {
    book_level level;
    return depth(which, {&level, 1}) == 1 ? std::optional{level} : std::nullopt;
}

// For each level in turn: the best price that is worse than the last level's, then what is there.
std::size_t reference_book::depth(side which, std::span<book_level> levels) const noexcept {
    std::size_t count = 0;
    while (count < levels.size()) {
        std::optional<price> next;
        for (const reference_order& o : orders_) {
            if (o.is_in(order_place::queue) && o.side == which &&
                (count == 0 || better(which, levels[count - 1].price, o.price)) &&
                (!next || better(which, o.price, *next))) {
                next = o.price;
            }
        }
        if (!next) {
            break;
        }
        book_level level{*next, {}, 0};
        for (const reference_order& o : orders_) {
            if (o.is_in(order_place::queue) && o.side == which && o.price == *next) {
                level.lots += o.shown;
                level.orders += 1;
            }
        }
        levels[count++] = level;
    }
    return count;
}

// The reference's own priorities count nothing: they are left out.
std::optional<order_row> reference_book::find(order_id id) const noexcept {
    for (const reference_order& o : orders_) {
        if (o.id == id) {
            order_row row = static_cast<const order_row&>(o);
            row.priority = 0;
            return row;
        }
    }
    return std::nullopt;
}

std::optional<queue_position> reference_book::position(order_id id) const noexcept {
    for (const reference_order& o : orders_) {
        if (o.id != id || o.place != order_place::queue) {
            continue;
        }
        queue_position ahead;
        for (const reference_order& other : orders_) {
            if (other.is_in(order_place::queue) && other.side == o.side && other.price == o.price &&
                other.priority < o.priority) {
                ahead.orders_ahead += 1;
                ahead.lots_ahead += other.shown;
            }
        }
        return ahead;
    }
    return std::nullopt;
}

}  // namespace bourse
