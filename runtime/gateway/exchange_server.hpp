#pragma once

#include <cstdint>
#include <string>

#include "messages/schema/exchange.capnp.h"
#include "messages/session_message.hpp"

namespace bourse {

class gateway_loop;

/// What a connection gets before anybody has logged in.
class exchange_server final : public rpc::Exchange::Server {
public:
    exchange_server(gateway_loop& loop, std::uint64_t connection, std::string peer)
        : loop_(loop), connection_(connection), peer_(std::move(peer)) {}

protected:
    kj::Promise<void> about(AboutContext context) override;
    kj::Promise<void> login(LoginContext context) override;

private:
    gateway_loop& loop_;
    std::uint64_t connection_;
    std::string peer_;
};

/// One session, as a client holds it; when nobody holds it any more, the session is closed.
///
/// Each method makes a plain request of what came, or refuses it, and writes down the plain answer.
class session_server final : public rpc::Session::Server {
public:
    session_server(gateway_loop& loop, session_number number) : loop_(loop), number_(number) {}
    ~session_server() noexcept(false);
    KJ_DISALLOW_COPY(session_server);

    /// Any call of them; one whose parameters are nested too deep is refused with a sentence.
    DispatchCallResult dispatchCall(
        std::uint64_t interface_id, std::uint16_t method_id,
        capnp::CallContext<capnp::AnyPointer, capnp::AnyPointer> context) override;

protected:
    kj::Promise<void> submit(SubmitContext context) override;
    kj::Promise<void> orders(OrdersContext context) override;
    kj::Promise<void> portfolio(PortfolioContext context) override;
    kj::Promise<void> book(BookContext context) override;
    kj::Promise<void> instruments(InstrumentsContext context) override;
    kj::Promise<void> accounts(AccountsContext context) override;
    kj::Promise<void> history(HistoryContext context) override;
    kj::Promise<void> subscribeReports(SubscribeReportsContext context) override;
    kj::Promise<void> subscribeMarket(SubscribeMarketContext context) override;
    kj::Promise<void> addInstrument(AddInstrumentContext context) override;
    kj::Promise<void> openAccount(OpenAccountContext context) override;
    kj::Promise<void> addUser(AddUserContext context) override;
    kj::Promise<void> revokeUser(RevokeUserContext context) override;
    kj::Promise<void> console(ConsoleContext context) override;
    kj::Promise<void> keepAlive(KeepAliveContext context) override;
    kj::Promise<void> logout(LogoutContext context) override;

private:
    template <typename Answer, typename Context, typename Write>
    kj::Promise<void> ask(Context context, session_request&& request, Write write_answer);
    template <typename Context>
    kj::Promise<void> refuse(Context context, request_refused why);
    template <typename Context>
    kj::Promise<void> subscribe(Context context, session_request&& request,
                                std::optional<rpc::ReportSink::Client> reports,
                                std::optional<rpc::MarketSink::Client> market);

    gateway_loop& loop_;
    session_number number_;
};

/// Something that a client is told; when nobody holds it any more, that ends.
class subscription_server final : public rpc::Subscription::Server {
public:
    subscription_server(gateway_loop& loop, session_number session, std::uint64_t number)
        : loop_(loop), session_(session), number_(number) {}
    ~subscription_server() noexcept(false);
    KJ_DISALLOW_COPY(subscription_server);

protected:
    kj::Promise<void> end(EndContext context) override;

private:
    gateway_loop& loop_;
    session_number session_;
    std::uint64_t number_;
};

}  // namespace bourse
