// Instruments, states of books, calendars, the market-wide halt (RULES.md 2); records (RULES.md 7).
#include <algorithm>

#include "actors/ledger/charges.hpp"
#include "actors/ledger/planted_bug.hpp"
#include "actors/shard/shard_machine.hpp"

namespace bourse {

namespace {

constexpr std::size_t max_instruments = 65'536;
constexpr std::size_t max_sessions = 4'096;
constexpr std::uint32_t max_calendar = 65'535;

}  // namespace

// --- Instruments --------------------------------------------------------------------------------

shard_book& shard::machine::add_book(std::unique_ptr<shard_book> book, symbol_id symbol) {
    shard_book& added = *book;
    added.book.bound_replaces(max_value / ledger_.listings()[added.listing].what.tick_value);
    books_[added.listing] = &added;
    touch_book(added);
    books_by_symbol_[symbol] = std::move(book);
    return added;
}

// 2.1.
reason shard::machine::list(const listing& what) {
    if (find_fault(what) != nullptr ||
        (what.calendar != calendar_id{} && !calendars_.contains(what.calendar))) {
        return reason::invalid_request;
    }
    if (ledger_.find_listing(what.rules.symbol)) {
        return reason::symbol_exists;
    }
    if (books_.size() >= max_instruments) {
        return reason::too_many_instruments;
    }
    const std::uint32_t number = ledger_.list(what);
    books_.push_back(nullptr);
    if (what.book_shard == settings_.id) {
        shard_book& book =
            add_book(std::make_unique<shard_book>(what.rules, number), what.rules.symbol);
        if (market_halted_) {
            book.is_held = true;
            book.held = {.state = market_state::closed};
        }
    }
    return reason::none;
}

void shard::machine::handle(const list_instrument& what) {
    if (ledger_.begin_operator_command(what.request)) {
        ledger_.answer_operator_command(what.request, list(what.what));
    }
}

// --- States -------------------------------------------------------------------------------------

std::pair<shard_book*, reason> shard::machine::find_book(symbol_id symbol) const {
    const auto listing = ledger_.find_listing(symbol);
    if (!listing) {
        return {nullptr, reason::unknown_symbol};
    }
    shard_book* book = books_[*listing];
    return {book, book == nullptr ? reason::not_here : reason::none};
}

set_state shard::machine::with_timer_ahead(set_state what) const noexcept {
    if (what.until != timestamp{} && what.until <= now_) {
        what.until = now_ + duration{1};
    }
    return what;
}

// 2.5: by itself, not by an operator.
void shard::machine::goes_to(shard_book& book, set_state what) {
    if (!market_halted_) {
        pass_to_book(book, with_timer_ahead(what));
        return;
    }
    touch_book(book);
    book.held = what;
    if (what.state == market_state::closed) {
        pass_to_book(book, set_state{.state = market_state::closed});
    }
}

reason shard::machine::change_book_state(const book_state& what) {
    const auto [book, why] = find_book(what.symbol);
    if (book == nullptr) {
        return why;
    }
    if (!market_halted_) {
        pass_to_book(*book, what.what);
        return reason::none;
    }
    if (what.what.state != market_state::closed && what.what.state != market_state::halted) {
        return reason::market_wide_halt;
    }
    if (!makes_sense(what.what, now_)) {
        return reason::invalid_state;
    }
    goes_to(*book, what.what);
    return reason::none;
}

void shard::machine::handle(const book_state& what) {
    if (ledger_.begin_operator_command(what.request)) {
        ledger_.answer_operator_command(what.request, change_book_state(what));
    }
}

void shard::machine::handle(const book_reference& what) {
    if (!ledger_.begin_operator_command(what.request)) {
        return;
    }
    const auto listing = ledger_.find_listing(what.symbol);
    if (!listing) {
        return ledger_.answer_operator_command(what.request, reason::unknown_symbol);
    }
    ledger_.set_reference_price(*listing, what.what);
    if (books_[*listing] != nullptr) {
        pass_to_book(*books_[*listing], what.what);
    }
    ledger_.answer_operator_command(what.request, reason::none);
}

void shard::machine::handle(const mass_cancel_book& what) {
    if (!ledger_.begin_operator_command(what.request)) {
        return;
    }
    const auto [book, why] = find_book(what.symbol);
    if (book != nullptr) {
        pass_to_book(*book, mass_cancel{});
    }
    ledger_.answer_operator_command(what.request, why);
}

// --- The market-wide halt -----------------------------------------------------------------------

// 2.3.
reason shard::machine::change_halt(bool on) {
    if (on == market_halted_) {
        return reason::invalid_state;
    }
    market_halted_ = on;
    for (const auto& [symbol, book] : books_by_symbol_) {
        touch_book(*book);
        if (on) {
            book->is_held = true;
            book->held = book->intended_state();
            const bool closed = book->held.state == market_state::closed;
            pass_to_book(*book,
                         set_state{.state = closed ? market_state::closed : market_state::halted});
            continue;
        }
        set_state next = book->held;
        const duration auction = book->book.rules().reopening_auction;
        if (next.state == market_state::open && auction.ns > 0) {
            next = {.state = market_state::auction,
                    .auction = auction_kind::reopening,
                    .until = now_ + auction,
                    .next = market_state::open};
        }
        pass_to_book(*book, with_timer_ahead(next));
        book->is_held = false;
        book->held = {};
    }
    return reason::none;
}

void shard::machine::handle(const market_halt& what) {
    if (ledger_.begin_operator_command(what.request)) {
        ledger_.answer_operator_command(what.request, change_halt(what.on));
    }
}

// --- Calendars ----------------------------------------------------------------------------------

// 2.4.
reason shard::machine::check_calendar(const set_calendar& what) const {
    if (what.calendar.value == 0 || what.calendar.value > max_calendar ||
        what.sessions.size() > max_sessions) {
        return reason::invalid_request;
    }
    timestamp last = now_;
    for (const calendar_session& session : what.sessions) {
        if (session.at <= last || !makes_sense(session.what, session.at)) {
            return reason::invalid_request;
        }
        last = session.at;
    }
    return reason::none;
}

void shard::machine::handle(const set_calendar& what) {
    if (!ledger_.begin_operator_command(what.request)) {
        return;
    }
    const reason why = check_calendar(what);
    if (why == reason::none) {
        touch_calendar(what.calendar);
        auto& sessions = calendars_[what.calendar];
        if (!sessions.empty()) {
            due_sessions_.erase({sessions.front().at, what.calendar});
        }
        sessions = what.sessions;
        if (!sessions.empty()) {
            due_sessions_.emplace(sessions.front().at, what.calendar);
        }
    }
    ledger_.answer_operator_command(what.request, why);
}

// 2.5: the first session of the calendar begins.
void shard::machine::begin_session(calendar_id calendar) {
    touch_calendar(calendar);
    auto& sessions = calendars_.at(calendar);
    const calendar_session session = sessions.front();
    due_sessions_.erase({session.at, calendar});
    sessions.erase(sessions.begin());
    if (!sessions.empty()) {
        due_sessions_.emplace(sessions.front().at, calendar);
    }
    for (const auto& [symbol, book] : books_by_symbol_) {
        if (ledger_.listings()[book->listing].what.calendar == calendar) {
            goes_to(*book, session.what);
        }
    }
}

// --- Rules --------------------------------------------------------------------------------------

// 1.7.
void shard::machine::handle(const set_rules_version& what) {
    if (!ledger_.begin_operator_command(what.request)) {
        return;
    }
    const bool known = rules_version_ <= what.version && what.version <= newest_rules;
    if (known) {
        rules_version_ = what.version;
    }
    ledger_.answer_operator_command(what.request, known ? reason::none : reason::unsupported_rules);
}

// --- Records ------------------------------------------------------------------------------------

// 7.2, 7.5.
void shard::machine::handle(const put_record& what) {
    if (!ledger_.begin_operator_command(what.request)) {
        return;
    }
    const reason why = records_.put(what, index_);
    if (why == reason::none && !BOURSE_PLANTED(forget_record)) {
        ledger_digest_ = records::digest_of_put(what, index_, ledger_digest_);
    }
    ledger_.answer_operator_command(what.request, why);
}

}  // namespace bourse
