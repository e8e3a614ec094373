#include "tests/support/event_audit.hpp"

namespace bourse {

namespace {

bool about_a_live_order(event_kind kind) {
    return kind == event_kind::replaced ||
           (kind >= event_kind::fill && kind <= event_kind::prevented);
}

}  // namespace

std::optional<std::string> event_audit::follow(std::span<const event> events) {
    for (const event& e : events) {
        if (const char* fault = fault_of(e)) {
            return std::string(fault) + ": " + describe(e);
        }
    }
    return half_a_trade_ ? std::optional<std::string>("a trade has but one fill") : std::nullopt;
}

const char* event_audit::fault_of(const event& e) {
    if (half_a_trade_ && e.kind != event_kind::fill) {
        return "a trade has but one fill";
    }
    if (e.kind == event_kind::rejected) {
        return e.is_final() ? nullptr : "a rejection is final";
    }
    if (e.kind == event_kind::accepted) {
        const bool is_new = live_.emplace(e.order.value, standing{{}, e.lots, 0, e.price}).second;
        return !is_new                                       ? "accepted twice"
               : e.remaining != e.lots || e.filled.lots != 0 ? "a new order is not filled"
                                                             : nullptr;
    }
    if (!about_a_live_order(e.kind)) {
        return nullptr;
    }
    const auto found = live_.find(e.order.value);
    if (found == live_.end()) {
        return "an event about an order that does not live";
    }
    const standing before = found->second;
    found->second = {e.filled, e.remaining, e.version,
                     e.kind == event_kind::replaced ? e.price : before.worst};
    if (e.is_final()) {
        live_.erase(found);
    }
    if (e.is_final() != (e.remaining.lots == 0)) {
        return "final is when nothing remains";
    }
    if (e.version != before.version + (e.kind == event_kind::replaced ? 1 : 0)) {
        return "the version counts replaces";
    }
    return e.kind == event_kind::fill ? fault_of_fill(e, before) : fault_of_change(e, before);
}

// Two fills a trade: of a buy and a sell, with one number, price and quantity.
const char* event_audit::fault_of_fill(const event& e, const standing& before) {
    if (e.filled != before.filled + e.lots || e.remaining != before.remaining - e.lots ||
        e.lots.lots < 1) {
        return "a fill moves lots from remaining to filled";
    }
    if (e.side == side::buy ? e.price > before.worst : e.price < before.worst) {
        return "no order trades beyond its worst price";
    }
    if (!half_a_trade_) {
        half_a_trade_ = true;
        first_fill_ = e;
        return e.number == ++trade_ ? nullptr : "trade numbers have no gap";
    }
    half_a_trade_ = false;
    const bool fits = e.number == trade_ && e.side != first_fill_.side &&
                      e.price == first_fill_.price && e.lots == first_fill_.lots;
    return fits ? nullptr : "the two fills of a trade agree";
}

const char* event_audit::fault_of_change(const event& e, const standing& before) {
    if (e.filled != before.filled) {
        return "only a fill fills";
    }
    if (e.kind == event_kind::replaced) {
        return e.lots == e.filled + e.remaining ? nullptr : "a replace says the total";
    }
    const bool takes = e.kind == event_kind::cancelled || e.kind == event_kind::reduced;
    const quantity expected = takes ? before.remaining - e.lots : before.remaining;
    return e.remaining == expected ? nullptr : "lots are conserved";
}

std::string describe(const event& e) {
    const auto text = [](auto value) { return std::to_string(value); };
    return std::string(to_string(e.kind)) + " order " + text(e.order.value) +
           (e.side == side::buy ? " buy" : " sell") + " account " + text(e.account.value) +
           " reason " + text(static_cast<unsigned>(e.reason)) + " flags " +
           text(static_cast<unsigned>(e.flags)) + " version " + text(e.version) + " number " +
           text(e.number) + " price " + text(e.price.ticks) + " lots " + text(e.lots.lots) +
           " filled " + text(e.filled.lots) + " remaining " + text(e.remaining.lots) + " symbol " +
           text(e.symbol.value);
}

}  // namespace bourse
