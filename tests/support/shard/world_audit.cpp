#include "tests/support/shard/world_audit.hpp"

#include <algorithm>
#include <variant>

namespace bourse {

world_audit::world_audit(const std::vector<shard_settings>& settings) {
    for (const shard_settings& one : settings) {
        shards_.emplace_back(one);
    }
}

// What a message carries (shard RULES 4.6).
void world_audit::add(values& to, const channel_message& one,
                      const std::vector<shard_rows>& rows) const {
    if (const auto* e = std::get_if<event>(&one)) {
        if (e->kind != event_kind::fill) {
            return;
        }
        for (const shard_rows& shard : rows) {
            for (const listing_row& l : shard.listings) {
                if (l.what.rules.symbol == e->symbol) {
                    const wide_int sign = e->side == side::buy ? 1 : -1;
                    to[asset_of(l.what.currency)] -= sign * value_of(l.what, e->price, e->lots);
                    to[asset_of(e->symbol)] += sign * e->lots.lots;
                    return;
                }
            }
        }
    } else if (const auto* t = std::get_if<transfer_message>(&one)) {
        to[t->asset] += t->amount;
    } else if (const auto* back = std::get_if<transfer_returned>(&one)) {
        to[back->what.asset] += back->what.amount;
    }
}

std::optional<std::string> world_audit::follow(const shard_transport& transport,
                                               const std::vector<shard_rows>& rows) {
    const auto shards = static_cast<std::uint16_t>(rows.size());
    const auto clearing = [&](std::uint16_t in, std::uint16_t of, asset_id asset) -> wide_int {
        for (const position_row& row : rows[in - 1U].positions) {
            if (!row.of_group && row.holder == clearing_holder(shard_id{of}) &&
                row.asset == asset) {
                return row.total;
            }
        }
        return 0;
    };
    // What is on the way from each to each, worked out from the messages themselves.
    std::map<std::pair<std::uint16_t, std::uint16_t>, values> on_the_way;
    for (std::uint16_t a = 1; a <= shards; ++a) {
        for (const channel_row& row : rows[a - 1U].channels) {
            const shard_id self{a};
            const std::string where =
                "shard " + std::to_string(a) + " and " + std::to_string(row.peer.value) + ": ";
            way& out = ways_[{self, row.peer}];
            const auto& sent = transport.sent(self, row.peer);
            for (; out.counted < sent.size(); ++out.counted) {
                add(out.sent, sent[out.counted], rows);
            }
            way& in = ways_[{row.peer, self}];
            const auto& coming = transport.sent(row.peer, self);
            for (; in.taken < transport.taken(row.peer, self); ++in.taken) {
                add(in.received, coming[in.taken], rows);
            }
            if (row.last_sent != sent.size() || row.last_taken != in.taken) {
                return where + "messages sent or taken: " + std::to_string(row.last_sent) + ", " +
                       std::to_string(row.last_taken) + " instead of " +
                       std::to_string(sent.size()) + ", " + std::to_string(in.taken);
            }
            const std::uint64_t open = sent.size() - row.outbox.size();
            if (row.outbox.size() > sent.size() ||
                !std::equal(row.outbox.begin(), row.outbox.end(),
                            sent.begin() + static_cast<std::ptrdiff_t>(open))) {
                return where + "the outbox is not what was sent last";
            }
            values counted_out = out.sent;
            values counted_in = in.received;
            for (const channel_value& v : row.values) {
                if (v.sent != counted_out[v.asset] || v.received != counted_in[v.asset]) {
                    return where + "counters of " + to_text(v.asset) + ": " + to_text(v.sent) +
                           " sent, " + to_text(v.received) + " received, by the messages " +
                           to_text(counted_out[v.asset]) + ", " + to_text(counted_in[v.asset]);
                }
                counted_out.erase(v.asset);
                counted_in.erase(v.asset);
            }
            const auto moved = [](const auto& one) { return one.second != 0; };
            if (std::any_of(counted_out.begin(), counted_out.end(), moved) ||
                std::any_of(counted_in.begin(), counted_in.end(), moved)) {
                return where + "a counter is missing";
            }
        }
    }
    for (std::uint16_t a = 1; a <= shards; ++a) {
        for (std::uint16_t b = static_cast<std::uint16_t>(a + 1); b <= shards; ++b) {
            values way_value;
            for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
                const way& one = ways_[{shard_id{from}, shard_id{to}}];
                for (const auto& [asset, value] : one.sent) {
                    way_value[asset] += value;
                }
                for (const auto& [asset, value] : one.received) {
                    way_value[asset] -= value;
                }
            }
            std::set<asset_id> assets;
            for (const auto& [asset, value] : way_value) {
                assets.insert(asset);
            }
            for (const std::uint16_t in : {a, b}) {
                for (const position_row& row : rows[in - 1U].positions) {
                    if (!row.of_group && row.holder == clearing_holder(shard_id{in == a ? b : a})) {
                        assets.insert(row.asset);
                    }
                }
            }
            for (const asset_id asset : assets) {
                const wide_int sum = clearing(a, b, asset) + clearing(b, a, asset);
                if (sum != way_value[asset]) {
                    return "clearing between shards " + std::to_string(a) + " and " +
                           std::to_string(b) + " of " + to_text(asset) + " is " + to_text(sum) +
                           ", on the way is " + to_text(way_value[asset]);
                }
            }
        }
    }
    return std::nullopt;
}

std::optional<std::string> world_audit::check_drained(const shard_transport& transport,
                                                      const std::vector<shard_rows>& rows) {
    for (const shard_rows& shard : rows) {
        for (const channel_row& row : shard.channels) {
            const bool there = row.peer.value >= 1 && row.peer.value <= transport.shards();
            if (there && (!row.outbox.empty() ||
                          transport.taken(shard.shard.id, row.peer) != row.last_sent)) {
                return "shard " + std::to_string(shard.shard.id.value) +
                       " has something for shard " + std::to_string(row.peer.value) +
                       " when all is quiet";
            }
        }
    }
    return std::nullopt;
}

}  // namespace bourse
