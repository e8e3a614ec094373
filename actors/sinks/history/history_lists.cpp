#include "actors/sinks/history/history_lists.hpp"

#include <algorithm>
#include <optional>

namespace bourse {

using namespace history_rows;  // NOLINT(google-build-using-namespace)

/// The block in which an id is or would be: there, or a new one.
struct history_lists::block {
    bool is_there = false;
    std::uint64_t first = 0;
    std::uint64_t next = highest_id;  ///< where the next block begins
    std::vector<std::uint64_t> ids;
};

void history_lists::clear() {
    for (kind_changes& each : changes_) {
        each.added.clear();
        each.removed.clear();
    }
}

outcome history_lists::write(row_reader& before, row_store& to) {
    for (std::size_t kind = 0; kind < list_kinds; ++kind) {
        if (auto written = write_kind(before, to, static_cast<list_kind>(kind)); !written) {
            return written;
        }
    }
    return done{};
}

/// By whose list it is, those of one list staying as they are: one digit of 8 bits after the other, from the lowest (Knuth, TAOCP 3,
/// 5.2.5), but for those that are the same in all.
void history_lists::sort(members& of) {
    std::uint32_t differ = 0;
    for (const member& each : of) {
        differ |= each.of ^ of.front().of;
    }
    sorting_.resize(of.size());
    for (unsigned shift = 0; shift < 32; shift += 8) {
        if ((differ >> shift & 0xFFU) == 0) {
            continue;
        }
        std::array<std::size_t, 257> begins{};
        for (const member& each : of) {
            ++begins.at((each.of >> shift & 0xFFU) + 1);
        }
        for (std::size_t digit = 1; digit < begins.size(); ++digit) {
            begins.at(digit) += begins.at(digit - 1);
        }
        for (const member& each : of) {
            sorting_[begins.at(each.of >> shift & 0xFFU)++] = each;
        }
        of.swap(sorting_);
    }
}

outcome history_lists::write_kind(row_reader& before, row_store& to, list_kind kind) {
    kind_changes& changes = changes_.at(static_cast<std::size_t>(kind));
    sort(changes.added);
    sort(changes.removed);
    std::span<const member> added = changes.added;
    std::span<const member> removed = changes.removed;
    const auto take = [](std::span<const member>& from, std::uint32_t of) {
        const auto end =
            std::ranges::find_if(from, [&](const member& each) { return each.of != of; });
        const auto taken = from.first(static_cast<std::size_t>(end - from.begin()));
        from = from.subspan(taken.size());
        return taken;
    };
    while (!added.empty() || !removed.empty()) {
        const std::uint32_t of = removed.empty() || (!added.empty() && added[0].of <= removed[0].of)
                                     ? added[0].of
                                     : removed[0].of;
        const target list{before, to, kind, of};
        const auto in = take(added, of);
        const auto out = take(removed, of);
        if (auto written = write_list(list, in, out); !written) {
            return written;
        }
    }
    return done{};
}

outcome history_lists::write_list(const target& list, std::span<const member> added,
                                  std::span<const member> removed) {
    while (!added.empty() || !removed.empty()) {
        const std::uint64_t id = removed.empty() || (!added.empty() && added[0].id <= removed[0].id)
                                     ? added[0].id
                                     : removed[0].id;
        block at;
        if (auto found = find_block(list, id, at); !found) {
            return found;
        }
        const auto take = [&](std::span<const member>& from) {
            const auto end =
                std::ranges::find_if(from, [&](const member& each) { return each.id >= at.next; });
            const auto taken = from.first(static_cast<std::size_t>(end - from.begin()));
            from = from.subspan(taken.size());
            return taken;
        };
        const auto in = take(added);
        const auto out = take(removed);
        if (auto written = write_block(list, at, in, out); !written) {
            return written;
        }
    }
    return done{};
}

/// Nearly always it is the last one.
outcome history_lists::find_block(const target& list, std::uint64_t id, block& into) const {
    const auto wanted = list_key(list.kind, list.of, id);
    std::optional<error> fault;
    const auto look = [&](row_bytes key, row_bytes sealed) {
        if (!is_same_list(key, wanted)) {
            return false;
        }
        into.is_there = true;
        into.first = first_of_list(key);
        if (into.first <= id && !decode(key, sealed, into.ids)) {
            fault = damaged(list.to.path(), "a list", key);
        }
        return false;
    };
    auto scanned =
        list.before.scan_back(lists_table, list_key(list.kind, list.of, highest_id), look);
    if (!scanned || fault || !into.is_there || into.first <= id) {
        return fault ? outcome(*fault) : scanned;
    }
    into.is_there = false;
    scanned = list.before.scan_back(lists_table, wanted, look);
    if (!scanned || fault) {
        return fault ? outcome(*fault) : scanned;
    }
    const std::uint64_t behind = (into.is_there ? into.first : id) + 1;
    return list.before.scan(lists_table, list_key(list.kind, list.of, behind),
                            [&](row_bytes key, row_bytes /*sealed*/) {
                                into.next =
                                    is_same_list(key, wanted) ? first_of_list(key) : highest_id;
                                return false;
                            });
}

outcome history_lists::write_block(const target& list, const block& was,
                                   std::span<const member> added, std::span<const member> removed) {
    merged_.clear();
    std::size_t old = 0;
    const auto is_removed = [&](std::uint64_t id) {
        while (!removed.empty() && removed[0].id < id) {
            removed = removed.subspan(1);
        }
        return !removed.empty() && removed[0].id == id;
    };
    while (old < was.ids.size() || !added.empty()) {
        const bool is_old = added.empty() || (old < was.ids.size() && was.ids[old] <= added[0].id);
        const std::uint64_t id = is_old ? was.ids[old] : added[0].id;
        old += is_old ? 1 : 0;
        while (!added.empty() && added[0].id == id) {
            added = added.subspan(1);
        }
        if (!is_removed(id)) {
            merged_.push_back(id);
        }
    }
    if (was.is_there && (merged_.empty() || merged_.front() != was.first)) {
        if (auto erased = list.to.erase(lists_table, list_key(list.kind, list.of, was.first));
            !erased) {
            return erased;
        }
    }
    std::span<const std::uint64_t> left = merged_;
    while (!left.empty()) {
        const auto fitting = left.first(std::min(left.size(), ids_of_list_block));
        const auto end = std::ranges::find_if(
            fitting, [&](std::uint64_t id) { return !fits_list_block(left.front(), id); });
        const auto some = left.first(static_cast<std::size_t>(end - fitting.begin()));
        const auto key = list_key(list.kind, list.of, some.front());
        encode(key, some, value_);
        if (auto put = list.to.put(lists_table, key, value_); !put) {
            return put;
        }
        left = left.subspan(some.size());
    }
    return done{};
}

}  // namespace bourse
