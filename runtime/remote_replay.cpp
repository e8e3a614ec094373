#include "runtime/remote_replay.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "messages/decimal.hpp"
#include "messages/reason.hpp"
#include "runtime/client/names.hpp"

namespace bourse {
namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::size_t commands_of_call = 100;
constexpr auto all_reports_within = std::chrono::seconds(30);
constexpr auto said_after = std::chrono::seconds(1);
/// Apart from the ids that a client gives to commands of its own.
constexpr std::uint64_t own_ids = 0x5265'706C'6179'0000U;  // "Replay"

/// What was traded, as the makers are told it.
class maker_reports {
public:
    void take(const reports_push& push) {
        const std::lock_guard lock(mutex_);
        for (const report& each : push.reports) {
            if (each.what.kind == event_kind::fill && (each.what.flags & event::aggressor) == 0) {
                fills_.push_back({{each.client.low}, each.what.price, each.what.lots});
            }
            last_ = each.number;
        }
        came_.notify_all();
    }
    /// All fills up to report `number`; `waits` hears when they are not there after a second.
    std::optional<std::vector<flow_fill>> up_to(std::uint64_t number,
                                                const std::function<void()>& waits) {
        const auto is_there = [&] { return last_ >= number; };
        std::unique_lock lock(mutex_);
        if (!came_.wait_for(lock, said_after, is_there)) {
            waits();
            if (!came_.wait_for(lock, all_reports_within - said_after, is_there)) {
                return std::nullopt;
            }
        }
        return fills_;
    }

private:
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<flow_fill> fills_;
    std::uint64_t last_ = 0;
};

/// The file's prices are finer than the instrument's ticks: so many of them are one tick.
result<std::int64_t> ticks_of(const std::string& tick, unsigned price_decimals) {
    const auto read = parse_decimal(tick);
    if (!read) {
        return read.error();
    }
    if (read->places > price_decimals || read->digits <= 0) {
        return error{errc::out_of_range, "a tick of " + tick + " is finer than the file's prices"};
    }
    std::int64_t scale = read->digits;
    for (unsigned i = read->places; i < price_decimals; ++i) {
        scale *= 10;
    }
    return scale;
}

class remote_replayer {
public:
    remote_replayer(client& session, const made_market& market, std::int64_t scale,
                    const remote_replay_options& options)
        : session_(session),
          symbol_(market.instruments.at(0).terms.rules.symbol),
          makers_(market.accounts.at(0).id),
          scale_(scale),
          options_(options),
          ids_(session.next_id().high ^ own_ids) {}

    outcome begin();
    outcome apply(const flow_step& step);
    outcome finish(remote_replay_result& to);
    remote_replay_result& result_so_far() { return result_; }

private:
    [[nodiscard]] std::optional<price> to_ticks(price at, const flow_step& step);
    [[nodiscard]] std::optional<shard_command> to_command(const bourse::command& said,
                                                          const flow_step& step);
    outcome flush();
    outcome compare(const flow_step& step);
    void compare_makers(const std::vector<flow_fill>& made);
    void wait_for(timestamp at);
    void fault(std::uint64_t line, const std::string& why) {
        if (result_.fault.empty()) {
            result_.fault = "line " + std::to_string(line) + ": " + why;
        }
    }

    client& session_;
    symbol_id symbol_;
    account_id makers_;
    std::int64_t scale_;
    const remote_replay_options& options_;
    std::uint64_t ids_;
    /// A file may take an order out and add it again: that is another order, of another client id.
    std::unordered_map<std::uint64_t, std::uint64_t> times_added_;
    std::shared_ptr<maker_reports> reports_ = std::make_shared<maker_reports>();
    std::vector<shard_command> waiting_;
    std::vector<std::uint64_t> lines_;  ///< of `waiting_`
    std::vector<flow_fill> expected_;
    remote_replay_result result_;
    clock_type::time_point begun_ = clock_type::now();
    std::optional<timestamp> first_at_;
};

outcome remote_replayer::begin() {
    // What an earlier replay left goes; what anybody else has there does not.
    auto answer = expect<submitted>(session_.submit_surely(
        {submit_mass_cancel{.request = {}, .account = makers_, .symbol = symbol_},
         book_state{.request = {}, .symbol = symbol_, .what = {}}}));
    if (const auto* const refused = std::get_if<request_refused>(&answer)) {
        return to_error(*refused);
    }
    const auto book =
        expect<book_answer>(session_.ask(book_request{.symbol = symbol_, .depth = 1}));
    if (const auto* const refused = std::get_if<request_refused>(&book)) {
        return to_error(*refused);
    }
    if (const auto& rests = std::get<book_answer>(book);
        !rests.bids.empty() || !rests.asks.empty()) {
        return error{
            errc::exists,
            "others have orders in this instrument, and the file's would meet them; give an "
            "instrument that nobody else trades, with --symbol"};
    }
    if (const auto refused = session_.subscribe(
            subscribe_reports{makers_, 0},
            {.take = [reports = reports_](const reports_push& push) { reports->take(push); }})) {
        return to_error(*refused);
    }
    begun_ = clock_type::now();
    return done{};
}

std::optional<price> remote_replayer::to_ticks(price at, const flow_step& step) {
    if (at.ticks % scale_ != 0) {
        fault(step.line, "a price is not a multiple of the tick " + options_.tick +
                             "; give a finer one with --tick");
        return std::nullopt;
    }
    return price{at.ticks / scale_};
}

std::optional<shard_command> remote_replayer::to_command(const bourse::command& said,
                                                         const flow_step& step) {
    const auto id_of = [&](order_id order) {
        return client_id{ids_ + times_added_[order.value], order.value};
    };
    if (const auto* const order = std::get_if<new_order>(&said)) {
        const auto at = to_ticks(order->price, step);
        if (!at) {
            return std::nullopt;
        }
        submit_order made;
        ++times_added_[order->id.value];
        made.request.id = id_of(order->id);
        made.symbol = symbol_;
        made.order = *order;
        made.order.id = {};
        made.order.price = *at;
        return made;
    }
    if (const auto* const cancel = std::get_if<cancel_order>(&said)) {
        return submit_cancel{
            .request = {}, .account = makers_, .order = {}, .named = id_of(cancel->id)};
    }
    if (const auto* const change = std::get_if<replace_order>(&said)) {
        const auto at = to_ticks(change->price, step);
        if (!at) {
            return std::nullopt;
        }
        submit_replace made;
        made.account = makers_;
        made.named = id_of(change->id);
        made.set_price = change->set_price;
        made.set_quantity = change->set_quantity;
        made.price = *at;
        made.quantity = change->quantity;
        return made;
    }
    if (const auto* const state = std::get_if<set_state>(&said)) {
        return book_state{.request = {}, .symbol = symbol_, .what = *state};
    }
    return submit_mass_cancel{.request = {}, .account = makers_, .symbol = symbol_};
}

outcome remote_replayer::flush() {
    if (waiting_.empty()) {
        return done{};
    }
    auto answer = expect<submitted>(session_.submit_surely(std::exchange(waiting_, {})));
    const auto lines = std::exchange(lines_, {});
    if (const auto* const refused = std::get_if<request_refused>(&answer)) {
        return to_error(*refused);
    }
    const auto& outcomes = std::get<submitted>(answer).outcomes;
    for (std::size_t i = 0; i < outcomes.size() && i < lines.size(); ++i) {
        const event& what = outcomes[i].first.what;
        if (what.kind == event_kind::rejected || what.kind == event_kind::cancel_rejected ||
            what.kind == event_kind::replace_rejected || what.kind == event_kind::command_refused) {
            fault(lines[i], "refused: " + std::string(to_string(what.reason)));
        }
    }
    return done{};
}

void remote_replayer::wait_for(timestamp at) {
    if (!first_at_) {
        first_at_ = at;
    }
    std::this_thread::sleep_until(begun_ + std::chrono::nanoseconds(at.ns - first_at_->ns));
}

outcome remote_replayer::apply(const flow_step& step) {
    if (options_.at_its_own_speed) {
        if (auto sent = flush(); !sent) {
            return sent;
        }
        wait_for(step.at);
    }
    for (const bourse::command& said : step.commands) {
        if (auto made = to_command(said, step)) {
            waiting_.push_back(*std::move(made));
            lines_.push_back(step.line);
            ++result_.orders;
        }
    }
    expected_.insert(expected_.end(), step.fills.begin(), step.fills.end());
    if (step.row || waiting_.size() >= commands_of_call) {
        if (auto sent = flush(); !sent) {
            return sent;
        }
    }
    return step.row ? compare(step) : outcome(done{});
}

outcome remote_replayer::compare(const flow_step& step) {
    const depth_row& row = *step.row;
    const auto answer = expect<book_answer>(session_.ask(
        book_request{.symbol = symbol_, .depth = static_cast<std::uint32_t>(row.levels)}));
    if (const auto* const refused = std::get_if<request_refused>(&answer)) {
        return to_error(*refused);
    }
    const auto& shown = std::get<book_answer>(answer);
    const auto levels = [&](const std::vector<level_line>& from) {
        std::vector<book_level> to;
        to.reserve(from.size());
        for (const level_line& each : from) {
            to.push_back(
                {.price = {each.price.ticks * scale_}, .lots = each.lots, .orders = each.orders});
        }
        return to;
    };
    ++result_.rows;
    if (shows(row, levels(shown.bids), levels(shown.asks))) {
        ++result_.rows_matched;
    } else {
        fault(step.line, "the book is not as its row says");
    }
    return done{};
}

void remote_replayer::compare_makers(const std::vector<flow_fill>& made) {
    result_.makers = expected_.size();
    result_.trades = made.size();
    // Two of the file in a row, of one maker and price, are one trade of a larger order.
    std::size_t at = 0;
    std::int64_t used = 0;
    for (const flow_fill& wanted : expected_) {
        const bool same = at < made.size() && made[at].maker == wanted.maker &&
                          made[at].price.ticks * scale_ == wanted.price.ticks &&
                          made[at].lots.lots - used >= wanted.lots.lots;
        if (!same) {
            fault(0, "order " + std::to_string(wanted.maker.value) + " was not hit in turn");
            return;
        }
        ++result_.makers_matched;
        used += wanted.lots.lots;
        if (used == made[at].lots.lots) {
            ++at;
            used = 0;
        }
    }
    if (at != made.size()) {
        fault(0, "there were trades that are not in the file");
    }
}

outcome remote_replayer::finish(remote_replay_result& to) {
    if (auto sent = flush(); !sent) {
        return sent;
    }
    result_.seconds = std::chrono::duration<double>(clock_type::now() - begun_).count();
    // Its report comes behind all others of the makers'.
    auto last = expect<submitted>(session_.submit_surely({submit_cancel{
        .request = {}, .account = makers_, .order = {}, .named = {ids_, UINT64_MAX}}}));
    if (const auto* const refused = std::get_if<request_refused>(&last)) {
        return to_error(*refused);
    }
    const auto made =
        reports_->up_to(std::get<submitted>(last).outcomes.at(0).first.number, options_.waits);
    if (!made) {
        fault(0, "the reports did not come within half a minute");
    } else {
        compare_makers(*made);
    }
    to = result_;
    return done{};
}

}  // namespace

result<remote_replay_result> replay_remotely(client& session, const made_market& market,
                                             recorded_flow& flow,
                                             const remote_replay_options& options) {
    const auto scale = ticks_of(options.tick, flow.price_decimals());
    if (!scale) {
        return scale.error();
    }
    const instrument_line& in = market.instruments.at(0);
    const auto its_own = ticks_of(in.tick, flow.price_decimals());
    if (!its_own || *its_own != *scale || in.lot != "1") {
        return error{errc::exists, in.name + " is there with a tick of " + in.tick +
                                       " and a lot of " + in.lot + ", and the file is to have " +
                                       options.tick +
                                       " and 1; give another instrument, with --symbol" +
                                       (in.lot == "1" ? ", or --tick " + in.tick : "")};
    }
    remote_replayer replayer(session, market, *scale, options);
    if (auto begun = replayer.begin(); !begun) {
        return begun.error();
    }
    std::vector<flow_step> steps;
    for (bool is_more = true; is_more;) {
        const auto read = flow.next(steps);
        if (!read) {
            return read.error();
        }
        is_more = *read;
        for (const flow_step& step : steps) {
            if (auto applied = replayer.apply(step); !applied) {
                return applied.error();
            }
        }
        if (options.progress) {
            options.progress(flow.messages());
        }
    }
    remote_replay_result to;
    if (auto finished = replayer.finish(to); !finished) {
        return finished.error();
    }
    to.messages = flow.messages();
    return to;
}

}  // namespace bourse
