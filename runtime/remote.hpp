#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "runtime/client/client.hpp"
#include "runtime/client/json_text.hpp"
#include "runtime/client/names.hpp"
#include "runtime/exit_code.hpp"
#include "runtime/fault.hpp"

namespace CLI {
class App;
}  // namespace CLI

/// What all commands that talk to a node have in common: options, the session, and how they say that it went wrong.
namespace bourse {

struct remote_arguments {
    std::string server = "127.0.0.1:7400";
    std::string key_file = "./bourse-data/operator.key";
    bool json = false;
    bool tls = false;
    std::string authority_file;
    std::string tls_name;
};

/// --server, --key-file, --json, --tls, --ca, --tls-name, and BOURSE_SERVER and BOURSE_KEY_FILE for the first two.
void add_remote_options(CLI::App& sub, remote_arguments& arguments);

/// A subcommand with these options, whose help ends with an example.
[[nodiscard]] CLI::App* add_remote_command(CLI::App& to, const std::string& name,
                                           const std::string& what, const std::string& example,
                                           remote_arguments& arguments);

/// A session for a command. Whatever fails is said on standard error (with --json also on standard output, as
/// {"error":{"kind","why","retry_after_ms"}}) and ends the command with its exit code, by an exception of CLI11.
class remote {
public:
    /// `command` as it was written: "bourse order".
    remote(std::string called, remote_arguments arguments, client_options more = {});

    [[nodiscard]] client& session() noexcept { return *session_; }
    [[nodiscard]] const std::string& server() const noexcept { return arguments_.server; }
    [[nodiscard]] market_names& names() noexcept { return *names_; }
    [[nodiscard]] bool is_json() const noexcept { return arguments_.json; }
    /// As it was written: "bourse order".
    [[nodiscard]] const std::string& command() const noexcept { return command_; }
    /// Another session with the same key, for those who want several.
    [[nodiscard]] std::unique_ptr<client> another(std::shared_ptr<client_loop> loop) const;

    template <typename Answer>
    [[nodiscard]] Answer ask(session_request request) {
        return take<Answer>(session_->ask(std::move(request)));
    }
    template <typename Answer>
    [[nodiscard]] Answer take(session_answer answer) {
        auto expected = expect<Answer>(std::move(answer));
        if (const auto* const refused = std::get_if<request_refused>(&expected)) {
            fail(*refused);
        }
        return std::get<Answer>(std::move(expected));
    }
    /// The value, or the end of the command: names that are not known, numbers that cannot be.
    template <typename Value>
    [[nodiscard]] Value need(result<Value> found) {
        if (!found) {
            fail(found.error());
        }
        return *std::move(found);
    }

    [[noreturn]] void fail(const request_refused& why) const;
    /// As `fail` says it, for those who go on.
    [[nodiscard]] command_fault fault_of(const request_refused& why) const;
    [[noreturn]] void fail(const error& why) const;
    /// What was understood and refused in one way or another.
    [[noreturn]] void refuse(const std::string& kind, const std::string& why) const;
    /// The command line itself is wrong.
    [[noreturn]] void misused(const std::string& why) const;
    /// Says "bourse order: waiting for 127.0.0.1:7400", on standard error.
    [[nodiscard]] const std::function<void()>& says_waiting() const noexcept {
        return options_.waits;
    }
    /// Misused unless it is a decimal number above zero: what no exchange would take needs no asking.
    void need_above_zero(const std::string& what, const std::string& text) const;

private:
    [[noreturn]] void end(exit_code code, const std::string& kind, const std::string& why,
                          std::uint32_t retry_after_ms) const;

    std::string command_;
    remote_arguments arguments_;
    client_options options_;
    std::unique_ptr<client> session_;
    std::unique_ptr<market_names> names_;
};

/// Prints to standard output, with a line end.
void say(const std::string& text);

/// Says that something is done: the text, or with --json {"done":true,"text"}.
void print_done(const remote& at, const std::string& text);

/// One side of a book: [[price,quantity,orders]…].
void write_levels(json_text& out, const std::vector<level_line>& levels,
                  const instrument_record& units);

/// A line on standard error that is written over: how far something is. Nothing unless standard error is a terminal,
/// but for a line every ten seconds.
class progress_line {
public:
    explicit progress_line(std::string what) : what_(std::move(what)) {}
    ~progress_line();
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;
    /// `all` zero: nobody knows.
    void at(std::uint64_t done, std::uint64_t all);

private:
    std::string what_;
    std::int64_t shown_ms_ = 0;
    bool is_shown_ = false;
};

}  // namespace bourse
