#include "tests/support/shard/reference_shard.hpp"

#define XXH_INLINE_ALL
#include <algorithm>
#include <xxhash.h>

#include "messages/assert.hpp"

namespace bourse {
namespace {

constexpr std::size_t max_instruments = 65'536;
constexpr std::size_t max_sessions = 4'096;
constexpr std::uint32_t max_calendar = 65'535;
constexpr std::uint32_t newest_rules = 1;
constexpr int most_rounds = 8;

template <typename... Functions>
struct overloaded : Functions... {
    using Functions::operator()...;
};
template <typename... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

[[nodiscard]] bool is_peer(shard_id peer, shard_id own) {
    return peer.value != 0 && peer.value <= max_shard && peer != own;
}

}  // namespace

reference_shard::reference_shard(const shard_settings& settings)
    : settings_(settings), ledger_(settings, *this) {}

// --- Entries (section 1) --------------------------------------------------------------------------

void reference_shard::apply(const entry& next, shard_output& out) {
    BOURSE_ASSERT(next.index == index_ + 1);
    index_ = next.index;
    now_ = std::max(now_, next.at);
    out.clear();
    out_ = &out;
    position_ = 0;
    ledger_.begin_entry(now_, next.commands.size(), out);
    choke_channels();
    do_what_is_due();
    for (position_ = 0; position_ < next.commands.size(); ++position_) {
        std::visit([&](const auto& c) { obey(c); }, next.commands[position_]);
    }
    run_rounds();
    if (!out.reports.empty()) {
        ledger_digest_ = XXH3_64bits_withSeed(out.reports.data(),
                                              out.reports.size() * sizeof(report), ledger_digest_);
    }
    if (!out.lines.empty()) {
        ledger_digest_ = XXH3_64bits_withSeed(
            out.lines.data(), out.lines.size() * sizeof(ledger_line), ledger_digest_);
    }
    look_at_output(out);
}

void reference_shard::skip(std::uint64_t index) {
    BOURSE_ASSERT(index == index_ + 1);
    index_ = index;
}

std::optional<timestamp> reference_shard::next_due() const {
    std::optional<timestamp> first;
    const auto consider = [&](timestamp at) { first = first ? std::min(*first, at) : at; };
    for (const auto& [id, sessions] : calendars_) {
        if (!sessions.empty()) {
            consider(sessions.front().at);
        }
    }
    for (const auto& [id, lease] : ledger_.leases) {
        consider(lease.until);
    }
    for (const auto& [symbol, b] : books_) {
        if (const auto at = b.book.next_due()) {
            consider(*at);
        }
    }
    return first;
}

// --- Surroundings of the ledger -------------------------------------------------------------------

void reference_shard::tell_book(symbol_id symbol, book_command what) {
    message m{position_, symbol, what, {}};
    m.answer = answer_instead(m);
    passed_.push_back(m);
}

void reference_shard::pass(symbol_id symbol,
                           std::variant<new_order, cancel_order, replace_order> what) {
    const shard_id where = ledger_.listings.at(symbol).what.book_shard;
    if (where == settings_.id) {
        std::visit([&](const auto& c) { tell_book(symbol, c); }, what);
    } else {
        send(where, order_message{symbol, what});
    }
}

void reference_shard::send(shard_id peer, channel_message what) {
    if (const auto* e = std::get_if<event>(&what); e != nullptr && e->kind == event_kind::fill) {
        count_fill(*e, peer, false);
    } else if (const auto* t = std::get_if<transfer_message>(&what)) {
        count_value(peer, t->asset, t->amount, false);
    } else if (const auto* r = std::get_if<transfer_returned>(&what)) {
        count_value(peer, r->what.asset, r->what.amount, false);
    }
    channel_row& row = channels_[peer].row;
    row.peer = peer;
    out_->messages.push_back({peer, ++row.last_sent, what});
    row.outbox.push_back(what);
}

bool reference_shard::has_room(shard_id peer, bool new_order_or_transfer) const {
    const auto it = channels_.find(peer);
    const std::size_t size = it == channels_.end() ? 0 : it->second.row.outbox.size();
    return peer == settings_.id ||
           (new_order_or_transfer ? 4 * size < 3 * std::size_t{settings_.max_outbox}
                                  : size < settings_.max_outbox);
}

bool reference_shard::is_at_rest(symbol_id symbol) const {
    const auto book = books_.find(symbol);
    if (book != books_.end() && book->second.book.size() > 0) {
        return false;
    }
    for (const auto& [peer, c] : channels_) {
        for (const channel_message& m : c.row.outbox) {
            const auto* there = std::get_if<transfer_message>(&m);
            const auto* back = std::get_if<transfer_returned>(&m);
            const transfer_message* moved = there != nullptr  ? there
                                            : back != nullptr ? &back->what
                                                              : nullptr;
            if (moved != nullptr && moved->asset == asset_of(symbol)) {
                return false;
            }
        }
    }
    return true;
}

std::optional<price> reference_shard::last_price(symbol_id symbol) const {
    const auto it = books_.find(symbol);
    return it == books_.end() ? std::nullopt : it->second.book.last_price();
}

// --- Rounds (1.3, 1.4) ----------------------------------------------------------------------------

void reference_shard::run_rounds() {
    for (int rounds = 0; !passed_.empty(); rounds += 2) {
        BOURSE_ASSERT(rounds < most_rounds);
        longest_rounds_ = std::max(longest_rounds_, rounds + 2);
        std::vector<message> round;
        round.swap(passed_);
        std::stable_sort(round.begin(), round.end(), [](const message& a, const message& b) {
            return a.position < b.position;
        });
        std::vector<caused_event> events;
        run_books(round, events);
        std::stable_sort(
            events.begin(), events.end(),
            [](const caused_event& a, const caused_event& b) { return a.message < b.message; });
        hand_out(events);
    }
}

/// Round 1: each book takes its messages in order.
void reference_shard::run_books(const std::vector<message>& round,
                                std::vector<caused_event>& events) {
    std::map<symbol_id, std::vector<std::size_t>> turns;
    for (std::size_t i = 0; i < round.size(); ++i) {
        turns[round[i].symbol].push_back(i);
    }
    for (const auto& [symbol, messages] : turns) {
        event_buffer buffer;
        bool advanced = false;
        for (const std::size_t i : messages) {
            if (const auto& answer = round[i].answer) {
                events.push_back({i, round[i].position, false, *answer});
                continue;
            }
            hosted_book& b = books_.at(symbol);
            const std::size_t before = buffer.size();
            if (!advanced) {
                b.book.advance(now_, buffer);
                advanced = true;
            }
            let_act(b, round[i].what, buffer);
            for (const event& e : buffer.events().subspan(before)) {
                events.push_back({i, round[i].position, true, e});
            }
        }
        if (advanced) {
            digest_turn(books_.at(symbol), buffer);
        }
    }
}

void reference_shard::let_act(hosted_book& b, const book_command& what, event_buffer& events) {
    std::visit(overloaded{[&](const new_order& c) { b.book.submit(c, events); },
                          [&](const cancel_order& c) { b.book.cancel(c, events); },
                          [&](const replace_order& c) { b.book.replace(c, events); },
                          [&](const mass_cancel& c) { b.book.cancel_all(c, events); },
                          [&](const set_state& c) { b.book.change_state(c, events); },
                          [&](const set_reference& c) { b.book.change_reference(c, events); }},
               what);
}

void reference_shard::digest_turn(hosted_book& b, const event_buffer& events) {
    if (!events.empty()) {
        b.row.digest = XXH3_64bits_withSeed(events.events().data(), events.size() * sizeof(event),
                                            b.row.digest);
    }
}

/// 4.4, 4.5: what is answered without the book, if it is not here or the order's shard is choked.
std::optional<event> reference_shard::answer_instead(const message& m) const {
    event e;
    e.symbol = m.symbol;
    const bool here = books_.contains(m.symbol);
    if (const auto* o = std::get_if<new_order>(&m.what)) {
        const auto from = channels_.find(account_shard(o->id));
        const bool choked = from != channels_.end() && from->second.row.choked;
        if (here && !choked) {
            return std::nullopt;
        }
        e.kind = event_kind::rejected;
        e.flags = event::final_answer;
        e.reason = here ? reason::overloaded : reason::not_here;
        e.order = o->id;
        e.account = o->account;
        e.side = o->side;
        e.price = o->price;
        e.lots = o->quantity;
        return e;
    }
    if (here) {
        return std::nullopt;
    }
    e.reason = reason::not_here;
    if (const auto* c = std::get_if<cancel_order>(&m.what)) {
        e.kind = event_kind::cancel_rejected;
        e.order = c->id;
        e.account = c->account;
    } else {
        const auto& r = std::get<replace_order>(m.what);
        e.kind = event_kind::replace_rejected;
        e.order = r.id;
        e.account = r.account;
    }
    return e;
}

/// Round 2: events go to the ledgers.
void reference_shard::hand_out(const std::vector<caused_event>& events) {
    for (const caused_event& caused : events) {
        if (caused.of_book) {
            out_->events.push_back(caused.what);
            out_->event_numbers.push_back(++books_.at(caused.what.symbol).row.last_event);
        }
    }
    for (const caused_event& caused : events) {
        const event& e = caused.what;
        position_ = caused.position;
        if (e.kind == event_kind::uncrossed) {
            listing_row& l = ledger_.listings.at(e.symbol);
            l.has_reference = true;
            l.reference = e.price;
        }
        if (e.order.value == 0) {
            continue;
        }
        const shard_id home = account_shard(e.order);
        if (home == settings_.id) {
            ledger_.take_event(e, settings_.id);
            continue;
        }
        if (e.kind == event_kind::fill) {
            ledger_.book_side(e, home);
        }
        send(home, e);
    }
}

// --- What is due (section 3, 4.5) -----------------------------------------------------------------

void reference_shard::choke_channels() {
    for (auto& [peer, c] : channels_) {
        if (c.row.choked || c.row.outbox.size() <= settings_.max_outbox) {
            continue;
        }
        c.row.choked = true;
        for (const auto& [symbol, b] : books_) {
            for (const order_row& o : b.book.save().orders) {
                if (account_shard(o.id) == peer) {
                    tell_book(symbol, cancel_order{o.id, {}});
                }
            }
        }
        run_rounds();
    }
}

void reference_shard::do_what_is_due() {
    for (;;) {
        std::optional<std::pair<timestamp, calendar_id>> first;
        for (const auto& [id, sessions] : calendars_) {
            if (!sessions.empty() && (!first || std::pair(sessions.front().at, id) < *first)) {
                first = std::pair(sessions.front().at, id);
            }
        }
        if (!first || first->first > now_) {
            break;
        }
        session_due(first->second);
        run_rounds();
    }
    for (;;) {
        std::optional<std::pair<timestamp, lease_id>> first;
        for (const auto& [id, lease] : ledger_.leases) {
            if (!first || std::pair(lease.until, id) < *first) {
                first = std::pair(lease.until, id);
            }
        }
        if (!first || first->first > now_) {
            break;
        }
        ledger_.end_lease(first->second);
        run_rounds();
    }
    for (auto& [symbol, b] : books_) {
        const auto due = b.book.next_due();
        if (!due || *due > now_) {
            continue;
        }
        event_buffer buffer;
        b.book.advance(now_, buffer);
        digest_turn(b, buffer);
        std::vector<caused_event> events;
        for (const event& e : buffer.events()) {
            events.push_back({0, 0, true, e});
        }
        hand_out(events);
        run_rounds();
    }
}

/// 2.5
void reference_shard::session_due(calendar_id calendar) {
    std::vector<calendar_session>& sessions = calendars_.at(calendar);
    const set_state to = sessions.front().what;
    sessions.erase(sessions.begin());
    for (auto& [symbol, b] : books_) {
        if (ledger_.listings.at(symbol).what.calendar != calendar) {
            continue;
        }
        if (b.row.has_held_state) {
            change_state_in_halt(symbol, b, to);
        } else {
            tell_book(symbol, without_past_timer(to));
        }
    }
}

void reference_shard::change_state_in_halt(symbol_id symbol, hosted_book& b, const set_state& to) {
    b.row.held_state = to;
    if (to.state == market_state::closed) {
        tell_book(symbol,
                  set_state{market_state::closed, auction_kind::none, {}, market_state::open});
    }
}

set_state reference_shard::without_past_timer(set_state s) const {
    if (s.until.ns != 0 && s.until <= now_) {
        s.until = now_ + duration{1};
    }
    return s;
}

// --- The market (section 2) -----------------------------------------------------------------------

void reference_shard::obey(const list_instrument& c) {
    ledger_.operate_market(c.request, [&] { return try_list(c.what); });
}

reason reference_shard::try_list(const listing& what) {
    if (find_fault(what) != nullptr ||
        (what.calendar.value != 0 && !calendars_.contains(what.calendar))) {
        return reason::invalid_request;
    }
    const symbol_id symbol = what.rules.symbol;
    if (ledger_.listings.contains(symbol)) {
        return reason::symbol_exists;
    }
    if (ledger_.listings.size() >= max_instruments) {
        return reason::too_many_instruments;
    }
    ledger_.listings[symbol].what = what;
    if (what.book_shard == settings_.id) {
        hosted_book b{order_book(what.rules, market_state::closed)};
        if (halted_) {
            b.row.has_held_state = true;
            b.row.held_state = {market_state::closed, auction_kind::none, {}, market_state::open};
        }
        books_.emplace(symbol, std::move(b));
    }
    return reason::none;
}

/// 2.2
void reference_shard::obey(const book_state& c) {
    ledger_.operate_market(c.request, [&] {
        if (!ledger_.listings.contains(c.symbol)) {
            return reason::unknown_symbol;
        }
        const auto it = books_.find(c.symbol);
        if (it == books_.end()) {
            return reason::not_here;
        }
        if (!halted_) {
            tell_book(c.symbol, c.what);
            return reason::none;
        }
        if (c.what.state != market_state::closed && c.what.state != market_state::halted) {
            return reason::market_wide_halt;
        }
        if (!makes_sense(c.what, now_)) {
            return reason::invalid_state;
        }
        change_state_in_halt(c.symbol, it->second, c.what);
        return reason::none;
    });
}

void reference_shard::obey(const book_reference& c) {
    ledger_.operate_market(c.request, [&] {
        const auto it = ledger_.listings.find(c.symbol);
        if (it == ledger_.listings.end()) {
            return reason::unknown_symbol;
        }
        it->second.has_reference = !c.what.clear;
        it->second.reference = c.what.clear ? price{} : c.what.price;
        if (books_.contains(c.symbol)) {
            tell_book(c.symbol, c.what);
        }
        return reason::none;
    });
}

/// 2.6
void reference_shard::obey(const mass_cancel_book& c) {
    ledger_.operate_market(c.request, [&] {
        if (!ledger_.listings.contains(c.symbol)) {
            return reason::unknown_symbol;
        }
        if (!books_.contains(c.symbol)) {
            return reason::not_here;
        }
        tell_book(c.symbol, mass_cancel{});
        return reason::none;
    });
}

/// 2.3
void reference_shard::obey(const market_halt& c) {
    ledger_.operate_market(c.request, [&] {
        if (c.on == halted_) {
            return reason::invalid_state;
        }
        switch_halt(c.on);
        return reason::none;
    });
}

void reference_shard::switch_halt(bool on) {
    halted_ = on;
    for (auto& [symbol, b] : books_) {
        const book_row now = b.book.save().book;
        if (on) {
            const bool timed = now.until.ns != 0;
            b.row.has_held_state = true;
            b.row.held_state = {now.state, now.auction, now.until,
                                timed ? now.next : market_state::open};
            for (const message& m : passed_) {
                if (m.symbol == symbol && std::holds_alternative<set_state>(m.what)) {
                    b.row.held_state = std::get<set_state>(m.what);
                }
            }
            const bool closed = b.row.held_state.state == market_state::closed;
            tell_book(symbol, set_state{closed ? market_state::closed : market_state::halted,
                                        auction_kind::none,
                                        {},
                                        market_state::open});
            continue;
        }
        set_state to = without_past_timer(b.row.held_state);
        if (to.state == market_state::open && now.rules.reopening_auction.ns > 0) {
            to = {market_state::auction, auction_kind::reopening,
                  now_ + now.rules.reopening_auction, market_state::open};
        }
        b.row.has_held_state = false;
        b.row.held_state = {};
        tell_book(symbol, to);
    }
}

/// 2.4
void reference_shard::obey(const set_calendar& c) {
    ledger_.operate_market(c.request, [&] {
        bool good = 1 <= c.calendar.value && c.calendar.value <= max_calendar &&
                    c.sessions.size() <= max_sessions;
        timestamp before = now_;
        for (const calendar_session& s : c.sessions) {
            good = good && s.at > before && makes_sense(s.what, s.at);
            before = s.at;
        }
        if (!good) {
            return reason::invalid_request;
        }
        calendars_[c.calendar] = c.sessions;
        return reason::none;
    });
}

/// 1.7
void reference_shard::obey(const set_rules_version& c) {
    ledger_.operate_market(c.request, [&] {
        if (c.version < rules_version_ || c.version > newest_rules) {
            return reason::unsupported_rules;
        }
        rules_version_ = c.version;
        return reason::none;
    });
}

// --- Channels (section 4) -------------------------------------------------------------------------

/// 4.2
void reference_shard::obey(const channel_delivery& c) {
    if (!is_peer(c.from, settings_.id)) {
        ledger_.tell_refused({}, reason::invalid_request, {});
        return;
    }
    std::uint64_t number = c.first;
    for (const channel_message& m : c.messages) {
        const auto it = channels_.find(c.from);
        const std::uint64_t taken = it == channels_.end() ? 0 : it->second.row.last_taken;
        if (number > taken + 1) {
            break;
        }
        if (number == taken + 1) {
            channel_row& row = channels_[c.from].row;
            row.peer = c.from;
            row.last_taken = number;
            take(m, c.from);
        }
        ++number;
    }
    const auto it = channels_.find(c.from);
    out_->receipts.push_back({c.from, it == channels_.end() ? 0 : it->second.row.last_taken});
}

/// 4.4
void reference_shard::take(const channel_message& m, shard_id from) {
    std::visit(overloaded{[&](const order_message& o) {
                              std::visit([&](const auto& c) { tell_book(o.symbol, c); }, o.what);
                          },
                          [&](const event& e) {
                              if (e.kind == event_kind::fill) {
                                  count_fill(e, from, true);
                              }
                              ledger_.take_event(e, from);
                          },
                          [&](const transfer_message& t) {
                              count_value(from, t.asset, t.amount, true);
                              if (const reason why = ledger_.take_transfer(t, from);
                                  why != reason::none) {
                                  send(from, transfer_returned{t, why});
                              }
                          },
                          [&](const transfer_returned& r) {
                              count_value(from, r.what.asset, r.what.amount, true);
                              ledger_.take_returned(r, from);
                          }},
               m);
}

/// 4.3
void reference_shard::obey(const channel_receipt& c) {
    const auto it = channels_.find(c.from);
    const std::uint64_t sent = it == channels_.end() ? 0 : it->second.row.last_sent;
    if (!is_peer(c.from, settings_.id) || c.up_to > sent) {
        ledger_.tell_refused({}, reason::invalid_request, {});
        return;
    }
    if (it == channels_.end()) {
        return;
    }
    channel_row& row = it->second.row;
    const std::uint64_t first = row.last_sent - row.outbox.size() + 1;
    if (c.up_to >= first) {
        row.outbox.erase(row.outbox.begin(),
                         row.outbox.begin() + static_cast<std::ptrdiff_t>(c.up_to - first + 1));
    }
    if (2 * row.outbox.size() < settings_.max_outbox) {
        row.choked = false;
    }
}

/// 4.6
void reference_shard::count_fill(const event& e, shard_id peer, bool received) {
    const wide_int sign = e.side == side::buy ? 1 : -1;
    const currency_id currency = ledger_.listings.at(e.symbol).what.currency;
    count_value(peer, asset_of(currency), -sign * ledger_.value_of(e), received);
    count_value(peer, asset_of(e.symbol), sign * e.lots.lots, received);
}

void reference_shard::count_value(shard_id peer, asset_id asset, wide_int value, bool received) {
    channel_value& v = channels_[peer].values[asset];
    v.asset = asset;
    (received ? v.received : v.sent) += value;
}

}  // namespace bourse
