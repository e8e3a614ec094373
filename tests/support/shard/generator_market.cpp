// What accounts, the operator and the market do besides orders.
#include <array>
#include <variant>

#include "tests/support/shard/generator.hpp"
#include "tests/support/shard/generator_parts.hpp"

namespace bourse {

using namespace generator_parts;

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
        deposit one{.request = request(account),
                    .account = account,
                    .asset = asset,
                    .amount = some_amount(asset),
                    .cost = asset.is_currency() && random_.chance(900)
                                ? 0
                                : random_.between(random_.chance(20) ? -1 : 0, 50'000)};
        if (one.cost > 49'000) {
            one.cost += highest - 50'000;  // two such leave 64 bits
        }
        return one;
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

}  // namespace bourse
