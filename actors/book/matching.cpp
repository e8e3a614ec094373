// New orders, cancels and replaces, and how orders trade (RULES.md 3, 4, 6, 12).
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "actors/book/book_machine.hpp"
#include "actors/book/event_records.hpp"
#include "actors/book/queue_links.hpp"

namespace bourse {

namespace {

// From how many orders a book is larger than the fast part of the cache.
constexpr std::size_t cached_orders = 50'000;
// The same where it shares the cache with a ledger.
constexpr std::size_t shared_cache_orders = 2'000;
// How many commands ahead memory is asked for. Measured; the optimum is wide.
constexpr std::size_t index_ahead = 24;
constexpr std::size_t order_ahead = 16;
constexpr std::size_t links_ahead = 8;

// The resting order that a command names: cancels and replaces begin with it. For a new order, which has no memory yet
// that could be asked for, `before` once more, and for what is rare anything at all. Without a branch, as nobody can
// foretell which kind is next.
inline order_id named_order(const command& about, order_id before) noexcept {
    static_assert(offsetof(cancel_order, id) == 0 && offsetof(replace_order, id) == 0);
    order_id id;
    std::memcpy(&id, static_cast<const void*>(&about), sizeof id);
    const std::uint64_t is_new = -static_cast<std::uint64_t>(about.index() == 0);
    return {id.value ^ ((id.value ^ before.value) & is_new)};
}

}  // namespace

// --- Commands -----------------------------------------------------------------------------------

// --- The quick way --------------------------------------------------------------------------------
//
// Most commands are about plain limit orders that neither trade nor need memory. Everything that this
// takes is asked before anything is changed, and who needs more goes the other way by a tail call. So
// these functions call nothing, save no registers, and are as short as they can be.

// The eight mode bytes of an order are looked at together: a limit order of either side, of the
// modes `allowed`, and nothing else set.
inline bool order_book::machine::has_only(const new_order& order, std::uint64_t allowed) noexcept {
    static_assert(offsetof(new_order, group_size) - offsetof(new_order, side) == 7);
    std::uint64_t modes = 0;
    std::memcpy(&modes, &order.side, sizeof modes);
    const auto others = static_cast<std::uint64_t>(order.stop_price.ticks) |
                        static_cast<std::uint64_t>(order.offset_ticks) |
                        static_cast<std::uint64_t>(order.display.lots) |
                        static_cast<std::uint64_t>(order.minimum.lots) |
                        static_cast<std::uint64_t>(order.expires_at.ns) | order.group.value;
    return ((modes & ~allowed) | others) == 0;
}

// True if a command about this order can go the quick way while the book is calm: a plain order is always in the queue
// between commands, and in no group.
inline bool order_book::machine::is_plain(slot at, account_id asked_by) const noexcept {
    return at != no_slot && orders_[at].terms == no_slot &&
           (asked_by.value == 0 || asked_by == orders_[at].account);
}

// Into a calm book, to a level that is there, without reaching the other side.
template <bool Notes>
[[gnu::always_inline]] inline void order_book::machine::submit_quickly(const new_order& order,
                                                                       event_buffer& out) {
    if (!(Notes ? calm_ : quiet_)) [[unlikely]] {
        return Notes ? submit_otherwise(order, out) : submit_noting(order, out);
    }
    // Of either side, day or good till cancelled, self-trade prevention but for decrement.
    constexpr std::uint64_t allowed = 0x03'01'00'01U;
    const order_index::position where = index_.locate(order.id);
    if (where.found != no_slot || !has_only(order, allowed) || !passes(order) ||
        !orders_.has_free() || !index_.has_page(where) || out.is_full()) [[unlikely]] {
        submit_otherwise(order, out);
        return;
    }
    const std::int64_t price = order.price.ticks;
    price_ladder& book = ladder(order.side);
    const slot level_at = book.guess(price);
    price_level& level = book[level_at];
    if (!level.is_at(price) || against(order.side).may_be_reached_by(price)) [[unlikely]] {
        submit_otherwise(order, out);
        return;
    }
    const slot at = orders_.take_again();
    if constexpr (Notes) {
        changed_orders_.note_again(at);
    }
    index_.insert_beside(where, at);
    level.shown_lots += order.quantity.lots;
    link_behind(level.tail, at, level);
    order_node& node = orders_[at];
    write_order(node, order, level_at, false);
    node.priority = row_.next_priority++;
    tell_accepted(order, out.next_of_room());
}

// Out of a calm book, from among others.
template <bool Notes>
[[gnu::always_inline]] inline void order_book::machine::cancel_quickly(const cancel_order& request,
                                                                       event_buffer& out) {
    if (!(Notes ? calm_ : quiet_)) [[unlikely]] {
        return Notes ? cancel_otherwise(request, out) : cancel_noting(request, out);
    }
    const order_index::position where = index_.locate(request.id);
    const slot at = where.found;
    if (!is_plain(at, request.account) || out.is_full()) [[unlikely]] {
        cancel_otherwise(request, out);
        return;
    }
    const order_node& node = orders_[at];
    price_level& level = ladder(node.which)[node.level];
    if (level.orders == 1 || (Notes && changed_orders_.is_known(at))) [[unlikely]] {
        cancel_otherwise(request, out);
        return;
    }
    if constexpr (Notes) {
        changed_orders_.forget(at);
    }
    const std::int64_t lots = node.remaining;
    tell_cancelled(node, out.next_of_room());
    level.shown_lots -= lots;
    unlink_from(level, at);
    orders_.give_back(at);
    index_.erase(where);
}

// In a calm book, another price and nothing else, from among others to a level that is there.
template <bool Notes>
[[gnu::always_inline]] inline void order_book::machine::replace_quickly(
    const replace_order& request, event_buffer& out) {
    if (!(Notes ? calm_ : quiet_)) [[unlikely]] {
        return Notes ? replace_otherwise(request, out) : replace_noting(request, out);
    }
    const slot at = index_.find(request.id);
    if (!is_plain(at, request.account) || !request.set_price || request.set_quantity ||
        request.set_stop_price || out.is_full() || (Notes && !changed_orders_.is_noted(at)))
        [[unlikely]] {
        replace_otherwise(request, out);
        return;
    }
    const std::int64_t price = request.price.ticks;
    order_node& node = orders_[at];
    price_ladder& book = ladder(node.which);
    price_level& before = book[node.level];
    const slot level_at = book.guess(price);
    price_level& level = book[level_at];
    if (before.orders == 1 || !level.is_at(price) || level_at == node.level || node.post_only ||
        against(node.which).may_be_reached_by(price)) [[unlikely]] {
        replace_otherwise(request, out);
        return;
    }
    const std::int64_t lots = node.remaining;
    before.shown_lots -= lots;
    unlink_from(before, at);
    node.price = price;
    ++node.version;
    node.priority = row_.next_priority++;
    node.level = level_at;
    tell_replaced(node, out.next_of_room());
    level.shown_lots += lots;
    link_behind(level.tail, at, level);
}

// In these three, too, all is read before anything is written.

[[gnu::always_inline]] inline void order_book::machine::tell_accepted(const new_order& order,
                                                                      event& told) const noexcept {
    const order_id id = order.id;
    const price limit = order.price;
    const quantity lots = order.quantity;
    const account_id account = order.account;
    write_header(told, event_kind::accepted, order.side, reason::none, 0, 0);
    told.order = id;
    told.number = 0;
    told.price = limit;
    told.lots = lots;
    told.filled = {};
    told.remaining = lots;
    told.account = account;
    told.symbol = row_.rules.symbol;
}

[[gnu::always_inline]] inline void order_book::machine::tell_cancelled(const order_node& node,
                                                                       event& told) const noexcept {
    const order_id id = node.id;
    const std::int64_t price = node.price;
    const std::int64_t lots = node.remaining;
    const std::int64_t filled = node.filled;
    const account_id account = node.account;
    const symbol_id symbol = row_.rules.symbol;
    write_header(told, event_kind::cancelled, node.which, reason::requested, event::final_answer,
                 node.version);
    told.order = id;
    told.number = 0;
    told.price = {price};
    told.lots = {lots};
    told.filled = {filled};
    told.remaining = {};
    told.account = account;
    told.symbol = symbol;
}

[[gnu::always_inline]] inline void order_book::machine::tell_replaced(const order_node& node,
                                                                      event& told) const noexcept {
    const order_id id = node.id;
    const std::int64_t price = node.price;
    const std::int64_t lots = node.remaining;
    const std::int64_t filled = node.filled;
    const account_id account = node.account;
    const symbol_id symbol = row_.rules.symbol;
    write_header(told, event_kind::replaced, node.which, reason::none, 0, node.version);
    told.order = id;
    told.number = 0;
    told.price = {price};
    told.lots = {lots + filled};
    told.filled = {filled};
    told.remaining = {lots};
    told.account = account;
    told.symbol = symbol;
}

void order_book::machine::submit(const new_order& order, event_buffer& out) {
    submit_quickly<false>(order, out);
}

void order_book::machine::cancel(const cancel_order& request, event_buffer& out) {
    cancel_quickly<false>(request, out);
}

void order_book::machine::replace(const replace_order& request, event_buffer& out) {
    replace_quickly<false>(request, out);
}

void order_book::machine::submit_noting(const new_order& order, event_buffer& out) {
    submit_quickly<true>(order, out);
}

void order_book::machine::cancel_noting(const cancel_order& request, event_buffer& out) {
    cancel_quickly<true>(request, out);
}

void order_book::machine::replace_noting(const replace_order& request, event_buffer& out) {
    replace_quickly<true>(request, out);
}

void order_book::machine::apply(timestamp now, std::span<const command> commands,
                                event_buffer& out) {
    row_.now = std::max(row_.now, now);
    if (due_ <= row_.now || commands.size() != 1) [[unlikely]] {
        apply_entry(commands, out);
        return;
    }
    apply_one(commands.front(), out);
}

void order_book::machine::apply(timestamp now, std::span<const command> commands, event_buffer& out,
                                std::vector<std::size_t>& ends) {
    advance(now, out);
    if (orders_.live() > shared_cache_orders && commands.size() > order_ahead) {
        const std::size_t before = ends.size();
        ends.resize(before + commands.size());
        apply_ahead(commands, out, ends.data() + before);
        return;
    }
    for (const command& each : commands) {
        apply_one(each, out);
        ends.push_back(out.size());
    }
}

void order_book::machine::apply_entry(std::span<const command> commands, event_buffer& out) {
    advance(row_.now, out);
    if (orders_.live() > cached_orders && commands.size() > order_ahead) {
        apply_ahead(commands, out, nullptr);
        return;
    }
    // The two that come most are inline here: that spares each a call.
    for (const command& each : commands) {
        if (each.index() == 0) {
            submit_quickly<false>(*std::get_if<new_order>(&each), out);
        } else if (each.index() == 1) {
            cancel_quickly<false>(*std::get_if<cancel_order>(&each), out);
        } else {
            apply_one(each, out);
        }
    }
}

[[gnu::always_inline]] inline void order_book::machine::apply_one(const command& each,
                                                                  event_buffer& out) {
    switch (each.index()) {
        case 0:
            submit(*std::get_if<new_order>(&each), out);
            break;
        case 1:
            cancel(*std::get_if<cancel_order>(&each), out);
            break;
        case 2:
            replace(*std::get_if<replace_order>(&each), out);
            break;
        default:
            apply_rare(each, out);
    }
}

// A large book is not in the cache, but the entry tells what will be needed: the memory of
// later commands is asked for while earlier ones are done. In three steps, as one leads to the next:
// the id's page in the index, the order, its neighbours in the queue. All of it without a branch: for an order that is
// not there the memory of another one is asked for, which harms nothing. `ends`: where to say how many events there are
// after each command; null: nowhere.
void order_book::machine::apply_ahead(std::span<const command> commands, event_buffer& out,
                                      std::size_t* ends) {
    constexpr std::size_t kept = 32;  // more than `index_ahead`
    std::array<order_id, kept> named;
    order_id before{};
    const std::size_t last = commands.size() - 1;
    const auto ask_for_page = [&](std::size_t i) {
        before = named_order(commands[std::min(i, last)], before);
        named[i % kept] = before;
        index_.prefetch(before);
    };
    const auto ask_for_order = [&](std::size_t i) {
        const slot found = index_.find(named[i % kept]);
        const slot at = found & (static_cast<slot>(found == no_slot) - 1U);
        orders_.prefetch(at);
        return at;
    };
    for (std::size_t i = 0; i < index_ahead; ++i) {
        ask_for_page(i);
    }
    std::array<slot, order_ahead> found{};  // of the commands just ahead
    for (std::size_t i = 0; i < order_ahead; ++i) {
        found[i] = ask_for_order(i);
    }
    for (std::size_t i = 0; i < links_ahead; ++i) {
        orders_.prefetch_neighbours(found[i]);
    }
    for (std::size_t i = 0; i < commands.size(); ++i) {
        ask_for_page(i + index_ahead);
        orders_.prefetch_neighbours(found[(i + links_ahead) % order_ahead]);
        found[i % order_ahead] = ask_for_order(i + order_ahead);
        apply_one(commands[i], out);
        if (ends != nullptr) {
            ends[i] = out.size();
        }
    }
}

void order_book::machine::apply_rare(const command& rare, event_buffer& out) {
    if (const auto* all = std::get_if<mass_cancel>(&rare)) {
        cancel_all(*all, out);
    } else if (const auto* state = std::get_if<set_state>(&rare)) {
        change_state(*state, out);
    } else {
        change_reference(std::get<set_reference>(rare), out);
    }
}

// --- The other way ------------------------------------------------------------------------------

void order_book::machine::submit_otherwise(const new_order& order, event_buffer& out) {
    // Of either side, of time in force below 4, with any self-trade prevention.
    constexpr std::uint64_t allowed = 0x07'03'00'01U;
    const order_index::position where = index_.locate(order.id);
    if (calm_ && where.found == no_slot && has_only(order, allowed) &&
        order.tif != time_in_force::good_till_date &&
        order.self_trade <= self_trade_prevention::decrement && passes(order) &&
        orders_.live() < row_.rules.max_orders) [[likely]] {
        submit_plain(order, where, out);
    } else {
        submit_carefully(order, where, out);
    }
}

// Into a calm book: nothing to look at but the other side's queue.
void order_book::machine::submit_plain(const new_order& order, const order_index::position& where,
                                       event_buffer& out) {
    tell_accepted(order, out.next());
    std::int64_t remaining = order.quantity.lots;
    const bool whole = waiting_[0].empty() && waiting_[1].empty() && take(order, remaining, out);
    if (remaining == 0) {
        return;
    }
    if (whole && order.tif == time_in_force::immediate_or_cancel) {
        event& told = out.next();
        write_header(told, event_kind::cancelled, order.side, reason::unfilled, event::final_answer,
                     0);
        told.order = order.id;
        told.number = 0;
        told.price = order.price;
        told.lots = {remaining};
        told.filled = {order.quantity.lots - remaining};
        told.remaining = {};
        told.account = order.account;
        told.symbol = row_.rules.symbol;
        return;
    }
    // Trades may have moved pages of the index.
    const slot at =
        add_order(order, remaining == order.quantity.lots ? where : index_.locate(order.id));
    orders_[at].remaining = remaining;
    orders_[at].filled = order.quantity.lots - remaining;
    if (whole) {
        append(at);
        return;
    }
    execute(at, order.price.ticks, out);
    settle(out);
}

// Trades an order that is not in the book yet with what it reaches, as `walk` does, as long as that is
// plain and another owner's. Lowers `remaining`; true if that was all it reaches.
bool order_book::machine::take(const new_order& order, std::int64_t& remaining, event_buffer& out) {
    price_ladder& book = against(order.side);
    while (remaining != 0 && book.reached_by(order.price.ticks)) {
        if (!take_level(order, remaining, book, out)) {
            return false;
        }
    }
    return true;
}

bool order_book::machine::take_level(const new_order& order, std::int64_t& remaining,
                                     price_ladder& book, event_buffer& out) {
    const slot level_at = book.best();
    price_level& level = book[level_at];
    const std::int64_t price = level.price_ticks;
    const std::int64_t before = remaining;
    std::int64_t left = before;
    slot first = level.head;
    std::uint32_t gone = 0;
    bool plain = true;
    std::uint64_t trades = 0;
    do {
        order_node& maker = orders_[first];
        plain = maker.terms == no_slot &&
                (order.self_trade == self_trade_prevention::none || !same_owner(order, maker));
        if (!plain) [[unlikely]] {
            break;
        }
        touch(first);
        const std::int64_t lots = std::min(left, maker.remaining);
        left -= lots;
        maker.remaining -= lots;
        maker.filled += lots;
        ++trades;
        tell_fill(first, price, lots, 0, out);
        tell_taken(order, price, lots, left, out);
        ++row_.next_trade;
        const slot next = orders_.links(first).next;
        if (maker.remaining != 0) {
            // Whoever takes next will need these.
            index_.prefetch(maker.id);
            orders_.prefetch(next == no_slot ? first : next);
            break;
        }
        index_.erase(maker.id);
        drop(first);
        orders_.give_back(first);
        first = next;
        ++gone;
    } while (left != 0 && first != no_slot);
    if (gone == level.orders) {
        book.erase(level_at);
    } else {
        level.orders -= gone;
        level.shown_lots -= before - left;
        level.head = first;
        orders_.links(first).prev = no_slot;
    }
    if (trades != 0) {
        count_trades(trades, price, before - left);
    }
    remaining = left;
    return plain;
}

void order_book::machine::submit_carefully(const new_order& order,
                                           const order_index::position& where, event_buffer& out) {
    begin_command();
    const reason why = check_new(order);
    if (why != reason::none) {
        reject(order, why, out);
    } else if (!needs_no_terms(order)) {
        submit_with_terms(order, where, out);
    } else {
        const slot at = add_order(order, where);
        tell_accepted(order, out.next());
        enter(at, out);
    }
    settle(out);
}

// Of an order that has passed the checks.
bool order_book::machine::needs_no_terms(const new_order& order) noexcept {
    return order.type == order_type::limit && order.tif != time_in_force::good_till_date &&
           order.tif != time_in_force::fill_or_kill && order.tif != time_in_force::at_the_open &&
           order.tif != time_in_force::at_the_close && !order.all_or_none &&
           order.display.lots == 0 && order.minimum.lots == 0 && order.group.value == 0;
}

void order_book::machine::submit_with_terms(const new_order& order,
                                            const order_index::position& where, event_buffer& out) {
    const slot at = add_order(order, where);
    add_terms(at, order);
    const bool held = order.group.value != 0;
    event told = about(at, event_kind::accepted);
    told.lots = order.quantity;
    told.flags = held ? event::held : std::uint8_t{0};
    out.append(told);
    if (held) {
        join_group(at, order);
        complete_group(order.group.value, out);
    } else {
        enter(at, out);
    }
}

void order_book::machine::reject(const new_order& order, reason why, event_buffer& out) {
    out.append({.kind = event_kind::rejected,
                .side = order.side,
                .reason = why,
                .flags = event::final_answer,
                .order = order.id,
                .price = order.price,
                .lots = order.quantity,
                .account = order.account,
                .symbol = row_.rules.symbol});
    fail_group(order, out);
}

void order_book::machine::cancel_otherwise(const cancel_order& request, event_buffer& out) {
    const order_index::position where = index_.locate(request.id);
    const slot at = where.found;
    if (calm_ && is_plain(at, request.account)) [[likely]] {
        tell_cancelled(orders_[at], out.next());
        drop(at);
        remove(at);
        orders_.give_back(at);
        index_.erase(where);
        return;
    }
    begin_command();
    if (at == no_slot || (request.account.value != 0 && request.account != orders_[at].account)) {
        refuse(event_kind::cancel_rejected, request.id, request.account, reason::unknown_order,
               out);
    } else {
        end(at, reason::requested, out);
    }
    settle(out);
}

void order_book::machine::replace_otherwise(const replace_order& request, event_buffer& out) {
    begin_command();
    const slot at = find_slot(request.id);
    const bool known =
        at != no_slot && (request.account.value == 0 || request.account == orders_[at].account);
    const reason why = known ? check_replace(at, request) : reason::unknown_order;
    if (why != reason::none) {
        refuse(event_kind::replace_rejected, request.id, request.account, why, out);
    } else {
        replace_done(at, request, out);
    }
    settle(out);
}

void order_book::machine::replace_done(slot at, const replace_order& request, event_buffer& out) {
    touch(at);
    order_node& node = orders_[at];
    order_terms* terms = terms_of(node);
    const std::int64_t old_price = node.price;
    const std::int64_t price = request.set_price ? request.price.ticks : old_price;
    const std::int64_t old_total = node.remaining + node.filled;
    const std::int64_t total = request.set_quantity ? request.quantity.lots : old_total;
    const bool same_stop = !request.set_stop_price || request.stop_price.ticks == terms->stop_price;
    ++node.version;
    if (price == old_price && same_stop && total <= old_total) {
        shrink(at, old_total - total);
        tell(at, event_kind::replaced, total, reason::none, out);
        return;
    }
    const bool acts_later =
        place_of(node) == node_place::held || place_of(node) == node_place::pending;
    if (!acts_later) {
        leave_place(at);
    }
    node.remaining = total - node.filled;
    node.price = price;
    if (request.set_stop_price) {
        terms->stop_price = request.stop_price.ticks;
    }
    tell(at, event_kind::replaced, total, reason::none, out);
    if (!acts_later) {
        enter(at, out);
    }
}

// Lowers what remains in place; an iceberg gives up first what it does not show (12.4).
void order_book::machine::shrink(slot at, std::int64_t lots) noexcept {
    note_change(at, -lots);
    touch(at);
    order_node& node = orders_[at];
    node.remaining -= lots;
    if (!node.in_queue()) {
        return;
    }
    price_ladder& book = ladder(node.which);
    std::int64_t from_shown = lots;
    if (order_terms* terms = terms_of(node)) {
        from_shown = std::max<std::int64_t>(0, terms->shown - node.remaining);
        terms->shown -= from_shown;
    }
    book[node.level].shown_lots -= from_shown;
    book.reserve_lots(node.level) -= lots - from_shown;
}

void order_book::machine::count_trades(std::uint64_t trades, std::int64_t price_ticks,
                                       std::int64_t lots) noexcept {
    book_statistics& all = row_.statistics;
    const price at{price_ticks};
    if (all.trades == 0) [[unlikely]] {
        all.first = all.high = all.low = at;
    }
    all.trades += trades;
    all.high = std::max(all.high, at);
    all.low = std::min(all.low, at);
    all.last = at;
    add_saturating(all.lots, static_cast<std::uint64_t>(lots));
    add_saturating(all.turnover, notional(at, {lots}));
    row_.last_price = at;
    row_.has_last_price = true;
}

// --- Orders and their terms ---------------------------------------------------------------------

void order_book::machine::add_terms(slot at, const new_order& order) {
    const bool hides = order.type == order_type::primary_peg || order.type == order_type::mid_peg ||
                       order.all_or_none || order.minimum.lots > 0;
    const slot where = terms_.take();
    terms_[where] = {
        .shown = 0,
        .order = at,
        .place = node_place::acting,
        .role = order.role,
        .all_or_none = order.all_or_none,
        .triggered = false,
        .has_stop_price = order.type == order_type::stop || order.type == order_type::stop_limit,
        .has_rank = false,
        .counts_as_hidden = hides,
        .stop_price = order.stop_price.ticks,
        .offset = order.offset_ticks,
        .display = order.display.lots,
        .minimum = order.minimum.lots,
        .rank_price = 0,
        .expires_at = order.expires_at,
        .group = {},
        .last_trial = {}};
    orders_[at].terms = where;
    count_in(at);
}

// What is counted and timed for an order with terms, from its acceptance until it is forgotten.
void order_book::machine::count_in(slot at) {
    const order_node& node = orders_[at];
    const order_terms& terms = terms_[node.terms];
    conditional_or_pegged_ += terms.counts_as_hidden ? 1U : 0U;
    trailing_count_ += node.type == order_type::trailing_stop ? 1U : 0U;
    auction_only_ += ends_with_auction(node) ? 1U : 0U;
    if (node.tif == time_in_force::good_till_date) {
        timers_.insert({terms.expires_at, node.id, at});
        note_due();
    }
}

void order_book::machine::uncount_if_ordinary(const order_node& node, order_terms& terms) noexcept {
    if (terms.counts_as_hidden && !is_hidden(node, terms)) {
        terms.counts_as_hidden = false;
        --conditional_or_pegged_;
    }
}

// The order has had its final answer and is in no place and no group.
void order_book::machine::forget(slot at) noexcept {
    order_node& node = orders_[at];
    drop(at);
    index_.erase(node.id);
    if (node.terms != no_slot) [[unlikely]] {
        const order_terms& terms = terms_[node.terms];
        conditional_or_pegged_ -= terms.counts_as_hidden ? 1U : 0U;
        trailing_count_ -= node.type == order_type::trailing_stop ? 1U : 0U;
        auction_only_ -= ends_with_auction(node) ? 1U : 0U;
        if (node.tif == time_in_force::good_till_date) {
            timers_.erase({terms.expires_at, node.id, at});
            note_due();
        }
        terms_[node.terms].order = no_slot;
        terms_.give_back(node.terms);
    }
    orders_.give_back(at);
}

// --- Events -------------------------------------------------------------------------------------

event order_book::machine::about(slot at, event_kind kind) const noexcept {
    const order_node& node = orders_[at];
    return {.kind = kind,
            .side = node.which,
            .version = node.version,
            .order = node.id,
            .price = {node.price},
            .filled = {node.filled},
            .remaining = {node.remaining},
            .account = node.account,
            .symbol = row_.rules.symbol};
}

void order_book::machine::tell(slot at, event_kind kind, std::int64_t lots, reason why,
                               event_buffer& out) const {
    event told = about(at, kind);
    told.lots = {lots};
    told.reason = why;
    if (kind == event_kind::cancelled) {
        told.flags = event::final_answer;
        told.remaining = {};
    } else if (kind == event_kind::triggered) {
        told.price = {terms_of(orders_[at])->stop_price};
    }
    out.append(told);
}

void order_book::machine::refuse(event_kind kind, order_id id, account_id account, reason why,
                                 event_buffer& out) const {
    out.append({.kind = kind,
                .reason = why,
                .order = id,
                .account = account,
                .symbol = row_.rules.symbol});
}

}  // namespace bourse
