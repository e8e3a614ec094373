#include "told_entries.hpp"

#include <algorithm>
#include <tuple>

#include "actors/shard/shard.hpp"
#include "runtime/bench/shard_flow.hpp"

namespace bourse {

std::vector<unpacked_events> told_entries(std::uint32_t operations,
                                          std::uint32_t commands_per_entry) {
    flow_shape shape = *find_flow("10k");
    shape.resting = 200;
    const shard_flow flow = generate_shard_flow(
        shape, operations, 7,
        {.accounts = 9, .symbols = 4, .commands_per_entry = commands_per_entry});
    shard machine{shard_settings{}};
    shard_output out;
    std::vector<unpacked_events> told;
    for (const auto* entries : {&flow.setup, &flow.fill, &flow.operations}) {
        for (const entry& next : *entries) {
            machine.apply(next, out);
            told.push_back({.index = next.index,
                            .at = next.at,
                            .digest = machine.digest(),
                            .reports = {out.reports.begin(), out.reports.end()},
                            .lines = {out.lines.begin(), out.lines.end()},
                            .events = {out.events.begin(), out.events.end()},
                            .event_numbers = out.event_numbers});
        }
    }
    return told;
}

void expected_history::take(const unpacked_events& entry) {
    for (const report& told : entry.reports) {
        const event& what = told.what;
        if (what.kind == event_kind::accepted) {
            orders.push_back({.id = what.order,
                              .account = what.account,
                              .symbol = what.symbol,
                              .side = what.side,
                              .price = what.price,
                              .lots = what.lots,
                              .client = told.client.is_remembered() ? told.client : client_id{},
                              .at = entry.at});
        }
        const auto found = std::ranges::find(orders, what.order, &history_order::id);
        if (what.order == order_id{} || found == orders.end()) {
            continue;
        }
        if (what.kind == event_kind::replaced) {
            found->price = what.price;
            found->lots = what.lots;
            found->client = told.client.is_remembered() ? told.client : found->client;
        }
        found->filled = what.filled;
        found->remaining = what.remaining;
        found->open = !what.is_final();
        found->why = what.reason;
        found->changed = entry.at;
    }
    for (std::size_t i = 0; i < entry.events.size(); ++i) {
        const event& first = entry.events[i];
        if (first.kind != event_kind::fill || (first.flags & event::aggressor) != 0) {
            continue;
        }
        const auto second = std::ranges::find_if(entry.events, [&](const event& each) {
            return each.kind == event_kind::fill && each.symbol == first.symbol &&
                   each.number == first.number && each.order != first.order;
        });
        const event& buy = first.side == side::buy ? first : *second;
        const event& sell = first.side == side::buy ? *second : first;
        trades.push_back({{first.number},
                          first.symbol,
                          first.price,
                          first.lots,
                          entry.at,
                          second->side,
                          buy.account,
                          sell.account,
                          buy.order,
                          sell.order});
    }
}

bool equal(const history_order& a, const history_order& b) {
    const auto fields = [](const history_order& of) {
        return std::tie(of.id, of.account, of.symbol, of.side, of.price, of.lots, of.filled,
                        of.remaining, of.open, of.why, of.client, of.at, of.changed);
    };
    return fields(a) == fields(b);
}

bool equal(const history_trade& a, const history_trade& b) {
    const auto fields = [](const history_trade& of) {
        return std::tie(of.number, of.symbol, of.price, of.lots, of.at, of.aggressor, of.buyer,
                        of.seller, of.buy, of.sell);
    };
    return fields(a) == fields(b);
}

}  // namespace bourse
