#pragma once

#include <cstdio>
#include <cstdlib>

namespace bourse {

/// Says what was violated and ends the process, which then recovers from its log.
[[noreturn]] inline void assertion_failed(const char* condition, const char* file,
                                          int line) noexcept {
    std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    std::abort();
}

}  // namespace bourse

/// A bug of ours if false; on in every build. Never for data from outside.
#define BOURSE_ASSERT(condition)                         \
    (static_cast<bool>(condition) ? static_cast<void>(0) \
                                  : ::bourse::assertion_failed(#condition, __FILE__, __LINE__))
