#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "runtime/client/client.hpp"
#include "runtime/gateway/gateway.hpp"
#include "runtime/rpc/address.hpp"
#include "tests/support/exchange/small_exchange.hpp"

using namespace bourse;

namespace {

constexpr duration ms{1'000'000};

/// Deadlines in milliseconds, and a socket that says what a client never would.
struct plain_socket {
    int descriptor;

    explicit plain_socket(const std::string& address) {
        const auto at = resolve(*parse_address(address));
        REQUIRE(at);
        descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE(descriptor >= 0);
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how sockets take addresses
        REQUIRE(::connect(descriptor, reinterpret_cast<const sockaddr*>(&at->bytes), at->length) ==
                0);
    }
    ~plain_socket() { ::close(descriptor); }
    plain_socket(const plain_socket&) = delete;
    plain_socket& operator=(const plain_socket&) = delete;

    /// Returns once the other side has closed, however it did that.
    void wait_for_end() const {
        std::vector<char> buffer(4096);
        while (::recv(descriptor, buffer.data(), buffer.size(), 0) > 0) {
        }
    }
    void send(const std::string& bytes) const {
        static_cast<void>(::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
};

std::unique_ptr<gateway> serve(small_exchange& exchange, const gateway_limits& limits) {
    auto made = gateway::start(exchange, {.listen = "127.0.0.1:0", .limits = limits});
    REQUIRE(made);
    return std::move(*made);
}

result<std::unique_ptr<client>> log_in(const gateway& at) {
    client_options options;
    options.server = at.address();
    options.key = "operator";
    return client::connect(options);
}

}  // namespace

TEST_CASE("a connection that says nothing, or does not log in, ends by its deadline") {
    small_exchange exchange;
    const auto front = serve(exchange, {.log_in_within = {50 * ms.ns}});
    const plain_socket silent(front->address());
    silent.wait_for_end();
    CHECK(front->counts().connections_ended == 1);
    CHECK(front->counts().connections == 0);
}

TEST_CASE("a TLS handshake that is never begun ends by the log-in's deadline") {
    const std::string stem = BOURSE_TESTS_DIR "/data/tls/localhost";
    small_exchange exchange;
    const auto front = gateway::start(exchange, {.listen = "127.0.0.1:0",
                                                 .certificate_file = stem + ".pem",
                                                 .private_key_file = stem + ".key",
                                                 .insecure = false,
                                                 .limits = {.log_in_within = {50 * ms.ns}}});
    REQUIRE(front);
    const plain_socket silent((*front)->address());
    silent.wait_for_end();
    CHECK((*front)->counts().connections_ended == 1);
}

TEST_CASE("a session that is silent ends by its deadline, and one that is heard of does not") {
    using clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds idle_after{300};
    // Again if a busy machine kept the one that speaks silent for as long.
    for (bool was_held_up = true; was_held_up;) {
        small_exchange exchange;
        const auto front = serve(exchange, {.idle_after = {idle_after.count() * ms.ns}});
        const auto silent = log_in(*front);
        const auto heard = log_in(*front);
        REQUIRE(silent);
        REQUIRE(heard);
        clock::time_point spoke = clock::now();  // when it asked what was answered last
        bool is_answered = true;
        while (is_answered && front->counts().sessions != 1) {
            const clock::time_point asked = clock::now();
            is_answered = std::holds_alternative<done_answer>((*heard)->ask(keep_alive{}));
            spoke = is_answered ? asked : spoke;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        const bool is_left =
            is_answered && exchange.sessions() == std::vector{(*heard)->who().session};
        was_held_up = !is_left && clock::now() - spoke > idle_after;
        CHECK((is_left || was_held_up));
    }
}

TEST_CASE("garbage, a huge message and a flood before the log-in end their connection alone") {
    small_exchange exchange;
    const auto front = serve(exchange, {});
    const auto other = log_in(*front);
    REQUIRE(other);
    {
        const plain_socket garbage(front->address());
        garbage.send(std::string(4096, '\x5A'));
        garbage.wait_for_end();
    }
    {
        const plain_socket huge(front->address());
        // One segment of 2^28 words, as its header says.
        huge.send(std::string("\0\0\0\0\0\0\0\x10", 8));
        huge.wait_for_end();
    }
    {
        const plain_socket flood(front->address());
        // Empty messages without end: each is read, and means nothing.
        const std::string one("\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0", 16);
        std::string many;
        for (int i = 0; i < 8192; ++i) {
            many += one;
        }
        flood.send(many);
        flood.wait_for_end();
    }
    CHECK(std::holds_alternative<done_answer>((*other)->ask(keep_alive{})));
}

TEST_CASE("more connections than there may be are closed, and the others go on") {
    small_exchange exchange;
    const auto front = serve(exchange, {.connections = 2});
    const auto first = log_in(*front);
    const auto second = log_in(*front);
    REQUIRE(first);
    REQUIRE(second);
    const plain_socket third(front->address());
    third.wait_for_end();
    CHECK(front->counts().connections_refused == 1);
    CHECK(std::holds_alternative<done_answer>((*first)->ask(keep_alive{})));
}

TEST_CASE("a call that nobody answers is answered by the gateway: nobody knows what became of it") {
    small_exchange exchange;
    const auto front = serve(exchange, {.answer_within = {50 * ms.ns}});
    const auto it = log_in(*front);
    REQUIRE(it);
    exchange.hold();
    const session_answer answer = (*it)->ask(orders_request{{1}});
    REQUIRE(std::holds_alternative<request_refused>(answer));
    CHECK(std::get<request_refused>(answer).what == request_refused::kind::unknown_outcome);
    exchange.let_go();
    CHECK(std::holds_alternative<done_answer>((*it)->ask(keep_alive{})));
}

TEST_CASE(
    "another address than the machine's own is not served without TLS, unless that is wished") {
    small_exchange exchange;
    const auto refused = gateway::start(exchange, {.listen = "0.0.0.0:0"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::refused);
    CHECK(refused.error().what.find("without TLS") != std::string::npos);
    CHECK(gateway::start(exchange, {.listen = "0.0.0.0:0", .insecure = true}));
    CHECK(gateway::start(exchange, {.listen = "nonsense"}).error().code == errc::malformed);
    const auto first = serve(exchange, {});
    const auto taken = gateway::start(exchange, {.listen = first->address()});
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == errc::locked);
    CHECK(taken.error().what.starts_with("cannot listen on " + first->address() +
                                         ": another program does so already"));
    // 192.0.2.0/24 is for documentation: no machine has it.
    const auto elsewhere = gateway::start(exchange, {.listen = "192.0.2.1:7400", .insecure = true});
    REQUIRE_FALSE(elsewhere);
    CHECK(elsewhere.error().what.find("no address of this machine; 127.0.0.1 is") !=
          std::string::npos);
    CHECK(gateway::start(exchange, {.listen = "127.0.0.1:0",
                                    .certificate_file = "/nowhere.pem",
                                    .private_key_file = "/nowhere.key"})
              .error()
              .code == errc::unreadable);
}

TEST_CASE("an address that is taken and not yet served lets nobody in, and is free again after") {
    std::string address;
    {
        auto place = gateway::prepare({.listen = "127.0.0.1:0"});
        REQUIRE(place);
        address = place->text();
        client_options early;
        early.server = address;
        early.key = "operator";
        const auto refused = client::connect(early);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().what.find("nothing listens there") != std::string::npos);
    }
    small_exchange exchange;
    CHECK(gateway::start(exchange, {.listen = address}));
}

TEST_CASE("a gateway that stops answers what was under way, and takes no more") {
    small_exchange exchange;
    auto front = serve(exchange, {});
    const auto it = log_in(*front);
    REQUIRE(it);
    exchange.hold();
    std::promise<session_answer> answered;
    (*it)->ask(orders_request{{1}},
               [&](session_answer came) { answered.set_value(std::move(came)); });
    while (exchange.held() == 0) {
        std::this_thread::yield();
    }
    front->stop();
    const session_answer answer = answered.get_future().get();
    REQUIRE(std::holds_alternative<request_refused>(answer));
    CHECK(std::get<request_refused>(answer).what == request_refused::kind::unknown_outcome);
    CHECK(exchange.sessions().empty());
    CHECK_FALSE(log_in(*front));
}
