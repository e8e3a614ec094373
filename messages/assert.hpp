#pragma once

#include <cstdio>
#include <cstdlib>

namespace bourse {

/// Of this thread: is told of a violated assertion first, and may throw. For who can throw away what is half done, as a replica
/// can with an entry that it is applying; not beyond a function that is `noexcept`: there the process ends all the same.
using assertion_handler = void (*)(const char* condition, const char* file, int line);
inline constinit thread_local assertion_handler on_assertion = nullptr;

/// Says what was violated and ends the process, which then recovers from its log.
[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) {
    if (on_assertion != nullptr) {
        on_assertion(condition, file, line);
    }
    std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    std::abort();
}

}  // namespace bourse

/// A bug of ours if false; on in every build. Never for data from outside.
#define BOURSE_ASSERT(condition)                         \
    (static_cast<bool>(condition) ? static_cast<void>(0) \
                                  : ::bourse::assertion_failed(#condition, __FILE__, __LINE__))
