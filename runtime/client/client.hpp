#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "messages/result.hpp"
#include "messages/session_message.hpp"
#include "messages/timestamp.hpp"
#include "runtime/client/client_loop.hpp"

namespace bourse {

struct client_options {
    std::string server = "127.0.0.1:7400";
    std::string key;
    std::string name = "bourse";  ///< for the node's logs
    bool tls = false;
    std::string authority_file;  ///< with TLS: whose certificates are trusted; empty: the system's
    std::string tls_name;  ///< with TLS: the name in the certificate; empty: the host of `server`
    /// As of `log_in_request`.
    duration cancel_on_disconnect{};
    /// How long a connection that broke is tried to be made again; none: not at all.
    duration reconnect_for{};
    duration connect_within{
        10'000'000'000};  ///< the log-in included, which takes a tenth of a second
    /// Told once by a call that waits, on its caller's thread, when that has taken a second: for people who would wonder.
    std::function<void()> waits = [] {};
};

/// A wait, however many pieces it has, of which `says` hears once, when it has taken a second.
class said_wait {
public:
    explicit said_wait(const std::function<void()>& says) : says_(says) {}

    template <typename Value>
    [[nodiscard]] Value get(std::future<Value> answer) {
        static_cast<void>(is_there(answer, std::chrono::steady_clock::time_point::max()));
        return answer.get();
    }
    /// Whether it came within that.
    template <typename Value>
    bool is_there(const std::future<Value>& answer, std::chrono::steady_clock::duration within) {
        return is_there(answer, std::chrono::steady_clock::now() + within);
    }
    /// Between two pieces.
    void look() {
        if (!is_said_ && std::chrono::steady_clock::now() >= due_) {
            is_said_ = true;
            says_();
        }
    }

private:
    template <typename Value>
    bool is_there(const std::future<Value>& answer, std::chrono::steady_clock::time_point until) {
        if (!is_said_ && due_ < until) {
            if (answer.wait_until(due_) == std::future_status::ready) {
                return true;
            }
            look();
        }
        if (until == std::chrono::steady_clock::time_point::max()) {
            answer.wait();
            return true;
        }
        return answer.wait_until(until) == std::future_status::ready;
    }

    const std::function<void()>& says_;
    std::chrono::steady_clock::time_point due_ =
        std::chrono::steady_clock::now() + std::chrono::seconds(1);
    bool is_said_ = false;
};

/// Who is told what a subscription brings. All on the loop's thread: not to be waited in. The next push comes when
/// this one has returned.
struct report_handler {
    std::function<void(const reports_push& what)> take;
    std::function<void(const request_refused& why)> ended = [](const request_refused&) {};
};
struct market_handler {
    std::function<void(const market_push& what)> take;
    std::function<void(const request_refused& why)> ended = [](const request_refused&) {};
};

/// A session with a node: requests in, answers out, as plain structs, whatever the wire.
///
/// The problem: a caller wants to call, or to be called back, and to survive a connection that breaks. So a thread of
/// its own holds the socket; calls block or not, as the caller likes; a subscription goes on where it was when
/// the connection has come back.
///
/// What holds:
/// 1. Each request gets exactly one answer. A broken connection answers what was under way with `unknown_outcome`, and
///    what comes while there is none with `unavailable`.
/// 2. Requests are sent in the order in which they were made.
/// 3. Reports of a subscription come once each, in order, without a gap, over any number of connections.
///    Market data begins again with a snapshot.
/// 4. A session lost by the node (not by the network) is logged in again, with the same key.
///
/// Any thread, but for the blocking calls, which are not for the loop's.
class client {
public:
    /// Connects and logs in. Errors: `malformed` (an address that is none), `refused` (the node does not let
    /// it in), `overloaded` (not now), `unreadable` (a file), `unknown` (no such host), `unwritable` (nobody answers there).
    [[nodiscard]] static result<std::unique_ptr<client>> connect(
        client_options options, std::shared_ptr<client_loop> loop = client_loop::start());
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    /// Who has logged in.
    [[nodiscard]] const logged_in& who() const noexcept { return who_; }
    [[nodiscard]] client_loop& loop() noexcept { return *loop_; }

    /// Asks, and waits. Not for subscriptions.
    [[nodiscard]] session_answer ask(session_request request);
    /// Asks; `then` is called with the answer on the loop's thread.
    void ask(session_request request, std::function<void(session_answer)> then);

    /// Does commands once, however often that takes: those without a client id get one (ledger RULES 3), and the call
    /// is repeated while its outcome is unknown or the node is overloaded, for `within`. But a replace without one stays so,
    /// as it would become its order's: where it is among them, an unknown outcome is the answer.
    [[nodiscard]] session_answer submit_surely(std::vector<shard_command> commands,
                                               duration within = {30'000'000'000});

    /// Subscribe, and wait until that is answered: nothing, or why not. For the life of the client.
    [[nodiscard]] std::optional<request_refused> subscribe(const subscribe_reports& what,
                                                           report_handler to);
    [[nodiscard]] std::optional<request_refused> subscribe(const subscribe_market& what,
                                                           market_handler to);

    /// An id that no other call of any client has got: 64 random bits of this client, and a count.
    [[nodiscard]] client_id next_id();

private:
    class wire;
    client(std::shared_ptr<client_loop> loop, std::unique_ptr<wire> made,
           std::function<void()> waits);
    [[nodiscard]] session_answer ask(session_request request, said_wait& of);

    std::shared_ptr<client_loop> loop_;
    std::unique_ptr<wire> wire_;  ///< of the loop's thread
    std::function<void()> waits_;
    logged_in who_;
    std::uint64_t id_high_;
    std::uint64_t last_id_ = 0;
};

/// The answer as an `Answer`, or why not.
template <typename Answer>
[[nodiscard]] std::variant<Answer, request_refused> expect(session_answer answer) {
    if (auto* const good = std::get_if<Answer>(&answer)) {
        return std::move(*good);
    }
    if (auto* const refused = std::get_if<request_refused>(&answer)) {
        return std::move(*refused);
    }
    return request_refused{.what = request_refused::kind::unavailable,
                           .why = "the node's answer is of another kind",
                           .retry_after_ms = 0};
}

}  // namespace bourse
