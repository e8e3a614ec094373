#pragma once

#include <string>
#include <utility>

#include "messages/assert.hpp"

namespace bourse {

/// What did not hold, as it was written; thrown within an `assertion_scope`.
struct violated_assertion {
    const char* condition = "";
    const char* file = "";
    int line = 0;
};

/// `FILE:LINE: CONDITION`.
[[nodiscard]] inline std::string to_text(const violated_assertion& bug) {
    return std::string(bug.file) + ":" + std::to_string(bug.line) + ": " + bug.condition;
}

/// While it exists, assertions of this thread throw `violated_assertion`.
class assertion_scope {
public:
    assertion_scope() noexcept : before_(std::exchange(on_assertion, throw_it)) {}
    ~assertion_scope() { on_assertion = before_; }
    assertion_scope(const assertion_scope&) = delete;
    assertion_scope& operator=(const assertion_scope&) = delete;

private:
    static void throw_it(const char* condition, const char* file, int line) {
        throw violated_assertion{condition, file, line};
    }

    assertion_handler before_;
};

}  // namespace bourse
