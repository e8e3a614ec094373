#include "runtime/fault.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "runtime/client/json_text.hpp"

namespace bourse {

void end_command(const command_fault& with, exit_code code, bool json) {
    std::cerr << with.command << ": " << with.why << '\n';
    if (json) {
        json_text out;
        out.begin('{').key("error").begin('{').key("kind").text(with.kind).key("why").text(
            with.why);
        out.key("retry_after_ms").number(with.retry_after_ms).end().end();
        std::cout << out.str() << '\n' << std::flush;
    }
    throw CLI::RuntimeError(static_cast<int>(code));
}

}  // namespace bourse
