#pragma once

#include <kj/async.h>

#include <memory>

#include "messages/schema/exchange.capnp.h"
#include "messages/session_message.hpp"
#include "runtime/client/client.hpp"

/// A client's requests as calls, and their results as answers. For the loop's thread.
namespace bourse {

/// Fails only when the connection does. Not for subscriptions, nor for what only a gateway asks.
[[nodiscard]] kj::Promise<session_answer> call(rpc::Session::Client session,
                                               const session_request& request);

/// What came of a log-in; with the session, if there is one.
struct logged_in_answer {
    session_answer answer;
    rpc::Session::Client session = nullptr;
};
[[nodiscard]] kj::Promise<logged_in_answer> log_in(rpc::Exchange::Client exchange,
                                                   const client_options& options);

/// A sink that hands on what it takes; `last_number` is the last report that it has handed on.
[[nodiscard]] rpc::ReportSink::Client make_sink(std::shared_ptr<report_handler> to,
                                                std::shared_ptr<std::uint64_t> last_number);
[[nodiscard]] rpc::MarketSink::Client make_sink(std::shared_ptr<market_handler> to);

/// A subscription, or why there is none.
struct subscribed_answer {
    std::optional<request_refused> refused;
    rpc::Subscription::Client subscription = nullptr;
};
[[nodiscard]] kj::Promise<subscribed_answer> subscribe(rpc::Session::Client session,
                                                       const subscribe_reports& what,
                                                       rpc::ReportSink::Client sink);
[[nodiscard]] kj::Promise<subscribed_answer> subscribe(rpc::Session::Client session,
                                                       const subscribe_market& what,
                                                       rpc::MarketSink::Client sink);

}  // namespace bourse
