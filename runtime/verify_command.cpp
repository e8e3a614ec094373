#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "runtime/commands.hpp"
#include "runtime/exit_code.hpp"
#include "runtime/fault.hpp"
#include "runtime/verify/verify.hpp"

namespace bourse {
namespace {

struct verify_arguments {
    std::string data = "./bourse-data";
    std::string acks;
    bool json = false;
};

void run_verify(const verify_arguments& arguments) {
    verify_options options{.data = arguments.data, .acks = {}, .progress = {}};
    if (!arguments.acks.empty()) {
        options.acks = arguments.acks;
    }
    options.progress = [](const std::string& what) { std::cerr << what << '\n'; };
    const auto found = verify(options);
    if (!found) {
        end_command(
            {"bourse verify", std::string(to_string(found.error().code)), found.error().what, 0},
            exit_code::refused, arguments.json);
    }
    std::cout << (arguments.json ? verify_json(*found) : verify_text(*found));
    if (!found->ok()) {
        throw CLI::RuntimeError(static_cast<int>(exit_code::refused));
    }
}

}  // namespace

void add_verify_command(CLI::App& app) {
    auto arguments = std::make_shared<verify_arguments>();
    CLI::App* const verify = app.add_subcommand(
        "verify",
        "Looks, off line, at all that a node keeps: journal and checkpoint, the log replayed, "
        "digests, rows, "
        "events, value, orders against reservations, the history. Changes nothing; exit code 1 if "
        "anything is wrong");
    verify->add_option("--data", arguments->data, "The folder of a node that does not run")
        ->capture_default_str();
    verify->add_option("--acks", arguments->acks,
                       "A file of acknowledged orders, one a line, ORDER_ID CLIENT_ID SYMBOL as "
                       "'bourse load --acks' writes it: each must be there exactly once");
    verify->add_flag("--json", arguments->json, "One JSON object instead of a table");
    verify->footer("Example: bourse verify --data ./bourse-data --acks acks.txt --json");
    verify->callback([arguments] { run_verify(*arguments); });
}

}  // namespace bourse
