#include "runtime/command_line.hpp"

#include <array>
#include <doctest/doctest.h>

namespace {

bourse::exit_code run(const char* argument) {
    const std::array<const char*, 2> arguments{"bourse", argument};
    return bourse::run_command_line(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

TEST_CASE("bourse --version and --help end with exit code 0") {
    CHECK(run("--version") == bourse::exit_code::done);
    CHECK(run("--help") == bourse::exit_code::done);
}

TEST_CASE("an unknown option or command of bourse is wrong usage") {
    CHECK(run("--no-such-option") == bourse::exit_code::usage);
    CHECK(run("no_such_command") == bourse::exit_code::usage);
}
