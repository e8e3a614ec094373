#include <algorithm>
#include <set>

#include "tests/support/shard/reference_shard.hpp"

namespace bourse {

shard_rows reference_shard::save() const {
    shard_rows rows;
    rows.shard.id = settings_.id;
    rows.shard.index = index_;
    rows.shard.now = now_;
    rows.shard.rules_version = rules_version_;
    rows.shard.horizon = settings_.horizon;
    rows.shard.max_outbox = settings_.max_outbox;
    rows.shard.max_open_orders = settings_.max_open_orders;
    rows.shard.market_halted = halted_;
    rows.shard.ledger_digest = ledger_digest_;
    ledger_.save(rows);
    for (const auto& [id, sessions] : calendars_) {
        rows.calendars.push_back({id, sessions});
    }
    for (const auto& [symbol, b] : books_) {
        rows.books.push_back(b.row);
        rows.books.back().rows = b.book.save();
    }
    for (const auto& [key, row] : records_) {
        rows.records.push_back(row);
    }
    std::sort(rows.records.begin(), rows.records.end(),
              [](const record_row& a, const record_row& b) { return a.number < b.number; });
    for (const auto& [peer, c] : channels_) {
        if (c.row.last_sent == 0 && c.row.last_taken == 0) {
            continue;
        }
        rows.channels.push_back(c.row);
        for (const auto& [asset, value] : c.values) {
            if (value.sent != 0 || value.received != 0) {
                rows.channels.back().values.push_back(value);
            }
        }
    }
    return rows;
}

void reference_shard::complain(const std::string& about) {
    if (complaint_.empty()) {
        complaint_ = "entry " + std::to_string(index_) + ": " + about;
    }
}

/// Numbers without gaps (5.1, 4.1, ledger 7.1), and lines that add up to zero (ledger 1.3).
void reference_shard::look_at_output(const shard_output& out) {
    for (const report& r : out.reports) {
        if (r.number != 0 && r.number != ++reports_seen_[r.what.account]) {
            complain("a report number of account " + std::to_string(r.what.account.value));
        }
    }
    if (out.events.size() != out.event_numbers.size()) {
        complain("not every event has a number");
    }
    for (std::size_t i = 0; i < out.events.size(); ++i) {
        const event& e = out.events[i];
        if (out.event_numbers[i] != ++events_seen_[e.symbol]) {
            complain("an event number of symbol " + std::to_string(e.symbol.value));
        }
        // Two fills a trade, one after the other.
        std::uint64_t& trades = trades_seen_[e.symbol];
        if (e.kind == event_kind::fill && e.number != trades / 2 + 1) {
            complain("a trade number of symbol " + std::to_string(e.symbol.value));
        }
        trades += e.kind == event_kind::fill ? 1 : 0;
    }
    for (const sent_message& m : out.messages) {
        if (m.number != ++messages_seen_[m.to]) {
            complain("a message number to shard " + std::to_string(m.to.value));
        }
    }
    std::map<asset_id, wide_int> sums;
    for (const ledger_line& line : out.lines) {
        sums[line.asset] += line.amount;
        if (line.amount == 0) {
            complain("a line of nothing");
        }
    }
    for (const auto& [asset, sum] : sums) {
        if (sum != 0) {
            complain("the lines of asset " + std::to_string(asset.value) +
                     " do not add up to zero");
        }
    }
}

/// 4.6: what clearing says is what was sent, less what was received.
std::string reference_shard::find_channel_violation() const {
    for (const auto& [peer, c] : channels_) {
        for (const auto& [asset, value] : c.values) {
            if (ledger_.total_of_book(clearing_holder(peer), asset) !=
                value.sent - value.received) {
                return "clearing with shard " + std::to_string(peer.value) +
                       " is not what the counters say of asset " + std::to_string(asset.value);
            }
        }
        if (c.row.outbox.size() > c.row.last_sent) {
            return "the outbox to shard " + std::to_string(peer.value) +
                   " holds more than was ever sent";
        }
    }
    return {};
}

/// After an entry ledger and books of one shard agree on each order.
std::string reference_shard::find_book_violation() const {
    std::set<order_id> live;
    for (const auto& [symbol, b] : books_) {
        for (const order_row& o : b.book.save().orders) {
            if (account_shard(o.id) != settings_.id) {
                continue;
            }
            live.insert(o.id);
            const auto account = ledger_.accounts.find(o.account);
            if (account == ledger_.accounts.end() || !account->second.orders.contains(o.id)) {
                return "the ledger does not know order " + std::to_string(o.id.value);
            }
            const open_order_row& known = account->second.orders.at(o.id);
            if (known.remaining != o.remaining || known.filled != o.filled ||
                known.version != o.version || known.price != o.price || known.side != o.side ||
                !known.pending.empty()) {
                return "the ledger has another standing of order " + std::to_string(o.id.value);
            }
        }
    }
    for (const auto& [id, a] : ledger_.accounts) {
        for (const auto& [key, o] : a.orders) {
            if (books_.contains(o.symbol) && !live.contains(key)) {
                return "the book does not know order " + std::to_string(key.value);
            }
        }
    }
    return {};
}

std::string reference_shard::find_violation() const {
    if (!complaint_.empty()) {
        return complaint_;
    }
    if (std::string found = ledger_.find_violation(); !found.empty()) {
        return found;
    }
    if (std::string found = find_channel_violation(); !found.empty()) {
        return found;
    }
    return find_book_violation();
}

}  // namespace bourse
