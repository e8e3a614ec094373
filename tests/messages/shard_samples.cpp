#include "shard_samples.hpp"

#include <algorithm>
#include <tuple>

namespace bourse::samples {
namespace {

constexpr request_id some_request{.id = {0x0102030405060708, 0x1112131415161718},
                                  .not_after = {1'767'258'005'000'000'000}};

set_state until_open() {
    return {.state = market_state::halted,
            .auction = auction_kind::none,
            .until = {1'767'258'000'000'000'007},
            .next = market_state::open};
}

std::vector<calendar_session> two_sessions() {
    return {{.at = {1'767'258'000'000'000'000}, .what = distinct_set_state()},
            {.at = {1'767'258'000'000'000'001}, .what = until_open()}};
}

transfer_message distinct_transfer() {
    return {.from = {31}, .to = {32}, .asset = {0x800003d2}, .amount = 33, .cost = -34};
}

new_order submitted_order() {
    new_order order = distinct_new_order();
    order.id = {};
    order.trade_group = {};
    return order;
}

}  // namespace

// --- Fixed ----------------------------------------------------------------------------------------

listing distinct_listing() {
    listing listed;
    listed.rules = distinct_instrument();
    listed.currency = {978};
    listed.tick_value = 25;
    for (std::size_t i = 0; i < fee_tiers; ++i) {
        const auto tier = static_cast<std::int64_t>(i);
        listed.fees[i] = {.maker = {-tier, 10 + tier},
                          .taker = {100 + tier, -1'000 - tier},
                          .auction = {10'000 + tier, 100'000 + tier}};
    }
    listed.protection_bps = 501;
    listed.book_shard = {0x7ffe};
    listed.calendar = {0x71727374};
    return listed;
}

std::vector<shard_command> every_kind_of_shard_command() {
    const request_id request = some_request;
    return {
        submit_order{.request = request,
                     .symbol = {5},
                     .has_price = false,
                     .reduce_only = true,
                     .lease = {0x2122232425262728},
                     .order = submitted_order()},
        submit_cancel{.request = request, .account = {42}, .order = {7001}, .named = {7, 8}},
        submit_replace{.request = request,
                       .account = {42},
                       .order = {7001},
                       .named = {7, 8},
                       .set_price = true,
                       .set_quantity = false,
                       .set_stop_price = true,
                       .price = {-11},
                       .quantity = {22},
                       .stop_price = {33}},
        submit_mass_cancel{
            .request = request, .account = {42}, .symbol = {5}, .sides = side_filter::sell},
        renew_lease{.account = {42}, .lease = {77}, .until = {1'767'258'030'000'000'000}},
        open_account{.request = request,
                     .account = {42},
                     .kind = account_kind::house,
                     .tier = 7,
                     .trade_group = {43},
                     .risk_group = {44}},
        set_limit{.request = request,
                  .account = {42},
                  .risk_group = {44},
                  .kind = limit_kind::fat_finger_bps,
                  .asset = {45},
                  .value = 46},
        set_kill_switch{.request = request, .account = {42}, .on = false},
        deposit{.request = request, .account = {42}, .asset = {45}, .amount = 46, .cost = 47},
        withdraw{.request = request, .account = {42}, .asset = {45}, .amount = 46},
        transfer{.request = request,
                 .account = {42},
                 .to = {43},
                 .to_shard = {44},
                 .asset = {45},
                 .amount = 46},
        split{.request = request,
              .symbol = {5},
              .numerator = 3,
              .denominator = 2,
              .cash_per_lot = 10'150},
        dividend{.request = request, .symbol = {5}, .per_lot = 31},
        list_instrument{.request = request, .what = distinct_listing()},
        book_state{.request = request, .symbol = {5}, .what = distinct_set_state()},
        book_reference{.request = request, .symbol = {5}, .what = distinct_set_reference()},
        mass_cancel_book{.request = request, .symbol = {5}},
        market_halt{.request = request, .on = true},
        set_calendar{.request = request, .calendar = {9}, .sessions = two_sessions()},
        set_rules_version{.request = request, .version = 2},
        distinct_channel_delivery(),
        distinct_channel_receipt(),
        distinct_put_record(),
    };
}

entry every_kind_entry() {
    return {.index = 0x0102030405060708,
            .at = {1'767'258'000'000'000'009},
            .commands = every_kind_of_shard_command()};
}

entry distinct_entry() {
    entry from = every_kind_entry();
    from.commands.resize(22);
    return from;
}

std::vector<channel_message> every_kind_of_channel_message() {
    return {order_message{.symbol = {5}, .what = distinct_new_order()},
            order_message{.symbol = {6}, .what = distinct_cancel_order()},
            order_message{.symbol = {7}, .what = distinct_replace_order()},
            distinct_event(),
            distinct_transfer(),
            transfer_returned{.what = distinct_transfer(), .why = reason::amount_too_large}};
}

channel_delivery distinct_channel_delivery() {
    return {
        .from = {0x7ffd}, .first = 0x3132333435363738, .messages = every_kind_of_channel_message()};
}

channel_receipt distinct_channel_receipt() {
    return {.from = {0x7ffc}, .up_to = 0x4142434445464748};
}

shard_row distinct_shard_row() {
    return {.id = {0x7ffe},
            .index = 1,
            .now = {2},
            .rules_version = 3,
            .horizon = {4},
            .max_outbox = 5,
            .max_open_orders = 6,
            .market_halted = true,
            .last_order = 7,
            .last_remembered = 8,
            .ledger_digest = 0xf1f2f3f4f5f6f7f8};
}

account_row distinct_account_row() {
    return {.id = {41},
            .kind = account_kind::house,
            .tier = 7,
            .blocked = true,
            .trade_group = {43},
            .risk_group = {44},
            .last_report = 0x0102030405060708,
            .max_open_orders = 45,
            .fat_finger_bps = 46};
}

risk_group_row distinct_risk_group_row() {
    return {.id = {44}, .max_open_orders = 45, .fat_finger_bps = 46};
}

position_row distinct_position_row() {
    return {.holder = external_holder,
            .of_group = true,
            .asset = {0x800003d2},
            .total = -((wide_int{1} << 64) + 2),
            .credit = 3,
            .max_order = 4,
            .max_total = 5,
            .cost = (wide_int{6} << 64) + 7,
            .realised = -8,
            .turnover = (wide_int{9} << 100) + 10,
            .turnover_day = 20'454};
}

open_order_row distinct_open_order_row() {
    return {.id = {0x0102030405060708},
            .account = {42},
            .symbol = {5},
            .side = side::sell,
            .reduce_only = true,
            .tier = 6,
            .role = group_role::exit,
            .cause = reason::killed,
            .version = 0x41424344,
            .residue = 999'999,
            .price = {-1},
            .remaining = {2},
            .filled = {3},
            .lease = {4},
            .group = {6},
            .client = {7, 8},
            .pending = {{.set_price = true,
                         .set_quantity = false,
                         .price = {-9},
                         .quantity = {10},
                         .client = {11, 12}},
                        {.set_price = false,
                         .set_quantity = true,
                         .price = {13},
                         .quantity = {14},
                         .client = {15, 16}}}};
}

order_group_row distinct_order_group_row() {
    return {.account = {42},
            .id = {6},
            .size = 8,
            .admitted = 7,
            .broken = true,
            .has_exit = false,
            .entry_done = true,
            .entry_filled = {9},
            .decided = {10}};
}

remembered_row distinct_remembered_row() {
    return {.sequence = 1,
            .account = {42},
            .id = {2, 3},
            .order = {4},
            .reason = reason::fat_finger,
            .answered = true,
            .first_report = 5,
            .forget_at = {6}};
}

lease_row distinct_lease_row() {
    return {.id = {77}, .account = {42}, .until = {1'767'258'030'000'000'000}};
}

listing_row distinct_listing_row() {
    return {.what = distinct_listing(), .has_reference = true, .reference = {-77}};
}

calendar_row distinct_calendar_row() {
    return {.id = {9}, .sessions = two_sessions()};
}

shard_book_row distinct_shard_book_row() {
    shard_book_row row;
    row.last_event = 0x0102030405060708;
    row.digest = 0xf1f2f3f4f5f6f7f8;
    row.has_held_state = true;
    row.held_state = until_open();
    row.rows.book = distinct_book_row();
    return row;
}

channel_row distinct_channel_row() {
    channel_row row;
    row.peer = {0x7ffd};
    row.last_sent = 0x0102030405060708;
    row.last_taken = 0x1112131415161718;
    row.choked = true;
    return row;
}

channel_value distinct_channel_value() {
    return {.asset = {0x800003d2},
            .sent = -((wide_int{1} << 64) + 2),
            .received = (wide_int{3} << 64) + 4};
}

shard_rows distinct_shard_rows() {
    shard_rows rows = distinct_shard_rows_without_records();
    rows.records = {{.number = 1, .key = "k", .value = "v"}, distinct_record_row()};
    return rows;
}

shard_rows distinct_shard_rows_without_records() {
    shard_rows rows;
    rows.shard = distinct_shard_row();
    rows.accounts = {distinct_account_row(), {.id = {42}}};
    rows.risk_groups = {distinct_risk_group_row(), {.id = {0x7fffffff}}};
    position_row of_account = distinct_position_row();
    of_account.of_group = false;
    rows.positions = {of_account, distinct_position_row()};
    rows.orders = {{.id = {9}}, distinct_open_order_row()};
    rows.order_groups = {distinct_order_group_row(), {.account = {42}, .id = {7}}};
    rows.remembered = {distinct_remembered_row(), {.sequence = 300}};
    rows.leases = {distinct_lease_row(), {.id = {0xffffffffffffffff}}};
    rows.listings.resize(2);
    rows.listings[0].what.rules.symbol = {5};
    rows.listings[1] = distinct_listing_row();
    rows.calendars = {distinct_calendar_row(), {.id = {10}, .sessions = {}}};
    rows.books.resize(2);
    rows.books[0].rows.book.rules.symbol = {5};
    rows.books[0].rows.orders = {{.id = {1}}};
    rows.books[1] = distinct_shard_book_row();
    rows.books[1].rows.orders = distinct_book_rows().orders;
    rows.books[1].rows.groups = {{.id = {99}}, distinct_group_row()};
    rows.channels.resize(3);
    rows.channels[0].peer = {1};
    rows.channels[0].last_sent = 2;
    rows.channels[0].outbox = {distinct_event(), distinct_transfer()};
    rows.channels[1].peer = {2};
    rows.channels[2] = distinct_channel_row();
    rows.channels[2].values = {{.asset = {5}}, distinct_channel_value()};
    rows.channels[2].outbox = every_kind_of_channel_message();
    return rows;
}

// --- Random ---------------------------------------------------------------------------------------

namespace {

wide_int random_wide(random_records& random) {
    return (wide_int{random.integer<std::int64_t>()} << 64) |
           wide_int{random.integer<std::uint64_t>()};
}

client_id random_client(random_records& random) {
    return {random.integer<std::uint64_t>(), random.integer<std::uint64_t>()};
}

request_id random_request(random_records& random) {
    return {.id = random_client(random), .not_after = {random.integer<std::int64_t>()}};
}

set_state random_state(random_records& random) {
    return {.state = random.any_of<market_state>(),
            .auction = random.any_of<auction_kind>(),
            .until = {random.integer<std::int64_t>()},
            .next = random.any_of<market_state>()};
}

std::vector<calendar_session> random_sessions(random_records& random) {
    std::vector<calendar_session> sessions(random.below(6));
    for (calendar_session& each : sessions) {
        each = {.at = {random.integer<std::int64_t>()}, .what = random_state(random)};
    }
    return sessions;
}

transfer_message random_transfer(random_records& random) {
    return {.from = {random.integer<std::uint32_t>()},
            .to = {random.integer<std::uint32_t>()},
            .asset = {random.integer<std::uint32_t>()},
            .amount = random.integer<std::int64_t>(),
            .cost = random.integer<std::int64_t>()};
}

fee_rate random_rate(random_records& random) {
    return {.rate_ppm = random.integer<std::int64_t>(), .per_lot = random.integer<std::int64_t>()};
}

cancel_order random_cancel(random_records& random) {
    return {.id = {random.integer<std::uint64_t>()}, .account = {random.integer<std::uint32_t>()}};
}

replace_order random_replace(random_records& random) {
    return {.id = {random.integer<std::uint64_t>()},
            .account = {random.integer<std::uint32_t>()},
            .set_price = random.coin(),
            .set_quantity = random.coin(),
            .set_stop_price = random.coin(),
            .price = random.price(),
            .quantity = random.quantity(),
            .stop_price = random.price()};
}

}  // namespace

listing random_listing(random_records& random) {
    listing listed;
    listed.rules = random.instrument();
    listed.currency = {random.integer<std::uint32_t>()};
    listed.tick_value = random.integer<std::int64_t>();
    if (random.coin()) {
        for (fee_tier& tier : listed.fees) {
            tier = {.maker = random_rate(random),
                    .taker = random_rate(random),
                    .auction = random_rate(random)};
        }
    }
    listed.protection_bps = random.integer<std::uint32_t>();
    listed.book_shard = {random.integer<std::uint16_t>()};
    listed.calendar = {random.integer<std::uint32_t>()};
    return listed;
}

shard_command random_shard_command(random_records& random) {
    const request_id request = random_request(random);
    const account_id account{random.integer<std::uint32_t>()};
    const symbol_id symbol{random.integer<std::uint32_t>()};
    const asset_id asset{random.integer<std::uint32_t>()};
    const auto amount = random.integer<std::int64_t>();
    switch (random.below(std::variant_size_v<shard_command>)) {
        case 0:
            return submit_order{.request = request,
                                .symbol = symbol,
                                .has_price = random.coin(),
                                .reduce_only = random.coin(),
                                .lease = {random.integer<std::uint64_t>()},
                                .order = random.new_order()};
        case 1:
            return submit_cancel{.request = request,
                                 .account = account,
                                 .order = {random.integer<std::uint64_t>()},
                                 .named = random_client(random)};
        case 2:
            return submit_replace{.request = request,
                                  .account = account,
                                  .order = {random.integer<std::uint64_t>()},
                                  .named = random_client(random),
                                  .set_price = random.coin(),
                                  .set_quantity = random.coin(),
                                  .set_stop_price = random.coin(),
                                  .price = random.price(),
                                  .quantity = random.quantity(),
                                  .stop_price = random.price()};
        case 3:
            return submit_mass_cancel{.request = request,
                                      .account = account,
                                      .symbol = symbol,
                                      .sides = random.any_of<side_filter>()};
        case 4:
            return renew_lease{.account = account,
                               .lease = {random.integer<std::uint64_t>()},
                               .until = {random.integer<std::int64_t>()}};
        case 5:
            return open_account{.request = request,
                                .account = account,
                                .kind = random.any_of<account_kind>(),
                                .tier = random.integer<std::uint8_t>(),
                                .trade_group = {random.integer<std::uint32_t>()},
                                .risk_group = {random.integer<std::uint32_t>()}};
        case 6:
            return set_limit{.request = request,
                             .account = account,
                             .risk_group = {random.integer<std::uint32_t>()},
                             .kind = random.any_of<limit_kind>(),
                             .asset = asset,
                             .value = amount};
        case 7:
            return set_kill_switch{.request = request, .account = account, .on = random.coin()};
        case 8:
            return deposit{.request = request,
                           .account = account,
                           .asset = asset,
                           .amount = amount,
                           .cost = random.integer<std::int64_t>()};
        case 9:
            return withdraw{
                .request = request, .account = account, .asset = asset, .amount = amount};
        case 10:
            return transfer{.request = request,
                            .account = account,
                            .to = {random.integer<std::uint32_t>()},
                            .to_shard = {random.integer<std::uint16_t>()},
                            .asset = asset,
                            .amount = amount};
        case 11:
            return split{.request = request,
                         .symbol = symbol,
                         .numerator = random.integer<std::int64_t>(),
                         .denominator = random.integer<std::int64_t>(),
                         .cash_per_lot = amount};
        case 12:
            return dividend{.request = request, .symbol = symbol, .per_lot = amount};
        case 13:
            return list_instrument{.request = request, .what = random_listing(random)};
        case 14:
            return book_state{.request = request, .symbol = symbol, .what = random_state(random)};
        case 15:
            return book_reference{.request = request,
                                  .symbol = symbol,
                                  .what = {.clear = random.coin(), .price = random.price()}};
        case 16:
            return mass_cancel_book{.request = request, .symbol = symbol};
        case 17:
            return market_halt{.request = request, .on = random.coin()};
        case 18:
            return set_calendar{.request = request,
                                .calendar = {random.integer<std::uint32_t>()},
                                .sessions = random_sessions(random)};
        case 19:
            return set_rules_version{.request = request,
                                     .version = random.integer<std::uint32_t>()};
        case 20:
            return random_channel_delivery(random);
        case 21:
            return random_channel_receipt(random);
        default:
            return random_put_record(random);
    }
}

entry random_entry(random_records& random) {
    entry next;
    next.index = random.integer<std::uint64_t>();
    next.at = {random.integer<std::int64_t>()};
    next.commands.resize(random.below(8));
    for (shard_command& each : next.commands) {
        each = random_shard_command(random);
    }
    return next;
}

channel_message random_channel_message(random_records& random) {
    const symbol_id symbol{random.integer<std::uint32_t>()};
    switch (random.below(6)) {
        case 0:
            return order_message{.symbol = symbol, .what = random.new_order()};
        case 1:
            return order_message{.symbol = symbol, .what = random_cancel(random)};
        case 2:
            return order_message{.symbol = symbol, .what = random_replace(random)};
        case 3:
            return random.event();
        case 4:
            return random_transfer(random);
        default:
            return transfer_returned{.what = random_transfer(random),
                                     .why = random.any_of<reason>()};
    }
}

channel_delivery random_channel_delivery(random_records& random) {
    channel_delivery delivery;
    delivery.from = {random.integer<std::uint16_t>()};
    delivery.first = random.integer<std::uint64_t>();
    delivery.messages.resize(random.below(6));
    for (channel_message& each : delivery.messages) {
        each = random_channel_message(random);
    }
    return delivery;
}

channel_receipt random_channel_receipt(random_records& random) {
    return {.from = {random.integer<std::uint16_t>()}, .up_to = random.integer<std::uint64_t>()};
}

// --- Random rows ----------------------------------------------------------------------------------

shard_row random_shard_row(random_records& random) {
    return {.id = {random.integer<std::uint16_t>()},
            .index = random.integer<std::uint64_t>(),
            .now = {random.integer<std::int64_t>()},
            .rules_version = random.integer<std::uint32_t>(),
            .horizon = {random.integer<std::int64_t>()},
            .max_outbox = random.integer<std::uint32_t>(),
            .max_open_orders = random.integer<std::uint32_t>(),
            .market_halted = random.coin(),
            .last_order = random.integer<std::uint64_t>(),
            .last_remembered = random.integer<std::uint64_t>(),
            .ledger_digest = random.integer<std::uint64_t>()};
}

account_row random_account_row(random_records& random) {
    return {.id = {random.integer<std::uint32_t>()},
            .kind = random.any_of<account_kind>(),
            .tier = random.integer<std::uint8_t>(),
            .blocked = random.coin(),
            .trade_group = {random.integer<std::uint32_t>()},
            .risk_group = {random.integer<std::uint32_t>()},
            .last_report = random.integer<std::uint64_t>(),
            .max_open_orders = random.integer<std::int64_t>(),
            .fat_finger_bps = random.integer<std::int64_t>()};
}

risk_group_row random_risk_group_row(random_records& random) {
    return {.id = {random.integer<std::uint32_t>()},
            .max_open_orders = random.integer<std::int64_t>(),
            .fat_finger_bps = random.integer<std::int64_t>()};
}

position_row random_position_row(random_records& random) {
    return {.holder = {random.integer<std::uint32_t>()},
            .of_group = random.coin(),
            .asset = {random.integer<std::uint32_t>()},
            .total = random_wide(random),
            .credit = random.integer<std::int64_t>(),
            .max_order = random.integer<std::int64_t>(),
            .max_total = random.integer<std::int64_t>(),
            .cost = random_wide(random),
            .realised = random_wide(random),
            .turnover = random_wide(random),
            .turnover_day = random.integer<std::int64_t>()};
}

open_order_row random_open_order_row(random_records& random) {
    open_order_row row;
    row.id = {random.integer<std::uint64_t>()};
    row.account = {random.integer<std::uint32_t>()};
    row.symbol = {random.integer<std::uint32_t>()};
    row.side = random.any_of<side>();
    row.reduce_only = random.coin();
    row.tier = random.integer<std::uint8_t>();
    row.role = random.any_of<group_role>();
    row.cause = random.any_of<reason>();
    row.version = random.integer<std::uint32_t>();
    row.residue = random.integer<std::uint32_t>();
    row.price = random.price();
    row.remaining = random.quantity();
    row.filled = random.quantity();
    row.lease = {random.integer<std::uint64_t>()};
    row.group = {random.integer<std::uint64_t>()};
    row.client = random_client(random);
    row.pending.resize(random.below(5));
    for (pending_replace& each : row.pending) {
        each = {.set_price = random.coin(),
                .set_quantity = random.coin(),
                .price = random.price(),
                .quantity = random.quantity(),
                .client = random_client(random)};
    }
    return row;
}

order_group_row random_order_group_row(random_records& random) {
    return {.account = {random.integer<std::uint32_t>()},
            .id = {random.integer<std::uint64_t>()},
            .size = random.integer<std::uint8_t>(),
            .admitted = random.integer<std::uint8_t>(),
            .broken = random.coin(),
            .has_exit = random.coin(),
            .entry_done = random.coin(),
            .entry_filled = random.quantity(),
            .decided = {random.integer<std::uint64_t>()}};
}

remembered_row random_remembered_row(random_records& random) {
    return {.sequence = random.integer<std::uint64_t>(),
            .account = {random.integer<std::uint32_t>()},
            .id = random_client(random),
            .order = {random.integer<std::uint64_t>()},
            .reason = random.any_of<reason>(),
            .answered = random.coin(),
            .first_report = random.integer<std::uint64_t>(),
            .forget_at = {random.integer<std::int64_t>()}};
}

lease_row random_lease_row(random_records& random) {
    return {.id = {random.integer<std::uint64_t>()},
            .account = {random.integer<std::uint32_t>()},
            .until = {random.integer<std::int64_t>()}};
}

listing_row random_listing_row(random_records& random) {
    return {.what = random_listing(random),
            .has_reference = random.coin(),
            .reference = random.price()};
}

calendar_row random_calendar_row(random_records& random) {
    return {.id = {random.integer<std::uint32_t>()}, .sessions = random_sessions(random)};
}

shard_book_row random_shard_book_row(random_records& random) {
    shard_book_row row;
    row.last_event = random.integer<std::uint64_t>();
    row.digest = random.integer<std::uint64_t>();
    row.has_held_state = random.coin();
    row.held_state = random_state(random);
    row.rows.book = random.book_row();
    return row;
}

channel_row random_channel_row(random_records& random) {
    channel_row row;
    row.peer = {random.integer<std::uint16_t>()};
    row.last_sent = random.integer<std::uint64_t>();
    row.last_taken = random.integer<std::uint64_t>();
    row.choked = random.coin();
    return row;
}

channel_value random_channel_value(random_records& random) {
    return {.asset = {random.integer<std::uint32_t>()},
            .sent = random_wide(random),
            .received = random_wide(random)};
}

namespace {

/// Up to `most` rows by rising key, no key twice.
template <typename Row, typename KeyOf>
std::vector<Row> random_rows(random_records& random, Row (*make)(random_records&), KeyOf key_of,
                             std::size_t most = 6) {
    std::vector<Row> rows(random.below(most + 1));
    for (Row& row : rows) {
        row = make(random);
    }
    std::sort(rows.begin(), rows.end(),
              [&](const Row& a, const Row& b) { return key_of(a) < key_of(b); });
    rows.erase(std::unique(rows.begin(), rows.end(),
                           [&](const Row& a, const Row& b) { return key_of(a) == key_of(b); }),
               rows.end());
    return rows;
}

void fill_books(random_records& random, std::vector<shard_book_row>& books) {
    for (shard_book_row& book : books) {
        book.rows.orders = random_rows<order_row>(
            random, [](random_records& source) { return source.order_row(); },
            [](const order_row& row) { return row.id; });
        book.rows.groups = random_rows<group_row>(
            random, [](random_records& source) { return source.group_row(); },
            [](const group_row& row) { return row.id; });
    }
}

void fill_channels(random_records& random, std::vector<channel_row>& channels) {
    for (channel_row& channel : channels) {
        channel.values = random_rows<channel_value>(
            random, random_channel_value, [](const channel_value& row) { return row.asset; });
        const std::size_t most = std::min<std::uint64_t>(channel.last_sent, 4);
        channel.outbox.resize(random.below(most + 1));
        for (channel_message& each : channel.outbox) {
            each = random_channel_message(random);
        }
    }
}

}  // namespace

shard_rows random_shard_rows(random_records& random) {
    const auto id_of = [](const auto& row) { return row.id; };
    shard_rows rows;
    rows.shard = random_shard_row(random);
    rows.accounts = random_rows<account_row>(random, random_account_row, id_of);
    rows.risk_groups = random_rows<risk_group_row>(random, random_risk_group_row, id_of);
    rows.positions = random_rows<position_row>(
        random, random_position_row,
        [](const position_row& row) { return std::tuple(row.of_group, row.holder, row.asset); });
    rows.orders = random_rows<open_order_row>(random, random_open_order_row, id_of);
    rows.order_groups = random_rows<order_group_row>(
        random, random_order_group_row,
        [](const order_group_row& row) { return std::tuple(row.account, row.id); });
    rows.remembered = random_rows<remembered_row>(
        random, random_remembered_row, [](const remembered_row& row) { return row.sequence; });
    rows.leases = random_rows<lease_row>(random, random_lease_row, id_of);
    rows.listings = random_rows<listing_row>(
        random, random_listing_row, [](const listing_row& row) { return row.what.rules.symbol; });
    rows.calendars = random_rows<calendar_row>(random, random_calendar_row, id_of);
    rows.books = random_rows<shard_book_row>(
        random, random_shard_book_row,
        [](const shard_book_row& row) { return row.rows.book.rules.symbol; }, 3);
    fill_books(random, rows.books);
    rows.channels = random_rows<channel_row>(
        random, random_channel_row, [](const channel_row& row) { return row.peer; }, 3);
    fill_channels(random, rows.channels);
    rows.records = random_rows<record_row>(random, random_record_row,
                                           [](const record_row& row) { return row.number; });
    return rows;
}

}  // namespace bourse::samples
