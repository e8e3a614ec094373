#include "runtime/gateway/taken_address.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bourse {
namespace {

/// What `errno` says of taking an address, and what would be right.
error cannot_listen(const std::string& text) {
    const std::string there = "cannot listen on " + text + ": ";
    switch (errno) {
        case EADDRINUSE:
            return {errc::locked, there +
                                      "another program does so already, perhaps another node; end "
                                      "it, or choose another port (0: any that is free)"};
        case EADDRNOTAVAIL:
            return {errc::unknown, there +
                                       "that is no address of this machine; 127.0.0.1 is, for "
                                       "clients on this machine, and 0.0.0.0 stands for all that "
                                       "it has"};
        case EACCES:
        case EPERM:
            return {errc::refused, there +
                                       "this user may not; ports below 1024 are for the system's "
                                       "own services: choose a higher one"};
        case EAFNOSUPPORT:
            return {errc::unknown, there + "this machine has no addresses of that kind"};
        default:
            return {errc::refused, there + std::strerror(errno)};
    }
}

}  // namespace

result<taken_address> taken_address::take(const socket_address& at, const std::string& text) {
    const int descriptor =
        ::socket(at.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        return cannot_listen(text);
    }
    taken_address made(descriptor, text);
    const int on = 1;
    sockaddr_storage found{};
    socklen_t length = sizeof found;
    // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): how sockets take addresses
    const auto* const wanted = reinterpret_cast<const sockaddr*>(&at.bytes);
    auto* const name = reinterpret_cast<sockaddr*>(&found);
    // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
    if (::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(descriptor, wanted, at.length) != 0 ||
        ::getsockname(descriptor, name, &length) != 0) {
        return cannot_listen(text);
    }
    made.text_ = to_text(*name, length);
    return made;
}

taken_address& taken_address::operator=(taken_address&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(text_, other.text_);
    return *this;
}

taken_address::~taken_address() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

result<int> taken_address::listen() {
    if (::listen(descriptor_, SOMAXCONN) != 0) {
        return cannot_listen(text_);
    }
    return std::exchange(descriptor_, -1);
}

}  // namespace bourse
