// Bytes that no client of ours would send, to a real gateway on a real socket: what a whole session sends, changed at random.

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "raw_client.hpp"
#include "runtime/client/client.hpp"
#include "runtime/gateway/gateway.hpp"
#include "tests/support/command_generator.hpp"
#include "tests/support/exchange/small_exchange.hpp"

using namespace bourse;

namespace {

class quiet_reports final : public rpc::ReportSink::Server {
protected:
    kj::Promise<void> take(TakeContext) override { return kj::READY_NOW; }
    kj::Promise<void> ended(EndedContext) override { return kj::READY_NOW; }
};
class quiet_market final : public rpc::MarketSink::Server {
protected:
    kj::Promise<void> take(TakeContext) override { return kj::READY_NOW; }
    kj::Promise<void> ended(EndedContext) override { return kj::READY_NOW; }
};

struct recorded {
    std::string bytes;
    std::size_t log_in = 0;  ///< as many of them are the log-in
};

/// The bytes of a session that calls everything there is, once, and waits for nothing: they can be said again as they are.
recorded recorded_session(const gateway& at) {
    raw_client it(at.address());
    it.stream().is_deaf = true;
    auto in = it.log_in();
    it.timer().afterDelay(50 * kj::MILLISECONDS).wait(it.scope());
    const std::size_t log_in = it.stream().written.size();
    auto session = in.getSession();
    kj::Vector<kj::Promise<void>> calls;
    const auto send = [&](auto& request) { calls.add(request.send().ignoreResult()); };
    auto listed = session.addInstrumentRequest();
    listed.initInstrument().setName("AAPL");
    send(listed);
    auto opened = session.openAccountRequest();
    opened.initAccount().setName("alice");
    send(opened);
    auto user = session.addUserRequest();
    user.setName("tina");
    user.initAccounts(1).set(0, "alice");
    send(user);
    auto reports = session.subscribeReportsRequest();
    reports.setAccount(1);
    reports.setFrom(1);
    reports.setSink(kj::heap<quiet_reports>());
    send(reports);
    auto market = session.subscribeMarketRequest();
    market.setSymbol(1);
    market.setSink(kj::heap<quiet_market>());
    send(market);
    auto submit = session.submitRequest();
    auto commands = submit.initCommands(3);
    for (unsigned i = 0; i < 2; ++i) {
        commands[i].setVersion(1);
        auto order = commands[i].initSubmitOrder();
        order.setSymbol(1);
        order.setHasPrice(true);
        order.getOrder().setAccount(1);
        order.getOrder().setPriceTicks(100);
        order.getOrder().setQuantityLots(5);
    }
    commands[2].setVersion(1);
    commands[2].initSubmitCancel().setAccount(1);
    send(submit);
    auto orders = session.ordersRequest();
    orders.setAccount(1);
    send(orders);
    auto portfolio = session.portfolioRequest();
    portfolio.setAccount(1);
    send(portfolio);
    auto book = session.bookRequest();
    book.setSymbol(1);
    send(book);
    auto instruments = session.instrumentsRequest();
    send(instruments);
    auto accounts = session.accountsRequest();
    send(accounts);
    auto history = session.historyRequest();
    send(history);
    auto console = session.consoleRequest();
    console.setWhat("actors");
    send(console);
    auto alive = session.keepAliveRequest();
    send(alive);
    auto out = session.logoutRequest();
    send(out);
    // Sent, and no answer read: it would be thanked for, and what is thanked for early is not done.
    it.timer().afterDelay(50 * kj::MILLISECONDS).wait(it.scope());
    return {it.stream().written, log_in};
}

/// Changes some of it: bits, bytes, whole words to what is extreme, pieces left out, said twice or put elsewhere, the end. Of
/// half of them the log-in is left as it is.
std::string changed(const recorded& from, random_source& random) {
    std::string bytes = from.bytes;
    const std::size_t first = random.chance(500) ? from.log_in : 0;
    const auto place = [&] { return first + random.below(bytes.size() - first); };
    const std::uint64_t changes = 1 + random.below(4);
    for (std::uint64_t i = 0; i < changes && bytes.size() > first + 16; ++i) {
        const std::size_t at = place();
        const std::size_t length = std::min<std::size_t>(1 + random.below(64), bytes.size() - at);
        switch (random.below(7)) {
            case 0:
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
                break;
            case 1:
                bytes[at] = static_cast<char>(random.below(256));
                break;
            case 2: {
                const std::uint64_t extreme[] = {0, UINT64_MAX, INT64_MAX, UINT32_MAX, 1};
                const std::size_t word = at / 8 * 8;
                if (word + 8 <= bytes.size()) {
                    std::memcpy(bytes.data() + word, &extreme[random.below(5)], 8);
                }
                break;
            }
            case 3:
                bytes.erase(at / 8 * 8, (length + 7) / 8 * 8);
                break;
            case 4:
                bytes.insert(place() / 8 * 8, bytes.substr(at / 8 * 8, (length + 7) / 8 * 8));
                break;
            case 5:
                bytes.insert(at, length, static_cast<char>(random.below(256)));
                break;
            default:
                bytes.resize(at);
        }
    }
    return bytes;
}

/// Sends it, what follows the log-in after the log-in had its time; says that there is no more, and reads until the gateway has
/// closed. `heard` returns when what was sent has been looked at.
template <typename Heard>
void throw_at(const gateway& front, const recorded& what, Heard heard) {
    const auto at = resolve(*parse_address(front.address()));
    REQUIRE(at);
    const int there = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how sockets take addresses
    REQUIRE(::connect(there, reinterpret_cast<const sockaddr*>(&at->bytes), at->length) == 0);
    const std::size_t first = std::min(what.log_in, what.bytes.size());
    static_cast<void>(::send(there, what.bytes.data(), first, MSG_NOSIGNAL));
    heard();
    static_cast<void>(
        ::send(there, what.bytes.data() + first, what.bytes.size() - first, MSG_NOSIGNAL));
    heard();
    ::shutdown(there, SHUT_WR);
    std::vector<char> answer(65'536);
    while (::recv(there, answer.data(), answer.size(), 0) > 0) {
    }
    ::close(there);
}

}  // namespace

TEST_CASE("whatever bytes come, the gateway goes on, and others are answered") {
    const unsigned rounds = std::getenv("BOURSE_FULL") != nullptr ? 20'000 : 300;
    small_exchange exchange;
    auto made = gateway::start(exchange, {.listen = "127.0.0.1:0",
                                          .limits = {.connections = 8,
                                                     .log_in_within = {60'000'000'000},
                                                     .idle_after = {1'000'000'000'000}}});
    REQUIRE(made);
    const gateway& front = **made;
    const recorded whole = recorded_session(front);
    REQUIRE(whole.bytes.size() > 2'000);
    client_options options;
    options.server = front.address();
    options.key = "operator";
    const auto other = client::connect(options);
    REQUIRE(other);
    // As it is, it does what it did: what follows is changed from something that works.
    const std::uint64_t sessions = front.counts().sessions_opened;
    throw_at(front, whole, [&] {
        while (front.counts().sessions_opened == sessions) {
            std::this_thread::yield();
        }
    });
    random_source random(20'261'121);
    for (unsigned i = 0; i < rounds; ++i) {
        throw_at(front, {changed(whole, random), whole.log_in}, [&] {
            const session_answer answer = (*other)->ask(book_request{.symbol = {1}});
            REQUIRE(std::holds_alternative<book_answer>(answer));
        });
    }
    // Many of them came past the log-in, and nothing of them is left.
    CHECK(front.counts().sessions_opened > sessions + rounds / 4);
    while (front.counts().connections != 1) {
        std::this_thread::yield();
    }
    CHECK(exchange.sessions() == std::vector{(*other)->who().session});
}
