// Which rows a checkpoint does not have yet, and handing them over (RULES.md 6).
#include "actors/shard/shard_machine.hpp"
#include "messages/assert.hpp"

namespace bourse {

struct shard::machine::book_table {
    const machine& all;
    [[nodiscard]] row_key key(slot listing) const {
        return row_key::book(all.ledger_.listings()[listing].what.rules.symbol);
    }
    [[nodiscard]] row_value row(slot listing) const {
        return box<shard_book_row>(row_of(*all.books_[listing]));
    }
};

struct shard::machine::calendar_table {
    const machine& all;
    [[nodiscard]] row_key key(slot number) const { return row_key::calendar({number}); }
    [[nodiscard]] row_value row(slot number) const {
        return calendar_row{.id = {number}, .sessions = all.calendars_.at({number})};
    }
};

void shard::machine::note_book(slot listing) {
    changed_books_.note(listing, book_table{*this});
}

void shard::machine::touch_calendar(calendar_id calendar) {
    changed_calendars_.note(calendar.value, calendar_table{*this});
}

// A book in which anything has changed has had a turn, and so a row of its own to hand over.
void shard::machine::begin_hand_over() {
    BOURSE_ASSERT(!handing_over_);
    handing_over_.emplace();
    handing_over_->own = own_row();
    for (slot listing = 0; listing < books_.size(); ++listing) {
        if (books_[listing] != nullptr && changed_books_.is_noted(listing)) {
            handing_over_->books.push_back(books_[listing]);
            books_[listing]->book.begin_hand_over();
        }
    }
    changed_books_.begin();
    changed_calendars_.begin();
    channels_.begin_hand_over();
    records_.begin_hand_over();
    ledger_.begin_hand_over();
}

bool shard::machine::hand_over(std::size_t most, std::vector<row_change>& out) {
    BOURSE_ASSERT(handing_over_ && most > 0);
    hand_over_state& now = *handing_over_;
    out.clear();
    if (!now.own_is_told) {
        out.push_back({row_key::shard(), now.own});
        now.own_is_told = true;
    }
    if (!ledger_.hand_over(most, out) || !channels_.hand_over(most, out) ||
        !records_.hand_over(most, out) ||
        !changed_calendars_.hand_over(most, calendar_table{*this}, out) ||
        !changed_books_.hand_over(most, book_table{*this}, out)) {
        return false;
    }
    while (now.next_book < now.books.size()) {
        if (!now.books[now.next_book]->book.hand_over(most, out)) {
            return false;
        }
        ++now.next_book;
    }
    now.all_is_told = true;
    return true;
}

void shard::machine::end_hand_over(bool stored) {
    BOURSE_ASSERT(handing_over_ && (handing_over_->all_is_told || !stored));
    for (shard_book* book : handing_over_->books) {
        book->book.end_hand_over(stored);
    }
    changed_books_.end(stored);
    changed_calendars_.end(stored);
    channels_.end_hand_over(stored);
    records_.end_hand_over(stored);
    ledger_.end_hand_over(stored);
    handing_over_.reset();
    if (stored) {
        give_back_a_peak();
    }
}

// Of one book, as entries wait meanwhile; the next one's when the next rows are stored.
void shard::machine::give_back_a_peak() {
    for (const auto& [symbol, book] : books_by_symbol_) {
        if (book->give_back_peak()) {
            return;
        }
    }
}

}  // namespace bourse
