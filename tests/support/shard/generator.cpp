// What a world does next, and what is learnt from what came of it.
#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <variant>

#include "tests/support/shard/generator.hpp"
#include "tests/support/shard/generator_parts.hpp"

namespace bourse {

using namespace generator_parts;

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
    : random_(seed), record_random_(seed ^ 0x7265'636f'7264'73U), shards_(shards) {
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
    record_share_ = std::array{0U, 30U, 100U, 400U}[record_random_.below(4)];
    for (shard_picture& s : shards_) {
        s.now = timestamp{first_ns};
    }
}

// --- Steps ----------------------------------------------------------------------------------------

world_step shard_generator::next() {
    world_step step = next_without_records();
    if (!step.is_void && record_random_.chance(record_share_)) {
        put_records(step.commands);
    }
    return step;
}

world_step shard_generator::next_without_records() {
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

// --- Learning -------------------------------------------------------------------------------------

void shard_generator::learn(const world_step& step, const shard_output& out,
                            std::optional<timestamp> next_due) {
    shard_picture& s = shards_[step.shard.value - 1U];
    s.now = std::max(s.now, step.at);
    s.next_due = next_due;
    ++s.entries;
    learn_records(s, out);
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
