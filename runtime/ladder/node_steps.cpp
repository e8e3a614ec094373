#include "runtime/ladder/node_steps.hpp"

#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>

#include "messages/session_message.hpp"
#include "runtime/client/client.hpp"
#include "runtime/node/node.hpp"

namespace bourse {
namespace {

using asking = std::function<session_answer(session_request)>;

std::string fault_of_call(const session_answer& answer, std::size_t commands) {
    if (const auto* const refused = std::get_if<request_refused>(&answer)) {
        return refused->why.empty() ? "refused" : refused->why;
    }
    const auto* const done = std::get_if<submitted>(&answer);
    if (done == nullptr || done->outcomes.size() != commands) {
        return "a call has not as many outcomes as commands";
    }
    for (const command_outcome& each : done->outcomes) {
        const event& first = each.first.what;
        if (first.kind == event_kind::rejected || first.kind == event_kind::cancel_rejected ||
            first.kind == event_kind::command_refused || first.kind == event_kind::repeated) {
            return "an order was refused: " + std::string(to_string(first.reason));
        }
    }
    return {};
}

/// What a new node calls instruments and accounts, in the order in which they are made, is what the flow calls them: that is
/// checked, and everything else of the flow's market can be sent as it is.
class market_maker {
public:
    explicit market_maker(const asking& ask) : ask_(ask) {}

    outcome set_up(const shard_flow& flow) {
        std::vector<shard_command> rest;
        for (const entry& each : flow.setup) {
            for (const shard_command& what : each.commands) {
                if (const auto* const listed = std::get_if<list_instrument>(&what)) {
                    add(*listed->what);
                } else if (const auto* const opened = std::get_if<open_account>(&what)) {
                    open(opened->account);
                } else {
                    rest.push_back(what);
                }
            }
        }
        submit(rest);
        for (const entry& each : flow.fill) {
            submit(sent_now(each.commands));
        }
        check(flow.shape);
        return fault_ ? outcome(*fault_) : outcome(done{});
    }

private:
    template <typename Answer>
    std::optional<Answer> ask(session_request what) {
        if (fault_) {
            return std::nullopt;
        }
        auto answer = expect<Answer>(ask_(std::move(what)));
        if (auto* const refused = std::get_if<request_refused>(&answer)) {
            fault_ = error{errc::refused, "the market of the ladder: " + refused->why};
            return std::nullopt;
        }
        return std::move(std::get<Answer>(answer));
    }
    void add(const listing& terms) {
        add_instrument what;
        what.name = instrument_name(terms.rules.symbol.value);
        what.terms = terms;
        ask<done_answer>(what);
    }
    void open(account_id account) {
        open_named_account what;
        what.name = account_name(account.value);
        ask<done_answer>(what);
    }
    void submit(const std::vector<shard_command>& commands) {
        for (std::size_t from = 0; from < commands.size(); from += ladder_orders_per_call) {
            const std::size_t until =
                std::min<std::size_t>(from + ladder_orders_per_call, commands.size());
            const std::vector<shard_command> some(
                commands.begin() + static_cast<std::ptrdiff_t>(from),
                commands.begin() + static_cast<std::ptrdiff_t>(until));
            const auto done = ask<submitted>(submit_request{some});
            const std::string fault = done ? fault_of_call(*done, some.size()) : std::string();
            if (!fault.empty()) {
                fault_ = error{errc::refused, "the market of the ladder: " + fault};
            }
        }
    }
    void check(const machine_shape& shape) {
        const auto listed = ask<instruments_answer>(instruments_request{});
        const auto opened = ask<accounts_answer>(accounts_request{});
        if (!listed || !opened) {
            return;
        }
        bool is_right = listed->instruments.size() == shape.symbols;
        for (const instrument_line& each : listed->instruments) {
            is_right = is_right && each.name == instrument_name(each.terms.rules.symbol.value);
        }
        std::size_t found = 0;
        for (const account_line& each : opened->accounts) {
            found += each.name == account_name(each.id.value) ? 1U : 0U;
        }
        if (!is_right || found != shape.accounts) {
            fault_ = error{errc::refused, "the node has other names and numbers than the ladder"};
        }
    }
    static std::string instrument_name(std::uint32_t number) {
        return "LADDER-" + std::to_string(number);
    }
    static std::string account_name(std::uint32_t number) {
        return "ladder-" + std::to_string(number);
    }

    const asking& ask_;
    std::optional<error> fault_;
};

class node_inside final : public ladder_subject, private answer_box {
public:
    explicit node_inside(const ladder_workload& workload) : workload_(workload) {}
    ~node_inside() override {
        if (node_) {
            node_->stop();
        }
    }

    outcome open(const std::string& folder) {
        node_options options;
        options.data = folder;
        auto opened = node::open(options);
        if (!opened) {
            return opened.error();
        }
        node_ = *std::move(opened);
        const session_answer in = wait_for(++asked_, [&](std::uint64_t ask) {
            node_->port().log_in(ask, {.key = operator_key(folder), .peer = "ladder"}, *this);
        });
        const auto* const who = std::get_if<logged_in>(&in);
        if (who == nullptr) {
            return error{errc::refused, "the node does not let its operator in"};
        }
        session_ = who->session;
        const asking ask = [this](session_request what) {
            return wait_for(++asked_, [&](std::uint64_t number) {
                node_->port().ask(session_, number, std::move(what));
            });
        };
        outcome set_up = market_maker(ask).set_up(workload_.flow());
        first_ask_ = asked_ + 1;
        return set_up;
    }

    void give(std::size_t call) override {
        node_->port().ask(session_, first_ask_ + call, submit_request{workload_.call(call)});
    }

private:
    /// The answer to something that is asked before the first call.
    template <typename Ask>
    session_answer wait_for(std::uint64_t number, Ask ask) {
        std::promise<session_answer> promised;
        auto comes = promised.get_future();
        {
            const std::lock_guard lock(mutex_);
            awaited_.emplace(number, std::move(promised));
        }
        ask(number);
        return comes.get();
    }
    void put(session_number, std::uint64_t ask, session_answer what) override {
        {
            const std::lock_guard lock(mutex_);
            if (auto found = awaited_.extract(ask)) {
                found.mapped().set_value(std::move(what));
                return;
            }
        }
        if (first_ask_ != 0 && ask >= first_ask_) {
            const std::size_t call = ask - first_ask_;
            answer(call,
                   fault_of_call(what, call < workload_.batches() ? ladder_orders_per_call : 1));
        }
    }

    const ladder_workload& workload_;
    std::unique_ptr<node> node_;
    session_number session_{};
    std::uint64_t asked_ = 0;
    std::uint64_t first_ask_ = 0;
    std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::promise<session_answer>> awaited_;
};

class server_outside final : public ladder_subject {
public:
    server_outside(const ladder_workload& workload, std::unique_ptr<client> through)
        : workload_(workload), client_(std::move(through)) {}

    outcome set_up() {
        const asking ask = [this](session_request what) { return client_->ask(std::move(what)); };
        return market_maker(ask).set_up(workload_.flow());
    }
    void give(std::size_t call) override {
        std::vector<shard_command> commands = workload_.call(call);
        const std::size_t count = commands.size();
        client_->ask(submit_request{std::move(commands)},
                     [this, call, count](const session_answer& what) {
                         answer(call, fault_of_call(what, count));
                     });
    }

private:
    const ladder_workload& workload_;
    std::unique_ptr<client> client_;
};

}  // namespace

result<std::unique_ptr<ladder_subject>> actors_subject(const ladder_workload& workload,
                                                       const std::string& folder) {
    auto made = std::make_unique<node_inside>(workload);
    if (auto opened = made->open(folder); !opened) {
        return opened.error();
    }
    return std::unique_ptr<ladder_subject>(std::move(made));
}

result<std::unique_ptr<ladder_subject>> rpc_subject(const ladder_workload& workload,
                                                    const std::string& address,
                                                    const std::string& key) {
    client_options options;
    options.server = address;
    options.key = key.empty() ? "echo" : key;
    options.name = "ladder";
    auto connected = client::connect(options);
    if (!connected) {
        return connected.error();
    }
    auto made = std::make_unique<server_outside>(workload, *std::move(connected));
    if (!key.empty()) {
        if (auto set_up = made->set_up(); !set_up) {
            return set_up.error();
        }
    }
    return std::unique_ptr<ladder_subject>(std::move(made));
}

std::string operator_key(const std::string& folder) {
    std::string key;
    std::ifstream in(folder + "/operator.key");
    std::getline(in, key);
    return key;
}

}  // namespace bourse
