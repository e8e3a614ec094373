// States, time and operator commands (RULES.md 2, 7.3, 11, 12.2).
#include <algorithm>
#include <tuple>
#include <utility>

#include "actors/book/book_machine.hpp"

namespace bourse {

order_book::machine::machine(instrument rules, market_state state) {
    BOURSE_ASSERT(state != market_state::auction);
    row_.rules = std::move(rules);
    row_.state = state;
    note_rules();
}

// What the path of an order asks of the instrument, worked out once.
void order_book::machine::note_rules() noexcept {
    const instrument& rules = row_.rules;
    plain_rules_ = rules.ticks.size() == 1 && rules.ticks.front().tick_ticks == 1 &&
                   rules.lot.lots == 1 && rules.min_quantity.lots <= 1 &&
                   rules.max_quantity.lots == 0 && rules.min_notional == 0 &&
                   rules.max_notional == 0 && rules.band_bps == 0;
    note_calm();
}

// --- Time (section 11) --------------------------------------------------------------------------

std::optional<timestamp> order_book::machine::next_due() const noexcept {
    std::optional<timestamp> due;
    if (row_.until.ns != 0) {
        due = row_.until;
    }
    if (!timers_.empty() && (!due || timers_.begin()->at < *due)) {
        due = timers_.begin()->at;
    }
    return due;
}

void order_book::machine::do_what_is_due(event_buffer& out) {
    for (auto due = next_due(); due && *due <= row_.now; due = next_due()) {
        begin_command();
        if (!timers_.empty() && timers_.begin()->at == *due) {
            end(timers_.begin()->order, reason::expired, out);
        } else {
            fire_timer(out);
        }
        settle(out);
    }
}

// 2.6.
void order_book::machine::fire_timer(event_buffer& out) {
    const duration reopening = row_.rules.reopening_auction;
    if (row_.state == market_state::halted && reopening.ns > 0) {
        enter_state({.state = market_state::auction,
                     .auction = auction_kind::reopening,
                     .until = row_.now + reopening,
                     .next = market_state::open},
                    reason::timer, out);
    } else {
        enter_state({.state = row_.next}, reason::timer, out);
    }
}

// --- States (section 2) -------------------------------------------------------------------------

void order_book::machine::change_state(const set_state& request, event_buffer& out) {
    begin_command();
    if (makes_sense(request, row_.now)) {
        enter_state(request, reason::operator_request, out);
    } else {
        refuse(event_kind::command_rejected, {}, {}, reason::invalid_state, out);
    }
    settle(out);
}

// 2.3.
// 2.4 and 2.5.
void order_book::machine::enter_state(const set_state& wanted, reason why, event_buffer& out) {
    const market_state before = row_.state;
    row_.state = wanted.state;
    row_.auction = wanted.auction;
    row_.until = wanted.until;
    row_.next = wanted.next;
    note_due();
    note_calm();
    out.append({.kind = event_kind::state_changed,
                .reason = why,
                .number = state_number(row_.state, row_.auction, before),
                .symbol = row_.rules.symbol});
    pegs_dirty_ = true;
    forget_trials();
    const bool opens = is_open() && before != market_state::open;
    const bool closes = row_.state == market_state::closed && before != market_state::closed;
    if (before == market_state::closed && row_.state != market_state::closed) {
        row_.statistics = {};
    }
    if (opens || (closes && before == market_state::auction)) {
        uncross(out);
        end_all([](const order_node& node) { return node.in_queue() && ends_with_auction(node); },
                auction_only_ == 0, reason::auction_ended, out);
        if (opens) {
            look_at_prints(out);
        }
        prints_.clear();
    }
    if (row_.auction == auction_kind::closing) {
        while (!parked_.empty()) {
            const slot at = parked_.begin()->second;
            leave_place(at);
            to_queue(at);
        }
    }
    if (closes) {
        end_all(
            [](const order_node& node) {
                return node.tif == time_in_force::day || node.tif == time_in_force::at_the_open ||
                       node.tif == time_in_force::at_the_close;
            },
            false, reason::expired, out);
    }
}

// 4.7.2.
void order_book::machine::interrupt(event_buffer& out) {
    enter_state({.state = market_state::auction,
                 .auction = auction_kind::volatility,
                 .until = row_.now + row_.rules.volatility_auction,
                 .next = market_state::open},
                reason::volatility, out);
}

// 7.3.
void order_book::machine::set_corridor() noexcept {
    const auto before = std::tuple{corridor_on_, corridor_low_, corridor_high_};
    corridor_on_ = row_.has_last_price || row_.has_reference_price;
    const price base = row_.has_last_price ? row_.last_price : row_.reference_price;
    const wide_int size = base.ticks < 0 ? -wide_int{base.ticks} : wide_int{base.ticks};
    const wide_int width = size * row_.rules.volatility_bps / 10'000;
    corridor_low_ = saturate(base.ticks - width);
    corridor_high_ = saturate(base.ticks + width);
    if (before != std::tuple{corridor_on_, corridor_low_, corridor_high_}) {
        forget_trials();
    }
}

// --- Operator commands --------------------------------------------------------------------------

void order_book::machine::change_reference(const set_reference& request, event_buffer& out) {
    begin_command();
    row_.has_reference_price = !request.clear;
    row_.reference_price = request.clear ? price{} : request.price;
    out.append({.kind = event_kind::reference_set,
                .number = request.clear ? 0U : 1U,
                .price = row_.reference_price,
                .symbol = row_.rules.symbol});
    settle(out);
}

// 12.2.
void order_book::machine::cancel_all(const mass_cancel& request, event_buffer& out) {
    begin_command();
    if (static_cast<std::uint8_t>(request.sides) > 2) {
        refuse(event_kind::command_rejected, {}, {}, reason::invalid_combination, out);
        return settle(out);
    }
    end_all(
        [&request](const order_node& node) {
            const bool reached = request.sides == side_filter::both ||
                                 (request.sides == side_filter::buy) == (node.which == side::buy);
            return reached && (request.account.value == 0 || request.account == node.account);
        },
        false, reason::mass_cancelled, out);
    settle(out);
}

template <class Predicate>
void order_book::machine::end_all(const Predicate& wanted, bool none, reason why,
                                  event_buffer& out) {
    if (none) {
        return;
    }
    std::vector<std::pair<order_id, slot>> found;
    for (slot at = 0; at < orders_.used(); ++at) {
        if (orders_.is_live(at) && wanted(orders_[at])) {
            found.emplace_back(orders_[at].id, at);
        }
    }
    std::sort(found.begin(), found.end());
    for (const auto& [id, at] : found) {
        if (orders_[at].id == id) {  // else its group has ended it already
            end(at, why, out);
        }
    }
}

}  // namespace bourse
