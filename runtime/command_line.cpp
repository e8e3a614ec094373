#include "runtime/command_line.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "runtime/commands.hpp"

namespace bourse {

namespace {

/// What CLI11 caught, in our exit codes: its own for a wrong command line are above 100.
exit_code report(const CLI::App& app, const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? exit_code::done : exit_code::usage;
}

}  // namespace

exit_code run_command_line(int argc, const char* const* argv) {
    CLI::App app{"Bourse, a stock exchange", "bourse"};
    app.set_version_flag("--version", "bourse " BOURSE_VERSION);
    app.require_subcommand(0, 1);
    add_bench_command(app);
    add_replay_command(app);

    try {
        app.parse(argc, argv);
    } catch (const CLI::RuntimeError& ended) {  // a command that ends with an exit code of ours
        return static_cast<exit_code>(ended.get_exit_code());
    } catch (const CLI::ParseError& error) {
        return report(app, error);
    }
    if (app.get_subcommands().empty()) {
        std::cout << app.help();
    }
    return exit_code::done;
}

}  // namespace bourse
