#pragma once

namespace CLI {
class App;
}  // namespace CLI

/// The commands of `bourse`. Each is a file of its own with one function, declared here and called in
/// command_line.cpp, that adds a subcommand whose callback does the work. A command that ends with
/// another exit code than `exit_code::done` throws `CLI::RuntimeError` with it.
namespace bourse {

/// All of them, and what `bourse` itself takes (command_line.cpp).
void add_all_commands(CLI::App& app);

void add_bench_command(CLI::App& app);   // bench_command.cpp
void add_node_command(CLI::App& app);    // node_command.cpp
void add_replay_command(CLI::App& app);  // replay_command.cpp
void add_verify_command(CLI::App& app);  // verify_command.cpp

// Those that talk to a node (remote.hpp).
void add_instrument_commands(CLI::App& app);  // instrument_command.cpp: instrument, halt, resume
void add_account_commands(CLI::App& app);     // account_command.cpp: account, user
void add_order_commands(CLI::App& app);       // order_command.cpp: order, cancel, replace
void add_view_commands(CLI::App& app);        // view_command.cpp: orders, portfolio, book, trades
void add_watch_command(CLI::App& app);        // watch_command.cpp
void add_load_command(CLI::App& app);         // load_command.cpp
void add_console_commands(CLI::App& app);     // console_command.cpp: console, status

}  // namespace bourse
