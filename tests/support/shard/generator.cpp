#include "tests/support/shard/generator.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>

namespace bourse {

namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t day_ns = 24LL * 3600 * 1'000'000'000;
/// 2026-01-05, a little before a day ends: the turnover of a day begins anew.
constexpr std::int64_t first_ns = 20'458 * day_ns - 2'000'000'000;
constexpr std::uint64_t accounts_a_shard = 20;
constexpr std::uint64_t first_poor_account = 16;
/// A shard that no world has: what is sent there stays in the outbox.
constexpr shard_id nowhere{9};

template <typename E>
E as(std::uint64_t value) {
    return static_cast<E>(value);
}

template <typename T>
const T& one_of(random_source& random, const std::vector<T>& all) {
    return all[random.below(all.size())];
}

}  // namespace

enum class shard_generator::share : std::uint8_t {
    order,
    group,
    reduce,
    cancel,
    replace,
    mass_cancel,
    kill,
    lease,
    limit,
    fund,
    move,
    corporate,
    state,
    reference,
    calendar,
    list,
    halt,
    mass_book,
    rules,
    open_account,
    repeat,
    reuse,
    malformed,
    count,
};

shard_generator::shard_generator(std::uint64_t seed, std::uint16_t shards)
    : random_(seed), shards_(shards) {
    make_settings(shards);
    make_symbols();
    //                                ord grp red can rep mas kil lea lim fun mov cor sta
    const std::vector<unsigned> base{420, 70, 50, 90, 110, 5, 6, 20, 25, 25, 40, 6, 12,
                                     //   ref cal lis hal mbk rul opn rpt reu bad
                                     14, 4, 3, 3, 2, 1, 4, 25, 8, 35};
    for (const unsigned one : base) {
        // What a world is full of: a third of the kinds is usual, others are rare, absent or common.
        constexpr std::array<unsigned, 6> factors{0, 3, 10, 10, 20, 40};
        weights_.push_back(one * factors[random_.below(factors.size())]);
    }
    weights_[0] = std::max(weights_[0], base[0] * 6);
    step_ns_ = random_.chance(300) ? 100'000'000 : random_.chance(500) ? 5'000'000 : 1'000'000;
    crowd_ = random_.chance(300) ? 150 : 50;
    for (shard_picture& s : shards_) {
        s.now = timestamp{first_ns};
    }
}

// --- Making the world -----------------------------------------------------------------------------

void shard_generator::make_settings(std::uint16_t shards) {
    const bool small = random_.chance(500);
    const bool crowded = random_.chance(150);
    for (std::uint16_t i = 1; i <= shards; ++i) {
        shard_settings one;
        one.id = shard_id{i};
        one.horizon = duration{random_.between(1, 20) * 500'000'000};
        if (random_.chance(100)) {
            one.horizon = shard_settings{}.horizon;
        }
        one.max_outbox = small ? (random_.chance(500) ? 8 : 16) : 65'536;
        one.max_open_orders = crowded ? 25 : 1U << 22U;
        settings_.push_back(one);
    }
}

fee_tier shard_generator::some_fees() {
    const auto rate = [this] {
        fee_rate one{random_.between(-300, 3'000), random_.between(-1'500'000, 2'500'000)};
        if (random_.chance(20)) {
            one.rate_ppm = random_.chance(500) ? 1'000'000 : -1'000'000;
        }
        if (random_.chance(10)) {
            one.per_lot = random_.chance(500) ? 1'000'000'000'000 : -1'000'000'000'000;
        }
        if (random_.chance(200)) {
            one = {};
        }
        return one;
    };
    return {.maker = rate(), .taker = rate(), .auction = rate()};
}

void shard_generator::make_symbols() {
    const auto ms = [](std::int64_t count) { return duration{count * 1'000'000}; };
    for (std::uint32_t i = 0; i < 5; ++i) {
        known_symbol one;
        listing& l = one.what;
        l.rules.symbol = symbol_id{11 + i};
        l.currency = currency_id{1 + i % 2};
        l.book_shard = shard_id{static_cast<std::uint16_t>(1 + i % shards_.size())};
        for (fee_tier& tier : l.fees) {
            tier = some_fees();
        }
        l.protection_bps = static_cast<std::uint32_t>(random_.between(0, 2'000));
        switch (i) {
            case 0:
                one.step = random_.chance(200) ? 100 : 1;
                one.middle = 100 * one.step;
                break;
            case 1:
                l.rules.ticks = {{0, 1}, {50, 5}, {200, 10}};
                l.rules.lot = quantity{5};
                l.rules.min_quantity = quantity{10};
                l.rules.max_quantity = quantity{400};
                l.rules.reopening_auction = ms(30);
                l.tick_value = 7;
                one.middle = 195;
                one.step = 5;
                break;
            case 2:
                l.rules.band_bps = 1'500;
                l.rules.volatility_bps = 300;
                l.rules.volatility_auction = ms(20);
                l.rules.reopening_auction = ms(15);
                l.tick_value = 100;
                l.calendar = calendar_id{random_.chance(700) ? 1U : 0U};
                one.middle = 200;
                break;
            case 3:
                l.rules.max_orders = 20;
                l.rules.max_hidden_orders = 3;
                l.rules.max_trailing_stops = 2;
                one.middle = random_.between(-60, 10);  // prices of zero and below
                break;
            default:
                l.tick_value = random_.chance(500) ? 1'000'000'000'000 : 3;
                l.protection_bps = random_.chance(200) ? 100'000 : 500;
                one.middle = 50;
                if (random_.chance(400)) {
                    l.book_shard = nowhere;
                }
                break;
        }
        symbols_.push_back(one);
    }
}

account_id shard_generator::account_of(shard_id id, std::uint64_t which) const {
    return account_id{static_cast<std::uint32_t>(std::uint64_t{id.value} * 100U + which)};
}

void shard_generator::open_accounts(shard_id id, std::vector<step_command>& to) {
    for (std::uint64_t k = 1; k <= accounts_a_shard; ++k) {
        open_account one;
        one.account = account_of(id, k);
        one.kind = k % 5 == 0 ? account_kind::house : account_kind::cash;
        one.tier = static_cast<std::uint8_t>(k % fee_tiers);
        one.trade_group = trade_group_id{k <= 6 ? static_cast<std::uint32_t>((k + 1) / 2) : 0U};
        one.risk_group = risk_group_id{static_cast<std::uint32_t>(k % 4)};
        to.emplace_back(shard_command{one});
    }
}

void shard_generator::fund_accounts(shard_id id, std::vector<step_command>& to) {
    for (std::uint64_t k = 1; k <= accounts_a_shard; ++k) {
        const account_id account = account_of(id, k);
        const bool poor = k >= first_poor_account;
        for (std::uint32_t c = 1; c <= 2; ++c) {
            const asset_id asset = asset_of(currency_id{c});
            to.emplace_back(
                shard_command{deposit{.account = account,
                                      .asset = asset,
                                      .amount = poor                  ? 20'000
                                                : random_.chance(300) ? std::int64_t{1} << 58
                                                                      : 1'000'000'000'000}});
            if (k % 5 == 0) {
                to.emplace_back(
                    shard_command{set_limit{.account = account,
                                            .kind = limit_kind::credit_line,
                                            .asset = asset,
                                            .value = poor ? 5'000 : 1'000'000'000'000'000}});
            }
        }
        for (const known_symbol& s : symbols_) {
            const asset_id asset = asset_of(s.what.rules.symbol);
            if (k % 5 == 0) {
                to.emplace_back(shard_command{set_limit{.account = account,
                                                        .kind = limit_kind::credit_line,
                                                        .asset = asset,
                                                        .value = poor ? 20 : 1'000'000}});
            }
            if (k % 3 != 0) {
                to.emplace_back(shard_command{deposit{.account = account,
                                                      .asset = asset,
                                                      .amount = poor ? 30 : 5'000,
                                                      .cost = random_.between(0, 100'000)}});
            }
        }
    }
}

world_step shard_generator::first_step(shard_id id) {
    world_step step{.shard = id, .at = here().now, .is_void = false, .commands = {}};
    std::vector<step_command>& to = step.commands;
    to.emplace_back(shard_command{set_calendar{
        .calendar = calendar_id{1},
        .sessions = {{here().now + duration{1'000'000'000}, {.state = market_state::pre_open}}}}});
    for (const known_symbol& s : symbols_) {
        const bool elsewhere = s.what.book_shard != id;
        if (elsewhere && random_.chance(30)) {
            continue;  // orders of others for a book of this shard are all right, its own are not
        }
        listing what = s.what;
        if (shards_.size() > 1 && random_.chance(30)) {
            // Two shards that do not agree where the book is.
            what.book_shard =
                shard_id{static_cast<std::uint16_t>(1 + random_.below(shards_.size()))};
        }
        to.emplace_back(shard_command{list_instrument{.what = what}});
        to.emplace_back(shard_command{book_reference{
            .symbol = what.rules.symbol, .what = {.clear = false, .price = price{s.middle}}}});
        if (what.book_shard == id) {
            to.emplace_back(shard_command{book_state{.symbol = what.rules.symbol}});
        }
    }
    open_accounts(id, to);
    fund_accounts(id, to);
    return step;
}

// --- Steps ----------------------------------------------------------------------------------------

world_step shard_generator::next() {
    current_ = shard_id{static_cast<std::uint16_t>(1 + steps_++ % shards_.size())};
    if (steps_ > shards_.size() * 4) {
        current_ = shard_id{static_cast<std::uint16_t>(1 + random_.below(shards_.size()))};
    }
    if (!here().set_up) {
        here().set_up = true;
        return first_step(current_);
    }
    world_step step{
        .shard = current_, .at = next_time(here()), .is_void = random_.chance(3), .commands = {}};
    if (step.is_void) {
        return step;
    }
    for (known_symbol& s : symbols_) {
        if (random_.chance(40)) {
            s.middle += s.step * random_.between(-1, 1);
        }
    }
    add_transport(step.commands);
    keep_books_open(step.commands);
    const std::size_t count = some_count();
    while (step.commands.size() < count) {
        add_command(step.commands);
    }
    // Worlds that grow without end only make the comparison slow.
    if (here().orders.size() > crowd_ && random_.chance(100)) {
        if (random_.chance(500)) {
            step.commands.emplace_back(shard_command{mass_cancel_book{.symbol = some_symbol()}});
        }
        for (int i = 0; i < 4; ++i) {
            step.commands.emplace_back(
                shard_command{submit_mass_cancel{.account = some_account()}});
        }
    }
    return step;
}

std::size_t shard_generator::some_count() {
    const std::uint64_t dice = random_.below(1000);
    if (dice < 60) {
        return 0;
    }
    if (dice < 500) {
        return 1 + random_.below(3);
    }
    return dice < 994 ? 1 + random_.below(20) : 200;
}

timestamp shard_generator::next_time(const shard_picture& s) {
    const std::uint64_t dice = random_.below(1000);
    const auto step = static_cast<std::int64_t>(step_ns_);
    if (dice < 10) {
        return timestamp{s.now.ns - random_.between(0, 3 * step)};
    }
    if (dice < 200) {
        return s.now;
    }
    if (dice < 350 && s.next_due && s.next_due->ns < s.now.ns + 30 * step) {
        return timestamp{s.next_due->ns + random_.between(-1, 1)};
    }
    if (dice < 980) {
        return s.now + duration{random_.between(1, step * 3)};
    }
    return s.now + duration{dice < 998 ? random_.between(1, 2'000'000'000) : day_ns};
}

void shard_generator::add_transport(std::vector<step_command>& to) {
    using kind = transport_action::kind;
    for (std::size_t p = 1; p <= shards_.size(); ++p) {
        const shard_id peer{static_cast<std::uint16_t>(p)};
        if (peer == current_) {
            continue;
        }
        if (random_.chance(550)) {
            transport_action one{kind::deliver, peer, 0,
                                 static_cast<std::uint32_t>(random_.below(12))};
            const std::uint64_t dice = random_.below(1000);
            if (dice < 120) {
                one.shift = -random_.between(1, 6);
            } else if (dice < 170) {
                one.shift = random_.between(1, 4);
            }
            to.emplace_back(one);
            if (random_.chance(200)) {
                one.shift += random_.chance(500) ? one.count : 0;
                to.emplace_back(one);
            }
        }
        if (random_.chance(400)) {
            to.emplace_back(transport_action{kind::confirm, peer,
                                             random_.chance(200) ? random_.between(0, 5) : 0, 0});
        }
        if (random_.chance(5)) {
            to.emplace_back(transport_action{
                kind::overconfirm, peer,
                random_.chance(500) ? 0 : std::numeric_limits<std::int64_t>::max() / 2, 0});
        }
    }
    // Wherever they are in the entry.
    for (std::size_t i = 0; i < to.size() && random_.chance(300); ++i) {
        const std::size_t before = to.size();
        add_command(to);
        std::rotate(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(before), to.end());
    }
}

// A book that does not match for long reaches little.
void shard_generator::keep_books_open(std::vector<step_command>& to) {
    for (auto& [symbol, entries] : here().not_open) {
        entries += 1;
        if (entries > 4 && random_.chance(entries > 30 ? 300 : 60)) {
            to.emplace_back(shard_command{book_state{.symbol = symbol}});
        }
    }
    if (here().halted && random_.chance(60)) {
        to.emplace_back(shard_command{market_halt{.on = false}});
    }
    for (const account_id account : here().blocked) {
        if (random_.chance(30)) {
            to.emplace_back(shard_command{set_kill_switch{.account = account, .on = false}});
        }
    }
}

void shard_generator::add_command(std::vector<step_command>& to) {
    std::deque<shard_command>& waiting = here().waiting;
    shard_command made;
    if (!waiting.empty() && random_.chance(800)) {
        made = waiting.front();
        waiting.pop_front();
    } else {
        made = by_weight(to);
    }
    here().recent.push_back(made);
    if (here().recent.size() > 60) {
        here().recent.pop_front();
    }
    to.emplace_back(std::move(made));
}

shard_command shard_generator::by_weight(std::vector<step_command>& to) {
    std::uint64_t sum = 0;
    for (const unsigned one : weights_) {
        sum += one;
    }
    std::uint64_t dice = random_.below(sum);
    std::uint8_t which = 0;
    while (dice >= weights_[which]) {
        dice -= weights_[which++];
    }
    switch (static_cast<share>(which)) {
        case share::order:
            return order();
        case share::group:
            return start_group();
        case share::reduce:
            return reduce_order();
        case share::cancel:
            return cancel();
        case share::replace:
            return replace(to);
        case share::mass_cancel: {
            const account_id account = some_account();
            return submit_mass_cancel{
                .request = request(account),
                .account = account,
                .symbol = random_.chance(400) ? symbol_id{} : some_symbol(),
                .sides = as<side_filter>(random_.below(random_.chance(100) ? 4 : 3))};
        }
        case share::kill:
            return kill();
        case share::lease:
            return lease();
        case share::limit:
            return limit();
        case share::fund:
            return fund();
        case share::move:
            return move();
        case share::corporate:
            return corporate_action(to);
        case share::state:
            return state();
        case share::reference:
            return reference();
        case share::calendar:
            return calendar();
        case share::list:
            return list_again();
        case share::halt:
            return halt();
        case share::mass_book:
            return mass_cancel_book{.request = request({}), .symbol = some_symbol()};
        case share::rules:
            return set_rules_version{.request = request({}),
                                     .version = static_cast<std::uint32_t>(random_.below(3))};
        case share::open_account: {
            open_account one{.request = {}, .account = some_account()};
            one.request = request(one.account);
            one.kind = as<account_kind>(random_.below(3));
            one.tier = static_cast<std::uint8_t>(random_.below(9));
            return one;
        }
        case share::repeat:
            if (!here().recent.empty()) {
                return here().recent[random_.below(here().recent.size())];
            }
            return order();
        case share::reuse: {
            // One id for a thing of another kind.
            submit_order one = order();
            const account_id account = one.order.account;
            one.request.id =
                client_id{account.value, 1 + random_.below(here().client_counters[account] + 1)};
            if (random_.chance(500)) {
                return one;
            }
            return deposit{.request = one.request,
                           .account = account,
                           .asset = some_asset(),
                           .amount = random_.between(1, 100)};
        }
        default:
            return malformed();
    }
}

// --- Orders ---------------------------------------------------------------------------------------

submit_order shard_generator::order() {
    const known_symbol& symbol = some_known_symbol();
    submit_order one;
    one.symbol = random_.chance(5) ? symbol_id{77} : symbol.what.rules.symbol;
    one.order.account = some_account();
    one.request = request(one.order.account);
    one.has_price = !random_.chance(80);
    shape(one.order, symbol);
    if (!one.has_price && random_.chance(900)) {
        one.order.price = {};
    }
    one.reduce_only = random_.chance(30);
    if (!here().leases.empty() && random_.chance(120)) {
        const renew_lease& lease = here().leases[random_.below(here().leases.size())];
        one.lease = lease.lease;
        if (random_.chance(900)) {
            one.order.account = lease.account;
            one.request = request(lease.account);
        }
    }
    if (random_.chance(15)) {
        spoil(one);
    }
    return one;
}

void shard_generator::shape(new_order& one, const known_symbol& symbol) {
    const instrument& rules = symbol.what.rules;
    one.side = as<side>(random_.below(2));
    one.self_trade = random_.chance(600) ? self_trade_prevention::none
                                         : as<self_trade_prevention>(random_.below(5));
    one.price = some_price(symbol, one.side);
    one.quantity = some_quantity(symbol);
    const std::uint64_t time = random_.below(100);
    one.tif = time < 50   ? time_in_force::day
              : time < 80 ? time_in_force::good_till_cancelled
                          : time_in_force::good_till_date;
    if (one.tif == time_in_force::good_till_date) {
        one.expires_at = soon();
    }
    const std::int64_t beyond = one.side == side::buy ? 12 : -12;
    const price protection{symbol.middle + beyond * symbol.step};
    switch (random_.below(16)) {
        case 0:
            one.type = order_type::market;
            one.tif = random_.chance(500) ? time_in_force::day : time_in_force::immediate_or_cancel;
            one.expires_at = {};
            one.price = protection;
            break;
        case 1:
            one.type = order_type::stop;
            one.stop_price = some_price(symbol, opposite(one.side));
            one.price = protection;
            break;
        case 2:
            one.type = order_type::stop_limit;
            one.stop_price = some_price(symbol, opposite(one.side));
            break;
        case 3:
            one.type = order_type::trailing_stop;
            one.offset_ticks = random_.between(1, 5) * symbol.step;
            one.price = protection;
            break;
        case 4:
            one.type = random_.chance(500) ? order_type::primary_peg : order_type::mid_peg;
            one.offset_ticks = random_.between(0, 2) * symbol.step;
            break;
        case 5:
            one.quantity.lots *= random_.between(2, 5);
            one.display = rules.lot;
            break;
        case 6:
            one.post_only = true;
            break;
        case 7:
            if (random_.chance(500)) {
                one.all_or_none = true;
            } else {
                one.minimum = quantity{(one.quantity.lots + 1) / 2};
            }
            break;
        case 8:
            one.expires_at = {};
            one.tif = as<time_in_force>(3 + random_.below(4));
            break;
        default:
            break;
    }
}

void shard_generator::spoil(submit_order& one) {
    new_order& o = one.order;
    switch (random_.below(17)) {
        case 0:
            o.side = as<side>(2 + random_.below(254));
            break;
        case 1:
            o.type = as<order_type>(random_.chance(500) ? 7 : 255);
            break;
        case 2:
            o.role = as<group_role>(random_.below(6));
            break;
        case 3:
            o.id = order_id{1};
            break;
        case 4:
            o.trade_group = trade_group_id{3};
            break;
        case 5:
            o.quantity = quantity{extreme()};
            break;
        case 6:
            o.quantity = quantity{max_order_lots.lots + random_.between(-1, 1)};
            break;
        case 7:
            o.quantity = quantity{random_.between(-1, 1)};
            break;
        case 8:
            o.price = price{extreme()};
            break;
        case 9:
            o.group = order_group_id{random_.chance(500) ? std::uint64_t{1} << 32U : 5};
            break;
        case 10:
            o.tif = as<time_in_force>(random_.below(9));
            break;
        case 11:
            o.self_trade = as<self_trade_prevention>(random_.below(7));
            break;
        case 12:
            o.display = quantity{random_.between(-2, 200)};
            break;
        case 13:
            o.group_size = static_cast<std::uint8_t>(random_.below(12));
            break;
        case 14:
            one.lease = lease_id{random_.below(40)};
            break;
        case 15:
            o.stop_price = price{extreme()};
            break;
        default:
            o.expires_at = timestamp{extreme()};
            break;
    }
}

// The members of a bracket, exits first or last, or of a one-cancels-other group; well formed but
// for a few.
shard_command shard_generator::start_group() {
    const known_symbol& symbol = some_known_symbol();
    const account_id account = some_account();
    const bool bracket = random_.chance(600);
    const bool exits_first = random_.chance(700);
    const auto size = static_cast<std::uint8_t>(random_.between(2, bracket ? 3 : 4));
    const side entry_side = as<side>(random_.below(2));
    order_group_id group{here().next_group++};
    if (random_.chance(50)) {
        group.value = 1 + random_.below(here().next_group);
    }
    const quantity lots = some_quantity(symbol);
    std::vector<submit_order> members;
    for (std::uint8_t i = 0; i < size; ++i) {
        submit_order one;
        one.symbol = symbol.what.rules.symbol;
        one.request = request(account);
        one.has_price = !random_.chance(40);
        new_order& o = one.order;
        shape(o, symbol);
        o.account = account;
        o.group = group;
        o.group_size = size;
        o.post_only = false;
        o.all_or_none = false;
        o.minimum = {};
        const bool is_entry = bracket && i == (exits_first ? size - 1 : 0);
        o.role = !bracket   ? group_role::one_cancels_other
                 : is_entry ? group_role::entry
                            : group_role::exit;
        if (o.type > order_type::trailing_stop || (o.type == order_type::market && !is_entry) ||
            o.tif > time_in_force::good_till_date) {
            o.type = order_type::limit;
            o.tif = time_in_force::day;
            o.offset_ticks = 0;
            o.expires_at = {};
        }
        const side was = o.side;
        o.side = bracket && !is_entry ? opposite(entry_side) : entry_side;
        if (o.side != was) {
            o.price = some_price(symbol, o.side);
        }
        if (random_.chance(850) && o.display.lots == 0) {
            o.quantity = lots;
        }
        if (random_.chance(10)) {
            o.group_size = static_cast<std::uint8_t>(random_.below(10));
        }
        if (random_.chance(10)) {
            one.symbol = some_symbol();
        }
        if (random_.chance(10)) {
            o.side = opposite(o.side);
        }
        if (random_.chance(10)) {
            o.role = as<group_role>(random_.below(4));
        }
        if (random_.chance(20)) {
            o.quantity.lots *= 1'000'000;  // refused for want of funds: the others end
        }
        members.push_back(one);
    }
    for (std::size_t i = 1; i < members.size(); ++i) {
        here().waiting.emplace_back(members[i]);
    }
    if (random_.chance(30)) {
        here().waiting.pop_back();  // never complete
    }
    return members.front();
}

// Of an account that has lots, or (a house's) may owe them.
shard_command shard_generator::reduce_order() {
    submit_order one = order();
    one.reduce_only = true;
    one.order.group = {};
    one.order.role = group_role::none;
    if (random_.chance(800)) {
        one.order.side = side::sell;
    }
    if (one.order.type > order_type::trailing_stop && random_.chance(900)) {
        one.order.type = order_type::limit;
        one.order.offset_ticks = 0;
    }
    if (random_.chance(300)) {
        one.order.tif = time_in_force::good_till_cancelled;  // it shall stand in the way of others
        one.order.expires_at = {};
        one.order.price.ticks += (one.order.side == side::sell ? 10 : -10);
    }
    return one;
}

shard_command shard_generator::cancel() {
    submit_cancel one;
    if (const known_order* found = some_order()) {
        one.account = random_.chance(970) ? found->account : some_account();
        if (random_.chance(300) && !found->client.is_none()) {
            one.named = found->client;
        } else {
            one.order = found->id;
        }
    } else {
        one.account = some_account();
        one.order = order_id{std::uint64_t{current_.value} << order_counter_bits |
                             (here().last_order + random_.below(4))};
    }
    one.request = request(one.account);
    if (one.order.value == 0 && one.named.is_none()) {
        one.named = client_id{one.account.value,
                              1 + random_.below(here().client_counters[one.account] + 1)};
    }
    return one;
}

submit_replace shard_generator::change_of(const known_order& one) {
    submit_replace r;
    r.account = random_.chance(980) ? one.account : some_account();
    r.request = request(r.account);
    if (random_.chance(250) && !one.client.is_none()) {
        r.named = one.client;
    } else {
        r.order = one.id;
    }
    r.set_price = random_.chance(550);
    r.set_quantity = random_.chance(550);
    r.set_stop_price = random_.chance(40);
    const auto symbol = std::find_if(symbols_.begin(), symbols_.end(), [&](const auto& s) {
        return s.what.rules.symbol == one.symbol;
    });
    const known_symbol& about = symbol == symbols_.end() ? symbols_.front() : *symbol;
    r.price = random_.chance(150) ? one.price : some_price(about, one.side);
    if (r.set_stop_price) {
        r.stop_price = some_price(about, opposite(one.side));
    }
    const std::int64_t lot = about.what.rules.lot.lots;
    r.quantity = random_.chance(400) ? some_quantity(about)
                                     : quantity{one.total.lots + lot * random_.between(-4, 6)};
    if (random_.chance(10)) {
        r.quantity = quantity{random_.chance(500) ? extreme() : max_order_lots.lots};
    }
    if (random_.chance(5)) {
        r.price = price{extreme()};
    }
    return r;
}

shard_command shard_generator::replace(std::vector<step_command>& to) {
    const known_order* found = some_order();
    if (found == nullptr) {
        // By client id alone: of what is done, and of what its book has not answered yet, or never will.
        known_order guessed;
        guessed.account = some_account();
        submit_replace r = change_of(guessed);
        r.order = {};
        r.named =
            client_id{r.account.value, 1 + random_.below(here().client_counters[r.account] + 1)};
        return r;
    }
    // Several that are pending at once.
    if (random_.chance(250)) {
        const std::uint64_t more = 1 + random_.below(5);
        for (std::uint64_t i = 0; i < more; ++i) {
            to.emplace_back(shard_command{change_of(*found)});
        }
    }
    return change_of(*found);
}

// --- Accounts and funds ---------------------------------------------------------------------------

shard_command shard_generator::limit() {
    set_limit one;
    one.kind = as<limit_kind>(random_.below(limit_kind_count));
    const bool of_group = random_.chance(300);
    if (of_group) {
        one.risk_group = risk_group_id{static_cast<std::uint32_t>(random_.between(1, 4))};
    } else {
        one.account = some_account();
    }
    one.request = request(one.account);
    const bool lift = random_.chance(450);
    const bool of_symbol = random_.chance(500);
    const asset_id symbol = asset_of(some_symbol());
    const asset_id currency =
        asset_of(currency_id{static_cast<std::uint32_t>(random_.between(1, 2))});
    switch (one.kind) {
        case limit_kind::credit_line:
            if (!of_group && random_.chance(900)) {
                one.account =
                    account_of(current_, 5 * static_cast<std::uint64_t>(random_.between(1, 4)));
                one.request = request(one.account);
            }
            one.asset = of_symbol ? symbol : currency;
            one.value = random_.chance(10)   ? highest
                        : random_.chance(10) ? std::int64_t{1} << 62
                                             : random_.between(0, of_symbol ? 500 : 1'000'000'000);
            return one;
        case limit_kind::max_order_quantity:
            one.asset = symbol;
            one.value = random_.between(5, 60);
            break;
        case limit_kind::max_order_value:
            one.asset = currency;
            one.value = random_.between(500, 500'000);
            break;
        case limit_kind::max_open_orders:
            one.value = random_.between(1, 8);
            break;
        case limit_kind::max_position:
            one.asset = symbol;
            one.value = random_.between(10, 6'000);
            break;
        case limit_kind::max_turnover:
            one.asset = currency;
            one.value = random_.between(1'000, 5'000'000);
            break;
        default:
            one.value = random_.between(50, 1'000);
            break;
    }
    if (lift) {
        one.value = 0;
    }
    return one;
}

shard_command shard_generator::fund() {
    const account_id account = some_account();
    const asset_id asset = some_asset();
    if (random_.chance(550)) {
        return deposit{.request = request(account),
                       .account = account,
                       .asset = asset,
                       .amount = some_amount(asset),
                       .cost = asset.is_currency() && random_.chance(900)
                                   ? 0
                                   : random_.between(random_.chance(20) ? -1 : 0, 50'000)};
    }
    return withdraw{.request = request(account),
                    .account = account,
                    .asset = asset,
                    .amount = some_amount(asset)};
}

shard_command shard_generator::move() {
    transfer one;
    one.account = some_account();
    one.request = request(one.account);
    one.asset = some_asset();
    one.amount = some_amount(one.asset);
    one.to_shard = random_.chance(300) ? shard_id{} : some_peer();
    const shard_id there = one.to_shard.value == 0 ? current_ : one.to_shard;
    one.to = random_.chance(60)
                 ? account_id{999'999}
                 : account_of(there, static_cast<std::uint64_t>(random_.between(1, 20)));
    if (random_.chance(10)) {
        one.to = one.account;
    }
    return one;
}

shard_command shard_generator::corporate_action(std::vector<step_command>& to) {
    if (random_.chance(400)) {
        return dividend{.request = request({}),
                        .symbol = some_symbol(),
                        .per_lot = random_.chance(50) ? extreme() : random_.between(0, 20)};
    }
    split one{.request = request({}), .symbol = some_symbol()};
    one.numerator = random_.between(1, random_.chance(100) ? 1'000'001 : 5);
    one.denominator = random_.between(1, random_.chance(100) ? 1'000'001 : 5);
    one.cash_per_lot = random_.chance(50) ? extreme() : random_.between(0, 300);
    // It is refused while orders are open, so that they are cancelled before it, most times.
    if (random_.chance(700)) {
        for (std::uint64_t k = 1; k <= accounts_a_shard; ++k) {
            to.emplace_back(shard_command{
                submit_mass_cancel{.account = account_of(current_, k), .symbol = one.symbol}});
        }
        here().waiting.emplace_back(one);
    }
    return one;
}

shard_command shard_generator::kill() {
    set_kill_switch one{.request = {}, .account = some_account(), .on = random_.chance(600)};
    if (!here().blocked.empty() && random_.chance(300)) {
        one = {
            .request = {}, .account = one_of(random_, here().blocked), .on = random_.chance(100)};
    }
    one.request = request(one.account);
    return one;
}

shard_command shard_generator::lease() {
    renew_lease one{
        .account = some_account(), .lease = lease_id{1 + random_.below(12)}, .until = soon()};
    if (!here().leases.empty() && random_.chance(500)) {
        one = here().leases[random_.below(here().leases.size())];
        one.until = random_.chance(150) ? here().now : soon();
    }
    if (random_.chance(30)) {
        one.until = here().now + duration{3'600'000'000'000 + random_.between(-5'000, 5'000'000)};
    }
    if (random_.chance(20)) {
        one.lease = lease_id{random_.below(2)};
    }
    here().leases.push_back(one);
    if (here().leases.size() > 8) {
        here().leases.erase(here().leases.begin());
    }
    return one;
}

// --- The market -----------------------------------------------------------------------------------

set_state shard_generator::some_state() {
    constexpr std::array<market_state, 10> states{market_state::auction,  market_state::auction,
                                                  market_state::auction,  market_state::pre_open,
                                                  market_state::pre_open, market_state::halted,
                                                  market_state::halted,   market_state::open,
                                                  market_state::open,     market_state::closed};
    set_state one;
    one.state = states[random_.below(states.size())];
    if (one.state == market_state::auction) {
        one.auction = as<auction_kind>(1 + random_.below(4));
    }
    if (random_.chance(500)) {
        one.until = soon();
        do {
            one.next = states[random_.below(states.size())];
        } while (one.next == market_state::auction || one.next == one.state ||
                 (one.state == market_state::halted && one.next != market_state::open));
    }
    if (random_.chance(40)) {
        one.auction = as<auction_kind>(random_.below(7));
    }
    if (random_.chance(20)) {
        one.until = timestamp{random_.chance(500) ? extreme() : here().now.ns};
    }
    if (random_.chance(10)) {
        one.state = as<market_state>(random_.below(8));
    }
    return one;
}

shard_command shard_generator::state() {
    return book_state{.request = request({}), .symbol = some_symbol(), .what = some_state()};
}

shard_command shard_generator::reference() {
    const known_symbol& about = some_known_symbol();
    book_reference one{.request = request({}), .symbol = about.what.rules.symbol};
    one.what.clear = random_.chance(200);
    if (!one.what.clear) {
        one.what.price = price{
            random_.chance(20) ? extreme() : about.middle + about.step * random_.between(-3, 3)};
    }
    return one;
}

shard_command shard_generator::calendar() {
    set_calendar one{.request = request({}),
                     .calendar = calendar_id{static_cast<std::uint32_t>(random_.below(3))},
                     .sessions = {}};
    if (random_.chance(700)) {
        one.calendar = calendar_id{1};
    }
    timestamp at = here().now;
    const std::uint64_t count = random_.below(6);
    for (std::uint64_t i = 0; i < count; ++i) {
        at = at + duration{random_.between(random_.chance(30) ? 0 : 1,
                                           static_cast<std::int64_t>(step_ns_) * 20)};
        one.sessions.push_back({at, some_state()});
    }
    if (random_.chance(20)) {
        one.sessions.resize(4'097, {at, {}});
    }
    return one;
}

shard_command shard_generator::list_again() {
    known_symbol made = some_known_symbol();
    listing& l = made.what;
    if (random_.chance(600)) {
        // One that is new. What a fill is worth must be the same in all shards.
        const auto number = static_cast<std::uint32_t>(20 + random_.below(10));
        made = symbols_[number % symbols_.size()];
        l.rules.symbol = symbol_id{number};
        l.calendar = calendar_id{static_cast<std::uint32_t>(random_.below(4))};
    }
    switch (random_.below(8)) {
        case 0:
            l.tick_value = random_.between(-1, 0);
            break;
        case 1:
            l.fees[random_.below(fee_tiers)].maker.rate_ppm = random_.chance(500) ? 1'000'001 : 0;
            break;
        case 2:
            l.currency = currency_id{random_.chance(500) ? 0 : asset_id::currency_bit};
            break;
        case 3:
            l.rules.ticks.clear();
            break;
        case 4:
            l.protection_bps = 100'001;
            break;
        case 5:
            l.rules.symbol = symbol_id{random_.chance(500) ? 0 : asset_id::currency_bit};
            break;
        default:
            break;
    }
    return list_instrument{.request = request({}), .what = made.what};
}

shard_command shard_generator::halt() {
    return market_halt{.request = request({}),
                       .on = here().halted ? random_.chance(100) : random_.chance(900)};
}

// What a gateway would not let through, and a peer never sends.
shard_command shard_generator::malformed() {
    switch (random_.below(12)) {
        case 0: {
            submit_order one = order();
            spoil(one);
            return one;
        }
        case 1: {
            submit_order one = order();
            spoil(one);
            spoil(one);
            return one;
        }
        case 2: {
            const account_id account = some_account();
            return deposit{.request = request(account),
                           .account = account,
                           .asset = random_.chance(500) ? asset_id{} : some_asset(),
                           .amount = extreme()};
        }
        case 3: {
            const account_id account = some_account();
            return transfer{.request = request(account),
                            .account = account,
                            .to = some_account(),
                            .to_shard = shard_id{static_cast<std::uint16_t>(random_.below(65'536))},
                            .asset = asset_id{random_.chance(500) ? 77U : 0x80000063U},
                            .amount = random_.between(-1, 5)};
        }
        case 4: {
            shard_command made = limit();
            set_limit& one = std::get<set_limit>(made);
            switch (random_.below(4)) {
                case 0:
                    one.value = extreme();
                    break;
                case 1:
                    one.kind = as<limit_kind>(random_.below(9));
                    break;
                case 2:
                    one.asset = some_asset();
                    break;
                default:
                    one.risk_group = risk_group_id{static_cast<std::uint32_t>(random_.next())};
                    break;
            }
            return one;
        }
        case 5:
            return open_account{
                .account = account_id{random_.chance(500) ? 0U : 0x80000000U},
                .risk_group = risk_group_id{random_.chance(500) ? 0U : 0x80000000U}};
        case 6: {
            open_account one{.account = account_of(current_, 21 + random_.below(9))};
            one.request = request({});
            one.kind = as<account_kind>(random_.below(4));
            one.tier = static_cast<std::uint8_t>(random_.below(10));
            one.risk_group = risk_group_id{random_.chance(200) ? 0x80000000U : 2U};
            return one;
        }
        case 7: {
            const std::array<shard_id, 4> froms{shard_id{0}, current_, shard_id{40'000}, nowhere};
            return channel_delivery{
                froms[random_.below(froms.size())], random_.chance(900) ? 1 : random_.next(), {}};
        }
        case 8: {
            const std::array<shard_id, 4> froms{shard_id{0}, current_, shard_id{40'000}, nowhere};
            return channel_receipt{froms[random_.below(froms.size())],
                                   random_.chance(500) ? 0 : random_.next()};
        }
        case 9: {
            shard_command made = calendar();
            set_calendar& one = std::get<set_calendar>(made);
            one.calendar = calendar_id{random_.chance(500) ? 0U : 70'000U};
            return one;
        }
        case 10:
            return split{.request = request({}),
                         .symbol = random_.chance(500) ? symbol_id{77} : some_symbol(),
                         .numerator = random_.between(-1, 1),
                         .denominator = random_.between(-1, 1),
                         .cash_per_lot = random_.between(-1, 1)};
        default: {
            submit_replace one;
            if (const known_order* found = some_order()) {
                one = change_of(*found);
            }
            one.set_price = random_.chance(300);
            one.set_quantity = random_.chance(300);
            one.order = order_id{one.order.value + random_.below(2)};
            return one;
        }
    }
}

// --- Values ---------------------------------------------------------------------------------------

request_id shard_generator::request(account_id account) {
    request_id one;
    if (random_.chance(450)) {
        one.id = client_id{account.value, ++here().client_counters[account]};
        if (random_.chance(100)) {
            one.id.low = 1 + random_.below(one.id.low);
        }
    }
    const std::int64_t horizon = settings_[current_.value - 1U].horizon.ns;
    const std::uint64_t dice = random_.below(100);
    if (dice < 40) {
        one.not_after = here().now + duration{random_.between(horizon / 4, horizon)};
    } else if (dice < 42) {
        one.not_after = timestamp{here().now.ns - random_.between(0, 5'000'000)};
    } else if (dice < 43) {
        one.not_after = here().now + duration{horizon + random_.between(0, 2 * horizon)};
    }
    return one;
}

account_id shard_generator::some_account() {
    if (random_.chance(10)) {
        return account_id{random_.chance(500) ? 0U : 999'999U};
    }
    return account_of(current_, 1 + random_.below(accounts_a_shard));
}

const shard_generator::known_symbol& shard_generator::some_known_symbol() {
    return symbols_[random_.below(symbols_.size())];
}

symbol_id shard_generator::some_symbol() {
    return random_.chance(15) ? symbol_id{static_cast<std::uint32_t>(20 + random_.below(12))}
                              : some_known_symbol().what.rules.symbol;
}

asset_id shard_generator::some_asset() {
    if (random_.chance(500)) {
        return asset_of(currency_id{static_cast<std::uint32_t>(random_.between(1, 2))});
    }
    return asset_of(some_symbol());
}

// Mostly one that lives, among them young ones; null: name one that does not.
const shard_generator::known_order* shard_generator::some_order() {
    const auto& orders = here().orders;
    if (orders.empty() || random_.chance(50)) {
        return nullptr;
    }
    auto it = orders.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(random_.below(orders.size())));
    return &it->second;
}

shard_id shard_generator::some_peer() {
    if (random_.chance(50)) {
        return nowhere;
    }
    return shard_id{static_cast<std::uint16_t>(1 + random_.below(shards_.size()))};
}

// On the tick table, but for a few; buys a little below sells, so that some rests and much crosses.
price shard_generator::some_price(const known_symbol& symbol, side which) {
    const std::uint64_t dice = random_.below(1000);
    if (dice < 2) {
        return price{extreme()};
    }
    const std::int64_t reach = dice < 25 ? 60 : 5;
    const std::int64_t away = random_.between(dice < 25 ? -60 : -3, reach) * symbol.step;
    const std::int64_t ticks = symbol.middle + (which == side::buy ? -away : away);
    if (dice > 990) {
        return price{ticks};
    }
    std::int64_t tick = 1;
    for (const tick_row& row : symbol.what.rules.ticks) {
        if (row.from_ticks <= std::abs(ticks)) {
            tick = row.tick_ticks;
        }
    }
    return price{ticks - ticks % tick};
}

quantity shard_generator::some_quantity(const known_symbol& symbol) {
    if (random_.chance(4)) {
        return quantity{max_order_lots.lots / symbol.what.rules.lot.lots *
                        symbol.what.rules.lot.lots};
    }
    if (random_.chance(5)) {
        return quantity{random_.between(1, 60)};
    }
    const std::int64_t least = symbol.what.rules.min_quantity.lots > 0 ? 2 : 1;
    return quantity{symbol.what.rules.lot.lots *
                    random_.between(least, random_.chance(100) ? 40 : 12)};
}

std::int64_t shard_generator::some_amount(asset_id asset) {
    const std::uint64_t dice = random_.below(1000);
    if (dice < 15) {
        constexpr std::int64_t top = std::int64_t{1} << 62;
        const std::array<std::int64_t, 5> values{top, top - 1, top / 2, top + 1, highest};
        return values[random_.below(values.size())];
    }
    if (dice < 20) {
        return random_.between(-1, 0);
    }
    return random_.between(1, asset.is_currency() ? 20'000 : 60);
}

timestamp shard_generator::soon() {
    return here().now + duration{random_.between(1, static_cast<std::int64_t>(step_ns_) * 40)};
}

std::int64_t shard_generator::extreme() {
    constexpr std::array<std::int64_t, 10> values{
        lowest,      lowest + 1,      lowest / 2,  -1,      0,
        highest / 2, highest / 2 + 1, highest - 1, highest, std::int64_t{1} << 53};
    return values[random_.below(values.size())];
}

// --- Learning -------------------------------------------------------------------------------------

void shard_generator::learn(const world_step& step, const shard_output& out,
                            std::optional<timestamp> next_due) {
    shard_picture& s = shards_[step.shard.value - 1U];
    s.now = std::max(s.now, step.at);
    s.next_due = next_due;
    for (const report& r : out.reports) {
        const event& e = r.what;
        if (e.order.value == 0) {
            continue;
        }
        s.last_order =
            std::max(s.last_order, e.order.value & ((std::uint64_t{1} << order_counter_bits) - 1));
        if (e.kind == event_kind::accepted) {
            s.orders[e.order] = {e.order, e.account, e.symbol, e.side,
                                 e.price, e.lots,    {},       r.client};
        } else if (e.is_final()) {
            s.orders.erase(e.order);
        } else if (const auto found = s.orders.find(e.order); found != s.orders.end()) {
            found->second.filled = e.filled;
            if (e.kind == event_kind::replaced) {
                found->second.price = e.price;
                found->second.total = e.lots;
                found->second.client = r.client;
            }
        }
    }
    for (const event& e : out.events) {
        if (e.kind == event_kind::state_changed) {
            if ((e.number & 0xFFU) == static_cast<std::uint64_t>(market_state::open)) {
                s.not_open.erase(e.symbol);
            } else {
                s.not_open.emplace(e.symbol, 0);
            }
        }
    }
    for (const world_step::command_type& one : step.commands) {
        const auto* plain = std::get_if<shard_command>(&one);
        if (plain == nullptr) {
            continue;
        }
        if (const auto* h = std::get_if<market_halt>(plain)) {
            s.halted = h->on;
        } else if (const auto* k = std::get_if<set_kill_switch>(plain)) {
            std::erase(s.blocked, k->account);
            if (k->on) {
                s.blocked.push_back(k->account);
            }
        }
    }
}

}  // namespace bourse
