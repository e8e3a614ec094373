#include "journal_model.hpp"

namespace bourse {
namespace {

std::string read_difference(journal& from, shard_id shard, const journal_model::log& log) {
    entry_batch got;
    std::uint64_t index = std::max(from.find(shard)->positions.begin.index, log.released) + 1;
    while (index <= log.end.index) {
        if (auto read = from.read(shard, index, log.end.index, 3000, got); !read) {
            return read.error().what;
        }
        for (const entry_batch::item& item : got.items) {
            const auto expected = log.entries.find(index);
            const std::span<const std::byte> payload = got.payload(item);
            if (expected == log.entries.end() || item.at.index != index ||
                item.at.term != expected->second.term ||
                from.term_at(shard, index) != item.at.term ||
                std::vector(payload.begin(), payload.end()) !=
                    tagged_payload(expected->second.tag, expected->second.length)) {
                return "entry " + std::to_string(index) + " is another";
            }
            ++index;
        }
    }
    return {};
}

}  // namespace

std::vector<std::byte> tagged_payload(std::uint64_t tag, std::size_t length) {
    std::vector<std::byte> bytes(length);
    std::uint64_t state = tag * 0x9E3779B97F4A7C15U + 1;
    for (std::byte& byte : bytes) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        byte = static_cast<std::byte>(state >> 56U);
    }
    return bytes;
}

void journal_model::append(shard_id shard, log_point at, std::uint64_t tag, std::size_t length) {
    logs[shard].entries[at.index] = {at.term, tag, length};
    logs[shard].end = at;
}

void journal_model::truncate(shard_id shard, std::uint64_t last_kept) {
    log& in = logs[shard];
    in.entries.erase(in.entries.upper_bound(last_kept), in.entries.end());
    const auto kept = in.entries.find(last_kept);
    if (kept != in.entries.end()) {
        in.end = {last_kept, kept->second.term};
    } else {
        in.end = in.snapshot.at.index == last_kept ? in.snapshot.at : log_point{};
    }
}

void journal_model::snapshot(shard_id shard, log_point at, const std::vector<std::byte>& payload) {
    log& in = logs[shard];
    const auto found = in.entries.find(at.index);
    const bool has_entry = (found != in.entries.end() && found->second.term == at.term) ||
                           (at == in.snapshot.at && in.end.index >= at.index);
    in.snapshot = {at, payload};
    if (!has_entry) {
        in.entries.clear();
        in.end = at;
        in.released = at.index;
    }
}

void journal_model::release(shard_id shard, std::uint64_t index) {
    logs[shard].released = std::max(logs[shard].released, index);
}

std::string journal_model::difference(journal& from) const {
    for (const auto& [shard, expected] : logs) {
        const std::string name = "shard " + std::to_string(shard.value) + ": ";
        const auto found = from.find(shard);
        if (!found) {
            if (expected == log{}) {
                continue;
            }
            return name + "is not there";
        }
        const log_positions& its = found->positions;
        if (its.vote != expected.vote) {
            return name + "another vote";
        }
        if (its.snapshot != expected.snapshot) {
            return name + "another snapshot";
        }
        if (its.end != expected.end) {
            return name + "ends with " + std::to_string(its.end.index) + ", not " +
                   std::to_string(expected.end.index);
        }
        if (its.begin.index > expected.released) {
            return name + "begins after " + std::to_string(its.begin.index) + ", but only " +
                   std::to_string(expected.released) + " are released";
        }
        if (const std::string where = read_difference(from, shard, expected); !where.empty()) {
            return name + where;
        }
    }
    for (const journal_shard& its : from.shards()) {
        if (!logs.contains(its.shard) && its.positions != log_positions{}) {
            return "shard " + std::to_string(its.shard.value) + " was never written";
        }
    }
    return {};
}

}  // namespace bourse
