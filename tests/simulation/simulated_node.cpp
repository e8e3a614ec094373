#include "tests/simulation/simulated_node.hpp"

#include <algorithm>

namespace bourse {

namespace {

journal_options small_journal(const node_plan& of) {
    // Eight segments, as many as a node has at least, or four, the least that a journal takes.
    const std::uint32_t segments =
        of.journal_kib < 8 * min_segment_bytes / 1'024 ? least_segments : 8;
    const std::uint32_t segment_kib = std::min(64U, of.journal_kib / segments / 4 * 4);
    return {.owner = of.number,
            .segment_bytes = std::uint64_t{segment_kib} << 10U,
            .reserve_bytes = std::uint64_t{segment_kib / 4} << 10U,
            .max_segments = of.journal_kib / segment_kib};
}

/// Of each shard about the last hundred entries that said something.
constexpr std::uint64_t kept_event_bytes = 100'000;

}  // namespace

simulated_node::simulated_node(const node_plan& plan) : plan_(plan) {
    make_disks();
}

void simulated_node::make_disks() {
    const std::uint64_t seed = plan_.seed + disks_lost_ * 977;
    disk_ = std::make_unique<simulated_disk>(seed);
    for (const shard_settings& each : plan_.shards) {
        stores_[each.id] = std::make_unique<simulated_store>(checkpoint_tables().size(),
                                                             seed * 17 + each.id.value);
    }
    events_ = std::make_unique<simulated_store>(event_tables().size(), seed * 19);
}

moment simulated_node::at(std::uint64_t now_us) const {
    const auto true_us = static_cast<std::int64_t>(now_us);
    const auto monotonic_us = true_us + true_us * drift_ppm / 1'000'000;
    const auto wall_us = true_us + true_us * drift_ppm / 50 / 1'000'000;
    return {.monotonic_ms = static_cast<std::uint64_t>(monotonic_us / 1'000) + 1,
            .wall = {wall_start_ns + wall_us * 1'000 + wall_error_ns}};
}

std::string simulated_node::found() {
    auto opened = replica_node::open(*disk_, small_journal(plan_));
    if (!opened) {
        return opened.error().what;
    }
    const bool founds = std::any_of(plan_.founders.members.begin(), plan_.founders.members.end(),
                                    [&](const member& each) { return each.id == id(); });
    for (const shard_settings& each : plan_.shards) {
        if (!founds) {
            break;
        }
        if (auto made = (*opened)->found(each.id, plan_.founders); !made) {
            return made.error().what;
        }
    }
    return "";
}

replica_options simulated_node::options_for(const shard_settings& shard) const {
    replica_options options;
    options.shard = shard;
    options.self = id();
    options.consensus.seed =
        static_cast<std::uint32_t>(plan_.seed * 31 + life_ * 7 + shard.id.value);
    options.consensus.seed = std::max(options.consensus.seed, 1U);
    options.consensus.max_in_flight_entries = 32;
    options.consensus.trailing_entries = 40;
    options.consensus.max_members = 8;
    options.consensus.snapshot_timeout_ms = 2'000;
    for (const shard_settings& each : plan_.shards) {
        if (each.id != shard.id) {
            options.peers.push_back(each.id);
        }
    }
    options.max_waiting = 200;
    options.max_entry_weight = 100;
    options.digest_every = 16;
    options.max_delivery = 20;
    options.checkpoint_every = 60;
    options.checkpoint_slice = 40;
    options.piece_bytes = 4'096;
    return options;
}

std::string simulated_node::start(std::uint64_t now_us) {
    ++life_;
    auto opened = replica_node::open(*disk_, small_journal(plan_));
    if (!opened) {
        // A disk that has no room left, or that fails while it is looked at, is no fault of the journal's.
        return opened.error().code == errc::corrupt || opened.error().code == errc::foreign
                   ? opened.error().what
                   : "";
    }
    node_ = std::move(*opened);
    if (auto kept =
            node_->keep_events(*events_, {.owner = plan_.number, .keep_bytes = kept_event_bytes});
        !kept) {
        return kept.error().what;
    }
    for (const shard_settings& each : plan_.shards) {
        if (auto started = node_->start(options_for(each), stores_[each.id].get(), at(now_us));
            !started) {
            return started.error().what;
        }
    }
    return "";
}

void simulated_node::stop(bool power_fails) {
    node_.reset();
    if (power_fails) {
        disk_->crash();
    } else {
        disk_->end_process();
    }
    for (auto& [shard, store] : stores_) {
        store->crash();
    }
    events_->crash();
    commits_planned.clear();
    waiters.clear();
    leads.clear();
    rows.clear();
    write_is_planned = false;
    wakes_at_us = 0;
    ++life_;
}

void simulated_node::lose_disk() {
    ++disks_lost_;
    make_disks();
}

}  // namespace bourse
