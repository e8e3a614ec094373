#include "kept_node.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <utility>

#include "messages/entry_events.hpp"

namespace bourse {

namespace {

template <typename Made>
Made good(result<Made> made) {
    REQUIRE_MESSAGE(made.has_value(), made.error().what);
    return *std::move(made);
}

}  // namespace

kept_node::kept_node(const std::string& data, const kept_shape& shape) {
    std::filesystem::create_directories(data + "/shard-1");
    disk_ = good(real_disk::open(data + "/journal"));
    rows_ = good(lmdb_store::open(
        {.folder = data + "/shard-1/rows", .tables = checkpoint_tables(), .least_free_bytes = 0}));
    event_rows_ = good(lmdb_store::open(
        {.folder = data + "/events", .tables = event_tables(), .least_free_bytes = 0}));
    events_ = good(event_store::open(*event_rows_, {.owner = kept_owner}));
    history_ = good(
        history::open({.path = data + "/history", .owner = kept_owner, .least_free_bytes = 0}));
    node_ = good(replica_node::open(
        *disk_,
        {.owner = kept_owner, .segment_bytes = shape.segment_bytes, .reserve_bytes = 8'192}));
    REQUIRE(node_->found(shard_1, {{{{1}, member_role::voter}}}).has_value());
    replica_options options;
    options.self = {1};
    options.digest_every = 4;
    options.checkpoint_every = shape.checkpoint_every;
    options.consensus.trailing_entries = shape.trailing_entries;
    options.consensus.max_in_flight_entries = shape.trailing_entries;
    // The flow's own times are far apart.
    options.max_clock_step = {INT64_MAX};
    REQUIRE(node_->start(options, rows_.get(), now_).has_value());
    for (int i = 0; i < 1'000 && !node_->find(shard_1)->speaks(); ++i) {
        step();
    }
    REQUIRE(node_->find(shard_1)->speaks());
}

void kept_node::step() {
    now_.monotonic_ms += 10;
    replica& one = *node_->find(shard_1);
    one.tick(now_);
    if (node_->start_write(now_)) {
        node_->finish_write(now_);
    }
    if (node_->start_rows(shard_1, now_)) {
        node_->finish_rows(shard_1, now_);
    }
    for (const applied_entry& each : one.take().applied) {
        keep(each);
    }
    REQUIRE(one.fault() == "");
    REQUIRE(node_->dead() == "");
}

void kept_node::carry_out(const entry& what) {
    now_.wall = std::max(now_.wall, what.at);
    replica& one = *node_->find(shard_1);
    REQUIRE(one.submit(now_, what.commands, 1) == replica_refusal::none);
    const std::uint64_t before = last_kept_;
    for (int i = 0; i < 100 && last_kept_ == before; ++i) {
        step();
    }
    REQUIRE(last_kept_ > before);
}

void kept_node::keep(const applied_entry& one) {
    entry_events row{.index = one.index, .reports = ranges_.find(one.out.reports), .events = {}};
    const entry_events_view told{
        one.index,     one.what.at,    one.digest,           one.out.reports,
        one.out.lines, one.out.events, one.out.event_numbers};
    pack_entry_events(told, row.events);
    REQUIRE(events_->append(shard_1, row).has_value());
    REQUIRE(events_->commit().has_value());
    REQUIRE(history_->take(shard_1, told).has_value());
    REQUIRE(history_->commit().has_value());
    for (const report& each : one.out.reports) {
        if (each.what.kind == event_kind::accepted) {
            accepted_.push_back(each.what.order);
        }
    }
    last_kept_ = one.index;
}

const shard_flow& kept_flow() {
    static const shard_flow flow = [] {
        flow_shape shape = *find_flow("10k");
        shape.resting = 100;
        return generate_shard_flow(shape, 900, 3,
                                   {.accounts = 7, .symbols = 3, .commands_per_entry = 20});
    }();
    return flow;
}

std::vector<order_id> keep_flow(const std::string& data, const kept_shape& shape) {
    kept_node node(data, shape);
    node.carry_out(kept_flow().setup);
    node.carry_out(kept_flow().fill);
    node.carry_out(kept_flow().operations);
    REQUIRE(node.checkpoints() > 1);
    return node.accepted();
}

}  // namespace bourse
