#pragma once

#include <cstdint>
#include <string_view>

#include "messages/command.hpp"
#include "messages/instrument.hpp"
#include "messages/order_terms.hpp"

/// The fields of commands by name, for tests that write, read and simplify commands. A field is
/// visited as `visit("price", order.price)`, in the order of its declaration.
namespace bourse {

template <typename Order, typename Visitor>
void for_each_field_of_order(Order& o, Visitor&& visit) {
    visit("id", o.id);
    visit("account", o.account);
    visit("trade_group", o.trade_group);
    visit("side", o.side);
    visit("type", o.type);
    visit("tif", o.tif);
    visit("self_trade", o.self_trade);
    visit("post_only", o.post_only);
    visit("all_or_none", o.all_or_none);
    visit("role", o.role);
    visit("group_size", o.group_size);
    visit("price", o.price);
    visit("quantity", o.quantity);
    visit("stop_price", o.stop_price);
    visit("offset_ticks", o.offset_ticks);
    visit("display", o.display);
    visit("minimum", o.minimum);
    visit("expires_at", o.expires_at);
    visit("group", o.group);
}

template <typename Visitor>
void for_each_field(new_order& o, Visitor&& visit) {
    for_each_field_of_order(o, visit);
}
template <typename Visitor>
void for_each_field(cancel_order& c, Visitor&& visit) {
    visit("id", c.id);
    visit("account", c.account);
}
template <typename Visitor>
void for_each_field(replace_order& r, Visitor&& visit) {
    visit("id", r.id);
    visit("account", r.account);
    visit("set_price", r.set_price);
    visit("set_quantity", r.set_quantity);
    visit("set_stop_price", r.set_stop_price);
    visit("price", r.price);
    visit("quantity", r.quantity);
    visit("stop_price", r.stop_price);
}
template <typename Visitor>
void for_each_field(mass_cancel& m, Visitor&& visit) {
    visit("account", m.account);
    visit("sides", m.sides);
}
template <typename Visitor>
void for_each_field(set_state& s, Visitor&& visit) {
    visit("state", s.state);
    visit("auction", s.auction);
    visit("until", s.until);
    visit("next", s.next);
}
template <typename Visitor>
void for_each_field(set_reference& s, Visitor&& visit) {
    visit("clear", s.clear);
    visit("price", s.price);
}
/// All but the tick table.
template <typename Visitor>
void for_each_field(instrument& i, Visitor&& visit) {
    visit("symbol", i.symbol);
    visit("lot", i.lot);
    visit("min_quantity", i.min_quantity);
    visit("max_quantity", i.max_quantity);
    visit("min_notional", i.min_notional);
    visit("max_notional", i.max_notional);
    visit("band_bps", i.band_bps);
    visit("volatility_bps", i.volatility_bps);
    visit("volatility_auction", i.volatility_auction);
    visit("reopening_auction", i.reopening_auction);
    visit("max_orders", i.max_orders);
    visit("max_hidden_orders", i.max_hidden_orders);
    visit("max_trailing_stops", i.max_trailing_stops);
}
template <typename Visitor>
void for_each_field(tick_row& t, Visitor&& visit) {
    visit("from", t.from_ticks);
    visit("tick", t.tick_ticks);
}

/// The number inside a strong type, or the number itself.
template <typename T>
auto& number_in(T& field) {
    if constexpr (requires { field.value; }) {
        return field.value;
    } else if constexpr (requires { field.ticks; }) {
        return field.ticks;
    } else if constexpr (requires { field.lots; }) {
        return field.lots;
    } else if constexpr (requires { field.ns; }) {
        return field.ns;
    } else {
        return field;
    }
}

}  // namespace bourse
