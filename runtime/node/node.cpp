#include "runtime/node/node.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include "actors/console/console_actor.hpp"
#include "actors/console/supervisor_actor.hpp"
#include "actors/session/history_actor.hpp"
#include "actors/shard/shard_actor.hpp"
#include "runtime/node/node_data.hpp"
#include "runtime/node/node_tables.hpp"

namespace bourse {
namespace {

constexpr auto longest_farewell = std::chrono::seconds(10);

/// Says once that the node cannot go on, to whoever asks, now or later.
class failure {
public:
    void happen(const std::string& why) {
        std::function<void(const std::string&)> tell;
        {
            const std::lock_guard lock(mutex_);
            if (!why_.empty()) {
                return;
            }
            why_ = why;
            tell = tell_;
        }
        if (tell) {
            tell(why);
        }
    }
    void on(std::function<void(const std::string&)> tell) {
        std::string why;
        {
            const std::lock_guard lock(mutex_);
            tell_ = tell;
            why = why_;
        }
        if (!why.empty()) {
            tell(why);
        }
    }

private:
    std::mutex mutex_;
    std::string why_;
    std::function<void(const std::string&)> tell_;
};

/// The way in for gateways.
class node_port final : public exchange_port {
public:
    node_port(post<shard_actor> shard, sessions_ptr table, std::shared_ptr<login_gate> gate)
        : shard_(std::move(shard)), table_(std::move(table)), gate_(std::move(gate)) {}

    void log_in(std::uint64_t ask, log_in_request request, answer_box& to) override {
        const auto refuse = [&](request_refused::kind what, std::string why,
                                std::uint32_t retry_after_ms) {
            to.put({}, ask, request_refused{what, std::move(why), retry_after_ms});
        };
        const bool is_one_more = gate_->waiting.fetch_add(1) >= max_log_ins;
        if (gate_->is_shut || is_one_more) {
            gate_->waiting.fetch_sub(1);
            if (gate_->is_shut) {
                refuse(request_refused::kind::unavailable, "the node stops", 1'000);
            } else {
                refuse(request_refused::kind::overloaded, "too many log in at once", 500);
            }
            return;
        }
        auto who = std::make_shared<login>();
        who->ask = ask;
        who->request = std::move(request);
        who->say = [&to](session_number session, std::uint64_t number, session_answer answer) {
            to.put(session, number, std::move(answer));
        };
        who->gate = gate_;
        shard_.tell(login_mail{std::move(who)});
    }

    void ask(session_number session, std::uint64_t ask, session_request request) override {
        const lane_ptr lane = table_->find(session.value);
        if (lane == nullptr) {
            return;  // it has ended, and has said so
        }
        constexpr auto most = static_cast<std::int32_t>(max_requests_in_flight);
        if (lane->in_flight.fetch_add(1, std::memory_order_relaxed) >= most) {
            lane->in_flight.fetch_sub(1, std::memory_order_relaxed);
            lane->voice(ask,
                        request_refused{request_refused::kind::overloaded,
                                        "too many requests of this session are in flight", 10});
            return;
        }
        lane->post.tell(session_ask{ask, std::make_shared<session_request>(std::move(request))});
    }

    void close(session_number session) override {
        if (const lane_ptr lane = table_->find(session.value)) {
            lane->post.tell(session_close{});
        }
    }

private:
    post<shard_actor> shard_;
    sessions_ptr table_;
    std::shared_ptr<login_gate> gate_;
};

/// No inter-node port; workers that are not long asleep.
class node_config : public caf::actor_system_config {
public:
    explicit node_config(std::uint32_t workers) {
        // One processor is for the gateway and for who waits for disks: on two, a second worker is only woken in vain.
        const std::uint32_t others = std::max(2U, std::thread::hardware_concurrency()) - 1;
        set("scheduler.max-threads", std::size_t{workers == 0 ? others : workers});
        set("scheduler.policy", caf::atom("sharing"));
        // Whoever always has something to do, as a shard that takes a checkpoint, lets others have a turn.
        set("scheduler.max-throughput", std::size_t{64});
        set("logger.console", caf::atom("none"));
        set("logger.verbosity", caf::atom("quiet"));
    }
};

class running_node final : public node {
public:
    running_node(const node_options& options, std::unique_ptr<node_data> data)
        : data_(std::move(data)), config_(options.workers), system_(config_) {
        start(options);
    }
    ~running_node() override { stop_now(); }

    exchange_port& port() override { return *port_; }
    void on_failure(std::function<void(const std::string& why)> tell) override {
        failure_->on(std::move(tell));
    }
    void add_table(const std::string& what,
                   std::function<session_answer(const std::string& name)> maker) override {
        registry_->add_table(what, std::move(maker));
    }
    void stop() override { stop_now(); }

private:
    void start(const node_options& options);
    void stop_now();
    /// Remembers it, to be watched and ended.
    template <class Handle>
    post<Handle> keep(const Handle& made, std::shared_ptr<actor_count> count) {
        all_.push_back(caf::actor_cast<caf::actor>(made));
        watched_.push_back({all_.back(), count->kind + " " + count->name, count});
        return {made, std::move(count)};
    }

    std::unique_ptr<node_data> data_;
    std::shared_ptr<failure> failure_ = std::make_shared<failure>();
    std::shared_ptr<actor_registry> registry_ = std::make_shared<actor_registry>();
    sessions_ptr table_ = std::make_shared<sessions>();
    std::shared_ptr<login_gate> gate_ = std::make_shared<login_gate>();
    std::shared_ptr<shard_figures> figures_ = std::make_shared<shard_figures>();
    node_config config_;
    caf::actor_system system_;
    std::vector<caf::actor> all_;
    std::vector<watched_part> watched_;
    post<shard_actor> shard_;
    post<door_actor> door_;
    post<router_actor> router_;
    std::unique_ptr<node_port> port_;
    bool is_stopped_ = false;
};

void running_node::start(const node_options& options) {
    const auto fail = [failed = failure_](const std::string& why) { failed->happen(why); };
    const auto warn = [log = options.log](const std::string& what) {
        if (log != nullptr) {
            log->say(activity_log::level::warn, what);
        }
    };
    const auto count = [&](const char* kind, const std::string& name) {
        return registry_->add(kind, name);
    };
    auto parts = std::make_shared<shard_parts>();
    parts->desk = std::move(data_->desk);
    parts->acts = std::move(data_->acts);
    parts->table = table_;
    parts->past = data_->past;
    if (data_->history_kept != nullptr) {
        parts->history =
            std::shared_ptr<told_queue>(data_->history_kept, &data_->history_kept->coming);
    }
    parts->fail = fail;
    parts->log = options.log;
    parts->registry = registry_;
    parts->handed_out_from = options.hand_out_from;
    parts->max_behind = options.max_behind_events;
    auto counted = count("shard", "1");
    shard_ = keep(system_.spawn(shard_behavior, parts, figures_, counted), counted);

    shard_begin begin;
    const auto writer = [&](const char* name) {
        auto its = count("journal", name);
        return keep(system_.spawn<caf::detached>(journal_behavior, work_owner(shard_.to),
                                                 shard_.count, its),
                    its);
    };
    begin.journal = writer("journal");
    begin.rows = writer("rows");
    begin.events = writer("events");
    counted = count("past", "1");
    begin.past =
        keep(system_.spawn<caf::detached>(past_behavior, data_->past, table_,
                                          std::function<void(const std::string&)>(fail), counted),
             counted);
    post<asked_actor> questions;
    if (data_->history_kept != nullptr) {
        counted = count("history", "1");
        const auto history = keep(
            system_.spawn<caf::detached>(history_behavior, data_->history_kept, table_,
                                         std::function<void(const std::string&)>(warn), counted),
            counted);
        begin.history = {told_actor(history.to), history.count};
        questions = {asked_actor(history.to), history.count};
    } else {
        warn("the history is not kept: " + data_->no_history);
    }
    counted = count("market_data", "1");
    begin.market = keep(
        system_.spawn(market_data_behavior,
                      post<watched_actor>{watched_actor(shard_.to), shard_.count}, table_, counted),
        counted);
    counted = count("console", "1");
    const post<asked_actor> console =
        keep(system_.spawn(console_behavior, registry_, table_, counted), counted);
    counted = count("router", "1");
    router_ =
        keep(system_.spawn(router_behavior,
                           router_links{{shard_port_actor(shard_.to), shard_.count},
                                        {past_port_actor(begin.past.to), begin.past.count},
                                        {market_port_actor(begin.market.to), begin.market.count},
                                        console,
                                        questions},
                           counted),
             counted);
    counted = count("door", "1");
    door_ = keep(
        system_.spawn(door_behavior,
                      door_links{router_, table_, options.limits,
                                 static_cast<std::uint32_t>(data_->identity.starts & UINT32_MAX),
                                 registry_, gate_, options.log},
                      counted),
        counted);
    begin.door = door_;
    counted = count("keys", "1");
    begin.keys = keep(system_.spawn<caf::detached>(
                          keys_behavior, door_, post<key_owner>{key_owner(shard_.to), shard_.count},
                          gate_, options.log, counted),
                      counted);
    counted = count("supervisor", "1");
    all_.push_back(system_.spawn<caf::detached>(supervisor_behavior, std::exchange(watched_, {}),
                                                std::function<void(const std::string&)>(fail),
                                                counted));
    begin.supervisor = {all_.back(), counted};
    add_node_tables(*registry_, data_->identity, options.data, table_, figures_,
                    data_->history_kept, data_->no_history);
    port_ = std::make_unique<node_port>(shard_, table_, gate_);
    shard_.tell(begin);
}

void running_node::stop_now() {
    if (std::exchange(is_stopped_, true)) {
        return;
    }
    gate_->is_shut = true;
    door_.tell(close_all_mail{"the node stops"});
    const auto until = std::chrono::steady_clock::now() + longest_farewell;
    const auto has_somebody = [&] { return gate_->waiting > 0 || table_->size() > 0; };
    while (has_somebody() && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    // Behind everything that sessions asked: each of them is gone.
    auto stopped = std::make_shared<std::promise<void>>();
    auto all_done = stopped->get_future();
    router_.tell(stop_mail{std::move(stopped)});
    all_done.wait_until(until);
    for (const lane_ptr& each : table_->all()) {
        caf::anon_send_exit(each->post.to, caf::exit_reason::user_shutdown);
        table_->remove(each->options.number.value);
    }
    for (const caf::actor& each : all_) {
        caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    }
    all_.clear();
    system_.await_all_actors_done();
}

}  // namespace

result<std::unique_ptr<node>> node::open(const node_options& options) {
    auto data = node_data::open(options);
    if (!data) {
        return data.error();
    }
    return std::unique_ptr<node>(std::make_unique<running_node>(options, std::move(*data)));
}

}  // namespace bourse
