// How an entry is applied: what is due, then rounds (RULES.md 1 and 3).
#include <algorithm>
#include <array>

#include "actors/ledger/charges.hpp"
#include "actors/shard/digest.hpp"
#include "actors/shard/shard_machine.hpp"
#include "messages/assert.hpp"

namespace bourse {

namespace {

constexpr int max_rounds = 8;

}  // namespace

void shard::machine::apply(const entry& next, shard_output& out) {
    BOURSE_ASSERT(next.index == index_ + 1);
    index_ = next.index;
    now_ = std::max(now_, next.at);
    out.clear();
    out_ = &out;
    ledger_.begin_entry(now_, next.commands.size(), out.reports, out.lines);
    choke_overflowing();
    do_due();
    apply_commands(next.commands);
    run_rounds();
    ledger_digest_ = digest_of(std::span<const report>(out.reports), ledger_digest_);
    ledger_digest_ = digest_of(std::span<const ledger_line>(out.lines), ledger_digest_);
}

// 1.3. What a command will need is asked for while those before it are done, in three steps, as each
// leads to the next: the command, where its names are looked up, the rows that they lead to.
void shard::machine::apply_commands(std::span<const shard_command> commands) {
    constexpr std::size_t command_ahead = 24;
    constexpr std::size_t lookup_ahead = 12;
    constexpr std::size_t rows_ahead = 6;
    constexpr std::size_t kept = 16;  // more than `lookup_ahead`
    std::array<ledger::found_ahead, kept> found;
    const auto ask_for_command = [&](std::size_t i) {
        const auto* next = reinterpret_cast<const std::byte*>(&commands[i]);
        for (std::size_t byte = 0; byte < sizeof(shard_command); byte += 64) {
            __builtin_prefetch(next + byte);
        }
    };
    for (std::size_t i = 0; i < std::min(command_ahead, commands.size()); ++i) {
        ask_for_command(i);
    }
    for (std::size_t i = 0; i < std::min(lookup_ahead, commands.size()); ++i) {
        ledger_.ask_for_lookup(commands[i], found[i]);
    }
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (i + command_ahead < commands.size()) {
            ask_for_command(i + command_ahead);
        }
        if (i + lookup_ahead < commands.size()) {
            ledger_.ask_for_lookup(commands[i + lookup_ahead], found[(i + lookup_ahead) % kept]);
        }
        if (i + rows_ahead < commands.size()) {
            ledger_.ask_for_rows(commands[i + rows_ahead], found[(i + rows_ahead) % kept]);
        }
        const ledger::found_ahead& here = found[i % kept];
        std::visit(
            [&](const auto& what) {
                if constexpr (requires { ledger_.apply(what, here); }) {
                    ledger_.apply(what, here);
                } else {
                    handle(what);
                }
            },
            commands[i]);
    }
}

void shard::machine::skip(std::uint64_t index) {
    BOURSE_ASSERT(index == index_ + 1);
    index_ = index;
}

// --- What is due --------------------------------------------------------------------------------

// 3.1.
void shard::machine::do_due() {
    while (!due_sessions_.empty() && due_sessions_.begin()->first <= now_) {
        begin_session(due_sessions_.begin()->second);
        run_rounds();
    }
    for (auto lapse = ledger_.next_lapse(); lapse && *lapse <= now_; lapse = ledger_.next_lapse()) {
        ledger_.lapse_first();
        run_rounds();
    }
    std::set<symbol_id> due;
    while (!due_books_.empty() && due_books_.begin()->first <= now_) {
        due.insert(due_books_.begin()->second);
        due_books_.erase(due_books_.begin());
    }
    for (const symbol_id symbol : due) {
        shard_book& book = *books_by_symbol_.at(symbol);
        book.due = {};
        // What an earlier book's rounds have done already is not due any more.
        if (const auto at = book.book.next_due(); at && *at <= now_) {
            next_turns_.push_back(&book);
            next_causes_.push_back({.book = &book, .input = 0});
            run_rounds();
        } else {
            note_due(book);
        }
    }
}

std::optional<timestamp> shard::machine::next_due() const {
    std::optional<timestamp> earliest = ledger_.next_lapse();
    const auto consider = [&](timestamp at) { earliest = earliest ? std::min(*earliest, at) : at; };
    if (!due_sessions_.empty()) {
        consider(due_sessions_.begin()->first);
    }
    if (!due_books_.empty()) {
        consider(due_books_.begin()->first);
    }
    return earliest;
}

// Keeps the list of what is due in step with the book.
void shard::machine::note_due(shard_book& book) {
    const timestamp due = book.book.next_due().value_or(timestamp{});
    if (due == book.due) [[likely]] {
        return;
    }
    const symbol_id symbol = book.book.rules().symbol;
    if (book.due != timestamp{}) {
        due_books_.erase({book.due, symbol});
    }
    if (due != timestamp{}) {
        due_books_.emplace(due, symbol);
    }
    book.due = due;
}

// --- Rounds -------------------------------------------------------------------------------------

template <class Command>
void shard::machine::pass_to(std::uint32_t listing, const Command& what) {
    if (books_[listing] != nullptr) [[likely]] {
        pass_to_book(*books_[listing], what);
        return;
    }
    const bourse::listing& listed = ledger_.listings()[listing].what;
    put(listed.book_shard, order_message{.symbol = listed.rules.symbol, .what = what});
}

void shard::machine::pass_on(std::uint32_t listing, const new_order& asked,
                             const given_terms& given) {
    const auto complete = [&](new_order& order) {
        order.id = given.id;
        order.trade_group = given.trade_group;
        order.price = given.worst;
        order.group = given.group;
    };
    if (books_[listing] != nullptr) [[likely]] {
        complete(pass_to_book(*books_[listing], asked));  // copied once, to where the book reads it
        return;
    }
    new_order order = asked;
    complete(order);
    pass_to(listing, order);
}
void shard::machine::pass_on(std::uint32_t listing, const cancel_order& request) {
    pass_to(listing, request);
}
void shard::machine::pass_on(std::uint32_t listing, const replace_order& request) {
    pass_to(listing, request);
}

// 1.3, 1.4: books take their turns; then the ledger hears of it all, in the order of the causes.
void shard::machine::run_rounds() {
    for (int round = 0; !next_causes_.empty(); ++round) {
        BOURSE_ASSERT(round < max_rounds);
        std::swap(causes_, next_causes_);
        std::swap(answers_, next_answers_);
        std::swap(turns_, next_turns_);
        run_turns();
        if (turns_.size() == 1 && answers_.empty()) [[likely]] {
            shard_book& book = *static_cast<shard_book*>(turns_.front());
            tell_events(book, book.all_events());
        } else {
            for (const cause& each : causes_) {
                tell_what_came_of(each);
            }
        }
        causes_.clear();
        answers_.clear();
        turns_.clear();
    }
}

void shard::machine::run_turns() {
    for (book_turn* turn : turns_) {
        shard_book& book = *static_cast<shard_book*>(turn);
        book.now = now_;
        touch_book(book);
    }
    if (run_ && turns_.size() > 1) {
        run_(turns_);
    } else {
        for (book_turn* turn : turns_) {
            turn->run();
        }
    }
    for (book_turn* turn : turns_) {
        note_due(*static_cast<shard_book*>(turn));
    }
}

void shard::machine::tell_what_came_of(const cause& from) {
    if (from.book == nullptr) [[unlikely]] {
        const event& answer = answers_[from.input];
        put(account_shard(answer.order), answer);
        return;
    }
    tell_events(*from.book, from.book->caused_by(from.input));
}

void shard::machine::tell_events(shard_book& book, std::span<const event> events) {
    constexpr std::size_t order_ahead = 8;
    constexpr std::size_t holdings_ahead = 4;
    out_->events.insert(out_->events.end(), events.begin(), events.end());
    for (std::size_t i = 0; i < events.size(); ++i) {
        out_->event_numbers.push_back(++book.last_event);
    }
    std::array<slot, order_ahead> soon;  // where the orders of the events just ahead are
    for (std::size_t i = 0; i < std::min(order_ahead, events.size()); ++i) {
        soon[i] = ledger_.ask_for_order(events[i].order);
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
        const slot at = soon[i % order_ahead];
        if (i + order_ahead < events.size()) {
            soon[i % order_ahead] = ledger_.ask_for_order(events[i + order_ahead].order);
        }
        if (i + holdings_ahead < events.size()) {
            ledger_.ask_for_holdings(soon[(i + holdings_ahead) % order_ahead]);
        }
        route(events[i], book.listing, at);
    }
}

// 1.4: to the account's ledger, wherever it is.
void shard::machine::route(const event& told, std::uint32_t listing, slot soon) {
    if (told.order == order_id{}) [[unlikely]] {
        if (told.kind == event_kind::uncrossed) {
            ledger_.set_reference_price(listing, {.price = told.price});
        }
        return;
    }
    const shard_id home = account_shard(told.order);
    if (home == settings_.id) [[likely]] {
        ledger_.settle(told, settings_.id, soon);
        return;
    }
    if (told.kind == event_kind::fill) {
        ledger_.clear(told, listing, home);
    }
    put(home, told);
}

}  // namespace bourse
