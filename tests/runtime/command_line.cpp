#include "runtime/command_line.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <doctest/doctest.h>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/commands.hpp"

namespace {

bourse::exit_code run(const char* argument) {
    const std::array<const char*, 2> arguments{"bourse", argument};
    return bourse::run_command_line(static_cast<int>(arguments.size()), arguments.data());
}

/// What is said on standard error when the command line is refused.
std::string refusal(std::initializer_list<const char*> arguments) {
    std::vector<const char*> all{"bourse"};
    all.insert(all.end(), arguments);
    const std::ostringstream said;
    std::streambuf* const before = std::cerr.rdbuf(said.rdbuf());
    const auto code = bourse::run_command_line(static_cast<int>(all.size()), all.data());
    std::cerr.rdbuf(before);
    CHECK(code == bourse::exit_code::usage);
    return said.str();
}

}  // namespace

TEST_CASE("bourse --version and --help end with exit code 0") {
    CHECK(run("--version") == bourse::exit_code::done);
    CHECK(run("--help") == bourse::exit_code::done);
}

TEST_CASE("the help of every command has an example, which is a line of bourse") {
    CLI::App app{"Bourse, a stock exchange", "bourse"};
    bourse::add_all_commands(app);
    unsigned seen = 0;
    const std::function<void(CLI::App&, const std::string&)> look = [&](CLI::App& at,
                                                                        const std::string& path) {
        const std::string help = at.help();
        const std::string begin = "Example: " + (&at == &app ? std::string("bourse ") : path);
        CHECK_MESSAGE(help.find(begin) != std::string::npos, path << " says: " << help);
        ++seen;
        for (CLI::App* each : at.get_subcommands({})) {
            if (!each->get_group().empty()) {  // what is not in the help needs none
                look(*each, path + " " + each->get_name());
            }
        }
    };
    look(app, "bourse");
    CHECK(seen >= 35);
}

TEST_CASE("an unknown option or command of bourse is wrong usage") {
    CHECK(run("--no-such-option") == bourse::exit_code::usage);
    CHECK(run("no_such_command") == bourse::exit_code::usage);
}

TEST_CASE("a refused command line is told what would be right") {
    CHECK(refusal({"bench", "jornal"}) ==
          "bourse bench: no command 'jornal', there are: match, journal, ladder; did you mean "
          "journal? "
          "'bourse bench --help' says more\n");
    CHECK(refusal({"bench"}) ==
          "bourse bench: a command is missing, there are: match, journal, ladder; "
          "'bourse bench --help' says more\n");
    CHECK(refusal({"bnech"}).starts_with(
        "bourse: no command 'bnech', there are: node, instrument, halt"));
    // CLI11's own words: "1 to 1000", since 2.4 "[1 - 1000]".
    const std::string out_of_range = refusal({"bench", "match", "--entry", "0"});
    CHECK(out_of_range.starts_with("bourse bench match: --entry: Value 0 not in range "));
    CHECK(out_of_range.ends_with("; 'bourse bench match --help' says more\n"));
    CHECK(out_of_range.find("1000") != std::string::npos);
    CHECK(refusal({"bench", "--fast"}) ==
          "bourse bench: no option '--fast'; 'bourse bench --help' says more\n");
}

TEST_CASE("with --json a refused command line is one document on standard output, too") {
    const auto document = [](std::initializer_list<const char*> arguments) {
        const std::ostringstream out;
        std::streambuf* const before = std::cout.rdbuf(out.rdbuf());
        const std::string said = refusal(arguments);
        std::cout.rdbuf(before);
        const std::string why = said.substr(said.find(": ") + 2, std::string::npos);
        CHECK(out.str() == R"({"error":{"kind":"usage","why":")" + why.substr(0, why.size() - 1) +
                               R"(","retry_after_ms":0}})" + "\n");
    };
    document({"book", "--json", "--fast"});
    document({"bench", "jornal", "--json"});
    document({"cancel", "alice", "5", "--symbol", "AAPL", "--json"});
    document({"order", "--json"});
    const std::ostringstream out;
    std::streambuf* const before = std::cout.rdbuf(out.rdbuf());
    static_cast<void>(refusal({"book", "--fast"}));
    std::cout.rdbuf(before);
    CHECK(out.str().empty());
}
