#include "runtime/client/client_calls.hpp"

#include <utility>

#include "messages/entry_record.hpp"
#include "messages/report_record.hpp"
#include "runtime/rpc/wire.hpp"

namespace bourse {
namespace {

constexpr std::int64_t ns_of_ms = 1'000'000;

request_refused unreadable(const error& why) {
    return {.what = request_refused::kind::unknown_outcome,
            .why = "what the node answered cannot be read: " + why.what,
            .retry_after_ms = 0};
}

/// The answer that `read` makes of results with a good status; it may add faults.
template <typename Request, typename Read>
kj::Promise<session_answer> answered(Request request, Read read_results) {
    return request.send().then([read_results](auto response) -> session_answer {
        if (auto refused = read_status(response.getStatus())) {
            return std::move(*refused);
        }
        record_faults faults;
        session_answer answer = read_results(response, faults);
        if (faults.any()) {
            return unreadable(faults.first());
        }
        return answer;
    });
}

/// One overload a request.
struct caller {
    // NOLINTNEXTLINE(readability-identifier-naming): it is the session
    rpc::Session::Client session;

    kj::Promise<session_answer> operator()(const submit_request& asked) {
        std::size_t words = 8;
        for (const shard_command& each : asked.commands) {
            words += shard_command_words(each);
        }
        auto request = session.submitRequest(capnp::MessageSize{words, 0});
        auto commands = request.initCommands(list_size(asked.commands.size()));
        for (unsigned i = 0; i < commands.size(); ++i) {
            write_shard_command(asked.commands[i], commands[i]);
        }
        return answered(std::move(request), [](const auto& from, record_faults& faults) {
            submitted to;
            to.index = from.getIndex();
            const auto list = from.getOutcomes();
            const record_path at("outcomes");
            to.outcomes.reserve(list.size());
            for (unsigned i = 0; i < list.size(); ++i) {
                to.outcomes.push_back({read_report(list[i], at.at(i), faults)});
            }
            return to;
        });
    }
    kj::Promise<session_answer> operator()(const orders_request& asked) {
        auto request = session.ordersRequest();
        request.setAccount(asked.account.value);
        return answered(std::move(request), [](const auto& from, record_faults& faults) {
            orders_answer to;
            to.as_of = from.getAsOf();
            for (const auto each : from.getOrders()) {
                to.orders.push_back(read(each, record_path("orders"), faults));
            }
            return to;
        });
    }
    kj::Promise<session_answer> operator()(const portfolio_request& asked) {
        auto request = session.portfolioRequest();
        request.setAccount(asked.account.value);
        return answered(std::move(request),
                        [](const auto& from, record_faults&) { return read(from.getPortfolio()); });
    }
    kj::Promise<session_answer> operator()(const book_request& asked) {
        auto request = session.bookRequest();
        request.setSymbol(asked.symbol.value);
        request.setDepth(asked.depth);
        return answered(std::move(request), [](const auto& from, record_faults& faults) {
            return read(from.getBook(), record_path("book"), faults);
        });
    }
    kj::Promise<session_answer> operator()(const instruments_request& asked) {
        auto request = session.instrumentsRequest();
        request.setAfter(asked.after.c_str());
        request.setMost(asked.most);
        return answered(std::move(request), [](const auto& from, record_faults& faults) {
            instruments_answer to;
            to.is_last = from.getIsLast();
            for (const auto each : from.getInstruments()) {
                to.instruments.push_back(read(each, record_path("instruments"), faults));
            }
            return to;
        });
    }
    kj::Promise<session_answer> operator()(const accounts_request& asked) {
        auto request = session.accountsRequest();
        request.setAfter(asked.after.c_str());
        request.setMost(asked.most);
        return answered(std::move(request), [](const auto& from, record_faults& faults) {
            accounts_answer to;
            to.is_last = from.getIsLast();
            for (const auto each : from.getAccounts()) {
                to.accounts.push_back(read(each, record_path("accounts"), faults));
            }
            return to;
        });
    }
    kj::Promise<session_answer> operator()(const history_request& asked) {
        auto request = session.historyRequest();
        write(asked, request.initQuery());
        return answered(std::move(request), [](const auto& from, record_faults& faults) {
            return read(from.getHistory(), record_path("history"), faults);
        });
    }
    kj::Promise<session_answer> operator()(const add_instrument& asked) {
        auto request = session.addInstrumentRequest();
        write(asked, request.initInstrument());
        return text_of_done(std::move(request));
    }
    kj::Promise<session_answer> operator()(const open_named_account& asked) {
        auto request = session.openAccountRequest();
        write(asked, request.initAccount());
        return text_of_done(std::move(request));
    }
    kj::Promise<session_answer> operator()(const add_user& asked) {
        auto request = session.addUserRequest();
        request.setName(asked.name.c_str());
        request.setRole(static_cast<rpc::Role>(asked.role));
        write_texts(asked.accounts, request.initAccounts(list_size(asked.accounts.size())));
        return answered(std::move(request), [](const auto& from, record_faults&) {
            return user_added{.key = text_of(from.getKey())};
        });
    }
    kj::Promise<session_answer> operator()(const revoke_user& asked) {
        auto request = session.revokeUserRequest();
        request.setName(asked.name.c_str());
        return text_of_done(std::move(request));
    }
    kj::Promise<session_answer> operator()(const console_request& asked) {
        auto request = session.consoleRequest();
        request.setWhat(asked.what.c_str());
        request.setName(asked.name.c_str());
        return answered(std::move(request),
                        [](const auto& from, record_faults&) { return read(from.getTable()); });
    }
    kj::Promise<session_answer> operator()(const keep_alive&) {
        return answered(session.keepAliveRequest(),
                        [](const auto&, record_faults&) { return done_answer{}; });
    }
    // What only a gateway asks, or `subscribe` does.
    template <typename Other>
    kj::Promise<session_answer> operator()(const Other&) {
        return session_answer(request_refused{.what = request_refused::kind::malformed,
                                              .why = "this is no request of a client",
                                              .retry_after_ms = 0});
    }

private:
    template <typename Request>
    static kj::Promise<session_answer> text_of_done(Request request) {
        return answered(std::move(request), [](const auto& from, record_faults&) {
            return done_answer{.text = text_of(from.getText())};
        });
    }
};

class report_sink final : public rpc::ReportSink::Server {
public:
    report_sink(std::shared_ptr<report_handler> to, std::shared_ptr<std::uint64_t> last_number)
        : to_(std::move(to)), last_number_(std::move(last_number)) {}

protected:
    kj::Promise<void> take(TakeContext context) override {
        const auto params = context.getParams();
        record_faults faults;
        reports_push push;
        push.account = {params.getAccount()};
        const record_path at("reports");
        const auto reports = params.getReports();
        const auto times = params.getAtNs();
        for (unsigned i = 0; i < reports.size(); ++i) {
            report each = read_report(reports[i], at.at(i), faults);
            if (each.number <= *last_number_) {
                continue;  // again, after a connection that broke
            }
            *last_number_ = each.number;
            push.reports.push_back(each);
            push.at.push_back({i < times.size() ? times[i] : 0});
        }
        KJ_REQUIRE(!faults.any(), "a report cannot be read");
        if (!push.reports.empty()) {
            to_->take(push);
        }
        return kj::READY_NOW;
    }
    kj::Promise<void> ended(EndedContext context) override {
        to_->ended(read_status(context.getParams().getStatus()).value_or(request_refused{}));
        return kj::READY_NOW;
    }

private:
    std::shared_ptr<report_handler> to_;
    std::shared_ptr<std::uint64_t> last_number_;
};

class market_sink final : public rpc::MarketSink::Server {
public:
    explicit market_sink(std::shared_ptr<market_handler> to) : to_(std::move(to)) {}

protected:
    kj::Promise<void> take(TakeContext context) override {
        record_faults faults;
        const market_push push =
            read(context.getParams().getUpdate(), record_path("update"), faults);
        KJ_REQUIRE(!faults.any(), "an update cannot be read");
        to_->take(push);
        return kj::READY_NOW;
    }
    kj::Promise<void> ended(EndedContext context) override {
        to_->ended(read_status(context.getParams().getStatus()).value_or(request_refused{}));
        return kj::READY_NOW;
    }

private:
    std::shared_ptr<market_handler> to_;
};

template <typename Request>
kj::Promise<subscribed_answer> subscribed_by(Request request) {
    return request.send().then([](auto response) -> subscribed_answer {
        if (auto refused = read_status(response.getStatus())) {
            return {std::move(refused), nullptr};
        }
        return {std::nullopt, response.getSubscription()};
    });
}

}  // namespace

kj::Promise<session_answer> call(rpc::Session::Client session, const session_request& request) {
    return std::visit(caller{kj::mv(session)}, request);
}

kj::Promise<logged_in_answer> log_in(rpc::Exchange::Client exchange,
                                     const client_options& options) {
    auto request = exchange.loginRequest();
    request.setKey(options.key.c_str());
    auto to = request.initOptions();
    to.setCancelOnDisconnectMs(
        static_cast<std::uint32_t>(options.cancel_on_disconnect.ns / ns_of_ms));
    to.setClient(options.name.c_str());
    return request.send().then([](auto response) -> logged_in_answer {
        if (auto refused = read_status(response.getStatus())) {
            return {std::move(*refused), nullptr};
        }
        record_faults faults;
        const auto login = response.getLogin();
        logged_in in;
        in.session = {login.getSession()};
        in.user = text_of(login.getUser());
        in.role = read_role(login.getRole(), record_path("login"), faults);
        for (const std::uint32_t each : login.getAccounts()) {
            in.accounts.push_back({each});
        }
        if (faults.any()) {
            return {unreadable(faults.first()), nullptr};
        }
        return {std::move(in), response.getSession()};
    });
}

rpc::ReportSink::Client make_sink(std::shared_ptr<report_handler> to,
                                  std::shared_ptr<std::uint64_t> last_number) {
    return kj::heap<report_sink>(std::move(to), std::move(last_number));
}

rpc::MarketSink::Client make_sink(std::shared_ptr<market_handler> to) {
    return kj::heap<market_sink>(std::move(to));
}

kj::Promise<subscribed_answer> subscribe(rpc::Session::Client session,
                                         const subscribe_reports& what,
                                         rpc::ReportSink::Client sink) {
    auto request = session.subscribeReportsRequest();
    request.setAccount(what.account.value);
    request.setFrom(what.from);
    request.setSink(kj::mv(sink));
    return subscribed_by(kj::mv(request));
}

kj::Promise<subscribed_answer> subscribe(rpc::Session::Client session, const subscribe_market& what,
                                         rpc::MarketSink::Client sink) {
    auto request = session.subscribeMarketRequest();
    request.setSymbol(what.symbol.value);
    request.setFeed(static_cast<rpc::MarketFeed>(what.feed));
    request.setDepth(what.depth);
    request.setSink(kj::mv(sink));
    return subscribed_by(kj::mv(request));
}

}  // namespace bourse
