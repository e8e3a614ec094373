// Which rows a checkpoint does not have yet (changed_rows.hpp).
#include "actors/book/book_machine.hpp"

namespace bourse {

struct order_book::machine::order_table {
    const machine& book;
    [[nodiscard]] row_key key(slot at) const {
        return row_key::book_order(book.row_.rules.symbol, book.orders_[at].id);
    }
    [[nodiscard]] row_value row(slot at) const { return book.row_of(at); }
    [[nodiscard]] bool is_live(slot at) const { return book.orders_.is_live(at); }
};

struct order_book::machine::group_table {
    const machine& book;
    [[nodiscard]] row_key key(slot number) const {
        return row_key::book_group(book.row_.rules.symbol, {book.group_ids_[number]});
    }
    [[nodiscard]] row_value row(slot number) const {
        const std::uint64_t id = book.group_ids_[number];
        return book.row_of(id, book.groups_.at(id));
    }
};

void order_book::machine::note_order(slot at) {
    changed_orders_.note(at, order_table{*this});
}

void order_book::machine::drop_order(slot at) {
    changed_orders_.drop(at, order_table{*this});
}

void order_book::machine::touch_group(const group& all) {
    changed_groups_.note(all.number, group_table{*this});
}

// Before it leaves `groups_`.
void order_book::machine::drop_group(const group& all) {
    changed_groups_.drop(all.number, group_table{*this});
    group_ids_.give_back(all.number);
}

// Until changed rows are asked for, every order is one: none has to be noted. From then on all are.
void order_book::machine::begin_noting() {
    if (!notes_changes_) {
        changed_orders_.note_all(orders_.used());
        notes_changes_ = true;
        note_calm();
    }
}

void order_book::machine::begin_hand_over() {
    begin_noting();
    changed_orders_.begin();
    changed_groups_.begin();
}

bool order_book::machine::hand_over(std::size_t most, std::vector<row_change>& out) {
    return changed_orders_.hand_over(most, order_table{*this}, out) &&
           changed_groups_.hand_over(most, group_table{*this}, out);
}

void order_book::machine::end_hand_over(bool stored) {
    changed_orders_.end(stored);
    changed_groups_.end(stored);
}

void order_book::machine::note_all_stored() {
    begin_noting();
    changed_orders_.note_all_stored();
    changed_groups_.note_all_stored();
}

void order_book::machine::take_over_changes(machine& other) {
    if (other.notes_changes_) {
        begin_noting();
        changed_orders_.take_over(other.changed_orders_);
    }
    changed_groups_.take_over(other.changed_groups_);
}

}  // namespace bourse
