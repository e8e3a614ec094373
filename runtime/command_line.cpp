#include "runtime/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/client/names.hpp"
#include "runtime/commands.hpp"
#include "runtime/fault.hpp"

namespace bourse {

namespace {

/// What is wrong with the command line, where, and what would be right.
command_fault explain(const CLI::App* app, const CLI::Error& error) {
    const CLI::App* at = app;
    std::string path = app->get_name();
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().front();
        path += " " + at->get_name();
    }
    std::string known;
    std::vector<std::string> names;
    const auto is_shown = [](const CLI::App* each) { return !each->get_group().empty(); };
    for (const CLI::App* each : at->get_subcommands(is_shown)) {
        known += (known.empty() ? "" : ", ") + each->get_name();
        names.push_back(each->get_name());
    }
    const std::vector<std::string> unknown = at->remaining();
    const std::string more = "; '" + path + " --help' says more";
    const auto wrong = [&](std::string why) {
        return command_fault{path, "usage", std::move(why), 0};
    };
    if (!unknown.empty() && unknown.front().starts_with("-")) {
        return wrong("no option '" + unknown.front() + "'" + more);
    }
    if (known.empty()) {
        return wrong(error.what() + more);
    }
    if (unknown.empty()) {
        return wrong("a command is missing, there are: " + known + more);
    }
    const std::string meant = did_you_mean(unknown.front(), names);
    return wrong("no command '" + unknown.front() + "', there are: " + known +
                 (meant.empty() ? more : meant + more.substr(1)));
}

/// What every option refuses: a value that is there and empty is a mistake, as an unset variable of a script. Of the
/// commands below, too.
void refuse_empty_values(CLI::App& app) {
    const CLI::Validator not_empty(
        [](const std::string& value) {
            return value.empty() ? "its value is empty: give one, or leave it out" : "";
        },
        "");
    for (CLI::Option* each : app.get_options()) {
        if (each->get_items_expected_max() > 0) {
            each->check(not_empty);
        }
    }
    for (CLI::App* each : app.get_subcommands({})) {
        refuse_empty_values(*each);
    }
}

/// What CLI11 caught, said, in our exit codes: its own for a wrong command line are above 100. Help and the version are no faults.
exit_code say_fault(const CLI::App& app, const CLI::ParseError& error, bool is_json) {
    if (error.get_exit_code() == 0) {
        static_cast<void>(app.exit(error));
        return exit_code::done;
    }
    const command_fault why = explain(&app, error);
    std::cerr << why.command << ": " << why.why << '\n';
    if (is_json) {
        std::cout << fault_json(why) << '\n' << std::flush;
    }
    return exit_code::usage;
}

}  // namespace

void add_all_commands(CLI::App& app) {
    app.set_version_flag("--version", "bourse " BOURSE_VERSION);
    app.require_subcommand(0, 1);
    app.footer("Example: bourse node --data ./bourse-data, and then bourse status");
    add_node_command(app);
    add_instrument_commands(app);
    add_account_commands(app);
    add_order_commands(app);
    add_view_commands(app);
    add_watch_command(app);
    add_console_commands(app);
    add_load_command(app);
    add_replay_command(app);
    add_bench_command(app);
    add_verify_command(app);
    refuse_empty_values(app);
}

exit_code run_command_line(int argc, const char* const* argv) {
    CLI::App app{"Bourse, a stock exchange", "bourse"};
    add_all_commands(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::RuntimeError& ended) {  // a command that ends with an exit code of ours
        return static_cast<exit_code>(ended.get_exit_code());
    } catch (const CLI::ParseError& error) {
        // Whether JSON was asked for, where nothing else of the line may have been understood.
        const bool is_json = std::any_of(
            argv, argv + argc, [](const char* each) { return std::string_view(each) == "--json"; });
        return say_fault(app, error, is_json);
    }
    if (app.get_subcommands().empty()) {
        std::cout << app.help();
    }
    return exit_code::done;
}

}  // namespace bourse
