// Orders of every kind, well formed but for a few.
#include <algorithm>

#include "tests/support/shard/generator.hpp"
#include "tests/support/shard/generator_parts.hpp"

namespace bourse {

using namespace generator_parts;

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

}  // namespace bourse
