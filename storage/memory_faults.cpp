#include "storage/memory_faults.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <mutex>

namespace bourse {
namespace {

constexpr std::array<int, 2> signals = {SIGSEGV, SIGBUS};

constexpr const char* mapped_advice =
    ": is damaged, was cut short, or cannot be read from its disk; move the folder away and get "
    "its content from another replica or a backup\n";

constinit thread_local const char* path_in_use = nullptr;
constinit std::mutex taking;
std::array<struct sigaction, signals.size()> before_us;

/// Nothing here but what a signal handler may do.
void say(int signal, siginfo_t* /*where*/, void* /*context*/) {
    if (path_in_use != nullptr) {
        for (const char* part : {path_in_use, mapped_advice}) {
            // There is nobody left to tell that nothing can be told.
            static_cast<void>(::write(STDERR_FILENO, part, std::strlen(part)) < 0);
        }
    }
    // On return it happens again, and whoever had the signal before gets it: once, for he may give it back to us.
    for (std::size_t i = 0; i < signals.size(); ++i) {
        if (signals.at(i) == signal) {
            ::sigaction(signal, &before_us.at(i), nullptr);
            before_us.at(i) = {};
        }
    }
}

}  // namespace

void take_memory_faults() noexcept {
    struct sigaction ours {};
    ours.sa_sigaction = &say;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&ours.sa_mask);
    const std::scoped_lock lock(taking);
    for (std::size_t i = 0; i < signals.size(); ++i) {
        struct sigaction now {};
        ::sigaction(signals.at(i), nullptr, &now);
        if (now.sa_sigaction != &say) {
            before_us.at(i) = now;
            ::sigaction(signals.at(i), &ours, nullptr);
        }
    }
}

mapped_file_in_use::mapped_file_in_use(const std::string& path) noexcept : before_(path_in_use) {
    path_in_use = path.c_str();
}

mapped_file_in_use::~mapped_file_in_use() {
    path_in_use = before_;
}

}  // namespace bourse
