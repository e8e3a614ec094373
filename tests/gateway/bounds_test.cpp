// What a gateway stands, at the bound and one beyond it. The other bounds are in limits_test.cpp and calls_test.cpp.

#include <doctest/doctest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "raw_client.hpp"
#include "runtime/client/client.hpp"
#include "runtime/gateway/gateway.hpp"
#include "tests/support/exchange/small_exchange.hpp"

using namespace bourse;

namespace {

constexpr std::int64_t ns_of_ms = 1'000'000;

std::unique_ptr<gateway> serve_within(small_exchange& exchange, const gateway_limits& limits) {
    auto made = gateway::start(exchange, {.listen = "127.0.0.1:0", .limits = limits});
    REQUIRE(made);
    return std::move(*made);
}

result<std::unique_ptr<client>> log_in_with(const gateway& at, client_options options = {}) {
    options.server = at.address();
    options.key = options.key.empty() ? "operator" : options.key;
    return client::connect(options);
}

/// A client that answers while others are at their limits.
struct healthy {
    explicit healthy(const gateway& at) {
        auto made = log_in_with(at);
        REQUIRE(made);
        it = std::move(*made);
    }
    bool is_answered() const { return std::holds_alternative<done_answer>(it->ask(keep_alive{})); }
    std::unique_ptr<client> it;
};

request_refused refused_by(client& from, session_request request) {
    session_answer answer = from.ask(std::move(request));
    REQUIRE(std::holds_alternative<request_refused>(answer));
    return std::get<request_refused>(std::move(answer));
}

/// One account with a thousand open orders: asked for, they are much to send.
void fill(client& boss) {
    static_cast<void>(boss.ask(add_instrument{.name = "AAPL", .description = {}, .terms = {}}));
    static_cast<void>(
        boss.ask(open_named_account{.name = "alice", .deposits = {{true, "USD", "100000"}}}));
    submit_request many;
    many.commands.emplace_back(book_state{.request = {}, .symbol = {1}, .what = {}});
    for (int i = 0; i < 1'000; ++i) {
        submit_order made;
        made.symbol = {1};
        made.order.account = {1};
        made.order.price = {1 + i % 7};
        made.order.quantity = {1};
        many.commands.emplace_back(made);
    }
    REQUIRE(std::holds_alternative<submitted>(boss.ask(many)));
}

/// Asks for much, and reads nothing of it, until its connection is ended.
void ask_and_do_not_read(const gateway& front) {
    raw_client deaf(front.address());
    auto session = deaf.session();
    deaf.stream().is_deaf = true;
    std::vector<kj::Promise<void>> calls;
    while (front.counts().connections_ended == 0) {
        auto request = session.ordersRequest();
        request.setAccount(1);
        calls.push_back(request.send().ignoreResult().eagerlyEvaluate([](kj::Exception&&) {}));
        deaf.timer().afterDelay(1 * kj::MILLISECONDS).wait(deaf.scope());
    }
}

}  // namespace

TEST_CASE("what is nested deeper than may be is refused with a sentence, and its session goes on") {
    // Message, call, its parameters, the account, its deposits, the text in one: with what capnp puts between, seven deep.
    constexpr int deep = 7;
    for (const int may_be : {deep, deep - 1}) {
        small_exchange exchange;
        {
            const auto wide = serve_within(exchange, {});
            REQUIRE(std::holds_alternative<done_answer>(
                (*log_in_with(*wide))
                    ->ask(add_instrument{.name = "AAPL", .description = {}, .terms = {}})));
        }
        const auto front = serve_within(exchange, {.nesting = may_be});
        const auto made = log_in_with(*front);
        REQUIRE(made);
        client& boss = **made;
        const session_answer answer =
            boss.ask(open_named_account{.name = "alice", .deposits = {{true, "USD", "100000"}}});
        if (may_be == deep) {
            CHECK(std::holds_alternative<done_answer>(answer));
        } else {
            REQUIRE(std::holds_alternative<request_refused>(answer));
            const auto& refused = std::get<request_refused>(answer);
            CHECK(refused.what == request_refused::kind::malformed);
            CHECK(refused.why ==
                  "the node takes no such call: what it says is nested more than 6 deep; nothing "
                  "of it was done");
            CHECK(front->counts().calls_refused == 1);
        }
        CHECK(std::holds_alternative<done_answer>(boss.ask(keep_alive{})));
        CHECK(front->counts().connections == 1);
    }
}

TEST_CASE("one connection has as many sessions as it may, and room again when one has ended") {
    small_exchange exchange;
    const auto front = serve_within(exchange, {.sessions_of_connection = 2});
    raw_client several(front->address());
    auto first = several.session();
    const auto second = several.session();
    const auto third = several.log_in().wait(several.scope());
    CHECK(third.getStatus().getCode() == rpc::StatusCode::OVERLOADED);
    CHECK(std::string(third.getStatus().getWhy().cStr()).find("open another connection") !=
          std::string::npos);
    first.logoutRequest().send().wait(several.scope());
    CHECK(several.log_in().wait(several.scope()).getStatus().getCode() == rpc::StatusCode::OK);
    CHECK(exchange.sessions().size() == 2);
}

TEST_CASE("as many log-ins wait at once as may, of all connections; the next is overloaded") {
    small_exchange exchange;
    const auto front = serve_within(exchange, {.log_ins_at_once = 2});
    exchange.hold();
    raw_client one(front->address());
    auto first = one.log_in();
    auto second = one.log_in();
    while (exchange.held() < 2) {
        one.timer().afterDelay(1 * kj::MILLISECONDS).wait(one.scope());
    }
    const auto other = log_in_with(*front);
    REQUIRE_FALSE(other);
    CHECK(other.error().what == "too many log-ins at once");
    const auto third = one.log_in().wait(one.scope());
    CHECK(third.getStatus().getCode() == rpc::StatusCode::OVERLOADED);
    CHECK(third.getStatus().getRetryAfterMs() > 0);
    exchange.let_go();
    CHECK(first.wait(one.scope()).getStatus().getCode() == rpc::StatusCode::OK);
    CHECK(second.wait(one.scope()).getStatus().getCode() == rpc::StatusCode::OK);
}

TEST_CASE("of calls that are not answered no more than so many words are read from a connection") {
    constexpr int count = 20;
    small_exchange exchange;
    const auto front = serve_within(exchange, {.unanswered_words = 2'000});
    const healthy other(*front);
    raw_client eager(front->address());
    auto session = eager.session();
    exchange.hold();
    std::vector<kj::Promise<void>> calls;
    for (int i = 0; i < count; ++i) {  // each of more than 1,000 words
        auto request = session.consoleRequest();
        request.setWhat(std::string(9'000, 'x').c_str());
        calls.push_back(request.send().ignoreResult());
    }
    while (exchange.held() == 0) {
        eager.timer().afterDelay(1 * kj::MILLISECONDS).wait(eager.scope());
    }
    eager.timer().afterDelay(50 * kj::MILLISECONDS).wait(eager.scope());
    CHECK(exchange.held() < 5);
    exchange.let_go();
    for (auto& each : calls) {
        each.wait(eager.scope());
    }
    CHECK(other.is_answered());
}

TEST_CASE("a client that does not read what it asked for ends when too much waits for it") {
    small_exchange exchange;
    const auto front = serve_within(exchange, {.unsent_bytes = std::size_t{1} << 20U});
    const healthy other(*front);
    fill(*other.it);
    ask_and_do_not_read(*front);
    CHECK(front->counts().connections_ended == 1);
    CHECK(other.is_answered());
}

TEST_CASE("a client that takes nothing for too long ends, however little waits for it") {
    small_exchange exchange;
    const auto front = serve_within(
        exchange, {.unsent_bytes = std::size_t{1} << 40U, .takes_within = {200 * ns_of_ms}});
    const healthy other(*front);
    fill(*other.it);
    ask_and_do_not_read(*front);
    CHECK(other.is_answered());
}

TEST_CASE(
    "a message of as many words as may be is read, and one of more ends its connection alone") {
    small_exchange exchange;
    const auto front = serve_within(exchange, {.message_words = 2'000});
    const healthy other(*front);
    const auto ask = [&](std::size_t bytes) {
        raw_client it(front->address());
        auto session = it.session();
        auto request = session.consoleRequest();
        request.setWhat(std::string(bytes, 'x').c_str());
        return request.send()
            .ignoreResult()
            .then([] { return true; }, [](kj::Exception&&) { return false; })
            .wait(it.scope());
    };
    CHECK(ask(15'000));
    CHECK_FALSE(ask(17'000));
    CHECK(other.is_answered());
}

TEST_CASE("what a log-in says of itself has its bounds") {
    small_exchange exchange;
    const auto front = serve_within(exchange, {});
    client_options said;
    const auto fault = [&] {
        const auto made = log_in_with(*front, said);
        return made ? std::string() : made.error().what;
    };
    said.key.assign(256, 'k');
    CHECK(fault().find("opens nothing") != std::string::npos);
    said.key.assign(257, 'k');
    CHECK(fault().find("NAME.KEYID.SECRET") != std::string::npos);
    said.key.clear();
    said.name.assign(64, 'n');
    CHECK(fault().empty());
    said.name.assign(65, 'n');
    CHECK(fault().find("longer than 64") != std::string::npos);
    said.name.clear();
    for (const std::int64_t fine : {1'000, 3'600'000}) {
        said.cancel_on_disconnect = {fine * ns_of_ms};
        CHECK(fault().empty());
    }
    for (const std::int64_t wrong : {999, 3'600'001}) {
        said.cancel_on_disconnect = {wrong * ns_of_ms};
        CHECK(fault().find("1000 to 3600000") != std::string::npos);
    }
}

TEST_CASE("what a call asks for has its bounds") {
    small_exchange exchange;
    const auto front = serve_within(exchange, {});
    const healthy at(*front);
    fill(*at.it);
    constexpr auto wrong = request_refused::kind::malformed;
    const auto depth = [&](std::uint32_t levels) {
        return at.it->subscribe(subscribe_market{{1}, market_feed::depth, levels}, {.take = {}});
    };
    CHECK(depth(1'001)->why == "depth is 1001, and at most 1000");
    CHECK_FALSE(at.it->subscribe(subscribe_market{{1}, market_feed::depth, 1'000},
                                 {.take = [](const market_push&) {}}));
    history_request past;
    past.what = history_request::kind::trades;
    past.most = 1'000;
    CHECK(std::holds_alternative<history_answer>(at.it->ask(past)));
    past.most = 1'001;
    CHECK(refused_by(*at.it, past).what == wrong);
    CHECK(std::holds_alternative<accounts_answer>(
        at.it->ask(accounts_request{.after = {}, .most = 1'000})));
    CHECK(refused_by(*at.it, accounts_request{.after = {}, .most = 1'001}).what == wrong);

    open_named_account rich{.name = "rich", .deposits = {}};
    rich.deposits.assign(65, {true, "USD", "1"});
    CHECK(refused_by(*at.it, rich).why == "an account is given up to 64 assets when it is opened");
    rich.deposits.resize(64);
    CHECK(refused_by(*at.it, rich).why.find("64 assets") == std::string::npos);
    bourse::add_user many{.name = "many", .role = user_role::viewer, .accounts = {}};
    many.accounts.assign(257, "alice");
    CHECK(refused_by(*at.it, many).what == wrong);
    many.accounts.resize(256);
    CHECK(std::holds_alternative<user_added>(at.it->ask(many)));
}

TEST_CASE("what one message has no room for comes in several, or is refused with where to ask") {
    small_exchange exchange;
    const auto front = serve_within(exchange, {});
    const healthy at(*front);
    constexpr std::uint64_t orders = 34'000;
    for (std::uint64_t i = 0; i < orders; i += 1'000) {
        fill(*at.it);
    }
    const request_refused all = refused_by(*at.it, orders_request{.account = {1}});
    CHECK(all.what == request_refused::kind::malformed);
    CHECK(all.why.find("it has 34000 open orders, and one answer has room for ") == 0);
    CHECK(all.why.find("ask 'history'") != std::string::npos);

    std::mutex mutex;
    std::condition_variable came;
    std::uint64_t cancelled = 0;
    std::uint64_t last = 0;
    bool is_gapless = true;
    const healthy watcher(*front);
    REQUIRE_FALSE(watcher.it->subscribe(
        subscribe_reports{{1}, 0}, {.take = [&](const auto& push) {
            const std::lock_guard lock(mutex);
            for (const report& each : push.reports) {
                is_gapless = is_gapless && (last == 0 || each.number == last + 1);
                last = each.number;
                cancelled += static_cast<std::uint64_t>(each.what.kind == event_kind::cancelled);
            }
            came.notify_all();
        }}));
    // One entry, with a report of each order.
    submit_request one;
    one.commands.emplace_back(
        submit_mass_cancel{.request = {}, .account = {1}, .symbol = {1}, .sides = {}});
    REQUIRE(std::holds_alternative<submitted>(at.it->ask(one)));
    // What comes right after it comes behind it.
    fill(*at.it);
    const auto has = at.it->ask(portfolio_request{{1}});
    REQUIRE(std::holds_alternative<portfolio_answer>(has));
    std::unique_lock lock(mutex);
    came.wait(lock, [&] {
        return cancelled == orders && last == std::get<portfolio_answer>(has).last_report;
    });
    CHECK(is_gapless);
}

TEST_CASE("a sink that answers with an exception is told that nothing more comes") {
    struct failing final : rpc::ReportSink::Server {
        explicit failing(std::string& into) : why(into) {}
        kj::Promise<void> take(TakeContext) override {
            return KJ_EXCEPTION(FAILED, "no room for it here");
        }
        kj::Promise<void> ended(EndedContext context) override {
            why = context.getParams().getStatus().getWhy().cStr();
            return kj::READY_NOW;
        }
        std::string& why;
    };
    small_exchange exchange;
    const auto front = serve_within(exchange, {});
    const healthy other(*front);
    fill(*other.it);
    raw_client it(front->address());
    auto session = it.session();
    std::string why;
    auto request = session.subscribeReportsRequest();
    request.setAccount(1);
    request.setFrom(1);
    request.setSink(kj::heap<failing>(why));
    const auto kept = request.send().wait(it.scope());
    while (why.empty()) {
        it.timer().afterDelay(1 * kj::MILLISECONDS).wait(it.scope());
    }
    CHECK(why.find("no room for it here") != std::string::npos);
    CHECK(why.find("subscribe again, from what was taken last") != std::string::npos);
}

TEST_CASE("a session has as many subscriptions as it may") {
    small_exchange exchange;
    const auto front = serve_within(exchange, {});
    const healthy at(*front);
    fill(*at.it);
    for (unsigned i = 0; i < max_subscriptions; ++i) {
        REQUIRE_FALSE(
            at.it->subscribe(subscribe_reports{{1}, 0}, {.take = [](const reports_push&) {}}));
    }
    const auto more = at.it->subscribe(subscribe_reports{{1}, 0}, {.take = {}});
    REQUIRE(more);
    CHECK(more->what == request_refused::kind::overloaded);
}
