#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "runtime/client/json_text.hpp"
#include "runtime/commands.hpp"
#include "runtime/remote.hpp"
#include "runtime/table_text.hpp"

// `bourse console` and `bourse status`: what is running.
namespace bourse {
namespace {

struct console_arguments {
    remote_arguments remote;
    std::string what, name;
};

constexpr const char* known =
    "nodes, shards, actors, sessions, books, sinks, status; log-level LEVEL sets how much is "
    "logged; accept-clock trusts a clock that has jumped; make-void ENTRY skips an entry that a "
    "shard cannot apply";

void print(const remote& at, const table_answer& table) {
    if (!at.is_json()) {
        std::cout << table_text(table.columns, table.rows) << std::flush;
        return;
    }
    json_text out;
    out.begin('{').key("rows").begin('[');
    for (const auto& row : table.rows) {
        out.begin('{');
        for (std::size_t i = 0; i < table.columns.size() && i < row.size(); ++i) {
            out.key(table.columns[i]).text(row[i]);
        }
        out.end();
    }
    say(out.end().end().str());
}

/// Reads commands until there are no more; a refusal is said, and the next is read.
void converse(remote& at) {
    const bool is_terminal = ::isatty(STDIN_FILENO) != 0;
    const auto prompt = [&] {
        if (is_terminal) {
            std::cout << "bourse> " << std::flush;
        }
    };
    prompt();
    for (std::string line; std::getline(std::cin, line); prompt()) {
        std::istringstream words(line);
        console_request asked;
        words >> asked.what >> asked.name;
        if (asked.what == "quit" || asked.what == "exit") {
            return;
        }
        if (asked.what == "help") {
            std::cout << known << "; quit\n";
        } else if (!asked.what.empty()) {
            const auto answer = expect<table_answer>(at.session().ask(asked));
            if (const auto* const refused = std::get_if<request_refused>(&answer)) {
                std::cerr << refused->why << '\n';
            } else {
                print(at, std::get<table_answer>(answer));
            }
        }
    }
}

}  // namespace

void add_console_commands(CLI::App& app) {
    auto asked = std::make_shared<console_arguments>();
    CLI::App* const console = add_remote_command(
        app, "console", "Shows what is running; without arguments it reads commands",
        "bourse console actors, or bourse console books AAPL", asked->remote);
    console->add_option("what", asked->what, known);
    console->add_option("name", asked->name, "One of them (default: all)");
    console->callback([asked] {
        remote at("bourse console", asked->remote);
        if (asked->what.empty()) {
            converse(at);
        } else {
            print(at, at.ask<table_answer>(console_request{asked->what, asked->name}));
        }
    });
    auto of_status = std::make_shared<remote_arguments>();
    CLI::App* const status =
        add_remote_command(app, "status", "How the node is", "bourse status --json", *of_status);
    status->callback([of_status] {
        remote at("bourse status", *of_status);
        print(at, at.ask<table_answer>(console_request{.what = "status", .name = {}}));
    });
}

}  // namespace bourse
