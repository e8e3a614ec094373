#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "actors/replica/replica_node.hpp"
#include "tests/simulation/envelope.hpp"
#include "tests/support/simulated_disk.hpp"
#include "tests/support/simulated_store.hpp"

namespace bourse {

/// What a simulated node starts with.
struct node_plan {
    endpoint number = 0;
    std::uint64_t seed = 0;
    std::uint32_t journal_kib = 1'024;  ///< that its journal may have
    std::vector<shard_settings> shards;
    membership founders;  ///< of every shard
};

/// One machine: a disk with a journal, a store of rows for each shard and one for events, two clocks, and, while its process runs, the replicas of all shards.
class simulated_node {
public:
    explicit simulated_node(const node_plan& plan);

    /// Makes the founders' logs, once, before the first start. What is wrong, or nothing.
    [[nodiscard]] std::string found();
    /// What is wrong, or nothing: after crashes alone, a journal must open.
    [[nodiscard]] std::string start(std::uint64_t now_us);
    /// The process ends: killed, or the power fails.
    void stop(bool power_fails);
    /// Everything on it is gone; it comes back under another id.
    void lose_disk();

    [[nodiscard]] bool is_up() const noexcept { return node_ != nullptr; }
    [[nodiscard]] replica_node& node() noexcept { return *node_; }
    [[nodiscard]] simulated_disk& disk() noexcept { return *disk_; }
    [[nodiscard]] simulated_store& store(shard_id shard) { return *stores_.at(shard); }
    [[nodiscard]] simulated_store& events() { return *events_; }
    [[nodiscard]] endpoint number() const noexcept { return plan_.number; }
    /// Of its replicas: the number, and 16 more for each disk lost.
    [[nodiscard]] replica_id id() const noexcept { return {plan_.number + 16ULL * disks_lost_}; }
    [[nodiscard]] std::uint64_t life() const noexcept { return life_; }

    /// The two clocks: the monotonic one runs `drift_ppm` fast, the wall clock, which somebody sets, a fiftieth of that, and is
    /// wrong by `wall_error_ns`.
    [[nodiscard]] moment at(std::uint64_t now_us) const;
    std::int64_t drift_ppm = 0;
    std::int64_t wall_error_ns = 0;
    std::uint64_t longest_write_us = 200;

    /// Who waits for a ticket.
    struct waiter {
        endpoint client = 0;
        std::uint64_t number = 0;
        shard_id shard{};
    };
    std::map<std::uint64_t, waiter> waiters;
    std::uint64_t last_ticket = 0;
    bool write_is_planned = false;
    std::set<shard_id> commits_planned;  ///< of rows; of events: shard 0
    std::uint64_t wakes_at_us = 0;
    std::map<shard_id, std::uint64_t> leads;  ///< the term, where it does
    std::map<shard_id, replica_rows> rows;    ///< as seen last

private:
    void make_disks();
    [[nodiscard]] replica_options options_for(const shard_settings& shard) const;

    node_plan plan_;
    std::uint64_t disks_lost_ = 0;
    std::uint64_t life_ = 0;
    std::unique_ptr<simulated_disk> disk_;
    std::map<shard_id, std::unique_ptr<simulated_store>> stores_;
    std::unique_ptr<simulated_store> events_;
    std::unique_ptr<replica_node> node_;
};

inline constexpr std::int64_t wall_start_ns = 1'700'000'000'000'000'000;

}  // namespace bourse
