#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "messages/result.hpp"

/// Where a node listens and clients connect, as people write it: HOST:PORT, [::1]:7400, localhost:7400.
namespace bourse {

struct host_and_port {
    std::string host;  ///< without brackets
    std::uint16_t port = 0;
};

/// `malformed` with a sentence that says what would be right.
[[nodiscard]] result<host_and_port> parse_address(std::string_view text);

/// An address that a socket takes.
struct socket_address {
    sockaddr_storage bytes{};
    socklen_t length = 0;

    /// Of this machine alone: 127.0.0.0/8, ::1.
    [[nodiscard]] bool is_loopback() const noexcept;
};

/// Asks the system what `host` is; may wait for a name server. `unknown` if it is nothing. The first of several.
[[nodiscard]] result<socket_address> resolve(const host_and_port& where);

/// `127.0.0.1:7400`, `[::1]:7400`; "?" for other kinds of addresses.
[[nodiscard]] std::string to_text(const sockaddr& address, socklen_t length);

}  // namespace bourse
