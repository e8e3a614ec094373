#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace bourse {

/// The thread on which clients wait for their sockets. Several may share one; it ends with the last of them, and
/// never from within itself.
class client_loop {
public:
    [[nodiscard]] static std::shared_ptr<client_loop> start();
    ~client_loop();
    client_loop(const client_loop&) = delete;
    client_loop& operator=(const client_loop&) = delete;

    /// Runs `what` on the loop's thread, in the order posted. From any thread.
    void post(std::function<void()> what);
    /// Runs `what` on the loop's thread at `when`, or soon after. From any thread.
    void at(std::chrono::steady_clock::time_point when, std::function<void()> what);
    /// Whether the caller is on the loop's thread, where it must not wait for a client.
    [[nodiscard]] bool is_here() const noexcept;

    /// What only those see who know of kj.
    struct inside;
    [[nodiscard]] inside& get() noexcept { return *inside_; }

private:
    client_loop();
    std::unique_ptr<inside> inside_;
};

}  // namespace bourse
