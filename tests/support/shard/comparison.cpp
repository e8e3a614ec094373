#include "tests/support/shard/comparison.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <tuple>
#include <variant>

#include "tests/support/shard/generator.hpp"

namespace bourse {

namespace {

std::string text(auto value) {
    return std::to_string(value);
}

template <typename E>
std::string number_of(E value) {
    return text(static_cast<unsigned>(value));
}

/// How often what is dear is done, in steps.
constexpr std::uint64_t rows_every = 4;
constexpr std::uint64_t restore_every = 37;
/// In every second life more rarely, as what is handed over begins anew with each restore.
constexpr std::uint64_t restore_rarely = 370;
/// How often everything on the way is delivered, in steps, and after how many rounds it must be quiet.
constexpr std::uint64_t drain_every = 150;
constexpr int max_drain_rounds = 500;

// --- Coverage -------------------------------------------------------------------------------------

// Codes 104, 123, 124, 125 and 130 want tables of 65,536 rows and more, which tests of their own fill.
constexpr std::array<unsigned, 29> wanted_reasons{100, 101, 102, 103, 105, 106, 107, 108, 109, 110,
                                                  111, 112, 113, 114, 115, 116, 117, 118, 119, 120,
                                                  121, 122, 126, 127, 128, 129, 140, 141, 142};
constexpr std::array<unsigned, 17> wanted_kinds{1,  2,  3,  4,  5,  10, 11, 12, 13,
                                                14, 15, 16, 30, 31, 32, 33, 34};

}  // namespace

void shard_coverage::count(shard_id at, const entry& applied, const shard_output& out) {
    for (const shard_command& one : applied.commands) {
        ++commands_[one.index()];
        if (const auto* limit = std::get_if<set_limit>(&one)) {
            ++limits_[limit->kind];
        }
    }
    for (const report& one : out.reports) {
        ++reasons_[one.what.reason];
        ++kinds_[one.what.kind];
        pending_repeats_ += (one.what.flags & event::pending) != 0 ? 1U : 0U;
    }
    for (const ledger_line& one : out.lines) {
        ++lines_[one.kind];
    }
    for (const sent_message& one : out.messages) {
        const auto* order = std::get_if<order_message>(&one.what);
        ++messages_[{one.what.index(), order == nullptr ? 0 : order->what.index()}];
    }
    for (const event& one : out.events) {
        if (one.kind == event_kind::fill) {
            ++fills_[one.flags];
            remote_fills_ += account_shard(one.order) != at ? 1U : 0U;
        }
    }
}

void shard_coverage::count(const shard_transport& transport) {
    repeats_ += transport.repeats();
    gaps_ += transport.gaps();
}

void shard_coverage::count(const handed_rows& checkpoint) {
    checkpoints_stored_ += checkpoint.stored();
    checkpoints_given_up_ += checkpoint.given_up();
}

void shard_coverage::add(const shard_coverage& other) {
    const auto sum = [](auto& to, const auto& from) {
        for (const auto& [key, count] : from) {
            to[key] += count;
        }
    };
    sum(reasons_, other.reasons_);
    sum(kinds_, other.kinds_);
    sum(lines_, other.lines_);
    sum(limits_, other.limits_);
    sum(commands_, other.commands_);
    sum(messages_, other.messages_);
    sum(fills_, other.fills_);
    pending_repeats_ += other.pending_repeats_;
    remote_fills_ += other.remote_fills_;
    repeats_ += other.repeats_;
    gaps_ += other.gaps_;
    checkpoints_stored_ += other.checkpoints_stored_;
    checkpoints_given_up_ += other.checkpoints_given_up_;
}

std::vector<std::string> shard_coverage::missing(std::uint16_t shards) const {
    std::vector<std::string> all;
    for (const unsigned code : wanted_reasons) {
        if (!reasons_.contains(static_cast<reason>(code))) {
            all.push_back("reason " + text(code) + ", " +
                          std::string(to_string(static_cast<reason>(code))));
        }
    }
    for (const unsigned kind : wanted_kinds) {
        if (!kinds_.contains(static_cast<event_kind>(kind))) {
            all.push_back("a report of kind " + text(kind));
        }
    }
    for (unsigned kind = 1; kind < line_kind_count; ++kind) {
        const bool possible = shards > 1 || static_cast<line_kind>(kind) != line_kind::clearing;
        if (possible && !lines_.contains(static_cast<line_kind>(kind))) {
            all.push_back("a line of kind " + text(kind));
        }
    }
    for (unsigned kind = 0; kind < limit_kind_count; ++kind) {
        if (!limits_.contains(static_cast<limit_kind>(kind))) {
            all.push_back("a limit of kind " + text(kind));
        }
    }
    for (std::size_t i = 0; i < std::variant_size_v<shard_command>; ++i) {
        if (!commands_.contains(i)) {
            all.push_back("command " + text(i));
        }
    }
    for (std::size_t i = 0; i < std::variant_size_v<channel_message>; ++i) {
        for (std::size_t j = 0; j < (i == 0 ? 3U : 1U); ++j) {
            // What goes to a shard that is not there is never answered.
            const bool possible = shards > 1 || i == 0 || i == 2;
            if (possible && !messages_.contains({i, j})) {
                all.push_back("a message of kind " + text(i) + "." + text(j));
            }
        }
    }
    for (const unsigned flags : {0U, 1U, 2U, 3U, 4U, 5U}) {
        if (!fills_.contains(flags)) {
            all.push_back("a fill with flags " + text(flags));
        }
    }
    if (checkpoints_stored_ < 100 || checkpoints_given_up_ < 20) {
        all.emplace_back("a hundred checkpoints stored, and twenty given up");
    }
    if (pending_repeats_ == 0) {
        all.emplace_back("a repeat of what is pending");
    }
    if (shards == 1) {
        return all;
    }
    if (remote_fills_ == 0) {
        all.emplace_back("a fill of another shard's order");
    }
    if (repeats_ == 0 || gaps_ == 0) {
        all.emplace_back("a delivery that repeats, and one that comes too early");
    }
    return all;
}

std::string shard_coverage::summary() const {
    std::string all;
    const auto list = [&all](const char* what, const auto& counts) {
        all += what;
        for (const auto& [key, count] : counts) {
            all += " " + text(static_cast<unsigned>(key)) + "=" + text(count);
        }
        all += "\n";
    };
    list("reasons:", reasons_);
    list("reports:", kinds_);
    list("lines:", lines_);
    list("limits:", limits_);
    list("commands:", commands_);
    list("fills by flags:", fills_);
    all += "messages:";
    for (const auto& [key, count] : messages_) {
        all += " " + text(key.first) + "." + text(key.second) + "=" + text(count);
    }
    return all + "\npending repeats: " + text(pending_repeats_) +
           ", fills of other shards' orders: " + text(remote_fills_) +
           ", repeated deliveries: " + text(repeats_) + ", early ones: " + text(gaps_) +
           ", checkpoints stored: " + text(checkpoints_stored_) +
           ", given up: " + text(checkpoints_given_up_) + "\n";
}

// --- Outputs --------------------------------------------------------------------------------------

namespace {

std::string describe(std::uint64_t number) {
    return text(number);
}

std::string describe(const new_order& o) {
    return "new order " + text(o.id.value) + " account " + text(o.account.value) +
           (o.side == side::buy ? " buy" : " sell") + " type " + number_of(o.type) + " tif " +
           number_of(o.tif) + " price " + text(o.price.ticks) + " quantity " +
           text(o.quantity.lots) + " trade group " + text(o.trade_group.value) + " group " +
           text(o.group.value) + " role " + number_of(o.role);
}

std::string describe(const cancel_order& c) {
    return "cancel " + text(c.id.value) + " account " + text(c.account.value);
}

std::string describe(const replace_order& r) {
    return "replace " + text(r.id.value) + " account " + text(r.account.value) + " price " +
           text(r.price.ticks) + " quantity " + text(r.quantity.lots);
}

std::string describe(const transfer_message& t) {
    return "transfer from " + text(t.from.value) + " to " + text(t.to.value) + " asset " +
           text(t.asset.value) + " amount " + text(t.amount) + " cost " + text(t.cost);
}

std::string describe(const channel_message& one) {
    if (const auto* order = std::get_if<order_message>(&one)) {
        return "symbol " + text(order->symbol.value) + " " +
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
    return "to " + text(one.to.value) + " number " + text(one.number) + ": " + describe(one.what);
}

std::string describe(const sent_receipt& one) {
    return "to " + text(one.to.value) + " up to " + text(one.up_to);
}

std::string describe(const account_row& a) {
    return "account " + text(a.id.value) + " blocked " + text(static_cast<int>(a.blocked)) +
           " last report " + text(a.last_report) + " max open " + text(a.max_open_orders) +
           " fat finger " + text(a.fat_finger_bps);
}

std::string describe(const position_row& p) {
    return "holder " + text(p.holder.value) + (p.of_group ? " (group)" : "") + " asset " +
           text(p.asset.value) + " total " + to_text(p.total) + " credit " + text(p.credit) +
           " max order " + text(p.max_order) + " max total " + text(p.max_total) + " cost " +
           to_text(p.cost) + " realised " + to_text(p.realised) + " turnover " +
           to_text(p.turnover) + " day " + text(p.turnover_day);
}

std::string describe(const open_order_row& o) {
    return "order " + text(o.id.value) + " account " + text(o.account.value) + " symbol " +
           text(o.symbol.value) + (o.side == side::buy ? " buy" : " sell") +
           (o.reduce_only ? " reduce-only" : "") + " role " + number_of(o.role) + " cause " +
           number_of(o.cause) + " version " + text(o.version) + " residue " + text(o.residue) +
           " price " + text(o.price.ticks) + " remaining " + text(o.remaining.lots) + " filled " +
           text(o.filled.lots) + " lease " + text(o.lease.value) + " group " + text(o.group.value) +
           " client " + text(o.client.low) + " pending " + text(o.pending.size());
}

std::string describe(const portfolio_line& p) {
    return "asset " + text(p.asset.value) + " total " + to_text(p.total) + " reserved " +
           to_text(p.reserved) + " credit " + text(p.credit) + " available " +
           to_text(p.available) + " cost " + to_text(p.cost) + " realised " + to_text(p.realised) +
           " unrealised " + (p.unrealised ? to_text(*p.unrealised) : "none");
}

std::string describe(const order_group_row& g) {
    return "account " + text(g.account.value) + " group " + text(g.id.value) + " size " +
           number_of(g.size) + " admitted " + number_of(g.admitted) + (g.broken ? " broken" : "") +
           (g.has_exit ? " has exit" : "") + (g.entry_done ? " entry done" : "") +
           " entry filled " + text(g.entry_filled.lots) + " decided " + text(g.decided.value);
}

std::string describe(const remembered_row& r) {
    return "remembered " + text(r.sequence) + " account " + text(r.account.value) + " id " +
           text(r.id.high) + ":" + text(r.id.low) + " order " + text(r.order.value) + " reason " +
           number_of(r.reason) + (r.answered ? " answered" : "") + " first report " +
           text(r.first_report) + " forget at " + text(r.forget_at.ns);
}

std::string describe(const lease_row& l) {
    return "lease " + text(l.id.value) + " account " + text(l.account.value) + " until " +
           text(l.until.ns);
}

std::string describe(const order_row& o) {
    return "book order " + text(o.id.value) + " place " + number_of(o.place) + " turn " +
           text(o.priority) + " remaining " + text(o.remaining.lots);
}

std::string describe(const channel_value& v) {
    return "asset " + text(v.asset.value) + " sent " + to_text(v.sent) + " received " +
           to_text(v.received);
}

template <typename List>
std::optional<std::string> compare_lists(const char* what, const List& expected, const List& got) {
    const std::size_t count = std::max(expected.size(), got.size());
    for (std::size_t i = 0; i < count; ++i) {
        if (i < expected.size() && i < got.size() && expected[i] == got[i]) {
            continue;
        }
        std::string where = std::string(what) + " " + text(i);
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
           " auction " + number_of(s.auction) + " until " + text(s.until.ns) + " next " +
           number_of(s.next);
}

std::optional<std::string> compare_books(const shard_rows& expected, const shard_rows& got) {
    if (expected.books.size() != got.books.size()) {
        return "the number of books";
    }
    for (std::size_t i = 0; i < got.books.size(); ++i) {
        const shard_book_row& e = expected.books[i];
        const shard_book_row& g = got.books[i];
        const std::string where = "book of " + text(e.rows.book.rules.symbol.value) + ": ";
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
            return where + "last event " + text(e.last_event) + ", got " + text(g.last_event);
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
        const std::string where = "channel to " + text(e.peer.value) + ": ";
        if (auto difference = compare_lists("outbox", e.outbox, g.outbox)) {
            return where + *difference;
        }
        if (auto difference = compare_lists("value", e.values, g.values)) {
            return where + *difference;
        }
        if (e != g) {
            return where + "sent " + text(e.last_sent) + ", got " + text(g.last_sent) + "; taken " +
                   text(e.last_taken) + ", got " + text(g.last_taken) + "; choked " +
                   text(static_cast<int>(e.choked)) + ", got " + text(static_cast<int>(g.choked));
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
        return "the shard's own row: index " + text(e.index) + ", got " + text(g.index) +
               "; last order " + text(e.last_order) + ", got " + text(g.last_order) +
               "; last remembered " + text(e.last_remembered) + ", got " + text(g.last_remembered) +
               "; now " + text(e.now.ns) + ", got " + text(g.now.ns);
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

// --- Comparing ------------------------------------------------------------------------------------

shard_comparison::shard_comparison(const std::vector<shard_settings>& settings)
    : reference_(settings) {
    fast_.reserve(settings.size());
    for (const shard_settings& one : settings) {
        shard& made = fast_.emplace_back(one);
        checkpoints_.emplace_back(one.id.value);
        // Turns may be taken in any order: every second shard takes them backwards.
        if (one.id.value % 2 == 0) {
            made.set_runner([](std::span<book_turn* const> turns) {
                for (std::size_t i = turns.size(); i-- > 0;) {
                    turns[i]->run();
                }
            });
        }
    }
}

std::optional<std::string> shard_comparison::apply(const world_step& step) {
    ++steps_;
    if (auto wrong = reference_.apply(step)) {
        return "the reference is wrong: " + *wrong;
    }
    shard& fast = fast_[step.shard.value - 1U];
    const entry& applied = reference_.world().applied();
    if (step.is_void) {
        fast.skip(applied.index);
        got_.clear();
    } else {
        fast.apply(applied, got_);
    }
    if (auto difference = compare(reference_.world().output(), got_)) {
        return difference;
    }
    if (auto difference = checkpoints_[step.shard.value - 1U].go_on(fast)) {
        return difference;
    }
    return compare_queries(step.shard);
}

namespace {

/// By its key, and as the first of a list.
bool agree_on_record(const shard& fast, const record_row& row, const reference_shard& reference) {
    const record_row* found = fast.record(row.table, row.key);
    std::vector<record_row> behind;
    for (const auto& [key, each] : reference.records()) {
        if (key.first == row.table && key.second > row.key && behind.size() < 3) {
            behind.push_back(each);
        }
    }
    return found != nullptr && *found == row && fast.records(row.table, row.key, 3) == behind;
}

}  // namespace

std::optional<std::string> shard_comparison::compare_queries(shard_id id) {
    const shard& fast = fast_[id.value - 1U];
    const reference_shard& reference = reference_.world().machine(id);
    const shard_rows& rows = reference_.rows(id);
    if (fast.next_due() != reference.next_due()) {
        return "next_due";
    }
    if (fast.index() != rows.shard.index || fast.now() != rows.shard.now) {
        return "index or now";
    }
    // One account and one order after the other, as steps go by.
    if (!rows.accounts.empty()) {
        const account_id account = rows.accounts[steps_ % rows.accounts.size()].id;
        if (auto difference = compare_lists("line of a portfolio", reference.portfolio(account),
                                            fast.portfolio(account))) {
            return "account " + text(account.value) + ", " + *difference;
        }
        std::vector<open_order_row> expected;
        std::copy_if(rows.orders.begin(), rows.orders.end(), std::back_inserter(expected),
                     [&](const open_order_row& row) { return row.account == account; });
        if (auto difference =
                compare_lists("order of an account", expected, fast.orders_of(account))) {
            return difference;
        }
    }
    if (!rows.orders.empty()) {
        const open_order_row& row = rows.orders[steps_ % rows.orders.size()];
        if (fast.order(row.id) != row) {
            return "order " + text(row.id.value);
        }
    }
    if (!rows.records.empty()) {
        if (!agree_on_record(fast, rows.records[steps_ % rows.records.size()], reference)) {
            return "a record, or those behind it";
        }
    }
    for (const channel_row& row : rows.channels) {
        const std::uint64_t first = row.last_sent + 1 - row.outbox.size();
        const channel_delivery got = fast.unconfirmed(row.peer, first, 5);
        const std::size_t count = std::min<std::size_t>(5, row.outbox.size());
        if (got.from != id || (count > 0 && got.first != first) || got.messages.size() != count ||
            !std::equal(got.messages.begin(), got.messages.end(), row.outbox.begin())) {
            return "what is unconfirmed by " + text(row.peer.value);
        }
    }
    return std::nullopt;
}

std::optional<std::string> shard_comparison::compare_rows(shard_id id) const {
    return compare(reference_.rows(id), fast_[id.value - 1U].save());
}

std::optional<std::string> shard_comparison::restore(shard_id id) {
    shard& fast = fast_[id.value - 1U];
    const shard_rows rows = fast.save();
    auto restored = shard::restore(rows);
    if (!restored) {
        return "what was saved cannot be restored";
    }
    if (const shard_rows again = restored->save(); again != rows) {
        return "a restored shard has other rows: " +
               compare(rows, again).value_or("digests or priorities");
    }
    if (restored->digest() != fast.digest()) {
        return "a restored shard has another digest";
    }
    fast = std::move(*restored);
    checkpoints_[id.value - 1U].restart(rows);
    return std::nullopt;
}

// --- Lives ----------------------------------------------------------------------------------------

namespace {

/// Makes up a life step by step; `apply` applies each and returns what is wrong.
std::optional<std::string> live(
    std::uint64_t seed, std::uint64_t commands, std::uint16_t shards,
    const std::function<void(const std::vector<shard_settings>&)>& begin,
    const std::function<std::optional<std::string>(const world_step&)>& apply,
    const std::function<const audited_world<reference_shard>&()>& reference) {
    shard_generator generator(seed, shards);
    begin(generator.settings());
    std::uint64_t sent = 0;
    std::uint64_t steps = 0;
    timestamp now{};
    const auto one = [&](const world_step& step) -> std::optional<std::string> {
        ++steps;
        sent += step.commands.size();
        now = std::max(now, step.at);
        if (auto wrong = apply(step)) {
            return "seed " + text(seed) + ", " + text(shards) + " shards, step " + text(steps) +
                   ", shard " + text(step.shard.value) + ", entry " +
                   text(reference().world().applied().index) + ", command " + text(sent) + ": " +
                   *wrong;
        }
        const shard_world<reference_shard>& world = reference().world();
        generator.learn(step, world.output(), world.machine(step.shard).next_due());
        return std::nullopt;
    };
    while (sent < commands) {
        if (auto wrong = one(generator.next())) {
            return wrong;
        }
        const bool last = sent >= commands;
        if (shards == 1 || (steps % drain_every != 0 && !last)) {
            continue;
        }
        int rounds = 0;
        while (!reference().is_quiet()) {
            if (++rounds > max_drain_rounds) {
                return "seed " + text(seed) + ": never quiet";
            }
            for (const world_step& step : reference().world().transport().drain_steps(now)) {
                if (auto wrong = one(step)) {
                    return wrong;
                }
            }
        }
    }
    return std::nullopt;
}

void take_coverage(const audited_world<reference_shard>& from, shard_coverage* to) {
    if (to != nullptr) {
        to->add(from.coverage());
        to->count(from.world().transport());
    }
}

std::optional<std::string> in_child(const shard_case& one,
                                    std::optional<std::string> (*find)(const shard_case&)) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) {
        return find(one);
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(60);  // a shard that never comes back differs as well
        const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(nowhere, STDERR_FILENO);
        const std::string words = find(one).value_or("").substr(0, 4'000);
        const ssize_t written = ::write(pipe[1], words.data(), words.size());
        ::_exit(written == 0 ? 0 : 1);
    }
    ::close(pipe[1]);
    std::string words(4'000, ' ');
    const ssize_t count = ::read(pipe[0], words.data(), words.size());
    ::close(pipe[0]);
    words.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    int status = 0;
    if (child > 0 && ::waitpid(child, &status, 0) == child && status == 0) {
        return std::nullopt;
    }
    return words.empty() ? "the process ended or hung" : words;
}

}  // namespace

shard_case make_case(std::uint64_t seed, std::uint64_t commands, std::uint16_t shards) {
    shard_case made;
    std::optional<audited_world<reference_shard>> world;
    const auto wrong = live(
        seed, commands, shards,
        [&](const std::vector<shard_settings>& settings) {
            made.settings = settings;
            world.emplace(settings);
        },
        [&](const world_step& step) {
            made.steps.push_back(step);
            return world->apply(step);
        },
        [&]() -> const audited_world<reference_shard>& { return *world; });
    (void)wrong;  // the case ends there; whoever applies it will be told
    return made;
}

std::optional<std::string> find_fault(std::uint64_t seed, std::uint64_t commands,
                                      std::uint16_t shards, shard_coverage* reached,
                                      fault_planter* planter) {
    std::optional<audited_world<reference_shard>> world;
    auto wrong = live(
        seed, commands, shards,
        [&](const std::vector<shard_settings>& settings) {
            world.emplace(settings);
            if (planter != nullptr) {
                world->plant(*planter);
            }
        },
        [&](const world_step& step) { return world->apply(step); },
        [&]() -> const audited_world<reference_shard>& { return *world; });
    take_coverage(*world, reached);
    return wrong;
}

std::optional<std::string> find_difference(std::uint64_t seed, std::uint64_t commands,
                                           std::uint16_t shards, shard_coverage* reached) {
    std::unique_ptr<shard_comparison> both;
    std::uint64_t steps = 0;
    auto wrong = live(
        seed, commands, shards,
        [&](const std::vector<shard_settings>& settings) {
            both = std::make_unique<shard_comparison>(settings);
        },
        [&](const world_step& step) {
            auto difference = both->apply(step);
            if (!difference && ++steps % rows_every == 0) {
                difference = both->compare_rows(step.shard);
            }
            if (!difference && steps % (seed % 2 == 0 ? restore_rarely : restore_every) == 0) {
                difference = both->restore(step.shard);
            }
            return difference;
        },
        [&]() -> const audited_world<reference_shard>& { return both->reference(); });
    take_coverage(both->reference(), reached);
    if (reached != nullptr) {
        for (const handed_rows& checkpoint : both->checkpoints()) {
            reached->count(checkpoint);
        }
    }
    return wrong;
}

std::optional<std::string> find_fault(const shard_case& one) {
    audited_world<reference_shard> world(one.settings);
    for (const world_step& step : one.steps) {
        if (auto wrong = world.apply(step)) {
            return wrong;
        }
    }
    return std::nullopt;
}

std::optional<std::string> find_difference(const shard_case& one) {
    shard_comparison both(one.settings);
    for (const world_step& step : one.steps) {
        if (auto difference = both.apply(step)) {
            return difference;
        }
        if (auto difference = both.compare_rows(step.shard)) {
            return difference;
        }
        if (one.restore_often) {
            if (auto difference = both.restore(step.shard)) {
                return difference;
            }
        }
    }
    return std::nullopt;
}

std::optional<std::string> find_difference_in_child(const shard_case& one) {
    return in_child(one, &find_difference);
}

std::optional<std::string> find_fault_in_child(const shard_case& one) {
    return in_child(one, &find_fault);
}

}  // namespace bourse
