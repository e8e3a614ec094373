// States that cannot be, and what is said of each.

#include "runtime/verify/state_checks.hpp"

#include <doctest/doctest.h>

#include "kept_node.hpp"

namespace bourse {
namespace {

/// The state that the flow leaves.
const shard& left_state() {
    static const shard state = [] {
        shard made{shard_settings{}};
        shard_output out;
        for (const auto* entries :
             {&kept_flow().setup, &kept_flow().fill, &kept_flow().operations}) {
            for (const entry& each : *entries) {
                made.apply(each, out);
            }
        }
        return made;
    }();
    return state;
}

TEST_CASE("a state that was lived is as it must be") {
    const shard_rows rows = left_state().save();
    CHECK(!state_checks::conserved(rows));
    CHECK(!state_checks::orders_agree(rows));
    CHECK(!state_checks::reserved_for_orders(left_state(), rows));
    CHECK(!state_checks::same_rows(rows, rows));
}

TEST_CASE(
    "an order open in the ledger alone, in the book alone, or standing otherwise there is named") {
    const shard_rows good = left_state().save();
    const order_id id = good.orders.front().id;
    const std::string name = "order " + std::to_string(id.value);
    shard_rows rows = good;
    rows.orders.erase(rows.orders.begin());
    CHECK(state_checks::orders_agree(rows).value().starts_with(name + " is in the book of symbol"));
    rows = good;
    for (shard_book_row& book : rows.books) {
        std::erase_if(book.rows.orders, [&](const order_row& row) { return row.id == id; });
    }
    CHECK(state_checks::orders_agree(rows).value().find(" is open in the ledger, and not in") !=
          std::string::npos);
    rows = good;
    rows.orders.front().remaining += quantity{1};
    CHECK(state_checks::orders_agree(rows).value().starts_with(name));
    // Another shard's order in a book here is nobody's in this ledger.
    rows = good;
    order_row other = rows.books.front().rows.orders.front();
    other.id.value += std::uint64_t{1} << order_counter_bits;
    rows.books.front().rows.orders.push_back(other);
    CHECK(!state_checks::orders_agree(rows));
}

TEST_CASE("a reservation that no order explains is named with its account") {
    shard_rows rows = left_state().save();
    const account_id account = rows.orders.front().account;
    const order_id id = rows.orders.front().id;
    rows.orders.erase(rows.orders.begin());
    for (shard_book_row& book : rows.books) {
        std::erase_if(book.rows.orders, [&](const order_row& row) { return row.id == id; });
    }
    const auto wrong = state_checks::reserved_for_orders(left_state(), rows);
    REQUIRE(wrong);
    CHECK(wrong->starts_with("account " + std::to_string(account.value) + " has "));
}

TEST_CASE("value too much, in rows or in the lines of an entry, is named with its asset") {
    shard_rows rows = left_state().save();
    rows.positions.front().total -= 3;
    CHECK(state_checks::conserved(rows).value().ends_with("there is -3 too much"));
    const std::vector<ledger_line> lines{{.holder = {1}, .asset = {5}, .amount = 2},
                                         {.holder = {2}, .asset = {5}, .amount = -1}};
    CHECK(state_checks::conserved(lines) == "of symbol 5 there is 1 too much");
}

TEST_CASE("rows that differ are named by the first key") {
    const shard_rows good = left_state().save();
    shard_rows rows = good;
    rows.accounts.front().blocked = true;
    CHECK(state_checks::same_rows(good, rows)
              .value()
              .starts_with("the row " + row_key::account(rows.accounts.front().id).text() +
                           " is another"));
    rows = good;
    rows.leases.push_back({{9}, {1}, {5}});
    CHECK(state_checks::same_rows(good, rows)
              .value()
              .starts_with("the row " + row_key::lease({9}).text()));
}

}  // namespace
}  // namespace bourse
