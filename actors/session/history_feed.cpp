#include "actors/session/history_feed.hpp"

#include <algorithm>
#include <vector>

#include "actors/replica/stored_output.hpp"

namespace bourse {
namespace {

constexpr std::size_t read_bytes = std::size_t{1} << 20U;

}  // namespace

void hide_others(history_trade& of, const std::vector<account_id>& own) {
    const auto hide = [&](account_id& account, order_id& order) {
        if (!std::binary_search(own.begin(), own.end(), account)) {
            account = {};
            order = {};
        }
    };
    hide(of.buyer, of.buy);
    hide(of.seller, of.sell);
}

outcome history_feed::take(const told_entry& entry) {
    const std::uint64_t index = entry.what.index;
    wants(index);
    if (index > to_.next(shard_)) {
        return done{};
    }
    const shard_output& out = entry.what.out;
    auto taken = to_.take(shard_, {.index = index,
                                   .at = entry.what.what.at,
                                   .digest = entry.what.digest,
                                   .reports = out.reports,
                                   .lines = out.lines,
                                   .events = out.events,
                                   .event_numbers = out.event_numbers});
    if (!taken && taken.error().code == errc::overloaded) {
        return to_.commit();
    }
    return taken && to_.is_full() ? to_.commit() : taken;
}

outcome history_feed::catch_up(
    const std::function<void(std::uint64_t index, std::uint64_t last)>& progress) {
    const auto store = event_store::open(events_, options_);
    if (!store) {
        return store.error();
    }
    const auto kept = (*store)->find(shard_);
    if (!kept || kept->last < to_.next(shard_)) {
        return done{};
    }
    if (kept->first > to_.next(shard_)) {
        if (auto skipped = to_.skip_to(shard_, kept->first); !skipped) {
            return skipped;
        }
    }
    return read_up_to(**store, kept->last, progress);
}

outcome history_feed::read_up_to(
    const event_store& from, std::uint64_t last,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    std::vector<entry_events> entries;
    while (to_.next(shard_) <= last) {
        if (auto got = from.read(shard_, to_.next(shard_), last, read_bytes, entries); !got) {
            if (got.error().code == errc::not_kept) {
                break;  // dropped meanwhile: whoever looks again begins behind it
            }
            return got;
        }
        for (const entry_events& each : entries) {
            if (auto taken = take_stored(each); !taken) {
                return taken;
            }
        }
        if (progress) {
            progress(to_.next(shard_) - 1, last);
        }
    }
    return to_.commit();
}

outcome history_feed::take_stored(const entry_events& entry) {
    const auto stored = unpack_output(entry.events);
    if (!stored) {
        return stored.error();
    }
    auto taken = to_.take(shard_, {.index = entry.index,
                                   .at = stored->at,
                                   .digest = stored->digest,
                                   .reports = stored->reports,
                                   .lines = stored->lines,
                                   .events = stored->events,
                                   .event_numbers = stored->event_numbers});
    return taken && to_.is_full() ? to_.commit() : taken;
}

}  // namespace bourse
