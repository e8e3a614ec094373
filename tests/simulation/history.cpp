#include "tests/simulation/history.hpp"

#include <cstddef>

#include "messages/entry_codec.hpp"

namespace bourse {

namespace {

/// FNV-1a (Fowler, Noll, Vo).
std::uint64_t content_of(const entry& what) {
    std::vector<std::byte> bytes;
    encode_entry(what, bytes);
    std::uint64_t digest = 0xcbf29ce484222325U;
    for (const std::byte each : bytes) {
        digest = (digest ^ std::to_integer<std::uint64_t>(each)) * 0x100000001b3U;
    }
    return digest;
}

}  // namespace

history::history(const std::vector<shard_settings>& settings) {
    for (const shard_settings& each : settings) {
        lines_.emplace(each.id, each);
    }
}

std::string history::follow(shard_id id, const applied_entry& one, bool& is_new) {
    line& here = lines_.at(id);
    const std::string place =
        "entry " + std::to_string(one.index) + " of shard " + std::to_string(id.value);
    is_new = one.index == here.entries.size() + 1;
    if (one.index > here.entries.size() + 1) {
        return place + " was applied before the one before it was committed anywhere";
    }
    const std::uint64_t content = content_of(one.what);
    if (is_new) {
        here.last.index = one.index;
        here.last.term = one.term;
        here.last.what = one.what;
        here.last.out.clear();
        if (one.what.index != 0) {
            here.state.apply(one.what, here.last.out);
        } else {
            here.state.skip(one.index);
        }
        here.last.digest = here.state.digest();
        here.entries.push_back({one.term, here.last.digest, content});
    }
    const past& known = here.entries[one.index - 1];
    if (known.term != one.term || known.content != content) {
        return place + " was committed twice, and not the same: of terms " +
               std::to_string(known.term) + " and " + std::to_string(one.term);
    }
    if (known.digest != one.digest) {
        return place + " left another state than a replay from the begin does";
    }
    return "";
}

std::string history::follow_restored(shard_id id, std::uint64_t index, std::uint64_t digest) const {
    const line& here = lines_.at(id);
    if (index == 0) {
        return "";
    }
    if (index > here.entries.size()) {
        return "a state as of entry " + std::to_string(index) + " of shard " +
               std::to_string(id.value) + ", which was never committed";
    }
    if (here.entries[index - 1].digest != digest) {
        return "the state restored as of entry " + std::to_string(index) + " of shard " +
               std::to_string(id.value) + " is not what a replay from the begin gives";
    }
    return "";
}

std::uint64_t history::length(shard_id id) const {
    return lines_.at(id).entries.size();
}

const applied_entry& history::last(shard_id id) const {
    return lines_.at(id).last;
}

const shard& history::state(shard_id id) const {
    return lines_.at(id).state;
}

std::uint64_t history::digest() const noexcept {
    std::uint64_t all = 0;
    for (const auto& [id, here] : lines_) {
        for (const past& each : here.entries) {
            all = (all ^ each.digest ^ each.content ^ each.term) * 0x100000001b3U;
        }
    }
    return all;
}

}  // namespace bourse
