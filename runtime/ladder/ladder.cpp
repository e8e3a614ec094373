#include "runtime/ladder/ladder.hpp"

#include <filesystem>
#include <memory>
#include <utility>

#include "runtime/ladder/child_process.hpp"
#include "runtime/ladder/node_steps.hpp"
#include "runtime/ladder/own_steps.hpp"

namespace bourse {
namespace {

namespace files = std::filesystem;

constexpr std::size_t turns = 5;          ///< of echo and node
constexpr double latency_at_share = 0.5;  ///< of the speed
constexpr call_pace as_fast_as_answered{.window = ladder_window};
constexpr call_pace one_by_one{.window = 1};

void append(driven_calls& to, const driven_calls& more) {
    to.seconds += more.seconds;
    to.cpu_ns += more.cpu_ns;
    to.ns.insert(to.ns.end(), more.ns.begin(), more.ns.end());
}

double per_second(const driven_calls& calls, std::size_t orders_of_call) {
    return static_cast<double>(calls.ns.size() * orders_of_call) / calls.seconds;
}

ladder_step step_of(const std::string& name, const driven_calls& calls,
                    std::size_t orders_of_call) {
    ladder_step step;
    step.name = name;
    step.orders_per_second = per_second(calls, orders_of_call);
    step.cpu_ns_per_order = calls.cpu_ns / static_cast<double>(calls.ns.size() * orders_of_call);
    return step;
}

class ladder_run {
public:
    ladder_run(const ladder_options& options, std::string folder)
        : options_(options), folder_(std::move(folder)), workload_(options.quick) {}

    outcome run() {
        for (const auto part : {&ladder_run::match, &ladder_run::ledger, &ladder_run::journal,
                                &ladder_run::actors, &ladder_run::servers}) {
            if (outcome finished = (this->*part)(); !finished) {
                return finished;
            }
        }
        for (ladder_step& each : found_.steps) {
            each.ratio_to_echo =
                each.orders_per_second / (each.name == "rpc_single"
                                              ? echo_single_orders_per_second_
                                              : found_.floors.echo_batch_orders_per_second);
        }
        return done{};
    }
    [[nodiscard]] const ladder_result& found() const noexcept { return found_; }

private:
    void say(const std::string& what) const {
        if (options_.progress) {
            options_.progress(what);
        }
    }
    outcome match() { return own("match", match_subject(workload_)); }
    outcome ledger() { return own("ledger", ledger_subject(workload_)); }
    outcome journal() { return own("journal", journal_subject(workload_, folder("journal"))); }
    outcome actors() { return own("actors", actors_subject(workload_, folder("actors"))); }

    /// A step that this process carries out.
    outcome own(const std::string& name, result<std::unique_ptr<ladder_subject>> subject) {
        say(name);
        if (!subject) {
            return subject.error();
        }
        auto fast = drive_calls(**subject, 0, workload_.timed(), as_fast_as_answered);
        if (fast) {
            fast->cpu_ns += settle(0);
        }
        return fast ? finish(name, **subject, *fast, 0) : outcome(fast.error());
    }
    /// The second half of the calls of 100, by the clock, for the latency.
    outcome finish(const std::string& name, ladder_subject& subject, const driven_calls& fast,
                   pid_t process) {
        ladder_step step = step_of(name, fast, ladder_orders_per_call);
        const call_pace pace{
            .window = ladder_window,
            .calls_per_second = latency_at_share * step.orders_per_second / ladder_orders_per_call};
        auto paced = drive_calls(subject, workload_.timed(), workload_.batches(), pace, process);
        if (!paced) {
            return paced.error();
        }
        step.latency = latency_of(std::move(paced->ns));
        found_.steps.push_back(std::move(step));
        return done{};
    }

    outcome servers() {
        say("rpc, and its floors");
        auto echo = child_process::start(
            {options_.program, "bench", "echo", "--listen", "127.0.0.1:0"}, folder_ + "/echo.log");
        if (!echo) {
            return echo.error();
        }
        const std::string data = folder("node");
        auto node = child_process::start(
            {options_.program, "node", "--data", data, "--listen", "127.0.0.1:0"},
            folder_ + "/node.log");
        if (!node) {
            return node.error();
        }
        auto echoed = rpc_subject(workload_, (*echo)->address(), "");
        if (!echoed) {
            return echoed.error();
        }
        auto served = rpc_subject(workload_, (*node)->address(), operator_key(data));
        if (!served) {
            return served.error();
        }
        if (auto finished = batches(**echoed, **served, (*node)->number()); !finished) {
            return finished;
        }
        say("rpc_single, and its floors");
        settle((*node)->number());
        return singles(**echoed, **served, (*node)->number());
    }

    outcome batches(ladder_subject& echoed, ladder_subject& served, pid_t node) {
        driven_calls floor, fast;
        for (std::size_t turn = 0; turn < turns; ++turn) {
            const std::size_t first = workload_.timed() * turn / turns;
            const std::size_t until = workload_.timed() * (turn + 1) / turns;
            auto bare = drive_calls(echoed, first, until, as_fast_as_answered);
            if (!bare) {
                return bare.error();
            }
            auto full = drive_calls(served, first, until, as_fast_as_answered, node);
            if (!full) {
                return full.error();
            }
            full->cpu_ns += settle(node);
            append(floor, *bare);
            append(fast, *full);
        }
        found_.floors.echo_batch_orders_per_second = per_second(floor, ladder_orders_per_call);
        return finish("rpc", served, fast, node);
    }

    outcome singles(ladder_subject& echoed, ladder_subject& served, pid_t node) {
        auto disk = sync_floor::open(workload_, folder_);
        if (!disk) {
            return disk.error();
        }
        const std::size_t count = workload_.calls() - workload_.batches();
        driven_calls floor, full;
        std::vector<std::uint64_t> sync_ns, batch_sync_ns;
        for (std::size_t turn = 0; turn < turns; ++turn) {
            const std::size_t first = workload_.batches() + count * turn / turns;
            const std::size_t until = workload_.batches() + count * (turn + 1) / turns;
            if (auto synced = (*disk)->run((until - first) / 2, false, sync_ns); !synced) {
                return synced;
            }
            if (auto synced = (*disk)->run((until - first) / 4, true, batch_sync_ns); !synced) {
                return synced;
            }
            auto bare = drive_calls(echoed, first, until, one_by_one);
            if (!bare) {
                return bare.error();
            }
            auto answered = drive_calls(served, first, until, one_by_one, node);
            if (!answered) {
                return answered.error();
            }
            append(floor, *bare);
            append(full, *answered);
        }
        found_.floors.fdatasync_us = latency_of(std::move(sync_ns)).p50_us;
        found_.floors.fdatasync_batch_us = latency_of(std::move(batch_sync_ns)).p50_us;
        echo_single_orders_per_second_ = per_second(floor, 1);
        found_.floors.echo_single_us = latency_of(std::move(floor.ns)).p50_us;
        ladder_step step = step_of("rpc_single", full, 1);
        step.latency = latency_of(std::move(full.ns));
        found_.steps.push_back(std::move(step));
        return done{};
    }

    [[nodiscard]] std::string folder(const std::string& name) const {
        const files::path made = files::path(folder_) / name;
        files::create_directories(made);
        return made.string();
    }

    const ladder_options& options_;
    std::string folder_;
    ladder_workload workload_;
    ladder_result found_;
    double echo_single_orders_per_second_ = 0;
};

}  // namespace

result<ladder_result> run_ladder(const ladder_options& options) {
    std::string folder = (files::path(options.folder) / "ladder-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
        return error{errc::unwritable, "no folder can be made in " + options.folder};
    }
    ladder_run run(options, folder);
    const outcome finished = run.run();
    std::error_code ignored;
    files::remove_all(folder, ignored);
    if (!finished) {
        return finished.error();
    }
    return run.found();
}

}  // namespace bourse
