#include <algorithm>

#include "messages/assert.hpp"
#include "tests/support/shard/reference_ledger.hpp"

namespace bourse {
namespace {

/// A row is there when it says anything: some field besides its key is not zero.
[[nodiscard]] bool says_anything(const position_row& p) {
    position_row nothing;
    nothing.holder = p.holder;
    nothing.of_group = p.of_group;
    nothing.asset = p.asset;
    nothing.turnover_day = p.turnover_day;  // of a turnover of zero it says nothing
    return !(p == nothing);
}

void add(std::vector<position_row>& rows, const reference_positions& positions) {
    for (const auto& [asset, p] : positions) {
        if (says_anything(p)) {
            rows.push_back(p);
            if (p.turnover == 0) {
                rows.back().turnover_day = 0;
            }
        }
    }
}

[[nodiscard]] std::string of_account(const reference_account& a) {
    return "account " + std::to_string(a.row.id.value);
}

}  // namespace

/// 8.3, 8.4
std::vector<portfolio_line> reference_ledger::portfolio(account_id id) const {
    std::vector<portfolio_line> lines;
    const reference_account* a = find(id);
    if (a == nullptr) {
        return lines;
    }
    for (const auto& [asset, p] : a->positions) {
        if (!says_anything(p) && reserved(*a, asset) == 0) {
            continue;
        }
        portfolio_line line;
        line.asset = asset;
        line.total = p.total;
        line.reserved = reserved(*a, asset);
        line.credit = p.credit;
        line.available = available(*a, asset);
        line.cost = p.cost;
        line.realised = p.realised;
        const auto listed = listings.find({asset.value});
        if (!asset.is_currency() && listed != listings.end() && p.total != 0) {
            const listing_row& l = listed->second;
            std::optional<price> mark = around_.last_price({asset.value});
            if (!mark && l.has_reference) {
                mark = l.reference;
            }
            const auto lots = narrow(p.total);
            const auto value = mark && lots ? checked_value(*mark, {*lots}, l.what.tick_value)
                                            : std::optional<money>{};
            if (value) {
                line.unrealised = value->minor + (p.total > 0 ? -p.cost : p.cost);
            }
        }
        lines.push_back(line);
    }
    return lines;
}

void reference_ledger::save(shard_rows& rows) const {
    rows.shard.last_order = last_order_;
    rows.shard.last_remembered = last_remembered_;
    for (const auto& [id, a] : accounts) {
        rows.accounts.push_back(a.row);
        add(rows.positions, a.positions);
        for (const auto& [key, g] : a.groups) {
            rows.order_groups.push_back(g);
        }
        for (const auto& [key, o] : a.orders) {
            rows.orders.push_back(o);
        }
    }
    std::sort(rows.orders.begin(), rows.orders.end(),
              [](const open_order_row& a, const open_order_row& b) { return a.id < b.id; });
    for (const auto& [holder, positions] : books_) {
        add(rows.positions, positions);
    }
    for (const auto& [id, g] : risk_groups_) {
        if (g.row.max_open_orders != 0 || g.row.fat_finger_bps != 0) {
            rows.risk_groups.push_back(g.row);
            rows.risk_groups.back().id = id;
        }
        add(rows.positions, g.positions);
    }
    for (const auto& [sequence, row] : remembered_) {
        rows.remembered.push_back(row);
    }
    for (const auto& [id, lease] : leases) {
        rows.leases.push_back(lease);
    }
    for (const auto& [symbol, l] : listings) {
        rows.listings.push_back(l);
    }
}

/// 1.2, 1.3, 1.7, 5.2, 6.1, 3.3: what must hold after every entry.
std::string reference_ledger::find_violation() const {
    std::map<asset_id, wide_int> sums;
    const auto count = [&](const reference_positions& in) {
        for (const auto& [asset, p] : in) {
            sums[asset] += p.total;
        }
    };
    for (const auto& [holder, positions] : books_) {
        count(positions);
    }
    std::uint64_t remembered = remembered_by_none_;
    for (const auto& [id, a] : accounts) {
        count(a.positions);
        remembered += a.remembered;
        if (a.row.kind == account_kind::cash) {
            for (const auto& [asset, p] : a.positions) {
                if (available(a, asset) < 0) {
                    return of_account(a) +
                           " is cash and has less than nothing available of asset " +
                           std::to_string(asset.value);
                }
            }
        }
        for (const auto& [key, o] : a.orders) {
            if (o.remaining.lots < 0 || o.residue >= 1'000'000 || o.pending.size() > 4) {
                return of_account(a) + " has an order that cannot be, " + std::to_string(key.value);
            }
            const wide_int total = position(a.positions, asset_of(o.symbol)).total;
            if (o.reduce_only && !reduces(o.side, total, lots_open(a, o.symbol))) {
                return of_account(a) + " has a reduce-only order that could do more, " +
                       std::to_string(key.value);
            }
            if (o.group.value != 0 && !a.groups.contains(o.group.value)) {
                return of_account(a) + " has an order of a group that is not known";
            }
            // From first principles: a plain order must always be able to pay for what remains.
            const listing& l = listings.at(o.symbol).what;
            const wide_int value = notional(o.price, o.remaining) * l.tick_value;
            if (o.side == side::buy && o.group.value == 0 && l.fees == listing{}.fees &&
                reserved(a, asset_of(l.currency)) < value) {
                return of_account(a) + " has reserved less than one order alone may cost";
            }
        }
        for (const auto& keyed : a.groups) {
            const order_group_row& g = keyed.second;
            const bool any = std::any_of(a.orders.begin(), a.orders.end(),
                                         [&](const auto& x) { return x.second.group == g.id; });
            if (!any || g.admitted == 0 || g.admitted > g.size) {
                return of_account(a) + " has a group without members, or with too many";
            }
        }
    }
    for (const auto& [asset, sum] : sums) {
        if (sum != 0) {
            return "the positions of asset " + std::to_string(asset.value) +
                   " do not add up to zero";
        }
        if (total_of_book(clearing_holder(settings_.id), asset) != 0) {
            return "the clearing of the own shard is not zero in asset " +
                   std::to_string(asset.value);
        }
    }
    if (remembered != remembered_.size() || remembered_.size() != by_client_id_.size()) {
        return "the remembered ids do not add up";
    }
    return {};
}

}  // namespace bourse
