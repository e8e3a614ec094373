#include "runtime/verify/told_checks.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>

namespace bourse {

// --- Acknowledged orders ----------------------------------------------------------------------------

result<acknowledged_orders> acknowledged_orders::read(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        return error{errc::unreadable, path + " cannot be read"};
    }
    acknowledged_orders all;
    for (std::string line; std::getline(file, line);) {
        ++all.lines_;
        std::uint64_t id = 0;
        const char* const end = line.data() + line.size();
        const auto read = std::from_chars(line.data(), end, id);
        if (read.ec != std::errc{} || id == 0 || (read.ptr != end && *read.ptr != ' ')) {
            return error{errc::malformed,
                         path + ", line " + std::to_string(all.lines_) +
                             ": does not begin with the id of an order, as in \"281474976710657 -"
                             " AAPL\""};
        }
        if (!all.seen_.emplace(id, 0).second && !all.named_twice_) {
            all.named_twice_ = id;
        }
        all.in_order_.push_back(id);
    }
    return all;
}

void acknowledged_orders::take(const entry_events_view& entry, duration horizon) {
    for (const report& each : entry.reports) {
        if (each.what.kind != event_kind::accepted) {
            continue;
        }
        const order_id id = each.what.order;
        if (const auto found = seen_.find(id.value); found != seen_.end()) {
            ++found->second;
        }
        if (!each.client.is_remembered()) {
            continue;
        }
        const accepted_order now{id, entry.at};
        const auto [first, is_new] = by_client_.try_emplace({each.what.account, each.client}, now);
        if (!is_new) {
            const bool is_remembered = entry.at.ns - first->second.at.ns <= horizon.ns;
            if (is_remembered && first->second.id != id && !done_twice_) {
                done_twice_ = {first->second.id, id};
            }
            first->second = now;
        }
    }
}

std::uint64_t acknowledged_orders::found_once() const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(in_order_, [&](std::uint64_t id) { return seen_.at(id) == 1; }));
}

std::optional<std::string> acknowledged_orders::fault() const {
    if (lines_ == 0) {
        return "the file names no order at all";
    }
    if (named_twice_) {
        return "order " + std::to_string(*named_twice_) + " is acknowledged twice in the file";
    }
    if (done_twice_) {
        return "orders " + std::to_string(done_twice_->first.value) + " and " +
               std::to_string(done_twice_->second.value) +
               " of one account were both accepted under one client id";
    }
    const auto wrong =
        std::ranges::find_if(in_order_, [&](std::uint64_t id) { return seen_.at(id) != 1; });
    if (wrong == in_order_.end()) {
        return std::nullopt;
    }
    const std::uint32_t times = seen_.at(*wrong);
    return "order " + std::to_string(*wrong) + " was acknowledged and is " +
           (times == 0 ? std::string("not there") : "there " + std::to_string(times) + " times");
}

// --- History ----------------------------------------------------------------------------------------

namespace {

[[nodiscard]] bool is_same(const history_trade& a, const history_trade& b) {
    return a.number == b.number && a.symbol == b.symbol && a.at == b.at && a.price == b.price &&
           a.lots == b.lots && a.buy == b.buy && a.sell == b.sell && a.buyer == b.buyer &&
           a.seller == b.seller && a.aggressor == b.aggressor;
}

}  // namespace

bool history_check::begin() {
    auto known = of_.cursors();
    if (!known) {
        unreadable_ = known.error().what;
        return false;
    }
    cursors_ = *std::move(known);
    return true;
}

void history_check::take(shard_id shard, const entry_events_view& entry) {
    const auto cursor = cursors_.find(shard);
    if (cursor == cursors_.end() || entry.index > cursor->second) {
        return;
    }
    timestamp& at = at_[shard];
    at = std::max(at, entry.at);
    expected_.take(shard, entry, at);
}

std::optional<std::string> history_check::fault(
    const std::map<shard_id, std::uint64_t>& last_entries) {
    if (unreadable_) {
        return unreadable_;
    }
    for (const auto& [shard, cursor] : cursors_) {
        const auto last = last_entries.find(shard);
        if (last == last_entries.end() || last->second < cursor) {
            return "it is complete to entry " + std::to_string(cursor) + " of shard " +
                   std::to_string(shard.value) + ", whose log ends with " +
                   std::to_string(last == last_entries.end() ? 0 : last->second);
        }
    }
    const auto gaps = of_.gaps();
    const auto dropped = of_.dropped();
    if (!gaps || !dropped) {
        return !gaps ? gaps.error().what : dropped.error().what;
    }
    if (!gaps->empty()) {
        return "entries " + std::to_string(gaps->front().first) + " to " +
               std::to_string(gaps->front().last) + " of shard " +
               std::to_string(gaps->front().shard.value) + " never came to it";
    }
    auto wrong = compare_orders(*dropped > 0);
    return wrong ? wrong : compare_trades(*dropped > 0);
}

std::optional<std::string> history_check::compare_orders(bool may_be_dropped) {
    for (const order_change* expected : expected_.orders()) {
        const order_change& each = *expected;
        const auto found = of_.find(each.id);
        if (!found) {
            return found.error().what;
        }
        const std::string name = "order " + std::to_string(each.id.value);
        if (!*found) {
            if (may_be_dropped && !each.open) {
                continue;
            }
            return name + " is not there";
        }
        const history_order& row = **found;
        if (row.account != each.account || row.symbol != each.symbol || row.side != each.side ||
            row.filled != each.filled || row.remaining != each.remaining || row.open != each.open ||
            row.why != each.why || row.changed != each.changed ||
            (each.limit && row.price != *each.limit) || (each.lots && row.lots != *each.lots) ||
            (each.client && row.client != *each.client)) {
            return name + " is another: " + std::to_string(row.filled.lots) + " are filled and " +
                   std::to_string(row.remaining.lots) + " remain there, and should be " +
                   std::to_string(each.filled.lots) + " and " + std::to_string(each.remaining.lots);
        }
        ++looked_at_;
    }
    return std::nullopt;
}

std::optional<std::string> history_check::compare_trades(bool may_be_dropped) {
    for (const auto& [shard, expected] : expected_.trades()) {
        if (auto wrong = compare_trades(shard, expected, may_be_dropped)) {
            return wrong;
        }
    }
    return std::nullopt;
}

/// From the newest on, which both end with, in pieces.
std::optional<std::string> history_check::compare_trades(shard_id shard,
                                                         std::span<const history_trade> expected,
                                                         bool may_be_dropped) {
    constexpr std::uint64_t piece = 10'000;
    const std::uint64_t count = expected.size();
    for (std::uint64_t newer = 0; newer < count; newer += piece) {
        const auto rows = of_.trades(shard, newer, std::min(piece, count - newer));
        if (!rows) {
            return rows.error().what;
        }
        for (std::size_t i = 1; i <= std::min<std::size_t>(piece, count - newer); ++i) {
            const history_trade& each = expected[count - newer - i];
            const std::string name = "trade " + std::to_string(each.number.value) + " of symbol " +
                                     std::to_string(each.symbol.value);
            if (i > rows->size()) {
                return may_be_dropped ? std::nullopt : std::optional(name + " is not there");
            }
            if (!is_same((*rows)[rows->size() - i], each)) {
                return name + " is another";
            }
            ++looked_at_;
        }
    }
    return std::nullopt;
}

}  // namespace bourse
