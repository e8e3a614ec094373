// The shard's state as rows, and what can be asked of it.
#include "actors/shard/digest.hpp"
#include "actors/shard/shard_machine.hpp"

namespace bourse {

shard::machine::machine(const shard_settings& settings)
    : settings_(settings),
      ledger_({.shard = settings.id,
               .horizon = settings.horizon,
               .max_open_orders = settings.max_open_orders},
              *this),
      channels_(settings.max_outbox) {}

// --- Queries ------------------------------------------------------------------------------------

const order_book* shard::machine::book(symbol_id symbol) const noexcept {
    const auto found = books_by_symbol_.find(symbol);
    return found == books_by_symbol_.end() ? nullptr : &found->second->book;
}

std::uint64_t shard::machine::last_event(symbol_id symbol) const noexcept {
    const auto found = books_by_symbol_.find(symbol);
    return found == books_by_symbol_.end() ? 0 : found->second->last_event;
}

// Ledger RULES 8.3.
std::vector<portfolio_line> shard::machine::portfolio(account_id account) const {
    std::vector<portfolio_line> lines = ledger_.portfolio(account);
    for (portfolio_line& line : lines) {
        const auto listing = line.asset.is_currency()
                                 ? std::nullopt
                                 : ledger_.find_listing({.value = line.asset.value});
        if (!listing || line.total == 0) {
            continue;
        }
        const listing_state& listed = ledger_.listings()[*listing];
        const order_book* here = book(listed.what.rules.symbol);
        std::optional<price> mark = here != nullptr ? here->last_price() : std::nullopt;
        if (!mark && listed.has_reference) {
            mark = listed.reference;
        }
        const auto lots = narrow(line.total);
        const auto value =
            mark && lots ? checked_value(*mark, {*lots}, listed.what.tick_value) : std::nullopt;
        if (value) {
            line.unrealised = line.total > 0 ? value->minor - line.cost : line.cost + value->minor;
        }
    }
    return lines;
}

// 5.2.
std::uint64_t shard::machine::digest() const noexcept {
    std::uint64_t all = ledger_digest_;
    const auto add = [&](std::uint64_t part) {
        all = digest_of(std::span<const std::uint64_t>(&part, 1), all);
    };
    for (const auto& [symbol, book] : books_by_symbol_) {
        add(book->digest);
    }
    add(index_);
    return all;
}

// --- Rows ---------------------------------------------------------------------------------------

shard_row shard::machine::own_row() const {
    shard_row row{.id = settings_.id,
                  .index = index_,
                  .now = now_,
                  .rules_version = rules_version_,
                  .horizon = settings_.horizon,
                  .max_outbox = settings_.max_outbox,
                  .max_open_orders = settings_.max_open_orders,
                  .market_halted = market_halted_,
                  .ledger_digest = ledger_digest_};
    ledger_.save_counters(row);
    return row;
}

shard_book_row shard::machine::row_of(const shard_book& book) {
    shard_book_row row{.last_event = book.last_event,
                       .digest = book.digest,
                       .has_held_state = book.is_held,
                       .held_state = book.held,
                       .rows = {}};
    row.rows.book = book.book.row();
    return row;
}

shard_rows shard::machine::save() const {
    shard_rows rows;
    rows.shard = own_row();
    ledger_.save(rows);
    for (const auto& [symbol, book] : books_by_symbol_) {
        rows.books.push_back(row_of(*book));
        rows.books.back().rows = book->book.save();
    }
    for (const auto& [calendar, sessions] : calendars_) {
        rows.calendars.push_back({.id = calendar, .sessions = sessions});
    }
    rows.channels = channels_.save();
    rows.records = records_.save();
    return rows;
}

// Between entries, a book here and the ledger know the same orders of this shard's accounts.
bool shard::machine::agrees(const book_rows& book, std::uint32_t open_orders) const {
    std::uint32_t found = 0;
    for (const order_row& order : book.orders) {
        if (account_shard(order.id) != settings_.id) {
            continue;
        }
        const auto known = ledger_.order(order.id);
        if (!known || known->symbol != book.book.rules.symbol || known->side != order.side) {
            return false;
        }
        ++found;
    }
    return found == open_orders;
}

// The settings are taken from the rows before, by whoever makes the machine.
bool shard::machine::restore(const shard_rows& rows) {
    if (rows.shard.rules_version < 1 || rows.shard.rules_version > newest_rules) {
        return false;
    }
    index_ = rows.shard.index;
    now_ = rows.shard.now;
    rules_version_ = rows.shard.rules_version;
    market_halted_ = rows.shard.market_halted;
    ledger_digest_ = rows.shard.ledger_digest;
    if (!ledger_.restore(rows) || !channels_.restore(rows.channels) ||
        !records_.restore(rows.records, index_)) {
        return false;
    }
    for (const calendar_row& row : rows.calendars) {
        if (!calendars_.emplace(row.id, row.sessions).second) {
            return false;
        }
        touch_calendar(row.id);
        if (!row.sessions.empty()) {
            due_sessions_.emplace(row.sessions.front().at, row.id);
        }
    }
    books_.assign(ledger_.listings().size(), nullptr);
    for (const shard_book_row& row : rows.books) {
        const symbol_id symbol = row.rows.book.rules.symbol;
        const auto listing = ledger_.find_listing(symbol);
        auto book = order_book::restore(row.rows);
        if (!listing || !book || books_[*listing] != nullptr ||
            ledger_.listings()[*listing].what.book_shard != settings_.id ||
            !agrees(row.rows, ledger_.listings()[*listing].open_orders)) {
            return false;
        }
        shard_book& added =
            add_book(std::make_unique<shard_book>(std::move(*book), *listing), symbol);
        added.last_event = row.last_event;
        added.digest = row.digest;
        added.is_held = row.has_held_state;
        added.held = row.held_state;
        note_due(added);
    }
    for (const listing_state& listed : ledger_.listings()) {
        if (listed.what.book_shard == settings_.id && book(listed.what.rules.symbol) == nullptr) {
            return false;
        }
    }
    changed_calendars_.note_all_stored();
    changed_books_.note_all_stored();
    return true;
}

}  // namespace bourse
