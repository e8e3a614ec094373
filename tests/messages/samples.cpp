#include "samples.hpp"

namespace bourse::samples {

bourse::new_order random_records::new_order() {
    bourse::new_order order;
    order.id = {integer<std::uint64_t>()};
    order.account = {integer<std::uint32_t>()};
    order.trade_group = {integer<std::uint32_t>()};
    order.side = any_of<side>();
    order.type = any_of<order_type>();
    order.tif = any_of<time_in_force>();
    order.self_trade = any_of<self_trade_prevention>();
    order.post_only = coin();
    order.all_or_none = coin();
    order.role = any_of<group_role>();
    order.group_size = integer<std::uint8_t>();
    order.price = price();
    order.quantity = quantity();
    order.stop_price = price();
    order.offset_ticks = integer<std::int64_t>();
    order.display = quantity();
    order.minimum = quantity();
    order.expires_at = {integer<std::int64_t>()};
    order.group = {integer<std::uint64_t>()};
    return order;
}

bourse::command random_records::command() {
    switch (below(6)) {
        case 0:
            return new_order();
        case 1:
            return cancel_order{{integer<std::uint64_t>()}, {integer<std::uint32_t>()}};
        case 2:
            return replace_order{{integer<std::uint64_t>()},
                                 {integer<std::uint32_t>()},
                                 coin(),
                                 coin(),
                                 coin(),
                                 price(),
                                 quantity(),
                                 price()};
        case 3:
            return mass_cancel{{integer<std::uint32_t>()}, any_of<side_filter>()};
        case 4:
            return set_state{any_of<market_state>(),
                             any_of<auction_kind>(),
                             {integer<std::int64_t>()},
                             any_of<market_state>()};
        default:
            return set_reference{coin(), price()};
    }
}

bourse::event random_records::event() {
    bourse::event happened;
    happened.kind = any_of<event_kind>();
    happened.side = any_of<side>();
    happened.reason = any_of<reason>();
    happened.flags = static_cast<std::uint8_t>(below(32));
    happened.version = integer<std::uint32_t>();
    happened.order = {integer<std::uint64_t>()};
    happened.number = integer<std::uint64_t>();
    happened.price = price();
    happened.lots = quantity();
    happened.filled = quantity();
    happened.remaining = quantity();
    happened.account = {integer<std::uint32_t>()};
    happened.symbol = {integer<std::uint32_t>()};
    return happened;
}

bourse::instrument random_records::instrument() {
    bourse::instrument rules;
    rules.symbol = {integer<std::uint32_t>()};
    rules.ticks.resize(below(40));
    for (tick_row& row : rules.ticks) {
        row = {integer<std::int64_t>(), integer<std::int64_t>()};
    }
    rules.lot = quantity();
    rules.min_quantity = quantity();
    rules.max_quantity = quantity();
    rules.min_notional = integer<std::int64_t>();
    rules.max_notional = integer<std::int64_t>();
    rules.band_bps = integer<std::uint32_t>();
    rules.volatility_bps = integer<std::uint32_t>();
    rules.volatility_auction = {integer<std::int64_t>()};
    rules.reopening_auction = {integer<std::int64_t>()};
    rules.max_orders = integer<std::uint32_t>();
    rules.max_hidden_orders = integer<std::uint32_t>();
    rules.max_trailing_stops = integer<std::uint32_t>();
    return rules;
}

bourse::order_row random_records::order_row() {
    bourse::order_row row;
    row.id = {integer<std::uint64_t>()};
    row.account = {integer<std::uint32_t>()};
    row.trade_group = {integer<std::uint32_t>()};
    row.side = any_of<side>();
    row.type = any_of<order_type>();
    row.tif = any_of<time_in_force>();
    row.self_trade = any_of<self_trade_prevention>();
    row.post_only = coin();
    row.all_or_none = coin();
    row.triggered = coin();
    row.role = any_of<group_role>();
    row.place = any_of<order_place>();
    row.version = integer<std::uint32_t>();
    row.priority = integer<std::uint64_t>();
    row.price = price();
    row.remaining = quantity();
    row.filled = quantity();
    row.shown = quantity();
    row.stop_price = price();
    row.has_stop_price = coin();
    row.offset_ticks = integer<std::int64_t>();
    row.display = quantity();
    row.minimum = quantity();
    row.expires_at = {integer<std::int64_t>()};
    row.group = {integer<std::uint64_t>()};
    return row;
}

bourse::group_row random_records::group_row() {
    bourse::group_row row;
    row.id = {integer<std::uint64_t>()};
    row.account = {integer<std::uint32_t>()};
    row.size = integer<std::uint8_t>();
    row.complete = coin();
    row.members.resize(below(9));
    for (order_id& member : row.members) {
        member = {integer<std::uint64_t>()};
    }
    return row;
}

bourse::book_row random_records::book_row() {
    bourse::book_row row;
    row.rules = instrument();
    row.now = {integer<std::int64_t>()};
    row.state = any_of<market_state>();
    row.auction = any_of<auction_kind>();
    row.until = {integer<std::int64_t>()};
    row.next = any_of<market_state>();
    row.has_last_price = coin();
    row.has_reference_price = coin();
    row.last_price = price();
    row.reference_price = price();
    row.next_priority = integer<std::uint64_t>();
    row.next_trade = integer<std::uint64_t>();
    row.statistics.trades = integer<std::uint64_t>();
    row.statistics.lots = integer<std::uint64_t>();
    row.statistics.turnover =
        (wide_int{integer<std::int64_t>()} << 64) | wide_int{integer<std::uint64_t>()};
    row.statistics.first = price();
    row.statistics.high = price();
    row.statistics.low = price();
    row.statistics.last = price();
    return row;
}

bourse::book_rows random_records::book_rows() {
    bourse::book_rows rows;
    rows.book = book_row();
    rows.orders.resize(below(20));
    for (bourse::order_row& row : rows.orders) {
        row = order_row();
    }
    rows.groups.resize(below(5));
    for (bourse::group_row& row : rows.groups) {
        row = group_row();
    }
    return rows;
}

}  // namespace bourse::samples
