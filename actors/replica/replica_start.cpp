// How a replica takes up what its node's journal has.
#include <algorithm>
#include <string>
#include <utility>

#include "actors/replica/replica.hpp"
#include "storage/advice.hpp"

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
            auto decoded = decode_journal_payload(each.at.term, batch.held_payload(each));
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
    if (auto loaded = load_rows(from.snapshot); !loaded) {
        return loaded;
    }
    const auto known = log_->find(id());
    if (known) {
        from.term = known->positions.vote.term;
        from.vote = {known->positions.vote.voted_for};
    }
    const snapshot_position rows = from.snapshot.value_or(snapshot_position{});
    if (auto gap = find_event_gap(rows.index)) {
        return *gap;
    }
    const auto too_old = [&](const std::string& what) {
        return error{errc::corrupt,
                     (rows_ != nullptr ? rows_->path() : "shard " + std::to_string(id().value)) +
                         ": the checkpoint is of entry " + std::to_string(rows.index) +
                         ", and the journal " + what + ": " + folder_advice};
    };
    if (known && known->positions.snapshot.at.index > rows.index) {
        return too_old("knows of one at " + std::to_string(known->positions.snapshot.at.index));
    }
    if (known && known->positions.begin.index > rows.index) {
        return too_old("begins behind entry " + std::to_string(known->positions.begin.index));
    }
    const bool has_log = known && (rows.index == 0 || log_->term_at(id(), rows.index) == rows.term);
    from.first_index = rows.index + 1;
    if (has_log) {
        // Released again, as that is not remembered: what no follower is given any more.
        const std::uint64_t trailing =
            std::max(options_.consensus.trailing_entries, options_.consensus.max_in_flight_entries);
        if (rows.index > trailing && rows.index - trailing > known->positions.begin.index) {
            log_->release(id(), rows.index - trailing);
        }
        const log_positions kept = log_->find(id())->positions;
        from.first_index = kept.begin.index + 1;
        if (auto got = read_entries(*log_, id(), kept, from.entries); !got) {
            return got;
        }
    } else if (rows.index > 0) {
        // The rows came from another replica, and the crash was faster than the journal.
        const auto payload = encode_snapshot_position(rows);
        if (auto voided = log_->snapshot(id(), {rows.index, rows.term}, payload); !voided) {
            return voided;
        }
    }
    from.term = std::max(from.term, rows.term);
    carry_out(now, consensus_.start(now.monotonic_ms, from));
    return done{};
}

}  // namespace bourse
