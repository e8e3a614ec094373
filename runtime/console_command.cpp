#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/client/json_text.hpp"
#include "runtime/client/words.hpp"
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

/// A word of the console, and what may follow it.
struct console_word {
    std::string_view word, with, does;
    bool is_table = false;  ///< asking changes nothing, so it may be asked again for what there is
};
constexpr std::array console_words{
    console_word{"status", "", "how the node is", true},
    console_word{"nodes", "", "this node's number, how often it was started, its folder", true},
    console_word{"shards", "", "the log of each shard, and what waits for it", true},
    console_word{"actors", "[KIND or NAME]", "who is at work, and how much waits for each", true},
    console_word{"sessions", "[USER or NUMBER]", "who is logged in", true},
    console_word{"books", "[SYMBOL]", "each book's state, orders and trades", true},
    console_word{"sinks", "", "how far each copy of what happened is behind", true},
    console_word{"gateway", "", "connections and calls of clients", true},
    console_word{"log-level", "[LEVEL]", "how much is logged; with a level, from now on so much"},
    console_word{"accept-clock", "", "trusts a clock that has jumped"},
    console_word{"make-void", "ENTRY", "skips the entry that a shard is stuck at"},
};
/// While the node is gone, an operator may start it again.
constexpr duration tried_again_for{3'600 * ns_of_second};

std::vector<std::string> all_words() {
    std::vector<std::string> all;
    all.reserve(console_words.size());
    for (const console_word& each : console_words) {
        all.emplace_back(each.word);
    }
    return all;
}

const console_word* find_word(std::string_view word) {
    const auto* const found = std::find_if(console_words.begin(), console_words.end(),
                                           [&](const auto& each) { return each.word == word; });
    return found == console_words.end() ? nullptr : found;
}

bool is_help(std::string_view word) {
    return word == "help" || word == "?";
}

void print(bool is_json, const table_answer& table) {
    if (!is_json) {
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

void print_help(bool is_json) {
    table_answer help;
    help.columns = is_json ? std::vector<std::string>{"command", "argument", "does"}
                           : std::vector<std::string>{"command", "", "what it shows or does"};
    for (const console_word& each : console_words) {
        help.rows.push_back(
            {std::string(each.word), std::string(each.with), std::string(each.does)});
    }
    help.rows.push_back({"help", "", "this"});
    help.rows.push_back({"quit", "", "ends the console, as Ctrl-D and Ctrl-C do"});
    print(is_json, help);
}

/// What was probably meant with a word, or a name in a table, that there is not.
std::string meant(remote& at, const console_request& asked) {
    const console_word* const word = find_word(asked.what);
    if (word == nullptr) {
        return did_you_mean(asked.what, all_words());
    }
    if (!word->is_table || asked.name.empty()) {
        return "";
    }
    const auto all = expect<table_answer>(at.session().ask(console_request{asked.what, ""}));
    std::vector<std::string> names;
    if (const auto* const table = std::get_if<table_answer>(&all)) {
        for (const auto& row : table->rows) {
            // What lines are called by: the first two of their columns.
            names.insert(names.end(), row.begin(),
                         row.begin() + std::min<std::ptrdiff_t>(2, std::ssize(row)));
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return did_you_mean(asked.name, names);
}

std::variant<table_answer, request_refused> ask(remote& at, const console_request& asked) {
    auto answer = expect<table_answer>(at.session().ask(asked));
    if (auto* const refused = std::get_if<request_refused>(&answer)) {
        if (refused->what == request_refused::kind::not_found) {
            refused->why += meant(at, asked);
        } else if (refused->what == request_refused::kind::unavailable) {
            refused->why +=
                "; the console goes on trying to reach it: give the command again in a moment";
        }
    }
    return answer;
}

/// A line as it was typed: false if it cannot be a command.
bool read_words(const std::string& line, console_request& asked, std::string& fault) {
    std::istringstream words(line);
    std::string more;
    words >> asked.what >> asked.name >> more;
    const console_word* const word = find_word(asked.what);
    if (!more.empty() || (word != nullptr && word->with.empty() && !asked.name.empty())) {
        fault = "'" + (more.empty() ? asked.name : more) + "' is too much: the command is '" +
                std::string(word != nullptr ? word->word : asked.what) +
                (word == nullptr || word->with.empty() ? "" : " " + std::string(word->with)) + "'";
        return false;
    }
    return true;
}

/// Reads commands until there are no more; a refusal is said, and the next is read. Returns whether one was refused.
bool converse(remote& at) {
    const bool is_terminal = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
    bool was_refused = false;
    const auto say_fault = [&](const command_fault& fault) {
        was_refused = true;
        std::cerr << fault.why << '\n' << std::flush;
        if (at.is_json()) {
            say(fault_json(fault));
        }
    };
    const auto prompt = [&] {
        if (is_terminal) {
            std::cout << "bourse> " << std::flush;
        }
    };
    // Whoever may not use it hears so now.
    const auto status = at.ask<table_answer>(console_request{"status", ""});
    if (is_terminal) {
        std::cout << "Connected to " << at.server() << " as " << at.session().who().user
                  << ". 'help' shows what there is; 'quit' or Ctrl-D ends.\n";
        print(at.is_json(), status);
    }
    prompt();
    std::string line;
    for (; std::getline(std::cin, line); prompt()) {
        console_request asked;
        std::string fault;
        if (!read_words(line, asked, fault)) {
            say_fault({at.command(), "usage", fault});
        } else if (asked.what == "quit" || asked.what == "exit") {
            return was_refused && !is_terminal;
        } else if (is_help(asked.what)) {
            print_help(at.is_json());
        } else if (!asked.what.empty()) {
            const auto answer = ask(at, asked);
            if (const auto* const refused = std::get_if<request_refused>(&answer)) {
                say_fault(at.fault_of(*refused));
            } else {
                print(at.is_json(), std::get<table_answer>(answer));
            }
        }
    }
    if (is_terminal) {
        std::cout << '\n' << std::flush;  // what comes after does not stand behind the prompt
    }
    return was_refused && !is_terminal;
}

void run_console(const console_arguments& asked) {
    if (is_help(asked.what)) {
        print_help(asked.remote.json);
        return;
    }
    client_options more;
    if (asked.what.empty()) {
        more.reconnect_for = tried_again_for;
    }
    remote at("bourse console", asked.remote, more);
    if (asked.what.empty()) {
        if (converse(at)) {
            throw CLI::RuntimeError(static_cast<int>(exit_code::refused));
        }
        return;
    }
    console_request wanted;
    std::string fault;
    if (!read_words(asked.what + " " + asked.name, wanted, fault)) {
        at.misused(fault);
    }
    const auto answer = ask(at, wanted);
    if (const auto* const refused = std::get_if<request_refused>(&answer)) {
        at.fail(*refused);
    }
    print(at.is_json(), std::get<table_answer>(answer));
}

}  // namespace

void add_console_commands(CLI::App& app) {
    auto asked = std::make_shared<console_arguments>();
    CLI::App* const console = add_remote_command(
        app, "console", "Shows what is running; without arguments it reads commands",
        "bourse console actors, or bourse console books AAPL; 'bourse console help' explains each",
        asked->remote);
    std::string known;
    for (const std::string& each : all_words()) {
        known += each + ", ";
    }
    console->add_option("what", asked->what, known + "help");
    console->add_option("name", asked->name, "One of them (default: all)");
    console->callback([asked] { run_console(*asked); });
    auto of_status = std::make_shared<remote_arguments>();
    CLI::App* const status =
        add_remote_command(app, "status", "How the node is", "bourse status --json", *of_status);
    status->callback([of_status] {
        remote at("bourse status", *of_status);
        print(at.is_json(), at.ask<table_answer>(console_request{.what = "status", .name = {}}));
    });
}

}  // namespace bourse
