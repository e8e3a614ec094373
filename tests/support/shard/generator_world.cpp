// The world that a life begins with, and values that mean something in it.
#include <array>
#include <cstdlib>
#include <iterator>

#include "tests/support/shard/generator.hpp"
#include "tests/support/shard/generator_parts.hpp"

namespace bourse {

using namespace generator_parts;

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

// --- Values ---------------------------------------------------------------------------------------

request_id shard_generator::request(account_id account) {
    request_id one;
    if (random_.chance(450)) {
        one.id = client_id{account.value, ++here().client_counters[account]};
        if (random_.chance(100)) {
            one.id.low = 1 + random_.below(one.id.low);
        }
    } else if (random_.chance(300)) {
        one.id = client_id{client_id::tag_high, random_.below(4)};  // a tag may come again
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

}  // namespace bourse
