// The power fails at every single operation of a life that has everything in it.

#include <doctest/doctest.h>

#include "journal_fixture.hpp"

namespace bourse {
namespace {

/// Rolls, truncates, installs, releases; returns what was durable when the power failed, and what may be as well.
struct life {
    journal_model durable;
    journal_model under_way;

    void run(simulated_disk& disk, const journal_options& options) {
        const auto opened = journal::open(disk, options);
        if (!opened) {
            return;
        }
        journal& log = **opened;
        std::uint64_t tag = 0;
        for (std::uint64_t round = 1; round <= 12; ++round) {
            for (const unsigned shard : {1U, 2U}) {
                append(log, shard, round, ++tag);
            }
            if (round % 4 == 0) {
                const shard_id first{1};
                static_cast<void>(log.vote(first, {round, 2}));
                under_way.logs[first].vote = {round, 2};
                const std::uint64_t kept = under_way.logs[first].end.index - 1;
                static_cast<void>(log.truncate(first, kept));
                under_way.truncate(first, kept);
            }
            if (round == 7) {
                static_cast<void>(log.snapshot({2}, {50, 9}, {}));
                under_way.snapshot({2}, {50, 9}, {});
            }
            if (!log.commit()) {
                return;
            }
            durable = under_way;
            if (round % 3 == 0) {
                release(log, round > 6 ? 2 : 1);
            }
            while (true) {
                const auto more = log.maintain();
                if (!more) {
                    return;
                }
                if (!*more) {
                    break;
                }
            }
            if (!log.commit()) {  // idle
                return;
            }
        }
        finished = true;
    }

    void append(journal& log, unsigned shard, std::uint64_t term, std::uint64_t tag) {
        const shard_id id{static_cast<std::uint16_t>(shard)};
        const std::uint64_t most = std::max(term, under_way.logs[id].end.term);
        const log_point at{under_way.logs[id].end.index + 1, most};
        static_cast<void>(log.append(id, at, tagged_payload(tag, 2500)));
        under_way.append(id, at, tag, 2500);
    }

    void release(journal& log, unsigned shards) {
        for (unsigned shard = 1; shard <= shards; ++shard) {
            const shard_id id{static_cast<std::uint16_t>(shard)};
            // Not the last, which the next round truncates.
            const std::uint64_t index = durable.logs[id].end.index - (shard == 1 ? 2 : 0);
            log.release(id, index);
            durable.release(id, index);
            under_way.release(id, index);
        }
    }

    bool finished = false;
};

}  // namespace

TEST_CASE("the power may fail at every operation: what was durable is there afterwards") {
    const journal_options options{
        .owner = 7, .segment_bytes = min_segment_bytes, .reserve_bytes = 2048, .max_segments = 6};
    std::string fault;
    std::uint64_t operations = 0;
    for (bool finished = false; !finished && fault.empty(); ++operations) {
        for (std::uint64_t seed = 1; seed <= 6 && fault.empty(); ++seed) {
            simulated_disk disk(seed);
            disk.power_off_after(operations);
            life one;
            one.run(disk, options);
            finished = one.finished;
            disk.crash();
            const auto again = journal::open(disk, options);
            const std::string where =
                "operation " + std::to_string(operations) + ", seed " + std::to_string(seed) + ": ";
            if (!again) {
                fault = where + again.error().what;
            } else if (const std::string without = one.durable.difference(**again);
                       !without.empty()) {
                const std::string with = one.under_way.difference(**again);
                fault = with.empty() ? "" : where + without + "; or " + with;
            }
        }
    }
    CHECK(fault == "");
    CHECK(operations > 80);
    MESSAGE(operations << " operations, six crashes at each");
}

}  // namespace bourse
