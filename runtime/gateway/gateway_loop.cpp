#include "runtime/gateway/gateway_loop.hpp"

#include <algorithm>
#include <utility>

#include "messages/report_record.hpp"
#include "runtime/gateway/exchange_server.hpp"
#include "runtime/rpc/address.hpp"
#include "runtime/rpc/wire.hpp"

namespace bourse {
namespace {

constexpr kj::Duration shortest_tick = 10 * kj::MILLISECONDS;
constexpr kj::Duration longest_tick = 1 * kj::SECONDS;
constexpr int ticks_of_deadline = 8;
constexpr kj::Duration after_failed_accept = 100 * kj::MILLISECONDS;
constexpr std::uint32_t busy_retry_ms = 10;
constexpr std::uint32_t log_in_retry_ms = 250;

kj::Duration to_kj(duration of) {
    return of.ns * kj::NANOSECONDS;
}

request_refused overloaded(const char* why, std::uint32_t retry_after_ms) {
    return {
        .what = request_refused::kind::overloaded, .why = why, .retry_after_ms = retry_after_ms};
}

request_refused session_over(const std::string& why) {
    return {.what = request_refused::kind::not_logged_in,
            .why = "the session has ended" + (why.empty() ? "" : ": " + why) + "; log in again",
            .retry_after_ms = 0};
}

/// Of a call that was under way when its session ended or its time was over.
request_refused unknown(const std::string& why) {
    return {.what = request_refused::kind::unknown_outcome,
            .why = why + ": it may have been done; ask again with the same client ids",
            .retry_after_ms = 0};
}

std::string peer_text(kj::AsyncIoStream& stream) {
    sockaddr_storage bytes{};
    auto length = static_cast<kj::uint>(sizeof bytes);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how sockets take addresses
    auto* const address = reinterpret_cast<sockaddr*>(&bytes);
    stream.getpeername(address, &length);
    return to_text(*address, length);
}

}  // namespace

// --- What there is --------------------------------------------------------------------------------

struct gateway_loop::connection {
    std::uint64_t number = 0;
    kj::TimePoint since;
    std::string peer;
    bool is_open = false;  // false: within a TLS handshake
    bool is_dropped = false;
    std::set<std::uint64_t> sessions;
    std::uint32_t log_ins = 0;
    bool has_logged_in = false;

    kj::Own<watched_stream> stream;
    kj::Own<capnp::TwoPartyVatNetwork> network;
    kj::Own<capnp::RpcSystem<capnp::rpc::twoparty::VatId>> system;
    kj::Promise<void> handshake = nullptr;

    explicit connection(kj::TimePoint now) : since(now) {}
    ~connection() noexcept(false) {
        // In this order: each uses the next.
        system = nullptr;
        network = nullptr;
        stream = nullptr;
    }
    KJ_DISALLOW_COPY(connection);
};

struct gateway_loop::subscription {
    std::optional<rpc::ReportSink::Client> reports;
    std::optional<rpc::MarketSink::Client> market;
};

struct gateway_loop::waiting_call {
    std::uint64_t connection = 0;  // of a log-in
    kj::TimePoint since;
    answer_taker take;
    kj::Own<kj::PromiseFulfiller<void>> fulfiller;
};

struct gateway_loop::session {
    session_number number{};
    std::uint64_t connection = 0;
    std::optional<request_refused> over{};
    std::map<std::uint64_t, kj::Own<waiting_call>> calls{};  // by ask, and so by age
    std::map<std::uint64_t, subscription> subscriptions{};
    std::vector<kj::Own<kj::PromiseFulfiller<void>>> when_idle{};
    kj::TaskSet pushes;

    session(session_number of, std::uint64_t on, kj::TaskSet::ErrorHandler& errors)
        : number(of), connection(on), pushes(errors) {}
};

/// Forgets a call whose promise is no longer there, for what reason ever, before its results go.
class gateway_loop::forget {
public:
    forget(gateway_loop& loop, session_number of, std::uint64_t ask)
        : loop_(&loop), session_(of), ask_(ask) {}
    forget(forget&& other) noexcept
        : loop_(std::exchange(other.loop_, nullptr)), session_(other.session_), ask_(other.ask_) {}
    KJ_DISALLOW_COPY(forget);
    ~forget() {
        if (loop_ == nullptr) {
            return;
        }
        if (session_.value == 0) {
            loop_->log_ins_.erase(ask_);
        } else if (session* const found = loop_->find(session_)) {
            if (found->calls.erase(ask_) != 0) {
                loop_->finished_call(*found);
            }
        }
    }

private:
    gateway_loop* loop_;
    session_number session_;
    std::uint64_t ask_;
};

gateway_loop::gateway_loop(exchange_port& port, const gateway_limits& limits,
                           kj::AsyncIoContext& io, answer_inbox& box)
    : port_(port),
      limits_(limits),
      io_(io),
      timer_(io.provider->getTimer()),
      box_(box),
      box_watch_(io.unixEventPort, box.waiting.descriptor(),
                 kj::UnixEventPort::FdObserver::OBSERVE_READ),
      tasks_(*this) {
    tasks_.add(watch_box());
    tasks_.add(tick());
}

gateway_loop::~gateway_loop() noexcept(false) {
    end_all();
}

void gateway_loop::taskFailed(kj::Exception&&) {
    // What fails here is a push to a client that has gone, and its connection says so, too.
}

gateway_counts gateway_loop::counts() const noexcept {
    return {.connections_made = made_,
            .connections_refused = turned_away_,
            .connections_ended = ended_,
            .sessions_opened = opened_,
            .calls = calls_,
            .calls_refused = refused_,
            .connections = connections_now_,
            .sessions = sessions_now_,
            .calls_in_flight = in_flight_};
}

gateway_loop::session* gateway_loop::find(session_number number) {
    const auto at = sessions_.find(number.value);
    return at == sessions_.end() ? nullptr : at->second.get();
}

// --- Connections ----------------------------------------------------------------------------------

void gateway_loop::serve(kj::Own<kj::ConnectionReceiver> listener, kj::Own<kj::TlsContext> tls) {
    listener_ = kj::mv(listener);
    tls_ = kj::mv(tls);
    tasks_.add(accept_next());
}

kj::Promise<void> gateway_loop::accept_next() {
    return listener_->acceptAuthenticated()
        .then([this](kj::AuthenticatedStream accepted) -> kj::Promise<void> {
            add(kj::mv(accepted));
            return kj::READY_NOW;
        })
        .catch_([this](kj::Exception&&) {  // no file descriptors left: later there may be
            return timer_.afterDelay(after_failed_accept);
        })
        .then([this] { return accept_next(); });
}

void gateway_loop::add(kj::AuthenticatedStream accepted) {
    if (connections_.size() >= limits_.connections) {
        ++turned_away_;
        return;
    }
    ++made_;
    ++connections_now_;
    auto made = kj::heap<connection>(timer_.now());
    made->number = ++last_connection_;
    made->peer = peer_text(*accepted.stream);
    connection& held = *made;
    connections_.emplace(held.number, kj::mv(made));
    if (tls_.get() == nullptr) {
        open(held, kj::mv(accepted.stream));
        return;
    }
    held.handshake = tls_->wrapServer(kj::mv(accepted.stream))
                         .then(
                             [this, number = held.number](kj::Own<kj::AsyncIoStream> stream) {
                                 open(*connections_.at(number), kj::mv(stream));
                             },
                             [this, number = held.number](kj::Exception&&) { drop_later(number); })
                         .eagerlyEvaluate(nullptr);
}

void gateway_loop::open(connection& made, kj::Own<kj::AsyncIoStream> stream) {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = limits_.message_words;
    options.nestingLimit = limits_.nesting;
    made.stream = kj::heap<watched_stream>(kj::mv(stream), timer_);
    made.stream->allow(limits_.bytes_before_log_in);
    made.network = kj::heap<capnp::TwoPartyVatNetwork>(*made.stream,
                                                       capnp::rpc::twoparty::Side::SERVER, options);
    made.system = kj::heap<capnp::RpcSystem<capnp::rpc::twoparty::VatId>>(capnp::makeRpcServer(
        *made.network,
        capnp::Capability::Client(kj::heap<exchange_server>(*this, made.number, made.peer))));
    made.system->setFlowLimit(limits_.unanswered_words);
    made.is_open = true;
    tasks_.add(
        made.network->onDisconnect().then([this, number = made.number] { drop_later(number); }));
}

void gateway_loop::drop_later(std::uint64_t number) {
    const auto at = connections_.find(number);
    if (at == connections_.end() || at->second->is_dropped) {
        return;
    }
    at->second->is_dropped = true;
    // Not from within what the connection itself is doing.
    tasks_.add(kj::evalLater([this, number] { drop(number); }));
}

void gateway_loop::drop(std::uint64_t number) {
    const auto at = connections_.find(number);
    if (at == connections_.end()) {
        return;
    }
    kj::Own<connection> ended = kj::mv(at->second);
    connections_.erase(at);
    for (const std::uint64_t each : std::exchange(ended->sessions, {})) {
        close({each});
    }
    std::erase_if(log_ins_, [&](const auto& each) { return each.second->connection == number; });
    // Counted last: whoever reads the count finds nothing left of it.
    --connections_now_;
}

void gateway_loop::end_all() {
    listener_ = nullptr;
    while (!connections_.empty()) {
        drop(connections_.begin()->first);
    }
}

// --- Calls ----------------------------------------------------------------------------------------

kj::Promise<void> gateway_loop::log_in(std::uint64_t from, log_in_request request,
                                       answer_taker take) {
    ++calls_;
    const auto refuse = [&](const char* why, std::uint32_t retry_after_ms) -> kj::Promise<void> {
        ++refused_;
        session_answer refused(overloaded(why, retry_after_ms));
        take(refused);
        return kj::READY_NOW;
    };
    const auto at = connections_.find(from);
    if (at == connections_.end()) {
        return refuse("the connection is ending", 0);
    }
    if (at->second->sessions.size() + at->second->log_ins >= limits_.sessions_of_connection) {
        return refuse("too many sessions on this connection: end one, or open another connection",
                      0);
    }
    if (log_ins_.size() >= limits_.log_ins_at_once) {
        return refuse("too many log-ins at once", log_in_retry_ms);
    }
    ++at->second->log_ins;
    const std::uint64_t ask = ++last_ask_;
    auto paf = kj::newPromiseAndFulfiller<void>();
    auto call = kj::heap<waiting_call>(
        waiting_call{from, timer_.now(), kj::mv(take), kj::mv(paf.fulfiller)});
    log_ins_.emplace(ask, kj::mv(call));
    port_.log_in(ask, std::move(request), box_);
    return paf.promise.attach(forget(*this, {}, ask));
}

kj::Promise<void> gateway_loop::ask(session_number number, session_request request,
                                    answer_taker take) {
    return subscribe(
        number, std::move(request), std::nullopt, std::nullopt,
        [take = kj::mv(take)](session_answer& answer, std::uint64_t) mutable { take(answer); });
}

kj::Promise<void> gateway_loop::subscribe(
    session_number number, session_request request, std::optional<rpc::ReportSink::Client> reports,
    std::optional<rpc::MarketSink::Client> market,
    kj::Function<void(session_answer& answer, std::uint64_t ask)> take) {
    ++calls_;
    session* const of = find(number);
    std::optional<request_refused> refused;
    if (of == nullptr) {
        refused = session_over("");
    } else if (of->over) {
        refused = of->over;
    } else if (is_too_far_behind(*of)) {
        refused = session_over("its answers are not read");
    } else if (of->calls.size() >= limits_.requests_in_flight) {
        refused = overloaded("too many calls of this session are in flight", busy_retry_ms);
    } else if ((reports || market) && of->subscriptions.size() >= max_subscriptions) {
        refused = overloaded("too many subscriptions of this session: end one", 0);
    }
    if (refused) {
        ++refused_;
        session_answer answer(std::move(*refused));
        take(answer, 0);
        return kj::READY_NOW;
    }
    const std::uint64_t ask = ++last_ask_;
    const bool is_subscription = reports || market;
    if (of != nullptr && is_subscription) {
        of->subscriptions.emplace(ask, subscription{std::move(reports), std::move(market)});
    }
    auto taker = [this, number, ask, is_subscription,
                  take = kj::mv(take)](session_answer& answer) mutable {
        if (is_subscription && !std::holds_alternative<subscribed>(answer)) {
            if (session* const found = find(number)) {
                found->subscriptions.erase(ask);
            }
        }
        take(answer, ask);
    };
    auto paf = kj::newPromiseAndFulfiller<void>();
    of->calls.emplace(
        ask, kj::heap<waiting_call>(
                 waiting_call{of->connection, timer_.now(), kj::mv(taker), kj::mv(paf.fulfiller)}));
    ++in_flight_;
    port_.ask(number, ask, std::move(request));
    return paf.promise.attach(forget(*this, number, ask));
}

void gateway_loop::tell(session_number number, session_request request) {
    if (const session* const of = find(number); of != nullptr && !of->over) {
        port_.ask(number, ++last_ask_, std::move(request));
    }
}

void gateway_loop::unsubscribe(session_number number, std::uint64_t which) {
    session* const of = find(number);
    if (of != nullptr && of->subscriptions.erase(which) != 0) {
        tell(number, bourse::unsubscribe{which});
    }
}

kj::Promise<void> gateway_loop::log_out(session_number number) {
    session* const of = find(number);
    if (of == nullptr) {
        return kj::READY_NOW;
    }
    if (of->calls.empty()) {
        close(number);
        return kj::READY_NOW;
    }
    auto paf = kj::newPromiseAndFulfiller<void>();
    of->when_idle.push_back(kj::mv(paf.fulfiller));
    return paf.promise.then([this, number] { close(number); });
}

void gateway_loop::finished_call(session& of) {
    --in_flight_;
    if (of.calls.empty()) {
        for (auto& each : std::exchange(of.when_idle, {})) {
            each->fulfill();
        }
    }
}

void gateway_loop::close(session_number number) {
    const auto at = sessions_.find(number.value);
    if (at == sessions_.end()) {
        return;
    }
    kj::Own<session> ended = kj::mv(at->second);
    sessions_.erase(at);
    in_flight_ -= ended->calls.size();
    if (const auto on = connections_.find(ended->connection); on != connections_.end()) {
        on->second->sessions.erase(number.value);
    }
    port_.close(number);
    --sessions_now_;
    // Calls that are still there are answered, if anybody listens.
    refuse_calls(*ended, unknown("the session was closed"));
}

// --- Answers --------------------------------------------------------------------------------------

kj::Promise<void> gateway_loop::watch_box() {
    return box_watch_.whenBecomesReadable().then([this] {
        box_.waiting.take(taken_);
        for (posted_answer& each : taken_) {
            // One client's results that cannot be written are not felt by another.
            kj::runCatchingExceptions([&] { take(each); });
        }
        taken_.clear();
        return watch_box();
    });
}

void gateway_loop::take(posted_answer& posted) {
    if (log_ins_.contains(posted.ask) || std::holds_alternative<logged_in>(posted.what)) {
        take_log_in(posted);
        return;
    }
    session* const to = find(posted.session);
    if (to == nullptr) {
        return;
    }
    if (const auto* const ended = std::get_if<session_ended>(&posted.what)) {
        end(*to, session_over(ended->why));
    } else if (const auto* const reports = std::get_if<reports_push>(&posted.what)) {
        push(*to, posted.ask, *reports);
    } else if (const auto* const market = std::get_if<market_push>(&posted.what)) {
        push(*to, posted.ask, *market);
    } else if (auto call = to->calls.extract(posted.ask)) {
        call.mapped()->take(posted.what);
        call.mapped()->fulfiller->fulfill();
        finished_call(*to);
    } else if (const auto* const refused = std::get_if<request_refused>(&posted.what)) {
        // Of a subscription: it ends.
        if (auto ended_one = to->subscriptions.extract(posted.ask)) {
            end_sink(ended_one.mapped(), *refused, to->pushes);
        }
    }
}

void gateway_loop::take_log_in(posted_answer& posted) {
    auto call = log_ins_.extract(posted.ask);
    const auto* const in = std::get_if<logged_in>(&posted.what);
    const auto on = call ? connections_.find(call.mapped()->connection) : connections_.end();
    if (on == connections_.end()) {  // whoever asked has gone
        if (in != nullptr) {
            port_.close(in->session);
        }
        return;
    }
    --on->second->log_ins;
    if (in != nullptr) {
        on->second->has_logged_in = true;
        on->second->stream->allow(UINT64_MAX);
        on->second->sessions.insert(in->session.value);
        sessions_.emplace(in->session.value, kj::heap<session>(in->session, on->first, *this));
        ++opened_;
        ++sessions_now_;
    }
    call.mapped()->take(posted.what);
    call.mapped()->fulfiller->fulfill();
}

void gateway_loop::refuse_calls(session& which, const request_refused& why) {
    session_answer refused(why);
    for (auto& [ask, call] : std::exchange(which.calls, {})) {
        call->take(refused);
        call->fulfiller->fulfill();
    }
    for (auto& each : std::exchange(which.when_idle, {})) {
        each->fulfill();
    }
}

void gateway_loop::end(session& which, const request_refused& why) {
    if (which.over) {
        return;
    }
    which.over = why;
    in_flight_ -= which.calls.size();
    refuse_calls(which, unknown(why.why));
    for (auto& [ask, each] : std::exchange(which.subscriptions, {})) {
        end_sink(each, why, which.pushes);
    }
}

// --- Pushes ---------------------------------------------------------------------------------------

void gateway_loop::end_sink(subscription& which, const request_refused& why, kj::TaskSet& tasks) {
    if (which.reports) {
        auto request = which.reports->endedRequest();
        write(why, request.initStatus());
        tasks.add(request.send().ignoreResult());
    }
    if (which.market) {
        auto request = which.market->endedRequest();
        write(why, request.initStatus());
        tasks.add(request.send().ignoreResult());
    }
}

/// Whether more waits to be sent to a client than it may let lie; then its connection ends.
bool gateway_loop::is_too_far_behind(const session& which) {
    const auto on = connections_.find(which.connection);
    if (on == connections_.end() || on->second->is_dropped) {
        return true;
    }
    if (on->second->network->getCurrentQueueSize() > limits_.unsent_bytes) {
        ++ended_;
        drop_later(on->first);
        return true;
    }
    return false;
}

void gateway_loop::push(session& to, std::uint64_t ask, const reports_push& what) {
    const auto at = to.subscriptions.find(ask);
    if (at == to.subscriptions.end() || !at->second.reports || is_too_far_behind(to)) {
        return;
    }
    // One entry may have more than a message has room for. All of it is sent before what comes next.
    kj::Vector<kj::Promise<void>> taken;
    for (std::size_t first = 0; first < what.reports.size(); first += reports_of_take()) {
        taken.add(take(*at->second.reports, what, first));
    }
    send(to, ask, kj::joinPromises(taken.releaseAsArray()));
}

/// What is sent has the bounds of what is received: half of that for the reports, with when they happened.
std::size_t gateway_loop::reports_of_take() const noexcept {
    return std::max<std::size_t>(
        1, limits_.message_words / 2 / (capnp::sizeInWords<schema::Report>() + 1));
}

/// The reports from `first` on, as many as a message may have.
kj::Promise<void> gateway_loop::take(rpc::ReportSink::Client& sink, const reports_push& what,
                                     std::size_t first) {
    const std::size_t count = std::min(what.reports.size() - first, reports_of_take());
    const std::size_t words = 16 + count * (capnp::sizeInWords<schema::Report>() + 1);
    auto request = sink.takeRequest(capnp::MessageSize{words, 0});
    request.setAccount(what.account.value);
    auto reports = request.initReports(list_size(count));
    auto times = request.initAtNs(list_size(count));
    for (unsigned i = 0; i < reports.size(); ++i) {
        write_report(what.reports[first + i], reports[i]);
        times.set(i, what.at[first + i].ns);
    }
    return request.send().ignoreResult();
}

void gateway_loop::push(session& to, std::uint64_t ask, const market_push& what) {
    const auto at = to.subscriptions.find(ask);
    if (at == to.subscriptions.end() || !at->second.market || is_too_far_behind(to)) {
        return;
    }
    auto request = at->second.market->takeRequest();
    write(what, request.initUpdate());
    send(to, ask, request.send().ignoreResult());
}

/// The client returns from a push when it has taken it: that is its credit. One that fails takes no more, and is told so.
void gateway_loop::send(session& to, std::uint64_t ask, kj::Promise<void> pushed) {
    to.pushes.add(pushed.then(
        [this, number = to.number, ask] {
            tell(number, grant_credit{.subscription = ask, .pushes = 1});
        },
        [this, number = to.number, ask](kj::Exception&& failed) {
            session* const of = find(number);
            if (of == nullptr) {
                return;
            }
            if (const auto at = of->subscriptions.find(ask); at != of->subscriptions.end()) {
                end_sink(at->second,
                         {.what = request_refused::kind::unavailable,
                          .why = std::string("what was pushed was answered with an exception: ") +
                                 failed.getDescription().cStr() +
                                 "; subscribe again, from what was taken last"},
                         of->pushes);
            }
            unsubscribe(number, ask);
        }));
}

// --- Deadlines ------------------------------------------------------------------------------------

kj::Promise<void> gateway_loop::tick() {
    const kj::Duration shortest =
        std::min({to_kj(limits_.log_in_within), to_kj(limits_.idle_after),
                  to_kj(limits_.takes_within), to_kj(limits_.answer_within)});
    const kj::Duration every =
        std::clamp(shortest / ticks_of_deadline, shortest_tick, longest_tick);
    return timer_.afterDelay(every).then([this] {
        const kj::TimePoint now = timer_.now();
        for (auto& [number, each] : connections_) {
            if (!each->is_dropped && is_over_deadline(*each, now)) {
                ++ended_;
                drop_later(number);
            }
        }
        refuse_overdue(now);
        return tick();
    });
}

bool gateway_loop::is_over_deadline(connection& each, kj::TimePoint now) {
    if (!each.has_logged_in && now - each.since > to_kj(limits_.log_in_within)) {
        return true;
    }
    if (!each.is_open) {
        return false;
    }
    return now - each.stream->last_read() > to_kj(limits_.idle_after) ||
           each.network->getOutgoingMessageWaitTime() > to_kj(limits_.takes_within);
}

void gateway_loop::refuse_overdue(kj::TimePoint now) {
    session_answer late(unknown("no answer came in time"));
    for (auto& [number, each] : sessions_) {
        while (!each->calls.empty() &&
               now - each->calls.begin()->second->since > to_kj(limits_.answer_within)) {
            auto call = each->calls.extract(each->calls.begin());
            call.mapped()->take(late);
            call.mapped()->fulfiller->fulfill();
            finished_call(*each);
        }
    }
}

}  // namespace bourse
