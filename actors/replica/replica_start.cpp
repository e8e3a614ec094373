// How a replica takes up what its node's journal has.
#include <string>
#include <utility>

#include "actors/replica/replica.hpp"

namespace bourse {

namespace {

constexpr std::size_t read_bytes = std::size_t{1} << 20U;

/// All entries of a shard that the journal has.
outcome read_entries(journal& log, shard_id shard, const log_positions& at,
                     std::vector<log_entry>& into) {
    entry_batch batch;
    for (std::uint64_t next = at.begin.index + 1; next <= at.end.index;) {
        if (auto got = log.read(shard, next, at.end.index, read_bytes, batch); !got) {
            return got;
        }
        for (const entry_batch::item& each : batch.items) {
            auto decoded = decode_journal_payload(each.at.term, batch.payload(each));
            if (!decoded) {
                return error{errc::corrupt, "shard " + std::to_string(shard.value) + ", entry " +
                                                std::to_string(each.at.index) + ": " +
                                                decoded.error().what};
            }
            into.push_back(std::move(*decoded));
        }
        next += batch.items.size();
    }
    return done{};
}

}  // namespace

outcome replica::found(journal& log, shard_id shard, const membership& founders) {
    const durable_state first = founding_log(founders);
    if (auto voted = log.vote(shard, {first.term, first.vote.value}); !voted) {
        return voted;
    }
    return log_writer::append(log, shard, {1, first.entries.front().term}, first.entries.front());
}

outcome replica::start(const moment& now) {
    accept_clock(now);
    durable_state from;
    if (const auto known = log_->find(id())) {
        const log_positions& at = known->positions;
        from.term = at.vote.term;
        from.vote = {at.vote.voted_for};
        from.first_index = at.begin.index + 1;
        if (auto got = read_entries(*log_, id(), at, from.entries); !got) {
            return got;
        }
    }
    carry_out(now, consensus_.start(now.monotonic_ms, from));
    return done{};
}

}  // namespace bourse
