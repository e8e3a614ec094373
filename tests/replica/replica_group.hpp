#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/replica/replica_node.hpp"
#include "tests/support/simulated_disk.hpp"
#include "tests/support/simulated_store.hpp"

namespace bourse {

/// Nodes with one shard, on simulated disks, and a network that delivers at once, all in one hand: nothing happens but
/// what a test lets happen.
class replica_group {
public:
    static constexpr shard_id shard{1};

    explicit replica_group(std::uint64_t nodes) {
        for (std::uint64_t n = 1; n <= nodes; ++n) {
            founders_.members.push_back({.id = {n}, .role = member_role::voter});
        }
        for (std::uint64_t n = 1; n <= nodes; ++n) {
            machines_.push_back(std::make_unique<machine>(n));
            options.max_entry_weight = 20;
            options.max_waiting = 50;
            options.digest_every = 4;
        }
    }

    replica_options options;   ///< of all, as of the next start
    bool keeps_events = true;  ///< false: no commit of an event store ends
    std::set<std::uint64_t> cut_off;
    std::vector<applied_entry> applied;  ///< by the leader, as it may leave
    std::vector<ticket_answer> answers;

    /// What is wrong, or nothing.
    std::string start(std::uint64_t n) {
        machine& at = *machines_[n - 1];
        auto opened = replica_node::open(at.disk, {.owner = n,
                                                   .segment_bytes = 64U << 10U,
                                                   .reserve_bytes = 16U << 10U,
                                                   .max_segments = 16});
        if (!opened) {
            return opened.error().what;
        }
        at.node = std::move(*opened);
        if (auto kept = at.node->keep_events(at.events, {.owner = n, .keep_bytes = 1U << 30U});
            !kept) {
            return kept.error().what;
        }
        if (auto founded = at.node->found(shard, founders_); !founded) {
            return founded.error().what;
        }
        options.shard.id = shard;
        options.self = {n};
        options.consensus.seed = static_cast<std::uint32_t>(n);
        auto started = at.node->start(options, &at.rows, now(n));
        return started ? "" : started.error().what;
    }
    /// All, until there is a leader.
    void start_all() {
        for (std::uint64_t n = 1; n <= machines_.size(); ++n) {
            REQUIRE(start(n) == "");
        }
        for (int i = 0; i < 500 && leader() == 0; ++i) {
            pass(10);
        }
        REQUIRE(leader() != 0);
    }
    void stop(std::uint64_t n) {
        machine& at = *machines_[n - 1];
        at.node.reset();
        at.disk.crash();
        at.rows.crash();
        at.events.crash();
    }

    void lose_events(std::uint64_t n) {
        for (auto& table : machines_[n - 1]->events.durable()) {
            table.clear();
        }
    }

    /// Carries out all that waits; no time goes by.
    void settle() {
        for (bool more = true; more;) {
            more = false;
            for (auto& each : machines_) {
                more = (each->node != nullptr && step(*each)) || more;
            }
        }
    }
    void pass(std::uint64_t ms) {
        time_ms_ += ms;
        for (auto& each : machines_) {
            if (each->node != nullptr) {
                each->node->find(shard)->tick(now(each->number));
            }
        }
        settle();
    }

    [[nodiscard]] moment now(std::uint64_t n) const {
        return {
            .monotonic_ms = time_ms_,
            .wall = {1'700'000'000'000'000'000 + static_cast<std::int64_t>(time_ms_) * 1'000'000 +
                     machines_[n - 1]->wall_error_ns}};
    }
    void set_clock_wrong(std::uint64_t n, std::int64_t ms) {
        machines_[n - 1]->wall_error_ns = ms * 1'000'000;
    }
    [[nodiscard]] replica_node& node(std::uint64_t n) { return *machines_[n - 1]->node; }
    [[nodiscard]] replica& at(std::uint64_t n) { return *node(n).find(shard); }
    [[nodiscard]] simulated_disk& disk(std::uint64_t n) { return machines_[n - 1]->disk; }
    /// Its number, or 0.
    [[nodiscard]] std::uint64_t leader() const {
        for (const auto& each : machines_) {
            if (each->node != nullptr && each->node->find(shard)->speaks()) {
                return each->number;
            }
        }
        return 0;
    }
    replica_refusal submit(std::uint64_t n, std::vector<shard_command> commands,
                           std::uint64_t ticket) {
        return at(n).submit(now(n), std::move(commands), ticket);
    }

private:
    struct machine {
        explicit machine(std::uint64_t n)
            : number(n),
              disk(n),
              rows(checkpoint_tables().size(), n * 3),
              events(event_tables().size(), n * 5) {}
        std::uint64_t number = 0;
        simulated_disk disk;
        simulated_store rows;
        simulated_store events;
        std::unique_ptr<replica_node> node;
        std::int64_t wall_error_ns = 0;
    };

    bool step(machine& from) {
        const moment at = now(from.number);
        bool did = false;
        if (from.node->start_write(at)) {
            from.node->finish_write(at);
            did = true;
        }
        if (from.node->start_rows(shard, at)) {
            from.node->finish_rows(shard, at);
            did = true;
        }
        if (from.node->start_events(at) && keeps_events) {
            from.node->finish_events(at);
            did = true;
        }
        return deliver(from) || did;
    }

    bool deliver(machine& from) {
        replica_effects out = from.node->find(shard)->take();
        const auto send = [&](auto& letters) {
            for (const auto& each : letters) {
                const std::uint64_t to = each.to.value;
                const bool reaches = !cut_off.contains(to) && !cut_off.contains(from.number) &&
                                     machines_[to - 1]->node != nullptr;
                const node_sign sign{
                    {from.number}, from.node->incarnation(), now(from.number).wall};
                if (reaches && node(to).hear(now(to), shard, sign)) {
                    at(to).receive(now(to), each);
                }
            }
        };
        send(out.messages);
        send(out.rows_requests);
        send(out.rows_pieces);
        send(out.events_requests);
        send(out.events_pieces);
        answers.insert(answers.end(), out.answers.begin(), out.answers.end());
        const bool had_any = !out.messages.empty() || !out.applied.empty() || !out.answers.empty();
        for (applied_entry& each : out.applied) {
            if (each.may_leave) {
                applied.push_back(std::move(each));
            }
        }
        return had_any;
    }

    membership founders_;
    std::vector<std::unique_ptr<machine>> machines_;
    std::uint64_t time_ms_ = 1;
};

}  // namespace bourse
