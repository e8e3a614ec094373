#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "messages/result.hpp"
#include "messages/session_message.hpp"
#include "messages/timestamp.hpp"
#include "runtime/gateway/taken_address.hpp"
#include "runtime/node/exchange_port.hpp"

namespace bourse {

/// What a gateway stands, and for how long. Each has a test at its bound.
struct gateway_limits {
    std::uint32_t connections = 4'096;  ///< more are closed at once
    std::uint32_t sessions_of_connection = 16;
    std::uint32_t log_ins_at_once = 64;  ///< of all connections; more are `overloaded`
    std::uint32_t message_words =
        1U << 18U;              ///< of 8 bytes: 2 MiB; a longer message ends its connection
    std::int32_t nesting = 64;  ///< of a message
    std::uint32_t requests_in_flight = max_requests_in_flight;  ///< of a session
    /// Words of calls that are not answered yet, of a connection: beyond, nothing more is read from it.
    std::size_t unanswered_words = std::size_t{1} << 20U;
    std::size_t unsent_bytes = std::size_t{16}
                               << 20U;  ///< waiting to be sent on a connection: it ends
    std::size_t bytes_before_log_in = std::size_t{64} << 10U;  ///< from a connection: it ends
    duration log_in_within{10'000'000'000};  ///< a connection without a session ends
    duration answer_within{60'000'000'000};  ///< then a call is answered with `unknownOutcome`
    duration idle_after{120'000'000'000};    ///< nothing came: the connection ends
    duration takes_within{30'000'000'000};   ///< a message that cannot be sent for so long: it ends
};

struct gateway_options {
    std::string listen = "127.0.0.1:7400";  ///< HOST:PORT; port 0: any that is free
    /// Files in PEM form, both or none: with them, TLS and nothing else is spoken.
    std::string certificate_file{};
    std::string private_key_file{};
    /// Other addresses than the machine's own are only served with TLS, unless this is set: keys and orders
    /// would go over the network for everybody to read.
    bool insecure = false;
    gateway_limits limits{};
};

/// What goes on in a gateway, for the console: of its whole life, and of now.
struct gateway_counts {
    std::uint64_t connections_made = 0;
    std::uint64_t connections_refused = 0;  ///< too many at once
    std::uint64_t connections_ended = 0;    ///< by a limit or deadline
    std::uint64_t sessions_opened = 0;
    std::uint64_t calls = 0;
    std::uint64_t calls_refused = 0;  ///< here, before a session was asked
    std::uint64_t connections = 0;    ///< now
    std::uint64_t sessions = 0;       ///< now
    std::uint64_t calls_in_flight = 0;
};

/// Cap'n Proto RPC for clients (messages/schema/exchange.capnp) in front of an exchange port.
///
/// The problem: sockets are served by kj's event loop on one thread, sessions are actors on others, and neither
/// may wait for the other. So a call becomes a plain request under a number; its results are filled in when the
/// port puts the answer of this number into the gateway's box, which wakes the loop through an eventfd.
///
/// What holds:
/// 1. What comes is checked here for size, nesting, versions and numbers that mean something, and refused with a
///    sentence; everything else is for the session to decide.
/// 2. A call is answered exactly once: by the port, or with `unknownOutcome` when the session ends before.
/// 3. A push is followed by its credit when the client has returned from it; at most as many are under way as
///    the session gives without credit.
/// 4. A connection that is silent, does not read, or does not log in ends by its deadline. No byte or silence of one
///    client is felt by another.
/// 5. Answers to `grant_credit`, `unsubscribe` and `keep_alive` that nobody waits for are passed over.
class gateway {
public:
    /// All that can be wrong with the options, found out before there is a port: takes the address, reads the
    /// certificate. Errors: `malformed` (an address that is none), `refused` (not loopback and no TLS), `unreadable` (the
    /// certificate or key), and those of `taken_address`.
    [[nodiscard]] static result<taken_address> prepare(const gateway_options& options);
    /// Listens there, and serves from then on in a thread of its own. `port` must outlive the gateway.
    [[nodiscard]] static result<std::unique_ptr<gateway>> start(exchange_port& port,
                                                                gateway_options options,
                                                                taken_address at);
    /// Both.
    [[nodiscard]] static result<std::unique_ptr<gateway>> start(exchange_port& port,
                                                                gateway_options options);

    virtual ~gateway() = default;
    gateway(const gateway&) = delete;
    gateway& operator=(const gateway&) = delete;

    /// Where it listens, HOST:PORT, with the port that was found.
    [[nodiscard]] virtual std::string address() const = 0;
    [[nodiscard]] virtual gateway_counts counts() const = 0;
    /// Takes no more connections, ends those that there are, and returns when the thread has ended. Sessions are
    /// closed. Once is enough; the destructor does it, too.
    virtual void stop() = 0;

protected:
    gateway() = default;
};

}  // namespace bourse
