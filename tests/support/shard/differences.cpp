#include "tests/support/shard/differences.hpp"

#include <algorithm>
#include <functional>
#include <variant>

#include "tests/support/shard/audit.hpp"

namespace bourse {

namespace {

template <typename E>
std::string number_of(E value) {
    return std::to_string(static_cast<unsigned>(value));
}

}  // namespace

// --- Outputs --------------------------------------------------------------------------------------

namespace {

std::string describe(std::uint64_t number) {
    return std::to_string(number);
}

std::string describe(const new_order& o) {
    return "new order " + std::to_string(o.id.value) + " account " +
           std::to_string(o.account.value) + (o.side == side::buy ? " buy" : " sell") + " type " +
           number_of(o.type) + " tif " + number_of(o.tif) + " price " +
           std::to_string(o.price.ticks) + " quantity " + std::to_string(o.quantity.lots) +
           " trade group " + std::to_string(o.trade_group.value) + " group " +
           std::to_string(o.group.value) + " role " + number_of(o.role);
}

std::string describe(const cancel_order& c) {
    return "cancel " + std::to_string(c.id.value) + " account " + std::to_string(c.account.value);
}

std::string describe(const replace_order& r) {
    return "replace " + std::to_string(r.id.value) + " account " + std::to_string(r.account.value) +
           " price " + std::to_string(r.price.ticks) + " quantity " +
           std::to_string(r.quantity.lots);
}

std::string describe(const transfer_message& t) {
    return "transfer from " + std::to_string(t.from.value) + " to " + std::to_string(t.to.value) +
           " asset " + std::to_string(t.asset.value) + " amount " + std::to_string(t.amount) +
           " cost " + std::to_string(t.cost);
}

std::string describe(const channel_message& one) {
    if (const auto* order = std::get_if<order_message>(&one)) {
        return "symbol " + std::to_string(order->symbol.value) + " " +
               std::visit([](const auto& c) { return describe(c); }, order->what);
    }
    if (const auto* e = std::get_if<event>(&one)) {
        return describe(*e);
    }
    if (const auto* t = std::get_if<transfer_message>(&one)) {
        return describe(*t);
    }
    const auto& back = std::get<transfer_returned>(one);
    return "returned for " + number_of(back.why) + ": " + describe(back.what);
}

std::string describe(const sent_message& one) {
    return "to " + std::to_string(one.to.value) + " number " + std::to_string(one.number) + ": " +
           describe(one.what);
}

std::string describe(const sent_receipt& one) {
    return "to " + std::to_string(one.to.value) + " up to " + std::to_string(one.up_to);
}

std::string describe(const account_row& a) {
    return "account " + std::to_string(a.id.value) + " blocked " +
           std::to_string(static_cast<int>(a.blocked)) + " last report " +
           std::to_string(a.last_report) + " max open " + std::to_string(a.max_open_orders) +
           " fat finger " + std::to_string(a.fat_finger_bps);
}

std::string describe(const position_row& p) {
    return "holder " + std::to_string(p.holder.value) + (p.of_group ? " (group)" : "") + " asset " +
           std::to_string(p.asset.value) + " total " + to_text(p.total) + " credit " +
           std::to_string(p.credit) + " max order " + std::to_string(p.max_order) + " max total " +
           std::to_string(p.max_total) + " cost " + to_text(p.cost) + " realised " +
           to_text(p.realised) + " turnover " + to_text(p.turnover) + " day " +
           std::to_string(p.turnover_day);
}

std::string describe(const open_order_row& o) {
    return "order " + std::to_string(o.id.value) + " account " + std::to_string(o.account.value) +
           " symbol " + std::to_string(o.symbol.value) + (o.side == side::buy ? " buy" : " sell") +
           (o.reduce_only ? " reduce-only" : "") + " role " + number_of(o.role) + " cause " +
           number_of(o.cause) + " version " + std::to_string(o.version) + " residue " +
           std::to_string(o.residue) + " price " + std::to_string(o.price.ticks) + " remaining " +
           std::to_string(o.remaining.lots) + " filled " + std::to_string(o.filled.lots) +
           " lease " + std::to_string(o.lease.value) + " group " + std::to_string(o.group.value) +
           " client " + std::to_string(o.client.low) + " pending " +
           std::to_string(o.pending.size());
}

std::string describe(const portfolio_line& p) {
    return "asset " + std::to_string(p.asset.value) + " total " + to_text(p.total) + " reserved " +
           to_text(p.reserved) + " credit " + std::to_string(p.credit) + " available " +
           to_text(p.available) + " cost " + to_text(p.cost) + " realised " + to_text(p.realised) +
           " unrealised " + (p.unrealised ? to_text(*p.unrealised) : "none");
}

std::string describe(const order_group_row& g) {
    return "account " + std::to_string(g.account.value) + " group " + std::to_string(g.id.value) +
           " size " + number_of(g.size) + " admitted " + number_of(g.admitted) +
           (g.broken ? " broken" : "") + (g.has_exit ? " has exit" : "") +
           (g.entry_done ? " entry done" : "") + " entry filled " +
           std::to_string(g.entry_filled.lots) + " decided " + std::to_string(g.decided.value);
}

std::string describe(const remembered_row& r) {
    return "remembered " + std::to_string(r.sequence) + " account " +
           std::to_string(r.account.value) + " id " + std::to_string(r.id.high) + ":" +
           std::to_string(r.id.low) + " order " + std::to_string(r.order.value) + " reason " +
           number_of(r.reason) + (r.answered ? " answered" : "") + " first report " +
           std::to_string(r.first_report) + " forget at " + std::to_string(r.forget_at.ns);
}

std::string describe(const lease_row& l) {
    return "lease " + std::to_string(l.id.value) + " account " + std::to_string(l.account.value) +
           " until " + std::to_string(l.until.ns);
}

std::string describe(const order_row& o) {
    return "book order " + std::to_string(o.id.value) + " place " + number_of(o.place) + " turn " +
           std::to_string(o.priority) + " remaining " + std::to_string(o.remaining.lots);
}

std::string describe(const channel_value& v) {
    return "asset " + std::to_string(v.asset.value) + " sent " + to_text(v.sent) + " received " +
           to_text(v.received);
}

template <typename List>
std::optional<std::string> compare_lists(const char* what, const List& expected, const List& got) {
    const std::size_t count = std::max(expected.size(), got.size());
    for (std::size_t i = 0; i < count; ++i) {
        if (i < expected.size() && i < got.size() && expected[i] == got[i]) {
            continue;
        }
        std::string where = std::string(what) + " " + std::to_string(i);
        if constexpr (requires { describe(expected[i]); }) {
            where += "\n  expected: " + (i < expected.size() ? describe(expected[i]) : "nothing") +
                     "\n  got:      " + (i < got.size() ? describe(got[i]) : "nothing");
        } else {
            where += i >= expected.size() ? " is too much"
                     : i >= got.size()    ? " is missing"
                                          : " differs";
        }
        return where;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> compare(const shard_output& expected, const shard_output& got) {
    if (expected == got) {
        return std::nullopt;
    }
    if (auto difference = compare_lists("report", expected.reports, got.reports)) {
        return difference;
    }
    if (auto difference = compare_lists("line", expected.lines, got.lines)) {
        return difference;
    }
    if (auto difference = compare_lists("event", expected.events, got.events)) {
        return difference;
    }
    if (auto difference =
            compare_lists("event number", expected.event_numbers, got.event_numbers)) {
        return difference;
    }
    if (auto difference = compare_lists("message", expected.messages, got.messages)) {
        return difference;
    }
    return compare_lists("receipt", expected.receipts, got.receipts);
}

// --- Rows -----------------------------------------------------------------------------------------

namespace {

std::string describe_held(const shard_book_row& b) {
    const set_state& s = b.held_state;
    return std::string(b.has_held_state ? "held" : "not held") + ", state " + number_of(s.state) +
           " auction " + number_of(s.auction) + " until " + std::to_string(s.until.ns) + " next " +
           number_of(s.next);
}

std::optional<std::string> compare_books(const shard_rows& expected, const shard_rows& got) {
    if (expected.books.size() != got.books.size()) {
        return "the number of books";
    }
    for (std::size_t i = 0; i < got.books.size(); ++i) {
        const shard_book_row& e = expected.books[i];
        const shard_book_row& g = got.books[i];
        const std::string where =
            "book of " + std::to_string(e.rows.book.rules.symbol.value) + ": ";
        if (auto difference = compare_lists("order", e.rows.orders, g.rows.orders)) {
            return where + *difference;
        }
        if (auto difference = compare_lists("group", e.rows.groups, g.rows.groups)) {
            return where + *difference;
        }
        if (e.rows.book != g.rows.book) {
            return where + "state, prices or statistics";
        }
        if (e.last_event != g.last_event) {
            return where + "last event " + std::to_string(e.last_event) + ", got " +
                   std::to_string(g.last_event);
        }
        if (e.has_held_state != g.has_held_state || e.held_state != g.held_state) {
            return where + "held state\n  expected: " + describe_held(e) +
                   "\n  got:      " + describe_held(g);
        }
    }
    return std::nullopt;
}

std::optional<std::string> compare_channels(const shard_rows& expected, const shard_rows& got) {
    for (std::size_t i = 0; i < std::min(expected.channels.size(), got.channels.size()); ++i) {
        const channel_row& e = expected.channels[i];
        const channel_row& g = got.channels[i];
        const std::string where = "channel to " + std::to_string(e.peer.value) + ": ";
        if (auto difference = compare_lists("outbox", e.outbox, g.outbox)) {
            return where + *difference;
        }
        if (auto difference = compare_lists("value", e.values, g.values)) {
            return where + *difference;
        }
        if (e != g) {
            return where + "sent " + std::to_string(e.last_sent) + ", got " +
                   std::to_string(g.last_sent) + "; taken " + std::to_string(e.last_taken) +
                   ", got " + std::to_string(g.last_taken) + "; choked " +
                   std::to_string(static_cast<int>(e.choked)) + ", got " +
                   std::to_string(static_cast<int>(g.choked));
        }
    }
    return expected.channels.size() == got.channels.size()
               ? std::nullopt
               : std::optional<std::string>("the number of channels");
}

}  // namespace

std::optional<std::string> compare(const shard_rows& expected, const shard_rows& got) {
    if (expected == got) {
        return std::nullopt;
    }
    // The digest is looked at last: whatever else differs says more.
    shard_row e = expected.shard;
    shard_row g = got.shard;
    e.ledger_digest = g.ledger_digest = 0;
    if (e != g) {
        return "the shard's own row: index " + std::to_string(e.index) + ", got " +
               std::to_string(g.index) + "; last order " + std::to_string(e.last_order) + ", got " +
               std::to_string(g.last_order) + "; last remembered " +
               std::to_string(e.last_remembered) + ", got " + std::to_string(g.last_remembered) +
               "; now " + std::to_string(e.now.ns) + ", got " + std::to_string(g.now.ns);
    }
    std::optional<std::string> first;
    const auto each = [&](const char* what, const auto& one, const auto& other) {
        if (!first) {
            first = compare_lists(what, one, other);
        }
    };
    each("account", expected.accounts, got.accounts);
    each("risk group", expected.risk_groups, got.risk_groups);
    each("position", expected.positions, got.positions);
    each("open order", expected.orders, got.orders);
    each("order group", expected.order_groups, got.order_groups);
    each("remembered", expected.remembered, got.remembered);
    each("lease", expected.leases, got.leases);
    each("listing", expected.listings, got.listings);
    each("calendar", expected.calendars, got.calendars);
    each("record", expected.records, got.records);
    if (first) {
        return first;
    }
    if (auto difference = compare_channels(expected, got)) {
        return difference;
    }
    return compare_books(expected, got).value_or("the digest of the ledger or of a book");
}

std::optional<std::string> compare(const std::vector<portfolio_line>& expected,
                                   const std::vector<portfolio_line>& got) {
    return compare_lists("line of a portfolio", expected, got);
}

std::optional<std::string> compare(const std::vector<open_order_row>& expected,
                                   const std::vector<open_order_row>& got) {
    return compare_lists("order of an account", expected, got);
}

}  // namespace bourse
