#include "runtime/rpc/address.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstring>
#include <memory>

namespace bourse {

result<host_and_port> parse_address(std::string_view text) {
    const auto wrong = [&] {
        return error{errc::malformed,
                     "'" + std::string(text) +
                         "' is no address; one is HOST:PORT, for example 127.0.0.1:7400"};
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) {
        return wrong();
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    host_and_port found;
    const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), found.port);
    if (fault != std::errc{} || end != port.data() + port.size()) {
        return wrong();
    }
    if (host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return wrong();  // of version 6 and without brackets: where it ends cannot be told
    }
    if (host.empty()) {
        return wrong();
    }
    found.host = host;
    return found;
}

bool socket_address::is_loopback() const noexcept {
    if (bytes.ss_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, &bytes, sizeof in);
        return (ntohl(in.sin_addr.s_addr) >> 24U) == 127;
    }
    if (bytes.ss_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, &bytes, sizeof in);
        return std::memcmp(&in.sin6_addr, &in6addr_loopback, sizeof in6addr_loopback) == 0;
    }
    return false;
}

result<socket_address> resolve(const host_and_port& where) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int fault =
        ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    if (fault != 0 || found == nullptr || found->ai_addrlen > sizeof(sockaddr_storage)) {
        return error{errc::unknown, "'" + where.host + "' is no host that this machine knows: " +
                                        ::gai_strerror(fault)};
    }
    socket_address made;
    std::memcpy(&made.bytes, found->ai_addr, found->ai_addrlen);
    made.length = found->ai_addrlen;
    return made;
}

std::string to_text(const sockaddr& address, socklen_t length) {
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (::getnameinfo(&address, length, host.data(), host.size(), port.data(), port.size(),
                      NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return "?";
    }
    const bool is_6 = address.sa_family == AF_INET6;
    return (is_6 ? "[" : "") + std::string(host.data()) + (is_6 ? "]:" : ":") + port.data();
}

}  // namespace bourse
