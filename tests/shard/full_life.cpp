#include "full_life.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "tests/support/command_generator.hpp"
#include "tests/support/shard/fixture.hpp"

namespace bourse {

namespace {

constexpr std::uint16_t instruments = 4;
constexpr std::uint32_t accounts_a_shard = 8;
constexpr std::int64_t ns_per_ms = 1'000'000;

/// Makes it up, step by step. Arguments that are drawn are drawn one a statement: in a call their order is nobody's.
class life_maker {
public:
    life_maker(std::uint16_t shards, std::uint64_t seed)
        : random_(seed), log_(settings_of(shards)), shards_(shards), recent_(shards + 1U) {
        for (std::uint16_t shard = 1; shard <= shards; ++shard) {
            apply(shard, first_commands(shard));
        }
    }

    void go_on(std::size_t steps) {
        for (std::size_t i = 1; i <= steps; ++i) {
            now_ += random_.between(0, 8) * ns_per_ms;
            const auto shard = static_cast<std::uint16_t>(1 + random_.below(shards_));
            if (i % 97 == 0) {
                log_.apply({.shard = {shard}, .at = {now_}, .is_void = true, .commands = {}});
                continue;
            }
            std::vector<shard_command> commands;
            for (std::uint64_t left = random_.below(6); left > 0; --left) {
                add_command(shard, commands);
            }
            apply(shard, commands);
            if (i % 9 == 0) {
                for (const world_step& each : log_.on_the_way()) {
                    log_.apply(each);
                    learn(each.shard.value);
                }
            }
        }
    }

    [[nodiscard]] full_life take() && {
        made_.life = std::move(log_).take();
        return std::move(made_);
    }

private:
    struct known_order {
        order_id id;
        account_id account;
    };

    static std::vector<shard_settings> settings_of(std::uint16_t shards) {
        std::vector<shard_settings> all;
        for (std::uint16_t shard = 1; shard <= shards; ++shard) {
            all.push_back({.id = {shard}, .horizon = {ns_per_second}, .max_outbox = 200});
        }
        return all;
    }

    void apply(std::uint16_t shard, const std::vector<shard_command>& commands) {
        log_.apply({.shard = {shard},
                    .at = {now_},
                    .is_void = false,
                    .commands = {commands.begin(), commands.end()}});
        learn(shard);
    }

    void learn(std::uint16_t shard) {
        for (const shard_command& each : log_.world().applied().commands) {
            made_.commands.insert(each.index());
        }
        const shard_output& out = log_.world().output();
        for (const report& each : out.reports) {
            made_.reports.insert(each.what.kind);
            if (each.what.kind == event_kind::accepted) {
                recent_[shard].push_back({each.what.order, each.what.account});
            }
        }
        for (const event& each : out.events) {
            made_.events.insert(each.kind);
        }
        for (const sent_message& each : out.messages) {
            made_.messages.insert(each.what.index());
        }
    }

    [[nodiscard]] std::uint16_t book_shard(symbol_id symbol) const {
        return static_cast<std::uint16_t>(1 + (symbol.value - 1) % shards_);
    }

    [[nodiscard]] listing listing_for(symbol_id symbol) const {
        listing what = listing_of(symbol, book_shard(symbol));
        what.tick_value = symbol.value;
        what.protection_bps = 1'000;
        what.calendar = {symbol.value <= 2 ? 1U : 0U};
        for (std::size_t tier = 0; tier < what.fees.size(); ++tier) {
            const auto rate = static_cast<std::int64_t>(tier);
            what.fees.at(tier) = {.maker = {.rate_ppm = -100 * rate, .per_lot = 10'001},
                                  .taker = {.rate_ppm = 1'733 + rate, .per_lot = 333'333 * rate},
                                  .auction = {.rate_ppm = 77, .per_lot = -5'000}};
        }
        what.rules.max_trailing_stops = 8;
        if (symbol.value == 2) {
            what.rules.reopening_auction = {30 * ns_per_ms};
        } else if (symbol.value == 3) {
            what.rules.volatility_bps = 300;
            what.rules.volatility_auction = {25 * ns_per_ms};
        } else if (symbol.value == 4) {
            what.rules.band_bps = 1'500;
        }
        return what;
    }

    std::vector<shard_command> first_commands(std::uint16_t shard) {
        std::vector<shard_command> all{calendar()};
        for (std::uint32_t number = 1; number <= instruments; ++number) {
            all.emplace_back(listing_as(listing_for({number})));
            all.emplace_back(referring({number}, 100));
            if (book_shard({number}) == shard) {
                all.emplace_back(going({number}, market_state::open));
            }
        }
        for (std::uint32_t number = 1; number <= accounts_a_shard; ++number) {
            const std::uint32_t account = 100U * shard + number;
            const account_kind kind = number < 7 ? account_kind::cash : account_kind::house;
            all.emplace_back(
                opening(account, kind, number % 2, static_cast<std::uint8_t>(number), number % 3));
            if (kind == account_kind::house) {
                all.emplace_back(limiting(account, limit_kind::credit_line, dollars, 2'000'000));
            }
            all.emplace_back(putting(account, dollars, 3'000'000));
            for (std::uint32_t symbol = 1; symbol <= instruments; ++symbol) {
                all.emplace_back(putting(account, asset_of(symbol_id{symbol}), 20'000, 1'999'999));
            }
        }
        return all;
    }

    std::uint32_t some_account(std::uint16_t shard) {
        return static_cast<std::uint32_t>(100U * shard + 1 + random_.below(accounts_a_shard));
    }
    symbol_id some_symbol() { return {static_cast<std::uint32_t>(1 + random_.below(instruments))}; }
    asset_id some_asset() { return random_.chance(500) ? dollars : asset_of(some_symbol()); }
    std::int64_t some_price() { return random_.between(90, 110); }
    std::int64_t soon() { return now_ + random_.between(1, 60) * ns_per_ms; }
    request_id some_request() {
        if (random_.chance(400)) {
            return {};
        }
        const std::uint64_t name =
            random_.chance(100) && last_name_ > 0 ? 1 + random_.below(last_name_) : ++last_name_;
        return as(name, random_.chance(200) ? soon() : 0);
    }

    set_calendar calendar() {
        const std::int64_t from = now_ + random_.between(50, 150) * ns_per_ms;
        return {.request = {},
                .calendar = {1},
                .sessions = {{.at = {from},
                              .what = {.state = market_state::auction,
                                       .auction = auction_kind::closing,
                                       .until = {from + 20 * ns_per_ms},
                                       .next = market_state::closed}},
                             {.at = {from + 40 * ns_per_ms},
                              .what = {.state = market_state::auction,
                                       .auction = auction_kind::opening,
                                       .until = {from + 60 * ns_per_ms},
                                       .next = market_state::open}}}};
    }

    submit_order order(std::uint16_t shard) {
        const side which = random_.chance(500) ? side::buy : side::sell;
        const std::uint32_t account = some_account(shard);
        const std::int64_t lots = random_.between(1, 60);
        ask made(which, account, lots, some_price());
        submit_order& raw = made.of(some_symbol()).raw();
        raw.request = some_request();
        raw.order.self_trade = static_cast<self_trade_prevention>(random_.below(5));
        raw.order.tif = static_cast<time_in_force>(random_.below(7));
        if (raw.order.tif == time_in_force::good_till_date) {
            raw.order.expires_at = {soon()};
        }
        shape(raw);
        if (random_.chance(60)) {
            raw.lease = {1 + random_.below(5)};
        }
        return raw;
    }

    void shape(submit_order& raw) {
        new_order& one = raw.order;
        switch (random_.below(14)) {
            case 0:
                raw.has_price = false;
                one.price = {};
                one.type = order_type::market;
                one.tif = time_in_force::immediate_or_cancel;
                break;
            case 1:
                one.type = order_type::stop;
                one.stop_price = {some_price()};
                break;
            case 2:
                one.type = order_type::stop_limit;
                one.stop_price = {some_price()};
                break;
            case 3:
                one.type = order_type::trailing_stop;
                one.offset_ticks = random_.between(1, 6);
                break;
            case 4:
                one.type = order_type::primary_peg;
                one.tif = time_in_force::day;
                one.offset_ticks = random_.between(0, 3);
                break;
            case 5:
                one.type = order_type::mid_peg;
                one.tif = time_in_force::day;
                break;
            case 6:
                one.tif = time_in_force::good_till_cancelled;
                one.display = {random_.between(1, 9)};
                break;
            case 7:
                one.all_or_none = true;
                break;
            case 8:
                one.minimum = {random_.between(1, 20)};
                break;
            case 9:
                one.tif = time_in_force::day;
                one.post_only = true;
                break;
            case 10:
                raw.reduce_only = true;
                break;
            default:
                one.tif = time_in_force::good_till_cancelled;
                break;
        }
    }

    /// One cancels the other; or an entry with two exits.
    void add_group(std::uint16_t shard, std::vector<shard_command>& to) {
        const std::uint32_t account = some_account(shard);
        const symbol_id symbol = some_symbol();
        const std::uint64_t group = 1 + last_group_++ % 1'000;
        const std::int64_t lots = random_.between(1, 40);
        if (random_.chance(500)) {
            constexpr group_role role = group_role::one_cancels_other;
            to.emplace_back(
                selling(account, lots, random_.between(100, 110)).of(symbol).in(group, role, 2));
            to.emplace_back(selling(account, lots, 80)
                                .of(symbol)
                                .stop(random_.between(90, 99))
                                .in(group, role, 2));
            return;
        }
        constexpr group_role role = group_role::exit;
        to.emplace_back(
            buying(account, lots, some_price()).of(symbol).in(group, group_role::entry, 3));
        to.emplace_back(
            selling(account, lots, random_.between(101, 110)).of(symbol).in(group, role, 3));
        to.emplace_back(
            selling(account, lots, 80).of(symbol).stop(random_.between(90, 99)).in(group, role, 3));
    }

    known_order some_order(std::uint16_t shard) {
        const auto& known = recent_[shard];
        if (known.empty()) {
            return {nth(1, shard), {some_account(shard)}};
        }
        const std::size_t back = random_.below(std::min<std::size_t>(known.size(), 60));
        return known[known.size() - 1 - back];
    }

    submit_replace change(std::uint16_t shard) {
        const known_order which = some_order(shard);
        submit_replace made{.request = some_request(), .account = which.account, .order = which.id};
        made.set_price = random_.chance(600);
        made.set_quantity = random_.chance(500);
        made.set_stop_price = random_.chance(50);
        made.price = {made.set_price ? some_price() : 0};
        made.quantity = {made.set_quantity ? random_.between(1, 80) : 0};
        made.stop_price = {made.set_stop_price ? some_price() : 0};
        return made;
    }

    book_state state(symbol_id symbol) {
        switch (random_.below(5)) {
            case 0:
                return going(symbol, market_state::halted, soon());
            case 1:
                return auctioning(symbol, auction_kind::opening, soon());
            case 2:
                return auctioning(symbol, auction_kind::closing, soon());
            case 3:
                return going(symbol, market_state::pre_open, soon());
            default:
                return going(symbol, market_state::open);
        }
    }

    put_record record() {
        put_record made{.request = some_request(),
                        .table = static_cast<record_table>(1 + random_.below(last_record_table))};
        made.what->key = "key " + std::to_string(random_.below(5));
        made.what->value.assign(1 + random_.below(300), 'v');
        return made;
    }

    shard_command of_account(std::uint16_t shard) {
        const std::uint32_t account = some_account(shard);
        const asset_id asset = some_asset();
        const std::int64_t amount = random_.between(1, 500);
        const request_id request = some_request();
        switch (random_.below(9)) {
            case 0:
                return putting(account, asset, amount, asset == dollars ? 0 : 100 * amount,
                               request);
            case 1:
                return taking(account, asset, amount, request);
            case 2: {
                const auto peer = static_cast<std::uint16_t>(1 + random_.below(shards_));
                return moving(account, some_account(peer), asset, amount, peer, request);
            }
            case 3:
                return killing(account, random_.chance(300), request);
            case 4: {
                const std::uint64_t lease = 1 + random_.below(5);
                return leasing(100U * shard + static_cast<std::uint32_t>(lease), lease, soon());
            }
            case 5:
                return limiting(account, limit_kind::max_open_orders, {}, random_.between(0, 40));
            case 6: {
                const auto group = static_cast<std::uint32_t>(1 + random_.below(2));
                const symbol_id symbol = some_symbol();
                return limiting_group(group, limit_kind::max_position, asset_of(symbol),
                                      random_.chance(500) ? 0 : 300'000);
            }
            case 7:
                return submit_mass_cancel{.request = request, .account = {account}};
            default:
                return opening(account);
        }
    }

    shard_command of_market() {
        const symbol_id symbol = some_symbol();
        switch (random_.below(10)) {
            case 0:
                return split{.request = some_request(),
                             .symbol = symbol,
                             .numerator = random_.between(1, 3),
                             .denominator = random_.between(1, 3),
                             .cash_per_lot = 90};
            case 1:
                return dividend{
                    .request = some_request(), .symbol = symbol, .per_lot = random_.between(1, 2)};
            case 2:
                return listing_as(listing_for(symbol));
            case 3:
                return referring(symbol, some_price());
            case 4:
                return mass_cancel_book{.request = some_request(), .symbol = symbol};
            case 5:
                return halting(random_.chance(300));
            case 6:
                return calendar();
            case 7:
                return set_rules_version{.request = {}, .version = 1};
            case 8:
                return record();
            default:
                return state(symbol);
        }
    }

    void add_command(std::uint16_t shard, std::vector<shard_command>& to) {
        const std::uint64_t roll = random_.below(1'000);
        if (roll < 600) {
            to.emplace_back(order(shard));
        } else if (roll < 650) {
            add_group(shard, to);
        } else if (roll < 720) {
            const known_order which = some_order(shard);
            to.emplace_back(cancelling(which.account.value, which.id, some_request()));
        } else if (roll < 840) {
            to.emplace_back(change(shard));
        } else if (roll < 920) {
            to.emplace_back(of_account(shard));
        } else if (roll < 940) {
            // What stands still would say little.
            to.emplace_back(halting(false));
            for (std::uint32_t symbol = 1; symbol <= instruments; ++symbol) {
                if (book_shard({symbol}) == shard) {
                    to.emplace_back(going({symbol}, market_state::open));
                }
            }
        } else {
            to.emplace_back(of_market());
        }
    }

    random_source random_;
    life_log log_;
    full_life made_;
    std::uint16_t shards_;
    std::vector<std::vector<known_order>> recent_;  ///< by shard
    std::int64_t now_ = venue_start;
    std::uint64_t last_name_ = 0;
    std::uint64_t last_group_ = 0;
};

}  // namespace

full_life make_full_life(std::uint16_t shards, std::uint64_t seed, std::size_t steps) {
    life_maker maker(shards, seed);
    maker.go_on(steps);
    return std::move(maker).take();
}

}  // namespace bourse
