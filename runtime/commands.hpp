#pragma once

namespace CLI {
class App;
}  // namespace CLI

/// The commands of `bourse`. Each is a file of its own with one function, declared here and called in
/// command_line.cpp, that adds a subcommand whose callback does the work. A command that ends with
/// another exit code than `exit_code::done` throws `CLI::RuntimeError` with it.
namespace bourse {

void add_bench_command(CLI::App& app);   // bench_command.cpp
void add_node_command(CLI::App& app);    // node_command.cpp
void add_replay_command(CLI::App& app);  // replay_command.cpp

}  // namespace bourse
