#include "runtime/client/load.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include "messages/assert.hpp"

namespace bourse {
namespace {

using clock_type = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr auto ask_again_after = std::chrono::milliseconds(50);
constexpr std::int64_t middle_ticks = 10'000;
constexpr std::int64_t ticks_between_symbols = 37;
constexpr std::uint32_t near_ticks = 5;       ///< takers reach so far
constexpr std::uint32_t far_ticks = 40;       ///< and orders rest so far
constexpr std::size_t kept_orders = 100'000;  ///< of a session, to be cancelled

/// xorshift64*, of Sebastiano Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled" (2016).
class random_bits {
public:
    explicit random_bits(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15U | 1U) {}
    std::uint32_t below(std::uint32_t bound) {
        state_ ^= state_ >> 12U;
        state_ ^= state_ << 25U;
        state_ ^= state_ >> 27U;
        const std::uint64_t mixed = (state_ * 0x2545F4914F6CDD1DU) >> 32U;
        return static_cast<std::uint32_t>(mixed * bound >> 32U);
    }

private:
    std::uint64_t state_;
};

struct resting {
    account_id account;
    order_id id;
};

struct timed {
    std::uint64_t ns;
    std::uint32_t commands;
};

/// A call, from when it was made until it is answered for good.
struct load_call {
    clock_type::time_point due;
    std::vector<shard_command> commands;
};

class load_session;

/// What the sessions share; all of it on the loop's thread but for the waiting.
class load_run {
public:
    load_run(const std::vector<std::unique_ptr<client>>& sessions, const made_market& market,
             const load_options& options);
    load_result run();

    const made_market& market;
    const load_options& options;
    load_result result;
    std::vector<timed> latencies;
    clock_type::time_point begun;
    clock_type::time_point last_answer;

    [[nodiscard]] const instrument_line& instrument_of(symbol_id symbol) const {
        return market.instruments[places_.at(symbol)];
    }
    void finished();
    void fail(const std::string& why, bool has_lost_node) {
        if (result.fault.empty()) {
            result.fault = why;
            result.has_lost_node = has_lost_node;
        }
    }

private:
    std::vector<std::unique_ptr<load_session>> sessions_;
    std::map<symbol_id, std::size_t> places_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_ = 0;
};

class load_session {
public:
    load_session(load_run& run, client& through, std::size_t number, std::size_t of,
                 std::uint64_t orders)
        : run_(run),
          client_(through),
          random_(run.options.seed * 1'000 + number),
          number_(number),
          of_(of),
          left_(orders) {
        const auto& all = run.market.accounts;
        for (std::size_t i = number; i < all.size(); i += of) {
            accounts_.push_back(all[i].id);
        }
        if (accounts_.empty()) {
            accounts_.push_back(all[number % all.size()].id);
        }
    }

    [[nodiscard]] client_loop& loop() { return client_.loop(); }
    void begin() {
        if (run_.options.rate != 0) {
            send_due();
            return;
        }
        for (std::uint32_t i = 0; i < run_.options.in_flight && left_ != 0; ++i) {
            send(make(clock_type::now()));
        }
        end_if_done();
    }

private:
    std::shared_ptr<load_call> make(clock_type::time_point due);
    shard_command make_command();
    void send(const std::shared_ptr<load_call>& call);
    void send_due();
    void send_later(const std::shared_ptr<load_call>& call, std::chrono::milliseconds wait);
    void take(const std::shared_ptr<load_call>& call, session_answer answer);
    void count(const load_call& call, const submitted& answer);
    [[nodiscard]] bool is_out_of_reach(const new_order& order, const instrument_line& in) const;
    void end_if_done();

    load_run& run_;
    client& client_;
    random_bits random_;
    std::size_t number_;
    std::size_t of_;
    std::uint64_t left_;
    std::uint64_t sent_ = 0;
    std::uint32_t under_way_ = 0;
    bool is_over_ = false;
    bool is_timed_ = false;  ///< the loop will come back to send what is due
    bool has_ended_ = false;
    clock_type::time_point lost_{};
    std::vector<account_id> accounts_;
    std::vector<resting> resting_;
};

shard_command load_session::make_command() {
    constexpr std::uint32_t ten = 10;
    constexpr std::uint32_t resting_share = 5;
    constexpr std::uint32_t cancel_share = 8;
    constexpr std::uint32_t most_lots = 100;
    const request_id request{.id = run_.options.with_client_ids ? client_.next_id() : client_id{}};
    const std::uint32_t kind = random_.below(ten);
    const bool is_full = resting_.size() >= kept_orders;
    if (!resting_.empty() && (is_full || (kind >= resting_share && kind < cancel_share))) {
        const std::size_t at = random_.below(static_cast<std::uint32_t>(resting_.size()));
        const resting which = std::exchange(resting_[at], resting_.back());
        resting_.pop_back();
        return submit_cancel{.request = request, .account = which.account, .order = which.id};
    }
    const auto& instruments = run_.market.instruments;
    const std::uint32_t symbol = random_.below(static_cast<std::uint32_t>(instruments.size()));
    submit_order made;
    made.request = request;
    made.symbol = instruments[symbol].terms.rules.symbol;
    new_order& order = made.order;
    order.account = accounts_[random_.below(static_cast<std::uint32_t>(accounts_.size()))];
    order.side = random_.below(2) == 0 ? side::buy : side::sell;
    order.quantity = {1 + random_.below(most_lots)};
    const std::int64_t middle = middle_ticks + ticks_between_symbols * std::int64_t{symbol};
    const std::int64_t up = order.side == side::buy ? 1 : -1;
    if (kind >= cancel_share) {
        order.tif = time_in_force::immediate_or_cancel;
        order.price = {middle + up * std::int64_t{near_ticks}};
        return made;
    }
    // Nearer ones are more frequent.
    const std::uint32_t away = 1 + random_.below(1 + random_.below(far_ticks));
    order.tif = time_in_force::good_till_cancelled;
    order.price = {middle - up * std::int64_t{away}};
    return made;
}

std::shared_ptr<load_call> load_session::make(clock_type::time_point due) {
    auto call = std::make_shared<load_call>();
    call->due = due;
    const std::uint64_t count = std::min<std::uint64_t>(left_, run_.options.batch);
    call->commands.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
        call->commands.push_back(make_command());
    }
    left_ -= count;
    sent_ += count;
    ++under_way_;
    return call;
}

void load_session::send(const std::shared_ptr<load_call>& call) {
    client_.ask(submit_request{call->commands},
                [this, call](session_answer answer) { take(call, std::move(answer)); });
}

void load_session::send_later(const std::shared_ptr<load_call>& call,
                              std::chrono::milliseconds wait) {
    ++run_.result.retried;
    client_.loop().at(clock_type::now() + wait, [this, call] { send(call); });
}

/// Sends what is due by the clock, and comes again when the next is.
void load_session::send_due() {
    const double share = static_cast<double>(run_.options.rate) / static_cast<double>(of_);
    const auto due_of = [&](std::uint64_t command) {
        return run_.begun +
               nanoseconds(static_cast<std::int64_t>(
                   (static_cast<double>(command) +
                    static_cast<double>(run_.options.batch * number_) / static_cast<double>(of_)) *
                   1e9 / share));
    };
    is_timed_ = false;
    while (left_ != 0) {
        const auto due = due_of(sent_);
        if (due > clock_type::now()) {
            is_timed_ = true;
            client_.loop().at(due, [this] { send_due(); });
            return;
        }
        send(make(due));
    }
    end_if_done();
}

void load_session::take(const std::shared_ptr<load_call>& call, session_answer answer) {
    using kind = request_refused::kind;
    if (const auto* const refused = std::get_if<request_refused>(&answer)) {
        if (refused->what == kind::overloaded && !is_over_) {
            send_later(call, std::chrono::milliseconds(
                                 std::max<std::uint32_t>(refused->retry_after_ms, 1)));
            return;
        }
        const auto now = clock_type::now();
        const bool is_lost = refused->what == kind::unknown_outcome ||
                             refused->what == kind::unavailable ||
                             refused->what == kind::not_logged_in;
        if (is_lost && lost_ == clock_type::time_point{}) {
            lost_ = now;
        }
        if (is_lost && run_.options.reconnect_for.ns > 0 &&
            now - lost_ < nanoseconds(run_.options.reconnect_for.ns)) {
            send_later(call, ask_again_after);
            return;
        }
        run_.fail(refused->why, is_lost);
        is_over_ = true;
        left_ = 0;
    } else if (const auto* const done = std::get_if<submitted>(&answer)) {
        lost_ = {};
        count(*call, *done);
    }
    --under_way_;
    if (run_.options.rate == 0 && left_ != 0) {
        send(make(clock_type::now()));
    }
    end_if_done();
}

/// It rests where no taker comes, so that a cancel finds it.
bool load_session::is_out_of_reach(const new_order& order, const instrument_line& in) const {
    const auto symbol = &in - run_.market.instruments.data();
    const std::int64_t middle = middle_ticks + ticks_between_symbols * symbol;
    return order.tif == time_in_force::good_till_cancelled &&
           std::abs(order.price.ticks - middle) > std::int64_t{near_ticks};
}

void load_session::count(const load_call& call, const submitted& answer) {
    run_.last_answer = clock_type::now();
    const auto count = static_cast<std::uint32_t>(call.commands.size());
    run_.latencies.push_back(
        {static_cast<std::uint64_t>((run_.last_answer - call.due).count()), count});
    run_.result.orders += count;
    for (std::size_t i = 0; i < count; ++i) {
        const report& first = answer.outcomes[i].first;
        const event& what = first.what;
        const bool is_refused = what.kind == event_kind::rejected ||
                                what.kind == event_kind::cancel_rejected ||
                                what.kind == event_kind::command_refused ||
                                (what.kind == event_kind::repeated && what.reason != reason::none);
        (is_refused ? run_.result.refused : run_.result.accepted) += 1;
        const auto* const order = std::get_if<submit_order>(&call.commands[i]);
        if (order == nullptr || is_refused) {
            continue;
        }
        const instrument_line& in = run_.instrument_of(order->symbol);
        if (is_out_of_reach(order->order, in) && resting_.size() < kept_orders) {
            resting_.push_back({order->order.account, what.order});
        }
        if (run_.options.acknowledged) {
            run_.options.acknowledged(what.order, order->request.id, in.name);
        }
    }
    if (run_.options.answered) {
        run_.options.answered();
    }
    if (run_.options.progress) {
        run_.options.progress(run_.result.orders);
    }
}

void load_session::end_if_done() {
    if (left_ == 0 && under_way_ == 0 && !is_timed_ && !has_ended_) {
        has_ended_ = true;
        run_.finished();
    }
}

load_run::load_run(const std::vector<std::unique_ptr<client>>& sessions, const made_market& of,
                   const load_options& how)
    : market(of), options(how) {
    BOURSE_ASSERT(!sessions.empty() && !of.accounts.empty() && !of.instruments.empty());
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        const std::uint64_t share =
            how.orders / sessions.size() + (i < how.orders % sessions.size() ? 1 : 0);
        sessions_.push_back(
            std::make_unique<load_session>(*this, *sessions[i], i, sessions.size(), share));
    }
    for (std::size_t i = 0; i < of.instruments.size(); ++i) {
        places_[of.instruments[i].terms.rules.symbol] = i;
    }
    running_ = sessions_.size();
}

void load_run::finished() {
    const std::lock_guard lock(mutex_);
    --running_;
    ended_.notify_all();
}

load_latency latency_of(std::vector<timed> all) {
    std::sort(all.begin(), all.end(), [](const timed& a, const timed& b) { return a.ns < b.ns; });
    std::uint64_t commands = 0;
    for (const timed& each : all) {
        commands += each.commands;
    }
    const auto at = [&](double share) {
        const auto wanted =
            static_cast<std::uint64_t>(std::ceil(static_cast<double>(commands) * share));
        std::uint64_t passed = 0;
        for (const timed& each : all) {
            passed += each.commands;
            if (passed >= wanted) {
                return static_cast<double>(each.ns) / 1e3;
            }
        }
        return 0.0;
    };
    return {.p50_us = at(0.5),
            .p90_us = at(0.9),
            .p99_us = at(0.99),
            .p99_9_us = at(0.999),
            .max_us = at(1)};
}

load_result load_run::run() {
    begun = last_answer = clock_type::now();
    for (auto& each : sessions_) {
        each->loop().post([which = each.get()] { which->begin(); });
    }
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return running_ == 0; });
    result.seconds = std::chrono::duration<double>(last_answer - begun).count();
    result.latency = latency_of(std::move(latencies));
    return result;
}

}  // namespace

load_result run_load(const std::vector<std::unique_ptr<client>>& sessions,
                     const made_market& market, const load_options& options) {
    load_run run(sessions, market, options);
    return run.run();
}

}  // namespace bourse
