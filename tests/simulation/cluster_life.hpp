#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "tests/simulation/checker.hpp"
#include "tests/simulation/client.hpp"
#include "tests/simulation/history.hpp"
#include "tests/simulation/simulated_node.hpp"
#include "tests/simulation/simulation.hpp"
#include "tests/simulation/weather.hpp"

namespace bourse {

/// Nodes, clients and all that is between them, in virtual time.
class cluster_life {
public:
    explicit cluster_life(const simulation_options& options);
    [[nodiscard]] simulation_result live();

private:
    struct occurrence {
        enum class kind : std::uint8_t { wake, written, stored, arrival, client, trouble };
        std::uint64_t at_us = 0;
        std::uint64_t order = 0;
        kind what = kind::wake;
        endpoint whose = 0;
        std::uint64_t life = 0;
        std::shared_ptr<envelope> mail;
        shard_id shard{};  ///< of `stored`
        [[nodiscard]] bool operator<(const occurrence& other) const {
            return at_us != other.at_us ? at_us > other.at_us : order > other.order;
        }
    };
    using kind = occurrence::kind;

    // --- Time ---
    void plan(std::uint64_t at_us, kind what, endpoint whose,
              std::shared_ptr<envelope> mail = nullptr, shard_id shard = {});
    void run_until(std::uint64_t at_us);
    void happen(const occurrence& next);

    // --- Nodes ---
    void arrive(simulated_node& at, const envelope& mail);
    void take_request(simulated_node& at, const envelope& mail, const client_request& request);
    void take_read(simulated_node& at, const envelope& mail, const read_request& request);
    void pump(simulated_node& at);
    [[nodiscard]] bool pump(simulated_node& at, replica& one);
    void answer(simulated_node& at, const ticket_answer& one,
                const std::vector<applied_entry>& applied);
    void keep_rows(simulated_node& at);
    void check_events(simulated_node& at);
    void follow_rows(simulated_node& at, const replica& one);
    void plan_wake(simulated_node& at);
    void stop(simulated_node& at, bool power_fails, const std::string& why);
    void start(simulated_node& at);
    [[nodiscard]] simulated_node& node_at(endpoint number) { return *nodes_[number - 1]; }
    [[nodiscard]] simulated_node* leader_of(shard_id shard);

    // --- Network and clients ---
    void send(envelope mail);
    void wake_client(endpoint whose);
    void arrive_at_client(const envelope& mail);

    // --- Storm (storm.cpp) ---
    void trouble();
    void part();
    void cut_off_a_leader();
    void disk_trouble(simulated_node& at);
    void clock_trouble(simulated_node& at);
    void change_membership();
    void lose_a_disk();
    void make_void();
    [[nodiscard]] std::string heal();
    void repair_memberships();
    [[nodiscard]] std::string unfinished();
    void settle_clocks();
    void tell();

    void observe(simulated_node& at, shard_id shard, const applied_entry& one);
    void complain(const std::string& who, const std::string& what);
    void note(const std::string& what);
    [[nodiscard]] std::string name_of(const simulated_node& at) const;

    simulation_options options_;
    simulation_result result_;
    random_source random_;
    std::vector<shard_settings> settings_;
    std::vector<std::unique_ptr<simulated_node>> nodes_;
    std::vector<std::unique_ptr<client>> clients_;
    client_world client_world_;
    weather weather_;
    history history_;
    std::vector<std::unique_ptr<checker>> checkers_;
    std::priority_queue<occurrence> queue_;
    std::uint64_t order_ = 0;
    std::uint64_t now_us_ = 0;
    bool is_stormy_ = false;
    std::map<endpoint, std::uint64_t> restarts_at_us_;
    std::deque<std::string> last_;
};

}  // namespace bourse
