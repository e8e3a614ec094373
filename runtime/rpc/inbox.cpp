#include "runtime/rpc/inbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "messages/assert.hpp"

namespace bourse {

wake_signal::wake_signal() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    BOURSE_ASSERT(descriptor_ >=
                  0);  // as a process that may open no more files cannot serve either
}

wake_signal::~wake_signal() {
    ::close(descriptor_);
}

void wake_signal::raise() const noexcept {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then it is readable.
    [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
}

void wake_signal::lower() const noexcept {
    std::uint64_t count = 0;
    // Fails only when it is zero.
    [[maybe_unused]] const auto read = ::read(descriptor_, &count, sizeof count);
}

}  // namespace bourse
