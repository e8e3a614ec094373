// Which rows a checkpoint does not have yet (changed_rows.hpp).
#include "actors/ledger/ledger.hpp"
#include "actors/ledger/planted_bug.hpp"

namespace bourse {

/// The rows of one table, by slot.
struct ledger::rows_of {
    const ledger& all;
    table which;

    [[nodiscard]] row_key key(slot at) const {
        switch (which) {
            case table::accounts:
                return row_key::account(all.accounts_[at].id);
            case table::risk_groups:
                return row_key::risk_group(all.risk_groups_[at].id);
            case table::positions:
                return row_key::position(all.is_of_group(at), all.positions_[at].holder,
                                         all.positions_[at].asset);
            case table::orders:
                return row_key::open_order(all.orders_[at].id);
            case table::groups:
                return row_key::order_group(all.accounts_[all.groups_[at].account].id,
                                            all.groups_[at].id);
            case table::remembered:
                return row_key::remembered(all.client_ids_[at].sequence);
            case table::leases:
                return row_key::lease(all.leases_[at].id);
            case table::listings:
                break;
        }
        return row_key::listing(all.listings_[at].what.rules.symbol);
    }

    [[nodiscard]] row_value row(slot at) const {
        switch (which) {
            case table::accounts:
                return row_of(all.accounts_[at]);
            case table::risk_groups: {
                const risk_group_row row = row_of(all.risk_groups_[at]);
                const bool empty = row.max_open_orders == 0 && row.fat_finger_bps == 0;
                return empty ? row_value{} : row_value{row};
            }
            case table::positions: {
                const position_row row = all.row_of_position(at);
                return is_empty(row) ? row_value{} : row_value{row};
            }
            case table::orders:
                return all.row_of(all.orders_[at]);
            case table::groups:
                return all.row_of(all.groups_[at]);
            case table::remembered:
                return row_of(all.client_ids_[at]);
            case table::leases:
                return all.leases_[at];
            case table::listings:
                break;
        }
        return box<listing_row>(row_of(all.listings_[at]));
    }
};

bool ledger::is_of_group(slot position) const noexcept {
    const position_state& its = positions_[position];
    return group_positions_.find(std::uint64_t{its.holder.value} << 32U | its.asset.value) ==
           position;
}

namespace {

/// A mistake made on purpose: what is copied says nothing.
template <class Table>
struct forgotten {
    const Table& table;
    [[nodiscard]] row_key key(slot at) const { return table.key(at); }
    [[nodiscard]] row_value row(slot) const { return {}; }
};

}  // namespace

void ledger::note_row(table which, slot at) {
    if (BOURSE_PLANTED(forget_copy)) {
        const rows_of rows{*this, which};
        return changed(which).note(at, forgotten<rows_of>{rows});
    }
    changed(which).note(at, rows_of{*this, which});
}

void ledger::drop_row(table which, slot at) {
    if (BOURSE_PLANTED(forget_removal) && which == table::orders) {
        return changed(which).forget(at);
    }
    changed(which).drop(at, rows_of{*this, which});
}

void ledger::begin_hand_over() {
    for (changed_rows& each : changed_) {
        each.begin();
    }
}

bool ledger::hand_over(std::size_t most, std::vector<row_change>& out) {
    for (std::size_t i = 0; i < table_count; ++i) {
        if (!changed_[i].hand_over(most, rows_of{*this, static_cast<table>(i)}, out)) {
            return false;
        }
    }
    return true;
}

void ledger::end_hand_over(bool stored) {
    for (changed_rows& each : changed_) {
        each.end(stored);
    }
}

}  // namespace bourse
