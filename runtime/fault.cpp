#include "runtime/fault.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "runtime/client/json_text.hpp"

namespace bourse {

std::string fault_json(const command_fault& with) {
    json_text out;
    out.begin('{').key("error").begin('{').key("kind").text(with.kind).key("why").text(with.why);
    return out.key("retry_after_ms").number(with.retry_after_ms).end().end().str();
}

void end_command(const command_fault& with, exit_code code, bool json) {
    std::cerr << with.command << ": " << with.why << '\n';
    if (json) {
        std::cout << fault_json(with) << '\n' << std::flush;
    }
    throw CLI::RuntimeError(static_cast<int>(code));
}

}  // namespace bourse
