#include "runtime/remote.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>

#include "actors/directory/units.hpp"
#include "messages/decimal.hpp"
#include "runtime/client/json_text.hpp"
#include "runtime/client/words.hpp"

namespace bourse {
namespace {

constexpr std::int64_t first_after_ms = 700;
constexpr std::int64_t terminal_every_ms = 200;
constexpr std::int64_t file_every_ms = 10'000;
constexpr std::uint64_t percent = 100;
constexpr std::uint64_t bar_parts = 20;

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

/// The first line of the file.
result<std::string> read_key(const std::string& path) {
    std::ifstream file(path);
    std::string key;
    if (!file || !std::getline(file, key) || key.empty()) {
        return error{errc::unreadable,
                     "no key in '" + path +
                         "': give the file with --key-file or BOURSE_KEY_FILE. A node writes its "
                         "operator's key to DATA/operator.key when it first starts"};
    }
    return key;
}

}  // namespace

void add_remote_options(CLI::App& sub, remote_arguments& arguments) {
    sub.add_option("--server", arguments.server, "HOST:PORT of the node")
        ->envname("BOURSE_SERVER")
        ->capture_default_str();
    sub.add_option("--key-file", arguments.key_file, "The file with the key to log in with")
        ->envname("BOURSE_KEY_FILE")
        ->capture_default_str();
    sub.add_flag("--json", arguments.json, "JSON instead of text");
    sub.add_flag("--tls", arguments.tls, "Speak TLS, as the node does with a certificate");
    sub.add_option("--ca", arguments.authority_file,
                   "With --tls: trust the certificates in this PEM file only");
    sub.add_option("--tls-name", arguments.tls_name,
                   "With --tls: the name in the node's certificate, if it is not HOST");
}

CLI::App* add_remote_command(CLI::App& to, const std::string& name, const std::string& what,
                             const std::string& example, remote_arguments& arguments) {
    CLI::App* const made = to.add_subcommand(name, what);
    add_remote_options(*made, arguments);
    made->footer("Example: " + example);
    return made;
}

remote::remote(std::string called, remote_arguments arguments, client_options more)
    : command_(std::move(called)), arguments_(std::move(arguments)), options_(std::move(more)) {
    const auto key = read_key(arguments_.key_file);
    if (!key) {
        end(exit_code::usage, "unreadable", key.error().what, 0);
    }
    if (!arguments_.tls && !(arguments_.authority_file.empty() && arguments_.tls_name.empty())) {
        misused("--ca and --tls-name go with --tls: without it, nothing is encrypted");
    }
    options_.server = arguments_.server;
    options_.key = *key;
    options_.tls = arguments_.tls;
    options_.authority_file = arguments_.authority_file;
    options_.tls_name = arguments_.tls_name;
    options_.waits = [command = command_, server = arguments_.server] {
        // Where there is a bar, not behind it.
        std::cerr << (::isatty(STDERR_FILENO) != 0 ? "\r\x1B[K" : "") << command << ": waiting for "
                  << server << '\n'
                  << std::flush;
    };
    session_ = another(client_loop::start());
    names_ = std::make_unique<market_names>(*session_);
}

std::unique_ptr<client> remote::another(std::shared_ptr<client_loop> loop) const {
    auto made = client::connect(options_, std::move(loop));
    if (made) {
        return std::move(*made);
    }
    switch (made.error().code) {
        case errc::refused:
            end(exit_code::refused, "not_logged_in",
                made.error().what + "; the key is the first line of '" + arguments_.key_file +
                    "'. Give one that this node made, with --key-file or BOURSE_KEY_FILE: 'bourse "
                    "user add' prints one, and DATA/operator.key has the first",
                0);
        case errc::overloaded:
            end(exit_code::refused, "overloaded", made.error().what + "; again in a moment", 0);
        case errc::malformed:
        case errc::unreadable:
            end(exit_code::usage, "malformed", made.error().what, 0);
        default:
            end(exit_code::unreachable, "unreachable", made.error().what, 0);
    }
}

void remote::end(exit_code code, const std::string& kind, const std::string& why,
                 std::uint32_t retry_after_ms) const {
    end_command({command_, kind, why, retry_after_ms}, code, arguments_.json);
}

command_fault remote::fault_of(const request_refused& why) const {
    std::string text = why.why.empty() ? std::string(word(why.what)) : why.why;
    if (why.what == request_refused::kind::overloaded) {
        text += "; nothing was done: again in " + std::to_string(why.retry_after_ms) + " ms";
    } else if (why.what == request_refused::kind::unknown_outcome) {
        text = "nobody knows whether it was done: " + text;
    }
    return {command_, std::string(word(why.what)), text, why.retry_after_ms};
}

void remote::fail(const request_refused& why) const {
    end_command(fault_of(why), exit_code::refused, arguments_.json);
}

void remote::fail(const error& why) const {
    // A text that cannot be read is a mistake of who wrote it, whatever the exchange would say.
    end(why.code == errc::malformed ? exit_code::usage : exit_code::refused,
        why.code == errc::unknown ? "not_found" : std::string(to_string(why.code)), why.what, 0);
}

void remote::refuse(const std::string& kind, const std::string& why) const {
    end(exit_code::refused, kind, why, 0);
}

void remote::misused(const std::string& why) const {
    end(exit_code::usage, "usage", why + "; '" + command_ + " --help' says more", 0);
}

void remote::need_above_zero(const std::string& what, const std::string& text) const {
    const auto read = parse_decimal(text);
    if (!read) {
        misused(what + ": " + read.error().what);
    }
    if (read->digits <= 0) {
        misused(what + ": '" + text + "' is not above zero");
    }
}

void say(const std::string& text) {
    std::cout << text << '\n' << std::flush;
}

void print_done(const remote& at, const std::string& text) {
    if (at.is_json()) {
        json_text out;
        say(out.begin('{').key("done").truth(true).key("text").text(text).end().str());
    } else {
        say(text);
    }
}

void write_levels(json_text& out, const std::vector<level_line>& levels,
                  const instrument_record& units) {
    out.begin('[');
    for (const level_line& each : levels) {
        out.begin('[').text(price_text(each.price, units)).raw(quantity_text(each.lots, units));
        out.number(each.orders).end();
    }
    out.end();
}

progress_line::~progress_line() {
    if (is_shown_ && ::isatty(STDERR_FILENO) != 0) {
        std::cerr << "\r\x1B[K" << std::flush;
    }
}

void progress_line::at(std::uint64_t done, std::uint64_t all) {
    const std::int64_t now = now_ms();
    const bool is_terminal = ::isatty(STDERR_FILENO) != 0;
    if (shown_ms_ == 0) {
        shown_ms_ = now - (is_terminal ? terminal_every_ms : file_every_ms) + first_after_ms;
        return;
    }
    if (now - shown_ms_ < (is_terminal ? terminal_every_ms : file_every_ms)) {
        return;
    }
    shown_ms_ = now;
    is_shown_ = true;
    std::string text = what_ + " " + std::to_string(done);
    if (all != 0) {
        const std::uint64_t parts = std::min(done, all) * bar_parts / all;
        text += " of " + std::to_string(all) + " [" + std::string(parts, '#') +
                std::string(bar_parts - parts, '.') + "] " +
                std::to_string(std::min(done, all) * percent / all) + " %";
    }
    std::cerr << (is_terminal ? "\r\x1B[K" : "") << text << (is_terminal ? "" : "\n") << std::flush;
}

}  // namespace bourse
