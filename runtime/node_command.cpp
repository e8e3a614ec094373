#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "messages/reason.hpp"
#include "runtime/client/words.hpp"
#include "runtime/commands.hpp"
#include "runtime/exit_code.hpp"
#include "runtime/gateway/gateway.hpp"
#include "runtime/node/log.hpp"
#include "runtime/node/node.hpp"
#include "runtime/node/node_config.hpp"
#include "runtime/rpc/address.hpp"

namespace bourse {
namespace {

struct node_arguments {
    std::string data;
    std::string listen;
    std::string config;
    bool insecure = false;
};

[[noreturn]] void refuse(const error& why, exit_code code = exit_code::refused) {
    std::cerr << "bourse node: " << why.what << '\n';
    throw CLI::RuntimeError(static_cast<int>(code));
}

node_config_file settings_of(const node_arguments& arguments) {
    node_config_file settings;
    if (!arguments.config.empty()) {
        if (auto read = read_node_config(arguments.config, settings); !read) {
            refuse(read.error());
        }
    }
    if (!arguments.data.empty()) {
        settings.node.data = arguments.data;
    }
    if (!arguments.listen.empty()) {
        if (auto read = parse_address(arguments.listen); !read) {
            refuse(read.error(), exit_code::usage);
        }
        settings.listen = arguments.listen;
    }
    settings.insecure = settings.insecure || arguments.insecure;
    return settings;
}

/// SIGTERM and SIGINT, and a node that failed, as one thing to wait for. Made before any other thread.
class stop_signal {
public:
    stop_signal() {
        sigemptyset(&set_);
        sigaddset(&set_, SIGTERM);
        sigaddset(&set_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
    }
    /// From any thread.
    void fail(const std::string& why) {
        node_log::fail("the node ends: " + why);
        has_failed_ = true;
        ::kill(::getpid(), SIGTERM);
    }
    /// Whether it was asked to end, and did not fail.
    [[nodiscard]] bool wait() {
        int which = 0;
        sigwait(&set_, &which);
        return !has_failed_;
    }

private:
    sigset_t set_{};
    std::atomic<bool> has_failed_{false};
};

void add_tables(node& of, const gateway& at) {
    of.add_table("log-level", [](const std::string& level) -> session_answer {
        if (!level.empty()) {
            if (const auto set = node_log::set_level(level); !set) {
                return request_refused{request_refused::kind::malformed, set.error().what, 0};
            }
        }
        return table_answer{{"level"}, {{node_log::level()}}};
    });
    of.add_table("gateway", [&at](const std::string&) {
        const gateway_counts counts = at.counts();
        return table_answer{{"connections", "sessions", "in_flight", "calls", "refused"},
                            {{std::to_string(counts.connections), std::to_string(counts.sessions),
                              std::to_string(counts.calls_in_flight), std::to_string(counts.calls),
                              std::to_string(counts.calls_refused)}}};
    });
}

/// Into the node's log, each field with its name.
class logged_activity final : public activity_log {
public:
    [[nodiscard]] bool wants(level at) const noexcept override {
        return node_log::wants(level_of(at));
    }
    void write(level at, const activity& what) override {
        const auto number = [](std::uint64_t value) {
            return value == 0 ? std::string() : std::to_string(value);
        };
        node_log::say(
            level_of(at), what.what,
            {{"trace", what.trace},
             {"user", what.user},
             {"account", number(what.account.value)},
             {"order", number(what.order.value)},
             {"symbol", number(what.symbol.value)},
             {"client", client_id_text(what.client)},
             {"outcome",
              what.outcome == event_kind::none ? std::string() : std::string(word(what.outcome))},
             {"reason",
              what.why == reason::none ? std::string() : std::string(to_string(what.why))}});
    }

private:
    static log_level level_of(level at) noexcept {
        return at == level::debug  ? log_level::debug
               : at == level::info ? log_level::info
                                   : log_level::warning;
    }
};

void run_node(const node_arguments& arguments) {
    node_config_file settings = settings_of(arguments);
    if (auto begun = node_log::begin(settings.log_level, settings.log_as); !begun) {
        refuse(begun.error());
    }
    gateway_options at;
    at.listen = settings.listen;
    at.certificate_file = settings.certificate_file;
    at.private_key_file = settings.private_key_file;
    at.insecure = settings.insecure;
    // Before anything is made or begun: a node that cannot serve leaves nothing behind.
    auto place = gateway::prepare(at);
    if (!place) {
        refuse(place.error());
    }
    stop_signal end;
    node_log::info("the node starts", {{"data", settings.node.data}});
    settings.node.log = std::make_shared<logged_activity>();
    auto opened = node::open(settings.node);
    if (!opened) {
        refuse(opened.error());
    }
    node& running = **opened;
    running.on_failure([&end](const std::string& why) { end.fail(why); });
    auto serving = gateway::start(running.port(), at, std::move(*place));
    if (!serving) {
        running.stop();
        refuse(serving.error());
    }
    add_tables(running, **serving);
    const std::string address = (*serving)->address();
    node_log::info("the node is ready", {{"rpc", address}});
    std::cout << "ready rpc=" << address << std::endl;
    const bool was_asked = end.wait();
    node_log::info("the node stops");
    (*serving)->stop();
    running.stop();
    node_log::info("the node has stopped");
    if (!was_asked) {
        throw CLI::RuntimeError(static_cast<int>(exit_code::refused));
    }
}

}  // namespace

void add_node_command(CLI::App& app) {
    auto arguments = std::make_shared<node_arguments>();
    CLI::App* const node = app.add_subcommand(
        "node", "Runs a node: an exchange on this machine, until SIGTERM or Ctrl-C");
    node->add_option("--data", arguments->data, "Its folder (default: ./bourse-data)");
    node->add_option("--listen", arguments->listen,
                     "Where clients reach it, HOST:PORT (default: 127.0.0.1:7400)");
    node->add_option("--config", arguments->config,
                     "A TOML file; what is given here goes before it");
    node->add_flag("--insecure", arguments->insecure,
                   "Serve others than this machine without TLS: everybody on the way can read keys "
                   "and orders");
    node->footer(
        "Prints 'ready rpc=HOST:PORT' once it serves. The first start writes the operator's key "
        "to\n"
        "DATA/operator.key. Ends with 0 when asked to, with 1 when it cannot go on.\n\n"
        "Example: bourse node --data ./bourse-data --listen 127.0.0.1:7400");
    node->callback([arguments] { run_node(*arguments); });
}

}  // namespace bourse
