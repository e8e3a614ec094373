#pragma once

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/async-unix.h>
#include <kj/compat/tls.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "messages/schema/exchange.capnp.h"
#include "runtime/gateway/gateway.hpp"
#include "runtime/rpc/inbox.hpp"
#include "runtime/rpc/watched_stream.hpp"

namespace bourse {

/// An answer, on its way from whatever thread to the loop.
struct posted_answer {
    session_number session{};
    std::uint64_t ask = 0;
    session_answer what;
};

/// The gateway's box: what is put there wakes the loop.
class answer_inbox final : public answer_box {
public:
    void put(session_number session, std::uint64_t ask, session_answer answer) override {
        waiting.put({session, ask, std::move(answer)});
    }
    inbox<posted_answer> waiting;
};

/// Takes the answer to a call and fills in its results; `request_refused` is an answer like any other.
using answer_taker = kj::Function<void(session_answer& answer)>;

/// All that the gateway's thread has: connections, the sessions on them, and the calls that wait for answers.
///
/// Lives and dies on that thread. A connection owns the RPC system, which owns the capabilities it gave out, which
/// know their session by its number only; so nothing that ends leaves a pointer behind. What holds: a call that is
/// dropped by the RPC system is forgotten here at once, before its results' memory goes.
class gateway_loop final : public kj::TaskSet::ErrorHandler {
public:
    gateway_loop(exchange_port& port, const gateway_limits& limits, kj::AsyncIoContext& io,
                 answer_inbox& box);
    ~gateway_loop() noexcept(false);
    KJ_DISALLOW_COPY(gateway_loop);

    /// Accepts for ever; `tls` may be null.
    void serve(kj::Own<kj::ConnectionReceiver> listener, kj::Own<kj::TlsContext> tls);
    /// Ends every connection and session.
    void end_all();

    // --- For the capabilities that clients hold ------------------------------------------------

    /// Asks the port to log in; `take` gets `logged_in` or `request_refused`.
    kj::Promise<void> log_in(std::uint64_t from, log_in_request request, answer_taker take);
    /// Asks a session; `take` is called once, perhaps at once.
    kj::Promise<void> ask(session_number session, session_request request, answer_taker take);
    /// Asks without waiting for an answer.
    void tell(session_number session, session_request request);
    /// As `ask` for a subscription, whose pushes go to `reports` or `market` under its number, which `take` is given.
    kj::Promise<void> subscribe(session_number session, session_request request,
                                std::optional<rpc::ReportSink::Client> reports,
                                std::optional<rpc::MarketSink::Client> market,
                                kj::Function<void(session_answer& answer, std::uint64_t ask)> take);
    void unsubscribe(session_number session, std::uint64_t which);
    /// Ends a session once its calls are answered (`log_out`), or now.
    kj::Promise<void> log_out(session_number session);
    void close(session_number session);
    /// A call that was refused before anybody was asked.
    void count_refused() noexcept { ++refused_; }

    [[nodiscard]] const gateway_limits& limits() const noexcept { return limits_; }
    /// From any thread.
    [[nodiscard]] gateway_counts counts() const noexcept;

private:
    struct connection;
    struct subscription;
    struct waiting_call;
    struct session;
    class forget;

    void taskFailed(kj::Exception&& exception) override;

    kj::Promise<void> accept_next();
    void add(kj::AuthenticatedStream accepted);
    void open(connection& made, kj::Own<kj::AsyncIoStream> stream);
    void drop_later(std::uint64_t number);
    void drop(std::uint64_t number);

    kj::Promise<void> watch_box();
    void take(posted_answer& posted);
    void take_log_in(posted_answer& posted);
    void push(session& to, std::uint64_t ask, const reports_push& what);
    void push(session& to, std::uint64_t ask, const market_push& what);
    void send(session& to, std::uint64_t ask, kj::Promise<void> pushed);
    [[nodiscard]] std::size_t reports_of_take() const noexcept;
    kj::Promise<void> take(rpc::ReportSink::Client& sink, const reports_push& what,
                           std::size_t first);
    static void end_sink(subscription& which, const request_refused& why, kj::TaskSet& tasks);
    void end(session& which, const request_refused& why);
    void refuse_calls(session& which, const request_refused& why);
    void finished_call(session& of);
    [[nodiscard]] bool is_too_far_behind(const session& which);

    kj::Promise<void> tick();
    [[nodiscard]] bool is_over_deadline(connection& each, kj::TimePoint now);
    void refuse_overdue(kj::TimePoint now);

    [[nodiscard]] session* find(session_number number);

    exchange_port& port_;
    const gateway_limits limits_;
    kj::AsyncIoContext& io_;
    kj::Timer& timer_;
    answer_inbox& box_;
    kj::UnixEventPort::FdObserver box_watch_;
    std::vector<posted_answer> taken_;

    kj::Own<kj::ConnectionReceiver> listener_;
    kj::Own<kj::TlsContext> tls_;
    std::uint64_t last_connection_ = 0;
    std::uint64_t last_ask_ = 0;
    std::map<std::uint64_t, kj::Own<connection>> connections_;
    std::unordered_map<std::uint64_t, kj::Own<session>> sessions_;
    std::map<std::uint64_t, kj::Own<waiting_call>> log_ins_;

    std::atomic<std::uint64_t> made_{0};
    std::atomic<std::uint64_t> turned_away_{0};
    std::atomic<std::uint64_t> ended_{0};
    std::atomic<std::uint64_t> opened_{0};
    std::atomic<std::uint64_t> calls_{0};
    std::atomic<std::uint64_t> refused_{0};
    std::atomic<std::uint64_t> connections_now_{0};
    std::atomic<std::uint64_t> sessions_now_{0};
    std::atomic<std::uint64_t> in_flight_{0};

    kj::TaskSet tasks_;  // last: ends before what the tasks use
};

}  // namespace bourse
