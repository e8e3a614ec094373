#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "messages/result.hpp"

namespace bourse {

/// Another process, which says "ready rpc=HOST:PORT" on its stdout once it serves. Ended with this object, by SIGTERM.
class child_process {
public:
    /// Waits for that line. What it says on its stderr goes to `log_file`. Errors: `unreadable` if it cannot be started, or ends
    /// before it serves.
    [[nodiscard]] static result<std::unique_ptr<child_process>> start(
        const std::vector<std::string>& words, const std::string& log_file);
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    [[nodiscard]] pid_t number() const noexcept { return number_; }

private:
    child_process() = default;
    pid_t number_ = -1;
    int says_ = -1;
    std::string address_;
};

}  // namespace bourse
