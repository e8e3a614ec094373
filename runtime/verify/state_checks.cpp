#include "runtime/verify/state_checks.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "messages/shard_rows_codec.hpp"

namespace bourse::state_checks {

namespace {

[[nodiscard]] std::string to_text(wide_int value) {
    const bool is_negative = value < 0;
    std::string digits;
    do {
        const int digit = static_cast<int>(value % 10);
        digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
        value /= 10;
    } while (value != 0);
    if (is_negative) {
        digits += '-';
    }
    std::ranges::reverse(digits);
    return digits;
}

[[nodiscard]] std::string to_text(asset_id asset) {
    return asset.is_currency() ? "currency " + std::to_string(asset.value & ~asset_id::currency_bit)
                               : "symbol " + std::to_string(asset.value);
}

[[nodiscard]] std::optional<std::string> not_zero(const std::map<asset_id, wide_int>& sums) {
    for (const auto& [asset, sum] : sums) {
        if (sum != 0) {
            return "of " + to_text(asset) + " there is " + to_text(sum) + " too much";
        }
    }
    return std::nullopt;
}

/// Without those of nothing, which have no rows.
[[nodiscard]] std::map<asset_id, portfolio_line> by_asset(std::vector<portfolio_line> lines) {
    std::map<asset_id, portfolio_line> all;
    for (portfolio_line& each : lines) {
        each.unrealised.reset();  // of a mark price, which is no row's
        if (each.total != 0 || each.reserved != 0) {
            all.emplace(each.asset, each);
        }
    }
    return all;
}

/// The rows as a checkpoint has them.
using stored_rows = std::vector<std::pair<row_key, std::vector<std::byte>>>;
[[nodiscard]] stored_rows stored(const shard_rows& rows) {
    stored_rows all;
    for_each_row(rows, [&](const row_key& key, std::span<const std::byte> value) {
        all.emplace_back(key, std::vector<std::byte>(value.begin(), value.end()));
    });
    return all;
}

}  // namespace

std::optional<std::string> conserved(const shard_rows& rows) {
    std::map<asset_id, wide_int> sums;
    for (const position_row& row : rows.positions) {
        if (!row.of_group) {
            sums[row.asset] += row.total;
        }
    }
    return not_zero(sums);
}

std::optional<std::string> conserved(std::span<const ledger_line> lines) {
    std::map<asset_id, wide_int> sums;
    for (const ledger_line& each : lines) {
        sums[each.asset] += each.amount;
    }
    return not_zero(sums);
}

std::optional<std::string> positions_are(const shard_rows& rows, line_totals lines) {
    const auto of = [](account_id holder, asset_id asset) {
        return "account " + std::to_string(holder.value) + " has of " + to_text(asset) + " ";
    };
    for (const position_row& each : rows.positions) {
        if (each.of_group) {
            continue;
        }
        const auto found = lines.find({each.holder, each.asset});
        const wide_int moved = found == lines.end() ? 0 : found->second;
        if (each.total != moved) {
            return of(each.holder, each.asset) + to_text(each.total) +
                   ", and all entries together moved " + to_text(moved) + " there";
        }
        if (found != lines.end()) {
            lines.erase(found);
        }
    }
    for (const auto& [key, moved] : lines) {
        if (moved != 0) {
            return of(key.first, key.second) + "nothing, and all entries together moved " +
                   to_text(moved) + " there";
        }
    }
    return std::nullopt;
}

std::optional<std::string> orders_agree(const shard_rows& rows) {
    std::map<symbol_id, std::map<order_id, const order_row*>> books;
    for (const shard_book_row& book : rows.books) {
        auto& orders = books[book.rows.book.rules.symbol];
        for (const order_row& row : book.rows.orders) {
            if (account_shard(row.id) == rows.shard.id) {
                orders[row.id] = &row;
            }
        }
    }
    for (const open_order_row& known : rows.orders) {
        const auto book = books.find(known.symbol);
        if (book == books.end()) {
            continue;  // in a book of another shard
        }
        const std::string name = "order " + std::to_string(known.id.value) + " of account " +
                                 std::to_string(known.account.value);
        const auto found = book->second.find(known.id);
        if (found == book->second.end()) {
            return name + " is open in the ledger, and not in the book of symbol " +
                   std::to_string(known.symbol.value);
        }
        const order_row& row = *found->second;
        if (row.account != known.account || row.side != known.side ||
            row.remaining != known.remaining || row.filled != known.filled ||
            row.version != known.version) {
            return name + " is another in the book: " + std::to_string(row.remaining.lots) +
                   " remain and " + std::to_string(row.filled.lots) +
                   " are filled there, in the ledger " + std::to_string(known.remaining.lots) +
                   " and " + std::to_string(known.filled.lots);
        }
        book->second.erase(found);
    }
    for (const auto& [symbol, orders] : books) {
        if (!orders.empty()) {
            return "order " + std::to_string(orders.begin()->first.value) +
                   " is in the book of symbol " + std::to_string(symbol.value) +
                   ", and not open in the ledger";
        }
    }
    return std::nullopt;
}

std::optional<std::string> reserved_for_orders(const shard& lived, const shard_rows& rows) {
    const std::optional<shard> anew = shard::restore(rows);
    if (!anew) {
        return "no shard can be made of its own rows";
    }
    for (const account_row& account : rows.accounts) {
        const auto had = by_asset(lived.portfolio(account.id));
        const auto should = by_asset(anew->portfolio(account.id));
        if (had == should) {
            continue;
        }
        const auto differs = std::ranges::mismatch(had, should);
        const portfolio_line none;
        const asset_id asset = differs.in1 != had.end() ? differs.in1->first : differs.in2->first;
        const auto line_of = [&](const auto& lines) -> const portfolio_line& {
            const auto found = lines.find(asset);
            return found == lines.end() ? none : found->second;
        };
        return "account " + std::to_string(account.id.value) + " has " +
               to_text(line_of(had).total) + " of " + to_text(asset) + " and " +
               to_text(line_of(had).reserved) + " of it reserved; by its rows and open orders " +
               to_text(line_of(should).total) + " and " + to_text(line_of(should).reserved);
    }
    return std::nullopt;
}

std::optional<std::string> same_rows(const shard_rows& a, const shard_rows& b) {
    const stored_rows left = stored(a);
    const stored_rows right = stored(b);
    const auto differs = std::ranges::mismatch(left, right);
    if (differs.in1 == left.end() && differs.in2 == right.end()) {
        return std::nullopt;
    }
    const row_key& key = differs.in1 != left.end() && (differs.in2 == right.end() ||
                                                       differs.in1->first <= differs.in2->first)
                             ? differs.in1->first
                             : differs.in2->first;
    return "the row " + key.text() + " is another (" + std::to_string(left.size()) +
           " rows against " + std::to_string(right.size()) + ")";
}

}  // namespace bourse::state_checks
