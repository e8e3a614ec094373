#include "actors/sinks/history/history_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "actors/sinks/history/history_tables.hpp"

namespace bourse {

namespace {

namespace tables = history_tables;

/// Where a row is among all: the newest has the highest. Of an order at, id, 0; of a trade at, symbol, number.
using row_place = std::array<std::int64_t, 3>;
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

[[nodiscard]] std::string text_of(const row_place& place) {
    return std::to_string(place[0]) + "." + std::to_string(place[1]) + "." +
           std::to_string(place[2]);
}

[[nodiscard]] std::optional<row_place> place_of(std::string_view text) {
    row_place place{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < place.size(); ++i) {
        const auto read = std::from_chars(at, end, place[i]);
        const bool is_last = i + 1 == place.size();
        if (read.ec != std::errc{} || (is_last ? read.ptr != end : read.ptr == end) ||
            (!is_last && *read.ptr != '.')) {
            return std::nullopt;
        }
        at = read.ptr + (is_last ? 0 : 1);
    }
    return place;
}

/// Rows of one statement, by falling place.
template <typename Row>
struct found_rows {
    std::vector<std::pair<row_place, Row>> rows;
    std::optional<row_place> stopped_at;  ///< it goes on behind this one
};

/// A page: the newest `most` of several, without those that are in two. The cursor, or nothing at the end.
template <typename Row>
std::string merge(std::vector<found_rows<Row>>& found, std::size_t most, std::vector<Row>& into) {
    row_place floor{lowest, lowest, lowest};  // below, rows of one that was stopped are missing
    bool was_stopped = false;
    std::vector<std::pair<row_place, Row>> all;
    for (found_rows<Row>& each : found) {
        if (each.stopped_at) {
            was_stopped = true;
            floor = std::max(floor, *each.stopped_at);
        }
        std::ranges::move(each.rows, std::back_inserter(all));
    }
    std::ranges::sort(all, std::greater<>{}, &std::pair<row_place, Row>::first);
    const auto same = std::unique(all.begin(), all.end(), [](const auto& one, const auto& next) {
        return one.first == next.first;
    });
    all.erase(same, all.end());
    for (auto& [place, row] : all) {
        if (place < floor) {
            break;
        }
        if (into.size() == most) {
            return text_of(all[most - 1].first);
        }
        into.push_back(std::move(row));
    }
    return was_stopped ? text_of(floor) : std::string();
}

/// Runs a statement of which `row` makes a place and, if it is wanted, a row. Stops behind `most` that are wanted.
template <typename Row, typename Take>
result<found_rows<Row>> run(sqlite_statement& statement, std::size_t most, Take take) {
    found_rows<Row> found;
    for (std::uint32_t looked_at = 0;; ++looked_at) {
        const auto stepped = statement.step();
        if (!stepped) {
            return stepped.error();
        }
        if (!*stepped) {
            return found;
        }
        row_place place{};
        if (std::optional<Row> row = take(statement, place)) {
            found.rows.emplace_back(place, *std::move(row));
        }
        if (found.rows.size() > most || looked_at + 1 == max_rows_looked_at) {
            found.stopped_at = place;
            statement.reset();
            return found;
        }
    }
}

[[nodiscard]] history_order order_of(const sqlite_statement& row) {
    return {.id = {same_bits(row.column(0))},
            .account = {static_cast<std::uint32_t>(row.column(1))},
            .symbol = {static_cast<std::uint32_t>(row.column(2))},
            .side = static_cast<side>(row.column(3)),
            .price = {row.column(4)},
            .lots = {row.column(5)},
            .filled = {row.column(6)},
            .remaining = {row.column(7)},
            .open = row.column(8) != 0,
            .why = static_cast<reason>(row.column(9)),
            .client = {same_bits(row.column(10)), same_bits(row.column(11))},
            .at = {row.column(12)},
            .changed = {row.column(13)}};
}

[[nodiscard]] history_trade trade_of(const sqlite_statement& row) {
    return {.number = {same_bits(row.column(2))},
            .symbol = {static_cast<std::uint32_t>(row.column(1))},
            .price = {row.column(3)},
            .lots = {row.column(4)},
            .at = {row.column(0)},
            .aggressor = static_cast<side>(row.column(5)),
            .buyer = {static_cast<std::uint32_t>(row.column(6))},
            .seller = {static_cast<std::uint32_t>(row.column(7))},
            .buy = {same_bits(row.column(8))},
            .sell = {same_bits(row.column(9))}};
}

/// From when to when, `until` not included.
struct time_window {
    std::int64_t from = lowest;
    std::int64_t until = highest;
};
[[nodiscard]] time_window window_of(const history_request& request) {
    return {request.from == timestamp{} ? lowest : request.from.ns,
            request.until == timestamp{} ? highest : request.until.ns};
}
/// The window up to the moment of a cursor: of that moment some rows are left.
[[nodiscard]] time_window up_to(time_window window, const row_place& behind) {
    window.until = behind[0] == highest ? window.until : std::min(window.until, behind[0] + 1);
    return window;
}

[[nodiscard]] bool is_wanted(const history_order& order, const history_request& request) {
    const time_window window = window_of(request);
    return (request.account == account_id{} || order.account == request.account) &&
           (request.symbol == symbol_id{} || order.symbol == request.symbol) &&
           (request.order == order_id{} || order.id == request.order) &&
           (!request.side || order.side == *request.side) &&
           (!request.open || order.open == *request.open) && window.from <= order.at.ns &&
           order.at.ns < window.until;
}

/// The side is the account's, if one is named, and else the aggressor's.
[[nodiscard]] bool is_wanted(const history_trade& trade, const history_request& request) {
    const bool buys = trade.buyer == request.account;
    const bool sells = trade.seller == request.account;
    const bool is_side =
        !request.side || (request.account == account_id{} ? trade.aggressor == *request.side
                          : *request.side == side::buy    ? buys
                                                          : sells);
    return is_side && (request.account == account_id{} || buys || sells) &&
           (request.symbol == symbol_id{} || trade.symbol == request.symbol) &&
           (request.order == order_id{} || trade.buy == request.order ||
            trade.sell == request.order);
}

[[nodiscard]] error no_such_cursor(const std::string& cursor) {
    return {errc::malformed, "\"" + cursor + "\" is no cursor that an answer gave"};
}

}  // namespace

// --- Opening, and what is known of the whole --------------------------------------------------------

result<std::unique_ptr<history_reader>> history_reader::open(const std::string& path) {
    auto file = sqlite_file::open(path, sqlite_file::use::read);
    if (!file) {
        return file.error();
    }
    auto label = (*file)->prepare("PRAGMA application_id");
    if (!label) {
        return label.error();
    }
    const auto found = label->step();
    if (!found) {
        return found.error();
    }
    if (label->column(0) != tables::application) {
        return error{errc::foreign, path + " is no history"};
    }
    label->reset();
    return std::unique_ptr<history_reader>(new history_reader(*std::move(file)));
}

result<std::map<shard_id, std::uint64_t>> history_reader::cursors() {
    auto made = file_->prepare("SELECT shard, cursor FROM shards");
    if (!made) {
        return made.error();
    }
    std::map<shard_id, std::uint64_t> cursors;
    while (true) {
        const auto found = made->step();
        if (!found) {
            return found.error();
        }
        if (!*found) {
            return cursors;
        }
        cursors[{static_cast<std::uint16_t>(made->column(0))}] = same_bits(made->column(1));
    }
}

result<std::vector<history_gap>> history_reader::gaps() {
    auto made = file_->prepare("SELECT shard, first, last FROM gaps");
    if (!made) {
        return made.error();
    }
    std::vector<history_gap> gaps;
    while (true) {
        const auto found = made->step();
        if (!found) {
            return found.error();
        }
        if (!*found) {
            return gaps;
        }
        gaps.push_back({{static_cast<std::uint16_t>(made->column(0))},
                        same_bits(made->column(1)),
                        same_bits(made->column(2))});
    }
}

result<std::uint64_t> history_reader::dropped() {
    auto made = file_->prepare("SELECT value FROM about WHERE what = " +
                               std::to_string(tables::dropped_row));
    if (!made) {
        return made.error();
    }
    const auto found = made->step();
    if (!found) {
        return found.error();
    }
    return *found ? same_bits(made->column(0)) : 0;
}

result<std::optional<history_order>> history_reader::find(order_id id) {
    if (!find_order_) {
        auto made = file_->prepare("SELECT * FROM orders WHERE id = ?1");
        if (!made) {
            return made.error();
        }
        find_order_ = *std::move(made);
    }
    find_order_->bind(1, same_bits(id.value));
    const auto found = find_order_->step();
    if (!found) {
        return found.error();
    }
    std::optional<history_order> order;
    if (*found) {
        order = order_of(*find_order_);
        find_order_->reset();
    }
    return order;
}

result<std::optional<history_trade>> history_reader::find(timestamp at, symbol_id symbol,
                                                          trade_number number) {
    if (!find_trade_) {
        auto made =
            file_->prepare("SELECT * FROM trades WHERE at = ?1 AND symbol = ?2 AND number = ?3");
        if (!made) {
            return made.error();
        }
        find_trade_ = *std::move(made);
    }
    find_trade_->bind(1, at.ns);
    find_trade_->bind(2, symbol.value);
    find_trade_->bind(3, same_bits(number.value));
    const auto found = find_trade_->step();
    if (!found) {
        return found.error();
    }
    std::optional<history_trade> trade;
    if (*found) {
        trade = trade_of(*find_trade_);
        find_trade_->reset();
    }
    return trade;
}

// --- Questions --------------------------------------------------------------------------------------

// In one transaction, so that all of the answer is of one moment.
result<history_answer> history_reader::ask(const history_request& request) {
    if (request.most == 0 || request.most > max_history_rows) {
        return error{errc::over_bound, std::to_string(request.most) +
                                           " rows cannot be asked for at once, but 1 to " +
                                           std::to_string(max_history_rows)};
    }
    if (const outcome begun = file_->run("BEGIN"); !begun) {
        return begun.error();
    }
    auto answered = answer(request);
    static_cast<void>(file_->run("ROLLBACK"));
    return answered;
}

result<history_answer> history_reader::answer(const history_request& request) {
    history_answer into;
    const auto known = cursors();
    if (!known) {
        return known.error();
    }
    into.as_of = known->empty() ? 0 : std::numeric_limits<std::uint64_t>::max();
    for (const auto& [shard, cursor] : *known) {
        into.as_of = std::min(into.as_of, cursor);
    }
    const outcome found = request.what == history_request::kind::orders
                              ? find_orders(request, into)
                              : find_trades(request, into);
    if (!found) {
        return found.error();
    }
    return into;
}

// The ids of a shard rise with time, so it is looked for among them as in an index of times. `highest` if there is none.
result<std::int64_t> history_reader::first_id_from(shard_id shard, timestamp at) {
    const std::int64_t base = std::int64_t{shard.value} << order_counter_bits;
    auto look =
        file_->prepare("SELECT id, at FROM orders WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 1");
    if (!look) {
        return look.error();
    }
    std::int64_t low = 0;
    auto high = static_cast<std::int64_t>(order_counter_mask) + 1;
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        look->bind(1, base + middle);
        look->bind(2, base + high);
        const auto found = look->step();
        if (!found) {
            return found.error();
        }
        if (!*found || look->column(1) >= at.ns) {
            high = middle;
        } else {
            low = look->column(0) - base + 1;
        }
        look->reset();
    }
    return base + low;
}

outcome history_reader::find_orders(const history_request& request, history_answer& into) {
    const auto behind =
        request.cursor.empty() ? row_place{highest, highest, highest} : place_of(request.cursor);
    if (!behind) {
        return no_such_cursor(request.cursor);
    }
    std::string sql = "SELECT * FROM orders WHERE id >= ?1 AND id < ?2";
    if (request.order != order_id{}) {
        sql += " AND id = " + std::to_string(request.order.value);
    } else if (request.account != account_id{}) {
        sql += " AND account = " + std::to_string(request.account.value);
        sql += request.open == true ? " AND open = 1" : "";
    } else if (request.symbol != symbol_id{}) {
        sql += " AND symbol = " + std::to_string(request.symbol.value);
    }
    auto look = file_->prepare(sql + " ORDER BY id DESC");
    if (!look) {
        return look.error();
    }
    const auto known = cursors();
    if (!known) {
        return known.error();
    }
    const time_window window = up_to(window_of(request), *behind);
    std::vector<found_rows<history_order>> found;
    for (const auto& [shard, cursor] : *known) {
        const auto from = first_id_from(shard, {window.from});
        auto until = first_id_from(shard, {window.until});
        if (!from || !until) {
            return (!from ? from : until).error();
        }
        if (account_shard({same_bits((*behind)[1])}) == shard) {
            *until = std::min(*until, (*behind)[1]);
        }
        look->bind(1, *from);
        look->bind(2, *until);
        auto rows = run<history_order>(
            *look, request.most, [&](const sqlite_statement& row, row_place& place) {
                history_order order = order_of(row);
                place = {order.at.ns, row.column(0), 0};
                return place < *behind && is_wanted(order, request) ? std::optional(order)
                                                                    : std::nullopt;
            });
        if (!rows) {
            return rows.error();
        }
        found.push_back(*std::move(rows));
    }
    into.next = merge(found, request.most, into.orders);
    return done{};
}

outcome history_reader::find_trades(const history_request& request, history_answer& into) {
    const auto behind =
        request.cursor.empty() ? row_place{highest, highest, highest} : place_of(request.cursor);
    if (!behind) {
        return no_such_cursor(request.cursor);
    }
    time_window window = up_to(window_of(request), *behind);
    history_request asked = request;
    if (request.order != order_id{}) {
        auto look = file_->prepare("SELECT * FROM orders WHERE id = ?1");
        if (!look) {
            return look.error();
        }
        look->bind(1, same_bits(request.order.value));
        const auto stepped = look->step();
        if (!stepped) {
            return stepped.error();
        }
        if (!*stepped) {
            return done{};
        }
        // An order trades between its first and its last change, and on its own side.
        const history_order order = order_of(*look);
        if (request.account != account_id{} && request.account != order.account) {
            return done{};
        }
        asked.account = order.account;
        window.from = std::max(window.from, order.at.ns);
        window.until = std::min(window.until, order.changed.ns + 1);
    }
    std::vector<std::string> wheres;
    if (asked.account != account_id{}) {
        wheres = {" AND buyer = " + std::to_string(asked.account.value),
                  " AND seller = " + std::to_string(asked.account.value)};
    } else if (asked.symbol != symbol_id{}) {
        wheres = {" AND symbol = " + std::to_string(asked.symbol.value)};
    } else {
        wheres = {""};
    }
    std::vector<found_rows<history_trade>> found;
    for (const std::string& where : wheres) {
        auto look = file_->prepare(
            "SELECT * FROM trades WHERE at >= ?1 AND at < ?2 AND (at, symbol, number) < (?3, ?4, "
            "?5)" +
            where + " ORDER BY at DESC, symbol DESC, number DESC");
        if (!look) {
            return look.error();
        }
        look->bind(1, window.from);
        look->bind(2, window.until);
        for (int i = 0; i < 3; ++i) {
            look->bind(3 + i, (*behind)[static_cast<std::size_t>(i)]);
        }
        auto rows = run<history_trade>(
            *look, request.most, [&](const sqlite_statement& row, row_place& place) {
                const history_trade trade = trade_of(row);
                place = {row.column(0), row.column(1), row.column(2)};
                return is_wanted(trade, asked) ? std::optional(trade) : std::nullopt;
            });
        if (!rows) {
            return rows.error();
        }
        found.push_back(*std::move(rows));
    }
    into.next = merge(found, request.most, into.trades);
    return done{};
}

}  // namespace bourse
