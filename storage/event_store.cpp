#include "storage/event_store.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "messages/assert.hpp"
#include "storage/event_rows.hpp"
#include "storage/row_format.hpp"

namespace bourse {

using namespace event_rows;  // NOLINT(google-build-using-namespace)

/// What one commit is going to do, beside storing its entries.
struct event_store::plan {
    positions after;  ///< of every shard
    std::size_t drops_left = 0;
    std::vector<std::vector<std::byte>> entries;  ///< keys to be erased
    std::vector<std::vector<std::byte>> reports;
    /// The last report of each account that goes.
    std::map<std::pair<shard_id, account_id>, std::uint64_t> last_reports;
};

std::vector<std::string> event_tables() {
    return {"head", "shards", "entries", "reports"};
}

// --- opening ---------------------------------------------------------------------------------------

result<std::unique_ptr<event_store>> event_store::open(row_store& store,
                                                       const event_store_options& options) {
    std::unique_ptr<event_store> opened(new event_store(store, options));
    if (auto read = opened->read_positions(); !read) {
        return read.error();
    }
    return opened;
}

outcome event_store::read_positions() {
    const auto reader = store_.read();
    if (!reader) {
        return reader.error();
    }
    const auto stored = (*reader)->get(head_table, label_key());
    if (!stored) {
        return stored.error();
    }
    has_label_ = stored->has_value();
    if (has_label_) {
        const auto value = check_label(label_of(options_.owner), **stored, store_.path());
        if (!value) {
            return value.error();
        }
    }
    std::optional<error> fault;
    auto scanned = (*reader)->scan(shards_table, {}, [&](row_bytes key, row_bytes sealed) {
        const auto found = decode_positions(key, sealed);
        if (!found || !has_label_) {
            fault = damaged(store_.path(), "the row " + hexadecimal(key) + " of a shard is wrong");
            return false;
        }
        durable_.insert(*found);
        return true;
    });
    if (!scanned) {
        return scanned;
    }
    next_ = durable_;
    writing_positions_ = durable_;
    return fault ? outcome(*fault) : done{};
}

// --- appending -------------------------------------------------------------------------------------

outcome event_store::append(shard_id shard, const entry_events& events) {
    if (store_.dead()) {
        return *store_.dead();
    }
    if (auto checked = check_entry(events); !checked) {
        return checked;
    }
    BOURSE_ASSERT(shard.value != 0 && shard.value <= max_shard);
    const auto known = next_.find(shard);
    if (known != next_.end() && events.index > known->second.last + 1) {
        return error{errc::out_of_range, "entry " + std::to_string(events.index) +
                                             " cannot follow " +
                                             std::to_string(known->second.last)};
    }
    if (known != next_.end() && events.index < known->second.first) {
        return done{};
    }
    pending_entry made{shard, events.index, events.reports, encode_entry(shard, events)};
    if (known != next_.end() && events.index <= known->second.last) {
        return compare(shard, events.index, made.sealed);
    }
    const std::uint64_t bytes = row_bytes_of(made.sealed.size(), made.reports.size());
    if (open_bytes_ != 0 && open_bytes_ + bytes > max_event_batch_bytes) {
        return error{errc::overloaded, "the batch of events has " + std::to_string(open_bytes_) +
                                           " bytes already; commit it first"};
    }
    open_bytes_ += bytes;
    event_positions& of =
        next_.try_emplace(shard, event_positions{events.index, events.index - 1, 0, 0})
            .first->second;
    of.last = events.index;
    of.bytes += bytes;
    open_.push_back(std::move(made));
    return done{};
}

/// What is stored, or waits to be, must be the very same.
outcome event_store::compare(shard_id shard, std::uint64_t index, row_bytes sealed) const {
    const error differs{errc::corrupt,
                        store_.path() + ": entry " + std::to_string(index) + " of shard " +
                            std::to_string(shard.value) +
                            " gave out other events when it was first applied; the state of this "
                            "node is not what it was"};
    for (const auto* batch : {&writing_, &open_}) {
        for (const pending_entry& entry : *batch) {
            if (entry.shard == shard && entry.index == index) {
                return std::ranges::equal(entry.sealed, sealed) ? outcome(done{}) : differs;
            }
        }
    }
    const auto reader = store_.read();
    if (!reader) {
        return reader.error();
    }
    const auto stored = (*reader)->get(entries_table, entry_key(shard, index));
    if (!stored) {
        return stored.error();
    }
    return *stored && std::ranges::equal(**stored, sealed) ? outcome(done{}) : differs;
}

outcome event_store::restart(shard_id shard, std::uint64_t index) {
    if (store_.dead()) {
        return *store_.dead();
    }
    BOURSE_ASSERT(shard.value != 0 && shard.value <= max_shard);
    const auto known = next_.find(shard);
    if (index == 0 || (known != next_.end() && index <= known->second.last)) {
        return error{errc::out_of_range, "entry " + std::to_string(index) +
                                             " is not beyond the last one stored of shard " +
                                             std::to_string(shard.value)};
    }
    event_positions& of = next_[shard];
    of = {index, index - 1, 0, of.stale_bytes + of.bytes};
    return done{};
}

// --- making them durable ---------------------------------------------------------------------------

/// Whether some of a batch was given up before it was stored.
bool event_store::has_stale_in(const std::vector<pending_entry>& batch, shard_id shard,
                               std::uint64_t first) {
    return std::ranges::any_of(batch, [&](const pending_entry& entry) {
        return entry.shard == shard && entry.index < first;
    });
}

bool event_store::wants_commit() const {
    return std::ranges::any_of(next_, [&](const auto& known) {
        const event_positions& of = known.second;
        const auto stored = durable_.find(known.first);
        return stored == durable_.end() || stored->second != of || of.stale_bytes != 0 ||
               has_too_much(of, options_.keep_bytes);
    });
}

/// Takes the oldest row of a shard into the plan; false if it is to stay.
result<bool> event_store::plan_drop(plan& of, shard_id shard, row_bytes key,
                                    row_bytes sealed) const {
    event_positions& at = of.after[shard];
    const auto entry = is_of(key, shard) ? decode_entry(key, sealed) : std::nullopt;
    const bool is_stale = entry && entry->index < at.first;
    if (!entry || (!is_stale && entry->index != at.first)) {
        return damaged_entry(store_.path(), entry_key(shard, at.first));
    }
    if (!is_stale && !has_too_much(at, options_.keep_bytes)) {
        return false;
    }
    const std::uint64_t bytes = row_bytes_of(sealed.size(), entry->reports.size());
    (is_stale ? at.stale_bytes : at.bytes) -= std::min(is_stale ? at.stale_bytes : at.bytes, bytes);
    at.first = std::max(at.first, entry->index + 1);
    of.entries.emplace_back(key.begin(), key.end());
    for (const report_range& range : entry->reports) {
        of.last_reports[{shard, range.account}] = range.last;
    }
    --of.drops_left;
    return true;
}

/// Chooses the oldest entries of shards that have too much, from what is durable.
outcome event_store::plan_drops(plan& of) const {
    const auto reader = store_.read();
    if (!reader) {
        return reader.error();
    }
    for (const auto& known : next_) {
        const shard_id shard = known.first;
        const event_positions& at = of.after[shard];
        if (at.stale_bytes == 0 && !has_too_much(at, options_.keep_bytes)) {
            continue;
        }
        result<bool> goes = true;
        auto scanned = (*reader)->scan(entries_table, entry_key(shard, 0),
                                       [&](row_bytes key, row_bytes sealed) {
                                           if (!is_of(key, shard) || of.drops_left == 0) {
                                               return false;
                                           }
                                           goes = plan_drop(of, shard, key, sealed);
                                           return goes && *goes;
                                       });
        if (!scanned) {
            return scanned;
        }
        if (!goes) {
            return goes.error();
        }
        // Nothing is left to go, or it is not durable yet, or a later commit's; otherwise rows are missing.
        if (of.drops_left != 0 && durable(shard) >= at.first &&
            has_too_much(at, options_.keep_bytes)) {
            return damaged_entry(store_.path(), entry_key(shard, at.first));
        }
        if (of.drops_left != 0 && at.stale_bytes != 0 && !has_stale_in(writing_, shard, at.first)) {
            return damaged(store_.path(), "rows of shard " + std::to_string(shard.value) +
                                              " before entry " + std::to_string(at.first) +
                                              " are missing");
        }
    }
    return plan_report_drops(of);
}

/// Reports go with their entries, but the newest row of an account stays, so that it is known which numbers were given.
outcome event_store::plan_report_drops(plan& of) const {
    if (of.last_reports.empty()) {
        return done{};
    }
    const auto reader = store_.read();
    if (!reader) {
        return reader.error();
    }
    std::map<std::pair<shard_id, account_id>, bool> newer;
    for (const pending_entry& entry : writing_) {
        for (const report_range& range : entry.reports) {
            newer[{entry.shard, range.account}] = true;
        }
    }
    for (const auto& [who, last] : of.last_reports) {
        const shard_id shard = who.first;
        const account_id account = who.second;
        const std::uint64_t last_number = last;
        std::vector<std::vector<std::byte>> keys;
        bool has_newer = newer.contains(who);
        auto scanned = (*reader)->scan(reports_table, report_key(shard, account, 0),
                                       [&](row_bytes key, row_bytes) {
                                           if (!is_of(key, shard, account)) {
                                               return false;
                                           }
                                           if (last_of(key) > last_number) {
                                               has_newer = true;
                                               return false;
                                           }
                                           keys.emplace_back(key.begin(), key.end());
                                           return true;
                                       });
        if (!scanned) {
            return scanned;
        }
        if (!has_newer && !keys.empty()) {
            keys.pop_back();
        }
        std::ranges::move(keys, std::back_inserter(of.reports));
    }
    return done{};
}

outcome event_store::write_batch(const plan& of) {
    std::vector<std::byte> value;
    if (!has_label_) {
        append_label(label_of(options_.owner), value);
        seal(label_key(), value);
        if (auto put = store_.put(head_table, label_key(), value); !put) {
            return put;
        }
    }
    for (const auto& key : of.entries) {
        if (auto erased = store_.erase(entries_table, key); !erased) {
            return erased;
        }
    }
    for (const auto& key : of.reports) {
        if (auto erased = store_.erase(reports_table, key); !erased) {
            return erased;
        }
    }
    for (const pending_entry& entry : writing_) {
        if (auto put = store_.put(entries_table, entry_key(entry.shard, entry.index), entry.sealed);
            !put) {
            return put;
        }
    }
    if (auto put = write_reports(); !put) {
        return put;
    }
    for (const auto& [shard, at] : of.after) {
        const auto known = durable_.find(shard);
        if (known != durable_.end() && known->second == at) {
            continue;
        }
        const auto key = shard_key(shard);
        if (auto put = store_.put(shards_table, key, encode_positions(key, at)); !put) {
            return put;
        }
    }
    return done{};
}

/// One row an account, of all entries of the batch: under load hundreds of entries have reports of the same accounts.
outcome event_store::write_reports() {
    struct told {
        shard_id shard{};
        report_range range;
        std::uint64_t index = 0;
    };
    std::vector<told> all;
    for (const pending_entry& entry : writing_) {
        for (const report_range& range : entry.reports) {
            all.push_back({entry.shard, range, entry.index});
        }
    }
    std::ranges::sort(all, {}, [](const told& each) {
        return std::tuple(each.shard, each.range.account, each.index);
    });
    std::vector<report_step> steps;
    for (auto each = all.begin(); each != all.end(); ++each) {
        steps.push_back({each->index, each->range.first});
        const auto next = each + 1;
        if (steps.size() < max_report_steps && next != all.end() && next->shard == each->shard &&
            next->range.account == each->range.account && next->range.first > each->range.last &&
            is_near(steps.front(), {next->index, next->range.first})) {
            continue;
        }
        const auto key = report_key(each->shard, each->range.account, each->range.last);
        if (auto put = store_.put(reports_table, key, encode_reports(key, steps)); !put) {
            return put;
        }
        steps.clear();
    }
    return done{};
}

outcome event_store::start_batch() {
    if (store_.dead()) {
        return *store_.dead();
    }
    BOURSE_ASSERT(!under_way_);
    if (!wants_commit()) {
        return done{};
    }
    plan next;
    next.after = next_;
    next.drops_left = dropped_with_each + 2 * open_.size();
    writing_.swap(open_);
    auto did = plan_drops(next);
    did = did ? store_.begin() : did;
    if (did) {
        did = write_batch(next);
        did = did ? store_.start_commit() : did;
        if (!did) {
            store_.abandon();
        }
    }
    if (!did) {
        writing_.swap(open_);
        return did;
    }
    open_bytes_ = 0;
    next_ = next.after;
    writing_positions_ = std::move(next.after);
    under_way_ = true;
    return done{};
}

outcome event_store::finish_batch() {
    if (store_.dead()) {
        return *store_.dead();
    }
    if (!under_way_) {
        return done{};
    }
    under_way_ = false;
    auto finished = store_.finish_commit();
    if (finished) {
        has_label_ = true;
        durable_ = writing_positions_;
        writing_.clear();
    }
    return finished;
}

outcome event_store::commit() {
    auto started = start_batch();
    return started ? finish_batch() : started;
}

// --- reading ---------------------------------------------------------------------------------------

std::optional<event_positions> event_store::find(shard_id shard) const {
    const auto known = durable_.find(shard);
    return known == durable_.end() ? std::nullopt : std::optional(known->second);
}

std::uint64_t event_store::durable(shard_id shard) const {
    const auto known = durable_.find(shard);
    return known == durable_.end() ? 0 : known->second.last;
}

/// As they are where the rows are read: of another store's writer they may have gone on since.
result<std::optional<event_positions>> event_store::positions_in(row_reader& reader,
                                                                 shard_id shard) const {
    const auto key = shard_key(shard);
    const auto stored = reader.get(shards_table, key);
    if (!stored) {
        return stored.error();
    }
    if (!stored->has_value()) {
        return std::optional<event_positions>();
    }
    const auto found = decode_positions(key, **stored);
    if (!found) {
        return damaged(store_.path(), "the row " + hexadecimal(key) + " of a shard is wrong");
    }
    return std::optional(found->second);
}

outcome event_store::read(shard_id shard, std::uint64_t first, std::uint64_t last,
                          std::size_t max_bytes, std::vector<entry_events>& into) const {
    into.clear();
    const auto reader = store_.read();
    if (!reader) {
        return reader.error();
    }
    const auto known = positions_in(**reader, shard);
    if (!known) {
        return known.error();
    }
    const event_positions at = known->value_or(event_positions{1, 0, 0, 0});
    if (first < at.first || first > at.last) {
        return error{errc::not_kept, "the events of entry " + std::to_string(first) +
                                         " are not kept; the first kept is " +
                                         std::to_string(at.first) + ", the last " +
                                         std::to_string(at.last)};
    }
    const std::uint64_t until = std::min(last, at.last);
    std::uint64_t index = first;
    std::size_t bytes = 0;
    std::optional<error> fault;
    const bool wants_any = first <= until;
    auto scanned = (*reader)->scan(
        entries_table, entry_key(shard, first), [&](row_bytes key, row_bytes sealed) {
            if (!wants_any || index > until ||
                (!into.empty() && bytes + sealed.size() > max_bytes)) {
                return false;
            }
            auto entry = is_of(key, shard) ? decode_entry(key, sealed) : std::nullopt;
            if (!entry || entry->index != index) {
                fault = damaged_entry(store_.path(), entry_key(shard, index));
                return false;
            }
            bytes += sealed.size();
            ++index;
            into.push_back(std::move(*entry));
            return true;
        });
    if (scanned && !fault && wants_any && into.empty()) {
        fault = damaged_entry(store_.path(), entry_key(shard, index));
    }
    return scanned && fault ? outcome(*fault) : scanned;
}

result<report_place> event_store::find_report(shard_id shard, account_id account,
                                              std::uint64_t number) const {
    BOURSE_ASSERT(number != 0);
    report_place place;
    const auto reader = store_.read();
    if (!reader) {
        return reader.error();
    }
    const auto found = positions_in(**reader, shard);
    if (!found) {
        return found.error();
    }
    const std::optional<event_positions>& known = *found;
    if (!known) {
        return place;
    }
    // The first row that could have it says where it is; those behind, which is the first kept if it has gone.
    std::optional<error> fault;
    auto scanned = (*reader)->scan(
        reports_table, report_key(shard, account, number), [&](row_bytes key, row_bytes sealed) {
            if (!is_of(key, shard, account)) {
                return false;
            }
            const auto steps = decode_reports(key, sealed);
            if (!steps) {
                fault = damaged(store_.path(), "the row " + hexadecimal(key) +
                                                   " of reports is not what was stored");
                return false;
            }
            const auto kept =
                std::ranges::lower_bound(*steps, known->first, {}, &report_step::index);
            const auto behind = std::ranges::upper_bound(*steps, number, {}, &report_step::first);
            if (kept < behind) {
                place = {report_place::kind::kept, std::prev(behind)->index, 0};
                return false;
            }
            const bool has_kept = kept != steps->end();
            place = {report_place::kind::dropped, 0, has_kept ? kept->first : last_of(key) + 1};
            return !has_kept;
        });
    if (!scanned) {
        return scanned.error();
    }
    if (fault) {
        return *fault;
    }
    return place;
}

}  // namespace bourse
