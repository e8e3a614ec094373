#include "tests/support/book_fixture.hpp"

#include <doctest/doctest.h>

#include <array>
#include <sstream>
#include <variant>

#include "messages/reason.hpp"

namespace bourse {

namespace {

std::string_view name_of(market_state state) {
    constexpr std::array<std::string_view, market_state_count> names = {
        "closed", "pre_open", "auction", "open", "halted"};
    const auto at = static_cast<std::size_t>(state);
    return at < names.size() ? names[at] : "?";
}

std::string_view name_of(auction_kind kind) {
    constexpr std::array<std::string_view, auction_kind_count> names = {
        "none", "opening", "closing", "reopening", "volatility"};
    const auto at = static_cast<std::size_t>(kind);
    return at < names.size() ? names[at] : "?";
}

std::string in_short_state(const event& e) {
    std::ostringstream text;
    const auto auction = static_cast<auction_kind>(e.number >> 8U & 0xFFU);
    text << "state " << name_of(static_cast<market_state>(e.number >> 16U & 0xFFU)) << '>'
         << name_of(static_cast<market_state>(e.number & 0xFFU));
    if (auction != auction_kind::none) {
        text << '/' << name_of(auction);
    }
    text << ' ' << to_string(e.reason);
    return text.str();
}

std::string left(const event& e) {
    return e.is_final() ? "done" : "left " + std::to_string(e.remaining.lots);
}

bool is_about_an_order(event_kind kind) {
    return kind >= event_kind::fill ? kind <= event_kind::prevented
                                    : kind <= event_kind::replaced && kind != event_kind::none;
}

std::string join(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) {
        all += "\n    " + line;
    }
    return all.empty() ? "\n    (nothing)" : all;
}

}  // namespace

std::string in_short(const event& e) {
    std::ostringstream text;
    const auto lots_at_price = [&e] {
        return std::to_string(e.lots.lots) + "@" + std::to_string(e.price.ticks);
    };
    const auto order = e.order.value;
    switch (e.kind) {
        case event_kind::none:
            text << "none";
            break;
        case event_kind::accepted:
            text << "accepted " << order << ' ' << lots_at_price()
                 << ((e.flags & event::held) != 0 ? " held" : "");
            break;
        case event_kind::rejected:
            text << "rejected " << order << ' ' << to_string(e.reason);
            break;
        case event_kind::replaced:
            text << "replaced " << order << ' ' << lots_at_price() << ' ' << left(e);
            break;
        case event_kind::replace_rejected:
            text << "replace_rejected " << order << ' ' << to_string(e.reason);
            break;
        case event_kind::cancel_rejected:
            text << "cancel_rejected " << order << ' ' << to_string(e.reason);
            break;
        case event_kind::command_rejected:
            text << "command_rejected " << to_string(e.reason);
            break;
        case event_kind::fill:
            text << ((e.flags & event::in_auction) != 0  ? "cross "
                     : (e.flags & event::aggressor) != 0 ? "take "
                                                         : "fill ")
                 << order << ' ' << lots_at_price() << ' ' << left(e);
            break;
        case event_kind::cancelled:
            text << "cancelled " << order << ' ' << e.lots.lots << ' ' << to_string(e.reason)
                 << (e.is_final() ? "" : " not final");
            break;
        case event_kind::reduced:
            text << "reduced " << order << ' ' << e.lots.lots << ' ' << left(e);
            break;
        case event_kind::triggered:
            text << "triggered " << order << ' ' << lots_at_price();
            break;
        case event_kind::activated:
            text << "activated " << order << ' ' << lots_at_price();
            break;
        case event_kind::refilled:
            text << "refilled " << order << ' ' << lots_at_price();
            break;
        case event_kind::prevented:
            text << "prevented " << order << " by " << e.number << ' ' << lots_at_price();
            break;
        case event_kind::state_changed:
            return in_short_state(e);
        case event_kind::uncrossed:
            text << "uncrossed " << lots_at_price() << " trades " << e.number;
            break;
        case event_kind::repeated:
        case event_kind::command_refused:
        case event_kind::account_changed:
        case event_kind::adjusted:
        case event_kind::command_done:
            text << "an event of the ledger";
            break;
        case event_kind::reference_set:
            text << "reference " << (e.number == 1 ? std::to_string(e.price.ticks) : "none");
            break;
    }
    return text.str();
}

book_fixture::book_fixture(const instrument& rules, market_state state) : book(rules, state) {}

void book_fixture::entry(const std::vector<command>& commands) {
    for (const command& one : commands) {
        if (const auto* order = std::get_if<new_order>(&one)) {
            // A refused order must not hide the live one of its id.
            if (!book.find(order->id)) {
                sent_[order->id.value] = *order;
            }
        }
    }
    apply(commands);
}

void book_fixture::apply(const std::vector<command>& commands) {
    const std::size_t before = out_.size();
    std::optional<order_book> twin;
    if (has_twin_) {
        twin = order_book::restore(book.save());
        REQUIRE_MESSAGE(twin.has_value(), "a book's own rows were refused");
    }
    book.apply(now_, commands, out_);
    if (twin) {
        event_buffer said;
        twin->apply(now_, commands, said);
        const auto mine = out_.events().subspan(before);
        CHECK_MESSAGE(std::vector<event>(mine.begin(), mine.end()) ==
                          std::vector<event>(said.events().begin(), said.events().end()),
                      "the book and one restored from its rows said different things");
        CHECK_MESSAGE(book.save() == twin->save(),
                      "the book and one restored from its rows became different");
    }
    check_answers(before);
}

void book_fixture::check_answers(std::size_t from) {
    const auto events = out_.events().subspan(from);
    if (const auto fault = audit_.follow(events)) {
        FAIL_CHECK(*fault);
    }
    for (const event& e : events) {
        if (const char* fault = fault_of(e)) {
            FAIL_CHECK(fault, ": ", describe(e));
        }
    }
    CHECK_MESSAGE(audit_.live() == book.size(), "as many live orders as were not ended");
}

// RULES.md 1.9.
const char* book_fixture::fault_of(const event& e) const {
    if (e.symbol != book.rules().symbol) {
        return "the symbol is not the book's";
    }
    if (!is_about_an_order(e.kind)) {
        const bool refusal =
            e.kind == event_kind::replace_rejected || e.kind == event_kind::cancel_rejected;
        const bool clean = e.side == side::buy && e.filled.lots == 0 && e.remaining.lots == 0 &&
                           e.flags == 0 && e.version == 0 &&
                           (refusal || (e.order.value == 0 && e.account.value == 0));
        return clean ? nullptr : "a field of an event about no order is set";
    }
    if (e.kind == event_kind::rejected) {
        return e.filled.lots == 0 && e.remaining.lots == 0 ? nullptr
                                                           : "a rejected order has a standing";
    }
    const auto sent = sent_.find(e.order.value);
    if (sent == sent_.end()) {
        return "an event about an order that was not sent";
    }
    return sent->second.side == e.side && sent->second.account == e.account
               ? nullptr
               : "side or account are not the order's";
}

void book_fixture::reprice(std::uint64_t id, price worst) {
    send(replace_order{.id = {id}, .set_price = true, .price = worst});
}
void book_fixture::resize(std::uint64_t id, std::int64_t total) {
    send(replace_order{.id = {id}, .set_quantity = true, .quantity = {total}});
}
void book_fixture::replace(std::uint64_t id, std::int64_t total, price worst) {
    send(replace_order{
        .id = {id}, .set_price = true, .set_quantity = true, .price = worst, .quantity = {total}});
}
void book_fixture::restop(std::uint64_t id, price stop_price) {
    send(replace_order{.id = {id}, .set_stop_price = true, .stop_price = stop_price});
}

void book_fixture::pass(std::int64_t now) {
    now_ = {now};
    apply({});
}

void book_fixture::trade_at(price where) {
    const std::uint64_t seller = ++stranger_;
    const std::uint64_t buyer = ++stranger_;
    sell(seller, 1, where);
    buy(buyer, 1, where);
    REQUIRE(book.last_price() == where);
    REQUIRE_FALSE(lives(seller));
    REQUIRE_FALSE(lives(buyer));
    forget();
}

void book_fixture::expect(std::initializer_list<std::string_view> lines, const char* file,
                          int line) {
    const std::vector<std::string> expected(lines.begin(), lines.end());
    std::vector<std::string> came;
    for (const event& e : out_.events()) {
        came.push_back(in_short(e));
    }
    out_.clear();
    if (came == expected) {
        CHECK(came.size() == expected.size());  // counts as a check that was made
    } else {
        ADD_FAIL_CHECK_AT(file, line,
                          "expected:" << join(expected) << "\n  but it said:" << join(came));
    }
}

order_row book_fixture::row(std::uint64_t id) const {
    const auto found = book.find({id});
    REQUIRE_MESSAGE(found.has_value(), "order ", id, " does not live");
    return *found;
}

std::string book_fixture::depth(side which) const {
    std::array<book_level, 64> levels;
    const std::size_t count = book.depth(which, levels);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += (i == 0 ? "" : " ") + std::to_string(levels[i].lots.lots) + "@" +
                std::to_string(levels[i].price.ticks) + "x" + std::to_string(levels[i].orders);
    }
    return text;
}

std::string book_fixture::indicative() const {
    const auto now = book.indicative();
    return now ? std::to_string(now->volume.lots) + "@" + std::to_string(now->price.ticks) + " " +
                     std::to_string(now->imbalance_lots)
               : "none";
}

}  // namespace bourse
