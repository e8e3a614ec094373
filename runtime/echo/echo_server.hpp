#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "messages/report.hpp"
#include "messages/result.hpp"

namespace bourse {

/// A floor for the gateway and all that is behind it: the same calls by the same clients, and nothing done.
///
/// It speaks as much of exchange.capnp as `client` and `run_load` need: any key logs in, and `submit` is answered by one
/// report a command, `accepted`, as large as a real one. No limits, no rights, no checks: not for anything but to be measured
/// against. On its way each call is handed out and has to come back, so that an actor can be put there.
class echo_server {
public:
    /// One call: gets a number and its records, and must call `reply` with them once, from whatever thread.
    using hand_out = std::function<void(std::uint64_t call, std::vector<report> records)>;

    /// Listens on HOST:PORT, port 0: any. `through` is called on the server's thread; null: nobody is between.
    [[nodiscard]] static result<std::unique_ptr<echo_server>> start(const std::string& listen,
                                                                    hand_out through);
    virtual ~echo_server() = default;
    echo_server(const echo_server&) = delete;
    echo_server& operator=(const echo_server&) = delete;

    [[nodiscard]] virtual std::string address() const = 0;
    /// Brings a call back. From any thread.
    virtual void reply(std::uint64_t call, std::vector<report> records) = 0;
    /// Returns when the thread has ended. The destructor does it, too.
    virtual void stop() = 0;

protected:
    echo_server() = default;
};

}  // namespace bourse
