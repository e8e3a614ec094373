#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/replica/replica_node.hpp"
#include "actors/sinks/history/history.hpp"
#include "messages/report_range.hpp"
#include "runtime/bench/shard_flow.hpp"
#include "storage/event_store.hpp"
#include "storage/lmdb_store.hpp"
#include "storage/real_disk.hpp"

namespace bourse {

inline constexpr shard_id shard_1{1};
inline constexpr std::uint64_t kept_owner = 7;

/// How a kept node keeps.
struct kept_shape {
    std::uint64_t checkpoint_every = 16;
    std::uint64_t segment_bytes = std::uint64_t{4} << 20U;
    std::uint32_t trailing_entries = 1'024;
};

/// One replica on real files, with checkpoint, event store and history, in the folders of a node, on one thread.
class kept_node {
public:
    kept_node(const std::string& data, const kept_shape& shape);

    /// Carries out commands as one entry, at its time; on return it is applied and everything of it is kept.
    void carry_out(const entry& what);
    void carry_out(const std::vector<entry>& all) {
        for (const entry& each : all) {
            carry_out(each);
        }
    }
    /// The ids of all orders that were accepted, as clients would note them.
    [[nodiscard]] const std::vector<order_id>& accepted() const noexcept { return accepted_; }
    [[nodiscard]] const shard& state() const { return node_->find(shard_1)->state(); }
    [[nodiscard]] std::uint64_t checkpoints() const {
        return node_->find(shard_1)->rows().checkpoints;
    }

private:
    void step();
    void keep(const applied_entry& one);

    moment now_{.monotonic_ms = 1'000, .wall = {1}};
    std::unique_ptr<real_disk> disk_;
    std::unique_ptr<lmdb_store> rows_;
    std::unique_ptr<lmdb_store> event_rows_;
    std::unique_ptr<event_store> events_;
    std::unique_ptr<history> history_;
    std::unique_ptr<replica_node> node_;
    std::vector<order_id> accepted_;
    report_range_finder ranges_;
    std::uint64_t last_kept_ = 0;
};

/// The flow that kept nodes are given.
[[nodiscard]] const shard_flow& kept_flow();

/// Makes the folder of a node that carried out the flow, and has ended; the ids of its accepted orders.
std::vector<order_id> keep_flow(const std::string& data, const kept_shape& shape);

}  // namespace bourse
