#pragma once

#include "runtime/exit_code.hpp"

namespace bourse {

/// Runs the command that the arguments of `main` ask for. A wrong command line is explained on
/// standard error and gives `exit_code::usage`; exceptions of third parties leave it.
[[nodiscard]] exit_code run_command_line(int argc, const char* const* argv);

}  // namespace bourse
