#pragma once

#include <functional>
#include <string>
#include <vector>

#include "messages/result.hpp"

namespace bourse {

struct ladder_options {
    /// On the disk to be measured: a folder is made in it, and removed afterwards.
    std::string folder = ".";
    std::string program;  ///< this program, for the other processes
    bool quick = false;   ///< a tenth of the orders: to see that it works
    std::function<void(const std::string& what)> progress;
};

/// Of a call, from when it was due until it was answered. Due is by the clock, whether or not those before are answered, so
/// that a stall counts in full for all that it held up (no coordinated omission).
struct ladder_latency {
    double p50_us = 0, p99_us = 0, p99_9_us = 0, max_us = 0;
};

/// The same orders, with one thing more done to them than in the step before.
struct ladder_step {
    std::string name;
    double orders_per_second = 0;  ///< with `ladder_window` calls under way
    ladder_latency latency;        ///< at half of that
    /// Of the process that carries them out, what it puts off included (events, history, checkpoints); with RPC that is the server,
    /// without its client.
    double cpu_ns_per_order = 0;
    double ratio_to_echo = 0;  ///< orders a second, by those of the echo of the same calls
};

/// What nobody can be faster than, in the same run.
struct ladder_floors {
    double fdatasync_us =
        0;  ///< the median, of as many bytes as the log has of a call of one order
    double fdatasync_batch_us = 0;  ///< and of a call of 100
    double echo_batch_orders_per_second = 0;
    double echo_single_us = 0;  ///< the median, of calls of one order, one after the other
};

struct ladder_result {
    ladder_floors floors;
    /// match, ledger, journal, actors, rpc: calls of 100 orders; and rpc_single: of one order, one call after the other, so that
    /// its latency is from when a call is made, and the ratio is to the echo of just that.
    std::vector<ladder_step> steps;
};

/// Carries out one generated workload, the flow `10k` over 10 symbols and 100 accounts, step by step: the books alone; + ledger,
/// a shard; + journal, a replica that leads alone; + actors, a node in this process without a socket; + RPC, a node that is another
/// process, by the client library. That and the same calls echoed by a bare server (runtime/echo, through one actor, another
/// process too) take turns, so that other work on the machine hits both. About a minute.
///
/// Errors: what the disk says; `refused` if a step refused an order or did not answer it.
[[nodiscard]] result<ladder_result> run_ladder(const ladder_options& options);

[[nodiscard]] std::string ladder_json(const ladder_result& result);
[[nodiscard]] std::string ladder_table(const ladder_result& result);

/// The bare server: says "ready rpc=HOST:PORT" on stdout and serves until SIGTERM.
outcome serve_echo(const std::string& listen);

}  // namespace bourse
