#include "runtime/gateway/exchange_server.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "messages/entry_record.hpp"
#include "messages/report_record.hpp"
#include "runtime/gateway/gateway_loop.hpp"
#include "runtime/rpc/wire.hpp"

namespace bourse {
namespace {

constexpr std::size_t longest_key = 256;
constexpr std::size_t longest_client = 64;
constexpr std::uint32_t shortest_disconnect_ms = 1'000;
constexpr std::uint32_t longest_disconnect_ms = 3'600'000;
constexpr std::int64_t ns_of_ms = 1'000'000;
constexpr std::uint32_t usual_page = 1'000;
constexpr std::uint32_t usual_book_depth = 10;
constexpr std::uint32_t usual_feed_depth = 20;
constexpr std::uint32_t largest_feed_depth = 1'000;
constexpr std::uint32_t largest_history = 1'000;
constexpr std::size_t largest_gifts = 64;
constexpr std::size_t largest_user_accounts = 256;

request_refused malformed(std::string why) {
    return {.what = request_refused::kind::malformed, .why = std::move(why), .retry_after_ms = 0};
}

request_refused malformed(const record_faults& faults) {
    return malformed(faults.first().what);
}

/// Zero stands for the usual number; more than the largest is a fault.
std::optional<request_refused> set_count(std::uint32_t asked, std::uint32_t usual,
                                         std::uint32_t largest, const char* name,
                                         std::uint32_t& count) {
    count = asked == 0 ? usual : asked;
    if (count > largest) {
        return malformed(std::string(name) + " is " + std::to_string(asked) + ", and at most " +
                         std::to_string(largest));
    }
    return std::nullopt;
}

/// What an answer of another kind than the call's says: that it was refused.
template <typename Results>
void write_fault(const session_answer& answer, Results results) {
    const auto* const refused = std::get_if<request_refused>(&answer);
    write(refused != nullptr ? *refused
                             : request_refused{.what = request_refused::kind::unavailable,
                                               .why = "the session's answer is of another kind",
                                               .retry_after_ms = 0},
          results.initStatus());
}

/// The words of results with `count` elements of `each` words, and of what else is in them.
capnp::MessageSize room(std::size_t count, std::size_t each) {
    constexpr std::size_t around = 24;
    return {around + count * each, 0};
}

}  // namespace

// --- The way in -----------------------------------------------------------------------------------

kj::Promise<void> exchange_server::about(AboutContext context) {
    auto results = context.getResults();
    results.setProgram("bourse");
    results.setVersion(BOURSE_VERSION);
    results.setProtocol(rpc::PROTOCOL);
    return kj::READY_NOW;
}

kj::Promise<void> exchange_server::login(LoginContext context) {
    const auto params = context.getParams();
    const auto options = params.getOptions();
    const std::uint32_t within = options.getCancelOnDisconnectMs();
    std::optional<request_refused> refused;
    if (params.getKey().size() == 0 || params.getKey().size() > longest_key) {
        refused = {.what = request_refused::kind::not_logged_in,
                   .why = "that is no key: one is NAME.KEYID.SECRET",
                   .retry_after_ms = 0};
    } else if (within != 0 && (within < shortest_disconnect_ms || within > longest_disconnect_ms)) {
        refused = malformed("cancelOnDisconnectMs is " + std::to_string(within) +
                            "; it is 0 (never), or 1000 to 3600000");
    } else if (options.getClient().size() > longest_client) {
        refused = malformed("the client's name is longer than 64 bytes");
    }
    if (refused) {
        loop_.count_refused();
        write(*refused, context.getResults().initStatus());
        return kj::READY_NOW;
    }
    log_in_request request{
        .key = text_of(params.getKey()),
        .peer = peer_ + (options.getClient().size() == 0 ? "" : " ") + text_of(options.getClient()),
        .cancel_on_disconnect = {within * ns_of_ms}};
    context.releaseParams();
    return loop_.log_in(connection_, std::move(request),
                        [&loop = loop_, context](session_answer& answer) mutable {
                            const auto* const in = std::get_if<logged_in>(&answer);
                            auto results = context.getResults();
                            if (in == nullptr) {
                                write_fault(answer, results);
                                return;
                            }
                            results.setSession(kj::heap<session_server>(loop, in->session));
                            auto login = results.initLogin();
                            login.setSession(in->session.value);
                            login.setUser(in->user.c_str());
                            login.setRole(static_cast<rpc::Role>(in->role));
                            login.setMaxCommands(max_commands_of_request);
                            login.setMaxInFlight(loop.limits().requests_in_flight);
                            auto accounts = login.initAccounts(list_size(in->accounts.size()));
                            for (unsigned i = 0; i < accounts.size(); ++i) {
                                accounts.set(i, in->accounts[i].value);
                            }
                        });
}

// --- Calls of a session ---------------------------------------------------------------------------

session_server::~session_server() noexcept(false) {
    loop_.close(number_);
}

/// What is nested too deep is found where the parameters are read, before anybody was asked, and capnp throws it. (The results of the
/// call, which could say so, have another type for each method.)
session_server::DispatchCallResult session_server::dispatchCall(
    std::uint64_t interface_id, std::uint16_t method_id,
    capnp::CallContext<capnp::AnyPointer, capnp::AnyPointer> context) {
    try {
        return rpc::Session::Server::dispatchCall(interface_id, method_id, context);
    } catch (const kj::Exception& thrown) {
        if (std::string_view(thrown.getDescription().cStr()).find("too deeply-nested") ==
            std::string_view::npos) {
            throw;
        }
    }
    loop_.count_refused();
    const std::string why = "what it says is nested more than " +
                            std::to_string(loop_.limits().nesting) +
                            " deep; nothing of it was done";
    throw kj::Exception(kj::Exception::Type::UNIMPLEMENTED, __FILE__, __LINE__,
                        kj::heapString(why.c_str()));
}

template <typename Context>
kj::Promise<void> session_server::refuse(Context context, request_refused why) {
    loop_.count_refused();
    write(why, context.getResults().initStatus());
    return kj::READY_NOW;
}

template <typename Answer, typename Context, typename Write>
kj::Promise<void> session_server::ask(Context context, session_request&& request,
                                      Write write_answer) {
    context.releaseParams();
    return loop_.ask(number_, std::move(request),
                     [context, write_answer](session_answer& answer) mutable {
                         if (const auto* const good = std::get_if<Answer>(&answer)) {
                             write_answer(*good, context);
                         } else {
                             write_fault(answer, context.getResults());
                         }
                     });
}

kj::Promise<void> session_server::submit(SubmitContext context) {
    const auto list = context.getParams().getCommands();
    if (list.size() == 0 || list.size() > max_commands_of_request) {
        return refuse(context, malformed(std::to_string(list.size()) +
                                         " commands in one call; there can be 1 to " +
                                         std::to_string(max_commands_of_request)));
    }
    record_faults faults;
    const record_path at("commands");
    submit_request request;
    request.commands.resize(list.size());
    for (unsigned i = 0; i < list.size(); ++i) {
        read_shard_command(list[i], at.at(i), faults, request.commands[i]);
    }
    if (faults.any()) {
        return refuse(context, malformed(faults));
    }
    return ask<submitted>(context, std::move(request), [](const submitted& from, auto& to) {
        auto results =
            to.getResults(room(from.outcomes.size(), capnp::sizeInWords<schema::Report>()));
        results.setIndex(from.index);
        auto outcomes = results.initOutcomes(list_size(from.outcomes.size()));
        for (unsigned i = 0; i < outcomes.size(); ++i) {
            write_report(from.outcomes[i].first, outcomes[i]);
        }
    });
}

kj::Promise<void> session_server::orders(OrdersContext context) {
    return ask<orders_answer>(
        context, orders_request{.account = {context.getParams().getAccount()}},
        [most = loop_.limits().message_words / (capnp::sizeInWords<rpc::OpenOrder>() + 1)](
            const orders_answer& from, auto& to) {
            if (from.orders.size() > most) {
                write(
                    malformed("it has " + std::to_string(from.orders.size()) +
                              " open orders, and one answer has room for " + std::to_string(most) +
                              ": ask 'history' for its orders that are open, a page at a time"),
                    to.getResults().initStatus());
                return;
            }
            auto results =
                to.getResults(room(from.orders.size(), capnp::sizeInWords<rpc::OpenOrder>()));
            results.setAsOf(from.as_of);
            write_list(from.orders, results.initOrders(list_size(from.orders.size())));
        });
}

kj::Promise<void> session_server::portfolio(PortfolioContext context) {
    return ask<portfolio_answer>(context,
                                 portfolio_request{.account = {context.getParams().getAccount()}},
                                 [](const portfolio_answer& from, auto& to) {
                                     write(from, to.getResults().initPortfolio());
                                 });
}

kj::Promise<void> session_server::book(BookContext context) {
    const auto params = context.getParams();
    book_request request{.symbol = {params.getSymbol()}};
    if (auto refused = set_count(params.getDepth(), usual_book_depth, max_depth_asked, "depth",
                                 request.depth)) {
        return refuse(context, std::move(*refused));
    }
    return ask<book_answer>(context, request, [](const book_answer& from, auto& to) {
        write(from, to.getResults(room(from.bids.size() + from.asks.size(),
                                       capnp::sizeInWords<rpc::Level>()))
                        .initBook());
    });
}

kj::Promise<void> session_server::instruments(InstrumentsContext context) {
    const auto params = context.getParams();
    instruments_request request{.after = text_of(params.getAfter())};
    if (auto refused = set_count(params.getMost(), usual_page, usual_page, "most", request.most)) {
        return refuse(context, std::move(*refused));
    }
    return ask<instruments_answer>(
        context, std::move(request), [](const instruments_answer& from, auto& to) {
            auto results = to.getResults();
            write_list(from.instruments,
                       results.initInstruments(list_size(from.instruments.size())));
            results.setIsLast(from.is_last);
        });
}

kj::Promise<void> session_server::accounts(AccountsContext context) {
    const auto params = context.getParams();
    accounts_request request{.after = text_of(params.getAfter())};
    if (auto refused = set_count(params.getMost(), usual_page, usual_page, "most", request.most)) {
        return refuse(context, std::move(*refused));
    }
    return ask<accounts_answer>(
        context, std::move(request), [](const accounts_answer& from, auto& to) {
            auto results = to.getResults();
            write_list(from.accounts, results.initAccounts(list_size(from.accounts.size())));
            results.setIsLast(from.is_last);
        });
}

kj::Promise<void> session_server::history(HistoryContext context) {
    record_faults faults;
    const record_path at("query");
    history_request request = read(context.getParams().getQuery(), at, faults);
    if (request.most > largest_history) {
        faults.add(errc::out_of_range, at.in("most"), "it is at most 1000");
    }
    if (faults.any()) {
        return refuse(context, malformed(faults));
    }
    return ask<history_answer>(
        context, std::move(request),
        [](const history_answer& from, auto& to) { write(from, to.getResults().initHistory()); });
}

// --- Subscriptions --------------------------------------------------------------------------------

template <typename Context>
kj::Promise<void> session_server::subscribe(Context context, session_request&& request,
                                            std::optional<rpc::ReportSink::Client> reports,
                                            std::optional<rpc::MarketSink::Client> market) {
    return loop_.subscribe(number_, std::move(request), std::move(reports), std::move(market),
                           [&loop = loop_, number = number_, context](session_answer& answer,
                                                                      std::uint64_t ask) mutable {
                               if (std::holds_alternative<subscribed>(answer)) {
                                   context.getResults().setSubscription(
                                       kj::heap<subscription_server>(loop, number, ask));
                               } else {
                                   write_fault(answer, context.getResults());
                               }
                           });
}

kj::Promise<void> session_server::subscribeReports(SubscribeReportsContext context) {
    const auto params = context.getParams();
    if (!params.hasSink()) {
        return refuse(context, malformed("a subscription needs a sink to tell"));
    }
    return subscribe(
        context,
        bourse::subscribe_reports{.account = {params.getAccount()}, .from = params.getFrom()},
        params.getSink(), std::nullopt);
}

kj::Promise<void> session_server::subscribeMarket(SubscribeMarketContext context) {
    const auto params = context.getParams();
    record_faults faults;
    bourse::subscribe_market request{.symbol = {params.getSymbol()}};
    request.feed = read_feed(params.getFeed(), record_path("subscribeMarket"), faults);
    if (faults.any()) {
        return refuse(context, malformed(faults));
    }
    if (auto refused = set_count(params.getDepth(), usual_feed_depth, largest_feed_depth, "depth",
                                 request.depth)) {
        return refuse(context, std::move(*refused));
    }
    if (!params.hasSink()) {
        return refuse(context, malformed("a subscription needs a sink to tell"));
    }
    return subscribe(context, request, std::nullopt, params.getSink());
}

subscription_server::~subscription_server() noexcept(false) {
    loop_.unsubscribe(session_, number_);
}

kj::Promise<void> subscription_server::end(EndContext) {
    loop_.unsubscribe(session_, number_);
    return kj::READY_NOW;
}

// --- Operators ------------------------------------------------------------------------------------

namespace {

/// Into results of a status and a text.
constexpr auto write_text = [](const done_answer& from, auto& to) {
    to.getResults().setText(from.text.c_str());
};

}  // namespace

kj::Promise<void> session_server::addInstrument(AddInstrumentContext context) {
    record_faults faults;
    add_instrument request =
        read(context.getParams().getInstrument(), record_path("instrument"), faults);
    if (faults.any()) {
        return refuse(context, malformed(faults));
    }
    return ask<done_answer>(context, std::move(request), write_text);
}

kj::Promise<void> session_server::openAccount(OpenAccountContext context) {
    record_faults faults;
    const auto account = context.getParams().getAccount();
    if (account.getGifts().size() > largest_gifts) {
        return refuse(context, malformed("an account is given up to 64 assets when it is opened"));
    }
    open_named_account request = read(account, record_path("account"), faults);
    if (faults.any()) {
        return refuse(context, malformed(faults));
    }
    return ask<done_answer>(context, std::move(request), write_text);
}

kj::Promise<void> session_server::addUser(AddUserContext context) {
    record_faults faults;
    const auto params = context.getParams();
    if (params.getAccounts().size() > largest_user_accounts) {
        return refuse(context, malformed("a user has up to 256 accounts"));
    }
    add_user request{.name = text_of(params.getName()),
                     .role = read_role(params.getRole(), record_path("addUser"), faults),
                     .accounts = read_texts(params.getAccounts())};
    if (faults.any()) {
        return refuse(context, malformed(faults));
    }
    return ask<user_added>(context, std::move(request), [](const user_added& from, auto& to) {
        to.getResults().setKey(from.key.c_str());
    });
}

kj::Promise<void> session_server::revokeUser(RevokeUserContext context) {
    return ask<done_answer>(context, revoke_user{.name = text_of(context.getParams().getName())},
                            write_text);
}

kj::Promise<void> session_server::console(ConsoleContext context) {
    const auto params = context.getParams();
    return ask<table_answer>(
        context,
        console_request{.what = text_of(params.getWhat()), .name = text_of(params.getName())},
        [](const table_answer& from, auto& to) { write(from, to.getResults().initTable()); });
}

kj::Promise<void> session_server::keepAlive(KeepAliveContext context) {
    return ask<done_answer>(context, keep_alive{}, [](const done_answer&, auto&) {});
}

kj::Promise<void> session_server::logout(LogoutContext) {
    return loop_.log_out(number_);
}

}  // namespace bourse
