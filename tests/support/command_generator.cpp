#include "tests/support/command_generator.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <utility>

namespace bourse {

namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

// In the order of `flow_profile`.
constexpr std::array<flow_weights, flow_profile_count> all_weights{{
    //  lim  mkt ice post cond stop trl peg grp can rep mass state ref bad
    {500, 50, 20, 20, 10, 10, 5, 5, 5, 200, 120, 2, 2, 2, 10},
    {250, 80, 20, 10, 20, 150, 80, 5, 10, 90, 70, 3, 40, 10, 10},
    {200, 40, 250, 40, 60, 20, 5, 10, 10, 80, 90, 3, 10, 2, 10},
    {250, 40, 30, 60, 100, 20, 10, 200, 10, 110, 110, 3, 10, 3, 10},
    {200, 60, 20, 30, 20, 40, 20, 10, 200, 60, 60, 3, 10, 3, 10},
    {150, 50, 60, 40, 60, 60, 40, 60, 70, 80, 80, 4, 15, 6, 30},
}};

template <typename E>
E as(std::uint64_t value) {
    return static_cast<E>(value);
}

}  // namespace

std::string_view to_string(instrument_profile profile) noexcept {
    constexpr std::array<std::string_view, instrument_profile_count> names{
        "plain", "tick table", "corridor", "tiny limits"};
    return names[static_cast<std::size_t>(profile)];
}

std::string_view to_string(flow_profile profile) noexcept {
    constexpr std::array<std::string_view, flow_profile_count> names{
        "plain flow", "auctions and stops", "icebergs and self trade", "pegs",
        "groups",     "everything"};
    return names[static_cast<std::size_t>(profile)];
}

instrument make_instrument(instrument_profile profile) {
    instrument rules;
    rules.symbol = symbol_id{7};
    switch (profile) {
        case instrument_profile::plain:
            break;
        case instrument_profile::tick_table:
            rules.ticks = {{0, 1}, {50, 5}, {200, 10}};
            rules.lot = quantity{5};
            rules.min_quantity = quantity{10};
            rules.max_quantity = quantity{200};
            rules.min_notional = 300;
            rules.max_notional = 9'000;
            rules.reopening_auction = duration{20};
            break;
        case instrument_profile::corridor:
            rules.band_bps = 1'000;
            rules.volatility_bps = 200;
            rules.volatility_auction = duration{15};
            rules.reopening_auction = duration{10};
            break;
        case instrument_profile::tiny_limits:
            rules.max_orders = 20;
            rules.max_hidden_orders = 3;
            rules.max_trailing_stops = 2;
            break;
    }
    return rules;
}

command_generator::command_generator(std::uint64_t seed, instrument_profile instrument,
                                     flow_profile flow)
    : random_(seed),
      rules_(make_instrument(instrument)),
      weights_(all_weights[static_cast<std::size_t>(flow)]),
      instrument_(instrument),
      flow_(flow),
      middle_(100),
      spread_(random_.between(2, 8)),
      overlap_(random_.between(0, spread_ - 1)),
      id_base_(random_.chance(250) ? std::uint64_t{1} << 63U : 0) {
    if (instrument == instrument_profile::corridor) {
        middle_ = 200;  // a corridor of 4 and a band of 20 ticks
    } else if (random_.chance(250)) {
        middle_ = random_.between(-60, 10);  // prices of zero and below
    }
    if (instrument == instrument_profile::tick_table) {
        // Close to where two rows of the table meet.
        constexpr std::array<std::int64_t, 4> middles{52, 52, 195, -52};
        middle_ = middles[random_.below(middles.size())];
    }
}

generated_entry command_generator::next(const reference_book& book) {
    generated_entry entry;
    entry.now = next_time(book);
    now_ = std::max(entry.now, book.now());
    if (random_.chance(100)) {
        middle_ += random_.between(-1, 1);
    }
    const std::uint64_t count =
        random_.chance(500) ? random_.between(1, 3) > 1 ? 2 : 1 : 1 + random_.below(20);
    for (std::uint64_t i = 0; i < count; ++i) {
        entry.commands.push_back(next_command(book));
    }
    // Books that grow without end only make the comparison slow.
    if (book.size() > 200 && random_.chance(100)) {
        entry.commands.emplace_back(mass_cancel{some_account(), as<side_filter>(random_.below(3))});
    }
    return entry;
}

timestamp command_generator::next_time(const reference_book& book) {
    const std::uint64_t dice = random_.below(1000);
    const timestamp now = book.now();
    if (dice < 10) {
        return timestamp{now.ns - random_.between(0, 50)};  // back in time
    }
    if (dice < 300) {
        return now;
    }
    // The last moment of all is visited, but seldom: nothing expires after it.
    const auto due = book.next_due();
    if (dice < 400 && due && (due->ns < now.ns + 1'000 || random_.chance(2))) {
        return timestamp{due->ns + random_.between(-1, 0)};
    }
    return now + duration{dice < 900   ? random_.between(1, 5)
                          : dice < 990 ? random_.between(6, 50)
                                       : random_.between(51, 400)};
}

command command_generator::next_command(const reference_book& book) {
    if (!waiting_.empty() && random_.chance(850)) {
        const new_order member = waiting_.front();
        waiting_.pop_front();
        return member;
    }
    // A book that does not match for long reaches little; one that is closed reaches nothing.
    std::uint64_t leave = 0;
    if (book.state() == market_state::closed || book.state() == market_state::halted) {
        leave = 80;
    } else if (book.state() != market_state::open) {
        leave = flow_ == flow_profile::auctions_and_stops ? 15 : 25;
    }
    if (random_.chance(leave)) {
        if (random_.chance(300)) {
            return change_state(book);
        }
        return set_state{};
    }
    return next_by_weight(book);
}

command command_generator::next_by_weight(const reference_book& book) {
    const flow_weights& w = weights_;
    const std::array<unsigned, 15> shares{
        w.limit, w.market, w.iceberg, w.post_only,   w.conditional, w.stop,      w.trailing, w.peg,
        w.group, w.cancel, w.replace, w.mass_cancel, w.state,       w.reference, w.malformed};
    std::uint64_t sum = 0;
    for (const unsigned share : shares) {
        sum += share;
    }
    std::uint64_t dice = random_.below(sum);
    std::size_t which = 0;
    while (dice >= shares[which]) {
        dice -= shares[which++];
    }
    switch (which) {
        case 0:
            return limit();
        case 1:
            return market();
        case 2:
            return iceberg();
        case 3:
            return post_only();
        case 4:
            return conditional();
        case 5:
            return stop();
        case 6:
            return trailing();
        case 7:
            return peg();
        case 8:
            return start_group(book);
        case 9:
            return cancel(book);
        case 10:
            return replace(book);
        case 11:
            return mass_cancel{random_.chance(100) ? account_id{} : some_account(),
                               as<side_filter>(random_.below(random_.chance(100) ? 4 : 3))};
        case 12:
            return change_state(book);
        case 13:
            return change_reference();
        default:
            return malformed(book);
    }
}

// --- Orders ---------------------------------------------------------------------------------------

new_order command_generator::basic_order() {
    new_order order;
    order.id = new_id();
    order.account = some_account();
    order.trade_group = group_of(order.account);
    order.side = as<side>(random_.below(2));
    order.self_trade = some_mode();
    order.price = some_price(order.side);
    order.quantity = some_quantity();
    return order;
}

new_order command_generator::limit() {
    new_order order = basic_order();
    const std::uint64_t dice = random_.below(100);
    if (dice < 70) {
        set_resting_time(order);
    } else if (dice < 80) {
        order.tif = time_in_force::immediate_or_cancel;
    } else if (dice < 90) {
        order.tif = time_in_force::fill_or_kill;
    } else {
        order.tif = dice < 95 ? time_in_force::at_the_open : time_in_force::at_the_close;
    }
    return order;
}

new_order command_generator::market() {
    constexpr std::array<time_in_force, 5> times{
        time_in_force::day, time_in_force::immediate_or_cancel, time_in_force::fill_or_kill,
        time_in_force::at_the_open, time_in_force::at_the_close};
    new_order order = basic_order();
    order.type = order_type::market;
    order.tif = times[random_.below(times.size())];
    if (random_.chance(500)) {
        const std::int64_t protection = order.side == side::buy ? 10 : -10;
        order.price = price_near(middle_ + protection);
    }
    return order;
}

new_order command_generator::iceberg() {
    new_order order = basic_order();
    set_resting_time(order);
    order.quantity.lots *= random_.between(2, 5);
    order.display = quantity{rules_.lot.lots * random_.between(1, 3)};
    if (random_.chance(150)) {
        order.type = order_type::stop_limit;
        order.stop_price = some_price(opposite(order.side));
    } else {
        order.post_only = random_.chance(100);
    }
    return order;
}

new_order command_generator::post_only() {
    new_order order = basic_order();
    set_resting_time(order);
    order.post_only = true;
    return order;
}

new_order command_generator::conditional() {
    new_order order = basic_order();
    order.quantity.lots *= random_.between(1, 3);
    if (random_.chance(250)) {
        order.tif = time_in_force::immediate_or_cancel;
    } else {
        set_resting_time(order);
    }
    if (random_.chance(350)) {
        order.all_or_none = true;
    } else {
        order.minimum =
            quantity{random_.between(1, std::max(order.quantity.lots, std::int64_t{1}))};
    }
    return order;
}

new_order command_generator::stop() {
    new_order order = basic_order();
    set_resting_time(order);
    order.type = random_.chance(500) ? order_type::stop : order_type::stop_limit;
    const std::int64_t beyond = random_.between(-1, 6);
    order.stop_price = price_near(middle_ + (order.side == side::buy ? beyond : -beyond));
    return order;
}

new_order command_generator::trailing() {
    new_order order = basic_order();
    set_resting_time(order);
    order.type = order_type::trailing_stop;
    order.offset_ticks = random_.chance(20) ? highest : random_.between(1, 5);
    return order;
}

new_order command_generator::peg() {
    new_order order = basic_order();
    set_resting_time(order);
    order.type = random_.chance(400) ? order_type::primary_peg : order_type::mid_peg;
    order.offset_ticks = random_.chance(20)    ? highest
                         : random_.chance(500) ? 0
                                               : random_.between(1, 3);
    if (random_.chance(300)) {  // a cap that seldom binds
        order.price = price_near(middle_ + (order.side == side::buy ? 20 : -20));
    }
    return order;
}

new_order command_generator::any_order() {
    switch (random_.below(8)) {
        case 0:
            return market();
        case 1:
            return iceberg();
        case 2:
            return post_only();
        case 3:
            return conditional();
        case 4:
            return stop();
        case 5:
            return trailing();
        case 6:
            return peg();
        default:
            return limit();
    }
}

// --- Groups ---------------------------------------------------------------------------------------

// Returns the first member; the others follow, mostly soon and mostly all.
command command_generator::start_group(const reference_book& book) {
    const bool bracket = random_.chance(550);
    const std::int64_t size = random_.chance(50) ? random_.between(5, 8) : random_.between(2, 4);
    const side entry_side = as<side>(random_.below(2));
    const account_id account = some_account();
    order_group_id group{next_group_++};
    if (!book.groups().empty() && random_.chance(60)) {
        group = book.groups()[random_.below(book.groups().size())].id;
    } else if (random_.chance(30)) {
        group = order_group_id{1 + random_.below(next_group_)};
    }
    std::vector<new_order> members;
    for (std::int64_t i = 0; i < size; ++i) {
        const bool is_entry = bracket && i == size - 1;
        const group_role role = !bracket   ? group_role::one_cancels_other
                                : is_entry ? group_role::entry
                                           : group_role::exit;
        new_order member = group_member(role, is_entry ? entry_side : opposite(entry_side));
        member.group = group;
        member.group_size = static_cast<std::uint8_t>(size);
        member.account = account;
        member.trade_group = group_of(account);
        if (random_.chance(15)) {
            spoil_group(member);
        }
        members.push_back(member);
    }
    if (random_.chance(150)) {
        std::swap(members.front(), members.back());
    }
    if (random_.chance(50)) {
        members.erase(members.begin() +
                      static_cast<std::ptrdiff_t>(random_.below(members.size() - 1)));
    }
    waiting_.insert(waiting_.end(), members.begin() + 1, members.end());
    return members.front();
}

new_order command_generator::group_member(group_role role, side which) {
    new_order order;
    do {
        switch (random_.below(6)) {
            case 0:
                order = stop();
                break;
            case 1:
                order = trailing();
                break;
            case 2:
                order = random_.chance(500) ? iceberg() : post_only();
                break;
            case 3:
                order = role == group_role::entry ? market() : limit();
                break;
            default:
                order = limit();
                break;
        }
        // These do not go into groups, and 3.20 refuses enough elsewhere.
    } while (order.tif == time_in_force::at_the_open || order.tif == time_in_force::at_the_close ||
             (role != group_role::entry && (order.tif == time_in_force::immediate_or_cancel ||
                                            order.tif == time_in_force::fill_or_kill)));
    // The values were made for the other side, perhaps.
    if (order.side != which) {
        order.side = which;
        order.price = some_price(which);
        if (order.type == order_type::stop || order.type == order_type::stop_limit) {
            const std::int64_t beyond = random_.between(-1, 6);
            order.stop_price = price_near(middle_ + (which == side::buy ? beyond : -beyond));
        }
    }
    // Exits that wait longer in the book than entries make brackets worth having.
    if (role == group_role::exit && order.type == order_type::limit && random_.chance(500)) {
        order.price = price_near(middle_ + (which == side::sell ? 4 : -4));
    }
    order.role = role;
    return order;
}

void command_generator::spoil_group(new_order& order) {
    switch (random_.below(6)) {
        case 0:
            order.account = some_account();
            break;
        case 1:
            order.group_size = static_cast<std::uint8_t>(random_.below(10));
            break;
        case 2:
            order.side = opposite(order.side);
            break;
        case 3:
            order.role = as<group_role>(random_.below(4));
            break;
        case 4:
            order.quantity = quantity{};
            break;
        default:
            order.role = group_role::none;
            break;
    }
}

// --- Refused orders -------------------------------------------------------------------------------

new_order command_generator::malformed(const reference_book& book) {
    new_order order = any_order();
    const std::uint64_t faults = random_.chance(800) ? 1 : 2;
    for (std::uint64_t i = 0; i < faults; ++i) {
        if (random_.chance(100)) {
            order.id = random_.chance(300) ? order_id{} : some_id(book);
        } else if (random_.chance(500)) {
            spoil(order);
        } else {
            spoil_numbers(order);
        }
    }
    return order;
}

void command_generator::spoil(new_order& order) {
    switch (random_.below(12)) {
        case 0:
            order.side = as<side>(random_.below(256));
            break;
        case 1:
            order.type = as<order_type>(random_.below(9));
            break;
        case 2:
            order.tif = as<time_in_force>(random_.below(9));
            break;
        case 3:
            order.self_trade = as<self_trade_prevention>(random_.below(8));
            break;
        case 4:
            order.post_only = !order.post_only;
            break;
        case 5:
            order.all_or_none = !order.all_or_none;
            break;
        case 6:
            order.role = as<group_role>(random_.below(6));
            break;
        case 7:
            order.group_size = static_cast<std::uint8_t>(random_.below(256));
            break;
        case 8:
            order.group = order_group_id{random_.below(next_group_ + 1)};
            break;
        case 9:
            order.type = as<order_type>(255);
            break;
        case 10:
            order.tif = time_in_force::good_till_date;
            order.expires_at = timestamp{now_.ns - random_.between(0, 3)};
            break;
        default:
            order.expires_at = timestamp{extreme()};
            break;
    }
}

void command_generator::spoil_numbers(new_order& order) {
    switch (random_.below(9)) {
        case 0:
            order.quantity = quantity{extreme()};
            break;
        case 1:
            order.quantity = quantity{random_.between(-3, 3)};
            break;
        case 2:
            order.quantity = quantity{max_order_lots.lots + random_.between(-1, 1)};
            break;
        case 3:
            order.price = price{extreme()};
            break;
        case 4:
            order.price = price{middle_ + random_.between(-300, 300)};
            break;
        case 5:
            order.stop_price = price{random_.chance(500) ? extreme() : middle_};
            break;
        case 6:
            order.offset_ticks = random_.chance(500) ? extreme() : random_.between(-3, 0);
            break;
        case 7:
            order.display = quantity{random_.chance(300) ? extreme() : random_.between(-3, 9)};
            break;
        default:
            order.minimum = quantity{random_.chance(300) ? extreme() : random_.between(-3, 99)};
            break;
    }
    if (random_.chance(100)) {  // too many refills
        order.display = rules_.lot;
        order.quantity.lots = rules_.lot.lots * random_.between(99, 102);
    }
}

// --- Other commands -------------------------------------------------------------------------------

command command_generator::cancel(const reference_book& book) {
    cancel_order request{some_id(book), account_id{}};
    const auto order = book.find(request.id);
    if (random_.chance(900)) {
        request.account = order ? order->account : some_account();
    } else if (random_.chance(500)) {
        request.account = some_account();
    }
    return request;
}

command command_generator::replace(const reference_book& book) {
    replace_order request;
    request.id = some_id(book);
    const auto order = book.find(request.id);
    if (!order) {
        request.account = some_account();
        request.set_quantity = true;
        request.quantity = some_quantity();
        return request;
    }
    request.account = random_.chance(950) ? order->account : some_account();
    request.set_price = random_.chance(500);
    request.set_quantity = random_.chance(550);
    const bool waits = order->type == order_type::stop || order->type == order_type::stop_limit;
    request.set_stop_price = random_.chance(waits ? 400 : 20);
    request.price = random_.chance(200) ? order->price : some_price(order->side);
    request.stop_price =
        random_.chance(200) ? order->stop_price : some_price(opposite(order->side));
    const std::int64_t total = order->filled.lots + order->remaining.lots;
    switch (random_.below(6)) {
        case 0:
            request.quantity = quantity{total};
            break;
        case 1:
        case 2:
            request.quantity = quantity{total - rules_.lot.lots * random_.between(1, 4)};
            break;
        case 3:
            request.quantity = quantity{total + rules_.lot.lots * random_.between(1, 4)};
            break;
        case 4:
            request.quantity = some_quantity();
            break;
        default:
            request.quantity =
                quantity{order->filled.lots + rules_.lot.lots * random_.between(0, 3)};
            break;
    }
    if (order->display.lots > 0 && random_.chance(40)) {
        request.quantity.lots = order->display.lots * random_.between(100, 101);
    }
    if (random_.chance(5)) {
        request.quantity = quantity{extreme()};
    }
    return request;
}

command command_generator::change_state(const reference_book& book) {
    constexpr std::array<market_state, 10> states{market_state::auction,  market_state::auction,
                                                  market_state::auction,  market_state::pre_open,
                                                  market_state::pre_open, market_state::halted,
                                                  market_state::halted,   market_state::open,
                                                  market_state::open,     market_state::closed};
    set_state request;
    request.state = states[random_.below(states.size())];
    // Little lives through a close, so it comes seldom while much lives.
    if (request.state == market_state::closed && book.size() > 30 && random_.chance(700)) {
        request.state = market_state::auction;
    }
    if (request.state == market_state::auction) {
        request.auction = as<auction_kind>(1 + random_.below(4));
    }
    if (random_.chance(500)) {
        request.until = soon();
        do {
            request.next = states[random_.below(states.size())];
        } while (request.next == market_state::auction || request.next == request.state ||
                 (request.state == market_state::halted && request.next != market_state::open));
    }
    if (random_.chance(60)) {
        switch (random_.below(6)) {
            case 0:
                request.state = as<market_state>(random_.below(7));
                break;
            case 1:
                request.auction = as<auction_kind>(random_.below(7));
                break;
            case 2:
                request.next = as<market_state>(random_.below(7));
                break;
            case 3:
                request.until = timestamp{now_.ns - random_.between(-1, 1)};
                break;
            case 4:
                request.until = timestamp{-5};
                break;
            default:
                request.until = timestamp{};
                break;
        }
    }
    return request;
}

command command_generator::change_reference() {
    set_reference request;
    request.clear = random_.chance(250);
    if (!request.clear) {
        request.price = price{random_.chance(30) ? extreme() : middle_ + random_.between(-3, 3)};
    }
    return request;
}

// --- Values ---------------------------------------------------------------------------------------

// Unique, and not rising with time: rules that say 'by rising order id' shall differ from those that
// say 'by priority'.
order_id command_generator::new_id() {
    return order_id{(next_id_++ ^ 6U) + id_base_};
}

// Mostly a live order, among them young ones.
order_id command_generator::some_id(const reference_book& book) {
    if (random_.chance(100) || book.orders().empty()) {
        return order_id{
            ((next_id_ - 1 - random_.below(std::min(next_id_ - 1, std::uint64_t{12}))) ^ 6U) +
            id_base_};
    }
    if (random_.chance(20)) {
        return order_id{random_.below(next_id_ + 20) + id_base_};
    }
    return book.orders()[random_.below(book.orders().size())].id;
}

account_id command_generator::some_account() {
    return account_id{static_cast<std::uint32_t>(1 + random_.below(6))};
}

// Accounts 1 and 2 are one owner, 3 and 4 another; now and then an order says otherwise.
trade_group_id command_generator::group_of(account_id account) {
    if (random_.chance(30)) {
        return trade_group_id{static_cast<std::uint32_t>(random_.below(3))};
    }
    return trade_group_id{account.value <= 2 ? 1U : account.value <= 4 ? 2U : 0U};
}

self_trade_prevention command_generator::some_mode() {
    const std::uint64_t none = flow_ == flow_profile::icebergs_and_self_trade ? 100 : 600;
    return random_.chance(none) ? self_trade_prevention::none
                                : as<self_trade_prevention>(random_.below(5));
}

// On the tick table, but for a few.
price command_generator::price_near(std::int64_t ticks) {
    if (random_.chance(10)) {
        return price{ticks};
    }
    std::int64_t tick = 1;
    for (const tick_row& row : rules_.ticks) {
        if (row.from_ticks <= std::abs(ticks)) {
            tick = row.tick_ticks;
        }
    }
    return price{ticks - ticks % tick};
}

// Buys a little below sells, so that some rests and much crosses.
price command_generator::some_price(side which) {
    const std::uint64_t dice = random_.below(1000);
    if (dice < 3) {
        return price{extreme()};
    }
    if (dice < 15) {
        return price_near(middle_ + random_.between(-60, 60));
    }
    const std::int64_t tick = instrument_ == instrument_profile::tick_table ? 4 : 1;
    const std::int64_t away = random_.between(-overlap_, spread_ + 1) * tick;
    return price_near(middle_ + (which == side::buy ? -away : away));
}

quantity command_generator::some_quantity() {
    if (random_.chance(5)) {
        return quantity{max_order_lots.lots / rules_.lot.lots * rules_.lot.lots};
    }
    if (random_.chance(5)) {
        return rules_.lot;
    }
    if (random_.chance(5)) {
        return quantity{random_.between(1, 60)};
    }
    const std::int64_t least = instrument_ == instrument_profile::tick_table ? 2 : 1;
    return quantity{rules_.lot.lots * random_.between(least, random_.chance(100) ? 40 : 10)};
}

timestamp command_generator::soon() {
    return now_ + duration{random_.between(1, 60)};
}

void command_generator::set_resting_time(new_order& order) {
    const std::uint64_t dice = random_.below(100);
    if (dice < 40) {
        order.tif = time_in_force::day;
    } else if (dice < 75) {
        order.tif = time_in_force::good_till_cancelled;
    } else {
        order.tif = time_in_force::good_till_date;
        order.expires_at = random_.chance(10) ? timestamp{highest} : soon();
    }
}

std::int64_t command_generator::extreme() {
    constexpr std::array<std::int64_t, 7> values{lowest,      lowest + 1,  lowest / 2, -1,
                                                 highest / 2, highest - 1, highest};
    return values[random_.below(values.size())];
}

}  // namespace bourse
