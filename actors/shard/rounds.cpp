// How an entry is applied: what is due, then rounds (RULES.md 1 and 3).
#include <algorithm>
#include <array>
#include <cstring>

#include "actors/ledger/charges.hpp"
#include "actors/ledger/planted_bug.hpp"
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

inline void shard::machine::apply_command(const shard_command& next,
                                          const ledger::found_ahead& found) {
    switch (next.index()) {
        case 0:
            return ledger_.apply(*std::get_if<0>(&next), found);
        case 1:
            return ledger_.apply(*std::get_if<1>(&next), found);
        case 2:
            return ledger_.apply(*std::get_if<2>(&next), found);
        default:
            break;
    }
    std::visit(
        [&](const auto& what) {
            if constexpr (requires { ledger_.apply(what, found); }) {
                ledger_.apply(what, found);
            } else {
                handle(what);
            }
        },
        next);
}

// 1.3. Some commands at a time: what they will need is asked for, then they are done, and those after them are asked for
// meanwhile.
void shard::machine::apply_commands(std::span<const shard_command> commands) {
    if (commands.size() == 1) {
        return apply_command(commands.front(), {});  // there is nothing to do meanwhile
    }
    constexpr std::size_t together = ledger::asked_together;
    std::array<ledger::found_ahead, together> found;
    std::array<const shard_command*, together> soon;
    const auto ask_for_command = [&](std::size_t i) {
        const auto* next = reinterpret_cast<const std::byte*>(&commands[i]);
        for (std::size_t byte = 0; byte < sizeof(shard_command); byte += 64) {
            __builtin_prefetch(next + byte);
        }
    };
    for (std::size_t i = 0; i < std::min(together, commands.size()); ++i) {
        ask_for_command(i);
    }
    for (std::size_t begin = 0; begin < commands.size(); begin += together) {
        const std::size_t end = std::min(begin + together, commands.size());
        for (std::size_t i = begin; i < end; ++i) {
            soon[i - begin] = &commands[i];
        }
        ledger_.ask_for(std::span{soon}.first(end - begin), found);
        for (std::size_t i = begin; i < end; ++i) {
            if (i + together < commands.size()) {
                ask_for_command(i + together);
            }
            apply_command(commands[i], found[i - begin]);
        }
    }
}

void shard::machine::ask_for(std::span<const shard_command* const> soon) const noexcept {
    constexpr std::size_t together = ledger::asked_together;
    std::array<ledger::found_ahead, together> found;
    for (std::size_t begin = 0; begin < soon.size(); begin += together) {
        ledger_.ask_for(soon.subspan(begin, std::min(together, soon.size() - begin)), found);
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
            next_causes_.push_back({.book = &book});
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
void shard::machine::pass_to(std::uint32_t listing, const Command& what, slot order) {
    if (books_[listing] != nullptr) [[likely]] {
        pass_to_book(*books_[listing], what, order);
        return;
    }
    const bourse::listing& listed = ledger_.listings()[listing].what;
    put(listed.book_shard, order_message{.symbol = listed.rules.symbol, .what = what});
}

void shard::machine::pass_on(std::uint32_t listing, const new_order& asked,
                             const given_terms& given, slot at) {
    const auto complete = [&](new_order& order) {
        order.id = given.id;
        order.trade_group = given.trade_group;
        order.price = given.worst;
        order.group = given.group;
    };
    if (books_[listing] != nullptr) [[likely]] {
        // Copied once, to where the book reads it.
        complete(pass_to_book(*books_[listing], asked, at));
        return;
    }
    new_order order = asked;
    complete(order);
    pass_to(listing, order, at);
}
void shard::machine::pass_on(std::uint32_t listing, const cancel_order& request, slot at) {
    if (books_[listing] != nullptr) [[likely]] {
        // Field by field, as it has just been put together so: a copy of it whole would wait for its parts.
        cancel_order& put = make_input<cancel_order>(*books_[listing], at);
        put.id = request.id;
        put.account = request.account;
        return;
    }
    pass_to(listing, request, at);
}
void shard::machine::pass_on(std::uint32_t listing, const replace_order& request, slot at) {
    pass_to(listing, request, at);
}

// 1.3, 1.4: books take their turns, which is one round; then the ledger hears of it all, in the order of the causes,
// which is the next.
void shard::machine::run_rounds() {
    for (int rounds = 0; !next_causes_.empty(); rounds += 2) {
        BOURSE_ASSERT(rounds < max_rounds);
        std::swap(causes_, next_causes_);
        std::swap(answers_, next_answers_);
        std::swap(turns_, next_turns_);
        run_turns();
        for (const cause& each : causes_) {
            tell_what_came_of(each);
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
        const event& answer = answers_[from.first];
        put(account_shard(answer.order), answer);
        return;
    }
    tell_events(*from.book, from.first, from.count);
}

// 1.4: to the account's ledger, wherever it is.
inline void shard::machine::route(const event& told, std::uint32_t listing, slot soon) {
    if (account_shard(told.order) == settings_.id) [[likely]] {
        ledger_.settle(told, settings_.id, soon);
    } else {
        route_otherwise(told, listing);
    }
}

// Almost all events are about the order that their input named, and that has just been in use. Those that others
// traded with are asked for first.
void shard::machine::tell_events(shard_book& book, std::size_t first, std::size_t count) {
    constexpr std::size_t order_ahead = 6;
    constexpr std::size_t holdings_ahead = 3;
    const std::span<const event> events = book.caused_by(first, count);
    if (events.empty()) {
        return;
    }
    const std::size_t before = out_->events.size();
    out_->events.resize(before + events.size());
    std::memcpy(static_cast<void*>(out_->events.data() + before), events.data(),
                events.size_bytes());
    out_->event_numbers.resize(before + events.size());
    for (std::size_t i = before; i < out_->event_numbers.size(); ++i) {
        out_->event_numbers[i] = ++book.last_event;
    }
    if (BOURSE_PLANTED(leave_out_event) && events.size() > 1) {
        out_->event_numbers.back() = ++book.last_event;
    }
    ask_for_makers(events);
    const std::size_t begin = book.begin_of(first);
    std::size_t i = 0;
    for (std::size_t input = first; input < first + count; ++input) {
        const slot named = book.order_of(input);
        ledger_.ask_for_row(book.order_of(input + order_ahead));
        ledger_.ask_for_holdings(book.order_of(input + holdings_ahead));
        for (const std::size_t end = book.begin_of(input + 1) - begin; i < end; ++i) {
            route(events[i], book.listing, named);
        }
    }
}

// Of as many as the nearest cache has room for.
void shard::machine::ask_for_makers(std::span<const event> events) {
    std::array<slot, 64> makers;
    std::size_t known = 0;
    for (const event& told : events.first(std::min(events.size(), 4 * makers.size()))) {
        if (told.kind == event_kind::fill && (told.flags & event::aggressor) == 0 &&
            known < makers.size()) {
            makers[known++] = ledger_.ask_for_order(told.order);
        }
    }
    for (const slot at : std::span{makers}.first(known)) {
        ledger_.ask_for_holdings(at);
    }
}

void shard::machine::route_otherwise(const event& told, std::uint32_t listing) {
    if (told.order == order_id{}) {
        if (told.kind == event_kind::uncrossed) {
            ledger_.set_reference_price(listing, {.price = told.price});
        }
        return;
    }
    const shard_id home = account_shard(told.order);
    if (told.kind == event_kind::fill) {
        ledger_.clear(told, listing, home);
    }
    put(home, told);
}

}  // namespace bourse
