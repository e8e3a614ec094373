#include "tests/simulation/client.hpp"

#include <algorithm>
#include <utility>

namespace bourse {

namespace {

constexpr currency_id money_of_all{1};
constexpr std::size_t most_open = 4;
constexpr std::int64_t ns_a_us = 1'000;

listing listing_of(std::uint32_t symbol, std::uint16_t shards) {
    listing what;
    what.rules.symbol = {symbol};
    what.currency = money_of_all;
    what.tick_value = 3;
    what.book_shard = {static_cast<std::uint16_t>(1 + symbol % shards)};
    for (fee_tier& tier : what.fees) {
        tier.taker.rate_ppm = 700;
        tier.maker.rate_ppm = -100;
    }
    return what;
}

}  // namespace

client::client(std::uint64_t number, std::uint64_t seed, client_world& world)
    : number_(number), random_(seed), world_(&world) {}

request_id client::next_id(std::uint64_t now_us) {
    const std::int64_t limit_ns = 120'000'000'000;
    return {.id = {number_, ++last_id_},
            .not_after = {world_->wall_start_ns + static_cast<std::int64_t>(now_us) * ns_a_us +
                          limit_ns}};
}

account_id client::some_account(shard_id shard) {
    return account_of(shard, 1 + static_cast<std::uint32_t>(random_.below(accounts_a_shard)));
}

// --- What is asked --------------------------------------------------------------------------------

std::vector<shard_command> client::founding_commands(shard_id shard) {
    std::vector<shard_command> all;
    const auto add = [&](auto what) {
        what.request = next_id(0);
        all.emplace_back(std::move(what));
    };
    for (std::uint32_t s = 1; s <= symbol_count; ++s) {
        const listing made = listing_of(s, world_->shards);
        add(list_instrument{.what = made});
        add(book_reference{.symbol = {s}, .what = {.clear = false, .price = {100}}});
        if (made.book_shard == shard) {
            add(book_state{.symbol = {s}});
        }
    }
    for (std::uint32_t k = 1; k <= accounts_a_shard; ++k) {
        const account_id account = account_of(shard, k);
        add(open_account{.account = account});
        add(deposit{.account = account, .asset = asset_of(money_of_all), .amount = 1'000'000});
        for (std::uint32_t s = 1; s <= symbol_count; ++s) {
            add(deposit{.account = account, .asset = asset_of(symbol_id{s}), .amount = 500});
        }
    }
    return all;
}

shard_command client::some_order(std::uint64_t now_us, shard_id shard) {
    submit_order one;
    one.request = next_id(now_us);
    one.symbol = {1 + static_cast<std::uint32_t>(random_.below(symbol_count))};
    one.order.account = some_account(shard);
    one.order.side = random_.chance(500) ? side::buy : side::sell;
    one.order.price = {random_.between(96, 104)};
    one.order.quantity = {random_.between(1, 20)};
    one.order.tif = time_in_force::good_till_cancelled;
    if (random_.chance(250)) {
        one.order.tif = time_in_force::immediate_or_cancel;
    } else if (random_.chance(200)) {
        one.order.tif = time_in_force::good_till_date;
        one.order.expires_at = {world_->wall_start_ns +
                                static_cast<std::int64_t>(now_us) * ns_a_us +
                                random_.between(50, 1'500) * 1'000'000};
    }
    auto& known = orders_[one.order.account];
    known.push_back(one.request.id);
    if (known.size() > 12) {
        known.pop_front();
    }
    return one;
}

shard_command client::some_command(std::uint64_t now_us, shard_id shard) {
    const std::uint64_t dice = random_.below(100);
    const account_id account = some_account(shard);
    auto& known = orders_[account];
    if (dice < 20 && !known.empty()) {
        return submit_cancel{.request = next_id(now_us),
                             .account = account,
                             .named = known[random_.below(known.size())]};
    }
    if (dice < 30 && !known.empty()) {
        return submit_replace{.request = next_id(now_us),
                              .account = account,
                              .named = known[random_.below(known.size())],
                              .set_price = true,
                              .price = {random_.between(96, 104)}};
    }
    if (dice < 40) {
        const shard_id to{static_cast<std::uint16_t>(1 + random_.below(world_->shards))};
        return transfer{.request = next_id(now_us),
                        .account = account,
                        .to = some_account(to),
                        .to_shard = to,
                        .asset = asset_of(money_of_all),
                        .amount = random_.between(1, 500)};
    }
    if (dice < 45) {
        return deposit{.request = next_id(now_us),
                       .account = account,
                       .asset = asset_of(money_of_all),
                       .amount = random_.between(1, 10'000)};
    }
    return some_order(now_us, shard);
}

// --- Asking ---------------------------------------------------------------------------------------

void client::ask(std::uint64_t now_us, shard_id shard, std::vector<shard_command> commands,
                 std::vector<client_request>& asked) {
    open_request made;
    made.what.number = ++last_request_;
    made.what.client = number_;
    made.what.shard = shard;
    made.what.commands = std::move(commands);
    made.what.asked_us = now_us;
    made.what.floor = world_->answered[shard];
    made.next_try_us = now_us;
    asked.push_back(made.what);
    open_.emplace(last_request_, std::move(made));
}

void client::ask_to_read(std::uint64_t now_us, shard_id shard) {
    open_request made;
    made.what.number = ++last_request_;
    made.what.client = number_;
    made.what.shard = shard;
    made.what.asked_us = now_us;
    made.what.floor = world_->answered[shard];
    made.next_try_us = now_us;
    made.is_read = true;
    open_.emplace(last_request_, std::move(made));
}

std::uint64_t client::wake(std::uint64_t now_us, std::vector<envelope>& out,
                           std::vector<client_request>& asked) {
    if (number_ == 1 && !world_->is_open && open_.empty()) {
        if (founded_ == world_->shards) {
            world_->is_open = true;
        } else {
            const shard_id next{++founded_};
            ask(now_us, next, founding_commands(next), asked);
        }
    }
    if (world_->is_open && !world_->is_closing && now_us >= next_ask_us_ &&
        open_.size() < most_open) {
        const shard_id shard{static_cast<std::uint16_t>(1 + random_.below(world_->shards))};
        if (!again_.empty()) {
            ask(now_us, again_.front().shard, again_.front().commands, asked);
            again_.pop_front();
        } else if (random_.chance(250)) {
            ask_to_read(now_us, shard);
        } else {
            std::vector<shard_command> commands;
            for (std::uint64_t i = random_.below(4) == 0 ? 1 + random_.below(5) : 1; i > 0; --i) {
                commands.push_back(some_command(now_us, shard));
            }
            ask(now_us, shard, std::move(commands), asked);
        }
        next_ask_us_ = now_us + 3'000 + random_.below(40'000);
    }
    std::uint64_t next_us = std::max(next_ask_us_, now_us + 2'000);
    for (auto& [number, each] : open_) {
        if (each.next_try_us <= now_us) {
            std::uint32_t& to = guess_[each.what.shard];
            if (to == 0) {
                to = 1 + static_cast<std::uint32_t>(random_.below(world_->nodes));
            }
            const auto from = static_cast<endpoint>(first_client + number_);
            if (each.is_read) {
                out.push_back({from, to, read_request{number, each.what.shard}});
            } else {
                out.push_back({from, to, each.what});
            }
            each.next_try_us = now_us + 100'000 + random_.below(300'000);
            to = 0;  // until an answer comes, the next one is asked
        }
        next_us = std::min(next_us, each.next_try_us);
    }
    return std::max(next_us, now_us + 500);
}

std::optional<client_request> client::take(const client_answer& answer, endpoint from) {
    const auto found = open_.find(answer.request);
    if (found == open_.end() || found->second.is_read) {
        return std::nullopt;
    }
    std::uint64_t& highest = world_->answered[answer.shard];
    highest = std::max(highest, answer.index);
    guess_[answer.shard] = from;
    client_request done = std::move(found->second.what);
    open_.erase(found);
    // Now and then a client forgets that it has been told, and asks again.
    if (done.commands.size() == 1 && random_.chance(60) && world_->is_open) {
        again_.push_back(done);
    }
    return done;
}

void client::take(const refusal_notice& notice, std::uint64_t now_us) {
    const auto found = open_.find(notice.number);
    if (found == open_.end()) {
        return;
    }
    found->second.next_try_us = now_us + 5'000 + random_.below(30'000);
    if (notice.leader.value != 0) {
        guess_[notice.shard] = static_cast<std::uint32_t>(notice.leader.value % 16);
    }
}

std::optional<client_request> client::take(const read_answer& answer) {
    const auto found = open_.find(answer.number);
    if (found == open_.end() || !found->second.is_read) {
        return std::nullopt;
    }
    client_request done = std::move(found->second.what);
    open_.erase(found);
    return done;
}

}  // namespace bourse
