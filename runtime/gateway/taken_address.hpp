#pragma once

#include <string>
#include <utility>

#include "messages/result.hpp"
#include "runtime/rpc/address.hpp"

namespace bourse {

/// An address that a socket of ours has, at which nobody is let in yet.
///
/// So a node knows whether it can serve there before it touches its data, and a client that comes too early is told that nobody
/// listens. The address is free again when this goes.
class taken_address {
public:
    /// `text` is what the sentences call it. Errors: `locked` (in use), `unknown` (none of this machine), `refused` (not
    /// allowed to this user).
    [[nodiscard]] static result<taken_address> take(const socket_address& at,
                                                    const std::string& text);
    taken_address(taken_address&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), text_(std::move(other.text_)) {}
    taken_address& operator=(taken_address&& other) noexcept;
    ~taken_address();

    /// HOST:PORT, with the port that was found if it was 0.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Lets clients in, and gives the socket away: it is the caller's to close. Once. `locked`: another was faster.
    [[nodiscard]] result<int> listen();

private:
    taken_address(int descriptor, std::string text)
        : descriptor_(descriptor), text_(std::move(text)) {}

    int descriptor_;
    std::string text_;
};

}  // namespace bourse
