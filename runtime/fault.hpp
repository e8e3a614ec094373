#pragma once

#include <cstdint>
#include <string>

#include "runtime/exit_code.hpp"

namespace bourse {

/// How a command went wrong.
struct command_fault {
    std::string command;  ///< as it was written: "bourse order"
    std::string kind;     ///< one word for programs
    std::string why;      ///< for people: what was wrong, and what would be right
    std::uint32_t retry_after_ms = 0;
};

/// What programs read of it: {"error":{"kind","why","retry_after_ms"}}.
[[nodiscard]] std::string fault_json(const command_fault& with);
/// Says it on standard error, with --json also on standard output, and ends the command with the exit code, by an exception of CLI11.
[[noreturn]] void end_command(const command_fault& with, exit_code code, bool json);

}  // namespace bourse
